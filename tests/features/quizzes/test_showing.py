"""What the pages of questions show: an order that is not the key, the newest try, one query."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.core.db import db
from course.quizzes.models import Answer
from tests import pages
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.factories import Factory
from tests.features.at_once import at_once, click
from tests.features.conftest import SmallCourse
from tests.features.filled_in import ANSWERED, value
from tests.features.quizzes.seen import about, kept, verdicts

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]


@pytest.fixture
def reader(make: Factory) -> User:
    """A learner who reads English, as the texts in the code."""
    return make.learner(language="en")


@pytest.fixture
def browser(sign_in: SignIn, reader: User, small_course: SmallCourse) -> Browser:
    """The browser of the reader."""
    return sign_in(reader)


@pytest.fixture
def url(small_course: SmallCourse) -> str:
    """Where the questions are, one of each type."""
    return small_course.url("vragen")


def test_the_order_on_the_page_is_not_the_key_and_stays_the_same(
    sign_in: SignIn, make: Factory, url: str, small_course: SmallCourse
) -> None:
    shown = set()
    for _learner in range(12):
        browser = sign_in(make.learner(language="en"))
        once, again = (_items(browser.get(url)) for _view in range(2))
        assert once == again
        shown.add(once)
    assert {item for items in shown for item in items} == {"Finding", "Contact", "Trust"}
    assert len(shown) > 1  # Somebody may see the key by chance; not everybody does.


def _items(page: TestResponse) -> tuple[str, ...]:
    return tuple(
        pages.words(item)
        for item in pages.parse(page.text).findall(".//ul[@class='order']/li/label")
    )


def test_eight_different_answers_at_once_are_all_kept(
    in_app: InApp, sign_in: SignIn, reader: User, url: str, small_course: SmallCourse
) -> None:
    windows = {str(number): sign_in(reader) for number in range(8)}
    at_once([click(window, url, {**ANSWERED, "getal": given}) for given, window in windows.items()])
    rows = kept(in_app, "question", "attempt", "given")
    numbers = [(attempt, given) for question, attempt, given in rows if question == "getal"]
    assert sorted(attempt for attempt, _given in numbers) == list(range(1, 9))
    assert sorted(given for _attempt, given in numbers) == sorted(windows)


def test_a_draft_of_a_next_try_is_shown_until_it_is_checked(browser: Browser, url: str) -> None:
    browser.submit(url, {**ANSWERED, "een-keuze": "veel"})
    again = browser.submit(url, {"again": "1"})
    browser.submit(again, {"getal": "7", "do": "save"})
    assert value(browser.get(url), "getal") == "7"
    browser.submit(url, ANSWERED)
    assert set(verdicts(browser.get(url)).values()) == {"This is right."}


@pytest.mark.parametrize("attempts", [1, 40])
def test_the_result_takes_as_many_statements_for_any_number_of_attempts(
    in_app: InApp,
    browser: Browser,
    reader: User,
    url: str,
    make: Factory,
    small_course: SmallCourse,
    count_queries: CountsQueries,
    attempts: int,
) -> None:
    enrolment = make.enrolment(reader, small_course.lesson)
    shared = {
        "user_id": reader.id,
        "enrolment_id": enrolment.id,
        "lesson": enrolment.lesson,
        "step": "vragen",
        "numerator": 0,
        "denominator": 1,
        "maximum": 1,
    }
    with in_app():
        db.session.add_all(
            Answer(**shared, attempt=attempt, question=question, given=given)
            for attempt in range(1, attempts + 1)
            for question, given in (("een-keuze", "veel"), ("getal", str(attempt)))
        )
        db.session.commit()
    with count_queries() as sent:
        page = browser.get(url)
    assert f"You answered {attempts} hours." in about(page, "How many hours?")
    # Who is signed in, run with draft, steps done, deadlines, answers.
    assert len(sent) == 5, sent
