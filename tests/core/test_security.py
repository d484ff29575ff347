from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from course.accounts.models import User
from course.core.security import safe_next
from tests.browser import Browser
from tests.core.conftest import MakesSite
from tests.factories import PASSWORD, Factory

SignIn = Callable[[User], Browser]
SIGN_UP = {"email": "nieuw@example.org"}


# --- Writes from elsewhere -----------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "nonsense"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:8080"},
        {"Origin": "null"},
    ],
)
def test_a_write_from_another_site_is_refused_even_with_a_token(
    client: Browser, headers: dict[str, str]
) -> None:
    assert client.post("/signup", data=SIGN_UP, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Origin": "http://localhost"},
        {},
    ],
)
def test_a_write_from_a_page_of_ours_is_taken(client: Browser, headers: dict[str, str]) -> None:
    assert client.post("/signup", data=SIGN_UP, headers=headers).status_code == 303


def test_a_link_on_another_site_opens_a_page(client: Browser) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"}
    assert client.get("/signup", headers=headers).status_code == 200


@pytest.mark.parametrize("token", [None, "", "made-up", "eyJhIjoxfQ.Zm9v.YmFy"])
def test_a_write_without_a_token_of_this_browser_is_not_done(
    client: Browser, token: str | None
) -> None:
    data = SIGN_UP if token is None else {**SIGN_UP, "csrf_token": token}
    assert client.post("/signup", data=data, token=False).status_code == 400


def test_a_token_of_another_browser_opens_nothing(app: Flask, client: Browser) -> None:
    other = app.test_client()
    assert isinstance(other, Browser)
    data = {**SIGN_UP, "csrf_token": other.csrf_token()}
    assert client.post("/signup", data=data, token=False).status_code == 400


def test_a_form_opened_before_signing_in_can_be_sent_afterwards(
    client: Browser, learner: User
) -> None:
    """Otherwise an answer typed before signing in elsewhere would be thrown back."""
    token = client.csrf_token()
    client.submit("/login", {"email": learner.email, "password": PASSWORD})
    answer = client.post("/language/en", data={"csrf_token": token}, token=False)
    assert answer.status_code == 303


def example(rule: Rule, name: str) -> str | int:
    """Something that may stand in this gap of an address."""
    match rule._converters[name]:
        case IntegerConverter():
            return 1
        case AnyConverter() as converter:
            return min(converter.items)
    return "x"


# What stops a kind of mail is pressed in a mail program, which has no page of ours: its address
# is signed instead. See tests/features/messages/test_unsubscribing.py.
SIGNED = "/unsubscribe/<token>"


def test_every_write_of_every_route_needs_a_token(
    app: Flask, sign_in: SignIn, administrator: User
) -> None:
    browser, addresses = sign_in(administrator), app.url_map.bind("localhost")
    writes = [
        rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.rule != SIGNED
    ]
    answers = {
        rule.rule: browser.post(
            addresses.build(rule.endpoint, {name: example(rule, name) for name in rule.arguments}),
            token=False,
        ).status_code
        for rule in writes
    }
    assert len(answers) > 15
    assert set(answers.values()) == {400}, answers


# --- What cannot be stored -----------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/lessons/a%00b",
        "/lessons/waarom-eropaf/a%00b",
        "/reflections/a%00b",
        "/join/a%00b",
        "/signup/a%00b",
        "/login?next=/a%00b",
        "/accounts?q=a%00b",
    ],
)
def test_an_address_with_the_character_nul_is_refused(
    sign_in: SignIn, administrator: User, path: str
) -> None:
    assert sign_in(administrator).get(path).status_code == 400


@pytest.mark.parametrize("data", [{"name": "Pi\0et"}, {"name": "Piet", "x\0": "y"}])
def test_a_form_with_the_character_nul_is_refused(
    sign_in: SignIn, learner: User, data: dict[str, str]
) -> None:
    answer = sign_in(learner).post("/me/settings", data=data)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("&".join(f"veld{number}=1" for number in range(201)), 413),
        ("&".join(["veld=1"] * 20_001), 413),
        ("&".join(f"to={number}" for number in range(1000)), 200),  # people who are ticked
    ],
    ids=["names", "values", "ticked"],
)
def test_very_many_fields_are_refused_and_many_people_are_not(
    client: Browser, query: str, status: int
) -> None:
    assert client.get(f"/signup?{query}").status_code == status


