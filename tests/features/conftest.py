"""A small course of its own, for tests that name its steps or change its content."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask

from course.curriculum.edition import Edition, Library
from course.curriculum.loader import load
from tests.curriculum import examples


class SmallCourse:
    """The course of ``tests.curriculum.examples``, as content of the app.

    Its one lesson has a step of each kind: lezen, wegen, vragen, opnieuw and schrijven.
    """

    lesson = "eerste-les"

    def __init__(self, app: Flask) -> None:
        self._app = app

    def publish(self, changes: dict[str, str | None] | None = None) -> Edition:
        """Make the course, with these files changed, what new learners begin with."""
        library = _library(frozenset((changes or {}).items()))
        self._app.extensions["library"] = library
        return library.editions[self.lesson]

    def url(self, step: str = "") -> str:
        """The address of a step, or of the lesson itself."""
        return f"/lessons/{self.lesson}/{step}".rstrip("/")


@cache
def _library(changes: frozenset[tuple[str, str | None]]) -> Library:
    """A library never changes, so all tests with the same files share one."""
    with TemporaryDirectory() as folder:
        return load(examples.write(Path(folder), dict(changes)))


@pytest.fixture
def small_course(app: Flask) -> Iterator[SmallCourse]:
    """The small course in the place of the real one, for one test."""
    real = app.extensions["library"]
    small = SmallCourse(app)
    small.publish()
    yield small
    app.extensions["library"] = real
