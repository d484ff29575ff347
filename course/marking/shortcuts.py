"""The keys of the marking screen: the usual ones, or those that a marker chose; or none at all.

Only keys of one sign, pressed alone: what a browser does with Ctrl, Alt or Command stays its own.
The digits are for levels and the question mark is for the list of keys, so neither can be chosen.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.core.access import Role, requires
from course.core.db import db
from course.core.forms import NothingForm
from course.core.i18n import _
from course.marking.models import MarkingKeys

bp = Blueprint("shortcuts", __name__, template_folder="templates")

USUAL: Final[Mapping[str, str]] = {
    "next": "j",
    "previous": "k",
    "waiting": "u",
    "comment": "c",
    "phrase": "/",
}
CAN_BE_CHOSEN: Final = frozenset(string.ascii_lowercase + "/.,;-=")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one marker."""

    is_on: bool
    of: Mapping[str, str]  # a sign by action, for all of USUAL

    @property
    def working(self) -> Mapping[str, str]:
        """What the screen listens to; nothing while they are off."""
        return {**self.of, "level": "1-5"} if self.is_on else {}


def keys_of(user_id: int) -> Keys:
    """The keys that work for somebody; one query."""
    row = db.session.get(MarkingKeys, user_id)
    if row is None:
        return Keys(is_on=current_user.shortcuts, of=USUAL)
    return Keys(is_on=row.is_on, of={**USUAL, **row.chosen})


def actions() -> Mapping[str, str]:
    """What keys can do, in words, in the order of the list."""
    return {
        "next": _("next submission"),
        "previous": _("previous submission"),
        "waiting": _("next one that waits for you"),
        "comment": _("comment on the selected words, or on the decision where you are"),
        "phrase": _("search a phrase, Enter puts it in"),
    }


def problems_in(chosen: Mapping[str, str]) -> dict[str, str]:
    """Why these keys cannot be, by action; nothing when they can."""
    words = actions()
    taken: dict[str, str] = {}
    found: dict[str, str] = {}
    for action, key in chosen.items():
        if key not in CAN_BE_CHOSEN:
            found[action] = _("Choose one letter, or one of / . , ; - =")
        elif key in taken:
            found[action] = _(
                "%(key)s is the key for “%(other)s” already. Choose another one.",
                key=key.upper(),
                other=words[taken[key]],
            )
        taken.setdefault(key, action)
    return found


@bp.route("/teach/marking/keys", methods=["GET", "POST"])
@requires(Role.INSTRUCTOR, Role.ADMINISTRATOR)
def keys() -> ResponseReturnValue:
    """Choose a key for each action, take the usual ones, or switch them off."""
    if request.method != "POST":
        return _page(keys_of(current_user.id), {})
    if request.form.get("do") == "usual":
        chosen = Keys(is_on=True, of=USUAL)
    else:
        sent = {action: request.form.get(action, "").strip().lower() for action in USUAL}
        chosen = Keys(is_on=bool(request.form.get("is_on")), of=sent)
    problems = problems_in(chosen.of)
    if problems:
        return _page(chosen, problems), 422
    row = MarkingKeys(user_id=current_user.id, is_on=chosen.is_on, chosen=dict(chosen.of))
    db.session.merge(row)
    db.session.commit()
    flash(_("Saved. Your keys work on each marking screen that you open from now on."))
    return redirect(url_for("shortcuts.keys"), 303)


def _page(chosen: Keys, problems: Mapping[str, str]) -> str:
    return render_template(
        "marking/keys.html",
        keys=chosen,
        actions=actions(),
        problems=problems,
        nothing=NothingForm(),
    )
