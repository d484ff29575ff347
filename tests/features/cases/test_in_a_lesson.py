"""A case within a lesson: played there, done when it has ended, and beside the reflection."""

from collections.abc import Callable

import pytest

from course.accounts.models import User
from tests import pages
from tests.browser import Browser
from tests.curriculum.case_examples import CASE as CASE_FILE
from tests.curriculum.case_examples import case_with
from tests.curriculum.examples import LESSON as LESSON_FILE
from tests.curriculum.examples import replaced, with_lesson
from tests.factories import Factory
from tests.features.conftest import SmallCourse
from tests.pages import main_words

SignIn = Callable[[User], Browser]

STEP = """\
steps:
  - slug: aan-de-deur
    kind: case
    minutes: 5
    title: {nl: Aan de deur, en: At the door}
    case: aan-de-deur
"""


@pytest.fixture(autouse=True)
def lesson_with_a_case(small_course: SmallCourse) -> SmallCourse:
    """The small lesson, with the case as its first step and beside its reflection."""
    changes = with_lesson("steps:\n", STEP)
    text = changes[LESSON_FILE]
    assert text is not None
    text = text.replace("minutes: 30\n", "minutes: 35\n", 1)
    text = text.replace("beside:\n", "beside:\n      - aan-de-deur\n", 1)
    course = replaced("course.yaml", "minutes: 30", "minutes: 35")
    small_course.publish({LESSON_FILE: text, **course, CASE_FILE: case_with()})
    return small_course


@pytest.fixture
def player(make: Factory) -> User:
    return make.learner(language="en")


def test_the_step_leads_to_the_case_and_waits_until_it_has_ended(
    sign_in: SignIn, player: User, small_course: SmallCourse
) -> None:
    browser, url = sign_in(player), small_course.url("aan-de-deur")
    page = browser.get(url)
    assert "To the case" in main_words(page)
    assert "/cases/aan-de-deur" in page.text
    browser.submit("/cases/aan-de-deur", action="/begin")
    browser.submit("/cases/aan-de-deur/play", {"option": "kaartje"}, action="/choose")
    assert "Go on where you were" in main_words(browser.get(url))
    refused = browser.post(url, data={"owner": str(player.id)})
    assert refused.location == url
    assert "Play the case to an end first" in browser.get(url).text


def test_a_case_that_was_played_to_an_end_is_a_step_that_is_done(
    sign_in: SignIn, make: Factory, player: User, small_course: SmallCourse
) -> None:
    make.playthrough(player, "kaartje", "overdragen", slug="aan-de-deur")
    browser, url = sign_in(player), small_course.url("aan-de-deur")
    browser.submit(f"/lessons/{small_course.lesson}", action="/begin")
    assert browser.submit(url).location == small_course.url("lezen")
    rail = browser.get(small_course.url("lezen")).text.split('id="steps"')[1]
    assert "done" in rail.split("At the door")[1].split("</a>")[0]


def test_the_trail_stands_beside_the_reflection(
    sign_in: SignIn, make: Factory, player: User, small_course: SmallCourse
) -> None:
    make.playthrough(player, "kaartje", "overdragen", slug="aan-de-deur")
    words = main_words(sign_in(player).get(small_course.url("schrijven")))
    assert "I put a card through the door." in words
    assert "I hand it over." in words


def test_a_visitor_reads_the_step_and_goes_on(client: Browser, small_course: SmallCourse) -> None:
    page = client.get(small_course.url("aan-de-deur"))
    assert page.status_code == 200
    answer = client.post(small_course.url("aan-de-deur"), data={})
    assert answer.location == small_course.url("lezen")


def test_hearing_the_client_finishes_the_step_of_a_lesson_that_was_begun(
    sign_in: SignIn, make: Factory, player: User, small_course: SmallCourse
) -> None:
    browser = sign_in(player)
    browser.submit(f"/lessons/{small_course.lesson}", action="/begin")
    make.playthrough(player, "kaartje", "overdragen", slug="aan-de-deur")
    browser.submit("/cases/aan-de-deur/play", {"satisfied": "2"}, action="/predict")
    rail = browser.get(small_course.url("lezen")).text.split('id="steps"')[1]
    assert "done" in rail.split("At the door")[1].split("</a>")[0]


def test_the_result_leads_to_weighing_again_and_to_the_reflection_with_the_trail(
    sign_in: SignIn, make: Factory, player: User, small_course: SmallCourse
) -> None:
    make.playthrough(player, "kaartje", "overdragen", slug="aan-de-deur", predicted=2)
    browser = sign_in(player)
    page = browser.get("/cases/aan-de-deur/result")
    links = {pages.words(link): link.get("href") for link in pages.parse(page.text).iter("a")}
    assert links["Write your reflection"] == small_course.url("schrijven")
    assert links["Weigh first"] == small_course.url("wegen")  # nothing was weighed yet
    assert links["Back to the lesson"] == small_course.url("aan-de-deur")
    assert "I hand it over." in main_words(browser.get(links["Write your reflection"]))


