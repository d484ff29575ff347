"""One request at one step: everything that a step kind needs to show or take an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from flask import render_template, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from course.accounts.models import User
from course.core.i18n import language
from course.curriculum.edition import Edition
from course.curriculum.schema import BaseStep, Step
from course.domain.progress import Progress, StepState
from course.lessons.models import Draft, Enrolment


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
    conflict: Draft | None = None  # a newer draft than that one

    @property
    def language(self) -> str:
        return language()

    @property
    def is_done(self) -> bool:
        return self.states[self.step.slug] is StepState.DONE

    @property
    def revision(self) -> int:
        """The number of the draft that the page shows; 0 when there is none."""
        newest = self.conflict or self.draft
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
        return url_for("lessons.step", lesson=self.edition.lesson.slug, slug=self.step.slug)

    @property
    def next_url(self) -> str:
        """Where to go on: the next step, or the end of the lesson."""
        lesson = self.edition.lesson.slug
        if self.following is None:
            return url_for("lessons.finished", lesson=lesson)
        return url_for("lessons.step", lesson=lesson, slug=self.following.slug)

    def with_entered(
        self,
        entered: Mapping[str, list[str]],
        *,
        sent_revision: int = 0,
        conflict: Draft | None = None,
    ) -> Self:
        """The same visit with what was just typed, and the newer draft it ran into, if any."""
        return replace(self, entered=entered, sent_revision=sent_revision, conflict=conflict)

    def part(self, template: str, **context: Any) -> Markup:
        """Render a part that goes into another page, already escaped by its own template."""
        return Markup(self.render(template, **context))  # noqa: S704 - made by Jinja, which escapes

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
