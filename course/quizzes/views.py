"""Taking a quiz: what there is, one's attempts, the pages of an attempt, handing in, the result."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.core import uploads
from course.core.access import Role, public, signed_in
from course.core.clock import now
from course.core.db import LARGEST_ID
from course.core.errors import BadInput
from course.core.forms import NothingForm
from course.core.i18n import _, clock_time, language
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import AnyItem, FileQuestion
from course.domain import attempts as clock
from course.domain.attempts import Refusal
from course.lessons.editions import library
from course.quizzes import attempts, editions, guarding, handing, queries, results, saving, words
from course.quizzes.attempts import Entered, Refused
from course.quizzes.models import QuizAttempt, Sitting
from course.quizzes.responses import Kept, Tampered, is_impossible, problem_of
from course.quizzes.rules import Rules
from course.quizzes.sheet import (
    Asked,
    as_fields,
    asked,
    entered,
    entered_for,
    fit_to_keep,
    state_of,
)

bp = Blueprint("taking", __name__, template_folder="templates")
bp.add_app_template_global(words.numbered)
bp.add_app_template_global(words.type_word)
bp.add_app_template_global(words.tag_word)
bp.add_app_template_global(words.scale_of)
bp.add_app_template_global(words.ratings)
bp.add_app_template_global(words.certainties)
bp.add_app_template_global(words.certainty_marks)
bp.add_app_template_global(words.in_words)
bp.add_app_template_global(words.pairs_of)
bp.add_app_template_global(words.unstopped)
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
    return _front(slug, _sitting(request.args, slug))


def _front(slug: str, sitting: Sitting | None) -> str:
    edition = _of_sitting(sitting) if sitting else _edition(slug)
    known = current_user.is_authenticated
    scope = attempts.scope_of(sitting)
    own = queries.attempts_of(current_user.id, slug, scope) if known else []
    own = [attempts.settle(row) for row in own]
    guard = guarding.guard_of(current_user.id, slug) if known and sitting is None else None
    rules, personal = attempts.rules_of(sitting), _personal(sitting)
    why_not = Refusal.SET_AS_TEST if guard else attempts.why_not_begin(own, sitting, personal)
    return render_template(
        "quizzes/quiz.html",
        edition=edition,
        sitting=sitting,
        rules=words.described(rules, personal=personal, due_at=attempts.due_for(sitting, personal)),
        closes_at=clock.closes_at(rules.of_attempt(attempts.window_of(sitting)), personal=personal),
        attempts=own,
        why_not=words.refusal(why_not) if why_not else "",
        items=_count(edition),
        live=queries.panel_of(sitting.id) if sitting else None,
        guard=guard,
        set_here=_set_here(slug, guard) if known and sitting is None else [],
        has_paper=sitting is None and _may_print(slug),
        now=now(),
        nothing=NothingForm(),
    )


def _set_here(slug: str, guard: Sitting | None) -> list[Sitting]:
    """Where this learner is asked to take the quiz: what is not closed, and what keeps its key."""
    return [
        each
        for each in queries.sittings_of(current_user.id)
        if each.slug == slug and (each is guard or not attempts.window_of(each).has_closed(now()))
    ]


def _may_print(slug: str) -> bool:
    """Whether the questions may be read before one begins; a visitor may be anybody's student."""
    if not current_user.is_authenticated:
        return not guarding.is_guarded(slug)
    is_learner = current_user.role == Role.LEARNER
    return not (is_learner and guarding.guard_of(current_user.id, slug))


def _personal(sitting: Sitting | None) -> clock.Accommodation:
    """What this learner gets beside the rules."""
    return attempts.personal_of(
        queries.allowance_of(sitting.id, current_user.id) if sitting else None
    )


def _count(edition: QuizEdition) -> int:
    """How many items an attempt has."""
    left_out = sum(len(pool.items) - pool.take for pool in edition.quiz.pools)
    return len(edition.quiz.items) - left_out


def _number_of_sitting(fields: Mapping[str, str]) -> int | None:
    """Of the sitting that a form or an address names; ``None`` for none, 404 for what is no number.

    What is named and not there must not become practice.
    """
    named = fields.get("sitting", "")
    if not named:
        return None
    if not (named.isascii() and named.isdigit() and len(named) <= len(str(LARGEST_ID))):
        abort(404)
    return int(named) if int(named) <= LARGEST_ID else abort(404)


