"""Opening hours as a teacher writes them, on the clock in Amsterdam → moments in UTC.

In spring an hour of the clock does not exist, in autumn one happens twice. Neither is guessed at:
the first is refused, the second asked about. Problems are codes and moments; the sentences belong
to the page.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")


class Occurrence(StrEnum):
    """Which of two moments with the same time on the clock."""

    FIRST = "first"  # before the clock goes back: summer time
    SECOND = "second"


class ClockCode(StrEnum):
    """Why a time on the clock is not one moment."""

    NO_SUCH_TIME = "no_such_time"  # the clock jumps over it
    HAPPENS_TWICE = "happens_twice"  # the clock goes back over it


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockProblem:
    """A time on the clock that is not one moment, with what may have been meant."""

    code: ClockCode
    wall: datetime  # as written, without a zone
    # In UTC. Of a time that happens twice, both moments. Of one that does not exist, the moments
    # that are an hour earlier and an hour later on the clock: as far as the clock jumps.
    earlier: datetime
    later: datetime


def utc(moment: datetime) -> datetime:
    """The same moment in UTC, where adding hours and comparing mean what they say.

    Raises :exc:`ValueError` for a moment without a zone.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{moment=!s} must have a time zone")
    return moment.astimezone(UTC)


def moment_of(
    wall: datetime, *, which: Occurrence | None = None, zone: ZoneInfo = AMSTERDAM
) -> datetime | ClockProblem:
    """The moment, in UTC, when the clock shows ``wall``, or why that is not one moment.

    ``which`` tells the two moments of a time that happens twice apart, and has no meaning for
    other times. Raises :exc:`ValueError` when ``wall`` has a time zone: it is not a clock then.
    """
    if wall.tzinfo is not None:
        raise ValueError(f"{wall=!s} must have no time zone")
    first = utc(wall.replace(tzinfo=zone, fold=0))
    second = utc(wall.replace(tzinfo=zone, fold=1))
    if first == second:
        return first
    earlier, later = sorted((first, second))
    if first > second:
        # Python reads a time inside the jump by the clock of before it, then by that of after it.
        code = ClockCode.NO_SUCH_TIME
    elif which is not None:
        return earlier if which is Occurrence.FIRST else later
    else:
        code = ClockCode.HAPPENS_TWICE
    return ClockProblem(code=code, wall=wall.replace(fold=0), earlier=earlier, later=later)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when to when something is open, in UTC; ``None`` sets no bound.

    Raises :exc:`ValueError` for a moment without a zone, and unless it opens before it closes.
    """

    opens_at: datetime | None = None  # the first moment that it is open
    closes_at: datetime | None = None  # the first moment that it is not

    def __post_init__(self) -> None:
        for name in ("opens_at", "closes_at"):
            moment: datetime | None = getattr(self, name)
            if moment is not None:
                object.__setattr__(self, name, utc(moment))
        if self.opens_at and self.closes_at and self.opens_at >= self.closes_at:
            raise ValueError(f"opens_at={self.opens_at} must be before closes_at={self.closes_at}")

    def has_opened(self, now: datetime) -> bool:
        """Tell whether it is open at ``now``, or was before."""
        return self.opens_at is None or self.opens_at <= utc(now)

    def has_closed(self, now: datetime) -> bool:
        """Tell whether it is over at ``now``."""
        return self.closes_at is not None and self.closes_at <= utc(now)


ALWAYS: Final = Window()


class Bound(StrEnum):
    """Which end of a window."""

    OPENS = "opens"
    CLOSES = "closes"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosesFirst:
    """Both times exist, but the window would be over before it began; in UTC."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundProblem:
    """What is wrong with one end of a window."""

    bound: Bound
    problem: ClockProblem


def window_of(
    *,
    opens: datetime | None,
    closes: datetime | None,
    which_opens: Occurrence | None = None,
    which_closes: Occurrence | None = None,
    zone: ZoneInfo = AMSTERDAM,
) -> Window | ClosesFirst | list[BoundProblem]:
    """The window between two times on the clock, or everything that is wrong with them.

    ``None`` sets no bound. For the rest as :func:`moment_of`, with its errors.
    """
    moments: dict[Bound, datetime] = {}
    problems: list[BoundProblem] = []
    for bound, wall, which in (
        (Bound.OPENS, opens, which_opens),
        (Bound.CLOSES, closes, which_closes),
    ):
        if wall is None:
            continue
        moment = moment_of(wall, which=which, zone=zone)
        if isinstance(moment, ClockProblem):
            problems.append(BoundProblem(bound=bound, problem=moment))
        else:
            moments[bound] = moment
    if problems:
        return problems
    opens_at, closes_at = moments.get(Bound.OPENS), moments.get(Bound.CLOSES)
    if opens_at and closes_at and opens_at >= closes_at:
        return ClosesFirst(opens_at=opens_at, closes_at=closes_at)
    return Window(opens_at=opens_at, closes_at=closes_at)
