"""Ends that were reached stay: of every line, of every time, each with what was expected of it."""

from collections.abc import Callable

import pytest

from course.accounts.models import User
from tests import pages
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.curriculum.case_examples import CASE as CASE_FILE
from tests.curriculum.case_examples import case_with
from tests.factories import PASSWORD, Factory
from tests.features.conftest import SmallCourse
from tests.features.filled_in import heading
from tests.pages import main_words

SignIn = Callable[[User], Browser]

URL = "/cases/aan-de-deur"
PLAY, RESULT, TRAIL = f"{URL}/play", f"{URL}/result", f"{URL}/trail"


@pytest.fixture(autouse=True)
def small_case(small_course: SmallCourse) -> SmallCourse:
    small_course.publish({CASE_FILE: case_with()})
    return small_course


@pytest.fixture
def browser(sign_in: SignIn, make: Factory) -> Browser:
    """The browser of somebody who has begun the case."""
    browser = sign_in(make.learner(language="en"))
    browser.submit(URL, action="/begin")
    return browser


@pytest.fixture
def visitor(client: Browser) -> Browser:
    """A visitor who has begun the case."""
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.submit(URL, action="/begin")
    return client


def choose(browser: Browser, *options: str) -> None:
    """Choose on the page that is open, as a person does."""
    for option in options:
        answer = browser.submit(PLAY, {"option": option}, action="/choose")
        assert answer.location == f"{PLAY}#moment", answer.location


def hear(browser: Browser, satisfied: int, why: str = "") -> None:
    """Say what to expect, at an end."""
    data = {"satisfied": str(satisfied), "why": why}
    assert browser.submit(PLAY, data, action="/predict").location == RESULT


def go_back(browser: Browser, number: int) -> None:
    """To where choice ``number`` was made."""
    assert browser.submit(f"{TRAIL}/{number}", action="/back").location == PLAY


def links(browser: Browser, address: str) -> dict[str, str]:
    """Where the links of a page lead, by their words."""
    document = pages.parse(browser.get(address).text)
    return {pages.words(link): link.get("href", "") for link in document.iter("a")}


# --- One that was left -----------------------------------------------------------------------


def test_going_back_leaves_the_end_where_it_was(browser: Browser) -> None:
    choose(browser, "kaartje", "overdragen")
    hear(browser, 2)
    go_back(browser, 2)
    for address in (URL, RESULT):
        there = links(browser, address)["how it ended: Closed"]
        assert there == f"{RESULT}?time=1&end=2"
    assert links(browser, TRAIL)["How it ended: Closed"] == f"{RESULT}?time=1&end=2"
    assert "I did not know it was over." in main_words(browser.get(f"{RESULT}?time=1&end=2"))


def test_both_ends_are_there_after_choosing_differently(browser: Browser) -> None:
    choose(browser, "kaartje", "overdragen")
    hear(browser, 2)
    go_back(browser, 2)
    choose(browser, "blijven")
    words = main_words(browser.get(RESULT))
    assert heading(browser.get(RESULT)) == "Open. She is not alone."
    assert "Line 1 (counts): how it ended: Closed" in words
    assert "Line 2: Open · this page" in words


def test_half_way_the_result_says_so(browser: Browser) -> None:
    choose(browser, "kaartje")
    page = browser.get(RESULT)
    assert heading(page) == "You are halfway"
    assert "The result follows after the last moment." in main_words(page)


@pytest.mark.parametrize("asked", ["end=1", "end=9", "end=x", "time=2", "time=x&end=2"])
def test_an_end_that_was_not_reached_is_no_page(browser: Browser, asked: str) -> None:
    choose(browser, "kaartje", "overdragen")
    hear(browser, 2)
    assert browser.get(f"{RESULT}?{asked}").status_code == 404


def test_an_end_of_somebody_else_is_no_page(
    browser: Browser, sign_in: SignIn, make: Factory, outsider: User
) -> None:
    choose(browser, "kaartje", "overdragen")
    hear(browser, 2)
    other = sign_in(outsider)
    assert other.get(f"{RESULT}?time=1&end=2").location == URL
    other.submit(URL, action="/begin")
    assert other.get(f"{RESULT}?time=1&end=2").status_code == 404


