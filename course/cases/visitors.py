"""Playing without an account: the choices wait in the browser's own cookie.

The cookie is signed, so nobody can put a state in it that the case would not give; and only the
choices are kept, so it stays small.
"""

from typing import Any, Final

from flask import session

from course.accounts.models import User
from course.cases import actions, editions
from course.cases.models import LONGEST_WHY
from course.cases.play import Chosen, Play, changed_between
from course.curriculum.edition import CaseEdition
from course.domain import branching

KEY: Final = "cases"
MOST_CASES: Final = 3  # a cookie holds four kilobytes
MOST_CHOICES: Final = 60
LONGEST_KEPT: Final = 300  # characters of a prediction's reason


def _kept() -> dict[str, Any]:
    found = session.get(KEY)
    return dict(found) if isinstance(found, dict) else {}


def played(edition: CaseEdition) -> tuple[Play, list[Chosen]] | None:
    """Where this visitor is in today's edition, with every choice; None before they begin.

    Who began an edition that has changed since begins anew: nothing of theirs is stored with us.
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
    play = Play(
        edition=edition,
        state=state,
        at=len(path),
        last=path[-1] if path else None,
        predicted=kept.get("predicted"),
        predicted_why=kept.get("why"),
    )
    return play, path


def begin(edition: CaseEdition) -> None:
    """Begin, or begin again."""
    _keep(edition, {"hash": edition.hash[:12], "path": []})


def choose(play: Play, option: str, *, at: int) -> None:
    """As :func:`course.cases.actions.choose`, in the cookie."""
    kept = _kept()[play.edition.case.slug]
    path = list(kept["path"])
    if at != len(path):
        again = at == len(path) - 1 and path[at] == option
        raise actions.AlreadyThere("") if again else actions.Elsewhere(actions.left_behind())
    if len(path) >= MOST_CHOICES:
        raise actions.Elsewhere(actions.too_long())
    branching.step(play.edition.playable, play.state, option)
    _keep(play.edition, {**kept, "path": [*path, option]})


def go_back(play: Play, number: int) -> None:
    """Stand where one stood after choice ``number``; the cookie keeps one line only."""
    kept = _kept()[play.edition.case.slug]
    _keep(play.edition, {**kept, "path": kept["path"][: max(0, number)]})


def predict(play: Play, satisfied: int, why: str) -> None:
    """As :func:`course.cases.actions.predict`, in the cookie."""
    kept = _kept()[play.edition.case.slug]
    if "predicted" not in kept:
        _keep(play.edition, {**kept, "predicted": satisfied, "why": why[:LONGEST_KEPT]})


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
            actions.adopt(
                user,
                edition,
                [str(option) for option in kept.get("path", ())],
                predicted=kept.get("predicted"),
                why=why,
            )
    session.pop(KEY, None)
