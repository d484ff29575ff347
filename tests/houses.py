"""The app under test, made once for each database, and the way back to an empty database.

Making the app and its tables takes most of a second, and a test should take milliseconds. So a
house stands for the whole run of a test process, and only what lies in it is cleared away. What
many tests begin with, such as the demo, is made once and brought back.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from jinja2.bccache import Bucket, BytecodeCache
from psycopg import sql
from pysqlite3 import dbapi2 as sqlite3
from sqlalchemy import make_url

from course.app import create_app
from course.config import Settings
from course.core import backup
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
# What PostgreSQL does to be quick with large tables. What it does for the case that the plug is
# pulled stays on, as the doctor looks at that; in memory it costs nothing.
FOR_LARGE_TABLES: Final = ("jit",)
SECRET_KEY: Final = "a key that only opens the doors of tests"
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class House:
    """An app with its database; ``clear`` empties it.

    ``keep()`` remembers all rows that are there, and gives what brings them back.
    """

    app: Flask
    clear: Callable[[], None]
    keep: Callable[[], Callable[[], None]]
    close: Callable[[], None]
    _kept: dict[Callable[[Flask], Any], tuple[Any, Callable[[], None]]] = field(
        default_factory=dict
    )

    def once(self, make: Callable[[Flask], Made]) -> Made:
        """What ``make(app)`` gives, with the rows that it makes in an empty database.

        It is called once for each test process; the next time the same rows are there, made at
        the same moment. So it is not for a test with a clock of its own.
        """
        if make in self._kept:
            given, bring_back = self._kept[make]
            bring_back()
        else:
            self.clear()
            given = make(self.app)
            self._kept[make] = given, self.keep()
        found: Made = given
        return found


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
    app.jinja_env.bytecode_cache = _COMPILED
    return app


class _CompiledTemplates(BytecodeCache):
    """Templates are compiled once for all apps of a process."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED: Final = _CompiledTemplates()


def migrate(app: Flask) -> None:
    """Make the tables as an operator does: by the migrations, or as a copy of what they made."""
    settings: Settings = app.extensions["settings"]
    copies = _SQLITE_COPIES if settings.is_sqlite else _POSTGRESQL_COPIES
    if not copies.fill(settings):
        add_migrations(app)
        with app.app_context():
            upgrade(directory=str(MIGRATIONS))
            db.engine.dispose()
        copies.take(settings)


class _SqliteCopies:
    """A file with all tables and no rows."""

    def __init__(self) -> None:
        self._file = b""

    def take(self, settings: Settings) -> None:
        self._file = backup.sqlite_file(settings).read_bytes()

    def fill(self, settings: Settings) -> bool:
        """Whether there is a copy to begin with."""
        if self._file:
            backup.sqlite_file(settings).write_bytes(self._file)
        return bool(self._file)


class _PostgresqlCopies:
    """A database with all tables and no rows, which others are made like."""

    def __init__(self) -> None:
        self._name = ""

    def take(self, settings: Settings) -> None:
        url = new_postgresql("tables", like=str(make_url(settings.database_url).database))
        self._name = str(make_url(url).database)

    def fill(self, settings: Settings) -> bool:
        """Whether there is a copy to begin with."""
        if self._name:
            _make_postgresql(str(make_url(settings.database_url).database), like=self._name)
        return bool(self._name)


_SQLITE_COPIES: Final = _SqliteCopies()
_POSTGRESQL_COPIES: Final = _PostgresqlCopies()


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
    copies: list[sqlite3.Connection] = []

    def keep() -> Callable[[], None]:
        copy = sqlite3.connect(":memory:")
        live.backup(copy)
        copies.append(copy)

        def bring_back() -> None:
            copy.backup(live)
            _clear_the_rest(folder)

        return bring_back

    def close() -> None:
        for connection in (live, *copies):
            connection.close()
        _dispose(app)

    return House(app, keep(), keep, close)


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
    copies = count(1)

    def clear() -> None:
        live.execute("SELECT clear_all_tables()")
        _clear_the_rest(folder)

    def keep() -> Callable[[], None]:
        bringing_back = _kept_as(live, f"kept_{next(copies)}")

        def bring_back() -> None:
            clear()
            live.execute(bringing_back)

        return bring_back

    def close() -> None:
        live.close()
        _dispose(app)

    return House(app, clear, keep, close)


def _clearing() -> sql.Composed:
    """A function that empties the tables that hold something, and counts from 1 again.

    ``TRUNCATE`` takes a quarter of a second, because it makes new files; deleting the few rows of
    a test takes a millisecond. As a replica, because triggers refuse to delete a grade.
    """
    steps = [
        sql.SQL("PERFORM set_config('session_replication_role', 'replica', true);"),
        *_emptying(),
    ]
    return sql.SQL(
        "CREATE FUNCTION clear_all_tables() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {} END $$"
    ).format(sql.SQL(" ").join(steps))


def _emptying() -> list[sql.Composed]:
    return [
        sql.SQL("IF EXISTS (SELECT FROM {name}) THEN DELETE FROM {name}; {restart} END IF;").format(
            name=sql.Identifier(table.name),
            restart=sql.SQL("PERFORM setval({}, 1, false);").format(f"{table.name}_id_seq")
            if "id" in table.c
            else sql.SQL(""),
        )
        for table in reversed(Model.metadata.sorted_tables)
    ]


def _kept_as(live: psycopg.Connection, schema: str) -> sql.Composed:
    """Copy all tables to a schema of their own; gives what fills empty tables from the copies."""
    copies = sql.Identifier(schema)
    live.execute(sql.SQL("CREATE SCHEMA {}").format(copies))
    # The rows fit each other already.
    steps: list[sql.Composable] = [sql.SQL("SET session_replication_role = replica")]
    for table in Model.metadata.sorted_tables:
        name = sql.Identifier(table.name)
        copy = sql.SQL("CREATE TABLE {}.{} AS TABLE {}").format(copies, name, name)
        if live.execute(copy).rowcount:
            steps.append(sql.SQL("INSERT INTO {} TABLE {}.{}").format(name, copies, name))
            if "id" in table.c:
                steps.append(
                    sql.SQL("SELECT setval({}, max(id)) FROM {}").format(
                        f"{table.name}_id_seq", name
                    )
                )
    return sql.SQL("; ").join([*steps, sql.SQL("RESET session_replication_role")])


def new_postgresql(name: str, *, like: str = "template0") -> str:
    """Make an empty database on the server of this run; return its address.

    ``name`` says what it is for; each process of a run gets its own. Where there is no server to
    be had, the test is skipped, or fails with ``REQUIRE_ALL=1``.
    """
    name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    _make_postgresql(name, like=like)
    return str(_server().get_uri(database=name))


def _make_postgresql(name: str, *, like: str) -> None:
    with psycopg.connect(_server().get_uri(), autocommit=True) as connection:
        called, copied = sql.Identifier(name), sql.Identifier(like)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(called))
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE {}").format(called, copied)
        )


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
    return _started(pgserver, folder)


@cache
def _started(pgserver: Any, folder: Path) -> Any:
    server = pgserver.get_server(folder, cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in FOR_LARGE_TABLES:
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.SQL(setting)))
        connection.execute("SELECT pg_reload_conf()")
    return server
