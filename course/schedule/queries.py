"""Reads of moments. What is a learner's takes the learner; of a group the caller checked who asks.

A lesson that has not opened for a group can be read all the same: everybody may read the library,
with or without an account, so hiding it from just those who are going to do it would only keep
them from preparing. Opening is announced, and nothing asks these moments for leave to show a page.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select

from course.accounts.models import User
from course.core.db import db
from course.domain.deadlines import AfterDue, due_for, has_passed
from course.groups.models import Group, Membership, Part
from course.lessons.models import Enrolment, StepDone
from course.schedule.models import WHOLE_LESSON, CalendarFeed, Extension, LessonMoment, Subgroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A moment of a lesson as it is for one learner."""

    moment: LessonMoment
    group: str
    until: datetime | None  # of the extension
    given_at: datetime | None  # the extension
    reason: str
    is_done: bool

    @property
    def due_at(self) -> datetime | None:
        """Their own deadline."""
        return due_for(self.moment.due_at, self.until)

    @property
    def is_extended(self) -> bool:
        """Whether they have longer than the others."""
        return self.due_at != self.moment.due_at

    def refuses(self, now: datetime) -> bool:
        """Whether handing in at ``now`` is refused. Writing and saving never are."""
        due, is_strict = self.due_at, self.moment.after_due == AfterDue.REFUSED
        return bool(due and is_strict and has_passed(due, now))


def _of_learner() -> Any:
    done = or_(
        and_(
            LessonMoment.step == WHOLE_LESSON,
            exists().where(
                Enrolment.user_id == bindparam("user_id"),
                Enrolment.lesson == LessonMoment.lesson,
                Enrolment.completed_at.is_not(None),
            ),
        ),
        exists().where(
            StepDone.enrolment_id == Enrolment.id,
            StepDone.step == LessonMoment.step,
            Enrolment.user_id == bindparam("user_id"),
            Enrolment.lesson == LessonMoment.lesson,
        ),
    )
    return (
        select(
            LessonMoment, Group.name, Extension.until, Extension.given_at, Extension.reason, done
        )
        .join(Group, Group.id == LessonMoment.group_id)
        .join(Membership, Membership.group_id == Group.id)
        .outerjoin(
            Extension,
            (Extension.moment_id == LessonMoment.id) & (Extension.user_id == bindparam("user_id")),
        )
        .where(
            Membership.user_id == bindparam("user_id"),
            Membership.part == Part.LEARNER,
            Group.archived_at.is_(None),
        )
        .order_by(LessonMoment.id)
    )


# Built once, because every page of a lesson asks for it.
_IN_LESSON = _of_learner().where(LessonMoment.lesson == bindparam("lesson"))
_SINCE = _of_learner().where(
    or_(
        LessonMoment.opens_at >= bindparam("since"),
        LessonMoment.due_at >= bindparam("since"),
        Extension.until >= bindparam("since"),
    )
)


def _dues(statement: Any, **values: Any) -> list[Due]:
    return [
        Due(
            moment=row[0],
            group=row[1],
            until=row[2],
            given_at=row[3],
            reason=row[4] or "",
            is_done=row[5],
        )
        for row in db.session.execute(statement, values)
    ]


def in_lesson(user_id: int, lesson: str) -> list[Due]:
    """The moments of a lesson in all groups of this learner; one query."""
    return _dues(_IN_LESSON, user_id=user_id, lesson=lesson)


def since(user_id: int, moment: datetime) -> list[Due]:
    """What is from ``moment`` on in all groups of this learner; one query."""
    return _dues(_SINCE, user_id=user_id, since=moment)


def at_step(dues: Sequence[Due], step: str) -> list[Due]:
    """The deadlines that hold for a step: per group its own one, else that of the lesson."""
    found: dict[int, Due] = {}
    for due in dues:
        moment = due.moment
        if moment.due_at and moment.step in {step, WHOLE_LESSON}:
            known = found.get(moment.group_id)
            if known is None or moment.step == step:
                found[moment.group_id] = due
    return list(found.values())


def due_of(group_id: int, user_id: int, lesson: str, step: str) -> datetime | None:
    """The deadline of one learner at a step, as this group has it; one query."""
    statement = (
        select(LessonMoment.due_at, Extension.until)
        .outerjoin(
            Extension,
            (Extension.moment_id == LessonMoment.id) & (Extension.user_id == user_id),
        )
        .where(
            LessonMoment.group_id == group_id,
            LessonMoment.lesson == lesson,
            LessonMoment.step.in_([step, WHOLE_LESSON]),
            LessonMoment.due_at.is_not(None),
        )
        .order_by(LessonMoment.step.desc())  # that of the step comes before that of the lesson
        .limit(1)
    )
    row = db.session.execute(statement).one_or_none()
    return due_for(row[0], row[1]) if row else None


# --- A group -------------------------------------------------------------------------------


def moments_of(group_ids: Collection[int]) -> list[tuple[LessonMoment, str, int]]:
    """The moments of some groups: the name of each, and how many got an extension; one query."""
    count = (
        select(func.count())
        .select_from(Extension)
        .where(Extension.moment_id == LessonMoment.id)
        .correlate(LessonMoment)
        .scalar_subquery()
    )
    statement = (
        select(LessonMoment, Group.name, count)
        .join(Group, Group.id == LessonMoment.group_id)
        .where(LessonMoment.group_id.in_(group_ids))
        .order_by(LessonMoment.id)
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(statement)]


def moment_in(group_id: int, moment_id: int) -> LessonMoment | None:
    """A moment of this group."""
    return db.session.scalar(select(LessonMoment).filter_by(id=moment_id, group_id=group_id))


def moment_at(group_id: int, lesson: str, step: str) -> LessonMoment | None:
    """What was set for a lesson, or a step of it."""
    return db.session.scalar(
        select(LessonMoment).filter_by(group_id=group_id, lesson=lesson, step=step)
    )


@dataclass(frozen=True, slots=True)
class Person:
    """A learner of a group, with the extension that they have at a moment, if any."""

    user_id: int
    name: str
    subgroup: str  # "" for none
    extension: Extension | None


def people_at(moment: LessonMoment) -> list[Person]:
    """The learners of the group, by name, with what they got at this moment; one query."""
    statement = (
        select(User.id, User.name, func.coalesce(Subgroup.name, ""), Extension)
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(Subgroup, Subgroup.membership_id == Membership.id)
        .outerjoin(Extension, (Extension.user_id == User.id) & (Extension.moment_id == moment.id))
        .where(Membership.group_id == moment.group_id, Membership.part == Part.LEARNER)
        .order_by(func.lower(User.name), User.id)
    )
    return [Person(*row) for row in db.session.execute(statement)]


# --- A calendar that reads along -----------------------------------------------------------


def feed_of(user_id: int) -> CalendarFeed | None:
    """Whether, and since when, a calendar may read the agenda of this user."""
    return db.session.get(CalendarFeed, user_id)


def reader_of(token_hash: str) -> User | None:
    """Whose agenda the holder of a secret address may read; one query."""
    statement = (
        select(User)
        .join(CalendarFeed, CalendarFeed.user_id == User.id)
        .where(CalendarFeed.token_hash == token_hash)
    )
    return db.session.scalar(statement)
