"""How a group chose in a case: without names, and only where there are enough to hide behind."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from random import Random

import pytest

from course.accounts.models import User
from course.cases import actions
from course.core.db import db
from course.curriculum import casecheck
from course.domain.distributions import Distribution, Suppressed
from course.groups.models import Group
from course.teaching.queries import Decision
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.curriculum.case_examples import CASE as CASE_FILE
from tests.curriculum.case_examples import case_with, write_case
from tests.factories import Factory
from tests.features.conftest import SmallCourse
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
Take = Callable[[Group], None]
PageOf = Callable[..., str]
CASE = "aan-de-deur"


@pytest.fixture(autouse=True)
def small_case(small_course: SmallCourse) -> SmallCourse:
    small_course.publish({CASE_FILE: case_with()})
    return small_course


@pytest.fixture
def take(in_app: InApp) -> Take:
    """``take(group)``: keep its pictures, as when somebody has just heard the client."""

    def takes(group: Group) -> None:
        with in_app():
            actions.take_pictures(group.id, CASE)
            db.session.commit()

    return takes


@pytest.fixture
def page_of(make: Factory, sign_in: SignIn, take: Take) -> PageOf:
    """What an instructor reads when each learner of a group made one of these choices."""

    def page(*choices: str, extra: int = 0) -> str:
        return _page(make, sign_in, take, *choices, extra=extra)

    return page


def _page(make: Factory, sign_in: SignIn, take: Take, *choices: str, extra: int) -> str:
    instructor = make.instructor(language="en")
    learners = [make.learner() for _choice in choices]
    group = make.group(instructors=[instructor], learners=learners)
    for learner, choice in zip(learners, choices, strict=True):
        make.playthrough(learner, choice, slug=CASE, to_end=True, predicted=3)
    for _person in range(extra):  # of another group
        make.playthrough(make.learner(), "kaartje", slug=CASE, to_end=True, predicted=3)
    take(group)
    page = sign_in(instructor).get(f"/teach/groups/{group.id}/cases/{CASE}")
    assert page.status_code == 200
    return main_words(page)


def test_below_ten_nothing_is_shown(page_of: PageOf) -> None:
    words = page_of(*["kaartje"] * 5, *["sluiten"] * 4, extra=5)
    assert "fewer than ten of this group" in words
    assert "%" not in words


def test_from_ten_shares_are_shown_in_fives(page_of: PageOf) -> None:
    words = page_of(*["kaartje"] * 7, *["sluiten"] * 6)
    assert "Of the 13 who chose here:" in words
    assert "I put a card through the door. about 55%" in words
    assert "I close the file. about 45%" in words


def test_a_few_stay_hidden_and_so_does_what_would_give_them_away(
    page_of: PageOf,
) -> None:
    words = page_of(*["kaartje"] * 9, *["sluiten"] * 3)
    assert words.partition("At the table")[0].count("not shown") == 2


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
    make: Factory, sign_in: SignIn, take: Take, count_queries: CountsQueries, size: int
) -> None:
    instructor = make.instructor()
    learners = [make.learner() for _person in range(size)]
    group = make.group(instructors=[instructor], learners=learners)
    for learner in learners:
        make.playthrough(learner, "kaartje", slug=CASE, to_end=True, predicted=3)
    take(group)
    browser = sign_in(instructor)
    with count_queries() as sent:
        browser.get(f"/teach/groups/{group.id}/cases/{CASE}")
    assert len(sent) == 3, sent  # Who is signed in, the group, the choices.


def test_who_has_not_heard_the_client_yet_is_not_counted(
    make: Factory, sign_in: SignIn, take: Take
) -> None:
    instructor = make.instructor(language="en")
    learners = [make.learner() for _person in range(11)]
    group = make.group(instructors=[instructor], learners=learners)
    for number, learner in enumerate(learners):
        make.playthrough(learner, "kaartje", slug=CASE, predicted=3 if number < 9 else None)
    take(group)
    words = main_words(sign_in(instructor).get(f"/teach/groups/{group.id}/cases/{CASE}"))
    assert "fewer than ten of this group" in words


def test_hearing_the_client_as_the_tenth_makes_the_picture(make: Factory, sign_in: SignIn) -> None:
    instructor, last = make.instructor(language="en"), make.learner(language="en")
    learners = [*(make.learner() for _person in range(9)), last]
    group = make.group(instructors=[instructor], learners=learners)
    for learner in learners:
        heard = None if learner is last else 3
        make.playthrough(learner, "kaartje", "overdragen", slug=CASE, predicted=heard)
    browser = sign_in(instructor)
    address = f"/teach/groups/{group.id}/cases/{CASE}"
    assert "Of the 10 who chose here:" not in main_words(browser.get(address))
    sign_in(last).submit(f"/cases/{CASE}/play", {"satisfied": "2"}, action="/predict")
    assert "Of the 10 who chose here:" in main_words(browser.get(address))


@pytest.mark.parametrize("order", range(3))
def test_looking_after_each_student_never_shows_what_fewer_than_ten_chose(
    make: Factory, sign_in: SignIn, take: Take, order: int
) -> None:
    """The attack: look, wait until one more has played, look again, and subtract."""
    random = Random(order)
    instructor = make.instructor(language="en")
    learners = [make.learner() for _person in range(31)]
    group = make.group(instructors=[instructor], learners=learners)
    browser, seen = sign_in(instructor), []
    for learner in learners:
        choice = random.choice(["kaartje", "sluiten"])
        make.playthrough(learner, choice, slug=CASE, to_end=True, predicted=3)
        take(group)
        words = main_words(browser.get(f"/teach/groups/{group.id}/cases/{CASE}"))
        shown = words.partition("The doorstep Of the ")[2].partition(" who chose here")[0]
        if shown and shown not in seen:
            seen.append(shown)
    assert seen == ["10", "20", "30"]


def test_what_is_hidden_is_told_together(page_of: PageOf) -> None:
    words = page_of(*["kaartje"] * 9, *["sluiten"] * 3)
    assert "makes up about" not in words  # nothing is shown to see it beside


def test_where_nearly_everyone_chose_the_same_the_others_are_known_as_hardly_chosen(
    page_of: PageOf,
) -> None:
    words = page_of(*["kaartje"] * 12)
    doorstep = words.partition("The doorstep")[2]
    assert "I put a card through the door. nearly everyone" in doorstep
    assert "I close the file. hardly anybody, or nobody" in doorstep


def test_moments_with_too_few_are_named(page_of: PageOf) -> None:
    words = page_of(*["kaartje"] * 12)
    assert "March" in words.partition("Not enough yet")[2]


@pytest.mark.parametrize("played", [9, 10])
def test_the_page_of_a_group_says_how_many_played_each_case(
    make: Factory, sign_in: SignIn, played: int
) -> None:
    instructor = make.instructor(language="en")
    learners = [make.learner() for _person in range(played)]
    group = make.group(instructors=[instructor], learners=learners)
    for learner in learners:
        make.playthrough(learner, "kaartje", slug=CASE, to_end=True, predicted=3)
    make.playthrough(make.learner(), "kaartje", slug=CASE, to_end=True, predicted=3)  # no member
    words = main_words(sign_in(instructor).get(f"/teach/groups/{group.id}"))
    few = " · not enough yet" if played < 10 else ""
    assert words.partition("At the door · ")[2].startswith(f"{played} played it to an end{few}")


@pytest.mark.parametrize(
    ("cells", "rest"),
    [
        ((60, Suppressed.HIDDEN, Suppressed.HIDDEN), 40),
        ((60, 40), None),
        ((Suppressed.HIDDEN, Suppressed.HIDDEN), None),
        ((Suppressed.NEARLY_EVERYONE, Suppressed.HIDDEN), None),
        ((55, 50, Suppressed.HIDDEN, Suppressed.HIDDEN), 0),  # rounding went up twice
    ],
)
def test_hidden_options_make_up_what_the_shown_ones_leave(
    tmp_path: Path, cells: tuple[int | Suppressed, ...], rest: int | None
) -> None:
    case, _lines = casecheck.read(write_case(tmp_path))
    assert Decision(case.nodes[0], Distribution(20, cells)).rest == rest
