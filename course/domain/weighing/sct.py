"""Script concordance: a new fact, and how much more or less fitting that makes a plan.

An answer is a whole number from -2 (much less fitting) to 2 (much more), or from -1 to 1. The
credit of an answer depends on how many of the panel gave it. Methods after table 2 of a study of
2016 (BMC Surgery, s12893-016-0173-y); guards after Lineberry e.a. (2013), who show how this way of
scoring can be played. Specification: assessment.md, 1.2.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor, isqrt
from typing import Any, ClassVar, Final, Self

from course.domain.exact import fraction_of, mean
from course.domain.weighing.panels import (
    Code,
    Finding,
    Format,
    camps_of,
    check_counts,
    modes_of,
    whole,
)

SCALES: Final = (5, 3)  # points a scale can have
EXPERT_MEAN, EXPERT_SPREAD = 80, 5  # of the scale on which experts are put
FEWEST_EXPERTS: Final = 2  # one has no spread
FEWEST_OTHERS: Final = 2  # members, so that each has another

# From five points to three: both of an end become that end.
_TO_THREE: Final = (0, 0, 1, 2, 2)


class SctMethod(StrEnum):
    """What an answer earns; with i for a place on the scale, n for the answers given there."""

    AGGPEN = "aggpen"  # the mean of the next two
    AGG = "agg"  # n(i) / n(mode)
    DMODE = "dmode"  # 1 - distance to the nearest mode / length of the scale
    DMEAN = "dmean"  # 1 - distance to the mean of the panel / length of the scale
    SBA = "sba"  # 1 for a mode, otherwise 0


def sct_credits(counts: Sequence[int], *, method: SctMethod) -> tuple[Fraction, ...]:
    """What each point of the scale earns, from 0 to 1, exact; one for each of ``counts``.

    Raises :exc:`ValueError` unless there are 5 or 3 ``counts``, none negative and not all 0.
    """
    _check_scale(counts)
    modes, longest = modes_of(counts), len(counts) - 1
    places = range(len(counts))
    agg = [Fraction(count, max(counts)) for count in counts]
    dmode = [1 - Fraction(min(abs(mode - place) for mode in modes), longest) for place in places]
    match method:
        case SctMethod.AGG:
            return tuple(agg)
        case SctMethod.DMODE:
            return tuple(dmode)
        case SctMethod.AGGPEN:
            return tuple((shared + near) / 2 for shared, near in zip(agg, dmode, strict=True))
        case SctMethod.DMEAN:
            centre = Fraction(sum(place * counts[place] for place in places), sum(counts))
            return tuple(1 - abs(centre - place) / longest for place in places)
        case SctMethod.SBA:
            return tuple(Fraction(place in modes) for place in places)


def collapsed(counts: Sequence[int]) -> tuple[int, ...]:
    """Five counts as three: much less and less together, and so more and much more.

    Raises :exc:`ValueError` unless there are 5.
    """
    if len(counts) != SCALES[0]:
        raise ValueError(f"counts={list(counts)} must be {SCALES[0]}")
    return (counts[0] + counts[1], counts[2], counts[3] + counts[4])


def trimmed(counts: Sequence[int], *, beyond: int) -> tuple[int, ...]:
    """Leave out the answers that lie further than ``beyond`` from the nearest mode.

    "Distance from mode" of Gagnon e.a. (2011), best with 2; with 15 members it is not needed.
    Raises :exc:`ValueError` when ``beyond < 1``, and as :func:`sct_credits` for ``counts``.
    """
    _check_scale(counts)
    if beyond < 1:
        raise ValueError(f"{beyond=} must be >= 1")
    modes = modes_of(counts)
    return tuple(
        count if min(abs(mode - place) for mode in modes) <= beyond else 0
        for place, count in enumerate(counts)
    )


def on_expert_scale(score: Fraction, *, experts: Sequence[Fraction]) -> Decimal:
    """Put a test score on the scale where experts have mean 80 and standard deviation 5.

    80 + 5 · (score - mean) / sd, with n - 1 in the sd; three decimals, halves away from 80.
    Raises :exc:`ValueError` when there are fewer than two ``experts`` or they do not differ.
    """
    if len(experts) < FEWEST_EXPERTS:
        raise ValueError(f"{len(experts)} experts must be >= {FEWEST_EXPERTS}")
    centre = mean(experts)
    variance = sum((expert - centre) ** 2 for expert in experts) / (len(experts) - 1)
    if not variance:
        raise ValueError("experts must differ: they all have the same score")
    squared = EXPERT_SPREAD**2 * (score - centre) ** 2 / variance
    # Whole thousandths of the root, exact: floor(1000 · root + 1/2).
    thousandths = (isqrt(floor(4 * 1_000_000 * squared)) + 1) // 2
    return EXPERT_MEAN + Decimal(thousandths if score > centre else -thousandths).scaleb(-3)


def _check_scale(counts: Sequence[int]) -> None:
    if len(counts) not in SCALES:
        raise ValueError(f"counts={list(counts)} must be 5 or 3")
    check_counts(counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SctTable:
    """What each answer earns, from the lowest to the highest."""

    format: ClassVar[Format] = Format.SCT

    method: SctMethod
    credits: tuple[Fraction, ...]  # 5 or 3, each from 0 to 1

    def credit(self, answer: object) -> Fraction:
        """Raises :exc:`ValueError` for an answer outside the scale."""
        end = len(self.credits) // 2
        return self.credits[whole(answer, lowest=-end, highest=end) + end]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; fractions as text."""
        end = len(self.credits) // 2
        return {"credits": {str(place - end): str(c) for place, c in enumerate(self.credits)}}

    @classmethod
    def from_json(cls, method: str, table: Mapping[str, Any]) -> Self:
        """What :meth:`to_json` gave."""
        found = sorted(table["credits"].items(), key=lambda pair: int(pair[0]))
        return cls(method=SctMethod(method), credits=tuple(fraction_of(text) for _, text in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sct:
    """A question of this format, and how its key is made."""

    format: ClassVar[Format] = Format.SCT

    points: int = 5  # of the scale: 5 or 3
    # Answers further than this from the nearest mode do not count; None is the default.
    trim: int | None = None
    # Answers on five points, scored as on three. Comes before trimming.
    collapse: bool = False

    def __post_init__(self) -> None:
        if self.points not in SCALES:
            raise ValueError(f"points={self.points!r} must be 5 or 3")
        if self.collapse and self.points != SCALES[0]:
            raise ValueError(f"points={self.points!r} must be {SCALES[0]} to be collapsed")
        if self.trim is not None and self.trim < 1:
            raise ValueError(f"trim={self.trim!r} must be >= 1")

    @property
    def methods(self) -> tuple[SctMethod, ...]:
        """How it can be scored; the default first."""
        return tuple(SctMethod)

    @property
    def end(self) -> int:
        """The highest answer; the lowest is as far below 0."""
        return self.points // 2

    def panel_answer(self, answer: object) -> int:
        """Give what a member may answer. Raises :exc:`ValueError` otherwise."""
        return whole(answer, lowest=-self.end, highest=self.end)

    def counts(self, answers: Sequence[object]) -> tuple[int, ...]:
        """How many gave each answer, from the lowest to the highest."""
        given = [self.panel_answer(answer) for answer in answers]
        return tuple(given.count(answer) for answer in range(-self.end, self.end + 1))

    def is_split(self, answers: Sequence[object]) -> bool:
        """Tell whether the panel is of two minds; such an item is not scored by default."""
        return camps_of(self.counts(answers)) is not None

    def table(self, answers: Sequence[object], *, method: str) -> SctTable:
        """What each answer earns.

        Raises :exc:`ValueError` for a wrong answer, an unknown method, and for the mean of a split
        panel: it would give everything to an answer that nobody argued.
        """
        if method == SctMethod.DMEAN and self.is_split(answers):
            raise ValueError(f"{method=} must not be used for a split panel")
        return self._table(answers, SctMethod(method))

    def member_credits(self, answers: Sequence[object], *, method: str) -> tuple[Fraction, ...]:
        """What each member earns by a key of the others, in the order of ``answers``.

        Raises :exc:`ValueError` when there are fewer than two, and for a wrong answer.
        """
        if len(answers) < FEWEST_OTHERS:
            raise ValueError(f"{len(answers)} answers must be >= {FEWEST_OTHERS}")
        return tuple(
            self._table([*answers[:here], *answers[here + 1 :]], SctMethod(method)).credit(own)
            for here, own in enumerate(answers)
        )

    def _table(self, answers: Sequence[object], method: SctMethod) -> SctTable:
        counts = self.counts(answers)
        counts = collapsed(counts) if self.collapse else counts
        counts = counts if self.trim is None else trimmed(counts, beyond=self.trim)
        earned = sct_credits(counts, method=method)
        if self.collapse:
            earned = tuple(earned[place] for place in _TO_THREE)
        return SctTable(method=method, credits=earned)

    def findings(self, answers: Sequence[object]) -> Iterator[Finding]:
        """What an author should know of this panel."""
        counts = self.counts(answers)
        if max(counts) == sum(counts):
            (place,) = modes_of(counts)
            yield Finding(code=Code.UNANIMOUS, answers=(place - self.end,))
        if camps := camps_of(counts):
            low, high = (place - self.end for place in camps)
            yield Finding(code=Code.SPLIT, answers=(low, high))
            yield Finding(code=Code.MEAN_OF_SPLIT, answers=(low, high))


MIDDLE_AT_MOST: Final = 10  # percent of the items with most answers in the middle
ENDS_AT_LEAST: Final = 25  # percent of the items with most answers at an end


def sct_findings(panels: Sequence[Sequence[int]]) -> Iterator[Finding]:
    """What an author should know of all items together; ``panels`` holds the counts of each.

    Who always answers 0 must not gain by it: the middle may be a mode in 10 % of the items at
    most. Who never dares an end must not gain by that: an end is a mode in 25 % or more.
    """
    modes = [(modes_of(counts), len(counts)) for counts in panels]
    middle = sum(points // 2 in places for places, points in modes)
    ends = sum(not {0, points - 1}.isdisjoint(places) for places, points in modes)
    if 100 * middle > MIDDLE_AT_MOST * len(modes):
        yield Finding(code=Code.MIDDLE_TOO_OFTEN, count=middle, of=len(modes))
    if 100 * ends < ENDS_AT_LEAST * len(modes):
        yield Finding(code=Code.ENDS_TOO_SELDOM, count=ends, of=len(modes))
