"""Questions of learners who are stuck: read by who teaches them, answered once, told by mail."""

from collections.abc import Callable
from http import HTTPStatus

import pytest
from flask import Flask
from sqlalchemy import select

from course.accounts.models import User
from course.core.db import db
from course.reflections.models import HelpRequest
from tests.browser import Browser
from tests.conftest import MailServer, Outbox
from tests.core.letters import read
from tests.factories import Factory
from tests.features.at_once import at_once, click
from tests.pages import main_words

SignIn = Callable[[User], Browser]
PAGE = "/teach/help"


@pytest.fixture
def lena(make: Factory) -> User:
    """A learner who reads English, as the texts in the code."""
    return make.learner(name="Lena Leerling", language="en")


@pytest.fixture
def teacher(make: Factory, lena: User, sign_in: SignIn) -> Browser:
    """The browser of who teaches her, in two groups."""
    found = make.instructor(language="en")
    for _group in range(2):
        make.group(instructors=[found], learners=[lena])
    return sign_in(found)


def _asked(make: Factory, learner: User, *, shows_draft: bool = False) -> HelpRequest:
    run = make.enrolment(learner)
    make.draft(run, text="Mijn klad.")
    return make.help_request(run, question="Waar begin ik?", shows_draft=shows_draft)


def _row(app: Flask) -> HelpRequest:
    with app.app_context():
        return db.session.scalars(select(HelpRequest)).one()


def test_a_question_is_read_once_and_no_draft_with_it(
    make: Factory, lena: User, teacher: Browser
) -> None:
    _asked(make, lena)
    page = teacher.get(PAGE)
    assert main_words(page).count("Waar begin ik?") == 1
    assert "Mijn klad." not in page.text


def test_a_draft_is_read_when_the_learner_shows_it(
    make: Factory, lena: User, teacher: Browser
) -> None:
    _asked(make, lena, shows_draft=True)
    assert "Mijn klad." in main_words(teacher.get(PAGE))


def test_the_answer_is_mailed_and_stands_beside_the_text(
    app: Flask,
    make: Factory,
    lena: User,
    teacher: Browser,
    sign_in: SignIn,
    outbox: Outbox,
    smtp: MailServer,
) -> None:
    row = _asked(make, lena)
    teacher.submit(PAGE, {"answer": "Begin bij <haar>."})
    assert "Nobody waits for an answer." in main_words(teacher.get(PAGE))
    assert outbox.send(smtp.settings(app)) == 1
    (mail,) = smtp.mails
    body = read(mail).get_content()
    assert f"/lessons/{row.lesson}/{row.step}#help" in body
    assert "Begin bij" not in body
    shown = sign_in(lena).get(f"/lessons/{row.lesson}/{row.step}")
    assert "Begin bij &lt;haar&gt;." in shown.text


def test_two_who_answer_at_once_give_one_answer_and_one_mail(
    app: Flask, make: Factory, lena: User, teacher: Browser, sign_in: SignIn, outbox: Outbox
) -> None:
    row = _asked(make, lena)
    other = make.instructor()
    make.group(instructors=[other], learners=[lena])
    place = f"{PAGE}/{row.public_id}"
    browsers = (teacher, sign_in(other))
    at_once([click(each, place, {"answer": f"Antwoord {n}"}) for n, each in enumerate(browsers)])
    assert _row(app).answer in {"Antwoord 0", "Antwoord 1"}
    assert len(outbox.to(lena.email)) == 1


@pytest.mark.parametrize("words", ["", "  ", "a" * 4_001])
def test_an_answer_has_words_and_not_too_many(
    app: Flask, make: Factory, lena: User, teacher: Browser, words: str
) -> None:
    row = _asked(make, lena)
    refused = teacher.post(f"{PAGE}/{row.public_id}", data={"answer": words})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert words.strip() in refused.text
    assert _row(app).answer is None


def test_who_does_not_teach_the_learner_reads_and_answers_nothing(
    app: Flask, make: Factory, lena: User, outsider: User, sign_in: SignIn
) -> None:
    row = _asked(make, lena)
    other = make.instructor()
    make.group(instructors=[other], learners=[outsider])
    assert "Waar begin ik?" not in sign_in(other).get(PAGE).text
    for who in (other, outsider, lena):
        answer = sign_in(who).post(f"{PAGE}/{row.public_id}", data={"answer": "Gekaapt"})
        assert answer.status_code == HTTPStatus.NOT_FOUND
    assert _row(app).answer is None
