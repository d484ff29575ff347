"""A table of marks as a spreadsheet saves it → names, maxima, attempts; or what is wrong with it.

The first row holds the names of the items, the second the most that each one gives, and below it
stands one row per attempt; an empty cell was not answered. Cells are separated by semicolons, tabs
or commas: by whichever makes the second row one of numbers. The decimal sign is a point or a comma,
but a comma only where it does not separate cells, or in quotes. Thousands are not grouped: 1.500 is
one and a half.
"""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import Final, TypeAlias

SEPARATORS: Final = (";", "\t", ",")
HEADING: Final = 2  # rows before the attempts
MOST_PROBLEMS: Final = 20  # told at a time: a mistake is often made in every row
SMALLEST, LARGEST = 0.001, 1_000_000.0  # maximum of an item, as in course.domain.statistics

NUMBER: Final = re.compile(r"[+-]?([0-9]{1,20}([.,][0-9]{0,20})?|[.,][0-9]{1,20})")
MINUS: Final = "\u2212"  # the sign a word processor writes for -

BYTE_ORDERS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods; .xls

COMMAS: Final = " With commas as decimal sign, separate cells by semicolons."

Rows: TypeAlias = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class MarksTable:
    """A table that can be analysed."""

    names: tuple[str, ...]  # at least one, each once
    maxima: tuple[float, ...]  # one per name, above 0
    attempts: tuple[tuple[float | None, ...], ...]  # at least one; None was not answered


