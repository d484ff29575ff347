"""The player: reading is open to all, and who comes back goes on exactly there."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask, url_for
from sqlalchemy import func, select

from course.accounts.models import User
from course.core.db import db
from course.curriculum.edition import Edition
from course.curriculum.schema import BaseStep
from course.lessons.models import Enrolment, StepDone
from course.lessons.visit import step_url
from tests import pages
from tests.browser import Browser
from tests.factories import LESSON, Factory
from tests.features.conftest import SmallCourse
from tests.features.filled_in import ANSWERED, WEIGHED, hand_in, heading, typed
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
LESSONS = (LESSON, "afsluiten-of-loslaten")


# --- Reading -------------------------------------------------------------------------------


@pytest.mark.parametrize("root", ["", "/leren"])
def test_the_address_of_a_step_is_that_of_its_route(app: Flask, root: str) -> None:
    with app.test_request_context(base_url=f"http://localhost{root}/"):
        made = step_url(LESSON, "wegen-jayden")
        assert made == url_for("lessons.step", lesson=LESSON, slug="wegen-jayden")
        assert url_for("lessons.draft", lesson=LESSON, slug="wegen-jayden") == f"{made}/draft"


def _shows(browser: Browser, edition: Edition, step: BaseStep, language: str) -> None:
    url = f"/lessons/{edition.lesson.slug}/{step.slug}"
    page = browser.get(url, headers={"Accept-Language": language})
    assert page.status_code == 200
    assert pages.parse(page.text).get("lang") == language
    assert heading(page) == " ".join(step.title[language].split())
    body = pages.parse(edition.body(step, language)).find(".//body")
    assert body is not None
    assert pages.words(body) in main_words(page)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_visitor_reads_every_step(
    client: Browser, make: Factory, lesson: str, language: str
) -> None:
    edition = make.edition(lesson)
    for step in edition.lesson.steps:
        _shows(client, edition, step, language)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_learner_reads_every_step_before_and_after_beginning(
    sign_in: SignIn, make: Factory, lesson: str, language: str
) -> None:
    edition = make.edition(lesson)
    # The language of the account wins from that of the browser.
    user = make.learner(language=language)
    browser = sign_in(user)
    other = "en" if language == "nl" else "nl"
    for step in edition.lesson.steps:
        url = f"/lessons/{lesson}/{step.slug}"
        page = browser.get(url, headers={"Accept-Language": other})
        assert heading(page) == " ".join(step.title[language].split())
    make.enrolment(user, lesson)
    for step in edition.lesson.steps:
        _shows(browser, edition, step, language)


def test_looking_around_does_not_begin_a_lesson(
    in_app: InApp, sign_in: SignIn, learner: User, small_course: SmallCourse
) -> None:
    browser = sign_in(learner)
    for step in ("", "lezen", "wegen", "vragen", "opnieuw", "schrijven", "finished"):
        assert browser.get(small_course.url(step)).status_code == 200
    assert browser.post(small_course.url("wegen/here")).status_code == 204
    with in_app():
        assert db.session.scalar(select(func.count(Enrolment.id))) == 0


@pytest.mark.parametrize("path", ["/lessons/geen-les", "/lessons/eerste-les/geen-stap"])
def test_what_the_course_does_not_have_is_not_found(
    client: Browser, sign_in: SignIn, learner: User, small_course: SmallCourse, path: str
) -> None:
    browser = sign_in(learner)
    assert client.get(path).status_code == browser.get(path).status_code == 404
    if path.count("/") == 3:
        for reader in (client, browser):
            assert reader.post(path, data={"text": "Ik dacht"}).status_code == 404
        assert browser.post(f"{path}/draft", data={"text": "Ik dacht"}).status_code == 404
        assert browser.post(f"{path}/here").status_code == 404


def test_the_front_page_tells_a_visitor_what_there_is_to_read(
    client: Browser, small_course: SmallCourse
) -> None:
    page = client.get("/")
    assert heading(page) == "Harde cijfers"
    assert f'href="{small_course.url()}"' in page.text
    assert "Later" in main_words(page)  # a module that is still being written


def test_the_glossary_and_the_reading_list_are_open_to_all(
    client: Browser, small_course: SmallCourse
) -> None:
    assert "Licht contact na het afsluiten." in main_words(client.get("/glossary"))
    assert "Over de straat op gaan." in main_words(client.get("/reading"))
    assert client.get("/help").status_code == 200


# --- Beginning, going on, finishing --------------------------------------------------------


def test_beginning_opens_the_first_step(
    in_app: InApp, sign_in: SignIn, learner: User, small_course: SmallCourse
) -> None:
    browser = sign_in(learner)
    answer = browser.submit(small_course.url(), action="/begin")
    assert (answer.status_code, answer.location) == (303, small_course.url("lezen"))
    with in_app():
        enrolment = db.session.scalars(select(Enrolment)).one()
    assert (enrolment.user_id, enrolment.run, enrolment.last_step) == (learner.id, 1, "lezen")


def test_beginning_twice_goes_on_with_the_first_time(
    in_app: InApp, sign_in: SignIn, learner: User, make: Factory, small_course: SmallCourse
) -> None:
    enrolment = make.enrolment(learner, small_course.lesson, last_step="vragen")
    make.done(enrolment, "lezen", "wegen")
    answer = sign_in(learner).submit(small_course.url(), action="/begin")
    assert answer.location == small_course.url("vragen")
    with in_app():
        assert db.session.scalar(select(func.count(Enrolment.id))) == 1


def test_a_page_is_done_when_the_reader_goes_on(
    in_app: InApp, sign_in: SignIn, learner: User, small_course: SmallCourse
) -> None:
    browser = sign_in(learner)
    answer = browser.submit(small_course.url("lezen"))
    assert (answer.status_code, answer.location) == (303, small_course.url("wegen"))
    browser.submit(small_course.url("lezen"))
    with in_app():
        assert db.session.scalars(select(StepDone.step)).all() == ["lezen"]


def test_the_rail_says_in_words_what_is_done_and_where_one_is(
    sign_in: SignIn, make: Factory, small_course: SmallCourse
) -> None:
    user = make.learner(language="en")
    enrolment = make.enrolment(user, small_course.lesson, last_step="vragen")
    make.done(enrolment, "lezen", "wegen")
    page = sign_in(user).get(small_course.url("schrijven"))
    rail = pages.parse(page.text).find(".//nav[@id='steps']/ol")
    assert rail is not None
    assert [pages.words(item) for item in rail] == [
        "Reading done",
        "Weighing done",
        "Questions continue here · 10 min",
        "Again 3 min",
        "Writing you are here · 7 min",
    ]


def test_the_step_comes_before_the_list_of_steps_as_on_a_phone(
    client: Browser, small_course: SmallCourse
) -> None:
    page = pages.parse(client.get(small_course.url("lezen")).text)
    parts = [part.get("id") or part.tag for part in page.findall(".//body/div/*")]
    assert [part for part in parts if part in {"main", "steps"}] == ["main", "steps"]


def test_a_lesson_is_finished_when_every_step_is_done(
    in_app: InApp, sign_in: SignIn, make: Factory, small_course: SmallCourse
) -> None:
    user = make.learner(language="en")
    browser = sign_in(user)
    browser.submit(small_course.url("lezen"))
    browser.submit(small_course.url("wegen"), WEIGHED)
    browser.submit(small_course.url("vragen"), ANSWERED)
    browser.submit(small_course.url("opnieuw"), WEIGHED)
    assert heading(browser.get(small_course.url("finished"))) == "The end of the lesson"
    with in_app():
        assert db.session.scalars(select(Enrolment.completed_at)).one() is None
    hand_in(browser, small_course.url("schrijven"), "Ik ging er zelf heen.")
    page = browser.get(small_course.url("finished"))
    assert heading(page) == "You have finished this lesson"
    home = main_words(browser.get("/home"))
    assert "30 min · done" in home
    assert "Pick up where you left off" not in home
    with in_app():
        assert db.session.scalars(select(Enrolment.completed_at)).one() is not None


def test_the_end_of_a_lesson_names_what_is_still_open(
    sign_in: SignIn, make: Factory, small_course: SmallCourse
) -> None:
    user = make.learner(language="en")
    make.done(make.enrolment(user, small_course.lesson), "lezen", "vragen")
    page = pages.parse(sign_in(user).get(small_course.url("finished")).text)
    open_steps = page.findall(".//main/div/section/ul/li")
    assert [pages.words(item) for item in open_steps] == [
        "Weighing 5 min",
        "Again 3 min",
        "Writing 7 min",
    ]


def test_a_visitor_at_the_end_of_a_lesson_is_told_what_an_account_is_good_for(
    client: Browser, small_course: SmallCourse
) -> None:
    page = client.get(small_course.url("finished"), headers={"Accept-Language": "en"})
    assert "Create an account" in main_words(page)
    assert "You have done every step" not in main_words(page)


# --- Coming back ---------------------------------------------------------------------------


def test_another_browser_goes_on_at_the_step_that_was_open_last(
    sign_in: SignIn, learner: User, small_course: SmallCourse
) -> None:
    laptop, phone = sign_in(learner), sign_in(learner)
    laptop.submit(small_course.url("lezen"))
    assert laptop.post(small_course.url("schrijven/here")).status_code == 204
    assert f'href="{small_course.url("schrijven")}"' in phone.get("/home").text
    assert phone.submit(small_course.url(), action="/begin").location == small_course.url(
        "schrijven"
    )


def test_another_browser_shows_what_was_typed_last(
    sign_in: SignIn, learner: User, small_course: SmallCourse
) -> None:
    laptop, phone = sign_in(learner), sign_in(learner)
    words = "Eerst dacht ik niets.\n\nToen zag ik de deur: “dicht”."
    laptop.submit(small_course.url("schrijven"), {"text": words, "do": "save"})
    assert typed(phone.get(small_course.url("schrijven"))) == words


def test_the_home_page_offers_the_lesson_that_was_open_last(
    clock: time_machine.Traveller,
    sign_in: SignIn,
    make: Factory,
) -> None:
    user = make.learner(language="en")
    first, last = LESSONS
    make.enrolment(user, first)
    clock.shift(timedelta(days=1))
    make.enrolment(user, last)
    page = sign_in(user).get("/home")
    title = make.edition(last).lesson.title["en"]
    assert f"Pick up where you left off {title} ·" in main_words(page)
    clock.shift(timedelta(days=1))
    sign_in(user).post(f"/lessons/{first}/eropaf-gaan/here")
    title = make.edition(first).lesson.title["en"]
    assert f"Pick up where you left off {title} · What reaching out means" in main_words(
        sign_in(user).get("/home")
    )


def test_a_new_learner_is_told_what_to_do(
    sign_in: SignIn, make: Factory, small_course: SmallCourse
) -> None:
    words = main_words(sign_in(make.learner(language="en")).get("/home"))
    assert "Pick up where you left off" not in words
    assert "not started" in words
    assert "You are not in a group yet." in words


def test_being_somewhere_is_only_remembered_for_who_is_signed_in(
    client: Browser, small_course: SmallCourse
) -> None:
    url = small_course.url("wegen/here")
    assert client.post(url, headers={"Accept": "application/json"}).status_code == 401


def test_what_somebody_types_is_seen_by_nobody_else(
    app: Flask, sign_in: SignIn, learner: User, outsider: User, small_course: SmallCourse
) -> None:
    url = small_course.url("schrijven")
    sign_in(learner).submit(url, {"text": "Alleen van mij", "do": "save"})
    for reader in (sign_in(outsider), app.test_client()):
        assert "Alleen van mij" not in reader.get(url).text
