"""The points of a whole group in all its quizzes. Four queries, and no mark is read by itself.

Most shares of an item are nothing or all of it, so the database adds those up; what lies in between
comes as one text for each attempt. Numbers stay exact.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Text, and_, case, cast, func, literal, select

from course.core.clock import now
from course.core.db import db
from course.domain.attempts import GradeMethod, counted_grade
from course.domain.attempts.feedback import Shown, may_be_shown, phase_at
from course.domain.scoring.scores import NOTHING, AnswerState, Total
from course.groups.models import Membership, Part
from course.quizzes import closing
from course.quizzes.closing import Beyond
from course.quizzes.earning import earned_under, fraction_of
from course.quizzes.models import Mark, QuizAttempt, Sitting
from course.quizzes.rules import Rules
from course.quizzes.sittings import settle_all


class State(StrEnum):
    """How far a learner is with a quiz."""

    OPEN = "open"  # it can still be handed in
    MISSING = "missing"  # it cannot any more, and was not
    WAITING = "waiting"  # handed in; the result was not given, or somebody still has to mark it
    GIVEN = "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one learner has of one quiz."""

    state: State
    share: Fraction | None = None  # of the points, when given; None where none count
    maximum: int | None = None  # the points that count, when that is the same for all attempts
    at: datetime | None = None  # when it was handed in last


OPEN, MISSING = Taken(state=State.OPEN), Taken(state=State.MISSING)
NO_MARKS: Final = Total(NOTHING, 0)
TIMES, BLANK = "*", " "  # between a share and its maximum, and between two of them
SUMS_IN_MEMORY: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizResults:
    """All quizzes of a group."""

    sittings: Sequence[Sitting]  # oldest first
    closed: Collection[int]  # the sittings in which nobody can hand in any more
    found: Mapping[tuple[int, int], Taken]  # by sitting and learner, of who began

    def taken(self, sitting_id: int, user_id: int) -> Taken:
        """What this learner has of it."""
        nothing = MISSING if sitting_id in self.closed else OPEN
        found = self.found.get((sitting_id, user_id), nothing)
        return nothing if found is OPEN else found


class Tried(NamedTuple):
    """An attempt without its answers, as the query below gives it."""

    id: int
    sitting_id: int
    user_id: int
    rules: str  # JSON: thousands of attempts have the same, and it is read once
    due_at: datetime | None
    finished_at: datetime | None
    was_abandoned: bool


def sittings_of(group_id: int) -> list[tuple[Sitting, Beyond]]:
    """The quizzes of a group, oldest first, with when the last one has to be done; one query."""
    return sittings_in([group_id])


def sittings_in(group_ids: Collection[int]) -> list[tuple[Sitting, Beyond]]:
    """As :func:`sittings_of`, of several groups; one query."""
    statement = (
        select(Sitting, *closing.COLUMNS)
        .where(Sitting.group_id.in_(group_ids))
        .order_by(Sitting.id)
    )
    return [(sitting, Beyond(*rest)) for sitting, *rest in db.session.execute(statement)]


def of_group(group_id: int, *, user_id: int | None = None) -> QuizResults:
    """What the learners of a group have, or one of them; four queries.

    What the clock has ended since is written down first, as wherever an attempt is read.
    """
    running = _of(select(QuizAttempt), group_id, user_id).where(QuizAttempt.finished_at.is_(None))
    settle_all(list(db.session.scalars(running)))
    sittings = sittings_of(group_id)
    totals = _totals(group_id, user_id)
    tries: dict[tuple[int, int], list[Tried]] = {}
    for row in db.session.execute(
        _of(select(*TRIED), group_id, user_id).order_by(QuizAttempt.number)
    ):
        tried = Tried(*row)
        tries.setdefault((tried.sitting_id, tried.user_id), []).append(tried)
    shown = {sitting.id: _shown_by(sitting, beyond) for sitting, beyond in sittings}
    methods = {sitting.id: Rules.from_plain(sitting.rules).method for sitting, _beyond in sittings}
    return QuizResults(
        sittings=[sitting for sitting, _beyond in sittings],
        closed={sitting.id for sitting, beyond in sittings if _has_closed(sitting, beyond)},
        found={
            place: _taken(rows, totals, shown[place[0]], methods[place[0]])
            for place, rows in tries.items()
        },
    )


TRIED: Final = (
    QuizAttempt.id,
    QuizAttempt.sitting_id,
    QuizAttempt.user_id,
    cast(QuizAttempt.rules, Text),
    QuizAttempt.due_at,
    QuizAttempt.finished_at,
    QuizAttempt.was_abandoned,
)
"""What a query of attempts selects, for the fields of a :class:`Tried`."""

