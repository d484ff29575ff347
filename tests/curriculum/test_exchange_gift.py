"""GIFT, read and written: every mark of the format, and a line for what has no place."""

from decimal import Decimal

import pytest

from course.curriculum.exchange.report import Unreadable
from tests.curriculum.exchanged import (
    NOTHING_WRITTEN,
    both,
    item,
    left_behind,
    one,
    option,
    quiz,
    read,
    refusals,
    report,
    thing,
    write,
)

# --- Reading: kinds --------------------------------------------------------------------------


def test_one_right_option_makes_a_single_question() -> None:
    found = one("Wie telt mee? {=iedereen#Zeker. ~niemand#Jammer. ####Het recht geldt.}", "gift")
    assert found.type == "single"
    assert found.prompt.nl == found.prompt.en == "Wie telt mee?"
    assert [(part.text.nl, part.right, part.feedback.nl) for part in found.options] == [
        ("iedereen", True, "Zeker."),
        ("niemand", False, "Jammer."),
    ]
    assert found.explanation.nl == "Het recht geldt."


def test_weights_without_an_equals_sign_make_a_multiple_question() -> None:
    found = one("Wie? {~%50%een ~%50%twee ~%-100%drie}", "gift")
    assert found.type == "multiple"
    assert [part.right for part in found.options] == [True, True, False]


def test_what_is_almost_a_hundred_is_a_hundred() -> None:
    found = one("Wie? {~%99.99999%een ~%-50%twee ~%-50%drie}", "gift")
    assert [part.right for part in found.options] == [True, False, False]


@pytest.mark.parametrize(("word", "right"), [("T", True), ("TRUE", True), ("F", False)])
def test_a_claim_is_true_or_not(word: str, right: bool) -> None:
    found = one(f"De wet verplicht dit. {{{word}#Kijk nog eens.}}", "gift")
    assert (found.type, found.right) == ("true-false", right)
    assert found.feedback.nl == "Kijk nog eens."


def test_arrows_make_a_matching_question_and_a_lone_choice_belongs_to_none() -> None:
    found = one("Koppel. {=licht -> waakvlam =samen -> warm = -> koud}", "gift")
    names = {choice.slug: choice.text.nl for choice in found.choices}
    assert [(stem.text.nl, names[stem.choice]) for stem in found.stems] == [
        ("licht", "waakvlam"),
        ("samen", "warm"),
    ]
    assert list(names.values()) == ["waakvlam", "warm", "koud"]


@pytest.mark.parametrize(
    ("answer", "expected", "tolerance"),
    [
        ("#3", "3", "0"),
        ("#3:2", "3", "2"),
        ("#1..5", "3", "2"),
        ("#=-0.5:0.25", "-0.5", "0.25"),
        ("#=.5", "0.5", "0"),
        ("#1e3:1E1", "1000", "10"),
    ],
)
def test_a_number_has_a_tolerance_or_a_range(answer: str, expected: str, tolerance: str) -> None:
    found = one(f"Hoeveel? {{{answer}}}", "gift")
    assert found.type == "number"
    assert (found.expected, found.tolerance) == (Decimal(expected), Decimal(tolerance))


def test_a_number_that_is_worth_nothing_is_a_mistake_that_people_make() -> None:
    found = one("Hoeveel? {#=31:0 =%0%13#Andersom gelezen.}", "gift")
    assert [(mistake.value, mistake.feedback.nl) for mistake in found.mistakes] == [
        (Decimal(13), "Andersom gelezen.")
    ]


def test_texts_to_type_have_shares_and_feedback() -> None:
    found = one("Hoe heet dat? {=waakvlam* =%50%nazorg#Bijna.}", "gift")
    assert [(one.text.nl, one.share) for one in found.accepted] == [
        ("waakvlam*", 100),
        ("nazorg", 50),
    ]
    assert found.accepted[1].feedback.nl == "Bijna."


def test_empty_braces_ask_for_an_essay() -> None:
    assert one("Wat zou je zeggen? {}", "gift").type == "essay"


def test_answers_within_the_text_leave_a_gap_there() -> None:
    found = one("Eerst {=contact ~een formulier}, dan de rest.", "gift")
    assert found.prompt.nl == "Eerst _____, dan de rest."


# --- Reading: marks --------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["~", "=", "#", "{", "}", ":"])
def test_a_backslash_takes_the_meaning_from_a_character(sign: str) -> None:
    found = one(
        f"::t\\{sign}t::Vraag \\{sign} {{=goed \\{sign}#zo \\{sign} ~fout####dus \\{sign}}}", "gift"
    )
    assert found.prompt.nl == f"Vraag {sign}"
    assert found.options[0].text.nl == f"goed {sign}"
    assert found.options[0].feedback.nl == f"zo {sign}"
    assert found.explanation.nl == f"dus {sign}"


