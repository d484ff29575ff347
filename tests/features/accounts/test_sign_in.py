from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import delete, select

from course.accounts import queries
from course.accounts.models import SignIn, User
from course.accounts.passwords import verify
from course.core.db import db
from tests import pages
from tests.browser import Browser
from tests.factories import PASSWORD, Factory

SignsIn = Callable[[User], Browser]
InApp = Callable[[], AbstractContextManager[None]]


def new_browser(app: Flask) -> Browser:
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return browser


def sign_ins(app: Flask) -> list[SignIn]:
    """All browsers in which somebody is signed in, oldest first."""
    with app.app_context():
        return list(db.session.scalars(select(SignIn).order_by(SignIn.id)))


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/home").status_code == 200


# --- In ------------------------------------------------------------------------------------


def test_signing_in_takes_an_address_and_a_password(client: Browser, learner: User) -> None:
    done = client.submit("/login", {"email": learner.email, "password": PASSWORD})
    assert (done.status_code, done.location) == (303, "/home")
    assert learner.name in client.get("/home").text


def test_the_address_may_be_in_capitals_and_have_spaces_around_it(
    client: Browser, learner: User
) -> None:
    client.submit("/login", {"email": "  LENA@Example.org ", "password": PASSWORD})
    assert is_signed_in(client)


@pytest.mark.parametrize("password", [PASSWORD.upper(), f"{PASSWORD} ", f" {PASSWORD}", "", "x"])
def test_a_password_has_to_be_right_to_the_letter(
    client: Browser, learner: User, password: str
) -> None:
    refused = client.submit("/login", {"email": learner.email, "password": password})
    assert refused.status_code == 422
    assert not is_signed_in(client)


def test_after_a_mistake_the_address_is_still_there_and_the_password_is_not(
    client: Browser, learner: User
) -> None:
    page = client.submit("/login", {"email": learner.email, "password": "een verkeerd geheim"})
    assert "Dit adres en dit wachtwoord horen niet bij elkaar." in pages.main_words(page)
    assert f'value="{learner.email}"' in page.text
    assert "een verkeerd geheim" not in page.text
    assert client.submit(page, {"password": PASSWORD}).location == "/home"


def test_the_cookie_holds_a_token_and_the_database_only_its_hash(
    app: Flask, client: Browser, learner: User
) -> None:
    client.submit("/login", {"email": learner.email, "password": PASSWORD})
    cookie = client.get_cookie("sid")
    assert cookie is not None
    assert len(cookie.value) >= 43  # 256 bits
    (row,) = sign_ins(app)
    assert len(row.token_hash) == 64
    assert cookie.value not in {row.token_hash, row.browser}


def test_every_sign_in_has_a_token_of_its_own(app: Flask, learner: User) -> None:
    tokens = set()
    for _time in range(3):
        browser = new_browser(app)
        browser.submit("/login", {"email": learner.email, "password": PASSWORD})
        cookie = browser.get_cookie("sid")
        assert cookie is not None
        tokens.add(cookie.value)
    assert len(tokens) == 3


@pytest.mark.parametrize("sid", ["", "x", "1", "é", "a" * 4000, "' OR 1=1 --", "%00"])
def test_a_made_up_cookie_signs_nobody_in(client: Browser, learner: User, sid: str) -> None:
    client.set_cookie("sid", sid)
    assert not is_signed_in(client)


def test_the_signed_cookie_of_forms_signs_nobody_in(client: Browser, learner: User) -> None:
    """Flask-Login would take the user from it; here it has no say."""
    client.get("/login")
    with client.session_transaction() as kept:
        kept["_user_id"] = str(learner.id)
        kept["_fresh"] = True
    assert not is_signed_in(client)


# --- Where it leads ------------------------------------------------------------------------


def test_who_is_asked_to_sign_in_goes_on_where_they_were(client: Browser, learner: User) -> None:
    asked = client.get("/me/settings?a=b&c=d")
    assert asked.location == "/login?next=/me/settings?a%3Db%26c%3Dd"
    done = client.submit(asked.location, {"email": learner.email, "password": PASSWORD})
    assert done.location == "/me/settings?a=b&c=d"


def test_a_mistake_on_the_way_does_not_lose_the_way(client: Browser, learner: User) -> None:
    page = client.submit("/login?next=/me/privacy", {"email": learner.email, "password": "x"})
    done = client.submit(f"/login?{page.request.query_string.decode()}", {
        "email": learner.email, "password": PASSWORD,
    })  # fmt: skip
    assert done.location == "/me/privacy"


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "/%09/evil.example", ""]
)
def test_signing_in_leads_to_no_other_site(
    client: Browser, learner: User, sign_in: SignsIn, target: str
) -> None:
    done = client.submit(f"/login?next={target}", {"email": learner.email, "password": PASSWORD})
    assert done.location == "/home"
    assert sign_in(learner).get(f"/login?next={target}").location == "/home"


# --- Out -----------------------------------------------------------------------------------


