"""Playing without an account: the choices wait in the browser's own cookie.

The cookie is signed, so nobody can put a state in it that the case would not give; and only the
choices are kept, so it stays small.
"""

from typing import Any, Final

from flask import flash, session

from course.accounts.models import User
from course.cases import actions, editions
from course.cases.models import LONGEST_WHY
from course.cases.play import Chosen, Play, changed_between
from course.cases.trail import Trail
from course.core.i18n import _, language
from course.curriculum.edition import CaseEdition
from course.domain import branching

KEY: Final = "cases"
MOST_CASES: Final = 3  # a cookie holds four kilobytes
MOST_CHOICES: Final = 60
LONGEST_KEPT: Final = 300  # characters of a prediction's reason


def _kept() -> dict[str, Any]:
    found = session.get(KEY)
    return dict(found) if isinstance(found, dict) else {}


def played(edition: CaseEdition) -> Trail | None:
    """Where this visitor is in today's edition, with every choice; None before they begin.

    The cookie keeps one line: it stays after going back, until they choose differently. Who began
    an edition that has changed since begins anew: nothing of theirs is stored with us.
    """
    kept = _kept().get(edition.case.slug)
    if not isinstance(kept, dict) or kept.get("hash") != edition.hash[:12]:
        return None
    state = branching.begin(edition.playable)
    path: list[Chosen] = []
    for number, option in enumerate(kept.get("path", ()), start=1):
        try:
            after = branching.step(edition.playable, state, str(option))
        except branching.Unavailable:
            break
        changed = tuple(changed_between(edition, state, after))
        path.append(Chosen(number, number - 1, 1, state.node, str(option), after, changed))
        state = after
    at = min(_at(kept), len(path))
    states = [branching.begin(edition.playable), *(item.state for item in path)]
    play = Play(
        edition=edition,
        state=states[at],
        at=at,
        last=path[at - 1] if at else None,
        before=states[at - 1] if at else None,
        predicted=kept.get("predicted"),
        predicted_why=kept.get("why"),
    )
    return Trail(play=play, choices=path, predicted_end=kept.get("of"))


def standings() -> dict[str, Trail]:
    """What this browser played and we still have, by slug."""
    found = {}
    for slug in _kept():
        edition = editions.current(slug)
        trail = played(edition) if edition else None
        if trail:
            found[slug] = trail
    return found


def _at(kept: dict[str, Any]) -> int:
    """After how many choices of the path they stand."""
    found = kept.get("at")
    return found if isinstance(found, int) else len(kept["path"])


def begin(edition: CaseEdition) -> None:
    """Begin, or begin again."""
    _keep(edition, {"hash": edition.hash[:12], "path": []})


def choose(play: Play, option: str, *, at: int) -> None:
    """As :func:`course.cases.actions.choose`, in the cookie."""
    kept = _kept()[play.edition.case.slug]
    path, here = list(kept["path"]), play.at
    if at != here:
        again = at == here - 1 and path[at] == option
        raise actions.AlreadyThere("") if again else actions.Elsewhere(actions.left_behind())
    if here >= MOST_CHOICES:
        raise actions.Elsewhere(actions.too_long())
    branching.step(play.edition.playable, play.state, option)
    if path[here : here + 1] != [option]:  # the same way again keeps what comes after
        path = [*path[:here], option]
    _keep(play.edition, {**kept, "path": path, "at": here + 1})


def go_back(play: Play, number: int) -> None:
    """Stand where one stood after choice ``number``; the line is kept until another choice.

    Raises :exc:`actions.Elsewhere` for a number that it does not have.
    """
    kept = _kept()[play.edition.case.slug]
    if not 0 <= number <= len(kept["path"]):
        raise actions.Elsewhere(actions.no_such_moment())
    _keep(play.edition, {**kept, "at": number})


def predict(play: Play, satisfied: int, why: str) -> None:
    """As :func:`course.cases.actions.predict`, in the cookie."""
    kept = _kept()[play.edition.case.slug]
    if "predicted" not in kept:
        said = {"predicted": satisfied, "why": why[:LONGEST_KEPT], "of": play.node.slug}
        _keep(play.edition, {**kept, **said})


def _keep(edition: CaseEdition, kept: dict[str, Any]) -> None:
    others = {slug: item for slug, item in _kept().items() if slug != edition.case.slug}
    newest = list(others.items())[-(MOST_CASES - 1) :]
    session[KEY] = {**dict(newest), edition.case.slug: kept}


def adopt_played(user: User, **_more: Any) -> None:
    """Receiver of ``signed_in``: what was played in this browser comes along to the account."""
    for slug, kept in _kept().items():
        edition = editions.current(slug)
        if edition and isinstance(kept, dict) and kept.get("hash") == edition.hash[:12]:
            why = str(kept.get("why") or "")[:LONGEST_WHY] or None
            choices = [str(option) for option in kept.get("path", ())]
            taken = actions.adopt(
                user,
                edition,
                choices,
                predicted=kept.get("predicted"),
                why=why,
                at=_at(kept),
            )
            if not taken and choices:
                flash(_not_taken(edition))
    session.pop(KEY, None)


def _not_taken(edition: CaseEdition) -> str:
    return _(
        "You also played “%(title)s” in this browser before you signed in. Your account has its "
        "own trail in this case, so that one stays and the other is gone.",
        title=edition.case.title[language()],
    )
