"""How an assignment is graded: one value, that an assignment stores as JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, TypeAlias

from course.domain.exact import fraction_of
from course.domain.grades.cutting import OneAt, cut_score
from course.domain.grades.rounding import HIGHEST, PASS, Step

KNOCKOUT_CAP: Final = Fraction(5)  # the highest grade with a criterion below its knock-out level

Plain: TypeAlias = Mapping[str, object]  # of JSON


class Kind(StrEnum):
    """What a grade looks like."""

    NUMBER = "number"  # 1.0 to 10.0
    WORDS = "words"  # O, V or G, by the number
    SHARE_WORDS = "share_words"  # O, V or G, directly by the share of the rubric: no number
    NARRATIVE = "narrative"  # comments only


class PassOn(StrEnum):
    """Which number decides."""

    ROUNDED = "rounded"  # 5.45 is shown as 5.5, and passes
    RAW = "raw"  # 5.45 fails, and is shown as 5.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """The rules from points to a grade.

    Raises :exc:`ValueError` for values outside the bounds beside each field.
    """

    kind: Kind = Kind.NUMBER
    percentage: Fraction = Fraction(11, 20)  # of what can be known; 0 to 1, exclusive
    guess: Fraction = Fraction(0)  # points that guessing earns, >= 0; of a rubric always 0
    cut: Fraction | None = None  # in points, > 0; None: it follows from the percentage
    one_at: OneAt = OneAt.ZERO
    step: Step = Step.TENTH
    pass_on: PassOn = PassOn.ROUNDED
    # Lowest grades that are V and G: 5 < sufficient < good <= 10, or a knock-out might pass.
    sufficient: Fraction = PASS
    good: Fraction = Fraction(15, 2)
    # Lowest shares that are V and G without a number: 0 < sufficient < good <= 1.
    sufficient_share: Fraction = Fraction(11, 20)
    good_share: Fraction = Fraction(3, 4)

    def __post_init__(self) -> None:
        if not 0 < self.percentage < 1:
            raise ValueError(f"percentage={self.percentage} must be between 0 and 1, exclusive")
        if self.guess < 0:
            raise ValueError(f"guess={self.guess} must be >= 0")
        if self.cut is not None and self.cut <= 0:
            raise ValueError(f"cut={self.cut} must be > 0")
        if not KNOCKOUT_CAP < self.sufficient < self.good <= HIGHEST:
            raise ValueError(
                f"sufficient={self.sufficient} must be above {KNOCKOUT_CAP}, "
                f"and good={self.good} above it and at most {HIGHEST}"
            )
        if not 0 < self.sufficient_share < self.good_share <= 1:
            raise ValueError(
                f"sufficient_share={self.sufficient_share} must be above 0, "
                f"and good_share={self.good_share} above it and at most 1"
            )

    def cut_of(self, maximum: Fraction | int) -> Fraction:
        """The score that is a 5.5 when ``maximum`` points can be earned; not checked when fixed."""
        if self.cut is not None:
            return self.cut
        return cut_score(maximum, guess=self.guess, share=self.percentage)

    @property
    def one(self) -> Fraction:
        """The highest score that is a 1.0, in points."""
        return self.guess if self.one_at is OneAt.GUESS else Fraction(0)

    @property
    def pass_mark(self) -> Fraction:
        """The lowest grade that passes, where there is a number."""
        return self.sufficient if self.kind is Kind.WORDS else PASS

    def to_plain(self) -> dict[str, str | None]:
        """As JSON: each field by its name, and exact numbers as text ("11/20")."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: None if value is None else str(value) for name, value in values.items()}

    @classmethod
    def from_plain(cls, plain: Plain) -> "Scheme":
        """Read what :meth:`to_plain` gave; a field that is missing has its default.

        Raises :exc:`ValueError` for unknown fields and values.
        """
        if unknown := sorted(set(plain) - set(READERS)):
            raise ValueError(f"fields={unknown} must be among {sorted(READERS)}")
        values: dict[str, Any] = {name: READERS[name](value) for name, value in plain.items()}
        return cls(**values)


def _fraction_or_none(text: str | None) -> Fraction | None:
    return None if text is None else fraction_of(text)


READERS: Final[Mapping[str, Callable[[Any], object]]] = {
    "kind": Kind,
    "percentage": fraction_of,
    "guess": fraction_of,
    "cut": _fraction_or_none,
    "one_at": OneAt,
    "step": Step,
    "pass_on": PassOn,
    "sufficient": fraction_of,
    "good": fraction_of,
    "sufficient_share": fraction_of,
    "good_share": fraction_of,
}
