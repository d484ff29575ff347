"""Writes of assignments: a reflection is asked of a group, with a rubric and a scheme."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from course.core.db import db
from course.core.errors import CourseError
from course.core.i18n import _
from course.core.log import log
from course.curriculum.edition import RubricEdition
from course.domain.grades import Scheme
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
