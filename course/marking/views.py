"""Marking: what waits, one submission beside its rubric, and what a marker thinks of it."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.audit import actions as audit
from course.audit.models import Kind
from course.core.access import Role, requires
from course.core.forms import NothingForm
from course.core.i18n import _, clock_time
from course.domain.differences import differences
from course.marking import (
    agreeing,
    files,
    guests,
    judging,
    queries,
    shortcuts,
    uses,
    windows,
    words,
    work,
)
from course.marking.forms import levels_sent
from course.marking.judging import Decision, Judged, Part
from course.marking.models import LONGEST_COMMENT, LONGEST_REMARK, Assignment, Marking, Remark
from course.marking.queries import Item, Stand
from course.marking.work import Sheet

bp = Blueprint("marking", __name__, template_folder="templates")
instructors = requires(Role.INSTRUCTOR, Role.ADMINISTRATOR)
bp.add_app_template_global(words.stand_word, "stand_word")
bp.add_app_template_global(words.waits, "waits")
bp.add_app_template_global(words.effect_word, "effect_word")
bp.add_app_template_global(shortcuts.actions, "key_actions")
bp.add_app_template_global(words.reader_word, "reader_word")
bp.add_app_template_global(words.readers_sentence, "readers_sentence")
bp.add_app_template_global(differences, "changes")
bp.add_app_template_global(windows.differing, "differing")

HIGHEST_REVISION = 2**31 - 2
PANES = {"queue", "work", "judgement"}


def _assignment(assignment_id: int) -> Assignment:
    return guests.assignment_for(current_user.id, assignment_id) or abort(404)


def _item(assignment: Assignment, code: str) -> Item:
    return guests.item_for(assignment, current_user.id, code) or abort(404)


# --- What waits ----------------------------------------------------------------------------


@bp.get("/teach/marking")
@instructors
def waiting() -> ResponseReturnValue:
    """Everything that one's groups are asked, with what waits."""
    return render_template("marking/waiting.html", rows=work.waiting(current_user.id))


@bp.get("/teach/marking/uses")
@instructors
def comment_uses() -> ResponseReturnValue:
    """Which of one's own comments led to change."""
    return render_template("marking/uses.html", found=uses.overview(current_user.id))


@bp.get("/teach/marking/<int:assignment_id>")
@instructors
def next_one(assignment_id: int) -> ResponseReturnValue:
    """Go to the first submission that waits for this marker; else say what there is."""
    assignment = _assignment(assignment_id)
    items = guests.queue(assignment, current_user.id)
    waits = [item for item in items if item.is_open]
    # A draft of one's own first: what was begun gets finished.
    waits.sort(key=lambda item: item.stand is not Stand.MINE)
    if waits:
        first = url_for("marking.mark", assignment_id=assignment_id, code=waits[0].code)
        return redirect(first, 303)
    return render_template(
        "marking/nothing.html", assignment=assignment, items=items, about=work.about(assignment)
    )


# --- One submission ------------------------------------------------------------------------


@bp.get("/teach/marking/<int:assignment_id>/<code>")
@instructors
def mark(assignment_id: int, code: str) -> ResponseReturnValue:
    """The queue, the text with what its writer decided, and the rubric; or the last two only."""
    assignment, is_part = _assignment(assignment_id), bool(request.args.get("part"))
    items = [] if is_part else guests.queue(assignment, current_user.id)
    item = next((found for found in items if found.code == code), None) or _item(assignment, code)
    if item.name:  # without names it is written down when one begins to mark
        whom, about = item.submission.user_id, f"{assignment.lesson}/{assignment.step}"
        group = assignment.group_id
        audit.note_reading(by=current_user.id, whom=whom, group=group, about=about)
    sheet = work.sheet(assignment, item, current_user.id)
    template = "marking/_sheet.html" if is_part else "marking/mark.html"
    return _shown(template, assignment, items, sheet)


@bp.get("/teach/marking/<int:assignment_id>/<code>/files/<int:number>")
@instructors
def file(assignment_id: int, code: str, number: int) -> ResponseReturnValue:
    """A file beside the text, for whoever may read the text."""
    assignment = _assignment(assignment_id)
    item = _item(assignment, code)
    found = files.as_download(item, number) or abort(404)
    whom, about = [item.submission.user_id], f"{assignment.lesson}/{assignment.step}"
    group = assignment.group_id
    audit.note_now(Kind.DOWNLOADED, by=current_user.id, whom=whom, group=group, about=about)
    return found


