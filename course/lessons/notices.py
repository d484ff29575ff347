"""What other parts of the app say at a lesson and its steps, such as until when there is.

They register it when the app is made, as the parts of the home page do; this one knows none of
them. Only who is signed in is told something.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from flask import Flask, current_app
from markupsafe import Markup

from course.lessons.visit import Visit

# A visit, and whether it is to the front of the lesson instead of a step → a few words, or nothing.
Notice: TypeAlias = Callable[[Visit, bool], Markup]


def register(app: Flask, notice: Notice) -> None:
    """Add a notice; they stand in the order in which they were added."""
    app.extensions["lesson_notices"] = (*app.extensions.get("lesson_notices", ()), notice)


def noticed(visit: Visit, *, is_front: bool = False) -> Visit:
    """The same visit with what there is to say to who is signed in."""
    if visit.user is None:
        return visit
    registered: tuple[Notice, ...] = current_app.extensions.get("lesson_notices", ())
    found = [html for notice in registered if (html := notice(visit, is_front))]
    return replace(visit, notices=found)
