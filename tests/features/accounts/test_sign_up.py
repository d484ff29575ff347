from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from course.accounts import queries
from course.accounts.models import SignUp, User
from course.accounts.passwords import verify
from course.core.db import db
from course.lessons.models import Pending
from tests import pages
from tests.browser import Browser
from tests.conftest import MailServer, Outbox
from tests.factories import LESSON, PASSWORD, Factory

SignIn = Callable[[User], Browser]
InApp = Callable[[], AbstractContextManager[None]]

EMAIL = "nieuw@example.org"
CHOSEN = {"name": "Noor Nieuw", "password": "vier woorden op rij"}


def account(app: Flask, email: str = EMAIL) -> User | None:
    with app.app_context():
        return queries.user_by_email(email)


def open_requests(app: Flask) -> int:
    """How many links to make an account there are."""
    with app.app_context():
        return db.session.execute(select(func.count(SignUp.id))).scalar_one()


# --- The whole story -----------------------------------------------------------------------


def test_signing_up_takes_an_address_a_mail_a_name_and_a_password(
    app: Flask, client: Browser, outbox: Outbox
) -> None:
    asked = client.submit("/signup", {"email": EMAIL})
    assert (asked.status_code, asked.location) == (303, "/signup/mailed")
    assert "Kijk in je mail" in pages.main_words(client.get(asked.location))
    assert account(app) is None
    done = client.submit(outbox.link(EMAIL), CHOSEN)
    assert (done.status_code, done.location) == (303, "/home")
    assert "Noor Nieuw" in client.get("/home").text
    user = account(app)
    assert user is not None
    assert (user.name, user.role, user.language) == ("Noor Nieuw", "learner", "nl")
    assert verify(user.password_hash, CHOSEN["password"])


def test_the_mail_says_what_it_is_for_in_the_language_of_who_asked(
    app: Flask, client: Browser, outbox: Outbox, smtp: MailServer
) -> None:
    client.submit("/signup", {"email": EMAIL}, headers={"Accept-Language": "en"})
    (message,) = outbox.to(EMAIL)
    assert "The link works for two days." in message.body
    link = outbox.link(EMAIL)
    outbox.send(smtp.settings(app))
    (arrived,) = smtp.mails
    assert arrived["To"] == EMAIL
    assert arrived["Subject"] == "Make your Weegschaal account"
    done = client.submit(link, CHOSEN)
    assert done.location == "/home"
    user = account(app)
    assert user is not None
    assert user.language == "en"


def test_an_address_is_the_same_in_capitals_and_with_spaces_around_it(
    app: Flask, client: Browser, outbox: Outbox
) -> None:
    client.submit("/signup", {"email": "  NieuW@Example.ORG "})
    client.submit(outbox.link(EMAIL), CHOSEN)
    assert account(app) is not None


def test_the_link_can_be_opened_on_another_device(
    app: Flask, client: Browser, outbox: Outbox
) -> None:
    client.submit("/signup", {"email": EMAIL})
    phone = app.test_client()
    assert isinstance(phone, Browser)
    assert phone.submit(outbox.link(EMAIL), CHOSEN).location == "/home"
    assert client.get("/home").status_code == 303


# --- The link ------------------------------------------------------------------------------


def test_a_link_works_once(app: Flask, client: Browser, outbox: Outbox) -> None:
    client.submit("/signup", {"email": EMAIL})
    link = outbox.link(EMAIL)
    client.submit(link, CHOSEN)
    other = app.test_client()
    again = other.get(link)
    assert again.status_code == 410
    assert "Deze link werkt niet meer" in pages.main_words(again)


def test_opening_a_link_does_not_use_it_up(client: Browser, outbox: Outbox) -> None:
    """Mail programs open links to look for viruses."""
    client.submit("/signup", {"email": EMAIL})
    link = outbox.link(EMAIL)
    for _time in range(3):
        assert client.get(link).status_code == 200
    assert client.submit(link, CHOSEN).status_code == 303


def test_a_link_works_for_two_days(
    app: Flask, client: Browser, outbox: Outbox, clock: time_machine.Traveller
) -> None:
    client.submit("/signup", {"email": EMAIL})
    link = outbox.link(EMAIL)
    clock.shift(timedelta(days=2) - timedelta(seconds=1))
    form = client.get(link)
    assert form.status_code == 200
    clock.shift(timedelta(seconds=1))
    assert client.get(link).status_code == 410
    assert client.submit(form, CHOSEN).status_code == 410
    assert account(app) is None