def _sitting(fields: Mapping[str, str], slug: str) -> Sitting | None:
    number = _number_of_sitting(fields)
    if number is None:
        return None
    found = queries.sitting_for(current_user.id, number) if current_user.is_authenticated else None
    return found if found and found.slug == slug else abort(404)


def _of_sitting(sitting: Sitting) -> QuizEdition:
    return editions.edition_by_hash(sitting.slug, sitting.edition.hash)


@bp.post("/quizzes/<slug>/begin")
@signed_in
def begin(slug: str) -> ResponseReturnValue:
    """Begin an attempt, or go on with the one that is running; 409, and why, where none may be."""
    sitting = _sitting(request.form, slug)
    edition = _of_sitting(sitting) if sitting else _edition(slug)
    row = attempts.begin(current_user.id, edition, sitting)
    if isinstance(row, Refused):
        flash(words.refusal(row.why))
        return _front(slug, sitting), HTTPStatus.CONFLICT
    return redirect(url_for("taking.attempt", public_id=row.public_id), 303)


@bp.get("/quizzes/<slug>/paper")
@public
def paper(slug: str) -> ResponseReturnValue:
    """The quiz to print and fill in by hand; it holds no key.

    That of a sitting is for who teaches the group: a learner prints what they have begun.
    """
    number = _number_of_sitting(request.args)
    if number is not None:
        known = current_user.is_authenticated
        sitting = queries.sitting_taught(current_user.id, number) if known else None
        if sitting is None or sitting.slug != slug:
            abort(404)
        return _printed_for(sitting)
    edition = _edition(slug)
    if not _may_print(slug):
        flash(_("This quiz is set for a group, so its questions are not printed beforehand."))
        return redirect(url_for("taking.quiz", slug=slug), 303)
    slugs = [item.slug for item in edition.quiz.items]
    back = url_for("taking.quiz", slug=slug)
    return _printed(QuizAttempt(number=1, seed=0, items=slugs), edition, back=back)


def _printed_for(sitting: Sitting) -> str:
    """As many items of each pool as an attempt has, and always the same ones."""
    edition, rules = _of_sitting(sitting), Rules(shuffles=False)
    slugs = attempts.items_for(edition, rules, seed=sitting.id, attempt=1)
    row = QuizAttempt(number=1, seed=sitting.id, items=slugs)
    back = url_for("teaching_quizzes.results", group_id=sitting.group_id, sitting_id=sitting.id)
    return _printed(row, edition, back=back)


def _printed(row: QuizAttempt, edition: QuizEdition, *, back: str) -> str:
    row.public_id, row.rules = "paper", Rules(shuffles=False).to_plain()
    page = list(asked(row, edition, {}).values())
    return render_template("quizzes/paper.html", edition=edition, page=page, back=back)


@bp.get("/attempts/<public_id>/paper")
@signed_in
def attempt_on_paper(public_id: str) -> ResponseReturnValue:
    """One's own attempt to print: the items that were drawn for it, while it runs."""
    row = _attempt(public_id)
    if not row.is_running:
        return redirect(url_for("taking.result", public_id=public_id), 303)
    edition = queries.edition_of(row)
    page = list(asked(row, edition, {}).values())
    back = url_for("taking.attempt", public_id=public_id)
    return render_template("quizzes/paper.html", edition=edition, page=page, back=back)


# --- An attempt ----------------------------------------------------------------------------


@bp.get("/attempts/<public_id>")
@signed_in
def attempt(public_id: str) -> ResponseReturnValue:
    """A page of the attempt: the item asked for, or the first that is not answered."""
    row = _attempt(public_id)
    if not row.is_running:
        return redirect(url_for("taking.result", public_id=public_id), 303)
    items = _sheet(row)
    return _page(row, items, _here(row, items, request.args.get("item")))


def _sheet(row: QuizAttempt) -> list[Asked]:
    """All items of the attempt, with what was answered."""
    edition = queries.edition_of(row)
    responses, files = queries.responses_of(row.id), queries.files_of(row, edition)
    return list(asked(row, edition, responses, files).values())


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
    problems: Mapping[str, str] | None = None,
    not_kept: Sequence[Asked] = (),
) -> str:
    """``problems``: what went wrong with files, by item; ``not_kept``: what can be no answer."""
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
        revision=conflict.revision if conflict else _revision_of(page),
        conflict=conflict,
        others=[_said(asks, conflict) for asks in page] if conflict else [],
        problems=problems or {},
        not_kept=not_kept,
        now=now(),
        nothing=NothingForm(),
    )


