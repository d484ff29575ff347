"""What a learner gets back: the text with remarks, levels, a grade; and what they do with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from course.core.access import signed_in
from course.core.clock import now
from course.core.db import db
from course.core.errors import CourseError
from course.core.forms import NothingForm
from course.core.i18n import _
from course.core.log import log
from course.curriculum.rubrics import RubricFile
from course.domain.grades import Grade
from course.lessons import queries as lessons
from course.lessons.visit import Visit
from course.marking import grades, peers, queries, work
from course.marking.models import (
    LONGEST_WHY,
    Agreed,
    Assignment,
    Marking,
    PeerReview,
    Release,
    Remark,
)
from course.reflections import actions as reflections
from course.reflections.models import Submission

bp = Blueprint("feedback", __name__, template_folder="templates")
bp.add_app_template_global(work.as_read, "grade_as_read")


class SayWhy(CourseError):
    """A remark that was not used needs a reason."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A result that was returned, as its learner reads it."""

    submission: Submission
    release: Release
    assignment: Assignment
    rubric: RubricFile
    runs: Sequence[work.Run]
    loose: Sequence[Remark]
    levels: Mapping[str, int]
    comment: str
    grade: Grade | None
    peers: Sequence[PeerReview]  # what fellow students said, without names
    waits_for_reply: bool  # the grade comes when each remark has an answer
    visit: Visit | None

    @property
    def can_revise(self) -> bool:
        """Whether it is the newest version, so that there is something to go on with."""
        return self.submission.withdrawn_at is None


def feedback_for(user_id: int, public_id: str) -> Feedback | None:
    """One's own result, while it is given and not taken back."""
    statement = (
        select(Submission, Release, Assignment, Marking)
        .join(Release, Release.submission_id == Submission.id)
        .join(Assignment, Assignment.id == Release.assignment_id)
        .join(Assignment.rubric)
        .options(contains_eager(Assignment.rubric))
        .join(Marking, Marking.id == Release.marking_id)
        .where(
            Submission.public_id == public_id,
            Submission.user_id == user_id,
            Release.retracted_at.is_(None),
            Release.visible_at <= now(),
        )
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        return None
    submission, release, assignment, marking = row
    agreed = db.session.get(Agreed, submission.id)
    remarks = queries.remarks_of([marking.id])
    runs, loose = work.runs_of(submission.text, remarks)
    grade = grades.value_at(release.grade_number) if release.grade_number else None
    waits = assignment.reply_required and any(made.used is None for made in remarks)
    return Feedback(
        submission=submission,
        release=release,
        assignment=assignment,
        rubric=work.rubric_of(assignment),
        runs=runs,
        loose=loose,
        levels=agreed.levels if agreed else marking.levels,
        comment=(agreed.comment if agreed else "") or marking.comment,
        grade=None if waits else grade,
        peers=peers.said_about(submission.id),
        waits_for_reply=waits,
        visit=lessons.visit(current_user, submission.lesson, submission.step),
    )


def _feedback(public_id: str) -> Feedback:
    return feedback_for(current_user.id, public_id) or abort(404)


@bp.get("/reflections/<public_id>/feedback")
@signed_in
def feedback(public_id: str) -> ResponseReturnValue:
    """Read what came back, and say of each remark what it was good for."""
    return render_template(
        "marking/feedback.html", found=_feedback(public_id), nothing=NothingForm()
    )


@bp.post("/reflections/<public_id>/feedback")
@signed_in
def read(public_id: str) -> ResponseReturnValue:
    """Say that it was read: it no longer stands on the home page."""
    found = _feedback(public_id)
    _seen(found)
    db.session.commit()
    return redirect(url_for("lessons.home"), 303)


def _seen(found: Feedback) -> None:
    """Within the caller's transaction: remember when its learner first did something with it."""
    found.release.seen_at = found.release.seen_at or now()


@bp.post("/reflections/<public_id>/feedback/<remark>")
@signed_in
def use(public_id: str, remark: str) -> ResponseReturnValue:
    """Say that a remark was used, or why not."""
    found = _feedback(public_id)
    remarks = {made.public_id: made for run in found.runs for made in run.ends}
    remarks |= {made.public_id: made for made in found.loose}
    made = remarks.get(remark) or abort(404)
    answer, why = request.form.get("used"), request.form.get("why", "").strip()
    if answer not in {"yes", "no"} or len(why) > LONGEST_WHY:
        abort(HTTPStatus.BAD_REQUEST)
    if answer == "no" and not why:
        raise SayWhy(_("Say in a sentence why you did not use this comment. That is fine to do."))
    made.used, made.used_why, made.used_at = answer == "yes", why or None, now()
    _seen(found)
    db.session.commit()
    log.info("remark_answered", remark=made.id, used=made.used)
    here = url_for("feedback.feedback", public_id=public_id, _anchor=f"remark-{remark}")
    return redirect(here, 303)


@bp.post("/reflections/<public_id>/revise")
@signed_in
def revise(public_id: str) -> ResponseReturnValue:
    """Go on writing: the text is a draft again, and this version stays as it was marked."""
    found = _feedback(public_id)
    _seen(found)
    if found.can_revise:
        reflections.revise(found.submission)
        flash(_("Your text is a draft again, with the feedback kept. Hand it in when it is ready."))
    where = found.submission
    return redirect(url_for("lessons.step", lesson=where.lesson, slug=where.step), 303)


# --- Elsewhere -----------------------------------------------------------------------------


def unread(user_id: int) -> Markup:
    """On the home page of a learner: what came back, and was not opened yet."""
    statement = (
        select(Submission)
        .join(Release, Release.submission_id == Submission.id)
        .where(
            Release.user_id == user_id,
            Release.seen_at.is_(None),
            Release.retracted_at.is_(None),
            Release.visible_at <= now(),
        )
        .order_by(Release.visible_at)
    )
    rows = list(db.session.scalars(statement))
    return Markup(render_template("marking/_unread.html", rows=rows)) if rows else Markup()  # noqa: S704 - made by Jinja, which escapes


def returned(user_id: int, lesson: str, step: str) -> Markup:
    """Beside a reflection of a learner: the versions of it that came back, newest first."""
    statement = (
        select(Submission)
        .join(Release, Release.submission_id == Submission.id)
        .where(
            Submission.user_id == user_id,
            Submission.lesson == lesson,
            Submission.step == step,
            Release.retracted_at.is_(None),
            Release.visible_at <= now(),
        )
        .order_by(Submission.id.desc())
    )
    rows = list(db.session.scalars(statement))
    return Markup(render_template("marking/_returned.html", rows=rows)) if rows else Markup()  # noqa: S704 - as above
