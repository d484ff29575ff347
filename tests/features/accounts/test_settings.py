from collections.abc import Callable
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from course.accounts import queries
from course.accounts.models import User
from course.accounts.passwords import verify
from tests import pages
from tests.browser import Browser
from tests.factories import PASSWORD, Factory

SignsIn = Callable[[User], Browser]

NEW = "een heel ander geheim"


def stored(app: Flask, user: User) -> User:
    with app.app_context():
        found = queries.user_by_email(user.email)
    assert found is not None
    return found


# --- Settings ------------------------------------------------------------------------------


def test_a_new_name_is_seen_at_once(sign_in: SignsIn, learner: User) -> None:
    browser = sign_in(learner)
    done = browser.submit("/me/settings", {"name": "  Lena   de Wit "})
    assert (done.status_code, done.location) == (303, "/me/settings")
    page = browser.get("/me/settings")
    assert "Je instellingen zijn bewaard." in page.text
    assert 'value="Lena de Wit"' in page.text
    assert "Lena de Wit" in browser.get("/home").text


def _ticked(page: Element) -> list[str | None]:
    """What is ticked in the first form of the page."""
    form = next(form for form in page.iter("form") if form.get("class") == "card")
    return [item.get("value") for item in form.iter("input") if "checked" in item.attrib]


def test_what_is_chosen_is_shown_as_chosen(sign_in: SignsIn, make: Factory) -> None:
    browser = sign_in(make.learner(language=None, shortcuts=True))
    browser.submit("/me/settings", {"language": "en", "shortcuts": []})
    page = pages.parse(browser.get("/me/settings").text)
    ticked = _ticked(page)
    assert page.get("lang") == "en"
    assert ticked == ["en"]
    browser.submit("/me/settings", {"language": "", "shortcuts": "y"})
    page = pages.parse(browser.get("/me/settings").text)
    ticked = _ticked(page)
    assert ticked == ["", "y"]


def test_choosing_the_language_of_the_browser_forgets_an_earlier_choice(
    sign_in: SignsIn, learner: User
) -> None:
    browser = sign_in(learner)
    browser.submit("/home", action="/language/en")
    browser.submit("/me/settings", {"language": ""})
    page = browser.get("/home", headers={"Accept-Language": "nl"})
    assert pages.parse(page.text).get("lang") == "nl"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"name": ""}, "Fill in your name."),
        ({"name": " \t "}, "Fill in your name."),
        ({"name": "N" * 81}, "Field cannot be longer than 80 characters."),
        ({"name": "Lena", "language": "fr"}, "Not a valid choice."),
    ],
)
def test_a_wrong_setting_is_told_and_changes_nothing(
    app: Flask, sign_in: SignsIn, learner: User, data: dict[str, str], told: str
) -> None:
    page = sign_in(learner).post("/me/settings", data=data, headers={"Accept-Language": "en"})
    assert page.status_code == 422
    kept = stored(app, learner)
    assert (kept.name, kept.language) == (learner.name, "nl")
    english = sign_in(learner)
    english.submit("/me/settings", {"language": "en"})
    assert told in pages.main_words(english.post("/me/settings", data=data))


def test_settings_change_nobody_else(
    app: Flask, sign_in: SignsIn, learner: User, outsider: User
) -> None:
    sign_in(learner).submit("/me/settings", {"name": "Nieuw", "language": "en"})
    other = stored(app, outsider)
    assert (other.name, other.language) == ("Otto Onbekend", "nl")


def test_what_is_not_on_the_form_cannot_be_set(app: Flask, sign_in: SignsIn, learner: User) -> None:
    data = {
        "name": "Lena",
        "language": "nl",
        "role": "administrator",
        "email": "bo@example.org",
        "id": "1",
        "is_demo": "y",
        "password_hash": "x",
    }
    assert sign_in(learner).post("/me/settings", data=data).status_code == 303
    kept = stored(app, learner)
    assert (kept.role, kept.is_demo, kept.id) == ("learner", False, learner.id)
    assert verify(kept.password_hash, PASSWORD)


def test_a_name_is_shown_as_text_and_never_as_a_tag(sign_in: SignsIn, learner: User) -> None:
    browser = sign_in(learner)
    browser.submit("/me/settings", {"name": "<script>alert(1)</script>\"'"})
    page = browser.get("/me/settings")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


# --- Password ------------------------------------------------------------------------------


def test_changing_the_password_keeps_this_browser_and_signs_out_the_others(
    app: Flask, sign_in: SignsIn, learner: User, outsider: User
) -> None:
    here, there, other = sign_in(learner), sign_in(learner), sign_in(outsider)
    done = here.submit("/me/password", {"current_password": PASSWORD, "password": NEW})
    assert (done.status_code, done.location) == (303, "/me/settings")
    assert [each.get("/home").status_code for each in (here, there, other)] == [200, 303, 200]
    assert verify(stored(app, learner).password_hash, NEW)
    assert verify(stored(app, outsider).password_hash, PASSWORD)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"current_password": "x", "password": NEW}, "This is not your current password."),
        ({"current_password": "", "password": NEW}, "Fill in the password that you have now."),
        ({"current_password": PASSWORD, "password": ""}, "Choose a password."),
        ({"current_password": PASSWORD, "password": "kort"}, "Use at least 12 characters"),
        ({"current_password": PASSWORD, "password": "welkom123456"}, "This password is used a lot"),
        (
            {"current_password": PASSWORD, "password": "Lena Leerling"},
            "This looks like your own name or address.",
        ),
        (
            {"current_password": PASSWORD, "password": "lena.leerling"},
            "This looks like your own name or address.",
        ),
    ],
)
def test_a_wrong_password_is_told_and_changes_nothing(
    app: Flask, make: Factory, sign_in: SignsIn, data: dict[str, str], told: str
) -> None:
    user = make.learner(email="lena.leerling@example.org", name="Lena Leerling", language="en")
    here, there = sign_in(user), sign_in(user)
    page = here.submit("/me/password", data)
    assert page.status_code == 422
    assert told in pages.main_words(page)
    assert verify(stored(app, user).password_hash, PASSWORD)
    assert there.get("/home").status_code == 200
