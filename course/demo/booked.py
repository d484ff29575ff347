"""Loading the rule of a gradebook, and who is excused from what."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from course.core.clock import now
from course.core.db import db
from course.demo.instructing import Booked
from course.demo.plan import DemoError
from course.results import book
from course.results.models import Excuse, GradeRule

PASS_TENTHS: Final = 55


def add_rule(told: Booked, group_id: int, users: Mapping[str, int], instructor_id: int) -> None:
    """Set the rule of a group; ``users`` are its learners by name. Does not commit.

    Raises :exc:`DemoError` for something that is not graded, and for an unknown name.
    """
    subjects = {
        item.subject if item.kind is book.Kind.REFLECTION else item.subject.partition("/")[0]: item
        for item in book.items_of(group_id)
    }
    if unknown := {*told.weights, *(one.what for one in told.excused)} - subjects.keys():
        raise DemoError(f"{sorted(unknown)} are not graded in the group, and so have no weight")
    db.session.add(
        GradeRule(
            group_id=group_id,
            weights={subjects[what].subject: str(told.weights[what]) for what in told.weights},
            pass_tenths=PASS_TENTHS,
            is_whole=False,
            quiz_percent=book.USUAL_PERCENT,
            made_by=instructor_id,
        )
    )
    for one in told.excused:
        if one.name not in users:
            raise DemoError(f"{one.name!r} is excused, and is not in the group")
        db.session.add(
            Excuse(
                group_id=group_id,
                user_id=users[one.name],
                subject=subjects[one.what].subject,
                reason=one.reason,
                made_by=instructor_id,
                made_at=now() - timedelta(days=one.ago),
            )
        )
