"""One answer to one classic question → :class:`Score`; many scores → :class:`Total`.

Every function gives a share of the marks from 0 to 1 as an exact fraction. Nothing is rounded
here: who shows or stores points rounds once, at the end. A blank answer scores 0.

Errors are errors of content, or a form that was tampered with, never of a learner.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from course.domain.ordering import FEWEST_ITEMS, OrderMode, agreement_of_orders

NOTHING = Fraction(0)
EVERYTHING = Fraction(1)


@dataclass(frozen=True, slots=True)
class Score:
    """What one answer earned."""

    fraction: Fraction  # share of the maximum, 0 <= fraction <= 1, exact
    maximum: int  # attainable, whole points, >= 1

    def __post_init__(self) -> None:
        if not NOTHING <= self.fraction <= EVERYTHING:
            raise ValueError(f"fraction={self.fraction} must be between 0 and 1")
        if self.maximum < 1:
            raise ValueError(f"maximum={self.maximum} must be >= 1")

    @property
    def points(self) -> Fraction:
        """Points awarded, 0 <= points <= maximum, exact and not rounded."""
        return self.fraction * self.maximum


@dataclass(frozen=True, slots=True)
class Total:
    """What several answers earned together."""

    points: Fraction  # awarded, 0 <= points <= maximum, exact
    maximum: int  # attainable, whole points; 0 when there were no scores


def total(scores: Iterable[Score]) -> Total:
    """Add up ``scores``, exactly; their order does not matter, and none at all gives 0 of 0."""
    counted = list(scores)
    return Total(
        points=sum((score.points for score in counted), NOTHING),
        maximum=sum(score.maximum for score in counted),
    )


def score_single(chosen: str | None, *, fractions: Mapping[str, Fraction], maximum: int) -> Score:
    """Award the share of the one ``chosen`` option; ``None`` is blank.

    ``fractions`` holds the share per option, from -1 to 1 inclusive, the best being exactly 1.
    A negative share scores 0: as in Moodle's multiple choice (``qtype_multichoice``) an author may
    write one, but a question never takes away what another one gave.
    Raises :exc:`ValueError` for an unknown option or a share outside those bounds.
    """
    for option, fraction in fractions.items():
        if not -EVERYTHING <= fraction <= EVERYTHING:
            raise ValueError(f"fraction={fraction} of {option=} must be between -1 and 1")
    if EVERYTHING not in fractions.values():
        raise ValueError(f"one of options={sorted(fractions)} must have fraction 1")
    if chosen is None:
        return Score(NOTHING, maximum)
    if chosen not in fractions:
        raise ValueError(f"{chosen=} must be one of {sorted(fractions)}")
    return Score(max(NOTHING, fractions[chosen]), maximum)


class MultipleMethod(StrEnum):
    """How a choice of several options becomes a share.

    With N options of which K are right, and of the chosen ones R right and W wrong:
    """

    # R/K - W/(N-K), at least 0: Moodle's clamped sum, with weights that make choosing all score 0.
    MOODLE = "moodle"
    # (R - W)/K, at least 0: Canvas, "multiple answers" in classic quizzes.
    CANVAS = "canvas"
    # (R - W)/N, at least 0: Brightspace. The key itself earns K/N, not 1, as published there.
    RIGHT_MINUS_WRONG = "right_minus_wrong"
    # Boxes in the right state, ticked or empty, of all N: Brightspace, "correct answers". It pays
    # for boxes left empty, so one wrong tick scores more than a blank answer, which scores 0.
    EACH_BOX = "each_box"
    # 1 for exactly the right options, otherwise 0: QTI 3's match_correct.
    ALL_OR_NOTHING = "all_or_nothing"


def score_multiple(
    chosen: Collection[str],
    *,
    right: Collection[str],
    options: Collection[str],
    maximum: int,
    method: MultipleMethod = MultipleMethod.MOODLE,
) -> Score:
    """Award a share for the set of ``chosen`` options, by ``method``; none chosen is blank.

    Order does not matter and an option counts once, as in QTI 3's map_response.
    Raises :exc:`ValueError` when ``chosen`` or ``right`` holds something that is not in
    ``options``, when nothing is right, and with the Moodle method when everything is right:
    a wrong choice then has no weight.
    """
    ticked, key, boxes = set(chosen), set(right), set(options)
    if unknown := (ticked | key) - boxes:
        raise ValueError(f"{sorted(unknown)} must be among options={sorted(boxes)}")
    if not key:
        raise ValueError(f"at least one of options={sorted(boxes)} must be right")
    if method is MultipleMethod.MOODLE and key == boxes:
        raise ValueError(f"at least one of options={sorted(boxes)} must be wrong for {method=}")
    if not ticked:
        return Score(NOTHING, maximum)
    return Score(max(NOTHING, _share(ticked, key, boxes, method)), maximum)


def _share(ticked: set[str], key: set[str], boxes: set[str], method: MultipleMethod) -> Fraction:
    hits, misses = len(ticked & key), len(ticked - key)
    match method:
        case MultipleMethod.MOODLE:
            return Fraction(hits, len(key)) - Fraction(misses, len(boxes - key))
        case MultipleMethod.CANVAS:
            return Fraction(hits - misses, len(key))
        case MultipleMethod.RIGHT_MINUS_WRONG:
            return Fraction(hits - misses, len(boxes))
        case MultipleMethod.EACH_BOX:
            return Fraction(len(boxes - (ticked ^ key)), len(boxes))
        case MultipleMethod.ALL_OR_NOTHING:
            return Fraction(ticked == key)


class Tolerance(StrEnum):
    """How far a number may be off; the bounds themselves are right. As in Moodle's numerical."""

    ABSOLUTE = "absolute"  # expected ± tolerance, in the unit of the question
    RELATIVE = "relative"  # expected ± tolerance · |expected|; 0.05 is 5 %
    GEOMETRIC = "geometric"  # from expected / (1 + tolerance) to expected · (1 + tolerance)


