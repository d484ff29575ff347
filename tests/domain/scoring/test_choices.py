from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.scoring import (
    AnswerState,
    MultipleMethod,
    Score,
    score_multiple,
    score_single,
    score_true_false,
)

OPTIONS = "ABCDE"
METHODS = [method for method in MultipleMethod if method is not MultipleMethod.NO_NEGATIVES]

picks = st.sets(st.sampled_from(OPTIONS))


def choose(
    chosen: str,
    *,
    most: int | None,
    method: MultipleMethod = MultipleMethod.NO_NEGATIVES,
    right: str = "ACD",
) -> Score:
    return score_multiple(chosen, right=right, options=OPTIONS, maximum=6, method=method, most=most)


# --- At most k -----------------------------------------------------------------------------


def test_without_negatives_two_right_of_three_choices_are_two_thirds() -> None:
    assert choose("ACB", most=3).fraction == Fraction(2, 3)


@pytest.mark.parametrize(
    ("chosen", "share"), [("A", "1/2"), ("AC", "1"), ("CD", "1"), ("AB", "1/2"), ("BE", "0")]
)
def test_two_of_the_three_right_ones_can_be_asked_for(chosen: str, share: str) -> None:
    assert choose(chosen, most=2).fraction == Fraction(share)


@pytest.mark.parametrize("method", METHODS)
def test_who_chooses_more_than_may_be_chosen_earns_nothing(method: MultipleMethod) -> None:
    assert choose("ACD", most=3, method=method).points > 0
    too_many = choose("ABCD", most=3, method=method)
    assert too_many.points == 0
    assert too_many.state is AnswerState.WRONG


@pytest.mark.parametrize("method", METHODS)
@given(chosen=picks)
def test_a_limit_that_is_kept_changes_nothing(method: MultipleMethod, chosen: set[str]) -> None:
    limited = choose("".join(chosen), most=5, method=method)
    assert limited == choose("".join(chosen), most=None, method=method)


@pytest.mark.parametrize("most", [None, 0, 4, 5, -1])
def test_without_negatives_a_wrong_choice_must_cost_the_place_of_a_right_one(
    most: int | None,
) -> None:
    with pytest.raises(ValueError, match=f"most={most} must be between 1 and 3 right ones"):
        choose("A", most=most)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("most", [-1, 0, 2])
def test_the_key_itself_may_be_chosen(most: int, method: MultipleMethod) -> None:
    with pytest.raises(ValueError, match=f"most={most} must be >= 3 right ones"):
        choose("A", most=most, method=method)


@given(picks, st.integers(1, 3))
def test_without_negatives_a_share_counts_right_choices_and_nothing_else(
    chosen: set[str], most: int
) -> None:
    share = choose("".join(chosen), most=most).fraction
    assert 0 <= share <= 1
    if len(chosen) <= most:
        assert share * most == len(chosen & set("ACD"))


# --- States --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "state"),
    [
        ("", AnswerState.BLANK),
        ("B", AnswerState.WRONG),
        ("A", AnswerState.PARTIAL),
        ("DCA", AnswerState.RIGHT),
    ],
)
def test_a_multiple_choice_is_blank_wrong_partly_right_or_right(
    chosen: str, state: AnswerState
) -> None:
    assert choose(chosen, most=None, method=MultipleMethod.MOODLE).state is state


# --- Single choice -------------------------------------------------------------------------

SHARES = {"a": Fraction(1), "b": Fraction(-1, 3), "c": Fraction(-1), "d": Fraction(1, 2)}


@pytest.mark.parametrize(
    ("chosen", "lowest", "points"),
    [("b", "-1", -1), ("c", "-1", -3), ("c", "-1/3", -1), ("c", "0", 0), ("a", "-1", 3)],
)
def test_a_single_choice_takes_away_no_more_than_its_question_says(
    chosen: str, lowest: str, points: int
) -> None:
    score = score_single(chosen, fractions=SHARES, maximum=3, lowest=Fraction(lowest))
    assert score.points == points
    assert score.lowest == Fraction(lowest)


@pytest.mark.parametrize(
    ("chosen", "state"),
    [
        (None, AnswerState.BLANK),
        ("b", AnswerState.WRONG),
        ("d", AnswerState.PARTIAL),
        ("a", AnswerState.RIGHT),
    ],
)
def test_a_single_choice_is_blank_wrong_partly_right_or_right(
    chosen: str | None, state: AnswerState
) -> None:
    assert score_single(chosen, fractions=SHARES, maximum=3).state is state


# --- True and false ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "right", "points", "state"),
    [
        (True, True, 2, AnswerState.RIGHT),
        (False, False, 2, AnswerState.RIGHT),
        (True, False, 0, AnswerState.WRONG),
        (False, True, 0, AnswerState.WRONG),
        (None, True, 0, AnswerState.BLANK),
        (None, False, 0, AnswerState.BLANK),
    ],
)
def test_a_statement_is_true_or_false(
    chosen: bool | None, right: bool, points: int, state: AnswerState
) -> None:
    score = score_true_false(chosen, right=right, maximum=2)
    assert score.points == points
    assert score.state is state
