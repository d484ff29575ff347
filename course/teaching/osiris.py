"""Filling in the workbook in which OSIRIS asks for grades ("cijferinvoerbestand").

OSIRIS takes back only a file that it made itself: its heading and columns A to H stay as they are,
and a result goes in the column "Resultaat", with a comma (ecosystem.md, section 6). So nothing is
written but empty cells of that column, and the file is not made anew. No real file could be had;
what is known of it comes from manuals of universities.
"""

import re
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any, Final
from zipfile import ZipFile

from course.core import filetypes
from course.domain.grades import Absent, Grade, Reason
from course.groups.workbooks import UNREADABLE
from course.results.book import Cell, Row, Word

LARGEST: Final = 2 * filetypes.MEGABYTE  # as it comes in; a class has some tens of kilobytes
MOST_UNPACKED: Final = 8 * filetypes.MEGABYTE  # every cell of it is in memory, at many times this
HEADING: Final = "resultaat"
FIXED: Final = 8  # columns, A to H, that stay as they are
MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 60
LAST_HEADING: Final = 40  # the row with the heading is at most this one
NUMBER: Final = re.compile(r"[0-9]{1,20}")
OF_STUDENTS: Final = re.compile(r"stud\w*\W*(nummer|nr|number|no)", re.IGNORECASE)


class Problem(StrEnum):
    """Why a workbook cannot be filled in."""

    NO_HEADING = "no-heading"  # nothing is called Resultaat
    IN_FIXED = "in-fixed"  # Resultaat stands among the columns that have to stay as they are
    NO_NUMBERS = "no-numbers"  # no column holds student numbers
    TOO_LONG = "too-long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """What a school writes where there is no grade; "" leaves the cell empty."""

    missing: str = "NVD"
    not_taken: str = "ND"
    excused: str = "VR"


class Outcome(StrEnum):
    """What became of a row."""

    FILLED = "filled"
    UNKNOWN = "unknown"  # nobody in the group has this number, or more than one has
    THERE = "there"  # something stood in the cell, and stayed
    NO_RESULT = "no-result"  # nothing to fill in yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the workbook, and what became of it."""

    number: int  # as Excel counts them
    student: str  # the number as it stands there
    name: str  # in the group; "" when unknown
    outcome: Outcome
    value: str  # what is in the cell now


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The workbook, with what became of each row."""

    content: bytes
    lines: Sequence[Line]

    def count(self, outcome: Outcome) -> int:
        """How many rows it became of."""
        return sum(line.outcome is outcome for line in self.lines)


@dataclass(frozen=True, slots=True)
class Student:
    """Somebody of the group with what has to be filled in; "" for nothing."""

    name: str
    value: str


# --- What is filled in ---------------------------------------------------------------------


def students(rows: Sequence[Row], values: Mapping[int, str]) -> dict[str, Student]:
    """The learners by student number without the zeros it begins with; a number of two is nobody's.

    ``values`` are by learner, as :func:`value_of` makes them.
    """
    numbers = {row.user_id: plain_number(row.student_number or "") for row in rows}
    times = Counter(numbers.values())
    return {
        number: Student(row.name, values[row.user_id])
        for row in rows
        if (number := numbers[row.user_id]) and times[number] == 1
    }


def plain_number(text: str) -> str:
    """A student number without the zeros that it begins with; "" for what is none."""
    text = text.strip().lower().removeprefix("s")
    return text.lstrip("0") if NUMBER.fullmatch(text) else ""


def value_of(found: Cell | Grade | Reason, codes: Codes) -> str:
    """A result as OSIRIS takes it: "8,0", "V" or a code; "" for nothing yet."""
    match found:
        case Cell(word=Word.EXCUSED) | Reason.EXCUSED:
            return codes.excused
        case Cell(word=Word.MISSING):
            return codes.missing
        case Cell(word=Word.GRADED, grade=Grade() as grade):
            return _of_grade(grade, codes)
        case Grade():
            return _of_grade(found, codes)
        case _:
            return ""


def _of_grade(grade: Grade, codes: Codes) -> str:
    if grade.absent is Absent.NOT_TAKEN_PART:
        return codes.not_taken
    if grade.absent is Absent.NOT_HANDED_IN:
        return codes.missing
    return grade.code.replace(".", ",")


# --- The workbook --------------------------------------------------------------------------


def fill(content: bytes, known: Mapping[str, Student]) -> Filled | Problem | filetypes.Problem:
    """Fill in the empty cells of a workbook, or say why it cannot be."""
    if len(content) > LARGEST:
        return filetypes.Problem.TOO_LARGE
    if refused := filetypes.workbook_problem(content):
        return refused
    with ZipFile(BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
            return filetypes.Problem.UNPACKS
    from openpyxl import load_workbook  # noqa: PLC0415 - only who brings a workbook waits for it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about looks that it leaves out
            book = load_workbook(BytesIO(content), keep_links=False)
            return _filled(book, known)
    except UNREADABLE:
        return filetypes.Problem.DAMAGED


def _filled(book: Any, known: Mapping[str, Student]) -> Filled | Problem:
    place = _heading(book)
    if place is None:
        return Problem.NO_HEADING
    sheet, row, column = place
    if column <= FIXED:
        return Problem.IN_FIXED
    if sheet.max_row > MOST_ROWS:
        return Problem.TOO_LONG
    numbers = _numbers(sheet, row, known)
    if numbers is None:
        return Problem.NO_NUMBERS
    lines = [
        _line(number, student, sheet.cell(number, column), known)
        for number in range(row + 1, sheet.max_row + 1)
        if (student := _text(sheet.cell(number, numbers)))
    ]
    file = BytesIO()
    book.save(file)
    return Filled(content=file.getvalue(), lines=lines)


def _text(cell: Any) -> str:
    """A cell as people see it; of a formula the formula, which is no number."""
    value = cell.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _line(number: int, student: str, cell: Any, known: Mapping[str, Student]) -> Line:
    found = known.get(plain_number(student))
    if there := _text(cell):
        outcome, value = Outcome.THERE, there
    elif found is None:
        outcome, value = Outcome.UNKNOWN, ""
    elif not found.value:
        outcome, value = Outcome.NO_RESULT, ""
    else:
        outcome, value = Outcome.FILLED, found.value
        cell.value, cell.data_type = value, "s"  # a text, whatever it looks like
    name = found.name if found else ""
    return Line(number=number, student=student, name=name, outcome=outcome, value=value)


def _heading(book: Any) -> tuple[Any, int, int] | None:
    """The sheet, row and column in which Resultaat stands; the first one."""
    for sheet in book.worksheets:
        last = min(sheet.max_row, LAST_HEADING)
        for row in sheet.iter_rows(max_row=last, max_col=min(sheet.max_column, MOST_COLUMNS)):
            for cell in row:
                if isinstance(cell.value, str) and cell.value.strip().casefold() == HEADING:
                    return sheet, cell.row, cell.column
    return None


def _numbers(sheet: Any, heading: int, known: Mapping[str, Student]) -> int | None:
    """The column with student numbers: by its heading, or else by the numbers that are known."""
    columns = range(1, min(sheet.max_column, MOST_COLUMNS) + 1)
    for column in columns:
        if OF_STUDENTS.search(_text(sheet.cell(heading, column))):
            return column
    hits = {
        column: sum(
            plain_number(_text(sheet.cell(row, column))) in known
            for row in range(heading + 1, sheet.max_row + 1)
        )
        for column in columns
    }
    best = max(hits, key=lambda column: hits[column], default=0)
    return best if hits.get(best) else None
