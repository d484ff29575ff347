"""Reads of answers, always within one learner's run."""

from sqlalchemy import bindparam, func, select

from course.core.db import db
from course.quizzes.models import Answer

# Built once, because every page with questions asks for it.
_AT_STEP = (
    select(Answer)
    .where(Answer.enrolment_id == bindparam("enrolment_id"), Answer.step == bindparam("step"))
    .order_by(Answer.attempt)
)


def latest(enrolment_id: int, step: str) -> dict[str, Answer]:
    """The newest answer to each question of the step, by question."""
    answers = db.session.scalars(_AT_STEP, {"enrolment_id": enrolment_id, "step": step})
    return {answer.question: answer for answer in answers}


def attempts(enrolment_id: int, step: str) -> int:
    """How often the step was checked."""
    statement = select(func.max(Answer.attempt)).filter_by(enrolment_id=enrolment_id, step=step)
    return db.session.scalar(statement) or 0
