"""Reads of answers and attempts, always of one learner."""

from typing import Any

from sqlalchemy import bindparam, func, inspect, select
from sqlalchemy.orm import contains_eager

from course.accounts.models import User
from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import FileQuestion
from course.groups.models import Membership, Part
from course.quizzes import editions
from course.quizzes.livepanel import LivePanel
from course.quizzes.models import (
    Allowance,
    Answer,
    Judgement,
    KeyChange,
    Mark,
    QuizAttempt,
    Response,
    ResponseFile,
    Sitting,
    StoredQuiz,
)
from course.quizzes.rekeying import Change

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


# --- Quizzes: always one's own attempts, and never the marks while one works ---------------


def attempts_of(user_id: int, slug: str, scope: str) -> list[QuizAttempt]:
    """The attempts of this learner in one scope, first one first; one query."""
    statement = (
        select(QuizAttempt)
        .filter_by(user_id=user_id, slug=slug, scope=scope)
        .order_by(QuizAttempt.number)
    )
    return list(db.session.scalars(statement))


_ATTEMPT = (
    select(QuizAttempt)
    .join(QuizAttempt.edition)
    .options(contains_eager(QuizAttempt.edition))
    .where(
        QuizAttempt.public_id == bindparam("public_id"),
        QuizAttempt.user_id == bindparam("user_id"),
    )
)


def attempt_for(user_id: int, public_id: str) -> QuizAttempt | None:
    """The attempt, when it is this learner's own, with its edition; one query."""
    return db.session.scalar(_ATTEMPT, {"public_id": public_id, "user_id": user_id})


def edition_of(row: QuizAttempt) -> QuizEdition:
    """What an attempt was made of; a query where the edition is not at hand."""
    state: Any = inspect(row)
    if "edition" not in state.unloaded:
        return editions.edition_by_hash(row.slug, row.edition.hash)
    statement = select(StoredQuiz.hash).filter_by(id=row.edition_id)
    return editions.edition_by_hash(row.slug, db.session.execute(statement).scalar_one())


def responses_of(attempt_id: int) -> dict[str, Response]:
    """What was answered, by item; one query."""
    statement = select(Response).filter_by(attempt_id=attempt_id)
    return {response.item: response for response in db.session.scalars(statement)}


def files_of(row: QuizAttempt, edition: QuizEdition) -> dict[str, ResponseFile]:
    """The files that were handed in, by item, without what is in them; one query, or none."""
    if not any(isinstance(edition.quiz.item(slug), FileQuestion) for slug in row.items):
        return {}
    statement = select(ResponseFile).filter_by(attempt_id=row.id)
    return {file.item: file for file in db.session.scalars(statement)}


def file_of(attempt_id: int, item: str) -> ResponseFile | None:
    """The file that answers an item; who asks has loaded the attempt."""
    return db.session.get(ResponseFile, (attempt_id, item), populate_existing=True)


def bytes_of(user_id: int) -> int:
    """How much room the files of this learner take in all attempts; one query."""
    statement = (
        select(func.coalesce(func.sum(ResponseFile.size), 0))
        .join(QuizAttempt, QuizAttempt.id == ResponseFile.attempt_id)
        .where(QuizAttempt.user_id == user_id)
    )
    return db.session.execute(statement).scalar_one()


def marks_of(attempt_id: int) -> dict[str, Mark]:
    """What was earned, by item; one query. Only for an attempt that has ended."""
    statement = select(Mark).filter_by(attempt_id=attempt_id)
    return {mark.item: mark for mark in db.session.scalars(statement)}


def allowance_of(sitting_id: int, user_id: int) -> Allowance | None:
    """What this learner gets beside the rules."""
    return db.session.get(Allowance, (sitting_id, user_id))


