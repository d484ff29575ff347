from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.scoring.cbm import (
    Calibration,
    Certainty,
    Told,
    best_certainty,
    certainty_report,
    expected_mark,
    score_told,
)
from course.domain.scoring.scores import Score

LOW, MIDDLE, HIGH = Certainty

told = st.builds(Told, right=st.booleans(), certainty=st.none() | st.sampled_from(Certainty))
chances = st.fractions(min_value=0, max_value=1, max_denominator=60)


def answers(*, right: int, wrong: int, certainty: Certainty | None) -> list[Told]:
    return [
        *(Told(right=True, certainty=certainty) for _ in range(right)),
        *(Told(right=False, certainty=certainty) for _ in range(wrong)),
    ]


FOURTEEN = [
    *answers(right=2, wrong=2, certainty=LOW),
    *answers(right=3, wrong=1, certainty=MIDDLE),
    *answers(right=5, wrong=1, certainty=HIGH),
]


@pytest.mark.parametrize(
    ("certainty", "right", "wrong"), [(LOW, 1, 0), (MIDDLE, 2, -2), (HIGH, 3, -6), (None, 0, 0)]
)
def test_being_sure_pays_when_right_and_costs_more_when_wrong(
    certainty: Certainty | None, right: int, wrong: int
) -> None:
    assert Told(right=True, certainty=certainty).mark == right
    assert Told(right=False, certainty=certainty).mark == wrong


@pytest.mark.parametrize(
    ("chance", "marks", "best"),
    [
        ("1/2", "1/2 0 -3/2", LOW),
        ("2/3", "2/3 2/3 0", LOW),
        ("3/4", "3/4 1 3/4", MIDDLE),
        ("4/5", "4/5 6/5 6/5", MIDDLE),
        ("9/10", "9/10 8/5 21/10", HIGH),
        ("0", "0 -2 -6", LOW),
        ("1", "1 2 3", HIGH),
    ],
)
def test_telling_the_truth_pays_best(chance: str, marks: str, best: Certainty) -> None:
    expected = [expected_mark(Fraction(chance), certainty=level) for level in Certainty]
    assert expected == [Fraction(mark) for mark in marks.split()]
    assert best_certainty(Fraction(chance)) is best


@given(chances)
def test_from_two_thirds_and_from_four_fifths_another_level_is_best(chance: Fraction) -> None:
    level = 1 + (chance > Fraction(2, 3)) + (chance > Fraction(4, 5))
    assert best_certainty(chance) == level


@pytest.mark.parametrize("chance", [Fraction(-1, 10), Fraction(11, 10)])
def test_a_chance_lies_between_0_and_1(chance: Fraction) -> None:
    with pytest.raises(ValueError, match=r"chance=.+ must be between 0 and 1"):
        best_certainty(chance)


def test_looking_back_shows_how_well_one_knew_what_one_knows() -> None:
    report = certainty_report(FOURTEEN)
    assert report is not None
    assert report.answers == 14
    assert report.accuracy == Fraction(10, 14)  # .7143
    assert report.mean == Fraction(15, 14)  # 1.0714
    assert report.best_fixed == Fraction(12, 14)  # .8571
    assert report.bonus == Fraction(3, 140)  # .0214
    assert report.table == (
        Calibration(certainty=LOW, answers=4, right=2),
        Calibration(certainty=MIDDLE, answers=4, right=3),
        Calibration(certainty=HIGH, answers=6, right=5),
    )
    assert [row.share for row in report.table] == [
        Fraction(1, 2),
        Fraction(3, 4),
        Fraction(5, 6),
    ]


def test_answers_without_a_certainty_are_not_looked_at() -> None:
    without = answers(right=3, wrong=4, certainty=None)
    assert certainty_report([*FOURTEEN, *without]) == certainty_report(FOURTEEN)
    assert certainty_report(without) is None
    assert certainty_report([]) is None


def test_a_level_that_was_not_used_has_no_share() -> None:
    report = certainty_report(answers(right=1, wrong=0, certainty=HIGH))
    assert report is not None
    assert [row.share for row in report.table] == [None, None, 1]


def test_one_level_for_everything_earns_no_bonus_and_the_wrong_one_costs() -> None:
    fixed = certainty_report(answers(right=3, wrong=1, certainty=MIDDLE))
    too_sure = certainty_report(answers(right=1, wrong=1, certainty=HIGH))
    assert fixed is not None
    assert too_sure is not None
    assert fixed.bonus == 0
    assert too_sure.bonus == Fraction(-1, 5)


def test_a_quiz_is_scored_of_three_marks_an_answer() -> None:
    assert score_told(FOURTEEN) == Score(Fraction(15, 42), 42)
    assert score_told(answers(right=2, wrong=0, certainty=HIGH)) == Score(Fraction(1), 6)


def test_a_quiz_never_costs_anything() -> None:
    assert score_told(answers(right=1, wrong=2, certainty=HIGH)) == Score(Fraction(0), 9)


def test_a_quiz_has_answers() -> None:
    with pytest.raises(ValueError, match="must hold an answer"):
        score_told([])


@given(st.lists(told, min_size=1), st.randoms())
def test_the_order_of_answers_does_not_matter(given_answers: list[Told], chance: Random) -> None:
    before = score_told(given_answers), certainty_report(given_answers)
    chance.shuffle(given_answers)
    assert (score_told(given_answers), certainty_report(given_answers)) == before


@given(st.lists(told, min_size=1), st.data())
def test_one_more_right_answer_never_lowers_a_quiz(
    given_answers: list[Told], data: st.DataObject
) -> None:
    here = data.draw(st.integers(min_value=0, max_value=len(given_answers) - 1))
    better = list(given_answers)
    better[here] = Told(right=True, certainty=given_answers[here].certainty)
    assert score_told(better).points >= score_told(given_answers).points
