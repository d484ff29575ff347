"""Taking a quiz: what there is, one's attempts, the pages of an attempt, handing in, the result."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.core.access import public, signed_in
from course.core.clock import now
from course.core.errors import BadInput
from course.core.forms import NothingForm
from course.core.i18n import _, clock_time, language
from course.curriculum.edition import QuizEdition
from course.domain.attempts import Refusal
from course.lessons.editions import library
from course.quizzes import attempts, editions, queries, results, saving, words
from course.quizzes.attempts import Refused
from course.quizzes.models import QuizAttempt, Response, Sitting
from course.quizzes.responses import Tampered
from course.quizzes.rules import PRACTICE, Rules
from course.quizzes.sheet import Asked, as_fields, asked, entered, entered_for, state_of

bp = Blueprint("taking", __name__, template_folder="templates")
bp.add_app_template_global(words.numbered)
bp.add_app_template_global(words.scale_of)
bp.add_app_template_global(words.ratings)
bp.add_app_template_global(words.certainties)
bp.add_app_template_global(words.in_words)
bp.add_app_template_global(words.pairs_of)
HIGHEST_REVISION = 2**31 - 2


def _edition(slug: str) -> QuizEdition:
    return editions.current(slug) or abort(404)


def _attempt(public_id: str) -> QuizAttempt:
    """One's own attempt, as the clock has it now."""
    row = queries.attempt_for(current_user.id, public_id) or abort(404)
    return attempts.settle(row)


# --- What there is -------------------------------------------------------------------------


@bp.get("/quizzes")
@public
def quizzes() -> ResponseReturnValue:
    """All quizzes, and what the groups of this learner are asked to take."""
    known = current_user.is_authenticated
    return render_template(
        "quizzes/quizzes.html",
        quizzes=library().quizzes.values(),
        sittings=queries.sittings_of(current_user.id) if known else [],
        attempts=queries.all_attempts_of(current_user.id) if known else [],
        scope_of=attempts.scope_of,
        now=now(),
    )


@bp.get("/quizzes/<slug>")
@public
def quiz(slug: str) -> ResponseReturnValue:
    """What a quiz is about, its rules, one's attempts, and the button to begin."""
    sitting = _sitting(request.args.get("sitting", type=int), slug)
    edition = _of_sitting(sitting) if sitting else _edition(slug)
    known = current_user.is_authenticated
    scope = attempts.scope_of(sitting)
    own = queries.attempts_of(current_user.id, slug, scope) if known else []
    rules = attempts.rules_of(sitting)
    return render_template(
        "quizzes/quiz.html",
        edition=edition,
        sitting=sitting,
        rules=words.described(rules),
        attempts=[attempts.settle(row) for row in own],
        items=_count(edition),
        live=queries.panel_of(sitting.id) if sitting else None,
        nothing=NothingForm(),
    )


def _count(edition: QuizEdition) -> int:
    """How many items an attempt has."""
    left_out = sum(len(pool.items) - pool.take for pool in edition.quiz.pools)
    return len(edition.quiz.items) - left_out


def _sitting(number: int | None, slug: str) -> Sitting | None:
    if number is None:
        return None
    found = queries.sitting_for(current_user.id, number) if current_user.is_authenticated else None
    return found if found and found.slug == slug else abort(404)


def _of_sitting(sitting: Sitting) -> QuizEdition:
    return editions.edition_by_hash(sitting.slug, sitting.edition.hash)


@bp.post("/quizzes/<slug>/begin")
@signed_in
def begin(slug: str) -> ResponseReturnValue:
    """Begin an attempt, or go on with the one that is running."""
    sitting = _sitting(request.form.get("sitting", type=int), slug)
    edition = _of_sitting(sitting) if sitting else _edition(slug)
    row = attempts.begin(current_user.id, edition, sitting)
    if isinstance(row, Refused):
        flash(words.refusal(row.why))
        return redirect(url_for("taking.quiz", slug=slug, sitting=sitting and sitting.id), 303)
    return redirect(url_for("taking.attempt", public_id=row.public_id), 303)


@bp.get("/quizzes/<slug>/paper")
@public
def paper(slug: str) -> ResponseReturnValue:
    """The quiz to print and fill in by hand; it holds no key."""
    edition = _edition(slug)
    row = QuizAttempt(
        public_id="paper",
        number=1,
        seed=0,
        items=[item.slug for item in edition.quiz.items],
        rules=Rules(shuffles=False).to_plain(),
    )
    page = list(asked(row, edition, {}).values())
    return render_template("quizzes/paper.html", edition=edition, page=page)


# --- An attempt ----------------------------------------------------------------------------


