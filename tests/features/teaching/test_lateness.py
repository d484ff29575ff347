"""Handing in late: what an instructor sets, what a student reads, and what it costs."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from http import HTTPStatus
from typing import Any

import pytest
from sqlalchemy import select
from time_machine import Traveller
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.curriculum.quizzes import MatchingQuestion
from course.groups.models import Group
from course.quizzes import queries
from course.quizzes.earning import earned
from course.quizzes.models import Allowance, QuizAttempt, Sitting
from tests import pages
from tests.browser import Browser
from tests.factories import QUIZ, Factory
from tests.features.teaching import sat
from tests.pages import main_words

pytestmark = pytest.mark.usefixtures("clock")  # Monday 2 March 2026, 10:00

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

DAY = timedelta(days=1)


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


@pytest.fixture
def new(group: Group) -> str:
    return f"/teach/groups/{group.id}/quizzes/new"


@pytest.fixture
def matching(make: Factory) -> MatchingQuestion:
    return next(item for item in make.quiz().quiz.items if isinstance(item, MatchingQuestion))


def stored(in_app: InApp) -> Sitting:
    with in_app():
        return db.session.scalars(select(Sitting)).one()


def message_at(page: TestResponse, name: str) -> str:
    found = pages.parse(page.text).find(f".//*[@id='{name}-error']")
    return "" if found is None else pages.words(found)


# --- Setting it ----------------------------------------------------------------------------


def test_a_quiz_is_set_with_a_moment_to_hand_in_before_and_what_being_late_costs(
    browser: Browser, new: str, in_app: InApp
) -> None:
    filled = {
        "slug": QUIZ,
        "late": "costs",
        "due_day": "2026-03-30",
        "due_time": "17:00",
        "late_grace": "15",
        "late_percent": "10",
        "late_hours": "12",
        "late_floor": "40",
    }
    assert browser.submit(new, filled).status_code == HTTPStatus.SEE_OTHER
    sitting = stored(in_app)
    assert sitting.due_at == datetime(2026, 3, 30, 15, 0, tzinfo=UTC)
    assert sitting.rules == {
        "late": "costs",
        "late_grace": 15,
        "late_percent": 10,
        "late_hours": 12,
        "late_floor": 40,
    }
    rules = browser.get(f"{new.removesuffix('/new')}/{sitting.id}/rules")
    browser.submit(rules, {"attempts": "2"})
    assert stored(in_app).due_at == sitting.due_at


@pytest.mark.parametrize(
    ("filled", "field", "said"),
    [
        ({"due_day": "2026-03-30", "due_time": "17:00"}, "late", "leave it empty"),
        ({"late_percent": "10"}, "late", "leave it empty"),
        ({"late": "marked"}, "due_day", "before when"),
        ({"late": "marked", "due_day": "2026-03-30"}, "due_time", "no time"),
        (
            {"late": "marked", "due_day": "2026-03-29", "due_time": "02:30"},
            "due_time",
            "jumps over",
        ),
        (
            {"late": "marked", "due_day": "2026-10-25", "due_time": "02:30"},
            "due_which",
            "2:30 twice",
        ),
        (
            {"late": "costs", "due_day": "2026-03-30", "due_time": "17:00"},
            "late_percent",
            "how much it costs",
        ),
        (
            {
                "late": "marked",
                "due_day": "2026-03-30",
                "due_time": "17:00",
                "late_floor": "40",
            },
            "late_floor",
            "goes with losing points",
        ),
        (
            {
                "late": "marked",
                "due_day": "2026-03-30",
                "due_time": "17:00",
                "closes_day": "2026-03-30",
                "closes_time": "17:00",
            },
            "due_day",
            "not before it closes",
        ),
        (
            {
                "late": "marked",
                "due_day": "2026-03-30",
                "due_time": "17:00",
                "opens_day": "2026-03-30",
                "opens_time": "18:00",
            },
            "due_day",
            "not after it opens",
        ),
        (
            {
                "late": "costs",
                "due_day": "2026-03-30",
                "due_time": "17:00",
                "late_percent": "101",
            },
            "late_percent",
            "from 1 to 100",
        ),
    ],
)
def test_each_mistake_about_being_late_is_named_where_it_is(
    browser: Browser, new: str, in_app: InApp, filled: dict[str, str], field: str, said: str
) -> None:
    page = browser.submit(new, {"slug": QUIZ, **filled})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in message_at(page, field)
    with in_app():
        assert db.session.scalars(select(Sitting)).all() == []


# --- What students read --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            {"late": "marked"},
            "Hand in before 12:00. After that you can still hand in; it is then marked as late, "
            "and costs no points.",
        ),
        (
            {"late": "costs", "late_percent": 10, "late_floor": 40, "late_grace": 15},
            "Hand in before 12:00. Up to 15 minutes later is still in time. After that you can "
            "still hand in, and it costs points. Each day that has begun costs 10% of all points. "
            "Being late never takes you below 40% of all points.",
        ),
        (
            {"late": "costs", "late_percent": 5, "late_hours": 6},
            "Every 6 hours that have begun cost 5% of all points.",
        ),
    ],
)
def test_before_beginning_a_student_reads_what_being_late_means(
    sign_in: SignIn,
    make: Factory,
    group: Group,
    pupil: User,
    rules: dict[str, Any],
    said: str,
) -> None:
    due = now() + timedelta(hours=2)
    sitting = make.sitting(pupil, group=group, due_at=due, **rules)
    words = main_words(sign_in(pupil).get(f"/quizzes/{QUIZ}?sitting={sitting.id}"))
    assert said in words


def test_who_may_hand_in_later_reads_the_later_moment(
    sign_in: SignIn, make: Factory, group: Group, pupil: User
) -> None:
    due = now() + timedelta(hours=2)
    sitting = make.sitting(pupil, group=group, due_at=due, late="marked")
    more = Allowance(sitting_id=sitting.id, user_id=pupil.id, extension=30, reason="Ziek.")
    make.add(more)
    words = main_words(sign_in(pupil).get(f"/quizzes/{QUIZ}?sitting={sitting.id}"))
    assert "Hand in before 12:30." in words
    row = sat.handed_in(make, pupil, sitting, is_submitted=False)
    assert row.due_at == due + timedelta(minutes=30)


def test_the_page_of_an_attempt_tells_until_when_it_is_in_time_and_then_that_it_is_late(
    sign_in: SignIn, make: Factory, group: Group, pupil: User, clock: Traveller
) -> None:
    due = now() + timedelta(hours=2)
    sitting = make.sitting(pupil, group=group, due_at=due, late="marked")
    row = sat.handed_in(make, pupil, sitting, is_submitted=False)
    page = f"/attempts/{row.public_id}"
    assert "Hand in before 12:00 to be in time." in main_words(sign_in(pupil).get(page))
    clock.shift(timedelta(hours=3))
    assert "so it is late now. You can still hand in." in main_words(sign_in(pupil).get(page))


# --- What it costs -------------------------------------------------------------------------


def handed_in_late(
    make: Factory,
    clock: Traveller,
    group: Group,
    pupil: User,
    matching: MatchingQuestion,
    *,
    by: timedelta,
    **rules: Any,
) -> tuple[Sitting, QuizAttempt]:
    """An attempt with one right answer, three points, handed in so long after the moment."""
    sitting = make.sitting(pupil, group=group, due_at=now() + timedelta(hours=2), **rules)
    given = {matching.slug: sat.right(make.quiz())[matching.slug]}
    row = sat.handed_in(make, pupil, sitting, given, is_submitted=False)
    clock.shift(timedelta(hours=2) + by)
    return sitting, row


def test_what_being_late_costs_is_the_same_in_result_standing_and_export(
    sign_in: SignIn,
    browser: Browser,
    make: Factory,
    in_app: InApp,
    clock: Traveller,
    group: Group,
    pupil: User,
    matching: MatchingQuestion,
) -> None:
    rules = {"late": "costs", "late_percent": 2}
    sitting, row = handed_in_late(
        make, clock, group, pupil, matching, by=DAY + timedelta(hours=3), **rules
    )
    student = sign_in(pupil)
    student.submit(f"/attempts/{row.public_id}/overview", action="/submit")
    with in_app():
        after = db.session.get_one(QuizAttempt, row.id)
        found = earned(after, queries.marks_of(row.id).values())
    two_days = Fraction(4, 100) * found.maximum
    late = DAY + timedelta(hours=3)
    assert (found.points, found.taken, found.late) == (3 - two_days, two_days, late)
    shown = [f"{float(each):.2f}".rstrip("0").rstrip(".") for each in (found.points, two_days)]
    left, taken = shown
    result = main_words(student.get(f"/attempts/{row.public_id}/result"))
    assert f"{left} of {found.maximum} points" in result
    assert f"It was handed in 1 day and 3 hours late. Points that this cost: {taken}." in result
    page = f"/teach/groups/{group.id}/quizzes/{sitting.id}"
    standing = main_words(browser.get(page))
    assert f"{left} of {found.maximum} 1 day and 3 hours late, which cost {taken}" in standing
    heading, line, *_rest = browser.get(f"{page}/files/marks.csv").text.splitlines()
    told = dict(zip(heading.split(";"), line.split(";"), strict=True))
    assert told["Hours late"] == "27"
    assert (told["Points"], told["Points lost for being late"]) == (left, taken)


def test_late_without_a_price_is_told_and_costs_nothing(
    sign_in: SignIn,
    make: Factory,
    clock: Traveller,
    group: Group,
    pupil: User,
    matching: MatchingQuestion,
) -> None:
    minutes = timedelta(minutes=95)
    _sitting, row = handed_in_late(make, clock, group, pupil, matching, by=minutes, late="marked")
    student = sign_in(pupil)
    student.submit(f"/attempts/{row.public_id}/overview", action="/submit")
    result = main_words(student.get(f"/attempts/{row.public_id}/result"))
    assert "It was handed in 1 hour and 35 minutes late." in result
    assert "3 of" in result


def test_within_the_minutes_that_are_still_in_time_nothing_is_late(
    sign_in: SignIn,
    make: Factory,
    clock: Traveller,
    group: Group,
    pupil: User,
    matching: MatchingQuestion,
) -> None:
    rules = {"late": "costs", "late_percent": 10, "late_grace": 15}
    minutes = timedelta(minutes=15)
    _sitting, row = handed_in_late(make, clock, group, pupil, matching, by=minutes, **rules)
    student = sign_in(pupil)
    student.submit(f"/attempts/{row.public_id}/overview", action="/submit")
    result = main_words(student.get(f"/attempts/{row.public_id}/result"))
    assert "It was handed in" not in result


def test_a_quiz_without_such_a_moment_is_exported_as_before(
    browser: Browser, make: Factory, group: Group, pupil: User
) -> None:
    sitting = make.sitting(pupil, group=group)
    sat.handed_in(make, pupil, sitting, sat.right(make.quiz()))
    page = f"/teach/groups/{group.id}/quizzes/{sitting.id}/files/marks.csv"
    assert "Hours late" not in browser.get(page).text


def test_what_a_student_may_not_see_yet_is_not_told_by_what_being_late_cost(
    sign_in: SignIn,
    make: Factory,
    clock: Traveller,
    group: Group,
    pupil: User,
    matching: MatchingQuestion,
) -> None:
    rules = {"late": "costs", "late_percent": 10, "feedback": "test"}
    _sitting, row = handed_in_late(make, clock, group, pupil, matching, by=DAY, **rules)
    student = sign_in(pupil)
    student.submit(f"/attempts/{row.public_id}/overview", action="/submit")
    result = main_words(student.get(f"/attempts/{row.public_id}/result"))
    assert "It was handed in 1 day late." in result
    assert "Points that this cost" not in result