def test_who_weighed_before_the_case_is_led_to_weighing_again(
    sign_in: SignIn, make: Factory, player: User, small_course: SmallCourse
) -> None:
    run = make.enrolment(player, small_course.lesson)
    make.done(run, "wegen")
    make.playthrough(player, "kaartje", "overdragen", slug="aan-de-deur", predicted=2)
    words = main_words(sign_in(player).get("/cases/aan-de-deur/result"))
    assert "Weigh again" in words
    assert "Weigh first" not in words


def test_the_case_says_that_it_belongs_to_a_lesson_that_was_begun(
    sign_in: SignIn, make: Factory, player: User, outsider: User, small_course: SmallCourse
) -> None:
    make.enrolment(player, small_course.lesson)
    words = main_words(sign_in(player).get("/cases/aan-de-deur"))
    assert "This case belongs to “First lesson”, a lesson that you have begun." in words
    assert "a lesson that you" not in main_words(sign_in(outsider).get("/cases/aan-de-deur"))


@pytest.mark.parametrize(
    ("heard", "leads_to"),
    [(None, "/cases/aan-de-deur/play"), (2, "/cases/aan-de-deur/result")],
)
def test_the_step_leads_to_how_it_ended_in_one_click(
    sign_in: SignIn,
    make: Factory,
    player: User,
    small_course: SmallCourse,
    heard: int | None,
    leads_to: str,
) -> None:
    make.playthrough(player, "kaartje", "overdragen", slug="aan-de-deur", predicted=heard)
    page = sign_in(player).get(small_course.url("aan-de-deur"))
    links = {pages.words(link): link.get("href") for link in pages.parse(page.text).iter("a")}
    words = "See how it ended" if heard else "Hear how they look back"
    assert links[words] == leads_to


def test_the_trail_beside_the_reflection_says_which_time_it_is_and_that_it_is_not_finished(
    sign_in: SignIn, make: Factory, player: User, small_course: SmallCourse
) -> None:
    make.playthrough(player, "kaartje", "overdragen", slug="aan-de-deur", predicted=2)
    make.playthrough(player, "kaartje", slug="aan-de-deur", number=2)
    page = sign_in(player).get(small_course.url("schrijven"))
    words = main_words(page)
    assert "Your trail: At the door Playthrough 2. Not finished yet." in words
    assert "/cases/aan-de-deur/trail/1" in page.text


def test_beside_the_reflection_it_says_that_the_case_was_not_played(
    sign_in: SignIn, player: User, small_course: SmallCourse
) -> None:
    page = sign_in(player).get(small_course.url("schrijven"))
    assert "You have not played this case yet. To the case" in main_words(page)


def test_a_visitor_has_the_trail_beside_the_reflection_as_well(
    client: Browser, small_course: SmallCourse
) -> None:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.submit("/cases/aan-de-deur", action="/begin")
    client.submit("/cases/aan-de-deur/play", {"option": "kaartje"}, action="/choose")
    words = main_words(client.get(small_course.url("schrijven")))
    assert "I put a card through the door." in words


def test_the_result_leads_nowhere_that_the_followed_edition_does_not_have(
    sign_in: SignIn, make: Factory, player: User, small_course: SmallCourse
) -> None:
    """Somebody began the lesson before the case came into it, and goes on with that edition."""
    small_course.publish({CASE_FILE: case_with()})
    make.enrolment(player, small_course.lesson)
    text = with_lesson("steps:\n", STEP)[LESSON_FILE]
    assert text is not None
    course = replaced("course.yaml", "minutes: 30", "minutes: 35")
    lesson = text.replace("minutes: 30\n", "minutes: 35\n", 1)
    small_course.publish({LESSON_FILE: lesson, **course, CASE_FILE: case_with()})
    make.playthrough(player, "kaartje", "overdragen", slug="aan-de-deur", predicted=2)
    words = main_words(sign_in(player).get("/cases/aan-de-deur/result"))
    assert "Weigh again" not in words
    assert "What did you weigh?" in words


def test_a_visitor_finds_the_way_to_the_reflection_as_well(
    client: Browser, small_course: SmallCourse
) -> None:
    client.submit("/cases/aan-de-deur", action="/begin")
    for option in ("kaartje", "overdragen"):
        client.submit("/cases/aan-de-deur/play", {"option": option}, action="/choose")
    client.submit("/cases/aan-de-deur/play", {"satisfied": "2"}, action="/predict")
    assert small_course.url("schrijven") in client.get("/cases/aan-de-deur/result").text
