"""Writes of lessons: begin, save a draft, finish a step, keep a visitor's work."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, Update, bindparam, case, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db, insert_if_absent
from course.core.log import log
from course.curriculum.edition import Edition
from course.lessons import queries
from course.lessons.kinds import kind_of
from course.lessons.models import Draft, Enrolment, Pending, StepDone, StoredEdition
from course.lessons.visit import Visit

PENDING_LASTS = timedelta(days=2)
PENDING_AT_MOST = 40  # steps of one visitor
READ_AT_MOST = 20  # of these: pages that were read, so that answers have room

Entered = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Saved:
    """What the database holds at a step now. ``stale``: a newer draft was there and was kept."""

    revision: int
    content: Entered
    saved_at: datetime
    stale: bool = False


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
    user_id, lesson, run = enrolment.user_id, edition.lesson.slug, enrolment.run + 1
    try:
        again = _enrol(user_id, edition, step=edition.lesson.steps[0].slug, run=run)
        db.session.commit()
    except IntegrityError:  # the other click of a double click was first
        db.session.rollback()
        found = queries.enrolment_of(user_id, lesson)
        if found is None:
            raise
        return found
    log.info("lesson_begun_again", user=user_id, lesson=lesson)
    return again


def _enrol(user_id: int, edition: Edition, *, step: str, run: int) -> Enrolment:
    enrolment = Enrolment(
        user_id=user_id,
        lesson=edition.lesson.slug,
        run=run,
        edition=_stored(edition),
        last_step=step,
        steps_total=len(edition.lesson.steps),
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


# Built once, because it runs with every pause of everybody who writes; and by the table rather than
# the class, which makes of one UPDATE half a request.
_drafts = cast("Table", Draft.__table__)
_GO_ON = (
    update(_drafts)
    .where(_drafts.c.step == bindparam("at"), _drafts.c.revision == bindparam("made_from"))
    .values(
        revision=_drafts.c.revision + 1, content=bindparam("typed"), saved_at=bindparam("moment")
    )
)
_GO_ON_IN_RUN = _GO_ON.where(_drafts.c.enrolment_id == bindparam("enrolment"))
_GO_ON_IN_NEWEST_RUN = _GO_ON.where(
    _drafts.c.enrolment_id
    == select(Enrolment.id)
    .where(Enrolment.user_id == bindparam("learner"), Enrolment.lesson == bindparam("in_lesson"))
    .order_by(Enrolment.run.desc())
    .limit(1)
    .scalar_subquery()
)

_REMOVE = delete(_drafts).where(
    _drafts.c.enrolment_id == bindparam("enrolment"), _drafts.c.step == bindparam("at")
)


def go_on_with_draft(
    user_id: int, lesson: str, step: str, entered: Entered, *, revision: int
) -> Saved | None:
    """As :func:`save_draft` in the newest run of this learner, in a single statement.

    ``None``, and nothing changed, when ``revision`` is not what is there now.
    """
    run = {"learner": user_id, "in_lesson": lesson}
    saved = _replace_draft(_GO_ON_IN_NEWEST_RUN, run, step, _listed(entered), revision)
    if saved:
        db.session.commit()
    return saved


def save_draft(enrolment_id: int, step: str, entered: Entered, *, revision: int) -> Saved:
    """Save what was typed, when it goes on from ``revision``, the draft that it was made from.

    An older page never overwrites a newer draft: then nothing changes and ``stale`` is true.
    Sending the same text twice, as after a lost answer, is not stale.
    """
    content = _listed(entered)
    saved = _replace_draft(_GO_ON_IN_RUN, {"enrolment": enrolment_id}, step, content, revision)
    if saved is None:
        # There is another one, or none: not yet, or because it became an answer meanwhile.
        fresh = {"revision": revision + 1, "content": content}
        insert_if_absent(Draft, enrolment_id=enrolment_id, step=step, **fresh)
        there = db.session.get_one(Draft, (enrolment_id, step), populate_existing=True)
        stale = there.content != content
        saved = Saved(there.revision, there.content, there.saved_at, stale=stale)
    db.session.commit()
    return saved


def _listed(entered: Entered) -> dict[str, list[str]]:
    return {name: list(items) for name, items in entered.items()}


def _replace_draft(
    statement: Update, run: Mapping[str, Any], step: str, content: Entered, revision: int
) -> Saved | None:
    saved = Saved(revision + 1, content, now())
    values = {"at": step, "made_from": revision, "typed": content, "moment": saved.saved_at}
    done = db.session.connection().execute(statement, {**run, **values})
    return saved if done.rowcount else None


def take_turns(enrolment_id: int) -> None:
    """Within the caller's transaction: who else takes turns in this run waits until it ends.

    For a write that goes by what was written before. SQLite has one writer at a time as it is.
    """
    db.session.execute(select(Enrolment.id).filter_by(id=enrolment_id).with_for_update())


def add_step_done(enrolment: Enrolment, step: str, *, go_to: str) -> None:
    """Within the caller's transaction: mark the step as done and where the learner goes on.

    For the actions of step kinds, which commit themselves. Doing it twice changes nothing. It is
    counted by the database, so of two windows that finish a step at once both count.
    """
    moment = now()
    if insert_if_absent(StepDone, enrolment_id=enrolment.id, step=step, done_at=moment):
        counted = Enrolment.steps_done + 1
        enrolment.steps_done = counted
        enrolment.moved_at = moment
        enrolment.completed_at = case(
            (counted >= Enrolment.steps_total, func.coalesce(Enrolment.completed_at, moment)),
            else_=Enrolment.completed_at,
        )
    enrolment.last_step = go_to
    enrolment.seen_at = moment


def remove_step_done(enrolment: Enrolment, step: str) -> None:
    """Within the caller's transaction: the step is open again, as after a withdrawal."""
    removed = db.session.connection().execute(
        delete(StepDone).filter_by(enrolment_id=enrolment.id, step=step)
    )
    enrolment.steps_done = Enrolment.steps_done - removed.rowcount
    enrolment.moved_at = _LAST_MOVED
    enrolment.completed_at = None


