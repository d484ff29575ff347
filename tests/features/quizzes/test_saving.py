"""An answer is saved by one statement, which itself asks whether the attempt still runs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from http import HTTPStatus
from time import sleep

import pytest
import time_machine
from flask import Flask

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.domain.attempts import AttemptState
from course.quizzes import attempts, editions, queries, saving
from course.quizzes.attempts import Entered
from course.quizzes.models import QuizAttempt
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.factories import Factory
from tests.features.at_once import at_once, click

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
QUIZ = "toets-afsluiten-of-loslaten"
TEXT = "written"
A_WHILE = 0.4  # seconds


@pytest.fixture
def learner(make: Factory) -> User:
    return make.learner(language="en")


@pytest.fixture
def edition(app: Flask) -> QuizEdition:
    with app.app_context():
        found = editions.current(QUIZ)
    assert found is not None
    return found


@pytest.fixture
def essay(edition: QuizEdition) -> str:
    return next(item.slug for item in edition.quiz.items if item.type == "essay")


def begun(browser: Browser) -> str:
    location = browser.submit(f"/quizzes/{QUIZ}", action="/begin").location
    assert location is not None
    return location


def sent(essay: str, text: str, revision: int = 0) -> dict[str, str]:
    return {"page": essay, "revision": str(revision), essay: text}


def kept(in_app: InApp, user: User, essay: str) -> object:
    with in_app():
        row = queries.all_attempts_of(user.id)[-1]
        response = queries.responses_of(row.id).get(essay)
        return response and response.given


def test_an_answer_costs_the_user_and_one_statement(
    sign_in: SignIn, learner: User, essay: str, count_queries: CountsQueries
) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    browser.post(f"{url}/save", data=sent(essay, "first"))
    token = browser.csrf_token()
    data = {**sent(essay, "second", 1), "csrf_token": token}
    with count_queries() as statements:
        answer = browser.post(f"{url}/save", data=data, token=False)
    assert answer.status_code == HTTPStatus.OK
    assert len(statements) == 2


def test_an_outsider_saves_nothing_in_somebodys_attempt(
    sign_in: SignIn, make: Factory, learner: User, essay: str, in_app: InApp
) -> None:
    url = begun(sign_in(learner))
    refused = sign_in(make.learner()).post(f"{url}/save", data=sent(essay, TEXT))
    assert refused.status_code == HTTPStatus.NOT_FOUND
    assert kept(in_app, learner, essay) is None


def test_the_statement_itself_asks_whose_attempt_it_is(
    app: Flask, sign_in: SignIn, make: Factory, learner: User, essay: str
) -> None:
    public_id = begun(sign_in(learner)).rsplit("/", 1)[-1]
    other = make.learner()
    with app.app_context():
        entered = Entered(given=TEXT)
        assert saving.save_at_once(other.id, public_id, essay, entered, revision=0) is None
        assert saving.save_at_once(learner.id, public_id, essay, entered, revision=0)
        assert saving.save_at_once(other.id, public_id, essay, entered, revision=1) is None


def test_the_statement_itself_asks_whether_time_is_left(
    app: Flask, make: Factory, learner: User, essay: str
) -> None:
    sitting = make.sitting(learner, minutes=60, slug=QUIZ)
    with app.app_context():
        begun_at = now()
        stored = db.session.merge(sitting)
        row = attempts.begin(learner.id, editions.current(QUIZ), stored)  # type: ignore[arg-type]
        assert isinstance(row, QuizAttempt)
        assert row.ends_at is not None
        entered = Entered(given=TEXT)
        with time_machine.travel(row.ends_at, tick=False):
            assert (
                saving.save_at_once(learner.id, row.public_id, essay, entered, revision=0) is None
            )
        with time_machine.travel(begun_at, tick=False):
            saved = saving.save_at_once(learner.id, row.public_id, essay, entered, revision=0)
        assert saved is not None
        assert saved.ends_at == row.ends_at


def test_an_answer_that_waits_for_the_hand_in_finds_it_over(
    app: Flask, sign_in: SignIn, learner: User, essay: str, in_app: InApp
) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    save = click(browser, f"{url}/save", sent(essay, TEXT))
    with app.app_context(), ThreadPoolExecutor(1) as pool:
        # As SQLite begins for whoever is going to write; PostgreSQL holds the row.
        if db.engine.dialect.name == "sqlite":
            db.session.rollback()
            db.session.connection().exec_driver_sql("UPDATE quiz_attempt SET seed = seed")
        row = attempts.hold(url.rsplit("/", 1)[-1])
        assert row is not None
        waits = pool.submit(save)
        sleep(A_WHILE)
        assert not waits.done()
        row.state = AttemptState.SUBMITTED.value
        row.finished_at = now()
        db.session.commit()
        answer = waits.result()
    assert answer.status_code == HTTPStatus.GONE
    assert kept(in_app, learner, essay) is None


def test_of_windows_that_save_their_first_answer_at_once_one_is_kept_and_the_others_hear_it(
    sign_in: SignIn, learner: User, essay: str, in_app: InApp
) -> None:
    url = begun(sign_in(learner))
    texts = [f"window {number}" for number in range(8)]
    clicks = [click(sign_in(learner), f"{url}/save", sent(essay, text)) for text in texts]
    answers = at_once(clicks)
    kept_ones = [
        text
        for text, answer in zip(texts, answers, strict=True)
        if answer.status_code == HTTPStatus.OK
    ]
    assert len(kept_ones) == 1
    assert kept(in_app, learner, essay) == kept_ones[0]
    for answer in answers:
        if answer.status_code == HTTPStatus.CONFLICT:
            assert answer.json is not None
            assert answer.json["content"] == {essay: kept_ones}
