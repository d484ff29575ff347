"""Reads of answers, always within one learner's run."""

from sqlalchemy import func, select

from course.core.db import db
from course.quizzes.models import Answer


def latest(enrolment_id: int, step: str) -> dict[str, Answer]:
    """The newest answer to each question of the step, by question."""
    statement = (
        select(Answer).filter_by(enrolment_id=enrolment_id, step=step).order_by(Answer.attempt)
    )
    return {answer.question: answer for answer in db.session.scalars(statement)}


def attempts(enrolment_id: int, step: str) -> int:
    """How often the step was checked."""
    statement = select(func.max(Answer.attempt)).filter_by(enrolment_id=enrolment_id, step=step)
    return db.session.scalar(statement) or 0
