"""How far markers of the same texts agree (assessment.md, 3.3).

Ratings have one row per text, and in it one mark per marker or ``None`` where that one did not mark
the text. Below ``minimum`` texts with two marks only the differences are given
(:func:`difference`, :func:`severity`), everything else is a figure with a reason: 15 is a choice of
this course. A figure's ``n`` counts the texts it rests on.

Quadratic kappa and ICC(2,1) are nearly the same when two markers use the scale alike: a page shows
one of them. As in :mod:`course.domain.statistics`, no result is ever NaN or infinite, and numpy is
why this module is imported where it is needed and not before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import isfinite, sqrt
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from course.domain.figures import SAME, Figure, Missing, intervals
from course.domain.figures.intervals import Interval

MINIMUM_TEXTS: Final = 15  # marked twice, before there is more than differences
PAIR: Final = 2  # marks of one text that can be compared
NEAR: Final = 1.0  # level apart that still counts as agreement
DIGITS: Final = 9  # decimals that make two marks different values
LARGEST: Final = 1_000_000.0  # mark, on either side of 0, inclusive

Ratings: TypeAlias = Sequence[Sequence[float | None]]
Marker: TypeAlias = Sequence[float | None]  # the marks of one marker, None where there is none
Floats: TypeAlias = NDArray[np.float64]


def _read(ratings: Ratings) -> Floats:
    """The ratings as texts × markers, NaN where there is no mark."""
    markers = len(ratings[0]) if ratings else 0
    for place, row in enumerate(ratings):
        if len(row) != markers:
            raise ValueError(f"ratings[{place}] holds {len(row)} marks, and the first {markers}")
        if not all(mark is None or (isfinite(mark) and abs(mark) <= LARGEST) for mark in row):
            raise ValueError(
                f"ratings[{place}]={list(row)} must be from {-LARGEST} to {LARGEST}; "
                "None is a text that was not marked"
            )
    return np.array(ratings, dtype=float).reshape(len(ratings), markers)


def _both(first: Marker, second: Marker) -> Floats:
    """The texts that both marked, as texts × 2."""
    if len(first) != len(second):
        raise ValueError(f"{len(first)=} and {len(second)=} must be the same texts")
    read = _read(list(zip(first, second, strict=True)))
    return _complete(read.reshape(len(first), PAIR))  # also where there is no text at all


def _complete(ratings: Floats) -> Floats:
    whole: Floats = ratings[~np.isnan(ratings).any(axis=1)]
    return whole


# --- Two markers ---------------------------------------------------------------------------


class Weighting(StrEnum):
    """What a disagreement of i and j levels costs."""

    UNWEIGHTED = "unweighted"  # each the same
    LINEAR = "linear"  # |i - j|
    QUADRATIC = "quadratic"  # (i - j)²


def kappa(
    first: Marker,
    second: Marker,
    *,
    levels: Sequence[float],
    weighting: Weighting = Weighting.QUADRATIC,
    minimum: int = MINIMUM_TEXTS,
) -> Figure:
    """Cohen's kappa of two markers on one criterion (1960; weighted 1968), -1 to 1.

    ``levels`` is the whole scale from low to high, also levels that nobody gave: the distance
    between two levels is the number of steps on it. Texts that one of them did not mark are left
    out. The interval is that of large samples (Fleiss, Cohen & Everitt 1969), none for perfect
    agreement; with few texts it is narrower than it should be.

    Raises :exc:`ValueError` when ``levels`` do not rise, or hold fewer than two, when a mark is
    none of them, and when the markers did not get the same texts.
    """
    if len(levels) < PAIR or any(low >= high for low, high in pairwise(levels)):
        raise ValueError(f"levels={list(levels)} must be at least 2, from low to high")
    both = _both(first, second)
    if unknown := sorted(set(both.ravel().tolist()) - set(levels)):
        raise ValueError(f"marks={unknown} must be among levels={list(levels)}")
    n = len(both)
    if n < max(minimum, 1):
        return Figure.without(Missing.TOO_FEW, n)
    steps = np.searchsorted(np.array(levels, dtype=float), both)
    shares = np.zeros((len(levels), len(levels)))
    np.add.at(shares, (steps[:, 0], steps[:, 1]), 1 / n)
    return _kappa(shares, _agreement_weights(len(levels), weighting), n)


def _agreement_weights(k: int, weighting: Weighting) -> Floats:
    """1 for the same level, 0 for the two ends."""
    apart = np.abs(np.subtract.outer(np.arange(k), np.arange(k))) / (k - 1)
    match weighting:
        case Weighting.UNWEIGHTED:
            return np.where(apart == 0, 1.0, 0.0)
        case Weighting.LINEAR:
            linear: Floats = 1 - apart
            return linear
        case Weighting.QUADRATIC:
            quadratic: Floats = 1 - apart**2
            return quadratic


def _kappa(shares: Floats, weights: Floats, n: int) -> Figure:
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed = float((weights * shares).sum())
    expected = float((weights * np.outer(rows, columns)).sum())
    if 1 - expected <= SAME:
        return Figure.without(Missing.NO_VARIANCE, n)  # both gave the same level to every text
    found = (observed - expected) / (1 - expected)
    means = np.add.outer(
        (weights * columns).sum(axis=1), (weights * rows[:, np.newaxis]).sum(axis=0)
    )
    each = (weights * (1 - expected) - means * (1 - observed)) ** 2
    variance = float((shares * each).sum())
    variance -= (observed * expected - 2 * expected + observed) ** 2
    if variance <= SAME:
        return Figure.of(found, n)
    half = intervals.Z * sqrt(variance / n) / (1 - expected) ** 2
    return Figure.of(found, n, (max(-1.0, found - half), min(1.0, found + half)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two markers beside each other; given for any number of texts."""

    mean: Figure  # first less second, in marks: above 0 the first is milder; t
    within: Figure  # share of texts within `near` of each other, 0 to 1, inclusive; Wilson
    equal: Figure  # share of texts with the same mark, 0 to 1; Wilson


