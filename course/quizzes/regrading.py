"""Marking again after a key changed: look first what it would do, then do it, with a reason.

A change belongs to one sitting. What each attempt had before is kept beside it; attempts that end
later are marked with the changed key too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select, update

from course.core.clock import now
from course.core.db import db
from course.core.log import log
from course.curriculum.edition import QuizEdition
from course.domain.attempts.regrading import Apply, Remarked, Row, dry_run
from course.domain.scoring.scores import NOTHING
from course.quizzes import queries
from course.quizzes.livepanel import keys_of
from course.quizzes.models import KeyChange, Mark, MarkChange, QuizAttempt, Response, Sitting
from course.quizzes.rekeying import Change, Marked, marked
from course.quizzes.responses import Kept
from course.quizzes.rules import Rules

PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a change would do, before anybody decides to do it."""

    rows: tuple[Row, ...]  # an attempt each; its name is the number of the attempt
    new_marks: Mapping[int, Marked]  # by attempt, with the new key

    @property
    def changed(self) -> int:
        """How many attempts get another result."""
        return sum(row.is_changed for row in self.rows)


def preview(sitting: Sitting, edition: QuizEdition, change: Change, mode: Apply) -> Preview:
    """What ``change`` would do to each attempt that has ended; a fixed number of queries.

    Raises :exc:`course.quizzes.rekeying.CannotRekey` for a change that the item cannot have.
    """
    changes = [*queries.key_changes(sitting.id), change]
    keys = keys_of(edition, queries.panel_of(sitting.id))
    counts = Rules.from_plain(sitting.rules).weighings_count
    attempts = _ended(sitting.id)
    given = _given(sitting.id, change.item)
    marks = _marks(sitting.id)
    fresh: dict[int, Marked] = {}
    remarked = []
    for attempt_id in attempts:
        before = marks.get(attempt_id, {})
        if change.item not in before:
            continue  # a pool did not draw it
        new = marked(
            edition,
            change.item,
            given.get(attempt_id),
            keys=keys,
            changes=changes,
            weighings_count=counts,
        )
        if new is None:
            continue
        fresh[attempt_id] = new
        old_share = _share(before)
        new_share = _share({**before, change.item: new})
        remarked.append(Remarked(attempt=str(attempt_id), old=old_share, new=new_share))
    rows = dry_run(remarked, grade=_percent, passes=lambda _share: False, mode=mode)
    return Preview(rows=tuple(rows), new_marks=fresh)


def apply(
    sitting: Sitting,
    edition: QuizEdition,
    change: Change,
    *,
    mode: Apply,
    reason: str,
    made_by: int,
) -> int:
    """Do what the preview told, in one transaction; gives the number of attempts that changed.

    Where nobody may lose, an attempt that would get less keeps its old mark.
    """
    db.session.execute(select(Sitting.id).filter_by(id=sitting.id).with_for_update())
    found = preview(sitting, edition, change, mode)
    row = KeyChange(
        sitting_id=sitting.id,
        item=change.item,
        change=change.to_plain(),
        mode=mode.value,
        reason=reason,
        made_by=made_by,
    )
    db.session.add(row)
    db.session.flush()
    before = {
        attempt: marks[change.item]
        for attempt, marks in _marks(sitting.id).items()
        if change.item in marks
    }
    moment = now()
    written = []
    for told in found.rows:
        attempt_id = int(told.attempt)
        old, new = before[attempt_id], found.new_marks[attempt_id]
        if told.is_kept or old == new:
            continue
        written.append(
            MarkChange(
                change_id=row.id,
                attempt_id=attempt_id,
                before=_plain(old),
                after=_plain(new),
            )
        )
        db.session.execute(
            update(Mark)
            .where(Mark.attempt_id == attempt_id, Mark.item == change.item)
            .values(
                fraction=str(new.fraction),
                maximum=new.maximum,
                state=new.state,
                key=new.key,
                given_at=moment,
            )
        )
    db.session.add_all(written)
    db.session.commit()
    log.info("regraded", sitting=sitting.id, item=change.item, changed=len(written))
    return len(written)


def history(sitting_id: int) -> list[KeyChange]:
    """What was changed in the keys of a sitting, newest first; one query."""
    statement = select(KeyChange).filter_by(sitting_id=sitting_id).order_by(KeyChange.id.desc())
    return list(db.session.scalars(statement))


def _plain(mark: Marked) -> dict[str, object]:
    return {
        "fraction": str(mark.fraction),
        "maximum": mark.maximum,
        "state": mark.state,
        "key": mark.key,
    }


def _percent(share: Fraction) -> Decimal:
    """The share of the points in percent, with one decimal, halves up."""
    tenths = (share * PERCENT * 10 + Fraction(1, 2)) // 1
    return Decimal(int(tenths)) / 10


def _share(marks: Mapping[str, Marked]) -> Fraction:
    maximum = sum(mark.maximum for mark in marks.values())
    points = sum((mark.fraction * mark.maximum for mark in marks.values()), NOTHING)
    return max(NOTHING, points) / maximum if maximum else NOTHING


def _ended(sitting_id: int) -> list[int]:
    statement = (
        select(QuizAttempt.id)
        .where(QuizAttempt.sitting_id == sitting_id, QuizAttempt.finished_at.is_not(None))
        .order_by(QuizAttempt.id)
    )
    return list(db.session.scalars(statement))


def _given(sitting_id: int, item: str) -> dict[int, Kept]:
    statement = (
        select(Response.attempt_id, Response.given)
        .join(QuizAttempt, QuizAttempt.id == Response.attempt_id)
        .where(QuizAttempt.sitting_id == sitting_id, Response.item == item)
    )
    return {row.attempt_id: row.given for row in db.session.execute(statement)}


def _marks(sitting_id: int) -> dict[int, dict[str, Marked]]:
    statement = (
        select(Mark.attempt_id, Mark.item, Mark.fraction, Mark.maximum, Mark.state, Mark.key)
        .join(QuizAttempt, QuizAttempt.id == Mark.attempt_id)
        .where(QuizAttempt.sitting_id == sitting_id)
    )
    found: dict[int, dict[str, Marked]] = {}
    known: dict[str, Fraction] = {}
    for attempt_id, item, fraction, maximum, state, key in db.session.execute(statement):
        if fraction not in known:
            known[fraction] = Fraction(fraction)
        found.setdefault(attempt_id, {})[item] = Marked(known[fraction], maximum, state, key)
    return found
