"""What the home page of a learner says about quizzes: what is running, and what is set."""

from collections.abc import Sequence

from flask import render_template
from markupsafe import Markup

from course.core.clock import now
from course.core.i18n import language
from course.domain import attempts as clock
from course.quizzes import editions, queries
from course.quizzes.attempts import as_attempt, attempt_rules, personal_of, scope_of, window_of
from course.quizzes.models import QuizAttempt, Sitting


def waiting(user_id: int) -> Markup:
    """A card for each attempt that is running, and for each open sitting that was not begun."""
    rows = queries.all_attempts_of(user_id)
    running = [(row, _title(row.slug, row)) for row in rows if _is_running(row)]
    sittings = [(sitting, _title(sitting.slug)) for sitting in _open(user_id, rows)]
    if not running and not sittings:
        return Markup()
    html = render_template("quizzes/_waiting.html", running=running, sittings=sittings)
    return Markup(html)  # noqa: S704 - made by Jinja, which escapes


def _is_running(row: QuizAttempt) -> bool:
    """Whether there is still time; a home page writes nothing down."""
    return clock.settle(as_attempt(row), rules=attempt_rules(row), now=now()).is_running


def _open(user_id: int, rows: Sequence[QuizAttempt]) -> list[Sitting]:
    """The sittings that are open for this learner, who never began them."""
    begun = {row.scope for row in rows}
    waiting = [each for each in queries.sittings_of(user_id) if scope_of(each) not in begun]
    allowances = queries.allowances_for(user_id) if waiting else {}
    moment = now()
    found = []
    for sitting in waiting:
        window = window_of(sitting)
        more = personal_of(allowances.get(sitting.id)).extension
        is_closed = window.closes_at is not None and window.closes_at + more <= moment
        if not is_closed and (window.opens_at is None or window.opens_at <= moment):
            found.append(sitting)
    return found


def _title(slug: str, row: QuizAttempt | None = None) -> str:
    edition = editions.current(slug) or (queries.edition_of(row) if row else None)
    return edition.quiz.title[language()] if edition else slug
