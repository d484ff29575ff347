"""Writes of assignments: a reflection is asked of a group, with a rubric and a scheme."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import g
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

from course.core.db import db
from course.core.errors import CourseError
from course.core.i18n import _
from course.core.log import log
from course.curriculum.edition import RubricEdition
from course.curriculum.rubrics import RubricFile
from course.domain.grades import Scheme
from course.groups.models import Group, Membership, Part
from course.marking import queries, rubrics
from course.marking.models import Assignment, Marking


class InUse(CourseError):
    """Somebody was marked with this rubric already, so another one would judge them anew."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an instructor decides about an assignment."""

    rubric: RubricEdition
    scheme: Scheme
    names_hidden: bool = True
    reply_required: bool = False
    seconds: str = "none"
    second_marker_id: int | None = None
    peers: int = 0
    peers_until: datetime | None = None


def ask(group_id: int, lesson: str, step: str, asked: Asked, *, by: int) -> Assignment:
    """Ask a group for the reflection at a step; asking once more changes what was decided.

    Raises :exc:`InUse` for another rubric when somebody is being marked with this one.
    """
    row = queries.assignment_at(group_id, lesson, step)
    if row is None:
        row = Assignment(
            group_id=group_id,
            lesson=lesson,
            step=step,
            rubric_id=rubrics.stored_id(asked.rubric),
            scheme={},
            code_key=secrets.token_urlsafe(32),
            made_by=by,
        )
        _fill(row, asked)
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except IntegrityError:  # a colleague asked it in this very moment
            db.session.rollback()
            return ask(group_id, lesson, step, asked, by=by)
        db.session.commit()
        log.info("assignment_made", assignment=row.id, by=by)
        return row
    if row.rubric.hash != asked.rubric.hash:
        if is_in_use(row):
            raise InUse(
                _("Somebody is being marked with this rubric, so it stays. The rest can change.")
            )
        row.rubric_id = rubrics.stored_id(asked.rubric)
    _fill(row, asked)
    db.session.commit()
    log.info("assignment_changed", assignment=row.id, by=by)
    return row


def _fill(row: Assignment, asked: Asked) -> None:
    row.scheme = dict(asked.scheme.to_plain())
    row.names_hidden = asked.names_hidden
    row.reply_required = asked.reply_required
    row.seconds = asked.seconds
    row.second_marker_id = asked.second_marker_id
    row.peers = asked.peers
    row.peers_until = asked.peers_until


def is_in_use(assignment: Assignment) -> bool:
    """Whether anybody's text is being judged with it."""
    statement = select(func.count(Marking.id)).filter_by(assignment_id=assignment.id)
    return bool(db.session.scalar(statement))


def asked_of(user_id: int, lesson: str, step: str) -> list[Assignment]:
    """What the groups of a learner ask at a step, each with its rubric; one query for a page.

    Not what groups ask that are put away.
    """
    statement = (
        select(Assignment)
        .join(Assignment.rubric)
        .options(contains_eager(Assignment.rubric))
        .join(Group, Group.id == Assignment.group_id)
        .join(Membership, Membership.group_id == Group.id)
        .where(
            Membership.user_id == user_id,
            Membership.part == Part.LEARNER,
            Group.archived_at.is_(None),
            Assignment.lesson == lesson,
            Assignment.step == step,
        )
        .order_by(Assignment.id)
    )
    known = g.setdefault("asked_of", {})
    place = (user_id, lesson, step)
    if place not in known:
        known[place] = list(db.session.scalars(statement))
    asked: list[Assignment] = known[place]
    return asked


def rubrics_for(user_id: int, lesson: str, step: str) -> list[RubricFile]:
    """By which rubrics the groups of a learner ask for the reflection at a step, each once."""
    asked = [rubrics.edition_of(row) for row in asked_of(user_id, lesson, step)]
    return list({edition.hash: edition.rubric for edition in asked}.values())
