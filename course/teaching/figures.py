"""How the items of a quiz did in a group: figures, pictures, and files to take along."""

from collections.abc import Sequence

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_login import current_user

from course.audit import actions as audit
from course.audit.models import Kind
from course.core import tables
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import Weighing, WeighingItem
from course.domain.figures import MINIMUM, MINIMUM_DISCRIMINATION
from course.groups.doors import instructors
from course.quizzes.company import Company, company, pictures_of
from course.quizzes.models import KeyChange, Sitting
from course.quizzes.queries import changes_of, panel_of
from course.quizzes.regrading import left_out
from course.teaching import analysis, exports, figurewords, pictures, standing
from course.teaching.quizzes import own_sitting

bp = Blueprint(
    "teaching_figures",
    __name__,
    url_prefix="/teach/groups/<int:group_id>/quizzes/<int:sitting_id>",
    template_folder="templates",
)
KINDS = {
    "csv": (tables.as_csv, "text/csv"),
    "xlsx": (
        tables.as_workbook,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}


def _analysed(sitting: Sitting, changes: Sequence[KeyChange]) -> analysis.QuizAnalysis:
    return analysis.of_sitting(
        standing.edition_of(sitting),
        standing.attempts_in(sitting),
        standing.marks_in(sitting),
        standing.responses_in(sitting),
        changes,
    )


def _weighed(group_id: int, edition: QuizEdition) -> list[tuple[Weighing, Company]]:
    """How the group weighed each item, where there are enough to be shown."""
    pictures = pictures_of(group_id, edition.quiz.slug)
    items = [item for item in edition.quiz.items if isinstance(item, WeighingItem)]
    found = [(item, company(item, pictures)) for item in items]
    return [(item, others) for item, others in found if others.group]


@bp.get("/figures")
@instructors
def figures(group_id: int, sitting_id: int) -> ResponseReturnValue:
    """What each item did, with how sure that is; nothing below ten attempts."""
    group, sitting = own_sitting(group_id, sitting_id)
    changes = changes_of(sitting.id)
    found = _analysed(sitting, changes)
    return render_template(
        "teaching/figures.html",
        group=group,
        sitting=sitting,
        edition=standing.edition_of(sitting),
        found=found,
        words=figurewords,
        option_texts=exports.option_texts,
        scatter=pictures.scatter(found.items),
        traces={item.number: pictures.traces(item) for item in found.items},
        columns={item.number: pictures.columns(item) for item in found.items},
        letters=pictures.LETTERS,
        size={"width": pictures.WIDTH, "height": pictures.HEIGHT, "left": pictures.LEFT},
        weighs=any(isinstance(item.item, WeighingItem) for item in found.items),
        is_fictional=panel_of(sitting.id) is None,
        dropped=left_out(changes),
        weighed=_weighed(group.id, standing.edition_of(sitting)),
        minimum=MINIMUM,
        minimum_discrimination=MINIMUM_DISCRIMINATION,
    )


@bp.get("/files/<any(marks.csv, marks.xlsx, figures.csv, figures.xlsx):what>")
@instructors
def file(group_id: int, sitting_id: int, what: str) -> ResponseReturnValue:
    """Marks or figures as a file."""
    _group, sitting = own_sitting(group_id, sitting_id)
    edition = standing.edition_of(sitting)
    name, _dot, kind = what.partition(".")
    is_fictional, changes = panel_of(sitting.id) is None, changes_of(sitting.id)
    if name == "marks":
        found = standing.standing(sitting)
        table = exports.marks(edition, found, is_fictional=is_fictional, changes=changes)
        whom, about = [learner.user_id for learner in found.learners], sitting.slug
        audit.note_now(Kind.EXPORTED, by=current_user.id, whom=whom, group=group_id, about=about)
    else:
        figured = _analysed(sitting, changes)
        table = exports.figures(edition, figured, is_fictional=is_fictional, changes=changes)
    write, mimetype = KINDS[kind]
    answer = Response(write(table), mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{sitting.slug}-{what}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