@pytest.mark.parametrize("path", ["/nowhere/%01%1b", "/nowhere/één?x=%00", "/a%3Fb%25?q=%C3%A9&x"])
def test_a_page_that_does_not_exist_leads_back_to_itself(client: Browser, path: str) -> None:
    shown = client.get(path)
    assert shown.status_code in {400, 404}
    answer = client.submit(shown, action="/language/en")
    assert client.get(answer.location).request.path == shown.request.path


# --- Leading elsewhere ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "/home",
        "/",
        "/lessons/waarom-eropaf/wegen-jayden?a=b&c=d#main",
        "/join/ABC234",
        "/zoek?q=https://elders.example",
        "/lessons/één",
        "/" + "a" * 199,
    ],
)
def test_a_path_of_this_site_is_followed(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "home",
        "https://evil.example/",
        "http:evil.example",
        "javascript:alert(1)",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\\b",
        " /home",
        "/ /evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\nSet-Cookie: a=b",
        "/\x00",
        "@evil.example",
        "/" + "a" * 200,
    ],
)
def test_nothing_else_is_followed(target: str | None) -> None:
    assert safe_next(target) is None


# --- What every answer carries -------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/login", "/nowhere", "/healthz", "/home"])
def test_every_answer_tells_browsers_what_it_may_do(client: Browser, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; manifest-src 'self'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_a_page_of_somebody_signed_in_is_kept_nowhere(sign_in: SignIn, learner: User) -> None:
    assert sign_in(learner).get("/").headers["Cache-Control"] == "no-store"


def test_a_page_of_a_visitor_is_asked_for_again_each_time(client: Browser) -> None:
    assert client.get("/").headers["Cache-Control"] == "no-cache, private"


def test_the_answer_to_a_write_is_kept_nowhere(client: Browser) -> None:
    assert client.post("/signup", data=SIGN_UP).headers["Cache-Control"] == "no-store"


def test_pages_travel_compressed(client: Browser) -> None:
    plain = client.get("/")
    client.checks_pages = False  # The checks read text.
    for encoding in ("br", "gzip"):
        packed = client.get("/", headers={"Accept-Encoding": encoding})
        assert packed.headers["Content-Encoding"] == encoding
        assert len(packed.data) < len(plain.data) / 2


# --- Cookies -------------------------------------------------------------------------------


def cookies(answers: list[str]) -> dict[str, str]:
    """What ``Set-Cookie`` says after the value, by name."""
    return {
        line.partition("=")[0]: line.partition(";")[2].strip().replace("; ", " ")
        for line in answers
    }


def test_no_script_and_no_other_site_reads_the_cookies(client: Browser, learner: User) -> None:
    form = client.get("/login")
    signed_in = client.submit(form, {"email": learner.email, "password": PASSWORD})
    made = cookies(form.headers.getlist("Set-Cookie") + signed_in.headers.getlist("Set-Cookie"))
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(made["form"].split())
    assert {"Max-Age=1209600", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(made["sid"].split())


def test_in_production_cookies_travel_encrypted_and_are_bound_to_this_host(
    site: MakesSite,
) -> None:
    app = site(mode="production", base_url="https://localhost", secret_key="x" * 32)
    make = Factory(app)
    user = make.learner()
    browser = app.test_client()
    form = browser.get("/login", base_url="https://localhost")
    token = form.text.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    signed_in = browser.post(
        "/login",
        base_url="https://localhost",
        data={"email": user.email, "password": PASSWORD, "csrf_token": token},
        headers={"Origin": "https://localhost"},
        token=False,
    )
    assert signed_in.status_code == 303
    made = cookies(form.headers.getlist("Set-Cookie") + signed_in.headers.getlist("Set-Cookie"))
    assert {"__Host-form", "__Host-sid"} <= set(made)
    for name in ("__Host-form", "__Host-sid"):
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(made[name].split())
        assert "Domain" not in made[name]
    assert form.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    home = browser.get("/home", base_url="https://localhost")
    assert home.status_code == 200
