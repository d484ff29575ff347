"""The demo, loaded, and who is in it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select

from course import demo
from course.accounts.models import User
from course.core.db import db
from tests.conftest import Once

InApp = Callable[[], AbstractContextManager[None]]
Named = Callable[[str], User]


@pytest.fixture
def loaded(once: Once) -> None:
    """The demo is there."""
    once(_load)


def _load(app: Flask) -> None:
    with app.app_context():
        assert demo.load()


@pytest.fixture
def named(in_app: InApp) -> Named:
    """Who has this e-mail address or name."""

    def find(who: str) -> User:
        with in_app():
            mine = (User.email == who) | (User.name == who)
            return db.session.execute(select(User).where(mine)).scalar_one()

    return find
