"""Copies of the database, made while people work, and put back."""

import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from pysqlite3 import dbapi2 as sqlite3
from sqlalchemy import select, text, update

from course.accounts.models import User
from course.config import Settings
from course.core import backup
from course.core.backup import BackupError
from course.core.db import db
from course.core.outbox import Message
from tests.conftest import MailServer, Outbox
from tests.core.conftest import MakesSite
from tests.factories import Factory

only_sqlite = pytest.mark.parametrize("site_on_each", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("site_on_each", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def _programs_of_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs that came with the server: older ones refuse to copy it."""
    package = find_spec("pgserver")  # There is none for every Python that we support.
    if package is not None and package.origin is not None:
        programs = Path(package.origin).parent / "pginstall" / "bin"
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


def settings_of(app: Flask) -> Settings:
    found: Settings = app.extensions["settings"]
    return found


def names(app: Flask) -> list[str]:
    """The names of all accounts, in order."""
    with app.app_context():
        return list(db.session.scalars(select(User.name).order_by(User.name)))


def restore(app: Flask, copy: Path) -> None:
    """Put the copy back, with the server stopped."""
    with app.app_context():
        db.engine.dispose()
    backup.restore(settings_of(app), copy)


@contextmanager
def busy_writers(app: Flask, *, number: int) -> Iterator[list[str]]:
    """So many people who write all the time; yields the keys of what they were told is saved."""
    saved: list[str] = []
    failures: list[Exception] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            message = Message(key=str(uuid4()), recipient="a@example.org", subject="x", body="y")
            try:
                with app.app_context():
                    db.session.add(message)
                    db.session.commit()
            except Exception as error:
                failures.append(error)
                return
            saved.append(message.key)

    writers = [threading.Thread(target=write) for _number in range(number)]
    for writer in writers:
        writer.start()
    try:
        yield saved
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert failures == []


# --- Making --------------------------------------------------------------------------------


def test_a_copy_made_while_two_people_write_has_all_that_was_saved_before(
    site_on_each: MakesSite, tmp_path: Path
) -> None:
    app, other = site_on_each(), site_on_each()
    written_meanwhile = 0
    with busy_writers(app, number=2) as saved:
        for number in range(3):
            while len(saved) < 50 * (number + 1):
                time.sleep(0.01)
            before = set(saved)
            copy = tmp_path / f"copy-{number}"
            backup.make(settings_of(app), copy)
            written_meanwhile += len(set(saved) - before)
            restore(other, copy)
            with other.app_context():
                found = set(db.session.scalars(select(Message.key)))
            assert before <= found
    assert written_meanwhile, "writing stood still while the copies were made"


@only_sqlite
def test_a_copy_of_sqlite_is_a_whole_database_in_one_file(
    site_on_each: MakesSite, tmp_path: Path
) -> None:
    app = site_on_each()
    Factory(app).learner(name="Lena")
    folder = tmp_path / "copies"
    folder.mkdir()
    backup.make(settings_of(app), folder / "copy")
    assert [path.name for path in folder.iterdir()] == ["copy"]
    with closing(sqlite3.connect(folder / "copy")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
        assert copy.execute('SELECT name FROM "user"').fetchall() == [("Lena",)]


def test_a_copy_is_for_nobody_else_to_read(site_on_each: MakesSite, tmp_path: Path) -> None:
    backup.make(settings_of(site_on_each()), tmp_path / "copy")
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600


def test_a_copy_never_replaces_a_file(site_on_each: MakesSite, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.write_text("important", encoding="utf-8")
    with pytest.raises(BackupError, match="copy exists already: choose another name"):
        backup.make(settings_of(site_on_each()), copy)
    assert copy.read_text(encoding="utf-8") == "important"


def test_a_copy_to_a_folder_that_is_not_there_is_refused(
    site_on_each: MakesSite, tmp_path: Path
) -> None:
    with pytest.raises(BackupError, match="nowhere is no folder"):
        backup.make(settings_of(site_on_each()), tmp_path / "nowhere" / "copy")


@only_sqlite
def test_a_database_that_is_not_there_is_not_copied(
    site_on_each: MakesSite, tmp_path: Path
) -> None:
    settings = settings_of(site_on_each())
    missing = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/none.sqlite3"})
    with pytest.raises(BackupError, match=r"none\.sqlite3: there is no database"):
        backup.make(missing, tmp_path / "copy")
    assert not (tmp_path / "none.sqlite3").exists()
    assert not (tmp_path / "copy").exists()


@only_postgresql
def test_a_copy_that_fails_leaves_nothing_behind(site_on_each: MakesSite, tmp_path: Path) -> None:
    settings = settings_of(site_on_each())
    wrong = settings.model_copy(update={"database_url": f"{settings.database_url}&port=1"})
    folder = tmp_path / "copies"
    folder.mkdir()
    with pytest.raises(BackupError, match="pg_dump failed: "):
        backup.make(wrong, folder / "copy")
    assert list(folder.iterdir()) == []


@only_postgresql
def test_without_the_programs_of_postgresql_the_remedy_is_told(
    site_on_each: MakesSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = site_on_each()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is not installed: install PostgreSQL's client"):
        backup.make(settings_of(app), tmp_path / "copy")


# --- Putting back --------------------------------------------------------------------------


def test_a_copy_brings_back_what_was_there_and_nothing_else(
    site_on_each: MakesSite, tmp_path: Path
) -> None:
    app = site_on_each()
    make = Factory(app)
    lena = make.learner(name="Lena Één", email="lena@example.org")
    make.draft(make.enrolment(lena), text="Ik dacht: “nee”.\n\nToen ging ik.")
    make.learner(name="Piet")
    backup.make(settings_of(app), tmp_path / "copy")
    with app.app_context():
        db.session.execute(update(User).values(name="Verprutst"))
        db.session.execute(text("DELETE FROM draft"))
        db.session.commit()
    make.learner(name="Nieuw")
    restore(app, tmp_path / "copy")
    assert names(app) == ["Lena Één", "Piet"]
    browser = app.test_client()
    browser.set_cookie("sid", make.sign_in(lena))
    shown = browser.get(f"/lessons/waarom-eropaf/{make.step('reflect').slug}").text
    assert "Ik dacht: “nee”.\n\nToen ging ik." in shown


def test_a_copy_fills_an_empty_database_elsewhere(site_on_each: MakesSite, tmp_path: Path) -> None:
    app, elsewhere = site_on_each(), site_on_each()
    Factory(app).learner(name="Lena")
    backup.make(settings_of(app), tmp_path / "copy")
    restore(elsewhere, tmp_path / "copy")
    assert names(elsewhere) == ["Lena"]
    # Numbers go on where they were, so nobody gets the number of somebody else.
    Factory(elsewhere).learner(name="Piet", email="piet@example.org")
    assert names(elsewhere) == ["Lena", "Piet"]


def test_mail_that_waits_in_a_copy_is_put_on_hold(
    site_on_each: MakesSite, tmp_path: Path, smtp: MailServer, clock: time_machine.Traveller
) -> None:
    """It went out after the copy was made: nobody should get it again, weeks later."""
    app = site_on_each()
    make, outbox = Factory(app), Outbox(app)
    make.message(subject="Verstuurd")
    outbox.send(smtp.settings(app))
    make.message(subject="Wacht")
    backup.make(settings_of(app), tmp_path / "copy")
    restore(app, tmp_path / "copy")
    for _day in range(3):
        clock.shift(timedelta(hours=23))
        assert outbox.send(smtp.settings(app)) == 0
    make.message(subject="Nieuw")
    assert outbox.send(smtp.settings(app)) == 1
    assert [mail["Subject"] for mail in smtp.mails] == ["Verstuurd", "Nieuw"]


@pytest.mark.parametrize("content", [b"", b"Beste collega,\n", b"SQLite format 3\0", bytes(8192)])
def test_a_file_that_is_no_copy_is_refused_and_changes_nothing(
    site_on_each: MakesSite, tmp_path: Path, content: bytes
) -> None:
    app = site_on_each()
    Factory(app).learner(name="Lena")
    (tmp_path / "letter").write_bytes(content)
    with pytest.raises(BackupError):
        restore(app, tmp_path / "letter")
    assert names(app) == ["Lena"]


@only_sqlite
def test_a_database_of_another_program_is_refused(site_on_each: MakesSite, tmp_path: Path) -> None:
    app = site_on_each()
    Factory(app).learner(name="Lena")
    with closing(sqlite3.connect(tmp_path / "other")) as other:
        other.execute("CREATE TABLE bookmark (id INTEGER)")
    with pytest.raises(BackupError, match="none of our tables"):
        restore(app, tmp_path / "other")
    assert names(app) == ["Lena"]


@pytest.mark.parametrize("whole_part", [0.5, 0.95])
def test_a_damaged_copy_is_refused_and_changes_nothing(
    site_on_each: MakesSite, tmp_path: Path, whole_part: float
) -> None:
    app = site_on_each()
    make = Factory(app)
    for number in range(20):
        make.message(subject=f"Bericht {number}", body="x" * 1000)
    make.learner(name="Lena")
    copy = tmp_path / "copy"
    backup.make(settings_of(app), copy)
    whole = copy.read_bytes()
    copy.write_bytes(whole[: int(len(whole) * whole_part)])
    with pytest.raises(BackupError):
        restore(app, copy)
    assert names(app) == ["Lena"]
