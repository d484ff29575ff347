"""Bytes or a paste → rows of texts: as Dutch Excel, a mail program or a school system writes them.

Never raises for what is in a file: what cannot be a list comes out as a :class:`Problem`.
"""

import codecs
import csv
import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from io import StringIO
from typing import Final

from course.domain.roster import LONGEST_CELL, MOST_COLUMNS, MOST_PEOPLE, MOST_ROWS

Rows = list[list[str]]

DELIMITERS: Final = ";\t,"  # of two that occur as often, the first one
BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DECLARATION: Final = re.compile(r"sep=([;,\t|])\r?\n?", re.IGNORECASE)  # Excel's own first line
# Bytes that are no letters: a program or a picture, whatever its name says.
BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
UNSEEN: Final = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}  # categories of signs that nobody sees


class Problem(StrEnum):
    """Why no list could be made of it."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"  # no text, or a text in no encoding that we know
    TOO_MANY_ROWS = "too-many-rows"
    TOO_MANY_COLUMNS = "too-many-columns"
    CELL_TOO_LONG = "cell-too-long"  # as when a quote is opened and never closed


def decoded(content: bytes) -> str | Problem:
    """The text of a file: UTF-8 or UTF-16 with its mark, else UTF-8, else Windows-1252."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                return Problem.UNREADABLE
    if BINARY.search(content):
        return Problem.UNREADABLE
    for encoding in ("utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return Problem.UNREADABLE


def rows_of_text(text: str) -> Rows | Problem:
    """The rows of a text with delimiters, tidied; a line break within quotes is part of a cell."""
    declared = DECLARATION.match(text)
    body = text[declared.end() :] if declared else text
    delimiter = declared.group(1) if declared else delimiter_of(body)
    addressed = _as_in_mail(body)
    if addressed:
        return tidied(addressed)
    try:
        return tidied(csv.reader(StringIO(body, newline=""), delimiter=delimiter))
    except csv.Error:
        return Problem.CELL_TOO_LONG


def delimiter_of(text: str) -> str:
    """What separates cells: what stands most often in the first line that says anything.

    Within quotes nothing separates. A line without any of them is one cell.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _as_in_mail(text: str) -> Rows:
    """``Anna <anna@x.nl>; Bob <bob@x.nl>``: people in one line, as mail programs write them."""
    lines = [line for line in text.splitlines() if line.strip()]
    for separator in ";,":
        parts = [part for line in lines for part in line.split(separator) if part.strip()]
        if len(lines) == 1 < len(parts) and all("@" in part for part in parts):
            return [[part] for part in parts]
    return []


def tidied(rows: Iterable[Iterable[str]]) -> Rows | Problem:
    """The rows, all as long as the longest, without columns that say nothing.

    Rows that say nothing stay, but for those at the end: a row has here the place that it has in
    Excel. At most 10,000 rows say something below a header, and forty columns do.
    """
    found: Rows = []
    saying, blank = 0, 0
    for row in rows:
        cells = [tidy(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            blank += 1
            continue
        saying += 1
        if saying > MOST_PEOPLE + 1 or len(found) + blank >= MOST_ROWS:
            return Problem.TOO_MANY_ROWS
        found.extend([] for _blank in range(blank))
        found.append(cells)
        blank = 0
    if not found:
        return Problem.EMPTY
    used = sorted({column for row in found for column, cell in enumerate(row) if cell})
    if len(used) > MOST_COLUMNS:
        return Problem.TOO_MANY_COLUMNS
    return [[row[column] if column < len(row) else "" for column in used] for row in found]


def tidy(cell: str) -> str:
    """A cell as one line of what can be seen, at most 300 characters."""
    if len(cell) <= LONGEST_CELL and cell.isascii() and cell.isprintable():
        return " ".join(cell.split())
    plain = unicodedata.normalize("NFC", cell[: 2 * LONGEST_CELL])
    seen = (" " if sign.isspace() else sign for sign in plain if _is_seen(sign))
    return " ".join("".join(seen).split())[:LONGEST_CELL].rstrip()


def _is_seen(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) not in UNSEEN