def test_two_backslashes_are_one_and_another_one_stays() -> None:
    found = one(r"Pad C\:\\map of a\b? {T#Nee.####Zo.}", "gift")
    assert found.prompt.nl == r"Pad C:\map of a\b?"


def test_a_title_becomes_the_slug() -> None:
    assert one("::Wie telt écht mee (2)?::Vraag {}", "gift").slug == "wie-telt-echt-mee-2"


def test_two_of_the_same_title_get_slugs_of_their_own() -> None:
    reading = read("::Vraag::Een {}\n\n::Vraag::Twee {}", "gift")
    assert [found.slug for found in reading.items] == ["vraag", "vraag-2"]


def test_comments_are_for_authors() -> None:
    found = one("// Dit niet.\nWie? {\n  // En dit niet.\n  =iedereen ~niemand\n}", "gift")
    assert found.prompt.nl == "Wie?"
    assert len(found.options) == 2


def test_a_category_gives_the_title_and_a_second_one_is_told() -> None:
    text = "$CATEGORY: $course$/Boven/Aan//uit\n\nVraag {}\n\n$CATEGORY: Anders\n\nNog een {}"
    reading = read(text, "gift")
    assert reading.title == "Aan/uit"
    assert reading.is_whole
    assert "line 5: $CATEGORY: a quiz has no categories" in "\n".join(report(text, "gift"))


def test_html_becomes_plain_text_and_what_is_lost_is_told() -> None:
    text = (
        "[html]<p>Zie <a href='https\\://example.org'>hier</a> &amp; <b>daar</b>.</p><ul><li>a</li>"
        "<li>b</li></ul><script>alert(1)</script> {T#Nee.####Zo.}"
    )
    found = one(text, "gift")
    assert found.prompt.nl == "Zie hier & daar. a b"
    assert report(text, "gift") == [
        "line 1: question 'Zie hier & daar. a b': what was embedded, links, bold and italics, "
        "lists and line breaks did not come along: see what the text needs"
    ]


def test_markdown_becomes_plain_text() -> None:
    found = one("[markdown]Zie **dit** {T#Nee.####Zo.}", "gift")
    assert found.prompt.nl == "Zie dit"


def test_plain_text_keeps_what_looks_like_html() -> None:
    found = one("[plain]Is 3 < 5 &amp; 5 > 3? {T#Nee.####Zo.}", "gift")
    assert found.prompt.nl == "Is 3 < 5 &amp; 5 > 3?"


def test_an_answer_may_have_a_format_of_its_own() -> None:
    found = one("Vraag {=[html]<i>goed</i>#zo ~fout#nee ####dus}", "gift")
    assert found.options[0].text.nl == "goed"


def test_windows_ends_its_lines_in_its_own_way() -> None:
    reading = read(b"\xef\xbb\xbfEen {}\r\n\r\nTwee {}\r\n", "gift")
    assert [found.prompt.nl for found in reading.items] == ["Een", "Twee"]


def test_what_is_missing_says_that_it_is_missing_and_is_counted() -> None:
    found = one("Wie? {=iedereen ~niemand}", "gift")
    assert found.explanation.nl == found.options[0].feedback.nl == NOTHING_WRITTEN
    assert report("Wie? {=iedereen ~niemand}", "gift") == [
        "line 1: question 'Wie?': 3 texts of ours had no place in that file: write what now says "
        "'Nog te schrijven.'"
    ]


# --- Reading: what is not taken --------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Lees dit eerst.", "has no answers between braces"),
        ("Wie? {=iedereen", "has a brace without its other half"),
        ("Wie? {=een\n\n~twee}", "has a brace without its other half"),
        ("Wie? {=een} of {=twee}", "has braces twice"),
        ("Wie? {=een =twee ~drie}", "2 options are worth 100 %, and exactly one may be"),
        ("Wie? {~een ~twee ~drie}", "mark at least one option with 'right: true'"),
        ("Hoeveel? {#veel}", "'veel' is not a number"),
        ("Hoeveel? {#1,5}", "'1,5' is not a number"),
        ("Hoeveel? {#=1 =2}", "2 numbers are worth 100 %"),
        ("Hoeveel? {#5..1}", "-2 is how far off it may be"),
        ("Hoe heet dat? {=%50%nazorg}", "accept at least one text with the whole share"),
        ("Koppel. {=een -> twee =drie}", "'drie' has no '->'"),
        ("Koppel. {=een -> twee =drie -> }", "has a pair without a choice"),
        ("Zet op volgorde. {>3 ALL}", "export it as Moodle XML"),
        ("Wie? {=%250%een}", "'250' is no share of the marks"),
        ("{=een ~twee}", "has no text that asks something"),
        ("Zie [plain]**dit** {}", "'**' would be shown as it is"),
    ],
)
def test_what_is_not_taken_is_named_with_its_line(question: str, reason: str) -> None:
    text = f"// Eerst iets anders.\n\nGoed zo. {{}}\n\n{question}\n"
    (refused, *_) = refusals(text, "gift")
    assert refused.startswith("line 5: question ")
    assert reason in refused
    assert len(read(text, "gift").items) == 1