def _shown(
    template: str,
    assignment: Assignment,
    items: list[Item],
    sheet: Sheet,
    *,
    problem: str = "",
    conflict: judging.Saved | None = None,
    incomplete: str = "",
) -> str:
    """The page, or a part of it. ``items`` is the queue; [] for a part without it."""
    slugs = [item.code for item in items] or guests.order(assignment, current_user.id)
    at = slugs.index(sheet.item.code)
    return render_template(
        template,
        assignment=assignment,
        about=work.about(assignment),
        items=items,
        item=sheet.item,
        sheet=sheet,
        previous=slugs[at - 1] if at else None,
        following=slugs[at + 1] if at + 1 < len(slugs) else None,
        done=sum(item.stand in work.MARKED for item in items),
        problem=problem,
        conflict=conflict,
        incomplete=incomplete,
        phrases=work.phrases(current_user.id, assignment),
        keys=shortcuts.keys_of(current_user.id),
        pane="judgement" if incomplete else _pane(),
        nothing=NothingForm(),
    )


def _pane() -> str:
    """Which of the three a telephone shows first: as it is asked for, else the text."""
    asked = request.args.get("pane")
    return asked if asked in PANES else "work"


@bp.post("/teach/marking/<int:assignment_id>/<code>")
@instructors
def judge(assignment_id: int, code: str) -> ResponseReturnValue:
    """Save the judgement, without scripts too, and go where its button leads."""
    assignment = _assignment(assignment_id)
    item = _item(assignment, code)
    row = _begun(assignment, item)
    saved = judging.save(row, _judged(assignment), revision=_revision(row))
    if saved.is_stale:
        items = guests.queue(assignment, current_user.id)
        sheet = work.sheet(assignment, item, current_user.id, judged=_judged(assignment))
        page = _shown("marking/mark.html", assignment, items, sheet, conflict=saved)
        return page, HTTPStatus.CONFLICT
    here = url_for("marking.mark", assignment_id=assignment_id, code=code, pane="judgement")
    match request.form.get("do", "save"):
        case "finish":
            fresh = judging.marking_of(item.submission.id, current_user.id) or abort(404)
            try:
                done = judging.finish(fresh, work.criteria_of(assignment), revision=saved.revision)
            except judging.NotComplete as refusal:
                return _incomplete(assignment, code, refusal.message)
            if done.part == Part.THIRD:
                agreeing.settle(assignment, _item(assignment, code), by=current_user.id)
            if done.decision == Decision.OPEN:
                flash(_("Done, with what should happen left open. Here is the next one."))
            else:
                flash(_("Done. Here is the next one."))
            return redirect(url_for("marking.next_one", assignment_id=assignment_id), 303)
        case "reopen":
            if not work.can_reopen(item, current_user.id):
                raise judging.NotFree(
                    _("A colleague saw this, or the student has it. It stays as it is.")
                )
            judging.reopen(row)
        case _:
            flash(_("Saved at %(time)s.", time=clock_time(saved.saved_at)))
    return redirect(here, 303)


def _incomplete(assignment: Assignment, code: str, why: str) -> ResponseReturnValue:
    """The page as it was saved just now, with what is lacking."""
    items = guests.queue(assignment, current_user.id)
    sheet = work.sheet(assignment, _item(assignment, code), current_user.id)
    page = _shown("marking/mark.html", assignment, items, sheet, incomplete=why)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


@bp.post("/teach/marking/<int:assignment_id>/<code>/save")
@instructors
def save(assignment_id: int, code: str) -> ResponseReturnValue:
    """Save the draft while one works, for scripts: 200 when kept, 409 with what is there if not."""
    if request.headers.get("X-Owner") not in {None, str(current_user.id)}:
        abort(HTTPStatus.UNAUTHORIZED)  # somebody else signed in meanwhile; it stays in its window
    assignment = _assignment(assignment_id)
    item = _item(assignment, code)
    row = _begun(assignment, item)
    judged = _judged(assignment)
    saved = judging.save(row, judged, revision=_revision(row))
    body = jsonify(
        revision=saved.revision,
        saved_at=clock_time(saved.saved_at),
        grade=work.grade_words(assignment, saved.judged.levels),
        verdict=work.verdict(assignment, saved.judged.levels),
        clash=work.clash(assignment, saved.judged),
        done=saved.is_done,
        content=work.as_fields(saved.judged) if saved.is_stale else None,
        newer=_newer(assignment, saved, judged) if saved.is_stale else None,
    )
    return body, HTTPStatus.CONFLICT if saved.is_stale else HTTPStatus.OK


def _newer(assignment: Assignment, saved: judging.Saved, held: Judged) -> str:
    return render_template("marking/_newer.html", assignment=assignment, conflict=saved, held=held)


def _begun(assignment: Assignment, item: Item) -> Marking:
    """The marking of who sends this; refused when it is about a version that was taken back."""
    read = request.form.get("version", type=int)
    if read != item.submission.number:
        raise judging.TakenBack(
            _("The student handed in another version meanwhile. Open it anew and read that one.")
        )
    row = judging.begin(item.submission, assignment, current_user.id)
    judging.look(item.submission.id, current_user.id)
    return row


def _revision(row: Marking) -> int:
    """The draft that the form was made from; a page from before the first one goes on from it."""
    number = request.form.get("revision", type=int)
    if number is None or not 0 <= number <= HIGHEST_REVISION:
        return 0
    return number or (row.revision if row.revision == 1 else 0)


def _judged(assignment: Assignment) -> Judged:
    """What the form holds. What no page of ours can send is refused."""
    levels = levels_sent(work.rubric_of(assignment), request.form)
    texts = [_text(request.form.get(name, "")) for name in ("comment", "note")]
    if any(len(text) > LONGEST_COMMENT for text in texts):
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    decision = request.form.get("decision", "")
    if decision not in set(Decision):
        abort(HTTPStatus.BAD_REQUEST)
    return Judged(levels=levels, comment=texts[0], note=texts[1], decision=Decision(decision))


def _text(sent: str) -> str:
    return sent.replace("\r\n", "\n").strip()


# --- Remarks -------------------------------------------------------------------------------


@bp.post("/teach/marking/<int:assignment_id>/<code>/remarks")
@instructors
def add_remark(assignment_id: int, code: str) -> ResponseReturnValue:
    """Comment on a passage, or on a decision in the trail."""
    assignment = _assignment(assignment_id)
    item = _item(assignment, code)
    words_ = _text(request.form.get("text", ""))
    if not words_ or len(words_) > LONGEST_REMARK:
        return _refused(assignment, item, _("Write a comment of at most 2,000 characters."))
    anchor = work.anchor_of(item, request.form)
    if anchor is None:
        return _refused(
            assignment,
            item,
            _("These words are not in the text. Copy a passage from it, exactly as it stands."),
        )
    place, where = anchor
    judging.remark(_begun(assignment, item), place, where, words_)
    return _after_remark(assignment, item)


def _refused(assignment: Assignment, item: Item, problem: str) -> ResponseReturnValue:
    items = guests.queue(assignment, current_user.id)
    sheet = work.sheet(assignment, item, current_user.id, typed=request.form)
    template = "marking/_text.html" if request.args.get("part") else "marking/mark.html"
    page = _shown(template, assignment, items, sheet, problem=problem)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


def _after_remark(assignment: Assignment, item: Item) -> ResponseReturnValue:
    if request.args.get("part"):
        # Anew, or the first remark, with which one begins to mark, is not in it.
        fresh = work.sheet(assignment, _item(assignment, item.code), current_user.id)
        return _shown("marking/_text.html", assignment, [], fresh)
    here = url_for("marking.mark", assignment_id=assignment.id, code=item.code, _anchor="text")
    return redirect(here, 303)


@bp.post("/teach/marking/<int:assignment_id>/<code>/remarks/<public_id>")
@instructors
def change_remark(assignment_id: int, code: str, public_id: str) -> ResponseReturnValue:
    """Give a remark of one's own other words, or take it away."""
    assignment = _assignment(assignment_id)
    item = _item(assignment, code)
    made = _remark(item, public_id)
    words_ = _text(request.form.get("text", ""))
    if request.form.get("do") == "delete":
        judging.take_away(item.markings[current_user.id], made)
    elif words_ and len(words_) <= LONGEST_REMARK:
        judging.reword(item.markings[current_user.id], made, words_)
    else:
        return _refused(assignment, item, _("Write a comment of at most 2,000 characters."))
    return _after_remark(assignment, item)


def _remark(item: Item, public_id: str) -> Remark:
    mine = item.markings.get(current_user.id)
    found = queries.remarks_of([mine.id]) if mine else []
    return next((made for made in found if made.public_id == public_id), None) or abort(404)
