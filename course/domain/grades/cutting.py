"""Points → an exact grade, by two straight lines that meet in the cut score.

The usual Dutch rule: 1 at no points, 5.5 at the cut ("caesuur"), 10 at the maximum. The cut is a
share of what can be known, or follows from the best of the group.
"""

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Final

from course.domain.grades.rounding import HIGHEST, LOWEST, PASS

FEWEST_SCORES: Final = 50  # before the best of a group say something; a choice of this course
BEST: Final = Fraction(1, 20)  # share of the group that is the best
KNOWN_OF_BEST: Final = Fraction(3, 5)  # that others have to know


class OneAt(StrEnum):
    """Which score gives a 1.0."""

    ZERO = "zero"
    GUESS = "gok"  # what guessing earns; less is a 1.0 as well


def cut_score(maximum: Fraction | int, *, guess: Fraction | int, share: Fraction) -> Fraction:
    """The score that just passes: ``share`` of what is left of ``maximum`` above guessing.

    ``guess`` is what blind guessing earns, in points: the sum of 1 / options over closed
    questions, 0 for open ones. Raises :exc:`ValueError` unless 0 <= ``guess`` < ``maximum`` and
    0 < ``share`` < 1.
    """
    if not 0 <= guess < maximum:
        raise ValueError(f"guess={guess} must be at least 0 and below {maximum}")
    if not 0 < share < 1:
        raise ValueError(f"share={share} must be between 0 and 1, exclusive")
    return guess + share * Fraction(maximum - guess)


def cohen_schotanus(
    scores: Sequence[Fraction | int], *, guess: Fraction | int, share: Fraction = KNOWN_OF_BEST
) -> Fraction | None:
    """The cut score by what the best could do, or ``None`` when there is nothing to go by.

    It lies at ``share`` between ``guess`` and the lowest score of the best 5 %, whose number is
    rounded up (Cohen-Schotanus & van der Vleuten 2010). Percentiles between two scores are lower
    and not meant. ``None`` below 50 scores, and when the best know no more than guessing gives.
    The order of ``scores`` does not matter. Raises :exc:`ValueError` unless 0 < ``share`` < 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"share={share} must be between 0 and 1, exclusive")
    if len(scores) < FEWEST_SCORES:
        return None
    best = sorted(scores, reverse=True)[: ceil(BEST * len(scores))]
    if best[-1] <= guess:
        return None
    return guess + share * Fraction(best[-1] - guess)


def exact_grade(
    points: Fraction | int, maximum: Fraction | int, *, cut: Fraction, one: Fraction | int = 0
) -> Fraction:
    """The grade from 1 to 10, not rounded; ``one`` is the score that gives a 1.

    Raises :exc:`ValueError` unless 0 <= ``points`` <= ``maximum`` and
    0 <= ``one`` < ``cut`` < ``maximum``.
    """
    if not 0 <= points <= maximum:
        raise ValueError(f"points={points} must be between 0 and {maximum}")
    if not 0 <= one < cut < maximum:
        raise ValueError(f"cut={cut} must be above {one} and below {maximum}")
    if points >= cut:
        return PASS + (HIGHEST - PASS) * (points - cut) / (maximum - cut)
    return max(LOWEST, LOWEST + (PASS - LOWEST) * (points - one) / (cut - one))