def test_nothing_is_told_of_an_end_before_one_says_what_one_expects(browser: Browser) -> None:
    choose(browser, "kaartje", "overdragen")
    go_back(browser, 2)
    words = main_words(browser.get(f"{RESULT}?end=2"))
    assert "I did not know it was over." not in words
    answer = browser.submit(
        f"{RESULT}?end=2", {"to": "2"}, action="/back"
    )  # to the end, where the question is
    assert answer.location == PLAY
    assert heading(browser.get(PLAY)) == "Closed"


# --- What was expected -----------------------------------------------------------------------


def test_what_was_expected_of_another_end_is_told_as_that(browser: Browser) -> None:
    choose(browser, "kaartje", "overdragen")
    hear(browser, 4, "Hij knikte.")
    go_back(browser, 2)
    choose(browser, "blijven")
    words = main_words(browser.get(RESULT))
    assert "You expected:" not in words
    assert (
        "Before you heard the first account, that of “Closed”, you expected: satisfied. "
        "“Hij knikte.”"
    ) in words
    assert "That is not what you expected." not in words
    assert "You expected: satisfied." in main_words(browser.get(f"{RESULT}?time=1&end=2"))


def test_it_is_the_end_at_which_one_said_it_also_when_another_came_first(browser: Browser) -> None:
    choose(browser, "kaartje", "overdragen")
    go_back(browser, 2)
    choose(browser, "blijven")
    hear(browser, 5)
    assert "You expected: very satisfied." in main_words(browser.get(RESULT))
    assert "that of “Open”, you expected" in main_words(browser.get(f"{RESULT}?time=1&end=2"))


# --- Another time ----------------------------------------------------------------------------


@pytest.fixture
def twice(browser: Browser) -> Browser:
    """Somebody who played to two ends, one each time."""
    choose(browser, "kaartje", "overdragen")
    hear(browser, 2)
    browser.submit(RESULT, {"again": "1"}, action="/begin")
    choose(browser, "kaartje")
    return browser


def test_the_first_time_stays_to_be_read_after_beginning_again(twice: Browser) -> None:
    assert links(twice, URL)["how it ended: Closed"] == f"{RESULT}?time=1&end=2"
    assert "I did not know it was over." in main_words(twice.get(f"{RESULT}?time=1&end=2"))
    trail = twice.get(f"{TRAIL}?time=1")
    assert heading(trail) == "Your trail, playthrough 1"
    assert "I hand it over." in main_words(trail)
    assert "I hand it over." not in main_words(twice.get(TRAIL))


def test_an_earlier_time_is_to_read_only(twice: Browser) -> None:
    page = twice.get(f"{TRAIL}/2?time=1")
    assert "I hand it over." in main_words(page)
    assert "/back" not in page.text
    assert twice.get(f"{TRAIL}/2").status_code == 404  # the second time has one choice so far


@pytest.mark.parametrize("page", [URL, TRAIL, f"{TRAIL}/1", f"{RESULT}?time=1&end=2"])
def test_any_number_of_times_takes_the_same_queries(
    make: Factory, sign_in: SignIn, count_queries: CountsQueries, page: str
) -> None:
    numbers = []
    for times in (1, 6):
        user = make.learner()
        for number in range(1, times + 1):
            choices = ("kaartje", "overdragen")
            make.playthrough(user, *choices, slug="aan-de-deur", number=number, predicted=2)
        browser = sign_in(user)
        with count_queries() as sent:
            assert browser.get(page).status_code == 200
        numbers.append(len(sent))
    assert numbers[0] == numbers[1] <= 3, numbers


# --- Roads not taken -------------------------------------------------------------------------


def test_what_was_taken_on_another_line_is_no_road_not_taken(browser: Browser) -> None:
    choose(browser, "kaartje", "overdragen")
    hear(browser, 2)
    assert "I come again next week." in main_words(browser.get(RESULT)).split("Paths not taken")[1]
    go_back(browser, 2)
    choose(browser, "blijven")
    not_taken = main_words(browser.get(RESULT)).split("Paths not taken")[1]
    assert "I hand it over." not in not_taken
    assert "The doorstep: I close the file." in not_taken


