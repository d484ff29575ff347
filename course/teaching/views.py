"""The instructor's pages: groups, who is where, and what was handed in."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.core.access import Role, requires
from course.core.current import settings
from course.core.forms import NothingForm
from course.core.htmx import wants_partial
from course.core.i18n import _
from course.groups import actions as group_actions
from course.groups import queries as groups
from course.groups.forms import GroupForm
from course.groups.models import Group
from course.lessons import editions
from course.marking import queries as marking
from course.reflections import queries as reflections
from course.teaching import queries

bp = Blueprint("teaching", __name__, url_prefix="/teach", template_folder="templates")

instructors = requires(Role.INSTRUCTOR, Role.ADMINISTRATOR)


def _group(group_id: int) -> Group:
    return groups.group_for(current_user.id, group_id) or abort(404)


@bp.get("/")
@instructors
def today() -> ResponseReturnValue:
    """The groups one teaches."""
    return render_template("teaching/today.html", groups=groups.taught_by(current_user.id))


@bp.route("/groups/new", methods=["GET", "POST"])
@instructors
def new_group() -> ResponseReturnValue:
    """Make a group; its join code is on the next page."""
    form = GroupForm()
    if form.validate_on_submit():
        group = group_actions.make_group(current_user.id, form.name.data)
        return redirect(url_for("teaching.group", group_id=group.id), 303)
    page = render_template("teaching/new_group.html", form=form)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


@bp.get("/groups/<int:group_id>")
@instructors
def group(group_id: int) -> ResponseReturnValue:
    """A group: its code, and how it stands in each lesson."""
    found = _group(group_id)
    boards = [queries.board(found, slug) for slug in editions.library().editions]
    return render_template(
        "teaching/group.html",
        boards=boards,
        cases=queries.cases_played(found.id),
        **_joining(found),
    )


@bp.route("/groups/<int:group_id>/name", methods=["GET", "POST"])
@instructors
def rename(group_id: int) -> ResponseReturnValue:
    """Give the group another name."""
    found = _group(group_id)
    form = GroupForm(data={"name": found.name})
    if form.validate_on_submit():
        group_actions.rename(found, form.name.data)
        return redirect(url_for("teaching.group", group_id=group_id), 303)
    page = render_template("teaching/rename.html", form=form, group=found)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


@bp.post("/groups/<int:group_id>/joining/<any(open, close, renew):what>")
@instructors
def joining(group_id: int, what: str) -> ResponseReturnValue:
    """Open, close or renew the join code."""
    found = _group(group_id)
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


@bp.get("/groups/<int:group_id>/lessons/<lesson>")
@instructors
def board(group_id: int, lesson: str) -> ResponseReturnValue:
    """Who is where in this lesson: learners by steps, in words and shapes."""
    found = _group(group_id)
    return render_template(
        "teaching/board.html",
        group=found,
        board=queries.board(found, lesson) or abort(404),
    )


@bp.get("/groups/<int:group_id>/cases/<slug>")
@instructors
def case(group_id: int, slug: str) -> ResponseReturnValue:
    """How the group chose at each decision of a case, without names."""
    found = _group(group_id)
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
    found = _group(group_id)
    read = reflections.for_instructor(current_user.id, group_id, public_id) or abort(404)
    if marking.is_hidden(group_id, read.submission.id):
        abort(404)  # it is read by its code, until the results are returned
    edition = editions.library().current(read.submission.lesson)
    return render_template(
        "teaching/reflection.html",
        group=found,
        name=read.name,
        submission=read.submission,
        edition=edition,
        step=edition.step(read.submission.step) if edition else None,
    )
