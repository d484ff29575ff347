"""What other parts of the app add to a learner's home page, below "pick up where you left off".

They register it when the app is made, as they register the kinds of steps; this part of the app
knows none of them.
"""

from collections.abc import Callable
from typing import TypeAlias

from flask import Flask, current_app
from markupsafe import Markup

Part: TypeAlias = Callable[[int], Markup]  # the id of the learner → a section, or nothing


def register(app: Flask, part: Part) -> None:
    """Add a part; they stand in the order in which they were added."""
    app.extensions.setdefault("home_parts", []).append(part)


def parts(user_id: int) -> list[Markup]:
    """The sections of this learner, without those that have nothing to say."""
    registered: list[Part] = current_app.extensions["home_parts"]
    return [html for part in registered if (html := part(user_id))]
