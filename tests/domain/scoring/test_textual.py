import sys
from fractions import Fraction
from itertools import product
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.scoring import (
    AcceptedText,
    AnswerState,
    Score,
    TextRules,
    Unmarked,
    first_fitting,
    score_files,
    score_text,
    score_writing,
    unmatched,
)
from course.domain.scoring.textual import fits, is_one_slip_away, normalised

MARKS = TextRules(ignores_marks=True)
SLIPS = TextRules(forgives_slips=True)
BOTH = TextRules(ignores_marks=True, forgives_slips=True)

short = st.text(alphabet="abé* \\", max_size=8)
words = st.text(alphabet="abcde", max_size=7)


def accepts(text: str, pattern: str, *, case: bool = False, rules: TextRules = SLIPS) -> bool:
    return fits(text, AcceptedText(pattern=pattern, minds_case=case), rules=rules)


# --- What makes no difference --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  Wijkteam \n", "wijkteam"),
        ("WMO  of\t\tJeugdwet", "wmo of jeugdwet"),
        ("a\u00a0b\u202fc", "a b c"),
        ("\uff37\uff2d\uff2f", "wmo"),  # full-width
        ("ﬁets", "fiets"),  # a ligature
        ("cafe\u0301", "caf\u00e9"),
        ("STRASSE", "strasse"),
        ("straße", "strasse"),
        ("zo\u2019n", "zo'n"),
        ("\u2018s avonds", "'s avonds"),
        ("auto\u2011ongeluk", "auto-ongeluk"),
        ("wijk\u00adteam\u200b", "wijkteam"),
        ("", ""),
    ],
)
def test_texts_are_compared_in_one_form(text: str, plain: str) -> None:
    assert normalised(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("crème brûlée", "creme brulee"),
        ("Şükran", "sukran"),
        ("søster", "søster"),
        ("e\u0301", "e"),
    ],
)
def test_marks_make_no_difference_where_a_question_says_so(text: str, plain: str) -> None:
    assert normalised(text, rules=MARKS) == plain


def test_capitals_are_kept_where_they_matter() -> None:
    assert normalised("  De  WMO", minds_case=True) == "De WMO"


@given(st.text(), st.booleans(), st.booleans())
def test_normalising_twice_changes_nothing(text: str, case: bool, marks: bool) -> None:
    rules = TextRules(ignores_marks=marks)
    once = normalised(text, minds_case=case, rules=rules)
    assert normalised(once, minds_case=case, rules=rules) == once


def test_normalising_any_single_character_twice_changes_nothing() -> None:
    for code in range(sys.maxunicode + 1):
        once = normalised(chr(code))
        assert normalised(once) == once, hex(code)


# --- Patterns ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pattern", "right"),
    [
        ("Wmo", "wmo", True),
        ("wmo ", " WMO", True),
        ("wmo2015", "wmo", False),
        ("wmo2015", "wmo*", True),
        ("wmo", "wmo*", True),
        ("de wmo", "*wmo", True),
        ("de wmo van 2015", "*wmo*", True),
        ("de wmo van 2014", "*wmo*2015", False),
        ("aanbod", "a*b*d", True),
        ("abc", "a*b*d", False),
        ("ab", "ab*ab", False),
        ("abab", "ab*ab", True),
        ("aba", "ab*ba", False),
        ("abcabd", "*abc*abd*", True),
        ("abdabc", "*abc*abd*", False),
        ("what you like", "*", True),
        ("x", "**", True),
        ("a b", "a * b", False),
        ("a x b", "a  *  b", True),
        ("5 * 5", r"5 \* 5", True),
        ("5 x 5", r"5 \* 5", False),
        ("5 * 5 = 25", r"5 \* 5*", True),
        ("a.c", "a.c", True),
        ("abc", "a.c", False),
        ("(a|b)+$", "(a|b)+$", True),
        ("[", "[", True),
    ],
)
def test_an_asterisk_stands_for_any_characters_and_nothing_else_is_special(
    text: str, pattern: str, right: bool
) -> None:
    assert accepts(text, pattern) is right


@pytest.mark.parametrize(
    ("text", "pattern", "right"),
    [("WMO", "WMO", True), ("Wmo", "WMO", False), ("de WMO", "*WMO", True), ("wmo", "*WMO", False)],
)
def test_capitals_count_where_a_text_minds_them(text: str, pattern: str, right: bool) -> None:
    assert accepts(text, pattern, case=True) is right


