"""Files that learners handed in, for who marks them."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.audit import actions as audit
from course.audit.models import Kind
from course.core import uploads
from course.core.db import db
from course.groups.doors import instructors
from course.quizzes.models import QuizAttempt
from course.teaching import standing
from course.teaching.quizzes import own_sitting

bp = Blueprint(
    "teaching_files", __name__, url_prefix="/teach/groups/<int:group_id>/quizzes/<int:sitting_id>"
)


@bp.get("/answers/<public_id>/<slug>/file")
@instructors
def file(group_id: int, sitting_id: int, public_id: str, slug: str) -> ResponseReturnValue:
    """The file that answers an item, under a name that tells of the quiz and of nobody."""
    _group, sitting = own_sitting(group_id, sitting_id)
    found = standing.written(sitting, public_id, slug)
    if found is None or found.file is None:
        abort(404)
    answer = uploads.as_download(found.file, name=f"{sitting.slug} {slug} {public_id[:6]}")
    owner = db.session.get_one(QuizAttempt, found.mark.attempt_id).user_id
    whom, about = [owner], sitting.slug
    audit.note_now(Kind.DOWNLOADED, by=current_user.id, whom=whom, group=group_id, about=about)
    return answer
