"""A grade as it is shown: half up, to one decimal or a whole number.

Python's ``round`` rounds a half to the even side and, in floats, 5.45 down.
"""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from course.domain.exact import half_up

LOWEST: Final = Fraction(1)
PASS: Final = Fraction(11, 2)  # 5.5, the lowest grade that passes
HIGHEST: Final = Fraction(10)

DIGITS: Final = 9  # decimals that count: what differs less is the same


class Step(StrEnum):
    """How fine a grade is."""

    TENTH = "tenth"  # 6.3
    WHOLE = "whole"  # 6

    @property
    def decimals(self) -> int:
        """Digits behind the decimal sign, 0 or 1."""
        return 1 if self is Step.TENTH else 0

    @property
    def size(self) -> Fraction:
        """What two grades that follow each other differ."""
        return Fraction(1, 10**self.decimals)


def rounded(value: Fraction, step: Step = Step.TENTH) -> Decimal:
    """The nearest grade, half up, of ``value`` after it was rounded to nine decimals.

    5.45 gives 5.5 and 5.449 gives 5.4; 5.44999999951 is 5.45, so 5.5 as well.
    """
    known = Fraction(half_up(value * 10**DIGITS), 10**DIGITS)
    return Decimal(half_up(known / step.size)).scaleb(-step.decimals)
