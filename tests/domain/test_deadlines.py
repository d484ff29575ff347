"""Deadlines: the minute itself counts, and an extension only gives."""

from datetime import UTC, datetime, timedelta

import pytest

from course.domain.deadlines import days_between, due_for, has_passed, late_by

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
