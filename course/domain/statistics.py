"""Item analysis: marks of many attempts → what each item, and the whole quiz, does.

The formulas are those of classical test theory and of Moodle's statistics report, as published
(docs.moodle.org, Quiz report statistics); the code is our own. Specification: assessment.md, 3.1.

**Blank answers.** An item that an attempt left out is ``None``. It counts as 0 marks in every
figure, totals and facility alike, and is also counted as ``blank``, so that a page can say how much
of a low facility is due to answers that were not given. An item that nobody answered has no
figures, but stays one of the items of the quiz, as in Moodle.

**Small groups.** Below ``minimum`` attempts there are no figures at all, and below
``minimum_discrimination`` none of what tells strong from weak students apart (D, both correlations,
discrimination index and efficiency). Figures are for teachers: also from ten attempts on, who knows
nine of them learns something about the tenth.

**Degenerate tables** (nothing varies, one item, all blank) give figures without a value and with a
reason. No result is ever NaN or infinite.

Only this module and :mod:`course.domain.agreement` import numpy, which takes ten megabytes of a web
worker: import them inside the function that needs them. What they give is in
:mod:`course.domain.figures`, and options of choice questions in its ``distractors``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from math import isfinite, sqrt
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from course.domain.figures import (
    FEWEST,
    MINIMUM,
    MINIMUM_DISCRIMINATION,
    SAME,
    Analysis,
    Figure,
    ItemFigures,
    Missing,
    QuizFigures,
    intervals,
)
from course.domain.figures.intervals import Interval

SMALLEST_MAXIMUM, LARGEST_MAXIMUM = 0.001, 1_000_000.0  # of an item, inclusive
OUTER_GROUP: Final = Fraction(27, 100)  # of the attempts, at each end (Kelley 1939)
DIGITS: Final = 9  # decimals of a total that count for who is ahead of whom

Marks: TypeAlias = Sequence[Sequence[float | None]]
Floats: TypeAlias = NDArray[np.float64]


def analyse(
    marks: Marks,
    maxima: Sequence[float],
    *,
    minimum: int = MINIMUM,
    minimum_discrimination: int = MINIMUM_DISCRIMINATION,
) -> Analysis:
    """Give all figures of a quiz.

    ``marks`` has one row per attempt, and in it one mark per item or ``None`` for a blank answer;
    ``maxima`` the most each item gives. A mark may be below 0, as with certainty-based marking.
    The order of attempts matters only for who is in an outer group among equal totals: who comes
    first counts as better.

    Raises :exc:`ValueError` when there is no item, when a row has not one mark per item, when a
    maximum is not from 0.001 to 1,000,000, and for a mark that is not finite, above its maximum, or
    below -1,000,000.
    """
    table = _table(marks, maxima)
    if table.n < max(minimum, FEWEST):
        return _too_few(table)
    spread = _spread(table)
    discriminates = table.n >= minimum_discrimination
    return Analysis(
        quiz=_quiz(table, spread),
        items=tuple(_item(table, spread, item, discriminates) for item in range(table.k)),
    )


# --- The table -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Table:
    marks: Floats  # attempts × items; 0 where blank
    blank: NDArray[np.bool_]  # attempts × items
    maxima: Floats

    @property
    def n(self) -> int:
        return len(self.marks)

    @property
    def k(self) -> int:
        return len(self.maxima)

    @property
    def maximum(self) -> float:
        return float(self.maxima.sum())


def _table(marks: Marks, maxima: Sequence[float]) -> _Table:
    if not len(maxima):
        raise ValueError(f"{maxima=} must hold at least one item")
    for place, maximum in enumerate(maxima):
        if not SMALLEST_MAXIMUM <= maximum <= LARGEST_MAXIMUM:
            raise ValueError(
                f"maxima[{place}]={maximum} must be from {SMALLEST_MAXIMUM} to {LARGEST_MAXIMUM}"
            )
    for place, row in enumerate(marks):
        if len(row) != len(maxima):
            raise ValueError(f"marks[{place}] holds {len(row)} marks for {len(maxima)} items")
        if not all(mark is None or isfinite(mark) for mark in row):
            raise ValueError(f"marks[{place}]={list(row)} must be finite; None is a blank answer")
    # The empty table needs its shape; None becomes NaN.
    given = np.array(marks, dtype=float).reshape(len(marks), len(maxima))
    blank = np.isnan(given)
    filled, limits = np.where(blank, 0.0, given), np.array(maxima, dtype=float)
    if (wrong := np.argwhere((filled > limits) | (filled < -LARGEST_MAXIMUM))).size:
        attempt, item = (int(place) for place in wrong[0])
        raise ValueError(
            f"marks[{attempt}][{item}]={filled[attempt, item]} must be from "
            f"{-LARGEST_MAXIMUM} to maxima[{item}]={limits[item]}"
        )
    return _Table(filled, blank, limits)


def _too_few(table: _Table) -> Analysis:
    nothing = Figure.without(Missing.TOO_FEW, table.n)
    item = {field.name: nothing for field in fields(ItemFigures) if field.type is Figure}
    quiz = {field.name: nothing for field in fields(QuizFigures) if field.type is Figure}
    return Analysis(
        quiz=QuizFigures(
            attempts=table.n, items=table.k, maximum=table.maximum, blank=None, **quiz
        ),
        items=tuple(
            ItemFigures(maximum=float(maximum), blank=None, **item) for maximum in table.maxima
        ),
    )


# --- Variances and covariances -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Spread:
    """How items, totals and rests vary, with n - 1; what does not vary has exactly 0."""

    totals: Floats  # per attempt
    total: float  # variance of the totals
    items: Floats  # variance per item
    rests: Floats  # variance per item of the total of the other items
    with_total: Floats  # covariance per item with the total
    with_rest: Floats  # covariance per item with the total of the other items
    at_most: Floats  # the same, were who is best at the rest also best at the item
    upper_lower: Floats  # D per item

    @property
    def items_sum(self) -> float:
        return float(self.items.sum())


def _spread(table: _Table) -> _Spread:
    marks, n = table.marks, table.n
    totals = marks.sum(axis=1)
    rests = totals[:, np.newaxis] - marks
    scale = np.maximum(table.maxima, np.abs(marks).max(axis=0))
    item_parts = _deviations(marks, scale)
    total_parts = _deviations(totals, scale.sum())
    rest_parts = _deviations(rests, scale.sum())
    best_parts = np.sort(item_parts, axis=0) * np.sort(rest_parts, axis=0)
    return _Spread(
        totals=totals,
        total=float((total_parts**2).sum()) / (n - 1),
        items=(item_parts**2).sum(axis=0) / (n - 1),
        rests=(rest_parts**2).sum(axis=0) / (n - 1),
        with_total=(item_parts * total_parts[:, np.newaxis]).sum(axis=0) / (n - 1),
        with_rest=(item_parts * rest_parts).sum(axis=0) / (n - 1),
        at_most=best_parts.sum(axis=0) / (n - 1),
        upper_lower=_upper_lower(table, totals),
    )


def _deviations(values: Floats, scale: Floats | float) -> Floats:
    """Deviations from the mean over attempts; exactly 0 where values differ by rounding only."""
    flat = np.ptp(values, axis=0) <= SAME * np.asarray(scale)
    return np.where(flat, 0.0, values - values.mean(axis=0))


def _upper_lower(table: _Table, totals: Floats) -> Floats:
    size = max(1, round(OUTER_GROUP * table.n))  # halves to even
    # Rounded, so that equal totals are equal in whatever order they were added up.
    best_first = np.argsort(-np.round(totals, DIGITS), kind="stable")
    best, weakest = table.marks[best_first[:size]], table.marks[best_first[-size:]]
    difference: Floats = (best.mean(axis=0) - weakest.mean(axis=0)) / table.maxima
    return difference


# --- One item ------------------------------------------------------------------------------


def _item(table: _Table, spread: _Spread, item: int, discriminates: bool) -> ItemFigures:
    n, maximum = table.n, float(table.maxima[item])
    blank = int(table.blank[:, item].sum())
    unanswered = Missing.NOT_ANSWERED if blank == n else None
    few = None if discriminates else Missing.TOO_FEW
    alone = Missing.ONE_ITEM if table.k == 1 else None
    flat = None if spread.items[item] > 0 else Missing.NO_VARIANCE
    flat_rest = None if spread.rests[item] > 0 else Missing.NO_VARIANCE

    with_total = few or unanswered or flat or _flat_total(spread)
    with_rest = few or unanswered or alone or flat or flat_rest
    item_rest = _correlation(
        spread.with_rest[item], spread.items[item], spread.rests[item], n, with_rest
    )
    return ItemFigures(
        maximum=maximum,
        blank=blank,
        facility=_unless(unanswered, n) or _facility(table, spread, item),
        sd=_unless(unanswered, n) or Figure.of(sqrt(spread.items[item]), n),
        upper_lower=_unless(with_total, n) or Figure.of(float(spread.upper_lower[item]), n),
        item_total=_correlation(
            spread.with_total[item], spread.items[item], spread.total, n, with_total
        ),
        item_rest=item_rest,
        alpha_if_deleted=_alpha(
            table.k - 1, spread.items_sum - float(spread.items[item]), float(spread.rests[item]), n
        ),
        intended_weight=Figure.of(100 * maximum / table.maximum, n),
        effective_weight=_unless(unanswered, n) or _effective_weight(spread, item, n),
        discrimination_index=_times(100, item_rest),
        discriminative_efficiency=_unless(with_rest, n)
        or Figure.of(100 * float(spread.with_rest[item] / spread.at_most[item]), n),
    )


def _unless(missing: Missing | None, n: int) -> Figure | None:
    return Figure.without(missing, n) if missing else None


def _flat_total(spread: _Spread) -> Missing | None:
    return None if spread.total > 0 else Missing.NO_VARIANCE


def _facility(table: _Table, spread: _Spread, item: int) -> Figure:
    n, maximum = table.n, float(table.maxima[item])
    marks = table.marks[:, item]
    if _right_or_wrong(marks, maximum):
        right = int((marks > 0).sum())
        return Figure.of(right / n, n, intervals.wilson(right, n))
    share, lowest = float(marks.mean()) / maximum, min(0.0, float(marks.min()) / maximum)
    around = intervals.of_mean(share, sqrt(spread.items[item]) / maximum, n)
    return Figure.of(share, n, _within(around, lowest, 1.0))


def _right_or_wrong(marks: Floats, maxima: Floats | float) -> bool:
    """Whether each mark is 0 or its maximum."""
    return bool(((marks == 0) | (marks == maxima)).all())


def _within(interval: Interval | None, lowest: float, highest: float) -> Interval | None:
    if interval is None:
        return None
    low, high = interval
    return max(low, lowest), min(high, highest)


def _correlation(
    covariance: float, first: float, second: float, n: int, missing: Missing | None
) -> Figure:
    if missing:
        return Figure.without(missing, n)
    # Rounding can take a perfect correlation just past 1.
    found = min(1.0, max(-1.0, float(covariance) / (sqrt(first) * sqrt(second))))
    return Figure.of(found, n, intervals.fisher(found, n))


def _times(factor: float, figure: Figure) -> Figure:
    if figure.value is None:
        return figure
    ends = None
    if figure.low is not None and figure.high is not None:
        ends = factor * figure.low, factor * figure.high
    return Figure.of(factor * figure.value, figure.n, ends)


def _effective_weight(spread: _Spread, item: int, n: int) -> Figure:
    """Moodle's: 100 √cov(item, total), as a share of the sum over items; 0 for a constant item."""
    if spread.total <= 0:
        return Figure.without(Missing.NO_VARIANCE, n)
    # Rounding may leave a hair of covariance where there is none.
    covariances = np.where(np.abs(spread.with_total) <= SAME * spread.total, 0.0, spread.with_total)
    if covariances[item] < 0:
        return Figure.without(Missing.NEGATIVE_COVARIANCE, n)
    roots = np.sqrt(np.maximum(covariances, 0))
    return Figure.of(100 * float(roots[item] / roots.sum()), n)


