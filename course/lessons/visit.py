"""One request at one step: everything that a step kind needs to show or take an answer."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Protocol, Self

from flask import render_template, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Field

from course.accounts.models import User
from course.core.i18n import language
from course.curriculum.edition import Edition
from course.curriculum.schema import BaseStep, Step
from course.domain.progress import Progress, StepState
from course.lessons.models import Draft, Enrolment

MOST_FIXED_PARTS: Final = 2000  # of a few KB each
_fixed_parts: dict[tuple[str, str, str, str, Hashable], Markup] = {}


def step_url(lesson: str, step: str) -> str:
    """The address of a step. A page has one for each step, and url_for takes twenty times as long.

    For slugs that exist: they hold nothing that an address would have to escape.
    """
    return f"{request.script_root}/lessons/{lesson}/{step}"


class Kept(Protocol):
    """A draft as the database holds it."""

    @property
    def revision(self) -> int: ...
    @property
    def content(self) -> Mapping[str, list[str]]: ...
    @property
    def saved_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is at which step of which edition, with what is done and what was typed before."""

    user: User | None
    edition: Edition
    step: Step
    progress: Progress
    states: Mapping[str, StepState]
    enrolment: Enrolment | None = None
    draft: Draft | None = None
    entered: Mapping[str, list[str]] = field(default_factory=dict)  # to fill the form with
    sent_revision: int = 0  # the draft that the sent form was made from
    conflict: Kept | None = None  # a newer draft than that one
    language: str = field(default_factory=language)
    is_marked: bool = False  # a marker reads what this learner did
    notices: Sequence[Markup] = ()  # see course.lessons.notices

    @property
    def is_done(self) -> bool:
        return self.states[self.step.slug] is StepState.DONE

    @property
    def revision(self) -> int:
        """The number of the draft that the page shows; 0 when there is none."""
        newest: Kept | None = self.conflict or self.draft
        return newest.revision if newest else 0

    @property
    def form_data(self) -> MultiDict[str, str]:
        """What was typed before, as a form reads it."""
        return MultiDict([(name, item) for name, items in self.entered.items() for item in items])

    @property
    def run(self) -> Enrolment:
        """The enrolment, where the caller knows that there is one."""
        if self.enrolment is None:
            raise RuntimeError("this visitor has not begun the lesson")
        return self.enrolment

    @property
    def place(self) -> int:
        """The number of this step, from 1."""
        return self._slugs.index(self.step.slug) + 1

    @property
    def previous(self) -> BaseStep | None:
        place = self.place
        return self.edition.lesson.steps[place - 2] if place > 1 else None

    @property
    def following(self) -> BaseStep | None:
        steps = self.edition.lesson.steps
        return steps[self.place] if self.place < len(steps) else None

    @property
    def _slugs(self) -> list[str]:
        return [step.slug for step in self.edition.lesson.steps]

    @property
    def open_steps(self) -> list[BaseStep]:
        """The steps that are not done, in the order of the lesson."""
        steps = self.edition.lesson.steps
        return [step for step in steps if self.states[step.slug] is not StepState.DONE]

    @property
    def url(self) -> str:
        return step_url(self.edition.lesson.slug, self.step.slug)

    @property
    def next_url(self) -> str:
        """Where to go on: the next step, or the end of the lesson."""
        lesson = self.edition.lesson.slug
        if self.following is None:
            return url_for("lessons.finished", lesson=lesson)
        return step_url(lesson, self.following.slug)

    def read_by_marker(self) -> Self:
        """The same visit as somebody sees it who marks what this learner wrote."""
        return replace(self, is_marked=True)

    def with_entered(
        self,
        entered: Mapping[str, list[str]],
        *,
        sent_revision: int = 0,
        conflict: Kept | None = None,
    ) -> Self:
        """The same visit with what was just typed, and the newer draft it ran into, if any."""
        return replace(self, entered=entered, sent_revision=sent_revision, conflict=conflict)

    def part(self, template: str, **context: Any) -> Markup:
        """Render a part that goes into another page, already escaped by its own template."""
        return Markup(self.render(template, **context))  # noqa: S704 - made by Jinja, which escapes

    def fixed_part(
        self, template: str, make: Callable[[], Mapping[str, Any]] = dict, *, of: Hashable = None
    ) -> Markup:
        """A part that says the same to all: rendered once for a step, a language, and an ``of``.

        ``make`` gives what the template needs besides the content; ``of`` holds everything that
        this depends on. No visit is passed, and a test looks that the template knows nothing of
        who asks.
        """
        key = (self.edition.hash, self.step.slug, self.language, template, of)
        found = _fixed_parts.get(key)
        if found is None:
            if len(_fixed_parts) >= MOST_FIXED_PARTS:
                _fixed_parts.clear()
            found = _fixed_parts[key] = self._without_who_asks(template, make())
        return found

    def rail(self) -> Markup:
        """The steps with how far one is: the same for all who are as far."""
        seen = {
            "states": self.states,
            "minutes_left": self.progress.minutes_left,
            "has_account": self.user is not None,
            "has_begun": self.enrolment is not None,
        }
        of = (tuple(self.states.values()), *(seen[name] for name in seen if name != "states"))
        return self.fixed_part("lessons/_rail.html", lambda: seen, of=of)

    def choices(self, field: Field, template: str = "layout/_choices.html") -> Markup:
        """A field to choose in: the same for all who chose the same, unless there is a mistake."""
        if field.errors:
            return self._without_who_asks(template, {"field": field})
        chosen = tuple(field.data) if isinstance(field.data, list) else field.data
        return self.fixed_part(template, lambda: {"field": field}, of=(field.name, chosen))

    def _without_who_asks(self, template: str, context: Mapping[str, Any]) -> Markup:
        content = {"edition": self.edition, "step": self.step, **context}
        return Markup(render_template(template, **content))  # noqa: S704 - as in part()

    def render(self, template: str, **context: Any) -> str:
        """Render a page of the player, or a part of it, around this step."""
        return render_template(
            template,
            visit=self,
            lesson=self.edition.lesson,
            step=self.step,
            # Markdown of our own content, sanitised by curriculum.markdown.
            body=Markup(self.edition.body(self.step, self.language)),  # noqa: S704 - see above
            **context,
        )
