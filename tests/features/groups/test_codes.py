"""Two groups never have the same code, also when chance gives it twice."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from course.accounts.models import User
from course.core.db import db
from course.groups.models import Group
from tests.browser import Browser
from tests.factories import Factory

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]


def drawing(codes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chance give these characters, one after another."""
    characters: Iterator[str] = iter(codes)
    monkeypatch.setattr(secrets, "choice", lambda _alphabet: next(characters))


def test_two_groups_cannot_have_the_same_code(make: Factory) -> None:
    make.group(join_code="K7MR2P")
    with pytest.raises(IntegrityError):
        make.group(join_code="K7MR2P")


def test_a_new_group_gets_another_code_when_chance_gives_one_that_is_taken(
    in_app: InApp, sign_in: SignIn, make: Factory, instructor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.group(join_code="K7MR2P")
    drawing("K7MR2PK7MR2PZZZ222", monkeypatch)
    answer = sign_in(instructor).submit("/teach/groups/new", {"name": "SW-2B"})
    with in_app():
        group = db.session.scalars(select(Group).filter_by(name="SW-2B")).one()
    assert (group.join_code, answer.location) == ("ZZZ222", f"/teach/groups/{group.id}")
    page = sign_in(instructor).get(answer.location)
    assert "<code>ZZZ222</code>" in page.text
