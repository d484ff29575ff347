"""A hundred points over considerations: how much does each of them weigh.

The distance between two divisions is the part of the points that would have to move. Who is as
near to the panel as a typical member is to the others earns everything. A question about values is
shown and not scored: the shares of the key beside those of the learner and the group.
Specification: assessment.md, 1.5.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, ClassVar, Final, Self

from course.domain.exact import fraction_of, mean, quantile
from course.domain.weighing.panels import Code, Finding, Format, by_option, check_options, whole

FEWEST_OPTIONS, MOST_OPTIONS = 2, 8
POINTS: Final = 100
TYPICAL: Final = Fraction(3, 4)  # of the members lie within the tolerance
FEWEST_MEMBERS: Final = 5  # to derive a tolerance from
TOLERANCE: Final = Fraction(15, 100)  # with fewer


class Points100Method(StrEnum):
    """What a division earns."""

    # 1 within the tolerance of the panel, then in proportion down to 0 when all points lie wrong.
    TOLERANCE = "tolerance"


def distance(given: Sequence[int | Fraction], other: Sequence[int | Fraction]) -> Fraction:
    """The share of the points that lies elsewhere, from 0 to 1: total variation.

    Both hold the points by consideration, in the same order.
    """
    moved = [abs(Fraction(a) - b) for a, b in zip(given, other, strict=True)]
    return sum(moved, Fraction(0)) / (2 * POINTS)


def tolerance_of(divisions: Sequence[Sequence[int]]) -> Fraction:
    """How far a member of the panel lies from the mean of the others, 0 to 1.

    The third quartile of those distances; 0.15 when there are fewer than five members.
    """
    if len(divisions) < FEWEST_MEMBERS:
        return TOLERANCE
    totals = [sum(points) for points in zip(*divisions, strict=True)]
    others = len(divisions) - 1
    apart = [
        distance(
            own, [Fraction(total - mine, others) for total, mine in zip(totals, own, strict=True)]
        )
        for own in divisions
    ]
    return quantile(apart, TYPICAL)


def _division(answer: object, options: Sequence[str]) -> list[int]:
    """The points of ``answer`` in the order of ``options``, or :exc:`ValueError`."""
    given = by_option(answer, options=options, partly=False)
    points = [whole(given[option], lowest=0, highest=POINTS, what=option) for option in options]
    if sum(points) != POINTS:
        raise ValueError(f"{answer=} must add up to {POINTS}, not {sum(points)}")
    return points


@dataclass(frozen=True, slots=True, kw_only=True)
class Points100Table:
    """The mean division of the panel, and how far one may be from it."""

    format: ClassVar[Format] = Format.POINTS100

    method: Points100Method
    shares: tuple[tuple[str, Fraction], ...]  # points by consideration; 100 together
    tolerance: Fraction  # distance, 0 to 1, inclusive

    def credit(self, answer: object) -> Fraction:
        """1 - (distance - tolerance) / (1 - tolerance), from 0 to 1.

        Raises :exc:`ValueError` unless ``answer`` holds whole points for all considerations, 0 or
        more, 100 together.
        """
        given = _division(answer, [option for option, _ in self.shares])
        apart = distance(given, [share for _, share in self.shares])
        if apart <= self.tolerance:
            return Fraction(1)
        return 1 - (apart - self.tolerance) / (1 - self.tolerance)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; fractions as text."""
        shares = {option: str(share) for option, share in self.shares}
        return {"shares": shares, "tolerance": str(self.tolerance)}

    @classmethod
    def from_json(cls, method: str, table: Mapping[str, Any]) -> Self:
        """What :meth:`to_json` gave."""
        shares = sorted((option, fraction_of(text)) for option, text in table["shares"].items())
        return cls(
            method=Points100Method(method),
            shares=tuple(shares),
            tolerance=fraction_of(table["tolerance"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Points100:
    """The considerations over which the points are divided."""

    format: ClassVar[Format] = Format.POINTS100

    options: tuple[str, ...]  # 2 to 8

    def __post_init__(self) -> None:
        check_options(self.options, fewest=FEWEST_OPTIONS, most=MOST_OPTIONS)

    @property
    def methods(self) -> tuple[Points100Method, ...]:
        """How it can be scored; the default first."""
        return tuple(Points100Method)

    def panel_answer(self, answer: object) -> dict[str, int]:
        """Give what a member may answer: points for each consideration, 100 together.

        Raises :exc:`ValueError` otherwise.
        """
        return dict(zip(self.options, _division(answer, self.options), strict=True))

    def table(self, answers: Sequence[object], *, method: str) -> Points100Table:
        """The mean and the tolerance. Raises :exc:`ValueError` for a wrong answer or method."""
        options = sorted(self.options)
        divisions = [_division(answer, options) for answer in answers]
        shares = (mean(points) for points in zip(*divisions, strict=True))
        return Points100Table(
            method=Points100Method(method),
            shares=tuple(zip(options, shares, strict=True)),
            tolerance=tolerance_of(divisions),
        )

    def findings(self, answers: Sequence[object]) -> Iterator[Finding]:
        """What an author should know of this panel."""
        if len(answers) < FEWEST_MEMBERS:
            yield Finding(code=Code.FIXED_TOLERANCE, count=len(answers), of=FEWEST_MEMBERS)
