"""Pages of the audit: all of it for administrators, and for everybody what is about them."""

from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.audit import queries, words
from course.audit.forms import FilterForm
from course.audit.queries import Page
from course.core.access import Role, requires, signed_in
from course.core.i18n import _
from course.core.tables import Table, as_csv

bp = Blueprint("audit", __name__, template_folder="templates")
bp.add_app_template_global(words.to_me, "audit_to_me")
bp.add_app_template_global(words.done, "audit_done")
bp.add_app_template_global(words.who, "audit_who")
bp.add_app_template_global(words.actor, "audit_actor")
bp.add_app_template_global(words.about, "audit_about")

LAST_PAGE = 10_000
FEW = 5  # on the page about one's data


def _number() -> int:
    number = request.args.get("page", default=1, type=int)
    return number if 1 <= number <= LAST_PAGE else abort(404)


@bp.get("/admin/audit")
@requires(Role.ADMINISTRATOR)
def log() -> ResponseReturnValue:
    """Who saw or changed what about whom, newest first."""
    form = FilterForm(request.args)
    is_valid = form.validate()
    page = queries.found(form.wanted(), _number()) if is_valid else Page(lines=[])
    asked = {name: text for name, text in request.args.items() if name != "page" and text}
    shown = render_template("audit/log.html", form=form, page=page, asked=asked)
    return shown, HTTPStatus.OK if is_valid else HTTPStatus.UNPROCESSABLE_ENTITY


@bp.get("/admin/audit.csv")
@requires(Role.ADMINISTRATOR)
def file() -> ResponseReturnValue:
    """The same entries, all pages of them, to take along."""
    form = FilterForm(request.args)
    if not form.validate():
        abort(HTTPStatus.UNPROCESSABLE_ENTITY)
    lines = queries.everything(form.wanted())
    table = Table(
        name=_("Who did what"),
        heading=[_("When"), _("Who"), _("What"), _("About whom"), _("Group"), _("What exactly")],
        rows=[
            [
                line.at,
                words.actor(line),
                words.done(line),
                line.whom,
                line.group,
                words.about(line),
            ]
            for line in lines
        ],
    )
    response = Response(as_csv(table), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/me/privacy/seen")
@signed_in
def mine() -> ResponseReturnValue:
    """Who looked at or changed what of oneself, newest first."""
    return render_template("audit/mine.html", page=queries.about_me(current_user.id, _number()))


@bp.app_template_global("audit_of_mine")
def newest_of_mine() -> Page:
    """The newest few, for the page about one's data."""
    return queries.about_me(current_user.id, 1, FEW)


def query_string(asked: dict[str, str], **more: int) -> str:
    """The filters as they stand in an address."""
    return urlencode({**asked, **more})


bp.add_app_template_global(query_string, "audit_query")
