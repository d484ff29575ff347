"""The step kind for a reflection: write, look once more, hand in."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from course.core.forms import NothingForm
from course.core.i18n import _, clock_time
from course.curriculum.rubrics import RubricFile
from course.curriculum.schema import ReflectStep, Step
from course.domain.identifying import exported, exported_names
from course.domain.words import count_words
from course.lessons import actions as lessons
from course.lessons.editions import library
from course.lessons.kinds import kind_of
from course.lessons.visit import Visit
from course.reflections import below, queries, timing, versions
from course.reflections.details import details, invented_in, kinds, of_lesson
from course.reflections.forms import ReflectionForm
from course.reflections.queries import NOTHING_AROUND, Around


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
        there = _around(visit)
        submission = there.standing
        if submission and not visit.conflict:  # else the text of an older window would be gone
            return visit.render(
                "reflections/handed_in.html",
                submission=submission,
                late=timing.late(submission),
                beside=_beside(visit),
                below=below.parts(submission.user_id, submission.lesson, submission.step),
                files=queries.handed_in_with(submission.id),
                asked=queries.help_of(visit.run.id, visit.step.slug) if there.has_asked else [],
                nothing=NothingForm(),
            )
        return _page(visit, _form(visit), there=there)

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
            who, texts = visit.run.user_id, (saved.content, visit.entered)
            versions.keep_both(who, visit.run.id, visit.step.slug, texts)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What was refused beside the text, and why."""

    file: str = ""
    question: str = ""
    typed: str = ""  # the question


NOTHING: Final = Refused()


def page(visit: Visit, refused: Refused = NOTHING) -> str:
    """The page to write on, with what was saved last."""
    return _page(visit, _form(visit), refused)


def _form(visit: Visit) -> ReflectionForm:
    return ReflectionForm(formdata=visit.form_data or None)


def _around(visit: Visit) -> Around:
    if visit.enrolment is None:
        return NOTHING_AROUND
    return queries.around(visit.enrolment.id, visit.step.slug)


def _page(
    visit: Visit, form: ReflectionForm, refused: Refused = NOTHING, there: Around | None = None
) -> str:
    there = there or _around(visit)
    invented = invented_in(visit.edition)
    at = (visit.enrolment.id if visit.enrolment else 0, visit.step.slug)
    return visit.render(
        "reflections/write.html",
        form=form,
        words=count_words(form.text.data or ""),
        beside=_beside(visit),
        rubrics=_rubrics(visit),
        guard=_guard(invented),
        details=details(form.text.data or "", invented),
        files=queries.files_of(*at) if there.has_files else [],
        asked=queries.help_of(*at) if there.has_asked else [],
        refused=refused,
        below=_below(visit) if there.has_earlier else [],
        readers=_readers(visit),
        nothing=NothingForm(),
    )


def _guard(invented: Collection[str]) -> str:
    """What the script goes by, as JSON."""
    names = {**exported_names(), "invented": sorted(invented), "ofLesson": of_lesson()}
    return json.dumps({"patterns": exported(), "names": names, "kinds": kinds()})


def _below(visit: Visit) -> list[Markup]:
    if visit.user is None:
        return []
    return below.parts(visit.user.id, visit.edition.lesson.slug, visit.step.slug)


def _readers(visit: Visit) -> list[Markup]:
    if visit.user is None:
        return []
    return below.readers(visit.user.id, visit.edition.lesson.slug, visit.step.slug)


def _rubrics(visit: Visit) -> Sequence[RubricFile]:
    """What is looked at, to be read before one writes: as one's groups ask it, else as the lesson.

    More than one only for who is in two groups that ask it by different rubrics.
    """
    if visit.user is not None:
        asked = below.rubrics(visit.user.id, visit.edition.lesson.slug, visit.step.slug)
        if asked:
            return asked
    slug = reflect_step(visit).rubric
    edition = library().rubrics.get(slug) if slug else None
    return [edition.rubric] if edition else []


def _beside(visit: Visit) -> list[Markup]:
    """The learner's own weighings, told by their kind: this package does not know weighings."""
    by_kind: dict[str, list[Step]] = {}
    for slug in reflect_step(visit).beside:
        step = visit.edition.step(slug)
        if step is not None:
            by_kind.setdefault(step.kind, []).append(step)
    found = [kind_of(kind).beside(visit, steps) for kind, steps in by_kind.items()]
    why = below.reasons(visit.user.id, visit.edition.lesson.slug) if visit.user else []
    return [html for html in (*found, *why) if html]
