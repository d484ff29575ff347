"""Where a quiz is set as a test, no other road leads to its key, nor to its questions."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Final

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.quizzes import guarding, queries
from course.quizzes.models import Allowance, Sitting
from tests import pages
from tests.browser import Browser
from tests.factories import QUIZ, Factory
from tests.features.quizzes import filled
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
Clear = Callable[[], None]

PRACTICE: Final = f"/quizzes/{QUIZ}"
SENTENCE: Final = "This quiz is set for your group."
RIGHT: Final = "What we had in mind:"
SECOND: Final = timedelta(seconds=1)
DAY: Final = timedelta(days=1)


@pytest.fixture
def learner(make: Factory) -> User:
    return make.learner(language="en")


@pytest.fixture
def edition(make: Factory) -> QuizEdition:
    return make.quiz(QUIZ)


def practised(browser: Browser) -> str:
    """Practise, and hand in blank; gives the address of the result."""
    url = browser.submit(PRACTICE, action="/begin").location
    browser.submit(f"{url}/overview", action="/submit")
    return f"{url}/result"


# --- Practice ------------------------------------------------------------------------------


def test_practice_of_a_test_is_refused_and_points_to_where_it_is_set(
    sign_in: SignIn, learner: User, make: Factory, in_app: InApp
) -> None:
    sitting = make.sitting(learner, QUIZ, feedback="test")
    browser = sign_in(learner)
    refused = browser.post(f"{PRACTICE}/begin")
    assert refused.location == PRACTICE
    page = browser.get(PRACTICE)
    assert SENTENCE in page.text
    assert f'href="{PRACTICE}?sitting={sitting.id}"' in page.text
    assert "Begin" not in main_words(page)
    with in_app():
        assert queries.all_attempts_of(learner.id) == []


def test_practice_is_free_for_who_is_in_another_group(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    make.sitting(learner, QUIZ, feedback="test")
    other = make.learner(language="en")
    make.group(instructors=[make.instructor()], learners=[other])
    browser = sign_in(other)
    assert RIGHT in main_words(browser.get(practised(browser)))


def test_what_was_practised_before_hides_the_key_until_the_results_are_given(
    sign_in: SignIn, learner: User, make: Factory, edition: QuizEdition
) -> None:
    browser = sign_in(learner)
    result = practised(browser)
    assert RIGHT in main_words(browser.get(result))
    sitting = make.sitting(learner, QUIZ, feedback="test")
    words = main_words(browser.get(result))
    assert "This quiz is set for your group as well." in words
    assert RIGHT not in words
    assert "0 of 24 points" not in words
    assert not any(item.explanation["en"] in words for item in edition.quiz.items)
    make.release(sitting)
    assert RIGHT in main_words(browser.get(result))


def test_an_attempt_that_was_running_goes_on_and_gives_no_key(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    browser = sign_in(learner)
    url = browser.submit(PRACTICE, action="/begin").location
    make.sitting(learner, QUIZ, feedback="test")
    assert browser.submit(PRACTICE, action="/begin").location == url
    browser.submit(f"{url}/overview", action="/submit")
    assert RIGHT not in main_words(browser.get(f"{url}/result"))


def test_the_result_of_another_sitting_gives_no_key_either(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    """In one group to practise, in the other as a test."""
    open_one = make.sitting(learner, QUIZ)
    browser = sign_in(learner)
    url = browser.submit(f"{PRACTICE}?sitting={open_one.id}", action="/begin").location
    browser.submit(f"{url}/overview", action="/submit")
    assert RIGHT in main_words(browser.get(f"{url}/result"))
    make.sitting(learner, QUIZ, feedback="test")
    assert RIGHT not in main_words(browser.get(f"{url}/result"))


def test_who_leaves_the_group_after_beginning_sees_no_key(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    sitting = make.sitting(learner, QUIZ, feedback="test")
    browser = sign_in(learner)
    browser.submit(f"{PRACTICE}?sitting={sitting.id}", action="/begin")
    assert browser.post(f"/groups/{sitting.group_id}/leave").status_code == 303
    browser.post(f"{PRACTICE}/begin")
    page = browser.get(PRACTICE)
    assert "you cannot practise it here" in main_words(page)
    assert "?sitting=" not in page.text.split("<main")[1]


@pytest.mark.parametrize(
    ("rules", "opens", "closes", "released", "keeps"),
    [
        ({"feedback": "test"}, None, None, None, True),
        ({"feedback": "test"}, DAY, 2 * DAY, None, True),  # before it opens
        ({"feedback": "test"}, -2 * DAY, -DAY, None, True),  # closed, and not given yet
        ({"feedback": "test"}, -2 * DAY, -DAY, -SECOND, False),
        ({"feedback": "test"}, None, DAY, -SECOND, True),  # given while others work on it
        ({"feedback": "test"}, None, None, -SECOND, False),
        ({}, None, None, None, False),  # as often as one likes: it shows the key itself
        ({"attempts": 1}, None, DAY, None, True),
        ({"attempts": 1}, DAY, 2 * DAY, None, False),
        ({"attempts": 1}, -2 * DAY, -DAY, None, False),
        ({"minutes": 20}, None, DAY, None, True),
    ],
)
def test_a_sitting_keeps_its_key_as_long_as_somebody_could_use_it(
    learner: User,
    make: Factory,
    in_app: InApp,
    rules: dict[str, Any],
    opens: timedelta | None,
    closes: timedelta | None,
    released: timedelta | None,
    keeps: bool,
) -> None:
    moment = now()
    window: dict[str, Any] = {
        name: moment + away
        for name, away in (("opens_at", opens), ("closes_at", closes))
        if away is not None
    }
    sitting = make.sitting(learner, QUIZ, **window, **rules)
    with in_app():
        if released is not None:
            given = update(Sitting).values(released_at=moment + released)
            db.session.execute(given)
            db.session.commit()
        assert (guarding.guard_of(learner.id, QUIZ) is not None) is keeps
        assert guarding.is_guarded(QUIZ) is keeps
        assert guarding.guard_of(learner.id, QUIZ, besides=sitting.id) is None
        assert guarding.guard_of(learner.id + 1_000, QUIZ) is None
        assert guarding.guard_of(learner.id, "another-quiz") is None


def test_the_longest_extension_keeps_the_key_for_all(
    learner: User, make: Factory, in_app: InApp
) -> None:
    sitting = make.sitting(learner, QUIZ, closes_at=now() - SECOND, feedback="test")
    make.release(sitting)
    with in_app():
        assert guarding.guard_of(learner.id, QUIZ) is None
    other = make.learner()
    make.add(Allowance(sitting_id=sitting.id, user_id=other.id, extension=30, reason="ziek"))
    with in_app():
        assert guarding.guard_of(learner.id, QUIZ) is not None
    with time_machine.travel(now() + timedelta(minutes=31), tick=False), in_app():
        assert guarding.guard_of(learner.id, QUIZ) is None


def test_who_handed_in_what_shows_its_key_may_practise(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    sitting = make.sitting(learner, QUIZ, attempts=1)
    browser = sign_in(learner)
    assert browser.post(f"{PRACTICE}/begin").location == PRACTICE
    url = browser.submit(f"{PRACTICE}?sitting={sitting.id}", action="/begin").location
    browser.submit(f"{url}/overview", action="/submit")
    assert RIGHT in main_words(browser.get(practised(browser)))


def test_a_practice_page_of_what_is_set_to_practise_points_to_it(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    sitting = make.sitting(learner, QUIZ)
    page = sign_in(learner).get(PRACTICE)
    assert "does not count for your group" in main_words(page)
    assert f'href="{PRACTICE}?sitting={sitting.id}"' in page.text
    assert "Begin" in main_words(page)


# --- On paper ------------------------------------------------------------------------------


def test_the_questions_of_what_is_set_are_not_printed_before_one_begins(
    client: Browser, sign_in: SignIn, learner: User, make: Factory, edition: QuizEdition
) -> None:
    sitting = make.sitting(learner, QUIZ, minutes=20, feedback="test")
    browser = sign_in(learner)
    front = f"{PRACTICE}?sitting={sitting.id}"
    for reader in (client, browser):
        assert reader.get(f"{PRACTICE}/paper").location == PRACTICE
        assert reader.get(f"{PRACTICE}/paper?sitting={sitting.id}").status_code == 404
        assert "/paper" not in reader.get(PRACTICE).text
    assert "/paper" not in browser.get(front).text
    url = browser.submit(front, action="/begin").location
    assert f'href="{url}/paper"' in browser.get(str(url)).text
    words = main_words(browser.get(f"{url}/paper"))
    assert all(item.prompt["en"] in words for item in edition.quiz.items[:3])


def test_who_teaches_the_group_prints_what_is_set_and_others_do_not(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    teacher = make.instructor(language="en")
    group = make.group(instructors=[teacher], learners=[learner])
    sitting = make.sitting(learner, QUIZ, group=group, feedback="test")
    browser = sign_in(teacher)
    standing = browser.get(f"/teach/groups/{group.id}/quizzes/{sitting.id}")
    paper = f"{PRACTICE}/paper?sitting={sitting.id}"
    assert f'href="{paper}"' in standing.text
    assert "It holds no answers." in main_words(browser.get(paper))
    assert browser.get(f"/quizzes/another/paper?sitting={sitting.id}").status_code == 404
    assert sign_in(make.instructor()).get(paper).status_code == 404


def test_the_paper_of_an_attempt_holds_the_items_that_were_drawn_in_their_order(
    sign_in: SignIn, learner: User, outsider: User, make: Factory, in_app: InApp
) -> None:
    row = make.attempt(learner, is_running=True)
    few = row.items[3:1:-1]
    with in_app():
        db.session.execute(update(type(row)).values(items=few))
        db.session.commit()
    document = pages.parse(sign_in(learner).get(f"/attempts/{row.public_id}/paper").text)
    shown = [item.get("data-item") for item in document.iter() if item.get("data-item")]
    assert shown == few
    assert sign_in(outsider).get(f"/attempts/{row.public_id}/paper").status_code == 404


def test_an_attempt_that_was_handed_in_is_not_printed_any_more(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    row = make.attempt(learner)
    url = f"/attempts/{row.public_id}"
    assert sign_in(learner).get(f"{url}/paper").location == f"{url}/result"


# --- Whatever the key is -------------------------------------------------------------------


def _fixed_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same lots and addresses in each run."""
    numbers = iter(range(1, 100))
    fixed = SimpleNamespace(
        randbelow=lambda _below: 7, token_urlsafe=lambda _bytes: f"attempt-{next(numbers)}"
    )
    monkeypatch.setattr("course.quizzes.attempts.secrets", fixed)


