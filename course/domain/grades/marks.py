"""Points or levels, and a scheme → the grade of one hand-in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Final

from course.domain.exact import HALF
from course.domain.grades.cutting import exact_grade
from course.domain.grades.rounding import DIGITS, HIGHEST, LOWEST, PASS, rounded
from course.domain.grades.rubrics import Rubric
from course.domain.grades.schemes import KNOCKOUT_CAP, Kind, PassOn, Plain, Scheme

HAIR: Final = Fraction(1, 2 * 10**DIGITS)  # that rounding to nine decimals can lift a grade
# Points and weights have denominators of their own, so that of a grade can be long.
FRACTION: Final = re.compile(r"[0-9]{1,400}(?:/[1-9][0-9]{0,399})?")
DECIMAL: Final = re.compile(r"[0-9]{1,2}(?:\.[0-9])?")
FIELDS: Final = {"exact", "rounded", "word", "passed", "absent", "knocked_out"}


class Word(StrEnum):
    """A grade in a word."""

    INSUFFICIENT = "O"
    SUFFICIENT = "V"
    GOOD = "G"


class Absent(StrEnum):
    """Why there is no grade, which is something else than the lowest grade."""

    NOT_HANDED_IN = "NA"  # took part, and nothing came in
    NOT_TAKEN_PART = "ND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """What a hand-in got; all is ``None`` for one with comments only."""

    exact: Fraction | None = None  # 1 to 10, after the cap and not rounded
    rounded: Decimal | None = None  # as shown, with one decimal or none
    word: Word | None = None
    passed: bool | None = None  # None: that was not decided here
    absent: Absent | None = None  # None: it was handed in
    knocked_out: tuple[str, ...] = ()  # criteria that capped it

    @property
    def code(self) -> str:
        """The same text for page, export and passback: "6.3" with a point, "V", "NA" or ""."""
        if self.absent is not None:
            return self.absent
        if self.word is not None:
            return self.word
        return "" if self.rounded is None else str(self.rounded)

    def to_plain(self) -> dict[str, object]:
        """As JSON, with exact numbers as text."""
        return {
            "exact": None if self.exact is None else str(self.exact),
            "rounded": None if self.rounded is None else str(self.rounded),
            "word": None if self.word is None else str(self.word),
            "passed": self.passed,
            "absent": None if self.absent is None else str(self.absent),
            "knocked_out": list(self.knocked_out),
        }

    @classmethod
    def from_plain(cls, plain: Plain) -> "Grade":
        """Read what :meth:`to_plain` gave. Raises :exc:`ValueError` for anything else."""
        if set(plain) != FIELDS:
            raise ValueError(f"fields={sorted(plain)} must be {sorted(FIELDS)}")
        exact, shown, word, gone = (plain[n] for n in ("exact", "rounded", "word", "absent"))
        passed, criteria = plain["passed"], plain["knocked_out"]
        if passed not in (None, True, False) or not isinstance(criteria, list):
            raise ValueError(f"{passed=} must be a choice, and knocked_out={criteria!r} a list")
        return cls(
            exact=None if exact is None else _fraction(str(exact)),
            rounded=None if shown is None else _decimal(str(shown)),
            word=None if word is None else Word(str(word)),
            passed=None if passed is None else bool(passed),
            absent=None if gone is None else Absent(str(gone)),
            knocked_out=tuple(map(str, criteria)),
        )


def _fraction(text: str) -> Fraction:
    if not FRACTION.fullmatch(text):
        raise ValueError(f"{text!r} must be a whole number or two, as in '25/4'")
    return Fraction(text)


def _decimal(text: str) -> Decimal:
    if not DECIMAL.fullmatch(text):
        raise ValueError(f"{text!r} must be a number such as 6.3")
    return Decimal(text)


def narrative() -> Grade:
    """No grade: comments only."""
    return Grade()


def absent(reason: Absent) -> Grade:
    """Nothing was handed in, so nothing was passed, and there is no number either."""
    return Grade(passed=False, absent=reason)


def grade(
    points: Fraction | int,
    maximum: Fraction | int,
    scheme: Scheme,
    *,
    knocked_out: tuple[str, ...] = (),
) -> Grade:
    """Grade ``points`` of ``maximum``; with a criterion ``knocked_out`` it is 5.0 or O at most.

    Raises :exc:`ValueError` unless 0 <= ``points`` <= ``maximum``, ``maximum > 0``, and for a
    number the cut score lies between what gives a 1.0 and ``maximum``.
    """
    if not 0 <= points <= maximum or maximum <= 0:
        raise ValueError(f"points={points} must be between 0 and {maximum}, which must be > 0")
    match scheme.kind:
        case Kind.NARRATIVE:
            return narrative()
        case Kind.SHARE_WORDS:
            word = _word_of(Fraction(points) / maximum, scheme.sufficient_share, scheme.good_share)
            word = Word.INSUFFICIENT if knocked_out else word
            return Grade(word=word, passed=word is not Word.INSUFFICIENT, knocked_out=knocked_out)
    exact = exact_grade(points, maximum, cut=scheme.cut_of(maximum), one=scheme.one)
    return _of_number(min(exact, KNOCKOUT_CAP) if knocked_out else exact, scheme, knocked_out)


def grade_of(exact: Fraction, scheme: Scheme) -> Grade:
    """The grade that two markers agreed, 1 to 10 and not rounded, as ``scheme`` shows it.

    Raises :exc:`ValueError` outside these bounds, and for a scheme without a number.
    """
    if not LOWEST <= exact <= HIGHEST:
        raise ValueError(f"exact={exact} must be between {LOWEST} and {HIGHEST}")
    if scheme.kind not in {Kind.NUMBER, Kind.WORDS}:
        raise ValueError(f"kind={scheme.kind} has no number")
    return _of_number(exact, scheme, ())


def _of_number(exact: Fraction, scheme: Scheme, knocked_out: tuple[str, ...]) -> Grade:
    shown = rounded(exact, scheme.step)
    if scheme.pass_on is PassOn.RAW and exact < scheme.pass_mark <= shown:
        # A fail does not look like a pass.
        shown = rounded(scheme.pass_mark - scheme.step.size, scheme.step)
    decides = exact if scheme.pass_on is PassOn.RAW else Fraction(shown)
    with_word = scheme.kind is Kind.WORDS
    return Grade(
        exact=exact,
        rounded=shown,
        word=_word_of(decides, scheme.sufficient, scheme.good) if with_word else None,
        passed=decides >= scheme.pass_mark,
        knocked_out=knocked_out,
    )


def _word_of(value: Fraction, sufficient: Fraction, good: Fraction) -> Word:
    if value >= good:
        return Word.GOOD
    return Word.SUFFICIENT if value >= sufficient else Word.INSUFFICIENT


def grade_rubric(rubric: Rubric, levels: Mapping[str, int], scheme: Scheme) -> Grade:
    """Grade the levels of a rubric, whose maximum is 1 point; errors as in :class:`Rubric`."""
    knocked_out = rubric.knocked_out(levels)
    if scheme.kind is Kind.NARRATIVE:
        return narrative()
    return grade(rubric.fraction(levels), 1, scheme, knocked_out=knocked_out)


def passes_from(maximum: Fraction | int, scheme: Scheme) -> Fraction:
    """The lowest score that passes, to be printed beside the settings: rounding may lift a fail.

    With 55 %, rounded to a tenth, it is 54.39 % and not 55 %. Raises :exc:`ValueError` for
    comments only, and as :func:`grade` for a cut score that cannot be.
    """
    match scheme.kind:
        case Kind.NARRATIVE:
            raise ValueError(f"kind={scheme.kind} has no pass mark")
        case Kind.SHARE_WORDS:
            return scheme.sufficient_share * maximum
    mark = scheme.pass_mark
    if scheme.pass_on is PassOn.ROUNDED:
        steps = ceil(mark / scheme.step.size)  # the lowest grade that is enough
        mark = (steps - HALF) * scheme.step.size - HAIR
    return _points_for(mark, maximum, scheme)


def _points_for(mark: Fraction, maximum: Fraction | int, scheme: Scheme) -> Fraction:
    """The lowest score whose exact grade is ``mark``, LOWEST < mark."""
    cut, one = scheme.cut_of(maximum), scheme.one
    exact_grade(maximum, maximum, cut=cut, one=one)  # refuses a cut that cannot be
    if mark < PASS:
        return one + (mark - LOWEST) * (cut - one) / (PASS - LOWEST)
    return cut + (mark - PASS) * (maximum - cut) / (HIGHEST - PASS)
