"""The pages of somebody who was asked: no account, only the link. Its token is the whole key.

Nobody sees here what others answered, nor any key: nothing of the sort is loaded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response as Answer
from werkzeug.wrappers import Response as AnyAnswer

from course.accounts.tokens import digest
from course.core.access import public
from course.core.errors import BadInput
from course.core.forms import NothingForm
from course.core.i18n import _, clock_time, language
from course.core.security import limiter
from course.curriculum.edition import QuizEdition
from course.domain.attempts.drawing import shuffled
from course.panels import forms, queries, words
from course.panels.actions import answering, consent
from course.panels.actions.holding import is_open
from course.panels.actions.refusals import Why
from course.panels.models import Panel, PanelAnswer, PanelMember
from course.panels.queries import Lack
from course.quizzes.attempts import ORDER_OF_ITEMS, Entered
from course.quizzes.models import QuizAttempt, Response
from course.quizzes.responses import Tampered, is_impossible
from course.quizzes.rules import Rules
from course.quizzes.sheet import Asked, as_fields, asked, entered, fit_to_keep
from course.quizzes.words import in_words

bp = Blueprint(
    "expert",
    __name__,
    url_prefix="/panel/<token>",
    template_folder="templates",
)
HIGHEST_REVISION = 2**31 - 2
OPEN_TO = "expert.answers"


def _is_unknown(answer: AnyAnswer) -> bool:
    return answer.status_code == HTTPStatus.NOT_FOUND


def _link() -> str:
    return digest(str((request.view_args or {}).get("token")))


# A school or an office has one address, and nobody guesses 256 bits; a slip in copying is no more
# than a few.
guessing = limiter.limit("100 per 15 minutes", deduct_when=_is_unknown)
writing = limiter.limit("1500 per hour", key_func=_link, methods=["POST"])


@bp.after_request
def _tells_no_other_site(response: Answer) -> Answer:
    """The address is a secret: it goes to no other site, no index and no store."""
    response.headers["Referrer-Policy"] = "strict-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store"
    return response


# --- The sheet -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All items as this member sees them, in their order, with what they answered."""

    asks: Sequence[Asked]
    lacks: Mapping[str, Lack | None]

    def state(self, asks: Asked) -> str:
        """How far an item is: "open", "lacking" or "answered"."""
        lack = self.lacks[asks.item.slug]
        return {None: "answered", Lack.ANSWER: "open"}.get(lack, "lacking")

    def told(self, asks: Asked) -> str:
        """What an item still needs, in words; "" when it is whole."""
        return words.lacking(self.lacks[asks.item.slug], asks.lacks)

    @property
    def missing(self) -> int:
        """How many items still need something."""
        return sum(lack is not None for lack in self.lacks.values())


def _sheet(
    member: PanelMember, panel: Panel, edition: QuizEdition, answers: Mapping[str, PanelAnswer]
) -> Sheet:
    items = queries.weighings_of(edition)
    slugs = [item.slug for item in items]
    # As an attempt of a learner: the same controls in the same kind of order. It is never stored.
    row = QuizAttempt(
        public_id="panel",
        number=1,
        seed=member.seed,
        items=shuffled(slugs, seed=member.seed, attempt=1, question=ORDER_OF_ITEMS),
        rules=Rules(one_page=panel.one_page).to_plain(),
    )
    found = asked(row, edition, _as_responses(answers))
    return Sheet(
        asks=list(found.values()),
        lacks={item.slug: queries.lacks(item, answers.get(item.slug)) for item in items},
    )


def _as_responses(answers: Mapping[str, PanelAnswer]) -> dict[str, Response]:
    return {
        slug: Response(
            attempt_id=0,
            item=slug,
            given=answer.given,
            reason=answer.reason,
            certainty=None,
            is_flagged=False,
            revision=answer.revision,
        )
        for slug, answer in answers.items()
    }


def _here(sheet: Sheet, panel: Panel, wanted: str | None) -> list[Asked]:
    """The items on this page."""
    if panel.one_page:
        return list(sheet.asks)
    named = [asks for asks in sheet.asks if asks.item.slug == wanted]
    missing = [asks for asks in sheet.asks if sheet.lacks[asks.item.slug]]
    return named or missing[:1] or list(sheet.asks[:1])


# --- Opening the link ----------------------------------------------------------------------


def _asked(token: str) -> queries.Asked:
    return queries.by_token(token) or abort(404)


def _closed(found: queries.Asked) -> ResponseReturnValue:
    """The page of a link that takes no answers any more."""
    page = render_template("panels/closed.html", member=found.member, panel=found.panel)
    return page, HTTPStatus.GONE


