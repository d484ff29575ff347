from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.attempts.feedback import (
    AFTER_CLOSING,
    NEVER_DURING,
    PRACTICE,
    TEST,
    WEIGHING,
    Phase,
    Policy,
    Shown,
    may_be_shown,
    phase_at,
    policy_of,
)

EVERYTHING = frozenset(Shown)
OWN = frozenset({Shown.OWN_ANSWER})
NINE = datetime(2027, 5, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

policies = st.dictionaries(st.sampled_from(Shown), st.sampled_from(list(Phase)[1:]))
times = st.none() | st.integers(-5, 5).map(lambda minutes: NINE + minutes * MINUTE)


# --- What may be shown ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "phase", "shown"),
    [
        (TEST, Phase.DURING, OWN),
        (TEST, Phase.AFTER, OWN),
        (TEST, Phase.CLOSED, OWN),
        (TEST, Phase.RELEASED, EVERYTHING),
        (AFTER_CLOSING, Phase.AFTER, OWN),
        (AFTER_CLOSING, Phase.CLOSED, EVERYTHING),
        (PRACTICE, Phase.DURING, OWN),
        (PRACTICE, Phase.AFTER, EVERYTHING),
        (PRACTICE, Phase.CLOSED, EVERYTHING),
        (PRACTICE, Phase.RELEASED, EVERYTHING),
    ],
)
def test_a_test_waits_for_release_or_closing_and_practice_tells_directly(
    policy: Policy, phase: Phase, shown: frozenset[Shown]
) -> None:
    assert may_be_shown(policy, phase) == shown


def test_a_weighing_shows_the_panel_directly_and_the_class_after_closing() -> None:
    assert Shown.PANEL not in may_be_shown(WEIGHING, Phase.DURING)
    assert Shown.PANEL in may_be_shown(WEIGHING, Phase.AFTER)
    assert Shown.CLASS not in may_be_shown(WEIGHING, Phase.AFTER)
    assert Shown.CLASS in may_be_shown(WEIGHING, Phase.CLOSED)


def test_a_weighing_never_shows_a_right_answer_for_it_has_none() -> None:
    released = may_be_shown(WEIGHING, Phase.RELEASED)
    assert not {Shown.RIGHT_ANSWER, Shown.CORRECTNESS} & released


@pytest.mark.parametrize("item", sorted(NEVER_DURING))
def test_nothing_gives_the_answer_away_while_it_can_change(item: Shown) -> None:
    with pytest.raises(ValueError, match=f"'{item}'.* must be shown after DURING at the earliest"):
        may_be_shown({item: Phase.DURING}, Phase.RELEASED)


def test_right_or_wrong_may_be_told_while_there_are_tries_left() -> None:
    policy = {Shown.CORRECTNESS: Phase.DURING}
    assert may_be_shown(policy, Phase.DURING) == {Shown.CORRECTNESS}


@given(policies)
def test_what_was_shown_stays(policy: Policy) -> None:
    shown = [may_be_shown(policy, phase) for phase in Phase]
    assert all(before <= after for before, after in pairwise(shown))
    assert shown[-1] == policy.keys()


@given(policies)
def test_a_policy_and_its_matrix_say_the_same(policy: Policy) -> None:
    assert policy_of({phase: may_be_shown(policy, phase) for phase in Phase}) == policy


def test_a_matrix_that_hides_what_was_shown_is_an_error() -> None:
    matrix = {Phase.AFTER: {Shown.MARK}, Phase.CLOSED: set(), Phase.RELEASED: {Shown.MARK}}
    with pytest.raises(ValueError, match=r"'mark'.* must also be shown in phase CLOSED"):
        policy_of(matrix)


def test_a_matrix_that_gives_the_answer_away_is_an_error() -> None:
    with pytest.raises(ValueError, match="after DURING at the earliest"):
        policy_of({phase: {Shown.RIGHT_ANSWER} for phase in Phase})


def test_a_phase_that_is_left_out_shows_nothing() -> None:
    assert policy_of({Phase.RELEASED: OWN}) == {Shown.OWN_ANSWER: Phase.RELEASED}
    assert policy_of({}) == {}


# --- How far things are --------------------------------------------------------------------

LATER = NINE + MINUTE


@pytest.mark.parametrize(
    ("final_at", "closes_at", "released_at", "phase"),
    [
        (None, None, None, Phase.DURING),
        (LATER, None, None, Phase.DURING),
        (None, NINE, NINE, Phase.DURING),
        (NINE, LATER, None, Phase.AFTER),
        (NINE, LATER, NINE, Phase.AFTER),  # released, but others are working
        (NINE, NINE, None, Phase.CLOSED),
        (NINE, NINE, LATER, Phase.CLOSED),
        (NINE, NINE, NINE, Phase.RELEASED),
        (NINE, None, None, Phase.AFTER),
        (NINE, None, LATER, Phase.AFTER),
        (NINE, None, NINE, Phase.RELEASED),
    ],
)
def test_the_phase_follows_from_three_moments(
    final_at: datetime | None,
    closes_at: datetime | None,
    released_at: datetime | None,
    phase: Phase,
) -> None:
    found = phase_at(NINE, final_at=final_at, closes_at=closes_at, released_at=released_at)
    assert found is phase


@given(times, times, times, st.integers(-5, 5), st.integers(0, 5))
def test_a_phase_never_goes_back(
    final_at: datetime | None,
    closes_at: datetime | None,
    released_at: datetime | None,
    minutes: int,
    later: int,
) -> None:
    def phase(now: datetime) -> Phase:
        return phase_at(now, final_at=final_at, closes_at=closes_at, released_at=released_at)

    now = NINE + minutes * MINUTE
    assert phase(now) <= phase(now + later * MINUTE)


def test_moments_are_compared_and_not_clocks() -> None:
    tokyo = NINE.astimezone(ZoneInfo("Asia/Tokyo"))
    assert phase_at(NINE, final_at=tokyo, closes_at=tokyo, released_at=tokyo) is Phase.RELEASED


def test_a_moment_without_a_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="must have a time zone"):
        phase_at(NINE.replace(tzinfo=None), final_at=NINE, closes_at=None, released_at=None)
