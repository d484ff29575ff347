from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.scoring import (
    AnswerState,
    Behaviour,
    Score,
    Unmarked,
    count_back,
    may_try_again,
    outcome,
    tries_allowed,
)

MAXIMUM = 3
THIRD = Fraction(1, 3)
AT_ONCE = [Behaviour.IMMEDIATE, Behaviour.INTERACTIVE, Behaviour.ADAPTIVE]
LATER = [Behaviour.DEFERRED, Behaviour.MANUAL]

ASK = Score(Fraction(0), MAXIMUM, Unmarked.UNIT_MISSING)
BLANK = Score(Fraction(0), MAXIMUM, Unmarked.BLANK)

wrong_or_partial = st.fractions(min_value=0, max_value=Fraction(19, 20), max_denominator=20)
penalties = st.fractions(min_value=0, max_value=1, max_denominator=12)


def marked(*shares: str) -> list[Score]:
    return [Score(Fraction(share), MAXIMUM) for share in shares]


def earned(behaviour: Behaviour, *shares: str, hints: int = 3, penalty: str = "1/3") -> Fraction:
    score = outcome(marked(*shares), behaviour=behaviour, hints=hints, penalty=Fraction(penalty))
    return score.fraction


# --- Vectors -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shares", "share"),
    [
        (("1",), "1"),
        (("0", "1"), "2/3"),
        (("0", "0", "1"), "1/3"),
        (("0", "0", "0", "1"), "0"),
        (("1/2", "1/2"), "1/6"),
        (("0", "0", "0", "0"), "0"),
    ],
)
def test_interactive_takes_a_third_for_each_wrong_try(shares: tuple[str, ...], share: str) -> None:
    assert earned(Behaviour.INTERACTIVE, *shares) == Fraction(share)


def test_adaptive_counts_the_best_try_less_what_it_cost() -> None:
    assert earned(Behaviour.ADAPTIVE, "1/2", "4/5", "1", penalty="1/10") == Fraction(4, 5)


def test_adaptive_never_takes_back_what_a_try_earned() -> None:
    assert earned(Behaviour.ADAPTIVE, "4/5", "0", "1", penalty="1/3") == Fraction(4, 5)


def test_a_third_is_what_a_wrong_try_costs_unless_said_otherwise() -> None:
    assert outcome(marked("0", "1"), behaviour=Behaviour.INTERACTIVE, hints=1).points == 2


@pytest.mark.parametrize(
    ("shares", "share"), [(("0", "1"), "1"), (("1", "0"), "0"), (("1/2",), "1/2")]
)
def test_deferred_counts_the_last_answer(shares: tuple[str, ...], share: str) -> None:
    assert earned(Behaviour.DEFERRED, *shares) == Fraction(share)


def test_deferred_leaves_blank_what_was_cleared() -> None:
    assert outcome([*marked("1"), BLANK], behaviour=Behaviour.DEFERRED) == BLANK


@pytest.mark.parametrize("share", ["0", "1/3", "1"])
def test_immediate_counts_the_one_answer(share: str) -> None:
    assert earned(Behaviour.IMMEDIATE, share) == Fraction(share)


def test_immediate_may_take_away_what_the_question_says() -> None:
    lost = Score(Fraction(-1, 2), MAXIMUM, lowest=Fraction(-1))
    assert outcome([lost], behaviour=Behaviour.IMMEDIATE) == lost


@pytest.mark.parametrize("behaviour", [Behaviour.INTERACTIVE, Behaviour.ADAPTIVE])
def test_where_tries_have_a_price_nothing_else_is_taken_away(behaviour: Behaviour) -> None:
    lost = Score(Fraction(-1, 2), MAXIMUM, lowest=Fraction(-1))
    assert outcome([lost], behaviour=behaviour).points == 0


def test_manual_waits_for_a_person_whatever_a_rule_would_say() -> None:
    score = outcome(marked("1"), behaviour=Behaviour.MANUAL)
    assert score.state is AnswerState.NEEDS_GRADING


def test_manual_has_nothing_to_wait_for_when_the_answer_is_blank() -> None:
    assert outcome([BLANK], behaviour=Behaviour.MANUAL) == BLANK


# --- What is no try ------------------------------------------------------------------------


@pytest.mark.parametrize("nothing", [BLANK, ASK])
@pytest.mark.parametrize("behaviour", [Behaviour.INTERACTIVE, Behaviour.ADAPTIVE])
def test_an_answer_that_has_to_be_asked_again_costs_nothing(
    behaviour: Behaviour, nothing: Score
) -> None:
    tries = [nothing, *marked("0"), nothing, nothing, *marked("1")]
    assert outcome(tries, behaviour=behaviour, hints=1).fraction == Fraction(2, 3)


@pytest.mark.parametrize("behaviour", AT_ONCE)
def test_when_all_was_to_be_asked_again_that_is_the_outcome(behaviour: Behaviour) -> None:
    assert outcome([BLANK, ASK], behaviour=behaviour) == ASK


# --- How many tries ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "allowed"),
    [
        (Behaviour.DEFERRED, 1),
        (Behaviour.IMMEDIATE, 1),
        (Behaviour.INTERACTIVE, 3),
        (Behaviour.ADAPTIVE, None),
        (Behaviour.MANUAL, 1),
    ],
)
def test_two_hints_make_three_tries_and_only_where_hints_are_given(
    behaviour: Behaviour, allowed: int | None
) -> None:
    assert tries_allowed(behaviour, hints=2) == allowed


