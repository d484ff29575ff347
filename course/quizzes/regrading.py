"""Marking again after a key changed: look first what it would do, then do it, with a reason.

A change belongs to one sitting. From the moment it is confirmed, attempts that end are marked with
it. Those that had ended before are worked out some at a time, each lot in a transaction of its own,
beside the marks that are there; when the last one is done, all marks become the new ones at once.
So nobody ever sees half of a change, and whoever goes on after a crash begins where it stopped.
What each attempt had before is kept beside it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from time import monotonic
from typing import Final

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import contains_eager

from course.core.clock import now
from course.core.db import db
from course.core.log import log
from course.curriculum.edition import QuizEdition
from course.domain.attempts import AttemptState
from course.domain.attempts.regrading import Apply, Remarked, Row, dry_run, without_item
from course.domain.scoring.scores import NOTHING, AnswerState, Score, Total, total
from course.domain.weighing import Key
from course.quizzes import editions, queries
from course.quizzes.earning import earned_of, fraction_of
from course.quizzes.livepanel import keys_of
from course.quizzes.models import (
    Judgement,
    KeyChange,
    Mark,
    MarkChange,
    QuizAttempt,
    Response,
    Sitting,
)
from course.quizzes.rekeying import DELETIONS, CannotRekey, Change, Kind, Marked, after, marked
from course.quizzes.responses import Kept
from course.quizzes.rules import Rules

PERCENT: Final = 100
BATCH: Final = 100  # attempts that are worked out at a time
MARKS_IN_MEMORY: Final = 4_096


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
    found = _worked_out(sitting.id, edition, changes, mode, _ended(sitting.id))
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
        edition = _edition_of(sitting_id)
        if not _work_out_some(row, edition):
            count = _show(row, edition, at=now())
            log.info("regraded", sitting=sitting_id, change=row.id, changed=count)
    db.session.commit()
    return True


def _work_out_some(row: KeyChange, edition: QuizEdition) -> int:
    """The new marks of some more attempts, beside those they have; how many attempts it were."""
    attempts = _ended(row.sitting_id, beyond=row.reached, most=BATCH)
    if attempts:
        _work_out(row, edition, attempts)
        row.reached = attempts[-1].id
        db.session.flush()
    return len(attempts)


def _work_out(row: KeyChange, edition: QuizEdition, attempts: Sequence[QuizAttempt]) -> None:
    changes = [each for each in queries.changes_of(row.sitting_id) if each.id <= row.id]
    plain = [Change.from_plain(each.change) for each in changes]
    for told in _worked_out(row.sitting_id, edition, plain, Apply(row.mode), attempts):
        if told.is_written:
            values = {"before": _plain(told.old), "after": _plain(told.new)}
            db.session.add(MarkChange(change_id=row.id, attempt_id=told.attempt.id, **values))


def _show(row: KeyChange, edition: QuizEdition, *, at: datetime) -> int:
    """All new marks become the marks; how many did.

    A mark that a person gave since it was worked out is worked out once more.
    """
    db.session.execute(select(Sitting.id).filter_by(id=row.sitting_id).with_for_update())
    planned = _planned(row.id)
    marks = _marks_in(row)
    moved = [number for number, told in planned.items() if told.before != _plain(marks[number])]
    if moved:
        for number in moved:
            db.session.delete(planned[number])
        db.session.flush()
        _work_out(row, edition, _ended(row.sitting_id, among=moved))
        db.session.flush()
        planned = _planned(row.id)
    written = [
        {"attempt_id": number, "item": row.item, "given_at": at, **told.after}
        for number, told in planned.items()
    ]
    if written:
        db.session.execute(update(Mark), written)
    row.shown_at = at
    db.session.flush()
    _grade_the_whole_ones(row.sitting_id)
    return len(written)


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
    ended = func.count().filter(QuizAttempt.finished_at.is_not(None))
    done = func.count().filter(QuizAttempt.finished_at.is_not(None), QuizAttempt.id <= row.reached)
    counts = select(done, ended).where(QuizAttempt.sitting_id == row.sitting_id)
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


# --- Working out ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What a change does to one attempt."""

    attempt: QuizAttempt
    old: Marked
    new: Marked
    row: Row
    would_be_empty: bool  # nothing that counts would be left, so it stays as it is

    @property
    def is_written(self) -> bool:
        """Whether its mark becomes another one."""
        return not self.row.is_kept and self.old != self.new


