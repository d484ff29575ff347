"""Guessing passwords and flooding mailboxes is slow work, and hinders nobody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from course.accounts.models import User
from tests import pages
from tests.browser import Browser
from tests.conftest import Outbox
from tests.factories import PASSWORD, Factory

SignsIn = Callable[[User], Browser]

# Limits are counted outside the database, so one of the two is enough.
pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def guess(browser: Browser, email: str, *, password: str = "verkeerd", host: str = "") -> int:
    """Try to sign in from this address of the network; return the status."""
    answer = browser.post(
        "/login",
        data={"email": email, "password": password},
        environ_base={"REMOTE_ADDR": host or "10.0.0.1"},
    )
    return answer.status_code


# --- Signing in ----------------------------------------------------------------------------


def test_the_eleventh_guess_at_an_account_is_refused_even_when_right(
    client: Browser, learner: User
) -> None:
    assert [guess(client, learner.email) for _time in range(10)] == [422] * 10
    assert guess(client, learner.email) == 429
    assert guess(client, learner.email, password=PASSWORD) == 429


def test_guessing_from_all_over_the_world_does_not_help(client: Browser, learner: User) -> None:
    answers = [guess(client, learner.email, host=f"10.0.{number}.1") for number in range(11)]
    assert answers == [422] * 10 + [429]


def test_writing_the_address_differently_does_not_help(client: Browser, learner: User) -> None:
    ways = ("lena@example.org", " LENA@example.org", "Lena@Example.org\t", "lena@EXAMPLE.ORG ")
    answers = [guess(client, ways[number % len(ways)]) for number in range(11)]
    assert answers == [422] * 10 + [429]


def test_other_accounts_sign_in_while_one_is_guessed_at(
    client: Browser, learner: User, outsider: User
) -> None:
    for _time in range(11):
        guess(client, learner.email)
    assert guess(client, outsider.email, password=PASSWORD) == 303


def test_after_a_quarter_of_an_hour_one_may_try_again(
    client: Browser, learner: User, clock: time_machine.Traveller
) -> None:
    for _time in range(11):
        guess(client, learner.email)
    clock.shift(timedelta(minutes=15))
    assert guess(client, learner.email, password=PASSWORD) == 303


def test_signing_in_well_does_not_count(app: Flask, learner: User) -> None:
    for _time in range(15):
        browser = app.test_client()
        assert isinstance(browser, Browser)
        assert guess(browser, learner.email, password=PASSWORD) == 303


def test_a_school_behind_one_address_gets_three_hundred_guesses_an_hour(
    client: Browser, make: Factory
) -> None:
    user = make.learner()
    answers = [guess(client, f"iemand{number}@example.net", password="") for number in range(300)]
    assert answers == [422] * 300
    assert guess(client, user.email, password=PASSWORD) == 429
    assert guess(client, user.email, password=PASSWORD, host="10.0.0.2") == 303


def test_looking_at_the_page_does_not_count(client: Browser, learner: User) -> None:
    for _time in range(11):
        guess(client, learner.email)
    assert client.get("/login", environ_base={"REMOTE_ADDR": "10.0.0.1"}).status_code == 200


def test_the_page_says_what_to_do(client: Browser, learner: User) -> None:
    for _time in range(10):
        guess(client, learner.email)
    page = client.submit("/login", {"email": learner.email, "password": PASSWORD})
    assert page.status_code == 429
    assert "Te veel pogingen" in pages.main_words(page)


def test_a_forged_header_does_not_make_another_address(client: Browser) -> None:
    """Without a web server of ours in front, nobody is believed about where they come from."""
    answers = [
        client.post(
            "/login",
            data={"email": f"iemand{number}@example.net", "password": ""},
            headers={"X-Forwarded-For": f"10.1.{number}.1"},
        ).status_code
        for number in range(301)
    ]
    assert answers[-1] == 429


# --- Passwords of somebody signed in -------------------------------------------------------


def test_an_open_browser_is_no_way_to_guess_the_password(sign_in: SignsIn, learner: User) -> None:
    browser = sign_in(learner)
    wrong = {"current_password": "verkeerd", "password": "een heel ander geheim"}
    answers = [browser.submit("/me/password", wrong).status_code for _time in range(11)]
    assert answers == [422] * 10 + [429]
    delete = {"password": "verkeerd", "sure": "y"}
    answers = [browser.submit("/me/privacy/delete", delete).status_code for _time in range(11)]
    assert answers == [422] * 10 + [429]


# --- Mail ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/signup", "/password"])
def test_nobody_gets_more_than_four_mails_an_hour(
    app: Flask,
    client: Browser,
    learner: User,
    outbox: Outbox,
    clock: time_machine.Traveller,
    path: str,
) -> None:
    def ask(number: int) -> int:
        return client.post(
            path,
            data={"email": learner.email},
            environ_base={"REMOTE_ADDR": f"10.0.{number}.1"},
        ).status_code

    assert [ask(number) for number in range(5)] == [303] * 4 + [429]
    assert len(outbox.to(learner.email)) == 4
    clock.shift(timedelta(hours=1))
    assert ask(0) == 303


@pytest.mark.parametrize("path", ["/signup", "/password"])
def test_one_address_cannot_have_mails_sent_to_the_whole_world(
    client: Browser, outbox: Outbox, path: str
) -> None:
    answers = [
        client.post(path, data={"email": f"persoon{number}@example.net"}).status_code
        for number in range(301)
    ]
    assert answers == [303] * 300 + [429]


@pytest.mark.parametrize("path", ["/signup/x", "/password/x"])
def test_links_cannot_be_guessed_at_leisure(client: Browser, path: str) -> None:
    answers = [client.post(path).status_code for _time in range(301)]
    assert answers == [410] * 300 + [429]
    assert client.get(path).status_code == 410  # only looking is free
