"""The one place that asks what time it is. Stored in UTC, shown in Amsterdam."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)
