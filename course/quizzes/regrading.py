"""Marking again after a key changed: look first what it would do, then do it, with a reason.

A change belongs to one sitting. From the moment it is confirmed, attempts that end are marked with
it. Those that had ended before are worked out some at a time, each lot in a transaction of its own,
beside the marks that are there; when the last one is done, all marks become the new ones at once.
So nobody ever sees half of a change, and whoever goes on after a crash begins where it stopped.
What each attempt had before is kept beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from sqlalchemy import exists, func, select, update

from course.audit import actions as audit
from course.audit.models import Kind as Done
from course.core.clock import now
from course.core.db import db
from course.core.log import log
from course.curriculum.edition import QuizEdition
from course.domain.attempts import AttemptState
from course.domain.attempts.regrading import Apply, Row
from course.domain.scoring.scores import AnswerState
from course.quizzes import queries
from course.quizzes.models import KeyChange, Mark, MarkChange, QuizAttempt, Sitting
from course.quizzes.rekeying import DELETIONS, CannotRekey, Change, Kind, after
from course.quizzes.remarking import (
    as_plain,
    edition_of,
    ended,
    marks_replaced_by,
    planned_by,
    worked_out,
)

BATCH: Final = 100  # attempts that are worked out at a time


# --- What it would do ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a change would do, before anybody decides to do it."""

    rows: tuple[Row, ...]  # an attempt each; its name is the number of the attempt

    @property
    def changed(self) -> int:
        """How many attempts get another result."""
        return sum(row.is_changed for row in self.rows)


def preview(sitting: Sitting, edition: QuizEdition, change: Change, mode: Apply) -> Preview:
    """What ``change`` would do to each attempt that has ended; a fixed number of queries.

    Raises :exc:`course.quizzes.rekeying.CannotRekey` for a change that the item cannot have, and
    for leaving out all that counts in an attempt.
    """
    changes = [*queries.key_changes(sitting.id), change]
    after(edition, change.item, changes)  # whether it can have the change, also without attempts
    found = worked_out(sitting.id, edition, changes, mode, ended(sitting.id))
    if any(told.would_be_empty for told in found):
        raise CannotRekey("only-item")
    return Preview(rows=tuple(told.row for told in found))


# --- Doing it ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A key was changed since this page was shown, or is being changed; this one was not."""

    by: KeyChange


def confirm(
    sitting_id: int, change: Change, *, mode: Apply, reason: str, made_by: int, seen: int
) -> KeyChange | Overtaken:
    """Store a change that was looked at; :func:`go_on` does the rest.

    ``seen`` is the number of the newest change when it was looked at, 0 for none. Of many clicks
    at once one stores it, and the others get the same.
    """
    # Who is being marked with the old key finishes first, and then counts as an attempt before it.
    db.session.execute(select(Sitting.id).filter_by(id=sitting_id).with_for_update())
    newest = next(iter(history(sitting_id)), None)
    if newest is not None and (newest.id != seen or newest.shown_at is None):
        db.session.commit()
        asked = (change.to_plain(), mode.value, reason, made_by)
        is_same = (newest.change, newest.mode, newest.reason, newest.made_by) == asked
        return newest if is_same else Overtaken(newest)
    row = _added(sitting_id, change, mode=mode, reason=reason, made_by=made_by, at=now())
    db.session.commit()
    log.info("key_changed", sitting=sitting_id, item=change.item, change=row.id, by=made_by)
    return row


def go_on(sitting_id: int, *, within: timedelta | None = None) -> bool:
    """Work on what was confirmed, the oldest first, for about so long; whether nothing is left.

    May be called at any time and by several at once: they take turns.
    """
    begin = monotonic()
    while _go_one_further(sitting_id):
        if within is not None and monotonic() - begin >= within.total_seconds():
            return unfinished(sitting_id) is None
    return True


def finish_all() -> None:
    """Finish every change that was confirmed and is not shown yet, wherever that stopped."""
    waiting = select(KeyChange.sitting_id).where(KeyChange.shown_at.is_(None)).distinct()
    sittings = list(db.session.scalars(waiting))
    db.session.commit()
    for sitting_id in sittings:
        go_on(sitting_id)


def write(
    sitting: Sitting,
    edition: QuizEdition,
    change: Change,
    *,
    mode: Apply,
    reason: str,
    made_by: int,
    at: datetime,
) -> int:
    """Within the caller's transaction: all of it at that moment; how many attempts changed."""
    row = _added(sitting.id, change, mode=mode, reason=reason, made_by=made_by, at=at)
    while _work_out_some(row, edition):
        pass
    return _show(row, edition, at=at)


