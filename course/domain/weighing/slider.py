"""A point on the axis of a dilemma: 0 is one end (close), 100 the other (go on).

Who stands among the middle half of the panel earns everything; the position is never part of a
grade, the reasons may be. Specification: assessment.md, 1.6.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, ClassVar, Self

from course.domain.exact import fraction_of, quantile
from course.domain.weighing.panels import Finding, Format, whole

LOWEST, HIGHEST = 0, 100
QUARTER, THREE_QUARTERS = Fraction(1, 4), Fraction(3, 4)


class SliderMethod(StrEnum):
    """What a position earns."""

    QUARTILES = "quartiles"  # 1 between the quartiles, then in proportion to 0 at the further end


def _position(answer: object) -> int:
    return whole(answer, lowest=LOWEST, highest=HIGHEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class SliderTable:
    """Between which positions the middle half of the panel lies."""

    format: ClassVar[Format] = Format.SLIDER

    method: SliderMethod
    low: Fraction  # first quartile, 0 to 100
    high: Fraction  # third quartile, not below the first

    def credit(self, answer: object) -> Fraction:
        """1 between the quartiles, inclusive; outside 1 - distance / max(low, 100 - high).

        Raises :exc:`ValueError` unless ``answer`` is a whole number from 0 to 100.
        """
        position = _position(answer)
        outside = max(self.low - position, position - self.high)
        if outside <= 0:
            return Fraction(1)
        return 1 - outside / max(self.low - LOWEST, HIGHEST - self.high)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; fractions as text."""
        return {"low": str(self.low), "high": str(self.high)}

    @classmethod
    def from_json(cls, method: str, table: Mapping[str, Any]) -> Self:
        """What :meth:`to_json` gave."""
        low, high = fraction_of(table["low"]), fraction_of(table["high"])
        return cls(method=SliderMethod(method), low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slider:
    """A question of this format."""

    format: ClassVar[Format] = Format.SLIDER

    @property
    def methods(self) -> tuple[SliderMethod, ...]:
        """How it can be scored; the default first."""
        return tuple(SliderMethod)

    def panel_answer(self, answer: object) -> int:
        """Give what a member may answer. Raises :exc:`ValueError` otherwise."""
        return _position(answer)

    def table(self, answers: Sequence[object], *, method: str) -> SliderTable:
        """The quartiles. Raises :exc:`ValueError` for a wrong answer or method."""
        positions = [_position(answer) for answer in answers]
        return SliderTable(
            method=SliderMethod(method),
            low=quantile(positions, QUARTER),
            high=quantile(positions, THREE_QUARTERS),
        )

    def findings(self, answers: Sequence[object]) -> Iterator[Finding]:
        """Nothing of its own."""
        return iter(())
