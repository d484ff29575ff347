"""The database cannot answer now: what people see, and that nothing they typed is lost."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, LiteralString

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from pysqlite3 import dbapi2 as sqlite3
from sqlalchemy import event, make_url, update

from course.accounts.models import User
from course.config import Settings
from course.core import backup
from course.core import db as database
from course.core.db import db
from tests import pages
from tests.browser import Browser
from tests.core.conftest import MakesSite
from tests.factories import LESSON, Factory

TEXT = "Ik ging er zelf heen en vroeg wat er aan de hand was.\nDat had ik eerder moeten doen."


def settings_of(app: Flask) -> Settings:
    found: Settings = app.extensions["settings"]
    return found


@pytest.fixture
def app_in_a_hurry(site_on_each: MakesSite, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A site that waits a tenth of a second for a lock, and not for seconds."""
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 100)
    app = site_on_each()
    settings = settings_of(app)
    if not settings.is_sqlite:
        name = sql.Identifier(str(make_url(settings.database_url).database))
        with psycopg.connect(backup.libpq_url(settings), autocommit=True) as connection:
            connection.execute(sql.SQL("ALTER DATABASE {} SET lock_timeout = 100").format(name))
    with app.app_context():
        db.engine.dispose()
    return app


@contextmanager
def held(app: Flask, table: str) -> Iterator[None]:
    """Somebody else writes, and does not stop: all of SQLite, or one table of PostgreSQL."""
    settings = settings_of(app)
    if settings.is_sqlite:
        file = sqlite3.connect(backup.sqlite_file(settings), isolation_level=None)
        file.execute("BEGIN IMMEDIATE")
        yield
        file.execute("ROLLBACK")
        file.close()
    else:
        with psycopg.connect(backup.libpq_url(settings)) as connection:
            name = sql.Identifier(table)
            connection.execute(sql.SQL("LOCK {} IN ACCESS EXCLUSIVE MODE").format(name))
            yield
            connection.rollback()


@pytest.fixture
def browser(app_in_a_hurry: Flask) -> Browser:
    """Somebody signed in, half-way through the reflection."""
    make = Factory(app_in_a_hurry)
    user = make.learner(name="Lena Leerling")
    make.enrolment(user, last_step=make.step("reflect").slug)
    found = app_in_a_hurry.test_client()
    assert isinstance(found, Browser)
    found.set_cookie("sid", make.sign_in(user))
    return found


@pytest.mark.parametrize("table", ["sign_in", "enrolment", "draft"])
def test_a_text_sent_while_the_database_is_locked_comes_back_in_a_form_that_sends_it(
    app_in_a_hurry: Flask, browser: Browser, table: str
) -> None:
    path = f"/lessons/{LESSON}/{Factory(app_in_a_hurry).step('reflect').slug}"
    form = browser.get(path)
    with held(app_in_a_hurry, table):
        began = time.monotonic()
        page = browser.submit(form, {"text": TEXT})
        assert time.monotonic() - began < 5
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "5"
    assert "Je tekst is er nog" in pages.main_words(page)
    sent = browser.submit(page)
    assert (sent.status_code, sent.location) == (303, f"{path}/hand-in")
    kept = pages.parse(browser.get(path).text).find(".//textarea[@name='text']")
    assert kept is not None
    assert "".join(kept.itertext()) == TEXT


@pytest.mark.parametrize("table", ["sign_in", "enrolment", "draft"])
def test_a_script_that_saves_is_told_to_try_again(
    app_in_a_hurry: Flask, browser: Browser, table: str
) -> None:
    path = f"/lessons/{LESSON}/{Factory(app_in_a_hurry).step('reflect').slug}/draft"
    data = {"text": TEXT, "revision": "0"}
    script = {"Accept": "application/json"}
    with held(app_in_a_hurry, table):
        answer = browser.post(path, data=data, headers=script)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.json is not None
    assert list(answer.json) == ["error"]
    assert browser.post(path, data=data, headers=script).status_code == 200


def test_a_visitor_too_gets_the_text_back(app_in_a_hurry: Flask) -> None:
    visitor = app_in_a_hurry.test_client()
    assert isinstance(visitor, Browser)
    path = f"/lessons/{LESSON}/{Factory(app_in_a_hurry).step('reflect').slug}"
    with held(app_in_a_hurry, "pending"):
        page = visitor.post(path, data={"text": TEXT})
    assert page.status_code == 503
    assert visitor.submit(page).location == f"/signup?next={path}"


