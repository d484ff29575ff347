"""What one was told: newest first, new until it is opened, and nobody else's."""

from collections.abc import Callable
from http import HTTPStatus

import pytest

from course.accounts.models import User
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.factories import Factory
from tests.pages import main_words

SignIn = Callable[[User], Browser]


@pytest.fixture
def lena(make: Factory) -> User:
    """Somebody who reads English, as the texts in the code."""
    return make.learner(language="en")


def test_an_empty_page_says_what_will_come(lena: User, sign_in: SignIn) -> None:
    browser = sign_in(lena)
    assert "Nothing here yet." in main_words(browser.get("/messages"))
    assert 'class="count"' not in browser.get("/home").text


def test_it_is_new_in_word_and_shape_until_it_is_opened(
    make: Factory, lena: User, sign_in: SignIn
) -> None:
    make.notice(lena, subject="De oudste", link="/glossary")
    newest = make.notice(lena, subject="De nieuwste", body="Ik mis je.", link=None)
    browser = sign_in(lena)
    page = main_words(browser.get("/messages"))
    assert page.count("● new") == 2
    assert page.index("De nieuwste") < page.index("De oudste")
    assert '<span class="count">2<' in browser.get("/home").text
    opened = browser.submit("/messages", action=f"/messages/{newest.public_id}/open")
    assert opened.location == f"/messages/{newest.public_id}"
    assert "Ik mis je." in main_words(browser.get(opened.location))
    assert '<span class="count">1<' in browser.get("/home").text
    assert main_words(browser.get("/messages")).count("● new") == 1


def test_opening_leads_to_what_it_tells_of(make: Factory, lena: User, sign_in: SignIn) -> None:
    notice = make.notice(lena, link="/glossary")
    browser = sign_in(lena)
    assert browser.submit("/messages", action=f"{notice.public_id}/open").location == "/glossary"


def test_all_of_it_is_seen_with_one_press(make: Factory, lena: User, sign_in: SignIn) -> None:
    for _number in range(3):
        make.notice(lena)
    other = make.learner(language="en")
    make.notice(other)
    browser = sign_in(lena)
    browser.submit("/messages", action="/messages/read")
    assert "new" not in main_words(browser.get("/messages")).split(" · ")
    assert 'class="count"' not in browser.get("/messages").text
    assert '<span class="count">1<' in sign_in(other).get("/messages").text


def test_what_somebody_else_was_told_does_not_exist(
    make: Factory, lena: User, outsider: User, sign_in: SignIn, client: Browser
) -> None:
    notice = make.notice(lena, subject="Alleen voor Lena")
    browser = sign_in(outsider)
    assert "Alleen voor Lena" not in browser.get("/messages").text
    for path in (f"/messages/{notice.public_id}", f"/messages/{notice.public_id}/open"):
        answer = browser.post(path) if path.endswith("open") else browser.get(path)
        assert answer.status_code == HTTPStatus.NOT_FOUND
    assert client.get("/messages").location == "/login?next=/messages"
    assert '<span class="count">1<' in sign_in(lena).get("/home").text


@pytest.mark.parametrize("rows", [1, 40])
def test_the_page_takes_two_queries_for_any_number_of_messages(
    make: Factory, lena: User, sign_in: SignIn, count_queries: CountsQueries, rows: int
) -> None:
    with make.together():
        for _row in range(rows):
            make.notice(lena)
    browser = sign_in(lena)
    with count_queries() as sent:
        page = browser.get("/messages")
    assert page.text.count("/open") == min(rows, 30)
    assert len(sent) == 2, sent  # Who is signed in with how many are new, and the messages.
    assert ("Older" in main_words(page)) == (rows == 40)


def test_counting_what_is_new_costs_a_page_no_query(
    lena: User, sign_in: SignIn, client: Browser, count_queries: CountsQueries
) -> None:
    browser = sign_in(lena)
    with count_queries() as sent:
        browser.get("/glossary")
    assert len(sent) == 1, sent
    with count_queries() as sent:
        client.get("/glossary")
    assert sent == []


@pytest.mark.parametrize("page", ["0", "-1", "10001"])
def test_a_page_that_cannot_be_does_not_exist(lena: User, sign_in: SignIn, page: str) -> None:
    assert sign_in(lena).get(f"/messages?page={page}").status_code == HTTPStatus.NOT_FOUND