@bp.get("/attempts/<public_id>")
@signed_in
def attempt(public_id: str) -> ResponseReturnValue:
    """A page of the attempt: the item asked for, or the first that is not answered."""
    row = _attempt(public_id)
    if not row.is_running:
        return redirect(url_for("taking.result", public_id=public_id), 303)
    sheet = asked(row, queries.edition_of(row), queries.responses_of(row.id))
    items = list(sheet.values())
    return _page(row, items, _here(row, items, request.args.get("item")))


def _here(row: QuizAttempt, sheet: Sequence[Asked], wanted: str | None) -> list[Asked]:
    """The items on this page."""
    if Rules.from_plain(row.rules).one_page:
        return list(sheet)
    named = [asks for asks in sheet if asks.item.slug == wanted]
    open_ones = [asks for asks in sheet if not asks.is_answered]
    return named or open_ones[:1] or list(sheet[:1])


def _page(
    row: QuizAttempt,
    sheet: Sequence[Asked],
    page: Sequence[Asked],
    *,
    conflict: attempts.Saved | None = None,
) -> str:
    slugs = [asks.item.slug for asks in sheet]
    at = slugs.index(page[0].item.slug)
    return render_template(
        "quizzes/attempt.html",
        row=row,
        edition=queries.edition_of(row),
        sheet=sheet,
        page=page,
        previous=sheet[at - 1] if len(page) == 1 and at else None,
        following=sheet[at + 1] if len(page) == 1 and at + 1 < len(sheet) else None,
        revision=conflict.revision if conflict else sum(asks.revision for asks in page),
        conflict=conflict,
        others=[_said(asks, conflict) for asks in page] if conflict else [],
        now=now(),
        nothing=NothingForm(),
    )


def _said(asks: Asked, saved: attempts.Saved) -> list[str]:
    """What is kept for an item, as people read it."""
    response = saved.responses.get(asks.item.slug)
    if response is None:
        return []
    sure = dict(words.certainties()).get(response.certainty or 0)
    lines = words.in_words(asks.item, response.given, language())
    return [*lines, *(text for text in (response.reason, sure) if text)]


def _sent_page(row: QuizAttempt) -> tuple[list[Asked], list[Asked]]:
    """The whole sheet, and the items of the page that was sent."""
    sheet = list(asked(row, queries.edition_of(row), queries.responses_of(row.id)).values())
    if Rules.from_plain(row.rules).one_page:
        return sheet, sheet
    page = [asks for asks in sheet if asks.item.slug == request.form.get("page")]
    return sheet, page or abort(HTTPStatus.BAD_REQUEST)


def _revision() -> int:
    number = request.form.get("revision", type=int)
    return number if number is not None and 0 <= number <= HIGHEST_REVISION else 0


@bp.post("/attempts/<public_id>")
@signed_in
def answer(public_id: str) -> ResponseReturnValue:
    """Save the page without scripts, and go where its button leads."""
    row = _attempt(public_id)
    if not row.is_running:
        flash(words.refusal(Refusal.ALREADY_SUBMITTED))
        return redirect(url_for("taking.result", public_id=public_id), 303)
    sheet, page = _sent_page(row)
    try:
        new = entered(page, request.form)
    except Tampered as error:
        raise BadInput(_("This form holds an answer that the quiz does not have.")) from error
    saved = attempts.save(row, new, revision=_revision())
    if isinstance(saved, Refused):
        flash(words.refusal(saved.why))
        return redirect(url_for("taking.attempt", public_id=public_id), 303)
    if saved.is_stale:
        typed = [
            replace(
                asks,
                kept=new[asks.item.slug].given,
                reason=new[asks.item.slug].reason or "",
                certainty=new[asks.item.slug].certainty,
            )
            for asks in page
        ]
        return _page(row, sheet, typed, conflict=saved), HTTPStatus.CONFLICT
    where = request.form.get("do", "next")
    if where == "flag" and len(page) == 1:
        attempts.flag(row, page[0].item.slug, is_flagged=not page[0].is_flagged)
    return redirect(_after(row, sheet, page, where), 303)


def _after(row: QuizAttempt, sheet: Sequence[Asked], page: Sequence[Asked], where: str) -> str:
    slugs = [asks.item.slug for asks in sheet]
    at = slugs.index(page[0].item.slug)
    public_id = row.public_id
    if where == "overview" or (where == "next" and page[-1].item.slug == slugs[-1]):
        return url_for("taking.overview", public_id=public_id)
    if where in slugs:
        return url_for("taking.attempt", public_id=public_id, item=where)
    to = {"next": at + 1, "previous": max(0, at - 1)}.get(where, at)
    return url_for("taking.attempt", public_id=public_id, item=slugs[min(to, len(slugs) - 1)])


