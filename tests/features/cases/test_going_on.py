"""Stopping half-way and coming back: the home page and the case say where one still is."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from course.accounts.models import User
from course.core.clock import now
from tests.browser import Browser
from tests.curriculum.case_examples import CASE as CASE_FILE
from tests.curriculum.case_examples import case_with
from tests.factories import Factory
from tests.features.conftest import SmallCourse
from tests.pages import main_words

SignIn = Callable[[User], Browser]
CASE = "aan-de-deur"


@pytest.fixture(autouse=True)
def small_case(small_course: SmallCourse) -> SmallCourse:
    small_course.publish({CASE_FILE: case_with()})
    return small_course


@pytest.fixture
def player(make: Factory) -> User:
    return make.learner(language="en")


def test_home_leads_back_to_a_case_that_was_left_half_way(
    sign_in: SignIn, make: Factory, player: User, outsider: User
) -> None:
    make.playthrough(player, "kaartje", slug=CASE)
    home = sign_in(player).get("/home")
    words = main_words(home)
    assert "Cases in which you stopped halfway" in words
    assert "You are at: At the table." in words
    assert f'href="/cases/{CASE}/play"' in home.text
    assert "half-way" not in main_words(sign_in(outsider).get("/home"))


def test_home_is_silent_once_the_client_was_heard(
    sign_in: SignIn, make: Factory, player: User
) -> None:
    make.playthrough(player, "kaartje", "overdragen", slug=CASE, predicted=2)
    assert "half-way" not in main_words(sign_in(player).get("/home"))


def test_home_reminds_of_an_end_until_the_client_was_heard(
    sign_in: SignIn, make: Factory, player: User, outsider: User
) -> None:
    make.playthrough(player, "kaartje", "overdragen", slug=CASE)
    words = main_words(sign_in(player).get("/home"))
    assert "You came to the end “Closed”. You have not heard yet how they look back." in words
    assert "Closed" not in main_words(sign_in(outsider).get("/home"))


def test_home_does_not_remind_of_a_time_after_which_one_began_anew(
    sign_in: SignIn, make: Factory, player: User
) -> None:
    make.playthrough(player, "kaartje", "overdragen", slug=CASE)
    make.playthrough(player, "kaartje", "overdragen", slug=CASE, number=2, predicted=2)
    assert "half-way" not in main_words(sign_in(player).get("/home"))


@pytest.mark.parametrize(("days", "still"), [(6.9, False), (7.1, True)])
def test_after_a_week_it_is_said_that_one_is_still_there(
    sign_in: SignIn, make: Factory, player: User, days: float, still: bool
) -> None:
    make.playthrough(player, "kaartje", slug=CASE, seen_at=now() - timedelta(days=days))
    browser = sign_in(player)
    for address in ("/home", f"/cases/{CASE}", f"/cases/{CASE}/play"):
        words = main_words(browser.get(address))
        assert ("You are still at “At the table”, since" in words) == still, address


def test_the_words_go_when_one_has_chosen_again(
    sign_in: SignIn, make: Factory, player: User
) -> None:
    make.playthrough(player, slug=CASE, seen_at=now() - timedelta(days=30))
    browser = sign_in(player)
    assert "Going on?" in main_words(browser.get(f"/cases/{CASE}/play"))
    browser.submit(f"/cases/{CASE}/play", {"option": "kaartje"}, action="/choose")
    assert "Going on?" not in main_words(browser.get(f"/cases/{CASE}/play"))
