"""What a change of a key does to attempts that have ended: their marks before, and after it.

Nothing is written here; :mod:`course.quizzes.regrading` decides when that is done.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager

from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.domain.attempts.regrading import Apply, Remarked, Row, dry_run, without_item
from course.domain.scoring.scores import NOTHING, Score, Total, total
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
from course.quizzes.rekeying import DELETIONS, Change, Marked, marked
from course.quizzes.responses import Kept
from course.quizzes.rules import Rules

PERCENT: Final = 100
MARKS_IN_MEMORY: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
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


def worked_out(
    sitting_id: int,
    edition: QuizEdition,
    changes: Sequence[Change],
    mode: Apply,
    attempts: Sequence[QuizAttempt],
) -> list[Told]:
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
        Told(attempt=attempt, old=old, new=new, row=row, would_be_empty=is_empty)
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


def as_plain(mark: Marked) -> dict[str, object]:
    """A mark as the record of a change keeps it, in JSON."""
    return {
        "fraction": str(mark.fraction),
        "maximum": mark.maximum,
        "state": mark.state,
        "key": mark.key,
    }


# --- What it rests on ----------------------------------------------------------------------


def edition_of(sitting_id: int) -> QuizEdition:
    """What a sitting is made of; one query."""
    statement = (
        select(Sitting)
        .join(Sitting.edition)
        .options(contains_eager(Sitting.edition))
        .where(Sitting.id == sitting_id)
    )
    sitting = db.session.scalars(statement).one()
    return editions.edition_by_hash(sitting.slug, sitting.edition.hash)


def ended(
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


def planned_by(change_id: int) -> dict[int, MarkChange]:
    """What a change does, by attempt, as far as it was worked out; one query."""
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


def marks_replaced_by(row: KeyChange) -> dict[int, Marked]:
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
