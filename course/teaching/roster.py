"""Reading a class list: paste or upload it, see what would become of each row, then invite.

Nothing is sent before the button that says so, and then all of it or nothing. What was read waits
in the database for a day, so that a wrong press, or a page that was closed, loses nothing.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.file import FileField
from wtforms import TextAreaField

from course.core import filetypes
from course.core.db import end_transaction
from course.core.forms import BaseForm, NothingForm
from course.core.i18n import _, _l, _n
from course.core.uploads import takes_files, takes_long_texts
from course.domain.roster import MOST_COLUMNS
from course.domain.roster.columns import Column, header_of, twice
from course.domain.roster.tables import Problem, Rows, decoded, rows_of_text
from course.domain.roster.verdicts import ORDER, Kind, Verdict
from course.groups import inviting, rosters, words
from course.groups.doors import group_of, instructors
from course.groups.models import Group, RosterDraft
from course.groups.workbooks import rows_of_workbook
from course.teaching.people import host, send_soon

bp = Blueprint("roster", __name__, url_prefix="/teach", template_folder="templates")

A_PAGE: Final = 100  # rows
SAMPLES: Final = 3  # of what stands in a column
PAGE: Final = re.compile("page:[0-9]{1,4}")
ROW: Final = re.compile("[0-9]{1,6}")


class RosterForm(BaseForm):
    """Paste a class list, or choose a file."""

    pasted = TextAreaField(
        _l("Paste the list"),
        description=_l(
            "Straight from Excel or your mail program: one student a row, with at least an e-mail "
            "address. A row of headings helps."
        ),
        render_kw={"spellcheck": "false", "autocomplete": "off"},
    )
    file = FileField(
        _l("Or choose a file"),
        description=_l("Excel (xlsx) or CSV, at most 10,000 students and 10 MB."),
    )


@bp.route("/groups/<int:group_id>/import", methods=["GET", "POST"])
@instructors
@takes_files
@takes_long_texts
def read(group_id: int) -> ResponseReturnValue:
    """Read a class list; nobody is invited yet."""
    group = group_of(group_id)
    form = RosterForm()
    if form.validate_on_submit():
        end_transaction()  # a large file takes a second, in which others want to write
        found = _rows(form)
        if isinstance(found, list):
            rosters.read(current_user.id, group_id, found)
            return redirect(url_for("roster.preview", group_id=group_id), 303)
        field = form.file if form.file.data else form.pasted
        field.errors = [words.roster_problem(found)]
    page = render_template(
        "teaching/import.html",
        form=form,
        group=group,
        waiting=rosters.draft_of(current_user.id, group_id),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _rows(form: RosterForm) -> Rows | Problem | filetypes.Problem:
    """The rows of the file, or else of what was pasted."""
    if not form.file.data:
        return rows_of_text(form.pasted.data or "")
    content = form.file.data.stream.read(filetypes.LARGEST + 1)
    if len(content) > filetypes.LARGEST:
        return filetypes.Problem.TOO_LARGE
    if content.startswith(filetypes.IS_WORKBOOK):
        return rows_of_workbook(content)
    if content.startswith(filetypes.IS_OLD_OFFICE):
        return filetypes.Problem.OLD_WORD
    text = decoded(content)
    return text if isinstance(text, Problem) else rows_of_text(text)


# --- Looking at it -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A row on the page."""

    verdict: Verdict
    is_chosen: bool


@bp.route("/groups/<int:group_id>/import/preview", methods=["GET", "POST"])
@instructors
def preview(group_id: int) -> ResponseReturnValue:
    """What would become of each row; correct the columns, leave rows out, then invite."""
    group = group_of(group_id)
    draft = rosters.draft_of(current_user.id, group_id)
    if draft is None:
        flash(_("There is no list to look at. Nobody was invited by this press."))
        return redirect(url_for("roster.read", group_id=group_id), 303)
    if request.method != "POST":
        return _preview(group, draft, _page_asked())
    do = request.form.get("do", "")
    if do == "forget":
        rosters.drop(current_user.id, group_id)
        flash(_("The list is forgotten. Nobody was invited."))
        return redirect(url_for("people.index", group_id=group_id), 303)
    if request.form.get("draft") != str(draft.id):
        flash(_("You read another list meanwhile. This is that one."))
        return redirect(url_for("roster.preview", group_id=group_id), 303)
    columns = _columns_sent(draft)
    has_header = "has_header" in request.form
    double = twice(columns)
    if double is not None:
        problem = _("Two columns hold the same: %(what)s.", what=words.COLUMNS[double])
        return _preview(group, draft, _page_asked(), columns=columns, problem=problem)
    if ([kind.value for kind in columns], has_header) != (draft.columns, draft.has_header):
        rosters.choose_columns(draft, columns, has_header=has_header)
        flash(_("The columns are changed. Look at the rows once more."))
        return redirect(url_for("roster.preview", group_id=group_id), 303)
    verdicts = rosters.verdicts_on(draft)
    _keep_ticks(draft, verdicts)
    if do == "invite":
        return _invite(group, draft, verdicts)
    page = do.removeprefix("page:") if PAGE.fullmatch(do) else "1"
    return redirect(url_for("roster.preview", group_id=group_id, page=page), 303)


