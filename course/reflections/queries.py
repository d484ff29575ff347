"""Reads of handed-in reflections: a learner's own, or those of an instructor's groups."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import aliased

from course.accounts.models import User
from course.core.db import db
from course.groups.models import Membership, Part
from course.lessons.models import Enrolment
from course.reflections.models import Attachment, HelpRequest, Submission

_earlier = aliased(Submission)
# What its writer took back before anybody began to mark it: it is theirs alone again.
TAKEN_BACK: Final = Submission.withdrawn_at.is_not(None) & Submission.marking_began_at.is_(None)
# Built once, because every page with a reflection asks for it.
_STANDING = select(Submission).where(
    Submission.enrolment_id == bindparam("enrolment_id"),
    Submission.step == bindparam("step"),
    Submission.withdrawn_at.is_(None),
)


def standing(enrolment_id: int, step: str) -> Submission | None:
    """What is handed in at this step and not withdrawn."""
    return db.session.scalar(_STANDING, {"enrolment_id": enrolment_id, "step": step})


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What there is around a text, so that a page asks no further where there is nothing."""

    standing: Submission | None
    has_files: bool
    has_asked: bool
    has_earlier: bool  # it was handed in before, and taken back or returned


NOTHING_AROUND: Final = Around(standing=None, has_files=False, has_asked=False, has_earlier=False)

# Built once, as the one above. The run is there, so there is always one row.
_AROUND = (
    select(
        Submission,
        exists().where(Attachment.enrolment_id == Enrolment.id, Attachment.step == bindparam("at")),
        exists().where(
            HelpRequest.enrolment_id == Enrolment.id, HelpRequest.step == bindparam("at")
        ),
        exists().where(
            _earlier.enrolment_id == Enrolment.id,
            _earlier.step == bindparam("at"),
            _earlier.withdrawn_at.is_not(None),
        ),
    )
    .select_from(Enrolment)
    .outerjoin(
        Submission,
        (Submission.enrolment_id == Enrolment.id)
        & (Submission.step == bindparam("at"))
        & Submission.withdrawn_at.is_(None),
    )
    .where(Enrolment.id == bindparam("run"))
)


def around(enrolment_id: int, step: str) -> Around:
    """What stands around a text; one query."""
    row = db.session.execute(_AROUND, {"run": enrolment_id, "at": step}).one()
    return Around(standing=row[0], has_files=row[1], has_asked=row[2], has_earlier=row[3])


def files_of(enrolment_id: int, step: str) -> Sequence[Attachment]:
    """The files beside a text, oldest first; one query."""
    statement = select(Attachment).filter_by(enrolment_id=enrolment_id, step=step)
    return db.session.scalars(statement.order_by(Attachment.id)).all()


def handed_in_with(submission_id: int) -> Sequence[Attachment]:
    """The files that were handed in with a text, oldest first; one query."""
    statement = select(Attachment).filter_by(submission_id=submission_id)
    return db.session.scalars(statement.order_by(Attachment.id)).all()


def help_of(enrolment_id: int, step: str) -> Sequence[HelpRequest]:
    """What was asked here, and answered, newest first; one query."""
    statement = select(HelpRequest).filter_by(enrolment_id=enrolment_id, step=step)
    return db.session.scalars(statement.order_by(HelpRequest.id.desc())).all()


def next_number(enrolment_id: int, step: str) -> int:
    """The number of the next handing-in at this step."""
    statement = select(func.count(Submission.id)).filter_by(enrolment_id=enrolment_id, step=step)
    return (db.session.scalar(statement) or 0) + 1


def numbers_by_text(enrolment_id: int, step: str) -> dict[str, int]:
    """The number that each text was last handed in as; one query."""
    statement = (
        select(Submission.text, Submission.number)
        .filter_by(enrolment_id=enrolment_id, step=step)
        .order_by(Submission.number)
    )
    return {row.text: row.number for row in db.session.execute(statement)}


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