def _revision_of(page: Sequence[Asked]) -> int:
    """Of what the page itself saves, which files are not."""
    return sum(asks.revision for asks in page if not asks.is_file)


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
    sheet = _sheet(row)
    if Rules.from_plain(row.rules).one_page:
        return sheet, sheet
    page = [asks for asks in sheet if asks.item.slug == request.form.get("page")]
    return sheet, page or abort(HTTPStatus.BAD_REQUEST)


def _revision() -> int:
    number = request.form.get("revision", type=int)
    return number if number is not None and 0 <= number <= HIGHEST_REVISION else 0


@bp.post("/attempts/<public_id>")
@uploads.takes_files
@signed_in
def answer(public_id: str) -> ResponseReturnValue:
    """Save the page without scripts, and go where its button leads."""
    row = _attempt(public_id)
    if not row.is_running:
        return _refused(row, Refused(Refusal.ALREADY_SUBMITTED))
    sheet, page = _sent_page(row)
    try:
        typed = entered(page, request.form)
    except Tampered as error:
        raise BadInput(_("This form holds an answer that the quiz does not have.")) from error
    new = fit_to_keep(page, typed)
    handed = handing.take_in(row, page)
    if isinstance(handed, Refused):
        return _refused(row, handed)
    saved = attempts.save(row, new, revision=_revision())
    if isinstance(saved, Refused):
        return _refused(row, saved)
    if saved.is_stale:
        conflict = _page_as_typed(row, typed, conflict=saved, problems=handed)
        return conflict, HTTPStatus.CONFLICT
    if handed or new != typed:
        return _page_as_typed(row, typed, problems=handed), HTTPStatus.UNPROCESSABLE_ENTITY
    where = request.form.get("do", "next")
    if where in {"next", "overview"} and len(page) == 1 and _is_new_slip(page[0], new):
        where = page[0].item.slug  # told once where it can be repaired, and then gone on
    if where == "flag" and len(page) == 1:
        attempts.flag(row, page[0].item.slug, is_flagged=not page[0].is_flagged)
    return redirect(_after(row, sheet, page, where), 303)


def _is_new_slip(asks: Asked, new: Mapping[str, Entered]) -> bool:
    """Whether this page brought an answer that cannot be marked so, and that was not there."""
    found = new.get(asks.item.slug)
    return found is not None and found.given != asks.kept and bool(_slip(asks.item, found.given))


def _refused(row: QuizAttempt, refused: Refused) -> ResponseReturnValue:
    """What was sent changes nothing: the page as it is kept, which says so."""
    flash(words.refusal(refused.why))
    row = _attempt(row.public_id)
    if not row.is_running:
        return _result_page(row), HTTPStatus.GONE
    sheet = _sheet(row)
    return _page(row, sheet, _here(row, sheet, request.form.get("page"))), HTTPStatus.GONE


def _page_as_typed(
    row: QuizAttempt,
    typed: Mapping[str, Entered],
    *,
    conflict: attempts.Saved | None = None,
    problems: Mapping[str, str],
) -> str:
    """The page that was sent, with what was typed in its fields, kept or not."""
    sheet, page = _sent_page(row)
    shown = [_as_typed(asks, typed.get(asks.item.slug)) for asks in page]
    not_kept = [asks for asks in shown if is_impossible(asks.item, asks.kept)]
    return _page(row, sheet, shown, conflict=conflict, problems=problems, not_kept=not_kept)


def _as_typed(asks: Asked, new: Entered | None) -> Asked:
    """An item as it was sent; a file as it is kept."""
    if new is None:
        return asks
    reason = new.reason or ""
    return replace(asks, kept=new.given, reason=reason, certainty=new.certainty)


