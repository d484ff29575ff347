"""Appropriateness rating: how fitting is each of a few responses to a situation.

A rating is 1 (very fitting), 2 (fitting, not ideal), 3 (not fitting, not serious) or 4 (very
unfitting), worded after the UCAT. How it is scored matters much: 28 methods for one test gave
reliabilities from .33 to .73 (De Leng e.a. 2017), so the method is fixed in advance.
Specification: assessment.md, 1.3.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, ClassVar, Final, Self

from course.domain.exact import fraction_of, half_up, mean, median
from course.domain.weighing.panels import (
    Code,
    Finding,
    Format,
    by_option,
    camps_of,
    check_options,
    whole,
)

BEST, WORST = 1, 4  # ratings, inclusive
POOR_FROM: Final = 3
MOST_OPTIONS: Final = 8
FEW_OPTIONS: Final = 4  # responses for one situation that are advised, at least
POOR_AT_LEAST: Final = 40  # percent: what not to do tells more than what to do (De Leng 2018)

_RATINGS: Final = range(BEST, WORST + 1)
_NEAR: Final = (Fraction(1), Fraction(3, 4), Fraction(1, 2), Fraction(0))  # by distance


class RateMethod(StrEnum):
    """What a rating earns; the key is the median of the panel, halves up."""

    NEAR4 = "near4"  # 4, 3, 2, 0 quarters for 0, 1, 2, 3 away from the key
    SAMESIDE = "sameside"  # 1 for the key, 1/2 for its neighbour on the same side of 2.5
    ABS = "abs"  # 1 - distance to the mean / 3
    SQ = "sq"  # 1 - (distance to the mean / 3) squared
    CONSENSUS = "consensus"  # the share of the panel that gave it


def rate_credits(ratings: Sequence[int], *, method: RateMethod) -> tuple[Fraction, ...]:
    """What each rating earns, from 1 to 4: shares from 0 to 1, exact.

    ``ratings`` are those of the panel, in any order.
    Raises :exc:`ValueError` when there are none or one is not from 1 to 4.
    """
    for rating in ratings:
        whole(rating, lowest=BEST, highest=WORST, what="rating")
    key, centre, span = half_up(median(ratings)), mean(ratings), WORST - BEST
    match method:
        case RateMethod.NEAR4:
            return tuple(_NEAR[abs(rating - key)] for rating in _RATINGS)
        case RateMethod.SAMESIDE:
            return tuple(_on_the_same_side(rating, key) for rating in _RATINGS)
        case RateMethod.ABS:
            return tuple(1 - abs(rating - centre) / span for rating in _RATINGS)
        case RateMethod.SQ:
            return tuple(1 - ((rating - centre) / span) ** 2 for rating in _RATINGS)
        case RateMethod.CONSENSUS:
            return tuple(Fraction(ratings.count(rating), len(ratings)) for rating in _RATINGS)


def _on_the_same_side(rating: int, key: int) -> Fraction:
    if rating == key:
        return Fraction(1)
    together = (rating < POOR_FROM) == (key < POOR_FROM)
    return Fraction(1, 2) if together else Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SjtRateTable:
    """What each rating of each response earns."""

    format: ClassVar[Format] = Format.SJT_RATE

    method: RateMethod
    rows: tuple[tuple[str, tuple[Fraction, ...]], ...]  # response; credits of 1 to 4

    def credit(self, answer: object) -> Fraction:
        """The mean over all responses; one that was not rated earns nothing.

        ``answer`` holds a rating by response. Raises :exc:`ValueError` for another response or
        rating.
        """
        given = by_option(answer, options=[option for option, _ in self.rows], partly=True)
        earned = [
            row[whole(given[option], lowest=BEST, highest=WORST, what=option) - BEST]
            for option, row in self.rows
            if option in given
        ]
        return sum(earned, Fraction(0)) / len(self.rows)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; fractions as text."""
        return {
            "credits": {
                option: {str(rating): str(row[rating - BEST]) for rating in _RATINGS}
                for option, row in self.rows
            }
        }

    @classmethod
    def from_json(cls, method: str, table: Mapping[str, Any]) -> Self:
        """What :meth:`to_json` gave."""
        rows = tuple(
            (option, tuple(fraction_of(row[str(rating)]) for rating in _RATINGS))
            for option, row in sorted(table["credits"].items())
        )
        return cls(method=RateMethod(method), rows=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class SjtRate:
    """A situation, and the responses that are rated."""

    format: ClassVar[Format] = Format.SJT_RATE

    options: tuple[str, ...]  # 1 to 8

    def __post_init__(self) -> None:
        check_options(self.options, fewest=1, most=MOST_OPTIONS)

    @property
    def methods(self) -> tuple[RateMethod, ...]:
        """How it can be scored; the default first."""
        return tuple(RateMethod)

    def panel_answer(self, answer: object) -> dict[str, int]:
        """Give what a member may answer: a rating for each response.

        Raises :exc:`ValueError` otherwise.
        """
        given = by_option(answer, options=self.options, partly=False)
        return {
            option: whole(given[option], lowest=BEST, highest=WORST, what=option)
            for option in self.options
        }

    def ratings(self, answers: Sequence[object]) -> dict[str, list[int]]:
        """The ratings of the panel by response."""
        given = [self.panel_answer(answer) for answer in answers]
        return {option: [rated[option] for rated in given] for option in self.options}

    def table(self, answers: Sequence[object], *, method: str) -> SjtRateTable:
        """What each rating earns. Raises :exc:`ValueError` for a wrong answer or method."""
        chosen = RateMethod(method)
        rows = (
            (option, rate_credits(ratings, method=chosen))
            for option, ratings in sorted(self.ratings(answers).items())
        )
        return SjtRateTable(method=chosen, rows=tuple(rows))

    def findings(self, answers: Sequence[object]) -> Iterator[Finding]:
        """What an author should know of this panel.

        A response on which it is split keeps its credits: which of the two camps the median falls
        in is chance, so an author had better leave it out.
        """
        rated, responses = self.ratings(answers), len(self.options)
        for option, ratings in rated.items():
            if camps := camps_of([ratings.count(rating) for rating in _RATINGS]):
                low, high = (place + BEST for place in camps)
                yield Finding(code=Code.SPLIT, options=(option,), answers=(low, high))
                yield Finding(code=Code.MEAN_OF_SPLIT, options=(option,), answers=(low, high))
        if responses < FEW_OPTIONS:
            yield Finding(code=Code.FEW_RESPONSES, count=responses, of=FEW_OPTIONS)
        poor = sum(half_up(median(ratings)) >= POOR_FROM for ratings in rated.values())
        if 100 * poor < POOR_AT_LEAST * responses:
            yield Finding(code=Code.FEW_POOR, count=poor, of=responses)