@pytest.mark.parametrize("token", ["x", "mailed2", "a" * 500, "é", "../home", "%20"])
def test_a_made_up_link_does_not_work(client: Browser, token: str) -> None:
    assert client.get(f"/signup/{token}").status_code in {404, 410}


def test_who_asked_twice_can_use_either_mail_but_makes_one_account(
    app: Flask, client: Browser, outbox: Outbox
) -> None:
    client.submit("/signup", {"email": EMAIL})
    first = outbox.link(EMAIL)
    client.submit("/signup", {"email": EMAIL})
    second = outbox.link(EMAIL)
    assert first != second
    client.submit(first, CHOSEN)
    assert app.test_client().get(second).status_code == 410
    assert open_requests(app) == 0


def test_an_address_that_got_an_account_meanwhile_does_not_get_another(
    app: Flask, client: Browser, make: Factory, outbox: Outbox
) -> None:
    client.submit("/signup", {"email": EMAIL})
    form = client.get(outbox.link(EMAIL))
    make.learner(email=EMAIL, name="Via de beheerder")
    answer = client.submit(form, CHOSEN)
    assert answer.status_code == 410
    assert client.get_cookie("sid") is None
    user = account(app)
    assert user is not None
    assert user.name == "Via de beheerder"


def test_a_link_that_was_never_used_is_not_kept_for_ever(
    app: Flask, client: Browser, make: Factory, clock: time_machine.Traveller
) -> None:
    """It holds the address of somebody who may not want an account here at all."""
    make.sign_up("bedacht@example.org")
    clock.shift(timedelta(days=2, seconds=1))
    client.submit("/signup", {"email": EMAIL})
    assert open_requests(app) == 1


# --- What was filled in is wrong -----------------------------------------------------------


@pytest.mark.parametrize(
    ("email", "told"),
    [
        ("", "Fill in your e-mail address."),
        ("   ", "This is not an e-mail address. It should look like name@school.nl."),
        ("nieuw", "This is not an e-mail address. It should look like name@school.nl."),
        ("nieuw@school", "This is not an e-mail address. It should look like name@school.nl."),
        ("nieuw@example.org\nBcc: x@example.org", "This is not an e-mail address"),
        ("a@example.org, b@example.org", "This is not an e-mail address"),
    ],
)
def test_an_address_that_no_mail_can_reach_is_refused(
    client: Browser, outbox: Outbox, email: str, told: str
) -> None:
    page = client.post("/signup", data={"email": email}, headers={"Accept-Language": "en"})
    assert page.status_code == 422
    assert told in pages.main_words(page)
    assert outbox.messages() == []


@pytest.mark.parametrize(
    ("name", "password", "told"),
    [
        ("", "vier woorden op rij", "Fill in your name."),
        (" \t ", "vier woorden op rij", "Fill in your name."),
        ("N" * 81, "vier woorden op rij", "Field cannot be longer than 80 characters."),
        ("Noor", "", "Choose a password."),
        ("Noor", "elf tekens!", "Use at least 12 characters"),
        ("Noor", "ab" * 65, "Use at most 128 characters."),
        ("Noor", "welkom123456", "This password is used a lot or repeats itself."),
        ("Noor", "abababababab", "This password is used a lot or repeats itself."),
        ("Noor van Dale", "noor van dale", "This looks like your own name or address."),
        ("Noorderlicht", "Noorderlicht1", "This looks like your own name or address."),
        ("N.", "iemandmeteenlangadres1", "This looks like your own name or address."),
    ],
)
def test_a_wrong_name_or_password_is_told_and_makes_no_account(
    app: Flask, client: Browser, make: Factory, name: str, password: str, told: str
) -> None:
    token = make.sign_up("iemandmeteenlangadres@example.org")
    data = {"name": name, "password": password}
    page = client.submit(f"/signup/{token}", data, headers={"Accept-Language": "en"})
    assert page.status_code == 422
    assert told in pages.main_words(page)
    assert account(app, "iemandmeteenlangadres@example.org") is None
    if password:
        assert password not in page.text
    corrected = client.submit(page, {"name": "Noor", "password": "vier woorden op rij"})
    assert corrected.location == "/home"


def test_spaces_in_a_name_are_tidied(app: Flask, client: Browser, make: Factory) -> None:
    token = make.sign_up(EMAIL)
    client.submit(f"/signup/{token}", {**CHOSEN, "name": "  Noor \t van   Dale "})
    user = account(app)
    assert user is not None
    assert user.name == "Noor van Dale"


