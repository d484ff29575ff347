"""Pages of reading each other: what one was asked to read, and an instructor's view of it all."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from course.core.access import Role, requires, signed_in
from course.core.clock import now
from course.core.errors import BadInput, wants_json
from course.core.forms import NothingForm
from course.core.i18n import _, _n, clock_time
from course.marking import asking, peers, queries, work
from course.marking.forms import levels_sent
from course.marking.models import LONGEST_COMMENT, Assignment, PeerReview

bp = Blueprint("peers", __name__, template_folder="templates")
HIGHEST_REVISION = 2**31 - 2


def _reading(public_id: str) -> peers.Reading:
    return peers.reading_for(current_user.id, public_id) or abort(404)


def _with_rubric(assignment: Assignment) -> Assignment:
    found = queries.assignment_at(assignment.group_id, assignment.lesson, assignment.step)
    return found or abort(404)


def is_over(assignment: Assignment) -> bool:
    """Whether the time to read each other has ended."""
    return assignment.peers_until is not None and assignment.peers_until <= now()


@bp.get("/peer/<public_id>")
@signed_in
def read(public_id: str) -> ResponseReturnValue:
    """A text without a name, and the rubric to say something about it."""
    reading = _reading(public_id)
    return _page(reading, reading.review.levels, reading.review.comment)


def _page(
    reading: peers.Reading,
    levels: dict[str, int],
    comment: str,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> ResponseReturnValue:
    if reading.is_taken_back:
        return render_template("marking/peer_gone.html", comment=comment), HTTPStatus.GONE
    assignment = _with_rubric(reading.assignment)
    page = render_template(
        "marking/peer.html",
        reading=reading,
        about=work.about(assignment),
        levels=levels,
        comment=comment,
        problem=problem,
        over=is_over(assignment),
        nothing=NothingForm(),
    )
    return page, status


@bp.post("/peer/<public_id>")
@signed_in
def say(public_id: str) -> ResponseReturnValue:
    """Keep what one says about a text, as a draft or for its writer."""
    if request.headers.get("X-Owner") not in {None, str(current_user.id)}:
        abort(HTTPStatus.UNAUTHORIZED)  # somebody else signed in meanwhile; it stays in its window
    reading = _reading(public_id)
    assignment = _with_rubric(reading.assignment)
    if is_over(assignment):
        raise BadInput(_("The time to read each other is over. Your draft stays as it is."))
    levels = levels_sent(work.rubric_of(assignment), request.form)
    comment = request.form.get("comment", "").replace("\r\n", "\n").strip()
    if len(comment) > LONGEST_COMMENT:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if reading.is_taken_back:
        return _page(reading, levels, comment)
    is_done = request.form.get("do") == "done"
    if is_done and (not comment or len(levels) < len(work.criteria_of(assignment))):
        problem = _("Choose a level at each part, and write what helps the writer to go on.")
        return _page(reading, levels, comment, problem, HTTPStatus.UNPROCESSABLE_ENTITY)
    revision = min(request.form.get("revision", type=int) or 0, HIGHEST_REVISION)
    is_kept = peers.write(reading.review, levels, comment, revision=revision, is_done=is_done)
    if wants_json():
        return _told(_reading(public_id).review, is_kept)
    if not is_kept:
        problem = _("Another window of yours saved something newer. Below is what this one held.")
        return _page(_reading(public_id), levels, comment, problem, HTTPStatus.CONFLICT)
    if is_done:
        flash(_("Thank you. The writer sees what you said, without your name."))
        return redirect(url_for("lessons.home"), 303)
    flash(_("Saved."))
    return redirect(url_for("peers.read", public_id=public_id), 303)


def _told(review: PeerReview, is_kept: bool) -> ResponseReturnValue:
    """For the saving script: what is there now, with the words where another window was first."""
    levels = {f"level-{slug}": [str(level)] for slug, level in review.levels.items()}
    body = jsonify(
        revision=review.revision,
        saved_at=clock_time(now()),
        content=None if is_kept else {**levels, "comment": [review.comment]},
    )
    return body, HTTPStatus.OK if is_kept else HTTPStatus.CONFLICT


def who_reads(user_id: int, lesson: str, step: str) -> Markup:
    """Beside a reflection of a learner, before they hand it in: that fellow students read it."""
    asked = [row for row in asking.asked_of(user_id, lesson, step) if row.peers]
    if not asked:
        return Markup()
    assignment = max(asked, key=lambda row: row.peers)
    return Markup(render_template("marking/_who_reads.html", assignment=assignment))  # noqa: S704 - made by Jinja, which escapes


def waiting(user_id: int) -> Markup:
    """On the home page of a learner: what they were asked to read."""
    rows = [
        (row, assignment) for row, assignment in peers.to_read(user_id) if not is_over(assignment)
    ]
    return Markup(render_template("marking/_to_read.html", rows=rows)) if rows else Markup()  # noqa: S704 - made by Jinja, which escapes


# --- An instructor -------------------------------------------------------------------------


@bp.get("/teach/marking/<int:assignment_id>/peers")
@requires(Role.INSTRUCTOR, Role.ADMINISTRATOR)
def overview(assignment_id: int) -> ResponseReturnValue:
    """Who reads whom, what they said, and who is missing."""
    assignment = queries.assignment_for(current_user.id, assignment_id) or abort(404)
    return render_template(
        "marking/peers.html",
        assignment=assignment,
        about=work.about(assignment),
        rows=peers.overview(assignment_id),
        over=is_over(assignment),
        nothing=NothingForm(),
    )


@bp.post("/teach/marking/<int:assignment_id>/peers")
@requires(Role.INSTRUCTOR, Role.ADMINISTRATOR)
def arrange(assignment_id: int) -> ResponseReturnValue:
    """Give texts out to read, or give to others what somebody did not read."""
    assignment = queries.assignment_for(current_user.id, assignment_id) or abort(404)
    if not assignment.peers:
        raise BadInput(_("Fellow students do not read along here. Change that in the settings."))
    if request.form.get("do") == "replace":
        count = peers.replace_missing(assignment)
    else:
        count = peers.give_out(assignment)
    flash(_n("%(num)s text was given out.", "%(num)s texts were given out.", count))
    return redirect(url_for("peers.overview", assignment_id=assignment_id), 303)
