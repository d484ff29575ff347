"""What a learner began they finish: content changes for who begins later."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import func, select, update

from course.accounts.models import User
from course.core.db import db
from course.lessons import actions, queries
from course.lessons.models import Enrolment, StoredEdition
from course.weighings.models import Weighing
from tests.browser import Browser
from tests.curriculum.examples import with_lesson
from tests.factories import Factory
from tests.features.at_once import at_once, click
from tests.features.conftest import SmallCourse
from tests.features.filled_in import WEIGHED
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

READING = "lessons/eerste-les/lezen.nl.md"


@pytest.fixture
def word(request: pytest.FixtureRequest) -> str:
    """A word that no other run of a test has in its content: editions stay in memory by content."""
    return f"woord{abs(hash(request.node.nodeid)) % 10**9}"


def _reading(word: str) -> dict[str, str | None]:
    """The text of the first step, with this word in it."""
    return {READING: f"Hier staat {word}. Een [[waakvlam]], de [[jeugdwet]] [@omlo-2017, p. 3].\n"}


def _both_languages(word: str) -> dict[str, str | None]:
    dutch = _reading(word)
    return {**dutch, READING.replace(".nl.", ".en."): dutch[READING]}


# --- Going on with the old one -------------------------------------------------------------


def test_who_began_goes_on_with_what_they_began(
    client: Browser, sign_in: SignIn, learner: User, small_course: SmallCourse, word: str
) -> None:
    small_course.publish(_both_languages(f"oud{word}"))
    browser = sign_in(learner)
    browser.submit(small_course.url(), action="/begin")
    small_course.publish(_both_languages(f"nieuw{word}"))
    assert f"oud{word}" in main_words(browser.get(small_course.url("lezen")))
    assert f"nieuw{word}" in main_words(client.get(small_course.url("lezen")))


def test_an_older_edition_is_rendered_from_what_was_stored(
    in_app: InApp, sign_in: SignIn, learner: User, small_course: SmallCourse, word: str
) -> None:
    small_course.publish(_both_languages(f"oud{word}"))
    browser = sign_in(learner)
    browser.submit(small_course.url(), action="/begin")
    small_course.publish()
    with in_app():
        compiled = db.session.scalars(select(StoredEdition.compiled)).one()
        db.session.execute(
            update(StoredEdition).values(compiled=compiled.replace("oud", "bewaard"))
        )
        db.session.commit()
    assert f"bewaard{word}" in main_words(browser.get(small_course.url("lezen")))


def test_a_step_that_was_taken_out_is_still_there_for_who_began_before(
    client: Browser, sign_in: SignIn, learner: User, make: Factory, small_course: SmallCourse
) -> None:
    make.enrolment(learner, small_course.lesson)
    small_course.publish(with_lesson("slug: schrijven", "slug: opschrijven"))
    browser = sign_in(learner)
    assert browser.get(small_course.url("schrijven")).status_code == 200
    assert browser.get(small_course.url("opschrijven")).status_code == 404
    assert client.get(small_course.url("schrijven")).status_code == 404
    assert client.get(small_course.url("opschrijven")).status_code == 200


def test_a_weighing_is_taken_by_the_edition_that_was_begun(
    in_app: InApp, sign_in: SignIn, learner: User, make: Factory, small_course: SmallCourse
) -> None:
    make.enrolment(learner, small_course.lesson)
    small_course.publish(with_lesson("slug: geld", "slug: centen"))
    answer = sign_in(learner).submit(small_course.url("wegen"), WEIGHED)
    assert answer.location == f"{small_course.url('wegen')}#result"
    with in_app():
        assert db.session.scalars(select(Weighing.agreement)).one() == [3, 2]


# --- A newer one is offered ----------------------------------------------------------------


def test_a_newer_edition_is_offered_and_not_forced(
    sign_in: SignIn, make: Factory, small_course: SmallCourse
) -> None:
    user = make.learner(language="en")
    enrolment = make.enrolment(user, small_course.lesson)
    make.done(enrolment, "lezen")
    browser = sign_in(user)
    assert "There is a newer edition" not in main_words(browser.get(small_course.url()))
    small_course.publish(with_lesson("nl: Waar het over gaat.", "nl: Waar het nu over gaat."))
    offered = browser.get(small_course.url())
    assert "There is a newer edition" in main_words(offered)
    assert "1 of 5 steps done" in main_words(browser.get("/home"))
    assert browser.submit(offered, action="/begin").location == small_course.url("wegen")


def test_nobody_is_offered_a_newer_edition_before_beginning(
    client: Browser, sign_in: SignIn, make: Factory, small_course: SmallCourse
) -> None:
    for reader in (client, sign_in(make.learner(language="en"))):
        page = reader.get(small_course.url(), headers={"Accept-Language": "en"})
        assert "There is a newer edition" not in main_words(page)


def test_beginning_again_follows_the_newest_edition_and_keeps_earlier_answers(
    in_app: InApp, sign_in: SignIn, make: Factory, small_course: SmallCourse, word: str
) -> None:
    user = make.learner(language="en")
    first = make.enrolment(user, small_course.lesson)
    make.weighing(first, reason="De eerste keer")
    make.draft(first, text="Wat ik toen dacht")
    small_course.publish(_both_languages(word))
    browser = sign_in(user)
    answer = browser.submit(small_course.url(), action="/again")
    assert (answer.status_code, answer.location) == (303, small_course.url())
    assert "Your earlier answers are kept." in browser.get(small_course.url()).text
    assert word in main_words(browser.get(small_course.url("lezen")))
    browser.submit(small_course.url("wegen"), {**WEIGHED, "reason": "De tweede keer"})
    with in_app():
        runs = db.session.scalars(select(Enrolment.run).order_by(Enrolment.run)).all()
        reasons = db.session.scalars(select(Weighing.reason).order_by(Weighing.id)).all()
        assert queries.draft_of(first.id, "schrijven") is not None
    assert (runs, reasons) == ([1, 2], ["De eerste keer", "De tweede keer"])


def test_beginning_again_takes_a_newer_edition(
    in_app: InApp, sign_in: SignIn, learner: User, make: Factory, small_course: SmallCourse
) -> None:
    browser = sign_in(learner)
    assert browser.post(small_course.url("again")).location == small_course.url()
    make.enrolment(learner, small_course.lesson)
    assert browser.post(small_course.url("again")).location == small_course.url()
    with in_app():
        assert db.session.scalars(select(Enrolment.run)).all() == [1]


# --- Stored once ---------------------------------------------------------------------------


def test_thirty_learners_share_one_stored_edition(
    in_app: InApp, make: Factory, small_course: SmallCourse
) -> None:
    edition = small_course.publish()
    learners = [make.learner() for _learner in range(30)]
    for user in learners:
        with in_app():
            actions.begin(user.id, edition, step="lezen")
    with in_app():
        assert db.session.scalar(select(func.count(Enrolment.id))) == 30
        assert db.session.scalars(select(StoredEdition.hash)).all() == [edition.hash]


def test_an_unchanged_lesson_is_stored_once_and_a_changed_one_again(
    in_app: InApp, make: Factory, small_course: SmallCourse
) -> None:
    for changes in ({}, {}, with_lesson("nl: Wat weegt het zwaarst?", "nl: Wat is het zwaarst?")):
        edition = small_course.publish(dict(changes))
        user = make.learner()
        with in_app():
            actions.begin(user.id, edition, step="lezen")
    with in_app():
        assert db.session.scalar(select(func.count(StoredEdition.id))) == 2


def test_eight_learners_who_begin_at_once_share_one_stored_edition(
    in_app: InApp, sign_in: SignIn, make: Factory, small_course: SmallCourse
) -> None:
    browsers = [sign_in(make.learner()) for _learner in range(8)]
    answers = at_once([click(each, small_course.url("begin"), {}) for each in browsers])
    assert {answer.location for answer in answers} == {small_course.url("lezen")}
    with in_app():
        assert db.session.scalar(select(func.count(StoredEdition.id))) == 1
        assert db.session.scalar(select(func.count(Enrolment.id))) == 8


def test_eight_clicks_of_one_learner_begin_once(
    in_app: InApp, sign_in: SignIn, learner: User, small_course: SmallCourse
) -> None:
    browsers = [sign_in(learner) for _window in range(8)]
    answers = at_once([click(each, small_course.url("begin"), {}) for each in browsers])
    assert {answer.location for answer in answers} == {small_course.url("lezen")}
    with in_app():
        assert db.session.scalar(select(func.count(Enrolment.id))) == 1


def test_eight_clicks_of_one_learner_begin_again_once(
    in_app: InApp, sign_in: SignIn, learner: User, make: Factory, small_course: SmallCourse
) -> None:
    make.enrolment(learner, small_course.lesson)
    small_course.publish(with_lesson("en: First lesson", "en: The first lesson"))
    browsers = [sign_in(learner) for _window in range(8)]
    answers = at_once([click(each, small_course.url("again"), {}) for each in browsers])
    assert {answer.location for answer in answers} == {small_course.url()}
    with in_app():
        assert sorted(db.session.scalars(select(Enrolment.run))) == [1, 2]
