from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask

from course.accounts.models import User
from course.core.access import Policy, Role, policy_of, public, requires, signed_in
from tests.browser import Browser
from tests.core.conftest import MakesSite
from tests.factories import Factory

SignIn = Callable[[User], Browser]


PAGE = "<!doctype html><html lang=nl><title>Wel</title><main><h1>Wel</h1></main></html>"


@pytest.fixture(scope="module")
def doors(lasting_site: MakesSite) -> Flask:
    """A site with a page of each policy, and one that forgot to have one."""
    app = lasting_site()
    teachers = requires(Role.INSTRUCTOR, Role.ADMINISTRATOR)
    app.add_url_rule("/for-all", "for_all", public(lambda: PAGE))
    app.add_url_rule("/for-accounts", "for_accounts", signed_in(lambda: PAGE))
    app.add_url_rule("/for-teachers", "for_teachers", teachers(lambda: PAGE))
    app.add_url_rule("/forgotten", "forgotten", lambda: PAGE)
    app.add_url_rule("/a-write", "a_write", signed_in(lambda: PAGE), methods=["POST"])
    return app


def status(app: Flask, path: str, role: Role | None) -> tuple[int, str | None]:
    """What somebody with this role gets, or a visitor, and where it leads."""
    make, browser = Factory(app), app.test_client()
    if role:
        user = make.user(role, email=f"{uuid4()}@example.org")
        browser.set_cookie("sid", make.sign_in(user))
    answer = browser.get(path)
    return answer.status_code, answer.location


@pytest.mark.parametrize("role", [None, *Role])
def test_a_public_page_is_open_to_everyone(doors: Flask, role: Role | None) -> None:
    assert status(doors, "/for-all", role) == (200, None)


@pytest.mark.parametrize("role", list(Role))
def test_a_page_for_accounts_is_open_to_every_role(doors: Flask, role: Role) -> None:
    assert status(doors, "/for-accounts", role) == (200, None)


@pytest.mark.parametrize("path", ["/for-accounts", "/for-teachers"])
def test_a_visitor_is_asked_to_sign_in_and_comes_back(doors: Flask, path: str) -> None:
    assert status(doors, f"{path}?a=b", None) == (303, f"/login?next={path}?a%3Db")


@pytest.mark.parametrize(
    ("role", "answer"),
    [(Role.LEARNER, 404), (Role.INSTRUCTOR, 200), (Role.ADMINISTRATOR, 200)],
)
def test_for_other_roles_a_page_does_not_exist(doors: Flask, role: Role, answer: int) -> None:
    assert status(doors, "/for-teachers", role)[0] == answer


@pytest.mark.parametrize("role", [None, *Role])
def test_a_page_without_a_policy_is_a_mistake_and_opens_for_nobody(
    doors: Flask, role: Role | None
) -> None:
    with pytest.raises(RuntimeError, match="forgotten declares no policy"):
        status(doors, "/forgotten", role)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_the_policy_holds_for_every_method(doors: Flask, method: str) -> None:
    answer = doors.test_client().open("/for-teachers", method=method)
    assert answer.status_code == 303


def test_a_script_of_somebody_signed_out_gets_a_401_and_no_page(client: Browser) -> None:
    answer = client.post(
        "/lessons/waarom-eropaf/jayden/draft",
        data={"text": "Ik dacht"},
        headers={"Accept": "application/json", "Accept-Language": "en"},
    )
    assert answer.status_code == 401
    assert answer.json == {"error": "You are signed out."}


def test_a_write_of_a_visitor_leads_to_the_sign_in_page(doors: Flask) -> None:
    """Not back to the write: opening that as a page would be a 405."""
    answer = doors.test_client().post("/a-write")
    assert (answer.status_code, answer.location) == (303, "/login")


def test_the_message_says_why_one_is_asked_to_sign_in(client: Browser) -> None:
    assert (
        "Sign in to open that page."
        in client.get("/home", follow_redirects=True, headers={"Accept-Language": "en"}).text
    )


def test_a_view_keeps_its_name_and_shows_its_policy() -> None:
    def view() -> str:
        return ""

    assert policy_of(view) is None
    assert requires(Role.ADMINISTRATOR)(view) is view
    assert policy_of(view) == Policy(public=False, roles=frozenset({Role.ADMINISTRATOR}))