_WAITS: Final = and_(Mark.state == AnswerState.NEEDS_GRADING.value, Mark.maximum > 0)
_BETWEEN: Final = and_(Mark.fraction.not_in(("0", "1")), Mark.maximum > 0)
_WRITTEN: Final = Mark.fraction + literal(TIMES) + cast(Mark.maximum, Text)
EARNED: Final = (
    func.coalesce(func.sum(case((Mark.fraction == "1", Mark.maximum), else_=0)), 0),
    func.coalesce(func.sum(Mark.maximum), 0),
    func.coalesce(func.sum(case((_WAITS, 1), else_=0)), 0),
    func.aggregate_strings(case((_BETWEEN, _WRITTEN)), BLANK),
)
"""What a query selects of the marks of an attempt: whole points, the maximum, how many wait for a
person, and what lies in between, for :func:`total_of`."""


def _of(statement: Any, group_id: int, user_id: int | None) -> Any:
    """Of those who learn in the group now, in its own quizzes."""
    found: Any = (
        statement.join(Sitting, Sitting.id == QuizAttempt.sitting_id)
        .join(
            Membership,
            (Membership.user_id == QuizAttempt.user_id) & (Membership.group_id == Sitting.group_id),
        )
        .where(Sitting.group_id == group_id, Membership.part == Part.LEARNER)
    )
    return found if user_id is None else found.where(QuizAttempt.user_id == user_id)


def _totals(group_id: int, user_id: int | None) -> dict[int, Total]:
    """What the items of each attempt earned together, by attempt; one query."""
    statement = select(Mark.attempt_id, *EARNED).join(
        QuizAttempt, QuizAttempt.id == Mark.attempt_id
    )
    return {
        attempt: total_of(points, rest or "", maximum, waiting)
        for attempt, points, maximum, waiting, rest in db.session.execute(
            _of(statement, group_id, user_id).group_by(Mark.attempt_id)
        )
    }


@lru_cache(SUMS_IN_MEMORY)
def total_of(points: int, between: str, maximum: int, waiting: int) -> Total:
    """The sum of what :data:`EARNED` selects, exact."""
    found = points + _sum(between) if between else Fraction(points)
    return Total(max(NOTHING, found), maximum, waiting)


def _sum(written: str) -> Fraction:
    """The sum of products, exact: "2/3*2 1/2*1" is 11/6."""
    found = NOTHING
    for product in written.split(BLANK):
        fraction, _times, maximum = product.partition(TIMES)
        found += fraction_of(fraction) * int(maximum)
    return found


def _has_closed(sitting: Sitting, beyond: Beyond) -> bool:
    end = closing.last_end(sitting, beyond)
    return end is not None and end <= now()


def _shown_by(sitting: Sitting, beyond: Beyond) -> Callable[[str], bool]:
    """Whether the points of an attempt with these rules, that was handed in, can be seen."""
    moment = now()
    phase = phase_at(
        moment,
        final_at=moment,
        closes_at=closing.last_end(sitting, beyond),
        released_at=sitting.released_at,
    )

    @cache
    def is_shown(rules: str) -> bool:
        return Shown.MARK in may_be_shown(rules_of(rules).policy(weighing=False), phase)

    return is_shown


@lru_cache(SUMS_IN_MEMORY)
def rules_of(text: str) -> Rules:
    """The rules of an attempt as the query gives them."""
    return Rules.from_plain(json.loads(text))


def _taken(
    rows: Sequence[Tried],
    totals: Mapping[int, Total],
    is_shown: Callable[[str], bool],
    method: GradeMethod,
) -> Taken:
    finished = [row for row in rows if row.finished_at is not None]
    if not finished:
        return OPEN
    at = finished[-1].finished_at
    found = [totals.get(row.id, NO_MARKS) for row in finished]
    if any(each.waiting for each in found) or not all(is_shown(row.rules) for row in finished):
        return Taken(state=State.WAITING, at=at)
    maxima = {each.maximum for each in found}
    if maxima == {0}:
        return Taken(state=State.GIVEN, at=at)
    shares = [share_of(row, each) for row, each in zip(finished, found, strict=True)]
    return Taken(
        state=State.GIVEN,
        share=counted_grade(shares, method=method),
        maximum=maxima.pop() if len(maxima) == 1 else None,
        at=at,
    )


def share_of(row: Tried, found: Total) -> Fraction:
    """The share of its points that an attempt earned, 0 to 1, less what being late costs."""
    if row.due_at is None and not row.was_abandoned:
        return _in_time(row.rules, found)
    return earned_under(rules_of(row.rules), row, found).share or NOTHING


@lru_cache(SUMS_IN_MEMORY)
def _in_time(rules: str, found: Total) -> Fraction:
    """Of most attempts nothing else matters, and many earned the same."""
    row = Tried(0, 0, 0, rules, None, None, was_abandoned=False)
    return earned_under(rules_of(rules), row, found).share or NOTHING
