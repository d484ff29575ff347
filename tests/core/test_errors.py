import re
from collections.abc import Callable
from http import HTTPStatus

import pytest
from flask import Flask, abort
from sqlalchemy import text
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.core.access import public
from course.core.db import db
from course.core.errors import CourseError
from tests import pages
from tests.browser import Browser
from tests.core.conftest import MakesSite
from tests.factories import PASSWORD, Factory

SignIn = Callable[[User], Browser]

PAGES = {
    400: ("Dat konden we niet lezen", "We could not read that"),
    403: ("Dit mag je niet doen", "You may not do this"),
    404: ("Deze pagina bestaat niet", "This page does not exist"),
    405: ("Zo werkt deze pagina niet", "This page cannot be used like that"),
    409: ("Iemand was je voor", "Somebody was here before you"),
    413: ("Dit is te groot", "This is too large"),
    418: ("Dat konden we niet lezen", "We could not read that"),
    429: ("Te veel pogingen", "Too many attempts"),
    500: ("Er ging bij ons iets mis", "Something broke on our side"),
    503: ("Het is erg druk", "It is very busy"),
}


class TooLate(CourseError):
    """A refusal as features have them."""

    status = HTTPStatus.CONFLICT


@pytest.fixture(scope="module")
def broken(lasting_site: MakesSite) -> Flask:
    """A site as people use it, with a page that breaks and pages that refuse."""
    app = lasting_site()
    app.testing = False  # In tests, a bug would end the test.

    def breaks() -> str:
        return str(1 // 0)

    def refuses() -> str:
        raise TooLate("De groep is al vol. <Kies> een andere.")

    def aborts(status: int) -> str:
        abort(status)

    app.add_url_rule("/bug", "bug", public(breaks))
    app.add_url_rule("/refusal", "refusal", public(refuses))
    app.add_url_rule("/status/<int:status>", "status", public(aborts))
    return app


def heading(page: TestResponse) -> str:
    found = pages.parse(page.text).find(".//h1")
    assert found is not None
    return pages.words(found)


# --- Pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", PAGES)
def test_every_error_has_a_page_in_both_languages_that_says_what_to_do(
    broken: Flask, status: int
) -> None:
    for language, title in zip(("nl", "en"), PAGES[status], strict=True):
        page = broken.test_client().get(f"/status/{status}", headers={"Accept-Language": language})
        assert page.status_code == status
        assert heading(page) == title
        told, _link = pages.main_words(page).removeprefix(title).strip().split(".", maxsplit=1)
        assert len(told.split()) >= 4
        assert pages.parse(page.text).find(".//main//a[@href='/']") is not None


def test_errors_that_people_meet_have_that_page(client: Browser) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    large = {"email": "a" * 600_000}
    answers = {
        403: client.post("/signup", headers=foreign),
        404: client.get("/nowhere"),
        405: client.post("/glossary"),
        413: client.post("/signup", data=large),
    }
    for _time in range(4):
        client.post("/signup", data={"email": "vaak@example.org"})
    answers[429] = client.post("/signup", data={"email": "vaak@example.org"})
    for status, answer in answers.items():
        assert (answer.status_code, heading(answer)) == (status, PAGES[status][0])
    assert set(answers[405].headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_the_page_of_an_error_knows_who_is_signed_in(sign_in: SignIn, learner: User) -> None:
    page = sign_in(learner).get("/nowhere")
    assert learner.name in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_script_gets_the_error_as_json(broken: Flask) -> None:
    browser = broken.test_client()
    for status in PAGES:
        answer = browser.get(f"/status/{status}", headers={"Accept": "application/json"})
        assert answer.status_code == status
        assert answer.json is not None
        assert list(answer.json) == ["error"]


def test_a_refusal_of_a_feature_says_its_own_words(broken: Flask) -> None:
    page = broken.test_client().get("/refusal")
    assert page.status_code == 409
    assert heading(page) == PAGES[409][0]
    assert "De groep is al vol. <Kies> een andere." in pages.main_words(page)
    script = broken.test_client().get("/refusal", headers={"Accept": "application/json"})
    assert script.json == {"error": "De groep is al vol. <Kies> een andere."}


# --- Bugs ----------------------------------------------------------------------------------


def test_a_bug_shows_a_number_by_which_it_can_be_found_in_the_log(
    broken: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = []
    for _time in range(2):
        page = broken.test_client().get("/bug?q=zoekterm")
        assert page.status_code == 500
        (number,) = re.findall(r"\b[0-9a-f]{12}\b", pages.main_words(page))
        logged = capsys.readouterr().out
        assert number in logged
        assert "ZeroDivisionError" in logged
        assert "zoekterm" not in logged
        numbers.append(number)
    assert len(set(numbers)) == 2


def test_a_bug_tells_nothing_about_the_program(broken: Flask) -> None:
    page = broken.test_client().get("/bug")
    for word in ("ZeroDivisionError", "Traceback", "division", ".py"):
        assert word not in page.text


def test_an_error_that_is_no_bug_shows_no_number(broken: Flask) -> None:
    assert not re.search(r"\b[0-9a-f]{12}\b", pages.main_words(broken.test_client().get("/bugs")))


def test_a_mistake_in_a_query_is_a_bug_and_no_busy_database(
    site: MakesSite, capsys: pytest.CaptureFixture[str]
) -> None:
    app = site()
    app.testing = False
    make, browser = Factory(app), app.test_client()
    browser.set_cookie("sid", make.sign_in(make.learner()))
    with app.app_context():
        db.session.execute(text("DROP TABLE membership"))
        db.session.commit()
    assert browser.get("/home").status_code == 500
    assert "no such table" in capsys.readouterr().out


def test_the_log_of_a_bug_holds_no_texts_of_people(
    site_on_each: MakesSite, capsys: pytest.CaptureFixture[str]
) -> None:
    app = site_on_each()
    app.testing = False

    def fails(written: str) -> str:
        db.session.execute(text("SELECT :written FROM nowhere"), {"written": written})
        return ""

    app.add_url_rule("/bug/<written>", "bug", public(fails))
    assert app.test_client().get("/bug/mijn-verhaal").status_code == 500
    logged = capsys.readouterr().out.replace("/bug/mijn-verhaal", "")
    assert "FROM nowhere" in logged
    assert "mijn-verhaal" not in logged


def test_in_tests_a_bug_is_not_hidden_by_a_page(site: MakesSite) -> None:
    app = site()
    app.add_url_rule("/bug", "bug", public(lambda: str(1 // 0)))
    with pytest.raises(ZeroDivisionError):
        app.test_client().get("/bug")


# --- A form that grew old ------------------------------------------------------------------

OLD = {"csrf_token": "from-a-page-of-last-week"}


def test_an_old_form_is_shown_again_and_one_click_sends_it(
    make: Factory, sign_in: SignIn, learner: User
) -> None:
    browser = sign_in(learner)
    reflect = make.step("reflect").slug
    path = f"/lessons/waarom-eropaf/{reflect}"
    typed = "\nEerst dacht ik: “hij wil niet”.\n\nToen <b>vroeg</b> ik het & hij zei:\n  kom maar."
    page = browser.post(path, data={"text": typed, "revision": "0", **OLD}, token=False)
    assert (page.status_code, heading(page)) == (400, "Je tekst is er nog")
    sent = browser.submit(page)
    assert (sent.status_code, sent.location) == (303, f"{path}/hand-in")
    kept = pages.parse(browser.get(path).text).find(".//textarea[@name='text']")
    assert kept is not None
    assert "".join(kept.itertext()) == typed


def test_an_old_form_keeps_every_value_of_every_field_and_the_whole_address(
    client: Browser,
) -> None:
    data = {"kort": "a", "meer": ["1", "2"], "leeg": "", **OLD}
    page = client.post("/lessons/waarom-eropaf/jayden?van=hier", data=data, token=False)
    form = pages.parse(page.text).find(".//main//form")
    assert form is not None
    assert form.get("action") == "/lessons/waarom-eropaf/jayden?van=hier"
    fields = [(item.get("name"), item.get("value")) for item in form.iter("input")][1:]
    assert fields == [("kort", "a"), ("meer", "1"), ("meer", "2"), ("leeg", "")]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/login", {"email": "lena@example.org", "password": PASSWORD}),
        ("/me/password", {"current_password": PASSWORD, "password": "een ander lang geheim"}),
        ("/me/privacy/delete", {"password": PASSWORD, "sure": "y"}),
    ],
)
def test_an_old_form_does_not_write_passwords_on_the_page(
    client: Browser, sign_in: SignIn, learner: User, path: str, data: dict[str, str]
) -> None:
    browser = client if path == "/login" else sign_in(learner)
    page = browser.submit(path, {**data, **OLD})
    assert page.status_code == 400
    assert "geheim" not in page.text


def test_the_old_form_of_somebody_who_lost_all_cookies_can_still_be_sent(client: Browser) -> None:
    page = client.get("/signup")
    client.delete_cookie("form")
    refused = client.submit(page, {"email": "nieuw@example.org"})
    assert refused.status_code == 400
    assert client.submit(refused).location == "/signup/mailed"


def test_a_script_with_an_old_token_is_told_so(sign_in: SignIn, learner: User) -> None:
    answer = sign_in(learner).post(
        "/lessons/waarom-eropaf/jayden/draft",
        data={"text": "Ik dacht", **OLD},
        headers={"Accept": "application/json"},
        token=False,
    )
    assert answer.status_code == 400
    assert answer.json is not None
    assert "error" in answer.json
