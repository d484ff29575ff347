"""Four eyes: two blind markings beside each other, one result; and anchors to calibrate with.

Neither marker sees the other's before both are done. Whoever agrees leaves both markings as they
are; what was decided is a row of its own, with how and why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select

from course.accounts.models import User
from course.core.access import Role, requires
from course.core.clock import now
from course.core.db import db
from course.core.errors import CourseError
from course.core.forms import NothingForm
from course.core.i18n import _
from course.core.log import log
from course.domain import foureyes
from course.domain.foureyes import Decision, LevelDifference, State
from course.domain.grades import Grade
from course.groups.models import Membership
from course.groups.models import Part as GroupPart
from course.marking import judging, queries, rubrics, work
from course.marking.agreement import of_anchors, of_readers
from course.marking.forms import levels_sent
from course.marking.models import (
    LONGEST_COMMENT,
    LONGEST_WHY,
    Agreed,
    Assignment,
    Calibration,
    Marking,
)
from course.marking.queries import Item, Stand

bp = Blueprint("agreeing", __name__, template_folder="templates")
instructors = requires(Role.INSTRUCTOR, Role.ADMINISTRATOR)


class NotAgreed(CourseError):
    """Two markings cannot become one like this."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two markings that are done, or three, with what they differ in."""

    first: Marking
    second: Marking
    third: Marking | None
    names: dict[int, str]  # of markers
    differences: Sequence[LevelDifference]
    grades: tuple[Grade | None, Grade | None, Grade | None]
    outcome: foureyes.Outcome | None  # None without numbers


def pair_of(assignment: Assignment, item: Item) -> Pair | None:
    """The markings of an item beside each other; None while not both are done."""
    done = {row.part: row for row in item.markings.values() if row.done_at is not None}
    first, second, third = (done.get(part) for part in ("first", "second", "third"))
    if first is None or second is None:
        return None
    markers = [row.marker_id for row in done.values() if row.marker_id]
    names = {
        row.id: row.name for row in db.session.scalars(select(User).where(User.id.in_(markers)))
    }
    grades = tuple(
        rubrics.grade_of(assignment, row.levels) if row else None for row in (first, second, third)
    )
    exact = [grade.exact for grade in grades if grade and grade.exact is not None]
    return Pair(
        first=first,
        second=second,
        third=third,
        names=names,
        differences=foureyes.level_differences(
            work.criteria_of(assignment), first.levels, second.levels
        ),
        grades=(grades[0], grades[1], grades[2]),
        outcome=foureyes.compare(exact[0], exact[1]) if len(exact) > 1 else None,
    )


def _found(assignment_id: int, code: str) -> tuple[Assignment, Item, Pair]:
    """Both markings; not for the third reader, who is as blind as they were until they are done."""
    assignment = queries.assignment_for(current_user.id, assignment_id) or abort(404)
    item = queries.item_for(assignment, current_user.id, code) or abort(404)
    mine = item.markings.get(current_user.id)
    if mine is not None and mine.done_at is None:
        abort(404)
    pair = pair_of(assignment, item) or abort(404)
    return assignment, item, pair


@bp.get("/teach/marking/<int:assignment_id>/<code>/compare")
@instructors
def compare(assignment_id: int, code: str) -> ResponseReturnValue:
    """Both judgements, criterion by criterion, and what can be decided."""
    return _compared(*_found(assignment_id, code))


def _compared(
    assignment: Assignment,
    item: Item,
    pair: Pair,
    *,
    problem: str = "",
    typed: Mapping[str, str] | None = None,
) -> str:
    """The page; ``typed`` is what was sent and refused, with the ``problem``."""
    return render_template(
        "marking/compare.html",
        assignment=assignment,
        about=work.about(assignment),
        item=item,
        pair=pair,
        agreed=queries.agreed_of(item.submission.id),
        colleagues=_colleagues(assignment, pair) if item.state is State.MARKED_BOTH else [],
        problem=problem,
        typed=typed or {},
        nothing=NothingForm(),
    )


