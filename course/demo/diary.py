"""When people do what: in office hours and evenings of the last three weeks, and in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from course.core.clock import AMSTERDAM

FIRST_DAY = 21  # days ago: the instructor makes the groups, and people join
LEARNING_DAYS = 18  # up to so many days ago; never today, so that nothing lies in the future
SITTING = (15, 35)  # minutes of the lesson that somebody does in one go, from and to
OFFICE, EVENING = (9, 15), (19, 20)  # hours at which a sitting begins, inclusive
WEEKEND = 5  # from this day of the week on, only evenings
PACE = (0.8, 1.5)  # of the minutes that the lesson reckons with


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when somebody worked at a step."""

    begin: datetime
    end: datetime

    def at(self, share: float) -> datetime:
        """The moment at which this share of the time, from 0 to 1, had passed."""
        return self.begin + (self.end - self.begin) * share


def opening(today: date) -> datetime:
    """The morning on which it all began, three weeks ago or the Monday after that."""
    day = today - timedelta(days=FIRST_DAY)
    while day.weekday() >= WEEKEND:
        day += timedelta(days=1)
    return datetime.combine(day, time(9, 30), AMSTERDAM)


def spans(
    random: Random, minutes: Sequence[int], *, today: date, days: int = LEARNING_DAYS
) -> list[Span]:
    """When each of these pieces of work was done, which take so many minutes by the lesson.

    In order, a few pieces a day, in the last so many ``days``, or more when that is not enough.
    """
    sittings = _sittings(random, minutes)
    days_ago = range(1, max(days, len(sittings)) + 1)
    chosen = sorted(random.sample(days_ago, len(sittings)), reverse=True)
    found = []
    for ago, pieces in zip(chosen, sittings, strict=True):
        moment = begin(random, today - timedelta(days=ago))
        for piece in pieces:
            end = moment + timedelta(seconds=round(60 * piece * random.uniform(*PACE)))
            found.append(Span(moment, end))
            moment = end
    return found


def _sittings(random: Random, minutes: Sequence[int]) -> list[list[int]]:
    found: list[list[int]] = []
    left = 0
    for piece in minutes:
        if piece > left:
            found.append([])
            left = random.randint(*SITTING)
        found[-1].append(piece)
        left -= piece
    return found


def begin(random: Random, day: date) -> datetime:
    """When somebody sits down on this day: in office hours, or in the evening."""
    hours = EVENING if day.weekday() >= WEEKEND else random.choice((OFFICE, EVENING))
    at = time(random.randint(*hours), random.randint(0, 59), random.randint(0, 59))
    return datetime.combine(day, at, AMSTERDAM)
