"""Where a quiz is set as a test, no other road leads to its key, nor to its questions."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from http import HTTPStatus
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
from tests.features.teaching import sat
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
Clear = Callable[[], None]

PRACTICE: Final = f"/quizzes/{QUIZ}"
SENTENCE: Final = "This quiz is set for your group."
RIGHT: Final = "What we had in mind:"
SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
NO_TIME: Final = timedelta(0)
OTHER_QUIZ: Final = "toets-wat-telt"


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
    assert refused.status_code == HTTPStatus.CONFLICT
    assert SENTENCE in refused.text
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
    words = main_words(browser.get(result))
    assert RIGHT in words
    assert "0 of 28 points" in words
    sitting = make.sitting(learner, QUIZ, feedback="test")
    words = main_words(browser.get(result))
    assert "This quiz is set for your group as well." in words
    assert RIGHT not in words
    assert "0 of 28 points" not in words
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
        ({"feedback": "closed"}, None, DAY, None, True),
        ({"feedback": "closed"}, DAY, 2 * DAY, None, True),  # before it opens
        ({"feedback": "closed"}, -2 * DAY, -SECOND, None, True),  # an answer may be on its way
        ({"feedback": "closed"}, -2 * DAY, -DAY, None, False),
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
    sitting = make.sitting(learner, QUIZ, closes_at=now() - MINUTE, feedback="test")
    make.release(sitting)
    with in_app():
        assert guarding.guard_of(learner.id, QUIZ) is None
    other = make.learner()
    make.add(Allowance(sitting_id=sitting.id, user_id=other.id, extension=30, reason="ziek"))
    with in_app():
        assert guarding.guard_of(learner.id, QUIZ) is not None
    with time_machine.travel(now() + timedelta(minutes=31), tick=False), in_app():
        assert guarding.guard_of(learner.id, QUIZ) is None


def test_an_attempt_that_runs_beyond_an_earlier_closing_keeps_the_key_for_all(
    learner: User, make: Factory, in_app: InApp
) -> None:
    """The closing was put forward while somebody worked, who keeps the end they began with."""
    other = make.learner()
    group = make.group(instructors=[make.instructor()], learners=[learner, other])
    sitting = make.sitting(
        learner, QUIZ, group=group, closes_at=now() + DAY, minutes=60, feedback="closed"
    )
    row = sat.handed_in(make, other, sitting, is_submitted=False)
    with in_app():
        db.session.execute(update(Sitting).values(closes_at=now() - MINUTE))
        db.session.commit()
        assert guarding.guard_of(learner.id, QUIZ) is not None
    with time_machine.travel(now() + timedelta(minutes=61), tick=False), in_app():
        assert guarding.guard_of(learner.id, QUIZ) is None
        db.session.execute(update(type(row)).values(ends_at=None))  # it goes on for good
        db.session.commit()
        assert guarding.guard_of(learner.id, QUIZ) is not None
        db.session.execute(update(Sitting).values(released_at=now()))
        db.session.commit()
        assert guarding.guard_of(learner.id, QUIZ) is None


def test_who_leaves_and_means_to_come_back_finds_no_key_in_practice(
    sign_in: SignIn, learner: User, make: Factory, edition: QuizEdition, in_app: InApp
) -> None:
    """Leave the group before beginning the test, practise it, read the key, join again."""
    group = make.group(instructors=[make.instructor()], learners=[learner])
    earlier = make.sitting(learner, OTHER_QUIZ, group=group)  # what shows that one was here
    sat.handed_in(make, learner, earlier)
    test = make.sitting(learner, QUIZ, group=group, feedback="test")
    browser = sign_in(learner)
    browser.post(f"/groups/{group.id}/leave")
    assert browser.get(f"{PRACTICE}?sitting={test.id}").status_code == 404
    assert browser.post(f"{PRACTICE}/begin").status_code == HTTPStatus.CONFLICT
    assert browser.get(f"{PRACTICE}/paper").location == PRACTICE
    assert not any(
        item.explanation["en"] in browser.get(PRACTICE).text for item in edition.quiz.items
    )
    with in_app():
        assert not any(row.slug == QUIZ for row in queries.all_attempts_of(learner.id))
    make.membership(group, learner)
    begun = browser.submit(f"{PRACTICE}?sitting={test.id}", action="/begin")
    assert "/attempts/" in str(begun.location)


def test_who_handed_in_what_shows_its_key_may_practise(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    sitting = make.sitting(learner, QUIZ, attempts=1)
    browser = sign_in(learner)
    assert browser.post(f"{PRACTICE}/begin").status_code == HTTPStatus.CONFLICT
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
    app: Flask,
    edition: QuizEdition,
    *,
    feedback: str | None,
    later: timedelta,
    monkeypatch: pytest.MonkeyPatch,
) -> list[tuple[str, str]]:
    """Practise, get it set, take that, and ask for every page on the way, or so much ``later``.

    Without ``feedback`` it is not set.
    """
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
            if fields:
                seen.append((f"saving {item.slug}", pages.without_tokens(answer.text)))
        browser.post(f"{url}/submit")
        return url

    before = take({})
    closes: dict[str, Any] = {"closes_at": now() + HOUR} if feedback == "closed" else {}
    paths = [PRACTICE, "/quizzes", "/home", "/me/privacy/weegschaal.json"]
    if feedback:
        sitting = make.sitting(learner, QUIZ, attempts=2, feedback=feedback, **closes)
        fields = {"sitting": str(sitting.id)}
        taken = take(fields)
        running = browser.post(f"{PRACTICE}/begin", data=fields).location
        own = [f"{running}{path}" for path in ("", "/overview", "/paper")]
        front = f"{PRACTICE}?sitting={sitting.id}"
        paths += [front, f"{taken}/result", *own, f"{PRACTICE}/paper"]
    with time_machine.travel(now() + later, tick=False):
        if feedback:
            seen.append(("beginning", str(browser.post(f"{PRACTICE}/begin").location)))
        for path in [f"{before}/result", *paths]:
            look(path)
    return seen


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("feedback", "later", "differ"),
    [
        ("test", NO_TIME, []),
        ("closed", HOUR + 4 * SECOND, []),  # the last answers may still arrive
        ("closed", HOUR + 6 * SECOND, ["/attempts/attempt-1/result", "/attempts/attempt-2/result"]),
        (None, NO_TIME, ["/attempts/attempt-1/result"]),
    ],
)
def test_a_learner_sees_the_same_whatever_the_key_is_of_what_keeps_it(
    app: Flask,
    clear: Clear,
    edition: QuizEdition,
    monkeypatch: pytest.MonkeyPatch,
    feedback: str | None,
    later: timedelta,
    differ: list[str],
) -> None:
    """Where nothing keeps it any more the results do differ, so that this test is not blind."""
    found = []
    for keys in (nullcontext(), filled.other_keys(app, edition)):
        clear()
        with keys:
            found.append(
                _all_that_is_seen(
                    app, edition, feedback=feedback, later=later, monkeypatch=monkeypatch
                )
            )
    one, other = found
    assert [path for path, _text in one] == [path for path, _text in other]
    assert differ == [
        path for (path, mine), (_path, others) in zip(one, other, strict=True) if mine != others
    ]