@pytest.mark.parametrize(
    ("text", "pattern"), [("café", "cafe"), ("cafe", "café"), ("Cafe\u0301", "caf*")]
)
def test_marks_are_ignored_on_both_sides(text: str, pattern: str) -> None:
    assert accepts(text, pattern, rules=MARKS)


@pytest.mark.parametrize(
    "pattern", ["*a" * 250, "a*" * 250, "*" * 500, "a" * 250 + "*" + "a" * 249, "*ab" * 166]
)
@pytest.mark.parametrize("text", ["a" * 500, "a" * 499 + "b", "ab" * 250, "\ufdfa" * 500])
def test_no_pattern_takes_long(text: str, pattern: str) -> None:
    accepted = AcceptedText(pattern=pattern)
    began = perf_counter()
    fits(text, accepted)
    assert perf_counter() - began < 0.5


def by_trying_everything(text: str, pattern: str) -> bool:
    """The meaning of a pattern of letters and asterisks, slow and obvious."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(by_trying_everything(text[cut:], pattern[1:]) for cut in range(len(text) + 1))
    return text[:1] == pattern[0] and by_trying_everything(text[1:], pattern[1:])


@given(st.text(alphabet="ab", max_size=9), st.text(alphabet="ab*", min_size=1, max_size=7))
def test_a_pattern_means_what_trying_everything_says(text: str, pattern: str) -> None:
    assert accepts(text, pattern) == by_trying_everything(text, pattern)


@given(short.filter(lambda text: bool(normalised(text))))
def test_a_text_without_stars_accepts_itself(text: str) -> None:
    literal = text.replace("\\", "").replace("*", r"\*")
    if normalised(literal):
        assert accepts(text.replace("\\", ""), literal)


@pytest.mark.parametrize(
    ("pattern", "fraction", "message"),
    [
        ("", "1", "must have 1 to 500 characters"),
        (" \t", "1", "must have 1 to 500 characters"),
        ("\u200b", "1", "must have 1 to 500 characters"),
        ("a" * 501, "1", "must have 1 to 500 characters"),
        ("a", "-1/10", "fraction=-1/10 must be between 0 and 1"),
        ("a", "11/10", "fraction=11/10 must be between 0 and 1"),
    ],
)
def test_an_accepted_text_refuses_what_cannot_be_compared(
    pattern: str, fraction: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        AcceptedText(pattern=pattern, fraction=Fraction(fraction))


# --- Marks ---------------------------------------------------------------------------------

ACCEPTED = [
    AcceptedText(pattern="outreachend werken"),
    AcceptedText(pattern="bemoeizorg", fraction=Fraction(1, 2)),
    AcceptedText(pattern="bemoeizucht", fraction=Fraction(0)),
    AcceptedText(pattern="zorg", fraction=Fraction(1, 4)),
    AcceptedText(pattern="*bezoek*", fraction=Fraction(1, 4)),
    AcceptedText(pattern="*", fraction=Fraction(0)),  # for feedback on everything else
]


def score(given: str, rules: TextRules = SLIPS) -> Score:
    return score_text(given, accepted=ACCEPTED, maximum=4, rules=rules)


@pytest.mark.parametrize(
    ("given", "points", "state"),
    [
        ("Outreachend  werken", 4, AnswerState.RIGHT),
        ("bemoeizorg", 2, AnswerState.PARTIAL),
        ("op huisbezoek gaan", 1, AnswerState.PARTIAL),
        ("bemoeizucht", 0, AnswerState.WRONG),
        ("wachten", 0, AnswerState.WRONG),
        ("", 0, AnswerState.BLANK),
        (" \n\u200b", 0, AnswerState.BLANK),
    ],
)
def test_the_first_text_that_fits_decides(given: str, points: int, state: AnswerState) -> None:
    assert score(given).points == points
    assert score(given).state is state


@pytest.mark.parametrize("given", ["outreachend werkn", "outreachend wreken", "bemoeizorgg"])
def test_one_slip_in_a_longer_word_is_asked_again_and_has_no_mark(given: str) -> None:
    almost = score(given)
    assert almost.unmarked is Unmarked.ALMOST
    assert almost.state is AnswerState.INVALID
    assert almost.points == 0


def test_a_slip_is_wrong_unless_a_question_forgives_it() -> None:
    assert score("outreachend werkn", TextRules()).state is AnswerState.WRONG


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("zrog", "short"),
        ("outreachend wrkn", "two slips"),
        ("bemoeizucht", "an author told it apart"),
        ("bemoeizuchtt", "one slip away from what earns nothing"),
        ("bezoeg", "a pattern with asterisks"),
    ],
)
def test_what_is_further_off_is_wrong(given: str, why: str) -> None:
    assert score(given).state is AnswerState.WRONG, why


@pytest.mark.parametrize(
    ("given", "accepted", "case", "almost"),
    [
        ("abcde", "abcdef", False, True),
        ("abcd", "abcde", False, False),
        ("abcdef", "abcde", False, False),
        ("een b", "één b", False, False),
        ("creme brulé", "crème brulé", False, True),
        ("jeugdwet", "Jeugdwet", True, True),
        ("5 * 5 = 26", r"5 \* 5 = 25", False, True),
    ],
)
def test_six_characters_are_enough_to_recognise_a_slip(
    given: str, accepted: str, case: bool, almost: bool
) -> None:
    key = [AcceptedText(pattern=accepted, minds_case=case)]
    marked = score_text(given, accepted=key, maximum=1, rules=SLIPS)
    assert (marked.unmarked is Unmarked.ALMOST) is almost


def test_marks_and_slips_can_both_be_forgiven() -> None:
    key = [AcceptedText(pattern="crème brûlée")]
    assert score_text("creme brulee", accepted=key, maximum=1, rules=BOTH).points == 1
    almost = score_text("creme brule", accepted=key, maximum=1, rules=BOTH)
    assert almost.unmarked is Unmarked.ALMOST


def test_a_text_that_is_too_long_is_not_compared() -> None:
    assert score("a" * 501).unmarked is Unmarked.TOO_LONG
    assert score("a" * 500).state is AnswerState.WRONG


@pytest.mark.parametrize("accepted", [[], ACCEPTED[1:]])
def test_one_text_must_earn_everything(accepted: list[AcceptedText]) -> None:
    with pytest.raises(ValueError, match="must have fraction 1"):
        score_text("", accepted=accepted, maximum=1)


def test_the_text_that_fits_is_known_so_that_it_can_have_its_own_feedback() -> None:
    assert first_fitting("huisbezoek", ACCEPTED) is ACCEPTED[4]
    assert first_fitting("x", ACCEPTED[:5]) is None


def test_answers_that_fit_nothing_are_listed_for_the_teacher_most_frequent_first() -> None:
    given = ["straathoek", "Veldwerk", "straat", "veldwerk ", "bemoeizorg", "", "a" * 501]
    assert unmatched(given, accepted=ACCEPTED[:5]) == [
        ("veldwerk", 2),
        ("straat", 1),
        ("straathoek", 1),
    ]


# --- One slip ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("werk", "werk", False), ("werk", "werkt", True), ("werk", "wer", True),
        ("werk", "berk", True), ("werk", "wrek", True), ("werk", "wrke", False),
        ("werk", "wkre", False), ("werk", "we", False), ("", "a", True), ("", "", False),
        ("ab", "ba", True), ("abc", "cba", False), ("aab", "aba", True), ("aa", "aaa", True),
    ],
)  # fmt: skip
def test_a_slip_is_one_letter_or_two_exchanged(one: str, other: str, near: bool) -> None:
    assert is_one_slip_away(one, other) is near
    assert is_one_slip_away(other, one) is near


def all_slips(word: str, letters: str) -> set[str]:
    """Everything that one slip makes of a word, itself excepted."""
    made: set[str] = set()
    for place, letter in product(range(len(word) + 1), letters):
        made.add(word[:place] + letter + word[place:])
        made.add(word[:place] + letter + word[place + 1 :])
    for place in range(len(word)):
        made.add(word[:place] + word[place + 1 :])
        made.add(word[:place] + word[place : place + 2][::-1] + word[place + 2 :])
    return made - {word}


@given(words, words)
def test_one_slip_away_is_what_one_slip_makes(one: str, other: str) -> None:
    assert is_one_slip_away(one, other) == (other in all_slips(one, "abcde"))


@given(words, st.data())
def test_every_slip_is_recognised(word: str, data: st.DataObject) -> None:
    assert is_one_slip_away(word, data.draw(st.sampled_from(sorted(all_slips(word, "abcde")))))


# --- Writing and files ---------------------------------------------------------------------


def test_writing_waits_for_a_person() -> None:
    written = score_writing("Ik zou langsgaan.", maximum=10)
    assert written.state is AnswerState.NEEDS_GRADING
    assert written.points == 0


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_nothing_written_is_blank(text: str) -> None:
    assert score_writing(text, maximum=10).state is AnswerState.BLANK


def test_files_wait_for_a_person_and_none_is_blank() -> None:
    assert score_files(["verslag.pdf"], maximum=10).state is AnswerState.NEEDS_GRADING
    assert score_files([], maximum=10).state is AnswerState.BLANK
