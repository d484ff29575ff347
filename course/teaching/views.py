"""The instructor's pages: groups, who is where, and what was handed in."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.audit import actions as audit
from course.core.current import settings
from course.core.forms import NothingForm
from course.core.htmx import wants_partial
from course.core.i18n import _
from course.groups import actions as group_actions
from course.groups import queries as groups
from course.groups.doors import group_of, instructors
from course.groups.forms import GroupForm
from course.groups.models import Group
from course.lessons import editions
from course.marking import queries as marking
from course.reflections import queries as reflections
from course.reflections import timing
from course.results import matrix
from course.results.stored import stored
from course.schedule.words import late as how_late
from course.teaching import queries
from course.teaching import today as today_page
from course.teaching.about import about

bp = Blueprint("teaching", __name__, url_prefix="/teach", template_folder="templates")


@bp.get("/")
@instructors
def today() -> ResponseReturnValue:
    """What waits, who needs somebody, what is due this week, and the groups one teaches."""
    return render_template(
        "teaching/today.html",
        today=today_page.of(current_user.id),
        groups=groups.taught_by(current_user.id),
        archive=groups.archive_of(current_user.id),
    )


@bp.route("/groups/new", methods=["GET", "POST"])
@instructors
def new_group() -> ResponseReturnValue:
    """Make a group; its join code is on the next page."""
    form = GroupForm()
    if form.validate_on_submit():
        group = group_actions.make_group(
            current_user.id, form.name.data, **_when_and_how_many(form)
        )
        return redirect(url_for("teaching.group", group_id=group.id), 303)
    page = render_template("teaching/new_group.html", form=form)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


@bp.get("/groups/<int:group_id>")
@instructors
def group(group_id: int) -> ResponseReturnValue:
    """A group: its code, and how it stands in each lesson."""
    found = group_of(group_id)
    known = stored(found.id)
    return render_template(
        "teaching/group.html",
        lessons=list(editions.library().editions.values()),
        rows=matrix.by_lesson(known),
        cases=queries.cases_played(found.id),
        about=about(found),
        **_joining(found),
    )


@bp.route("/groups/<int:group_id>/name", methods=["GET", "POST"])
@instructors
def rename(group_id: int) -> ResponseReturnValue:
    """Give the group another name, first week or cap on its code."""
    found = group_of(group_id)
    kept = {"first_week": found.first_week, "most_learners": found.most_learners}
    form = GroupForm(data={"name": found.name, **kept})
    if form.validate_on_submit():
        group_actions.change(found, name=form.name.data, **_when_and_how_many(form))
        return redirect(url_for("teaching.group", group_id=group_id), 303)
    page = render_template("teaching/rename.html", form=form, group=found)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _when_and_how_many(form: GroupForm) -> dict[str, Any]:
    return {"first_week": form.first_week.data, "most_learners": form.most_learners.data}


@bp.post("/groups/<int:group_id>/<any(archive, restore):what>")
@instructors
def put_away(group_id: int, what: str) -> ResponseReturnValue:
    """Take the group out of the lists, or back into them; nothing is deleted."""
    found = group_of(group_id)
    if what == "archive":
        group_actions.archive(found)
        flash(_("%(name)s is in the archive. Nothing is deleted.", name=found.name))
        return redirect(url_for("teaching.today"), 303)
    group_actions.restore(found)
    flash(_("%(name)s is among your groups again.", name=found.name))
    return redirect(url_for("teaching.group", group_id=group_id), 303)


@bp.post("/groups/<int:group_id>/joining/<any(open, close, renew):what>")
@instructors
def joining(group_id: int, what: str) -> ResponseReturnValue:
    """Open, close or renew the join code."""
    found = group_of(group_id)
    if what == "renew":
        group_actions.renew_code(found)
        said = _("There is a new code; the old one no longer works.")
    else:
        group_actions.set_joining(found, is_open=what == "open")
        said = _("The code is open.") if what == "open" else _("The code is closed.")
    if wants_partial():
        return render_template("teaching/_joining.html", **_joining(found, said))
    flash(said)
    return redirect(url_for("teaching.group", group_id=group_id), 303)


def _joining(group: Group, said: str = "") -> dict[str, Any]:
    """What the card with the join code shows."""
    return {
        "group": group,
        "said": said,
        "base_url": settings().base_url,
        "nothing": NothingForm(),
    }


@bp.get("/groups/<int:group_id>/cases/<slug>")
@instructors
def case(group_id: int, slug: str) -> ResponseReturnValue:
    """How the group chose at each decision of a case, without names."""
    found = group_of(group_id)
    edition = editions.library().cases.get(slug) or abort(404)
    return render_template(
        "teaching/case.html",
        group=found,
        case=edition.case,
        decisions=queries.decisions(found.id, edition.case),
    )


@bp.get("/groups/<int:group_id>/reflections/<public_id>")
@instructors
def reflection(group_id: int, public_id: str) -> ResponseReturnValue:
    """Read what a learner handed in. Reading is not marking: it can still be withdrawn."""
    found = group_of(group_id)
    read = reflections.for_instructor(current_user.id, group_id, public_id) or abort(404)
    if marking.is_hidden(group_id, read.submission.id):
        abort(404)  # it is read by its code, until the results are returned
    about = f"{read.submission.lesson}/{read.submission.step}"
    whom = read.submission.user_id
    audit.note_reading(by=current_user.id, whom=whom, group=group_id, about=about)
    edition = editions.library().current(read.submission.lesson)
    return render_template(
        "teaching/reflection.html",
        group=found,
        name=read.name,
        submission=read.submission,
        late=how_late(timing.late_in(found.id, read.submission)),
        edition=edition,
        step=edition.step(read.submission.step) if edition else None,
    )
