"""A learner's own results and certificates; and the page on which anybody checks a certificate."""

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.core.access import public, signed_in
from course.core.current import settings
from course.core.forms import NothingForm
from course.core.i18n import _
from course.core.security import limiter
from course.groups import queries as groups
from course.groups.models import Group
from course.results import book, certificates, gradewords, history
from course.results.models import Certificate

bp = Blueprint("proofs", __name__, template_folder="templates")

CHECKS: Final = "60 per hour"  # from one address: sixty bits are not guessed at that pace


@bp.get("/progress/grades")
@signed_in
def grades() -> ResponseReturnValue:
    """One's own results in each group, as its instructors see them."""
    mine = [_own(group) for group in groups.groups_of(current_user.id)]
    return render_template(
        "results/grades.html", mine=[one for one in mine if one["lines"]], words=gradewords
    )


def _own(group: Group) -> dict[str, Any]:
    found = book.own_book(group.id, current_user.id)
    (row,) = found.rows
    weights = gradewords.weights(found.items, found.rule)
    return {
        "group": group,
        "rule": found.rule,
        "whole": row.whole,
        "lines": list(zip(found.items, row.cells, weights, strict=True)),
        "histories": history.histories(found, group.id),
        "reasons": {subject: excuse.reason for (_user, subject), excuse in found.excuses.items()},
    }


# --- Certificates --------------------------------------------------------------------------


@bp.route("/progress/certificates", methods=["GET", "POST"])
@signed_in
def own() -> ResponseReturnValue:
    """What can be proved of oneself; a POST makes a certificate."""
    form = NothingForm()
    if form.validate_on_submit():
        if certificates.issue(current_user, request.form.get("what", "")) is None:
            abort(404)  # no page offers what is not complete
        flash(_("The certificate is made. You can save it, and anybody can check it."))
        return redirect(url_for("proofs.own"), 303)
    page = render_template(
        "results/certificates.html",
        things=certificates.things(current_user.id),
        shown_code=certificates.shown_code,
        nothing=form,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


@bp.get("/progress/certificates/<code>.pdf")
@signed_in
def file(code: str) -> Response:
    """One's own certificate as PDF; one that was taken back is gone."""
    found = certificates.by_code(code)
    if found is None or found.user_id != current_user.id or found.revoked_at is not None:
        abort(404)
    content = certificates.as_pdf(found, address=_address(found))
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="weegschaal-{certificates.shown_code(found.code)}.pdf"'
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _address(found: Certificate) -> str:
    path = url_for("proofs.verify", code=certificates.shown_code(found.code))
    return f"{settings().base_url}{path}"


@bp.get("/verify/<code>")
@public
@limiter.limit(CHECKS)
def verify(code: str) -> ResponseReturnValue:
    """Whether a certificate has this code: whose, of what and when, and nothing more."""
    found = certificates.by_code(code)
    page = render_template("results/verify.html", found=found)
    answer = Response(page, HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer
