"""Another key for one item of a quiz: look what it would do, give a reason, do it, see it done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select

from course.accounts.models import User
from course.core.db import db
from course.core.forms import NothingForm
from course.core.htmx import wants_partial
from course.core.i18n import _, _n
from course.core.jobs import wake
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import AnyItem, ShortQuestion, SurveyQuestion
from course.domain.attempts.regrading import Apply, Row, Turn, turn
from course.domain.scoring.textual import AcceptedText, unmatched
from course.groups.doors import instructors
from course.groups.models import Group, Membership, Part
from course.quizzes import editions, regrading
from course.quizzes import queries as quizzes
from course.quizzes.models import KeyChange, MarkChange, QuizAttempt, Response, Sitting
from course.quizzes.rekeying import CannotRekey, Change, Kind, OtherQuestion, after, taken_over
from course.results import book, gradewords
from course.teaching import keyform, standing
from course.teaching.keyform import KeyForm
from course.teaching.quizzes import own_sitting

bp = Blueprint(
    "regrading",
    __name__,
    url_prefix="/teach/groups/<int:group_id>/quizzes/<int:sitting_id>/key",
    template_folder="templates",
)
bp.add_app_template_global(keyform.told, "change_in_words")
bp.add_app_template_global(keyform.for_whom, "change_for_whom")
MOST_UNMATCHED: Final = 20
AT_ONCE: Final = timedelta(seconds=0.5)  # what takes longer is left to the worker


# --- Choosing ------------------------------------------------------------------------------


@bp.get("")
@instructors
def index(group_id: int, sitting_id: int) -> ResponseReturnValue:
    """The items, to change the key of one; and what was changed before."""
    group, sitting = own_sitting(group_id, sitting_id)
    changes = quizzes.changes_of(sitting.id)
    last = {change.item: Kind(change.change["kind"]) for change in changes}
    return render_template(
        "teaching/keys.html",
        group=group,
        sitting=sitting,
        edition=standing.edition_of(sitting),
        history=changes[::-1],
        names=_names(changes),
        out={item: kind.value for item, kind in last.items() if kind in {Kind.DROP, Kind.FULL}},
    )


def _item(sitting: Sitting, slug: str) -> tuple[QuizEdition, AnyItem, Change | None]:
    """An item as its key is now, and the last change that it had; not one that asks an opinion."""
    edition = standing.edition_of(sitting)
    if isinstance(edition.quiz.item(slug), SurveyQuestion | None):
        abort(404)
    return edition, *after(edition, slug, quizzes.key_changes(sitting.id))


@bp.get("/<slug>")
@instructors
def key(group_id: int, sitting_id: int, slug: str) -> ResponseReturnValue:
    """The form for one item; ``kind`` and ``mode`` in the address are chosen already."""
    group, sitting = own_sitting(group_id, sitting_id)
    edition, item, last = _item(sitting, slug)
    if busy := regrading.unfinished(sitting.id):
        return _first_this_one(group_id, busy)
    form = keyform.form_for(item, last, _chosen_already(sitting, item))
    return _page(group, sitting, edition, item, form)


def _chosen_already(sitting: Sitting, item: AnyItem) -> dict[str, Any]:
    """What the address of the form chooses."""
    if request.args.get("source") != "content":
        return {name: request.args[name] for name in ("kind", "mode") if name in request.args}
    change, _asks_the_same = _of_content(sitting, item)
    corrected = {"reason": _("The authors corrected the key.")}
    return {**change.to_plain(), **corrected} if change else {}


def _of_content(sitting: Sitting, item: AnyItem) -> tuple[Change | None, bool]:
    """What its authors made right since it was set, where it is not so yet; if it asks the same.

    What an instructor changed here, and the authors did not, is no change of theirs.
    """
    today = editions.current(sitting.slug)
    theirs = today.quiz.item(item.slug) if today else None
    as_set = standing.edition_of(sitting).quiz.item(item.slug) or item
    try:
        was_changed = taken_over(as_set, theirs) is not None
        return taken_over(item, theirs) if was_changed else None, True
    except OtherQuestion:
        return None, False


def _first_this_one(group_id: int, busy: KeyChange) -> ResponseReturnValue:
    flash(_("A key is being changed. When that is done, you can change another one."))
    return redirect(_address(group_id, busy), 303)


def _address(group_id: int, change: KeyChange) -> str:
    return url_for(
        "regrading.progress",
        group_id=group_id,
        sitting_id=change.sitting_id,
        number=change.id,
    )


# --- Looking, and doing --------------------------------------------------------------------


@bp.post("/<slug>")
@instructors
def change(group_id: int, sitting_id: int, slug: str) -> ResponseReturnValue:
    """Show what it would do; or with ``do=apply`` do what was shown."""
    group, sitting = own_sitting(group_id, sitting_id)
    edition, item, last = _item(sitting, slug)
    form = keyform.form_for(item, last)
    if not form.validate():
        return _page(group, sitting, edition, item, form), HTTPStatus.UNPROCESSABLE_ENTITY
    mode, wanted = Apply(form.mode.data), keyform.change_in(item, form)
    is_looked_at = form.looked_at.data == keyform.fingerprint(wanted, mode)
    if request.form.get("do") == "apply" and is_looked_at:
        done = regrading.confirm(
            sitting.id,
            wanted,
            mode=mode,
            reason=(form.reason.data or "").strip(),
            made_by=current_user.id,
            seen=form.seen_number(),
        )
        if isinstance(done, KeyChange):
            return _worked_on(group_id, done)
        flash(_("A colleague changed a key in the meantime. Look again at what yours would do."))
    try:
        found = regrading.preview(sitting, edition, wanted, mode)
    except CannotRekey as error:
        name, words = keyform.refusal(str(error.args[0]))
        form[name].errors = [words]
        return _page(group, sitting, edition, item, form), HTTPStatus.UNPROCESSABLE_ENTITY
    form.looked_at.data = keyform.fingerprint(wanted, mode)
    return _page(group, sitting, edition, item, form, preview=found)


def _worked_on(group_id: int, change: KeyChange) -> ResponseReturnValue:
    """What can be done at once is; for the rest there is a page that tells how far it is."""
    if not regrading.go_on(change.sitting_id, within=AT_ONCE):
        wake(current_app._get_current_object())  # type: ignore[attr-defined]  # the proxy of Flask
        return redirect(_address(group_id, change), 303)
    count = len(_told_of(change)[0])
    flash(_n("%(num)s attempt has another result.", "%(num)s attempts have another result.", count))
    index_of = url_for("regrading.index", group_id=group_id, sitting_id=change.sitting_id)
    return redirect(index_of, 303)


def _page(
    group: Group,
    sitting: Sitting,
    edition: QuizEdition,
    item: AnyItem,
    form: KeyForm,
    *,
    preview: regrading.Preview | None = None,
) -> str:
    newest = regrading.history(sitting.id)[:1]
    of_content, asks_the_same = _of_content(sitting, item)
    return render_template(
        "teaching/key.html",
        group=group,
        sitting=sitting,
        edition=edition,
        item=item,
        form=form,
        seen=newest[0].id if newest else 0,
        preview=preview,
        people=_people(sitting) if preview else {},
        grades=_grades(group.id, preview.rows) if preview else {},
        unmatched=_unmatched(sitting.id, item),
        of_content=of_content,
        asks_the_same=asks_the_same,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """What the share of an attempt is worth in the book of the group, in words."""

    before: str
    after: str
    turn: Turn


def _grades(group_id: int, rows: Sequence[Row]) -> dict[str, Graded]:
    """Of the attempts that change, by their number; the newest rule of the book counts."""
    rule = book.rule_of(group_id) or book.NO_RULE
    found = {}
    for row in rows:
        if row.is_changed:
            before = book.of_share(row.old_fraction, rule.quiz_share)
            after = book.of_share(row.fraction, rule.quiz_share)
            found[row.attempt] = Graded(
                before=gradewords.grade(before),
                after=gradewords.grade(after),
                turn=turn(passed=bool(before.passed), passes=bool(after.passed)),
            )
    return found


# --- How far it is, and what it did --------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a change did to one attempt."""

    who: tuple[str, int] | None  # name, and number of the attempt; None of who left the group
    before: Fraction  # points for the item
    after: Fraction
    out_of_before: int  # 0 where it did not count
    out_of_after: int


@bp.get("/changes/<int:number>")
@instructors
def progress(group_id: int, sitting_id: int, number: int) -> ResponseReturnValue:
    """How far a change is; and when it is done, what it did to whom."""
    group, sitting = own_sitting(group_id, sitting_id)
    row = regrading.change_of(sitting.id, number) or abort(404)
    edition, changes = standing.edition_of(sitting), quizzes.changes_of(sitting.id)
    moved, same = _told_of(row) if row.shown_at else ([], 0)
    return render_template(
        "teaching/_change.html" if wants_partial() else "teaching/change.html",
        group=group,
        sitting=sitting,
        edition=edition,
        item=edition.quiz.item(row.item),
        change=row,
        names=_names([row]),
        is_last=row.id == max(each.id for each in changes if each.item == row.item),
        progress=regrading.progress_of(row),
        done=_done(sitting, moved),
        same=same,
        nothing=NothingForm(),
    )


@bp.post("/changes/<int:number>/go-on")
@instructors
def go_on(group_id: int, sitting_id: int, number: int) -> ResponseReturnValue:
    """Work on it from this page, when the worker does not."""
    _group, sitting = own_sitting(group_id, sitting_id)
    row = regrading.change_of(sitting.id, number) or abort(404)
    regrading.go_on(sitting.id, within=AT_ONCE)
    return redirect(_address(group_id, row), 303)


