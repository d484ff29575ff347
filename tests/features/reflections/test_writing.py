"""Around the text: a file beside it, help from an instructor, and names that are only marked."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from html import escape
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.core import filetypes, uploads
from course.core.clock import now
from course.core.db import db
from course.core.i18n import speaking
from course.domain.identifying import exported, identifying, pseudonyms
from course.lessons.editions import library
from course.reflections import writing
from course.reflections.details import details, invented_in, kinds
from course.reflections.models import Attachment, HelpRequest, Submission
from tests import pages
from tests.browser import Browser
from tests.factories import Factory
from tests.features.at_once import at_once, click
from tests.features.conftest import SmallCourse
from tests.features.filled_in import hand_in, heading, typed
from tests.pages import main_words
from tests.papers import PDF, docx, picture, relation

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
TEXT = "Ik ging erheen, en zij deed open."
SMALL = 90_000  # bytes; as if it were the most that is taken
OTHER: bytes = PDF.replace(b"/Count 0", b"/Count  0")
TELLING = (
    "Ik sprak mevrouw Jansen op 06-12345678. Zij woont in de Kerkstraat 12, 3512 AB, en mailt met "
    "j.jansen@example.org. Mevrouw Jansen belde mij zelf."
)


@pytest.fixture
def writer(make: Factory) -> User:
    """A learner who reads English, as the texts in the code."""
    return make.learner(name="Wil Schrijver", language="en")


@pytest.fixture
def browser(sign_in: SignIn, writer: User, small_course: SmallCourse) -> Browser:
    """The browser of the writer."""
    return sign_in(writer)


@pytest.fixture
def url(small_course: SmallCourse) -> str:
    """Where the reflection is written."""
    return small_course.url("schrijven")


def add(browser: Browser, url: str, content: bytes = PDF, name: str = "foto.pdf") -> TestResponse:
    """Choose a file on the page and press Add."""
    return browser.submit(url, action="/files", files={"file": (content, name)})


def files(in_app: InApp) -> list[Attachment]:
    """All files beside texts, oldest first."""
    with in_app():
        return list(db.session.scalars(select(Attachment).order_by(Attachment.id)))


def alert(page: TestResponse) -> str:
    """What is said first of a mistake."""
    found = pages.parse(page.text).findall(".//main//*[@role='alert']")
    return " ".join(pages.words(each) for each in found)


# --- A file beside the text ----------------------------------------------------------------


def test_a_file_is_put_beside_the_text_and_comes_back_as_it_was(
    in_app: InApp, browser: Browser, url: str
) -> None:
    answer = add(browser, url, PDF, "verslag.PDF")
    assert (answer.status_code, answer.location) == (303, f"{url}#files")
    page = browser.get(url)
    assert "verslag.pdf 1 kB" in main_words(page)
    (row,) = files(in_app)
    file = browser.get(f"/reflections/files/{row.public_id}")
    assert file.data == PDF
    assert file.headers["Content-Disposition"] == "attachment; filename=verslag.pdf"
    assert "sandbox" in file.headers["Content-Security-Policy"]


HOSTILE = {
    "a page with a script": (b"<html><script>alert(1)</script></html>", "foto.pdf"),
    "a program": (b"MZ\x90\x00" * 99, "foto.png"),
    "a drawing with a script": (b"<svg onload='alert(1)'/>", "tekening.svg"),
    "a document with a macro": (docx({"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), "brief.docx"),
    "a document that fetches something": (
        docx({"word/_rels/document.xml.rels": relation("image", "https://example.org/a.png")}),
        "brief.docx",
    ),
    "a document that unpacks into a flood": (docx({"word/a.xml": b"0" * 5_000_000}), "b.docx"),
    "a picture that is half": (picture("PNG")[:80], "foto.png"),
    "nothing in it": (b"", "leeg.pdf"),
    "far too large": (PDF + b" " * SMALL, "groot.pdf"),
}


@SQLITE
@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_in_words_and_what_was_there_stays(
    in_app: InApp, browser: Browser, url: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filetypes, "LARGEST", SMALL)
    browser.submit(url, {"text": TEXT, "do": "save"})
    add(browser, url)
    content, name = HOSTILE[what]
    problem = filetypes.checked(content)
    assert isinstance(problem, filetypes.Problem)

    page = add(browser, url, content, name)
    assert page.status_code == 422
    with in_app(), speaking("en"):
        assert alert(page) == f"Error: {uploads.refusal(problem)}"
    assert typed(page) == TEXT
    (row,) = files(in_app)
    assert row.name == "foto.pdf"
    with in_app():
        assert uploads.content_of(row) == PDF


@SQLITE
def test_a_name_that_leads_away_or_holds_a_script_is_only_a_text(
    in_app: InApp, browser: Browser, url: str
) -> None:
    add(browser, url, picture(), "../../<img src=x onerror=alert(1)>.exe")
    (row,) = files(in_app)
    assert row.name == "<img src=x onerror=alert(1)>.jpg"
    page = browser.get(url)
    assert escape(row.name) in page.text
    assert row.name not in page.text


@SQLITE
def test_pressing_add_without_a_file_says_so(in_app: InApp, browser: Browser, url: str) -> None:
    page = browser.submit(url, action="/files")
    assert page.status_code == 422
    assert "Choose a file first." in alert(page)
    assert files(in_app) == []


def test_there_are_at_most_three_also_when_they_come_at_once(
    in_app: InApp, sign_in: SignIn, writer: User, browser: Browser, url: str
) -> None:
    add(browser, url)
    windows = [sign_in(writer) for _window in range(5)]
    at_once([lambda window=window: add(window, url, OTHER) for window in windows])  # type: ignore[misc]  # a default binds each window
    assert len(files(in_app)) == writing.MOST_FILES
    page = add(browser, url)
    assert page.status_code == 422
    assert "There are three files already." in alert(page)
    assert len(files(in_app)) == writing.MOST_FILES


def test_a_file_is_taken_away(in_app: InApp, browser: Browser, url: str) -> None:
    add(browser, url)
    page = browser.submit(url, action="/delete", follow_redirects=True)
    assert "The file has been taken away." in page.text
    assert files(in_app) == []


def test_handing_in_gives_the_files_to_the_submission_and_withdrawing_gives_them_back(
    in_app: InApp, browser: Browser, url: str
) -> None:
    add(browser, url)
    hand_in(browser, url, TEXT)
    (row,) = files(in_app)
    with in_app():
        submission = db.session.execute(select(Submission)).scalar_one()
    assert row.submission_id == submission.id
    page = browser.get(url)
    assert "foto.pdf" in main_words(page)
    assert "Take away" not in main_words(page)

    delete = f"/reflections/files/{row.public_id}/delete"
    late = browser.post(delete, follow_redirects=True)
    assert "This file was handed in with your text, so it stays." in late.text
    late = browser.post(
        f"{url}/files", data={"file": (BytesIO(PDF), "b.pdf")}, follow_redirects=True
    )
    assert "This reflection is handed in. Withdraw it first, then add a file." in late.text
    assert len(files(in_app)) == 1

    browser.submit(url, action="/withdraw")
    assert [each.submission_id for each in files(in_app)] == [None]
    assert "Take away" in main_words(browser.get(url))


def test_what_is_being_marked_keeps_its_files(in_app: InApp, browser: Browser, url: str) -> None:
    add(browser, url)
    receipt = hand_in(browser, url, TEXT).location
    with in_app():
        db.session.execute(update(Submission).values(marking_began_at=now()))
        db.session.commit()
    assert browser.post(f"{receipt}/withdraw").status_code == 409
    assert [each.submission_id is None for each in files(in_app)] == [False]


@pytest.mark.parametrize("who", ["outsider", "instructor"])
def test_nobody_else_gets_a_file_or_takes_it_away(
    in_app: InApp,
    sign_in: SignIn,
    make: Factory,
    writer: User,
    outsider: User,
    browser: Browser,
    url: str,
    who: str,
) -> None:
    teacher = make.instructor()
    make.group(instructors=[teacher], learners=[writer, outsider])
    add(browser, url)
    hand_in(browser, url, TEXT)
    (row,) = files(in_app)
    other = sign_in({"outsider": outsider, "instructor": teacher}[who])
    assert other.get(f"/reflections/files/{row.public_id}").status_code == 404
    assert other.post(f"/reflections/files/{row.public_id}/delete").status_code == 404
    assert "foto.pdf" not in other.get(url).text
    assert len(files(in_app)) == 1


@SQLITE
@pytest.mark.parametrize("what", ["files", "help"])
@pytest.mark.parametrize("step", ["lezen", "wegen", "bestaat-niet"])
def test_other_steps_take_no_files_and_no_questions(
    browser: Browser, url: str, step: str, what: str
) -> None:
    assert browser.post(f"{url.replace('schrijven', step)}/{what}").status_code == 404


# --- Help ----------------------------------------------------------------------------------


def asked(in_app: InApp) -> list[HelpRequest]:
    """All questions, oldest first."""
    with in_app():
        return list(db.session.scalars(select(HelpRequest).order_by(HelpRequest.id)))


@pytest.mark.parametrize("shows", [True, False])
def test_who_is_stuck_asks_and_says_whether_the_draft_may_be_read(
    in_app: InApp, browser: Browser, writer: User, url: str, shows: bool
) -> None:
    sent = {"question": "Mag het over <thuis> gaan?"} | ({"shows_draft": "y"} if shows else {})
    answer = browser.submit(url, sent, action="/help")
    assert (answer.status_code, answer.location) == (303, f"{url}#help")
    (row,) = asked(in_app)
    assert (row.user_id, row.lesson, row.step) == (writer.id, "eerste-les", "schrijven")
    assert (row.question, row.shows_draft) == ("Mag het over <thuis> gaan?", shows)
    page = main_words(browser.get(url))
    assert "You asked: Mag het over <thuis> gaan?" in page
    assert "not answered yet." in page


def test_two_clicks_ask_once(
    in_app: InApp, sign_in: SignIn, writer: User, browser: Browser, url: str
) -> None:
    browser.get(url)
    windows = [sign_in(writer) for _window in range(4)]
    at_once([click(window, f"{url}/help", {"question": "Wat nu?"}) for window in windows])
    assert [row.question for row in asked(in_app)] == ["Wat nu?"]


@SQLITE
@pytest.mark.parametrize("question", ["", " \n ", "a" * 1001])
def test_an_empty_or_endless_question_is_refused_and_what_was_typed_is_kept(
    in_app: InApp, browser: Browser, url: str, question: str
) -> None:
    browser.submit(url, {"text": TEXT, "do": "save"})
    page = browser.submit(url, {"question": question}, action="/help")
    assert page.status_code == 422
    assert "Write your question, in at most 1,000 characters." in alert(page)
    assert typed(page, "question") == question.strip()
    assert typed(page) == TEXT
    assert asked(in_app) == []


def test_an_answer_is_read_beside_the_text_and_by_nobody_else(
    in_app: InApp, sign_in: SignIn, outsider: User, browser: Browser, url: str
) -> None:
    browser.submit(url, {"question": "Wat nu?"}, action="/help")
    with in_app():
        db.session.execute(
            update(HelpRequest).values(answer="Begin bij de deur.", answered_at=now())
        )
        db.session.commit()
    assert "Answer: Begin bij de deur." in main_words(browser.get(url))
    other = sign_in(outsider).get(url)
    assert "Wat nu?" not in other.text
    assert "Begin bij de deur." not in other.text


# --- Names, and how to do without ----------------------------------------------------------


def test_what_may_tell_who_it_is_about_is_listed_once_with_its_kind_and_a_pseudonym(
    in_app: InApp, browser: Browser, url: str
) -> None:
    browser.submit(url, {"text": TELLING, "do": "save"})
    page = browser.get(url)
    box = pages.parse(page.text).find(".//*[@data-guarded]")
    assert box is not None
    assert "hidden" not in box.attrib
    told = [pages.words(row) for row in box.iter("li")]
    assert told == [
        "mevrouw Jansen a name write “mevrouw A.”",
        "06-12345678 a phone number",
        "Kerkstraat 12 an address",
        "3512 AB a postcode",
        "j.jansen@example.org an e-mail address",
        "Mevrouw Jansen a name write “Mevrouw A.”",
    ]
    found = [TELLING[span.start : span.end] for span in identifying(TELLING)]
    assert [line.split(" a ")[0].split(" an ")[0] for line in told] == found
    assert "we can miss something, and be wrong. You decide." in pages.words(box)


@SQLITE
def test_a_name_of_the_lesson_is_told_apart_from_that_of_somebody_real(app: Flask) -> None:
    with app.test_request_context(), speaking("en"):
        edition = library().current("afsluiten-of-loslaten")
        assert edition is not None
        found = details("Mevrouw Bakker belde mevrouw Jansen.", invented_in(edition))
    assert [(each.words, each.what, each.pseudonym) for each in found] == [
        ("Mevrouw Bakker", "a name that is in this lesson too", ""),
        ("mevrouw Jansen", "a name", "mevrouw B."),
    ]


def test_a_text_without_names_is_not_warned_about(browser: Browser, url: str) -> None:
    browser.submit(url, {"text": TEXT, "do": "save"})
    box = pages.parse(browser.get(url).text).find(".//*[@data-guarded]")
    assert box is not None
    assert "hidden" in box.attrib
    assert "somebody might be known" not in main_words(browser.get(f"{url}/hand-in"))


def test_reading_once_more_shows_all_of_it_and_handing_in_is_never_blocked(
    in_app: InApp, browser: Browser, url: str
) -> None:
    text = TELLING + "".join(f" Meneer {name}dijk kwam." for name in "ABCDEFGHIJKLMNO")
    confirm = browser.get(browser.submit(url, {"text": text}).location)
    assert confirm.status_code == 200
    assert heading(confirm) == "Read it once more, then hand in"
    said = main_words(confirm)
    assert "06-12345678: a phone number" in said
    for one in pseudonyms(text):
        assert f"{text[one.start : one.end]}: a name. Write “{one.pseudonym}”." in said
    browser.submit(confirm, action="/hand-in")
    with in_app():
        assert db.session.execute(select(Submission.text)).scalar_one() == text


def test_a_name_in_the_name_of_a_file_is_said_before_handing_in(browser: Browser, url: str) -> None:
    add(browser, url, PDF, "brief mevrouw_Hendriksen.pdf")
    confirm = browser.get(browser.submit(url, {"text": "Een tekst."}).location)
    assert "mevrouw Hendriksen pdf: a name" not in main_words(confirm)
    assert "mevrouw Hendriksen: a name" in main_words(confirm)


@SQLITE
def test_the_page_gives_the_browser_the_same_patterns_and_a_word_for_each_kind(
    in_app: InApp, browser: Browser, url: str
) -> None:
    field = pages.parse(browser.get(url).text).find(".//textarea[@name='text']")
    assert field is not None
    given = json.loads(field.get("data-guard", ""))
    assert given["patterns"] == exported()
    assert {each["kind"] for each in exported()} <= given["kinds"].keys()
    with in_app():
        assert set(kinds()) == set(given["kinds"])


def test_nothing_of_the_text_leaves_the_page_to_be_checked() -> None:
    script = Path(writing.__file__).parent / "static" / "guard.js"
    for way_out in ("fetch(", "XMLHttpRequest", "sendBeacon", "WebSocket", "submit"):
        assert way_out not in script.read_text("utf-8")
