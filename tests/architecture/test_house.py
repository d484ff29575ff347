"""The test house itself: what it promises to all other tests."""

import socket
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask, Response
from sqlalchemy import func, select

from course.accounts.models import User
from course.core.access import public
from course.core.db import Model, db
from tests import pages
from tests.browser import Browser
from tests.conftest import CountsQueries, MailServer, NetworkRefused, Once, Outbox, new_browser
from tests.factories import Factory
from tests.houses import new_postgresql
from tests.pages import WrongPage, main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]


# --- The database --------------------------------------------------------------------------


def _rows(in_app: InApp) -> dict[str, int]:
    with in_app():
        return {
            table.name: db.session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Model.metadata.sorted_tables
        }


# The same test twice: whichever comes second would meet the rows of the first.
@pytest.mark.parametrize("time", ["once", "again"])
def test_each_test_begins_with_an_empty_database_and_counts_from_one(
    make: Factory, in_app: InApp, time: str
) -> None:
    assert set(_rows(in_app).values()) == {0}, time
    learner = make.learner()
    make.submission(make.enrolment(learner))
    assert learner.id == 1


@pytest.mark.parametrize("time", ["once", "again"])
def test_what_was_made_once_is_brought_back_and_counting_goes_on(
    make: Factory, once: Once, in_app: InApp, time: str
) -> None:
    make.learner(name="Wie er eerst was")
    assert once(_everything) == "made", time
    filled = _rows(in_app)
    assert [name for name, count in filled.items() if not count] == []
    make.learner(email="later@example.org")
    assert _rows(in_app) == {**filled, "user": filled["user"] + 1}


def _everything(app: Flask) -> str:
    Factory(app).everything()
    return "made"


def test_the_factory_fills_every_table(make: Factory, in_app: InApp) -> None:
    """Tests of all tables rely on this, such as those of migrations and of access."""
    make.everything()
    assert [name for name, count in _rows(in_app).items() if not count] == []


def test_queries_are_counted_alike_on_both_databases(
    client: Browser, count_queries: CountsQueries
) -> None:
    with count_queries() as statements:
        client.get("/readyz")
    assert statements == ["SELECT 1"]