def _added(
    sitting_id: int, change: Change, *, mode: Apply, reason: str, made_by: int, at: datetime
) -> KeyChange:
    row = KeyChange(
        sitting_id=sitting_id,
        item=change.item,
        change=change.to_plain(),
        mode=mode.value,
        reason=reason,
        made_by=made_by,
        made_at=at,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _go_one_further(sitting_id: int) -> bool:
    """One transaction of the oldest change that is not shown yet; ``False`` when there is none."""
    waiting = unfinished(sitting_id)
    if waiting is None:
        db.session.commit()
        return False
    row = db.session.get_one(KeyChange, waiting.id, with_for_update=True, populate_existing=True)
    if row.shown_at is None:  # nobody else was first
        edition = edition_of(sitting_id)
        if not _work_out_some(row, edition):
            count = _show(row, edition, at=now())
            log.info("regraded", sitting=sitting_id, change=row.id, changed=count)
    db.session.commit()
    return True


def _work_out_some(row: KeyChange, edition: QuizEdition) -> int:
    """The new marks of some more attempts, beside those they have; how many attempts it were."""
    attempts = ended(row.sitting_id, beyond=row.reached, most=BATCH)
    if attempts:
        _work_out(row, edition, attempts)
        row.reached = attempts[-1].id
        db.session.flush()
    return len(attempts)


def _work_out(row: KeyChange, edition: QuizEdition, attempts: Sequence[QuizAttempt]) -> None:
    changes = [each for each in queries.changes_of(row.sitting_id) if each.id <= row.id]
    plain = [Change.from_plain(each.change) for each in changes]
    for told in worked_out(row.sitting_id, edition, plain, Apply(row.mode), attempts):
        if told.is_written:
            values = {"before": as_plain(told.old), "after": as_plain(told.new)}
            db.session.add(MarkChange(change_id=row.id, attempt_id=told.attempt.id, **values))


def _show(row: KeyChange, edition: QuizEdition, *, at: datetime) -> int:
    """All new marks become the marks; how many did.

    A mark that a person gave since it was worked out is worked out once more.
    """
    db.session.execute(select(Sitting.id).filter_by(id=row.sitting_id).with_for_update())
    planned = planned_by(row.id)
    marks = marks_replaced_by(row)
    moved = [number for number, told in planned.items() if told.before != as_plain(marks[number])]
    if moved:
        for number in moved:
            db.session.delete(planned[number])
        db.session.flush()
        _work_out(row, edition, ended(row.sitting_id, among=moved))
        db.session.flush()
        planned = planned_by(row.id)
    written = [
        {"attempt_id": number, "item": row.item, "given_at": at, **told.after}
        for number, told in planned.items()
    ]
    if written:
        db.session.execute(update(Mark), written)
        _note(row, planned)
    row.shown_at = at
    db.session.flush()
    _grade_the_whole_ones(row.sitting_id)
    return len(written)


def _note(row: KeyChange, planned: Mapping[int, MarkChange]) -> None:
    """Write down, for each whose points it changed, who changed the key."""
    whose = (
        select(QuizAttempt.id, QuizAttempt.user_id)
        .join(MarkChange, MarkChange.attempt_id == QuizAttempt.id)
        .where(MarkChange.change_id == row.id)
    )
    users = {user for number, user in db.session.execute(whose) if planned[number].is_felt}
    sitting = db.session.get_one(Sitting, row.sitting_id)
    audit.note(
        Done.REKEYED,
        by=row.made_by,
        whom=users,
        group=sitting.group_id,
        about=sitting.slug,
    )


def _grade_the_whole_ones(sitting_id: int) -> None:
    """Attempts in which nothing waits for a person any more, because it was left out."""
    waits = exists().where(
        Mark.attempt_id == QuizAttempt.id,
        Mark.maximum > 0,
        Mark.state == AnswerState.NEEDS_GRADING.value,
    )
    whole = update(QuizAttempt).where(
        QuizAttempt.sitting_id == sitting_id,
        QuizAttempt.state == AttemptState.SUBMITTED.value,
        ~waits,
    )
    db.session.execute(whole.values(state=AttemptState.GRADED.value))


# --- What was done -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a change is."""

    done: int  # attempts that were worked out
    attempts: int  # that had ended
    changed: int  # that get, or got, another mark


def history(sitting_id: int) -> list[KeyChange]:
    """What was changed in the keys of a sitting, newest first; one query."""
    return queries.changes_of(sitting_id)[::-1]


def unfinished(sitting_id: int) -> KeyChange | None:
    """The oldest change that is confirmed and not shown yet; one query."""
    statement = (
        select(KeyChange)
        .where(KeyChange.sitting_id == sitting_id, KeyChange.shown_at.is_(None))
        .order_by(KeyChange.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(statement)


def change_of(sitting_id: int, number: int) -> KeyChange | None:
    """A change of this sitting; one query."""
    return db.session.scalar(select(KeyChange).filter_by(id=number, sitting_id=sitting_id))


def progress_of(row: KeyChange) -> Progress:
    """How far it is; two queries."""
    over = func.count().filter(QuizAttempt.finished_at.is_not(None))
    done = func.count().filter(QuizAttempt.finished_at.is_not(None), QuizAttempt.id <= row.reached)
    counts = select(done, over).where(QuizAttempt.sitting_id == row.sitting_id)
    reached, attempts = db.session.execute(counts).one()
    changed = select(func.count()).where(MarkChange.change_id == row.id)
    return Progress(done=reached, attempts=attempts, changed=db.session.scalar(changed) or 0)


def taken_out(rows: Sequence[KeyChange]) -> set[str]:
    """The items of which nobody, or everybody, has the points: nothing in them is judged any more.

    ``rows`` are the changes of a sitting, oldest first.
    """
    last = {row.item: Kind(row.change["kind"]) for row in rows}
    return {item for item, kind in last.items() if kind in DELETIONS}


def left_out(rows: Sequence[KeyChange]) -> dict[str, KeyChange]:
    """The items of a sitting that do not count any more, with the change that says so.

    ``rows`` are its changes, oldest first; what is not shown yet does not count.
    """
    last = {row.item: row for row in rows if row.shown_at is not None}
    return {item: row for item, row in last.items() if row.change["kind"] == Kind.DROP}
