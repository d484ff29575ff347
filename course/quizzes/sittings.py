"""What an instructor does with a quiz: set it for a group, allow for somebody, mark, release."""

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import delete, exists, select

from course.core.clock import now
from course.core.db import db
from course.core.log import log
from course.curriculum.edition import QuizEdition
from course.domain.attempts import Accommodation
from course.domain.opening import Window
from course.domain.scoring.scores import EVERYTHING, AnswerState
from course.quizzes import attempts, editions
from course.quizzes.models import Allowance, Mark, QuizAttempt, Sitting
from course.quizzes.rules import Rules


def set_sitting(
    instructor_id: int, group_id: int, edition: QuizEdition, *, rules: Rules, window: Window
) -> Sitting:
    """Set a quiz for a group, as it is today: a later change of the content does not reach it."""
    sitting = Sitting(
        group_id=group_id,
        slug=edition.quiz.slug,
        edition_id=editions.stored_id(edition),
        rules=rules.to_plain(),
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        made_by=instructor_id,
    )
    db.session.add(sitting)
    db.session.commit()
    log.info("sitting_set", by=instructor_id, group=group_id, quiz=sitting.slug, id=sitting.id)
    return sitting


def change(instructor_id: int, sitting: Sitting, *, rules: Rules, window: Window) -> None:
    """Change the rules; an attempt that has begun keeps those it began with, and its end."""
    sitting.rules = rules.to_plain()
    sitting.opens_at, sitting.closes_at = window.opens_at, window.closes_at
    db.session.commit()
    log.info("sitting_changed", by=instructor_id, sitting=sitting.id)


def remove(instructor_id: int, sitting: Sitting) -> bool:
    """Take a sitting away, while nobody has begun; ``False`` when somebody has."""
    begun = exists().where(QuizAttempt.sitting_id == Sitting.id)
    gone = db.session.execute(
        delete(Sitting).where(Sitting.id == sitting.id, ~begun).returning(Sitting.id)
    ).all()
    db.session.commit()
    log.info("sitting_removed", by=instructor_id, sitting=sitting.id, was_removed=bool(gone))
    return bool(gone)


def allow(
    instructor_id: int, sitting_id: int, user_id: int, personal: Accommodation, *, reason: str
) -> None:
    """Give one learner more than the rules do, from the next attempt on; nothing takes it back."""
    there = db.session.get(Allowance, (sitting_id, user_id), with_for_update=True)
    if personal == Accommodation():
        if there is not None:
            db.session.delete(there)
    else:
        row = there or Allowance(sitting_id=sitting_id, user_id=user_id)
        row.extra_time, row.extra_attempts = personal.extra_time, personal.extra_attempts
        row.extension = int(personal.extension.total_seconds() // 60)
        row.reason, row.given_by, row.given_at = reason, instructor_id, now()
        db.session.add(row)
    db.session.commit()
    log.info("allowance_given", by=instructor_id, sitting=sitting_id, user=user_id)


def release(instructor_id: int, sitting: Sitting, *, is_given: bool) -> None:
    """Give the results of a sitting, or take them back; giving twice keeps the first moment."""
    if is_given != (sitting.released_at is not None):
        sitting.released_at = now() if is_given else None
    db.session.commit()
    log.info("results_released", by=instructor_id, sitting=sitting.id, is_given=is_given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a person gives for an answer."""

    points: Fraction  # 0 up to the maximum, exact
    comment: str


def give_mark(instructor_id: int, public_id: str, item: str, given: Given) -> None:
    """Give the points of an answer that a person marks; when nothing waits, all of it is graded.

    Raises :exc:`ValueError` for points out of range, and :exc:`LookupError` where there is no mark.
    """
    row = attempts.hold(public_id)
    mark = db.session.get(Mark, (row.id, item), populate_existing=True) if row else None
    if row is None or mark is None:
        raise LookupError(f"attempt {public_id} has no mark for {item!r}")
    if not 0 <= given.points <= mark.maximum:
        raise ValueError(f"points={given.points} must be from 0 to {mark.maximum}")
    share = given.points / mark.maximum
    mark.fraction, mark.state = str(share), _state(share).value
    mark.comment, mark.given_by, mark.given_at = given.comment or None, instructor_id, now()
    db.session.flush()
    attempts.grade_if_whole(row)
    db.session.commit()
    log.info("mark_given", by=instructor_id, attempt=row.id, item=item)


def _state(share: Fraction) -> AnswerState:
    if share == EVERYTHING:
        return AnswerState.RIGHT
    return AnswerState.PARTIAL if share else AnswerState.WRONG


def settle_all(rows: list[QuizAttempt]) -> list[QuizAttempt]:
    """The attempts as the clock has them now; a write only for those whose time ran out."""
    if any(attempts.is_due(row) for row in rows):
        db.session.commit()  # what is read until here may be older than what is written next
        rows = [attempts.settle(row) for row in rows]
    return rows


def has_begun(sitting_id: int) -> bool:
    """Whether anybody began an attempt."""
    return bool(db.session.scalar(select(exists().where(QuizAttempt.sitting_id == sitting_id))))
