"""Handing in late: how late it was, and what that costs where a course takes points for it.

The rule is that of Canvas ("late submission policy"); the code is our own. Without a policy nothing
is taken and lateness is only shown. Specification: assessment.md, 2.5.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from course.domain.opening import utc

ON_TIME: Final = timedelta(0)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePolicy:
    """What being late costs.

    Raises :exc:`ValueError` for an interval of 0 or less, and for shares outside 0 to 1.
    """

    share: Fraction  # of the maximum, for each interval begun; 0 to 1
    interval: timedelta = DAY
    floor: Fraction = Fraction(0)  # share of the maximum below which nothing is taken; 0 to 1

    def __post_init__(self) -> None:
        if self.interval <= ON_TIME:
            raise ValueError(f"interval={self.interval} must be > 0")
        for name, share in (("share", self.share), ("floor", self.floor)):
            if not 0 <= share <= 1:
                raise ValueError(f"{name}={share} must be between 0 and 1")


def lateness(handed_in_at: datetime, *, due_at: datetime, grace: timedelta = ON_TIME) -> timedelta:
    """How late something was handed in, at least 0; up to ``grace`` late is on time.

    Who comes after the grace is late from ``due_at`` on.
    Raises :exc:`ValueError` for a moment without a zone, and for a negative ``grace``.
    """
    if grace < ON_TIME:
        raise ValueError(f"{grace=!s} must be >= 0")
    late = utc(handed_in_at) - utc(due_at)
    return late if late > grace else ON_TIME


def points_when_late(
    points: Fraction, *, maximum: int, late: timedelta, policy: LatePolicy | None
) -> Fraction:
    """Points that are left of ``points`` when they were handed in ``late``; exact.

    Each interval that has begun costs its share of ``maximum``. The floor is not passed, and who
    had no more than that to begin with keeps it. ``None`` takes nothing.
    Raises :exc:`ValueError` unless 0 <= ``points`` <= ``maximum`` and ``late`` >= 0.
    """
    if not 0 <= points <= maximum:
        raise ValueError(f"points={points} must be between 0 and {maximum}")
    if late < ON_TIME:
        raise ValueError(f"{late=!s} must be >= 0")
    if policy is None:
        return points
    begun = -(-late // policy.interval)  # rounded up, in whole numbers
    left = max(points - begun * policy.share * maximum, policy.floor * maximum)
    return min(points, left)
