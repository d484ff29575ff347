"""The library of cases, playing one, its trail, and how it ended."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.cases import actions, editions, queries, visitors
from course.cases.forms import choice_form, prediction_form
from course.cases.picture import courses
from course.cases.play import (
    SIDES,
    Chosen,
    Play,
    first_sentence,
    hours,
    ledgers,
    notes_of,
    option_of,
)
from course.cases.trail import Ending, Trail, not_taken
from course.core.access import public
from course.core.clock import now
from course.core.forms import NothingForm
from course.core.i18n import _, language
from course.curriculum.cases import CaseNode, CaseOption, paragraphs
from course.curriculum.edition import CaseEdition
from course.domain import branching
from course.lessons.editions import library

bp = Blueprint("cases", __name__, url_prefix="/cases", template_folder="templates")
bp.add_app_template_filter(paragraphs)
bp.add_app_template_filter(hours, "as_hours")
bp.add_app_template_filter(first_sentence)
MOST_TURNS = 10_000  # a number in a form beyond this is nobody's


def _edition(slug: str) -> CaseEdition:
    return editions.current(slug) or abort(404)


def _play(slug: str) -> Play | None:
    """Where the viewer is in this case; None before they begin. 404 for a case there is not."""
    if current_user.is_authenticated:
        play = queries.newest(current_user.id, slug)
        if play is None:
            _edition(slug)
        return play
    found = visitors.played(_edition(slug))
    return found.play if found else None


def _trails(slug: str) -> list[Trail]:
    """Every time that the viewer played this case, the newest last. 404 for a case there is not."""
    if current_user.is_authenticated:
        found = queries.trails(current_user.id, slug)
        if not found:
            _edition(slug)
        return found
    trail = visitors.played(_edition(slug))
    return [trail] if trail else []


def _asked(trails: Sequence[Trail]) -> Trail:
    """The time that the address asks for, by ``time``; the newest unless told otherwise."""
    if "time" not in request.args:
        return trails[-1]
    number = request.args.get("time", type=int)
    return next((item for item in trails if item.play.number == number), None) or abort(404)


def _to_case(slug: str) -> ResponseReturnValue:
    return redirect(url_for("cases.case", slug=slug), 303)


def _number(field: str) -> int:
    """The number of a choice in a form; -1 for what no page of ours sends."""
    found = request.form.get(field, type=int)
    return found if found is not None and 0 <= found <= MOST_TURNS else -1


@bp.get("/")
@public
def cases() -> ResponseReturnValue:
    """All cases, open to play for everybody."""
    known = current_user.is_authenticated
    return render_template(
        "cases/cases.html",
        cases=library().cases.values(),
        standings=queries.standings(current_user.id) if known else {},
        in_browser=visitors.standings() if not known else {},
    )


@bp.get("/<slug>")
@public
def case(slug: str) -> ResponseReturnValue:
    """What the case is about, and the button to begin or go on."""
    trails = _trails(slug)
    play = trails[-1].play if trails else None
    return render_template(
        "cases/case.html",
        edition=play.edition if play else _edition(slug),
        play=play,
        trails=trails,
        places=queries.begun_places(current_user.id, slug) if _is_known() else [],
        nothing=NothingForm(),
    )


def _is_known() -> bool:
    return bool(current_user.is_authenticated)


@bp.post("/<slug>/begin")
@public
def begin(slug: str) -> ResponseReturnValue:
    """Begin, go on where one was, or with ``again`` begin once more from the start."""
    play = _play(slug)
    again = "again" in request.form
    edition = _edition(slug)
    if not current_user.is_authenticated:
        if play is None or again:
            visitors.begin(edition)
    elif play is None:
        actions.begin(current_user.id, edition)
    elif again and (play.has_ended or (play.row is not None and play.row.ended_at)):
        actions.begin(current_user.id, edition, number=play.number + 1)
    return redirect(url_for("cases.moment", slug=slug), 303)


@bp.get("/<slug>/play")
@public
def moment(slug: str) -> ResponseReturnValue:
    """The moment where one is."""
    play = queries.newest_with_before(current_user.id, slug) if _is_known() else _play(slug)
    if play is None:
        _edition(slug)
        return _to_case(slug)
    if play.has_ended:
        form = prediction_form(play.edition.case, language())
        return _page("cases/end.html", play, form=form)
    return _page("cases/moment.html", play, form=choice_form(play, language()))


def _page(template: str, play: Play, **context: object) -> str:
    return render_template(
        template,
        play=play,
        case=play.edition.case,
        node=play.node,
        sides=ledgers(play.edition, play.state, language(), play.before),
        notes=notes_of(play, language()),
        **context,
    )


@bp.post("/<slug>/choose")
@public
def choose(slug: str) -> ResponseReturnValue:
    """Make a choice. An older page, or a choice that is not offered, changes nothing."""
    play = _play(slug)
    if play is None:
        return _to_case(slug)
    at, option = _number("at"), request.form.get("option", "")
    here = url_for("cases.moment", slug=slug)
    if at == play.at and not option and not play.has_ended:
        form = choice_form(play, language())
        form.validate()
        return _page("cases/moment.html", play, form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    if play.row is not None and request.form.get("owner", type=int) not in {None, play.row.user_id}:
        return _left_behind(play, _("This page belongs to another account. Nothing was changed."))
    try:
        if play.row is not None:
            actions.choose(play, option, at=at)
        else:
            visitors.choose(play, option, at=at)
    except actions.AlreadyThere:
        return redirect(f"{here}#moment", 303)
    except actions.Elsewhere as error:
        return _left_behind(_play(slug) or play, error.message)
    except branching.Unavailable:
        return _left_behind(play, _("That cannot be done here now. Nothing was changed."))
    return redirect(f"{here}#moment", 303)


def _left_behind(play: Play, message: str) -> ResponseReturnValue:
    """The page of where one really is, with what was wrong."""
    context = {"play": play, "case": play.edition.case, "node": play.node, "message": message}
    return render_template("cases/elsewhere.html", **context), HTTPStatus.CONFLICT


@bp.post("/<slug>/back")
@public
def back(slug: str) -> ResponseReturnValue:
    """Go back to after a choice, to choose differently from there; the old way stays."""
    play = _play(slug)
    if play is None:
        return _to_case(slug)
    number = _number("to")
    try:
        if play.row is not None:
            actions.go_back(play, number)
        else:
            visitors.go_back(play, number)
    except actions.Elsewhere as error:
        return _left_behind(play, error.message)
    if _is_known():
        flash(_("You are back at this moment. What you chose before stays in your trail."))
    else:
        flash(_("You are back at this moment. The way you took goes once you choose differently."))
    return redirect(url_for("cases.moment", slug=slug), 303)


@bp.post("/<slug>/predict")
@public
def predict(slug: str) -> ResponseReturnValue:
    """Say how satisfied the client will be; then their own account opens."""
    play = _play(slug)
    if play is None or not play.has_ended:
        return redirect(url_for("cases.moment", slug=slug), 303)
    form = prediction_form(play.edition.case, language())
    if not form.validate():
        return _page("cases/end.html", play, form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    write = actions.predict if play.row is not None else visitors.predict
    write(play, int(form.satisfied.data), form.why.data or "")
    return redirect(url_for("cases.result", slug=slug), 303)


@bp.get("/<slug>/trail")
@public
def trail(slug: str) -> ResponseReturnValue:
    """All that was chosen, line by line, to reopen and to go back to; of one time."""
    trails = _trails(slug)
    if not trails:
        return _to_case(slug)
    found = _asked(trails)
    edition = found.play.edition
    return render_template(
        "cases/trail.html",
        play=found.play,
        case=edition.case,
        trail=found,
        trails=trails,
        lines=[(line, [_told(found, item) for item in line.choices]) for line in found.lines],
        nothing=NothingForm(),
    )


@bp.get("/<slug>/trail/<int:number>")
@public
def earlier(slug: str, number: int) -> ResponseReturnValue:
    """An earlier moment, to read only: what it looked like before choice ``number``."""
    trails = _trails(slug)
    if not trails:
        return _to_case(slug)
    found = _asked(trails)
    edition = found.play.edition
    chosen = next((item for item in found.choices if item.number == number), None) or abort(404)
    before = found.before(chosen)
    others = len(branching.available(edition.playable, before)) - 1
    return render_template(
        "cases/earlier.html",
        play=found.play,
        case=edition.case,
        trail=found,
        chosen=chosen,
        node=edition.node(chosen.node),
        option=option_of(edition, chosen),
        week=before.week,
        sides=ledgers(edition, before, language()),
        can_differ=others > 0 and found.is_newest,
        nothing=NothingForm(),
    )


def _told(trail: Trail, chosen: Chosen) -> tuple[Chosen, CaseNode, CaseOption, int]:
    """A choice with its texts, and the week in which it was made."""
    edition = trail.play.edition
    node, option = edition.node(chosen.node), option_of(edition, chosen)
    return chosen, node, option, trail.before(chosen).week


@bp.get("/<slug>/result")
@public
def result(slug: str) -> ResponseReturnValue:
    """How it ended for client, worker and agreement, and what else could have been done.

    Of the end where one stands, or by ``time`` and ``end`` of one that was reached before. Who is
    half-way, or has not said yet what they expect, is told so.
    """
    trails = _trails(slug)
    if not trails:
        return _to_case(slug)
    found = _asked(trails)
    asked = request.args.get("end", type=int) if "end" in request.args else found.play.at
    ending = found.ending(asked)
    if ending is None and "end" in request.args:
        abort(404)
    if ending is not None and found.is_heard:
        return _result(found, ending, trails)
    if ending is not None and ending.number == found.play.at:
        return redirect(url_for("cases.moment", slug=slug), 303)
    return render_template(
        "cases/half_way.html",
        play=found.play,
        case=found.play.edition.case,
        trail=found,
        trails=trails,
        nothing=NothingForm(),
    )


def _result(trail: Trail, ending: Ending, trails: Sequence[Trail]) -> str:
    play, edition, lang = trail.play, trail.play.edition, language()
    path = trail.path_to(ending.number)
    states = [trail.start, *(item.state for item in path)]
    at_end = ledgers(edition, states[-1], lang)
    return render_template(
        "cases/result.html",
        play=play,
        case=edition.case,
        node=ending.node,
        trail=trail,
        trails=trails,
        ending=ending,
        sides=at_end,
        expected_of=edition.node(trail.predicted_end) if trail.predicted_end else None,
        path=[_told(trail, item) for item in path],
        not_taken=not_taken(trail, path, trails),
        courses={side: courses(edition, states, side, lang) for side in SIDES},
        moments=[
            (state.week, edition.node(state.node).title[lang], ledgers(edition, state, lang, was))
            for was, state in zip([None, *states], states, strict=False)
        ],
        opens_more=len(trails) > 1 or play.lines > 1,
        places=queries.places(play.row.user_id if play.row else None, edition.case.slug),
        today=now(),
        nothing=NothingForm(),
    )


@bp.get("/<slug>/paper")
@public
def paper(slug: str) -> ResponseReturnValue:
    """The letter or talking note that came of a dialogue, from one's own arguments.

    Of where one stands; by ``time`` and ``end`` of an end that was reached before.
    """
    trails = _trails(slug)
    if not trails or trails[-1].play.edition.case.counterpart is None:
        abort(404)
    found = _asked(trails)
    play = found.play
    asked = request.args.get("end", type=int) if "end" in request.args else play.at
    ending = found.ending(asked)
    if ending is None and "end" in request.args:
        abort(404)
    path = found.path_to(ending.number if ending else play.at)
    said = [option_of(play.edition, item) for item in path]
    return render_template(
        "cases/paper.html",
        play=play,
        case=play.edition.case,
        trail=found,
        ending=ending,
        sentences=[option.line[language()] for option in said if option.line],
        today=now(),
    )
