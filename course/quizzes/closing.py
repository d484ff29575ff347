"""When the last one who may still hand in a sitting has to be done.

That is its closing, with the longest extension that anybody got; or later, because an attempt keeps
the end that it began with, also when the sitting was made to close earlier since.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, func, select

from course.core.clock import now
from course.core.db import db
from course.domain.attempts import LEEWAY
from course.quizzes.models import Allowance, QuizAttempt, Sitting

_RUNS: Final = (QuizAttempt.sitting_id == Sitting.id, QuizAttempt.finished_at.is_(None))
COLUMNS: Final = (
    select(func.coalesce(func.max(Allowance.extension), 0))
    .where(Allowance.sitting_id == Sitting.id)
    .correlate(Sitting)
    .scalar_subquery(),
    select(func.max(QuizAttempt.ends_at)).where(*_RUNS).correlate(Sitting).scalar_subquery(),
    exists().where(*_RUNS, QuizAttempt.ends_at.is_(None)).correlate(Sitting),
)
"""What a query of sittings selects beside each, for the fields of a :class:`Beyond`."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """What anybody in a sitting has beyond its closing."""

    extension: int  # minutes, the longest
    runs_until: datetime | None  # the latest end of what runs; None where nothing with an end does
    runs_on: bool  # whether something runs that has no end


def last_end(sitting: Sitting, beyond: Beyond) -> datetime | None:
    """When the last one has to be done, with the seconds in which an answer may still arrive.

    ``None`` when no moment is known: the sitting never closes, or it has closed for who begins now
    and somebody goes on who began before it had a closing.
    """
    if sitting.closes_at is None:
        return None
    closes = sitting.closes_at + timedelta(minutes=beyond.extension)
    end = max(closes, beyond.runs_until or closes) + LEEWAY
    return None if beyond.runs_on and end <= now() else end


def last_end_of(sitting: Sitting) -> datetime | None:
    """As :func:`last_end`; one query, and none for what never closes."""
    if sitting.closes_at is None:
        return None
    statement = select(*COLUMNS).select_from(Sitting).where(Sitting.id == sitting.id)
    return last_end(sitting, Beyond(*db.session.execute(statement).one()))
