"""What a group may see of its own answers without seeing what one of them answered.

After the practice of official statistics: a table with few people in a cell is not shown (IES
2017-147 leaves the number to each state; a guideline of US health departments hides counts below
10), and no cell may be derived from the others either (CMS cell size suppression policy).
The numbers 10, 5, 3 and 90 % are choices of this course.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

MINIMUM = 10  # answers before students see anything; a teacher of the group may use 5
SMALLEST_K = 2  # with less, no cell would be small
FEW = 5  # answers in a cell from which it is shown
STEP = 3  # answers that must have come or gone before a newer distribution is shown
SMALLEST_STEP = 2  # with 1, each answer would show by itself
GRAIN = 5  # percent
EXCEPTIONS = 2  # outside the largest cell; were it shown that there is 1, that one knew all others


class Suppressed(StrEnum):
    """What stands in a cell instead of a number."""

    # Too few, or enough but needed to hide another. So "fewer than 5" is the wrong word for it.
    HIDDEN = "hidden"
    # 90 % or more; the cells beside it are hidden, also when they hold nobody.
    NEARLY_EVERYONE = "nearly_everyone"


Cell: TypeAlias = int | Suppressed


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution that may be shown to those who are in it."""

    answers: int  # how many answered; may be shown too
    cells: tuple[Cell, ...]  # whole percents in fives, in the order of the options


def suppress(counts: Sequence[int], *, k: int = FEW, minimum: int = MINIMUM) -> list[Cell] | None:
    """Hide the cells of ``counts`` that say too much; ``None`` when all of it must be hidden.

    Below ``minimum`` answers nothing is shown. A cell with 1 to ``k - 1`` answers is hidden; 0 is
    shown. As long as the hidden cells could be worked out from the total (there is only one, they
    hold fewer than ``k`` answers together, or they are all 1 or all ``k - 1``) the smallest other
    cell that is not 0 is hidden as well, and with it each cell of the same size: which of two
    equals was hidden would tell the order of the sizes.

    Two hidden cells that differ can always be exchanged without a visible change, so no reader can
    tell which is which, even one who knows the total and this rule. When everybody stands alone
    there is nothing to hide behind and nothing worth showing: ``None``.

    Raises :exc:`ValueError` for a negative count, and unless 2 <= ``k`` <= ``minimum``.
    """
    if any(count < 0 for count in counts):
        raise ValueError(f"counts={list(counts)} must be >= 0")
    if not SMALLEST_K <= k <= minimum:
        raise ValueError(f"{k=} must be between {SMALLEST_K} and {minimum=}")
    if sum(counts) < minimum or max(counts) == 1:
        return None
    # The shown sizes are 0 and everything from `below` up.
    below = k
    while _can_be_derived([count for count in counts if 0 < count < below], k):
        others = [count for count in counts if count >= below]
        if not others:
            break
        below = min(others) + 1
    return [Suppressed.HIDDEN if 0 < count < below else count for count in counts]


def _can_be_derived(hidden: Sequence[int], k: int) -> bool:
    """Tell whether a reader who knows the sum of ``hidden`` may know a cell of it."""
    if not hidden:
        return False
    together = sum(hidden)
    bounds = (len(hidden), len(hidden) * (k - 1))  # all 1; all as large as a small cell can be
    # One small cell alone holds fewer than k as well.
    return together < k or (max(hidden) < k and together in bounds)


def shown_distribution(
    counts: Sequence[int], *, k: int = FEW, minimum: int = MINIMUM
) -> Distribution | None:
    """Give the percentages that a group may see of ``counts``, one count per option.

    Cells are rounded to whole fives, halves up, so they need not add up to 100. A cell of 90 % or
    more is ``NEARLY_EVERYONE`` and hides all others: who was alone, or that nobody was, stays
    unsaid (from 10 answers up; of 5 to 9 it can only mean all of them). So is all but two of 10 or
    more: an exception must not know to be the only one. For the rest as :func:`suppress`, with its
    errors; ``None`` when nothing may be shown.
    """
    cells = suppress(counts, k=k, minimum=minimum)
    if cells is None:
        return None
    answers, largest = sum(counts), max(counts)
    if _is_nearly_everyone(largest, answers):
        said = {largest: Suppressed.NEARLY_EVERYONE}
        return Distribution(answers, tuple(said.get(count, Suppressed.HIDDEN) for count in counts))
    return Distribution(answers, tuple(_percent(cell, answers) for cell in cells))


def _is_nearly_everyone(count: int, answers: int) -> bool:
    return 10 * count >= 9 * answers or (answers >= MINIMUM and answers - count <= EXCEPTIONS)


def _percent(cell: Cell, answers: int) -> Cell:
    """100 · count / answers to the nearest five, halves up, in whole numbers."""
    if isinstance(cell, Suppressed):
        return cell
    return GRAIN * ((2 * 100 * cell + GRAIN * answers) // (2 * GRAIN * answers))


def snapshot_due(*, previous_n: int, current_n: int, step: int = STEP) -> bool:
    """Tell whether the group may see a newer distribution than the one of ``previous_n`` answers.

    Only when ``step`` answers or more came, or went, since: the difference of two distributions
    would otherwise show what the latest one answered. ``previous_n`` is 0 before the first.
    Raises :exc:`ValueError` for a negative number of answers or ``step < 2``.
    """
    if previous_n < 0 or current_n < 0:
        raise ValueError(f"{previous_n=} and {current_n=} must be >= 0")
    if step < SMALLEST_STEP:
        raise ValueError(f"{step=} must be >= {SMALLEST_STEP}")
    return abs(current_n - previous_n) >= step
