"""Files on their way in and out: what a feature gets from the door, whatever it keeps them for."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import sha256
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError
from werkzeug.datastructures import FileStorage

from course.core import backup, uploads
from course.core.db import db
from course.core.filetypes import Kind, Problem
from course.quizzes.models import ResponseFile
from tests.core.conftest import MakesSite
from tests.factories import Factory
from tests.houses import ROOT
from tests.papers import PDF, picture

InApp = Callable[[], AbstractContextManager[None]]


def chosen(content: bytes, name: str = "verslag.pdf") -> FileStorage:
    return FileStorage(BytesIO(content), filename=name)


# --- Coming in -----------------------------------------------------------------------------


def test_what_is_taken_has_what_a_row_needs(in_app: InApp) -> None:
    with in_app():
        taken = uploads.take(chosen(PDF, "C:\\mijn\\verslag.exe"))
    assert isinstance(taken, uploads.Taken)
    columns = taken.columns()
    assert columns["uploaded_at"].tzinfo is not None
    del columns["uploaded_at"]
    assert columns == {
        "name": "verslag.pdf",
        "kind": "pdf",
        "size": len(PDF),
        "sha256": sha256(PDF).hexdigest(),
        "content": PDF,
    }


@pytest.mark.parametrize("file", [None, FileStorage(BytesIO(b"x"), filename="")])
def test_a_field_in_which_nothing_was_chosen_gives_nothing(
    in_app: InApp, file: FileStorage | None
) -> None:
    with in_app():
        assert uploads.take(file) is None


def test_of_a_file_that_is_too_large_no_more_is_read_than_tells_so(
    in_app: InApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 1000)
    file = chosen(bytes(1_000_000))
    with in_app():
        uploads.take(file)
    assert file.stream.tell() == 1001


def test_looking_into_a_file_holds_up_nobody_who_wants_to_write(in_app: InApp) -> None:
    with in_app():
        db.session.connection()
        assert db.session().in_transaction()
        uploads.take(chosen(picture()))
        assert not db.session().in_transaction()


def test_for_every_reason_there_are_words_that_say_what_to_do(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        words = [uploads.refusal(problem) for problem in Problem]
    assert len(set(words)) == len(Problem)
    assert all(word.count(". ") >= 1 or ": " in word for word in words)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 kB"),
        (1500, "1 kB"),
        (340_000, "332 kB"),
        (1_258_291, "1.2 MB"),
        (10_485_760, "10 MB"),
    ],
)
def test_a_size_is_said_as_people_say_it(app: Flask, size: int, words: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert uploads.in_words(size) == words


# --- Kept ----------------------------------------------------------------------------------


def test_what_is_in_a_file_comes_only_when_it_is_asked_for(make: Factory, in_app: InApp) -> None:
    make.file_attempt(make.learner())
    with in_app():
        row = db.session.scalars(select(ResponseFile)).one()
        with pytest.raises(InvalidRequestError, match="content"):
            _ = row.content
        assert uploads.content_of(row) == PDF


def test_every_table_with_files_is_known(in_app: InApp) -> None:
    with in_app():
        assert ResponseFile in uploads.tables()


def test_a_backup_brings_every_file_back(
    site_on_each: MakesSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = find_spec("pgserver")
    if package is not None and package.origin is not None:
        programs = Path(package.origin).parent / "pginstall" / "bin"
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    app, other = site_on_each(), site_on_each()
    make = Factory(app)
    make.file_attempt(make.learner(), name="één.jpg", content=picture())
    backup.make(app.extensions["settings"], tmp_path / "copy")
    with other.app_context():
        db.engine.dispose()
    backup.restore(other.extensions["settings"], tmp_path / "copy")
    with other.app_context():
        row = db.session.scalars(select(ResponseFile)).one()
        content = uploads.content_of(row)
        assert (row.name, row.kind) == ("één.jpg", Kind.JPEG)
        assert (row.size, row.sha256) == (len(content), sha256(content).hexdigest())


def test_a_web_worker_starts_without_the_library_for_pictures() -> None:
    program = "import sys, course.app; print('PIL' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("False\n", 0), done.stderr
