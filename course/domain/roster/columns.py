"""What each column of a list holds: guessed from its heading, in Dutch or English, or its cells."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Column(StrEnum):
    """What a column holds."""

    IGNORED = "ignored"
    NAME = "name"  # whole
    FIRST = "first"
    PREFIX = "prefix"  # "van der"
    LAST = "last"
    EMAIL = "email"
    NUMBER = "number"  # of a student


# As headings are written without capitals, accents, signs and spaces.
HEADINGS: Final[Mapping[Column, frozenset[str]]] = {
    kind: frozenset(words.split())
    for kind, words in (
        (
            Column.NAME,
            "naam name student deelnemer volledigenaam weergavenaam fullname displayname "
            "studentname studentnaam naamstudent naamvolledig",
        ),
        (Column.FIRST, "voornaam voornamen roepnaam firstname givenname forename voorletters"),
        (
            Column.PREFIX,
            "voorvoegsel voorvoegsels tussenvoegsel tussenvoegsels tussenv tv prefix infix",
        ),
        (Column.LAST, "achternaam familienaam geslachtsnaam lastname surname familyname"),
        (
            Column.EMAIL,
            "email emailadres emailaddress mail mailadres emailschool schoolemail emailstudent "
            "studentemail emailadresstudent username gebruikersnaam upn",
        ),
        (
            Column.NUMBER,
            "studentnummer studentnr studnr studentnumber studentno studentid stnr nummer nr "
            "number stamnummer stamnr leerlingnummer sisid orgdefinedid deelnemernummer",
        ),
    )
}
NUMBER: Final = re.compile(r"[A-Za-z]?[0-9]{4,12}")
MOST_LOOKED_AT: Final = 50  # rows, to see what is in a column
MOST_ABOVE: Final = 20  # rows with a title, a date or nothing, above the one with headings
# Which part of the cells that are filled in makes it such a column. Nothing else has an ``@``.
FEWEST: Final[Mapping[Column, float]] = {Column.EMAIL: 0.2, Column.NUMBER: 0.6, Column.NAME: 0.6}


@dataclass(frozen=True, slots=True)
class Guess:
    """What the columns hold, in their order, and whether a row of headings tells so."""

    columns: tuple[Column, ...]
    has_header: bool


def guess(rows: Sequence[Sequence[str]]) -> Guess:
    """What each column of these rows seems to hold; of each kind there is at most one.

    What no heading tells is told by the cells: an address has an ``@``, a number has four to
    twelve digits.
    """
    if not rows:
        return Guess((), has_header=False)
    header = _header_in(rows)
    has_header = header is not None
    columns: list[Column] = [Column.IGNORED] * len(rows[0])
    body = rows
    if header is not None:
        body = rows[header + 1 :]
        named = [_meant_by(cell) for cell in rows[header]]
        for place, kind in _best_of(rows[header], named).items():
            columns[place] = kind
    for kind in (Column.EMAIL, Column.NUMBER, Column.NAME):
        if kind in columns or (kind is Column.NAME and _has_name(columns)):
            continue
        found = _looks_like(kind, body[:MOST_LOOKED_AT], columns)
        if found is not None:
            columns[found] = kind
    return Guess(tuple(columns), has_header=has_header)


def header_of(rows: Sequence[Sequence[str]]) -> int:
    """The place of the row with headings, when there is one: else of the first that says anything.

    A list from a system for schools often begins with its title and a date; the people stand below
    the headings.
    """
    found = _header_in(rows)
    return found if found is not None else next((at for at, row in enumerate(rows) if any(row)), 0)


def _header_in(rows: Sequence[Sequence[str]]) -> int | None:
    """The row above the first address that names most columns, the first of those; if any does."""
    found, most = None, 0
    for place, row in enumerate(rows[: MOST_ABOVE + 1]):
        if any("@" in cell for cell in row):
            break
        named = len({_meant_by(cell) for cell in row} - {None})
        if named > most:
            found, most = place, named
    return found


def _has_name(columns: Sequence[Column]) -> bool:
    return bool({Column.FIRST, Column.LAST} & set(columns))


def _meant_by(heading: str) -> Column | None:
    plain = plain_of(heading)
    return next((kind for kind, headings in HEADINGS.items() if plain in headings), None)


def plain_of(heading: str) -> str:
    """A heading without capitals, accents, spaces and signs: "E-mail adres" is "emailadres"."""
    apart = unicodedata.normalize("NFKD", heading.casefold())
    return "".join(sign for sign in apart if sign.isascii() and sign.isalnum())


def _best_of(headings: Sequence[str], named: Sequence[Column | None]) -> dict[int, Column]:
    """One column of each kind: "E-mail" goes before "Gebruikersnaam", else the first."""
    found: dict[Column, int] = {}
    for place, kind in enumerate(named):
        if kind is None:
            continue
        is_plainer = kind is Column.EMAIL and "mail" in plain_of(headings[place])
        if kind not in found or (is_plainer and "mail" not in plain_of(headings[found[kind]])):
            found[kind] = place
    if Column.LAST in found and Column.FIRST in found:
        found.pop(Column.NAME, None)  # "Student" beside both is a number or the same once more
    return {place: kind for kind, place in found.items()}


def _looks_like(
    kind: Column, rows: Sequence[Sequence[str]], columns: Sequence[Column]
) -> int | None:
    best, most = None, FEWEST[kind]
    for place, taken in enumerate(columns):
        cells = [row[place] for row in rows if row[place]]
        if taken is not Column.IGNORED or not cells:
            continue
        part = sum(_is_like(kind, cell) for cell in cells) / len(cells)
        if part > most or (best is None and part == most):
            best, most = place, part
    return best


def _is_like(kind: Column, cell: str) -> bool:
    if kind is Column.EMAIL:
        return "@" in cell
    if kind is Column.NUMBER:
        return bool(NUMBER.fullmatch(cell))
    return any(sign.isalpha() for sign in cell) and " " in cell and not re.search(r"[0-9@]", cell)


def twice(columns: Sequence[Column]) -> Column | None:
    """The first kind that was chosen for two columns; ``None`` when each is there at most once."""
    chosen = [kind for kind in columns if kind is not Column.IGNORED]
    return next((kind for kind in chosen if chosen.count(kind) > 1), None)
