from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.grades import cohen_schotanus, cut_score, exact_grade

MULTIPLE_CHOICE = Fraction(35)  # 50 questions, 4 options, 60 %: assessment.md, 4.2
EIGHTY = [27, 26, 26, 24, *[22] * 30, *[18] * 46]


def test_the_cut_lies_above_guessing() -> None:
    assert cut_score(50, guess=Fraction(25, 2), share=Fraction(3, 5)) == 35
    assert cut_score(100, guess=0, share=Fraction(11, 20)) == 55


@pytest.mark.parametrize(
    ("points", "zero", "guess"),
    [
        (0, "1", "1"),
        (10, "2.2857", "1"),
        (20, "3.5714", "2.5"),
        (35, "5.5", "5.5"),
        (40, "7", "7"),
        (50, "10", "10"),
    ],
)
def test_two_lines_meet_in_the_cut(points: int, zero: str, guess: str) -> None:
    hair = Fraction(1, 20_000)
    assert abs(exact_grade(points, 50, cut=MULTIPLE_CHOICE) - Fraction(zero)) < hair
    with_guess = exact_grade(points, 50, cut=MULTIPLE_CHOICE, one=Fraction(25, 2))
    assert with_guess == Fraction(guess)


@pytest.mark.parametrize(
    ("points", "grade"), [(0, "1"), (22, "2.8"), (55, "5.5"), (70, "7"), (100, "10")]
)
def test_without_guessing_the_cut_is_a_percentage(points: int, grade: str) -> None:
    assert exact_grade(points, 100, cut=Fraction(55)) == Fraction(grade)


@given(st.integers(2, 200), st.data())
def test_more_points_never_give_a_lower_grade_and_all_lie_from_one_to_ten(
    maximum: int, data: st.DataObject
) -> None:
    guess = data.draw(st.integers(0, maximum - 1))
    share = data.draw(st.fractions(min_value=Fraction(1, 50), max_value=Fraction(49, 50)))
    cut = cut_score(maximum, guess=guess, share=share)
    assert guess < cut < maximum
    grades = [exact_grade(s, maximum, cut=cut, one=guess) for s in range(maximum + 1)]
    assert grades == sorted(grades)
    assert grades[0] == 1
    assert grades[-1] == 10
    assert exact_grade(cut, maximum, cut=cut, one=guess) == Fraction(11, 2)
    for points, grade in enumerate(grades):
        assert (grade >= Fraction(11, 2)) == (points >= cut)


# --- By the best of the group --------------------------------------------------------------


def test_the_best_five_percent_set_the_cut() -> None:
    assert len(EIGHTY) == 80
    assert cohen_schotanus(EIGHTY, guess=6) == Fraction("16.8")


def test_the_number_of_the_best_is_rounded_up() -> None:
    scores = [30, 29, 28, *[10] * 47]  # of 50 the best 3
    assert cohen_schotanus(scores, guess=0) == Fraction("16.8")


def test_in_a_small_group_the_best_say_nothing() -> None:
    assert cohen_schotanus([20] * 49, guess=0) is None
    assert cohen_schotanus([20] * 50, guess=0) == 12


def test_when_the_best_only_guessed_there_is_no_cut() -> None:
    assert cohen_schotanus([6] * 60, guess=6) is None


@given(st.lists(st.integers(0, 40), min_size=50, max_size=90), st.randoms())
def test_a_cut_lies_between_guessing_and_the_best_in_any_order(
    scores: list[int], chance: Random
) -> None:
    found = cohen_schotanus(scores, guess=6)
    assert found is None or 6 < found < max(scores)
    chance.shuffle(scores)
    assert cohen_schotanus(scores, guess=6) == found


# --- Bad input -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("guess", "share", "message"),
    [
        (50, "1/2", "guess=50 must be at least 0 and below 50"),
        (-1, "1/2", "guess=-1 must be at least 0"),
        (0, "0", "share=0 must be between 0 and 1, exclusive"),
        (0, "1", "share=1 must be between 0 and 1, exclusive"),
    ],
)
def test_a_cut_lies_within_the_points(guess: int, share: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cut_score(50, guess=guess, share=Fraction(share))


def test_the_share_of_the_best_is_a_share() -> None:
    with pytest.raises(ValueError, match="share=1 must be between 0 and 1, exclusive"):
        cohen_schotanus(EIGHTY, guess=6, share=Fraction(1))


@pytest.mark.parametrize("points", [-1, 51])
def test_points_lie_within_the_maximum(points: int) -> None:
    with pytest.raises(ValueError, match=f"points={points} must be between 0 and 50"):
        exact_grade(points, 50, cut=MULTIPLE_CHOICE)


@pytest.mark.parametrize(("cut", "one"), [(0, 0), (50, 0), (51, 0), (10, 10), (10, 12), (10, -1)])
def test_a_cut_is_above_what_gives_a_one_and_below_the_maximum(cut: int, one: int) -> None:
    with pytest.raises(ValueError, match=f"cut={cut} must be above {one} and below 50"):
        exact_grade(20, 50, cut=Fraction(cut), one=one)
