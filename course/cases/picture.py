"""Both ledgers over the moments of a way, a drawing for each variable: geometry, no colours.

Across goes in percent, so that a drawing fits any width while its letters keep their size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from course.cases.play import shown, value_of
from course.curriculum.cases import CaseVariable
from course.curriculum.edition import CaseEdition
from course.domain.branching import State

TOP, HEIGHT = 22, 44  # pixels: room for the numbers, and from the lowest to the highest value
WHOLE = 100  # percent


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight piece of the line."""

    x1: float  # percent, as x2
    y1: float  # pixels, as y2
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A number at its place in the drawing: a value on the line, or a week under it."""

    x: float
    y: float
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How one variable went: a step for each moment."""

    label: str
    least: int
    most: int
    first: int
    last: int
    words: str  # of the last value
    strokes: tuple[Stroke, ...]
    values: tuple[Mark, ...]  # where it begins, changes and ends
    weeks: tuple[Mark, ...]


def courses(
    edition: CaseEdition, states: Sequence[State], side: str, language: str
) -> list[Course]:
    """The variables of one ledger; up is more, and every moment is as wide."""
    return [_course(edition, states, item, language) for item in shown(edition, side)]


def _course(
    edition: CaseEdition, states: Sequence[State], item: CaseVariable, language: str
) -> Course:
    wide = WHOLE / len(states)
    values = [value_of(edition, state, item.name) for state in states]
    heights = [
        round(TOP + HEIGHT * (1 - (value - item.min) / (item.max - item.min)), 1)
        for value in values
    ]
    middles = [round((place + 0.5) * wide, 2) for place in range(len(states))]
    draw = _steps if item.side == "hard" else _slopes  # figures jump, people move
    told = [
        place
        for place, value in enumerate(values)
        if place in {0, len(values) - 1} or value != values[place - 1]
    ]
    return Course(
        label=item.label[language] if item.label else item.name,
        least=item.min,
        most=item.max,
        first=values[0],
        last=values[-1],
        words=item.said(values[-1], language),
        strokes=tuple(draw(heights, wide, middles)),
        values=tuple(Mark(middles[place], heights[place] - 8, values[place]) for place in told),
        weeks=tuple(
            Mark(middle, TOP + HEIGHT + 20, state.week)
            for middle, state in zip(middles, states, strict=True)
        ),
    )


def _steps(heights: Sequence[float], wide: float, _middles: Sequence[float]) -> list[Stroke]:
    edges = [round(place * wide, 2) for place in range(len(heights) + 1)]
    found = []
    for place, height in enumerate(heights):
        found.append(Stroke(edges[place], height, edges[place + 1], height))
        if place + 1 < len(heights) and heights[place + 1] != height:
            found.append(Stroke(edges[place + 1], height, edges[place + 1], heights[place + 1]))
    return found


def _slopes(heights: Sequence[float], _wide: float, middles: Sequence[float]) -> list[Stroke]:
    points = [(0.0, heights[0]), *zip(middles, heights, strict=True), (float(WHOLE), heights[-1])]
    return [Stroke(*one, *other) for one, other in pairwise(points)]
