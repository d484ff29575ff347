"""The instructor's pages of moments: the whole term on one page, and more time for some."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.core.clock import now
from course.core.clockforms import as_fields
from course.core.forms import NothingForm, numbers_in
from course.core.i18n import _, _n
from course.domain.weeks import Week, week_at, weeks_later
from course.groups.doors import group_of, instructors
from course.groups.models import Group
from course.groups.words import holidays_in
from course.lessons.editions import library
from course.schedule import actions, coming, forms, queries, words
from course.schedule.models import LessonMoment

bp = Blueprint(
    "schedule",
    __name__,
    url_prefix="/teach/groups/<int:group_id>/schedule",
    template_folder="templates",
)
for _says in (
    words.written,
    words.left,
    words.what,
    words.days_of,
    words.short_day,
):
    bp.add_app_template_filter(_says)
bp.add_app_template_filter(words.late, "how_late")
bp.add_app_template_filter(holidays_in)


def _moment(group_id: int, moment_id: int) -> tuple[Group, LessonMoment]:
    group = group_of(group_id)
    return group, queries.moment_in(group.id, moment_id) or abort(404)


@bp.route("", methods=["GET", "POST"])
@instructors
def plan(group_id: int) -> ResponseReturnValue:
    """All moments of the group by week, and the form to set one."""
    group = group_of(group_id)
    place = request.args.get("place", "")
    lesson, _separator, step = place.partition(forms.SEPARATOR)
    known = queries.moment_at(group.id, lesson, step) if place else None
    form = forms.MomentForm(data=forms.as_data(known, place))
    form.offer(list(library().editions.values()))
    if form.is_submitted():
        lesson, step = form.lesson_and_step
        form.known = queries.moment_at(group.id, lesson, step)
        if form.validate():
            actions.set_moment(current_user.id, group.id, lesson, step, form.times)
            flash(_("Set: %(title)s.", title=words.title_of(lesson, step)))
            _mind_holidays(form.times.opens_at, form.times.due_at)
            return redirect(url_for(".plan", group_id=group.id), 303)
    page = render_template(
        "schedule/plan.html",
        group=group,
        form=form,
        known=known,
        title=words.title_of(known.lesson, known.step) if known else "",
        weeks=coming.by_week(coming.for_groups([group.id])),
        this_week=week_at(now()),
        first_week=Week(group.first_week) if group.first_week else None,
        now=now(),
        nothing=NothingForm(),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _mind_holidays(*moments: datetime | None) -> None:
    """Say it when something is on a public holiday. It may be meant, so nothing is refused."""
    said = dict.fromkeys(words.holiday(moment) for moment in moments if moment)
    for hint in filter(None, said):
        flash(hint)


@bp.route("/<int:moment_id>/extensions", methods=["GET", "POST"])
@instructors
def extensions(group_id: int, moment_id: int) -> ResponseReturnValue:
    """Who has more time; select some, or a subgroup, and give them all the same.

    Whom somebody ticked elsewhere, as ``to`` in the address, is ticked here and stands on top.
    """
    group, moment = _moment(group_id, moment_id)
    if moment.due_at is None:
        abort(404)  # nothing is due, so nobody can have longer
    to = numbers_in(request.args.getlist("to"))
    people = sorted(queries.people_at(moment), key=lambda one: one.user_id not in to)
    until = as_fields("until", weeks_later(moment.due_at, 1))
    form = forms.ExtensionForm(data={**until, "people": sorted(to)})
    form.offer(people)
    if form.is_submitted() and _done(form, moment):
        return redirect(url_for(".extensions", group_id=group.id, moment_id=moment.id), 303)
    page = render_template(
        "schedule/extensions.html",
        group=group,
        moment=moment,
        title=words.title_of(moment.lesson, moment.step),
        people=people,
        form=form,
        chosen=set(form.people.data or ()),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _done(form: forms.ExtensionForm, moment: LessonMoment) -> bool:
    """Do what the button says; whether that was done."""
    me: int = current_user.id
    match request.form.get("do"):
        case "take":
            if not form.has_somebody():
                return False
            count = actions.take_back(me, moment, form.chosen())
            flash(
                _n("Taken back from %(num)s student.", "Taken back from %(num)s students.", count)
            )
        case "subgroup":
            if not form.has_somebody():
                return False
            actions.name_subgroup(me, moment.group_id, form.chosen(), form.name.data)
            flash(_("The subgroups are changed."))
        case _:
            if not form.gives_time(moment):
                return False
            given: dict[str, Any] = {"until": form.until, "reason": form.reason.data}
            count = actions.extend(me, moment, form.chosen(), **given)
            _mind_holidays(form.until)
            flash(
                _n(
                    "%(num)s student has more time, and gets a message that says so.",
                    "%(num)s students have more time, and get a message that says so.",
                    count,
                )
                if count
                else _("They had this already, so nobody gets another message.")
            )
    return True


@bp.post("/<int:moment_id>/remove")
@instructors
def remove(group_id: int, moment_id: int) -> ResponseReturnValue:
    """Take a moment away."""
    group, moment = _moment(group_id, moment_id)
    actions.remove_moment(current_user.id, moment)
    flash(_("Taken away: %(title)s.", title=words.title_of(moment.lesson, moment.step)))
    return redirect(url_for(".plan", group_id=group.id), 303)
