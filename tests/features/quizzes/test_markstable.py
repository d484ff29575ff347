"""Tables of marks as spreadsheets save them: read as meant, or refused with the place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.quizzes.markstable import MarksTable, MarksTableError, read

TABLE = MarksTable(("Wet", "Casus één"), (1.0, 2.5), ((1.0, 0.5), (None, 2.5), (0.0, None)))
WITH_SEMICOLONS = "Wet;Casus één\r\n1;2,5\r\n1;0,5\r\n;2,5\r\n0;\r\n"


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(MarksTableError) as refused:
        read(text.encode())
    return tuple(refused.value.problems)


# --- Separators, decimal signs, encodings --------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        WITH_SEMICOLONS,
        "Wet;Casus één\n1;2.5\n1;0.5\n;2.5\n0;\n",
        "Wet,Casus één\n1,2.5\n1,0.5\n,2.5\n0,\n",
        'Wet,"Casus één"\n1,"2,5"\n1,"0,5"\n,"2,5"\n0,\n',
        "Wet\tCasus één\n1\t2,5\n1\t0,5\n\t2,5\n0\t\n",
        "sep=;\nWet;Casus één\n1;2,5\n1;0,5\n;2,5\n0;\n",
        "Wet;Casus één\n1;2,5\n1;0,5\n;2,5\n0;",
        " Wet ; Casus  één \n 1 ; 2,50 \n 1,0 ; ,5 \n ; +2,5 \n 0 ; \n\n\n",
        "Wet;Casus één;\n1;2,5;\n1;0,5;\n;2,5;\n0;;\n",
        '"Wet";"Casus\néén"\n"1";"2,5"\n"1";"0,5"\n"";"2,5"\n"0";""\n',
        "Wet;Casus één\r1;2,5\r1;0,5\r;2,5\r0;\r",
    ],
)
def test_a_table_reads_the_same_however_it_was_saved(text: str) -> None:
    assert read(text.encode()) == TABLE


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_table_reads_the_same_in_each_encoding(encoding: str) -> None:
    assert read(WITH_SEMICOLONS.encode(encoding)) == TABLE


def test_the_big_endian_order_of_bytes_may_be_marked() -> None:
    assert read(b"\xfe\xff" + WITH_SEMICOLONS.encode("utf-16-be")) == TABLE


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Q1,Q2\n10,5\n1,1\n", ("Q1", "Q2")),  # not one item with a maximum of 10,5
        ("Oud, nieuw;Lang\n1;1\n1;0\n", ("Oud, nieuw", "Lang")),
        ("Wie; wat,Waar\n1,1\n1,0\n", ("Wie; wat", "Waar")),
        ("Een\n2,5\n1,5\n", ("Een",)),
    ],
)
def test_what_separates_cells_follows_from_the_maxima(text: str, names: tuple[str, ...]) -> None:
    assert read(text.encode()).names == names


def test_a_point_is_a_decimal_sign_and_groups_no_thousands() -> None:
    assert read(b"Q\n1.500\n1.250\n").attempts == ((1.25,),)


def test_a_mark_may_be_below_0_with_either_sign() -> None:
    # Certainty-based marking gives -6 for an answer that was sure and wrong.
    assert read("Q\n3\n-6\n\u22122\n".encode()).attempts == ((-6,), (-2,))


def test_an_attempt_without_any_answer_is_an_attempt() -> None:
    assert read(b"P,Q\n1,1\n,\n1,1\n,\n").attempts == ((None, None), (1, 1), (None, None))
    assert read(b'P\n1\n""\n').attempts == ((None,),)


# --- What is wrong, where, and what to do --------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "P,Q\n1,2\n1,2.5\n",
            'Row 3, column 2 ("Q"): 2.5 is above the maximum, 2. Correct the mark, or row 2.',
        ),
        (
            "P;Q\n1;2\n0;twee\n",
            'Row 3, column 2 ("Q"): "twee" is not a number. Write a plain number such as 1.5, or '
            "leave the cell empty if the item was not answered.",
        ),
        (
            "P,Q\n1,2\n1,1\n1\n",
            "Row 4 has 1 cells, and row 1 has 2 names: give each item one cell, empty when it was "
            "not answered.",
        ),
        (
            "P,Q\n1,2\n0,5,1\n",
            "Row 3 has 3 cells, and row 1 has 2 names: give each item one cell, empty when it was "
            "not answered. With commas as decimal sign, separate cells by semicolons.",
        ),
        (
            "P,Q\n1,2\n1,1\n\n1,1\n",
            "Row 4 is empty: remove it, or give each item an empty cell.",
        ),
        (
            "P,Q,P\n1,2,3\n1,1,1\n",
            'Row 1, column 3: "P" is the name of column 1 too. Give each item a name of its own.',
        ),
        ("P,,Q\n1,2,3\n1,1,1\n", "Row 1, column 2: this item has no name. Give it one."),
        (
            "P,Q\n1,2\n",
            "There are no attempts: put each in a row of its own, from row 3 on.",
        ),
        ("P,Q\n", "There is no row 2: put the maximum mark of each item there."),
        (
            "P,Q\n1\n1,1\n",
            "Row 2 has 1 cells, and row 1 has 2 names: give each item one cell, empty when it was "
            "not answered.",
        ),
        (
            "Student,P\n,1\nLena,1\n",
            'Row 2, column 1 ("Student"): "" is no maximum mark. Put a number there, or remove the '
            "column if it holds no marks.",
        ),
        (
            "P,Q\n1,0\n1,0\n",
            'Row 2, column 2 ("Q"): a maximum must be from 0.001 to 1000000, and this is 0.',
        ),
        (
            "P\n1\n-1000001\n",
            'Row 3, column 1 ("P"): -1000001 is below -1000000. Correct the mark.',
        ),
        ("", "The file is empty: put the names of the items in row 1."),
        ("\n\n", "The file is empty: put the names of the items in row 1."),
        (",\n,\n", "The file is empty: put the names of the items in row 1."),
        ("\nP,Q\n1,1\n", "Row 1 is empty: put the names of the items there."),
        (
            'P,Q\n1,1\n"1,1\n',
            "The table cannot be read (unexpected end of data): check the quotes.",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_the_remedy(text: str, problem: str) -> None:
    assert problems(text) == (problem,)


@pytest.mark.parametrize(
    "cell", ["NaN", "inf", "-Infinity", "1e0", "0x1", "1_0", "-", "1.5.0", "½", "1 000", "9" * 400]
)
def test_what_is_no_plain_number_is_refused(cell: str) -> None:
    assert problems(f"P;Q\n1;1\n0;{cell}\n")[0].startswith(
        f'Row 3, column 2 ("Q"): "{cell}" is not a number.'
    )


def test_all_mistakes_are_told_at_once_up_to_twenty() -> None:
    told = problems("P,Q\n1,1\n2,x\n1\n")
    assert [problem[:15] for problem in told] == [
        "Row 3, column 1",
        "Row 3, column 2",
        "Row 4 has 1 cel",
    ]
    many = problems("P,Q\n1,1\n" + "2,1\n" * 23)
    assert len(many) == 21
    assert many[-1] == "And 3 more like these."


@pytest.mark.parametrize("content", [b"PK\x03\x04...", b"\xd0\xcf\x11\xe0..."])
def test_a_workbook_has_to_be_saved_as_csv_first(content: bytes) -> None:
    with pytest.raises(MarksTableError, match="save the sheet with the marks as CSV first"):
        read(content)


@pytest.mark.parametrize("content", [b"P\x81\n1\n1\n", b"\xff\xfeP"])
def test_bytes_that_are_no_text_are_refused(content: bytes) -> None:
    with pytest.raises(MarksTableError, match=r"Byte \d is no text in .*: save the file as CSV"):
        read(content)


# --- What holds for all files --------------------------------------------------------------


def read_or_problems(content: bytes) -> MarksTable | tuple[str, ...]:
    try:
        return read(content)
    except MarksTableError as refused:
        return tuple(refused.problems)


@given(
    st.one_of(
        st.binary(max_size=60),
        st.text(alphabet='PQ12,;."\n\t -', max_size=40).map(str.encode),
    )
)
def test_any_file_is_a_table_or_refused_in_words(content: bytes) -> None:
    found = read_or_problems(content)
    if isinstance(found, MarksTable):
        assert {len(row) for row in found.attempts} == {len(found.names)} == {len(found.maxima)}
    else:
        assert found
        assert all(found)


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(0, 4)), st.one_of(st.none(), st.integers(0, 40))
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([";", ",", "\t"]),
)
def test_what_was_written_is_read(
    attempts: list[tuple[int | None, int | None]], separator: str
) -> None:
    def cell(quarters: int | None) -> str:
        return "" if quarters is None else str(quarters / 4)

    rows = ["P,Q", "1,10", *(",".join(map(cell, attempt)) for attempt in attempts)]
    found = read("\n".join(rows).replace(",", separator).encode())
    assert found.attempts == tuple(
        tuple(None if quarters is None else quarters / 4 for quarters in attempt)
        for attempt in attempts
    )
