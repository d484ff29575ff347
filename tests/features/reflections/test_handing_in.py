"""Handing in: write, read it once more, confirm, and hold a receipt."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from course.accounts.models import User
from course.core.db import db
from course.lessons.models import StepDone
from course.reflections.actions import receipt_code
from course.reflections.models import Submission
from tests import pages
from tests.browser import Browser
from tests.factories import Factory
from tests.features.at_once import at_once, click
from tests.features.conftest import SmallCourse
from tests.features.filled_in import WEIGHED, alert, hand_in, heading, typed
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

TEXT = "Ik ging erheen.\n\nZij deed <open> & zei: “Kom binnen.”"
SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


@pytest.fixture
def reader(make: Factory) -> User:
    """A learner who reads English, as the texts in the code."""
    return make.learner(name="Rea Reader", language="en")


@pytest.fixture
def browser(sign_in: SignIn, reader: User, small_course: SmallCourse) -> Browser:
    """The browser of the reader."""
    return sign_in(reader)


@pytest.fixture
def url(small_course: SmallCourse) -> str:
    """Where there is something to write, from 150 to 600 words."""
    return small_course.url("schrijven")


def handed_in(in_app: InApp) -> list[Submission]:
    """All that was ever handed in, oldest first."""
    with in_app():
        return list(db.session.scalars(select(Submission).order_by(Submission.id)))


# --- From draft to receipt -----------------------------------------------------------------


def test_what_was_written_is_shown_once_more_and_only_then_handed_in(
    clock: time_machine.Traveller, in_app: InApp, browser: Browser, reader: User, url: str
) -> None:
    asked = browser.submit(url, {"text": TEXT})
    assert (asked.status_code, asked.location) == (303, f"{url}/hand-in")
    confirm = browser.get(asked.location)
    assert heading(confirm) == "Read it once more, then hand in"
    assert "Zij deed <open> & zei" in main_words(confirm)
    assert handed_in(in_app) == []

    answer = browser.submit(confirm, action="/hand-in")
    (submission,) = handed_in(in_app)
    assert (answer.status_code, answer.location) == (303, f"/reflections/{submission.public_id}")
    assert (submission.user_id, submission.lesson, submission.step) == (
        reader.id,
        "eerste-les",
        "schrijven",
    )
    assert (submission.text, submission.words, submission.number) == (TEXT, 9, 1)
    with in_app():
        assert db.session.scalars(select(StepDone.step)).all() == ["schrijven"]


def test_the_receipt_tells_what_who_when_and_a_code_that_fits_the_text(
    clock: time_machine.Traveller, in_app: InApp, browser: Browser, url: str
) -> None:
    receipt = browser.get(hand_in(browser, url, TEXT).location)
    rows = pages.parse(receipt.text).findall(".//main//dl/div")
    told = {pages.words(row[0]): pages.words(row[1]) for row in rows}
    (submission,) = handed_in(in_app)
    code = receipt_code(submission.public_id, TEXT)
    assert heading(receipt) == "Handed in"
    assert told == {
        "What": "Writing",
        "By": "Rea Reader",
        "When": "2 March 2026, 10:00",
        "Words": "9",
        "Version": "1",
        "Receipt": code,
    }
    assert "Zij deed <open> & zei" in main_words(receipt)


@pytest.mark.parametrize("is_member", [True, False])
def test_who_can_read_it_is_said_before_and_after_handing_in(
    browser: Browser, make: Factory, reader: User, url: str, is_member: bool
) -> None:
    make.group(learners=[reader] if is_member else [make.learner()])
    confirm = browser.get(browser.submit(url, {"text": TEXT}).location)
    receipt = browser.get(browser.submit(confirm, action="/hand-in").location)
    for page in (confirm, receipt):
        assert ("your instructor can read it" in main_words(page).lower()) is is_member
        assert ("nobody reads it until you join one" in main_words(page)) is not is_member


def test_a_receipt_code_fits_one_text_of_one_submission() -> None:
    assert receipt_code("inzending", "Ik ging erheen.") == "3EA5-ED15-8C02"
    assert receipt_code("inzending", "Ik ging erheen!") != "3EA5-ED15-8C02"
    assert receipt_code("inzending-2", "Ik ging erheen.") != "3EA5-ED15-8C02"


def test_what_is_handed_in_stands_at_the_step_and_can_no_longer_be_changed_there(
    browser: Browser, url: str
) -> None:
    hand_in(browser, url, TEXT)
    page = browser.get(url)
    assert "Zij deed <open> & zei" in main_words(page)
    assert pages.parse(page.text).findall(".//main//textarea") == []
    again = browser.get(f"{url}/hand-in")
    assert (again.status_code, again.location) == (303, url)


def test_it_all_works_without_javascript(in_app: InApp, browser: Browser, url: str) -> None:
    saved = browser.submit(url, {"text": "Ik ging", "do": "save"}, follow_redirects=True)
    assert typed(saved) == "Ik ging"
    confirm = browser.submit(saved, {"text": "Ik ging erheen."}, follow_redirects=True)
    assert confirm.request.path == f"{url}/hand-in"
    receipt = browser.submit(confirm, action="/hand-in", follow_redirects=True)
    assert heading(receipt) == "Handed in"
    assert [row.text for row in handed_in(in_app)] == ["Ik ging erheen."]


# --- Another window ------------------------------------------------------------------------


def test_a_text_that_changed_after_it_was_confirmed_is_shown_again_and_not_handed_in(
    in_app: InApp, sign_in: SignIn, reader: User, browser: Browser, url: str
) -> None:
    browser.submit(url, {"text": "Van de laptop"})
    confirm = browser.get(f"{url}/hand-in")
    sign_in(reader).submit(url, {"text": "Van de telefoon", "do": "save"})

    answer = browser.submit(confirm, action="/hand-in")
    assert (answer.status_code, answer.location) == (303, f"{url}/hand-in")
    assert handed_in(in_app) == []
    again = browser.get(answer.location)
    assert "The text was changed in another window." in again.text
    assert "Van de telefoon" in main_words(again)

    browser.submit(again, action="/hand-in")
    assert [row.text for row in handed_in(in_app)] == ["Van de telefoon"]


def test_a_text_that_was_emptied_after_it_was_confirmed_is_not_handed_in(
    in_app: InApp, sign_in: SignIn, reader: User, browser: Browser, url: str
) -> None:
    browser.submit(url, {"text": "Van de laptop"})
    confirm = browser.get(f"{url}/hand-in")
    sign_in(reader).submit(url, {"text": " ", "do": "save"})
    answer = browser.submit(confirm, action="/hand-in")
    assert (answer.status_code, answer.location) == (303, url)
    assert handed_in(in_app) == []


def test_of_eight_times_handing_in_at_once_one_is_kept_and_all_get_its_receipt(
    in_app: InApp, sign_in: SignIn, reader: User, browser: Browser, url: str
) -> None:
    browser.submit(url, {"text": TEXT})
    windows = [sign_in(reader) for _window in range(8)]
    answers = at_once([click(window, f"{url}/hand-in", {"revision": "1"}) for window in windows])
    (submission,) = handed_in(in_app)
    assert submission.text == TEXT
    assert {(answer.status_code, answer.location) for answer in answers} == {
        (303, f"/reflections/{submission.public_id}")
    }


# --- What is refused, and what is only said ------------------------------------------------


@SQLITE
@pytest.mark.parametrize("text", ["", " \n\t ", "… — !"])
def test_nothing_to_read_is_refused_at_the_field(
    in_app: InApp, browser: Browser, url: str, text: str
) -> None:
    message = "There is nothing to hand in yet. Write something first."
    page = browser.submit(url, {"text": text})
    assert page.status_code == 422
    assert message in alert(page)
    field = pages.parse(page.text).find(".//textarea[@name='text']")
    assert field is not None
    assert "text-error" in field.get("aria-describedby", "").split()
    error = pages.parse(page.text).find(".//*[@id='text-error']")
    assert error is not None
    assert pages.words(error) == f"Error: {message}"
    assert typed(page) == text
    assert handed_in(in_app) == []


@SQLITE
def test_an_empty_draft_cannot_be_confirmed_either(
    in_app: InApp, browser: Browser, url: str
) -> None:
    browser.submit(url, {"text": "… — !", "do": "save"})
    assert browser.get(f"{url}/hand-in").location == url
    assert browser.post(f"{url}/hand-in", data={"revision": "1"}).location == url
    assert handed_in(in_app) == []


@SQLITE
@pytest.mark.parametrize(
    ("words", "remark"),
    [
        (1, "at least 150."),
        (149, "at least 150."),
        (150, ""),
        (600, ""),
        (601, "at most 600."),
    ],
)
def test_too_short_or_too_long_is_a_remark_and_no_refusal(
    in_app: InApp, browser: Browser, url: str, words: int, remark: str
) -> None:
    browser.submit(url, {"text": "woord " * words})
    confirm = browser.get(f"{url}/hand-in")
    said = main_words(confirm)
    assert f"Your text has {words} word" in said
    assert ("The assignment asks for" in said) == bool(remark)
    assert remark in said
    browser.submit(confirm, action="/hand-in")
    assert [row.words for row in handed_in(in_app)] == [words]


@SQLITE
@pytest.mark.parametrize("step", ["lezen", "wegen", "bestaat-niet"])
def test_other_steps_have_nothing_to_hand_in(
    app: Flask, browser: Browser, reader: User, make: Factory, url: str, step: str
) -> None:
    assert browser.get(f"{url}/hand-in").status_code == 404  # not even begun
    make.enrolment(reader, "eerste-les")
    elsewhere = url.replace("schrijven", step)
    assert browser.get(f"{elsewhere}/hand-in").status_code == 404
    assert browser.post(f"{elsewhere}/hand-in").status_code == 404


# --- Beside the text -----------------------------------------------------------------------


def test_the_own_weighings_stand_beside_the_text_and_nobody_elses(
    browser: Browser, reader: User, outsider: User, make: Factory, small_course: SmallCourse
) -> None:
    make.group(learners=[reader, outsider])
    make.weighing(make.enrolment(outsider, small_course.lesson), reason="Zo woog een ander.")
    make.enrolment(reader, small_course.lesson)
    url = small_course.url("schrijven")
    assert "You have not weighed this yet: Weighing" in main_words(browser.get(url))
    browser.submit(small_course.url("wegen"), WEIGHED)
    browser.submit(small_course.url("opnieuw"), {**WEIGHED, "reason": "Nu woog ik anders."})
    page = browser.get(url)
    told = main_words(page)
    assert told.count("agreement 5 client 7") == 2
    assert "“De deur gaat net open.”" in told
    assert "“Nu woog ik anders.”" in told
    assert "Zo woog een ander." not in page.text