@bp.post("/attempts/<public_id>/save")
@signed_in
def save(public_id: str) -> ResponseReturnValue:
    """Save the page while one works, for scripts: 200 when kept, 409 with what is there if not."""
    owner = request.headers.get("X-Owner")
    if owner is not None and owner != str(current_user.id):
        return jsonify(error=_("You are signed out.")), HTTPStatus.UNAUTHORIZED
    try:
        return _saved_at_once(public_id) or _saved(public_id)
    except Tampered:
        return jsonify(error=_("This answer is not in the quiz.")), HTTPStatus.BAD_REQUEST


def _saved_at_once(public_id: str) -> ResponseReturnValue | None:
    """As nearly always: one item, in an attempt that runs, and no other window was first."""
    seat = saving.seat_of(current_user.id, public_id) or abort(404)
    slug = request.form.get("page")
    item = None if seat.one_page or slug not in seat.items else seat.edition.quiz.item(slug)
    if item is None:
        return None
    asks_certainty = item.slug in seat.edition.quiz.certainty
    new = entered_for(item, request.form, asks_certainty=asks_certainty)
    kept = saving.save_at_once(current_user.id, public_id, item.slug, new, revision=_revision())
    if kept is None:
        return None
    return jsonify(
        revision=kept.revision,
        states={item.slug: state_of(item, new.given)},
        left=_seconds_left(kept.ends_at),
        saved_at=clock_time(kept.saved_at),
        content=None,
    )


def _saved(public_id: str) -> ResponseReturnValue:
    row = queries.attempt_for(current_user.id, public_id) or abort(404)
    if not row.is_running:
        refused = words.refusal(Refusal.ALREADY_SUBMITTED)
        return jsonify(error=refused, over=True), HTTPStatus.GONE
    _sheet, page = _sent_page(row)
    saved = attempts.save(row, entered(page, request.form), revision=_revision())
    if isinstance(saved, Refused):
        return jsonify(error=words.refusal(saved.why), over=True), HTTPStatus.GONE
    kept = [
        replace(asks, kept=there.given if there else None)
        for asks in page
        for there in [saved.responses.get(asks.item.slug)]
    ]
    body = jsonify(
        revision=saved.revision,
        states={asks.item.slug: asks.state for asks in kept},
        left=_seconds_left(row.ends_at),
        saved_at=clock_time(saved.saved_at),
        content=as_fields(page, saved.responses) if saved.is_stale else None,
    )
    return body, HTTPStatus.CONFLICT if saved.is_stale else HTTPStatus.OK


def _seconds_left(ends_at: datetime | None) -> int | None:
    """For the clock on the page, which may have slept; ``None`` without a limit."""
    return None if ends_at is None else max(0, int((ends_at - now()).total_seconds()))


@bp.get("/attempts/<public_id>/overview")
@signed_in
def overview(public_id: str) -> ResponseReturnValue:
    """Look once more before handing in: what is answered, what lacks something, what is flagged."""
    row = _attempt(public_id)
    if not row.is_running:
        return redirect(url_for("taking.result", public_id=public_id), 303)
    sheet = asked(row, queries.edition_of(row), queries.responses_of(row.id))
    return render_template(
        "quizzes/overview.html",
        row=row,
        edition=queries.edition_of(row),
        sheet=list(sheet.values()),
        now=now(),
        nothing=NothingForm(),
    )


@bp.post("/attempts/<public_id>/submit")
@signed_in
def submit(public_id: str) -> ResponseReturnValue:
    """Hand in; twice is once."""
    row = queries.attempt_for(current_user.id, public_id) or abort(404)
    refused = attempts.submit(row)
    if refused:
        flash(words.refusal(refused.why))
    return redirect(url_for("taking.result", public_id=public_id), 303)


@bp.get("/attempts/<public_id>/result")
@signed_in
def result(public_id: str) -> ResponseReturnValue:
    """What was answered, and of the rest what may be seen now."""
    row = _attempt(public_id)
    if row.is_running:
        return redirect(url_for("taking.attempt", public_id=public_id), 303)
    edition = queries.edition_of(row)
    responses: dict[str, Response] = queries.responses_of(row.id)
    sheet = asked(row, edition, responses)
    return render_template(
        "quizzes/result_of_attempt.html",
        row=row,
        edition=edition,
        again=row.sitting_id is None and PRACTICE.attempts is None,
        shown=results.of(row, edition, list(sheet.values())),
        nothing=NothingForm(),
    )
