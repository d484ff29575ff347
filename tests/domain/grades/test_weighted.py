"""The whole of several results: vectors of our own, worked out by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from course.domain.grades import (
    Absent,
    Grade,
    Part,
    Reason,
    Stand,
    Step,
    Word,
    absent,
    narrative,
    weighted,
)


def graded(number: str, weight: int | str = 1) -> Part:
    """A part with this exact grade."""
    exact = Fraction(number)
    grade = Grade(exact=exact, rounded=Decimal("1.0"), passed=exact >= Fraction("5.5"))
    return Part(weight=Fraction(weight), stand=Stand.GRADED, grade=grade)


def said(grade: Grade, weight: int = 1) -> Part:
    """A part with this grade, such as a word."""
    return Part(weight=Fraction(weight), stand=Stand.GRADED, grade=grade)


def without(stand: Stand, weight: int = 1) -> Part:
    """A part without a grade."""
    return Part(weight=Fraction(weight), stand=stand)


O_WORD = Grade(word=Word.INSUFFICIENT, passed=False)
V_WORD = Grade(word=Word.SUFFICIENT, passed=True)


@pytest.mark.parametrize(
    ("parts", "shown", "passes"),
    [
        ([graded("8")], "8.0", True),
        ([graded("6"), graded("8", 3)], "7.5", True),  # (6 + 24) / 4
        ([graded("5.4"), graded("5.5")], "5.5", True),  # 5.45, half up
        ([graded("5.449")], "5.4", False),
        ([graded("5.449"), graded("5.45")], "5.4", False),  # rounded once: not 5.4 and 5.5
        ([graded("16/3"), graded("17/3")], "5.5", True),  # a third has no end in decimals
        ([graded("1", "1/3"), graded("10", "2/3")], "7.0", True),
        ([graded("9"), graded("3", 0)], "9.0", True),  # weight 0 is shown and does not count
        ([graded("7"), without(Stand.EXCUSED, 9)], "7.0", True),  # left out
        ([graded("7"), without(Stand.MISSING, 0)], "7.0", True),
        ([graded("7"), without(Stand.WAITING, 0)], "7.0", True),
        ([graded("7"), said(V_WORD, 5)], "7.0", True),  # no number: not in the mean
        ([graded("7"), said(narrative(), 5)], "7.0", True),
        ([graded("9"), said(O_WORD)], "5.4", False),  # an O is not made up for
        ([graded("3"), said(O_WORD)], "3.0", False),
        ([graded("9"), said(O_WORD, 0)], "9.0", True),
    ],
)
def test_the_whole_is_the_mean_by_weight_rounded_once(
    parts: list[Part], shown: str, passes: bool
) -> None:
    found = weighted(parts)
    assert isinstance(found, Grade)
    assert (str(found.rounded), found.passed, found.absent) == (shown, passes, None)


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ([], Reason.NO_RULE),
        ([graded("8", 0)], Reason.NO_RULE),
        ([without(Stand.EXCUSED)], Reason.EXCUSED),
        ([without(Stand.EXCUSED), graded("8", 0)], Reason.EXCUSED),
        ([graded("8"), without(Stand.WAITING)], Reason.WAITING),
        ([without(Stand.MISSING), without(Stand.WAITING)], Reason.WAITING),
        ([said(V_WORD)], Reason.NO_NUMBER),
    ],
)
def test_without_a_grade_it_says_why(parts: list[Part], why: Reason) -> None:
    assert weighted(parts) is why


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([graded("10", 9), without(Stand.MISSING)], Absent.NOT_HANDED_IN),
        ([graded("10"), said(absent(Absent.NOT_HANDED_IN))], Absent.NOT_HANDED_IN),
        ([without(Stand.MISSING)], Absent.NOT_TAKEN_PART),
        ([without(Stand.MISSING), without(Stand.EXCUSED)], Absent.NOT_TAKEN_PART),
    ],
)
def test_what_is_missing_leaves_a_code_and_never_a_number(parts: list[Part], code: Absent) -> None:
    found = weighted(parts)
    assert isinstance(found, Grade)
    assert (found.absent, found.exact, found.passed) == (code, None, False)


def test_words_alone_of_which_one_is_insufficient_are_insufficient() -> None:
    assert weighted([said(V_WORD), said(O_WORD)]) == O_WORD


@pytest.mark.parametrize(
    ("step", "mark", "shown"),
    [(Step.WHOLE, "5.5", "5"), (Step.WHOLE, "7", "6"), (Step.TENTH, "7", "6.9")],
)
def test_a_fail_does_not_look_like_a_pass(step: Step, mark: str, shown: str) -> None:
    found = weighted([graded("9"), said(O_WORD)], pass_mark=Fraction(mark), step=step)
    assert isinstance(found, Grade)
    assert (str(found.rounded), found.passed) == (shown, False)


@pytest.mark.parametrize("mark", ["1", "0", "10.1"])
def test_a_pass_mark_outside_the_grades_is_refused(mark: str) -> None:
    with pytest.raises(ValueError, match="pass_mark="):
        weighted([graded("8")], pass_mark=Fraction(mark))


def test_a_part_has_a_grade_exactly_when_it_is_graded() -> None:
    with pytest.raises(ValueError, match="does not go with"):
        Part(weight=Fraction(1), stand=Stand.GRADED)
    with pytest.raises(ValueError, match="weight="):
        Part(weight=Fraction(-1), stand=Stand.MISSING)


NUMBERS = some.fractions(1, 10, max_denominator=30)
WEIGHED = some.lists(
    some.tuples(NUMBERS, some.fractions("1/9", 9, max_denominator=9)), min_size=1, max_size=6
)


@given(WEIGHED, some.integers(1, 9))
def test_weights_are_relative_and_the_whole_lies_between_its_parts(
    pairs: list[tuple[Fraction, Fraction]], times: int
) -> None:
    once = weighted([graded(str(value), str(weight)) for value, weight in pairs])
    more = weighted([graded(str(value), str(times * weight)) for value, weight in pairs])
    assert isinstance(once, Grade)
    assert once == more
    assert once.exact is not None
    assert min(value for value, _ in pairs) <= once.exact <= max(value for value, _ in pairs)
