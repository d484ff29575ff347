"""Grade events in a chain of hashes, so that a row that was changed can be named.

An event is never changed and never taken away: a new one follows, and the current value of a
subject is that of its last event. The hash of an event covers all of it and the hash of the one
before, so who changes a row has to change all that follow. Keep the last hash somewhere else too:
without it, nobody can see that the newest rows are gone. Specification: reliability.md, T8.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final, TypeAlias

from course.domain.opening import utc

START: Final = "0" * 64  # stands for the hash before the first event

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeEvent:
    """What somebody decided about one subject.

    Raises :exc:`ValueError` for a moment without a zone, and for fractions in a value: 6.3 is not
    the same number everywhere, so give it as text.
    """

    subject: str  # whose grade for what, such as "reflection/17"
    actor: str
    at: datetime  # kept in UTC
    value: Json  # the new value; None: there is none any more
    previous: Json  # the value that it replaces
    reason: str
    rubric: str = ""  # with its version; empty where there is none

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", utc(self.at))
        _check_exact(self.value)
        _check_exact(self.previous)


def _check_exact(value: Json) -> None:
    match value:
        case float():
            raise ValueError(f"{value=} must be a text, such as {str(value)!r}")
        case list():
            for part in value:
                _check_exact(part)
        case dict():
            for name, part in value.items():
                if not isinstance(name, str):
                    raise ValueError(f"{name=} must be a text")
                _check_exact(part)


def canonical(event: GradeEvent) -> str:
    """The event as JSON, always the same text: names sorted, no spaces, ASCII only."""
    plain = {
        "actor": event.actor,
        "at": event.at.isoformat(timespec="microseconds"),
        "previous": event.previous,
        "reason": event.reason,
        "rubric": event.rubric,
        "subject": event.subject,
        "value": event.value,
    }
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)


def chained(event: GradeEvent, previous_hash: str = START) -> str:
    """The hash of an event after the one with ``previous_hash``: 64 hexadecimal digits.

    Raises :exc:`ValueError` when ``previous_hash`` is none.
    """
    if len(previous_hash) != len(START) or not set(previous_hash) <= set("0123456789abcdef"):
        raise ValueError(f"{previous_hash=} must be {len(START)} hexadecimal digits")
    return sha256(f"{previous_hash}\n{canonical(event)}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An event as it is stored."""

    number: int  # of the row, rising
    event: GradeEvent
    previous_hash: str
    hash: str


class Break(StrEnum):
    """Why a row does not fit."""

    CHANGED = "changed"  # its hash is not that of what it says
    GAP = "gap"  # a row before it was taken away, put in or changed with its hash
    ORDER = "order"  # its number is not above that of the row before
    VALUE = "value"  # it replaces another value than the subject had
    END = "end"  # the last row is not the one that is known to be


@dataclass(frozen=True, slots=True)
class Misfit:
    """The first row that does not fit."""

    number: int | None  # None: there is no row at all, and there should be
    why: Break


def verify(rows: Iterable[Row], *, last_hash: str | None = None) -> Misfit | None:
    """Name the first of ``rows``, oldest first, that does not fit, or give ``None``.

    ``last_hash`` is that of the last row as it was kept elsewhere; ``None`` when it was not, and
    then rows that are missing at the end are not seen.
    """
    hash_before, number = START, None
    values: dict[str, Json] = {}
    for row in rows:
        if why := _misfit(row, hash_before, number, values.get(row.event.subject)):
            return Misfit(row.number, why)
        hash_before, number = row.hash, row.number
        values[row.event.subject] = row.event.value
    if last_hash is not None and last_hash != hash_before:
        return Misfit(number, Break.END)
    return None


def _misfit(row: Row, hash_before: str, number: int | None, value: Json) -> Break | None:
    if number is not None and row.number <= number:
        return Break.ORDER
    if row.previous_hash != hash_before:
        return Break.GAP
    if row.hash != chained(row.event, hash_before):
        return Break.CHANGED
    # True == 1 in Python, and not in JSON.
    return None if _text(row.event.previous) == _text(value) else Break.VALUE


def _text(value: Json) -> str:
    return json.dumps(value, sort_keys=True)


def fold(events: Iterable[GradeEvent]) -> dict[str, Json]:
    """The current value per subject, of ``events`` with the oldest first; ``None`` was taken back.

    Page, export and passback show this and nothing else.
    """
    return {event.subject: event.value for event in events}
