"""The grades of a reflection to take along: those that were returned, as the book has them."""

from flask import Blueprint, Response, abort
from flask_login import current_user

from course.core.i18n import _
from course.marking import grades, queries, work
from course.marking.queries import Stand
from course.teaching.exports import Table, as_csv
from course.teaching.views import instructors

bp = Blueprint("gradebook", __name__)


@bp.get("/teach/marking/<int:assignment_id>/grades.csv")
@instructors
def file(assignment_id: int) -> Response:
    """By name, what each learner has; what was not returned is not in it."""
    assignment = queries.assignment_for(current_user.id, assignment_id) or abort(404)
    given = [
        item for item in queries.queue(assignment, current_user.id) if item.stand is Stand.GIVEN
    ]
    found = grades.current(assignment_id, [item.submission.user_id for item in given])
    values = [(item, found.get(item.submission.user_id)) for item in given]
    table = Table(
        name=work.about(assignment).step,
        heading=[_("Student"), _("Version"), _("Result"), _("Returned")],
        rows=[
            [item.name, item.submission.number, value.code if value else "", item.given_at]
            for item, value in sorted(values, key=lambda pair: pair[0].name)
        ],
    )
    response = Response(as_csv(table), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="grades-{assignment_id}.csv"'
    return response
