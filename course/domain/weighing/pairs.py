"""Paired comparison: which of two weighs more, for each two of a few considerations.

Without points. When choices turn in a circle, A above B, B above C and C above A, that is something
to think about. Circular triads and the coefficient of consistence are Kendall's and Babington
Smith's (1940). Specification: assessment.md, 1.9.
"""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Final, TypeAlias

FEWEST, MOST = 3, 6  # considerations; six give fifteen questions

Choice: TypeAlias = tuple[str, str]  # the one that weighs more, and the other
# How many circles there can be at most, by the number of considerations.
MOST_CIRCLES: Final = {k: (k**3 - (k if k % 2 else 4 * k)) // 24 for k in range(FEWEST, MOST + 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """How far choices in pairs agree with one order."""

    wins: tuple[tuple[str, int], ...]  # by consideration: how often it weighed more
    circles: tuple[tuple[str, str, str], ...]  # each above the next, and the last above the first
    coefficient: Fraction  # 1 without circles, 0 with as many as there can be


def consistency_of(choices: Collection[Choice]) -> Consistency:
    """Look for circles; the order of ``choices`` does not matter.

    Raises :exc:`ValueError` unless they hold each pair of 3 to 6 considerations once.
    """
    options = sorted({option for choice in choices for option in choice})
    if not FEWEST <= len(options) <= MOST:
        raise ValueError(f"{options=} must be {FEWEST} to {MOST}")
    pairs = sorted(tuple(sorted(choice)) for choice in choices)
    if pairs != list(combinations(options, 2)):
        raise ValueError(f"choices={sorted(choices)} must hold each pair of {options=} once")
    circles = tuple(
        circle for three in combinations(options, 3) if (circle := _circle(three, choices))
    )
    return Consistency(
        wins=tuple((option, sum(winner == option for winner, _ in choices)) for option in options),
        circles=circles,
        coefficient=1 - Fraction(len(circles), MOST_CIRCLES[len(options)]),
    )


def _circle(
    three: tuple[str, str, str], choices: Collection[Choice]
) -> tuple[str, str, str] | None:
    first, second, third = three
    for a, b, c in ((first, second, third), (first, third, second)):
        if {(a, b), (b, c), (c, a)} <= set(choices):
            return (a, b, c)
    return None
