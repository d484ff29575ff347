"""The one place that asks what time it is. Stored in UTC, shown in Amsterdam."""

from datetime import UTC, datetime

from course.domain.opening import AMSTERDAM

__all__ = ["AMSTERDAM", "now"]


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)
