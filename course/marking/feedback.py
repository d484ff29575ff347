"""What a learner gets back: the text with remarks, levels, a grade; and what they do with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import contains_eager

from course.core.access import signed_in
from course.core.clock import now
from course.core.db import db
from course.core.forms import NothingForm
from course.core.i18n import _
from course.core.log import log
from course.curriculum.rubrics import RubricFile
from course.domain.foureyes import shared_levels
from course.domain.grades import Grade, Scheme
from course.lessons import queries as lessons
from course.lessons.visit import Visit
from course.marking import grades, peers, queries, work
from course.marking.judging import Decision
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
from course.schedule.words import title_of

bp = Blueprint("feedback", __name__, template_folder="templates")
bp.add_app_template_global(work.as_read, "grade_as_read")
bp.add_app_template_global(title_of, "reflection_title")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """An instructor who read a text; its writer is not told who."""

    number: int  # 1 and on: first, second and third reader, whoever was done first
    marking_id: int
    levels: Mapping[str, int]
    comment: str
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A result that was returned, as its learner reads it."""

    submission: Submission
    release: Release
    assignment: Assignment
    rubric: RubricFile
    runs: Sequence[work.Run]
    loose: Sequence[Remark]
    readers: Sequence[Reader]
    levels: Mapping[str, int]  # of all readers: decided together, or the same with each
    how: str  # readers came to one grade, as Agreed says it; "" for one reader
    decision: Decision  # of all readers, where no grade says it; OPEN where they differ
    together: str  # what the readers say together; "" for nothing
    grade: Grade | None
    peers: Sequence[PeerReview]  # what fellow students said, without names
    waits_for_reply: bool  # the grade comes when each remark has an answer
    visit: Visit | None

    @property
    def has_number(self) -> bool:
        """Whether a number follows from the levels, so that it can be told how."""
        return self.grade is not None and self.grade.word is None and self.rubric.points

    @property
    def share(self) -> int:
        """What share of the points is a 5.5, in whole percents."""
        return round(Scheme.from_plain(self.assignment.scheme).percentage * 100)

    @property
    def can_revise(self) -> bool:
        """Whether it is the newest version, so that there is something to go on with."""
        return self.submission.withdrawn_at is None

    def reader_of(self, made: Remark) -> int:
        """The number of who made a remark; 0 where one reader needs no number."""
        if len(self.readers) == 1:
            return 0
        return next(who.number for who in self.readers if who.marking_id == made.marking_id)


