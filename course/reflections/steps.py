"""The step kind for a reflection: write, look once more, hand in."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from course.core.forms import NothingForm
from course.core.i18n import _, clock_time
from course.curriculum.schema import ReflectStep, Step
from course.domain.words import count_words
from course.lessons import actions as lessons
from course.lessons.kinds import kind_of
from course.lessons.visit import Visit
from course.reflections import queries
from course.reflections.forms import ReflectionForm


def reflect_step(visit: Visit) -> ReflectStep:
    """The step as a reflection. Raises :exc:`TypeError` for another kind, which is a bug."""
    if not isinstance(visit.step, ReflectStep):
        raise TypeError(f"step {visit.step.slug!r} is no reflection")
    return visit.step


class Reflect:
    """Writing is never lost: drafts are saved by the lesson, versions by their number."""

    name = "reflect"
    texts = frozenset({"text"})

    def word(self) -> str:
        return _("Reflection")

    def show(self, visit: Visit) -> ResponseReturnValue:
        submission = (
            queries.standing(visit.enrolment.id, visit.step.slug) if visit.enrolment else None
        )
        if submission and not visit.conflict:  # else the text of an older window would be gone
            return visit.render(
                "reflections/handed_in.html", submission=submission, nothing=NothingForm()
            )
        return _page(visit, ReflectionForm(formdata=visit.form_data or None))

    def submit(self, visit: Visit) -> ResponseReturnValue:
        form = ReflectionForm(formdata=visit.form_data)
        standing = (
            queries.standing(visit.enrolment.id, visit.step.slug) if visit.enrolment else None
        )
        if not standing and (not form.validate() or not count_words(form.text.data)):
            form.text.errors = form.text.errors or [
                _("There is nothing to hand in yet. Write something first.")
            ]
            return _page(visit, form), HTTPStatus.UNPROCESSABLE_ENTITY
        saved = lessons.save_draft(
            visit.run.id, visit.step.slug, visit.entered, revision=visit.sent_revision
        )
        if saved.stale:
            both = visit.with_entered(visit.entered, conflict=saved)
            return _page(both, form), HTTPStatus.CONFLICT
        if standing:  # handed in from another window: what this one holds is there once withdrawn
            flash(_("Saved at %(time)s.", time=clock_time(saved.saved_at)))
            return redirect(visit.url, 303)
        return redirect(
            url_for("reflections.confirm", lesson=visit.edition.lesson.slug, slug=visit.step.slug),
            303,
        )

    def notice(self, enrolment_id: int, step: str) -> str:
        if not queries.standing(enrolment_id, step):
            return ""
        return _(
            "This reflection was handed in from another window. What you write here is kept as a "
            "draft, for when you withdraw it."
        )

    def beside(self, visit: Visit, steps: Sequence[Step]) -> Markup:
        return Markup()


def _page(visit: Visit, form: ReflectionForm) -> str:
    return visit.render(
        "reflections/write.html",
        form=form,
        words=count_words(form.text.data or ""),
        beside=_beside(visit),
    )


def _beside(visit: Visit) -> list[Markup]:
    """The learner's own weighings, told by their kind: this package does not know weighings."""
    by_kind: dict[str, list[Step]] = {}
    for slug in reflect_step(visit).beside:
        step = visit.edition.step(slug)
        if step is not None:
            by_kind.setdefault(step.kind, []).append(step)
    found = [kind_of(kind).beside(visit, steps) for kind, steps in by_kind.items()]
    return [html for html in found if html]