@pytest.mark.parametrize(
    ("behaviour", "shares", "again"),
    [
        (Behaviour.IMMEDIATE, (), True),
        (Behaviour.IMMEDIATE, ("0",), False),
        (Behaviour.INTERACTIVE, ("0",), True),
        (Behaviour.INTERACTIVE, ("1/2", "0"), False),
        (Behaviour.INTERACTIVE, ("1",), False),
        (Behaviour.ADAPTIVE, ("0", "0", "0", "0"), True),
        (Behaviour.ADAPTIVE, ("0", "1"), False),
        (Behaviour.DEFERRED, ("1",), True),
        (Behaviour.MANUAL, ("1", "0"), True),
    ],
)
def test_nobody_tries_again_after_a_right_answer_or_the_last_hint(
    behaviour: Behaviour, shares: tuple[str, ...], again: bool
) -> None:
    assert may_try_again(marked(*shares), behaviour=behaviour, hints=1) is again


def test_without_hints_there_is_one_try() -> None:
    tries = marked("0", "1")
    assert tries_allowed(Behaviour.INTERACTIVE) == 1
    assert not may_try_again(tries[:1], behaviour=Behaviour.INTERACTIVE)
    with pytest.raises(ValueError, match="2 tries must be at most 1 for"):
        outcome(tries, behaviour=Behaviour.INTERACTIVE)


@pytest.mark.parametrize("behaviour", AT_ONCE)
def test_a_typing_mistake_leaves_the_try(behaviour: Behaviour) -> None:
    assert may_try_again([ASK, BLANK], behaviour=behaviour)


# --- Errors --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "shares", "message"),
    [
        (Behaviour.IMMEDIATE, ("0", "1"), "2 tries must be at most 1 for"),
        (Behaviour.INTERACTIVE, ("0", "0", "1"), "3 tries must be at most 2 for"),
        (Behaviour.INTERACTIVE, ("1", "1"), "2 tries must be at most 1 for"),
        (Behaviour.ADAPTIVE, ("1", "1"), "2 tries must be at most 1 for"),
    ],
)
def test_a_try_too_many_is_an_error(
    behaviour: Behaviour, shares: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        outcome(marked(*shares), behaviour=behaviour, hints=1)


@pytest.mark.parametrize("behaviour", Behaviour)
def test_an_outcome_refuses_what_cannot_be_counted(behaviour: Behaviour) -> None:
    with pytest.raises(ValueError, match="must hold at least one answer"):
        outcome([], behaviour=behaviour)
    with pytest.raises(ValueError, match="must have one maximum"):
        outcome([Score(Fraction(0), 1), Score(Fraction(0), 2)], behaviour=behaviour)
    with pytest.raises(ValueError, match="hints=-1 must be >= 0"):
        tries_allowed(behaviour, hints=-1)
    for penalty in (Fraction(-1, 100), Fraction(101, 100)):
        with pytest.raises(ValueError, match=f"penalty={penalty} must be between 0 and 1"):
            outcome(marked("1"), behaviour=behaviour, penalty=penalty)


# --- Properties ----------------------------------------------------------------------------


@given(st.lists(wrong_or_partial, min_size=1, max_size=5), penalties, penalties)
def test_tries_stay_within_bounds_and_a_higher_penalty_never_raises(
    shares: list[Fraction], penalty: Fraction, other: Fraction
) -> None:
    tries = [Score(share, MAXIMUM) for share in shares]
    low, high = sorted((penalty, other))
    for behaviour in (Behaviour.INTERACTIVE, Behaviour.ADAPTIVE):
        cheap = outcome(tries, behaviour=behaviour, hints=9, penalty=low).fraction
        dear = outcome(tries, behaviour=behaviour, hints=9, penalty=high).fraction
        assert 0 <= dear <= cheap <= 1
    assert outcome(tries, behaviour=Behaviour.ADAPTIVE, penalty=high).fraction >= shares[0]


@given(st.lists(wrong_or_partial, min_size=1, max_size=4), wrong_or_partial, penalties)
def test_another_try_never_lowers_an_adaptive_question(
    shares: list[Fraction], more: Fraction, penalty: Fraction
) -> None:
    tries = [Score(share, MAXIMUM) for share in shares]
    before = outcome(tries, behaviour=Behaviour.ADAPTIVE, penalty=penalty).fraction
    tries.append(Score(more, MAXIMUM))
    assert outcome(tries, behaviour=Behaviour.ADAPTIVE, penalty=penalty).fraction >= before


# --- Counting back -------------------------------------------------------------------------


def test_each_part_pays_for_its_own_wrong_tries() -> None:
    tries = [[True, False, False], [True, True, True]]
    assert count_back(tries, penalty=THIRD) == Fraction(7, 9)


@pytest.mark.parametrize(
    ("part", "share"),
    [
        ([True], "1"),
        ([False], "0"),
        ([True, False], "0"),
        ([True, False, True], "1/3"),
        ([False, False, True], "1/3"),
        ([False, True, True], "2/3"),
        ([False, False, False, True], "0"),
        ([False, False, False, False, True], "0"),
    ],
)
def test_a_part_pays_up_to_the_last_try_in_which_it_was_wrong(part: list[bool], share: str) -> None:
    assert count_back([[right] for right in part], penalty=THIRD) == Fraction(share)


@pytest.mark.parametrize("tries", [[], [[]], [[True], []], [[True], [True, False]]])
def test_counting_back_refuses_tries_with_other_parts(tries: list[list[bool]]) -> None:
    with pytest.raises(ValueError, match="must each hold the same parts, at least one"):
        count_back(tries)


def test_counting_back_refuses_a_penalty_outside_its_bounds() -> None:
    with pytest.raises(ValueError, match="penalty=2 must be between 0 and 1"):
        count_back([[True]], penalty=Fraction(2))