def feedback_for(user_id: int, public_id: str) -> Feedback | None:
    """One's own result, while it is given and not taken back."""
    statement = (
        select(Submission, Release, Assignment)
        .join(Release, Release.submission_id == Submission.id)
        .join(Assignment, Assignment.id == Release.assignment_id)
        .join(Assignment.rubric)
        .options(contains_eager(Assignment.rubric))
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
    submission, release, assignment = row
    agreed = db.session.get(Agreed, submission.id)
    readers = _readers(release)
    shared = shared_levels([who.levels for who in readers])
    how = agreed.how if agreed else ""
    remarks = queries.remarks_of([who.marking_id for who in readers])
    runs, loose = work.runs_of(submission.text, remarks)
    grade = grades.value_at(release.grade_number) if release.grade_number else None
    said = _decision(readers)
    waits = assignment.reply_required and any(made.used is None for made in remarks)
    return Feedback(
        submission=submission,
        release=release,
        assignment=assignment,
        rubric=work.rubric_of(assignment),
        runs=runs,
        loose=loose,
        readers=readers,
        levels=agreed.levels if how == "decided" and agreed else shared,
        how=how,
        decision=Decision.OPEN if waits or (grade and grade.passed is not None) else said,
        together=agreed.comment if agreed else "",
        grade=None if waits else grade,
        peers=peers.said_about(submission.id),
        waits_for_reply=waits,
        visit=lessons.visit(current_user, submission.lesson, submission.step),
    )


def _readers(release: Release) -> list[Reader]:
    """Who was done when it was returned; who reads on after that tells the writer nothing."""
    statement = (
        select(Marking)
        .where(Marking.submission_id == release.submission_id, queries.returned_with(release))
        .order_by(Marking.part)  # first, second, third
    )
    return [
        Reader(
            number=number,
            marking_id=row.id,
            levels=row.levels,
            comment=row.comment,
            decision=Decision(row.decision),
        )
        for number, row in enumerate(db.session.scalars(statement), start=1)
    ]


def _decision(readers: Sequence[Reader]) -> Decision:
    found = {who.decision for who in readers}
    return found.pop() if len(found) == 1 else Decision.OPEN


def _feedback(public_id: str) -> Feedback:
    return feedback_for(current_user.id, public_id) or abort(404)


@bp.get("/reflections/<public_id>/feedback")
@signed_in
def feedback(public_id: str) -> ResponseReturnValue:
    """Read what came back, and say of each remark what it was good for; or why it is gone."""
    found = feedback_for(current_user.id, public_id)
    if found is None:
        gone = _taken_back(public_id) or abort(404)
        return render_template("marking/taken_back.html", gone=gone)
    return _page(found)


def _page(found: Feedback, *, problem: str = "", problem_at: str = "") -> str:
    """The page; ``problem_at`` is the remark with a ``problem``."""
    return render_template(
        "marking/feedback.html",
        found=found,
        problem=problem,
        problem_at=problem_at,
        nothing=NothingForm(),
    )


def _seen_by_learner() -> Select[Submission, Release]:
    """Every result that its learner could open at some moment, the last one of each text first."""
    return (
        select(Submission, Release)
        .join(Release, Release.submission_id == Submission.id)
        .where(
            Release.visible_at <= now(),
            or_(Release.retracted_at.is_(None), Release.retracted_at >= Release.visible_at),
        )
        .order_by(Submission.id.desc(), Release.id.desc())
    )


def _taken_back(public_id: str) -> Row[Submission, Release] | None:
    """One's own result that could be read and was taken back."""
    own = (Submission.public_id == public_id, Submission.user_id == current_user.id)
    return db.session.execute(_seen_by_learner().where(*own).limit(1)).one_or_none()


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
    """Say that a remark was used, or why not; what is typed at the others is kept with them."""
    found = _feedback(public_id)
    remarks = {made.public_id: made for run in found.runs for made in run.ends}
    remarks |= {made.public_id: made for made in found.loose}
    made = remarks.get(remark) or abort(404)
    typed = {one: request.form.get(f"why-{one}", "").strip() for one in remarks}
    answer, why = request.form.get("used"), typed.pop(remark)
    if answer not in {"yes", "no"} or any(
        len(text) > LONGEST_WHY for text in (why, *typed.values())
    ):
        abort(HTTPStatus.BAD_REQUEST)
    for one, text in typed.items():
        if text or remarks[one].used is None:
            remarks[one].used_why = text or None
    if answer == "no" and not why:
        db.session.commit()
        problem = _("Say in a sentence why you did not use this comment. That is fine to do.")
        page = _page(_feedback(public_id), problem=problem, problem_at=remark)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
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


def unanswered(user_id: int, lesson: str, step: str) -> Markup:
    """Before a next version is handed in: which comments on the one before have no answer yet."""
    statement = (
        _seen_by_learner()
        .where(Submission.user_id == user_id, Submission.lesson == lesson, Submission.step == step)
        .limit(1)
    )
    last = db.session.execute(statement).one_or_none()
    if last is None or last[1].retracted_at is not None:
        return Markup()
    submission = last[0]
    remarks = queries.returned_remarks([submission]).get(submission.id, [])
    count = sum(made.used is None for made in remarks)
    if not count:
        return Markup()
    html = render_template("marking/_unanswered.html", submission=submission, count=count)
    return Markup(html)  # noqa: S704 - made by Jinja, which escapes


def returned(user_id: int, lesson: str, step: str) -> Markup:
    """Beside a reflection of a learner: what came back, or went again, newest first."""
    statement = _seen_by_learner().where(
        Submission.user_id == user_id, Submission.lesson == lesson, Submission.step == step
    )
    found: dict[int, Row[Submission, Release]] = {}
    for row in db.session.execute(statement):
        found.setdefault(row[0].id, row)
    rows = list(found.values())
    if not rows:
        return Markup()
    stands = [submission for submission, release in rows if release.retracted_at is None]
    remarks = queries.returned_remarks(stands[:1])
    html = render_template("marking/_returned.html", rows=rows, remarks=remarks)
    return Markup(html)  # noqa: S704 - as above