def _told_of(row: KeyChange) -> tuple[list[MarkChange], int]:
    """The attempts that got other points, or points that count otherwise; how many others it had.

    The others were marked with the new key as well, and it gave them the same.
    """
    statement = select(MarkChange).filter_by(change_id=row.id).order_by(MarkChange.attempt_id)
    found = list(db.session.scalars(statement))
    moved = [told for told in found if _earned(told.before) != _earned(told.after)]
    return moved, len(found) - len(moved)


def _earned(mark: dict[str, Any]) -> tuple[Fraction, int]:
    return _points(mark), int(mark["maximum"])


def _done(sitting: Sitting, moved: Sequence[MarkChange]) -> list[Done]:
    people = _people(sitting) if moved else {}
    return [
        Done(
            who=people.get(str(told.attempt_id)),
            before=_points(told.before),
            after=_points(told.after),
            out_of_before=told.before["maximum"],
            out_of_after=told.after["maximum"],
        )
        for told in moved
    ]


def _points(mark: dict[str, Any]) -> Fraction:
    return Fraction(mark["fraction"]) * int(mark["maximum"])


# --- Whose it is ---------------------------------------------------------------------------


def _people(sitting: Sitting) -> dict[str, tuple[str, int]]:
    """Whose attempt it is, and which: by the number of the attempt. Not of who left the group."""
    statement = (
        select(QuizAttempt.id, User.name, QuizAttempt.number)
        .join(User, User.id == QuizAttempt.user_id)
        .join(Membership, Membership.user_id == User.id)
        .where(
            QuizAttempt.sitting_id == sitting.id,
            Membership.group_id == sitting.group_id,
            Membership.part == Part.LEARNER,
        )
    )
    return {str(row.id): (row.name, row.number) for row in db.session.execute(statement)}


def _names(changes: Sequence[KeyChange]) -> dict[int, str]:
    """Who made these changes, as far as they still have an account."""
    makers = {change.made_by for change in changes if change.made_by is not None}
    if not makers:
        return {}
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(makers)))
    return {row.id: row.name for row in rows}


def _unmatched(sitting_id: int, item: AnyItem) -> list[tuple[str, int]]:
    """Texts that were typed and fit nothing, the most frequent first."""
    if not isinstance(item, ShortQuestion):
        return []
    statement = (
        select(Response.given)
        .join(QuizAttempt, QuizAttempt.id == Response.attempt_id)
        .where(
            QuizAttempt.sitting_id == sitting_id,
            QuizAttempt.finished_at.is_not(None),
            Response.item == item.slug,
        )
    )
    typed = [given for given in db.session.scalars(statement) if isinstance(given, str)]
    accepted = [
        AcceptedText(pattern=text)
        for part in item.accepted
        for text in (part.text.nl, part.text.en)
    ]
    return unmatched(typed, accepted=accepted)[:MOST_UNMATCHED]
