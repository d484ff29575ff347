"""The board: who is where in a lesson, in words and shapes."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import time_machine
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.core.clock import now
from course.groups.models import Group
from course.lessons import editions
from tests import pages
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.curriculum.examples import with_lesson
from tests.factories import LESSON, Factory
from tests.features.conftest import SmallCourse
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
STEPS = ["lezen", "wegen", "vragen", "opnieuw", "schrijven"]
OWN = 2  # statements: who asks, and the group that they teach
A_BOARD = 5  # statements: members, where they are, what they did, handed in, and whose is hidden
CASES_PLAYED = 1  # statement, for all cases together


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
    """A group of the teacher that is empty yet."""
    return make.group(instructors=[teacher], name="SW-2B")


def rows(page: TestResponse) -> dict[str, list[str]]:
    """What stands at each step, by what stands at the head of the row, in the order shown."""
    found = pages.parse(page.text).findall(".//table//tbody/tr")
    return {pages.words(row[0]): [pages.words(cell) for cell in row[1:]] for row in found}


def numbers(page: TestResponse) -> list[str]:
    """What stands above the board."""
    return [pages.words(item) for item in pages.parse(page.text).findall(".//main//ul/li")]


# --- Who is where --------------------------------------------------------------------------


def test_each_learner_has_a_row_and_each_step_a_word_and_a_shape(
    clock: time_machine.Traveller,
    browser: Browser,
    make: Factory,
    group: Group,
    small_course: SmallCourse,
) -> None:
    lesson = small_course.lesson
    wrote = make.learner(name="Dewi <script>")
    through, busy, new = (make.learner(name=name) for name in ("Coen", "Bram", "aya"))
    for user in (wrote, through, busy, new):
        make.membership(group, user)
    make.done(make.enrolment(busy, lesson, last_step="wegen"), "lezen")
    make.done(make.enrolment(through, lesson, last_step="schrijven"), *STEPS)
    submission = make.submission(make.enrolment(wrote, lesson, last_step="lezen"))

    page = browser.get(f"/teach/groups/{group.id}/lessons/{lesson}")
    shown = rows(page)
    assert shown == {
        "aya not started": ["·open", "·open", "·open", "·open", "·open"],
        "Bram last seen 10:00": ["● done", "◐ here", "·open", "·open", "·open"],
        "Coen last seen 10:00": ["● done"] * 5,
        "Dewi <script> last seen 10:00": [
            "◐ here",
            "·open",
            "·open",
            "·open",
            "read the reflection of Dewi <script>",
        ],
    }
    assert [name.split()[0] for name in shown] == ["aya", "Bram", "Coen", "Dewi"]
    links = [link.get("href") for link in pages.parse(page.text).findall(".//td/a")]
    assert links == [f"/teach/groups/{group.id}/reflections/{submission.public_id}"]


def test_the_numbers_above_the_board_and_on_the_page_of_the_group(
    browser: Browser, make: Factory, group: Group, small_course: SmallCourse
) -> None:
    """Four learners: not begun, busy, withdrawn again, and finished with a reflection."""
    lesson = small_course.lesson
    learners = [make.learner() for _learner in range(4)]
    for user in learners:
        make.membership(group, user)
    make.enrolment(learners[1], lesson)
    make.submission(make.enrolment(learners[2], lesson), withdrawn_at=now())
    finished = make.enrolment(learners[3], lesson)
    make.done(finished, *STEPS[:-1])
    make.submission(finished)

    url = f"/teach/groups/{group.id}"
    assert numbers(browser.get(f"{url}/lessons/{lesson}")) == [
        "3 of 4 students started",
        "1 finished all the steps",
        "1 reflection handed in",
    ]
    told = "4 students: 3 started, 1 finished all the steps, 1 handed in the reflection."
    assert told in main_words(browser.get(url))


def test_who_follows_an_older_edition_is_marked_and_measured_by_that_edition(
    browser: Browser, make: Factory, group: Group, small_course: SmallCourse
) -> None:
    older, newer = make.learner(name="Oud"), make.learner(name="Vers")
    for user in (older, newer):
        make.membership(group, user)
    make.done(make.enrolment(older, small_course.lesson), *STEPS)
    today = small_course.publish(with_lesson("slug: schrijven", "slug: opschrijven"))
    make.done(make.enrolment(newer, edition=today), *STEPS)

    page = browser.get(f"/teach/groups/{group.id}/lessons/{small_course.lesson}")
    marked = {name.split()[0]: name.endswith("· older edition") for name in rows(page)}
    assert marked == {"Oud": True, "Vers": False}
    # Who follows the older one did all of its steps; who follows today's has one to go.
    assert "1 finished all the steps" in numbers(page)


def test_who_left_for_another_group_is_no_longer_on_the_board(
    browser: Browser,
    sign_in: SignIn,
    make: Factory,
    learner: User,
    group: Group,
    small_course: SmallCourse,
) -> None:
    for its in (group, make.group()):
        make.membership(its, learner)
    make.submission(make.enrolment(learner, small_course.lesson))
    url = f"/teach/groups/{group.id}/lessons/{small_course.lesson}"
    assert learner.name in browser.get(url).text
    sign_in(learner).submit("/home", action=f"/groups/{group.id}/leave")
    assert learner.name not in browser.get(url).text


# --- Nothing there -------------------------------------------------------------------------


@SQLITE
def test_an_empty_group_says_what_to_do(
    browser: Browser, group: Group, small_course: SmallCourse
) -> None:
    url = f"/teach/groups/{group.id}"
    advice = "Nobody is in this group yet. Give your students the join code."
    page = browser.get(f"{url}/lessons/{small_course.lesson}")
    assert advice in main_words(page)
    links = [link.get("href") for link in pages.parse(page.text).findall(".//main/p[@class]/a")]
    setting = f"{url}/reflections/{small_course.lesson}/schrijven/setting"
    assert links == [url, setting, url]
    assert advice in main_words(browser.get(url))


@SQLITE
def test_a_lesson_that_does_not_exist_has_no_board(browser: Browser, group: Group) -> None:
    assert browser.get(f"/teach/groups/{group.id}/lessons/bestaat-niet").status_code == 404


# --- The same work for any group -----------------------------------------------------------


@pytest.mark.parametrize("learners", [1, 40])
def test_the_pages_take_the_same_statements_for_any_number_of_learners(
    in_app: InApp,
    browser: Browser,
    make: Factory,
    group: Group,
    count_queries: CountsQueries,
    learners: int,
) -> None:
    with make.together():
        for _learner in range(learners):
            user = make.learner()
            make.membership(group, user)
            enrolment = make.enrolment(user)
            make.weighing(enrolment)
            make.draft(enrolment)
            make.submission(enrolment)
    with in_app():
        lessons = len(editions.library().editions)
    url = f"/teach/groups/{group.id}"
    for path, boards, more in ((url, lessons, CASES_PLAYED), (f"{url}/lessons/{LESSON}", 1, 0)):
        with count_queries() as statements:
            page = browser.get(path)
        assert page.status_code == 200
        assert len(statements) == OWN + A_BOARD * boards + more, "\n".join(statements)
    assert len(rows(page)) == learners
