"""Numbers as answers: how near is near enough, several answers with a share each, and units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from course.domain.scoring.numerals import NumberProblem, read_quantity
from course.domain.scoring.scores import EVERYTHING, NOTHING, Score, Unmarked, blank, clamped

UNIT_PENALTY: Final = Fraction(1, 10)  # share of the question that a missing unit costs, unless set


class Tolerance(StrEnum):
    """How far a number may be off. As in Moodle's numerical question and QTI's equal."""

    EXACT = "exact"  # not at all
    ABSOLUTE = "absolute"  # expected ± tolerance, in the unit of the question
    RELATIVE = "relative"  # expected ± tolerance · |expected|; 0.05 is 5 %
    GEOMETRIC = "geometric"  # from expected / (1 + tolerance) to expected · (1 + tolerance)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedNumber:
    """A number that earns something, and what counts as that number.

    Raises :exc:`ValueError` for a tolerance below 0, and other than 0 where it must be exact; for
    a number that is not finite; around 0 with a relative or geometric tolerance, which would let
    in nothing but 0; when the number itself would not be right; and for a share outside 0 to 1.
    """

    expected: Decimal
    mode: Tolerance = Tolerance.EXACT
    tolerance: Decimal = Decimal(0)  # to both sides, >= 0
    tolerance_above: Decimal | None = None  # to the side of the larger numbers; None: the same
    includes_lower: bool = True  # whether the bounds themselves are right
    includes_upper: bool = True
    fraction: Fraction = EVERYTHING  # share of the marks, 0 to 1

    def __post_init__(self) -> None:
        for tolerance in (self.tolerance, self.above):
            if not (self.expected.is_finite() and tolerance.is_finite()):
                raise ValueError(f"expected={self.expected} and {tolerance=} must be finite")
            if tolerance < 0:
                raise ValueError(f"{tolerance=} must be >= 0")
            if self.mode is Tolerance.EXACT and tolerance:
                raise ValueError(f"{tolerance=} must be 0 with mode={self.mode}")
        if self.mode in {Tolerance.RELATIVE, Tolerance.GEOMETRIC} and self.expected == 0:
            raise ValueError(
                f"expected={self.expected} must not be 0 with mode={self.mode}: "
                "use an absolute tolerance"
            )
        if not self.accepts(Fraction(self.expected)):
            raise ValueError(f"expected={self.expected} must itself be right: include that bound")
        if not NOTHING <= self.fraction <= EVERYTHING:
            raise ValueError(f"fraction={self.fraction} must be between 0 and 1")

    @property
    def above(self) -> Decimal:
        """The tolerance to the side of the larger numbers."""
        return self.tolerance if self.tolerance_above is None else self.tolerance_above

    @property
    def bounds(self) -> tuple[Fraction, Fraction]:
        """The lowest and the highest number, exact; ``includes_…`` says whether they are right."""
        # Decimal arithmetic rounds to 28 digits; a bound must not depend on that.
        expected, below, above = map(Fraction, (self.expected, self.tolerance, self.above))
        match self.mode:
            case Tolerance.EXACT | Tolerance.ABSOLUTE:
                return expected - below, expected + above
            case Tolerance.RELATIVE:
                return expected - below * abs(expected), expected + above * abs(expected)
            case Tolerance.GEOMETRIC if expected > 0:
                return expected / (1 + below), expected * (1 + above)
            case Tolerance.GEOMETRIC:
                return expected * (1 + below), expected / (1 + above)

    def accepts(self, given: Fraction) -> bool:
        """Tell whether ``given`` counts as this number; compared exactly."""
        lower, upper = self.bounds
        from_lower = lower < given or (lower == given and self.includes_lower)
        return from_lower and (given < upper or (given == upper and self.includes_upper))


def first_accepted(given: Fraction, accepted: Sequence[AcceptedNumber]) -> AcceptedNumber | None:
    """The first of ``accepted`` that ``given`` counts as; ``None`` when it counts as none."""
    return next((number for number in accepted if number.accepts(given)), None)


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
    Raises :exc:`ValueError` when ``given`` is not finite, and as :class:`AcceptedNumber`.
    """
    number = AcceptedNumber(expected=expected, tolerance=tolerance, mode=mode)
    return score_numbers(given, accepted=[number], maximum=maximum)


