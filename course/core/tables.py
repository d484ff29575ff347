"""Tables to take along: the same rows as CSV for any program, or as a workbook.

A spreadsheet runs what looks like a formula, so no text ever becomes one: in CSV it gets an
apostrophe in front, in a workbook it is written as text.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from io import BytesIO, StringIO
from typing import Final, TypeAlias

from course.core.clock import AMSTERDAM
from course.core.i18n import _, language

# What makes a spreadsheet take a text for a formula (OWASP, CSV injection).
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
WIDTH: Final = 18  # characters of a column
LONGEST: Final = 32_767  # characters in a cell of a workbook
DECIMALS: Final = 6

Cell: TypeAlias = str | int | float | Fraction | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a heading, with notes that belong to them."""

    name: str
    heading: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()


def as_csv(table: Table) -> bytes:
    """Separated by semicolons, with a mark that tells Excel it is UTF-8; notes come last."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in (table.heading, *table.rows, *([note] for note in table.notes)):
        writer.writerow([_in_csv(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _in_csv(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return f"'{cell}" if cell.lstrip(" \xa0").startswith(FORMULA) else cell
        case datetime():
            return f"{cell.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"
        case int():
            return str(cell)
    shown = f"{round(float(cell), DECIMALS) + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return shown.replace(".", ",") if language() == "nl" else shown


def as_workbook(table: Table) -> bytes:
    """A workbook with the table on its first sheet and the notes on the second."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - only who asks for a workbook waits for it

    file = BytesIO()
    as_text = {
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = Workbook(file, {"in_memory": True, "remove_timezone": True, **as_text})
    bold, moments = (
        book.add_format({"bold": True}),
        book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    )
    sheet = book.add_worksheet(table.name[:31])
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, max(0, len(table.heading) - 1), WIDTH)
    for column, text in enumerate(table.heading):
        sheet.write_string(0, column, text[:LONGEST], bold)
    for line, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row):
            match cell:
                case None:
                    continue
                case str():
                    sheet.write_string(line, column, cell[:LONGEST])
                case datetime():
                    local = cell.astimezone(AMSTERDAM).replace(tzinfo=None)
                    sheet.write_datetime(line, column, local, moments)
                case _:
                    sheet.write_number(line, column, float(cell))
    about = book.add_worksheet(_("About")[:31])
    about.set_column(0, 0, 6 * WIDTH)
    for line, note in enumerate(table.notes):
        about.write_string(line, 0, note)
    book.close()
    return file.getvalue()
