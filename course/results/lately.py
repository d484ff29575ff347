"""What learners see of the quizzes of their groups: shares of points, and when they came in sight.

A result that was not given yet is no fact about anybody. Nor is a quiz in which weighings give
points: where somebody stands on a weighing is no input of any rule.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import func, select

from course.core.clock import now
from course.core.db import db
from course.domain.attempts import counted_grade
from course.domain.attempts.feedback import Shown, may_be_shown, phase_at
from course.groups.models import Membership, Part
from course.quizzes import closing
from course.quizzes.models import Mark, QuizAttempt, Sitting
from course.quizzes.rules import Rules
from course.results import quizresults
from course.results.quizresults import EARNED, TRIED, Tried, rules_of, share_of, total_of

Share: TypeAlias = tuple[datetime, Fraction]  # since when the learner sees it, and what: 0 to 1


@dataclass(frozen=True, slots=True)
class Seen:
    """What one learner sees of the quizzes of a group."""

    active_at: datetime  # something was begun or handed in
    shares: Sequence[Share]  # by quiz, the first that came in sight first


class _Row(NamedTuple):
    """An attempt with what it earned."""

    tried: Tried
    started_at: datetime
    points: int
    maximum: int
    waiting: int
    between: str | None
    marked_at: datetime | None  # the newest mark


def seen_in(
    group_ids: Collection[int], *, user_id: int | None = None
) -> dict[int, dict[int, Seen]]:
    """By group and learner, of who began a quiz there; two queries, and one where none is set.

    An attempt whose time ran out counts from when it was written down as handed in.
    """
    sittings = {
        sitting.id: (sitting, closing.last_end(sitting, beyond))
        for sitting, beyond in quizresults.sittings_in(group_ids)
    }
    rows = _rows(group_ids, user_id) if sittings else {}
    active: dict[tuple[int, int], datetime] = {}
    shares: dict[tuple[int, int], list[Share]] = defaultdict(list)
    for (sitting_id, learner), found in rows.items():
        sitting, end = sittings[sitting_id]
        place = sitting.group_id, learner
        moments = [row.tried.finished_at or row.started_at for row in found]
        active[place] = max(*moments, active.get(place, moments[0]))
        if share := _share(found, sitting, end):
            shares[place].append(share)
    known: dict[int, dict[int, Seen]] = {group_id: {} for group_id in group_ids}
    for place, at in active.items():
        group_id, learner = place
        known[group_id][learner] = Seen(at, sorted(shares[place]))
    return known


_NEWEST_MARK: Final = func.max(Mark.given_at)


def _rows(
    group_ids: Collection[int], user_id: int | None
) -> Mapping[tuple[int, int], Sequence[_Row]]:
    """The attempts of who learns in these groups now, by sitting and learner, first one first."""
    statement = (
        select(*TRIED, QuizAttempt.started_at, *EARNED, _NEWEST_MARK)
        .join(Sitting, Sitting.id == QuizAttempt.sitting_id)
        .join(
            Membership,
            (Membership.user_id == QuizAttempt.user_id) & (Membership.group_id == Sitting.group_id),
        )
        .outerjoin(Mark, Mark.attempt_id == QuizAttempt.id)
        .where(Sitting.group_id.in_(group_ids), Membership.part == Part.LEARNER)
        .group_by(QuizAttempt.id)
        .order_by(QuizAttempt.number)
    )
    if user_id is not None:
        statement = statement.where(QuizAttempt.user_id == user_id)
    found: dict[tuple[int, int], list[_Row]] = defaultdict(list)
    for values in db.session.execute(statement):
        tried = Tried(*values[: len(TRIED)])
        row = _Row(tried, *values[len(TRIED) :])
        found[tried.sitting_id, tried.user_id].append(row)
    return found


def _share(rows: Sequence[_Row], sitting: Sitting, end: datetime | None) -> Share | None:
    """The share that counts, and since when it is seen; ``None`` while it is not."""
    finished = [row for row in rows if row.tried.finished_at is not None]
    if not finished or any(row.waiting for row in finished):
        return None
    if not all(row.maximum for row in finished):
        return None
    if any(rules_of(row.tried.rules).weighings_count for row in finished):
        return None
    since = [_seen_from(row, sitting, end) for row in finished]
    known = [moment for moment in since if moment is not None]
    if len(known) < len(since):
        return None
    share = counted_grade(
        [
            share_of(row.tried, total_of(row.points, row.between or "", row.maximum, row.waiting))
            for row in finished
        ],
        method=Rules.from_plain(sitting.rules).method,
    )
    return None if share is None else (max(known), share)


def _seen_from(row: _Row, sitting: Sitting, end: datetime | None) -> datetime | None:
    """Since when the learner sees the points of what was handed in; ``None`` while they do not."""
    final_at = row.tried.finished_at
    policy = rules_of(row.tried.rules).policy(weighing=False)
    turns = sorted(at for at in (final_at, end, sitting.released_at) if at and at <= now())
    for at in turns:
        phase = phase_at(at, final_at=final_at, closes_at=end, released_at=sitting.released_at)
        if Shown.MARK in may_be_shown(policy, phase):
            return max(at, row.marked_at or at)
    return None
