"""Leaving: the work stays the learner's own, and nobody can be put out by another."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import func, select

from course.accounts.models import User
from course.core.db import db
from course.groups.models import Group, Membership
from course.lessons.models import Draft
from course.quizzes.models import Answer
from course.reflections.models import Submission
from course.weighings.models import Weighing
from tests.browser import Browser
from tests.factories import LESSON, Factory
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

TEXT = "Ik ging er zelf heen en vroeg wat er aan de hand was."


@pytest.fixture
def group(make: Factory, instructor: User, learner: User) -> Group:
    """A group of one learner."""
    return make.group(name="SW-2B", instructors=[instructor], learners=[learner])


def members(in_app: InApp, group: Group) -> set[int]:
    """Everybody in the group."""
    with in_app():
        return set(db.session.scalars(select(Membership.user_id).filter_by(group_id=group.id)))


def test_who_leaves_keeps_all_work_and_the_instructor_sees_none_of_it(
    in_app: InApp,
    sign_in: SignIn,
    make: Factory,
    learner: User,
    instructor: User,
    group: Group,
) -> None:
    enrolment = make.enrolment(learner)
    make.draft(enrolment)
    make.weighing(enrolment)
    make.answers(enrolment)
    submission = make.submission(enrolment, text=TEXT)
    make.group(learners=[learner])  # being in the group of somebody else opens nothing here
    browser, teacher = sign_in(learner), sign_in(instructor)
    read = f"/teach/groups/{group.id}/reflections/{submission.public_id}"
    board = f"/teach/groups/{group.id}/lessons/{LESSON}"
    assert TEXT in teacher.get(read).text
    assert learner.name in teacher.get(board).text

    answer = browser.submit("/home", action=f"/groups/{group.id}/leave")
    assert (answer.status_code, answer.location) == (303, "/home")
    assert "SW-2B" not in main_words(browser.get("/home"))
    assert teacher.get(read).status_code == 404
    for page in (teacher.get(board), teacher.get(f"/teach/groups/{group.id}")):
        assert (page.status_code, learner.name in page.text) == (200, False)
    assert TEXT in browser.get(f"/reflections/{submission.public_id}").text
    with in_app():
        for table in (Draft, Weighing, Answer, Submission):
            assert db.session.scalar(select(func.count()).select_from(table)), table

    browser.submit(f"/join/{group.join_code}")
    assert TEXT in teacher.get(read).text  # who comes back brings it along


def test_another_group_is_not_left_along(
    in_app: InApp, sign_in: SignIn, make: Factory, learner: User, instructor: User, group: Group
) -> None:
    other = make.group(name="SW-3C", learners=[learner])
    browser = sign_in(learner)
    browser.submit("/home", action=f"/groups/{group.id}/leave")
    assert "SW-3C" in main_words(browser.get("/home"))
    assert (members(in_app, group), members(in_app, other)) == ({instructor.id}, {learner.id})


def test_an_instructor_cannot_lose_a_group_by_leaving_it(
    in_app: InApp, sign_in: SignIn, learner: User, instructor: User, group: Group
) -> None:
    browser = sign_in(instructor)
    assert f"/groups/{group.id}/leave" not in browser.get("/home").text
    browser.post(f"/groups/{group.id}/leave")
    assert members(in_app, group) == {learner.id, instructor.id}
    assert browser.get(f"/teach/groups/{group.id}").status_code == 200


def test_nobody_takes_another_out_of_a_group(
    in_app: InApp,
    client: Browser,
    sign_in: SignIn,
    learner: User,
    instructor: User,
    outsider: User,
    administrator: User,
    group: Group,
) -> None:
    url = f"/groups/{group.id}/leave"
    for user in (outsider, administrator):
        sign_in(user).post(url)
    assert client.post(url).location == "/login"
    assert sign_in(learner).get(url).status_code == 405  # a link in a mail does nothing
    assert members(in_app, group) == {learner.id, instructor.id}


def test_leaving_twice_or_a_group_that_is_not_there_breaks_nothing(
    in_app: InApp, sign_in: SignIn, learner: User, instructor: User, group: Group
) -> None:
    browser = sign_in(learner)
    home = browser.get("/home")
    for _click in range(2):
        assert browser.submit(home, action=f"/groups/{group.id}/leave").location == "/home"
    assert browser.post("/groups/999999/leave").status_code == 303
    assert browser.post(f"/groups/{2**31}/leave").status_code == 404
    assert members(in_app, group) == {instructor.id}


def test_the_group_is_only_open_to_its_instructors(
    client: Browser,
    sign_in: SignIn,
    make: Factory,
    learner: User,
    outsider: User,
    administrator: User,
    group: Group,
) -> None:
    url = f"/teach/groups/{group.id}"
    for user in (learner, outsider, make.instructor(), administrator):
        page = sign_in(user).get(url)
        assert (page.status_code, "SW-2B" in page.text) == (404, False), user.role
    assert client.get(url).status_code == 303
