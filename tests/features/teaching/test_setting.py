"""Setting a quiz for a group: moments on the clock, rules, and something extra for one learner."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.groups.models import Group
from course.quizzes.models import Allowance, QuizAttempt, Sitting
from tests import pages
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.factories import QUIZ, Factory
from tests.features.teaching import sat
from tests.pages import main_words

pytestmark = pytest.mark.usefixtures("clock")  # Monday 2 March 2026

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


@pytest.fixture
def url(group: Group) -> str:
    return f"/teach/groups/{group.id}/quizzes"


def stored(in_app: InApp) -> Sitting:
    with in_app():
        return db.session.scalars(select(Sitting)).one()


def message_at(page: TestResponse, name: str) -> str:
    """What the page says is wrong with a field."""
    found = pages.parse(page.text).find(f".//*[@id='{name}-error']")
    return "" if found is None else pages.words(found)


def value(page: TestResponse, name: str) -> str:
    """What a text field holds."""
    field = pages.parse(page.text).find(f".//input[@name='{name}']")
    return "" if field is None else field.get("value", "")


# --- The moments ---------------------------------------------------------------------------


def test_a_quiz_is_set_with_moments_on_the_clock_in_amsterdam(
    browser: Browser, url: str, in_app: InApp
) -> None:
    filled = {
        "slug": QUIZ,
        "opens_day": "2026-03-27",
        "opens_time": "9:00",
        "closes_day": "30-3-2026",
        "closes_time": "17.30",
        "attempts": "2",
        "minutes": "45",
        "time_up": "grace",
        "grace": "5",
        "wait": "1440",
        "method": "mean",
        "layout": "page",
        "feedback": "test",
        "weighings_count": "y",
    }
    assert browser.submit(f"{url}/new", filled).status_code == HTTPStatus.SEE_OTHER
    sitting = stored(in_app)
    assert sitting.opens_at == datetime(2026, 3, 27, 8, 0, tzinfo=UTC)  # winter time
    assert sitting.closes_at == datetime(2026, 3, 30, 15, 30, tzinfo=UTC)  # summer time
    assert sitting.rules == {
        "attempts": 2,
        "minutes": 45,
        "time_up": "grace",
        "grace": 5,
        "wait": 1440,
        "method": "mean",
        "one_page": True,
        "feedback": "test",
        "weighings_count": True,
    }


def test_with_nothing_filled_in_but_the_quiz_it_is_practice_without_limits(
    browser: Browser, url: str, in_app: InApp
) -> None:
    browser.submit(f"{url}/new", {"slug": QUIZ})
    sitting = stored(in_app)
    assert (sitting.rules, sitting.opens_at, sitting.closes_at) == ({}, None, None)


def test_a_time_that_does_not_exist_is_refused_with_what_may_have_been_meant(
    browser: Browser, url: str
) -> None:
    filled = {"slug": QUIZ, "closes_day": "2026-03-29", "closes_time": "02:30", "minutes": "45"}
    page = browser.submit(f"{url}/new", filled)
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    said = message_at(page, "closes_time")
    assert "29 March 2026" in said
    assert "jumps over 2:30" in said
    assert "1:30 or 3:30" in said
    assert {name: value(page, name) for name in ("closes_day", "closes_time", "minutes")} == {
        "closes_day": "2026-03-29",
        "closes_time": "02:30",
        "minutes": "45",
    }


@pytest.mark.parametrize(("which", "hour"), [("first", 0), ("second", 1)])
def test_a_time_that_happens_twice_is_asked_about(
    browser: Browser, url: str, in_app: InApp, which: str, hour: int
) -> None:
    filled = {"slug": QUIZ, "closes_day": "2026-10-25", "closes_time": "02:30"}
    page = browser.submit(f"{url}/new", filled)
    assert "it is 2:30 twice" in message_at(page, "closes_which")
    browser.submit(page, {"closes_which": which})
    sitting = stored(in_app)
    assert sitting.closes_at == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    rules = browser.get(f"{url}/{sitting.id}/rules")
    browser.submit(rules, {"attempts": "3"})  # The choice between the two is still there.
    assert stored(in_app).closes_at == sitting.closes_at


def test_what_closes_before_it_opens_is_said_at_both_ends(browser: Browser, url: str) -> None:
    page = browser.submit(
        f"{url}/new",
        {
            "slug": QUIZ,
            "opens_day": "2026-05-02",
            "opens_time": "09:00",
            "closes_day": "2026-05-01",
            "closes_time": "09:00",
        },
    )
    assert "not before it closes" in message_at(page, "opens_day")
    assert "not after it opens" in message_at(page, "closes_day")


@pytest.mark.parametrize(
    ("filled", "field", "said"),
    [
        ({"opens_day": "2026-05-02"}, "opens_time", "no time"),
        ({"opens_time": "09:00"}, "opens_day", "no day"),
        ({"closes_day": "2026-02-30", "closes_time": "9:00"}, "closes_day", "not a day"),
        ({"closes_day": "2026-05-02", "closes_time": "25:00"}, "closes_time", "not a time"),
        ({"closes_day": "2026-03-01", "closes_time": "9:00"}, "closes_day", "has passed"),
        ({"attempts": "0"}, "attempts", "from 1 to 20"),
        ({"minutes": "an hour"}, "minutes", "whole number"),
        ({"time_up": "grace"}, "grace", "for how many minutes"),
        ({"feedback": "closed"}, "closes_day", "Say when it closes"),
        ({"grace": "5"}, "grace", "choose that, or leave this empty"),
    ],
)
def test_each_mistake_is_named_where_it_is_and_nothing_typed_is_lost(
    browser: Browser, url: str, in_app: InApp, filled: dict[str, str], field: str, said: str
) -> None:
    page = browser.submit(f"{url}/new", {"slug": QUIZ, **filled})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in message_at(page, field)
    for name in set(filled) - {"time_up", "feedback"}:
        assert value(page, name) == filled[name]
    with in_app():
        assert db.session.scalars(select(Sitting)).all() == []


def test_what_is_set_already_is_told_before_it_is_set_again_and_not_forbidden(
    browser: Browser, url: str, make: Factory, group: Group, pupil: User, in_app: InApp
) -> None:
    assert "Already set for this group." not in main_words(browser.get(f"{url}/new"))
    make.sitting(pupil)  # in another group
    sitting = make.sitting(pupil, group=group, closes_at=now() + timedelta(hours=1))
    page = browser.get(f"{url}/new")
    told = main_words(page).partition("Already set for this group.")[2].partition("Beside")[0]
    assert make.quiz().quiz.title["en"] in told
    assert "open until" in told
    assert f'href="{url}/{sitting.id}"' in page.text
    assert browser.submit(page, {"slug": QUIZ}).status_code == HTTPStatus.SEE_OTHER
    with in_app():
        of_group = select(Sitting).filter_by(group_id=group.id, slug=QUIZ)
        assert len(db.session.scalars(of_group).all()) == 2


# --- Changing ------------------------------------------------------------------------------


def test_a_change_does_not_reach_an_attempt_that_has_begun(
    browser: Browser, url: str, make: Factory, group: Group, pupil: User, in_app: InApp
) -> None:
    sitting = make.sitting(pupil, group=group, minutes=60)
    row = sat.handed_in(make, pupil, sitting, is_submitted=False)
    page = browser.get(f"{url}/{sitting.id}/rules")
    assert "keep the rules, and the end, that they began with" in main_words(page)
    browser.submit(page, {"minutes": "10", "feedback": "test"})
    with in_app():
        after = db.session.get_one(QuizAttempt, row.id)
    assert (after.rules, after.ends_at) == (row.rules, row.ends_at)
    assert stored(in_app).rules == {"minutes": 10, "feedback": "test"}


def test_a_quiz_that_nobody_began_can_be_taken_away_and_one_that_somebody_did_cannot(
    browser: Browser, url: str, make: Factory, group: Group, pupil: User, in_app: InApp
) -> None:
    stays, goes = (make.sitting(pupil, group=group) for _sitting in range(2))
    browser.submit(f"{url}/{goes.id}/rules", action="/remove")
    sat.handed_in(make, pupil, stays)
    answer = browser.post(f"{url}/{stays.id}/remove")
    assert "Somebody has begun" in browser.get(str(answer.location)).text
    assert stored(in_app).id == stays.id


# --- Something extra -----------------------------------------------------------------------


def test_one_learner_gets_something_extra_for_a_reason(
    browser: Browser, url: str, make: Factory, group: Group, pupil: User, in_app: InApp
) -> None:
    closes = now() + timedelta(hours=1)
    sitting = make.sitting(pupil, group=group, minutes=40, attempts=1, closes_at=closes)
    address = f"{url}/{sitting.id}/allowances/{pupil.id}"
    without = browser.submit(address, {"extra_time": "25"})
    assert "in a few words why" in message_at(without, "reason")
    filled = {"extra_time": "25", "extra_attempts": "1", "extension": "60", "reason": "Dyslexie"}
    assert browser.submit(without, filled).status_code == HTTPStatus.SEE_OTHER
    row = sat.handed_in(make, pupil, sitting, is_submitted=False)
    assert row.ends_at == row.started_at + timedelta(minutes=50)
    words = main_words(browser.get(f"{url}/{sitting.id}"))
    assert "25% more time" in words
    browser.submit(address, dict.fromkeys(filled, ""))
    with in_app():
        assert db.session.scalars(select(Allowance)).all() == []


# --- Who may -------------------------------------------------------------------------------


@pytest.mark.parametrize("rest", ["", "/new", "/{id}", "/{id}/rules", "/{id}/allowances/{user}"])
def test_for_anybody_else_there_is_no_such_page(
    sign_in: SignIn, make: Factory, group: Group, pupil: User, outsider: User, url: str, rest: str
) -> None:
    sitting = make.sitting(pupil, group=group)
    address = url + rest.format(id=sitting.id, user=pupil.id)
    for somebody in (outsider, pupil, make.instructor(), make.administrator()):
        assert sign_in(somebody).get(address).status_code == HTTPStatus.NOT_FOUND


def test_a_sitting_of_another_group_is_not_reached_through_ones_own(
    browser: Browser, url: str, make: Factory, teacher: User
) -> None:
    other = make.sitting(make.learner())
    for rest in ("", "/rules", "/figures", "/files/marks.csv"):
        assert browser.get(f"{url}/{other.id}{rest}").status_code == HTTPStatus.NOT_FOUND
    posted = browser.post(f"{url}/{other.id}/results/give")
    assert posted.status_code == HTTPStatus.NOT_FOUND


def test_somebody_of_another_group_gets_nothing_extra(
    browser: Browser, url: str, make: Factory, group: Group, pupil: User, outsider: User
) -> None:
    sitting = make.sitting(pupil, group=group)
    address = f"{url}/{sitting.id}/allowances/{outsider.id}"
    assert browser.get(address).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("sittings", [1, 40])
def test_the_list_takes_the_same_queries_for_any_number_of_quizzes(
    browser: Browser,
    url: str,
    make: Factory,
    group: Group,
    pupil: User,
    count_queries: CountsQueries,
    sittings: int,
) -> None:
    with make.together():
        for _sitting in range(sittings):
            make.sitting(pupil, group=group)
    with count_queries() as sent:
        page = browser.get(url)
    assert page.text.count("students began") == sittings
    assert len(sent) == 5, sent  # Who is signed in, the group, sittings, begun, to read.


def test_a_group_without_quizzes_says_what_to_do(browser: Browser, url: str) -> None:
    words = main_words(browser.get(url))
    assert "No quiz has been set" in words
    assert "Set a quiz" in words
