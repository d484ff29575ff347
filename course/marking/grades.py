"""The book of grades: events that are only added, each tied to the one before by a hash.

Page, export and message read :func:`current`, and nothing else holds a grade. Whoever adds holds
the end of the chain, so two that come at the same moment stand one after the other.
"""

import json
import secrets
from collections.abc import Collection, Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from course.core.clock import now
from course.core.db import db, insert_if_absent
from course.domain import gradechain
from course.domain.gradechain import GradeEvent, Misfit
from course.domain.grades import Grade as Value
from course.marking.models import Grade, GradeHead, GradeSubject

HEAD: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event as a page shows it."""

    number: int
    value: Value | None  # None: it was taken back
    actor: str
    reason: str
    at: datetime


def add(
    user_id: int,
    assignment_id: int,
    value: Value | None,
    *,
    by: int,
    reason: str,
    rubric: str = "",
) -> int:
    """Within the caller's transaction: add an event, unless the grade is that already.

    Returns the number of the event that holds it. ``value`` is ``None`` to take it back;
    ``rubric`` is the hash of its edition.
    """
    subject = subject_of(user_id, assignment_id)
    head = _held()
    last, before = _last(subject)
    plain = None if value is None else value.to_plain()
    if before == plain:
        return last
    event = GradeEvent(
        subject=subject,
        actor=f"user/{by}",
        at=now(),
        value=plain,  # type: ignore[arg-type]  # texts, truths and a list, as JSON has them
        previous=before,
        reason=reason,
        rubric=rubric,
    )
    row = Grade(
        number=head.number + 1,
        subject=subject,
        body=gradechain.canonical(event),
        previous=head.hash,
        hash=gradechain.chained(event, head.hash),
    )
    db.session.add(row)
    head.number, head.hash = row.number, row.hash
    db.session.flush()
    return head.number


def _held() -> GradeHead:
    """The end of the chain, which nobody else moves until this transaction ends."""
    insert_if_absent(GradeHead, id=HEAD, number=0, hash=gradechain.START)
    statement = (
        select(GradeHead)
        .filter_by(id=HEAD)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.execute(statement).scalar_one()


def subject_of(user_id: int, assignment_id: int) -> str:
    """Within the caller's transaction: the number that stands for this learner's grade here."""
    insert_if_absent(
        GradeSubject,
        subject=secrets.token_urlsafe(16),
        user_id=user_id,
        assignment_id=assignment_id,
    )
    statement = select(GradeSubject.subject).filter_by(user_id=user_id, assignment_id=assignment_id)
    return db.session.execute(statement).scalar_one()


def _last(subject: str) -> tuple[int, Any]:
    """The number and the value of the last event; 0 and None when there is none."""
    statement = select(Grade).filter_by(subject=subject).order_by(Grade.number.desc()).limit(1)
    row = db.session.scalar(statement)
    return (row.number, json.loads(row.body)["value"]) if row else (0, None)


def value_at(number: int) -> Value | None:
    """What the event with this number says: what a learner was given then."""
    plain = json.loads(db.session.get_one(Grade, number).body)["value"]
    return None if plain is None else Value.from_plain(plain)


def values_at(numbers: Collection[int | None]) -> dict[int | None, Value]:
    """As :func:`value_at`, by number, without those that took a grade back; one query."""
    statement = select(Grade.number, Grade.body).where(Grade.number.in_(numbers))
    plain = {number: json.loads(body)["value"] for number, body in db.session.execute(statement)}
    return {number: Value.from_plain(value) for number, value in plain.items() if value is not None}


def current(assignment_id: int, user_ids: Collection[int]) -> dict[int, Value]:
    """The grade of each of these learners who has one now; one query."""
    found: dict[int, Value] = {}
    statement = (
        select(GradeSubject.user_id, Grade.body)
        .join(Grade, Grade.subject == GradeSubject.subject)
        .where(GradeSubject.assignment_id == assignment_id, GradeSubject.user_id.in_(user_ids))
        .order_by(Grade.number)
    )
    for user_id, body in db.session.execute(statement):
        plain = json.loads(body)["value"]
        if plain is None:
            found.pop(user_id, None)
        else:
            found[user_id] = Value.from_plain(plain)
    return found


def history(user_id: int, assignment_id: int) -> list[Entry]:
    """All that happened to a grade, oldest first; one query."""
    return histories(user_id, [assignment_id]).get(assignment_id, [])


def histories(user_id: int, assignment_ids: Collection[int]) -> dict[int, list[Entry]]:
    """As :func:`history`, by assignment; one query."""
    statement = (
        select(GradeSubject.assignment_id, Grade.number, Grade.body)
        .join(GradeSubject, GradeSubject.subject == Grade.subject)
        .where(GradeSubject.user_id == user_id, GradeSubject.assignment_id.in_(assignment_ids))
        .order_by(Grade.number)
    )
    found: dict[int, list[Entry]] = {}
    for assignment_id, number, body in db.session.execute(statement):
        found.setdefault(assignment_id, []).append(_entry(number, body))
    return found


def _entry(number: int, body: str) -> Entry:
    plain = json.loads(body)
    return Entry(
        number=number,
        value=None if plain["value"] is None else Value.from_plain(plain["value"]),
        actor=plain["actor"],
        reason=plain["reason"],
        at=datetime.fromisoformat(plain["at"]),
    )


def verify() -> tuple[int, Misfit | None]:
    """How many events there should be, and the first that does not fit the chain, or None.

    Reads all of them, in pieces.
    """
    head = db.session.get(GradeHead, HEAD, populate_existing=True)
    with closing(_rows()) as rows:
        misfit = gradechain.verify(rows, last_hash=head.hash if head else gradechain.START)
    return (head.number if head else 0), misfit


def _rows() -> Generator[gradechain.Row]:
    statement = select(Grade.number, Grade.body, Grade.previous, Grade.hash).order_by(Grade.number)
    with db.session.execute(statement.execution_options(yield_per=1_000)) as found:
        for number, body, previous, own in found:
            yield gradechain.Row(
                number=number, event=_event(body), previous_hash=previous, hash=own
            )


def _event(body: str) -> GradeEvent:
    plain = json.loads(body)
    return GradeEvent(**{**plain, "at": datetime.fromisoformat(plain["at"])})