def _worked_out(
    sitting_id: int,
    edition: QuizEdition,
    changes: Sequence[Change],
    mode: Apply,
    attempts: Sequence[QuizAttempt],
) -> list[_Told]:
    """What the last of ``changes`` does to these attempts; those without the item are left out."""
    change = changes[-1]
    keys = keys_of(edition, queries.panel_of(sitting_id))
    among = [attempt.id for attempt in attempts]
    all_marks, given = _marks(sitting_id, among), _given(sitting_id, change.item, among)
    by_hand = _by_hand(sitting_id, change.item, among)
    # What gave points when it was handed in goes on doing so, whatever a panel needs today.
    counted = _counted(sitting_id, change.item, all_marks)
    as_before = {slug: replace(key, is_fictional=False) for slug, key in keys.items()}
    found = []
    for attempt in attempts:
        marks = all_marks.get(attempt.id, {})
        new = _new_mark(
            attempt,
            edition,
            changes,
            None if attempt.was_abandoned else given.get(attempt.id),
            keys=as_before if attempt.id in counted else keys,
            by_hand=by_hand.get(attempt.id),
        )
        if change.item not in marks or new is None:
            continue  # a pool did not draw it, or it is an opinion
        before = {slug: each.score for slug, each in marks.items() if each.score is not None}
        then = _scores_after(before, change, new)
        remarked = Remarked(
            attempt=str(attempt.id),
            old=_share(attempt, before),
            new=_share(attempt, before if then is None else then),
        )
        old = marks[change.item].mark
        is_empty = then is None
        found.append((attempt, old, old if is_empty else new, remarked, is_empty))
    rows = dry_run(
        [remarked for _attempt, _old, _new, remarked, _is_empty in found],
        grade=_percent,
        passes=lambda _share: False,
        mode=mode,
    )
    return [
        _Told(attempt=attempt, old=old, new=new, row=row, would_be_empty=is_empty)
        for (attempt, old, new, _remarked, is_empty), row in zip(found, rows, strict=True)
    ]


def _new_mark(
    attempt: QuizAttempt,
    edition: QuizEdition,
    changes: Sequence[Change],
    given: Kept,
    *,
    keys: Mapping[str, Key],
    by_hand: Fraction | None,
) -> Marked | None:
    return marked(
        edition,
        changes[-1].item,
        given,
        keys=keys,
        changes=changes,
        weighings_count=Rules.from_plain(attempt.rules).weighings_count,
        by_hand=by_hand,
    )


def _score(mark: Marked) -> Score:
    """A mark that counts, as the domain adds it up."""
    return Score(mark.fraction, mark.maximum, lowest=min(NOTHING, mark.fraction))


def _scores_after(
    before: Mapping[str, Score], change: Change, new: Marked
) -> Mapping[str, Score] | None:
    """What counts after the change; ``None`` when that would be nothing."""
    how = DELETIONS.get(change.kind)
    if how is not None and change.item in before:
        if not new.maximum and len(before) == 1:
            return None
        return without_item(before, change.item, how=how)
    if not new.maximum:
        return before
    return {**before, change.item: _score(new)}


def _share(attempt: QuizAttempt, scores: Mapping[str, Score]) -> Fraction:
    found: Total = total(scores.values())
    return earned_of(attempt, found).share or NOTHING


def _percent(share: Fraction) -> Decimal:
    """The share of the points in percent, with one decimal, halves up."""
    tenths = (share * PERCENT * 10 + Fraction(1, 2)) // 1
    return Decimal(int(tenths)) / 10


def _plain(mark: Marked) -> dict[str, object]:
    return {
        "fraction": str(mark.fraction),
        "maximum": mark.maximum,
        "state": mark.state,
        "key": mark.key,
    }


# --- What it rests on ----------------------------------------------------------------------


def _edition_of(sitting_id: int) -> QuizEdition:
    statement = (
        select(Sitting)
        .join(Sitting.edition)
        .options(contains_eager(Sitting.edition))
        .where(Sitting.id == sitting_id)
    )
    sitting = db.session.scalars(statement).one()
    return editions.edition_by_hash(sitting.slug, sitting.edition.hash)


