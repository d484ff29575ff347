from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.opening import (
    ALWAYS,
    AMSTERDAM,
    Bound,
    BoundProblem,
    ClockCode,
    ClockProblem,
    ClosesFirst,
    Occurrence,
    Window,
    moment_of,
    utc,
    window_of,
)

SPRING = datetime.fromisoformat("2027-03-28T02:30")
AUTUMN = datetime.fromisoformat("2027-10-31T02:30")

NO_SUCH_TIME = ClockProblem(
    code=ClockCode.NO_SUCH_TIME,
    wall=SPRING,
    earlier=datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
    later=datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
)
HAPPENS_TWICE = ClockProblem(
    code=ClockCode.HAPPENS_TWICE,
    wall=AUTUMN,
    earlier=datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
    later=datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
)

moments = st.datetimes(
    min_value=datetime.fromisoformat("2020-01-01"),
    max_value=datetime.fromisoformat("2036-01-01"),
)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-01-15T09:00", "2027-01-15T08:00Z"),
        ("2027-07-15T09:00", "2027-07-15T07:00Z"),
        ("2027-03-28T01:59:59", "2027-03-28T00:59:59Z"),
        ("2027-03-28T03:00", "2027-03-28T01:00Z"),
        ("2027-10-31T01:59:59", "2027-10-30T23:59:59Z"),
        ("2027-10-31T03:00", "2027-10-31T02:00Z"),
        ("2028-02-29T23:59", "2028-02-29T22:59Z"),
        ("2028-01-01T00:00", "2027-12-31T23:00Z"),
    ],
)
def test_a_time_on_the_clock_in_amsterdam_is_a_moment(text: str, moment: str) -> None:
    found = moment_of(wall(text))
    assert found == datetime.fromisoformat(moment)
    assert isinstance(found, datetime)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("which", [None, *Occurrence])
def test_a_time_that_the_clock_jumps_over_is_refused(which: Occurrence | None) -> None:
    assert moment_of(SPRING, which=which) == NO_SUCH_TIME


def test_beside_a_time_that_does_not_exist_stand_those_an_hour_earlier_and_later() -> None:
    earlier = NO_SUCH_TIME.earlier.astimezone(AMSTERDAM)
    later = NO_SUCH_TIME.later.astimezone(AMSTERDAM)
    assert (earlier.hour, earlier.minute) == (1, 30)
    assert (later.hour, later.minute) == (3, 30)


def test_a_time_that_happens_twice_is_asked_about() -> None:
    assert moment_of(AUTUMN) == HAPPENS_TWICE


@pytest.mark.parametrize(("which", "hour"), [(Occurrence.FIRST, 0), (Occurrence.SECOND, 1)])
def test_who_says_which_one_gets_it(which: Occurrence, hour: int) -> None:
    assert moment_of(AUTUMN, which=which) == datetime(2027, 10, 31, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2027-03-28T02:00", ClockCode.NO_SUCH_TIME),
        ("2027-03-28T02:59:59", ClockCode.NO_SUCH_TIME),
        ("2027-10-31T02:00", ClockCode.HAPPENS_TWICE),
        ("2027-10-31T02:59:59", ClockCode.HAPPENS_TWICE),
    ],
)
def test_the_hour_that_is_missing_or_double_begins_at_two(text: str, code: ClockCode) -> None:
    found = moment_of(wall(text))
    assert isinstance(found, ClockProblem)
    assert found.code is code


@pytest.mark.parametrize("fold", [0, 1])
def test_which_one_is_said_in_one_way_only(fold: int) -> None:
    assert moment_of(AUTUMN.replace(fold=fold)) == HAPPENS_TWICE
    assert moment_of(AUTUMN.replace(fold=fold), which=Occurrence.FIRST) == HAPPENS_TWICE.earlier
    assert moment_of(SPRING.replace(fold=fold)) == NO_SUCH_TIME


def test_another_zone_has_other_hours() -> None:
    assert moment_of(SPRING, zone=ZoneInfo("Europe/London")) == datetime(
        2027, 3, 28, 1, 30, tzinfo=UTC
    )


@given(moments)
def test_every_moment_is_found_again_from_its_clock(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC)
    local = moment.astimezone(AMSTERDAM)
    which = Occurrence.SECOND if local.fold else Occurrence.FIRST
    assert moment_of(local.replace(tzinfo=None), which=which) == moment


