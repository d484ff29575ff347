"""For who writes cases: the outline, the map, what the check says, and a look from any moment.

Writing itself is done in the files; on a development site a reload shows what changed.
"""

from dataclasses import replace

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from course.cases import editions
from course.cases.mapping import drawing, first_states, in_lines
from course.cases.play import Play, ledgers, notes_of
from course.cases.wording import Wording, kind_words
from course.core.access import Role, requires
from course.core.i18n import language
from course.curriculum import casecheck
from course.curriculum.edition import CaseEdition
from course.domain import branching
from course.lessons.editions import library

bp = Blueprint("authoring", __name__, url_prefix="/author/cases", template_folder="templates")

authors = requires(Role.INSTRUCTOR, Role.ADMINISTRATOR)
SIZES = ("small", "medium", "large")
HIGHEST_WEEK = 520


def _edition(slug: str) -> CaseEdition:
    return editions.current(slug) or abort(404)


@bp.get("/")
@authors
def cases() -> ResponseReturnValue:
    """All cases."""
    return render_template("cases/author_cases.html", cases=library().cases.values())


@bp.get("/<slug>")
@authors
def case(slug: str) -> ResponseReturnValue:
    """Outline first, then the map, with what the check found beside it."""
    edition = _edition(slug)
    found = casecheck.map_of(edition.case)
    size = request.args.get("size")
    return render_template(
        "cases/author_case.html",
        case=edition.case,
        found=found,
        sentences=[(item, casecheck.sentence(item)) for item in found.findings],
        drawing=drawing(edition.case),
        size=size if size in SIZES else SIZES[1],
        sizes=SIZES,
        titles={node.slug: node.title for node in edition.case.nodes},
        labels={node.slug: in_lines(node.title[language()]) for node in edition.case.nodes},
        kinds=kind_words(),
        wording=Wording(edition.case, language()),
    )


@bp.get("/<slug>/preview")
@authors
def preview(slug: str) -> ResponseReturnValue:
    """A moment as a student sees it who comes there first; the ledgers can be set by hand."""
    edition = _edition(slug)
    game = edition.playable
    node = request.args.get("node", edition.case.start)
    if node not in game.by_slug:
        abort(404)
    first = first_states(edition.hash, game).get(node) or replace(branching.begin(game), node=node)
    values = tuple(
        variable.clamp(_asked(variable.name, initial))
        for variable, initial in zip(game.variables, first.values, strict=True)
    )
    week = min(HIGHEST_WEEK, max(0, _asked("week", first.week)))
    state = replace(first, values=values, week=week)
    play = Play(edition=edition, state=state)
    return render_template(
        "cases/author_preview.html",
        play=play,
        case=edition.case,
        node=play.node,
        sides=ledgers(edition, state, language()),
        values=dict(zip(game.places, values, strict=True)),
        notes=notes_of(play, language()),
    )


def _asked(name: str, otherwise: int) -> int:
    found = request.args.get(name, type=int)
    return otherwise if found is None else max(-1000, min(1000, found))