@bp.route("", methods=["GET", "POST"])
@public
@guessing
@writing
def start(token: str) -> ResponseReturnValue:
    """Who asks, what for, and what happens with the answers; then who one is."""
    found = _asked(token)
    member, panel = found.member, found.panel
    if member.finished_at:
        return _finished(token, found)
    if not is_open(member, panel):
        return _closed(found)
    form = forms.MemberForm(data={"role": member.role, "shows_reasons": member.shows_reasons})
    if form.validate_on_submit():
        refused = answering.begin(
            member, role=form.role.data, shows_reasons=form.shows_reasons.data
        )
        if refused:
            return _closed(found)
        return redirect(url_for(OPEN_TO, token=token), 303)
    edition = queries.edition_of(panel)
    page = render_template(
        "panels/start.html",
        token=token,
        form=form,
        panel=panel,
        member=member,
        by=found.by,
        edition=edition,
        items=len(queries.weighings_of(edition)),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _finished(token: str, found: queries.Asked) -> ResponseReturnValue:
    edition = queries.edition_of(found.panel)
    sheet = _sheet(found.member, found.panel, edition, queries.own_answers(found.member))
    lang = language()
    return render_template(
        "panels/finished.html",
        token=token,
        panel=found.panel,
        member=found.member,
        edition=edition,
        answers=[(asks, in_words(asks.item, asks.kept, lang)) for asks in sheet.asks],
        nothing=NothingForm(),
    )


@bp.post("/reasons/<any(show, hide):what>")
@public
@guessing
@writing
def reasons(token: str, what: str) -> ResponseReturnValue:
    """Another mind about showing reasons; no is possible at any time."""
    found = _asked(token)
    if not found.member.finished_at:
        return redirect(url_for("expert.start", token=token), 303)
    refused = consent.let_reasons_be_shown(found.member, shows_reasons=what == "show")
    if refused:
        flash(words.refusal(refused))
    elif what == "show":
        flash(_("Your reasons may be shown, without your name."))
    else:
        flash(_("Your reasons are no longer shown anywhere."))
    return redirect(url_for("expert.start", token=token), 303)


# --- Answering -----------------------------------------------------------------------------


@bp.route("/answers", methods=["GET", "POST"])
@public
@guessing
@writing
def answers(token: str) -> ResponseReturnValue:
    """The item asked for, or the first that still needs something; without scripts it saves."""
    found = _asked(token)
    member, panel = found.member, found.panel
    if not is_open(member, panel) or not member.role:
        return redirect(url_for("expert.start", token=token), 303)
    edition = queries.edition_of(panel)
    sheet = _sheet(member, panel, edition, queries.own_answers(member))
    if request.method != "POST":  # HEAD too
        page = _here(sheet, panel, request.args.get("item"))
        return _page(token, found, edition, sheet, page)
    page = _sent(sheet, panel)
    try:
        typed = entered(page, request.form)
    except Tampered as error:
        raise BadInput(_("This form holds an answer that the quiz does not have.")) from error
    new = fit_to_keep(page, typed)
    saved = answering.save(member, new, revision=_revision())
    if isinstance(saved, Why):
        flash(words.refusal(saved))
        return redirect(url_for("expert.start", token=token), 303)
    if saved.is_stale:
        shown = _as_typed(page, typed)
        conflict = _page(token, found, edition, sheet, shown, conflict=saved)
        return conflict, HTTPStatus.CONFLICT
    if new != typed:
        sheet = _sheet(member, panel, edition, saved.answers)
        shown = _as_typed(_sent(sheet, panel), typed)
        told = _page(token, found, edition, sheet, shown, not_kept=_impossible(shown))
        return told, HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(_after(token, sheet, page, request.form.get("do", "next")), 303)


def _as_typed(page: Sequence[Asked], typed: Mapping[str, Entered]) -> list[Asked]:
    """The items of a page with what was sent for them, kept or not."""
    return [
        replace(asks, kept=sent.given, reason=sent.reason or "")
        for asks in page
        for sent in [typed[asks.item.slug]]
    ]


def _impossible(page: Sequence[Asked]) -> list[Asked]:
    return [asks for asks in page if is_impossible(asks.item, asks.kept)]


def _page(
    token: str,
    found: queries.Asked,
    edition: QuizEdition,
    sheet: Sheet,
    page: Sequence[Asked],
    *,
    conflict: answering.Saved | None = None,
    not_kept: Sequence[Asked] = (),
) -> str:
    slugs = [asks.item.slug for asks in sheet.asks]
    at = slugs.index(page[0].item.slug)
    is_one = len(page) == 1
    return render_template(
        "panels/answers.html",
        token=token,
        member=found.member,
        panel=found.panel,
        edition=edition,
        sheet=sheet,
        page=page,
        previous=sheet.asks[at - 1] if is_one and at else None,
        following=sheet.asks[at + 1] if is_one and at + 1 < len(slugs) else None,
        revision=conflict.revision if conflict else sum(asks.revision for asks in page),
        conflict=conflict,
        others=[_said(asks, conflict) for asks in page] if conflict else [],
        not_kept=not_kept,
        nothing=NothingForm(),
    )


def _said(asks: Asked, saved: answering.Saved) -> list[str]:
    """What is kept for an item, as people read it."""
    answer = saved.answers.get(asks.item.slug)
    if answer is None:
        return []
    lines = in_words(asks.item, answer.given, language())
    return [*lines, *([answer.reason] if answer.reason else [])]


def _sent(sheet: Sheet, panel: Panel) -> list[Asked]:
    """The items of the page that was sent."""
    if panel.one_page:
        return list(sheet.asks)
    page = [asks for asks in sheet.asks if asks.item.slug == request.form.get("page")]
    return page or abort(HTTPStatus.BAD_REQUEST)


def _revision() -> int:
    number = request.form.get("revision", type=int)
    return number if number is not None and 0 <= number <= HIGHEST_REVISION else 0


def _after(token: str, sheet: Sheet, page: Sequence[Asked], where: str) -> str:
    slugs = [asks.item.slug for asks in sheet.asks]
    at = slugs.index(page[0].item.slug)
    if where == "overview" or (where == "next" and page[-1].item.slug == slugs[-1]):
        return url_for("expert.overview", token=token)
    to = {"next": at + 1, "previous": max(0, at - 1)}.get(where, at)
    return url_for(OPEN_TO, token=token, item=slugs[min(to, len(slugs) - 1)])


@bp.post("/save")
@public
@guessing
@writing
def save(token: str) -> ResponseReturnValue:
    """Save the page while one works, for scripts: 200 when kept, 409 with what is there if not.

    422 when something on it can be no answer: the rest was kept.
    """
    found = _asked(token)
    member, panel = found.member, found.panel
    over = jsonify(error=words.refusal(Why.NOT_OPEN), over=True), HTTPStatus.GONE
    if not is_open(member, panel) or not member.role:
        return over
    edition = queries.edition_of(panel)
    sheet = _sheet(member, panel, edition, queries.own_answers(member))
    page = _sent(sheet, panel)
    try:
        typed = entered(page, request.form)
    except Tampered:
        return jsonify(error=_("This answer is not in the quiz.")), HTTPStatus.BAD_REQUEST
    new = fit_to_keep(page, typed)
    saved = answering.save(member, new, revision=_revision())
    if isinstance(saved, Why):
        return over
    kept = _sheet(member, panel, edition, saved.answers)
    slugs = {asks.item.slug for asks in page}
    unfit = _impossible(_as_typed(page, typed))
    body = jsonify(
        error=_("Not everything is saved: an item says what it needs.") if unfit else None,
        lacks=dict.fromkeys(slugs, "") | {asks.item.slug: asks.lacks for asks in unfit},
        revision=saved.revision,
        states={asks.item.slug: kept.state(asks) for asks in kept.asks if asks.item.slug in slugs},
        left=None,
        saved_at=clock_time(saved.saved_at),
        content=as_fields(page, _as_responses(saved.answers)) if saved.is_stale else None,
    )
    if saved.is_stale:
        return body, HTTPStatus.CONFLICT
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if unfit else HTTPStatus.OK


@bp.route("/hand-in", methods=["GET", "POST"])
@public
@guessing
@writing
def overview(token: str) -> ResponseReturnValue:
    """Look once more, then hand in; after that it stays as it is."""
    found = _asked(token)
    member, panel = found.member, found.panel
    edition = queries.edition_of(panel)
    if request.method == "POST":
        refused = answering.hand_in(member, queries.weighings_of(edition))
        if refused:
            flash(words.refusal(refused))
        back = "expert.overview" if refused is Why.LACKING else "expert.start"
        return redirect(url_for(back, token=token), 303)
    if not is_open(member, panel) or not member.role:
        return redirect(url_for("expert.start", token=token), 303)
    return render_template(
        "panels/overview.html",
        token=token,
        panel=panel,
        edition=edition,
        sheet=_sheet(member, panel, edition, queries.own_answers(member)),
        nothing=NothingForm(),
    )