@bp.get("/teach/marking/<int:assignment_id>/agreement")
@instructors
def agreement(assignment_id: int) -> ResponseReturnValue:
    """How far the two readers of an assignment agree, over everything that both are done with."""
    assignment = queries.assignment_for(current_user.id, assignment_id) or abort(404)
    items = queries.queue(assignment, current_user.id)
    return render_template(
        "marking/agreement.html",
        assignment=assignment,
        about=work.about(assignment),
        found=of_readers(assignment, items, current_user.id),
    )


def _colleagues(assignment: Assignment, pair: Pair) -> list[User]:
    """Who may read it third: instructors of the group, and guests, who did not mark it."""
    statement = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.group_id == assignment.group_id,
            Membership.part != GroupPart.LEARNER,
            User.id.not_in(pair.names),
        )
        .order_by(User.name)
    )
    return list(db.session.scalars(statement))


@bp.post("/teach/marking/<int:assignment_id>/<code>/third")
@instructors
def third(assignment_id: int, code: str) -> ResponseReturnValue:
    """Ask a colleague to read it third; it stands in their queue."""
    assignment, item, pair = _found(assignment_id, code)
    if item.state is not State.MARKED_BOTH:
        raise NotAgreed(_("A third reader is asked while two are done and have not agreed."))
    chosen = request.form.get("marker", "")
    who = next((row for row in _colleagues(assignment, pair) if str(row.id) == chosen), None)
    if who is None:
        problem = _("Choose a colleague who has not marked this one.")
        return _compared(assignment, item, pair, problem=problem), NotAgreed.status
    judging.ask_third(item.submission, assignment, who.id)
    flash(_("%(name)s finds it in the queue.", name=who.name))
    return redirect(url_for("marking.next_one", assignment_id=assignment_id), 303)


@bp.post("/teach/marking/<int:assignment_id>/<code>/compare")
@instructors
def agree(assignment_id: int, code: str) -> ResponseReturnValue:
    """Take the mean where both are close; else decide the levels, with a reason."""
    assignment, item, pair = _found(assignment_id, code)
    if item.stand is Stand.GIVEN or item.is_scheduled:
        raise NotAgreed(_("This result was returned already. Take it back first."))
    try:
        row = (
            _mean(item, pair, by=current_user.id)
            if request.form.get("do") == "mean"
            else _decided(assignment, item)
        )
    except NotAgreed as refusal:
        page = _compared(assignment, item, pair, problem=refusal.message, typed=request.form)
        return page, refusal.status
    row.comment = _together()
    db.session.merge(row)
    db.session.commit()
    log.info("markers_agreed", submission=item.submission.id, how=row.how, by=current_user.id)
    flash(_("Decided. The result can be returned now."))
    return redirect(url_for("returning.results", assignment_id=assignment_id), 303)


def _together() -> str:
    """What both say to the student, beside what each of them wrote; "" for nothing."""
    sent = request.form.get("comment", "").replace("\r\n", "\n").strip()
    if len(sent) > LONGEST_COMMENT:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return sent


def settle(assignment: Assignment, item: Item, *, by: int) -> None:
    """The third marker is done: the grade is that of the two closest, where there are numbers."""
    pair = pair_of(assignment, item)
    if pair is None or pair.third is None or None in pair.grades:
        return
    db.session.merge(_mean(item, pair, by=by))
    db.session.commit()
    log.info("third_marker_done", submission=item.submission.id, by=by)


def _mean(item: Item, pair: Pair, *, by: int) -> Agreed:
    exact = [grade.exact for grade in pair.grades if grade and grade.exact is not None]
    if pair.third is not None and len(exact) > 2:  # noqa: PLR2004 - of three markers
        final = foureyes.with_third(exact[0], exact[1], exact[2])
        shared = foureyes.shared_levels([pair.first.levels, pair.second.levels, pair.third.levels])
        return _row(item, shared, how="third", exact=str(final), by=by)
    if pair.outcome is None or pair.outcome.decision is not Decision.MEAN:
        raise NotAgreed(
            _("The two are too far apart for a mean. Decide the levels together, and say why.")
        )
    shared = foureyes.shared_levels([pair.first.levels, pair.second.levels])
    return _row(item, shared, how="mean", exact=str(pair.outcome.grade), by=by)


