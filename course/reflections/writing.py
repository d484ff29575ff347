"""Around the text while one writes: earlier versions, a file beside it, help, likely names."""

import secrets
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import delete, func, select

from course.core import uploads
from course.core.access import signed_in
from course.core.clock import now
from course.core.db import db
from course.core.filetypes import Problem
from course.core.forms import NothingForm
from course.core.i18n import _
from course.core.log import log
from course.domain.differences import differences
from course.lessons import actions as lesson_actions
from course.lessons import queries as lessons
from course.lessons.models import Enrolment
from course.lessons.visit import Visit
from course.reflections import queries, versions
from course.reflections.models import LONGEST_QUESTION, Attachment, HelpRequest
from course.reflections.steps import Reflect, Refused, page

bp = Blueprint("writing", __name__, template_folder="templates")
bp.add_app_template_global(differences, "changes")
MOST_FILES = 3  # beside one text


def _visit(lesson: str, slug: str) -> Visit:
    """The visit of the viewer to a reflection that they have begun; 404 for anything else."""
    visit = lessons.visit(current_user, lesson, slug)
    if visit is None or visit.step.kind != Reflect.name:
        abort(404)
    return visit


def _begun(lesson: str, slug: str) -> Visit:
    visit = _visit(lesson, slug)
    if visit.enrolment is None:
        lesson_actions.begin(current_user.id, visit.edition, step=slug)
        visit = _visit(lesson, slug)
    return visit


# --- Earlier versions ----------------------------------------------------------------------


@bp.get("/lessons/<lesson>/<slug>/versions")
@signed_in
def earlier(lesson: str, slug: str) -> ResponseReturnValue:
    """The versions that were kept, and what changed from one to the text as it is now."""
    visit = _visit(lesson, slug)
    kept = versions.versions_of(visit.enrolment.id, slug) if visit.enrolment else []
    number = request.args.get("number", type=int)
    chosen = next((row for row in kept if row.number == number), None)
    if number is not None and chosen is None:
        abort(404)
    return visit.render(
        "reflections/versions.html",
        versions=kept,
        chosen=chosen,
        handed_in=queries.numbers_by_text(visit.enrolment.id, slug) if visit.enrolment else {},
        now_text="".join(visit.entered.get("text", [])),
        nothing=NothingForm(),
    )


@bp.post("/lessons/<lesson>/<slug>/versions/<int:number>")
@signed_in
def bring_back(lesson: str, slug: str, number: int) -> ResponseReturnValue:
    """Make an earlier version the draft again; the text as it was is kept as a version first."""
    visit = _visit(lesson, slug)
    kept = versions.versions_of(visit.enrolment.id, slug) if visit.enrolment else []
    chosen = next((row for row in kept if row.number == number), None) or abort(404)
    if queries.standing(visit.run.id, slug):
        flash(_("This reflection is handed in. Withdraw it first, then bring a version back."))
        return redirect(visit.url, 303)
    text = "".join(visit.entered.get("text", []))
    versions.keep(current_user.id, visit.run.id, slug, text, always=True)
    saved = lesson_actions.save_draft(
        visit.run.id, slug, {**visit.entered, "text": [chosen.text]}, revision=visit.revision
    )
    if saved.stale:
        flash(_("Another window changed the text just now. Look at it once more."))
    else:
        flash(_("That version is your text again. The one before is among the versions."))
    return redirect(visit.url, 303)


# --- A file beside the text ----------------------------------------------------------------


