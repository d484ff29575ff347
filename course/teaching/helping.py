"""Questions of learners who are stuck while they write, and one answer to each.

A name stands beside a question, and no text does, unless the learner chose to show the draft.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import ColumnElement, select, update

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.core.i18n import _, language, speaking
from course.core.log import log
from course.groups.doors import instructors
from course.groups.models import Group, Membership, Part
from course.lessons import editions
from course.lessons.models import Draft
from course.messages import actions as messages
from course.messages.models import Kind
from course.reflections.models import HelpRequest

bp = Blueprint("helping", __name__, url_prefix="/teach/help", template_folder="templates")
LONGEST_ANSWER = 4_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as an instructor reads it."""

    request: HelpRequest
    name: str
    group: str
    step: str  # its title
    draft: str  # "" when the learner did not show it


def waiting(instructor_id: int) -> list[Asked]:
    """The questions of one's own groups that nobody answered yet, oldest first; one query."""
    statement = (
        select(HelpRequest, User.name, Group.name, Draft.content)
        .join(User, User.id == HelpRequest.user_id)
        .join(Membership, Membership.user_id == HelpRequest.user_id)
        .join(Group, Group.id == Membership.group_id)
        .outerjoin(
            Draft,
            (Draft.enrolment_id == HelpRequest.enrolment_id)
            & (Draft.step == HelpRequest.step)
            & HelpRequest.shows_draft,
        )
        .where(
            HelpRequest.answered_at.is_(None),
            Membership.part == Part.LEARNER,
            _taught_by(instructor_id),
        )
        .order_by(HelpRequest.id, Group.id)
    )
    found: dict[int, Asked] = {}  # a learner in two groups of theirs asks once
    for row, name, group, content in db.session.execute(statement):
        found.setdefault(row.id, _asked(row, name, group, content))
    return list(found.values())


def _taught_by(instructor_id: int) -> ColumnElement[bool]:
    mine = select(Membership.group_id).filter_by(user_id=instructor_id, part=Part.INSTRUCTOR)
    return Membership.group_id.in_(mine)


def _asked(
    row: HelpRequest, name: str, group: str, content: dict[str, Sequence[str]] | None
) -> Asked:
    edition = editions.library().current(row.lesson)
    step = edition.step(row.step) if edition else None
    return Asked(
        request=row,
        name=name,
        group=group,
        step=step.title[language()] if step else row.step,
        draft="".join((content or {}).get("text", [])),
    )


@bp.get("")
@instructors
def questions() -> ResponseReturnValue:
    """What learners ask, with a field to answer in."""
    return _questions()


def _questions(problem: str = "", at: str = "", typed: str = "") -> str:
    """The page; ``at`` is the question whose answer, as ``typed``, has a ``problem``."""
    asked = waiting(current_user.id)
    page = "teaching/questions.html"
    return render_template(page, asked=asked, problem=problem, at=at, typed=typed)


@bp.post("/<public_id>")
@instructors
def answer(public_id: str) -> ResponseReturnValue:
    """Answer a question once; the learner gets a message."""
    row = _question(public_id) or abort(404)
    words = request.form.get("answer", "").replace("\r\n", "\n").strip()
    if not words or len(words) > LONGEST_ANSWER:
        problem = _("Write an answer of at most 4,000 characters.")
        return _questions(problem, public_id, words), HTTPStatus.UNPROCESSABLE_ENTITY
    if _answer(row, words):
        flash(_("Answered. The student gets a message."))
    else:
        flash(_("A colleague answered this just now."))
    return redirect(url_for("helping.questions"), 303)


def _question(public_id: str) -> HelpRequest | None:
    """A question of somebody in one's own groups, answered or not."""
    statement = (
        select(HelpRequest)
        .join(Membership, Membership.user_id == HelpRequest.user_id)
        .where(
            HelpRequest.public_id == public_id,
            Membership.part == Part.LEARNER,
            _taught_by(current_user.id),
        )
        .limit(1)
    )
    return db.session.scalar(statement)


def _answer(row: HelpRequest, words: str) -> bool:
    """``False`` when it was answered already. The message goes with the answer, or not at all."""
    answered = db.session.execute(
        update(HelpRequest)
        .where(HelpRequest.id == row.id, HelpRequest.answered_at.is_(None))
        .values(answer=words, answered_by=current_user.id, answered_at=now())
        .returning(HelpRequest.id)
    ).all()
    if not answered:
        db.session.rollback()
        return False
    learner = db.session.get_one(User, row.user_id)
    with speaking(learner.language):
        messages.tell(
            learner,
            kind=Kind.ANSWER,
            key=f"help:{row.id}",
            subject=_("There is an answer to your question"),
            body=_("Your instructor answered your question."),
            link=f"/lessons/{row.lesson}/{row.step}#help",
        )
    db.session.commit()
    log.info("help_answered", request=row.id, by=current_user.id)
    return True