def score_numbers(
    given: Decimal | None, *, accepted: Sequence[AcceptedNumber], maximum: int
) -> Score:
    """Award the share of the first of ``accepted`` that ``given`` counts as; ``None`` is blank.

    So a narrow answer stands before a wide one, and a common mistake with share 0 before both.
    Raises :exc:`ValueError` when ``given`` is not finite, and when no number earns everything.
    """
    _check(accepted)
    if given is None:
        return blank(maximum)
    if not given.is_finite():
        raise ValueError(f"{given=} must be finite")
    return Score(_share(Fraction(given), accepted), maximum)


class UnitRule(StrEnum):
    """What becomes of a number without a unit of the question."""

    OPTIONAL = (
        "optional"  # without a unit it is in that of the question; a wrong one is asked again
    )
    PENALTY = "penalty"  # it costs a share, and the number is taken to be in that of the question
    ASK = "ask"  # asked again, before the number is looked at, so that it is not a try


_PROBLEMS: Final[Mapping[NumberProblem, Unmarked]] = {
    NumberProblem.EMPTY: Unmarked.BLANK,
    NumberProblem.NOT_A_NUMBER: Unmarked.NOT_A_NUMBER,
    NumberProblem.AMBIGUOUS: Unmarked.AMBIGUOUS_NUMBER,
}


def score_quantity(
    given: str,
    *,
    accepted: Sequence[AcceptedNumber],
    units: Mapping[str, Fraction],
    maximum: int,
    rule: UnitRule = UnitRule.ASK,
    penalty: Fraction = UNIT_PENALTY,
    whole: bool = False,
) -> Score:
    """Award a share for a number with a unit, as typed: 90 minuten, 1,5 uur.

    ``units`` says how many of the unit of ``accepted`` one of each is: for an answer in hours
    ``{"uur": 1, "minuten": Fraction(1, 60)}``. The number counts as in :func:`score_numbers`;
    ``penalty`` is taken from its share, not below 0. What cannot be read as one number is not
    marked but has the reason in its score.
    Raises :exc:`ValueError` when no number earns everything, for a unit of 0 or less or one that
    cannot be told from another, and unless 0 <= ``penalty`` <= 1.
    """
    _check(accepted)
    if not NOTHING <= penalty <= EVERYTHING:
        raise ValueError(f"penalty={penalty} must be between 0 and 1")
    for unit, size in units.items():
        if size <= NOTHING:
            raise ValueError(f"size={size} of {unit=} must be > 0")
    quantity = read_quantity(given, units=units, whole=whole)
    if isinstance(quantity, NumberProblem):
        return Score(NOTHING, maximum, _PROBLEMS[quantity])
    if quantity.unit is not None and quantity.is_known:
        return Score(_share(Fraction(quantity.value) * units[quantity.unit], accepted), maximum)
    share = _share(Fraction(quantity.value), accepted)
    if rule is UnitRule.PENALTY:
        return Score(clamped(share - penalty), maximum)
    if quantity.unit is not None:
        return Score(NOTHING, maximum, Unmarked.UNIT_UNKNOWN)
    if rule is UnitRule.ASK:
        return Score(NOTHING, maximum, Unmarked.UNIT_MISSING)
    return Score(share, maximum)


def _share(given: Fraction, accepted: Sequence[AcceptedNumber]) -> Fraction:
    number = first_accepted(given, accepted)
    return number.fraction if number else NOTHING


def _check(accepted: Sequence[AcceptedNumber]) -> None:
    if not any(number.fraction == EVERYTHING for number in accepted):
        raise ValueError(f"one of accepted={list(accepted)} must have fraction 1")