def difference(first: Marker, second: Marker, *, near: float = NEAR) -> Difference:
    """Compare two markers over the texts that both marked.

    Raises :exc:`ValueError` for ``near < 0`` and when the markers did not get the same texts.
    """
    if near < 0:
        raise ValueError(f"{near=} must be >= 0")
    both = _both(first, second)
    apart = both[:, 0] - both[:, 1]
    hair = SAME * float(np.abs(both).max(initial=0.0))
    return Difference(
        mean=_mean(apart, hair),
        within=_share(np.abs(apart) <= near + hair),
        equal=_share(np.abs(apart) <= hair),
    )


def _mean(values: Floats, hair: float) -> Figure:
    n = len(values)
    if not n:
        return Figure.without(Missing.TOO_FEW, n)
    mean = float(values.mean())
    spread = float(np.ptp(values)) > hair
    sd = float(values.std(ddof=1)) if spread else 0.0
    return Figure.of(mean, n, intervals.of_mean(mean, sd, n))


def _share(hits: NDArray[np.bool_]) -> Figure:
    n, count = len(hits), int(hits.sum())
    if not n:
        return Figure.without(Missing.TOO_FEW, n)
    return Figure.of(count / n, n, intervals.wilson(count, n))


# --- Several markers -----------------------------------------------------------------------