@given(moments)
def test_a_clock_is_one_moment_or_two_or_none(naive: datetime) -> None:
    found = moment_of(naive)
    if isinstance(found, datetime):
        assert found.astimezone(AMSTERDAM).replace(tzinfo=None) == naive
        return
    assert found.earlier < found.later
    shown = {
        moment.astimezone(AMSTERDAM).replace(tzinfo=None, fold=0)
        for moment in (found.earlier, found.later)
    }
    hour = timedelta(hours=1)
    twice = found.code is ClockCode.HAPPENS_TWICE
    assert shown == ({naive} if twice else {naive - hour, naive + hour})


def test_a_clock_has_no_zone() -> None:
    with pytest.raises(ValueError, match="must have no time zone"):
        moment_of(SPRING.replace(tzinfo=UTC))


def test_a_moment_has_one() -> None:
    with pytest.raises(ValueError, match="must have a time zone"):
        utc(SPRING)
    half = timezone(timedelta(hours=2))
    assert utc(SPRING.replace(tzinfo=half)) == datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    assert utc(SPRING.replace(tzinfo=half)).tzinfo is UTC


# --- Windows -------------------------------------------------------------------------------


def test_a_window_is_open_from_its_first_moment_until_the_one_that_closes_it() -> None:
    found = window_of(opens=wall("2027-03-01T09:00"), closes=wall("2027-04-01T09:00"))
    opens, closes = datetime(2027, 3, 1, 8, tzinfo=UTC), datetime(2027, 4, 1, 7, tzinfo=UTC)
    assert found == Window(opens_at=opens, closes_at=closes)
    second = timedelta(seconds=1)
    assert [found.has_opened(opens - second), found.has_opened(opens)] == [False, True]
    assert [found.has_closed(closes - second), found.has_closed(closes)] == [False, True]


def test_a_window_without_bounds_is_always_open() -> None:
    assert window_of(opens=None, closes=None) == ALWAYS
    assert ALWAYS.has_opened(HAPPENS_TWICE.later)
    assert not ALWAYS.has_closed(HAPPENS_TWICE.later)


def test_everything_that_is_wrong_with_a_window_is_told_at_once() -> None:
    assert window_of(opens=SPRING, closes=AUTUMN) == [
        BoundProblem(bound=Bound.OPENS, problem=NO_SUCH_TIME),
        BoundProblem(bound=Bound.CLOSES, problem=HAPPENS_TWICE),
    ]
    assert window_of(opens=None, closes=AUTUMN) == [
        BoundProblem(bound=Bound.CLOSES, problem=HAPPENS_TWICE)
    ]


def test_a_window_may_open_and_close_in_the_hour_that_happens_twice() -> None:
    found = window_of(
        opens=AUTUMN,
        closes=AUTUMN,
        which_opens=Occurrence.FIRST,
        which_closes=Occurrence.SECOND,
    )
    assert found == Window(opens_at=HAPPENS_TWICE.earlier, closes_at=HAPPENS_TWICE.later)


@pytest.mark.parametrize(
    ("first", "second"),
    [(Occurrence.FIRST, Occurrence.FIRST), (Occurrence.SECOND, Occurrence.FIRST)],
)
def test_a_window_that_closes_before_it_opens_is_refused_with_both_moments(
    first: Occurrence, second: Occurrence
) -> None:
    both = {Occurrence.FIRST: HAPPENS_TWICE.earlier, Occurrence.SECOND: HAPPENS_TWICE.later}
    assert window_of(
        opens=AUTUMN, closes=AUTUMN, which_opens=first, which_closes=second
    ) == ClosesFirst(opens_at=both[first], closes_at=both[second])


def test_a_window_in_code_is_right_or_an_error() -> None:
    moment = HAPPENS_TWICE.earlier
    with pytest.raises(ValueError, match=r"opens_at=.* must be before closes_at="):
        Window(opens_at=moment, closes_at=moment)
    with pytest.raises(ValueError, match="must have a time zone"):
        Window(opens_at=AUTUMN)


def test_a_window_compares_moments_and_not_clocks() -> None:
    first = AUTUMN.replace(tzinfo=AMSTERDAM, fold=0)
    second = AUTUMN.replace(tzinfo=AMSTERDAM, fold=1)
    window = Window(opens_at=first, closes_at=second)
    assert window.closes_at is not None
    assert window.opens_at is not None
    assert window.closes_at - window.opens_at == timedelta(hours=1)
