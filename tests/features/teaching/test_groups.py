"""Groups of an instructor: make one, let people join, give it another name."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.core.db import db
from course.groups.models import Group
from tests import pages
from tests.browser import Browser
from tests.factories import Factory
from tests.features.filled_in import alert, heading, value
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
BY_HTMX: Final = {"HX-Request": "true"}
NO_NAME: Final = "Give the group a name, such as SW-2B."
TOO_LONG: Final = "Field cannot be longer than 80 characters."


@pytest.fixture
def teacher(make: Factory) -> User:
    """An instructor who reads English, as the texts in the code."""
    return make.instructor(language="en")


@pytest.fixture
def browser(sign_in: SignIn, teacher: User) -> Browser:
    """The browser of the teacher."""
    return sign_in(teacher)


@pytest.fixture
def group(make: Factory, teacher: User) -> Group:
    """A group of the teacher, with an open code."""
    return make.group(instructors=[teacher], name="SW-2B", join_code="ABC234")


def groups(in_app: InApp) -> list[Group]:
    """All groups, oldest first."""
    with in_app():
        return list(db.session.scalars(select(Group).order_by(Group.id)))


def error_at_name(page: TestResponse) -> str:
    """The message that belongs to the field for the name."""
    document = pages.parse(page.text)
    field = document.find(".//main//input[@name='name']")
    assert field is not None
    assert "name-error" in field.get("aria-describedby", "").split()
    message = document.find(".//*[@id='name-error']")
    assert message is not None
    return pages.words(message)


# --- Making one ----------------------------------------------------------------------------


def test_a_new_group_has_a_code_that_students_can_join_with(
    in_app: InApp, browser: Browser, sign_in: SignIn, learner: User
) -> None:
    made = browser.submit("/teach/groups/new", {"name": "  SW \t 2B "})
    (group,) = groups(in_app)
    assert group.name == "SW 2B"
    assert (made.status_code, made.location) == (303, f"/teach/groups/{group.id}")
    page = browser.get(made.location)
    assert heading(page) == "SW 2B"
    assert f"http://localhost/join/{group.join_code}" in main_words(page)

    student = sign_in(learner)
    assert student.submit(f"/join/{group.join_code}").status_code == 303
    assert "Nobody has begun yet." in main_words(browser.get(made.location))


@SQLITE
@pytest.mark.parametrize(
    ("name", "message"), [("", NO_NAME), (" \t ", NO_NAME), ("x" * 81, TOO_LONG)]
)
def test_a_name_that_is_missing_or_too_long_is_refused_at_the_field(
    in_app: InApp, browser: Browser, name: str, message: str
) -> None:
    page = browser.submit("/teach/groups/new", {"name": name})
    assert page.status_code == 422
    assert message in alert(page)
    assert error_at_name(page) == f"Error: {message}"
    assert value(page, "name") == name.strip()
    assert groups(in_app) == []


@SQLITE
def test_a_name_of_eighty_characters_fits(in_app: InApp, browser: Browser) -> None:
    assert browser.submit("/teach/groups/new", {"name": "é" * 80}).status_code == 303
    assert [group.name for group in groups(in_app)] == ["é" * 80]


# --- All groups ----------------------------------------------------------------------------


@SQLITE
def test_the_first_page_lists_the_own_groups_only(
    browser: Browser, make: Factory, teacher: User, instructor: User, learner: User
) -> None:
    make.group(instructors=[teacher], learners=[learner], name="SW-2B", join_code="ABC234")
    make.group(instructors=[teacher], name="SW-1A", join_code="DEF567", join_open=False)
    make.group(instructors=[instructor], name="Van een ander")
    page = browser.get("/teach/")
    words = main_words(page)
    assert "SW-1A 0 students · progress: SW-1A code closed" in words
    assert "SW-2B 1 student · progress: SW-2B code ABC234" in words
    assert "DEF567" not in page.text
    assert "Van een ander" not in page.text


@SQLITE
def test_who_has_no_groups_reads_what_to_do(browser: Browser, client: Browser) -> None:
    page = browser.get("/teach/")
    assert "You have no groups yet. Create one: you get a code" in main_words(page)
    links = [link.get("href") for link in pages.parse(page.text).findall(".//main//a")]
    assert links == ["/teach/groups/new", "/teach/panels"]


def test_an_administrator_who_teaches_no_group_sees_none(
    sign_in: SignIn, make: Factory, group: Group
) -> None:
    browser = sign_in(make.administrator(language="en"))
    page = browser.get("/teach/")
    assert "You have no groups yet." in main_words(page)
    assert "SW-2B" not in page.text
    assert browser.get(f"/teach/groups/{group.id}").status_code == 404
    assert browser.get(f"/teach/groups/{group.id}/lessons/waarom-eropaf").status_code == 404


# --- The code ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("is_open", "what", "said"),
    [
        (True, "close", "The code is closed."),
        (False, "open", "The code is open."),
        (True, "renew", "There is a new code; the old one no longer works."),
    ],
)
@pytest.mark.parametrize("headers", [{}, BY_HTMX], ids=["plain", "htmx"])
def test_a_code_is_closed_opened_and_renewed_with_and_without_javascript(
    in_app: InApp,
    browser: Browser,
    client: Browser,
    make: Factory,
    teacher: User,
    is_open: bool,
    what: str,
    said: str,
    headers: dict[str, str],
) -> None:
    group = make.group(instructors=[teacher], join_code="ABC234", join_open=is_open)
    url = f"/teach/groups/{group.id}"
    answer = browser.submit(url, action=f"/joining/{what}", headers=headers)
    if headers:
        assert answer.status_code == 200
        assert "<html" not in answer.text
        assert answer.text.count('id="joining"') == 1
        shown = answer.text
    else:
        assert (answer.status_code, answer.location) == (303, url)
        shown = browser.get(url).text
    assert said in shown

    (kept,) = groups(in_app)
    assert (kept.join_open, kept.join_code == "ABC234") == (what != "close", what != "renew")
    assert (kept.join_code in shown) == kept.join_open
    assert client.get("/join/ABC234").status_code == (200 if what == "open" else 404)
    assert client.get(f"/join/{kept.join_code}").status_code == (200 if kept.join_open else 404)


@SQLITE
def test_a_closed_code_says_what_that_means(browser: Browser, make: Factory, teacher: User) -> None:
    group = make.group(instructors=[teacher], join_code="ABC234", join_open=False)
    page = browser.get(f"/teach/groups/{group.id}")
    assert "The code is closed: nobody can join. Whoever is in, stays in." in main_words(page)
    assert "ABC234" not in page.text


# --- Another name --------------------------------------------------------------------------


def test_a_group_gets_another_name(in_app: InApp, browser: Browser, group: Group) -> None:
    form = browser.get(f"/teach/groups/{group.id}/name")
    assert value(form, "name") == "SW-2B"
    answer = browser.submit(form, {"name": " SW-2C "})
    assert (answer.status_code, answer.location) == (303, f"/teach/groups/{group.id}")
    assert heading(browser.get(answer.location)) == "SW-2C"


@SQLITE
@pytest.mark.parametrize(("name", "message"), [(" ", NO_NAME), ("x" * 81, TOO_LONG)])
def test_a_group_does_not_lose_its_name(
    in_app: InApp, browser: Browser, group: Group, name: str, message: str
) -> None:
    page = browser.submit(f"/teach/groups/{group.id}/name", {"name": name})
    assert page.status_code == 422
    assert error_at_name(page) == f"Error: {message}"
    assert [item.name for item in groups(in_app)] == ["SW-2B"]


# --- Not one's own -------------------------------------------------------------------------


def test_nobody_else_changes_a_group(
    in_app: InApp,
    sign_in: SignIn,
    make: Factory,
    teacher: User,
    instructor: User,
    administrator: User,
    learner: User,
) -> None:
    """The learner is in the group, the instructor has one, the administrator has neither."""
    group = make.group(instructors=[teacher], learners=[learner], name="SW-2B", join_code="ABC234")
    make.group(instructors=[instructor], name="Van een ander")
    url = f"/teach/groups/{group.id}"
    for other in (instructor, administrator, learner):
        browser = sign_in(other)
        for path in (url, f"{url}/name", f"{url}/lessons/waarom-eropaf"):
            assert browser.get(path).status_code == 404
        assert browser.post(f"{url}/name", data={"name": "Van mij"}).status_code == 404
        for what in ("open", "close", "renew"):
            assert browser.post(f"{url}/joining/{what}").status_code == 404
            refused = browser.post(f"{url}/joining/{what}", headers=BY_HTMX)
            assert refused.status_code == 404
    kept = groups(in_app)[0]
    assert (kept.name, kept.join_code, kept.join_open) == ("SW-2B", "ABC234", True)


@SQLITE
def test_a_learner_finds_nothing_to_teach(in_app: InApp, sign_in: SignIn, learner: User) -> None:
    browser = sign_in(learner)
    assert browser.get("/teach/").status_code == 404
    assert browser.get("/teach/groups/new").status_code == 404
    assert browser.post("/teach/groups/new", data={"name": "Van mij"}).status_code == 404
    assert groups(in_app) == []
    assert "/teach" not in browser.get("/home").text
