"""Of which reflections of a learner the readers do not see the name now."""

from sqlalchemy import select

from course.core.clock import now
from course.core.db import db
from course.groups.models import Membership, Part
from course.marking.models import Assignment, Release
from course.reflections.models import Submission


def hidden_from(user_id: int) -> set[str]:
    """``"<lesson>/<step>"`` of what is asked with names hidden, and was not returned yet."""
    returned = (
        select(Release.id)
        .join(Submission, Submission.id == Release.submission_id)
        .where(
            Release.user_id == user_id,
            Release.assignment_id == Assignment.id,
            Release.retracted_at.is_(None),
            Release.visible_at <= now(),
            Submission.withdrawn_at.is_(None),
        )
    )
    statement = (
        select(Assignment.lesson, Assignment.step)
        .join(Membership, Membership.group_id == Assignment.group_id)
        .where(
            Membership.user_id == user_id,
            Membership.part == Part.LEARNER,
            Assignment.names_hidden,
            ~returned.exists(),
        )
    )
    return {f"{lesson}/{step}" for lesson, step in db.session.execute(statement)}
