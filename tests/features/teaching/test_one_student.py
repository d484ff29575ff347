"""One student on one page: what an instructor may know, and the same for the student themself."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from course.accounts.models import User
from course.core.clock import now
from course.groups.models import Group
from tests.browser import Browser
from tests.factories import LESSON, Factory
from tests.features.teaching.sat import handed_in, right
from tests.pages import main_words

SignIn = Callable[[User], Browser]


@pytest.fixture
def learner(make: Factory) -> User:
    """A learner who reads English, as the texts in the code."""
    return make.learner(name="Aya", language="en")


@pytest.fixture
def teacher(make: Factory) -> User:
    """Who teaches them."""
    return make.instructor(language="en")


@pytest.fixture
def colleague(make: Factory) -> User:
    """Who teaches them too."""
    return make.instructor(language="en")


@pytest.fixture
def group(make: Factory, learner: User, teacher: User, colleague: User) -> Group:
    """Their group."""
    return make.group(instructors=[teacher, colleague], learners=[learner])


def _page(browser: Browser, group: Group, learner: User) -> str:
    return main_words(browser.get(f"/teach/groups/{group.id}/students/{learner.id}"))


def test_quizzes_more_time_and_what_one_wrote_stand_beside_what_was_done(
    sign_in: SignIn, make: Factory, learner: User, teacher: User, colleague: User, group: Group
) -> None:
    browser = sign_in(teacher)
    words = _page(browser, group, learner)
    assert "You wrote this student nothing yet." in words
    assert "Nothing beyond what the group has." in words

    quiz = make.sitting(learner, group=group)
    handed_in(make, learner, quiz, right(make.quiz(quiz.slug)))
    moment = make.lesson_moment(group, LESSON, due_at=now() + timedelta(days=1))
    make.extension(moment, learner, until=now() + timedelta(days=9), reason="Verhuizing")
    make.weighing(make.enrolment(learner))
    letter = {"to": str(learner.id), "subject": "Lukt het?", "body": "Kom langs.", "do": "send"}
    browser.post(f"/teach/groups/{group.id}/messages/new", data={**letter, "key": "een-blad"})
    words = _page(browser, group, learner)
    assert "Quiz: closing or letting go?" in words
    assert "Verhuizing" in words
    assert "Lukt het?" in words
    assert "Weighings Weighing: two missed appointments Why reach out?" in words
    assert "Hij meldt zich wel." not in words  # the reason of the weighing
    # What a colleague wrote is between them and the student.
    assert "Lukt het?" not in _page(sign_in(colleague), group, learner)


def test_the_student_reads_the_same_moments_with_the_same_dates(
    clock: time_machine.Traveller,
    sign_in: SignIn,
    make: Factory,
    learner: User,
    teacher: User,
    group: Group,
) -> None:
    make.assignment(group)
    enrolment = make.enrolment(learner)
    make.done(enrolment, make.step("read").slug)
    own = main_words(sign_in(learner).get("/progress"))
    shown = _page(sign_in(teacher), group, learner)
    for page in (own, shown):
        assert "Why reach out? – ◐ 1 of 11 steps" in page  # as the table of the group counts them
        assert "● done 10:00" in page
        assert "Feedback·" not in page  # nothing that a learner did not begin


def test_while_names_are_hidden_no_page_tells_when_a_text_came_in_but_to_who_wrote_it(
    clock: time_machine.Traveller,
    sign_in: SignIn,
    make: Factory,
    learner: User,
    teacher: User,
    group: Group,
) -> None:
    """The queue tells of each code for how many days it has waited."""
    make.assignment(group, names_hidden=True)
    make.submission(make.enrolment(learner), handed_in_at=now() - timedelta(days=30))
    told = "handed in on"
    assert told in main_words(sign_in(learner).get("/progress/grades"))
    browser = sign_in(teacher)
    assert told not in _page(browser, group, learner)
    assert told not in main_words(browser.get(f"/teach/groups/{group.id}/grades/{learner.id}"))