def _all_that_is_seen(
    app: Flask, edition: QuizEdition, *, is_guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[str, str]]:
    """Practise, get it set as a test, take that, and ask for every page on the way."""
    _fixed_lots(monkeypatch)
    make = Factory(app)
    learner = make.learner(language="en")
    browser = app.test_client()
    assert isinstance(browser, Browser)
    browser.checks_pages = False
    browser.set_cookie("sid", make.sign_in(learner))
    seen: list[tuple[str, str]] = []

    def look(path: str) -> None:
        answer = browser.get(path)
        seen.append((path, f"{answer.status} {pages.without_tokens(answer.text)}"))

    def take(fields: dict[str, str]) -> str:
        url = str(browser.post(f"{PRACTICE}/begin", data=fields).location)
        for item in edition.quiz.items:
            data = {**filled.right(item), "page": item.slug, "revision": "0"}
            answer = browser.post(f"{url}/save", data=data)
            if is_guarded and fields:
                seen.append((f"saving {item.slug}", pages.without_tokens(answer.text)))
        browser.post(f"{url}/submit")
        return url

    before = take({})
    sitting = make.sitting(learner, QUIZ, attempts=2, feedback="test") if is_guarded else None
    if sitting:
        taken = take({"sitting": str(sitting.id)})
        running = browser.post(f"{PRACTICE}/begin", data={"sitting": str(sitting.id)}).location
        look(f"{PRACTICE}?sitting={sitting.id}")
        look(f"{taken}/result")
        for path in ("", "/overview", "/paper"):
            look(f"{running}{path}")
        seen.append(("beginning", str(browser.post(f"{PRACTICE}/begin").location)))
        look(f"{PRACTICE}/paper")
    for path in (f"{before}/result", PRACTICE, "/quizzes", "/home", "/me/privacy/weegschaal.json"):
        look(path)
    return seen


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("is_guarded", [True, False])
def test_a_learner_sees_the_same_whatever_the_key_of_a_test_is(
    app: Flask,
    clear: Clear,
    edition: QuizEdition,
    monkeypatch: pytest.MonkeyPatch,
    is_guarded: bool,
) -> None:
    """Without a test the result of practice does differ, so that this test is not blind."""
    found = []
    for keys in (nullcontext(), filled.other_keys(app, edition)):
        clear()
        with keys:
            found.append(
                _all_that_is_seen(app, edition, is_guarded=is_guarded, monkeypatch=monkeypatch)
            )
    one, other = found
    assert [path for path, _text in one] == [path for path, _text in other]
    differ = [
        path for (path, mine), (_path, others) in zip(one, other, strict=True) if mine != others
    ]
    assert differ == ([] if is_guarded else [one[0][0]])
