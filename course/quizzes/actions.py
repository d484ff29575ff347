"""Writes of answers."""

from collections.abc import Mapping

from course.core.db import db
from course.core.log import log
from course.curriculum.schema import Question
from course.lessons import actions as lessons
from course.lessons.visit import Visit
from course.quizzes import queries
from course.quizzes.marking import Given, mark
from course.quizzes.models import Answer


def check(visit: Visit, questions: Mapping[str, Question], given: Mapping[str, Given]) -> None:
    """Score and keep an answer to each question of the step, as one more attempt.

    Practice: it may be done again, and every attempt is kept. A double click makes one attempt.
    """
    run, step = visit.run, visit.step.slug
    lessons.take_turns(run.id)
    before = queries.latest(run.id, step)
    if before and {slug: before[slug].given for slug in given if slug in before} == dict(given):
        # The same answers once more: a double click, or a next try that came out the same. What
        # was saved on the way would otherwise stay in front of the result.
        lessons.remove_draft(run.id, step)
        db.session.commit()
        return
    attempt = max((answer.attempt for answer in before.values()), default=0) + 1
    for slug, question in questions.items():
        score = mark(question, given[slug])
        db.session.add(
            Answer(
                user_id=run.user_id,
                enrolment_id=run.id,
                lesson=run.lesson,
                step=step,
                question=slug,
                attempt=attempt,
                given=given[slug],
                numerator=score.fraction.numerator,
                denominator=score.fraction.denominator,
                maximum=score.maximum,
            )
        )
    lessons.add_step_done(run, step, go_to=step)
    lessons.remove_draft(run.id, step)
    db.session.commit()
    log.info("answered", user=run.user_id, lesson=run.lesson, step=step, attempt=attempt)
