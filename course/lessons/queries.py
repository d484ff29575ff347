"""Reads of lessons: where a learner is, and what they typed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import contains_eager

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.curriculum.edition import Edition
from course.domain import progress
from course.domain.progress import Progress, StepState
from course.lessons import editions
from course.lessons.models import Draft, Enrolment, Pending, StepDone, StoredEdition
from course.lessons.visit import Visit

# Built once, because every page of a lesson asks for these.
_NEWEST_RUN = (
    select(Enrolment)
    .join(Enrolment.edition)
    .options(contains_eager(Enrolment.edition))
    .where(Enrolment.user_id == bindparam("user_id"), Enrolment.lesson == bindparam("lesson"))
    .order_by(Enrolment.run.desc())
    .limit(1)
)
_NEWEST_RUN_WITH_DRAFT = (
    select(Enrolment, StoredEdition.hash, Draft)
    .join(Enrolment.edition)
    .outerjoin(Draft, (Draft.enrolment_id == Enrolment.id) & (Draft.step == bindparam("step")))
    .where(Enrolment.user_id == bindparam("user_id"), Enrolment.lesson == bindparam("lesson"))
    .order_by(Enrolment.run.desc())
    .limit(1)
)
_DONE = select(StepDone.step).where(StepDone.enrolment_id == bindparam("enrolment_id"))
_DRAFT = select(Draft).where(
    Draft.enrolment_id == bindparam("enrolment_id"), Draft.step == bindparam("step")
)


def enrolment_of(user_id: int, lesson: str) -> Enrolment | None:
    """The newest run of this learner through the lesson, with its edition."""
    return db.session.scalar(_NEWEST_RUN, {"user_id": user_id, "lesson": lesson})


def done_steps(enrolment_id: int) -> frozenset[str]:
    """The slugs of the steps that are done."""
    return frozenset(db.session.scalars(_DONE, {"enrolment_id": enrolment_id}))


def draft_of(enrolment_id: int, step: str) -> Draft | None:
    """What was last saved at this step."""
    return db.session.scalar(_DRAFT, {"enrolment_id": enrolment_id, "step": step})


def progress_in(
    edition: Edition, done: Collection[str], last_step: str | None
) -> tuple[Progress, dict[str, StepState]]:
    """How far a learner is in an edition, and the state of each step."""
    steps = [progress.Step(slug=item.slug, minutes=item.minutes) for item in edition.lesson.steps]
    summary = progress.lesson_progress(steps, done=done, last_seen=last_step)
    return summary, progress.step_states(steps, done=done, last_seen=last_step)


def followed(user: User | None, lesson: str) -> tuple[Enrolment | None, Edition | None]:
    """The learner's newest run with its edition; without a run today's edition, if there is one."""
    enrolment = enrolment_of(user.id, lesson) if user else None
    if enrolment:
        return enrolment, editions.edition_by_hash(enrolment.edition.hash)
    return None, editions.library().current(lesson)


def _followed_with_draft(
    user: User, lesson: str, step: str
) -> tuple[Enrolment | None, Edition | None, Draft | None]:
    """As :func:`followed`, with what was last saved at a step; one query."""
    values = {"user_id": user.id, "lesson": lesson, "step": step}
    found = db.session.execute(_NEWEST_RUN_WITH_DRAFT, values).one_or_none()
    if found is None:
        return None, editions.library().current(lesson), None
    enrolment, content_hash, draft = found
    return enrolment, editions.edition_by_hash(content_hash), draft


def visit(user: User | None, lesson: str, slug: str | None = None) -> Visit | None:
    """Everything for one step, or for the step to resume at; ``None`` when there is none.

    Two queries for a learner (enrolment with draft, steps done), three to resume, none for a
    visitor.
    """
    draft = None
    if user and slug:
        enrolment, edition, draft = _followed_with_draft(user, lesson, slug)
    else:
        enrolment, edition = followed(user, lesson)
    if edition is None:
        return None
    done = done_steps(enrolment.id) if enrolment else frozenset()
    summary, states = progress_in(edition, done, enrolment.last_step if enrolment else None)
    step = edition.step(slug or summary.current)
    if step is None:
        return None
    if enrolment and not slug:
        draft = draft_of(enrolment.id, step.slug)
    return Visit(
        user=user,
        edition=edition,
        step=step,
        progress=summary,
        states=states,
        enrolment=enrolment,
        draft=draft,
        entered=draft.content if draft else {},
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How a learner stands in one lesson of the course."""

    edition: Edition
    progress: Progress
    seen_at: datetime | None
    newer: bool  # there is a newer edition than the one they follow


def standings(user_id: int | None) -> dict[str, Standing]:
    """How this learner stands in each lesson of today's course, by slug; two queries."""
    current = editions.library().editions
    runs: dict[str, Enrolment] = {}
    done: dict[int, set[str]] = {}
    if user_id is not None:
        statement = (
            select(Enrolment)
            .join(Enrolment.edition)
            .options(contains_eager(Enrolment.edition))
            .where(Enrolment.user_id == user_id)
            .order_by(Enrolment.run)
        )
        runs = {item.lesson: item for item in db.session.scalars(statement)}
        done = steps_done_in(item.id for item in runs.values())
    found = {}
    for slug, edition in current.items():
        run = runs.get(slug)
        followed = editions.edition_by_hash(run.edition.hash) if run else edition
        summary, _states = progress_in(
            followed, done.get(run.id, set()) if run else (), run.last_step if run else None
        )
        found[slug] = Standing(
            edition=followed,
            progress=summary,
            seen_at=run.seen_at if run else None,
            newer=followed.hash != edition.hash,
        )
    return found


def steps_done_in(enrolment_ids: Iterable[int]) -> dict[int, set[str]]:
    """The steps done, per enrolment; one query for any number."""
    statement = select(StepDone.enrolment_id, StepDone.step).where(
        StepDone.enrolment_id.in_(list(enrolment_ids))
    )
    found: dict[int, set[str]] = {}
    for enrolment_id, step in db.session.execute(statement):
        found.setdefault(enrolment_id, set()).add(step)
    return found


def enrolments_in(user_ids: Collection[int], lesson: str) -> dict[int, Enrolment]:
    """The newest run of each of these learners through the lesson, by learner; one query."""
    statement = (
        select(Enrolment)
        .join(Enrolment.edition)
        .options(contains_eager(Enrolment.edition))
        .where(Enrolment.user_id.in_(user_ids), Enrolment.lesson == lesson)
        .order_by(Enrolment.run)
    )
    return {item.user_id: item for item in db.session.scalars(statement)}


def pending_of(visitor: str | None, lesson: str, step: str) -> Pending | None:
    """What this visitor sent at this step before having an account."""
    if visitor is None:
        return None
    statement = select(Pending).filter_by(visitor=visitor, lesson=lesson, step=step, owner=0)
    return db.session.scalar(statement.where(Pending.expires_at > now()))


def pending_of_visitor(visitor: str) -> list[Pending]:
    """Everything this visitor sent before having an account, oldest first."""
    statement = select(Pending).where(Pending.visitor == visitor, Pending.expires_at > now())
    return list(db.session.scalars(statement.order_by(Pending.id)))


def stored_edition_id(content_hash: str) -> int | None:
    """The row of this edition, when somebody began it before."""
    return db.session.scalar(select(StoredEdition.id).filter_by(hash=content_hash))
