"""What an analysis of marks says: a figure with its n and interval, or why there is none.

Plain values, so that pages and commands can speak of figures without loading numpy. They are made
in :mod:`course.domain.statistics`, :mod:`course.domain.figures.distractors` and
:mod:`course.domain.agreement`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from course.domain.figures.intervals import Interval

# Choices of this course.
MINIMUM: Final = 10  # attempts before there is any figure
MINIMUM_DISCRIMINATION: Final = 20  # attempts before there is one of who did well on the rest

FEWEST: Final = 2  # attempts that can differ; no minimum goes below it
# What differs by less than this share of its size differs by rounding only: 0.1 + 0.2 and 0.3.
SAME: Final = 1e-12


class Missing(StrEnum):
    """Why there is no figure."""

    TOO_FEW = "too_few"  # attempts, or texts with two marks: what was found could be chance
    NO_VARIANCE = "no_variance"  # everybody has the same, so nothing goes together with anything
    ONE_ITEM = "one_item"  # there is, or would be, one item, and it takes two
    NOT_ANSWERED = "not_answered"  # by anybody
    NOT_CHOSEN = "not_chosen"  # by anybody
    NOT_RIGHT_OR_WRONG = "not_right_or_wrong"  # some marks lie between 0 and the maximum
    NEGATIVE_COVARIANCE = "negative_covariance"  # the item pulls against the total


@dataclass(frozen=True, slots=True)
class Figure:
    """One number; ``value`` or ``missing`` is ``None``, and there is no interval without value."""

    value: float | None
    n: int  # attempts it rests on; in course.domain.agreement texts
    low: float | None = None  # ends of the 95 % interval; None when no sound one is known, which
    high: float | None = None  # the fields below tell, or when nothing varies
    missing: Missing | None = None

    @classmethod
    def of(cls, value: float, n: int, interval: Interval | None = None) -> "Figure":
        """Make a figure of what was calculated."""
        low, high = interval or (None, None)
        return cls(value, n, low, high)

    @classmethod
    def without(cls, missing: Missing, n: int) -> "Figure":
        """Say why there is no figure."""
        return cls(None, n, missing=missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFigures:
    """One item, over all attempts."""

    maximum: float
    blank: int | None  # attempts that left it out; None when there are too few attempts to tell
    # Mean mark as a share of the maximum. Wilson when each mark is 0 or the maximum, otherwise t.
    facility: Figure
    sd: Figure  # of the marks, with n - 1; no interval
    # Facility of the best 27 % less that of the weakest 27 %, -1 to 1; no interval: the groups
    # were chosen by what is compared. To be shown beside item_rest, never alone.
    upper_lower: Figure
    item_total: Figure  # correlation with the total, which holds the item itself; Fisher
    item_rest: Figure  # correlation with the total of the other items; Fisher
    alpha_if_deleted: Figure  # Cronbach's alpha of the other items; Feldt
    # The item in Moodle's report, in percents.
    intended_weight: Figure  # share of the maximum of the quiz
    effective_weight: Figure  # share in the spread of totals; no interval
    discrimination_index: Figure  # 100 times item_rest; Fisher
    discriminative_efficiency: Figure  # of what these marks could discriminate at most; no interval


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizFigures:
    """The whole quiz: totals over all attempts."""

    attempts: int
    items: int
    maximum: float  # sum of the maxima
    blank: int | None  # answers left out, of attempts times items; None as in ItemFigures
    mean: Figure  # in marks; t
    sd: Figure  # in marks, with n - 1; no interval
    mean_percent: Figure  # both once more as percents of the maximum, which have reading aids
    sd_percent: Figure
    skewness: Figure  # 0 is symmetric, above 0 has its tail to the right; no interval
    kurtosis: Figure  # 0 as the normal distribution, above 0 is more peaked; no interval
    alpha: Figure  # Cronbach's; Feldt
    kr20: Figure  # alpha of items that are right or wrong, by its own formula; Feldt
    sem: Figure  # standard error of measurement, in marks; no interval
    # The quiz in Moodle's report: 100 times alpha, 100 √(1 - alpha), and the same as sem.
    internal_consistency: Figure  # Feldt
    error_ratio: Figure  # Feldt
    standard_error: Figure  # no interval


@dataclass(frozen=True, slots=True)
class Analysis:
    """What :func:`course.domain.statistics.analyse` found."""

    quiz: QuizFigures
    items: tuple[ItemFigures, ...]  # in the order of the marks