class MarksTableError(Exception):
    """A table that cannot be read, with everything that is wrong, where, and what to do."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read(content: bytes) -> MarksTable:
    """Read a table of marks in UTF-8, UTF-16 or Windows-1252.

    Rows and columns in messages count from 1, as in a spreadsheet. Raises :exc:`MarksTableError`.
    """
    rows = _rows(_text(content))
    names, maxima = _heading(rows)
    attempts = rows[HEADING:]
    _refuse(list(_attempt_problems(names, maxima, attempts)))
    marks = tuple(tuple(_number(cell) if cell else None for cell in row) for row in attempts)
    return MarksTable(names, maxima, marks)


def _refuse(problems: Sequence[str]) -> None:
    if not problems:
        return
    told, rest = problems[:MOST_PROBLEMS], len(problems) - MOST_PROBLEMS
    raise MarksTableError(*told, *([f"And {rest} more like these."] if rest > 0 else []))


# --- From bytes to cells -------------------------------------------------------------------


def _text(content: bytes) -> str:
    if content.startswith(WORKBOOKS):
        raise MarksTableError("This is a workbook: save the sheet with the marks as CSV first.")
    try:
        return content.decode(_encoding(content))
    except UnicodeDecodeError as error:
        raise MarksTableError(
            f"Byte {error.start + 1} is no text in {error.encoding}: save the file as CSV UTF-8."
        ) from None


def _encoding(content: bytes) -> str:
    for mark, encoding in BYTE_ORDERS:
        if content.startswith(mark):
            return encoding
    if b"\0" in content[:2]:
        return "utf-16-be" if content[0] == 0 else "utf-16-le"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _rows(text: str) -> list[list[str]]:
    """The cells, trimmed, without empty rows at the end and empty columns on the right."""
    first, _newline, below = text.partition("\n")
    declared = re.fullmatch(r"sep=([;,|\t])\s*", first, re.IGNORECASE)
    separator, table = (declared[1], below) if declared else (_separator(text), text)
    try:
        rows = list(_cells(table, separator))
    except csv.Error as error:
        raise MarksTableError(f"The table cannot be read ({error}): check the quotes.") from None
    while rows and not rows[-1]:
        rows.pop()
    while rows and rows[0] and len({len(row) for row in rows}) == 1:
        if any(row[-1] for row in rows):
            break
        rows = [row[:-1] for row in rows]
    return rows


def _cells(text: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    return ([" ".join(cell.split()) for cell in row] for row in reader)


def _separator(text: str) -> str:
    """The one that gives the most items with a maximum; otherwise the most names."""
    return max(SEPARATORS, key=lambda separator: _fit(text, separator))


def _fit(text: str, separator: str) -> tuple[int, int]:
    try:
        names, maxima = islice(_cells(text, separator), HEADING)
    except (csv.Error, ValueError):
        return 0, 0
    # One column fits whatever does not separate: "P,Q" and 1 below it.
    fits = 1 < len(names) == len(maxima) and all(map(_is_number, maxima))
    return len(names) if fits else 0, len(names)


# --- Numbers -------------------------------------------------------------------------------


def _is_number(cell: str) -> bool:
    return bool(NUMBER.fullmatch(cell.replace(MINUS, "-")))


def _number(cell: str) -> float:
    return float(cell.replace(MINUS, "-").replace(",", "."))


# --- What can be wrong ---------------------------------------------------------------------


def _heading(rows: Rows) -> tuple[tuple[str, ...], tuple[float, ...]]:
    if not any(any(row) for row in rows):
        raise MarksTableError("The file is empty: put the names of the items in row 1.")
    if len(rows) < HEADING:
        raise MarksTableError("There is no row 2: put the maximum mark of each item there.")
    names, maxima = rows[0], rows[1]
    _refuse(list(_name_problems(names)))
    _refuse(list(_width_problems(names, rows[1:HEADING], first=HEADING)))
    _refuse(list(_maximum_problems(names, maxima)))
    if len(rows) == HEADING:
        raise MarksTableError("There are no attempts: put each in a row of its own, from row 3 on.")
    return tuple(names), tuple(map(_number, maxima))


def _name_problems(names: Sequence[str]) -> Iterator[str]:
    if not names:
        yield "Row 1 is empty: put the names of the items there."
    for column, name in enumerate(names, 1):
        earlier = names.index(name) + 1
        if not name:
            yield f"Row 1, column {column}: this item has no name. Give it one."
        elif earlier < column:
            yield (
                f'Row 1, column {column}: "{name}" is the name of column {earlier} too. '
                "Give each item a name of its own."
            )


def _width_problems(names: Sequence[str], rows: Rows, *, first: int) -> Iterator[str]:
    for number, row in enumerate(rows, first):
        more = len(row) > len(names)
        if not row:
            yield f"Row {number} is empty: remove it, or give each item an empty cell."
        elif more or len(row) < len(names):
            yield (
                f"Row {number} has {len(row)} cells, and row 1 has {len(names)} names: give each "
                f"item one cell, empty when it was not answered.{COMMAS if more else ''}"
            )


def _maximum_problems(names: Sequence[str], maxima: Sequence[str]) -> Iterator[str]:
    for column, (name, cell) in enumerate(zip(names, maxima, strict=True), 1):
        where = f'Row 2, column {column} ("{name}"):'
        if not _is_number(cell):
            yield (
                f'{where} "{cell}" is no maximum mark. Put a number there, or remove the column '
                "if it holds no marks."
            )
        elif not SMALLEST <= _number(cell) <= LARGEST:
            yield f"{where} a maximum must be from {SMALLEST} to {LARGEST:.0f}, and this is {cell}."


def _attempt_problems(
    names: Sequence[str], maxima: Sequence[float], attempts: Rows
) -> Iterator[str]:
    for number, row in enumerate(attempts, HEADING + 1):
        if len(row) != len(names):
            yield from _width_problems(names, [row], first=number)
            continue
        for column, (name, maximum, cell) in enumerate(zip(names, maxima, row, strict=True), 1):
            if cell and (problem := _mark_problem(cell, maximum)):
                yield f'Row {number}, column {column} ("{name}"): {problem}'


def _mark_problem(cell: str, maximum: float) -> str | None:
    if not _is_number(cell):
        return (
            f'"{cell}" is not a number. Write a plain number such as 1.5, or leave the cell empty '
            "if the item was not answered."
        )
    if _number(cell) > maximum:
        return f"{cell} is above the maximum, {maximum:g}. Correct the mark, or row 2."
    if _number(cell) < -LARGEST:
        return f"{cell} is below -{LARGEST:.0f}. Correct the mark."
    return None
