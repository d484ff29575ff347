"""Guests who mark: they get what was given to them, and nothing else of the group.

Given is a submission that a guest reads as the second marker of an assignment, as far as it is
read twice, or as the third reader who was asked for it. What colleagues made of it stays theirs.
Instructors of the group get all of it, by the same functions.
"""

from collections.abc import Sequence
from dataclasses import replace

from flask import g
from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import contains_eager

from course.core.db import db
from course.groups.models import Group, Membership, Part
from course.marking import queries
from course.marking.models import Assignment, Marking
from course.marking.queries import Item, Stand


def assignment_for(marker_id: int, assignment_id: int) -> Assignment | None:
    """The assignment, with its rubric, for an instructor of its group or a guest who marks it."""
    found = queries.assignment_for(marker_id, assignment_id)
    if found is not None:
        g.setdefault("taught_assignments", set()).add((marker_id, assignment_id))
        return found
    statement = (
        select(Assignment)
        .join(Assignment.rubric)
        .options(contains_eager(Assignment.rubric))
        .where(Assignment.id == assignment_id, _is_given(marker_id))
    )
    return db.session.scalar(statement)


def assignments_of(marker_id: int) -> list[tuple[Assignment, Group]]:
    """What this marker was given as a guest, by group and lesson; one query."""
    statement = (
        select(Assignment, Group)
        .join(Assignment.rubric)
        .options(contains_eager(Assignment.rubric))
        .join(Group, Group.id == Assignment.group_id)
        .where(Group.archived_at.is_(None), _is_given(marker_id))
        .order_by(Group.name, Group.id, Assignment.lesson, Assignment.step)
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def _is_given(marker_id: int) -> ColumnElement[bool]:
    is_guest = exists().where(
        Membership.group_id == Assignment.group_id,
        Membership.user_id == marker_id,
        Membership.part == Part.GUEST,
    )
    marks = exists().where(Marking.assignment_id == Assignment.id, Marking.marker_id == marker_id)
    is_second = and_(Assignment.second_marker_id == marker_id, Assignment.seconds != "none")
    return and_(is_guest, or_(is_second, marks))


def _teaches(assignment: Assignment, marker_id: int) -> bool:
    """Whether this answer found, by :func:`assignment_for`, that the marker teaches the group.

    Where nothing was found, somebody counts as a guest.
    """
    return (marker_id, assignment.id) in g.get("taught_assignments", set())


def queue(assignment: Assignment, marker_id: int) -> list[Item]:
    """As :func:`course.marking.queries.queue`; of a guest only what was given to them."""
    return given(assignment, marker_id, queries.queue(assignment, marker_id))


def item_for(assignment: Assignment, marker_id: int, code: str) -> Item | None:
    """As :func:`course.marking.queries.item_for`; of a guest only what was given to them."""
    found = queries.item_for(assignment, marker_id, code)
    return next(iter(given(assignment, marker_id, [found])), None) if found else None


def order(assignment: Assignment, marker_id: int) -> list[str]:
    """As :func:`course.marking.queries.order`; of a guest only what was given to them."""
    if _teaches(assignment, marker_id):
        return queries.order(assignment, marker_id)
    return [item.code for item in queue(assignment, marker_id)]


def given(assignment: Assignment, marker_id: int, items: Sequence[Item]) -> list[Item]:
    """Of these submissions those that this marker may read: all of them for an instructor."""
    if _teaches(assignment, marker_id):
        return list(items)
    is_second = assignment.second_marker_id == marker_id
    return [
        replace(item, markings={key: row for key, row in item.markings.items() if key == marker_id})
        for item in items
        if marker_id in item.markings
        or (is_second and (assignment.seconds == "all" or item.stand is Stand.SECOND))
    ]
