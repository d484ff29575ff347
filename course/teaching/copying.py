"""Copy a group from last year: its name, who teaches, and what it was asked, never its people.

Moments move by whole weeks, from the first week of the one to that of the other, at the same time
on the clock. Without both first weeks nobody can say when something would be, so what has moments
is then not copied. Quizzes, rubrics and lessons are those of today. What makes the grade goes along
when all that counts for it did.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, undefer
from wtforms import BooleanField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from course.core.db import db
from course.core.i18n import _, _l, _n
from course.core.log import log
from course.domain.weeks import Week, weeks_later
from course.groups import actions as group_actions
from course.groups import queries as groups
from course.groups.doors import group_of, instructors
from course.groups.forms import GroupForm
from course.groups.models import Group, Part
from course.marking import rubrics
from course.marking.models import Assignment
from course.quizzes import editions as quizzes
from course.quizzes.models import Sitting
from course.results.models import GradeRule
from course.schedule import coming
from course.schedule.models import LessonMoment
from course.schedule.words import holiday

bp = Blueprint("copying", __name__, url_prefix="/teach", template_folder="templates")


class CopyForm(GroupForm):
    """A new group after an old one."""

    colleagues = SelectMultipleField(
        _l("Who teaches it with you"),
        coerce=int,
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )
    what = BooleanField(
        _l(
            "Copy the quizzes, the reflections that are marked, what makes the grade, and the "
            "schedule"
        ),
        default=True,
    )


@dataclass(frozen=True, slots=True)
class Copied:
    """How much was copied, and how much was not."""

    things: int
    left: int  # see what :func:`_tell` says of them


@bp.route("/groups/<int:group_id>/copy", methods=["GET", "POST"])
@instructors
def copy(group_id: int) -> ResponseReturnValue:
    """Make a new group after this one."""
    found = group_of(group_id)
    colleagues = [
        (member.user_id, member.name)
        for member in groups.people(group_id, Part.INSTRUCTOR)
        if member.user_id != current_user.id
    ]
    form = CopyForm(
        data={
            "name": found.name,
            "most_learners": found.most_learners,
            "colleagues": [user_id for user_id, _name in colleagues],
            "what": True,
        }
    )
    form.colleagues.choices = colleagues
    if form.validate_on_submit():
        made = group_actions.make_group(
            current_user.id,
            form.name.data,
            first_week=form.first_week.data,
            most_learners=form.most_learners.data,
            colleagues=form.colleagues.data,
        )
        if form.what.data:
            teachers = {current_user.id, *form.colleagues.data}
            _tell(copy_work(found, made, by=current_user.id, teachers=teachers))
            _mind_holidays(made)
        return redirect(url_for("teaching.group", group_id=made.id), 303)
    page = render_template("teaching/copy.html", form=form, group=found)
    return page, 422 if form.errors else 200


def _tell(copied: Copied) -> None:
    flash(
        _n("%(num)d thing was copied.", "%(num)d things were copied.", copied.things)
        + " "
        + _("Look at the moments before you let students in.")
    )
    if copied.left:
        flash(
            _n(
                "%(num)d thing was not copied: it has moments and not both groups have a first "
                "week, or its content changed too much.",
                "%(num)d things were not copied: they have moments and not both groups have a "
                "first week, or their content changed too much.",
                copied.left,
            )
        )


def _mind_holidays(group: Group) -> None:
    """Say which of the moments are on a public holiday now."""
    said = dict.fromkeys(holiday(item.at) for item in coming.for_groups([group.id]))
    for hint in filter(None, said):
        flash(hint)


def copy_work(old: Group, new: Group, *, by: int, teachers: Collection[int]) -> Copied:
    """Copy what was asked of a group to another one, all of it in one transaction.

    A second marker who does not teach the new group is left out there.
    """
    weeks = None
    if old.first_week and new.first_week:
        weeks = Week(old.first_week).place_of(new.first_week)
    sittings = db.session.scalars(
        select(Sitting).filter_by(group_id=old.id).options(undefer(Sitting.panel))
    ).all()
    asked = db.session.scalars(
        select(Assignment)
        .join(Assignment.rubric)
        .options(contains_eager(Assignment.rubric))
        .where(Assignment.group_id == old.id)
    ).all()
    moments = db.session.scalars(select(LessonMoment).filter_by(group_id=old.id)).all()
    rows: list[Sitting | Assignment | LessonMoment | GradeRule | None] = [
        *(_sitting(row, new.id, weeks, by) for row in sittings),
        *(_assignment(row, new.id, weeks, by, teachers) for row in asked),
        *(_moment(row, new.id, weeks, by) for row in moments),
    ]
    db.session.add_all(filter(None, rows))
    db.session.flush()  # a quiz that counts is named by its number
    rule = db.session.get(GradeRule, old.id)
    if rule is not None:
        names = _names(zip([*sittings, *asked], rows, strict=False))
        rows.append(_rule(rule, new.id, names, by))
    copies = list(filter(None, rows))
    db.session.add_all(copies)
    db.session.commit()
    log.info("group_copied", old=old.id, new=new.id, by=by, things=len(copies))
    return Copied(len(copies), len(rows) - len(copies))


def _moved(moment: datetime | None, weeks: int | None) -> datetime | None:
    return weeks_later(moment, weeks) if moment is not None and weeks is not None else None


def _sitting(row: Sitting, group_id: int, weeks: int | None, by: int) -> Sitting | None:
    today = quizzes.current(row.slug)
    has_moments = any((row.opens_at, row.closes_at, row.due_at))
    if today is None or (has_moments and weeks is None):
        return None
    edition_id = quizzes.stored_id(today)
    if row.panel is not None and edition_id != row.edition_id:
        return None  # the panel answered other items than those of today
    return Sitting(
        group_id=group_id,
        slug=row.slug,
        edition_id=edition_id,
        rules=dict(row.rules),
        opens_at=_moved(row.opens_at, weeks),
        closes_at=_moved(row.closes_at, weeks),
        due_at=_moved(row.due_at, weeks),
        panel=row.panel,
        made_by=by,
    )


def _assignment(
    row: Assignment, group_id: int, weeks: int | None, by: int, teachers: Collection[int]
) -> Assignment | None:
    today = rubrics.current(row.rubric.slug)
    if today is None or (row.peers_until is not None and weeks is None):
        return None
    has_second = row.second_marker_id in teachers
    return Assignment(
        group_id=group_id,
        lesson=row.lesson,
        step=row.step,
        rubric_id=rubrics.stored_id(today),
        scheme=dict(row.scheme),
        names_hidden=row.names_hidden,
        reply_required=row.reply_required,
        seconds=row.seconds if has_second or row.second_marker_id is None else "none",
        second_marker_id=row.second_marker_id if has_second else None,
        peers=row.peers,
        peers_until=_moved(row.peers_until, weeks),
        code_key=secrets.token_urlsafe(32),
        made_by=by,
    )


def _names(copied: Iterable[tuple[Sitting | Assignment, object]]) -> dict[str, str]:
    """How the book of grades names what was graded in the old group, and its copy in the new."""
    return {
        _name(row): _name(copy) for row, copy in copied if isinstance(copy, Sitting | Assignment)
    }


def _name(row: Sitting | Assignment) -> str:
    """As :class:`course.results.book.Item` has its subject."""
    if isinstance(row, Sitting):
        return f"{row.slug}/{row.id}"
    return f"{row.lesson}/{row.step}"


def _rule(row: GradeRule, group_id: int, names: Mapping[str, str], by: int) -> GradeRule | None:
    """What makes the grade; ``None`` when something that counts was not copied."""
    if not set(row.weights) <= set(names):
        return None
    return GradeRule(
        group_id=group_id,
        weights={names[subject]: weight for subject, weight in row.weights.items()},
        pass_tenths=row.pass_tenths,
        is_whole=row.is_whole,
        quiz_percent=row.quiz_percent,
        made_by=by,
    )


def _moment(row: LessonMoment, group_id: int, weeks: int | None, by: int) -> LessonMoment | None:
    if weeks is None:
        return None
    return LessonMoment(
        group_id=group_id,
        lesson=row.lesson,
        step=row.step,
        opens_at=_moved(row.opens_at, weeks),
        due_at=_moved(row.due_at, weeks),
        after_due=row.after_due,
        made_by=by,
    )
