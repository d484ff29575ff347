"""Two quizzes in a row with few points: the learner reads it first, and only of what they see."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import update

from course.accounts.models import User
from course.core.db import db
from course.domain.scoring.scores import AnswerState
from course.groups.models import Group
from course.quizzes.models import Mark
from course.results import lately
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.factories import Factory
from tests.features.teaching.sat import handed_in
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
TO_INSTRUCTOR = "fewer than 40% of the points in two quizzes in a row"
TO_LEARNER = "In two quizzes in a row you had fewer than 40% of the points."


@pytest.fixture
def learner(make: Factory) -> User:
    """A learner who reads English, as the texts in the code."""
    return make.learner(name="Aya", language="en")


@pytest.fixture
def teacher(make: Factory) -> User:
    """Who teaches them."""
    return make.instructor(language="en")


@pytest.fixture
def group(make: Factory, learner: User, teacher: User) -> Group:
    """Their group."""
    return make.group(instructors=[teacher], learners=[learner])


def _fails(make: Factory, learner: User, group: Group, **rules: Any) -> None:
    """Hand in a quiz in which nothing is right, and nothing waits for a person."""
    row = handed_in(make, learner, make.sitting(learner, group=group, **rules))
    with make.together():
        marks = update(Mark).where(Mark.attempt_id == row.id)
        db.session.execute(marks.values(fraction="0", state=AnswerState.WRONG.value))


def test_the_learner_reads_it_two_days_before_the_instructor(
    clock: time_machine.Traveller,
    sign_in: SignIn,
    make: Factory,
    learner: User,
    teacher: User,
    group: Group,
) -> None:
    progress = f"/teach/groups/{group.id}/progress"
    _fails(make, learner, group)
    assert TO_LEARNER not in main_words(sign_in(learner).get("/progress"))
    _fails(make, learner, group)
    assert TO_LEARNER in main_words(sign_in(learner).get("/progress"))
    assert TO_INSTRUCTOR not in main_words(sign_in(teacher).get(progress))
    clock.shift(timedelta(days=2))
    assert TO_INSTRUCTOR in main_words(sign_in(teacher).get(progress))
    answer = f"/progress/{group.id}/low/all"
    assert sign_in(learner).submit(answer, {"why": "aware"}).status_code == 303
    assert TO_INSTRUCTOR not in main_words(sign_in(teacher).get(progress))


@pytest.mark.parametrize("rules", [{"feedback": "test"}, {"weighings_count": True}])
def test_neither_what_was_not_given_nor_a_quiz_in_which_weighings_count_is_a_fact(
    make: Factory, in_app: InApp, learner: User, group: Group, rules: dict[str, Any]
) -> None:
    _fails(make, learner, group, **rules)
    with in_app():
        seen = lately.seen_in([group.id])[group.id][learner.id]
    assert seen.shares == []


def test_a_result_counts_from_when_it_was_given(
    clock: time_machine.Traveller, make: Factory, in_app: InApp, learner: User, group: Group
) -> None:
    sitting = make.sitting(learner, group=group, feedback="test")
    handed_in(make, learner, sitting)
    clock.shift(timedelta(days=30))
    with make.together():
        db.session.execute(update(Mark).values(state=AnswerState.WRONG.value))
    make.release(sitting)
    with in_app():
        seen = lately.seen_in([group.id], user_id=learner.id)[group.id][learner.id]
    ((at, _share),) = seen.shares
    assert at - seen.active_at == timedelta(days=30)


def test_who_made_a_quiz_was_not_silent(
    clock: time_machine.Traveller,
    sign_in: SignIn,
    make: Factory,
    learner: User,
    teacher: User,
    group: Group,
) -> None:
    clock.shift(timedelta(days=20))
    silent = "was not here yet, counted from"
    assert silent in main_words(sign_in(teacher).get(f"/teach/groups/{group.id}/progress"))
    handed_in(make, learner, make.sitting(learner, group=group))
    assert silent not in main_words(sign_in(teacher).get(f"/teach/groups/{group.id}/progress"))


def test_the_page_of_a_group_with_quizzes_takes_at_most_ten_statements(
    sign_in: SignIn,
    make: Factory,
    count_queries: CountsQueries,
    learner: User,
    teacher: User,
    group: Group,
) -> None:
    for _quiz in range(2):
        _fails(make, learner, group)
    browser = sign_in(teacher)
    with count_queries() as statements:
        assert browser.get(f"/teach/groups/{group.id}/progress").status_code == 200
    assert len(statements) <= 10, "\n".join(statements)
