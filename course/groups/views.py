"""Joining a group, and leaving it. What instructors do with groups is in ``teaching``."""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from course.core.access import public, signed_in
from course.core.forms import NothingForm
from course.core.i18n import _
from course.core.security import limiter
from course.groups import actions, forms, queries
from course.groups.models import Part

bp = Blueprint("groups", __name__, template_folder="templates")


def _refused(response: Response) -> bool:
    return response.status_code in {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_FOUND}


@bp.route("/join", methods=["GET", "POST"])
@public
@limiter.limit("150 per 15 minutes", methods=["POST"], deduct_when=_refused)
def join() -> ResponseReturnValue:
    """Type a group code."""
    form = forms.JoinForm()
    if form.validate_on_submit():
        group = queries.by_code(form.code.data)
        if group:
            return redirect(url_for("groups.join_by_code", code=group.join_code), 303)
        form.code.errors = [
            _("No open group has this code. Check it, or ask your instructor for the right one.")
        ]
    page = render_template("groups/join.html", form=form)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


@bp.route("/join/<code>", methods=["GET", "POST"])
@public
@limiter.limit("150 per 15 minutes", deduct_when=_refused)
def join_by_code(code: str) -> ResponseReturnValue:
    """Confirm which group it is, then join; a visitor signs in or up first."""
    group = queries.by_code(code)
    if group is None:
        form = forms.JoinForm(data={"code": code})
        form.code.errors = [
            _("No open group has this code. Check it, or ask your instructor for the right one.")
        ]
        return render_template("groups/join.html", form=form), HTTPStatus.NOT_FOUND
    if request.method == "POST":
        if not current_user.is_authenticated:
            return redirect(url_for("accounts.login", next=request.path), 303)
        if actions.join(group.id, current_user.id):
            flash(_("You are now in %(name)s.", name=group.name))
        else:
            flash(_("You were already in %(name)s.", name=group.name))
        return redirect(url_for("lessons.home"), 303)
    me = current_user
    part = queries.part_in(group.id, me.id) if me.is_authenticated else None
    if part:
        return render_template("groups/member.html", group=group, teaches=part == Part.INSTRUCTOR)
    return render_template("groups/confirm.html", group=group, nothing=NothingForm())


@bp.post("/groups/<int:group_id>/leave")
@signed_in
def leave(group_id: int) -> ResponseReturnValue:
    """Leave a group; the learner's work stays the learner's."""
    if actions.leave(group_id, current_user.id):
        flash(
            _(
                "You have left the group. "
                "Your work is still yours; your instructor no longer sees it."
            )
        )
    return redirect(url_for("lessons.home"), 303)
