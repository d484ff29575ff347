"""One learner of a group, for its instructors: all that they may know of them, on one page."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import literal, select

from course.audit import actions as audit
from course.audit import models as audited
from course.core.clock import now
from course.core.db import db
from course.core.i18n import _
from course.groups.doors import group_of, instructors
from course.groups.models import Group
from course.lessons import editions
from course.messages.models import Notice
from course.results import actions, book, gradewords, history, moments, needs, own, signs
from course.results.forms import ContactForm, LookForm
from course.results.stored import Stored, stored
from course.schedule import coming
from course.schedule.models import Extension, LessonMoment
from course.teaching.models import TOLD_AS, Letter

bp = Blueprint("students", __name__, template_folder="templates")


def _learner(group: Group, user_id: int) -> Stored:
    """What is stored of a learner of this group; of anybody else there is no page."""
    known = stored(group.id, lessons=list(editions.library().editions), user_id=user_id)
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
    lessons = moments.of_only(known)
    found = book.book(group.id, user_id=member.user_id)
    (row,) = found.rows
    return {
        "group": group,
        "name": member.name,
        "user_id": member.user_id,
        "need": next(iter(needs.of_group(group, known)), None),
        "said": signs.said_in(group.id, user_id=member.user_id),
        "lessons": lessons,
        "weighings": [pair for one in lessons for pair in one.weighings],
        "seen_at": known.seen_at(member.user_id),
        "graded": list(zip(found.items, row.cells, strict=True)),
        "histories": history.histories(found, group.id),
        "grade_words": gradewords,
        "longer": _longer(group.id, member.user_id),
        "letters": _letters(group.id, member.user_id),
    }


def _longer(group_id: int, user_id: int) -> Sequence[tuple[LessonMoment, Extension]]:
    """Where a learner got more time in this group, what is due first comes first."""
    statement = (
        select(LessonMoment, Extension)
        .join(Extension, Extension.moment_id == LessonMoment.id)
        .where(LessonMoment.group_id == group_id, Extension.user_id == user_id)
        .order_by(Extension.until, LessonMoment.id)
    )
    return [(moment, more) for moment, more in db.session.execute(statement)]


def _letters(group_id: int, user_id: int) -> Sequence[Letter]:
    """What the instructor who looks wrote to a learner of this group, newest first.

    What colleagues wrote is between them and the learner, and whether it was opened is nobody's.
    """
    statement = (
        select(Letter)
        .join(Notice, Notice.key == literal(TOLD_AS) + Letter.key + f":{user_id}")
        .where(Letter.group_id == group_id, Letter.user_id == current_user.id)
        .order_by(Letter.id.desc())
    )
    return list(db.session.scalars(statement))
