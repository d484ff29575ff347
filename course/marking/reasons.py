"""Why a learner weighed as they did in the quiz of a lesson: beside what they write about it.

Their own words only, and of attempts that were handed in: no key, no points and no panel. Whoever
marks sees those of quizzes that were set for the group, and only as long as the name is hidden: how
somebody weighed is never shown with their name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup
from sqlalchemy import select

from course.core.db import db
from course.core.i18n import language
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import WeighingItem
from course.lessons.editions import library
from course.quizzes.models import QuizAttempt, Response, Sitting


@dataclass(frozen=True, slots=True)
class Given:
    """A reason for a weighing."""

    prompt: str
    reason: str


def beside(user_id: int, lesson: str, *, group_id: int | None = None) -> Markup:
    """What this learner gave as reasons in the quizzes of the module of a lesson; one query.

    For a marker only those of quizzes that were set for the group.
    """
    quizzes = _quizzes(lesson)
    reasons = _reasons(user_id, quizzes, group_id) if quizzes else {}
    told = [
        (edition.quiz.title[language()], given)
        for edition in quizzes
        if (given := _given(edition, reasons))
    ]
    html = render_template("marking/_reasons.html", told=told) if told else ""
    return Markup(html)  # noqa: S704 - made by Jinja, which escapes


def _quizzes(lesson: str) -> Sequence[QuizEdition]:
    at = library()
    numbers = {module.number for module in at.course.modules if module.lesson == lesson}
    return [edition for edition in at.quizzes.values() if edition.quiz.module in numbers]


def _reasons(
    user_id: int, quizzes: Sequence[QuizEdition], group_id: int | None
) -> dict[tuple[str, str], str]:
    """The last reason by quiz and item."""
    statement = (
        select(QuizAttempt.slug, Response.item, Response.reason)
        .join(Response, Response.attempt_id == QuizAttempt.id)
        .where(
            QuizAttempt.user_id == user_id,
            QuizAttempt.slug.in_([edition.quiz.slug for edition in quizzes]),
            QuizAttempt.finished_at.is_not(None),
        )
        .order_by(QuizAttempt.finished_at, QuizAttempt.id)
    )
    if group_id is not None:
        set_for = select(Sitting.id).where(Sitting.group_id == group_id)
        statement = statement.where(QuizAttempt.sitting_id.in_(set_for))
    rows = db.session.execute(statement)
    return {(slug, item): reason for slug, item, reason in rows if reason and reason.strip()}


def _given(edition: QuizEdition, reasons: dict[tuple[str, str], str]) -> list[Given]:
    return [
        Given(item.prompt[language()], reasons[edition.quiz.slug, item.slug])
        for item in edition.quiz.items
        if isinstance(item, WeighingItem) and (edition.quiz.slug, item.slug) in reasons
    ]
