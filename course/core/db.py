"""The database: one base class, safe SQLite, times that are always aware and in UTC."""

import time
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Flask, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from pysqlite3 import dbapi2 as sqlite3
from sqlalchemy import DateTime, MetaData, event, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine, Result
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator
from werkzeug.routing import IntegerConverter

from course.config import Settings

# SQLite before this version can corrupt a database in WAL mode when two connections write.
SAFE_SQLITE = (3, 51, 3)
BUSY_MILLISECONDS = 5000
PAUSE = 0.0003  # seconds before one looks again whether somebody else still writes
LARGEST_ID = 2**31 - 1  # of an INTEGER in PostgreSQL
KEPT_FROM_EXPORT = {"export": False}  # secrets: of no use to a person, of great use to a thief
# Of a column that holds the address of whom the row is about, account or not: it goes with the
# account of that address, in the download of one's own data and when one leaves.
OWN_ADDRESS = {"whose": "address"}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC. SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: use clock.now()")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        # PostgreSQL answers in the zone of the server.
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


class Model(DeclarativeBase):
    """The base of all tables; a real class, so that type checkers understand its columns."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(column_0_label)s",
                "uq": "uq_%(table_name)s_%(column_0_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: Moment()},
    )


# Objects keep their values after a commit: what was saved is what is shown, without asking again.
db = SQLAlchemy(model_class=Model, session_options={"expire_on_commit": False})


def engine_options(settings: Settings) -> dict[str, Any]:
    """What ``create_engine`` needs: our own SQLite, or a pool that notices a lost PostgreSQL."""
    # A failing statement ends up in the log, where what people wrote does not belong.
    private = {"hide_parameters": True}
    if settings.is_sqlite:
        return {**private, "module": sqlite3, "connect_args": {"check_same_thread": False}}
    return {
        **private,
        "pool_pre_ping": True,
        "connect_args": {"connect_timeout": 3, "options": "-c statement_timeout=10000"},
    }


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the database to the app; opens no connection."""
    if settings.is_sqlite and sqlite3.sqlite_version_info < SAFE_SQLITE:
        raise RuntimeError(f"SQLite {sqlite3.sqlite_version} may corrupt data: install pysqlite3")
    # A number that is too large to be an id is a page that does not exist, and not a failing query.
    app.url_map.converters["int"] = partial(IntegerConverter, max=LARGEST_ID)  # type: ignore[assignment]  # called only to make one
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings)
    db.init_app(app)
    if settings.is_sqlite:
        with app.app_context():
            make_durable(db.engine)


def make_durable(engine: Engine) -> None:
    """Set on every SQLite connection what "saved" depends on.

    WAL with ``synchronous=FULL`` lost nothing in power-cut tests; NORMAL lost all since the last
    checkpoint. Requests that write begin with ``BEGIN IMMEDIATE``, so that they wait for each
    other at the start instead of failing half-way.
    """

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MILLISECONDS}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        reads = has_request_context() and request.method in SAFE_METHODS
        if reads:
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_writing(connection)


def _begin_writing(connection: Connection) -> None:
    """Begin to write when nobody else does, within ``BUSY_MILLISECONDS``.

    SQLite itself looks again after ever longer pauses, up to a tenth of a second, so that whoever
    has waited longest is passed by whoever comes next. Here all look again each :data:`PAUSE`.
    """
    driver: Any = connection.connection.dbapi_connection
    until = time.monotonic() + BUSY_MILLISECONDS / 1000
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while not _begins(connection, is_last=time.monotonic() >= until):
            time.sleep(PAUSE)
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")


def _begins(connection: Connection, *, is_last: bool) -> bool:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        if is_last or not is_busy(error):
            raise
        return False
    return True


def add_migrations(app: Flask) -> None:
    """Give the app ``flask db`` and what :mod:`flask_migrate` needs.

    For commands only: Alembic takes 9 MB, and who serves pages has no use for it.
    """
    from flask_migrate import Migrate  # noqa: PLC0415 - for the reason above

    Migrate(app, db, directory="migrations")


def is_busy(error: OperationalError) -> bool:
    """Whether the database could not answer now but may soon: locked, lost, or out of time."""
    text = str(error.orig).lower()
    signs = ("locked", "busy", "connection", "timeout", "deadlock", "disk is full", "shutting down")
    return any(sign in text for sign in signs)


def end_transaction() -> None:
    """Commit before slow work such as hashing, so that no other writer waits for it."""
    db.session.commit()


def insert_if_absent(model: type[Model], **values: Any) -> bool:
    """Add a row unless its key is there already, and tell whether this call did.

    Two at the same moment make one. ``ON CONFLICT DO NOTHING`` is the same in SQLite and
    PostgreSQL. Defaults of columns apply.
    """
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(model).values(**values).on_conflict_do_nothing()
    # Counting the rows says -1 on PostgreSQL, where the driver fetches the new id by itself.
    added: Result[Any] = db.session.connection().execute(statement.returning(literal_column("1")))
    return added.first() is not None