def allowances_for(user_id: int) -> dict[int, Allowance]:
    """What this learner gets beside the rules, by sitting; one query."""
    statement = select(Allowance).filter_by(user_id=user_id)
    return {allowance.sitting_id: allowance for allowance in db.session.scalars(statement)}


def sitting_for(user_id: int, sitting_id: int) -> Sitting | None:
    """A sitting of a group in which this user learns, with its edition."""
    statement = (
        select(Sitting)
        .join(Sitting.edition)
        .options(contains_eager(Sitting.edition))
        .join(Membership, Membership.group_id == Sitting.group_id)
        .where(
            Sitting.id == sitting_id,
            Membership.user_id == user_id,
            Membership.part == Part.LEARNER,
        )
    )
    return db.session.scalar(statement)


def sitting_taught(instructor_id: int, sitting_id: int) -> Sitting | None:
    """A sitting of a group that this user teaches, with its edition."""
    statement = (
        select(Sitting)
        .join(Sitting.edition)
        .options(contains_eager(Sitting.edition))
        .join(Membership, Membership.group_id == Sitting.group_id)
        .where(
            Sitting.id == sitting_id,
            Membership.user_id == instructor_id,
            Membership.part == Part.INSTRUCTOR,
        )
    )
    return db.session.scalar(statement)


def sittings_of(user_id: int) -> list[Sitting]:
    """What the groups of this learner are asked to take, the first to close first; one query."""
    statement = (
        select(Sitting)
        .join(Membership, Membership.group_id == Sitting.group_id)
        .where(Membership.user_id == user_id, Membership.part == Part.LEARNER)
        .order_by(Sitting.closes_at.is_(None), Sitting.closes_at, Sitting.id)
    )
    return list(db.session.scalars(statement))


def all_attempts_of(user_id: int) -> list[QuizAttempt]:
    """Every attempt of this learner, first one first; one query."""
    statement = select(QuizAttempt).filter_by(user_id=user_id).order_by(QuizAttempt.id)
    return list(db.session.scalars(statement))


def sitting_of(row: QuizAttempt) -> Sitting | None:
    """The sitting of an attempt; None for practice."""
    return db.session.get(Sitting, row.sitting_id) if row.sitting_id is not None else None


def allowances_of(sitting_id: int) -> list[Allowance]:
    """What learners get beside the rules of a sitting; one query."""
    return list(db.session.scalars(select(Allowance).filter_by(sitting_id=sitting_id)))


def changes_of(sitting_id: int | None) -> list[KeyChange]:
    """What was changed in the keys of a sitting, oldest first; one query, and none for practice."""
    if sitting_id is None:
        return []
    statement = select(KeyChange).filter_by(sitting_id=sitting_id).order_by(KeyChange.id)
    return list(db.session.scalars(statement))


def key_changes(sitting_id: int | None) -> list[Change]:
    """The changes of keys of a sitting, oldest first; one query, and none for practice."""
    return [Change.from_plain(row.change) for row in changes_of(sitting_id)]


def judgements_of(attempt_id: int, item: str) -> list[tuple[Judgement, str]]:
    """What persons gave for an answer, oldest first, with their names; one query.

    The name of who has no account any more is empty.
    """
    statement = (
        select(Judgement, func.coalesce(User.name, ""))
        .outerjoin(User, User.id == Judgement.given_by)
        .where(Judgement.attempt_id == attempt_id, Judgement.item == item)
        .order_by(Judgement.number)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def panel_of(sitting_id: int | None, *, is_held: bool = False) -> LivePanel | None:
    """The people whose answers are the key of a sitting; ``None`` where the example is.

    One query, and none for practice. With ``is_held`` no key of the sitting is changed until the
    caller's transaction ends: who changes one first lets this one finish.
    """
    if sitting_id is None:
        return None
    statement = select(Sitting.panel).filter_by(id=sitting_id)
    plain = db.session.scalar(statement.with_for_update(read=True) if is_held else statement)
    return LivePanel.from_plain(plain) if plain else None
