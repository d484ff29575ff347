"""The front page, the learner's home, the lesson player, glossary and reading list."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.accounts import session as browser
from course.accounts.models import User
from course.core.access import public, signed_in
from course.core.db import LARGEST_ID
from course.core.errors import resend_page
from course.core.forms import NothingForm
from course.core.htmx import leave_for
from course.core.i18n import _, clock_time
from course.core.security import limiter
from course.domain.progress import State
from course.groups import queries as groups
from course.lessons import actions, editions, queries, signals
from course.lessons import home as home_page
from course.lessons.kinds import kind_of
from course.lessons.notices import noticed
from course.lessons.visit import Visit, step_url

bp = Blueprint("lessons", __name__, template_folder="templates")
bp.add_app_template_global(step_url)

NOT_ANSWERS = frozenset({"csrf_token", "revision", "owner", "do"})
HIGHEST_REVISION = 2**31 - 2  # the next one must fit in an INTEGER of PostgreSQL
LONGEST_DRAFT = 128 * 1024  # bytes of fields at one step, their names included


def _me() -> User | None:
    return current_user if current_user.is_authenticated else None


def _visit(lesson: str, slug: str | None = None) -> Visit:
    return queries.visit(_me(), lesson, slug) or abort(404)


def _entered() -> dict[str, list[str]]:
    fields = {name: items for name, items in request.form.lists() if name not in NOT_ANSWERS}
    sent = [*fields, *(item for items in fields.values() for item in items)]
    if sum(len(text.encode()) for text in sent) > LONGEST_DRAFT:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    # Browsers send line ends as CRLF; stored texts have one kind, or drafts would seem to differ.
    return {name: [item.replace("\r\n", "\n") for item in items] for name, items in fields.items()}


def _is_blank(entered: Mapping[str, list[str]]) -> bool:
    return not any(text.strip() for items in entered.values() for text in items)


def _owner() -> int:
    """The user whose page the form stood on; 0 for a visitor's, and for what cannot be an id."""
    number = request.form.get("owner", type=int)
    return number if number is not None and 0 < number <= LARGEST_ID else 0


def _revision() -> int:
    """The draft that the form was made from; 0 for none, and for what a script made up."""
    number = request.form.get("revision", type=int)
    return number if number is not None and 0 <= number <= HIGHEST_REVISION else 0


@bp.get("/")
@public
def front() -> ResponseReturnValue:
    """What this is, and the lessons, open to read for everybody."""
    me = _me()
    return render_template(
        "lessons/front.html",
        course=editions.library().course,
        standings=queries.standings(me.id if me else None),
    )


@bp.get("/home")
@signed_in
def home() -> ResponseReturnValue:
    """Go on where you were; your groups; all lessons."""
    standings = queries.standings(current_user.id)
    busy = [item for item in standings.values() if item.progress.state is State.BUSY]
    return render_template(
        "lessons/home.html",
        course=editions.library().course,
        standings=standings,
        resume=max(busy, key=lambda item: str(item.seen_at), default=None),
        parts=home_page.parts(current_user.id),
        groups=groups.groups_of(current_user.id),
        nothing=NothingForm(),
    )


@bp.get("/lessons/<lesson>")
@public
def lesson(lesson: str) -> ResponseReturnValue:
    """The lesson's first page: what it is about, how long it takes, how far you are."""
    visit = noticed(_visit(lesson), is_front=True)
    newest = editions.library().current(lesson)
    return render_template(
        "lessons/lesson.html",
        visit=visit,
        lesson=visit.edition.lesson,
        newer=bool(visit.enrolment and newest and newest.hash != visit.edition.hash),
        nothing=NothingForm(),
    )


@bp.post("/lessons/<lesson>/begin")
@signed_in
def begin(lesson: str) -> ResponseReturnValue:
    """Begin, or go on where you were."""
    visit = _visit(lesson)
    if visit.enrolment is None:
        actions.begin(current_user.id, visit.edition, step=visit.step.slug)
    return redirect(visit.url, 303)


@bp.post("/lessons/<lesson>/again")
@signed_in
def begin_again(lesson: str) -> ResponseReturnValue:
    """Begin again on today's edition; offered between lessons, never forced."""
    visit = _visit(lesson)
    newest = editions.library().current(lesson)
    if visit.enrolment is None or newest is None or newest.hash == visit.edition.hash:
        return redirect(url_for("lessons.lesson", lesson=lesson), 303)
    actions.begin_again(visit.enrolment, newest)
    flash(_("You now follow the newest edition. Your earlier answers are kept."))
    return redirect(url_for("lessons.lesson", lesson=lesson), 303)


@bp.get("/lessons/<lesson>/finished")
@public
def finished(lesson: str) -> ResponseReturnValue:
    """The end of the lesson: what is done, what is still open, what to read."""
    visit = _visit(lesson)
    return render_template("lessons/finished.html", visit=visit, lesson=visit.edition.lesson)


@bp.get("/lessons/<lesson>/<slug>")
@public
def step(lesson: str, slug: str) -> ResponseReturnValue:
    """A step, shown by its kind."""
    visit = _visit(lesson, slug)
    if visit.user is None and not visit.entered:
        kept = queries.pending_of(browser.visitor(), lesson, slug)
        if kept:
            visit = visit.with_entered(kept.content)
    return kind_of(visit.step.kind).show(noticed(visit))


