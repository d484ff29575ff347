"""More time for somebody who is working: at once, seen by the clock, and never taken back."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from http import HTTPStatus

import pytest
from time_machine import Traveller

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.groups.models import Group
from course.quizzes.models import QuizAttempt, Sitting
from tests.browser import Browser
from tests.factories import Factory
from tests.features.teaching import sat

pytestmark = pytest.mark.usefixtures("clock")  # Monday 2 March 2026, 10:00

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]


@pytest.fixture
def teacher(make: Factory) -> User:
    return make.instructor(language="en")


@pytest.fixture
def pupil(make: Factory) -> User:
    return make.learner(name="Lotte Leerling", language="en")


@pytest.fixture
def group(make: Factory, teacher: User, pupil: User) -> Group:
    return make.group(instructors=[teacher], learners=[pupil])


@pytest.fixture
def browser(sign_in: SignIn, teacher: User) -> Browser:
    return sign_in(teacher)


def allowing(sitting: Sitting, pupil: User) -> str:
    return f"/teach/groups/{sitting.group_id}/quizzes/{sitting.id}/allowances/{pupil.id}"


def end_of(in_app: InApp, row: QuizAttempt) -> datetime | None:
    with in_app():
        return db.session.get_one(QuizAttempt, row.id).ends_at


def test_extra_time_lengthens_the_attempt_that_is_running_and_its_clock_is_told(
    browser: Browser,
    sign_in: SignIn,
    make: Factory,
    group: Group,
    pupil: User,
    in_app: InApp,
    clock: Traveller,
) -> None:
    sitting = make.sitting(pupil, group=group, minutes=40)
    row = sat.handed_in(make, pupil, sitting, is_submitted=False)
    student = sign_in(pupil)
    left = f"/attempts/{row.public_id}/left"
    clock.shift(timedelta(minutes=30))
    assert student.get(left).json == {"left": 600, "over": False, "until": "10:40"}
    given = browser.submit(allowing(sitting, pupil), {"extra_time": "50", "reason": "Dyslexie"})
    said = browser.get(str(given.location)).text
    assert "The attempt that is running now ends: 11:00." in said
    assert student.get(left).json == {"left": 1800, "over": False, "until": "11:00"}
    assert end_of(in_app, row) == row.started_at + timedelta(minutes=60)


def test_who_gets_less_or_nothing_any_more_keeps_the_time_that_was_given(
    browser: Browser, make: Factory, group: Group, pupil: User, in_app: InApp
) -> None:
    sitting = make.sitting(pupil, group=group, minutes=40)
    row = sat.handed_in(make, pupil, sitting, is_submitted=False)
    address = allowing(sitting, pupil)
    browser.submit(address, {"extra_time": "50", "reason": "Dyslexie"})
    longest = end_of(in_app, row)
    for less in ("25", ""):
        answer = browser.submit(address, {"extra_time": less, "reason": "Toch niet"})
        assert "from the next attempt on" in browser.get(str(answer.location)).text
        assert end_of(in_app, row) == longest


def test_time_that_was_up_does_not_come_back(
    browser: Browser,
    sign_in: SignIn,
    make: Factory,
    group: Group,
    pupil: User,
    in_app: InApp,
    clock: Traveller,
) -> None:
    sitting = make.sitting(pupil, group=group, minutes=40)
    row = sat.handed_in(make, pupil, sitting, is_submitted=False)
    clock.shift(timedelta(minutes=41))
    browser.submit(allowing(sitting, pupil), {"extra_time": "50", "reason": "Dyslexie"})
    with in_app():
        after = db.session.get_one(QuizAttempt, row.id)
        assert (after.ends_at, after.finished_at) == (row.ends_at, row.ends_at)
    told = sign_in(pupil).get(f"/attempts/{row.public_id}/left").json
    assert told == {"left": 0, "over": True, "until": "10:40"}


def test_a_later_closing_also_moves_the_moment_to_hand_in_before(
    browser: Browser, make: Factory, group: Group, pupil: User, in_app: InApp
) -> None:
    closes, due = now() + timedelta(hours=2), now() + timedelta(hours=1)
    sitting = make.sitting(pupil, group=group, closes_at=closes, due_at=due, late="marked")
    row = sat.handed_in(make, pupil, sitting, is_submitted=False)
    browser.submit(allowing(sitting, pupil), {"extension": "30", "reason": "Storing"})
    with in_app():
        after = db.session.get_one(QuizAttempt, row.id)
    assert (after.ends_at, after.due_at) == (
        closes + timedelta(minutes=30),
        due + timedelta(minutes=30),
    )


def test_in_the_grace_after_the_end_more_time_lets_answers_in_again(
    browser: Browser,
    make: Factory,
    group: Group,
    pupil: User,
    in_app: InApp,
    clock: Traveller,
) -> None:
    sitting = make.sitting(pupil, group=group, minutes=40, time_up="grace", grace=10)
    row = sat.handed_in(make, pupil, sitting, is_submitted=False)
    clock.shift(timedelta(minutes=42))
    browser.submit(allowing(sitting, pupil), {"extra_time": "25", "reason": "Dyslexie"})
    with in_app():
        after = db.session.get_one(QuizAttempt, row.id)
    assert (after.state, after.ends_at) == ("in_progress", row.started_at + timedelta(minutes=50))


def test_a_clock_of_somebody_else_is_not_told(
    sign_in: SignIn, make: Factory, group: Group, pupil: User, teacher: User, outsider: User
) -> None:
    sitting = make.sitting(pupil, group=group, minutes=40)
    row = sat.handed_in(make, pupil, sitting, is_submitted=False)
    for somebody in (outsider, teacher, make.administrator()):
        answer = sign_in(somebody).get(f"/attempts/{row.public_id}/left")
        assert answer.status_code == HTTPStatus.NOT_FOUND


def test_the_clock_of_an_attempt_without_an_end_is_told_that_there_is_none(
    sign_in: SignIn, make: Factory, pupil: User
) -> None:
    row = make.attempt(pupil, is_running=True)
    told = sign_in(pupil).get(f"/attempts/{row.public_id}/left").json
    assert told == {"left": None, "over": False, "until": None}
