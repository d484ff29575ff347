"""Files in an attempt: put one in, take it away, look at one's own; with scripts and without."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, abort, flash, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.core import uploads
from course.core.access import signed_in
from course.core.filetypes import Problem
from course.core.i18n import _, clock_time
from course.domain.attempts import Refusal
from course.quizzes import files, queries, words
from course.quizzes.attempts import Refused
from course.quizzes.files import Kept
from course.quizzes.models import QuizAttempt, ResponseFile
from course.quizzes.sheet import Asked, asked

bp = Blueprint("handing", __name__, template_folder="templates")


def _attempt(public_id: str) -> QuizAttempt:
    """One's own attempt; for anybody else it does not exist."""
    return queries.attempt_for(current_user.id, public_id) or abort(404)


def _item(row: QuizAttempt, slug: str) -> Asked:
    """An item of the attempt that asks for a file, as it is now."""
    edition = queries.edition_of(row)
    sheet = asked(row, edition, queries.responses_of(row.id), queries.files_of(row, edition))
    asks = sheet.get(slug)
    return asks if asks and asks.is_file else abort(404)


def _revision(slug: str) -> int:
    """Of the response, as the page showed it."""
    return request.form.get(f"revision.{slug}", type=int) or 0


def _problem(done: Kept | Problem) -> str:
    """Why a file is not what the page sent; nothing when all went well."""
    if isinstance(done, Problem):
        return uploads.refusal(done)
    if not done.is_stale or done.file is None:
        return ""
    return _(
        "Another window put a file in at %(time)s, and that one was kept. Put yours in once more "
        "if it has to take its place.",
        time=clock_time(done.file.uploaded_at),
    )


# --- Without scripts -----------------------------------------------------------------------


def take_in(row: QuizAttempt, page: Sequence[Asked]) -> dict[str, str] | Refused:
    """What a sent page does to its files: put in what was chosen, take away what was pressed.

    Gives what went wrong, by item; of those, what was there is there still.
    """
    problems = {}
    for asks in page:
        slug = asks.item.slug
        done = _done(row, slug) if asks.is_file else None
        if isinstance(done, Refused):
            return done
        if done is not None and (problem := _problem(done)):
            problems[slug] = problem
    return problems


def _done(row: QuizAttempt, slug: str) -> Kept | Refused | Problem | None:
    if request.form.get("do") == f"remove.{slug}":
        gone = files.take_away(row, slug, revision=_revision(slug))
        if isinstance(gone, Kept) and not gone.is_stale:
            flash(_("The file has been taken away."))
        return gone
    done = _kept(row, slug)
    if isinstance(done, Kept) and done.file and not done.is_stale:
        flash(_saved(done.file))
    return done


def _kept(row: QuizAttempt, slug: str) -> Kept | Refused | Problem | None:
    """What was chosen, if anything."""
    taken = uploads.take(request.files.get(slug))
    if taken is None or isinstance(taken, Problem):
        return taken
    return files.keep(row, slug, taken, revision=_revision(slug))


def _saved(row: ResponseFile) -> str:
    return _("“%(name)s” has been saved.", name=row.name)


# --- With scripts --------------------------------------------------------------------------


@bp.post("/attempts/<public_id>/files/<slug>")
@uploads.takes_files
@signed_in
def put(public_id: str, slug: str) -> ResponseReturnValue:
    """Keep a file as soon as it is chosen, for scripts: the part of the page that tells of it."""
    owner = request.headers.get("X-Owner")
    if owner is not None and owner != str(current_user.id):
        return jsonify(error=_("You are signed out.")), HTTPStatus.UNAUTHORIZED
    row = _attempt(public_id)
    _item(row, slug)
    if not row.is_running:
        return _over(Refused(Refusal.ALREADY_SUBMITTED))
    done = _kept(row, slug) or Problem.EMPTY
    if isinstance(done, Refused):
        return _over(done)
    asks, problem = _item(row, slug), _problem(done)
    html = render_template("quizzes/_file.html", row=row, asks=asks, problem=problem)
    told = problem or (_saved(asks.file) if asks.file else "")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return jsonify(html=html, said=told, states={slug: asks.state}, left=None), status


def _over(refused: Refused) -> ResponseReturnValue:
    return jsonify(error=words.refusal(refused.why), over=True), HTTPStatus.GONE


# --- Looking -------------------------------------------------------------------------------


@bp.get("/attempts/<public_id>/files/<slug>")
@signed_in
def file(public_id: str, slug: str) -> ResponseReturnValue:
    """The file that one handed in oneself."""
    row = _attempt(public_id)
    return uploads.as_download(queries.file_of(row.id, slug) or abort(404))
