"""The key of the questions does not leave the server before there is an answer.

Two courses that differ only in what is right, and in what is said about it, must look the same
to a student: every byte of every page and header. That covers the page, what the saving script
is told, the order of things, their length, and whatever somebody adds later.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.curriculum.edition import Edition, Library
from course.curriculum.schema import QuestionStep
from course.lessons import editions
from tests import pages
from tests.browser import Browser
from tests.factories import Factory

pytestmark = pytest.mark.usefixtures("clock")

VARIES_BY_ITSELF: Final = {"Set-Cookie", "Date"}

Seen = list[tuple[str, int, dict[str, str], str, Any]]
Clear = Callable[[], None]


# --- Another key ---------------------------------------------------------------------------


def _library(app: Flask) -> Library:
    with app.app_context():
        return editions.library()


def with_another_key(library: Library) -> Library:
    """The same course, in which other answers are right."""
    others = {slug: _edition(edition) for slug, edition in library.editions.items()}
    return replace(library, editions=others)


def _edition(edition: Edition) -> Edition:
    data = edition.model_dump(mode="json", exclude_defaults=True)
    for step in data["lesson"]["steps"]:
        for question in step.get("questions", []):
            _turn(question)
    return Edition.model_validate(data)


def _turn(question: dict[str, Any]) -> None:
    """Change everything about a question that a student may not know beforehand."""
    question["explanation"] = {"nl": "Een heel andere uitleg.", "en": "Quite another one."}
    for option in question.get("options", []):
        option["feedback"] = {"nl": "Iets heel anders.", "en": "Something else."}
    match question["type"]:
        case "single":
            right = [option.pop("right", False) for option in question["options"]]
            question["options"][right.index(True) - 1]["right"] = True
        case "multiple":
            for option in question["options"]:
                option["right"] = not option.get("right", False)
        case "number":
            question["expected"] = str(float(question["expected"]) + 7)
            question["tolerance"] = "3"
            question["mistakes"] = []
        case "order":
            question["items"] = question["items"][1:] + question["items"][:1]


# --- What a student sees -------------------------------------------------------------------


class Student:
    """Does the same things each time, and writes down all that comes back."""

    def __init__(self, browser: Browser) -> None:
        browser.checks_pages = False  # Hundreds of pages, which other tests check.
        self._browser = browser
        self.seen: Seen = []

    def note(self, answer: TestResponse) -> None:
        headers = {name: value for name, value in answer.headers if name not in VARIES_BY_ITSELF}
        what = f"{answer.request.method} {answer.request.path}"
        body = pages.without_tokens(answer.text)
        self.seen.append((what, answer.status_code, headers, body, self._in_the_cookie()))

    def _in_the_cookie(self) -> Any:
        """What stands in the cookie, which its owner can read."""
        with self._browser.session_transaction() as kept:
            return {name: value for name, value in kept.items() if name != "csrf_token"}

    def get(self, address: str) -> None:
        self.note(self._browser.get(address))

    def post(self, address: str, data: dict[str, str | list[str]]) -> None:
        self.note(self._browser.post(address, data=data))
        self.note(self._browser.post(address, data=data, headers={"Accept": "application/json"}))


def _question_steps(library: Library) -> Iterator[tuple[str, QuestionStep]]:
    for lesson, edition in library.editions.items():
        for step in edition.lesson.steps:
            if isinstance(step, QuestionStep):
                yield lesson, step


def _answers(step: QuestionStep, choice: int) -> dict[str, str | list[str]]:
    """One way to fill in the form: the first options, or the second ones, and so on."""
    filled: dict[str, str | list[str]] = {}
    for question in step.questions:
        match question.type:
            case "single":
                filled[question.slug] = question.options[choice % len(question.options)].slug
            case "multiple":
                filled[question.slug] = [question.options[choice % len(question.options)].slug]
            case "number":
                filled[question.slug] = str(choice)
            case "order":
                # By slug: the order in which they stand in the content is the key.
                items = sorted(item.slug for item in question.items)
                for place, slug in enumerate(items[choice:] + items[:choice], start=1):
                    filled[f"{question.slug}.{slug}"] = str(place)
    return filled


def _wrong(step: QuestionStep) -> dict[str, str | list[str]]:
    """A form in which no answer can be taken: options and numbers that are none, equal places."""
    return {name: "1" if "." in name else "geen van alle" for name in _answers(step, 0)}


def _read_everything(student: Student, library: Library) -> None:
    for address in ("/", "/home", "/glossary", "/reading", "/help"):
        student.get(address)
    for lesson, edition in library.editions.items():
        student.get(f"/lessons/{lesson}")
        for step in edition.lesson.steps:
            student.get(f"/lessons/{lesson}/{step.slug}")
        student.get(f"/lessons/{lesson}/finished")


def _as_visitor(browser: Browser, library: Library, _learner: User) -> Seen:
    student = Student(browser)
    _read_everything(student, library)
    for lesson, step in _question_steps(library):
        student.post(f"/lessons/{lesson}/{step.slug}", _answers(step, 0))
        student.get(f"/lessons/{lesson}/{step.slug}")
    return student.seen


def _as_learner(browser: Browser, library: Library, learner: User) -> Seen:
    """Begins both lessons, types all kinds of answers, saves them, but hands none in."""
    make = Factory(browser.application)
    browser.set_cookie("sid", make.sign_in(learner))
    student = Student(browser)
    _read_everything(student, library)
    for lesson in library.editions:
        student.post(f"/lessons/{lesson}/begin", {})
    for lesson, step in _question_steps(library):
        address = f"/lessons/{lesson}/{step.slug}"
        for choice in range(2):
            typed = _answers(step, choice)
            student.post(f"{address}/draft", {**typed, "revision": str(2 * choice)})
            student.post(address, {**typed, "do": "save", "revision": str(2 * choice)})
            student.get(address)
        # Nothing filled in, and something that is no number: the form comes back.
        student.post(address, {})
        student.post(address, _wrong(step))
        student.post(f"{address}/here", {})
    _read_everything(student, library)
    student.get("/me/privacy/weegschaal.json")
    return student.seen


JOURNEYS: Final = {"visitor": _as_visitor, "learner": _as_learner}


def _both(app: Flask, clear: Clear, monkeypatch: pytest.MonkeyPatch, who: str) -> list[Seen]:
    """What is seen with each of two keys, from an empty database."""
    ours = _library(app)
    found = []
    for library in (ours, with_another_key(ours)):
        clear()
        monkeypatch.setitem(app.extensions, "library", library)
        learner = Factory(app).learner()
        browser = app.test_client()
        assert isinstance(browser, Browser)
        found.append(JOURNEYS[who](browser, library, learner))
    return found


def _differences(first: Seen, second: Seen) -> list[str]:
    assert [what for what, *_rest in first] == [what for what, *_rest in second]
    return [one[0] for one, other in zip(first, second, strict=True) if one != other]


# --- The tests -----------------------------------------------------------------------------


def test_the_other_key_differs_in_every_question(app: Flask) -> None:
    ours = _library(app)
    others = with_another_key(ours)
    questions = [
        pair
        for (_, mine), (_, other) in zip(
            _question_steps(ours), _question_steps(others), strict=True
        )
        for pair in zip(mine.questions, other.questions, strict=True)
    ]
    assert {question.type for question, _other in questions} == {
        "single",
        "multiple",
        "number",
        "order",
    }
    assert [mine.slug for mine, other in questions if mine == other] == []


@pytest.mark.usefixtures("clock")  # Pages tell the time at which something was saved.
@pytest.mark.parametrize("who", JOURNEYS)
def test_a_student_sees_the_same_whatever_is_right(
    app: Flask, clear: Clear, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    first, second = _both(app, clear, monkeypatch, who)
    assert len(first) > 40
    assert _differences(first, second) == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_after_answering_a_student_does_see_what_was_right(
    app: Flask, clear: Clear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the test above could pass because the key is nowhere at all."""
    ours = _library(app)
    shown = []
    for library in (ours, with_another_key(ours)):
        clear()
        monkeypatch.setitem(app.extensions, "library", library)
        make = Factory(app)
        browser = app.test_client()
        browser.set_cookie("sid", make.sign_in(make.learner()))
        for lesson, step in _question_steps(library):
            address = f"/lessons/{lesson}/{step.slug}"
            assert browser.post(address, data=_answers(step, 0)).status_code == 303
            shown.append(pages.without_tokens(browser.get(address).text))
    half = len(shown) // 2
    assert all(one != other for one, other in zip(shown[:half], shown[half:], strict=True))


# --- Is the test blind? --------------------------------------------------------------------


def _in_the_order_of_the_content(question: Any, _seed: str) -> list[Any]:
    return list(question.items)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", JOURNEYS)
def test_an_order_that_is_shown_as_it_stands_in_the_content_is_noticed(
    app: Flask, clear: Clear, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    monkeypatch.setattr("course.quizzes.steps.shuffled", _in_the_order_of_the_content)
    first, second = _both(app, clear, monkeypatch, who)
    assert any("stap-voor-stap" in what for what in _differences(first, second))


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", JOURNEYS)
def test_a_header_that_changes_with_the_content_is_noticed(
    app: Flask, clear: Clear, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    def tag(response: Any) -> Any:
        response.headers["ETag"] = "".join(
            edition.hash[:8] for edition in editions.library().editions.values()
        )
        return response

    functions = app.after_request_funcs
    monkeypatch.setitem(functions, None, [*functions[None], tag])
    first, second = _both(app, clear, monkeypatch, who)
    assert len(_differences(first, second)) == len(first)