@bp.post("/lessons/<lesson>/<slug>")
@public
@limiter.limit("3000 per hour", exempt_when=lambda: current_user.is_authenticated)
def submit(lesson: str, slug: str) -> ResponseReturnValue:
    """An answer. A visitor's is kept until they have an account; a learner's goes to the kind.

    Reading asks for no account: that a page was read is kept without a word.
    """
    visit = _visit(lesson, slug)
    entered = _entered()
    if visit.user is None:
        if _is_blank(entered) and visit.step.kind != "read" and not _owner():
            nothing = visit.with_entered(entered)
            return kind_of(visit.step.kind).submit(nothing)  # which says what is missing
        visitor = browser.remember_visitor()
        if visit.step.kind == "read":
            actions.keep_for_visitor(visitor, lesson, slug, {}, owner=_owner())
            return redirect(visit.next_url, 303)
        actions.keep_for_visitor(visitor, lesson, slug, entered, owner=_owner())
        flash(_("We are keeping this for you. Sign in or create an account to continue."))
        door = "accounts.login" if _owner() else "accounts.sign_up"
        return leave_for(url_for(door, next=visit.url))
    if _owner() not in {0, visit.user.id}:
        return resend_page(
            HTTPStatus.CONFLICT,
            _("This page belongs to another account. Sign in with that account and send it again."),
        )
    if visit.enrolment is None:
        actions.begin(visit.user.id, visit.edition, step=slug)
        visit = _visit(lesson, slug)
    if request.form.get("do") == "save":
        return _save(visit, entered)
    answered = visit.with_entered(entered, sent_revision=_revision())
    return kind_of(visit.step.kind).submit(noticed(answered))


def _save(visit: Visit, entered: dict[str, list[str]]) -> ResponseReturnValue:
    """Save without JavaScript: back to the page, or both texts when another one is newer."""
    saved = actions.save_draft(visit.run.id, visit.step.slug, entered, revision=_revision())
    _tell(saved, visit.edition.lesson.slug, visit.step.slug, entered)
    if saved.stale:
        both = visit.with_entered(entered, conflict=saved)
        page = kind_of(visit.step.kind).show(both)
        return page, HTTPStatus.CONFLICT  # type: ignore[return-value]  # show() gives a page
    flash(_("Saved at %(time)s.", time=clock_time(saved.saved_at)))
    return redirect(visit.url, 303)


def _tell(saved: actions.Saved, lesson: str, step: str, entered: dict[str, list[str]]) -> None:
    """Tell who keeps earlier versions what was just saved, or what two windows differ in."""
    who = current_user._get_current_object()
    if saved.stale:
        texts = (saved.content, entered)
        signals.drafts_differ.send(who, lesson=lesson, step=step, texts=texts)
    else:
        signals.draft_saved.send(who, lesson=lesson, step=step, entered=entered)


@bp.post("/lessons/<lesson>/<slug>/draft")
@signed_in
def draft(lesson: str, slug: str) -> ResponseReturnValue:
    """Save while typing, for scripts: 200 when saved, 409 with the newer text when not."""
    owner = request.headers.get("X-Owner")
    if owner is not None and owner != str(current_user.id):
        # The page is of somebody who signed out; who signed in since does not get their text.
        return jsonify(error=_("You are signed out.")), HTTPStatus.UNAUTHORIZED
    entered, revision, notice = _entered(), _revision(), ""
    saved = actions.go_on_with_draft(current_user.id, lesson, slug, entered, revision=revision)
    if saved is None:
        enrolment, edition = queries.followed(current_user, lesson)
        step = edition.step(slug) if edition else None
        if edition is None or step is None:
            abort(HTTPStatus.NOT_FOUND)
        if enrolment is None:
            enrolment = actions.begin(current_user.id, edition, step=slug)
        saved = actions.save_draft(enrolment.id, slug, entered, revision=revision)
        # Only here, where another window was first: going on with a draft stays one statement.
        notice = kind_of(step.kind).notice(enrolment.id, slug)
    if saved.stale or saved.revision % signals.EVERY == 0:
        _tell(saved, lesson, slug, entered)
    body = jsonify(
        revision=saved.revision,
        saved_at=clock_time(saved.saved_at),
        content=saved.content if saved.stale else None,
        **({"notice": notice} if notice else {}),
    )
    return body, HTTPStatus.CONFLICT if saved.stale else HTTPStatus.OK


@bp.post("/lessons/<lesson>/<slug>/here")
@signed_in
def here(lesson: str, slug: str) -> ResponseReturnValue:
    """Remember that the learner is at this step, so that any device can go on there."""
    enrolment, edition = queries.followed(current_user, lesson)
    if edition is None or edition.step(slug) is None:
        abort(HTTPStatus.NOT_FOUND)
    if enrolment is not None and enrolment.last_step != slug:
        actions.be_at(enrolment, slug)
    return "", HTTPStatus.NO_CONTENT


@bp.get("/glossary")
@public
def glossary() -> ResponseReturnValue:
    """All terms, in the order of the language."""
    return render_template("lessons/glossary.html", terms=editions.library().glossary)


@bp.get("/reading")
@public
def reading() -> ResponseReturnValue:
    """The reading list, and all sources with how we know them."""
    library = editions.library()
    return render_template("lessons/reading.html", books=library.books, sources=library.sources)


@bp.get("/help")
@public
def help_page() -> ResponseReturnValue:
    """Keys, how saving works, accessibility."""
    return render_template("lessons/help.html")
