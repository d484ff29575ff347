"""What instructors see of a quiz, held against what the page about one's data says of it."""

import csv
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import select, update

from course.accounts.models import User
from course.core.db import db
from course.groups.models import Group
from course.quizzes.models import QuizAttempt, Response, Sitting
from tests import pages
from tests.browser import Browser
from tests.factories import QUIZ, Factory
from tests.features.teaching import sat
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
NAME = "Lotte Leerling"
TEXT = "Een antwoord dat met kanarie begint en daarna verdergaat."
REASON = "kanarie-reden"


@pytest.fixture
def teacher(make: Factory) -> User:
    return make.instructor(language="en")


@pytest.fixture
def pupil(make: Factory) -> User:
    return make.learner(name=NAME, language="en")


@pytest.fixture
def group(make: Factory, teacher: User, pupil: User) -> Group:
    return make.group(instructors=[teacher], learners=[pupil])


@pytest.fixture
def essay(make: Factory) -> str:
    return next(item.slug for item in make.quiz().quiz.items if item.type == "essay")


@dataclass(frozen=True, slots=True)
class Taken:
    """A quiz that the pupil took."""

    sitting: Sitting
    attempt: QuizAttempt
    url: str  # of the results


def take(make: Factory, group: Group, pupil: User, essay: str, **rules: Any) -> Taken:
    """The pupil answers everything, with a reason for each weighing, and hands in."""
    sitting = make.sitting(pupil, group=group, **rules)
    given = {**sat.right(make.quiz()), essay: TEXT}
    attempt = sat.handed_in(make, pupil, sitting, given)
    with make.together():
        db.session.execute(update(Response).values(reason=REASON))
    return Taken(sitting, attempt, f"/teach/groups/{group.id}/quizzes/{sitting.id}")


@pytest.fixture
def taken(make: Factory, group: Group, pupil: User, essay: str) -> Taken:
    return take(make, group, pupil, essay)


def every_page(browser: Browser, taken: Taken) -> Iterator[tuple[str, str]]:
    """All that an instructor can open about a sitting, but for the answers that they read."""
    with browser.application.app_context():
        attempt = db.session.get_one(QuizAttempt, taken.attempt.id)
        items = list(attempt.items)
    paths = ["", "/rules", "/figures", "/key", *(f"/key/{slug}" for slug in items)]
    paths += [f"/files/{name}.csv" for name in ("marks", "figures")]
    for path in paths:
        answer = browser.get(taken.url + path)
        # An opinion has no key.
        assert (path, answer.status_code) in {(path, 200), (path, 404)}
        yield path, answer.text


# --- What the pages say --------------------------------------------------------------------


def test_the_page_about_ones_data_names_each_kind_of_answer(sign_in: SignIn, pupil: User) -> None:
    shown = sign_in(pupil).get("/me/privacy")
    rows = [row for row in pages.parse(shown.text).iter("tr") if row.find("td") is not None]
    seen_by = {pages.words(row[0]): pages.words(row[1]) for row in rows}
    assert seen_by["Answers to questions in a lesson"] == "only you"
    assert seen_by["Quizzes you take on your own"].startswith(
        "only you; how you weighed is counted"
    )
    assert seen_by["Quizzes that are set for your group"] == (
        "you; and the instructors of that group see a part, which is told below"
    )
    assert seen_by["Your e-mail address"].startswith("you and administrators")
    told = main_words(shown)
    assert "Without your name: your open answers, before and after they are judged." in told
    assert "Never with your name: how you weighed, and your reasons for it; who marks" in told


def test_a_quiz_in_which_weighings_give_points_says_so_before_one_begins(
    sign_in: SignIn, make: Factory, group: Group, pupil: User
) -> None:
    browser = sign_in(pupil)
    for counts in (True, False):
        sitting = make.sitting(pupil, group=group, weighings_count=counts)
        told = main_words(browser.get(f"/quizzes/{QUIZ}?sitting={sitting.id}"))
        assert ("Your instructors see those points." in told) is counts


# --- With a name ---------------------------------------------------------------------------


def test_points_in_all_and_by_item_stand_beside_the_name(
    sign_in: SignIn, teacher: User, taken: Taken
) -> None:
    browser = sign_in(teacher)
    assert NAME in main_words(browser.get(taken.url))
    heading, row = csv.reader(
        StringIO(browser.get(f"{taken.url}/files/marks.csv").data.decode("utf-8-sig")),
        delimiter=";",
    )
    assert row[0] == NAME
    assert "Points" in heading


# --- Without a name ------------------------------------------------------------------------


def test_an_open_answer_is_read_without_a_name_also_after_it_was_judged(
    sign_in: SignIn, teacher: User, taken: Taken, essay: str
) -> None:
    browser = sign_in(teacher)
    page = f"{taken.url}/answers/{taken.attempt.public_id}/{essay}"
    for _time in range(2):
        shown = browser.get(page)
        assert TEXT in main_words(shown)
        assert NAME not in shown.text
        browser.submit(page, {"points": "1", "comment": "Goed."})


def test_no_page_with_names_leads_to_an_open_answer_of_that_name(
    sign_in: SignIn, teacher: User, taken: Taken
) -> None:
    page = pages.parse(sign_in(teacher).get(taken.url).text)
    table = next(each for each in page.iter("table") if NAME in pages.words(each))
    links = [str(link.get("href")) for link in table.iter("a")]
    assert not any(taken.attempt.public_id in link for link in links)


# --- Never ---------------------------------------------------------------------------------


@pytest.mark.parametrize("counts", [False, True])
def test_no_page_tells_how_somebody_weighed_nor_why(
    sign_in: SignIn,
    make: Factory,
    teacher: User,
    group: Group,
    pupil: User,
    essay: str,
    counts: bool,
) -> None:
    taken = take(make, group, pupil, essay, weighings_count=counts)
    for path, text in every_page(sign_in(teacher), taken):
        assert (path, REASON in text) == (path, False)
        assert (path, TEXT in text) == (path, False)


def test_what_one_takes_on_ones_own_is_on_no_page(
    sign_in: SignIn, make: Factory, teacher: User, group: Group, pupil: User, in_app: InApp
) -> None:
    own = sat.handed_in(make, pupil)
    make.sitting(pupil, group=group)
    with in_app():
        (sitting,) = db.session.scalars(select(Sitting.id)).all()
    browser, url = sign_in(teacher), f"/teach/groups/{group.id}/quizzes"
    assert "not begun" in main_words(browser.get(f"{url}/{sitting}"))
    for page in (url, f"{url}/{sitting}", f"{url}/{sitting}/files/marks.csv"):
        assert own.public_id not in browser.get(page).text
