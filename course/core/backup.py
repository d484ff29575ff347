"""Backup and restore. Copying a database file is no backup; these are consistent while writing."""

import shutil
import subprocess
from contextlib import closing
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite3
from sqlalchemy import make_url

from course.config import Settings

PAUSE_OUTBOX = (
    "UPDATE outbox SET attempts = attempts, available_at = '9999-01-01' WHERE sent_at IS NULL"
)


class BackupError(Exception):
    """The copy could not be made or is not usable; the text says why and what to do."""


def make(settings: Settings, target: Path) -> None:
    """Write a copy of the whole database to ``target``, with all that was saved before the call."""
    if target.exists():
        raise BackupError(f"{target} exists already: choose another name.")
    if not target.parent.is_dir():
        raise BackupError(f"{target.parent} is no folder: make it first.")
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)  # it holds what people wrote
    try:
        if settings.is_sqlite:
            _copy_sqlite(sqlite_file(settings), partial)
        else:
            _run(["pg_dump", "--format=custom", f"--file={partial}", libpq_url(settings)])
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.exists():
        raise BackupError(f"{source}: there is no database here.")
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        check(copy)


def restore(settings: Settings, source: Path) -> None:
    """Replace the database by ``source``. Mail that waits in the copy is put on hold."""
    if settings.is_sqlite:
        target = sqlite_file(settings)
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
            check(copy)
            with closing(sqlite3.connect(target)) as live:
                copy.backup(live)
                live.execute(PAUSE_OUTBOX)
                live.commit()
        return
    _run(
        [
            "pg_restore",
            "--clean",
            "--if-exists",
            "--no-owner",
            "--single-transaction",
            f"--dbname={libpq_url(settings)}",
            str(source),
        ]
    )
    _run(["psql", "--quiet", f"--command={PAUSE_OUTBOX}", libpq_url(settings)])


def check(connection: sqlite3.Connection) -> None:
    """Refuse a copy that SQLite itself finds damaged, or that is not one of ours."""
    try:
        (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.DatabaseError as error:
        raise BackupError(f"this is not a database: {error}") from error
    if verdict != "ok":
        raise BackupError(f"this copy is damaged: {verdict}")
    if "alembic_version" not in tables:
        raise BackupError("this database has none of our tables: is it of another program?")


def sqlite_file(settings: Settings) -> Path:
    """The file of the database."""
    return Path(str(make_url(settings.database_url).database))


def libpq_url(settings: Settings) -> str:
    """The address as PostgreSQL's own programs take it."""
    url = make_url(settings.database_url).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def _run(command: list[str]) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise BackupError(f"{command[0]} is not installed: install PostgreSQL's client programs.")
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)  # noqa: S603 - our own command line
    if done.returncode:
        raise BackupError(f"{command[0]} failed: {done.stderr.strip()[-500:]}")
