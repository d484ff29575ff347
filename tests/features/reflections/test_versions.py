"""Earlier versions of a text: kept now and then and when it counts, compared, and brought back."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from course.accounts.models import User
from course.core.db import db
from course.lessons import signals
from course.reflections import versions
from course.reflections.models import Version
from tests import pages
from tests.browser import Browser
from tests.factories import Factory
from tests.features.at_once import at_once, click
from tests.features.conftest import SmallCourse
from tests.features.filled_in import hand_in, heading, typed
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
Clock = time_machine.Traveller

SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


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


def kept(in_app: InApp) -> list[str]:
    """The texts of all versions, oldest first."""
    with in_app():
        return list(db.session.scalars(select(Version.text).order_by(Version.number)))


def save(browser: Browser, url: str, text: str) -> None:
    """Press Save, without a script."""
    browser.submit(url, {"text": text, "do": "save"})


# --- When one is kept ----------------------------------------------------------------------


def test_while_one_writes_a_version_is_kept_at_most_every_five_minutes(
    clock: Clock, in_app: InApp, browser: Browser, url: str
) -> None:
    save(browser, url, "Ik ging.")
    clock.shift(timedelta(minutes=4, seconds=59))
    save(browser, url, "Ik ging erheen.")
    assert kept(in_app) == ["Ik ging."]
    clock.shift(timedelta(seconds=1))
    save(browser, url, "Ik ging er zelf heen.")
    assert kept(in_app) == ["Ik ging.", "Ik ging er zelf heen."]


def test_saving_while_typing_keeps_one_now_and_then(
    clock: Clock, in_app: InApp, browser: Browser, url: str
) -> None:
    for revision in range(2 * signals.EVERY):
        clock.shift(timedelta(seconds=20))
        sent = {"text": "woord " * (1 + revision), "revision": str(revision)}
        assert browser.post(f"{url}/draft", data=sent).status_code == 200
    assert [len(text.split()) for text in kept(in_app)] == [signals.EVERY, 2 * signals.EVERY]


def test_handing_in_keeps_one_however_soon_and_never_the_same_twice(
    clock: Clock, in_app: InApp, browser: Browser, url: str
) -> None:
    save(browser, url, "Ik ging.")
    hand_in(browser, url, "Ik ging erheen.")
    assert kept(in_app) == ["Ik ging.", "Ik ging erheen."]
    browser.submit(url, action="/withdraw")
    clock.shift(timedelta(hours=1))
    hand_in(browser, url, "Ik ging erheen.")
    assert kept(in_app) == ["Ik ging.", "Ik ging erheen."]


@SQLITE
def test_what_is_no_text_is_no_version(
    in_app: InApp, browser: Browser, url: str, small_course: SmallCourse
) -> None:
    save(browser, url, " … \n ")
    elsewhere = {"text": "Een veld dat niet van deze stap is.", "do": "save"}
    browser.post(small_course.url("wegen"), data=elsewhere)
    assert kept(in_app) == []


def test_of_very_many_the_first_and_the_newest_stay_and_no_more_than_sixty(
    in_app: InApp, browser: Browser, writer: User, url: str, make: Factory
) -> None:
    run = make.enrolment(writer, "eerste-les")
    with in_app():
        for number in range(1, 201):
            versions.keep(writer.id, run.id, "schrijven", f"tekst {number}", always=True)
        db.session.commit()
    texts = kept(in_app)
    assert len(texts) <= versions.MOST
    assert texts[0] == "tekst 1"
    assert texts[-30:] == [f"tekst {number}" for number in range(171, 201)]


# --- Two windows ---------------------------------------------------------------------------


def test_when_two_windows_differ_both_texts_are_kept_whichever_is_chosen(
    in_app: InApp, sign_in: SignIn, writer: User, browser: Browser, url: str
) -> None:
    save(browser, url, "Het begin.")
    other = sign_in(writer)
    opened = other.get(url)
    save(browser, url, "Van de laptop.")
    late = other.submit(opened, {"text": "Van de telefoon.", "do": "save"})
    assert late.status_code == 409
    other.submit(late, {"text": "Van de telefoon.", "do": "save"})
    assert typed(browser.get(url)) == "Van de telefoon."
    assert kept(in_app) == ["Het begin.", "Van de laptop.", "Van de telefoon."]


@pytest.mark.parametrize("how", ["typing", "handing in"])
def test_a_window_that_comes_late_while_typing_or_handing_in_loses_nothing_either(
    in_app: InApp, sign_in: SignIn, writer: User, browser: Browser, url: str, how: str
) -> None:
    save(browser, url, "Het begin.")
    other = sign_in(writer)
    opened = other.get(url)
    save(browser, url, "Van de laptop.")
    for _try in range(3):  # A window that tries again adds nothing.
        if how == "typing":
            sent = {"text": "Van de telefoon.", "revision": "1"}
            late = other.post(f"{url}/draft", data=sent)
        else:
            late = other.submit(opened, {"text": "Van de telefoon."})
        assert late.status_code == 409
    assert kept(in_app) == ["Het begin.", "Van de laptop.", "Van de telefoon."]


def test_two_windows_that_keep_at_the_same_moment_both_keep(
    in_app: InApp, writer: User, make: Factory, small_course: SmallCourse
) -> None:
    run = make.enrolment(writer, small_course.lesson)
    texts = [f"Venster {number}." for number in range(8)]

    def keeps(text: str) -> Callable[[], None]:
        def keep() -> None:
            with in_app():
                assert versions.keep(writer.id, run.id, "schrijven", text, always=True)
                db.session.commit()

        return keep

    at_once([keeps(text) for text in texts])
    assert sorted(kept(in_app)) == texts
    with in_app():
        numbers = db.session.scalars(select(Version.number).order_by(Version.number)).all()
    assert numbers == list(range(1, 9))


# --- Seeing what changed -------------------------------------------------------------------


def test_what_changed_since_a_version_is_shown_word_by_word(
    clock: Clock, browser: Browser, url: str
) -> None:
    save(browser, url, "Zij deed <open> voor mij.")
    save(browser, url, "Zij deed <open> voor ons allebei.")
    page = browser.get(f"{url}/versions")
    assert heading(page) == "Earlier versions of your text"
    (link,) = pages.parse(page.text).findall(".//main//ol//a")
    chosen = browser.get(f"{url}/versions{link.get('href')}")
    changes = pages.parse(chosen.text).find(".//*[@class='tale changes']")
    assert changes is not None
    assert pages.words(changes) == "Zij deed <open> voor mijons allebei."
    assert [pages.words(part) for part in changes.iter("del")] == ["mij"]
    assert [pages.words(part) for part in changes.iter("ins")] == ["ons allebei"]


@SQLITE
def test_without_versions_the_page_says_so_and_a_number_that_is_not_there_is_no_page(
    browser: Browser, url: str
) -> None:
    assert "There is no earlier version yet." in main_words(browser.get(f"{url}/versions"))
    assert browser.get(f"{url}/versions?number=1").status_code == 404
    assert browser.post(f"{url}/versions/1").status_code == 404


# --- Going on with one ---------------------------------------------------------------------


def test_bringing_a_version_back_keeps_the_text_that_was_there(
    in_app: InApp, browser: Browser, url: str
) -> None:
    save(browser, url, "Eerst.")
    save(browser, url, "Daarna.")
    answer = browser.submit(f"{url}/versions?number=1", action="/versions/1", follow_redirects=True)
    assert typed(answer) == "Eerst."
    assert "That version is your text again." in answer.text
    assert kept(in_app) == ["Eerst.", "Daarna."]
    again = browser.submit(f"{url}/versions?number=2", action="/versions/2", follow_redirects=True)
    assert typed(again) == "Daarna."
    assert kept(in_app) == ["Eerst.", "Daarna.", "Eerst."]


def test_of_a_text_that_was_handed_in_no_version_is_brought_back(
    in_app: InApp, browser: Browser, url: str
) -> None:
    save(browser, url, "Eerst.")
    hand_in(browser, url, "Daarna.")
    answer = browser.post(f"{url}/versions/1", follow_redirects=True)
    assert "This reflection is handed in. Withdraw it first" in answer.text
    browser.submit(url, action="/withdraw")
    assert typed(browser.get(url)) == "Daarna."


def test_bringing_back_and_saving_at_once_loses_neither_of_the_two(
    in_app: InApp, sign_in: SignIn, writer: User, browser: Browser, url: str
) -> None:
    save(browser, url, "Eerst.")
    save(browser, url, "Daarna.")
    windows = [sign_in(writer) for _window in range(2)]
    late = {"text": "Van de telefoon.", "revision": "2", "do": "save"}
    at_once([click(windows[0], f"{url}/versions/1", {}), click(windows[1], url, late)])
    there = {*kept(in_app), typed(browser.get(url))}
    assert {"Eerst.", "Van de telefoon."} <= there


# --- Whose they are ------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["outsider", "instructor"])
def test_nobody_else_sees_them(
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
    save(browser, url, "Eerst.")
    hand_in(browser, url, "Daarna.")
    other = sign_in({"outsider": outsider, "instructor": teacher}[who])
    assert "Eerst." not in other.get(f"{url}/versions").text
    assert other.get(f"{url}/versions?number=1").status_code == 404
    assert other.post(f"{url}/versions/1").status_code == 404
    with in_app():
        assert db.session.scalar(select(func.count(Version.id)).filter_by(user_id=writer.id)) == 2


@SQLITE
@pytest.mark.parametrize("step", ["lezen", "wegen", "bestaat-niet"])
def test_other_steps_have_no_versions(browser: Browser, url: str, step: str) -> None:
    elsewhere = url.replace("schrijven", step)
    assert browser.get(f"{elsewhere}/versions").status_code == 404
    assert browser.post(f"{elsewhere}/versions/1").status_code == 404
