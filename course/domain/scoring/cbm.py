"""Certainty-based marking: how sure one is of an answer that is right or wrong.

For law, procedures and dates. Being sure pays when one is right and costs more when one is not, so
that telling the truth about it pays best: sure (3) above 80 %, fairly sure (2) from 67 %. Marks
after Gardner-Medwin, as in Moodle; the bonus is his formula as we remember it.
Specification: assessment.md, 1.8.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from typing import Final

from course.domain.scoring.scores import Score


class Certainty(IntEnum):
    """How sure somebody is."""

    LOW = 1  # best below 2/3
    MIDDLE = 2  # best from 2/3 to 4/5
    HIGH = 3  # best above 4/5


RIGHT: Final = {Certainty.LOW: 1, Certainty.MIDDLE: 2, Certainty.HIGH: 3}
WRONG: Final = {Certainty.LOW: 0, Certainty.MIDDLE: -2, Certainty.HIGH: -6}
HIGHEST_MARK: Final = 3
BONUS: Final = Fraction(1, 10)  # for each mark above what one fixed level would have given


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One answer, and how sure its writer was of it."""

    right: bool  # partly right does not exist here
    certainty: Certainty | None  # None when it was not told, or nothing was answered

    @property
    def mark(self) -> int:
        """From -6 to 3; 0 without a certainty."""
        if self.certainty is None:
            return 0
        return (RIGHT if self.right else WRONG)[self.certainty]


def expected_mark(chance: Fraction, *, certainty: Certainty) -> Fraction:
    """The mark to expect when the answer is right with this ``chance``, exact.

    Raises :exc:`ValueError` unless 0 <= ``chance`` <= 1.
    """
    if not 0 <= chance <= 1:
        raise ValueError(f"chance={chance} must be between 0 and 1")
    return chance * RIGHT[certainty] + (1 - chance) * WRONG[certainty]


def best_certainty(chance: Fraction) -> Certainty:
    """What pays best with this ``chance`` to be right; the lower of two that pay the same.

    Raises :exc:`ValueError` unless 0 <= ``chance`` <= 1.
    """
    return max(Certainty, key=lambda level: (expected_mark(chance, certainty=level), -level))


def score_told(answers: Iterable[Told]) -> Score:
    """All marks of a quiz together, of 3 an answer; together they never cost anything.

    Raises :exc:`ValueError` when there are no ``answers``.
    """
    marks = [told.mark for told in answers]
    if not marks:
        raise ValueError("answers=[] must hold an answer")
    maximum = HIGHEST_MARK * len(marks)
    return Score(Fraction(max(0, sum(marks)), maximum), maximum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The answers of one level of certainty."""

    certainty: Certainty
    answers: int
    right: int

    @property
    def share(self) -> Fraction | None:
        """The part that was right, 0 to 1; ``None`` when there are no answers."""
        return Fraction(self.right, self.answers) if self.answers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertaintyReport:
    """How well somebody knows what they know; answers without a certainty do not count."""

    answers: int
    accuracy: Fraction  # the part that was right, 0 to 1
    mean: Fraction  # mark, -6 to 3
    best_fixed: Fraction  # mean mark of the best single level with this accuracy
    table: tuple[Calibration, ...]  # one for each level, from low to high

    @property
    def bonus(self) -> Fraction:
        """What telling levels apart brought, in parts of 1; below 0 when it cost."""
        return BONUS * (self.mean - self.best_fixed)


def certainty_report(answers: Sequence[Told]) -> CertaintyReport | None:
    """Look back at ``answers``; ``None`` when none of them has a certainty."""
    counted = [told for told in answers if told.certainty is not None]
    if not counted:
        return None
    accuracy = Fraction(sum(told.right for told in counted), len(counted))
    return CertaintyReport(
        answers=len(counted),
        accuracy=accuracy,
        mean=Fraction(sum(told.mark for told in counted), len(counted)),
        best_fixed=max(expected_mark(accuracy, certainty=level) for level in Certainty),
        table=tuple(_calibration(counted, level) for level in Certainty),
    )


def _calibration(counted: Sequence[Told], level: Certainty) -> Calibration:
    of_level = [told.right for told in counted if told.certainty is level]
    return Calibration(certainty=level, answers=len(of_level), right=sum(of_level))
