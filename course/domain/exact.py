"""Exact numbers: means, quantiles and roundings of fractions, and fractions as text."""

import re
from collections.abc import Sequence
from fractions import Fraction
from math import floor

HALF = Fraction(1, 2)
TEXT = re.compile(r"-?[0-9]{1,40}(?:/[0-9]{1,40})?")


def mean(values: Sequence[int | Fraction]) -> Fraction:
    """Sum over number, exact. Raises :exc:`ValueError` when there are no ``values``."""
    if not values:
        raise ValueError("values=[] must hold a value")
    return sum(map(Fraction, values), Fraction(0)) / len(values)


def quantile(values: Sequence[int | Fraction], share: Fraction) -> Fraction:
    """The value below which a ``share`` of ``values`` lies, exact; their order does not matter.

    The place is share · (n - 1) from the lowest, and between two values in proportion: type 7 of
    Hyndman and Fan (1996), the default of numpy.
    Raises :exc:`ValueError` when there are no ``values`` or unless 0 <= ``share`` <= 1.
    """
    if not values:
        raise ValueError("values=[] must hold a value")
    if not 0 <= share <= 1:
        raise ValueError(f"share={share} must be between 0 and 1")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * Fraction(ordered[above] - ordered[below])


def median(values: Sequence[int | Fraction]) -> Fraction:
    """The value in the middle, or halfway the two; errors as :func:`quantile`."""
    return quantile(values, HALF)


def half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up, also below 0."""
    return floor(value + HALF)


def fraction_of(text: str) -> Fraction:
    """Read what ``str`` makes of a fraction: "3", "-2/3".

    Raises :exc:`ValueError` for all else, such as decimals and exponents.
    """
    if not (isinstance(text, str) and TEXT.fullmatch(text)):
        raise ValueError(f"{text!r} must be a whole number or two, as in '2/3'")
    try:
        return Fraction(text)
    except ZeroDivisionError:
        raise ValueError(f"{text!r} must not divide by 0") from None
