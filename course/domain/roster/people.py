"""A row of a list → a person: one name of several parts, an address, a number that stays a text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from course.domain.roster.columns import Column, header_of

LONGEST_ADDRESS: Final = 254  # RFC 5321, 4.5.3.1.3, without its brackets
LONGEST_LOCAL: Final = 64
LONGEST_LABEL: Final = 63
LOCAL: Final = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
LABEL: Final = re.compile(r"(?!..--)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")  # RFC 5891, 4.2.3.1
IN_BRACKETS: Final = re.compile(r"([^<>]*)<([^<>]*)>")


@dataclass(frozen=True, slots=True)
class Listed:
    """What a row says of somebody; "" where it says nothing. ``row`` counts from 1, as shown."""

    row: int
    name: str
    email: str  # in lower case, perhaps not an address at all
    number: str


def listed(
    rows: Sequence[Sequence[str]], columns: Sequence[Column], *, has_header: bool
) -> list[Listed]:
    """The people of a list, in its order. Rows are numbered as in the list, from 1.

    What stands above a header is no person, and neither is a row that says nothing.
    """
    places: dict[Column, int] = {kind: place for place, kind in enumerate(columns)}
    places.pop(Column.IGNORED, None)
    start = header_of(rows) + 1 if has_header else 0
    below = enumerate(rows[start:], start + 1)
    return [_person(number, row, places) for number, row in below if any(row)]


def _person(number: int, row: Sequence[str], places: dict[Column, int]) -> Listed:
    def cell(kind: Column) -> str:
        return row[places[kind]] if kind in places else ""

    beside, email = address_in(cell(Column.EMAIL))
    parts = [cell(kind) for kind in (Column.FIRST, Column.PREFIX, Column.LAST)]
    name = " ".join(filter(None, parts)) or turned(cell(Column.NAME)) or turned(beside)
    return Listed(number, name, email, cell(Column.NUMBER))


def address_in(cell: str) -> tuple[str, str]:
    """The name and the address in ``Anna Bakker <Anna@x.nl>``; without brackets only the second."""
    match = IN_BRACKETS.fullmatch(cell.strip().rstrip(";,"))
    beside, plain = match.groups() if match else ("", cell)
    address = plain.strip().strip(";,<>\"' ").lower().removeprefix("mailto:")
    return beside.strip("\"' "), address


def turned(name: str) -> str:
    """``Vries, Anna de`` as one says it: ``Anna de Vries``. With no comma, or more, as it is."""
    last, comma, rest = name.partition(",")
    if not comma or "," in rest or not last.strip() or not rest.strip():
        return name
    return f"{rest.strip()} {last.strip()}"


def is_address(text: str) -> bool:
    """Whether mail can be sent there, as far as its shape tells: ASCII, in lower case."""
    local, _at, domain = text.rpartition("@")
    labels = domain.split(".")
    return (
        len(text) <= LONGEST_ADDRESS
        and 0 < len(local) <= LONGEST_LOCAL
        and len(labels) > 1
        and LOCAL.fullmatch(local) is not None
        and all(len(label) <= LONGEST_LABEL and LABEL.fullmatch(label) for label in labels)
        and labels[-1][-1].isalpha()
    )
