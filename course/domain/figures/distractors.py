"""Options of a choice question: who chose which, and what is odd about it (assessment.md, 3.1)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from statistics import correlation, fmean, stdev
from typing import Final

from course.domain.figures import (
    FEWEST,
    MINIMUM,
    MINIMUM_DISCRIMINATION,
    SAME,
    Figure,
    Missing,
    intervals,
)

RARE: Final = 0.05  # share of attempts below which a wrong option distracts nobody
WEAK: Final = 0.10  # correlation below which a right option is suspect


class Flag(StrEnum):
    """What is odd about an option."""

    RARELY_CHOSEN = "rarely_chosen"  # wrong, and chosen by less than 5 %
    ATTRACTS_THE_STRONG = "attracts_the_strong"  # wrong, and goes with doing well on the rest
    WEAK_KEY = "weak_key"  # right, and goes with it by less than .10


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionFigures:
    """One option, over all attempts."""

    option: str
    right: bool
    chosen: int | None  # attempts that chose it; None when there are too few attempts to tell
    share: Figure  # of all attempts, blank ones too, 0 to 1; Wilson
    mean_rest: Figure  # mean total on the other items of who chose it, who are its n; t
    correlation: Figure  # of having chosen it with the total on the other items; Fisher
    flags: tuple[Flag, ...]


def rest_of(marks: Sequence[Sequence[float | None]], item: int) -> list[float]:
    """Give the total of each attempt on all items but the one at place ``item``; blank is 0.

    Raises :exc:`ValueError` when an attempt has no such item.
    """
    for row in marks:
        if not 0 <= item < len(row):
            raise ValueError(f"{item=} must be between 0 and {len(row) - 1}")
    return [sum(mark or 0.0 for mark in (*row[:item], *row[item + 1 :])) for row in marks]


def analyse_options(
    chosen: Sequence[Collection[str]],
    *,
    options: Sequence[str],
    right: Collection[str],
    rest: Sequence[float],
    minimum: int = MINIMUM,
    minimum_discrimination: int = MINIMUM_DISCRIMINATION,
) -> tuple[OptionFigures, ...]:
    """Tell per option who chose it, in the order of ``options``.

    ``chosen`` holds the options that each attempt chose, and none for a blank answer: that is an
    attempt which did not choose. ``rest`` is its total on the other items (:func:`rest_of`); with
    the item itself in the total every right option would look good. Below ``minimum`` attempts
    there are no figures, and below ``minimum_discrimination`` no correlation, nor its flags.

    Raises :exc:`ValueError` when ``chosen`` and ``rest`` differ in length, when something chosen or
    right is no option, and when a total is not finite.
    """
    if len(chosen) != len(rest):
        raise ValueError(f"chosen holds {len(chosen)} attempts and rest {len(rest)}")
    if unknown := set(right).union(*chosen) - set(options):
        raise ValueError(f"{sorted(unknown)} must be among options={list(options)}")
    if not all(map(isfinite, rest)):
        raise ValueError(f"rest={list(rest)} must be finite")
    n = len(rest)
    return tuple(
        _option(
            option,
            [option in choice for choice in chosen],
            rest,
            right=option in right,
            enough=n >= max(minimum, FEWEST),
            discriminates=n >= max(minimum_discrimination, FEWEST),
        )
        for option in options
    )


def _option(
    option: str,
    chose: Sequence[bool],
    rest: Sequence[float],
    *,
    right: bool,
    enough: bool,
    discriminates: bool,
) -> OptionFigures:
    n, count = len(rest), sum(chose)
    few = Figure.without(Missing.TOO_FEW, n)
    of_choosers = [total for total, is_chosen in zip(rest, chose, strict=True) if is_chosen]
    share = Figure.of(count / n, n, intervals.wilson(count, n)) if enough else few
    goes_with_rest = _point_biserial(chose, rest) if enough and discriminates else few
    return OptionFigures(
        option=option,
        right=right,
        chosen=count if enough else None,
        share=share,
        mean_rest=_mean(of_choosers) if enough else few,
        correlation=goes_with_rest,
        flags=tuple(_flags(right, share.value, goes_with_rest.value)),
    )


def _mean(totals: Sequence[float]) -> Figure:
    n = len(totals)
    if not n:
        return Figure.without(Missing.NOT_CHOSEN, n)
    mean, sd = fmean(totals), 0.0 if _is_flat(totals) else stdev(totals)
    return Figure.of(mean, n, intervals.of_mean(mean, sd, n))


def _is_flat(totals: Sequence[float]) -> bool:
    return max(totals) - min(totals) <= SAME * max(map(abs, totals))


def _point_biserial(chose: Sequence[bool], rest: Sequence[float]) -> Figure:
    n = len(rest)
    if len(set(chose)) == 1 or _is_flat(rest):
        return Figure.without(Missing.NO_VARIANCE, n)
    # Rounding can take a perfect correlation just past 1.
    found = min(1.0, max(-1.0, correlation([float(choice) for choice in chose], rest)))
    return Figure.of(found, n, intervals.fisher(found, n))


def _flags(right: bool, share: float | None, goes_with_rest: float | None) -> Iterator[Flag]:
    if right:
        if goes_with_rest is not None and goes_with_rest < WEAK:
            yield Flag.WEAK_KEY
        return
    if share is not None and share < RARE:
        yield Flag.RARELY_CHOSEN
    if goes_with_rest is not None and goes_with_rest > SAME:
        yield Flag.ATTRACTS_THE_STRONG
