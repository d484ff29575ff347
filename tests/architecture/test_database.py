"""What "saved" rests on: how each connection to SQLite is set up, and who takes the lock when."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.exc import StatementError

from course.accounts.models import User
from course.app import create_app
from course.config import Settings
from course.core.clock import AMSTERDAM
from course.core.db import db
from tests.browser import Browser
from tests.factories import Factory

InApp = Callable[[], AbstractContextManager[None]]
only_sqlite = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


@only_sqlite
def test_every_connection_is_durable(in_app: InApp) -> None:
    """Twenty, all open at the same time: a pool gives fifteen, so a second one gives the rest."""
    found = []
    with in_app(), ExitStack() as stack:
        for number in range(20):
            if number % 15 == 0:
                db.engine.dispose()
            found.append(_pragmas(stack.enter_context(closing(db.engine.raw_connection()))))
    assert found == [PRAGMAS] * 20


def _pragmas(connection: Any) -> dict[str, Any]:
    found = {}
    for name in PRAGMAS:
        cursor = connection.cursor()
        found[name] = cursor.execute(f"PRAGMA {name}").fetchone()[0]
        cursor.close()
    return found


@pytest.fixture
def begun(app: Flask, in_app: InApp) -> Iterator[list[str]]:
    """How each transaction began, as SQLite was told."""
    statements: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("BEGIN"):
            statements.append(statement)

    with in_app():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", record)
    yield statements
    event.remove(engine, "before_cursor_execute", record)


@only_sqlite
def test_reading_a_page_does_not_wait_for_writers(
    sign_in: Callable[[User], Browser], learner: User, begun: list[str]
) -> None:
    browser = sign_in(learner)
    begun.clear()
    assert browser.get("/home").status_code == 200
    assert set(begun) == {"BEGIN"}


@only_sqlite
def test_a_page_that_writes_takes_the_lock_at_once(
    sign_in: Callable[[User], Browser], learner: User, begun: list[str]
) -> None:
    """Otherwise two that read first and then write refuse each other half-way."""
    browser = sign_in(learner)
    begun.clear()
    assert browser.post("/language/en").status_code == 303
    assert set(begun) == {"BEGIN IMMEDIATE"}


@only_sqlite
def test_reading_goes_on_while_somebody_writes(
    sign_in: Callable[[User], Browser], learner: User, app: Flask
) -> None:
    browser = sign_in(learner)
    with app.app_context():
        engine = db.engine
    with engine.connect() as writer:
        writer.execute(text("UPDATE user SET name = 'Iemand anders'"))
        page = browser.get("/home")
    assert learner.name in page.text


@only_sqlite
def test_a_library_that_may_lose_what_was_saved_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course.core.db.sqlite3.sqlite_version_info", (3, 50, 0))
    with pytest.raises(RuntimeError, match="install pysqlite3"):
        create_app(settings)


def test_a_moment_without_a_zone_is_refused(make: Factory) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        make.learner(created_at=datetime(2026, 3, 2, 9, 0))  # noqa: DTZ001 - the mistake


def test_a_moment_comes_back_as_it_went_in(make: Factory, in_app: InApp) -> None:
    amsterdam = datetime(2026, 3, 2, 10, 0, tzinfo=AMSTERDAM)
    make.learner(created_at=amsterdam)
    with in_app():
        found = db.session.execute(select(User.created_at)).scalar_one()
    assert found == amsterdam
    assert found.tzinfo is UTC
