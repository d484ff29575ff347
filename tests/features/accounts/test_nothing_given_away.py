"""Who has an account here is nobody's business: all answers are the same to the byte."""

import statistics
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from course.accounts import actions
from course.accounts.models import User
from course.core.db import db
from course.core.outbox import Message
from tests.browser import Browser
from tests.conftest import Outbox
from tests.factories import PASSWORD, Factory
from tests.features.accounts.answers import seen

UNKNOWN = "niemand@example.org"


def new_browser(app: Flask) -> Browser:
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return browser


def mails(app: Flask) -> int:
    with app.app_context():
        return db.session.execute(select(func.count(Message.id))).scalar_one()


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


@pytest.mark.parametrize("path", ["/signup", "/password"])
def test_asking_for_a_mail_looks_the_same_for_a_known_and_an_unknown_address(
    app: Flask, learner: User, path: str
) -> None:
    answers = []
    for email in (learner.email, UNKNOWN):
        browser = new_browser(app)
        asked = browser.submit(path, {"email": email})
        answers.append((seen(asked), seen(browser.get(asked.location or ""))))
    assert answers[0] == answers[1]
    assert answers[0][0][0] == 303


def test_signing_up_writes_one_mail_for_a_known_and_for_an_unknown_address(
    app: Flask, client: Browser, learner: User, outbox: Outbox
) -> None:
    english = {"Accept-Language": "en"}
    client.submit("/signup", {"email": learner.email}, headers=english)
    assert mails(app) == 1
    client.submit("/signup", {"email": UNKNOWN}, headers=english)
    assert mails(app) == 2
    known, unknown = outbox.messages()
    assert known.subject == "You already have a Weegschaal account"
    assert "http://localhost/login" in known.body
    assert "http://localhost/signup/" not in known.body
    assert unknown.subject == "Make your Weegschaal account"


def test_signing_up_takes_as_long_for_a_known_as_for_an_unknown_address(
    app: Flask, make: Factory
) -> None:
    known = [make.learner().email for _number in range(25)]
    unknown = [f"niemand{number}@example.org" for number in range(25)]

    def ask(email: str) -> Callable[[], None]:
        return lambda: actions.ask_for_account(
            email, base_url="http://localhost", language="nl", return_to=None
        )

    took: dict[bool, list[float]] = {True: [], False: []}
    for pair in zip(known, unknown, strict=True):
        for email in pair:
            with app.test_request_context("/signup", method="POST"):
                took[email in known].append(milliseconds(ask(email)))
    ratio = statistics.median(took[True]) / statistics.median(took[False])
    assert 1 / 3 < ratio < 3, took


def test_a_wrong_password_looks_the_same_as_a_wrong_address(app: Flask, learner: User) -> None:
    answers = []
    for email in (learner.email, UNKNOWN):
        browser = new_browser(app)
        page = browser.submit("/login", {"email": email, "password": "een verkeerd geheim"})
        answers.append(seen(page, email))
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


def test_a_wrong_password_takes_as_long_as_a_wrong_address(app: Flask, learner: User) -> None:
    """Without an account there is no hash to check; a made-up one is checked all the same."""
    took: dict[str, list[float]] = {learner.email: [], UNKNOWN: []}
    for _time in range(7):
        for email, times in took.items():
            with app.test_request_context("/login", method="POST"):
                times.append(
                    milliseconds(
                        lambda email=email: actions.sign_in(  # type: ignore[misc]  # bound now
                            email, "een verkeerd geheim", browser="", days=1, visitor=None
                        )
                    )
                )
    ratio = statistics.median(took[UNKNOWN]) / statistics.median(took[learner.email])
    assert 0.6 < ratio < 1.6, took


def test_too_many_guesses_look_the_same_for_an_account_that_is_not_there(
    app: Flask, learner: User
) -> None:
    answers = []
    for email in (learner.email, UNKNOWN):
        browser = new_browser(app)
        form = browser.get("/login")
        tries = [
            browser.submit(form, {"email": email, "password": "een verkeerd geheim"})
            for _time in range(11)
        ]
        answers.append([seen(page, email) for page in tries])
    assert answers[0] == answers[1]
    assert answers[0][-1][0] == 429


def test_a_used_link_looks_the_same_as_one_that_never_was(app: Flask, make: Factory) -> None:
    token = make.sign_up(UNKNOWN)
    data = {"name": "Noor", "password": PASSWORD}
    new_browser(app).submit(f"/signup/{token}", data)
    answers = [
        seen(new_browser(app).get(f"/signup/{each}"), each) for each in (token, "x" * len(token))
    ]
    assert answers[0] == answers[1]


def test_only_a_request_that_was_made_counts_as_one(client: Browser, outbox: Outbox) -> None:
    for path in ("/signup", "/password"):
        assert client.submit(path, {"email": "geen adres"}).status_code == 422
    assert outbox.messages() == []
