"""The gradebook of a group: what everybody got, what makes the whole, and who is excused."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup
from werkzeug.datastructures import FileStorage

from course.audit import actions as audit
from course.audit.models import Kind as Done
from course.core import filetypes
from course.core.db import end_transaction
from course.core.forms import NothingForm
from course.core.i18n import _
from course.core.tables import as_csv, as_workbook
from course.core.uploads import takes_files
from course.domain.grades import Grade, Reason
from course.groups.doors import group_of, instructors
from course.groups.models import Group
from course.results import actions, book, gradewords, history
from course.results.book import Book, Cell, Row
from course.teaching import exports, osiris
from course.teaching.bookforms import WHOLE, ExcuseForm, OsirisForm, rule_form, weight_name
from course.teaching.osiris import Codes, Filled, Outcome

bp = Blueprint("book", __name__, template_folder="templates")

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS: Final = {
    "grades.csv": (as_csv, "text/csv"),
    "grades.xlsx": (as_workbook, XLSX),
}
CELL: Final = Markup('<td class="{}" title="{}">{}{}</td>')
SHAPE: Final = Markup('<span aria-hidden="true">{}</span> ')
NOTHING: Final = Markup("")


@bp.get("/teach/groups/<int:group_id>/grades")
@instructors
def grades_of(group_id: int) -> ResponseReturnValue:
    """Everybody by everything that is graded."""
    group = group_of(group_id)
    found = book.book(group.id)
    return render_template(
        "teaching/grades.html",
        group=group,
        book=found,
        weights=gradewords.weights(found.items, found.rule),
        words=gradewords,
        cells=_writer(),
        whole=_whole_writer(),
    )


def _writer() -> Callable[[Row], Markup]:
    """How a page writes the cells of a row; many are the same, and thirty thousand come at once.

    A grade is told apart by where it is in memory, as the book holds it as long as the page is
    written: making one number of all its fractions takes longer than writing a cell.
    """
    known: dict[tuple[object, ...], Markup] = {}

    def text(cell: Cell) -> Markup:
        share = cell.share and cell.share.as_integer_ratio()
        key = cell.word, id(cell.grade), share, cell.maximum
        found = known.get(key)
        if found is None:
            found = known[key] = _cell(cell)
        return found

    return lambda row: NOTHING.join(map(text, row.cells))


def _cell(cell: Cell) -> Markup:
    shape = gradewords.SHAPES[cell.word]
    mark = SHAPE.format(shape) if shape else NOTHING
    return CELL.format(cell.word, gradewords.full(cell), mark, gradewords.short(cell))


def _whole_writer() -> Callable[[Row], Markup]:
    @cache
    def text(value: Grade | Reason) -> Markup:
        known = isinstance(value, Grade) and value.absent is None
        said, passed = gradewords.whole(value), gradewords.passed(value)
        shown = Markup("<b>{}</b> <small>{}</small>").format(said, passed) if known else said
        return Markup('<td class="{}">{}</td>').format("graded" if known else "waiting", shown)

    return lambda row: text(row.whole)


# --- The rule ------------------------------------------------------------------------------


@bp.route("/teach/groups/<int:group_id>/grades/rule", methods=["GET", "POST"])
@instructors
def rule(group_id: int) -> ResponseReturnValue:
    """What counts how much, and when the whole is passed."""
    group = group_of(group_id)
    items = book.items_of(group.id)
    form = rule_form(items, book.rule_of(group.id))
    if form.validate_on_submit():
        actions.set_rule(current_user.id, group.id, form.rule(items))
        flash(_("The rule is set. Your students read it beside their results."))
        return redirect(url_for("book.grades_of", group_id=group.id), 303)
    page = render_template(
        "teaching/grade_rule.html",
        group=group,
        form=form,
        weights=[form[weight_name(item)] for item in items],
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


# --- One learner ---------------------------------------------------------------------------


@bp.route("/teach/groups/<int:group_id>/grades/<int:user_id>", methods=["GET", "POST"])
@instructors
def learner(group_id: int, user_id: int) -> ResponseReturnValue:
    """One learner with the history of each cell; excuse them from something, or end that."""
    group = group_of(group_id)
    found = book.book(group.id, user_id=user_id)
    if not found.rows:
        abort(404)
    form = ExcuseForm()
    chosen = request.form.get("subject", "")
    if request.method == "POST":
        item = next((item for item in found.items if item.subject == chosen), None) or abort(404)
        form.reason.id = f"reason-{item.kind}-{item.id}"  # each item has a form of its own
        if request.form.get("do") == "end" and NothingForm().validate_on_submit():
            actions.end_excuse(current_user.id, group.id, user_id, chosen)
            return redirect(_own_place(group, user_id), 303)
        if form.validate_on_submit():
            actions.excuse(current_user.id, group.id, user_id, chosen, reason=form.reason.data)
            return redirect(_own_place(group, user_id), 303)
    page = render_template(
        "teaching/grades_of_one.html",
        group=group,
        row=found.rows[0],
        rule=found.rule,
        form=form,
        chosen=chosen,
        lines=list(
            zip(
                found.items,
                found.rows[0].cells,
                gradewords.weights(found.items, found.rule),
                strict=True,
            )
        ),
        histories=history.histories(found, group.id),
        words=gradewords,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _own_place(group: Group, user_id: int) -> str:
    return url_for("book.learner", group_id=group.id, user_id=user_id)


# --- To take along -------------------------------------------------------------------------


@bp.get("/teach/groups/<int:group_id>/grades/files/<any(grades.csv, grades.xlsx):what>")
@instructors
def file(group_id: int, what: str) -> Response:
    """The whole book as a file; every learner in it can read that it was downloaded."""
    group = group_of(group_id)
    found = book.book(group.id)
    write, mimetype = KINDS[what]
    content = write(exports.gradebook(found))
    whom = [row.user_id for row in found.rows]
    audit.note_now(Done.EXPORTED, by=current_user.id, whom=whom, group=group.id)
    answer = Response(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{group.id}-{what}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.route("/teach/groups/<int:group_id>/grades/osiris", methods=["GET", "POST"])
@instructors
@takes_files
def osiris_file(group_id: int) -> ResponseReturnValue:
    """Fill in the file of OSIRIS; the page that tells what became of each row holds the file."""
    group = group_of(group_id)
    found = book.book(group.id)
    form = OsirisForm().choose(found.items, found.rule)
    filled: Filled | None = None
    if form.validate_on_submit():
        filled = _fill(form, found)
        if filled is not None:
            _note(found, filled, group)
    page = render_template(
        "teaching/osiris.html",
        group=group,
        form=form,
        filled=filled,
        unnumbered=sum(not row.student_number for row in found.rows),
        outcomes=OUTCOMES,
        address=_address(filled) if filled else "",
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _fill(form: OsirisForm, found: Book) -> Filled | None:
    """The file that was filled in; otherwise the field says why there is none."""
    chosen: FileStorage | None = form.file.data
    if not chosen:
        form.file.errors = [_("Choose the file that OSIRIS made.")]
        return None
    content = chosen.stream.read(osiris.LARGEST + 1)
    values = _values(found, form.result.data, form.codes())
    end_transaction()  # a workbook takes a while, in which others want to write
    filled = osiris.fill(content, osiris.students(found.rows, values))
    if isinstance(filled, Filled):
        return filled
    form.file.errors = [_refusal(filled)]
    return None


def _values(found: Book, result: str, codes: Codes) -> dict[int, str]:
    """What is filled in for each learner."""
    if result == WHOLE:
        return {row.user_id: osiris.value_of(row.whole, codes) for row in found.rows}
    place = next(number for number, item in enumerate(found.items) if item.subject == result)
    return {row.user_id: osiris.value_of(row.cells[place], codes) for row in found.rows}


def _note(found: Book, filled: Filled, group: Group) -> None:
    names = {line.student for line in filled.lines if line.outcome is Outcome.FILLED}
    numbers = {osiris.plain_number(name) for name in names}
    whom = [
        row.user_id
        for row in found.rows
        if osiris.plain_number(row.student_number or "") in numbers
    ]
    audit.note_now(Done.EXPORTED, by=current_user.id, whom=whom, group=group.id)


def _address(filled: Filled) -> str:
    """The file within the page: nothing is kept, so there is nowhere else to get it."""
    return f"data:{XLSX};base64,{b64encode(filled.content).decode()}"


def _refusal(problem: osiris.Problem | filetypes.Problem) -> str:
    if problem in {filetypes.Problem.TOO_LARGE, filetypes.Problem.UNPACKS}:
        return _("This file is too large: at most 2 MB. Is it the file of one group?")
    if isinstance(problem, filetypes.Problem):
        return _(
            "This is not a workbook (xlsx) that can be read, or it holds a macro. Take the file "
            "from OSIRIS once more, and save it without a password."
        )
    return {
        osiris.Problem.NO_HEADING: _(
            "No cell in the first rows says “Resultaat”. Is this the file that OSIRIS made?"
        ),
        osiris.Problem.IN_FIXED: _(
            "“Resultaat” stands in one of the columns A to H, which OSIRIS wants back as they "
            "were. Nothing was filled in."
        ),
        osiris.Problem.NO_NUMBERS: _(
            "No column holds the student numbers of this group. Are they filled in at the people "
            "of this group?"
        ),
        osiris.Problem.TOO_LONG: _("This file has more than 5,000 rows."),
    }[problem]


OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.FILLED: "●",
    Outcome.UNKNOWN: "○",
    Outcome.THERE: "■",
    Outcome.NO_RESULT: "·",
}


@bp.app_template_global("outcome_said")
def _outcome_said(outcome: Outcome) -> str:
    """What became of a row, in words."""
    return {
        Outcome.FILLED: _("filled in"),
        Outcome.UNKNOWN: _("unknown"),
        Outcome.THERE: _("was filled in already"),
        Outcome.NO_RESULT: _("no result"),
    }[outcome]
