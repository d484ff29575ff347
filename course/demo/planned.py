"""Loading when the lessons of a group are due, and who has more time."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final

from course.core.clock import AMSTERDAM, now
from course.core.db import db
from course.demo.moments import Moment
from course.demo.plan import DemoError
from course.lessons import editions
from course.schedule.models import Extension, LessonMoment

MORNING: Final = time(9)
EVENING: Final = time(23, 59)


def add_moments(
    moments: tuple[Moment, ...], group_id: int, users: Mapping[str, int], instructor_id: int
) -> None:
    """Add the moments of a group; ``users`` are its learners by name. Does not commit.

    Raises :exc:`DemoError` for a lesson or a step that does not exist, and for an unknown name.
    """
    for moment in moments:
        edition = editions.library().current(moment.lesson)
        if edition is None or (moment.step and edition.step(moment.step) is None):
            raise DemoError(f"there is no {moment.lesson!r} with a step {moment.step!r}")
        row = LessonMoment(
            group_id=group_id,
            lesson=moment.lesson,
            step=moment.step,
            opens_at=None if moment.opens is None else _at(moment.opens, MORNING),
            due_at=_at(moment.due, EVENING),
            made_by=instructor_id,
        )
        db.session.add(row)
        db.session.flush()
        for more in moment.more:
            if more.name not in users:
                raise DemoError(f"{more.name!r} has more time, and is not in the group")
            db.session.add(
                Extension(
                    moment_id=row.id,
                    user_id=users[more.name],
                    until=_at(more.due, EVENING),
                    reason=more.reason,
                    given_by=instructor_id,
                )
            )


def _at(ahead: int, clock: time) -> datetime:
    today = now().astimezone(AMSTERDAM).date()
    return datetime.combine(today + timedelta(days=ahead), clock, AMSTERDAM)
