"""Attempts: added and never changed, one for each time that somebody means it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from course.accounts.models import User
from course.core.db import db
from course.lessons.models import Draft, StepDone
from tests.browser import Browser
from tests.curriculum.examples import with_lesson
from tests.factories import PASSWORD, Factory
from tests.features.at_once import at_once, click
from tests.features.conftest import SmallCourse
from tests.features.filled_in import ANSWERED, ticked, value
from tests.features.quizzes.seen import kept, place, told, verdicts
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

WRONG = {**ANSWERED, "een-keuze": "veel", "meer-keuzes": ["jong"], "getal": "25"}
SINGLE = "How many of the 33,000 people were registered?"


@pytest.fixture
def reader(make: Factory) -> User:
    """A learner who reads English, as the texts in the code."""
    return make.learner(language="en")


@pytest.fixture
def browser(sign_in: SignIn, reader: User, small_course: SmallCourse) -> Browser:
    """The browser of the reader."""
    return sign_in(reader)


@pytest.fixture
def url(small_course: SmallCourse) -> str:
    """Where the questions are, one of each type."""
    return small_course.url("vragen")


# --- Again ---------------------------------------------------------------------------------


def test_trying_again_adds_an_attempt_and_leaves_the_first_as_it_was(
    in_app: InApp, browser: Browser, reader: User, url: str
) -> None:
    browser.submit(url, WRONG)
    everything = ("id", "attempt", "question", "given", "numerator", "denominator", "answered_at")
    first = kept(in_app, *everything)
    empty = browser.submit(url, {"again": "1"})
    assert empty.status_code == 200
    assert (ticked(empty, "een-keuze"), ticked(empty, "meer-keuzes")) == ([], [])
    assert (value(empty, "getal"), place(empty, "volgorde.peer")) == ("", "")
    assert kept(in_app, *everything) == first  # asking for another try is not one
    browser.submit(empty, ANSWERED)
    assert kept(in_app, *everything)[:4] == first
    assert kept(in_app, "user_id", "lesson", "step", "attempt", "question", "numerator")[4:] == [
        (reader.id, "eerste-les", "vragen", 2, "een-keuze", 1),
        (reader.id, "eerste-les", "vragen", 2, "meer-keuzes", 1),
        (reader.id, "eerste-les", "vragen", 2, "getal", 1),
        (reader.id, "eerste-les", "vragen", 2, "volgorde", 1),
    ]
    assert verdicts(browser.get(url))[SINGLE] == "This is right."


def test_a_worse_second_try_is_what_the_page_shows(browser: Browser, url: str) -> None:
    browser.submit(url, ANSWERED)
    browser.submit(browser.submit(url, {"again": "1"}), WRONG)
    assert verdicts(browser.get(url))[SINGLE] == "Not yet."


def test_the_same_answers_after_trying_again_show_the_result_again(
    in_app: InApp, browser: Browser, url: str
) -> None:
    """While somebody fills in the form, the script saves it: that draft may not stay in front."""
    browser.submit(url, ANSWERED)
    form = browser.submit(url, {"again": "1"})
    browser.submit(form, {**ANSWERED, "do": "save"})
    browser.submit(url, ANSWERED)
    assert verdicts(browser.get(url))[SINGLE] == "This is right."
    with in_app():
        assert db.session.scalars(select(Draft)).all() == []
    assert len(kept(in_app, "id")) == 4


# --- Once ----------------------------------------------------------------------------------


def test_a_double_click_makes_one_attempt(in_app: InApp, browser: Browser, url: str) -> None:
    form = browser.get(url)
    for _click in range(2):
        assert browser.submit(form, ANSWERED).location == f"{url}#result"
    assert kept(in_app, "attempt") == [(1,)] * 4
    with in_app():
        assert db.session.scalars(select(StepDone.step)).all() == ["vragen"]


@pytest.mark.parametrize("has_begun", [True, False])
def test_eight_clicks_at_once_make_one_attempt(
    in_app: InApp,
    sign_in: SignIn,
    reader: User,
    make: Factory,
    small_course: SmallCourse,
    url: str,
    has_begun: bool,
) -> None:
    if has_begun:
        make.enrolment(reader, small_course.lesson)
    windows = [sign_in(reader) for _window in range(8)]
    answers = at_once([click(window, url, dict(ANSWERED)) for window in windows])
    assert [answer.location for answer in answers] == [f"{url}#result"] * 8
    assert kept(in_app, "attempt", "numerator") == [(1, 1)] * 4
    with in_app():
        assert db.session.scalars(select(StepDone.step)).all() == ["vragen"]


def test_eight_clicks_at_once_on_the_next_try_make_one_more(
    in_app: InApp, sign_in: SignIn, reader: User, browser: Browser, url: str
) -> None:
    browser.submit(url, WRONG)
    windows = [sign_in(reader) for _window in range(8)]
    answers = at_once([click(window, url, dict(ANSWERED)) for window in windows])
    assert [answer.status_code for answer in answers] == [303] * 8
    assert kept(in_app, "attempt") == [(1,)] * 4 + [(2,)] * 4


# --- Another edition -----------------------------------------------------------------------


def test_a_score_stays_when_the_key_changes(
    in_app: InApp, browser: Browser, small_course: SmallCourse, url: str
) -> None:
    browser.submit(url, ANSWERED)
    before = main_words(browser.get(url))
    small_course.publish(with_lesson("expected: 2.50", "expected: 9"))
    assert main_words(browser.get(url)) == before
    assert set(kept(in_app, "numerator", "denominator", "maximum")) == {(1, 1, 1)}


def test_who_began_is_marked_by_the_key_they_began_with(
    in_app: InApp,
    sign_in: SignIn,
    browser: Browser,
    learner: User,
    small_course: SmallCourse,
    url: str,
) -> None:
    browser.submit(small_course.url(), action="/begin")
    small_course.publish(with_lesson("expected: 2.50", "expected: 9\n        points: 2"))
    browser.submit(url, ANSWERED)
    sign_in(learner).submit(url, ANSWERED)
    marks = kept(in_app, "question", "numerator", "maximum")
    assert [mark[1:] for mark in marks if mark[0] == "getal"] == [(1, 1), (0, 2)]


def test_beginning_again_begins_without_answers_and_keeps_the_earlier_ones(
    in_app: InApp, browser: Browser, small_course: SmallCourse, url: str
) -> None:
    browser.submit(url, ANSWERED)
    small_course.publish(with_lesson("expected: 2.50", "expected: 9"))
    browser.submit(small_course.url(), action="/again")
    fresh = browser.get(url)
    assert (verdicts(fresh), told(fresh)) == ({}, [])
    browser.submit(fresh, ANSWERED)
    marks = kept(in_app, "question", "attempt", "numerator")
    assert [mark[1:] for mark in marks if mark[0] == "getal"] == [(1, 1), (1, 0)]


# --- Whose answers -------------------------------------------------------------------------


def test_what_a_visitor_answered_comes_along_and_becomes_an_attempt(
    in_app: InApp, client: Browser, reader: User, small_course: SmallCourse, url: str
) -> None:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    asked = client.submit(url, ANSWERED)
    assert asked.location == f"/signup?next={url}"
    assert told(client.get(url)) == []
    assert kept(in_app, "id") == []
    client.submit(f"/login?next={url}", {"email": reader.email, "password": PASSWORD})
    form = client.get(url)
    assert (ticked(form, "meer-keuzes"), value(form, "getal")) == (["jong", "oud"], "2,5")
    assert [place(form, f"volgorde.{item}") for item in ("peer", "appel", "zwaluw")] == [
        "1",
        "2",
        "3",
    ]
    assert told(form) == []
    client.submit(form)
    assert kept(in_app, "user_id", "attempt", "numerator") == [(reader.id, 1, 1)] * 4
    assert verdicts(client.get(url))[SINGLE] == "This is right."


def test_nobody_sees_the_answers_of_another(
    sign_in: SignIn, browser: Browser, make: Factory, small_course: SmallCourse, url: str
) -> None:
    browser.submit(url, {**ANSWERED, "getal": "25"})
    fellow = make.learner(language="en")
    make.enrolment(fellow, small_course.lesson)
    other = sign_in(fellow).get(url)
    assert (verdicts(other), told(other)) == ({}, [])
    assert (value(other, "getal"), ticked(other, "een-keuze")) == ("", [])
