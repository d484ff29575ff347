import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course.domain import grades
from course.domain.grades import (
    Absent,
    Criterion,
    Grade,
    Kind,
    OneAt,
    PassOn,
    Rubric,
    Scheme,
    Step,
    Word,
    absent,
    grade,
    grade_rubric,
    narrative,
    passes_from,
)
from tests.domain.grades.test_schemes import schemes

NUMBER = Scheme()
RAW = Scheme(pass_on=PassOn.RAW)
WORDS = Scheme(kind=Kind.WORDS)
DIRECTLY = Scheme(kind=Kind.SHARE_WORDS)
NARRATIVE = Scheme(kind=Kind.NARRATIVE)
RUBRIC = Rubric(
    (
        Criterion(slug="a", highest=4, weight=Fraction(30)),
        Criterion(slug="b", highest=4, weight=Fraction(30), knockout_level=1),
        Criterion(slug="c", highest=4, weight=Fraction(20)),
        Criterion(slug="d", highest=4, weight=Fraction(20)),
    )
)


def test_the_door_leads_everywhere() -> None:
    assert all(hasattr(grades, name) for name in grades.__all__)


# --- Numbers -------------------------------------------------------------------------------


def test_levels_give_a_grade() -> None:
    found = grade_rubric(RUBRIC, {"a": 3, "b": 2, "c": 4, "d": 1}, NUMBER)
    assert found == Grade(exact=Fraction("6.25"), rounded=Decimal("6.3"), passed=True)
    assert found.code == "6.3"


@pytest.mark.parametrize(
    ("one_at", "codes"),
    [
        (OneAt.ZERO, ["1.0", "2.3", "3.6", "5.5", "7.0", "10.0"]),
        (OneAt.GUESS, ["1.0", "1.0", "2.5", "5.5", "7.0", "10.0"]),
    ],
)
def test_a_test_with_guessing_is_graded_by_its_scheme(one_at: OneAt, codes: list[str]) -> None:
    scheme = Scheme(percentage=Fraction(3, 5), guess=Fraction(25, 2), one_at=one_at)
    assert [grade(points, 50, scheme).code for points in (0, 10, 20, 35, 40, 50)] == codes


def test_rounding_may_lift_a_fail_to_a_pass() -> None:
    found = grade(Fraction("0.5444"), 1, NUMBER)
    assert (found.code, found.passed) == ("5.5", True)
    assert found.exact == pytest.approx(5.4542, abs=5e-5)


def test_where_the_raw_score_decides_a_fail_does_not_look_like_a_pass() -> None:
    found = grade(Fraction("0.5444"), 1, RAW)
    assert (found.code, found.passed) == ("5.4", False)
    assert found.exact == grade(Fraction("0.5444"), 1, NUMBER).exact
    assert grade(Fraction("0.55"), 1, RAW).code == "5.5"


def test_a_whole_grade_passes_when_it_is_rounded_up() -> None:
    found = grade(Fraction("0.55"), 1, Scheme(step=Step.WHOLE))
    assert (found.code, found.passed, found.exact) == ("6", True, Fraction("5.5"))


def test_a_knock_out_caps_the_grade_and_is_shown() -> None:
    found = grade_rubric(RUBRIC, {"a": 4, "b": 0, "c": 4, "d": 4}, NUMBER)
    assert (found.code, found.passed, found.knocked_out) == ("5.0", False, ("b",))


def test_a_knock_out_lifts_nothing() -> None:
    low = {"a": 1, "b": 0, "c": 0, "d": 0}
    assert grade_rubric(RUBRIC, low, NUMBER).exact == Fraction(71, 44)


# --- Words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "word"),
    [("0.4", "O"), ("0.5438", "O"), ("0.544", "V"), ("0.55", "V"), ("0.74", "V"), ("0.75", "G")],
)
def test_a_grade_in_a_word_follows_the_number(share: str, word: str) -> None:
    found = grade(Fraction(share), 1, WORDS)
    assert (found.code, found.passed) == (word, word != "O")
    assert found.rounded is not None


def test_thresholds_of_words_can_be_moved() -> None:
    strict = Scheme(kind=Kind.WORDS, sufficient=Fraction(6), good=Fraction(8), pass_on=PassOn.RAW)
    found = grade(Fraction("0.596"), 1, strict)
    assert (found.word, found.passed, str(found.rounded)) == (Word.INSUFFICIENT, False, "5.9")
    assert grade(Fraction("0.6"), 1, strict).word is Word.SUFFICIENT
    assert grade(Fraction("0.8"), 1, strict).word is Word.GOOD


@pytest.mark.parametrize(
    ("share", "word"), [("0.5499", "O"), ("0.55", "V"), ("0.7499", "V"), ("0.75", "G")]
)
def test_a_word_directly_from_the_rubric_has_no_number(share: str, word: str) -> None:
    found = grade(Fraction(share), 1, DIRECTLY)
    assert found == Grade(word=Word(word), passed=word != "O")


def test_a_knock_out_is_a_fail_in_words_too() -> None:
    best = {"a": 4, "b": 0, "c": 4, "d": 4}
    easy = Scheme(kind=Kind.SHARE_WORDS, sufficient_share=Fraction(1, 10))
    for scheme in (WORDS, easy):
        found = grade_rubric(RUBRIC, best, scheme)
        assert (found.code, found.passed, found.knocked_out) == ("O", False, ("b",))