def _page_asked() -> int:
    return max(1, request.args.get("page", 1, type=int))


def _columns_sent(draft: RosterDraft) -> list[Column]:
    """What the form says each column holds. What no page of ours can send is refused."""
    sent = [
        request.form.get(f"column-{place}", draft.columns[place])
        for place in range(min(len(draft.columns), MOST_COLUMNS))
    ]
    if not set(sent) <= set(Column):
        abort(HTTPStatus.BAD_REQUEST)
    return [Column(kind) for kind in sent]


def _keep_ticks(draft: RosterDraft, verdicts: Sequence[Verdict]) -> None:
    """Of the rows that the page showed: another one may hold them by now."""
    shown = set(request.form.get("shown", "").split(","))
    ticked = {int(row) for row in request.form.getlist("row") if ROW.fullmatch(row)}
    rosters.choose_rows(draft, [one for one in verdicts if str(one.person.row) in shown], ticked)


def _invite(group: Group, draft: RosterDraft, verdicts: Sequence[Verdict]) -> ResponseReturnValue:
    chosen = [one for one in verdicts if rosters.is_chosen(draft, one)]
    if not chosen:
        flash(_("Nobody is ticked, so nobody was invited."))
        return redirect(url_for("roster.preview", group_id=group.id), 303)
    guests = [
        inviting.Guest(
            email=one.person.email, name=one.person.name, student_number=one.person.number
        )
        for one in chosen
        if one.can_be_invited
    ]
    numbers = {one.person.email: one.person.number for one in chosen if one.gets_number}
    used = inviting.invite_listed(group, guests, numbers=numbers, draft_id=draft.id, host=host())
    if used is not None:
        send_soon()
        _tell(used)
    return redirect(url_for("people.index", group_id=group.id), 303)


def _tell(used: inviting.Used) -> None:
    if used.invited or not used.numbered:
        flash(
            _n(
                "%(num)d invitation is on its way.",
                "%(num)d invitations are on their way.",
                used.invited,
            )
        )
    if used.numbered:
        flash(
            _n(
                "%(num)d student got a student number.",
                "%(num)d students got a student number.",
                used.numbered,
            )
        )


def _preview(
    group: Group,
    draft: RosterDraft,
    page: int,
    *,
    columns: Sequence[Column] = (),
    problem: str = "",
) -> ResponseReturnValue:
    verdicts = rosters.verdicts_on(draft)
    counts = Counter(one.kind for one in verdicts)
    ordered = sorted(verdicts, key=lambda one: ORDER.index(one.kind))
    pages = max(1, -(-len(ordered) // A_PAGE))
    page = min(page, pages)
    shown = ordered[(page - 1) * A_PAGE : page * A_PAGE]
    header = header_of(draft.rows)
    start = header + 1 if draft.has_header else 0
    chosen = [one for one in verdicts if rosters.is_chosen(draft, one)]
    kinds = list(columns) or [Column(kind) for kind in draft.columns]
    html = render_template(
        "teaching/preview.html",
        group=group,
        draft=draft,
        problem=problem,
        columns=kinds,
        has_address=Column.EMAIL in kinds,
        header_row=header + 1,
        headings=draft.rows[header] if draft.has_header else [],
        samples=[
            [row[place] for row in draft.rows[start:] if row[place]][:SAMPLES]
            for place in range(len(draft.columns))
        ],
        kinds=Kind,
        column_words=words.COLUMNS,
        counts=counts,
        invited=sum(one.can_be_invited for one in chosen),
        numbered=sum(one.gets_number for one in chosen),
        rows=[Shown(one, rosters.is_chosen(draft, one)) for one in shown],
        reason=words.reason,
        page=page,
        pages=pages,
        nothing=NothingForm(),
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
