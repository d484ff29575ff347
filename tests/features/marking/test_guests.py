"""A guest marks what was given, and meets closed doors everywhere else in the group."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from course.accounts.models import User
from course.groups.models import Group, Part
from course.marking import queries
from course.marking.models import Assignment
from course.reflections.models import Submission
from tests.browser import Browser
from tests.factories import Factory
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]


@pytest.fixture
def guest(make: Factory) -> User:
    """Somebody with the account of an instructor, who teaches nothing here."""
    return make.instructor(language="en")


@pytest.fixture
def group(make: Factory, instructor: User, guest: User) -> Group:
    """A group of an instructor, with this guest."""
    group = make.group(name="SW-2B", instructors=[instructor])
    make.membership(group, guest, part=Part.GUEST)
    return group


def writer(make: Factory, group: Group, text: str) -> Submission:
    """Somebody in the group who handed in."""
    learner = make.learner()
    make.membership(group, learner)
    return make.submission(make.enrolment(learner), text=text)


def code(in_app: InApp, assignment: Assignment, *of: Submission) -> list[str]:
    with in_app():
        codes = queries.codes_of(assignment, [each.user_id for each in of])
    return [codes[each.user_id] for each in of]


def test_a_guest_without_anything_to_mark_finds_nothing(
    make: Factory, sign_in: SignIn, group: Group, guest: User
) -> None:
    assignment = make.assignment(group)
    writer(make, group, "Van de eerste.")
    browser = sign_in(guest)
    assert "SW-2B" not in main_words(browser.get("/teach/marking"))
    assert "SW-2B" not in main_words(browser.get("/teach/"))
    assert browser.get(f"/teach/marking/{assignment.id}").status_code == 404


def test_a_third_reader_gets_that_one_and_no_other(
    in_app: InApp, make: Factory, sign_in: SignIn, group: Group, instructor: User, guest: User
) -> None:
    assignment = make.assignment(group)
    mine, other = writer(make, group, "Voor de gast."), writer(make, group, "Niet voor de gast.")
    make.marking(mine, assignment, instructor, comment="Van de eerste lezer.")
    make.marking(mine, assignment, guest, part="third", is_done=False)
    given, hidden = code(in_app, assignment, mine, other)
    browser, base = sign_in(guest), f"/teach/marking/{assignment.id}"
    page = browser.get(f"{base}/{given}")
    assert "Voor de gast." in page.text
    assert "Van de eerste lezer." not in page.text
    assert hidden not in page.text
    assert "SW-2B" in main_words(browser.get("/teach/marking"))
    part = browser.get(f"{base}/{given}?part=sheet", headers={"HX-Request": "true"})
    assert (part.status_code, hidden in part.text) == (200, False)
    assert browser.get(f"{base}/{hidden}").status_code == 404
    assert browser.post(f"{base}/{hidden}", data={"do": "save"}).status_code == 404
    assert browser.get(base).status_code in {200, 303}


def test_a_second_marker_of_all_reads_all_and_saves(
    in_app: InApp, make: Factory, sign_in: SignIn, group: Group, guest: User
) -> None:
    assignment = make.assignment(group, seconds="all", second_marker_id=guest.id)
    (found,) = code(in_app, assignment, writer(make, group, "Voor de gast."))
    browser, page = sign_in(guest), f"/teach/marking/{assignment.id}/{found}"
    assert browser.get(page).status_code == 200
    saved = browser.post(page, data={"version": "1", "revision": "0", "do": "save"})
    assert saved.status_code == 303
    closed = ["compare", "third", "retract"]
    for rest in closed:
        assert browser.get(f"{page}/{rest}").status_code in {404, 405}
        assert browser.post(f"{page}/{rest}", data={"do": "mean"}).status_code in {404, 405}
    for rest in ("results", "peers", "grades.csv", "agreement"):
        assert browser.get(f"/teach/marking/{assignment.id}/{rest}").status_code == 404
    for rest in ("", "/name", "/people", "/import", "/quizzes", "/schedule", "/progress", "/copy"):
        assert browser.get(f"/teach/groups/{group.id}{rest}").status_code == 404


def test_whoever_is_no_guest_any_more_reads_nothing(
    in_app: InApp, make: Factory, sign_in: SignIn, group: Group, instructor: User, guest: User
) -> None:
    assignment = make.assignment(group, seconds="all", second_marker_id=guest.id)
    (found,) = code(in_app, assignment, writer(make, group, "Voor de gast."))
    page = f"/teach/marking/{assignment.id}/{found}"
    browser = sign_in(guest)
    assert browser.get(page).status_code == 200
    sign_in(instructor).post(f"/teach/groups/{group.id}/people/{guest.id}/take-out")
    assert browser.get(page).status_code == 404


def test_an_instructor_may_choose_a_guest_as_second_marker(
    make: Factory, sign_in: SignIn, group: Group, instructor: User, guest: User
) -> None:
    assignment = make.assignment(group)
    at = f"/teach/groups/{group.id}/reflections/{assignment.lesson}/{assignment.step}/setting"
    assert guest.name in main_words(sign_in(instructor).get(at))
