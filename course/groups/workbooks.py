"""A workbook (xlsx) → the rows of its first sheet that says anything, all of them texts.

openpyxl reads row by row, and only what :func:`course.core.filetypes.workbook_problem` let in. Of a
formula the value counts that was saved with it. A number comes out as it is shown when its format
is one of zeros, so that a student number keeps those that it begins with.
"""

import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile

from course.core import filetypes
from course.domain.roster import MOST_COLUMNS, MOST_PEOPLE
from course.domain.roster.tables import Problem, Rows, tidied

MOST_ROWS_READ: Final = MOST_PEOPLE + 500  # blank ones and a title among them
MOST_COLUMNS_READ: Final = 2 * MOST_COLUMNS
ZEROS: Final = re.compile("0{2,20}")
# What openpyxl raises for a workbook that is none after all.
UNREADABLE: Final = (
    AttributeError, BadZipFile, EOFError, IndexError, KeyError, OSError, OverflowError,
    RuntimeError, SyntaxError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip


def rows_of_workbook(content: bytes) -> Rows | Problem | filetypes.Problem:
    """The rows of the first sheet that is not empty, tidied; or why there are none."""
    refused = filetypes.workbook_problem(content)
    if refused:
        return refused
    from openpyxl import load_workbook  # noqa: PLC0415 - only who brings a workbook waits for it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about looks that it leaves out
            book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
            return next(_tables(book), Problem.EMPTY)
    except UNREADABLE:
        return filetypes.Problem.DAMAGED


def _tables(book: Any) -> Iterator[Rows | Problem]:
    """What each sheet with cells holds, those that are hidden left out."""
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        cells = sheet.iter_rows(max_row=MOST_ROWS_READ, max_col=MOST_COLUMNS_READ)
        found = tidied([_text(cell) for cell in row] for row in cells)
        if found is not Problem.EMPTY:
            yield found


def _text(cell: Any) -> str:
    """A cell as people see it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        shape = str(cell.number_format)
        return str(value).zfill(len(shape)) if ZEROS.fullmatch(shape) else str(value)
    return str(value)
