"""Who is in a group: instructors, guests who mark, learners, and whom was asked by mail."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import RadioField

from course.core.current import settings
from course.core.forms import BaseForm, NothingForm, email_field
from course.core.htmx import wants_partial
from course.core.i18n import _, _l, _n
from course.core.jobs import wake
from course.groups import actions, invitations, inviting
from course.groups import queries as groups
from course.groups.doors import group_of, instructors
from course.groups.models import Group, Part

bp = Blueprint("people", __name__, url_prefix="/teach", template_folder="templates")

PARTS = {
    Part.LEARNER: _l("student"),
    Part.INSTRUCTOR: _l("instructor, with the same rights as you"),
    Part.GUEST: _l("guest, who only marks what you give"),
}
LARGEST_PAGE = 10_000


class InviteForm(BaseForm):
    """Invite one person by mail."""

    email = email_field()
    part = RadioField(
        _l("As what"),
        choices=[(part.value, label) for part, label in PARTS.items()],
        default=Part.LEARNER.value,
    )


def host() -> inviting.Host:
    """Who invites, and where links lead."""
    return inviting.Host(user=current_user, base_url=settings().base_url)


def send_soon() -> None:
    """Let the worker send what was just written."""
    wake(current_app._get_current_object())  # type: ignore[attr-defined]


@bp.get("/groups/<int:group_id>/people")
@instructors
def index(group_id: int) -> ResponseReturnValue:
    """Everybody in the group, and the invitations with how far they are."""
    group = group_of(group_id)
    if wants_partial():
        return render_template("teaching/_sending.html", **_sending(group))
    return _page(group, InviteForm())


def _sending(group: Group) -> dict[str, Any]:
    return {"group": group, "counts": invitations.counts(group.id), "states": invitations.State}


def _page(group: Group, form: InviteForm) -> ResponseReturnValue:
    page = max(1, min(request.args.get("page", 1, type=int), LARGEST_PAGE))
    sending = _sending(group)
    html = render_template(
        "teaching/people.html",
        form=form,
        teachers=groups.people(group.id, Part.INSTRUCTOR),
        guests=groups.people(group.id, Part.GUEST),
        learners=groups.members(group.id),
        standing=invitations.standing(group.id, page=page),
        page=page,
        pages=-(-sending["counts"].open // invitations.A_PAGE),
        troubles=invitations.Trouble,
        unanswered=invitations.unanswered(group.id),
        nothing=NothingForm(),
        **sending,
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _back(group_id: int) -> Response:
    page = request.args.get("page", type=int)
    return redirect(url_for("people.index", group_id=group_id, page=page), 303)


@bp.post("/groups/<int:group_id>/people/invite")
@instructors
def invite(group_id: int) -> ResponseReturnValue:
    """Invite one person; what the page says is the same whether the address has an account."""
    group = group_of(group_id)
    form = InviteForm()
    if not form.validate_on_submit():
        return _page(group, form)
    guest = inviting.Guest(email=form.email.data)
    if inviting.invite(group, guest, part=Part(form.part.data), host=host()):
        send_soon()
        flash(_("A mail to %(address)s is on its way.", address=form.email.data))
    else:
        flash(_("%(address)s is in this group, or was invited already.", address=form.email.data))
    return _back(group_id)


@bp.post("/groups/<int:group_id>/people/invitations")
@instructors
def change_invitation(group_id: int) -> ResponseReturnValue:
    """Send an invitation once more, or take it back; or send all that nobody answered."""
    group = group_of(group_id)
    what, number, times = _pressed()
    if what == "remind":
        return _remind(group)
    if what == "again" and inviting.send_again(group, number, times=times, host=host()):
        send_soon()
        flash(_("A new mail is on its way. The link in the old one does not work any more."))
    elif what == "withdraw" and inviting.withdraw(group.id, number):
        flash(_("The invitation is taken back. Its link does not work any more."))
    else:
        flash(_("Nothing was done: this invitation changed since you opened the page."))
    return _back(group_id)


def _remind(group: Group) -> ResponseReturnValue:
    count = inviting.remind(group, host=host())
    if count:
        send_soon()
        flash(_n("%(num)d mail is on its way.", "%(num)d mails are on their way.", count))
    else:
        flash(_("Nothing was done: everybody got a mail less than a day ago."))
    return _back(group.id)


def _pressed() -> tuple[str, int, int]:
    """What a button says: ``again:12:1`` is invitation 12, of which one mail was written."""
    what, _colon, rest = request.form.get("do", "").partition(":")
    parts = [int(part) if part.isdecimal() and len(part) < 10 else 0 for part in rest.split(":")]  # noqa: PLR2004 - digits of an id
    return what, parts[0], parts[1] if len(parts) > 1 else 0


@bp.post("/groups/<int:group_id>/people/leave")
@instructors
def leave(group_id: int) -> ResponseReturnValue:
    """Stop teaching this group; the last instructor cannot."""
    group = group_of(group_id)
    actions.stop_teaching(group.id, current_user.id)
    flash(_("You do not teach %(name)s any more.", name=group.name))
    return redirect(url_for("teaching.today"), 303)


@bp.post("/groups/<int:group_id>/people/<int:user_id>/take-out")
@instructors
def take_out(group_id: int, user_id: int) -> ResponseReturnValue:
    """Take a learner or a guest out of the group; their work stays theirs."""
    group = group_of(group_id)
    if actions.take_out(group.id, user_id):
        flash(_("Out of the group. What they made stays theirs; you do not see it any more."))
    return _back(group_id)
