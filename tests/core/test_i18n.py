from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from flask import Flask

from course.accounts.models import User
from course.core import i18n
from tests import pages
from tests.browser import Browser
from tests.factories import Factory

SignIn = Callable[[User], Browser]


def language_of(browser: Browser, accept: str | None = None) -> str | None:
    """The language of the front page, as it tells browsers."""
    headers = {} if accept is None else {"Accept-Language": accept}
    return pages.parse(browser.get("/", headers=headers).text).get("lang")


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "nl"),
        ("", "nl"),
        ("*", "nl"),
        ("fr", "nl"),
        ("nl", "nl"),
        ("en", "en"),
        ("nl-BE", "nl"),
        ("en-US,en;q=0.9", "en"),
        ("en-GB,nl;q=0.5", "en"),
        ("nl,en-GB;q=0.5", "nl"),
        ("en;q=0.5,nl", "nl"),
        ("de,en;q=0.8,nl;q=0.6", "en"),
        ("fr-FR,nl-NL;q=0.3,en;q=0.2", "nl"),
        ("EN-gb", "en"),
        ("%%%,;;q=x", "nl"),
    ],
)
def test_a_visitor_reads_the_language_of_the_browser_or_else_dutch(
    client: Browser, accept: str | None, language: str
) -> None:
    assert language_of(client, accept) == language


def test_a_visitor_can_choose_another_language_than_the_browsers(client: Browser) -> None:
    answer = client.submit("/glossary", action="/language/en")
    assert (answer.status_code, answer.location) == (303, "/glossary")
    assert language_of(client, "nl") == "en"
    client.submit("/", action="/language/nl")
    assert language_of(client, "en") == "nl"


def test_the_choice_of_a_user_follows_to_another_device(
    make: Factory, sign_in: SignIn, app: Flask
) -> None:
    user = make.learner(language=None)
    sign_in(user).submit("/", action="/language/en")
    assert language_of(sign_in(user), "nl") == "en"


def test_the_choice_of_the_user_comes_before_that_of_the_browser(
    make: Factory, sign_in: SignIn
) -> None:
    assert language_of(sign_in(make.learner(language="en")), "nl") == "en"
    assert language_of(sign_in(make.learner(language="nl")), "en") == "nl"
    assert language_of(sign_in(make.learner(language=None)), "en") == "en"


def test_the_choice_of_the_user_comes_before_what_was_chosen_before_signing_in(
    client: Browser, make: Factory
) -> None:
    user = make.learner(language="nl")
    client.submit("/", action="/language/en")
    client.set_cookie("sid", make.sign_in(user))
    assert language_of(client) == "nl"


def test_what_was_chosen_before_signing_in_holds_for_who_never_chose(
    client: Browser, make: Factory
) -> None:
    user = make.learner(language=None)
    client.submit("/", action="/language/en")
    client.set_cookie("sid", make.sign_in(user))
    assert language_of(client, "nl") == "en"


@pytest.mark.parametrize("code", ["fr", "NL", "n", "nl-NL", "en%00"])
def test_there_is_no_other_language(client: Browser, code: str) -> None:
    assert client.post(f"/language/{code}").status_code in {400, 404}


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil", "", "x"])
def test_choosing_a_language_leads_nowhere_else(client: Browser, back: str) -> None:
    assert client.post("/language/en", data={"back": back}).location == "/"


def test_every_answer_may_differ_by_language(client: Browser) -> None:
    assert "Accept-Language" in client.get("/").headers["Vary"]


# --- Moments and numbers -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "dutch", "english"),
    [
        (datetime(2026, 3, 2, 8, 6, tzinfo=UTC), "9:06", "9:06"),
        (datetime(2026, 3, 1, 23, 30, tzinfo=UTC), "0:30", "0:30"),
        (datetime(2026, 3, 1, 22, 30, tzinfo=UTC), "1 maart 23:30", "1 March 23:30"),
        (datetime(2026, 1, 5, 12, 0, tzinfo=UTC), "5 januari 13:00", "5 January 13:00"),
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "1 januari 0:30", "1 January 0:30"),
        (datetime(2025, 12, 31, 22, 30, tzinfo=UTC), "31 december 2025", "31 December 2025"),
    ],
)
def test_a_moment_is_told_in_amsterdam_as_people_tell_it(
    app: Flask, clock: time_machine.Traveller, moment: datetime, dutch: str, english: str
) -> None:
    for language, told in (("nl", dutch), ("en", english)):
        with app.test_request_context(headers={"Accept-Language": language}):
            assert i18n.moment(moment) == told


def test_summer_time_is_an_hour_further(app: Flask, clock: time_machine.Traveller) -> None:
    with app.test_request_context():
        noon = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
        assert i18n.clock_time(noon) == "13:00"
        assert i18n.clock_time(noon + timedelta(days=1)) == "14:00"


def test_numbers_have_the_separators_of_the_language(app: Flask) -> None:
    for language, told in (("nl", "1.234,5"), ("en", "1,234.5")):
        with app.test_request_context(headers={"Accept-Language": language}):
            assert i18n.number(Decimal("1234.5")) == told


def test_outside_a_request_the_language_is_dutch(app: Flask) -> None:
    with app.app_context():
        assert i18n.language() == "nl"
