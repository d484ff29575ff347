"""The library of cases, playing one, its trail, and how it ended."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.cases import actions, editions, queries, visitors
from course.cases.forms import NothingForm, choice_form, prediction_form
from course.cases.picture import lines
from course.cases.play import SIDES, Chosen, Play, hours, ledgers, option_of
from course.core.access import public
from course.core.i18n import _, language
from course.curriculum.cases import CaseNode, CaseOption, paragraphs
from course.curriculum.edition import CaseEdition
from course.domain import branching
from course.domain.branching import Kind
from course.lessons.editions import library

bp = Blueprint("cases", __name__, url_prefix="/cases", template_folder="templates")
bp.add_app_template_filter(paragraphs)
bp.add_app_template_filter(hours, "as_hours")
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
    return found[0] if found else None


def _choices(play: Play) -> list[Chosen]:
    if play.row is not None:
        return queries.turns(play.row.id)
    found = visitors.played(play.edition)
    return found[1] if found else []


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
    )


@bp.get("/<slug>")
@public
def case(slug: str) -> ResponseReturnValue:
    """What the case is about, and the button to begin or go on."""
    play = _play(slug)
    edition = play.edition if play else _edition(slug)
    return render_template("cases/case.html", edition=edition, play=play, nothing=NothingForm())


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
    elif again and play.has_ended:
        actions.begin(current_user.id, edition, number=play.number + 1)
    return redirect(url_for("cases.moment", slug=slug), 303)


@bp.get("/<slug>/play")
@public
def moment(slug: str) -> ResponseReturnValue:
    """The moment where one is."""
    play = _play(slug)
    if play is None:
        return redirect(url_for("cases.case", slug=slug), 303)
    return _moment(play)


def _moment(play: Play) -> str:
    if play.has_ended:
        return _page("cases/end.html", play, form=prediction_form())
    return _page("cases/moment.html", play, form=choice_form(play, language()))


def _page(template: str, play: Play, **context: object) -> str:
    changed = play.last.changed if play.last else ()
    return render_template(
        template,
        play=play,
        case=play.edition.case,
        node=play.node,
        sides=ledgers(play.edition, play.state, language(), changed),
        notes=_notes(play),
        **context,
    )


def _notes(play: Play) -> list[str]:
    texts = {note.slug: note.text[language()] for note in play.edition.case.notes}
    return [texts[slug] for slug in play.state.notes if slug in texts]


@bp.post("/<slug>/choose")
@public
def choose(slug: str) -> ResponseReturnValue:
    """Make a choice. An older page, or a choice that is not offered, changes nothing."""
    play = _play(slug)
    if play is None:
        return redirect(url_for("cases.case", slug=slug), 303)
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
        return redirect(url_for("cases.case", slug=slug), 303)
    number = _number("to")
    try:
        if play.row is not None:
            actions.go_back(play, number)
        else:
            visitors.go_back(play, number)
    except actions.Elsewhere as error:
        return _left_behind(play, error.message)
    flash(_("You are back at this moment. What you chose before stays in your trail."))
    return redirect(url_for("cases.moment", slug=slug), 303)


@bp.post("/<slug>/predict")
@public
def predict(slug: str) -> ResponseReturnValue:
    """Say how satisfied the client will be; then their own account opens."""
    play = _play(slug)
    if play is None or not play.has_ended:
        return redirect(url_for("cases.moment", slug=slug), 303)
    form = prediction_form()
    if not form.validate():
        return _page("cases/end.html", play, form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    write = actions.predict if play.row is not None else visitors.predict
    write(play, int(form.satisfied.data), form.why.data or "")
    return redirect(url_for("cases.result", slug=slug), 303)


@bp.get("/<slug>/trail")
@public
def trail(slug: str) -> ResponseReturnValue:
    """All that was chosen, on every line, to reopen and to go back to."""
    play = _play(slug)
    if play is None:
        return redirect(url_for("cases.case", slug=slug), 303)
    choices = _choices(play)
    current = queries.path_to(choices, play.at)
    on_path = {item.number for item in current}
    return render_template(
        "cases/trail.html",
        play=play,
        case=play.edition.case,
        path=[_told(play.edition, item) for item in current],
        others=[_told(play.edition, item) for item in choices if item.number not in on_path],
        nothing=NothingForm(),
    )


@bp.get("/<slug>/trail/<int:number>")
@public
def earlier(slug: str, number: int) -> ResponseReturnValue:
    """An earlier moment, to read only: what it looked like before choice ``number``."""
    play = _play(slug)
    if play is None:
        return redirect(url_for("cases.case", slug=slug), 303)
    choices = {item.number: item for item in _choices(play)}
    chosen = choices.get(number) or abort(404)
    parent = choices.get(chosen.parent)
    before = parent.state if parent else branching.begin(play.edition.playable)
    return render_template(
        "cases/earlier.html",
        play=play,
        case=play.edition.case,
        chosen=chosen,
        node=play.edition.node(chosen.node),
        option=option_of(play.edition, chosen),
        week=before.week,
        sides=ledgers(play.edition, before, language()),
        nothing=NothingForm(),
    )


def _told(edition: CaseEdition, chosen: Chosen) -> tuple[Chosen, CaseNode, CaseOption]:
    return chosen, edition.node(chosen.node), option_of(edition, chosen)


@bp.get("/<slug>/result")
@public
def result(slug: str) -> ResponseReturnValue:
    """How it ended for client, worker and agreement, and what else could have been done."""
    play = _play(slug)
    if play is None or not play.has_ended or play.predicted is None:
        return redirect(url_for("cases.moment", slug=slug), 303)
    edition, lang = play.edition, language()
    path = queries.path_to(_choices(play), play.at)
    first = branching.begin(edition.playable, session=play.state.session)
    states = [first, *(item.state for item in path)]
    return _page(
        "cases/result.html",
        play,
        path=[_told(edition, item) for item in path],
        not_taken=[
            (edition.node(item.node), option)
            for item in path
            for option in edition.node(item.node).options
            if option.slug != item.option and edition.node(item.node).kind is not Kind.SCENE
        ],
        pictures={side: lines(edition, states, side, lang) for side in SIDES},
        moments=[(state.week, ledgers(edition, state, lang)) for state in states],
        titles=[edition.node(state.node).title[lang] for state in states],
        opens_more=play.number > 1 or play.lines > 1,
        places=queries.places(play.row.user_id if play.row else None, slug),
        nothing=NothingForm(),
    )


@bp.get("/<slug>/paper")
@public
def paper(slug: str) -> ResponseReturnValue:
    """The letter or talking note that came of a dialogue, from one's own arguments."""
    play = _play(slug)
    if play is None or play.edition.case.counterpart is None:
        abort(404)
    path = queries.path_to(_choices(play), play.at)
    said = [option_of(play.edition, item) for item in path]
    return render_template(
        "cases/paper.html",
        play=play,
        case=play.edition.case,
        sentences=[option.line[language()] for option in said if option.line],
    )
