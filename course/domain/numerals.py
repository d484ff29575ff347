"""A number as a learner types it, Dutch or English → the number, or why it is none."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

LONGEST = 40  # characters; longer is no answer to a question, and slow to calculate with

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
