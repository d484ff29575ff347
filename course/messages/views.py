"""Pages of messages: what one was told, opening it, and which of it comes by mail."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.core.access import public, signed_in
from course.core.current import settings
from course.core.forms import NothingForm
from course.core.i18n import _
from course.core.security import csrf, limiter
from course.messages import actions, mails, queries
from course.messages.models import Kind, Notice
from course.messages.words import KIND_WORDS

bp = Blueprint("messages", __name__, template_folder="templates")

LAST_PAGE = 10_000


@bp.get("/messages")
@signed_in
def index() -> ResponseReturnValue:
    """Everything that the app told, newest first."""
    number = request.args.get("page", default=1, type=int)
    if not 1 <= number <= LAST_PAGE:
        abort(404)
    page = queries.told(current_user.id, number)
    return render_template(
        "messages/index.html", page=page, kinds=KIND_WORDS, nothing=NothingForm()
    )


@bp.get("/messages/<public_id>")
@signed_in
def message(public_id: str) -> ResponseReturnValue:
    """One message, whole."""
    notice, sender = queries.notice_for(current_user.id, public_id) or abort(404)
    return render_template(
        "messages/message.html",
        notice=notice,
        sender=sender,
        kinds=KIND_WORDS,
        nothing=NothingForm(),
    )


@bp.post("/messages/<public_id>/open")
@signed_in
def open_message(public_id: str) -> ResponseReturnValue:
    """Keep that it was opened, and go to what it tells of, or to its words."""
    notice, _sender = queries.notice_for(current_user.id, public_id) or abort(404)
    actions.read(notice)
    return redirect(_target(notice), 303)


def _target(notice: Notice) -> str:
    return notice.link or url_for("messages.message", public_id=notice.public_id)


@bp.post("/messages/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """Keep that all of it was seen."""
    actions.read_all(current_user.id)
    return redirect(url_for("messages.index"), 303)


@bp.app_template_global()
def mail_choices() -> list[tuple[Kind, str, bool]]:
    """For the page of settings: each kind, what it is called, and whether it is mailed."""
    mailed = queries.mailed_kinds(current_user.id)
    return [(kind, str(words), kind in mailed) for kind, words in KIND_WORDS.items()]


@bp.post("/me/settings/mail")
@signed_in
def choose_mail() -> ResponseReturnValue:
    """Which kinds come by mail too."""
    wanted = {Kind(name) for name in request.form.getlist("kind") if name in set(Kind)}
    actions.choose_mail(current_user.id, wanted)
    flash(_("Your choice of mail is saved."))
    return redirect(url_for("accounts.own_settings", _anchor="mail"), 303)


@bp.route("/unsubscribe/<token>", methods=["GET", "POST"])
@public
@csrf.exempt  # a mail program sends this, which has no page of ours; the address is signed
@limiter.limit("100 per hour")
def unsubscribe(token: str) -> ResponseReturnValue:
    """End mails of one kind, with one press and without signing in (RFC 8058)."""
    user_id, kind = mails.meant_by(settings(), token) or abort(404)
    if request.method == "POST":
        actions.stop_mail(user_id, kind)
    return render_template(
        "messages/unsubscribe.html", kind=KIND_WORDS[kind], is_done=request.method == "POST"
    )