def _ended(
    sitting_id: int,
    *,
    beyond: int = 0,
    most: int | None = None,
    among: Collection[int] | None = None,
) -> list[QuizAttempt]:
    """Attempts that have ended, by number."""
    statement = (
        select(QuizAttempt)
        .where(
            QuizAttempt.sitting_id == sitting_id,
            QuizAttempt.finished_at.is_not(None),
            QuizAttempt.id > beyond,
        )
        .order_by(QuizAttempt.id)
        .limit(most)
    )
    if among is not None:
        statement = statement.where(QuizAttempt.id.in_(among))
    return list(db.session.scalars(statement))


def _planned(change_id: int) -> dict[int, MarkChange]:
    rows = db.session.scalars(select(MarkChange).filter_by(change_id=change_id))
    return {row.attempt_id: row for row in rows}


@dataclass(frozen=True, slots=True)
class _Held:
    """A mark as it is stored."""

    mark: Marked
    score: Score | None  # None where it does not count


@lru_cache(maxsize=MARKS_IN_MEMORY)
def _held(fraction: str, maximum: int, state: str, key: str) -> _Held:
    """Of the marks of a quiz many are the same; each is read once."""
    mark = Marked(fraction_of(fraction), maximum, state, key)
    return _Held(mark, _score(mark) if maximum else None)


_MARK = (Mark.attempt_id, Mark.item, Mark.fraction, Mark.maximum, Mark.state, Mark.key)


def _marks(sitting_id: int, among: Sequence[int]) -> dict[int, dict[str, _Held]]:
    statement = (
        select(*_MARK)
        .join(QuizAttempt, QuizAttempt.id == Mark.attempt_id)
        .where(QuizAttempt.sitting_id == sitting_id, _between(among))
    )
    found: dict[int, dict[str, _Held]] = {}
    for attempt_id, item, fraction, maximum, state, key in db.session.execute(statement):
        found.setdefault(attempt_id, {})[item] = _held(fraction, maximum, state, key)
    return found


def _marks_in(row: KeyChange) -> dict[int, Marked]:
    """The marks that a change is about to replace, as they are now."""
    replaced = select(MarkChange.attempt_id).where(MarkChange.change_id == row.id)
    statement = select(*_MARK).where(Mark.item == row.item, Mark.attempt_id.in_(replaced))
    return {
        attempt_id: _held(fraction, maximum, state, key).mark
        for attempt_id, _item, fraction, maximum, state, key in db.session.execute(statement)
    }


def _counted(
    sitting_id: int, item: str, marks: Mapping[int, Mapping[str, _Held]]
) -> Collection[int]:
    """The attempts in which the item gives points, or gave them before a change took those away."""
    statement = (
        select(MarkChange.attempt_id, MarkChange.before)
        .join(KeyChange, KeyChange.id == MarkChange.change_id)
        .where(
            KeyChange.sitting_id == sitting_id,
            KeyChange.item == item,
            MarkChange.attempt_id.between(min(marks, default=0), max(marks, default=0)),
        )
    )
    gave = {number for number, before in db.session.execute(statement) if before["maximum"]}
    give = {number for number, found in marks.items() if item in found and found[item].score}
    return gave | give


def _given(sitting_id: int, item: str, among: Sequence[int]) -> dict[int, Kept]:
    statement = (
        select(Response.attempt_id, Response.given)
        .join(QuizAttempt, QuizAttempt.id == Response.attempt_id)
        .where(QuizAttempt.sitting_id == sitting_id, Response.item == item, _between(among))
    )
    return {row.attempt_id: row.given for row in db.session.execute(statement)}


def _by_hand(sitting_id: int, item: str, among: Sequence[int]) -> dict[int, Fraction]:
    """What a person gave last, as a share."""
    statement = (
        select(Judgement.attempt_id, Judgement.fraction)
        .join(QuizAttempt, QuizAttempt.id == Judgement.attempt_id)
        .where(QuizAttempt.sitting_id == sitting_id, Judgement.item == item, _between(among))
        .order_by(Judgement.number)
    )
    return {row.attempt_id: fraction_of(row.fraction) for row in db.session.execute(statement)}


def _between(numbers: Sequence[int]) -> ColumnElement[bool]:
    """From the lowest to the highest of these attempts, which are in order."""
    lowest, highest = (numbers[0], numbers[-1]) if numbers else (0, 0)
    return QuizAttempt.id.between(lowest, highest)
