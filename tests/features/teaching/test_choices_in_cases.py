"""How a group chose in a case: without names, and only where there are enough to hide behind."""

from collections.abc import Callable

import pytest

from course.accounts.models import User
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.curriculum.case_examples import CASE as CASE_FILE
from tests.curriculum.case_examples import case_with
from tests.factories import Factory
from tests.features.conftest import SmallCourse
from tests.pages import main_words

SignIn = Callable[[User], Browser]
CASE = "aan-de-deur"


@pytest.fixture(autouse=True)
def small_case(small_course: SmallCourse) -> SmallCourse:
    small_course.publish({CASE_FILE: case_with()})
    return small_course


def _page(make: Factory, sign_in: SignIn, *choices: str, extra: int = 0) -> str:
    """What an instructor reads when each learner of a group made one of these choices."""
    instructor = make.instructor(language="en")
    learners = [make.learner() for _choice in choices]
    group = make.group(instructors=[instructor], learners=learners)
    for learner, choice in zip(learners, choices, strict=True):
        make.playthrough(learner, choice, slug=CASE)
    for _person in range(extra):  # of another group
        make.playthrough(make.learner(), "kaartje", slug=CASE)
    page = sign_in(instructor).get(f"/teach/groups/{group.id}/cases/{CASE}")
    assert page.status_code == 200
    return main_words(page)


def test_below_ten_nothing_is_shown(make: Factory, sign_in: SignIn) -> None:
    words = _page(make, sign_in, *["kaartje"] * 5, *["sluiten"] * 4, extra=5)
    assert "fewer than ten of this group" in words
    assert "%" not in words


def test_from_ten_shares_are_shown_in_fives(make: Factory, sign_in: SignIn) -> None:
    words = _page(make, sign_in, *["kaartje"] * 7, *["sluiten"] * 6)
    assert "13 chose here." in words
    assert "I put a card through the door. about 55%" in words
    assert "I close the file. about 45%" in words


def test_a_few_stay_hidden_and_so_does_what_would_give_them_away(
    make: Factory, sign_in: SignIn
) -> None:
    words = _page(make, sign_in, *["kaartje"] * 9, *["sluiten"] * 3)
    assert words.count("not shown") == 2


def test_somebody_who_teaches_another_group_sees_nothing(make: Factory, sign_in: SignIn) -> None:
    group = make.group(instructors=[make.instructor()])
    address = f"/teach/groups/{group.id}/cases/{CASE}"
    assert sign_in(make.instructor()).get(address).status_code == 404


def test_a_case_that_there_is_not_is_no_page(make: Factory, sign_in: SignIn) -> None:
    instructor = make.instructor()
    group = make.group(instructors=[instructor])
    assert sign_in(instructor).get(f"/teach/groups/{group.id}/cases/niets").status_code == 404


@pytest.mark.parametrize("size", [1, 40])
def test_it_takes_the_same_queries_for_any_group(
    make: Factory, sign_in: SignIn, count_queries: CountsQueries, size: int
) -> None:
    instructor = make.instructor()
    learners = [make.learner() for _person in range(size)]
    group = make.group(instructors=[instructor], learners=learners)
    for learner in learners:
        make.playthrough(learner, "kaartje", slug=CASE)
    browser = sign_in(instructor)
    with count_queries() as sent:
        browser.get(f"/teach/groups/{group.id}/cases/{CASE}")
    assert len(sent) == 3, sent  # Who is signed in, the group, the choices.
