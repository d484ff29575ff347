"""A small course of its own, for tests that name its steps or change its content."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from course.curriculum.edition import Edition
from course.curriculum.loader import load
from tests.curriculum import examples


class SmallCourse:
    """The course of ``tests.curriculum.examples``, as content of the app.

    Its one lesson has a step of each kind: lezen, wegen, vragen, opnieuw and schrijven.
    """

    lesson = "eerste-les"

    def __init__(self, app: Flask, folder: Path) -> None:
        self._app = app
        self._folder = folder
        self._published = 0

    def publish(self, changes: dict[str, str | None] | None = None) -> Edition:
        """Make the course, with these files changed, what new learners begin with."""
        self._published += 1
        root = examples.write(self._folder / f"content-{self._published}", changes)
        library = load(root)
        self._app.extensions["library"] = library
        return library.editions[self.lesson]

    def url(self, step: str = "") -> str:
        """The address of a step, or of the lesson itself."""
        return f"/lessons/{self.lesson}/{step}".rstrip("/")


@pytest.fixture
def small_course(app: Flask, tmp_path: Path) -> Iterator[SmallCourse]:
    """The small course in the place of the real one, for one test."""
    real = app.extensions["library"]
    small = SmallCourse(app, tmp_path)
    small.publish()
    yield small
    app.extensions["library"] = real