# --- The whole quiz ------------------------------------------------------------------------


def _quiz(table: _Table, spread: _Spread) -> QuizFigures:
    n, blank = table.n, int(table.blank.sum())
    unanswered = _unless(Missing.NOT_ANSWERED if blank == n * table.k else None, n)
    mean, sd = float(spread.totals.mean()), sqrt(spread.total)
    mean_figure = Figure.of(mean, n, intervals.of_mean(mean, sd, n))
    alpha = unanswered or _alpha(table.k, spread.items_sum, spread.total, n)
    skewness, kurtosis = _shape(spread.totals, spread.total)
    sem = alpha if alpha.value is None else Figure.of(sd * sqrt(1 - alpha.value), n)
    return QuizFigures(
        attempts=n,
        items=table.k,
        maximum=table.maximum,
        blank=blank,
        mean=unanswered or mean_figure,
        sd=unanswered or Figure.of(sd, n),
        mean_percent=unanswered or _times(100 / table.maximum, mean_figure),
        sd_percent=unanswered or Figure.of(100 * sd / table.maximum, n),
        skewness=unanswered or skewness,
        kurtosis=unanswered or kurtosis,
        alpha=alpha,
        kr20=unanswered or _kr20(table, spread),
        sem=sem,
        internal_consistency=_times(100, alpha),
        error_ratio=_error_ratio(alpha),
        standard_error=sem,
    )


