"""Mail of one kind is stopped with one press, without signing in, by who has the mail."""

from collections.abc import Callable
from http import HTTPStatus

import pytest
from flask import Flask
from sqlalchemy import select

from course.accounts.models import User
from course.config import Settings
from course.core.db import db
from course.messages import mails
from course.messages.models import Kind, NoMail
from tests.browser import Browser
from tests.conftest import Outbox
from tests.factories import Factory
from tests.features.messages.test_telling import tell
from tests.pages import main_words

SignIn = Callable[[User], Browser]
PRESS = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def lena(make: Factory) -> User:
    """Who gets the mail."""
    return make.learner(name="Lena Leerling", language="en")


def _off(app: Flask) -> list[tuple[int, str]]:
    with app.app_context():
        rows = db.session.scalars(select(NoMail).order_by(NoMail.user_id, NoMail.kind))
        return [(row.user_id, str(row.kind)) for row in rows]


def _address(settings: Settings, user: User, kind: Kind = Kind.ANSWER) -> str:
    return mails.unsubscribe_url(settings, user.id, kind).removeprefix("http://localhost")


def test_a_look_changes_nothing_and_the_button_stops_it(
    app: Flask, lena: User, client: Browser, outbox: Outbox
) -> None:
    tell(app, lena)
    path = mails.unsubscribe_url(app.extensions["settings"], lena.id, Kind.ANSWER)
    assert path in outbox.to(lena.email)[0].body
    path = path.removeprefix("http://localhost")
    page = client.get(path, headers={"Accept-Language": "en"})
    assert "One press" in main_words(page)
    assert lena.name not in page.text
    assert _off(app) == []
    done = client.submit(page)
    assert done.status_code == HTTPStatus.OK
    assert _off(app) == [(lena.id, "answer")]
    tell(app, lena, key="help:2")
    assert outbox.to(lena.email) == []  # also what waited to be sent


def test_a_mail_program_presses_without_a_page_of_ours(
    app: Flask, settings: Settings, lena: User, client: Browser
) -> None:
    """RFC 8058: one POST, no cookies, no token, and an answer that leads nowhere else."""
    for _press in range(2):
        answer = client.post(_address(settings, lena), data=PRESS, token=False)
        assert answer.status_code == HTTPStatus.OK
    assert _off(app) == [(lena.id, "answer")]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_nobody_stops_the_mail_of_another_by_writing_an_address(
    app: Flask, settings: Settings, make: Factory, lena: User, client: Browser
) -> None:
    other = make.learner()
    token = mails.token_of(settings, lena.id, Kind.ANSWER)
    signature = token.rpartition(".")[2]
    forged = [
        f"{other.id}.answer.{signature}",
        f"{lena.id}.result.{signature}",
        f"{lena.id}.answer.{signature[:-1]}",
        f"{lena.id}.answer.",
        f"{lena.id}.password.{signature}",
        f"0{token}",
        f"{10**30}.answer.{signature}",
        "²." + token.partition(".")[2],
        "x",
    ]
    for made_up in forged:
        answer = client.post(f"/unsubscribe/{made_up}", data=PRESS, token=False)
        assert (made_up, answer.status_code) == (made_up, HTTPStatus.NOT_FOUND)
    assert _off(app) == []


def test_another_key_of_the_site_makes_another_address(settings: Settings) -> None:
    other = settings.model_copy(update={"secret_key": "een andere sleutel, lang genoeg"})
    token = mails.token_of(settings, 1, Kind.RESULT)
    assert mails.meant_by(settings, token) == (1, Kind.RESULT)
    assert mails.meant_by(other, token) is None


def test_the_mail_of_who_left_can_be_stopped_and_nothing_breaks(
    app: Flask, settings: Settings, client: Browser
) -> None:
    address = mails.unsubscribe_url(settings, 4_000, Kind.RESULT)
    path = address.removeprefix("http://localhost")
    assert client.post(path, data=PRESS, token=False).status_code == HTTPStatus.OK
    assert _off(app) == []
