"""What is coming as a calendar that other programs read: iCalendar, RFC 5545.

Without a METHOD, because it is published and nobody is invited. So DTSTAMP is the moment at which
the information was last changed (3.8.7.2), and the same agenda gives the same bytes. All times are
in UTC, which needs no description of time zones. Calendars are shared, and who finds the address
reads along: it names nobody and no group, and does not say why somebody has more time.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from course.core.i18n import language
from course.schedule import words
from course.schedule.coming import Coming

if TYPE_CHECKING:
    from icalendar import Event

TYPE: Final = "text/calendar"
OFTEN: Final = timedelta(hours=6)  # how long a calendar may wait before it asks again


def calendar(items: Sequence[Coming], base_url: str) -> bytes:
    """The calendar, in the language that is spoken now; ``base_url`` is that of the site."""
    from icalendar import Calendar  # noqa: PLC0415 - only a calendar that asks waits for it

    made = Calendar()
    made.add("prodid", f"-//Weegschaal//Agenda//{language().upper()}")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("name", "Weegschaal")  # RFC 7986; most programs still read the next one
    made.add("x-wr-calname", "Weegschaal")
    made.add("refresh-interval", OFTEN)  # RFC 7986
    made.add("x-published-ttl", "PT6H")
    for item in items:
        made.add_component(_event(item, base_url))
    return bytes(made.to_ical())


def _event(item: Coming, base_url: str) -> "Event":
    from icalendar import Event  # noqa: PLC0415 - as above

    event = Event()
    event.add("uid", f"{item.uid}@{urlsplit(base_url).hostname}")
    event.add("dtstamp", item.changed_at)
    event.add("last-modified", item.changed_at)
    event.add("dtstart", item.at)  # without an end: it takes no time (3.6.1)
    event.add("summary", f"{item.title} ({words.what(item.kind)})")
    event.add("transp", "TRANSPARENT")  # nobody is busy because something is due
    event.add("url", f"{base_url}{item.url}")
    event.add(
        "description", "\n".join(line for line in (item.note, f"{base_url}{item.url}") if line)
    )
    return event