def severity(ratings: Ratings) -> tuple[Figure, ...]:
    """Tell per marker how mild they are: their mean less that of the co-markers, in marks.

    Only over texts that this marker and at least one other marked, each weighing the same; below 0
    is severe. With two markers it is their mean difference and its opposite. The interval is
    Student's t. Given for any number of texts; a marker who shares none has no figure.
    """
    table = _read(ratings)
    marked = ~np.isnan(table)
    filled = np.where(marked, table, 0.0)
    hair = SAME * float(np.abs(filled).max(initial=0.0))
    figures = []
    for marker in range(table.shape[1]):
        others = marked.sum(axis=1) - marked[:, marker]
        shared = marked[:, marker] & (others > 0)
        rest = filled.sum(axis=1) - filled[:, marker]
        figures.append(_mean(filled[shared, marker] - rest[shared] / others[shared], hair))
    return tuple(figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intraclass:
    """Intraclass correlations after Shrout & Fleiss (1979), with F intervals.

    Of one marker, or of the mean of all ``k``. At most 1; below 0 is possible, and means that
    texts differ no more than markers do.
    """

    single_any: Figure  # ICC(1,1): other markers for each text
    single_agreement: Figure  # ICC(2,1): the same markers, and the marks themselves have to agree
    single_consistency: Figure  # ICC(3,1): the same markers, and only the ranking has to agree
    mean_any: Figure  # ICC(1,k)
    mean_agreement: Figure  # ICC(2,k)
    mean_consistency: Figure  # ICC(3,k)
    # Standard error of the mark of one marker, in marks: the root of the variances of markers and
    # of what is left; no interval.
    sem: Figure


def intraclass(ratings: Ratings, *, minimum: int = MINIMUM_TEXTS) -> Intraclass:
    """Give the intraclass correlations over the texts that every marker marked.

    The interval of ICC(2,1) has Satterthwaite's degrees of freedom (McGraw & Wong 1996), and none
    below one; those of means follow from those of one marker (:func:`spearman_brown`).
    Where neither texts nor markers differ there is nothing to divide by: ``NO_VARIANCE``. One
    marker or one text is ``TOO_FEW``.
    """
    table = _complete(_read(ratings))
    n, k = table.shape
    if n < max(minimum, PAIR) or k < PAIR:
        few = Figure.without(Missing.TOO_FEW, n)
        return Intraclass(
            single_any=few,
            single_agreement=few,
            single_consistency=few,
            mean_any=few,
            mean_agreement=few,
            mean_consistency=few,
            sem=few,
        )
    squares = _mean_squares(table)
    single_any = _one_way(squares.texts, squares.within, k, n, n * (k - 1))
    single_agreement = _agreement(squares, k, n)
    single_consistency = _one_way(squares.texts, squares.error, k, n, (n - 1) * (k - 1))
    markers = max(0.0, squares.markers - squares.error) / n
    return Intraclass(
        single_any=single_any,
        single_agreement=single_agreement,
        single_consistency=single_consistency,
        mean_any=_of_mean(single_any, k),
        mean_agreement=_of_mean(single_agreement, k),
        mean_consistency=_of_mean(single_consistency, k),
        sem=Figure.of(sqrt(markers + squares.error), n),
    )


@dataclass(frozen=True, slots=True)
class _MeanSquares:
    """Of the analysis of variance of texts × markers; exactly 0 where only rounding differs."""

    texts: float  # BMS
    markers: float  # JMS
    error: float  # EMS: what neither text nor marker explains
    within: float  # WMS: markers and error together


def _mean_squares(table: Floats) -> _MeanSquares:
    n, k = table.shape
    parts = table - table.mean()
    of_texts, of_markers = parts.mean(axis=1), parts.mean(axis=0)
    left = parts - of_texts[:, np.newaxis] - of_markers
    hair = (SAME * float(np.abs(table).max())) ** 2

    def mean_square(squares: Floats, times: int, freedom: int) -> float:
        found = times * float(squares.sum()) / freedom
        return found if found > hair else 0.0

    return _MeanSquares(
        texts=mean_square(of_texts**2, k, n - 1),
        markers=mean_square(of_markers**2, n, k - 1),
        error=mean_square(left**2, 1, (n - 1) * (k - 1)),
        within=mean_square((parts - of_texts[:, np.newaxis]) ** 2, 1, n * (k - 1)),
    )


def _one_way(texts: float, error: float, k: int, n: int, freedom: int) -> Figure:
    """ICC(1,1) or ICC(3,1), which differ in what counts as error."""
    if texts + error <= 0:
        return Figure.without(Missing.NO_VARIANCE, n)
    found = (texts - error) / (texts + (k - 1) * error)
    if texts <= 0 or error <= 0:
        return Figure.of(found, n)
    low = error * intervals.f_quantile(intervals.TAIL, n - 1, freedom)
    high = texts * intervals.f_quantile(intervals.TAIL, freedom, n - 1)
    ends = (texts - low) / (texts + (k - 1) * low), (high - error) / (high + (k - 1) * error)
    return Figure.of(found, n, ends)


def _agreement(squares: _MeanSquares, k: int, n: int) -> Figure:
    """ICC(2,1); the terms are multiplied by n."""
    texts, error = squares.texts, squares.error
    rest = k * squares.markers + (n * k - n - k) * error
    if n * texts + rest <= 0:
        return Figure.without(Missing.NO_VARIANCE, n)
    found = n * (texts - error) / (n * texts + rest)
    between = k * found * squares.markers
    within = (n * (1 + (k - 1) * found) - k * found) * error
    spread = (n - 1) * between**2 + within**2
    freedom = (k - 1) * (n - 1) * (between + within) ** 2 / spread if spread > 0 else 0.0
    if texts <= 0 or error + squares.markers <= 0 or freedom < 1 - SAME:
        return Figure.of(found, n)
    low = intervals.f_quantile(intervals.TAIL, n - 1, freedom)
    high = intervals.f_quantile(intervals.TAIL, freedom, n - 1)
    ends = (
        n * (texts - low * error) / (low * rest + n * texts),
        n * (high * texts - error) / (rest + n * high * texts),
    )
    return Figure.of(found, n, ends)


def spearman_brown(reliability: float, *, times: float) -> float:
    """The reliability of ``times`` as many markers, or items, as gave ``reliability``.

    After Spearman and Brown (both 1910). Raises :exc:`ValueError` for ``times <= 0``, for a
    reliability above 1, and where 1 + (``times`` - 1) · ``reliability`` is not above 0.
    """
    shared = 1 + (times - 1) * reliability
    if times <= 0 or reliability > 1 or shared <= SAME:
        raise ValueError(f"{times=} must be > 0 and {reliability=} <= 1 and not far below 0")
    return times * reliability / shared


def _of_mean(single: Figure, k: int) -> Figure:
    if single.value is None:
        return single
    if 1 + (k - 1) * single.value <= SAME:
        return Figure.without(Missing.NO_VARIANCE, single.n)  # all texts have the same mean
    value = spearman_brown(single.value, times=k)
    if single.low is None or single.high is None or 1 + (k - 1) * single.low <= SAME:
        return Figure.of(value, single.n)
    ends = spearman_brown(single.low, times=k), spearman_brown(single.high, times=k)
    return Figure.of(value, single.n, ends)


# --- Krippendorff --------------------------------------------------------------------------


class Scale(StrEnum):
    """What the difference between two marks means."""

    NOMINAL = "nominal"  # the same or not
    ORDINAL = "ordinal"  # how many marks lie between them
    INTERVAL = "interval"  # c - k
    RATIO = "ratio"  # (c - k) / (c + k); marks of 0 and more


def krippendorff(ratings: Ratings, *, scale: Scale, minimum: int = MINIMUM_TEXTS) -> Figure:
    """Krippendorff's alpha (2011) for any number of markers and with cells left open, at most 1.

    A text with one mark says nothing about agreement and is left out. When all marks are the same
    there is no disagreement to expect, and no figure. The interval is that of the jackknife over
    texts with Student's t (Efron & Tibshirani 1993), cut off at 1: unlike a bootstrap it needs no
    chance.
    Raises :exc:`ValueError` for a mark below 0 on a ``RATIO`` scale.
    """
    table = np.round(_read(ratings), DIGITS)
    if scale is Scale.RATIO and (table < 0).any():
        raise ValueError(f"marks on a {scale} scale must be >= 0")
    pairable = table[(~np.isnan(table)).sum(axis=1) >= PAIR]
    n = len(pairable)
    if n < max(minimum, 1):
        return Figure.without(Missing.TOO_FEW, n)
    values = np.unique(pairable[~np.isnan(pairable)])
    counts = (pairable[:, :, np.newaxis] == values).sum(axis=1).astype(float)
    found = _alpha(_coincidences(counts), values, scale)
    if found is None:
        return Figure.without(Missing.NO_VARIANCE, n)
    return Figure.of(found, n, _jackknife(found, counts, values, scale))


def _coincidences(counts: Floats) -> Floats:
    """How often two values meet in a text, from how often each value was given per text."""
    weights = 1 / (counts.sum(axis=1) - 1)
    itself = np.diag((counts * weights[:, np.newaxis]).sum(axis=0))
    met: Floats = np.einsum("u,uc,uk->ck", weights, counts, counts) - itself
    return met


def _alpha(met: Floats, values: Floats, scale: Scale) -> float | None:
    given = met.sum(axis=1)
    apart = _distances(given, values, scale)
    expected = float((np.outer(given, given) * apart).sum()) / (float(given.sum()) - 1)
    observed = float((met * apart).sum())
    return 1 - observed / expected if expected > 0 else None


def _distances(given: Floats, values: Floats, scale: Scale) -> Floats:
    match scale:
        case Scale.NOMINAL:
            return 1 - np.eye(len(values))
        case Scale.ORDINAL:
            middles = np.cumsum(given) - given / 2
            ranks: Floats = np.subtract.outer(middles, middles) ** 2
            return ranks
        case Scale.INTERVAL:
            steps: Floats = np.subtract.outer(values, values) ** 2
            return steps
        case Scale.RATIO:
            sums = np.add.outer(values, values)
            differences = np.subtract.outer(values, values)
            # Only 0 and 0 add up to 0, and they do not differ.
            shares: Floats = (differences / np.where(sums > 0, sums, 1.0)) ** 2
            return shares


def _jackknife(found: float, counts: Floats, values: Floats, scale: Scale) -> Interval | None:
    n = len(counts)
    if n < PAIR or found >= intervals.PERFECT:
        return None
    met, others = _coincidences(counts), []
    for text in range(n):
        other = _alpha(met - _coincidences(counts[text : text + 1]), values, scale)
        if other is None:
            return None
        others.append(other)
    half = intervals.t_quantile(intervals.TAIL, n - 1) * sqrt((n - 1) * float(np.var(others)))
    return (found - half, min(1.0, found + half)) if half > SAME else None