# --- No grade ------------------------------------------------------------------------------


def test_comments_only_give_no_grade() -> None:
    without_points = Rubric((Criterion(slug="a", highest=2, weight=None),))
    assert grade_rubric(without_points, {"a": 1}, NARRATIVE) == narrative() == Grade()
    assert grade(3, 5, NARRATIVE).code == ""


@pytest.mark.parametrize(("reason", "code"), [("NA", "NA"), ("ND", "ND")])
def test_not_handed_in_is_no_number(reason: str, code: str) -> None:
    found = absent(Absent(reason))
    assert (found.code, found.passed) == (code, False)
    assert (found.exact, found.rounded, found.word) == (None, None, None)


# --- Properties ----------------------------------------------------------------------------


def usable(scheme: Scheme, maximum: int) -> bool:
    """Tell whether the cut lies between a 1.0 and the maximum."""
    if scheme.kind in (Kind.NARRATIVE, Kind.SHARE_WORDS):
        return True
    return scheme.guess < maximum and scheme.one < scheme.cut_of(maximum) < maximum


@given(schemes(), st.integers(1, 100), st.fractions(0, 1), st.fractions(0, 1))
def test_who_has_more_points_never_has_less(
    scheme: Scheme, maximum: int, one: Fraction, other: Fraction
) -> None:
    assume(usable(scheme, maximum))
    low, high = (grade(share * maximum, maximum, scheme) for share in sorted((one, other)))
    if low.exact is not None and high.exact is not None:
        assert 1 <= low.exact <= high.exact <= 10
    if low.rounded is not None and high.rounded is not None:
        assert 1 <= low.rounded <= high.rounded <= 10
    if low.word is not None and high.word is not None:
        assert "OVG".index(low.word) <= "OVG".index(high.word)
    assert not (low.passed and not high.passed)


@given(schemes(), st.integers(1, 100), st.fractions(0, 1))
def test_a_knock_out_never_passes(scheme: Scheme, maximum: int, share: Fraction) -> None:
    assume(usable(scheme, maximum))
    found = grade(share * maximum, maximum, scheme, knocked_out=("a",))
    assert not found.passed
    assert found.exact is None or found.exact <= min(
        5, grade(share * maximum, maximum, scheme).exact or 5
    )


@given(schemes(), st.integers(1, 100), st.fractions(0, 1))
def test_what_is_shown_says_the_same_as_what_was_decided(
    scheme: Scheme, maximum: int, share: Fraction
) -> None:
    assume(usable(scheme, maximum))
    found = grade(share * maximum, maximum, scheme)
    if found.rounded is not None:
        assert found.passed == (found.rounded >= scheme.pass_mark)
    if found.word is not None:
        assert found.passed == (found.word is not Word.INSUFFICIENT)


@given(schemes(), st.integers(1, 100))
def test_the_lowest_score_that_passes_does_and_just_below_it_does_not(
    scheme: Scheme, maximum: int
) -> None:
    assume(scheme.kind is not Kind.NARRATIVE and usable(scheme, maximum))
    mark = passes_from(maximum, scheme)
    assert grade(mark, maximum, scheme).passed
    assert not grade(max(mark - Fraction(1, 10**12), Fraction(0)), maximum, scheme).passed


def test_the_settings_can_say_what_rounding_does() -> None:
    assert passes_from(100, RAW) == 55
    assert float(passes_from(100, NUMBER)) == pytest.approx(54.38889, abs=1e-5)
    assert passes_from(20, DIRECTLY) == 11
    with pytest.raises(ValueError, match="kind=narrative has no pass mark"):
        passes_from(20, NARRATIVE)


# --- Stored --------------------------------------------------------------------------------


@given(schemes(), st.integers(1, 100), st.fractions(0, 1))
def test_a_grade_comes_back_from_its_json(scheme: Scheme, maximum: int, share: Fraction) -> None:
    assume(usable(scheme, maximum))
    for found in (
        grade(share * maximum, maximum, scheme, knocked_out=("a", "b")),
        absent(Absent.NOT_HANDED_IN),
    ):
        assert Grade.from_plain(json.loads(json.dumps(found.to_plain()))) == found


@pytest.mark.parametrize(
    "changed",
    [
        {"colour": "red"},
        {"exact": 6.25},
        {"rounded": "NaN"},
        {"rounded": "6,3"},
        {"rounded": "6."},
        {"rounded": "٦"},
        {"word": "X"},
        {"passed": "yes"},
        {"absent": "1.0"},
        {"knocked_out": "a"},
    ],
)
def test_a_grade_that_was_tampered_with_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must|is not a valid"):
        Grade.from_plain(Grade().to_plain() | changed)


@pytest.mark.parametrize(("points", "maximum"), [(-1, 5), (6, 5), (0, 0)])
def test_points_lie_within_the_maximum(points: int, maximum: int) -> None:
    for scheme in (NUMBER, WORDS, DIRECTLY, NARRATIVE):
        with pytest.raises(ValueError, match=f"points={points} must be between 0 and {maximum}"):
            grade(points, maximum, scheme)


def test_a_cut_above_the_maximum_is_refused() -> None:
    with pytest.raises(ValueError, match="cut=30 must be above 0 and below 20"):
        grade(10, 20, Scheme(cut=Fraction(30)))
    with pytest.raises(ValueError, match="cut=30 must be above 0 and below 20"):
        passes_from(20, Scheme(cut=Fraction(30)))
