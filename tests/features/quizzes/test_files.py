"""An item that asks for a file: put in, replaced, taken away; what was there is never lost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from io import BytesIO
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.core import filetypes, uploads
from course.core.clock import now
from course.core.db import db
from course.core.filetypes import Checked, checked
from course.quizzes import attempts, files, queries
from course.quizzes.models import QuizAttempt, Response, ResponseFile
from tests.browser import Browser
from tests.factories import Factory
from tests.features.at_once import at_once
from tests.pages import main_words
from tests.papers import FILE_ITEM, FILE_QUIZ, PDF, TEXT_ITEM, docx, file_quiz, picture

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
Clock = time_machine.Traveller
OTHER: bytes = PDF.replace(b"/Count 0", b"/Count  0")
HTML = (b"<html><script>alert(1)</script></html>", "verslag.pdf")


@pytest.fixture
def learner(make: Factory) -> User:
    return make.learner(language="en")


@pytest.fixture
def browser(sign_in: SignIn, learner: User) -> Browser:
    return sign_in(learner)


@pytest.fixture
def empty(make: Factory, learner: User) -> QuizAttempt:
    """A running attempt without a file yet, one item a page."""
    return make.file_attempt(learner, name=None, is_running=True)


@pytest.fixture
def filed(make: Factory, learner: User) -> QuizAttempt:
    """A running attempt in which ecogram.pdf was put in."""
    return make.file_attempt(learner, is_running=True)


def page_of(row: QuizAttempt) -> str:
    return f"/attempts/{row.public_id}?item={FILE_ITEM}"


def file_of(row: QuizAttempt) -> str:
    return f"/attempts/{row.public_id}/files/{FILE_ITEM}"


def put(
    browser: Browser,
    row: QuizAttempt,
    content: bytes = PDF,
    name: str = "ecogram.pdf",
    *,
    do: str = f"file.{FILE_ITEM}",
    text: str | None = None,
) -> TestResponse:
    """Choose a file on the page of the item, write ``text`` beside it, and press a button."""
    fields = {"do": do} if text is None else {"do": do, TEXT_ITEM: text}
    return browser.submit(page_of(row), fields, files={FILE_ITEM: (content, name)})


def send(
    browser: Browser, row: QuizAttempt, content: bytes = PDF, *, revision: int = 0, **more: Any
) -> TestResponse:
    """As the script does, as soon as a file is chosen."""
    data = {FILE_ITEM: (BytesIO(content), "ecogram.pdf"), f"revision.{FILE_ITEM}": str(revision)}
    headers = {"Accept": "application/json", **more}
    return browser.post(file_of(row), data=data, headers=headers)


def kept(in_app: InApp, row: QuizAttempt) -> tuple[str, bytes] | None:
    """Name and content of what is there; and the response says the same."""
    with in_app():
        there = queries.file_of(row.id, FILE_ITEM)
        response = queries.responses_of(row.id).get(FILE_ITEM)
        assert (response.given if response else None) == (there.name if there else None)
        return (there.name, uploads.content_of(there)) if there else None


# --- Without scripts -----------------------------------------------------------------------


def test_a_file_is_put_in_and_the_page_says_when(
    browser: Browser, empty: QuizAttempt, in_app: InApp, clock: Clock
) -> None:
    clock.shift(timedelta(minutes=31))
    answer = put(browser, empty)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert answer.location == f"{page_of(empty)}#item-{FILE_ITEM}"
    page = browser.get(answer.location)
    assert "“ecogram.pdf” has been saved." in page.text
    assert "ecogram.pdf PDF, 1 kB · saved 10:31" in main_words(page)
    assert kept(in_app, empty) == ("ecogram.pdf", PDF)


@pytest.mark.parametrize("do", ["next", "previous", "overview", "flag", "stay"])
def test_whichever_button_is_pressed_the_chosen_file_is_put_in(
    browser: Browser, empty: QuizAttempt, in_app: InApp, do: str
) -> None:
    put(browser, empty, do=do)
    assert kept(in_app, empty) == ("ecogram.pdf", PDF)


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (docx(), "plan", "plan.docx DOCX"),
        (picture("JPEG"), "IMG_0001.JPG", "IMG_0001.jpg JPG"),
        (picture("PNG"), "scherm.png", "scherm.png PNG"),
        (picture("WEBP"), "../../scherm", "scherm.webp WEBP"),
        (picture("JPEG"), "foto.pdf", "foto.jpg JPG"),
    ],
)
def test_it_is_called_what_it_is(
    browser: Browser, empty: QuizAttempt, content: bytes, name: str, told: str
) -> None:
    page = browser.get(put(browser, empty, content, name).location or "")
    assert told in main_words(page)
    assert ("<img" in page.text.partition("<main")[2]) is checked(content).kind.is_picture  # type: ignore[union-attr]  # it is taken


def test_another_file_takes_its_place(browser: Browser, filed: QuizAttempt, in_app: InApp) -> None:
    assert "Another file in its place" in main_words(browser.get(page_of(filed)))
    put(browser, filed, OTHER, "beter.pdf")
    assert kept(in_app, filed) == ("beter.pdf", OTHER)
    with in_app():
        assert db.session.scalar(select(func.count()).select_from(ResponseFile)) == 1


def test_it_is_taken_away(browser: Browser, filed: QuizAttempt, in_app: InApp) -> None:
    answer = browser.submit(page_of(filed), {"do": f"remove.{FILE_ITEM}"})
    page = browser.get(answer.location or "")
    assert "The file has been taken away." in page.text
    assert "ecogram.pdf" not in main_words(page)
    assert kept(in_app, filed) is None
    overview = browser.get(f"/attempts/{filed.public_id}/overview")
    assert "2 items are still open." in main_words(overview)


def test_a_page_that_is_saved_leaves_its_file_alone(
    browser: Browser, filed: QuizAttempt, in_app: InApp
) -> None:
    browser.submit(page_of(filed), {"do": "next"})
    for revision in ("0", "1"):
        data = {"page": FILE_ITEM, "revision": revision, FILE_ITEM: "hidden"}
        answer = browser.post(f"/attempts/{filed.public_id}/save", data=data)
        assert answer.status_code == HTTPStatus.OK
    assert kept(in_app, filed) == ("ecogram.pdf", PDF)


def test_on_one_page_a_file_and_a_text_are_saved_together(
    browser: Browser, make: Factory, learner: User, in_app: InApp
) -> None:
    row = make.file_attempt(learner, name=None, is_running=True, one_page=True)
    answer = put(browser, row, text="Zij noemt haar buurman.")
    assert (answer.location or "").endswith(f"#item-{FILE_ITEM}")
    assert kept(in_app, row) == ("ecogram.pdf", PDF)
    again = browser.submit(page_of(row), {TEXT_ITEM: "En haar hond.", "do": "stay"})
    assert again.status_code == HTTPStatus.SEE_OTHER
    with in_app():
        assert queries.responses_of(row.id)[TEXT_ITEM].given == "En haar hond."
    assert kept(in_app, row) == ("ecogram.pdf", PDF)


def test_of_two_versions_of_a_text_a_file_beside_it_is_not_lost(
    browser: Browser, make: Factory, learner: User, in_app: InApp
) -> None:
    row = make.file_attempt(learner, name=None, is_running=True, one_page=True)
    old = browser.get(page_of(row))
    browser.submit(page_of(row), {TEXT_ITEM: "newer", "do": "stay"})
    chosen = {FILE_ITEM: (PDF, "ecogram.pdf")}
    answer = browser.submit(old, {TEXT_ITEM: "older", "do": "stay"}, files=chosen)
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "ecogram.pdf" in main_words(answer)
    assert kept(in_app, row) == ("ecogram.pdf", PDF)


# --- Refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        (HTML, "This kind of file cannot be handed in. Save it as PDF, as Word (docx)"),
        ((b"", "leeg.pdf"), "This file is empty."),
        ((b"%PDF-1.7" + bytes(90_000), "x.pdf"), "too large: at most 10 MB."),
        ((b"\xd0\xcf\x11\xe0" + bytes(99), "verslag.docx"), "This is an old Word file (doc)"),
        ((bytes(4) + b"ftypheic", "IMG.jpg"), "Save or send it as JPEG."),
        ((picture()[:200], "IMG.jpg"), "This file is damaged"),
        ((docx({"word/x.bin": b"\xd0\xcf\x11\xe0"}), "x.docx"), "Save it as PDF and hand that in."),
        ((docx({"word/x.xml": bytes(9_000_000)}), "x.docx"), "far too large inside."),
        ((picture("PNG", size=(5000, 5001)), "x.png"), "too many pixels: at most 25 million."),
    ],
)
def test_a_file_that_is_refused_says_why_and_keeps_what_was_there(
    browser: Browser,
    filed: QuizAttempt,
    in_app: InApp,
    monkeypatch: pytest.MonkeyPatch,
    chosen: tuple[bytes, str],
    told: str,
) -> None:
    monkeypatch.setattr(filetypes, "LARGEST", 90_000)
    answer = put(browser, filed, *chosen)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    words = main_words(answer)
    assert told in words
    assert "The file above is still there." in words
    assert "ecogram.pdf PDF, 1 kB" in words
    assert kept(in_app, filed) == ("ecogram.pdf", PDF)


def test_a_text_beside_a_file_that_is_refused_is_saved_all_the_same(
    browser: Browser, make: Factory, learner: User, in_app: InApp
) -> None:
    row = make.file_attempt(learner, name=None, is_running=True, one_page=True)
    answer = put(browser, row, *HTML, text="Dit blijft.")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Dit blijft." in answer.text
    assert "The file above is still there." not in main_words(answer)
    with in_app():
        assert queries.responses_of(row.id)[TEXT_ITEM].given == "Dit blijft."
    assert browser.submit(answer, {"do": "stay"}).status_code == HTTPStatus.SEE_OTHER


def test_what_is_larger_than_anything_that_is_read_is_refused_at_the_door(
    browser: Browser, filed: QuizAttempt, in_app: InApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_SENT", 50_000)
    answer = put(browser, filed, b"%PDF-1.7" + bytes(50_000))
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert kept(in_app, filed) == ("ecogram.pdf", PDF)


def test_no_other_form_is_read_when_it_is_as_large_as_a_file(app: Flask) -> None:
    views = app.view_functions.items()
    found = {endpoint for endpoint, view in views if getattr(view, "takes_files", False)}
    assert found == {
        "book.osiris_file",
        "handing.put",
        "roster.read",
        "taking.answer",
        "writing.attach",
    }


def test_when_there_is_no_room_left_it_is_said_and_another_may_still_take_the_place_of_one(
    browser: Browser,
    make: Factory,
    learner: User,
    filed: QuizAttempt,
    in_app: InApp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "MOST_OF_SOMEBODY", len(PDF) + 1)
    make.file_attempt(make.learner())  # of somebody else, which counts for them
    assert put(browser, filed, OTHER).status_code == HTTPStatus.SEE_OTHER
    sitting = make.file_sitting(learner)
    more = make.file_attempt(learner, sitting, name=None, is_running=True)
    answer = put(browser, more)
    assert "There is no room left for your files." in main_words(answer)
    assert kept(in_app, more) is None


# --- With scripts --------------------------------------------------------------------------


def test_the_script_gets_the_part_of_the_page_that_tells_of_the_file(
    browser: Browser, empty: QuizAttempt, in_app: InApp
) -> None:
    answer = send(browser, empty)
    assert answer.status_code == HTTPStatus.OK
    assert answer.json is not None
    assert answer.json["said"] == "“ecogram.pdf” has been saved."
    assert answer.json["states"] == {FILE_ITEM: "answered"}
    assert f'href="{file_of(empty)}"' in answer.json["html"]
    assert kept(in_app, empty) == ("ecogram.pdf", PDF)


def test_the_script_hears_why_a_file_is_refused(
    browser: Browser, filed: QuizAttempt, in_app: InApp
) -> None:
    for content in (HTML[0], b""):
        answer = send(browser, filed, content, revision=1)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert answer.json is not None
        assert answer.json["said"] in answer.json["html"]
        assert "ecogram.pdf" in answer.json["html"]
    assert kept(in_app, filed) == ("ecogram.pdf", PDF)


def test_nothing_chosen_is_told_too(browser: Browser, filed: QuizAttempt) -> None:
    assert browser.post(file_of(filed)).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_page_of_another_account_puts_nothing_in(
    browser: Browser, filed: QuizAttempt, in_app: InApp
) -> None:
    answer = send(browser, filed, OTHER, revision=1, **{"X-Owner": "0"})
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert kept(in_app, filed) == ("ecogram.pdf", PDF)


# --- Two windows ---------------------------------------------------------------------------


def test_an_older_window_never_replaces_a_newer_file_without_having_seen_it(
    browser: Browser, filed: QuizAttempt, in_app: InApp, clock: Clock
) -> None:
    old = browser.get(page_of(filed))
    clock.shift(timedelta(minutes=6))
    put(browser, filed, OTHER, "nieuwer.pdf")
    chosen = {FILE_ITEM: (PDF, "ouder.pdf")}
    refused = browser.submit(old, {"do": "stay"}, files=chosen)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Another window put a file in at 10:06, and that one was kept." in main_words(refused)
    assert kept(in_app, filed) == ("nieuwer.pdf", OTHER)
    assert browser.submit(refused, {"do": "stay"}, files=chosen).location
    assert kept(in_app, filed) == ("ouder.pdf", PDF)


def test_an_older_window_does_not_take_a_newer_file_away(
    browser: Browser, filed: QuizAttempt, in_app: InApp
) -> None:
    old = browser.get(page_of(filed))
    put(browser, filed, OTHER, "nieuwer.pdf")
    refused = browser.submit(old, {"do": f"remove.{FILE_ITEM}"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert kept(in_app, filed) == ("nieuwer.pdf", OTHER)


def test_the_same_file_twice_is_once(browser: Browser, empty: QuizAttempt, in_app: InApp) -> None:
    """The answer got lost on the way, or somebody pressed twice."""
    old = browser.get(page_of(empty))
    chosen = {FILE_ITEM: (picture(), "foto.jpg")}
    for _time in range(2):
        answer = browser.submit(old, {"do": "stay"}, files=chosen)
        assert answer.status_code == HTTPStatus.SEE_OTHER
    with in_app():
        assert queries.responses_of(empty.id)[FILE_ITEM].revision == 1


def test_taking_away_what_is_gone_already_is_no_mistake(
    browser: Browser, filed: QuizAttempt, in_app: InApp
) -> None:
    page = browser.get(page_of(filed))
    for _time in range(2):
        answer = browser.submit(page, {"do": f"remove.{FILE_ITEM}"})
        assert answer.status_code == HTTPStatus.SEE_OTHER
    assert kept(in_app, filed) is None


def test_eight_files_at_once_leave_one_whole_file(
    sign_in: SignIn, learner: User, empty: QuizAttempt, in_app: InApp
) -> None:
    def sends(number: int) -> Callable[[], TestResponse]:
        browser, content = sign_in(learner), PDF + b"\n%%EOF" * number
        return lambda: send(browser, empty, content)

    answers = at_once([sends(number) for number in range(8)])
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [HTTPStatus.OK] + [HTTPStatus.UNPROCESSABLE_ENTITY] * 7
    there = kept(in_app, empty)
    assert there is not None
    assert isinstance(checked(there[1]), Checked)


# --- Handed in -----------------------------------------------------------------------------


def test_a_file_waits_for_a_person_and_no_file_does_not(
    browser: Browser, make: Factory, learner: User, in_app: InApp
) -> None:
    filed = make.file_attempt(learner)
    blank = make.file_attempt(learner, name=None)
    with in_app():
        assert queries.marks_of(filed.id)[FILE_ITEM].state == "needs_grading"
        assert queries.marks_of(blank.id)[FILE_ITEM].state == "blank"
    words = main_words(browser.get(f"/attempts/{filed.public_id}/result"))
    assert "ecogram.pdf PDF, 1 kB" in words
    assert "Somebody still has to read this." in words


def test_after_handing_in_nothing_is_put_in_or_taken_away_and_one_can_still_look(
    browser: Browser, filed: QuizAttempt, in_app: InApp
) -> None:
    page = browser.get(page_of(filed))
    browser.submit(f"/attempts/{filed.public_id}/overview", action="/submit")
    answers = [
        browser.submit(page, {"do": "stay"}, files={FILE_ITEM: (OTHER, "later.pdf")}),
        browser.submit(page, {"do": f"remove.{FILE_ITEM}"}),
    ]
    assert {answer.status_code for answer in answers} == {HTTPStatus.GONE}
    late = send(browser, filed, OTHER, revision=1)
    assert late.status_code == HTTPStatus.GONE
    assert late.json is not None
    assert late.json["over"]
    assert kept(in_app, filed) == ("ecogram.pdf", PDF)
    assert browser.get(file_of(filed)).data == PDF


def test_what_comes_after_the_end_is_not_put_in(
    browser: Browser, make: Factory, learner: User, in_app: InApp
) -> None:
    sitting = make.file_sitting(learner, minutes=10)
    row = make.file_attempt(learner, sitting, is_running=True)
    page = browser.get(page_of(row))
    with time_machine.travel(now() + timedelta(minutes=11), tick=False):
        sent = send(browser, row, OTHER, revision=1)
        answer = browser.submit(page, {"do": "stay"}, files={FILE_ITEM: (OTHER, "later.pdf")})
    assert {sent.status_code, answer.status_code} == {HTTPStatus.GONE}
    assert kept(in_app, row) == ("ecogram.pdf", PDF)


def test_a_next_attempt_that_builds_on_the_last_one_has_a_file_of_its_own(
    browser: Browser, make: Factory, learner: User, in_app: InApp
) -> None:
    sitting = make.file_sitting(learner, builds_on_last=True)
    first = make.file_attempt(learner, sitting)
    with in_app():
        second = attempts.begin(learner.id, file_quiz(), queries.sitting_of(first))
        assert isinstance(second, QuizAttempt)
    assert kept(in_app, second) == ("ecogram.pdf", PDF)
    browser.submit(page_of(second), {"do": f"remove.{FILE_ITEM}"})
    assert kept(in_app, first) == ("ecogram.pdf", PDF)


def test_whoever_leaves_takes_their_files_along(
    make: Factory, learner: User, filed: QuizAttempt, in_app: InApp
) -> None:
    other = make.file_attempt(make.learner(), content=OTHER)
    with in_app():
        db.session.delete(db.session.get_one(User, learner.id))
        db.session.commit()
        assert db.session.scalars(select(ResponseFile.attempt_id)).all() == [other.id]
        assert db.session.get(Response, (filed.id, FILE_ITEM)) is None


# --- Going out -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "mimetype", "end"),
    [
        (PDF, "application/pdf", "pdf"),
        (docx(), filetypes.Kind.DOCX.mimetype, "docx"),
        (picture("PNG"), "image/png", "png"),
        (picture("JPEG"), "image/jpeg", "jpg"),
        (picture("WEBP"), "image/webp", "webp"),
    ],
)
def test_a_file_goes_out_as_a_download_in_which_nothing_runs(
    browser: Browser, empty: QuizAttempt, content: bytes, mimetype: str, end: str
) -> None:
    send(browser, empty, content)
    answer = browser.get(file_of(empty))
    assert answer.mimetype == mimetype
    assert answer.headers["Content-Disposition"] == f"attachment; filename=ecogram.{end}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "sandbox"} <= set(policy)
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_name_goes_out_as_a_text_whatever_it_holds(browser: Browser, empty: QuizAttempt) -> None:
    put(browser, empty, PDF, "één “plan”; filename=x.exe\u202e")
    assert browser.get(file_of(empty)).headers["Content-Disposition"] == (
        'attachment; filename="een plan; filename=x.pdf"; '
        "filename*=UTF-8''%C3%A9%C3%A9n%20%E2%80%9Cplan%E2%80%9D%3B%20filename%3Dx.pdf"
    )


def test_a_name_with_a_script_in_it_is_a_text_on_the_page(
    browser: Browser, empty: QuizAttempt
) -> None:
    put(browser, empty, PDF, "<img src=x onerror=alert(1)>.pdf")
    page = browser.get(page_of(empty))
    assert "<img src=x" not in page.text
    assert "<img src=x onerror=alert(1)>.pdf" in main_words(page)


@pytest.mark.parametrize("is_running", [True, False])
def test_nobody_else_reaches_a_file(
    sign_in: SignIn,
    make: Factory,
    learner: User,
    outsider: User,
    administrator: User,
    in_app: InApp,
    is_running: bool,
) -> None:
    row = make.file_attempt(learner, is_running=is_running)
    mine = make.file_attempt(outsider, is_running=True)
    for person in (outsider, administrator):
        other = sign_in(person)
        assert other.get(file_of(row)).status_code == HTTPStatus.NOT_FOUND
        assert send(other, row, OTHER).status_code == HTTPStatus.NOT_FOUND
        answer = other.post(
            f"/attempts/{row.public_id}",
            data={"page": FILE_ITEM, FILE_ITEM: (BytesIO(OTHER), "x.pdf")},
        )
        assert answer.status_code == HTTPStatus.NOT_FOUND
    assert kept(in_app, row) == ("ecogram.pdf", PDF)
    assert sign_in(outsider).get(file_of(mine)).status_code == HTTPStatus.OK


@pytest.mark.parametrize("slug", [TEXT_ITEM, "er-is-geen-item"])
def test_only_an_item_that_asks_for_a_file_takes_one(
    browser: Browser, empty: QuizAttempt, slug: str
) -> None:
    address = f"/attempts/{empty.public_id}/files/{slug}"
    answer = browser.post(address, data={slug: (BytesIO(PDF), "x.pdf")})
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert browser.get(address).status_code == HTTPStatus.NOT_FOUND


def test_a_page_names_its_files_without_loading_them(
    browser: Browser, make: Factory, filed: QuizAttempt, count_queries: Any
) -> None:
    with count_queries() as sent:
        browser.get(page_of(filed))
    assert not [statement for statement in sent if "response_file.content" in statement]
    # Who is signed in, the attempt, its edition, the responses, the files.
    assert len(sent) <= 5, sent


def test_the_paper_tells_how_to_hand_in(
    browser: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = app.extensions["library"]
    changed = replace(library, quizzes={FILE_QUIZ: file_quiz()})
    monkeypatch.setitem(app.extensions, "library", changed)
    words = main_words(browser.get(f"/quizzes/{FILE_QUIZ}/paper"))
    assert "On paper it goes on a sheet of its own, with the number of this item" in words
