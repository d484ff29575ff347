"""A number as a learner types it, Dutch or English → the number, or why it is none.

With a unit too: 3 uur, € 12,50 and 5%.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

LONGEST = 40  # characters; longer is no answer to a question, and slow to calculate with
LONGEST_QUANTITY = 2 * LONGEST  # with its unit

MINUS = "\u2212"  # the sign a careful keyboard or word processor writes for -

# A space is never a decimal sign, so groups of three after spaces can only be thousands.
SPACED = re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?: [0-9]{3})+)(?:[.,](?P<part>[0-9]+))?")
# Two different signs, or one sign twice: what comes first, or repeats, separates thousands.
GROUPED = re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,(?P<part>[0-9]+))?")
GROUPED_BY_COMMA = re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.(?P<part>[0-9]+))?")
# One sign and three digits: 1.500 is fifteen hundred in Dutch and one and a half in English.
EITHER = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
PLAIN = re.compile(r"(?P<whole>[0-9]*)[.,](?P<part>[0-9]+)|(?P<only>[0-9]+)")


class NumberProblem(StrEnum):
    """Why a text is not one number, so that the page can ask again instead of scoring it."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    AMBIGUOUS = "ambiguous"  # 1.500: thousands or decimals?


@dataclass(frozen=True, slots=True)
class Number:
    """A text that is one number."""

    value: Decimal  # finite, with the decimals as typed


Parsed: TypeAlias = Number | NumberProblem


def parse_number(text: str, *, whole: bool = False) -> Parsed:
    """Read ``text`` as a plain decimal number.

    The decimal sign is a comma or a point, and digits may be full-width (Unicode NFKC). Thousands
    may be separated by spaces, or by the one of comma and point that is not the decimal sign:
    33 000, 1.500,25 and 1,500.25. A sign may stand in front, also U+2212.

    One comma or point with one to three digits before it, not starting with 0, and exactly three
    behind it can be read in two ways and is ``AMBIGUOUS``. With ``whole``, for a question that
    asks for a whole number, it separates thousands: 23.400 and 23,400 are both 23400.

    Anything else is refused, such as exponents, underscores, NaN, and more than 40 characters.
    """
    typed = text.strip()
    if not typed:
        return NumberProblem.EMPTY
    # NFKC would read 10² as 102 and ① as 1; such digits are of category No.
    if len(typed) > LONGEST or any(unicodedata.category(sign) == "No" for sign in typed):
        return NumberProblem.NOT_A_NUMBER
    plain = unicodedata.normalize("NFKC", typed).replace(MINUS, "-")
    sign = "-" if plain.startswith("-") else ""
    digits = plain[1:] if plain[0] in "+-" else plain
    if EITHER.fullmatch(digits) and not whole:
        return NumberProblem.AMBIGUOUS
    for pattern in (SPACED, GROUPED, GROUPED_BY_COMMA):
        if found := pattern.fullmatch(digits):
            return _number(sign, re.sub("[ .,]", "", found["whole"]), found["part"])
    if found := PLAIN.fullmatch(digits):
        return _number(sign, found["only"] or found["whole"], found["part"])
    return NumberProblem.NOT_A_NUMBER


def _number(sign: str, whole: str, part: str | None) -> Number:
    return Number(Decimal(f"{sign}{whole or '0'}.{part}" if part else f"{sign}{whole}"))


@dataclass(frozen=True, slots=True)
class Quantity:
    """A text that is one number, with or without a unit."""

    value: Decimal  # finite, with the decimals as typed
    unit: str | None  # as the question writes it; as typed when not known; None when there is none
    is_known: bool = True  # one of the units of the question, or none at all


def read_quantity(
    text: str, *, units: Collection[str], whole: bool = False
) -> Quantity | NumberProblem:
    """Read ``text`` as a number with one of ``units`` behind it or before it, or with none.

    Capitals, spaces around a unit and compatible characters (Unicode NFKC) make no difference: 5 m²
    is 5 M2. A word or sign that is no unit of the question gives a quantity that is not known, so
    that the page can say so. The number is read as by :func:`parse_number`; a unit by itself, and
    text with more numbers, is ``NOT_A_NUMBER``. What can be read in two ways, also because of a
    unit with a digit in it, is ``AMBIGUOUS``.

    Raises :exc:`ValueError` when two ``units`` are the same or one could not be told from a number.
    """
    names = {_folded(unit): unit for unit in units}
    if len(names) != len(units) or not all(map(_is_word, names)):
        raise ValueError(f"units={sorted(units)} must differ, each with a letter or a sign")
    typed = text.strip()
    if len(typed) > LONGEST_QUANTITY:
        return NumberProblem.NOT_A_NUMBER
    parsed = parse_number(typed, whole=whole)
    if isinstance(parsed, Number):
        return Quantity(parsed.value, None)
    if parsed is not NumberProblem.NOT_A_NUMBER:
        return parsed
    for known in (True, False):
        found: set[Quantity] = set()
        for number, unit in _splits(typed):
            name = names.get(_folded(unit))
            if name is None and (known or not _is_strange(unit)):
                continue
            parsed = parse_number(number, whole=whole)
            if parsed is NumberProblem.AMBIGUOUS:
                return parsed
            if isinstance(parsed, Number):
                found.add(Quantity(parsed.value, name or unit.strip(), is_known=known))
        if found:
            return found.pop() if len(found) == 1 else NumberProblem.AMBIGUOUS
    return NumberProblem.NOT_A_NUMBER


def _splits(typed: str) -> Iterator[tuple[str, str]]:
    """Each way to cut a text in a number and its unit, which stands behind it or before it.

    Digits that touch the number are part of it: m2.5 is not 0.5 m².
    """
    for cut in range(1, len(typed)):
        left, right = typed[:cut], typed[cut:]
        if not right[0].isdecimal() or left[-1].isspace():
            yield left, right
        if not left[-1].isdecimal() or right[0].isspace():
            yield right, left


def _folded(unit: str) -> str:
    return unicodedata.normalize("NFKC", unit).casefold().strip()


def _is_word(unit: str) -> bool:
    """Tell whether there is a letter in it, or a sign such as € or %."""
    return any(
        sign.isalpha() or unicodedata.category(sign) == "Sc" or sign in "%‰°" for sign in unit
    )


def _is_strange(unit: str) -> bool:
    return _is_word(unit) and not any(sign.isdecimal() for sign in unit)
