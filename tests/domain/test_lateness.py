from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.lateness import LatePolicy, lateness, points_when_late

DUE = datetime(2027, 10, 30, 21, 59, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
TENTH = LatePolicy(share=Fraction(1, 10))
FLOORED = LatePolicy(share=Fraction(1, 10), floor=Fraction(2, 5))

shares = st.fractions(min_value=0, max_value=1, max_denominator=20)
policies = st.builds(
    LatePolicy,
    share=shares,
    interval=st.sampled_from([HOUR, DAY]),
    floor=shares,
)
spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40))


@pytest.mark.parametrize(
    ("points", "late", "policy", "left"),
    [
        (10, 1.3 * DAY, TENTH, "8"),  # the example of Canvas
        (10, 2 * DAY, TENTH, "8"),
        (9, 6 * DAY, FLOORED, "4"),
        (3, 6 * DAY, FLOORED, "3"),
        (4, 6 * DAY, FLOORED, "4"),
        (10, 0 * DAY, TENTH, "10"),
        (10, SECOND, TENTH, "9"),
        (10, DAY, TENTH, "9"),
        (10, DAY + SECOND, TENTH, "8"),
        (10, 40 * DAY, TENTH, "0"),
        (1, 3 * DAY, TENTH, "0"),
        (10, 40 * DAY, None, "10"),
        (10, 90 * timedelta(minutes=1), LatePolicy(share=Fraction(1, 3), interval=HOUR), "10/3"),
    ],
)
def test_each_day_begun_costs_its_share_and_the_floor_is_not_passed(
    points: int, late: timedelta, policy: LatePolicy | None, left: str
) -> None:
    found = points_when_late(Fraction(points), maximum=10, late=late, policy=policy)
    assert found == Fraction(left)


@given(policies, shares, shares, spans, spans)
def test_later_and_fewer_points_never_give_more(
    policy: LatePolicy, share: Fraction, other: Fraction, late: timedelta, more: timedelta
) -> None:
    def left(points: Fraction, late: timedelta) -> Fraction:
        return points_when_late(points, maximum=10, late=late, policy=policy)

    few, many = sorted((share * 10, other * 10))
    assert 0 <= left(many, late + more) <= left(many, late) <= many
    assert left(few, late) <= left(many, late)
    assert left(many, late) >= min(many, policy.floor * 10)


@pytest.mark.parametrize(
    ("late", "grace", "expected"),
    [
        (-HOUR, 0 * HOUR, 0 * HOUR),
        (0 * HOUR, 0 * HOUR, 0 * HOUR),
        (SECOND, 0 * HOUR, SECOND),
        (HOUR, HOUR, 0 * HOUR),
        (HOUR + SECOND, HOUR, HOUR + SECOND),
    ],
)
def test_within_the_grace_nobody_is_late_and_after_it_all_of_it_counts(
    late: timedelta, grace: timedelta, expected: timedelta
) -> None:
    assert lateness(DUE + late, due_at=DUE, grace=grace) == expected


def test_the_night_that_the_clock_goes_back_is_an_hour_longer() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    due = datetime(2027, 10, 30, 23, 59, tzinfo=amsterdam)
    noon = datetime(2027, 10, 31, 11, 59, tzinfo=amsterdam)
    assert lateness(noon, due_at=due) == 13 * HOUR


@pytest.mark.parametrize(
    ("share", "interval", "floor", "message"),
    [
        ("-1/10", DAY, "0", "share=-1/10 must be between 0 and 1"),
        ("11/10", DAY, "0", "share=11/10 must be between 0 and 1"),
        ("1/10", DAY, "-1/10", "floor=-1/10 must be between 0 and 1"),
        ("1/10", DAY, "11/10", "floor=11/10 must be between 0 and 1"),
        ("1/10", 0 * DAY, "0", "interval=0:00:00 must be > 0"),
    ],
)
def test_a_policy_takes_shares(share: str, interval: timedelta, floor: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LatePolicy(share=Fraction(share), interval=interval, floor=Fraction(floor))


@pytest.mark.parametrize("policy", [None, TENTH])
@pytest.mark.parametrize(
    ("points", "late", "message"),
    [
        (-1, DAY, "points=-1 must be between 0 and 10"),
        (11, DAY, "points=11 must be between 0 and 10"),
        (10, -SECOND, "must be >= 0"),
    ],
)
def test_points_and_lateness_stay_within_bounds(
    points: int, late: timedelta, policy: LatePolicy | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        points_when_late(Fraction(points), maximum=10, late=late, policy=policy)


def test_lateness_is_between_moments() -> None:
    with pytest.raises(ValueError, match="must have a time zone"):
        lateness(DUE.replace(tzinfo=None), due_at=DUE)
    with pytest.raises(ValueError, match="must be >= 0"):
        lateness(DUE, due_at=DUE, grace=-SECOND)
