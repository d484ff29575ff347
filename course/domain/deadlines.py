"""Deadlines of a lesson: until when, for whom longer, how late, and in which week.

A deadline is written in whole minutes, and people read 23:59 as "before midnight". So that minute
itself still counts: who hands in at 23:59:59 is in time.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from course.domain.lateness import lateness
from course.domain.opening import AMSTERDAM, utc

THE_MINUTE_ITSELF: Final = timedelta(minutes=1) - timedelta(microseconds=1)
WEEK: Final = timedelta(days=7)


class AfterDue(StrEnum):
    """What a group agreed about handing in after the deadline. Writing and saving always can."""

    MARKED = "marked"  # it can, and it says that it was late
    REFUSED = "refused"  # it cannot


def due_for(due_at: datetime | None, until: datetime | None) -> datetime | None:
    """The deadline of somebody who got an extension ``until``; ``None`` where there is none.

    An extension only ever gives: when the deadline of all moves beyond it, that one holds.
    """
    if due_at is None or until is None:
        return due_at
    return max(utc(due_at), utc(until))


def late_by(handed_in_at: datetime, due_at: datetime) -> timedelta:
    """How late something was handed in, at least 0, counted from the deadline."""
    return lateness(handed_in_at, due_at=due_at, grace=THE_MINUTE_ITSELF)


def has_passed(due_at: datetime, now: datetime) -> bool:
    """Whether somebody who hands in at ``now`` is late."""
    return late_by(now, due_at) > timedelta(0)


def days_between(now: datetime, moment: datetime) -> int:
    """Nights on the calendar in Amsterdam from ``now`` to ``moment``; negative when it is past.

    Not periods of 24 hours: an evening and the morning after it are a day apart.
    """
    return (utc(moment).astimezone(AMSTERDAM).date() - utc(now).astimezone(AMSTERDAM).date()).days


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week of the calendar as it is counted in the Netherlands (ISO 8601), Monday to Sunday."""

    year: int  # that of its Thursday
    number: int  # 1 to 53

    @property
    def first_day(self) -> date:
        """Its Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Its Sunday."""
        return date.fromisocalendar(self.year, self.number, 7)


def week_of(moment: datetime) -> Week:
    """The week in which a moment falls in Amsterdam."""
    found = utc(moment).astimezone(AMSTERDAM).date().isocalendar()
    return Week(year=found.year, number=found.week)


def weeks_apart(first: Week, second: Week) -> int:
    """How many weeks there are strictly between two weeks; 0 for the same and for neighbours."""
    return max(0, abs(second.first_day - first.first_day) // WEEK - 1)
