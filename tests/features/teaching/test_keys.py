"""The page on which an instructor changes the key of an item: first looks, then does it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from course.accounts.models import User
from course.core.db import db
from course.curriculum.schema import SingleQuestion
from course.quizzes import attempts, queries
from course.quizzes.models import Response, Sitting
from tests.browser import Browser
from tests.factories import Factory
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]


@pytest.fixture
def teacher(make: Factory) -> User:
    return make.instructor(language="en")


@pytest.fixture
def learner(make: Factory) -> User:
    return make.learner(name="Lena Leerling")


@pytest.fixture
def sitting(make: Factory, teacher: User, learner: User) -> Sitting:
    return make.sitting(learner, group=make.group(instructors=[teacher], learners=[learner]))


@pytest.fixture
def single(make: Factory) -> SingleQuestion:
    return next(item for item in make.quiz().quiz.items if isinstance(item, SingleQuestion))


@pytest.fixture
def wrong(single: SingleQuestion) -> str:
    return next(option.slug for option in single.options if not option.right)


@pytest.fixture
def attempt(
    make: Factory,
    in_app: InApp,
    learner: User,
    sitting: Sitting,
    single: SingleQuestion,
    wrong: str,
) -> int:
    """An attempt with one wrong answer, handed in."""
    edition = make.quiz()
    with in_app():
        row = attempts.begin(learner.id, edition, db.session.get_one(Sitting, sitting.id))
        assert not isinstance(row, attempts.Refused)
        db.session.add(Response(attempt_id=row.id, item=single.slug, revision=1, given=wrong))
        db.session.commit()
        attempts.submit(row)
        return row.id


def key_of(sitting: Sitting, item: str = "") -> str:
    return f"/teach/groups/{sitting.group_id}/quizzes/{sitting.id}/key/{item}".rstrip("/")


def fraction(in_app: InApp, attempt: int, item: str) -> str:
    with in_app():
        return queries.marks_of(attempt)[item].fraction


def test_looking_changes_nothing_and_doing_it_changes_the_result(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    wrong: str,
    attempt: int,
) -> None:
    browser, url = sign_in(teacher), key_of(sitting, single.slug)
    data: dict[str, str | list[str]] = {
        "kind": "right",
        "right": [wrong],
        "reason": "The key was wrong.",
        "do": "preview",
    }
    looked = browser.submit(url, data)
    assert "1 attempt would change" in main_words(looked)
    assert "Lena Leerling" in main_words(looked)
    assert fraction(in_app, attempt, single.slug) == "0"
    done = browser.submit(looked, {"do": "apply"})
    assert done.location == key_of(sitting)
    assert fraction(in_app, attempt, single.slug) == "1"
    assert "The key was wrong." in main_words(browser.get(key_of(sitting)))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"reason": "Why."}, "Choose what changes."),
        ({"kind": "drop"}, "Give a reason: it is kept with the change."),
        ({"kind": "right", "reason": "Why."}, "Choose what is right."),
    ],
)
def test_what_is_missing_is_said_and_nothing_changes(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    attempt: int,
    data: dict[str, str],
    words: str,
) -> None:
    url = key_of(sitting, single.slug)
    answer = sign_in(teacher).submit(url, {**data, "do": "apply"})
    assert answer.status_code == 422
    assert words in main_words(answer)
    assert fraction(in_app, attempt, single.slug) == "0"


def test_who_does_not_teach_this_group_finds_no_page(
    sign_in: SignIn, make: Factory, outsider: User, sitting: Sitting, single: SingleQuestion
) -> None:
    for person in (outsider, make.instructor()):
        for url in (key_of(sitting), key_of(sitting, single.slug)):
            assert sign_in(person).get(url).status_code == 404
        assert sign_in(person).post(key_of(sitting, single.slug), data={}).status_code == 404


def test_an_item_that_there_is_not_is_no_page(
    sign_in: SignIn, teacher: User, sitting: Sitting
) -> None:
    assert sign_in(teacher).get(key_of(sitting, "niets")).status_code == 404
