"""What pages and letters say about moments."""

from datetime import datetime, timedelta
from typing import Final

from babel.dates import format_date

from course.core.clock import AMSTERDAM, now
from course.core.i18n import _, _n, language
from course.domain.deadlines import days_between, has_passed
from course.domain.weeks import Week, holiday_on
from course.groups.words import HOLIDAYS
from course.lessons.editions import library
from course.schedule.coming import Kind
from course.schedule.models import WHOLE_LESSON

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


def title_of(lesson: str, step: str = WHOLE_LESSON) -> str:
    """The title of a lesson, and of the step; a slug where the content has it no more."""
    edition, lang = library().editions.get(lesson), language()
    title = edition.lesson.title[lang] if edition else lesson
    if step == WHOLE_LESSON:
        return title
    found = edition.step(step) if edition else None
    return f"{title} · {found.title[lang] if found else step}"


def short_day(moment: datetime) -> str:
    """Thu 3 Dec: the day on which it is in Amsterdam, where the year stands beside it."""
    return format_date(moment.astimezone(AMSTERDAM).date(), "EEE d MMM", locale=language())


def written(moment: datetime) -> str:
    """Thursday 3 December at 23:59, in Amsterdam; with the year when it is not this one.

    Of a time that the clock there shows twice it says which.
    """
    local = moment.astimezone(AMSTERDAM)
    this_year = local.year == now().astimezone(AMSTERDAM).year
    pattern = "EEEE d MMMM" if this_year else "EEEE d MMMM yyyy"
    day = format_date(local.date(), pattern, locale=language())
    words = {"day": day, "hour": local.hour, "minute": f"{local.minute:02}"}
    said = str(_("%(day)s at %(hour)s:%(minute)s", **words))
    first, second = (local.replace(fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return said
    which = _("winter time") if local.fold else _("summer time")
    return f"{said} ({which})"


def left(moment: datetime) -> str:
    """How long there is until a moment: "9 days to go"; that it has passed, when it has."""
    today = now()
    if has_passed(moment, today):
        return str(_("this moment has passed"))
    days = days_between(today, moment)
    if days > 0:
        return str(_n("%(num)s day to go", "%(num)s days to go", days))
    hours = int((moment - today) / HOUR)
    if hours > 0:
        return str(_n("today, %(num)s hour to go", "today, %(num)s hours to go", hours))
    return str(_("today, less than an hour to go"))


def late(by: timedelta) -> str:
    """How late something was handed in; "" for in time."""
    if not by:
        return ""
    if by >= DAY:
        return str(_n("%(num)s day late", "%(num)s days late", by // DAY))
    if by >= HOUR:
        return str(_n("%(num)s hour late", "%(num)s hours late", by // HOUR))
    minutes = max(1, by // timedelta(minutes=1))
    return str(_n("%(num)s minute late", "%(num)s minutes late", minutes))


def holiday(moment: datetime) -> str:
    """That a moment is on a public holiday; "" when it is not."""
    found = holiday_on(moment.astimezone(AMSTERDAM).date())
    if found is None:
        return ""
    words = {"day": short_day(moment), "holiday": HOLIDAYS[found]}
    return str(_("Mind: %(day)s is a public holiday, %(holiday)s.", **words))


def what(kind: Kind) -> str:
    """What happens at a moment, in a word or two."""
    words = {
        Kind.OPENS: _("opens"),
        Kind.DUE: _("deadline"),
        Kind.CLOSES: _("closes"),
        Kind.READS: _("read until"),
        Kind.RESULT: _("results expected"),
    }
    return str(words[kind])


def days_of(week: Week) -> str:
    """30 November to 6 December."""
    first, last = week.monday, week.sunday
    of_first = "d" if first.month == last.month else "d MMMM"
    locale = language()
    return str(
        _(
            "%(first)s to %(last)s",
            first=format_date(first, of_first, locale=locale),
            last=format_date(last, "d MMMM yyyy", locale=locale),
        )
    )