_LAST_DONE = (
    select(func.max(StepDone.done_at))
    .where(StepDone.enrolment_id == Enrolment.id)
    .correlate(Enrolment)
    .scalar_subquery()
)
_LAST_MOVED = func.coalesce(_LAST_DONE, Enrolment.started_at)


def rebuild_progress() -> int:
    """Make again what :func:`add_step_done` keeps, from the steps; tell how many runs differed.

    What is right stays as it is, so a second time finds nothing.
    """
    done = (
        select(func.count(StepDone.step))
        .where(StepDone.enrolment_id == Enrolment.id)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    kept = {
        "steps_done": done,
        "moved_at": _LAST_MOVED,
        "completed_at": case((done >= Enrolment.steps_total, _LAST_DONE)),
    }
    differs = or_(
        *(getattr(Enrolment, name).is_distinct_from(value) for name, value in kept.items())
    )
    statement = update(Enrolment).where(differs).values(kept)
    count = db.session.connection().execute(statement).rowcount
    db.session.commit()
    log.info("progress_rebuilt", runs=count)
    return count


def remove_draft(enrolment_id: int, step: str) -> None:
    """Within the caller's transaction: the draft became an answer and is not needed any more."""
    db.session.connection().execute(_REMOVE, {"enrolment": enrolment_id, "at": step})


def finish_reading(enrolment: Enrolment, step: str, *, go_to: str) -> None:
    """A page has been read."""
    add_step_done(enrolment, step, go_to=go_to)
    db.session.commit()


def be_at(enrolment: Enrolment, step: str) -> None:
    """Remember where the learner is, so that any device can go on there."""
    enrolment.last_step = step
    enrolment.seen_at = now()
    db.session.commit()


def keep_for_visitor(
    visitor: str, lesson: str, step: str, entered: Entered, *, owner: int = 0
) -> None:
    """Keep what somebody sent while not signed in, for two days, until they sign in or up.

    ``owner`` is the user whose page it was, when their sign-in ended meanwhile; else 0. Of a page
    that was read there is nothing to keep but that it was: then ``entered`` is empty.
    """
    db.session.execute(delete(Pending).where(Pending.expires_at < now()))
    kept = queries.pending_of_visitor(visitor)
    is_kept = any((item.lesson, item.step, item.owner) == (lesson, step, owner) for item in kept)
    if is_kept or len(kept) < (PENDING_AT_MOST if entered else READ_AT_MOST):
        key = {"visitor": visitor, "lesson": lesson, "step": step, "owner": owner}
        values = {
            "content": _listed(entered),
            "expires_at": now() + PENDING_LASTS,
        }
        insert_if_absent(Pending, **key, **values)  # two clicks at once make one row
        db.session.execute(update(Pending).filter_by(**key).values(**values))
    db.session.commit()


def adopt_pending(user: User, visitor: str | None = None) -> None:
    """Receiver of ``signed_in``: a visitor's work becomes drafts of the account.

    Adds to the transaction of the sign-in. A page that was read is done. Where the account already
    has a draft, neither text is lost: this is also how somebody comes back whose sign-in ran out
    while they were writing.
    """
    if visitor is None:
        return
    for item in queries.pending_of_visitor(visitor):
        if item.owner not in {0, user.id}:
            continue  # somebody else uses this browser too; it waits for them
        visit = queries.visit(user, item.lesson, item.step)
        if visit is not None:
            _adopt(visit, user.id, item.content)
        db.session.delete(item)


def _adopt(visit: Visit, user_id: int, entered: Entered) -> None:
    step = visit.step.slug
    run = visit.enrolment or _enrol(user_id, visit.edition, step=step, run=1)
    if visit.step.kind == "read":
        go_to = visit.following.slug if visit.following else step
        add_step_done(run, step, go_to=go_to)
        return
    if visit.draft is None:
        run.last_step = step
        db.session.add(Draft(enrolment_id=run.id, step=step, revision=1, content=_listed(entered)))
        return
    db.session.refresh(visit.draft, with_for_update=True)  # another device may be saving it now
    both = _both(visit.draft.content, entered, texts=kind_of(visit.step.kind).texts)
    if both != visit.draft.content:
        visit.draft.content, visit.draft.saved_at = both, now()
        visit.draft.revision += 1


def _both(kept: Entered, entered: Entered, *, texts: Set[str]) -> dict[str, list[str]]:
    """Two drafts in one: of ``texts`` the longer, or both; of other fields what was kept first."""
    both = {name: list(items) for name, items in {**entered, **kept}.items()}
    for name in texts & kept.keys() & entered.keys():
        old, new = "".join(kept[name]), "".join(entered[name])
        if old in new:
            both[name] = [new]
        elif new not in old:
            both[name] = [f"{old}\n\n{new}"]
    return both
