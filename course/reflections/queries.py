"""Reads of handed-in reflections: a learner's own, or those of an instructor's groups."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from course.accounts.models import User
from course.core.db import db
from course.groups.models import Membership, Part
from course.reflections.models import Submission

# Built once, because every page with a reflection asks for it.
_STANDING = select(Submission).where(
    Submission.enrolment_id == bindparam("enrolment_id"),
    Submission.step == bindparam("step"),
    Submission.withdrawn_at.is_(None),
)


def standing(enrolment_id: int, step: str) -> Submission | None:
    """What is handed in at this step and not withdrawn."""
    return db.session.scalar(_STANDING, {"enrolment_id": enrolment_id, "step": step})


def next_number(enrolment_id: int, step: str) -> int:
    """The number of the next handing-in at this step."""
    statement = select(func.count(Submission.id)).filter_by(enrolment_id=enrolment_id, step=step)
    return (db.session.scalar(statement) or 0) + 1


def own(user_id: int, public_id: str) -> Submission | None:
    """This submission, when it is the viewer's own."""
    return db.session.scalar(select(Submission).filter_by(user_id=user_id, public_id=public_id))


@dataclass(frozen=True, slots=True)
class Read:
    """A submission as an instructor reads it."""

    submission: Submission
    name: str


def for_instructor(instructor_id: int, group_id: int, public_id: str) -> Read | None:
    """A standing submission of a learner in this group, when the viewer teaches the group."""
    teaches = select(Membership.id).where(
        Membership.group_id == group_id,
        Membership.user_id == instructor_id,
        Membership.part == Part.INSTRUCTOR,
    )
    statement = (
        select(Submission, User.name)
        .join(User, User.id == Submission.user_id)
        .join(Membership, Membership.user_id == Submission.user_id)
        .where(
            Submission.public_id == public_id,
            Submission.withdrawn_at.is_(None),
            Membership.group_id == group_id,
            Membership.part == Part.LEARNER,
            teaches.exists(),
        )
    )
    row = db.session.execute(statement).one_or_none()
    return Read(*row) if row else None


def standing_of(user_ids: Collection[int], lesson: str) -> dict[tuple[int, str], Submission]:
    """The standing submissions of these learners in a lesson, by learner and step; one query."""
    statement = (
        select(Submission)
        .where(
            Submission.user_id.in_(user_ids),
            Submission.lesson == lesson,
            Submission.withdrawn_at.is_(None),
        )
        .order_by(Submission.id)
    )
    return {(item.user_id, item.step): item for item in db.session.scalars(statement)}
