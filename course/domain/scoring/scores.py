"""What an answer earned, and why it may have no mark; many scores → :class:`Total`.

A share of the marks is an exact fraction. Nothing is rounded here: who shows or stores points
rounds once, at the end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

NOTHING: Final = Fraction(0)
EVERYTHING: Final = Fraction(1)


class AnswerState(StrEnum):
    """What became of an answer."""

    BLANK = "blank"
    INVALID = "invalid"  # cannot be marked as it stands: ask again, it is not a try
    NEEDS_GRADING = "needs_grading"  # by a person
    WRONG = "wrong"  # share 0, or less
    PARTIAL = "partial"
    RIGHT = "right"  # share 1


class Unmarked(StrEnum):
    """Why an answer has no mark; for as long as that is so it counts 0."""

    BLANK = "blank"
    NEEDS_GRADING = "needs_grading"
    NOT_A_NUMBER = "not_a_number"
    AMBIGUOUS_NUMBER = "ambiguous_number"
    UNIT_MISSING = "unit_missing"
    UNIT_UNKNOWN = "unit_unknown"
    TOO_LONG = "too_long"
    INCOMPLETE = "incomplete"  # a part is missing, or the parts do not go together
    ALMOST = "almost"  # one slip of the pen away from a text that earns something


@dataclass(frozen=True, slots=True)
class Score:
    """What one answer earned."""

    fraction: Fraction  # share of the maximum, lowest <= fraction <= 1, exact
    maximum: int  # attainable, whole points, >= 1
    unmarked: Unmarked | None = None  # None: it has a mark; otherwise fraction is 0
    lowest: Fraction = NOTHING  # the worst share of this question, -1 <= lowest <= 0

    def __post_init__(self) -> None:
        if not -EVERYTHING <= self.lowest <= NOTHING:
            raise ValueError(f"lowest={self.lowest} must be between -1 and 0")
        if not self.lowest <= self.fraction <= EVERYTHING:
            raise ValueError(f"fraction={self.fraction} must be between {self.lowest} and 1")
        if self.maximum < 1:
            raise ValueError(f"maximum={self.maximum} must be >= 1")
        if self.unmarked and self.fraction:
            raise ValueError(f"fraction={self.fraction} must be 0 while {self.unmarked=!s}")

    @property
    def points(self) -> Fraction:
        """Points awarded, lowest · maximum <= points <= maximum, exact and not rounded."""
        return self.fraction * self.maximum

    @property
    def state(self) -> AnswerState:
        """What became of the answer; right is a share of exactly 1."""
        match self.unmarked:
            case None if self.fraction == EVERYTHING:
                return AnswerState.RIGHT
            case None:
                return AnswerState.PARTIAL if self.fraction > NOTHING else AnswerState.WRONG
            case Unmarked.BLANK:
                return AnswerState.BLANK
            case Unmarked.NEEDS_GRADING:
                return AnswerState.NEEDS_GRADING
            case _:
                return AnswerState.INVALID


def blank(maximum: int) -> Score:
    """The score of somebody who left a question open: 0, and not wrong."""
    return Score(NOTHING, maximum, Unmarked.BLANK)


def clamped(fraction: Fraction, *, lowest: Fraction = NOTHING) -> Fraction:
    """The nearest share from ``lowest`` to 1."""
    return min(EVERYTHING, max(lowest, fraction))


@dataclass(frozen=True, slots=True)
class Total:
    """What several answers earned together."""

    points: Fraction  # awarded, 0 <= points <= maximum, exact
    maximum: int  # attainable, whole points; 0 when there were no scores
    waiting: int = 0  # answers among them that still have to be marked by a person

    @property
    def fraction(self) -> Fraction:
        """Share of the maximum, from 0 to 1, exact.

        Raises :exc:`ValueError` when nothing could be earned: that is not a share of 0.
        """
        if not self.maximum:
            raise ValueError(f"maximum={self.maximum} must be >= 1")
        return self.points / self.maximum


def total(scores: Iterable[Score]) -> Total:
    """Add up ``scores``, exactly; their order does not matter, and none at all gives 0 of 0.

    Where questions have a share below 0, the sum still is at least 0.
    """
    counted = list(scores)
    return Total(
        points=max(NOTHING, sum((score.points for score in counted), NOTHING)),
        maximum=sum(score.maximum for score in counted),
        waiting=sum(score.unmarked is Unmarked.NEEDS_GRADING for score in counted),
    )
