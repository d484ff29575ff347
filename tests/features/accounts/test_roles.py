"""Who is learner, instructor or administrator, and who may change that."""

from collections.abc import Callable

import pytest
from flask import Flask

from course.accounts import queries
from course.accounts.models import User
from course.core.access import Role
from tests import pages
from tests.browser import Browser
from tests.factories import Factory

SignsIn = Callable[[User], Browser]


def role_of(app: Flask, user: User) -> str:
    with app.app_context():
        found = queries.user_by_email(user.email)
    assert found is not None
    return found.role


@pytest.mark.parametrize("role", list(Role))
def test_an_administrator_gives_somebody_another_role(
    app: Flask, sign_in: SignsIn, administrator: User, learner: User, role: Role
) -> None:
    browser = sign_in(administrator)
    page = browser.get(f"/accounts?q={learner.email}")
    done = browser.submit(page, {"role": role}, action=f"/accounts/{learner.id}/role")
    assert (done.status_code, done.location) == (303, "/accounts?q=lena@example.org")
    assert role_of(app, learner) == role
    assert "Lena Leerling heeft een nieuwe rol" in browser.get(done.location).text


def test_a_new_role_holds_at_once_because_it_signs_out(
    sign_in: SignsIn, administrator: User, instructor: User
) -> None:
    demoted = sign_in(instructor)
    assert demoted.get("/teach/").status_code == 200
    sign_in(administrator).post(f"/accounts/{instructor.id}/role", data={"role": "learner"})
    assert demoted.get("/teach/").status_code == 303
    assert sign_in(instructor).get("/teach/").status_code == 404


def test_an_administrator_cannot_leave_the_site_without_one(
    app: Flask, make: Factory, sign_in: SignsIn
) -> None:
    administrator = make.administrator(language="en")
    browser = sign_in(administrator)
    browser.post(f"/accounts/{administrator.id}/role", data={"role": "learner"})
    assert role_of(app, administrator) == Role.ADMINISTRATOR
    shown = browser.get("/accounts")
    assert "You cannot change your own role." in shown.text


@pytest.mark.parametrize("role", ["boss", "", "LEARNER", "administrator "])
def test_there_is_no_other_role(
    app: Flask, sign_in: SignsIn, administrator: User, learner: User, role: str
) -> None:
    sign_in(administrator).post(f"/accounts/{learner.id}/role", data={"role": role})
    assert role_of(app, learner) == Role.LEARNER


def test_an_account_that_is_not_there_gets_no_role(sign_in: SignsIn, administrator: User) -> None:
    done = sign_in(administrator).post("/accounts/999/role", data={"role": "learner"})
    assert done.status_code == 404


@pytest.mark.parametrize("role", [Role.LEARNER, Role.INSTRUCTOR])
def test_for_all_others_the_list_of_accounts_does_not_exist(
    app: Flask, make: Factory, sign_in: SignsIn, learner: User, role: Role
) -> None:
    browser = sign_in(make.user(role))
    assert browser.get("/accounts?q=lena").status_code == 404
    answer = browser.post(f"/accounts/{learner.id}/role", data={"role": "administrator"})
    assert answer.status_code == 404
    assert role_of(app, learner) == Role.LEARNER


def test_a_visitor_is_asked_to_sign_in_before_the_list_of_accounts(client: Browser) -> None:
    assert client.get("/accounts?q=lena").location == "/login?next=/accounts?q%3Dlena"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("lena", ["Lena Leerling"]),
        ("LEERLING", ["Lena Leerling"]),
        ("otto@", ["Otto Onbekend"]),
        ("example.org", ["Bo Beheer", "Lena Leerling", "Otto Onbekend"]),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("niemand", []),
        ("", []),
        ("   ", []),
    ],
)
def test_an_account_is_found_by_part_of_the_name_or_address(
    sign_in: SignsIn,
    administrator: User,
    learner: User,
    outsider: User,
    asked: str,
    found: list[str],
) -> None:
    page = sign_in(administrator).get("/accounts", query_string={"q": asked})
    names = [pages.words(item) for item in pages.parse(page.text).iterfind(".//main//li//b")]
    assert names == found


def test_the_list_stays_short(sign_in: SignsIn, administrator: User, make: Factory) -> None:
    for number in range(25):
        make.learner(name=f"Persoon {number:02}")
    page = sign_in(administrator).get("/accounts?q=Persoon")
    names = [pages.words(item) for item in pages.parse(page.text).iterfind(".//main//li//b")]
    assert names == [f"Persoon {number:02}" for number in range(20)]
