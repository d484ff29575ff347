"""What an attempt earns: the points of its items, less what handing in late costs.

Every page, preview and export asks here, so that all of them say the same. Nothing is rounded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any, Protocol

from course.domain.lateness import ON_TIME, lateness, points_when_late
from course.domain.scoring.scores import (
    NOTHING,
    AnswerState,
    Score,
    Total,
    Unmarked,
    total,
)
from course.quizzes.models import Mark, QuizAttempt
from course.quizzes.rules import Rules

FRACTIONS_IN_MEMORY = 4_096


class Timed(Protocol):
    """What of an attempt says whether it was in time: the row, or a part of it."""

    @property
    def due_at(self) -> datetime | None: ...
    @property
    def finished_at(self) -> datetime | None: ...
    @property
    def was_abandoned(self) -> bool: ...


class Attempted(Timed, Protocol):
    """What of an attempt says what it earned, beside its marks."""

    @property
    def rules(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What an attempt that has ended earned, exact."""

    points: Fraction  # that are left, 0 <= points <= maximum
    maximum: int  # the points that count; 0 where none do
    late: timedelta  # 0 when it was on time
    taken: Fraction  # points that being late cost
    waiting: int  # answers that count and that a person still has to mark

    @property
    def share(self) -> Fraction | None:
        """Of the points that count, 0 to 1; ``None`` when none count."""
        return self.points / self.maximum if self.maximum else None


def earned(row: QuizAttempt, marks: Iterable[Mark]) -> Earned:
    """What this attempt earned with these marks; one that was abandoned has nothing."""
    return earned_of(row, total(score_of(mark) for mark in marks if mark.maximum))


def earned_of(row: Attempted, found: Total) -> Earned:
    """The same, from the sum of what its items earned."""
    return earned_under(Rules.from_plain(row.rules), row, found)


def earned_under(rules: Rules, row: Timed, found: Total) -> Earned:
    """The same, where the rules of the attempt were read before."""
    late = lateness_of(row, rules)
    whole = NOTHING if row.was_abandoned else found.points
    left = points_when_late(whole, maximum=found.maximum, late=late, policy=rules.late_policy())
    return Earned(
        points=left,
        maximum=found.maximum,
        late=late,
        taken=whole - left,
        waiting=found.waiting,
    )


def lateness_of(row: Timed, rules: Rules) -> timedelta:
    """How late an attempt was handed in; 0 while it runs, and where nothing is late."""
    if row.due_at is None or row.finished_at is None or row.was_abandoned:
        return ON_TIME
    grace = timedelta(minutes=rules.late_grace)
    return lateness(row.finished_at, due_at=row.due_at, grace=grace)


def score_of(mark: Mark) -> Score:
    """A mark that counts, as the domain adds it up."""
    fraction = fraction_of(mark.fraction)
    waits = mark.state == AnswerState.NEEDS_GRADING
    return Score(
        fraction,
        mark.maximum,
        Unmarked.NEEDS_GRADING if waits else None,
        min(NOTHING, fraction),
    )


@lru_cache(maxsize=FRACTIONS_IN_MEMORY)
def fraction_of(text: str) -> Fraction:
    """A share as it is stored. Many marks have the same one, and reading it takes a while."""
    return Fraction(text)