def test_without_postgresql_a_test_is_skipped_with_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pgserver", None)
    monkeypatch.delenv("REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="there is no PostgreSQL"):
        new_postgresql("never")


def test_without_postgresql_a_test_fails_where_all_are_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pgserver", None)
    monkeypatch.setenv("REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="there is no PostgreSQL"):
        new_postgresql("never")


# --- Browsers ------------------------------------------------------------------------------


def test_users_do_not_mix_when_an_app_context_is_open(
    app: Flask,
    sign_in: SignIn,
    learner: User,
    outsider: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fails when a request no longer runs in an empty context: trap 1 of Flask before 3.2."""
    first, second, visitor = sign_in(learner), sign_in(outsider), new_browser(app)
    monkeypatch.setattr("tests.browser.has_app_context", lambda: False)
    with app.app_context():
        assert learner.name in main_words(first.get("/home"))
        assert outsider.name in main_words(second.get("/home"))
        assert visitor.get("/home").status_code == 303


def test_a_browser_refuses_to_ask_while_an_app_context_is_open(
    client: Browser, in_app: InApp
) -> None:
    with in_app(), pytest.raises(AssertionError, match="close the app context"):
        client.get("/")


def test_rows_are_not_made_while_an_app_context_is_open(make: Factory, in_app: InApp) -> None:
    with in_app(), pytest.raises(AssertionError, match="close the app context"):
        make.learner()


def test_a_form_is_sent_with_what_was_filled_in_already(
    sign_in: SignIn, learner: User, in_app: InApp
) -> None:
    sign_in(learner).submit("/me/settings", {"name": "Lena de Boer"})
    with in_app():
        changed = db.session.execute(select(User)).scalar_one()
    assert (changed.name, changed.language, changed.shortcuts) == ("Lena de Boer", "nl", True)


def test_a_field_that_is_not_on_the_page_cannot_be_sent(client: Browser) -> None:
    with pytest.raises(AssertionError, match=r"no form to anywhere with \['role'\]"):
        client.submit("/login", {"role": "administrator"})


def test_a_form_outside_main_is_found_by_its_address(client: Browser) -> None:
    assert client.submit("/help", action="/language/en").status_code == 303
    assert pages.parse(client.get("/help").text).get("lang") == "en"


# --- Pages ---------------------------------------------------------------------------------

WHOLE = """<!doctype html><html lang="nl"><head><title>Wegen · Weegschaal</title></head>
<body><main><h1>Wegen</h1>{}</main></body></html>"""

WRONG = {
    "an end tag too many": ("<p>Een</p></div>", "seen too early"),
    "a second h1": ("<h1>Wegen</h1>", "h1: there are 2"),
    "an id that is there twice": ('<p id="a">Een</p><p id="a">Twee</p>', "'a' is there 2 times"),
    "a field without a label": ('<p><input name="naam" id="naam"></p>', "'naam': has no label"),
    "a text area without a label": ('<textarea name="tekst"></textarea>', "has no label"),
    "a list without a label": ('<select name="plaats"></select>', "'plaats': has no label"),
    "an empty label": ('<label for="b"></label><input id="b" name="b">', "has no label"),
    "a radio outside a fieldset": (
        '<label><input type="radio" name="gewicht">1</label>',
        "has no fieldset with a legend",
    ),
    "a label for nothing": ('<label for="weg">Naam</label>', "for names 'weg'"),
    "a description of nothing": ('<p aria-describedby="weg">Een</p>', "names 'weg'"),
    "a pop-over that is not there": (
        '<button popovertarget="weg">Term</button>',
        "popovertarget names 'weg'",
    ),
    "a link to nowhere on the page": ('<a href="#weg">Bron</a>', "href '#weg'"),
    "a link without a name": ('<a href="/"></a>', "a /: has no name"),
    "a button without a name": ('<button><i aria-hidden="true"></i></button>', "has no name"),
    "a picture without a text": ('<img src="/a.png">', "has no alt"),
    "a drawing without a name": ('<svg><path d="M0 0"/></svg>', "svg: is neither"),
    "a form without a method": ('<form action="/zoek"></form>', "method is None"),
    "a form without a token": ('<form method="post"></form>', "has no token"),
    "an empty token": (
        '<form method="post"><input type="hidden" name="csrf_token" value=""></form>',
        "has no token",
    ),
    "a style attribute": ('<p style="color: red">Een</p>', "has style of its own"),
    "an inline script": ("<script>let a = 1</script>", "script: has no src"),
    "an event attribute": ('<button onclick="ga()">Ga</button>', "onclick is refused"),
    "a script as an address": ('<a href="javascript:ga()">Ga</a>', "href is a script"),
    "a script from elsewhere": ('<script src="https://e.example/a.js"></script>', "elsewhere"),
    "a picture from elsewhere": ('<img alt="" src="//e.example/a.png">', "from elsewhere"),
    "a form to elsewhere": ('<form method="get" action="http://e.example"></form>', "elsewhere"),
    "None": ("<p>Bewaard om None</p>", "shows 'None'"),
    "an attribute that is None": ('<p title="None">Een</p>', "shows 'None'"),
    "an undefined variable": ("<p>Undefined</p>", "shows 'Undefined'"),
    "a template that was not rendered": ("<p>{{ naam }}</p>", "shows '{{'"),
    "a function": ("<p>&lt;lambda&gt;</p>", "shows '<lambda'"),
    "a placeholder that was not filled": ("<p>Dag %(name)s</p>", "shows '%(name)s'"),
    "a text that was escaped twice": ("<p>R&amp;amp;D</p>", "shows '&amp;'"),
}


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("body", "complaint"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_page_fails_the_test_that_asks_for_it(
    client: Browser, monkeypatch: pytest.MonkeyPatch, body: str, complaint: str
) -> None:
    _show(client, monkeypatch, WHOLE.format(body))
    with pytest.raises(WrongPage) as refusal:
        client.get("/help")
    assert complaint in str(refusal.value)


def _show(client: Browser, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    """Let the page with help show this instead."""
    views = client.application.view_functions
    monkeypatch.setitem(views, "lessons.help_page", public(lambda: page))


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        (WHOLE.replace('lang="nl"', ""), "lang is None"),
        (WHOLE.replace("<h1>Wegen</h1>", ""), "h1: there are 0"),
        (WHOLE.replace("<title>Wegen", "<title>Anders"), "does not begin with the h1"),
        (WHOLE.replace("main>", "div>"), "main: there is not exactly one"),
        (WHOLE.removeprefix("<!doctype html>"), "Unexpected start tag"),
    ],
)
def test_a_page_that_does_not_name_itself_fails_the_test(
    client: Browser, monkeypatch: pytest.MonkeyPatch, page: str, complaint: str
) -> None:
    _show(client, monkeypatch, page.format(""))
    with pytest.raises(WrongPage) as refusal:
        client.get("/help")
    assert complaint in str(refusal.value)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_whole_page_passes(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = """<p id="a" popover>Uitleg</p><button popovertarget="a">Term</button>
    <svg aria-hidden="true"><path d="M0 0"/></svg><svg role="img" aria-label="Scheef"></svg>
    <fieldset><legend>Gewicht</legend><label><input type="radio" name="w">1</label></fieldset>
    <form method="post"><input type="hidden" name="csrf_token" value="x"></form>"""
    _show(client, monkeypatch, WHOLE.format(whole))
    assert client.get("/help").status_code == 200


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("part", "complaint"),
    [
        ("<p>Een</p></div>", "seen too early"),
        ('<p style="color: red">Een</p>', "has style of its own"),
        ('<form method="post"></form>', "has no token"),
    ],
)
def test_a_wrong_part_of_a_page_fails_the_test_that_asks_for_it(
    client: Browser, monkeypatch: pytest.MonkeyPatch, part: str, complaint: str
) -> None:
    _show(client, monkeypatch, part)
    with pytest.raises(WrongPage) as refusal:
        client.get("/help", headers={"HX-Request": "true"})
    assert complaint in str(refusal.value)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "header",
    ["Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control"],
)
def test_an_answer_without_a_header_fails_the_test(
    client: Browser, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    # What is registered first runs last, when all headers are there.
    monkeypatch.setitem(
        client.application.after_request_funcs,
        None,
        [
            lambda response: response.headers.pop(header) and response,
            *client.application.after_request_funcs[None],
        ],
    )
    with pytest.raises(WrongPage, match=header):
        client.get("/healthz")


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_page_of_somebody_signed_in_that_may_be_kept_fails_the_test(
    sign_in: SignIn, learner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(learner)
    functions = browser.application.after_request_funcs
    monkeypatch.setitem(functions, None, [_let_everybody_keep_it, *functions[None]])
    with pytest.raises(WrongPage, match="may be kept"):
        browser.get("/help")


def _let_everybody_keep_it(response: Response) -> Response:
    response.headers["Cache-Control"] = "public"
    return response


# --- The world outside ---------------------------------------------------------------------


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.org", 443)])
def test_a_test_cannot_reach_another_machine(address: tuple[str, int]) -> None:
    with socket.socket() as line, pytest.raises(NetworkRefused):
        line.connect(address)


def test_a_mail_goes_to_the_mail_server(
    app: Flask, make: Factory, outbox: Outbox, smtp: MailServer
) -> None:
    make.message("iemand@example.org", subject="Dag")
    assert outbox.send(smtp.settings(app)) == 1
    assert [mail["Subject"] for mail in smtp.mails] == ["Dag"]