def test_reading_goes_on_while_somebody_writes(app_in_a_hurry: Flask, browser: Browser) -> None:
    with app_in_a_hurry.app_context():
        db.session.execute(update(User).values(name="Nog niet bewaard"))
        with ThreadPoolExecutor(1) as other:  # Here, a context is open.
            page = other.submit(browser.get, "/home").result()
        db.session.rollback()
    assert page.status_code == 200
    assert "Lena Leerling" in page.text


def test_a_writer_waits_for_another_one_that_is_quick(site_on_each: MakesSite) -> None:
    app = site_on_each()
    make = Factory(app)
    browser = app.test_client()
    assert isinstance(browser, Browser)
    browser.set_cookie("sid", make.sign_in(make.learner()))
    with ThreadPoolExecutor(1) as other, held(app, "user"):
        waiting = other.submit(browser.submit, "/me/settings", {"name": "Piet"})
        time.sleep(0.5)
        assert not waiting.done()
    assert waiting.result().status_code == 303


# --- PostgreSQL, gone and back -------------------------------------------------------------


only_postgresql = pytest.mark.parametrize("site_on_each", ["postgresql"], indirect=True)


@contextmanager
def away(app: Flask) -> Iterator[None]:
    """The database is not to be found."""
    administer(app, "ALTER DATABASE {name} RENAME TO {elsewhere}")
    try:
        yield
    finally:
        administer(app, "ALTER DATABASE {elsewhere} RENAME TO {name}")


def administer(app: Flask, statement: LiteralString = "") -> None:
    """Cut all connections with the database of the app, and do this as the server's own user."""
    url = make_url(settings_of(app).database_url).set(drivername="postgresql")
    name = str(url.database)
    there = url.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(there, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        if statement:
            names = {"name": sql.Identifier(name), "elsewhere": sql.Identifier(f"{name}_away")}
            connection.execute(sql.SQL(statement).format(**names))


@only_postgresql
def test_connections_that_were_cut_are_made_again(app_in_a_hurry: Flask, browser: Browser) -> None:
    assert browser.get("/home").status_code == 200
    administer(app_in_a_hurry)
    assert browser.get("/home").status_code == 200


@only_postgresql
def test_a_database_that_goes_away_in_the_middle_loses_no_text_and_no_name(
    app_in_a_hurry: Flask, browser: Browser
) -> None:
    path = f"/lessons/{LESSON}/{Factory(app_in_a_hurry).step('reflect').slug}"
    form = browser.get(path)
    with app_in_a_hurry.app_context():
        engine = db.engine

    with ExitStack() as stack:

        def go_away(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if "INSERT INTO draft" in statement:
                stack.enter_context(away(app_in_a_hurry))

        event.listen(engine, "before_cursor_execute", go_away)
        try:
            page = browser.submit(form, {"text": TEXT})
        finally:
            event.remove(engine, "before_cursor_execute", go_away)
    assert page.status_code == 503
    assert "Lena Leerling" in page.text
    assert browser.submit(page).location == f"{path}/hand-in"


@only_postgresql
def test_while_the_database_is_away_pages_say_so_and_texts_are_kept(
    app_in_a_hurry: Flask, browser: Browser
) -> None:
    path = f"/lessons/{LESSON}/{Factory(app_in_a_hurry).step('reflect').slug}"
    form = browser.get(path)
    with away(app_in_a_hurry):
        assert browser.get("/home").status_code == 503
        page = browser.submit(form, {"text": TEXT})
        assert page.status_code == 503
        assert app_in_a_hurry.test_client().get("/").status_code == 200
    assert browser.submit(page).location == f"{path}/hand-in"


@only_postgresql
def test_a_load_balancer_can_tell_a_dead_program_from_a_database_that_is_away(
    app_in_a_hurry: Flask, browser: Browser
) -> None:
    for visitor in (browser, app_in_a_hurry.test_client()):
        answers = {path: visitor.get(path).status_code for path in ("/healthz", "/readyz")}
        assert answers == {"/healthz": 200, "/readyz": 200}
        with away(app_in_a_hurry):
            answers = {path: visitor.get(path).status_code for path in ("/healthz", "/readyz")}
        assert answers == {"/healthz": 200, "/readyz": 503}
