"""What a column holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.roster.columns import Column, guess, header_of, twice
from course.domain.roster.people import listed
from course.domain.roster.tables import rows_of_text

IGNORED, NAME, FIRST, PREFIX, LAST, EMAIL, NUMBER = Column


def rows(text: str) -> list[list[str]]:
    found = rows_of_text(text)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Naam;E-mailadres;Studentnummer\nA B;a@x.nl;1234567", (NAME, EMAIL, NUMBER)),
        ("Achternaam;Voorvoegsel;Roepnaam;E-mail\nX;de;Y;a@x.nl", (LAST, PREFIX, FIRST, EMAIL)),
        ("Student number,Full name,Email\n1,A,a@x.nl", (NUMBER, NAME, EMAIL)),
        ("Gebruikersnaam;E-mail;Klas\njan1;a@x.nl;2B", (IGNORED, EMAIL, IGNORED)),
        ("Student;Voornaam;Achternaam;Mail\n12345;A;B;a@x.nl", (NUMBER, FIRST, LAST, EMAIL)),
        ("1234567;Anna Bakker;a@x.nl\n0123456;Bo Dam;b@x.nl", (NUMBER, NAME, EMAIL)),
        ("Klas;Contact\n2B;a@x.nl\n2B;b@x.nl", (IGNORED, EMAIL)),
        ("Klas;Contact\n2B;geen\n2B;niets\n2B;b@x.nl", (IGNORED, EMAIL)),
        ("a@x.nl", (EMAIL,)),
        ("iets;anders\n1;2", (IGNORED, IGNORED)),
    ],
)
def test_columns_are_guessed_from_headings_and_else_from_cells(
    text: str, columns: tuple[Column, ...]
) -> None:
    assert guess(rows(text)).columns == columns


def test_a_first_row_with_an_address_is_no_header() -> None:
    assert not guess([["Student", "a@x.nl"]]).has_header
    assert guess([["Student", "Mail"], ["A", "a@x.nl"]]).has_header


TITLED = (
    "Klassenlijst;SW-2B;;\nPeildatum;1-9-2026;;\n;;;\n"
    "Stud.nr;Roepnaam;Achternaam;E-mailadres student\n"
    "0012345;Anna;Vries;a@x.nl\n;;;\n7;Bo;;b@x.nl\n"
)


def test_headings_are_found_below_a_title_and_rows_are_numbered_as_in_the_file() -> None:
    table = rows(TITLED)
    found = guess(table)
    assert (found.columns, found.has_header) == ((NUMBER, FIRST, LAST, EMAIL), True)
    assert header_of(table) == 3
    people = listed(table, found.columns, has_header=True)
    assert [(one.row, one.name) for one in people] == [(5, "Anna Vries"), (7, "Bo")]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Student;Mail\nNaam;E-mail\nA;a@x.nl", 0),  # of two that name as much, the first
        ("A;a@x.nl\nNaam;E-mail", 0),  # below an address nothing is a heading
        (";\niets;anders\n1;2", 1),  # none is known: the first that says anything
    ],
)
def test_which_row_holds_the_headings(text: str, place: int) -> None:
    assert header_of(rows(text)) == place


def test_a_name_is_put_together_and_a_number_stays_as_it_was_written() -> None:
    table = rows(
        "Achternaam;Tussenvoegsel;Voornaam;E-mail;Nr\n"
        "Vries;de;Anna;Anna <ANNA@X.nl>;0012345\n"
        "Dam;;Bo; mailto:bo@x.nl ;=1+1\n"
    )
    found = listed(table, guess(table).columns, has_header=True)
    assert [(one.row, one.name, one.email, one.number) for one in found] == [
        (2, "Anna de Vries", "anna@x.nl", "0012345"),
        (3, "Bo Dam", "bo@x.nl", "=1+1"),
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Vries, Anna de", "Anna de Vries"),
        ("Vries, de, Anna", "Vries, de, Anna"),
        ("Anna,", "Anna,"),
    ],
)
def test_a_name_with_a_comma_is_turned_when_that_is_clear(written: str, said: str) -> None:
    (one,) = listed([[written]], [NAME], has_header=False)
    assert one.name == said


def test_a_kind_that_was_chosen_twice_is_named() -> None:
    assert twice([EMAIL, IGNORED, IGNORED, NAME]) is None
    assert twice([EMAIL, NAME, EMAIL]) is EMAIL


@given(st.lists(st.lists(st.text(max_size=20), min_size=3, max_size=3), max_size=8))
def test_a_guess_is_a_choice_that_a_form_could_send(table: list[list[str]]) -> None:
    found = guess(table)
    assert len(found.columns) == (3 if table else 0)
    assert twice(found.columns) is None
    assert found == guess(table)
