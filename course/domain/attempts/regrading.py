"""Marking again after the key changed: what it would do, before anybody decides to do it.

Nothing here changes a grade. A teacher sees the table and chooses; what is kept of it, and why, is
for who stores grades. Specification: assessment.md, 2.8.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from course.domain.scoring.scores import EVERYTHING, NOTHING, Score


class Apply(StrEnum):
    """Whose result changes."""

    ALL = "all"
    NOT_LOWER = "not_lower"  # nobody loses what was earned


class Turn(StrEnum):
    """What happens to passing."""

    NONE = "none"
    PASS_TO_FAIL = "pass_to_fail"  # noqa: S105 - not a secret
    FAIL_TO_PASS = "fail_to_pass"  # noqa: S105


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarked:
    """One attempt, marked with the old key and with the new one."""

    attempt: str
    old: Fraction  # share of the whole quiz, 0 to 1
    new: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the new key does to one attempt."""

    attempt: str
    old_fraction: Fraction
    new_fraction: Fraction  # with the new key
    old_grade: Decimal
    new_grade: Decimal
    fraction: Fraction  # what it would become in this mode: the new one, or the old one kept
    grade: Decimal
    turn: Turn  # from old_fraction to fraction

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to write."""
        return self.fraction != self.old_fraction

    @property
    def is_kept(self) -> bool:
        """Whether the new key gives less, but the old result stays."""
        return self.fraction != self.new_fraction


def dry_run(
    attempts: Sequence[Remarked],
    *,
    grade: Callable[[Fraction], Decimal],
    passes: Callable[[Fraction], bool],
    mode: Apply = Apply.NOT_LOWER,
) -> list[Row]:
    """The table of what marking again would do, one row an attempt, in their order.

    ``grade`` makes a grade of a share of the quiz and ``passes`` tells whether a share is enough;
    both belong to the course. Marking again what was marked again changes nothing.
    Raises :exc:`ValueError` for a share outside 0 to 1, and when an attempt is there twice.
    """
    names = [remarked.attempt for remarked in attempts]
    if len(set(names)) != len(names):
        raise ValueError(f"attempts={names} must differ")
    return [_row(remarked, grade, passes, mode) for remarked in attempts]


def _row(
    remarked: Remarked,
    grade: Callable[[Fraction], Decimal],
    passes: Callable[[Fraction], bool],
    mode: Apply,
) -> Row:
    old, new = remarked.old, remarked.new
    for fraction in (old, new):
        if not NOTHING <= fraction <= EVERYTHING:
            attempt = remarked.attempt
            raise ValueError(f"{fraction=!s} of {attempt=} must be between 0 and 1")
    result = new if mode is Apply.ALL else max(old, new)
    return Row(
        attempt=remarked.attempt,
        old_fraction=old,
        new_fraction=new,
        old_grade=grade(old),
        new_grade=grade(new),
        fraction=result,
        grade=grade(result),
        turn=turn(passed=passes(old), passes=passes(result)),
    )


def turn(*, passed: bool, passes: bool) -> Turn:
    """What happens to passing, which was so before and is so after."""
    if passed == passes:
        return Turn.NONE
    return Turn.FAIL_TO_PASS if passes else Turn.PASS_TO_FAIL


class Deletion(StrEnum):
    """What becomes of the marks of a question that is taken out."""

    FULL_MARKS = "full_marks"  # everybody has them, also who left it blank
    DROP = "drop"  # nobody has them: the maximum falls, and the other questions weigh more


def without_item(scores: Mapping[str, Score], item: str, *, how: Deletion) -> dict[str, Score]:
    """The scores of one attempt, by question, after ``item`` was taken out of the quiz.

    Raises :exc:`ValueError` when the attempt does not have ``item``, and when dropping it would
    leave no question.
    """
    if item not in scores:
        raise ValueError(f"{item=} must be among {sorted(scores)}")
    if how is Deletion.FULL_MARKS:
        return {**scores, item: Score(EVERYTHING, scores[item].maximum)}
    left = {name: score for name, score in scores.items() if name != item}
    if not left:
        raise ValueError(f"{item=} must not be the only question: nothing would be left")
    return left


def may_regrade(*, old_options: Collection[str], new_options: Collection[str]) -> bool:
    """Tell whether stored answers still mean the same: the options are those they were chosen from.

    Texts, order and shares may change; an option that came or went makes it another question.
    """
    return set(old_options) == set(new_options)
