"""Who is where in a quiz, what counts, and the answers that a person reads."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from fractions import Fraction
from http import HTTPStatus

import pytest
import time_machine

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.groups import actions as group_actions
from course.groups.models import Group
from course.quizzes.models import Mark, QuizAttempt, Sitting
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.factories import Factory
from tests.features.teaching import sat
from tests.pages import main_words

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
def essay(make: Factory) -> str:
    """The item of the quiz that a person marks."""
    return next(item.slug for item in make.quiz().quiz.items if item.type == "essay")


def page_of(sitting: Sitting) -> str:
    return f"/teach/groups/{sitting.group_id}/quizzes/{sitting.id}"


# --- Who is where --------------------------------------------------------------------------


def test_it_tells_who_has_not_begun_who_works_and_who_handed_in(
    browser: Browser, make: Factory, group: Group, pupil: User
) -> None:
    working, done = make.learner(name="Willem Werkt"), make.learner(name="Karin Klaar")
    for learner in (working, done):
        make.membership(group, learner)
    sitting = make.sitting(pupil, group=group)
    sat.handed_in(make, working, sitting, is_submitted=False)
    sat.handed_in(make, done, sitting, sat.right(make.quiz()))
    words = main_words(browser.get(page_of(sitting)))
    assert "1 not begun 1 working 1 handed in, or time was up 1 answer to read" in words
    assert "Karin Klaar ● handed in" in words
    assert "Willem Werkt ◐ working" in words
    assert "Lotte Leerling · not begun" in words


def test_who_handed_in_and_tries_again_is_counted_in_both(
    browser: Browser, make: Factory, group: Group, pupil: User
) -> None:
    sitting = make.sitting(pupil, group=group)
    for is_submitted in (True, False):
        sat.handed_in(make, pupil, sitting, is_submitted=is_submitted)
    words = main_words(browser.get(page_of(sitting)))
    assert "0 not begun 1 working 1 handed in, or time was up 1 of them is working on" in words
    assert "1 student began, 1 handed in" in main_words(
        browser.get(page_of(sitting).rpartition("/")[0])
    )


def test_time_that_was_up_meanwhile_shows_without_anybody_having_looked(
    browser: Browser, make: Factory, group: Group, pupil: User
) -> None:
    sitting = make.sitting(pupil, group=group, minutes=30, time_up="must_submit")
    sat.handed_in(make, pupil, sitting, sat.right(make.quiz()), is_submitted=False)
    with time_machine.travel(now() + timedelta(minutes=31), tick=False):
        words = main_words(browser.get(page_of(sitting)))
    assert "Lotte Leerling ○ time was up" in words
    assert "0, not handed in" in words


@pytest.mark.parametrize(
    ("method", "counts"), [("first", "0"), ("last", "3"), ("best", "3"), ("mean", "1.5")]
)
def test_of_several_attempts_the_one_counts_that_was_chosen(
    browser: Browser, make: Factory, group: Group, pupil: User, method: str, counts: str
) -> None:
    matching = next(item for item in make.quiz().quiz.items if item.type == "matching")
    assert matching.points == 3
    sitting = make.sitting(pupil, group=group, method=method)
    right = {matching.slug: sat.right(make.quiz())[matching.slug]}
    for given in ({}, right):
        sat.handed_in(make, pupil, sitting, given)
    words = main_words(browser.get(page_of(sitting))).partition("Lotte Leerling")[2]
    assert f" {counts} of " in words.partition("give extra")[0].rpartition(" of ")[0][-6:] + " of "


def test_who_left_the_group_is_not_seen_any_more(
    browser: Browser, make: Factory, group: Group, pupil: User, in_app: InApp, essay: str
) -> None:
    sitting = make.sitting(pupil, group=group)
    row = sat.handed_in(make, pupil, sitting, sat.right(make.quiz()))
    with in_app():
        group_actions.leave(group.id, pupil.id)
    assert "Lotte" not in browser.get(page_of(sitting)).text
    answer = browser.get(f"{page_of(sitting)}/answers/{row.public_id}/{essay}")
    assert answer.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("learners", [1, 40])
def test_it_takes_the_same_queries_for_any_number_of_learners(
    browser: Browser,
    make: Factory,
    teacher: User,
    count_queries: CountsQueries,
    learners: int,
) -> None:
    with make.together():
        people = [make.learner() for _person in range(learners)]
        group = make.group(instructors=[teacher], learners=people)
        sitting = make.sitting(people[0], group=group)
        given = sat.right(make.quiz())
        for learner in people:
            sat.handed_in(make, learner, sitting, given)
    with count_queries() as sent:
        page = browser.get(page_of(sitting))
    assert page.text.count("<small") >= learners
    # Who is signed in, the group, the sitting, members, attempts, marks, allowances, changed keys,
    # to read.
    assert len(sent) == 9, sent


# --- Reading -------------------------------------------------------------------------------


def test_an_answer_is_read_without_a_name_and_gets_points_and_a_comment(
    browser: Browser, make: Factory, group: Group, pupil: User, in_app: InApp, essay: str
) -> None:
    sitting = make.sitting(pupil, group=group)
    row = sat.handed_in(
        make, pupil, sitting, {**sat.right(make.quiz()), essay: "Zij houdt van taart"}
    )
    address = f"{page_of(sitting)}/answers/{row.public_id}/{essay}"
    page = browser.get(address)
    assert "Zij houdt van taart" in main_words(page)
    assert "Lotte" not in page.text
    browser.submit(page, {"points": "1,5", "comment": "Ja, en waarom?"})
    with in_app():
        mark = db.session.get_one(Mark, (row.id, essay))
        after = db.session.get_one(QuizAttempt, row.id)
    assert Fraction(mark.fraction) * mark.maximum == Fraction(3, 2)
    assert (mark.state, mark.comment, mark.given_by) == (
        "partial",
        "Ja, en waarom?",
        browser.user.id if browser.user else None,
    )
    assert after.state == "graded"


@pytest.mark.parametrize("points", ["", "-1", "99", "veel", "1.500"])
def test_points_out_of_range_are_refused_and_the_comment_stays(
    browser: Browser,
    make: Factory,
    group: Group,
    pupil: User,
    in_app: InApp,
    essay: str,
    points: str,
) -> None:
    sitting = make.sitting(pupil, group=group)
    row = sat.handed_in(make, pupil, sitting, sat.right(make.quiz()))
    address = f"{page_of(sitting)}/answers/{row.public_id}/{essay}"
    page = browser.submit(address, {"points": points, "comment": "Een heel verhaal"})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Een heel verhaal" in page.text
    with in_app():
        assert db.session.get_one(Mark, (row.id, essay)).given_by is None


def test_after_one_answer_comes_the_next_and_then_the_results(
    browser: Browser, make: Factory, group: Group, pupil: User, essay: str
) -> None:
    other = make.learner()
    make.membership(group, other)
    sitting = make.sitting(pupil, group=group)
    rows = [
        sat.handed_in(make, learner, sitting, sat.right(make.quiz())) for learner in (pupil, other)
    ]
    first = f"{page_of(sitting)}/answers/{rows[0].public_id}/{essay}"
    second = browser.submit(first, {"points": "1"}).location
    assert second == f"{page_of(sitting)}/answers/{rows[1].public_id}/{essay}"
    assert browser.submit(str(second), {"points": "0"}).location == page_of(sitting)


def test_an_item_that_the_machine_marks_is_not_marked_by_hand(
    browser: Browser, make: Factory, group: Group, pupil: User
) -> None:
    sitting = make.sitting(pupil, group=group)
    row = sat.handed_in(make, pupil, sitting, sat.right(make.quiz()))
    for item in make.quiz().quiz.items:
        if item.type not in {"essay", "file"}:
            address = f"{page_of(sitting)}/answers/{row.public_id}/{item.slug}"
            assert browser.get(address).status_code == HTTPStatus.NOT_FOUND


# --- Giving the results --------------------------------------------------------------------


def test_results_of_a_test_are_given_and_can_be_taken_back(
    browser: Browser, sign_in: SignIn, make: Factory, group: Group, pupil: User
) -> None:
    sitting = make.sitting(pupil, group=group, feedback="test")
    row = sat.handed_in(make, pupil, sitting, sat.right(make.quiz()))
    student, result = sign_in(pupil), f"/attempts/{row.public_id}/result"
    waits = "the results follow when your instructor gives them"
    assert waits in main_words(student.get(result))
    browser.submit(page_of(sitting), action="/results/give")
    assert waits not in main_words(student.get(result))
    browser.submit(page_of(sitting), action="/results/take")
    assert waits in main_words(student.get(result))


def test_who_took_part_is_told_once_that_there_are_results(
    browser: Browser, sign_in: SignIn, make: Factory, group: Group, pupil: User
) -> None:
    sitting = make.sitting(pupil, group=group, feedback="test")
    sat.handed_in(make, pupil, sitting, sat.right(make.quiz()))
    absent = make.learner()
    make.membership(group, absent)
    for what in ("give", "take", "give"):
        browser.submit(page_of(sitting), action=f"/results/{what}")
    told = "The results of a quiz are there"
    assert main_words(sign_in(pupil).get("/messages")).count(told) == 1
    assert told not in main_words(sign_in(absent).get("/messages"))


def test_nobody_is_told_while_the_quiz_is_open(
    browser: Browser, sign_in: SignIn, make: Factory, group: Group, pupil: User
) -> None:
    """The results are seen from its closing on: somebody may be working."""
    ahead = now() + timedelta(days=1)
    sitting = make.sitting(pupil, group=group, feedback="test", closes_at=ahead)
    sat.handed_in(make, pupil, sitting, sat.right(make.quiz()))
    browser.submit(page_of(sitting), action="/results/give")
    assert "There are results" not in main_words(sign_in(pupil).get("/messages"))


def test_only_an_instructor_of_the_group_marks_and_gives_results(
    sign_in: SignIn,
    make: Factory,
    group: Group,
    pupil: User,
    outsider: User,
    essay: str,
    in_app: InApp,
) -> None:
    sitting = make.sitting(pupil, group=group)
    row = sat.handed_in(make, pupil, sitting, sat.right(make.quiz()))
    address = page_of(sitting)
    for somebody in (outsider, pupil, make.instructor(), make.administrator()):
        browser = sign_in(somebody)
        marking = f"{address}/answers/{row.public_id}/{essay}"
        assert browser.get(marking).status_code == HTTPStatus.NOT_FOUND
        for target, data in ((marking, {"points": "1"}), (f"{address}/results/give", {})):
            assert browser.post(target, data=data).status_code == HTTPStatus.NOT_FOUND
    with in_app():
        assert db.session.get_one(Mark, (row.id, essay)).given_by is None
        assert db.session.get_one(Sitting, sitting.id).released_at is None