def score_number(
    given: Decimal | None,
    *,
    expected: Decimal,
    tolerance: Decimal,
    maximum: int,
    mode: Tolerance = Tolerance.ABSOLUTE,
) -> Score:
    """Award ``maximum`` when ``given`` is within ``tolerance`` of ``expected``, else nothing.

    ``given`` is ``None`` for a blank answer. Bounds are inclusive and compared exactly: 84.0001
    is more than 5 % above 80.
    Raises :exc:`ValueError` when ``tolerance < 0``, when a number is not finite, and for a
    relative or geometric tolerance around 0, which would let in nothing but 0.
    """
    if not (expected.is_finite() and tolerance.is_finite()):
        raise ValueError(f"{expected=} and {tolerance=} must be finite")
    if tolerance < 0:
        raise ValueError(f"{tolerance=} must be >= 0")
    if mode is not Tolerance.ABSOLUTE and expected == 0:
        raise ValueError(f"{expected=} must not be 0 with {mode=}: use an absolute tolerance")
    if given is None:
        return Score(NOTHING, maximum)
    if not given.is_finite():
        raise ValueError(f"{given=} must be finite")
    # Decimal arithmetic rounds to 28 digits; a bound must not depend on that.
    near = _is_near(Fraction(given), Fraction(expected), Fraction(tolerance), mode)
    return Score(EVERYTHING if near else NOTHING, maximum)


def _is_near(given: Fraction, expected: Fraction, tolerance: Fraction, mode: Tolerance) -> bool:
    match mode:
        case Tolerance.ABSOLUTE:
            return abs(given - expected) <= tolerance
        case Tolerance.RELATIVE:
            return abs(given - expected) <= tolerance * abs(expected)
        case Tolerance.GEOMETRIC:
            return 1 / (1 + tolerance) <= given / expected <= 1 + tolerance


def score_order(
    given: Sequence[str],
    *,
    key: Sequence[str],
    maximum: int,
    mode: OrderMode = OrderMode.RELATIVE_TO_CORRECT,
) -> Score:
    """Award a share for the ``given`` order, first item first, by ``mode``; empty is blank.

    Raises :exc:`ValueError` when ``key`` has fewer than two items or one twice, and when
    ``given`` is neither empty nor exactly the items of ``key``.
    """
    if len(key) < FEWEST_ITEMS or len(set(key)) != len(key):
        raise ValueError(f"key={list(key)} must have at least 2 items, each once")
    if not given:
        return Score(NOTHING, maximum)
    if sorted(given) != sorted(key):
        raise ValueError(f"given={list(given)} must have exactly the items of key={list(key)}")
    return Score(agreement_of_orders([key.index(item) for item in given], mode=mode), maximum)
