"""A class list: read, corrected, looked at row by row, and then all of it or nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from course.accounts.models import User
from course.core import filetypes
from course.core.db import db
from course.core.outbox import Message
from course.groups import inviting, rosters
from course.groups.models import Group, Invitation, Membership, Part, RosterDraft
from tests import pages
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.factories import Factory
from tests.features.at_once import at_once, click
from tests.features.filled_in import alert, heading, value
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
LIST = "Naam;E-mail;Studentnummer\nAnna Bakker;anna@example.org;0012345\nBo Dam;bo@example.org;77\n"


@pytest.fixture
def teacher(make: Factory) -> User:
    """An instructor who reads English, as the texts in the code."""
    return make.instructor(name="Daan Docent", language="en")


@pytest.fixture
def group(make: Factory, teacher: User) -> Group:
    """A group of the teacher."""
    return make.group(name="SW-2B", instructors=[teacher])


@pytest.fixture
def browser(sign_in: SignIn, teacher: User) -> Browser:
    """The browser of the teacher."""
    return sign_in(teacher)


def at(group: Group, rest: str = "") -> str:
    return f"/teach/groups/{group.id}/import{rest}"


def paste(browser: Browser, group: Group, text: str = LIST) -> str:
    """Read a list; the address of the page that shows it."""
    done = browser.submit(at(group), {"pasted": text})
    assert (done.status_code, done.location) == (303, at(group, "/preview"))
    return at(group, "/preview")


def invited(in_app: InApp) -> list[tuple[str, str, str | None]]:
    """Address, name and number of whom was invited, by address."""
    with in_app():
        rows = db.session.scalars(select(Invitation).order_by(Invitation.email))
        return [(row.email, row.name, row.student_number) for row in rows]


def rows_of(page: str) -> dict[str, str]:
    """What becomes of each row, by its number."""
    document = pages.parse(page)
    found = {}
    for row in document.findall(".//main//tbody/tr"):
        cells = [pages.words(cell) for cell in row.findall("td")]
        found[cells[1].removeprefix("Row ")] = cells[2]
    return found


# --- From a list to invitations ------------------------------------------------------------


def test_a_pasted_list_becomes_invitations_and_nobody_is_a_member_by_it(
    in_app: InApp, browser: Browser, group: Group
) -> None:
    preview = paste(browser, group)
    assert invited(in_app) == []
    page = browser.get(preview)
    assert rows_of(page.text) == {"2": "● new gets an invitation", "3": "● new gets an invitation"}
    done = browser.submit(page, {"do": "invite"})
    assert done.location == f"/teach/groups/{group.id}/people"
    assert "2 invitations are on their way." in browser.get(done.location).text
    assert invited(in_app) == [
        ("anna@example.org", "Anna Bakker", "0012345"),
        ("bo@example.org", "Bo Dam", "77"),
    ]
    with in_app():
        assert db.session.scalar(select(func.count(Message.id))) == 2
        assert db.session.scalar(select(func.count(Membership.id))) == 1
        assert db.session.scalars(select(RosterDraft)).all() == []


def test_pressing_twice_at_once_invites_once(in_app: InApp, browser: Browser, group: Group) -> None:
    preview = paste(browser, group)
    draft = value(browser.get(preview), "draft")
    data = {"do": "invite", "draft": draft, "has_header": "y", "shown": ""}
    at_once([click(browser, preview, data)] * 2)
    assert len(invited(in_app)) == 2
    with in_app():
        assert db.session.scalar(select(func.count(Message.id))) == 2


def test_each_row_tells_what_becomes_of_it_and_why(
    in_app: InApp, make: Factory, browser: Browser, group: Group, teacher: User
) -> None:
    make.membership(group, make.learner(name="Mia Mol", email="mia@example.org"))
    make.group(name="SW-1A", instructors=[teacher], learners=[make.learner(email="eva@ex.org")])
    make.group(name="Geheim", learners=[make.learner(email="ver@ex.org")])
    make.invitation(group, "ina@example.org", name="Ina In")
    preview = paste(
        browser,
        group,
        "Naam;E-mail;Nr\n"
        "Mia Mol;mia@example.org;\nIna In;ina@example.org;2\nEva;eva@ex.org;3\n"
        "Ver;ver@ex.org;4\nTyp;typ@gmial.com;5\nMia Mol;m.mol@ex.org;6\n"
        "Niets;;7\nFout;fout;8\nEva;eva@ex.org;9\nNr;nr@ex.org;4\n",
    )
    page = browser.get(preview)
    assert rows_of(page.text) == {
        "2": "○ known is in this group",
        "3": "○ known was invited to this group already",
        "4": "○ known is in your group SW-1A",
        "5": "● new gets an invitation",  # an account elsewhere is nobody's business
        "6": "△ doubtful did you mean typ@gmail.com?",
        "7": "△ doubtful the same name with another address stands in row 2",
        "8": "✕ wrong there is no e-mail address",
        "9": "✕ wrong this is not an e-mail address",
        "10": "✕ wrong the same address stands in row 4",
        "11": "△ doubtful the same student number stands in row 5",
    }
    assert "As it stands 2 people get an invitation." in main_words(page)
    browser.submit(page, {"row": ["4", "6"], "do": "invite"})
    assert [email for email, _name, _number in invited(in_app)] == [
        "eva@ex.org",
        "ina@example.org",
        "typ@gmial.com",
    ]


def test_a_formula_is_refused_and_shown_as_it_is(browser: Browser, group: Group) -> None:
    name = "=HYPERLINK(1)<script>alert(1)</script>"
    page = browser.get(paste(browser, group, f"Naam;Mail\n{name};x@example.org"))
    assert "<script>alert" not in page.text
    assert name in main_words(page)
    assert rows_of(page.text) == {"2": "✕ wrong a cell is a formula; paste the values in its place"}


def numbers_in(in_app: InApp, group: Group) -> dict[int, str | None]:
    with in_app():
        rows = db.session.scalars(select(Membership).where(Membership.group_id == group.id))
        return {row.user_id: row.student_number for row in rows if row.part == Part.LEARNER}


def test_who_joined_by_the_code_gets_the_number_that_the_list_tells(
    in_app: InApp, make: Factory, browser: Browser, group: Group
) -> None:
    joined = [make.learner(email=f"{name}@example.org") for name in ("kim", "lou", "mo")]
    for person in joined:
        make.membership(group, person)
    numbered = make.learner(email="nel@example.org")
    make.membership(group, numbered, student_number="0001")
    page = browser.get(
        paste(
            browser,
            group,
            "Mail;Studentnummer\nkim@example.org;0012345\nlou@example.org;0012346\n"
            "mo@example.org;0001\nnel@example.org;0002\nnieuw@example.org;0012347\n",
        )
    )
    assert rows_of(page.text) == {
        "2": "○ known is in this group, and gets this student number",
        "3": "○ known is in this group, and gets this student number",
        "4": "○ known is in this group",  # the number is somebody else's
        "5": "○ known is in this group",  # who has a number keeps it
        "6": "● new gets an invitation",
    }
    assert "2 students who are in the group get a student number." in main_words(page)
    done = browser.submit(page, {"row": ["2", "6"], "do": "invite"})
    assert "1 student got a student number." in browser.get(done.location).text
    kim, lou, mo = (person.id for person in joined)
    assert numbers_in(in_app, group) == {kim: "0012345", lou: None, mo: None, numbered.id: "0001"}
    assert invited(in_app) == [("nieuw@example.org", "", "0012347")]


@SQLITE
def test_a_list_without_addresses_says_what_to_do(browser: Browser, group: Group) -> None:
    page = main_words(browser.get(paste(browser, group, "Naam;Klas\nAnna;2B\n")))
    assert "No column holds e-mail addresses. Say below which one does" in page
    titled = browser.get(paste(browser, group, "SW-2B;\n;\nNaam;Mail\nAnna;anna@example.org\n"))
    assert "No column holds e-mail addresses." not in main_words(titled)
    assert "Row 3 holds headings" in main_words(titled)
    assert rows_of(titled.text) == {"4": "● new gets an invitation"}


@SQLITE
def test_columns_are_corrected_and_a_kind_that_is_chosen_twice_is_refused(
    in_app: InApp, browser: Browser, group: Group
) -> None:
    preview = paste(browser, group, "Roepnaam;Klas;Contact\nAnna;Bakker;anna@example.org\n")
    page = browser.get(preview)
    chosen = pages.parse(page.text).findall(".//main//option[@selected]")
    assert [option.get("value") for option in chosen] == ["first", "ignored", "email"]
    double = browser.submit(page, {"column-1": "first", "do": "invite"})
    assert double.status_code == 422
    assert "Two columns hold the same: first name." in alert(double)
    # Pressing the wrong button after a change invites nobody, and keeps the change.
    done = browser.submit(page, {"column-1": "last", "do": "invite"})
    assert invited(in_app) == []
    page = browser.get(done.location)
    assert "The columns are changed. Look at the rows once more." in page.text
    browser.submit(page, {"do": "invite"})
    assert invited(in_app) == [("anna@example.org", "Anna Bakker", None)]


@SQLITE
def test_ticks_are_kept_from_page_to_page(in_app: InApp, browser: Browser, group: Group) -> None:
    lines = "\n".join(f"p{number}@example.org" for number in range(1, 151))
    preview = paste(browser, group, lines)
    page = browser.get(preview)
    assert len(rows_of(page.text)) == 100
    done = browser.submit(page, {"row": ["1", "2"], "do": "page:2"})
    assert done.location == f"{preview}?page=2"
    second = browser.get(done.location)
    assert list(rows_of(second.text)) == [str(row) for row in range(101, 151)]
    assert "As it stands 52 people get an invitation." in main_words(second)
    browser.submit(second, {"row": [], "do": "invite"})
    assert [email for email, _name, _number in invited(in_app)] == [
        "p1@example.org",
        "p2@example.org",
    ]


@SQLITE
def test_another_list_in_another_window_is_not_taken_for_this_one(
    in_app: InApp, browser: Browser, group: Group
) -> None:
    page = browser.get(paste(browser, group))
    paste(browser, group, "Naam;Mail\nCor;cor@example.org")
    browser.submit(page, {"do": "invite"})
    assert invited(in_app) == []
    assert "Cor" in main_words(browser.get(at(group, "/preview")))
    browser.submit(at(group, "/preview"), {"do": "forget"})
    assert (
        "There is no list to look at."
        in browser.get(browser.get(at(group, "/preview")).location).text
    )


# --- Files ---------------------------------------------------------------------------------


def workbook(*rows: list[Any], formats: dict[str, str] | None = None) -> bytes:
    book = Workbook()
    book.active.title = "Leeg"
    sheet = book.create_sheet("Klas")
    for row in rows:
        sheet.append(row)
    for cell, shape in (formats or {}).items():
        sheet[cell].number_format = shape
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def upload(browser: Browser, group: Group, content: bytes, name: str = "klas.xlsx") -> Any:
    return browser.submit(at(group), files={"file": (content, name)})


def test_a_workbook_is_read_from_its_first_sheet_with_the_zeros_that_it_shows(
    in_app: InApp, browser: Browser, group: Group
) -> None:
    content = workbook(
        ["Voornaam", "Achternaam", "E-mailadres", "Studentnummer"],
        ["Zoë", "Çelik", "zoe@example.org", 12345],
        ["Bo", "Dam", "bo@example.org", "0077"],
        [None, None, None, None],
        ["Cor", "Eik", "cor@example.org", 7654321.0],
        formats={"D2": "0000000"},
    )
    assert upload(browser, group, content, "klas.csv").status_code == 303
    browser.submit(at(group, "/preview"), {"do": "invite"})
    assert invited(in_app) == [
        ("bo@example.org", "Bo Dam", "0077"),
        ("cor@example.org", "Cor Eik", "7654321"),
        ("zoe@example.org", "Zoë Çelik", "0012345"),
    ]


def packed(parts: dict[str, bytes]) -> bytes:
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return written.getvalue()


def changed(replaced: dict[str, bytes]) -> bytes:
    """A workbook of which some parts are something else."""
    with ZipFile(BytesIO(workbook(["Mail"], ["a@example.org"]))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return packed({**parts, **replaced})


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sst>&b;</sst>'


@SQLITE
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "There is nothing in it."),
        (b"\x89PNG\r\n\x1a\n\x00", "This is not a list that can be read."),
        (b"\xd0\xcf\x11\xe0old", "This is an old Excel file (xls), or one with a password."),
        (b"PK\x03\x04broken", "This file is damaged, or is no workbook."),
        (packed({"a.txt": b"x"}), "This file is damaged, or is no workbook."),
        (changed({"xl/worksheets/sheet2.xml": b"<no"}), "This file is damaged"),
        (changed({"xl/worksheets/sheet2.xml": b"\0" * 40_000_000}), "far too large inside"),
        (changed({"xl/styles.xml": ENTITIES}), "This file is damaged"),
        (b"a@x.nl\n" * 10_002, "This list has more than 10,000 rows. Split it."),
    ],
    ids=range(9),
)
def test_what_is_no_class_list_is_refused_in_words_and_nothing_is_kept(
    in_app: InApp, browser: Browser, group: Group, content: bytes, told: str
) -> None:
    page = upload(browser, group, content)
    assert page.status_code == 422
    assert told in alert(page)
    with in_app():
        assert db.session.scalars(select(RosterDraft)).all() == []


@SQLITE
def test_a_file_that_is_too_large_is_not_read_to_its_end(
    browser: Browser, group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filetypes, "LARGEST", 1000)
    page = upload(browser, group, b"x" * 1001)
    assert "This file is too large: at most 10 MB." in alert(page)


# --- All or nothing, and fast enough -------------------------------------------------------


def test_when_it_breaks_half_way_nobody_is_invited_and_the_list_is_still_there(
    in_app: InApp, make: Factory, group: Group, teacher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = make.roster_draft(group, teacher)
    guests = [inviting.Guest(email=f"p{number}@example.org") for number in range(250)]
    guests.append(inviting.Guest(email="P0@example.org"))  # which the database does not take
    host = inviting.Host(user=teacher, base_url="http://localhost")
    with in_app():
        with pytest.raises(Exception, match="email_lower"):
            inviting.invite_listed(
                db.session.get_one(Group, group.id), guests, draft_id=draft.id, host=host
            )
        db.session.rollback()
    assert invited(in_app) == []
    with in_app():
        assert db.session.scalar(select(func.count(Message.id))) == 0
        assert rosters.draft_of(teacher.id, group.id) is not None


@pytest.mark.parametrize("people", [2, 60])
def test_looking_takes_as_many_queries_for_any_list(
    make: Factory,
    browser: Browser,
    group: Group,
    teacher: User,
    count_queries: CountsQueries,
    people: int,
) -> None:
    rows = [["Mail"], *([f"p{number}@example.org"] for number in range(people))]
    make.roster_draft(group, teacher, rows=rows, columns=["email"])
    with count_queries() as statements:
        page = browser.get(at(group, "/preview"))
    assert len(rows_of(page.text)) == people
    assert len(statements) <= 8, statements


# --- Not one's own -------------------------------------------------------------------------


def test_nobody_else_sees_or_uses_a_list(
    in_app: InApp, make: Factory, sign_in: SignIn, browser: Browser, group: Group, learner: User
) -> None:
    colleague = make.instructor(language="en")
    make.membership(group, colleague, part="instructor")  # type: ignore[arg-type]  # as stored
    paste(browser, group)
    other = sign_in(colleague)
    assert (
        "There is no list to look at." in other.get(other.get(at(group, "/preview")).location).text
    )
    for stranger in (make.instructor(), learner):
        for path in (at(group), at(group, "/preview")):
            assert sign_in(stranger).get(path).status_code == 404
            assert sign_in(stranger).post(path, data={"do": "invite"}).status_code == 404
    assert invited(in_app) == []
    assert heading(browser.get(at(group, "/preview"))) == "Look at the list"