def test_signing_out_ends_it_here_and_in_the_database(
    app: Flask, client: Browser, learner: User
) -> None:
    client.submit("/login", {"email": learner.email, "password": PASSWORD})
    cookie = client.get_cookie("sid")
    assert cookie is not None
    done = client.submit("/home", action="/logout")
    assert (done.status_code, done.location) == (303, "/")
    assert done.headers["Clear-Site-Data"] == '"cache"'
    assert client.get_cookie("sid") is None
    assert sign_ins(app) == []
    client.set_cookie("sid", cookie.value)  # Somebody copied it.
    assert not is_signed_in(client)


def test_signing_out_here_leaves_the_other_browsers(sign_in: SignsIn, learner: User) -> None:
    here, there = sign_in(learner), sign_in(learner)
    here.submit("/home", action="/logout")
    assert (is_signed_in(here), is_signed_in(there)) == (False, True)


def test_signing_out_twice_does_no_harm(sign_in: SignsIn, learner: User) -> None:
    browser = sign_in(learner)
    page = browser.get("/home")
    browser.submit(page, action="/logout")
    assert browser.submit(page, action="/logout").status_code == 303


def test_signing_out_cannot_be_done_by_a_link(sign_in: SignsIn, learner: User) -> None:
    browser = sign_in(learner)
    assert browser.get("/logout").status_code == 405
    assert is_signed_in(browser)


def test_signing_out_everywhere_keeps_this_browser_and_nobody_elses(
    sign_in: SignsIn, learner: User, outsider: User
) -> None:
    here, there, far, other = (sign_in(user) for user in (learner, learner, learner, outsider))
    done = here.submit("/me/settings", action="/me/sign-out-everywhere")
    assert done.location == "/me/settings"
    assert "In alle andere browsers ben je uitgelogd." in here.get("/me/settings").text
    assert [is_signed_in(each) for each in (here, there, far, other)] == [True, False, False, True]


def test_taking_away_the_row_signs_out_at_once(
    in_app: InApp, sign_in: SignsIn, learner: User
) -> None:
    browser = sign_in(learner)
    assert is_signed_in(browser)
    with in_app():
        db.session.execute(delete(SignIn))
        db.session.commit()
    assert not is_signed_in(browser)


def test_settings_list_the_browsers_in_which_one_is_signed_in(
    app: Flask, make: Factory, sign_in: SignsIn, learner: User, outsider: User
) -> None:
    phone = new_browser(app)
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"
    phone.submit(
        "/login",
        {"email": learner.email, "password": PASSWORD},
        headers={"User-Agent": agent},
    )
    make.sign_in(outsider, browser="Edge, Windows")
    shown = pages.main_words(sign_in(learner).get("/me/settings"))
    assert "Safari, iPhone" in shown
    assert "Firefox, Linux" in shown
    assert "Edge, Windows" not in shown


# --- How long ------------------------------------------------------------------------------


def test_a_browser_stays_signed_in_for_two_weeks(
    client: Browser, learner: User, clock: time_machine.Traveller
) -> None:
    client.submit("/login", {"email": learner.email, "password": PASSWORD})
    clock.shift(timedelta(days=14) - timedelta(seconds=1))
    cookie = client.get_cookie("sid")
    assert cookie is not None
    assert is_signed_in(client)
    clock.shift(timedelta(seconds=1))
    client.set_cookie("sid", cookie.value)  # Also when the browser keeps it too long.
    assert not is_signed_in(client)


def test_an_old_sign_in_is_cleared_away_at_the_next_one(
    app: Flask, client: Browser, make: Factory, learner: User, clock: time_machine.Traveller
) -> None:
    make.sign_in(learner)
    clock.shift(timedelta(days=14))
    client.submit("/login", {"email": learner.email, "password": PASSWORD})
    assert len(sign_ins(app)) == 1


# --- The hash ------------------------------------------------------------------------------


def test_an_older_hash_is_renewed_at_the_next_sign_in(
    app: Flask, client: Browser, make: Factory
) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    user = make.learner(password_hash=old)

    def stored() -> str:
        with app.app_context():
            found = queries.user_by_email(user.email)
        assert found is not None
        return found.password_hash

    client.submit("/login", {"email": user.email, "password": "een verkeerd geheim"})
    assert stored() == old
    client.submit("/login", {"email": user.email, "password": PASSWORD})
    renewed = stored()
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify(renewed, PASSWORD)
    again = new_browser(app)
    again.submit("/login", {"email": user.email, "password": PASSWORD})
    assert stored() == renewed


@pytest.mark.parametrize(
    "broken", ["", "x", "$argon2id$v=19$m=19456", "plain:een goed bewaard geheim"]
)
def test_an_account_with_a_broken_hash_lets_nobody_in(
    client: Browser, make: Factory, broken: str
) -> None:
    user = make.learner(password_hash=broken)
    page = client.submit("/login", {"email": user.email, "password": PASSWORD})
    assert page.status_code == 422


# --- Nobody waits --------------------------------------------------------------------------


def test_signing_in_takes_few_questions_to_the_database(
    client: Browser, learner: User, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    form = client.get("/login")
    with count_queries() as statements:
        client.submit(form, {"email": learner.email, "password": PASSWORD})
    asked = [each for each in statements if not each.startswith("BEGIN")]
    assert len(asked) <= 5, asked
