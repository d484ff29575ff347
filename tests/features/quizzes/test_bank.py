"""The bank of items: for who teaches, with the key; for nobody else."""

from collections.abc import Callable

import pytest
from flask import Flask

from course.accounts.models import User
from course.quizzes.words import tag_word, type_word
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.factories import QUIZ, Factory
from tests.pages import main_words

SignIn = Callable[[User], Browser]


@pytest.fixture
def teacher(make: Factory) -> User:
    return make.instructor(language="en")


def test_every_item_of_every_quiz_is_there_with_how_often_it_was_answered(
    sign_in: SignIn, make: Factory, teacher: User
) -> None:
    make.attempt(make.learner())
    words = main_words(sign_in(teacher).get("/author/items"))
    for item in make.quiz().quiz.items:
        assert item.prompt["en"][:60] in words, item.slug
    assert "Times answered" in words


@pytest.mark.parametrize(
    ("query", "stays", "goes"),
    [
        ("kind=weighing", "weigh a new fact", "true or not"),
        ("kind=classic", "true or not", "weigh a new fact"),
        ("type=slider", "place on a line", "written answer"),
        ("type=matching", "match", "written answer"),
        ("module=5&type=essay", "written answer", "place on a line"),
    ],
)
def test_it_is_narrowed_down(
    sign_in: SignIn, teacher: User, query: str, stays: str, goes: str
) -> None:
    page = sign_in(teacher).get(f"/author/items?{query}").text
    assert f"<td>{stays}</td>" in page
    assert f"<td>{goes}</td>" not in page


def test_every_type_has_a_word_and_a_tag_that_has_none_is_shown_as_it_is(
    app: Flask, make: Factory
) -> None:
    library = [make.quiz(slug).quiz for slug in app.extensions["library"].quizzes]
    types = {item.type for quiz in library for item in quiz.items}
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert type_word("matching") == "match"
        assert all(type_word(type_) for type_ in types)
        assert (tag_word("evidence"), tag_word("of-our-own")) == ("research", "of-our-own")


def test_nothing_that_fits_is_said(sign_in: SignIn, teacher: User) -> None:
    words = main_words(sign_in(teacher).get("/author/items?q=xyzzy"))
    assert "No item fits this." in words


def test_each_item_shows_what_is_right_or_how_its_panel_answered(
    sign_in: SignIn, make: Factory, teacher: User
) -> None:
    browser = sign_in(teacher)
    for item in make.quiz().quiz.items:
        page = browser.get(f"/author/items/{QUIZ}/{item.slug}")
        assert item.explanation["en"] in main_words(page), item.slug


def test_a_student_and_a_visitor_never_see_it(
    sign_in: SignIn, client: Browser, make: Factory, outsider: User
) -> None:
    slug = make.quiz().quiz.items[0].slug
    for path in ("/author/items", f"/author/items/{QUIZ}/{slug}"):
        assert sign_in(outsider).get(path).status_code == 404
        assert "/login" in str(client.get(path).location)


def test_an_item_that_there_is_not_is_no_page(sign_in: SignIn, teacher: User) -> None:
    for path in (f"/author/items/{QUIZ}/niets", "/author/items/niets/niets"):
        assert sign_in(teacher).get(path).status_code == 404


@pytest.mark.parametrize("size", [1, 40])
def test_it_takes_the_same_queries_for_any_number_of_attempts(
    sign_in: SignIn, make: Factory, teacher: User, count_queries: CountsQueries, size: int
) -> None:
    for _person in range(size):
        make.attempt(make.learner())
    browser = sign_in(teacher)
    with count_queries() as sent:
        browser.get("/author/items")
    assert len(sent) == 2, sent
