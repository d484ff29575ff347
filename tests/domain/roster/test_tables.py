"""Reading a list, as Dutch Excel, mail programs and school systems write it."""

import codecs
import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.roster.tables import Problem, decoded, rows_of_text, tidied, tidy

ROWS = [["Naam", "E-mail", "Nummer"], ["Zoë Çelik", "zoe@x.nl", "0012345"]]
PLAIN = "Naam;E-mail;Nummer\r\nZoë Çelik;zoe@x.nl;0012345\r\n"
# Cells that reading leaves as they are.
CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30
)


def read(content: bytes) -> object:
    text = decoded(content)
    return text if isinstance(text, Problem) else rows_of_text(text)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode("cp1252"),
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        b"sep=;\r\n" + PLAIN.encode("cp1252"),
        PLAIN.replace(";", "\t").encode(),
        b"SEP=,\n" + PLAIN.replace(";", ",").encode(),
        PLAIN.replace(";", ",").encode(),
        PLAIN.replace("\r\n", "\r").encode(),
        PLAIN.replace(";", ";;").encode() + b";;;\r\n",
    ],
    ids=range(11),
)
def test_the_same_list_is_read_from_every_way_to_write_it(content: bytes) -> None:
    assert read(content) == ROWS


def test_a_row_keeps_its_place_among_rows_that_say_nothing() -> None:
    found = read(b"\r\n;;\r\nNaam;Mail\r\n;\r\nA;a@x.nl\r\n" + b";;\r\n" * 40_000)
    assert found == [["", ""], ["", ""], ["Naam", "Mail"], ["", ""], ["A", "a@x.nl"]]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('Naam;Mail\n"Bakker; Anna";a@x.nl', [["Naam", "Mail"], ["Bakker; Anna", "a@x.nl"]]),
        ('Naam,Mail\n"Anna\r\nBakker",a@x.nl', [["Naam", "Mail"], ["Anna Bakker", "a@x.nl"]]),
        ('"Naam, voluit";Mail\nA;a@x.nl', [["Naam, voluit", "Mail"], ["A", "a@x.nl"]]),
        ("a@x.nl\nb@x.nl", [["a@x.nl"], ["b@x.nl"]]),
        ("A <a@x.nl>; B, C <b@x.nl>;", [["A <a@x.nl>"], ["B, C <b@x.nl>"]]),
        ("a@x.nl, b@x.nl", [["a@x.nl"], ["b@x.nl"]]),
        ("A;\u202ea@x.nl\u200b\nB\x00;=1+1", [["A", "a@x.nl"], ["B", "=1+1"]]),
    ],
)
def test_quotes_line_breaks_mail_lines_and_signs_that_nobody_sees(
    text: str, rows: list[list[str]]
) -> None:
    assert rows_of_text(text) == rows


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", Problem.EMPTY),
        (b" ;;\r\n\r\n", Problem.EMPTY),
        (b"\x89PNG\r\n\x1a\n\x00\x00", Problem.UNREADABLE),
        (codecs.BOM_UTF16_LE + b"a", Problem.UNREADABLE),
        (codecs.BOM_UTF8 + b"\xff", Problem.UNREADABLE),
        (b'Naam;Mail\n"' + b"x" * 200_000, Problem.CELL_TOO_LONG),
        (b"a@x.nl\n" * 10_002, Problem.TOO_MANY_ROWS),
        (b"a@x.nl\n" + b"\n" * 30_000 + b"b@x.nl", Problem.TOO_MANY_ROWS),
        (b";".join([b"x"] * 41), Problem.TOO_MANY_COLUMNS),
    ],
    ids=range(9),
)
def test_what_is_no_list_is_told_so(content: bytes, problem: Problem) -> None:
    assert read(content) is problem


def test_a_header_and_ten_thousand_people_fit() -> None:
    rows = read(b"a@x.nl\n" * 10_001)
    assert isinstance(rows, list)
    assert len(rows) == 10_001


@given(st.lists(st.lists(CELLS, min_size=2, max_size=5), min_size=1), st.sampled_from(";\t,|"))
def test_whatever_is_written_as_a_table_comes_back(rows: list[list[str]], delimiter: str) -> None:
    written = StringIO()
    csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    found = rows_of_text(f"sep={delimiter}\r\n{written.getvalue()}")
    width = max(map(len, rows))
    if not _is_a_line_of_mail(written.getvalue()):
        assert found == [[*map(tidy, row), *[""] * (width - len(row))] for row in rows]


def _is_a_line_of_mail(text: str) -> bool:
    return text.count("@") > 1 and len(text.splitlines()) == 1


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading(content: bytes) -> None:
    found = read(content)
    if isinstance(found, list):
        assert len({len(row) for row in found}) == 1
        assert tidied(found) == found  # tidying once is enough
        assert all(cell.isprintable() for row in found for cell in row)
