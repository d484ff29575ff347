"""Sites of a test's own, for what the shared app cannot have: other settings, other pages."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from flask import Flask

from course.core.db import db
from course.core.security import limiter
from tests import houses
from tests.houses import DATABASES


class MakesSite(Protocol):
    """``site(mail_url=…)``: an app with these settings on an empty database."""

    def __call__(self, **changes: Any) -> Flask: ...


@pytest.fixture
def site(tmp_path: Path) -> Iterator[MakesSite]:
    """Makes sites on SQLite, with everything in the folder of the test."""
    yield from _sites(lambda number: f"sqlite:///{tmp_path}/site-{number}.sqlite3", tmp_path)


@pytest.fixture(scope="module")
def lasting_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakesSite]:
    """As ``site``, for all tests of a module together: making one takes a second."""
    folder = tmp_path_factory.mktemp("site")
    yield from _sites(lambda number: f"sqlite:///{folder}/site-{number}.sqlite3", folder)


@pytest.fixture(params=DATABASES)
def site_on_each(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakesSite]:
    """Makes sites; each test that uses it runs once on each database."""

    def address(number: int) -> str:
        if request.param == "sqlite":
            return f"sqlite:///{tmp_path}/site-{number}.sqlite3"
        return houses.new_postgresql(f"site_{number}")

    yield from _sites(address, tmp_path)


def _sites(address: Callable[[int], str], folder: Path) -> Iterator[MakesSite]:
    made: list[Flask] = []

    def site(**changes: Any) -> Flask:
        settings = houses.settings_for(address(len(made)), folder, **changes)
        app = houses.make_app(settings)
        houses.migrate(app)
        limiter.reset()
        made.append(app)
        return app

    yield site
    for app in made:
        with app.app_context():
            db.engine.dispose()
