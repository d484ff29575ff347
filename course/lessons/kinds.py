"""The registry of step kinds. The player shows a rail and asks the kind for the rest.

A feature above registers its kind when the app is made; the player never imports it. So a new
kind of step touches the schema and its own folder, and nothing here.
"""

from collections.abc import Sequence
from typing import Protocol

from flask import Flask, current_app
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from course.curriculum.schema import Step
from course.lessons.visit import Visit


class StepKind(Protocol):
    """How one kind of step is shown and answered."""

    name: str
    texts: frozenset[str]  # the fields in which people write, rather than choose

    def word(self) -> str:
        """What the rail calls it, in the language of the request: "Weighing"."""

    def show(self, visit: Visit) -> ResponseReturnValue:
        """The page for this visit; the visitor may be signed in or not."""

    def submit(self, visit: Visit) -> ResponseReturnValue:
        """Take what was sent. The learner is enrolled; ``visit.entered`` holds the form.

        A form with nothing in it may be a visitor's as well: it is refused, and nothing is kept.
        """

    def notice(self, enrolment_id: int, step: str) -> str:
        """What to tell who saves a draft here in a window that is behind; "" for nothing."""

    def beside(self, visit: Visit, steps: Sequence[Step]) -> Markup:
        """What the learner did at ``steps`` of this kind, in short, as HTML beside another one."""


def register(app: Flask, kind: StepKind) -> None:
    """Add a kind; two of the same name are a mistake."""
    kinds = app.extensions.setdefault("step_kinds", {})
    if kind.name in kinds:
        raise ValueError(f"the step kind {kind.name!r} is registered twice")
    kinds[kind.name] = kind


def kind_of(name: str) -> StepKind:
    """The kind with this name. Raises :exc:`KeyError` for one that nobody registered."""
    kind: StepKind = current_app.extensions["step_kinds"][name]
    return kind