# --- Where it leads ------------------------------------------------------------------------


def test_after_signing_up_one_goes_on_where_one_was(client: Browser, outbox: Outbox) -> None:
    client.submit("/signup?next=/lessons/waarom-eropaf/jayden", {"email": EMAIL})
    done = client.submit(outbox.link(EMAIL), CHOSEN)
    assert done.location == "/lessons/waarom-eropaf/jayden"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "", "/" + "a" * 200],
)
def test_after_signing_up_one_is_led_to_no_other_site(
    client: Browser, outbox: Outbox, target: str
) -> None:
    client.submit(f"/signup?next={target}", {"email": EMAIL})
    assert client.submit(outbox.link(EMAIL), CHOSEN).location == "/home"


def test_the_link_to_sign_up_remembers_where_one_was(client: Browser) -> None:
    page = client.get("/login?next=/lessons/waarom-eropaf")
    links = [item.get("href") for item in pages.parse(page.text).iter("a")]
    assert "/signup?next=/lessons/waarom-eropaf" in links
    page = client.get("/signup?next=/lessons/waarom-eropaf")
    links = [item.get("href") for item in pages.parse(page.text).iter("a")]
    assert "/login?next=/lessons/waarom-eropaf" in links


def test_somebody_signed_in_needs_no_account(sign_in: SignIn, learner: User) -> None:
    assert sign_in(learner).get("/signup").location == "/home"


# --- What a visitor did before -------------------------------------------------------------


def reflection(make: Factory) -> str:
    return f"/lessons/{LESSON}/{make.step('reflect').slug}"


def typed(browser: Browser, path: str) -> str:
    area = pages.parse(browser.get(path).text).find(".//textarea[@name='text']")
    assert area is not None
    return "".join(area.itertext())


def test_what_a_visitor_wrote_comes_along_to_the_new_account(
    app: Flask, client: Browser, make: Factory, outbox: Outbox
) -> None:
    path = reflection(make)
    sent = client.submit(path, {"text": "Ik dacht eerst van niet."})
    assert sent.location == f"/signup?next={path}"
    client.submit(sent.location, {"email": EMAIL})
    done = client.submit(outbox.link(EMAIL), CHOSEN)
    assert done.location == path
    assert typed(client, path) == "Ik dacht eerst van niet."
    with app.app_context():
        assert db.session.scalars(select(Pending)).all() == []


def test_what_a_visitor_wrote_stays_in_their_browser_when_the_link_is_opened_elsewhere(
    app: Flask, client: Browser, make: Factory, outbox: Outbox
) -> None:
    """Anybody can ask for an account with an address of somebody else, and add a text to it."""
    path = reflection(make)
    client.submit(path, {"text": "Ik dacht eerst van niet."})
    client.submit(f"/signup?next={path}", {"email": EMAIL})
    phone = app.test_client()
    assert isinstance(phone, Browser)
    assert phone.submit(outbox.link(EMAIL), CHOSEN).location == path
    assert typed(phone, path) == ""
    client.submit("/login", {"email": EMAIL, "password": CHOSEN["password"]})
    assert typed(client, path) == "Ik dacht eerst van niet."


def test_what_a_visitor_wrote_comes_along_when_signing_in(
    client: Browser, make: Factory, learner: User
) -> None:
    path = reflection(make)
    client.submit(path, {"text": "Ik dacht eerst van niet."})
    signed_in = client.submit(f"/login?next={path}", {"email": learner.email, "password": PASSWORD})
    assert signed_in.location == path
    assert typed(client, path) == "Ik dacht eerst van niet."


def test_what_a_visitor_wrote_goes_to_nobody_else(
    app: Flask, client: Browser, make: Factory, sign_in: SignIn, outsider: User
) -> None:
    path = reflection(make)
    client.submit(path, {"text": "Ik dacht eerst van niet."})
    elsewhere = app.test_client()
    assert isinstance(elsewhere, Browser)
    elsewhere.submit("/login", {"email": outsider.email, "password": PASSWORD})
    assert typed(elsewhere, path) == ""


def test_a_second_person_at_the_same_computer_gets_nothing_of_the_first(
    client: Browser, make: Factory, learner: User, outsider: User
) -> None:
    path = reflection(make)
    client.submit(path, {"text": "Ik dacht eerst van niet."})
    client.submit("/login", {"email": learner.email, "password": PASSWORD})
    client.submit("/home", action="/logout")
    client.submit("/login", {"email": outsider.email, "password": PASSWORD})
    assert typed(client, path) == ""
