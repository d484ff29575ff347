"""Deadlines: the minute itself counts, an extension only gives, weeks as the Dutch count them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from course.domain.deadlines import (
    Week,
    days_between,
    due_for,
    has_passed,
    late_by,
    week_of,
    weeks_apart,
)

DUE = datetime(2026, 12, 3, 22, 59, tzinfo=UTC)  # 23:59 in Amsterdam


@pytest.mark.parametrize(
    ("later", "late"),
    [
        (timedelta(minutes=-5), timedelta(0)),
        (timedelta(0), timedelta(0)),
        (timedelta(seconds=59), timedelta(0)),  # it is still 23:59
        (timedelta(minutes=1), timedelta(minutes=1)),
        (timedelta(days=2, hours=3), timedelta(days=2, hours=3)),
    ],
)
def test_the_minute_that_is_written_still_counts(later: timedelta, late: timedelta) -> None:
    assert late_by(DUE + later, DUE) == late
    assert has_passed(DUE, DUE + later) is bool(late)


def test_an_extension_never_makes_a_deadline_earlier() -> None:
    week = timedelta(days=7)
    assert due_for(DUE, DUE + week) == DUE + week
    assert due_for(DUE + 2 * week, DUE + week) == DUE + 2 * week  # the group got more meanwhile
    assert due_for(DUE, None) == DUE
    assert due_for(None, DUE) is None


@pytest.mark.parametrize(
    ("now", "moment", "days"),
    [
        # Nine in the evening, and nine in the morning: twelve hours, and a day apart.
        (datetime(2026, 12, 2, 20, tzinfo=UTC), datetime(2026, 12, 3, 8, tzinfo=UTC), 1),
        (datetime(2026, 12, 3, 0, 30, tzinfo=UTC), DUE, 0),
        # In UTC it is the day before.
        (datetime(2026, 12, 2, 23, 30, tzinfo=UTC), DUE, 0),
        # Over the night in which the clock goes back: 25 hours, and one day.
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 13, tzinfo=UTC), 1),
        (DUE, datetime(2026, 12, 1, 12, tzinfo=UTC), -2),
    ],
)
def test_days_are_those_of_the_calendar_in_amsterdam(
    now: datetime, moment: datetime, days: int
) -> None:
    assert days_between(now, moment) == days


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (datetime(2026, 12, 31, 12, tzinfo=UTC), Week(2026, 53)),
        (datetime(2027, 1, 3, 22, 59, tzinfo=UTC), Week(2026, 53)),  # Sunday, a minute before
        (datetime(2027, 1, 3, 23, 0, tzinfo=UTC), Week(2027, 1)),  # Monday in Amsterdam
    ],
)
def test_a_week_is_that_of_its_thursday(moment: datetime, week: Week) -> None:
    assert week_of(moment) == week


def test_a_week_runs_from_monday_to_sunday() -> None:
    assert Week(2026, 53).first_day == date(2026, 12, 28)
    assert Week(2026, 53).last_day == date(2027, 1, 3)


def test_weeks_between_are_those_that_neither_is() -> None:
    assert weeks_apart(Week(2026, 52), Week(2026, 53)) == 0
    assert weeks_apart(Week(2026, 52), Week(2027, 2)) == 2
    assert weeks_apart(Week(2026, 52), Week(2026, 52)) == 0
