"""Nobody is sent to another site: not after signing in, signing up, or choosing a language."""

from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import select

from course.accounts.models import SignUp, User
from course.core.db import db
from course.core.security import safe_next
from tests.browser import Browser
from tests.conftest import new_browser
from tests.factories import PASSWORD, Factory

SignIn = Callable[[User], Browser]

ELSEWHERE = [
    "https://evil.example",
    "http://evil.example/home",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x01//evil.example",
    "/ /evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "http:\\\\evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "mailto:a@evil.example",
    "file:///etc/passwd",
    "@evil.example",
    "localhost@evil.example",
    "//localhost@evil.example",
    "//evil.example@localhost",
    "evil.example",
    "./home",
    "../home",
    "?next=//evil.example",
    "#//evil.example",
    "http://localhost.evil.example",
    "http://localhost/home",
    "//localhost/home",
    "/home\r\nSet-Cookie: sid=stolen",
    "\u2028//evil.example",
    "\uff0f\uff0fevil.example",
    "[//evil.example",
    "//[evil.example",
    "",
]
# No page takes these, whatever they are for.
NEVER = ["/\x00/evil.example", "/home\x00"]
HERE = ["/home", "/lessons/waarom-eropaf", "/join/ABC234?x=1", "/%2F%2Fevil.example", "/a//b"]


def _goes_to(location: str) -> str:
    """Where a browser goes from our site, which reads a backslash as a slash."""
    target = urljoin("http://localhost/login", location.replace("\\", "/"))
    assert urlsplit(target).netloc == "localhost", location
    return target.removeprefix("http://localhost")


@pytest.mark.parametrize("target", [*ELSEWHERE, *NEVER])
def test_another_site_is_no_place_to_go_on_to(target: str) -> None:
    assert safe_next(target) is None


@pytest.mark.parametrize("target", HERE)
def test_a_page_of_ours_is_a_place_to_go_on_to(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_whoever_is_signed_in_already_is_not_sent_to_another_site(
    sign_in: SignIn, learner: User
) -> None:
    browser = sign_in(learner)
    for target in ELSEWHERE:
        answer = browser.get("/login", query_string={"next": target})
        assert _goes_to(answer.headers["Location"]) == "/home"


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("target", NEVER)
def test_what_no_page_takes_sends_nowhere(client: Browser, target: str) -> None:
    for answer in (
        client.get("/login", query_string={"next": target}),
        client.post("/login", query_string={"next": target}),
        client.post("/language/en", data={"back": target}),
    ):
        assert answer.status_code == 400
        assert "Location" not in answer.headers


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_signing_in_does_not_send_to_another_site(make: Factory) -> None:
    learner = make.learner()
    filled = {"email": learner.email, "password": PASSWORD}
    for target in [*ELSEWHERE, *HERE]:
        browser = new_browser(make.app)
        answer = browser.post("/login", data=filled, query_string={"next": target})
        assert answer.status_code == 303
        expected = target if target in HERE else "/home"
        assert _goes_to(answer.headers["Location"]) == expected


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_request_for_an_account_remembers_no_other_site(
    client: Browser, make: Factory, target: str
) -> None:
    email = "nieuw@example.org"
    client.post("/signup", data={"email": email}, query_string={"next": target})
    with make.app.app_context():
        asked = db.session.execute(select(SignUp)).scalar_one()
    assert asked.return_to is None


def test_a_way_back_that_is_too_long_to_keep_does_no_harm(client: Browser) -> None:
    email = {"email": "nieuw@example.org"}
    answer = client.post("/signup", data=email, query_string={"next": f"/home?{'x' * 4000}"})
    assert answer.headers["Location"] == "/signup/mailed"


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_link_in_a_mail_that_was_tampered_with_does_not_send_to_another_site(
    make: Factory,
) -> None:
    """Even when another site got into the table by some other way."""
    token = make.sign_up(return_to="//evil.example")
    answer = new_browser(make.app).submit(
        f"/signup/{token}", {"name": "Nina Nieuw", "password": PASSWORD}
    )
    assert _goes_to(answer.headers["Location"]) == "/home"


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_choosing_a_language_does_not_send_to_another_site(client: Browser) -> None:
    for target in ELSEWHERE:
        answer = client.post("/language/en", data={"back": target})
        assert _goes_to(answer.headers["Location"]) == "/"


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "address", ["//evil.example/..", "/%0d%0aLocation:%20//evil.example", "/\\evil.example"]
)
def test_an_address_that_does_not_exist_sends_nowhere(client: Browser, address: str) -> None:
    answer = client.get("http://localhost" + address)
    assert answer.status_code == 404
    assert "Location" not in answer.headers
