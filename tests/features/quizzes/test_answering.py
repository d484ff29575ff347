"""Answering over HTTP: what is right, what is refused, and what is told when."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from course.accounts.models import User
from tests.browser import Browser
from tests.curriculum.examples import with_lesson
from tests.factories import Factory
from tests.features.conftest import SmallCourse
from tests.features.filled_in import ANSWERED, alert, ticked, value
from tests.features.quizzes.seen import (
    EXPLANATIONS,
    about,
    kept,
    message_at,
    place,
    told,
    verdicts,
)
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
Fields = dict[str, str | list[str]]

SINGLE = "How many of the 33,000 people were registered?"
MULTIPLE, NUMBER, ORDER = "Who does not?", "How many hours?", "Put in order."
RIGHT, PARTLY, WRONG = "This is right.", "This is partly right.", "Not yet."
# What a form makes of an answer does not depend on the database.
SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
IN_TWO_WAYS = "This can be read in two ways: as thousands or as decimals. Write 1500, or 1.50."


@pytest.fixture
def browser(sign_in: SignIn, make: Factory, small_course: SmallCourse) -> Browser:
    """The browser of somebody who reads English, as the texts in the code."""
    return sign_in(make.learner(language="en"))


@pytest.fixture
def url(small_course: SmallCourse) -> str:
    """Where the questions are, one of each type."""
    return small_course.url("vragen")


def places(*, peer: str, appel: str, zwaluw: str) -> Fields:
    """The fields of the question to put in order; the key is peer, appel, zwaluw."""
    return {"volgorde.peer": peer, "volgorde.appel": appel, "volgorde.zwaluw": zwaluw}


# --- Right, partly right, and not yet ------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "given", "verdict", "share", "taught"),
    [
        (SINGLE, {"een-keuze": "weinig"}, RIGHT, (1, 1), "your choice, right About 9,600."),
        (SINGLE, {"een-keuze": "veel"}, WRONG, (0, 1), "So it was thought."),
        (SINGLE, {"een-keuze": "veel"}, WRONG, (0, 1), "this one was right About 9,600."),
        (MULTIPLE, {"meer-keuzes": ["oud", "jong"]}, RIGHT, (1, 1), "your choice, right"),
        (MULTIPLE, {"meer-keuzes": ["jong"]}, PARTLY, (1, 2), "The old this one was right"),
        (MULTIPLE, {"meer-keuzes": ["ergens"]}, WRONG, (0, 1), "They count."),
        (MULTIPLE, {"meer-keuzes": ["jong", "oud", "ergens"]}, WRONG, (0, 1), "They count."),
        (NUMBER, {"getal": "2,5"}, RIGHT, (1, 1), "You answered 2,5 hours."),
        (NUMBER, {"getal": " 2.60 "}, RIGHT, (1, 1), "You answered 2.60 hours."),
        (NUMBER, {"getal": "2,61"}, WRONG, (0, 1), "It is 2.5 hours."),
        (NUMBER, {"getal": "25"}, WRONG, (0, 1), "One decimal too far."),
        (ORDER, places(peer="1", appel="2", zwaluw="3"), RIGHT, (1, 1), "Your order"),
        (
            ORDER,
            places(peer="1", appel="3", zwaluw="2"),
            PARTLY,
            (2, 3),
            "The order we had in mind",
        ),
    ],
)
def test_an_answer_is_marked_and_explained(
    in_app: InApp,
    browser: Browser,
    url: str,
    prompt: str,
    given: Fields,
    verdict: str,
    share: tuple[int, int],
    taught: str,
) -> None:
    answer = browser.submit(url, {**ANSWERED, **given})
    assert (answer.status_code, answer.location) == (303, f"{url}#result")
    page = browser.get(url)
    others = dict.fromkeys((SINGLE, MULTIPLE, NUMBER, ORDER), RIGHT)
    assert verdicts(page) == {**others, prompt: verdict}
    assert taught in about(page, prompt)
    name = next(iter(given)).partition(".")[0]
    marks = {row[0]: row[1:] for row in kept(in_app, "question", "numerator", "denominator")}
    assert marks.pop(name) == share
    assert set(marks.values()) == {(1, 1)}


@SQLITE
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("typed", ["2,5", "2.5"])
def test_a_comma_and_a_point_are_right_in_both_languages(
    in_app: InApp, sign_in: SignIn, make: Factory, url: str, language: str, typed: str
) -> None:
    sign_in(make.learner(language=language)).submit(url, {**ANSWERED, "getal": typed})
    assert ("getal", typed, 1) in kept(in_app, "question", "given", "numerator")


# --- What is told when ---------------------------------------------------------------------


def test_what_is_right_and_why_is_told_after_answering_and_not_before(
    client: Browser, browser: Browser, url: str
) -> None:
    assert told(client.get(url, headers={"Accept-Language": "en"})) == []
    assert told(browser.get(url)) == []
    browser.submit(url, {"een-keuze": "veel", "do": "save"})
    assert told(browser.get(url)) == []
    refused = browser.submit(url, {**ANSWERED, "getal": "veel"})
    assert (refused.status_code, told(refused)) == (422, [])
    browser.submit(url, {**ANSWERED, "getal": "25"})
    page = browser.get(url)
    assert [words for words in EXPLANATIONS if words in main_words(page)] == list(EXPLANATIONS)
    assert "One decimal too far." in main_words(page)
    assert "So it was thought." not in page.text  # of an option that was neither chosen nor right
    assert told(browser.submit(page, {"again": "1"})) == []


# --- What is refused -----------------------------------------------------------------------


@SQLITE
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"een-keuze": []}, "Choose one answer."),
        ({"meer-keuzes": []}, "Choose at least one answer."),
        ({"getal": ""}, "Fill in a number."),
        ({"getal": "twee"}, "This is not a number. Write it in digits, such as 12.5."),
        ({"getal": "2e0"}, "This is not a number. Write it in digits, such as 12.5."),
        ({"getal": "1.500"}, IN_TWO_WAYS),
        ({"getal": "1,500"}, IN_TWO_WAYS),
        (places(peer="", appel="1", zwaluw="2"), "Give each of these a place."),
        (places(peer="1", appel="2", zwaluw=""), "Give each of these a place."),
        (places(peer="", appel="", zwaluw=""), "Give each of these a place."),
        (
            places(peer="1", appel="2", zwaluw="2"),
            "Two of these have the same place. Give each its own.",
        ),
    ],
)
def test_a_slip_is_told_at_its_question_and_all_that_was_typed_stays(
    in_app: InApp, browser: Browser, url: str, wrong: Fields, message: str
) -> None:
    sent = {**ANSWERED, **wrong}
    page = browser.submit(url, sent)
    assert page.status_code == 422
    assert {message_at(page, name) for name in wrong} == {f"Error: {message}"}
    assert message in alert(page)
    for name, given in sent.items():
        if name.startswith("volgorde"):
            assert place(page, name) == given
        elif name == "getal":
            assert value(page, name) == given
        else:
            assert ticked(page, name) == ([given] if isinstance(given, str) else given)
    assert kept(in_app, "id") == []


def test_a_number_that_can_only_be_whole_is_read_with_a_sign_for_thousands(
    in_app: InApp, browser: Browser, small_course: SmallCourse, url: str
) -> None:
    small_course.publish(with_lesson("expected: 2.50", "expected: 23400\n        whole: true"))
    browser.submit(url, {**ANSWERED, "getal": "23.400"})
    assert ("getal", "23.400", 1) in kept(in_app, "question", "given", "numerator")


FORGED: list[Fields] = [
    {"een-keuze": "iets-anders"},
    {"een-keuze": ["weinig", "veel"], "meer-keuzes": ["jong", "iets-anders"]},
    {"meer-keuzes": "jong,oud"},
    {"meer-keuzes": "een-keuze"},
    {"volgorde.peer": "4"},
    {"volgorde.zwaluw": "0"},
    {"volgorde.appel": "-1"},
    {"volgorde.appel": "twee"},
    {"volgorde.zwaluw": "３"},  # noqa: RUF001 - a full-width digit, which int() reads as 3
    {"volgorde.peer": ["2", "1"]},
    {"getal": "9" * 41},
    {"getal": "9" * 60_000},
    {"getal": "NaN"},
]


@SQLITE
@pytest.mark.parametrize("forged", FORGED, ids=[str(forged)[:40] for forged in FORGED])
def test_what_no_person_could_choose_is_refused_and_breaks_nothing(
    in_app: InApp, browser: Browser, url: str, forged: Fields
) -> None:
    assert browser.post(url, data={**ANSWERED, **forged}).status_code == 422
    assert kept(in_app, "id") == []


@SQLITE
@pytest.mark.parametrize("name", ANSWERED)
def test_a_field_that_is_not_sent_at_all_is_refused(
    in_app: InApp, browser: Browser, url: str, name: str
) -> None:
    sent = {field: given for field, given in ANSWERED.items() if field != name}
    assert browser.post(url, data=sent).status_code == 422
    assert browser.post(url, data={}).status_code == 422
    assert kept(in_app, "id") == []
