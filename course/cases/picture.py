"""Both ledgers over the weeks, as lines to draw: plain geometry, no colours."""

from collections.abc import Sequence
from dataclasses import dataclass

from course.cases.play import shown, value_of
from course.curriculum.edition import CaseEdition
from course.domain.branching import State

WIDTH, HEIGHT = 600, 120  # of the drawing, without the margin
MARGIN = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One variable: its place in the legend, the points for an SVG, and where it ends."""

    label: str
    points: str
    end: tuple[float, float]


def lines(edition: CaseEdition, states: Sequence[State], side: str, language: str) -> list[Line]:
    """The variables of one ledger; up is more. Time that does not pass has no width."""
    last = max(state.week for state in states) or 1
    found = []
    for item in shown(edition, side):
        points: list[tuple[float, float]] = []
        for state in states:
            x = MARGIN + WIDTH * state.week / last
            share = (value_of(edition, state, item.name) - item.min) / (item.max - item.min)
            y = MARGIN + HEIGHT * (1 - share)
            if side == "hard" and points:
                points.append((x, points[-1][1]))  # figures jump, people move
            points.append((round(x, 1), round(y, 1)))
        text = " ".join(f"{x:g},{y:g}" for x, y in points)
        label = item.label[language] if item.label else item.name
        found.append(Line(label=label, points=text, end=points[-1]))
    return found
