"""The learner's agenda, and the secret address at which a calendar reads it."""

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from course.accounts.tokens import digest
from course.core.access import public, signed_in
from course.core.clock import now
from course.core.current import settings
from course.core.forms import NothingForm
from course.core.i18n import _, speaking
from course.core.security import limiter
from course.domain.weeks import week_at
from course.groups import queries as groups
from course.schedule import actions, coming, queries
from course.schedule.feed import TYPE, calendar

bp = Blueprint("agenda", __name__, url_prefix="/agenda", template_folder="templates")
STILL_OPEN: Final = timedelta(days=14)  # that the agenda shows what was due and is not done
KEPT: Final = timedelta(days=90)  # that a calendar goes on showing what has been


@bp.get("")
@signed_in
def agenda() -> ResponseReturnValue:
    """Everything that is coming in all groups of the learner, by week."""
    return _page()


def _page(address: str = "") -> str:
    """The agenda; ``address`` is that of a feed that was just made, which is shown once."""
    moment = now()
    found = coming.for_learner(current_user.id, moment - STILL_OPEN)
    ahead = [item for item in found if item.at >= moment]
    missed = [
        item
        for item in found
        if item.at < moment and item.kind is coming.Kind.DUE and not item.is_done
    ]
    return render_template(
        "schedule/agenda.html",
        weeks=coming.by_week(ahead),
        missed=missed,
        has_group=bool(found or groups.groups_of(current_user.id)),
        this_week=week_at(moment),
        now=moment,
        feed=queries.feed_of(current_user.id),
        address=address,
        nothing=NothingForm(),
    )


@bp.post("/feed")
@signed_in
@limiter.limit("20 per hour", key_func=lambda: f"feed-{current_user.get_id()}")
def open_feed() -> ResponseReturnValue:
    """Make a secret address, or another one in its place; the answer is the only page with it.

    So it does not lead on to another page: that would need the secret kept somewhere meanwhile.
    """
    token = actions.open_feed(current_user.id)
    return _page(f"{settings().base_url}{url_for('.read', token=token)}")


@bp.post("/feed/off")
@signed_in
def close_feed() -> ResponseReturnValue:
    """No calendar reads along any more."""
    actions.close_feed(current_user.id)
    flash(_("Switched off. Calendars that read along get nothing any more."))
    return redirect(url_for(".agenda"), 303)


def _is_unknown(answer: AnyResponse) -> bool:
    return answer.status_code == HTTPStatus.NOT_FOUND


def _address() -> str:
    return digest(str((request.view_args or {}).get("token")))


# A school has one address, and a calendar that reads a closed feed goes on for weeks.
@bp.get("/<token>/weegschaal.ics")
@public
@limiter.limit("300 per 15 minutes", deduct_when=_is_unknown)
@limiter.limit("60 per hour", key_func=_address)
def read(token: str) -> ResponseReturnValue:
    """The agenda as a calendar. The address is the whole key, and says nothing of who it is."""
    user = queries.reader_of(digest(token)) or abort(404)
    with speaking(user.language):
        items = coming.for_learner(user.id, now() - KEPT)
        body = calendar(items, settings().base_url)
    answer = Response(body, content_type=f"{TYPE}; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="weegschaal.ics"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer
