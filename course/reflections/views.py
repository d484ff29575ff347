"""Handing in: look once more, confirm, get a receipt; and withdraw."""

import re
from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.core.access import signed_in
from course.core.forms import NothingForm
from course.core.i18n import _, language
from course.domain.words import count_words
from course.groups import queries as groups
from course.lessons import queries as lessons
from course.lessons.visit import Visit
from course.reflections import actions, below, queries, timing
from course.reflections.details import details, invented_in
from course.reflections.steps import Reflect

NO_LETTERS: Final = re.compile(r"[_.]")  # of the name of a file
bp = Blueprint("reflections", __name__, template_folder="templates")


def _written(lesson: str, slug: str) -> tuple[Visit, str]:
    """The visit and the saved text of the viewer; 404 where there is nothing to hand in."""
    visit = lessons.visit(current_user, lesson, slug)
    if visit is None or visit.step.kind != Reflect.name or visit.enrolment is None:
        abort(404)
    return visit, "".join(visit.entered.get("text", [])).strip()


@bp.get("/lessons/<lesson>/<slug>/hand-in")
@signed_in
def confirm(lesson: str, slug: str) -> ResponseReturnValue:
    """The text as it will be handed in, with what to look at once more."""
    visit, text = _written(lesson, slug)
    if queries.standing(visit.run.id, slug) or not count_words(text):
        return redirect(visit.url, 303)
    files = [row for row in queries.files_of(visit.run.id, slug) if row.submission_id is None]
    named = [NO_LETTERS.sub(" ", row.name) for row in files]  # "mevrouw_Jansen.png" tells it too
    return visit.render(
        "reflections/confirm.html",
        text=text,
        words=count_words(text),
        details=details("\n".join([text, *named]), invented_in(visit.edition)),
        refusal=timing.refusal(visit.run, slug),
        files=files,
        readers=below.readers(current_user.id, lesson, slug),
        checks=below.checks(current_user.id, lesson, slug),
        has_group=bool(groups.groups_of(current_user.id)),
        nothing=NothingForm(),
    )


@bp.post("/lessons/<lesson>/<slug>/hand-in")
@signed_in
def hand_in(lesson: str, slug: str) -> ResponseReturnValue:
    """Hand in exactly the text that was shown; when it changed meanwhile, show it again."""
    visit, text = _written(lesson, slug)
    standing = queries.standing(visit.run.id, slug)
    if standing:
        return redirect(url_for("reflections.receipt", public_id=standing.public_id), 303)
    if not count_words(text):
        return redirect(visit.url, 303)
    if request.form.get("revision") != str(visit.revision):
        flash(_("The text was changed in another window. Read it once more and hand it in."))
        return redirect(url_for("reflections.confirm", lesson=lesson, slug=slug), 303)
    submission = actions.hand_in(visit, text)
    return redirect(url_for("reflections.receipt", public_id=submission.public_id), 303)


@bp.get("/reflections/<public_id>")
@signed_in
def receipt(public_id: str) -> ResponseReturnValue:
    """The receipt: what was handed in, when, and the code that proves it."""
    submission = queries.own(current_user.id, public_id) or abort(404)
    visit = lessons.visit(current_user, submission.lesson, submission.step)
    title = visit.step.title[language()] if visit else submission.step
    return render_template(
        "reflections/receipt.html",
        submission=submission,
        title=title,
        visit=visit,
        late=timing.late(submission),
        files=queries.handed_in_with(submission.id),
        below=below.parts(submission.user_id, submission.lesson, submission.step),
        readers=below.readers(submission.user_id, submission.lesson, submission.step),
        has_group=bool(groups.groups_of(current_user.id)),
        nothing=NothingForm(),
    )


@bp.post("/reflections/<public_id>/withdraw")
@signed_in
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take it back until somebody starts marking; the text goes on as a draft."""
    submission = queries.own(current_user.id, public_id) or abort(404)
    if submission.withdrawn_at is None:
        actions.withdraw(submission)
        flash(_("Withdrawn. Your text is a draft again; hand it in when it is ready."))
    return redirect(url_for("lessons.step", lesson=submission.lesson, slug=submission.step), 303)
