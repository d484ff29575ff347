"""The app under test, made once for each database, and the way back to an empty database.

Making the app and its tables takes most of a second, and a test should take milliseconds. So a
house stands for the whole run of a test process, and only what lies in it is cleared away.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from psycopg import sql
from pysqlite3 import dbapi2 as sqlite3

from course.app import create_app
from course.config import Settings
from course.core.db import Model, add_migrations, db
from course.core.security import limiter
from course.lessons import editions
from tests.browser import Browser

ROOT: Final = Path(__file__).parent.parent
MIGRATIONS: Final = ROOT / "migrations"
DATABASES: Final = ("sqlite", "postgresql")
ROOM_NEEDED: Final = 1 << 30  # bytes, of which a run uses about a tenth
# Clearing does not wait for ever for a connection that a test forgot to close.
OPTIONS: Final = "-c lock_timeout=5000"
SECRET_KEY: Final = "a key that only opens the doors of tests"


@dataclass(frozen=True, slots=True)
class House:
    """An app with its database; ``clear`` empties it."""

    app: Flask
    clear: Callable[[], None]
    close: Callable[[], None]


class Street:
    """The houses of one test process, each built when the first test asks for it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="weegschaal-tests-", dir=quickest_folder()))
        self._houses: dict[str, House] = {}

    def house(self, database: str) -> House:
        """The house on this database."""
        if database not in self._houses:
            folder = self._folder / database
            folder.mkdir(exist_ok=True)
            build = {"sqlite": _on_sqlite, "postgresql": _on_postgresql}[database]
            self._houses[database] = build(folder)
        return self._houses[database]

    def house_of(self, app: Flask) -> House:
        """The house that this app lives in."""
        return next(house for house in self._houses.values() if house.app is app)

    def close(self) -> None:
        """Take it all down."""
        for house in self._houses.values():
            house.close()
        shutil.rmtree(self._folder)


def quickest_folder() -> Path:
    """Where to put databases: in memory if there is room, as each commit waits for the disk."""
    memory = Path("/dev/shm")  # noqa: S108 - what we make in it has a name that nobody guesses
    if memory.is_dir() and shutil.disk_usage(memory).free > ROOM_NEEDED:
        return memory
    return Path(tempfile.gettempdir())


def settings_for(database_url: str, folder: Path, **changes: Any) -> Settings:
    """Settings of a development site with the real content and nothing outside ``folder``."""
    values = {
        "database_url": database_url,
        "secret_key": SECRET_KEY,
        "content": ROOT / "content",
        "instance": folder,
        "base_url": "http://localhost",
        "log_level": "warning",
        **changes,
    }
    return Settings.model_validate(values)


def make_app(settings: Settings) -> Flask:
    """An app whose mistakes are not turned into error pages, and whose client reads along."""
    app = create_app(settings)
    # As in production: what an author changes meanwhile comes with the next run.
    with app.app_context():
        app.extensions["library"] = editions.library()
    app.testing = True
    app.test_client_class = Browser
    return app


def migrate(app: Flask) -> None:
    """Make the tables as an operator does."""
    add_migrations(app)
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
        db.engine.dispose()


def _clear_the_rest(folder: Path) -> None:
    limiter.reset()
    shutil.rmtree(folder / "mail", ignore_errors=True)


# --- SQLite --------------------------------------------------------------------------------


def _on_sqlite(folder: Path) -> House:
    file = folder / "weegschaal.sqlite3"
    app = make_app(settings_for(f"sqlite:///{file}", folder))
    migrate(app)
    live = sqlite3.connect(file, isolation_level=None)
    live.execute("PRAGMA synchronous=OFF")  # Nobody pulls the plug during a test.
    template = sqlite3.connect(":memory:")
    live.backup(template)

    def clear() -> None:
        template.backup(live)
        _clear_the_rest(folder)

    def close() -> None:
        live.close()
        template.close()
        _dispose(app)

    return House(app, clear, close)


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


# --- PostgreSQL ----------------------------------------------------------------------------


def _on_postgresql(folder: Path) -> House:
    url = new_postgresql("weegschaal")
    app = make_app(settings_for(url, folder))
    migrate(app)
    live = psycopg.connect(url, autocommit=True, options=OPTIONS)
    live.execute(_clearing())

    def clear() -> None:
        live.execute("SELECT clear_all_tables()")
        _clear_the_rest(folder)

    def close() -> None:
        live.close()
        _dispose(app)

    return House(app, clear, close)


def _clearing() -> sql.Composed:
    """A function that empties the tables that hold something, and counts from 1 again.

    ``TRUNCATE`` takes a quarter of a second, because it makes new files; deleting the few rows of
    a test takes a millisecond.
    """
    steps = [
        sql.SQL("IF EXISTS (SELECT FROM {name}) THEN DELETE FROM {name}; {restart} END IF;").format(
            name=sql.Identifier(table.name),
            restart=sql.SQL("PERFORM setval({}, 1, false);").format(f"{table.name}_id_seq")
            if "id" in table.c
            else sql.SQL(""),
        )
        for table in reversed(Model.metadata.sorted_tables)
    ]
    return sql.SQL(
        "CREATE FUNCTION clear_all_tables() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {} END $$"
    ).format(sql.SQL(" ").join(steps))


def new_postgresql(name: str) -> str:
    """Make an empty database on the server of this run; return its address.

    ``name`` says what it is for; each process of a run gets its own. Where there is no server to
    be had, the test is skipped, or fails with ``REQUIRE_ALL=1``.
    """
    server = _server()
    name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        called = sql.Identifier(name)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(called))
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(called)
        )
    return str(server.get_uri(database=name))


def _server() -> Any:
    try:
        pgserver = import_module("pgserver")  # There is none for every Python that we support.
    except ModuleNotFoundError:
        reason = "there is no PostgreSQL: pgserver has no wheel for this Python"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    # Not below pytest's own folder: that is closed to others, and as root the server runs as
    # another user. One folder for all workers of a run, which therefore share one server; the
    # last of them removes it.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
    folder = quickest_folder() / f"weegschaal-postgresql-{run}"
    return pgserver.get_server(folder, cleanup_mode="delete")
