"""Joining a group by code or invitation, and leaving it. What instructors do is in ``teaching``."""

from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from course.accounts import actions as account_actions
from course.accounts import queries as accounts
from course.accounts import session as browser
from course.accounts.forms import WelcomeForm
from course.accounts.models import User
from course.core.access import Role, public, signed_in
from course.core.current import settings
from course.core.db import db
from course.core.forms import BaseForm, NothingForm
from course.core.i18n import _, language
from course.core.security import limiter
from course.groups import actions, forms, invitations, inviting, queries
from course.groups.invitations import Asked
from course.groups.models import Group, Part

bp = Blueprint("groups", __name__, template_folder="templates")

WHOLE_SCHOOL = "300 per hour"  # may come from one address


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
        try:
            is_new = actions.join(group.id, current_user.id)
        except actions.GroupFull:
            return _full(group)
        _say_joined(group, is_new=is_new)
        return redirect(url_for("lessons.home"), 303)
    me = current_user
    part = queries.part_in(group.id, me.id) if me.is_authenticated else None
    if part:
        return render_template("groups/member.html", group=group, teaches=part == Part.INSTRUCTOR)
    if queries.is_full(group):
        return _full(group)
    return render_template("groups/confirm.html", group=group, nothing=NothingForm())


def _full(group: Group) -> ResponseReturnValue:
    return render_template("groups/full.html", group=group), HTTPStatus.CONFLICT


def _say_joined(group: Group, *, is_new: bool) -> None:
    if is_new:
        flash(_("You are now in %(name)s.", name=group.name))
    else:
        flash(_("You were already in %(name)s.", name=group.name))


@bp.route("/invite/<token>", methods=["GET", "POST"])
@public
@limiter.limit(WHOLE_SCHOOL, methods=["POST"], deduct_when=_refused)
def invited(token: str) -> ResponseReturnValue:
    """Say yes to an invitation: signed in, or with an account made on the spot.

    The link proves the address, so an account made here needs no second mail.
    """
    asked = invitations.by_token(token)
    if asked is None:
        return render_template("groups/invitation_gone.html"), HTTPStatus.GONE
    teaches = asked.invitation.part in inviting.TEACHES
    if current_user.is_authenticated:
        if request.method == "POST":
            return _accepted(asked, current_user, new_sid=None)
        can_teach = current_user.role != Role.LEARNER
        return _invitation(asked, can_accept=can_teach or not teaches, form=NothingForm())
    email = asked.invitation.email
    if teaches or accounts.user_by_email(email) is not None:
        if request.method == "POST":
            return redirect(url_for("accounts.login", next=request.path), 303)
        return _invitation(asked, can_accept=False, form=NothingForm())
    form = WelcomeForm(data={"name": asked.invitation.name})
    form.email = email
    if not form.validate_on_submit():
        return _invitation(asked, can_accept=True, form=form)
    try:
        user, sid = account_actions.finish_sign_up(
            email,
            language(),
            name=form.name.data,
            password=form.password.data,
            browser=browser.describe(request.user_agent.string),
            days=settings().session_days,
            visitor=browser.visitor(),
        )
    except IntegrityError:  # made in another window meanwhile: this one signs in
        db.session.rollback()
        return redirect(url_for("accounts.login", next=request.path), 303)
    return _accepted(asked, user, new_sid=sid)


def _invitation(asked: Asked, *, can_accept: bool, form: BaseForm) -> ResponseReturnValue:
    page = render_template(
        "groups/invitation.html",
        asked=asked,
        part=asked.invitation.part,
        group=asked.group,
        can_accept=can_accept,
        form=form,
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    response = make_response(page, status)
    # The address is a secret: it goes to no other site, no index and no store.
    response.headers["Referrer-Policy"] = "strict-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store"
    return response


def _accepted(asked: Asked, user: User, *, new_sid: str | None) -> ResponseReturnValue:
    """Where an accepted invitation leads; ``new_sid`` is that of an account made here."""
    part, group = asked.invitation.part, asked.group
    _say_joined(group, is_new=inviting.accept(asked.invitation.id, user))
    goes_to = {
        Part.LEARNER: url_for("lessons.home"),
        Part.INSTRUCTOR: url_for("teaching.group", group_id=group.id),
        Part.GUEST: url_for("marking.waiting"),
    }
    response = redirect(goes_to[Part(part)], 303)
    if new_sid:
        browser.keep(response, "sid", new_sid, days=settings().session_days)
    return response


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
