"""What the deadlines of groups mean for a reflection: whether it can be handed in, and how late.

They are about a first version. Who was given feedback and goes on writing hands in again when the
next version is ready: that is neither refused nor late.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, select

from course.core.clock import now
from course.core.db import db
from course.lessons.models import Enrolment
from course.reflections.models import Submission
from course.schedule import lateness
from course.schedule.lateness import Late
from course.schedule.queries import Due


def refusal(run: Enrolment, step: str) -> Due | None:
    """The deadline by which handing in is refused now; ``None`` where it can. Two queries."""
    due = lateness.refusal(run.user_id, run.lesson, step, now())
    return None if due is None or _was_marked(run.id, step) else due


def late(submission: Submission) -> Sequence[Late]:
    """How late it was, in each group of the learner in which it was; one query, or two."""
    if _is_next_version(submission):
        return ()
    return lateness.for_learner(
        submission.user_id, submission.lesson, submission.step, submission.handed_in_at
    )


def late_in(group_id: int, submission: Submission) -> timedelta:
    """How late it was for who teaches this group, at least 0; one query, or two."""
    if _is_next_version(submission):
        return timedelta(0)
    return lateness.in_group(
        group_id,
        submission.user_id,
        submission.lesson,
        submission.step,
        submission.handed_in_at,
    )


def _is_next_version(submission: Submission) -> bool:
    return submission.number > 1 and _was_marked(
        submission.enrolment_id, submission.step, before=submission.number
    )


def _was_marked(enrolment_id: int, step: str, before: int | None = None) -> bool:
    """Whether somebody began marking what was handed in here, and the learner goes on since."""
    earlier = exists().where(
        Submission.enrolment_id == enrolment_id,
        Submission.step == step,
        Submission.withdrawn_at.is_not(None),
        Submission.marking_began_at.is_not(None),
    )
    if before is not None:
        earlier = earlier.where(Submission.number < before)
    return bool(db.session.scalar(select(earlier)))
