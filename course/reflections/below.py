"""What other parts of the app say beside a reflection, such as that feedback came back.

They register it when the app is made, as the parts of the home page do; this one knows none of
them.
"""

from collections.abc import Callable
from typing import TypeAlias

from flask import Flask, current_app
from markupsafe import Markup

# The id of the learner, the lesson and the step → a few words with a link, or nothing.
Part: TypeAlias = Callable[[int, str, str], Markup]


def register(app: Flask, part: Part) -> None:
    """Add a part; they stand in the order in which they were added."""
    app.extensions["beside_reflections"] = (*app.extensions.get("beside_reflections", ()), part)


def parts(user_id: int, lesson: str, step: str) -> list[Markup]:
    """What there is to say to this learner at this step."""
    registered = current_app.extensions.get("beside_reflections", ())
    return [html for part in registered if (html := part(user_id, lesson, step))]