def test_part_of_the_marks_for_an_option_is_told() -> None:
    lines = report("Wie? {=een#a ~%50%twee#b ####c}", "gift")
    assert lines == [
        "line 1: question 'Wie?': 'twee' is worth 50 %, and here an option is right or not: it "
        "earns nothing"
    ]


def test_weights_that_are_not_ours_are_told() -> None:
    lines = report("Wie? {~%70%een#a ~%30%twee#b ~drie#c ####d}", "gift")
    assert "each right option adds 50 % and each other one takes away 100 %" in lines[0]


def test_a_file_without_questions_is_refused() -> None:
    with pytest.raises(Unreadable, match="line 1: file: holds no questions"):
        read("// Alleen een opmerking.\n", "gift")


# --- Writing ---------------------------------------------------------------------------------


def test_a_single_question_is_written_with_its_feedback() -> None:
    options = [option("ja", "ja: zeker", right=True), option("nee", "nee", feedback="Jammer #1.")]
    assert write(quiz(item("single", options=options)), "gift").data.decode() == (
        "$CATEGORY: Wat telt?\n"
        "\n"
        "::wie-telt::[plain]Wie telt mee? {\n"
        "\t=ja\\: zeker#Zo.\n"
        "\t~nee#Jammer \\#1.\n"
        "\t####Iedereen.\n"
        "}\n"
    )


def test_a_hundred_percent_is_written_as_moodle_reads_it() -> None:
    options = [option("a1", "a", right=True), option("b1", "b"), option("c1", "c")]
    text = write(quiz(item("multiple", options=options)), "gift").data.decode()
    assert "~%99.99999%a#" in text
    assert "~%-50%b#" in text


def test_the_language_that_was_asked_for_is_written() -> None:
    essay = item("essay", prompt={"nl": "Wat zou je zeggen?", "en": "What would you say?"})
    assert b"What would you say?" in write(quiz(essay), "gift", "en").data


def test_what_has_no_place_is_named() -> None:
    points = item("essay", slug="schrijf", points=4, minimum_words=50, maximum_words=200)
    order = item(
        "order", slug="orde", items=[thing("b1", "een"), thing("a1", "twee"), thing("c1", "drie")]
    )
    lines = left_behind(quiz(points, order), "gift")
    assert lines == [
        "item 'schrijf': how many words are asked does not go along: say so in the text",
        "item 'schrijf': its 4 points do not go along: GIFT has none",
        "item 'orde': GIFT has no 'order' item: it stays here, or ask it in another way",
    ]


def test_a_weighing_stays_here_and_says_why() -> None:
    slider = item("slider", low=both("afsluiten"), high=both("doorgaan"))
    assert left_behind(quiz(slider), "gift") == [
        "item 'wie-telt': a weighing (slider) has no right answer, and GIFT asks for one: it stays "
        "here; let it be answered on this platform"
    ]


def test_sources_and_the_label_of_invented_figures_are_told() -> None:
    lines = left_behind(quiz(item("essay", sources=["cbs-2025"], fictional=True)), "gift")
    assert lines == [
        "item 'wie-telt': its sources (cbs-2025) do not go along: name them there",
        "item 'wie-telt': that its figures are invented does not go along: say so there",
    ]


def test_a_share_that_moodle_does_not_take_is_refused() -> None:
    short = item("short", accepted=[{"text": both("een")}, {"text": both("twee"), "share": 45}])
    assert left_behind(quiz(short), "gift") == [
        "item 'wie-telt': a share of 45 % is not one that Moodle takes: the nearest is 50 %"
    ]


def test_an_arrow_in_a_text_becomes_another_one() -> None:
    pairs = item(
        "matching",
        stems=[
            {**thing("s1", "van a -> b"), "choice": "c1"},
            {**thing("s2", "blijft"), "choice": "c2"},
        ],
        choices=[thing("c1", "weg -> ver"), thing("c2", "thuis")],
    )
    text = write(quiz(pairs), "gift").data.decode()
    assert "=van a → b -> weg -> ver" in text
    assert "'->' means something in GIFT" in left_behind(quiz(pairs), "gift")[0]
