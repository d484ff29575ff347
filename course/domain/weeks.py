"""Weeks as Dutch schools count them, and the public holidays in them.

A week is one of ISO 8601: from Monday, and the first of a year is that with 4 January in it. The
holidays are those of article 3 of the Algemene termijnenwet, all by rule: New Year's Day, Good
Friday and Easter Monday, King's Day (27 April, or the day before when that is a Sunday), 5 May,
Ascension Day, Whit Monday, and both days of Christmas.

Holidays of schools are not here: each hogeschool sets its own, so a rule for all would be wrong
for most. Names are codes; the words belong to the page.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from course.domain.opening import AMSTERDAM, ClockProblem, Occurrence, moment_of, utc

WEEK: Final = timedelta(days=7)
SUNDAY: Final = 6


class Holiday(StrEnum):
    """A public holiday of the Netherlands."""

    NEW_YEAR = "new-year"
    GOOD_FRIDAY = "good-friday"
    EASTER_MONDAY = "easter-monday"
    KINGS_DAY = "kings-day"
    LIBERATION_DAY = "liberation-day"
    ASCENSION_DAY = "ascension-day"
    WHIT_MONDAY = "whit-monday"
    CHRISTMAS_DAY = "christmas-day"
    BOXING_DAY = "boxing-day"


@dataclass(frozen=True, slots=True)
class Week:
    """A week by its Monday. Raises :exc:`ValueError` for another day."""

    monday: date

    def __post_init__(self) -> None:
        if self.monday.weekday() != 0:
            raise ValueError(f"{self.monday} is no Monday")

    @property
    def number(self) -> int:
        """From 1 to 53."""
        return self.monday.isocalendar().week

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)

    @property
    def friday(self) -> date:
        """The last day on which schools teach."""
        return self.monday + timedelta(days=4)

    @property
    def holidays(self) -> list[tuple[date, Holiday]]:
        """The public holidays from Monday to Friday, in order."""
        days = holidays(self.monday.year) | holidays(self.friday.year)
        return sorted(
            (day, holiday) for day, holiday in days.items() if self.monday <= day <= self.friday
        )

    def later(self, weeks: int) -> "Week":
        """The week so many weeks later; earlier for a negative number."""
        return Week(self.monday + weeks * WEEK)

    def place_of(self, day: date) -> int:
        """How many weeks later than this one the week of ``day`` is: 0 is this one."""
        return (week_of(day).monday - self.monday) // WEEK


def week_of(day: date) -> Week:
    """The week that this day is in."""
    return Week(day - timedelta(days=day.weekday()))


def week_at(moment: datetime) -> Week:
    """The week in which a moment falls in Amsterdam. Raises :exc:`ValueError` without a zone."""
    return week_of(utc(moment).astimezone(AMSTERDAM).date())


def weeks_between(first: Week, second: Week) -> int:
    """How many weeks are neither of these two but between them; 0 for the same and neighbours."""
    return max(0, abs(first.place_of(second.monday)) - 1)


def weeks_later(moment: datetime, weeks: int) -> datetime:
    """So many weeks later at the same time on the clock in Amsterdam, in UTC.

    A time that the clock jumps over there becomes an hour later; of one that happens twice it is
    the first. Raises :exc:`ValueError` for a moment without a zone.
    """
    wall = utc(moment).astimezone(AMSTERDAM).replace(tzinfo=None, fold=0) + weeks * WEEK
    found = moment_of(wall, which=Occurrence.FIRST)
    return found.later if isinstance(found, ClockProblem) else found


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar: the anonymous rule, as published by Meeus (1991)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    n = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * n) // 451
    month, day = divmod(h + n - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holiday_on(day: date) -> Holiday | None:
    """Which public holiday a day is, if any."""
    return holidays(day.year).get(day)


def holidays(year: int) -> dict[date, Holiday]:
    """The public holidays of a year, by day. Two on one day are told as the first of the two."""
    sunday = easter(year)
    kings_day = date(year, 4, 27)
    if kings_day.weekday() == SUNDAY:
        kings_day -= timedelta(days=1)
    found = (
        (date(year, 1, 1), Holiday.NEW_YEAR),
        (sunday - timedelta(days=2), Holiday.GOOD_FRIDAY),
        (sunday + timedelta(days=1), Holiday.EASTER_MONDAY),
        (kings_day, Holiday.KINGS_DAY),
        (date(year, 5, 5), Holiday.LIBERATION_DAY),
        (sunday + timedelta(days=39), Holiday.ASCENSION_DAY),
        (sunday + timedelta(days=50), Holiday.WHIT_MONDAY),
        (date(year, 12, 25), Holiday.CHRISTMAS_DAY),
        (date(year, 12, 26), Holiday.BOXING_DAY),
    )
    by_day: dict[date, Holiday] = {}
    for day, holiday in found:
        by_day.setdefault(day, holiday)
    return by_day