@bp.post("/lessons/<lesson>/<slug>/files")
@signed_in
@uploads.takes_files
def attach(lesson: str, slug: str) -> ResponseReturnValue:
    """Put a file beside the text; what is refused changes nothing."""
    _visit(lesson, slug)
    taken = uploads.take(request.files.get("file"))
    visit = _begun(lesson, slug)
    if queries.standing(visit.run.id, slug):
        flash(_("This reflection is handed in. Withdraw it first, then add a file."))
        return redirect(visit.url, 303)
    if isinstance(taken, Problem):
        return page(visit, Refused(file=uploads.refusal(taken))), HTTPStatus.UNPROCESSABLE_ENTITY
    if taken is None:
        refused = Refused(file=_("Choose a file first."))
        return page(visit, refused), HTTPStatus.UNPROCESSABLE_ENTITY
    lesson_actions.take_turns(visit.run.id)  # so that two at once do not pass the count together
    count = db.session.scalar(
        select(func.count(Attachment.id)).filter_by(
            enrolment_id=visit.run.id, step=slug, submission_id=None
        )
    )
    if (count or 0) >= MOST_FILES:
        refused = Refused(file=_("There are three files already. Take one away first."))
        return page(visit, refused), HTTPStatus.UNPROCESSABLE_ENTITY
    db.session.add(
        Attachment(
            public_id=secrets.token_urlsafe(16),
            user_id=current_user.id,
            enrolment_id=visit.run.id,
            step=slug,
            **taken.columns(),
        )
    )
    db.session.commit()
    log.info("file_attached", user=current_user.id, step=slug)
    flash(_("The file is beside your text. It is handed in with it."))
    return redirect(f"{visit.url}#files", 303)


@bp.post("/reflections/files/<public_id>/delete")
@signed_in
def detach(public_id: str) -> ResponseReturnValue:
    """Take a file away that was not handed in."""
    row = _file(public_id)
    of_run = select(Enrolment.lesson).filter_by(id=row.enrolment_id)
    lesson, step = db.session.execute(of_run).scalar_one(), row.step
    is_beside = {"id": row.id, "submission_id": None}
    gone = db.session.execute(delete(Attachment).filter_by(**is_beside).returning(Attachment.id))
    if gone.all():
        flash(_("The file has been taken away."))
    else:
        flash(_("This file was handed in with your text, so it stays."))
    db.session.commit()
    return redirect(url_for("lessons.step", lesson=lesson, slug=step, _anchor="files"), 303)


@bp.get("/reflections/files/<public_id>")
@signed_in
def download(public_id: str) -> ResponseReturnValue:
    """One's own file."""
    return uploads.as_download(_file(public_id))


def _file(public_id: str) -> Attachment:
    statement = select(Attachment).filter_by(public_id=public_id, user_id=current_user.id)
    return db.session.scalar(statement) or abort(404)


# --- Help ----------------------------------------------------------------------------------


@bp.post("/lessons/<lesson>/<slug>/help")
@signed_in
def ask(lesson: str, slug: str) -> ResponseReturnValue:
    """Ask one's instructors something while writing."""
    visit = _begun(lesson, slug)
    question = request.form.get("question", "").replace("\r\n", "\n").strip()
    if not question or len(question) > LONGEST_QUESTION:
        too_long = _("Write your question, in at most 1,000 characters.")
        return page(
            visit, Refused(question=too_long, typed=question)
        ), HTTPStatus.UNPROCESSABLE_ENTITY
    lesson_actions.take_turns(visit.run.id)  # so that two clicks at once ask once
    waiting = [row for row in queries.help_of(visit.run.id, slug) if row.answered_at is None]
    if waiting and waiting[0].question == question:  # the other click of a double click
        return redirect(f"{visit.url}#help", 303)
    db.session.add(
        HelpRequest(
            public_id=secrets.token_urlsafe(16),
            user_id=current_user.id,
            enrolment_id=visit.run.id,
            lesson=lesson,
            step=slug,
            question=question,
            shows_draft=bool(request.form.get("shows_draft")),
            asked_at=now(),
        )
    )
    db.session.commit()
    log.info("help_asked", user=current_user.id, step=slug)
    flash(_("Your instructor sees your question. You can go on writing."))
    return redirect(f"{visit.url}#help", 303)
