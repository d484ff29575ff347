"""One learner of a group, for its instructors: where they are, what came in, what was returned."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select

from course.audit import actions as audit
from course.audit import models as audited
from course.core.clock import now
from course.core.db import db
from course.core.i18n import _
from course.groups.models import Group
from course.lessons import editions
from course.marking import grades
from course.marking.models import Assignment
from course.results import actions, matrix, needs, own, signs, words
from course.results.forms import ContactForm, LookForm
from course.results.matrix import Stored
from course.results.signs import Need
from course.schedule import coming
from course.teaching import cells
from course.teaching.doors import group_of, instructors
from course.teaching.progress import title_of

bp = Blueprint("students", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class Graded:
    """A result that was returned, with all that happened to it."""

    title: str
    entries: Sequence[grades.Entry]


def _learner(group: Group, user_id: int) -> Stored:
    """What is stored of a learner of this group; of anybody else there is no page."""
    known = matrix.stored(group.id, lessons=list(editions.library().editions), user_id=user_id)
    return known if known.members else abort(404)


@bp.route("/teach/groups/<int:group_id>/students/<int:user_id>", methods=["GET", "POST"])
@instructors
def student(group_id: int, user_id: int) -> ResponseReturnValue:
    """One learner across all lessons; and a note that one was in touch."""
    group = group_of(group_id)
    known = _learner(group, user_id)
    form = ContactForm()
    if form.validate_on_submit():
        actions.note_contact(current_user.id, group.id, user_id, form.note.data)
        flash(_("Noted. The student can read it."))
        return redirect(url_for("students.student", group_id=group.id, user_id=user_id), 303)
    page = render_template("teaching/student.html", form=form, **_shown(group, known))
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


@bp.route("/teach/groups/<int:group_id>/students/<int:user_id>/look", methods=["GET", "POST"])
@instructors
def look(group_id: int, user_id: int) -> ResponseReturnValue:
    """What this learner sees of the group; only after saying why, which they can read.

    Nothing can be pressed there, and no answers, texts or other groups are shown: those an
    instructor may not see in this way either.
    """
    group = group_of(group_id)
    (member,) = _learner(group, user_id).members
    form = LookForm()
    if not form.validate_on_submit():
        page = render_template("teaching/look.html", form=form, group=group, member=member)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    me = current_user.id
    audit.note_now(
        audited.Kind.VIEWED_AS, by=me, whom=[user_id], group=group.id, about=form.why.data
    )
    of_group = {item.uid for item in coming.for_groups([group.id])}
    ahead = [item for item in coming.for_learner(user_id, now()) if item.uid in of_group]
    return render_template(
        "teaching/as_student.html",
        group=group,
        member=member,
        why=form.why.data,
        one=own.of(group, user_id),
        coming=ahead,
        looking=True,
    )


def _shown(group: Group, known: Stored) -> dict[str, Any]:
    (member,) = known.members
    columns = matrix.moment_columns(list(editions.library().editions), known.asked)
    (row,) = matrix.by_moment(known, columns)
    need: Need | None = next(iter(needs.of_group(group, known)), None)
    return {
        "group": group,
        "name": member.name,
        "user_id": member.user_id,
        "need": need,
        "said": signs.said_in(group.id, user_id=member.user_id),
        "lessons": _by_lesson(columns, row),
        "seen_at": row.seen_at,
        "graded": _graded(group, member.user_id, known),
        "words": cells.words(),
        "shapes": cells.SHAPES,
        "title_of": title_of,
    }


def _by_lesson(columns: Sequence[matrix.Column], row: matrix.Row) -> list[Any]:
    """For each lesson its edition, and its moments with what stands there."""
    found: dict[str, Any] = {}
    for column, one in zip(columns, row.cells, strict=True):
        _edition, moments = found.setdefault(column.lesson, (column.edition, []))
        moments.append((column, one))
    return list(found.values())


def _graded(group: Group, user_id: int, known: Stored) -> list[Graded]:
    """Only what the learner can see now: what is marked and not returned is read by its code."""
    asked = select(Assignment).filter_by(group_id=group.id).order_by(Assignment.id)
    assignments = [
        assignment
        for assignment in db.session.scalars(asked)
        if (user_id, assignment.lesson, assignment.step) in known.given
    ]
    histories = grades.histories(user_id, [assignment.id for assignment in assignments])
    return [
        Graded(
            words.place(f"{assignment.lesson}/{assignment.step}"), histories.get(assignment.id, [])
        )
        for assignment in assignments
    ]