def _alpha(k: int, items: float, total: float, n: int) -> Figure:
    """Cronbach's alpha (1951) of ``k`` items, from the sum of their variances and the total's."""
    if k < 2:  # noqa: PLR2004 - one item has nothing to agree with
        return Figure.without(Missing.ONE_ITEM, n)
    if total <= 0:
        return Figure.without(Missing.NO_VARIANCE, n)
    # Rounding can take it just past 1.
    alpha = min(1.0, k / (k - 1) * (1 - items / total))
    return Figure.of(alpha, n, intervals.feldt(alpha, n, k))


def _kr20(table: _Table, spread: _Spread) -> Figure:
    """Kuder and Richardson's formula 20 (1937), with population variances on both sides.

    p(1 - p) is a population variance, so that of the totals has to be one as well.
    """
    n, k = table.n, table.k
    if not _right_or_wrong(table.marks, table.maxima):
        return Figure.without(Missing.NOT_RIGHT_OR_WRONG, n)
    right = table.marks.mean(axis=0) / table.maxima
    items = float((table.maxima**2 * right * (1 - right)).sum())
    return _alpha(k, items, spread.total * (n - 1) / n, n)


def _error_ratio(alpha: Figure) -> Figure:
    if alpha.value is None:
        return alpha
    ends = None
    if alpha.low is not None and alpha.high is not None:
        # The more consistent, the less error: the ends change places.
        ends = 100 * sqrt(1 - alpha.high), 100 * sqrt(1 - alpha.low)
    return Figure.of(100 * sqrt(1 - alpha.value), alpha.n, ends)


def _shape(totals: Floats, variance: float) -> tuple[Figure, Figure]:
    """Skewness and kurtosis from k-statistics (Fisher 1930); they need 3 and 4 attempts."""
    n = len(totals)
    if variance <= 0:
        flat = Figure.without(Missing.NO_VARIANCE, n)
        return flat, flat
    skewness = kurtosis = Figure.without(Missing.TOO_FEW, n)
    parts = totals - totals.mean()
    m2, m3, m4 = (float((parts**power).mean()) for power in (2, 3, 4))
    if n >= 3:  # noqa: PLR2004 - the formula divides by n - 2
        k3 = n**2 * m3 / ((n - 1) * (n - 2))
        skewness = Figure.of(k3 / variance**1.5, n)
    if n >= 4:  # noqa: PLR2004 - and this one by n - 3
        k4 = n**2 * ((n + 1) * m4 - 3 * (n - 1) * m2**2) / ((n - 1) * (n - 2) * (n - 3))
        kurtosis = Figure.of(k4 / variance**2, n)
    return skewness, kurtosis
