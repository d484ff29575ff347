"""Weeks and public holidays, beside what calendars of those years say."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.weeks import (
    Holiday,
    Week,
    easter,
    holiday_on,
    holidays,
    week_at,
    week_of,
    weeks_between,
    weeks_later,
)

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31))


@pytest.mark.parametrize(
    ("day", "monday", "number"),
    [
        (date(2026, 11, 24), date(2026, 11, 23), 48),
        (date(2027, 1, 3), date(2026, 12, 28), 53),
        (date(2027, 1, 4), date(2027, 1, 4), 1),
        (date(2024, 12, 30), date(2024, 12, 30), 1),
    ],
)
def test_a_week_begins_on_monday_and_the_first_one_holds_the_fourth_of_january(
    day: date, monday: date, number: int
) -> None:
    assert (week_of(day).monday, week_of(day).number) == (monday, number)


def test_a_week_has_no_other_day_than_monday() -> None:
    with pytest.raises(ValueError, match="2026-11-24 is no Monday"):
        Week(date(2026, 11, 24))


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        (datetime(2027, 1, 3, 22, 59, tzinfo=UTC), date(2026, 12, 28)),  # Sunday, a minute before
        (datetime(2027, 1, 3, 23, 0, tzinfo=UTC), date(2027, 1, 4)),  # Monday in Amsterdam
    ],
)
def test_a_moment_is_in_the_week_that_it_is_in_amsterdam(moment: datetime, monday: date) -> None:
    assert week_at(moment) == Week(monday)


def test_weeks_between_are_those_that_neither_is() -> None:
    week = Week(date(2026, 12, 21))
    apart = [weeks_between(week, week.later(weeks)) for weeks in (0, 1, 3, -3)]
    assert apart == [0, 0, 2, 2]
    assert weeks_between(week.later(3), week) == 2


@pytest.mark.parametrize(
    ("year", "sunday"),
    [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28)), (2038, (4, 25))],
)
def test_easter_is_where_the_calendars_have_it(year: int, sunday: tuple[int, int]) -> None:
    assert easter(year) == date(year, *sunday)


def test_the_public_holidays_of_2026() -> None:
    assert holidays(2026) == {
        date(2026, 1, 1): Holiday.NEW_YEAR,
        date(2026, 4, 3): Holiday.GOOD_FRIDAY,
        date(2026, 4, 6): Holiday.EASTER_MONDAY,
        date(2026, 4, 27): Holiday.KINGS_DAY,
        date(2026, 5, 5): Holiday.LIBERATION_DAY,
        date(2026, 5, 14): Holiday.ASCENSION_DAY,
        date(2026, 5, 25): Holiday.WHIT_MONDAY,
        date(2026, 12, 25): Holiday.CHRISTMAS_DAY,
        date(2026, 12, 26): Holiday.BOXING_DAY,
    }


def test_a_day_is_a_holiday_or_it_is_not() -> None:
    assert holiday_on(date(2026, 12, 25)) is Holiday.CHRISTMAS_DAY
    assert holiday_on(date(2026, 12, 24)) is None


def test_kings_day_is_never_on_a_sunday() -> None:
    assert holidays(2025)[date(2025, 4, 26)] is Holiday.KINGS_DAY


def test_a_week_over_new_year_tells_the_holidays_of_both_years() -> None:
    assert week_of(date(2026, 12, 30)).holidays == [(date(2027, 1, 1), Holiday.NEW_YEAR)]
    assert week_of(date(2026, 12, 22)).holidays == [(date(2026, 12, 25), Holiday.CHRISTMAS_DAY)]


@given(DAYS, st.integers(min_value=-60, max_value=60))
def test_counting_weeks_and_going_so_far_are_each_others_opposite(day: date, weeks: int) -> None:
    start = week_of(day)
    later = start.later(weeks)
    assert start.place_of(later.friday + timedelta(days=2)) == weeks
    assert all(later.monday <= on <= later.friday for on, _holiday in later.holidays)


@pytest.mark.parametrize(
    ("moment", "weeks", "later"),
    [
        # Ten in the morning in winter time stays ten in the morning in summer time.
        (datetime(2026, 3, 23, 9, tzinfo=UTC), 1, datetime(2026, 3, 30, 8, tzinfo=UTC)),
        (datetime(2026, 3, 30, 8, tzinfo=UTC), -1, datetime(2026, 3, 23, 9, tzinfo=UTC)),
        # Half past two does not exist on 29 March, and happens twice on 25 October.
        (datetime(2026, 3, 22, 1, 30, tzinfo=UTC), 1, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (datetime(2026, 10, 18, 0, 30, tzinfo=UTC), 1, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_weeks_later_is_the_same_time_on_the_clock(
    moment: datetime, weeks: int, later: datetime
) -> None:
    assert weeks_later(moment, weeks) == later


def test_a_moment_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="must have a time zone"):
        weeks_later(datetime(2026, 3, 23, 9), 1)  # noqa: DTZ001 - that is the point
