"""A moment in a form: a day and a time on the clock in Amsterdam, as somebody types them.

A time that the clock jumps over is refused, and of one that comes twice it is asked which; the
rules are those of :mod:`course.domain.opening`.
"""

import re
from datetime import date, datetime, time
from typing import Any, Final

from wtforms import RadioField, StringField

from course.core.forms import BaseForm
from course.core.i18n import _, _l, clock_time, day
from course.domain.opening import AMSTERDAM, ClockCode, ClockProblem, Occurrence, moment_of

FEWEST, MOST = date(2020, 1, 1), date(2099, 12, 31)
ISO: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
DUTCH: Final = re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})", re.ASCII)
CLOCK: Final = re.compile(r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::\d{2})?", re.ASCII)


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def day_field(label: Any) -> StringField:
    """A day; browsers that cannot choose one let it be typed."""
    keys = {"type": "date", "autocomplete": "off"}
    return StringField(label, filters=[_stripped], render_kw=keys)


def time_field(label: Any) -> StringField:
    """A time of day."""
    keys = {"type": "time", "autocomplete": "off"}
    return StringField(label, filters=[_stripped], render_kw=keys)


def which_field() -> RadioField:
    """Which of two moments with the same time on the clock; asked only where there are two."""
    return RadioField(
        _l("Which of the two?"),
        choices=[
            (Occurrence.FIRST.value, _l("the first time, summer time")),
            (Occurrence.SECOND.value, _l("the second time, winter time")),
        ],
        validate_choice=False,
    )


def day_of(text: str) -> date | None:
    """The day that is written as 2027-03-28 or 28-3-2027; ``None`` for anything else."""
    found = ISO.fullmatch(text) or DUTCH.fullmatch(text)
    if found is None:
        return None
    try:
        return date(*(int(found[name]) for name in ("year", "month", "day")))
    except ValueError:
        return None


def time_of(text: str) -> time | None:
    """The time that is written as 9:30 or 14.05; ``None`` for anything else."""
    found = CLOCK.fullmatch(text)
    try:
        return time(int(found["hour"]), int(found["minute"])) if found else None
    except ValueError:
        return None


class ClockForm(BaseForm):
    """A form with moments. The fields of one are ``x_day``, ``x_time`` and ``x_which``."""

    def wall(self, bound: str) -> datetime | None:
        """The time on the clock, or None; adds to the errors of its two fields."""
        day_field, time_field = self[f"{bound}_day"], self[f"{bound}_time"]
        if not day_field.data and not time_field.data:
            return None
        on, at = day_of(day_field.data), time_of(time_field.data)
        if not day_field.data:
            day_field.errors.append(_("There is a time here but no day. Fill in the day too."))
        elif on is None or not FEWEST <= on <= MOST:
            day_field.errors.append(_("This is not a day. Write it as 2027-03-28 or 28-3-2027."))
        if not time_field.data:
            time_field.errors.append(_("There is a day here but no time. Fill in the time too."))
        elif at is None:
            time_field.errors.append(_("This is not a time. Write it as 9:30 or 14:05."))
        return datetime.combine(on, at) if on and at and not day_field.errors else None

    def which(self, bound: str) -> Occurrence | None:
        """Which of two moments was chosen."""
        chosen = self[f"{bound}_which"].data
        return Occurrence(chosen) if chosen in set(Occurrence) else None

    def asks_which(self, bound: str) -> bool:
        """Whether the page shows which of two moments is meant: only when it was asked."""
        return bool(self[f"{bound}_which"].errors or self[f"{bound}_which"].data)

    def moment(self, bound: str) -> datetime | None:
        """The moment in UTC; ``None`` for nothing filled in, and for what is wrong with it."""
        wall = self.wall(bound)
        found = moment_of(wall, which=self.which(bound)) if wall else None
        if isinstance(found, ClockProblem):
            self.tell(bound, found)
            return None
        return found

    def tell(self, bound: str, problem: ClockProblem) -> None:
        """Say beside the field what is the matter with a time on the clock."""
        name = "time" if problem.code is ClockCode.NO_SUCH_TIME else "which"
        self[f"{bound}_{name}"].errors.append(_about(problem))


def as_fields(bound: str, moment: datetime | None) -> dict[str, str]:
    """What the fields of a moment hold, in Amsterdam; nothing for ``None``."""
    if moment is None:
        return {}
    local = moment.astimezone(AMSTERDAM)
    found = {f"{bound}_day": f"{local:%Y-%m-%d}", f"{bound}_time": f"{local:%H:%M}"}
    wall = local.replace(tzinfo=None, fold=0)
    if isinstance(moment_of(wall), ClockProblem):
        which = Occurrence.SECOND if local.fold else Occurrence.FIRST
        found[f"{bound}_which"] = which.value
    return found


def _about(problem: ClockProblem) -> str:
    """What is the matter with a time on the clock, and what may have been meant."""
    words = {
        "time": f"{problem.wall.hour}:{problem.wall.minute:02}",
        "day": day(problem.earlier),
        "earlier": clock_time(problem.earlier),
        "later": clock_time(problem.later),
    }
    if problem.code is ClockCode.NO_SUCH_TIME:
        return str(
            _(
                "On %(day)s the clock jumps over %(time)s. Do you mean %(earlier)s or %(later)s?",
                **words,
            )
        )
    return str(
        _("On %(day)s it is %(time)s twice, because the clock goes back. Choose which.", **words)
    )