def _decided(assignment: Assignment, item: Item) -> Agreed:
    levels = levels_sent(work.rubric_of(assignment), request.form)
    if len(levels) < len(work.criteria_of(assignment)):
        raise NotAgreed(_("Choose a level at each criterion."))
    why = request.form.get("why", "").strip()
    if not why or len(why) > LONGEST_WHY:
        raise NotAgreed(_("Say in a sentence or two why, so that it can be understood later."))
    return _row(item, levels, how="decided", why=why, by=current_user.id)


def _row(
    item: Item,
    levels: dict[str, int],
    *,
    how: str,
    by: int,
    why: str = "",
    exact: str | None = None,
) -> Agreed:
    return Agreed(
        submission_id=item.submission.id,
        user_id=item.submission.user_id,
        levels=levels,
        exact=exact,
        comment="",
        how=how,
        why=why,
        made_by=by,
        made_at=now(),
    )


# --- Anchors -------------------------------------------------------------------------------


@bp.route("/teach/marking/<int:assignment_id>/anchors", methods=["GET", "POST"])
@instructors
def anchors(assignment_id: int) -> ResponseReturnValue:
    """Judge the anchor reflections of the rubric, and see how near one is to what was agreed."""
    assignment = queries.assignment_for(current_user.id, assignment_id) or abort(404)
    if request.method == "POST":
        try:
            _judge_anchor(assignment)
        except NotAgreed as refusal:
            return _anchors(assignment, problem=refusal.message, typed=request.form), refusal.status
        here = url_for("agreeing.anchors", assignment_id=assignment_id)
        return redirect(here, 303)
    return _anchors(assignment)


def _anchors(
    assignment: Assignment, *, problem: str = "", typed: Mapping[str, str] | None = None
) -> str:
    """The page; ``typed`` is what was sent about one of them and refused, with the ``problem``."""
    rubric = work.rubric_of(assignment)
    mine = {
        row.anchor: row.levels
        for row in db.session.scalars(
            select(Calibration).filter_by(user_id=current_user.id, rubric_id=assignment.rubric_id)
        )
    }
    slugs = work.criteria_of(assignment)
    pairs = {
        anchor.slug: foureyes.level_differences(slugs, mine[anchor.slug], dict(anchor.marks))
        for anchor in rubric.anchors
        if anchor.slug in mine
    }
    needed = min(foureyes.ANCHORS, len(rubric.anchors))
    return render_template(
        "marking/anchors.html",
        assignment=assignment,
        about=work.about(assignment),
        rubric=rubric,
        pairs=pairs,
        verdict=foureyes.calibrate(list(pairs.values()), needed=needed),
        same=sum(each.apart == 0 for found in pairs.values() for each in found),
        agreement=of_anchors(rubric, list(pairs.values())),
        problem=problem,
        typed=typed or {},
        nothing=NothingForm(),
    )


def _judge_anchor(assignment: Assignment) -> None:
    rubric = work.rubric_of(assignment)
    slug = request.form.get("anchor", "")
    if slug not in {anchor.slug for anchor in rubric.anchors}:
        abort(HTTPStatus.BAD_REQUEST)
    levels = levels_sent(rubric, request.form)
    if len(levels) < len(rubric.criteria):
        raise NotAgreed(_("Choose a level at each criterion; then you see how others judged."))
    db.session.merge(
        Calibration(
            user_id=current_user.id,
            rubric_id=assignment.rubric_id,
            anchor=slug,
            levels=levels,
            judged_at=now(),
        )
    )
    db.session.commit()
