"""Several results with weights → one result of the whole.

A choice of this course, said on the page of the rule: what somebody is excused from is left out and
the other weights count for all of it; what is missing leaves no number, because nothing was marked
there, and is no 1.0; and while something can still come nobody knows the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, lcm

from course.domain.grades.marks import Absent, Grade, Word, absent
from course.domain.grades.rounding import HIGHEST, LOWEST, PASS, Step, rounded


class Stand(StrEnum):
    """How far a part is."""

    GRADED = "graded"
    WAITING = "waiting"  # it can still come in, or was not returned yet
    MISSING = "missing"  # it had to be there, and is not
    EXCUSED = "excused"  # it does not have to be there; also when it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the results that make up the whole.

    Raises :exc:`ValueError` unless ``weight >= 0``, and there is a grade exactly when it is graded.
    """

    weight: Fraction  # relative to the others; 0: it is shown, and does not count
    stand: Stand
    grade: Grade | None = None

    def __post_init__(self) -> None:
        if self.weight.numerator < 0:
            raise ValueError(f"weight={self.weight} must be >= 0")
        if (self.grade is not None) != (self.stand is Stand.GRADED):
            raise ValueError(f"grade={self.grade} does not go with stand={self.stand}")


class Reason(StrEnum):
    """Why the whole has no grade."""

    WAITING = "waiting"  # a part that counts is not known yet
    EXCUSED = "excused"  # from all that counts
    NO_NUMBER = "no-number"  # all that counts has words or comments only, and was sufficient
    NO_RULE = "no-rule"  # nothing counts


def weighted(
    parts: Sequence[Part], *, pass_mark: Fraction = PASS, step: Step = Step.TENTH
) -> Grade | Reason:
    """The whole: the weighted mean of the exact grades, rounded once, or why there is none.

    Only parts with a weight above 0 count, and in this order decides:

    1. excused: left out; all of them: :attr:`Reason.EXCUSED`;
    2. waiting: :attr:`Reason.WAITING`, also beside something missing, which may yet come;
    3. missing: no number and not passed; ``ND`` when all are missing, ``NA`` when some are;
    4. a word or comments without a number is left out of the mean. An O cannot be made up for: the
       whole fails, and shows at most the highest grade below ``pass_mark``, so that a fail does not
       look like a pass; where nothing has a number it is an O.

    The rounded mean decides whether it passes: 5.45 is 5.5. Raises :exc:`ValueError` unless
    1 < ``pass_mark`` <= 10.
    """
    if not LOWEST < pass_mark <= HIGHEST:
        raise ValueError(f"pass_mark={pass_mark} must be above {LOWEST} and at most {HIGHEST}")
    counting = [part for part in parts if part.weight]
    if not counting:
        return Reason.NO_RULE
    asked = [part for part in counting if part.stand is not Stand.EXCUSED]
    if not asked:
        return Reason.EXCUSED
    if any(part.stand is Stand.WAITING for part in asked):
        return Reason.WAITING
    missing = [part for part in asked if _is_missing(part)]
    if missing:
        all_of_it = len(missing) == len(asked)
        return absent(Absent.NOT_TAKEN_PART if all_of_it else Absent.NOT_HANDED_IN)
    return _mean(asked, pass_mark, step)


def _is_missing(part: Part) -> bool:
    return part.stand is Stand.MISSING or (part.grade is not None and part.grade.absent is not None)


def _mean(parts: Sequence[Part], pass_mark: Fraction, step: Step) -> Grade | Reason:
    fails = any(_fails_in_words(part.grade) for part in parts if part.grade)
    numbers = [
        (part.weight, part.grade.exact)
        for part in parts
        if part.grade is not None and part.grade.exact is not None
    ]
    if not numbers:
        return Grade(word=Word.INSUFFICIENT, passed=False) if fails else Reason.NO_NUMBER
    exact = _weighted_mean(numbers)
    shown = rounded(exact, step)
    if fails and shown >= pass_mark:
        shown = _below(pass_mark, step)
    return Grade(exact=exact, rounded=shown, passed=shown >= pass_mark)


def _weighted_mean(pairs: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """Of weights and values, exact. In whole numbers, which takes a fifth of the time."""
    below = lcm(*(weight.denominator * value.denominator for weight, value in pairs))
    total = earned = 0
    for weight, value in pairs:
        times = weight.numerator * (below // weight.denominator)
        total += times
        earned += times * value.numerator // value.denominator
    return Fraction(earned, total)


def _fails_in_words(grade: Grade) -> bool:
    return grade.exact is None and grade.passed is False


def _below(pass_mark: Fraction, step: Step) -> Decimal:
    """The highest grade of this step that fails."""
    steps = ceil(pass_mark / step.size) - 1
    return Decimal(steps).scaleb(-step.decimals)
