"""An analytic rubric: a level per criterion → a share of what can be earned.

The texts of levels belong to the content; here a level is its number, 0 for the lowest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

ONE = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """What is looked at.

    Raises :exc:`ValueError` unless ``highest >= 1``, ``weight > 0`` and the knock-out level is
    from 1 to ``highest``.
    """

    slug: str
    highest: int  # number of the best level; four levels are 0 to 3
    weight: Fraction | None = ONE  # > 0, relative to the others; None: levels without points
    knockout_level: int | None = None  # a lower level caps the grade; None: none does

    def __post_init__(self) -> None:
        if self.highest < 1:
            raise ValueError(f"highest={self.highest} of {self.slug!r} must be >= 1")
        if self.weight is not None and self.weight <= 0:
            raise ValueError(f"weight={self.weight} of {self.slug!r} must be > 0")
        if self.knockout_level is not None and not 1 <= self.knockout_level <= self.highest:
            raise ValueError(
                f"knockout_level={self.knockout_level} of {self.slug!r} "
                f"must be between 1 and {self.highest}"
            )


@dataclass(frozen=True, slots=True)
class Rubric:
    """Criteria in the order they are shown.

    Raises :exc:`ValueError` when there are none, or two are called the same.
    """

    criteria: tuple[Criterion, ...]

    def __post_init__(self) -> None:
        slugs = [criterion.slug for criterion in self.criteria]
        if not slugs:
            raise ValueError("criteria=() must hold a criterion")
        if len(set(slugs)) != len(slugs):
            raise ValueError(f"{slugs=} must differ")

    @property
    def has_points(self) -> bool:
        """Tell whether any criterion has a weight; otherwise there is no share to calculate."""
        return any(criterion.weight is not None for criterion in self.criteria)

    def without_level(self, levels: Mapping[str, int]) -> tuple[str, ...]:
        """The criteria that still have no level, in their order."""
        return tuple(one.slug for one in self.criteria if one.slug not in levels)

    def fraction(self, levels: Mapping[str, int]) -> Fraction:
        """The share that was earned, 0 to 1, exact: the weighted mean of level over highest.

        Raises :exc:`ValueError` unless each criterion has one of its levels and no other is
        there, and when no criterion has points.
        """
        self._check(levels)
        weighted = [(one, one.weight) for one in self.criteria if one.weight is not None]
        if not weighted:
            raise ValueError("a rubric without points has no share")
        earned = sum(
            (weight * levels[one.slug] / one.highest for one, weight in weighted), Fraction(0)
        )
        return earned / sum((weight for _, weight in weighted), Fraction(0))

    def knocked_out(self, levels: Mapping[str, int]) -> tuple[str, ...]:
        """The criteria below their knock-out level, in their order; errors as those of levels."""
        self._check(levels)
        return tuple(
            one.slug
            for one in self.criteria
            if one.knockout_level is not None and levels[one.slug] < one.knockout_level
        )

    def _check(self, levels: Mapping[str, int]) -> None:
        if missing := self.without_level(levels):
            raise ValueError(f"criteria={list(missing)} must have a level")
        if unknown := sorted(set(levels) - {one.slug for one in self.criteria}):
            raise ValueError(f"criteria={unknown} must be in the rubric")
        for one in self.criteria:
            if not 0 <= levels[one.slug] <= one.highest:
                raise ValueError(
                    f"level={levels[one.slug]} of {one.slug!r} must be between 0 and {one.highest}"
                )
