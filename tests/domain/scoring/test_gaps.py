from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.scoring import (
    AcceptedText,
    AnswerState,
    Score,
    Unmarked,
    score_gaps,
    score_number,
    score_single,
    score_text,
)

BLANK = Score(Fraction(0), 1, Unmarked.BLANK)
ALMOST = Score(Fraction(0), 1, Unmarked.ALMOST)

shares = st.fractions(min_value=0, max_value=1, max_denominator=20)
gaps = st.builds(Score, shares, st.integers(1, 5))


def test_each_gap_is_marked_by_its_own_rule_and_weighs_what_it_says() -> None:
    year = score_number(Decimal(2015), expected=Decimal(2015), tolerance=Decimal(0), maximum=1)
    law = score_text("Wmo", accepted=[AcceptedText(pattern="wmo")], maximum=2)
    who = score_single("b", fractions={"a": Fraction(1), "b": Fraction(1, 2)}, maximum=1)
    missed = score_text("rijk", accepted=[AcceptedText(pattern="gemeente")], maximum=2)
    score = score_gaps([year, law, who, missed], maximum=12)
    assert score.fraction == Fraction(7, 12)
    assert score.points == 7
    assert score.state is AnswerState.PARTIAL


@pytest.mark.parametrize(
    ("given", "share", "state"),
    [
        ([BLANK, BLANK], "0", AnswerState.BLANK),
        ([BLANK, Score(Fraction(1), 3)], "3/4", AnswerState.PARTIAL),
        ([ALMOST, Score(Fraction(1), 1)], "1/2", AnswerState.PARTIAL),
        ([BLANK, ALMOST], "0", AnswerState.INVALID),
        ([Score(Fraction(0), 1), BLANK], "0", AnswerState.WRONG),
        ([Score(Fraction(1), 1), Score(Fraction(1), 5)], "1", AnswerState.RIGHT),
    ],
)
def test_a_gap_without_a_mark_counts_nothing(
    given: list[Score], share: str, state: AnswerState
) -> None:
    score = score_gaps(given, maximum=1)
    assert score.fraction == Fraction(share)
    assert score.state is state


def test_what_has_to_be_asked_again_is_told_for_the_whole_when_there_is_nothing_else() -> None:
    assert score_gaps([BLANK, ALMOST], maximum=1).unmarked is Unmarked.ALMOST


def test_a_text_without_gaps_is_no_question() -> None:
    with pytest.raises(ValueError, match="must hold at least one gap"):
        score_gaps([], maximum=1)


def test_a_gap_does_not_wait_for_a_person() -> None:
    with pytest.raises(ValueError, match="must be marked by a rule"):
        score_gaps([BLANK, Score(Fraction(0), 1, Unmarked.NEEDS_GRADING)], maximum=1)


@given(st.lists(gaps, min_size=1), st.randoms())
def test_the_mean_lies_between_the_worst_and_the_best_gap_in_any_order(
    given: list[Score], chance: Random
) -> None:
    mixed = list(given)
    chance.shuffle(mixed)
    share = score_gaps(given, maximum=1).fraction
    assert min(gap.fraction for gap in given) <= share <= max(gap.fraction for gap in given)
    assert score_gaps(mixed, maximum=1).fraction == share
