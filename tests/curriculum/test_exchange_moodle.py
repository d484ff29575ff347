"""Moodle XML, read and written: each type of question, and a line for what has no place."""

from decimal import Decimal

import pytest

from course.curriculum.exchange.report import Unreadable
from tests.curriculum.exchanged import (
    back,
    both,
    item,
    left_behind,
    meaning,
    one,
    option,
    quiz,
    read,
    refusals,
    report,
    thing,
    write,
)


def question(kind: str, inside: str, *, asked: str = "Wie telt mee?") -> str:
    """A question in a file, with an explanation."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
        f'<question type="{kind}">\n<name><text>Wie telt</text></name>\n'
        f'<questiontext format="html"><text><![CDATA[{asked}]]></text></questiontext>\n'
        '<generalfeedback format="html"><text><![CDATA[<p>Iedereen.</p>]]></text></generalfeedback>'
        f"\n{inside}\n</question>\n</quiz>\n"
    )


def answer(text: str, fraction: str, feedback: str = "Zo.", *, more: str = "") -> str:
    """An answer to a question."""
    return (
        f'<answer fraction="{fraction}" format="html"><text>{text}</text>'
        f"<feedback><text>{feedback}</text></feedback>{more}</answer>"
    )


# --- Reading ---------------------------------------------------------------------------------


def test_one_right_answer_makes_a_single_question() -> None:
    inside = "<single>true</single>" + answer("ja", "100") + answer("nee", "0", "Jammer.")
    found = one(question("multichoice", inside, asked="<p>Wie telt mee?</p>"), "moodle")
    assert (found.type, found.slug, found.prompt.nl) == ("single", "wie-telt", "Wie telt mee?")
    assert [(part.text.nl, part.right, part.feedback.nl) for part in found.options] == [
        ("ja", True, "Zo."),
        ("nee", False, "Jammer."),
    ]
    assert found.explanation.nl == "Iedereen."


def test_thirds_make_a_multiple_question_without_a_remark() -> None:
    answers = [answer(text, "33.33333") for text in ("a", "b", "c")]
    inside = "<single>false</single>" + "".join([*answers, answer("d", "-100")])
    source = question("multichoice", inside)
    assert [part.right for part in one(source, "moodle").options] == [True, True, True, False]
    assert report(source, "moodle") == []


def test_a_claim_is_true_or_not() -> None:
    inside = answer("true", "0", "Kijk nog eens.") + answer("false", "100", "")
    found = one(question("truefalse", inside), "moodle")
    assert (found.type, found.right, found.feedback.nl) == ("true-false", False, "Kijk nog eens.")


def test_capitals_may_matter_in_what_is_typed() -> None:
    inside = "<usecase>1</usecase>" + answer("Wmo*", "100") + answer("wet", "50")
    found = one(question("shortanswer", inside), "moodle")
    assert found.minds_case
    assert [(one.text.nl, one.share) for one in found.accepted] == [("Wmo*", 100), ("wet", 50)]


def test_a_subquestion_without_words_is_a_choice_that_belongs_to_none() -> None:
    inside = "".join(
        f"<subquestion><text>{stem}</text><answer><text>{choice}</text></answer></subquestion>"
        for stem, choice in (("licht", "vlam"), ("samen", "warm"), ("", "koud"))
    )
    found = one(question("matching", inside), "moodle")
    assert [stem.text.nl for stem in found.stems] == ["licht", "samen"]
    assert [choice.text.nl for choice in found.choices] == ["vlam", "warm", "koud"]


def test_things_stand_in_their_right_order_and_their_slugs_tell_nothing() -> None:
    inside = "".join(answer(text, str(place)) for place, text in enumerate(("aa", "bb", "cc"), 1))
    found = one(question("ordering", inside), "moodle")
    assert [part.text.nl for part in found.items] == ["aa", "bb", "cc"]
    slugs = [part.slug for part in found.items]
    assert slugs != sorted(slugs)


def test_a_number_has_a_tolerance_a_unit_and_mistakes() -> None:
    unit = "<unit><multiplier>1</multiplier><unit_name>uur</unit_name></unit>"
    inside = (
        answer("31.5", "100", "", more="<tolerance>0.5</tolerance>")
        + answer("13", "0", "Andersom.")
        + f"<units>{unit}</units>"
    )
    found = one(question("numerical", inside), "moodle")
    assert (found.expected, found.tolerance) == (Decimal("31.5"), Decimal("0.5"))
    assert found.unit.nl == "uur"
    assert [mistake.value for mistake in found.mistakes] == [Decimal(13)]


def test_an_essay_has_its_limits() -> None:
    inside = "<minwordlimit>50</minwordlimit><maxwordlimit>200</maxwordlimit>"
    found = one(question("essay", inside), "moodle")
    assert (found.minimum_words, found.maximum_words) == (50, 200)


def test_gaps_are_typed_or_chosen() -> None:
    asked = (
        "<p>Vul aan.</p><p>Eerst {1:SHORTANSWER:=contact~%50%iets#Bijna.}, dan "
        "{1:MULTICHOICE:=vertrouwen~een \\} formulier}.</p>"
    )
    found = one(question("cloze", "", asked=asked), "moodle")
    assert found.type == "gaps"
    assert found.prompt.nl == "Vul aan."
    assert found.text.nl == "Eerst {contact}, dan {vertrouwen}."
    typed, chosen = found.gaps
    assert [(one.text.nl, one.share) for one in typed.accepted] == [("contact", 100), ("iets", 50)]
    assert typed.accepted[1].feedback.nl == "Bijna."
    assert [part.text.nl for part in chosen.options] == ["vertrouwen", "een } formulier"]
    assert chosen.right == "vertrouwen"


def test_gaps_without_a_text_before_them_get_a_prompt() -> None:
    found = one(question("cloze", "", asked="<p>Eerst {1:SA:=contact}.</p>"), "moodle")
    assert found.prompt.nl == "Vul de gaten in."


def test_points_are_whole_and_at_most_ten() -> None:
    source = question("essay", "<defaultgrade>2.5</defaultgrade>")
    assert one(source, "moodle").points == 2
    assert report(source, "moodle") == [
        "line 3: question 'Wie telt': is worth 2.5 points: here 2, in whole points to 10"
    ]


def test_points_of_seven_decimals_are_whole() -> None:
    assert one(question("essay", "<defaultgrade>3.0000000</defaultgrade>"), "moodle").points == 3


def test_what_an_item_loses_is_told_once() -> None:
    inside = (
        "<single>true</single>"
        + answer("&lt;b&gt;ja&lt;/b&gt;", "100")
        + answer("&lt;img src='@@PLUGINFILE@@/a.png' alt='nee'&gt;", "0")
        + "<correctfeedback><text>Goed.</text></correctfeedback><hint><text>Denk.</text></hint>"
        + '<tags><tag><text>wmo</text></tag></tags><file name="a.png" encoding="base64">AAAA</file>'
    )
    source = question("multichoice", inside)
    assert [part.text.nl for part in one(source, "moodle").options] == ["ja", "nee"]
    assert report(source, "moodle") == [
        "line 3: question 'Wie telt': feedback for right, partly right and wrong, hints, files, "
        "tags, bold and italics and pictures did not come along: see what the text needs"
    ]


@pytest.mark.parametrize(
    ("kind", "inside", "reason"),
    [
        ("ddmarker", "", "is of the type 'ddmarker', which has no place here"),
        ("description", "", "asks nothing: put its text in the question it is about"),
        ("multichoice", answer("ja", "100"), "options has 1, needs at least 2: add 1"),
        ("multichoice", answer("ja", "alles"), "'alles' is not a number"),
        ("truefalse", answer("ja", "100"), "does not have the answers 'true' and 'false'"),
        ("numerical", answer("veel", "100"), "'veel' is not a number"),
        ("matching", "<subquestion><text>a</text></subquestion>", "has a pair without a choice"),
        ("ordering", answer("", "1"), "has a thing to order without words"),
    ],
)
def test_what_is_not_taken_is_named_with_its_line(kind: str, inside: str, reason: str) -> None:
    (refused,) = refusals(question(kind, inside), "moodle")
    assert refused.startswith("line 3: question 'Wie telt': ")
    assert reason in refused


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ("Hoeveel? {1:NUMERICAL:=3:1}", "has a gap of the kind NUMERICAL"),
        ("Welke? {1:MULTIRESPONSE:=a~=b}", "has a gap of the kind MULTIRESPONSE"),
        ("Welke? {1:MC:a~b}", "has a gap with 0 right options"),
        ("Niets.", "has no gaps"),
        ("Open {1:SA:=a", "'{1:SA:' is never closed"),
    ],
)
def test_a_gap_that_has_no_place_is_named(asked: str, reason: str) -> None:
    (refused,) = refusals(question("cloze", "", asked=asked), "moodle")
    assert reason in refused


def test_a_file_that_is_no_quiz_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"line 2: file: begins with <course>, not with <quiz>"):
        read("<?xml version='1.0'?>\n<course/>", "moodle")


def test_what_is_no_question_is_refused() -> None:
    assert refusals("<quiz>\n<vraag/>\n</quiz>", "moodle") == [
        "line 2: <vraag>: is no question: take it out, or write it as <question>"
    ]


# --- Writing ---------------------------------------------------------------------------------


def test_weights_are_from_the_list_of_moodle() -> None:
    options = [
        *(option(f"r{place}", f"goed {place}", right=True) for place in range(7)),
        option("w1", "fout"),
    ]
    text = write(quiz(item("multiple", options=options)), "moodle").data.decode()
    assert 'fraction="14.28571"' in text
    assert 'fraction="-100"' in text


def test_the_category_carries_the_title() -> None:
    text = write(quiz(item("essay"), title=both("Doen/laten")), "moodle").data
    assert b"$course$/Doen//laten" in text
    assert read(text, "moodle").title == "Doen/laten"


def test_gaps_with_every_reserved_character_come_back() -> None:
    text = r"a}b~c#d=e%f\g/h\"i< j&k{l"
    gaps = item(
        "gaps",
        text=both("Eerst {een}, dan {twee} & meer < minder."),
        gaps=[
            {"slug": "een", "accepted": [{"text": both(text), "feedback": both(text)}]},
            {
                "slug": "twee",
                "options": [thing("o1", text), thing("o2", f"{text} niet")],
                "right": "o2",
            },
        ],
    )
    (found,) = back("moodle", gaps)
    assert meaning(found) == meaning(quiz(gaps).items[0])


def test_hotspots_and_opinions_stay_here() -> None:
    survey = item("survey", steps=[both("nooit"), both("soms"), both("altijd")])
    assert left_behind(quiz(survey), "moodle") == [
        "item 'wie-telt': Moodle XML has no 'survey' item: it stays here, or ask it in another way"
    ]
    assert write(quiz(survey), "moodle").count == 0


@pytest.mark.parametrize("told", ["&", "12; is te vroeg", "x1F; ook"])
def test_an_ampersand_before_what_is_said_about_it_is_no_number_of_a_character(told: str) -> None:
    accepted = [{"text": both("licht &"), "share": 100, "feedback": both(told)}]
    gaps = item("gaps", text=both("Vul in: {een}."), gaps=[{"slug": "een", "accepted": accepted}])
    (found,) = back("moodle", gaps)
    assert meaning(found) == meaning(quiz(gaps).items[0])


def test_an_option_of_a_gap_that_looks_like_a_weight_is_a_text() -> None:
    options = [thing("o1", "%50%x"), thing("o2", "=y")]
    gap = {"slug": "een", "options": options, "right": "o2"}
    gaps = item("gaps", text=both("Kies {een}."), gaps=[gap])
    (found,) = back("moodle", gaps)
    assert meaning(found) == meaning(quiz(gaps).items[0])
