"""One door: a message stands on the site, goes by mail to who wants it, and never goes twice."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import func, select

from course.accounts.models import User
from course.core.db import db
from course.messages import actions
from course.messages.models import Kind, Notice
from tests.browser import Browser
from tests.conftest import CountsQueries, MailServer, Outbox
from tests.core.letters import read
from tests.factories import Factory
from tests.features.at_once import at_once
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
WORDS = {"subject": "An answer", "body": "Your instructor answered.", "link": "/help"}


@pytest.fixture
def lena(make: Factory) -> User:
    """Somebody who reads English, as the texts in the code."""
    return make.learner(name="Lena Leerling", language="en")


def tell(app: Flask, user: User, key: str = "help:1", **changes: str) -> bool:
    """Tell it, in a transaction of its own."""
    with app.app_context():
        is_new = actions.tell(user, kind=Kind.ANSWER, key=key, **{**WORDS, **changes})
        db.session.commit()
    return is_new


def test_it_stands_on_the_site_and_goes_by_mail_with_a_way_to_stop_it(
    app: Flask, lena: User, sign_in: SignIn, outbox: Outbox, smtp: MailServer
) -> None:
    assert tell(app, lena)
    assert "new · An answer to your question" in main_words(sign_in(lena).get("/messages"))
    assert outbox.send(smtp.settings(app)) == 1
    mail = read(smtp.mails[0])
    stop = str(mail["List-Unsubscribe"]).strip()
    assert stop.startswith("<http://localhost/unsubscribe/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Reply-To"] is None
    body = mail.get_content()
    assert body.startswith("Hello Lena Leerling,\n\nYour instructor answered.\n\nRead it here:")
    assert "http://localhost/help" in body
    assert stop.strip("<>") in body
    (sent,) = outbox.to(lena.email)
    assert (sent.body, sent.unsubscribe) == ("", None)


def test_what_is_rolled_back_tells_nobody(lena: User, in_app: InApp, outbox: Outbox) -> None:
    with in_app():
        actions.tell(lena, kind=Kind.ANSWER, key="help:1", **WORDS)
        db.session.rollback()
        assert db.session.scalar(select(func.count(Notice.id))) == 0
    assert outbox.messages() == []


def test_the_same_key_is_told_once_however_many_tell_it_at_once(
    app: Flask, lena: User, in_app: InApp, outbox: Outbox
) -> None:
    told = at_once([lambda: tell(app, lena) for _worker in range(4)])
    assert sorted(told) == [False, False, False, True]
    with in_app():
        assert db.session.scalar(select(func.count(Notice.id))) == 1
    assert len(outbox.to(lena.email)) == 1
    assert tell(app, lena, key="help:2")


def test_who_wants_no_mail_about_it_still_finds_it_on_the_site(
    app: Flask, lena: User, sign_in: SignIn, outbox: Outbox
) -> None:
    browser = sign_in(lena)
    browser.submit("/me/settings", {"kind": ["result", "letter"]})
    shown = browser.get("/me/settings").text
    assert 'value="answer"' in shown
    assert 'value="answer" checked' not in shown
    tell(app, lena)
    assert outbox.messages() == []
    assert "An answer" in main_words(browser.get("/messages"))
    browser.submit("/me/settings", {"kind": ["answer"]})
    tell(app, lena, key="help:2")
    assert len(outbox.to(lena.email)) == 1


@pytest.mark.parametrize("people", [1, 12])
def test_telling_more_people_asks_once_who_wants_mail(
    make: Factory, in_app: InApp, count_queries: CountsQueries, people: int
) -> None:
    told = [
        actions.Told(user=make.learner(), key=f"k{number}", subject="Dag", body="Dag")
        for number in range(people)
    ]
    with in_app(), count_queries() as statements:
        assert actions.tell_each(Kind.LETTER, told) == people
        db.session.rollback()
    assert sum("no_mail" in statement for statement in statements) == 1
