"""Writes of lessons: begin, save a draft, finish a step, keep a visitor's work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db, insert_if_absent
from course.core.log import log
from course.curriculum.edition import Edition
from course.lessons import editions, queries
from course.lessons.models import Draft, Enrolment, Pending, StepDone, StoredEdition

PENDING_LASTS = timedelta(days=2)
PENDING_AT_MOST = 40  # steps of one visitor

Entered = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft as it is in the database now. ``stale``: a newer one was there and was kept."""

    draft: Draft
    stale: bool


def begin(user_id: int, edition: Edition, *, step: str) -> Enrolment:
    """Begin the lesson: pin the learner to this edition. Beginning twice gives the first."""
    found = queries.enrolment_of(user_id, edition.lesson.slug)
    if found:
        return found
    try:
        enrolment = _enrol(user_id, edition, step=step, run=1)
        db.session.commit()
    except IntegrityError:  # another tab began it just now
        db.session.rollback()
        found = queries.enrolment_of(user_id, edition.lesson.slug)
        if found is None:
            raise
        return found
    log.info("lesson_begun", user=user_id, lesson=edition.lesson.slug)
    return enrolment


def begin_again(enrolment: Enrolment, edition: Edition) -> Enrolment:
    """Begin the lesson again on today's edition. The earlier run stays as it is."""
    first = edition.lesson.steps[0].slug
    again = _enrol(enrolment.user_id, edition, step=first, run=enrolment.run + 1)
    db.session.commit()
    log.info("lesson_begun_again", user=enrolment.user_id, lesson=edition.lesson.slug)
    return again


def _enrol(user_id: int, edition: Edition, *, step: str, run: int) -> Enrolment:
    enrolment = Enrolment(
        user_id=user_id,
        lesson=edition.lesson.slug,
        run=run,
        edition=_stored(edition),
        last_step=step,
    )
    db.session.add(enrolment)
    db.session.flush()
    return enrolment


def _stored(edition: Edition) -> StoredEdition:
    statement = select(StoredEdition).filter_by(hash=edition.hash)
    found = db.session.scalar(statement)
    if found:
        return found
    fresh = StoredEdition(lesson=edition.lesson.slug, hash=edition.hash, compiled=edition.dump())
    try:
        with db.session.begin_nested():
            db.session.add(fresh)
    except IntegrityError:  # somebody else began the same new edition in this very moment
        return db.session.execute(statement).scalar_one()
    return fresh


def save_draft(enrolment_id: int, step: str, entered: Entered, *, revision: int) -> Saved:
    """Save what was typed, when it goes on from ``revision``, the draft that it was made from.

    An older page never overwrites a newer draft: then nothing changes and ``stale`` is true.
    Sending the same text twice, as after a lost answer, is not stale.
    """
    content = {name: list(items) for name, items in entered.items()}
    saved = _replace_draft(enrolment_id, step, content, revision)
    if saved is not None:
        db.session.commit()
        return Saved(saved, stale=False)
    if revision == 0:
        draft = Draft(enrolment_id=enrolment_id, step=step, revision=1, content=content)
        db.session.add(draft)
        try:
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
        else:
            return Saved(draft, stale=False)
    newest = db.session.get(Draft, (enrolment_id, step), populate_existing=True)
    if newest is None:  # withdrawn or handed in meanwhile: start a new draft
        newest = Draft(enrolment_id=enrolment_id, step=step, revision=revision + 1, content=content)
        db.session.add(newest)
        db.session.commit()
        return Saved(newest, stale=False)
    return Saved(newest, stale=newest.content != content)


def _replace_draft(
    enrolment_id: int, step: str, content: dict[str, list[str]], revision: int
) -> Draft | None:
    statement = (
        update(Draft)
        .where(Draft.enrolment_id == enrolment_id, Draft.step == step, Draft.revision == revision)
        .values(revision=Draft.revision + 1, content=content, saved_at=now())
        .returning(Draft)
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(statement)


def add_step_done(enrolment: Enrolment, edition: Edition, step: str, *, go_to: str) -> None:
    """Within the caller's transaction: mark the step as done and where the learner goes on.

    For the actions of step kinds, which commit themselves. Doing it twice changes nothing.
    """
    done = queries.done_steps(enrolment.id)
    if step not in done:
        insert_if_absent(StepDone, enrolment_id=enrolment.id, step=step)
    enrolment.last_step = go_to
    enrolment.seen_at = now()
    if enrolment.completed_at is None and {item.slug for item in edition.lesson.steps} <= (
        done | {step}
    ):
        enrolment.completed_at = now()


def remove_step_done(enrolment: Enrolment, step: str) -> None:
    """Within the caller's transaction: the step is open again, as after a withdrawal."""
    db.session.execute(delete(StepDone).filter_by(enrolment_id=enrolment.id, step=step))
    enrolment.completed_at = None


def remove_draft(enrolment_id: int, step: str) -> None:
    """Within the caller's transaction: the draft became an answer and is not needed any more."""
    db.session.execute(delete(Draft).filter_by(enrolment_id=enrolment_id, step=step))


def finish_reading(enrolment: Enrolment, edition: Edition, step: str, *, go_to: str) -> None:
    """A page has been read."""
    add_step_done(enrolment, edition, step, go_to=go_to)
    db.session.commit()


def be_at(enrolment: Enrolment, step: str) -> None:
    """Remember where the learner is, so that any device can go on there."""
    enrolment.last_step = step
    enrolment.seen_at = now()
    db.session.commit()


def keep_for_visitor(visitor: str, lesson: str, step: str, entered: Entered) -> None:
    """Keep what somebody without an account sent, for two days, until they sign in or up."""
    db.session.execute(delete(Pending).where(Pending.expires_at < now()))
    kept = queries.pending_of_visitor(visitor)
    content = {name: list(items) for name, items in entered.items()}
    same = [item for item in kept if (item.lesson, item.step) == (lesson, step)]
    if same:
        same[0].content = content
        same[0].expires_at = now() + PENDING_LASTS
    elif len(kept) < PENDING_AT_MOST:
        db.session.add(
            Pending(
                visitor=visitor,
                lesson=lesson,
                step=step,
                content=content,
                expires_at=now() + PENDING_LASTS,
            )
        )
    db.session.commit()


def adopt_pending(user: User, visitor: str | None = None) -> None:
    """Receiver of ``signed_in``: a visitor's work becomes drafts of the account.

    Adds to the transaction of the sign-in. A draft that the account already has is kept.
    """
    if visitor is None:
        return
    for item in queries.pending_of_visitor(visitor):
        edition = editions.library().current(item.lesson)
        enrolment = queries.enrolment_of(user.id, item.lesson)
        if enrolment is None and edition is not None and edition.step(item.step):
            enrolment = _enrol(user.id, edition, step=item.step, run=1)
        if enrolment is not None and queries.draft_of(enrolment.id, item.step) is None:
            enrolment.last_step = item.step
            db.session.add(
                Draft(enrolment_id=enrolment.id, step=item.step, revision=1, content=item.content)
            )
        db.session.delete(item)