def test_what_was_closed_is_told_as_closed(browser: Browser) -> None:
    choose(browser, "sluiten", "wachten", "gaan", "overdragen")
    hear(browser, 2)
    not_taken = main_words(browser.get(RESULT)).split("Paths not taken")[1]
    assert "At the table: I come again next week. (was closed to you)" in not_taken


def test_what_stayed_hidden_is_not_told(
    sign_in: SignIn, make: Factory, small_case: SmallCourse
) -> None:
    hidden = case_with(("        locked: {nl: Ze vraagt je niet.", "        hidden: true\n"
                        "        locked: {nl: Ze vraagt je niet."))  # fmt: skip
    small_case.publish({CASE_FILE: hidden})
    browser = sign_in(make.learner(language="en"))
    browser.submit(URL, action="/begin")
    choose(browser, "sluiten", "wachten", "gaan", "overdragen")
    hear(browser, 2)
    assert "I come again next week." not in main_words(browser.get(RESULT))


# --- In which week -----------------------------------------------------------------------------


def test_the_trail_says_in_which_week_a_choice_was_made(browser: Browser) -> None:
    choose(browser, "kaartje", "overdragen")
    words = main_words(browser.get(TRAIL))
    assert "week 0 The doorstep" in words
    assert "week 1 At the table" in words


def test_where_one_is_stands_within_its_line_after_going_back(browser: Browser) -> None:
    choose(browser, "kaartje", "overdragen")
    go_back(browser, 1)
    words = main_words(browser.get(TRAIL))
    assert words.index("You are here.") < words.index("I put a card through the door.")


# --- A visitor ---------------------------------------------------------------------------------


def test_a_visitor_who_goes_back_keeps_the_end_until_another_choice(visitor: Browser) -> None:
    choose(visitor, "kaartje", "overdragen")
    hear(visitor, 2)
    go_back(visitor, 2)
    assert heading(visitor.get(PLAY)) == "At the table"
    assert links(visitor, TRAIL)["How it ended: Closed"] == f"{RESULT}?time=1&end=2"
    choose(visitor, "overdragen")
    assert "How satisfied: a little." in main_words(visitor.get(RESULT))
    go_back(visitor, 2)
    choose(visitor, "blijven")
    assert heading(visitor.get(RESULT)) == "Open. She is not alone."
    assert visitor.get(f"{RESULT}?time=1&end=9").status_code == 404
    assert "I hand it over." not in main_words(visitor.get(TRAIL))


def test_a_visitor_is_told_before_going_back_what_goes_away(visitor: Browser) -> None:
    choose(visitor, "kaartje")
    words = main_words(visitor.get(f"{TRAIL}/1"))
    warning, button = "what came after this moment is gone", "Go back and choose differently"
    assert words.index(warning) < words.index(button)
    assert "Nothing is erased." not in main_words(visitor.get(TRAIL))


def test_a_visitor_who_went_back_takes_the_whole_line_along(
    visitor: Browser, make: Factory
) -> None:
    player = make.learner(language="en")
    choose(visitor, "kaartje", "overdragen")
    hear(visitor, 2)
    go_back(visitor, 2)
    visitor.submit("/login", {"email": player.email, "password": PASSWORD})
    assert heading(visitor.get(PLAY)) == "At the table"
    assert "How satisfied: a little." in main_words(visitor.get(f"{RESULT}?time=1&end=2"))


def test_the_list_of_cases_knows_what_a_visitor_played(visitor: Browser) -> None:
    choose(visitor, "kaartje")
    assert "unfinished, in this browser" in main_words(visitor.get("/cases/"))
    choose(visitor, "overdragen")
    assert "played, in this browser" in main_words(visitor.get("/cases/"))
    go_back(visitor, 1)  # the end is still there
    assert "played, in this browser" in main_words(visitor.get("/cases/"))
