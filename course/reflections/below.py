"""What other parts of the app say beside a reflection: what came back, who reads it, and why.

They register it when the app is made, as the parts of the home page do; this one knows none of
them.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from flask import Flask, current_app
from markupsafe import Markup

from course.curriculum.rubrics import RubricFile

# The id of the learner, the lesson and the step → a few words with a link, or nothing.
Part: TypeAlias = Callable[[int, str, str], Markup]


def register(app: Flask, part: Part) -> None:
    """Add a part; they stand in the order in which they were added."""
    app.extensions["beside_reflections"] = (*app.extensions.get("beside_reflections", ()), part)


def register_reader(app: Flask, part: Part) -> None:
    """Add a part that tells who reads the text, besides an instructor."""
    app.extensions["readers_of_reflections"] = (
        *app.extensions.get("readers_of_reflections", ()),
        part,
    )


def readers(user_id: int, lesson: str, step: str) -> list[Markup]:
    """Who will read what this learner hands in at this step, besides an instructor."""
    registered = current_app.extensions.get("readers_of_reflections", ())
    return [html for part in registered if (html := part(user_id, lesson, step))]


def register_check(app: Flask, part: Part) -> None:
    """Add a part that tells what one may still want to do before handing in; never a refusal."""
    app.extensions["checks_of_reflections"] = (
        *app.extensions.get("checks_of_reflections", ()),
        part,
    )


def checks(user_id: int, lesson: str, step: str) -> list[Markup]:
    """What this learner may still want to do before they hand in at this step."""
    registered = current_app.extensions.get("checks_of_reflections", ())
    return [html for part in registered if (html := part(user_id, lesson, step))]


def register_rubrics(app: Flask, part: Callable[[int, str, str], Sequence[RubricFile]]) -> None:
    """Set what tells by which rubrics the groups of a learner (an id) are asked at a step."""
    app.extensions["rubrics_of_reflections"] = part


def rubrics(user_id: int, lesson: str, step: str) -> Sequence[RubricFile]:
    """By which rubrics this learner's groups are asked here; [] where no group asks for it."""
    asked: Sequence[RubricFile] = current_app.extensions["rubrics_of_reflections"](
        user_id, lesson, step
    )
    return asked


def register_reasons(app: Flask, part: Callable[[int, str], Markup]) -> None:
    """Add a part that tells why a learner (an id) chose as they did elsewhere in a lesson."""
    app.extensions["reasons_at_reflections"] = (
        *app.extensions.get("reasons_at_reflections", ()),
        part,
    )


def reasons(user_id: int, lesson: str) -> list[Markup]:
    """Why this learner chose as they did in this lesson, outside its steps."""
    registered = current_app.extensions.get("reasons_at_reflections", ())
    return [html for part in registered if (html := part(user_id, lesson))]


def parts(user_id: int, lesson: str, step: str) -> list[Markup]:
    """What there is to say to this learner at this step."""
    registered = current_app.extensions.get("beside_reflections", ())
    return [html for part in registered if (html := part(user_id, lesson, step))]
