"""Deadlines of a lesson: until when, for whom longer, and how late.

A deadline is written in whole minutes, and people read 23:59 as "before midnight". So that minute
itself still counts: who hands in at 23:59:59 is in time.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from course.domain.lateness import lateness
from course.domain.opening import AMSTERDAM, utc

THE_MINUTE_ITSELF: Final = timedelta(minutes=1) - timedelta(microseconds=1)


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
