"""Reads of groups. Each takes the viewer, so that nobody sees a group of somebody else."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import contains_eager

from course.accounts.models import User
from course.core.db import db
from course.groups.models import Group, Membership, Part


@dataclass(frozen=True, slots=True)
class TaughtGroup:
    """A group as its instructor sees it in a list."""

    id: int
    name: str
    join_code: str
    join_open: bool
    first_week: date | None
    learners: int


@dataclass(frozen=True, slots=True)
class Member:
    """A learner of a group, by name."""

    user_id: int
    name: str
    joined_at: datetime
    student_number: str | None = None


def by_code(code: str) -> Group | None:
    """The group that this code opens, while it is open. Capitals, spaces and dashes are free."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return db.session.scalar(
        select(Group).where(Group.join_code == plain, Group.join_open, Group.archived_at.is_(None))
    )


def learners_in(group_id: int) -> int:
    """How many learners are in the group."""
    statement = select(func.count(Membership.id)).filter_by(group_id=group_id, part=Part.LEARNER)
    return db.session.scalar(statement) or 0


def is_full(group: Group) -> bool:
    """Whether the code lets nobody else in."""
    return group.most_learners is not None and learners_in(group.id) >= group.most_learners


def groups_of(user_id: int, part: Part = Part.LEARNER) -> list[Group]:
    """The groups in which this user has this part, by name; those in the archive at the end."""
    statement = (
        select(Group)
        .join(Group.memberships)
        .where(Membership.user_id == user_id, Membership.part == part)
        .order_by(Group.archived_at.is_not(None), Group.name, Group.id)
    )
    return list(db.session.scalars(statement))


def part_in(group_id: int, user_id: int) -> Part | None:
    """As what this user is in the group; ``None`` when they are not in it."""
    statement = select(Membership.part).filter_by(group_id=group_id, user_id=user_id)
    found = db.session.scalar(statement)
    return Part(found) if found else None


def taught_by(user_id: int) -> list[TaughtGroup]:
    """The groups of this instructor with the number of learners, by name; one query."""
    return _taught_by(user_id, Group.archived_at.is_(None))


def archive_of(user_id: int) -> list[TaughtGroup]:
    """As :func:`taught_by`, of the groups that were put away."""
    return _taught_by(user_id, Group.archived_at.is_not(None))


def _taught_by(user_id: int, condition: ColumnElement[bool]) -> list[TaughtGroup]:
    learners = (
        select(func.count(Membership.id))
        .where(Membership.group_id == Group.id, Membership.part == Part.LEARNER)
        .correlate(Group)
        .scalar_subquery()
    )
    statement = (
        select(Group.id, Group.name, Group.join_code, Group.join_open, Group.first_week, learners)
        .join(Membership, Membership.group_id == Group.id)
        .where(Membership.user_id == user_id, Membership.part == Part.INSTRUCTOR, condition)
        .order_by(Group.name, Group.id)
    )
    return [TaughtGroup(*row) for row in db.session.execute(statement)]


def group_for(instructor_id: int, group_id: int) -> Group | None:
    """The group, when this user is one of its instructors."""
    statement = (
        select(Group)
        .join(Group.memberships)
        .options(contains_eager(Group.memberships))
        .where(
            Group.id == group_id,
            Membership.user_id == instructor_id,
            Membership.part == Part.INSTRUCTOR,
        )
    )
    return db.session.scalars(statement).unique().one_or_none()


def members(group_id: int) -> list[Member]:
    """The learners of a group, by name. The caller has checked who may see them."""
    return people(group_id, Part.LEARNER)


def members_of(group_ids: Collection[int]) -> dict[int, list[Member]]:
    """As :func:`members`, by group; one query."""
    return _people(group_ids, Part.LEARNER)


def people(group_id: int, part: Part) -> list[Member]:
    """Who has this part in a group, by name. The caller has checked who may see them."""
    return _people([group_id], part)[group_id]


def _people(group_ids: Collection[int], part: Part) -> dict[int, list[Member]]:
    statement = (
        select(
            Membership.group_id,
            User.id,
            User.name,
            Membership.joined_at,
            Membership.student_number,
        )
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.group_id.in_(group_ids), Membership.part == part)
        .order_by(func.lower(User.name), User.id)
    )
    found: dict[int, list[Member]] = {group_id: [] for group_id in group_ids}
    for row in db.session.execute(statement):
        found[row.group_id].append(Member(*row[1:]))
    return found
