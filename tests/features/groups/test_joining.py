"""Joining: the code from the whiteboard, what the instructor will see, and then in, once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from course.accounts.models import User
from course.core.db import db
from course.groups.models import Group, Membership, Part
from tests.browser import Browser
from tests.conftest import new_browser
from tests.factories import PASSWORD, Factory
from tests.features.at_once import at_once, click
from tests.features.filled_in import alert, heading, value
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

CODE = "K7MR2P"
NO_SUCH_CODE = "No open group has this code. Check it, or ask your instructor for the right one."
WHAT_IS_SEEN = (
    "The instructors of this group see your name, which steps you have done, and the reflections "
    "you hand in. Of a quiz that they set for the group they see, with your name, when you took it "
    "and what you earned on each item. They read open answers without your name; of the other "
    "answers they see figures of ten students or more. They do not see drafts, what you answer in "
    "lessons, quizzes you take on your own, or how you weighed."
)
# What is typed and how it is refused does not depend on the database.
SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


@pytest.fixture
def group(make: Factory, instructor: User) -> Group:
    """A group with an open code."""
    return make.group(name="SW-2B", join_code=CODE, instructors=[instructor])


@pytest.fixture
def reader(make: Factory) -> User:
    """A learner who reads English, as the texts in the code."""
    return make.learner(language="en")


@pytest.fixture
def browser(sign_in: SignIn, reader: User) -> Browser:
    """The browser of the reader."""
    return sign_in(reader)


def members(in_app: InApp, group: Group) -> list[tuple[int, Part]]:
    """Who is in the group as what, in the order in which they came."""
    with in_app():
        found = db.session.scalars(
            select(Membership).filter_by(group_id=group.id).order_by(Membership.id)
        )
        return [(item.user_id, Part(item.part)) for item in found]


# --- By code -------------------------------------------------------------------------------


def test_a_code_leads_to_its_group_and_one_button_further_one_is_in(
    in_app: InApp, browser: Browser, reader: User, instructor: User, group: Group
) -> None:
    found = browser.submit("/join", {"code": CODE})
    assert (found.status_code, found.location) == (303, f"/join/{CODE}")
    confirm = browser.get(found.location)
    assert heading(confirm) == "Join SW-2B"
    assert members(in_app, group) == [(instructor.id, Part.INSTRUCTOR)]  # nobody asked yet
    joined = browser.submit(confirm)
    assert (joined.status_code, joined.location) == (303, "/home")
    assert members(in_app, group)[1:] == [(reader.id, Part.LEARNER)]
    home = browser.get("/home")
    assert "You are now in SW-2B." in home.text
    assert "Leave SW-2B" in main_words(home)


@SQLITE
@pytest.mark.parametrize(
    "typed",
    ["k7mr2p", "  K7MR2P\t", "K7M R2P", "k7m-r2p", "K7M–R2P", "K 7 M R 2 P", "k7m\u00a0r2p"],
)
def test_capitals_spaces_and_dashes_are_free(browser: Browser, group: Group, typed: str) -> None:
    assert browser.submit("/join", {"code": typed}).location == f"/join/{CODE}"
    assert heading(browser.get(f"/join/{typed.strip()}")) == "Join SW-2B"


@SQLITE
@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("K7MR2Q", NO_SUCH_CODE),
        ("K7MR2", NO_SUCH_CODE),
        ("K7MR2P2", NO_SUCH_CODE),
        ("%", NO_SUCH_CODE),
        ("______", NO_SUCH_CODE),
        ("' OR 1=1 --", NO_SUCH_CODE),
        ("💥ß½", NO_SUCH_CODE),
        ("---", NO_SUCH_CODE),
        ("", "Fill in the code that your instructor gave you."),
        ("   ", "Fill in the code that your instructor gave you."),
    ],
)
def test_a_code_that_no_group_has_is_refused_and_stays_in_the_field(
    browser: Browser, group: Group, typed: str, message: str
) -> None:
    page = browser.submit("/join", {"code": typed})
    assert page.status_code == 422
    assert message in alert(page)
    assert value(page, "code") == typed.strip()


@SQLITE
def test_a_code_of_hundreds_of_characters_is_refused(browser: Browser, group: Group) -> None:
    page = browser.submit("/join", {"code": CODE * 100})
    assert (page.status_code, value(page, "code")) == (422, CODE * 100)
    assert browser.get(f"/join/{CODE * 100}").status_code == 404


def test_the_address_of_an_unknown_code_says_what_to_do(browser: Browser, group: Group) -> None:
    page = browser.get("/join/K7MR2Q")
    assert page.status_code == 404
    assert NO_SUCH_CODE in alert(page)
    assert value(page, "code") == "K7MR2Q"
    assert browser.submit(page, {"code": CODE}).location == f"/join/{CODE}"


@pytest.mark.parametrize("what", ["close", "renew"])
def test_a_closed_or_renewed_code_is_refused_also_to_who_had_the_page_open(
    in_app: InApp,
    sign_in: SignIn,
    browser: Browser,
    reader: User,
    instructor: User,
    group: Group,
    what: str,
) -> None:
    confirm = browser.get(f"/join/{CODE}")
    teacher = sign_in(instructor)
    teacher.submit(f"/teach/groups/{group.id}", action=f"/joining/{what}")
    for answer, status in (
        (browser.submit("/join", {"code": CODE}), 422),
        (browser.get(f"/join/{CODE}"), 404),
        (browser.submit(confirm), 404),
    ):
        assert answer.status_code == status
        assert NO_SUCH_CODE in alert(answer)
        assert value(answer, "code") == CODE
        assert "SW-2B" not in answer.text
    assert members(in_app, group) == [(instructor.id, Part.INSTRUCTOR)]
    # The code that is open now does work.
    if what == "close":
        teacher.submit(f"/teach/groups/{group.id}", action="/joining/open")
    with in_app():
        code = db.session.get_one(Group, group.id).join_code
    assert (code == CODE) == (what == "close")
    browser.submit(f"/join/{code}")
    assert members(in_app, group)[1:] == [(reader.id, Part.LEARNER)]


# --- What the instructor will see ----------------------------------------------------------


def test_before_joining_everybody_reads_what_the_instructor_will_see(
    client: Browser, browser: Browser, group: Group
) -> None:
    assert WHAT_IS_SEEN in main_words(browser.get(f"/join/{CODE}"))
    page = client.get(f"/join/{CODE}", headers={"Accept-Language": "en"})
    assert (heading(page), WHAT_IS_SEEN in main_words(page)) == ("Join SW-2B", True)
    assert f'href="/login?next=/join/{CODE}"' in page.text
    assert f'href="/signup?next=/join/{CODE}"' in page.text


def test_what_is_said_there_is_true(
    sign_in: SignIn, make: Factory, reader: User, browser: Browser, instructor: User, group: Group
) -> None:
    enrolment = make.enrolment(reader)
    make.weighing(enrolment, reason="Wat ik zwaar vond")
    make.draft(enrolment, text="Wat nog niet af is")
    answers = make.answers(enrolment, given="987654321")
    browser.submit(f"/join/{CODE}")
    teacher = sign_in(instructor)
    board = teacher.get(f"/teach/groups/{group.id}/lessons/{enrolment.lesson}")
    assert reader.name in main_words(board)
    for page in (board, teacher.get(f"/teach/groups/{group.id}"), teacher.get("/teach/")):
        for private in ("Wat ik zwaar vond", "Wat nog niet af is", answers[0].given, reader.email):
            assert private not in page.text


def test_a_visitor_signs_in_and_joins_after_all(
    in_app: InApp, client: Browser, reader: User, instructor: User, group: Group
) -> None:
    asked = client.post(f"/join/{CODE}")
    assert (asked.status_code, asked.location) == (303, f"/login?next=/join/{CODE}")
    assert members(in_app, group) == [(instructor.id, Part.INSTRUCTOR)]
    back = client.submit(asked.location, {"email": reader.email, "password": PASSWORD})
    assert back.location == f"/join/{CODE}"
    client.submit(back.location)
    assert members(in_app, group)[1:] == [(reader.id, Part.LEARNER)]


# --- Once ----------------------------------------------------------------------------------


def test_joining_twice_says_so_and_changes_nothing(
    in_app: InApp, browser: Browser, reader: User, group: Group
) -> None:
    confirm = browser.get(f"/join/{CODE}")
    browser.submit(confirm)
    browser.submit(confirm)
    assert "You were already in SW-2B." in browser.get("/home").text
    assert members(in_app, group)[1:] == [(reader.id, Part.LEARNER)]


def test_who_is_in_the_group_reads_so_and_is_not_asked_again(
    browser: Browser, group: Group
) -> None:
    browser.submit(f"/join/{CODE}")
    page = browser.get(f"/join/{CODE}")
    assert "You are in this group already." in main_words(page)
    assert 'href="/home"' in page.text.partition("<main")[2]
    assert "Join this group" not in page.text


def test_an_instructor_who_opens_the_own_link_stays_the_instructor(
    in_app: InApp, sign_in: SignIn, instructor: User, group: Group
) -> None:
    browser = sign_in(instructor)
    page = browser.get(f"/join/{CODE}")
    assert f'href="/teach/groups/{group.id}"' in page.text
    assert "<form" not in page.text.partition("<main")[2]
    assert browser.post(f"/join/{CODE}").location == "/home"  # from a page that stood open
    assert members(in_app, group) == [(instructor.id, Part.INSTRUCTOR)]
    assert browser.get(f"/teach/groups/{group.id}").status_code == 200


def test_eight_clicks_at_once_make_one_membership(
    in_app: InApp, sign_in: SignIn, reader: User, group: Group
) -> None:
    windows = [sign_in(reader) for _window in range(8)]
    answers = at_once([click(window, f"/join/{CODE}", {}) for window in windows])
    assert [answer.location for answer in answers] == ["/home"] * 8
    assert members(in_app, group)[1:] == [(reader.id, Part.LEARNER)]
    said = [window.get("/home").text for window in windows]
    assert sum("You are now in SW-2B." in text for text in said) == 1
    assert sum("You were already in SW-2B." in text for text in said) == 7


def test_a_class_of_eight_joins_at_once(
    in_app: InApp, sign_in: SignIn, make: Factory, group: Group
) -> None:
    learners = [make.learner() for _learner in range(8)]
    at_once([click(sign_in(user), f"/join/{CODE}", {}) for user in learners])
    assert {user_id for user_id, _part in members(in_app, group)[1:]} == {
        user.id for user in learners
    }


# --- Guessing ------------------------------------------------------------------------------


def try_code(browser: Browser, code: str, *, host: str = "10.0.0.1") -> int:
    """Type a code at this address of the network; return the status."""
    place = {"REMOTE_ADDR": host}
    return browser.post("/join", data={"code": code}, environ_base=place).status_code


def open_code(browser: Browser, code: str, *, host: str = "10.0.0.1") -> int:
    """Open the link with this code at this address of the network; return the status."""
    return browser.get(f"/join/{code}", environ_base={"REMOTE_ADDR": host}).status_code


@SQLITE
@pytest.mark.parametrize(
    ("attempt", "refused", "found"), [(try_code, 422, 303), (open_code, 404, 200)]
)
def test_after_150_wrong_codes_an_address_waits_a_quarter_of_an_hour(
    app: Flask,
    clock: time_machine.Traveller,
    group: Group,
    attempt: Callable[..., int],
    refused: int,
    found: int,
) -> None:
    browsers = [new_browser(app) for _window in range(5)]
    guesses = [attempt(browsers[number % 5], "K7MR2Q") for number in range(151)]
    assert guesses == [refused] * 150 + [429]
    assert attempt(browsers[0], CODE) == 429
    assert attempt(browsers[0], CODE, host="10.0.0.2") == found
    clock.shift(timedelta(minutes=15, seconds=1))
    assert attempt(browsers[0], CODE) == found


@SQLITE
def test_a_school_behind_one_address_joins_without_waiting(app: Flask, group: Group) -> None:
    statuses = [
        (try_code(pupil, CODE), open_code(pupil, CODE))
        for pupil in (new_browser(app) for _pupil in range(151))
    ]
    assert statuses == [(303, 200)] * 151