def _after(row: QuizAttempt, sheet: Sequence[Asked], page: Sequence[Asked], where: str) -> str:
    slugs = [asks.item.slug for asks in sheet]
    at = slugs.index(page[0].item.slug)
    public_id = row.public_id
    if where == "overview" or (where == "next" and page[-1].item.slug == slugs[-1]):
        return url_for("taking.overview", public_id=public_id)
    if where in slugs:
        return url_for("taking.attempt", public_id=public_id, item=where)
    _what, _dot, item = where.partition(".")
    if item in slugs:  # a button of a file
        anchor = f"item-{item}"
        return url_for("taking.attempt", public_id=public_id, item=item, _anchor=anchor)
    to = {"next": at + 1, "previous": max(0, at - 1)}.get(where, at)
    return url_for("taking.attempt", public_id=public_id, item=slugs[min(to, len(slugs) - 1)])


@bp.post("/attempts/<public_id>/save")
@signed_in
def save(public_id: str) -> ResponseReturnValue:
    """Save the page while one works, for scripts: 200 when kept, 409 with what is there if not.

    422 when something on it can be no answer: the rest was kept.
    """
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
    if item is None or isinstance(item, FileQuestion):
        return None
    asks_certainty = item.slug in seat.edition.quiz.certainty
    new = entered_for(item, request.form, asks_certainty=asks_certainty)
    if is_impossible(item, new.given):
        return None
    kept = saving.save_at_once(current_user.id, public_id, item.slug, new, revision=_revision())
    if kept is None:
        return None
    return jsonify(
        revision=kept.revision,
        states={item.slug: state_of(item, new.given)},
        lacks={item.slug: _slip(item, new.given)},
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
    typed = entered(page, request.form)
    new = fit_to_keep(page, typed)
    saved = attempts.save(row, new, revision=_revision())
    if isinstance(saved, Refused):
        return jsonify(error=words.refusal(saved.why), over=True), HTTPStatus.GONE
    kept = [
        asks if asks.is_file else replace(asks, kept=there.given if there else None)
        for asks in page
        for there in [saved.responses.get(asks.item.slug)]
    ]
    told = kept if saved.is_stale else [_as_typed(asks, typed.get(asks.item.slug)) for asks in kept]
    is_unfit = new != typed
    body = jsonify(
        error=_("Not everything is saved: an item says what it needs.") if is_unfit else None,
        revision=saved.revision,
        states={asks.item.slug: asks.state for asks in kept},
        lacks={asks.item.slug: _slip(asks.item, asks.kept) for asks in told},
        left=_seconds_left(row.ends_at),
        saved_at=clock_time(saved.saved_at),
        content=as_fields(page, saved.responses) if saved.is_stale else None,
    )
    if saved.is_stale:
        return body, HTTPStatus.CONFLICT
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if is_unfit else HTTPStatus.OK


def _slip(item: AnyItem, kept: Kept) -> str:
    """What is told while one answers: that it cannot be marked so; "" for what is still open."""
    found = problem_of(item, kept)
    return words.lacks(found) if found and found.is_told_at_once else ""


def _seconds_left(ends_at: datetime | None) -> int | None:
    """For the clock on the page, which may have slept; ``None`` without a limit."""
    return None if ends_at is None else max(0, int((ends_at - now()).total_seconds()))


@bp.get("/attempts/<public_id>/left")
@signed_in
def left(public_id: str) -> ResponseReturnValue:
    """How long the attempt still runs, for the clock on its page: it may have got more time."""
    row = queries.attempt_for(current_user.id, public_id) or abort(404)
    return jsonify(
        left=_seconds_left(row.ends_at),
        over=not row.is_running or attempts.is_due(row),
        until=clock_time(row.ends_at) if row.ends_at else None,
    )


@bp.get("/attempts/<public_id>/overview")
@signed_in
def overview(public_id: str) -> ResponseReturnValue:
    """Look once more before handing in: what is answered, what lacks something, what is flagged."""
    row = _attempt(public_id)
    if not row.is_running:
        return redirect(url_for("taking.result", public_id=public_id), 303)
    return render_template(
        "quizzes/overview.html",
        row=row,
        edition=queries.edition_of(row),
        sheet=_sheet(row),
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
    return _result_page(row)


def _result_page(row: QuizAttempt) -> str:
    edition = queries.edition_of(row)
    shown = results.of(row, edition, _sheet(row))
    return render_template(
        "quizzes/result_of_attempt.html",
        row=row,
        edition=edition,
        again=row.sitting_id is None and shown.guard is None,
        shown=shown,
        nothing=NothingForm(),
    )
