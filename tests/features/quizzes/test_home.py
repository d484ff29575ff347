"""The home page leads to the quizzes that wait: those that are running, and those that are set."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from course.accounts.models import User
from course.core.clock import now
from course.quizzes.models import Allowance
from tests.browser import Browser
from tests.factories import Factory
from tests.pages import main_words

SignIn = Callable[[User], Browser]
QUIZ = "toets-afsluiten-of-loslaten"
WAITING = "Quizzes that wait for you"


@pytest.fixture
def learner(make: Factory) -> User:
    return make.learner(language="en")


def words_at_home(browser: Browser) -> str:
    return main_words(browser.get("/home"))


def test_home_leads_back_to_an_attempt_that_is_running_and_to_nobody_elses(
    sign_in: SignIn, learner: User, outsider: User
) -> None:
    browser = sign_in(learner)
    location = browser.submit(f"/quizzes/{QUIZ}", action="/begin").location
    home = browser.get("/home")
    assert WAITING in main_words(home)
    assert "Go on with" in main_words(home)
    assert f'href="{location}"' in home.text
    assert WAITING not in words_at_home(sign_in(outsider))


def test_home_is_silent_about_an_attempt_that_was_handed_in(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    make.attempt(learner)
    assert WAITING not in words_at_home(sign_in(learner))


def test_home_leads_to_what_is_set_until_it_is_begun(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    sitting = make.sitting(learner, QUIZ, closes_at=now() + timedelta(days=2))
    browser = sign_in(learner)
    home = browser.get("/home")
    assert "Set for your group. Open until" in main_words(home)
    page = f"/quizzes/{QUIZ}?sitting={sitting.id}"
    assert f'href="{page}"' in home.text
    location = browser.submit(page, action="/begin").location
    assert "Set for your group" not in words_at_home(browser)
    assert WAITING in words_at_home(browser)
    browser.submit(f"{location}/overview", action="/submit")
    assert WAITING not in words_at_home(browser)


@pytest.mark.parametrize(
    ("opens", "closes", "more", "waits"),
    [(-2, 2, 0, True), (1, 2, 0, False), (-2, -1, 0, False), (-2, -1, 120, True)],
)
def test_home_knows_what_is_open_for_this_learner(
    sign_in: SignIn, learner: User, make: Factory, opens: int, closes: int, more: int, waits: bool
) -> None:
    """Hours from now; ``more`` is an extension in minutes."""
    sitting = make.sitting(
        learner,
        QUIZ,
        opens_at=now() + timedelta(hours=opens),
        closes_at=now() + timedelta(hours=closes),
    )
    if more:
        make.add(
            Allowance(sitting_id=sitting.id, user_id=learner.id, extension=more, reason="ziek")
        )
    assert (WAITING in words_at_home(sign_in(learner))) is waits


def test_home_says_until_when_and_stops_when_the_time_is_up(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    sitting = make.sitting(learner, QUIZ, minutes=10)
    sign_in(learner).submit(f"/quizzes/{QUIZ}?sitting={sitting.id}", action="/begin")
    assert "You have until" in words_at_home(sign_in(learner))
    with time_machine.travel(now() + timedelta(minutes=11), tick=False):
        assert WAITING not in words_at_home(sign_in(learner))
