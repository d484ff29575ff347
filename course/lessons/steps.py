"""The simplest step kind: a page to read."""

from collections.abc import Sequence

from flask import redirect
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from course.core.i18n import _
from course.curriculum.schema import Step
from course.lessons import actions
from course.lessons.visit import Visit


class Read:
    """Reading is done when the reader goes on."""

    name = "read"
    texts: frozenset[str] = frozenset()

    def word(self) -> str:
        return _("Reading")

    def show(self, visit: Visit) -> ResponseReturnValue:
        return visit.render("lessons/read.html")

    def submit(self, visit: Visit) -> ResponseReturnValue:
        go_to = visit.following.slug if visit.following else visit.step.slug
        actions.finish_reading(visit.run, visit.step.slug, go_to=go_to)
        return redirect(visit.next_url, 303)

    def notice(self, enrolment_id: int, step: str) -> str:
        return ""

    def beside(self, visit: Visit, steps: Sequence[Step]) -> Markup:
        return Markup()
