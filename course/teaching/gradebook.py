"""The grades of a reflection to take along: those that were returned, as the book has them."""

from flask import Blueprint, Response, abort
from flask_login import current_user

from course.audit import actions as audit
from course.audit.models import Kind
from course.core.i18n import _
from course.core.tables import Table, as_csv
from course.groups import queries as groups
from course.groups.doors import instructors
from course.groups.models import Part
from course.marking import queries, releasing, work

bp = Blueprint("gradebook", __name__)


@bp.get("/teach/marking/<int:assignment_id>/grades.csv")
@instructors
def file(assignment_id: int) -> Response:
    """By name, what each learner has now; what was not returned is not in it."""
    assignment = queries.assignment_for(current_user.id, assignment_id) or abort(404)
    given = releasing.given_in(assignment)
    about = work.about(assignment)
    learners = groups.people(assignment.group_id, Part.LEARNER)
    numbers = {row.user_id: row.student_number or "" for row in learners}
    table = Table(
        name=about.step,
        heading=[
            _("Student"),
            _("Student number"),
            _("Group"),
            _("Version"),
            _("Result"),
            _("Returned"),
        ],
        rows=[
            [
                row.name,
                numbers.get(row.submission.user_id, ""),
                about.group.name,
                row.submission.number,
                work.as_read(row.grade) if row.grade else "",
                row.at,
            ]
            for row in given
        ],
    )
    whom, group = [row.submission.user_id for row in given], assignment.group_id
    step = f"{assignment.lesson}/{assignment.step}"
    audit.note_now(Kind.EXPORTED, by=current_user.id, whom=whom, group=group, about=step)
    response = Response(as_csv(table), mimetype="text/csv")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{assignment.lesson}-{assignment.step}.csv"'
    )
    return response
