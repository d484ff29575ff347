from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.scoring import AnswerState, Score, Total, Unmarked, total

ASKED_AGAIN = [
    reason for reason in Unmarked if reason not in {Unmarked.BLANK, Unmarked.NEEDS_GRADING}
]

shares = st.fractions(min_value=-1, max_value=1, max_denominator=60)
negative_scores = st.builds(
    Score, shares, st.integers(1, 20), st.none(), lowest=st.just(Fraction(-1))
)


@pytest.mark.parametrize(
    ("fraction", "state"),
    [
        ("1", AnswerState.RIGHT),
        ("99/100", AnswerState.PARTIAL),
        ("1/100", AnswerState.PARTIAL),
        ("0", AnswerState.WRONG),
        ("-1/2", AnswerState.WRONG),
        ("-1", AnswerState.WRONG),
    ],
)
def test_the_share_tells_whether_an_answer_is_right(fraction: str, state: AnswerState) -> None:
    assert Score(Fraction(fraction), 1, lowest=Fraction(-1)).state is state


def test_a_blank_answer_is_not_a_wrong_one() -> None:
    assert Score(Fraction(0), 1, Unmarked.BLANK).state is AnswerState.BLANK


def test_writing_waits_for_a_person() -> None:
    assert Score(Fraction(0), 1, Unmarked.NEEDS_GRADING).state is AnswerState.NEEDS_GRADING


@pytest.mark.parametrize("reason", ASKED_AGAIN)
def test_what_cannot_be_marked_is_invalid(reason: Unmarked) -> None:
    assert Score(Fraction(0), 1, reason).state is AnswerState.INVALID


@pytest.mark.parametrize("reason", Unmarked)
def test_what_has_no_mark_earns_nothing(reason: Unmarked) -> None:
    with pytest.raises(ValueError, match="fraction=1/2 must be 0 while"):
        Score(Fraction(1, 2), 1, reason)


@pytest.mark.parametrize(
    ("fraction", "lowest", "message"),
    [
        ("0", "1/100", "lowest=1/100 must be between -1 and 0"),
        ("0", "-101/100", "lowest=-101/100 must be between -1 and 0"),
        ("-1/2", "-1/3", "fraction=-1/2 must be between -1/3 and 1"),
    ],
)
def test_a_question_may_take_away_only_what_it_says(
    fraction: str, lowest: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Score(Fraction(fraction), 1, lowest=Fraction(lowest))


def test_a_total_tells_how_many_answers_wait_for_a_person() -> None:
    waiting = Score(Fraction(0), 3, Unmarked.NEEDS_GRADING)
    blank = Score(Fraction(0), 1, Unmarked.BLANK)
    assert total([Score(Fraction(1), 2), waiting, blank, waiting]) == Total(
        points=Fraction(2), maximum=9, waiting=2
    )


def test_what_one_question_takes_away_another_may_have_given() -> None:
    lost = Score(Fraction(-1, 2), 2, lowest=Fraction(-1))
    assert total([lost, Score(Fraction(1), 3)]) == Total(points=Fraction(2), maximum=5)


def test_a_total_is_never_below_nothing() -> None:
    assert total([Score(Fraction(-1), 2, lowest=Fraction(-1))]).points == 0


@given(st.lists(negative_scores))
def test_a_total_lies_between_nothing_and_the_maximum(scores: list[Score]) -> None:
    assert 0 <= total(scores).points <= total(scores).maximum


def test_a_total_as_a_share_is_exact() -> None:
    assert total([Score(Fraction(1, 3), 1), Score(Fraction(1), 2)]).fraction == Fraction(7, 9)


def test_nothing_of_nothing_is_no_share() -> None:
    with pytest.raises(ValueError, match="maximum=0 must be >= 1"):
        _ = total([]).fraction
