"""Making a group and looking after its code, as instructors do in ``teaching``."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select

from course.accounts.models import User
from course.core.db import db
from course.groups import actions, queries
from course.groups.models import Group, Membership, Part
from tests import pages
from tests.browser import Browser
from tests.factories import Factory

SignsIn = Callable[[User], Browser]
InApp = Callable[[], AbstractContextManager[None]]


def only_group(app: Flask) -> Group:
    with app.app_context():
        return db.session.scalars(select(Group)).one()


# --- The code ------------------------------------------------------------------------------


def test_a_code_can_be_read_aloud_and_typed_from_a_whiteboard() -> None:
    codes = [actions.new_code() for _time in range(2000)]
    assert {len(code) for code in codes} == {6}
    assert set("".join(codes)) == set("ABCDEFGHJKMNPQRSTUVWXYZ23456789")


def test_no_letter_of_a_code_comes_more_often_than_another() -> None:
    letters = Counter("".join(actions.new_code() for _time in range(5000)))
    even = 30000 / 31
    assert all(0.8 * even < count < 1.2 * even for count in letters.values()), letters


def test_codes_do_not_repeat() -> None:
    assert len({actions.new_code() for _time in range(2000)}) >= 1998


# --- Making --------------------------------------------------------------------------------


def test_an_instructor_makes_a_group_and_gets_its_code(
    app: Flask, sign_in: SignsIn, instructor: User
) -> None:
    browser = sign_in(instructor)
    done = browser.submit("/teach/groups/new", {"name": "  SW-2B  voltijd "})
    group = only_group(app)
    assert (done.status_code, done.location) == (303, f"/teach/groups/{group.id}")
    assert (group.name, group.join_open, group.is_demo) == ("SW-2B voltijd", True, False)
    shown = pages.main_words(browser.get(done.location))
    assert group.join_code in shown
    assert f"http://localhost/join/{group.join_code}" in shown
    assert "SW-2B voltijd" in pages.main_words(browser.get("/teach/"))
    with app.app_context():
        membership = db.session.scalars(select(Membership)).one()
    assert (membership.user_id, membership.part) == (instructor.id, Part.INSTRUCTOR)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "Give the group a name, such as SW-2B."),
        (" \t ", "Give the group a name, such as SW-2B."),
        ("x" * 81, "Field cannot be longer than 80 characters."),
    ],
)
def test_a_group_needs_a_name(
    app: Flask, make: Factory, sign_in: SignsIn, name: str, told: str
) -> None:
    teacher = make.instructor(language="en")
    group = make.group(instructors=[teacher], name="SW-2B")
    for path in ("/teach/groups/new", f"/teach/groups/{group.id}/name"):
        page = sign_in(teacher).submit(path, {"name": name})
        assert page.status_code == 422
        assert told in pages.main_words(page)
    assert only_group(app).name == "SW-2B"


def test_two_groups_may_have_the_same_name_but_not_the_same_code(
    app: Flask, in_app: InApp, instructor: User
) -> None:
    with in_app():
        codes = {actions.make_group(instructor.id, "SW-2B").join_code for _time in range(3)}
    assert len(codes) == 3


def test_learners_and_visitors_make_no_groups(
    app: Flask, client: Browser, sign_in: SignsIn, learner: User
) -> None:
    browser = sign_in(learner)
    assert browser.get("/teach/groups/new").status_code == 404
    assert browser.post("/teach/groups/new", data={"name": "X"}).status_code == 404
    assert client.post("/teach/groups/new", data={"name": "X"}).location == "/login"
    with app.app_context():
        assert db.session.scalars(select(Group)).all() == []


# --- Looking after it ----------------------------------------------------------------------


def test_a_group_gets_another_name_and_keeps_its_code(
    app: Flask, make: Factory, sign_in: SignsIn, instructor: User
) -> None:
    group = make.group(instructors=[instructor], name="SW-2B")
    done = sign_in(instructor).submit(f"/teach/groups/{group.id}/name", {"name": "SW-2C"})
    assert done.location == f"/teach/groups/{group.id}"
    assert (only_group(app).name, only_group(app).join_code) == ("SW-2C", group.join_code)


def test_a_new_code_replaces_the_old_one_and_who_is_in_stays_in(
    app: Flask, in_app: InApp, make: Factory, sign_in: SignsIn, instructor: User, learner: User
) -> None:
    group = make.group(instructors=[instructor], learners=[learner])
    page = f"/teach/groups/{group.id}"
    sign_in(instructor).submit(page, action="/joining/renew")
    renewed = only_group(app).join_code
    assert renewed != group.join_code
    with in_app():
        assert queries.by_code(group.join_code) is None
        assert queries.by_code(renewed) is not None
        assert [member.user_id for member in queries.members(group.id)] == [learner.id]


def test_a_closed_code_opens_nothing_until_it_is_opened_again(
    in_app: InApp, make: Factory, sign_in: SignsIn, instructor: User, learner: User
) -> None:
    group = make.group(instructors=[instructor], learners=[learner])
    browser, page = sign_in(instructor), f"/teach/groups/{group.id}"
    browser.submit(page, action="/joining/close")
    assert group.join_code not in browser.get(page).text
    with in_app():
        assert queries.by_code(group.join_code) is None
        assert [member.user_id for member in queries.members(group.id)] == [learner.id]
    browser.submit(page, action="/joining/open")
    with in_app():
        assert queries.by_code(group.join_code) is not None


@pytest.mark.parametrize("who", ["another instructor", "a learner of the group", "a learner"])
@pytest.mark.parametrize("what", ["joining/close", "joining/renew", "name", ""])
def test_only_the_instructors_of_a_group_look_after_it(
    app: Flask,
    make: Factory,
    sign_in: SignsIn,
    instructor: User,
    learner: User,
    outsider: User,
    who: str,
    what: str,
) -> None:
    group = make.group(instructors=[instructor], learners=[learner], name="SW-2B")
    stranger = {"another instructor": make.instructor(), "a learner": outsider}.get(who, learner)
    path = f"/teach/groups/{group.id}/{what}".rstrip("/")
    browser = sign_in(stranger)
    answer = browser.post(path, data={"name": "Van mij"}) if what else browser.get(path)
    assert answer.status_code == 404
    kept = only_group(app)
    assert (kept.name, kept.join_code, kept.join_open) == ("SW-2B", group.join_code, True)


def test_an_administrator_sees_no_group_without_teaching_it(
    make: Factory, sign_in: SignsIn, instructor: User, administrator: User
) -> None:
    """Looking after the site is no reason to read along."""
    group = make.group(instructors=[instructor])
    assert sign_in(administrator).get(f"/teach/groups/{group.id}").status_code == 404


def test_an_instructor_who_learns_in_a_group_does_not_teach_it(
    make: Factory, sign_in: SignsIn, instructor: User
) -> None:
    group = make.group(learners=[instructor])
    assert sign_in(instructor).get(f"/teach/groups/{group.id}").status_code == 404
