"""Reads of lessons, and how many statements a page sends: the same for one row and for forty."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from course.accounts.models import User
from course.domain.progress import State, StepState
from course.lessons import queries
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.curriculum.examples import with_lesson
from tests.factories import LESSON, Factory
from tests.features.conftest import SmallCourse

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
OTHER_LESSON = "afsluiten-of-loslaten"


# --- Where somebody is ---------------------------------------------------------------------


def test_the_newest_run_counts(
    in_app: InApp, make: Factory, learner: User, small_course: SmallCourse
) -> None:
    make.enrolment(learner, small_course.lesson)
    again = make.enrolment(learner, small_course.lesson, run=2)
    with in_app():
        found = queries.enrolment_of(learner.id, small_course.lesson)
    assert found is not None
    assert found.id == again.id


def test_there_is_no_way_to_the_run_of_another(
    in_app: InApp, make: Factory, learner: User, outsider: User, small_course: SmallCourse
) -> None:
    make.done(make.enrolment(learner, small_course.lesson), "lezen")
    with in_app():
        assert queries.enrolment_of(outsider.id, small_course.lesson) is None
        visit = queries.visit(outsider, small_course.lesson, "lezen")
        assert visit is not None
        assert (visit.enrolment, visit.draft, visit.is_done) == (None, None, False)
        standing = queries.standings(outsider.id)[small_course.lesson]
    assert standing.progress.state is State.NOT_STARTED


def test_a_visit_without_a_step_is_at_the_step_to_go_on_with(
    in_app: InApp, make: Factory, learner: User, small_course: SmallCourse
) -> None:
    make.done(make.enrolment(learner, small_course.lesson), "lezen", "wegen")
    with in_app():
        visit = queries.visit(learner, small_course.lesson)
    assert visit is not None
    assert visit.step.slug == "vragen"
    assert list(visit.states.values()) == [
        StepState.DONE,
        StepState.DONE,
        StepState.CURRENT,
        StepState.OPEN,
        StepState.OPEN,
    ]


def test_standings_say_who_follows_an_older_edition(
    in_app: InApp, make: Factory, learner: User, outsider: User, small_course: SmallCourse
) -> None:
    make.enrolment(learner, small_course.lesson)
    newest = small_course.publish(with_lesson("en: Few", "en: Only a few"))
    make.enrolment(outsider, small_course.lesson)
    with in_app():
        older = queries.standings(learner.id)[small_course.lesson]
        same = queries.standings(outsider.id)[small_course.lesson]
        visitor = queries.standings(None)[small_course.lesson]
    assert (older.newer, same.newer, visitor.newer) == (True, False, False)
    assert same.edition.hash == visitor.edition.hash == newest.hash != older.edition.hash


# --- How many statements -------------------------------------------------------------------


@pytest.fixture(params=[1, 40])
def rows(request: pytest.FixtureRequest, make: Factory, learner: User) -> int:
    """One or forty of everything that a page could fetch one by one."""
    number: int = request.param
    steps = [step.slug for step in make.edition().lesson.steps]
    teacher = make.instructor()
    for index in range(number):
        other = make.learner()
        make.group(instructors=[teacher], learners=[learner, other])
        enrolment = make.enrolment(other)
        make.done(enrolment, steps[index % len(steps)])
        make.draft(enrolment)
    mine = make.enrolment(learner)
    make.enrolment(learner, OTHER_LESSON)
    make.done(mine, *steps[: min(number, len(steps) - 1)])
    return number


PAGES = {
    "/": 3,  # Who is signed in, runs, steps done.
    # And groups, deadlines, cases left half-way, attempts that run, what is set for the group,
    # feedback that came back, texts of fellow students to read.
    "/home": 10,
    f"/lessons/{LESSON}": 5,  # Who is signed in, run, steps done, draft, when it is due.
    f"/lessons/{LESSON}/finished": 4,
    "/glossary": 1,
    "/reading": 1,
}
STEPS = {
    (LESSON, "eropaf-gaan"): 4,  # Who is signed in, run with draft, steps done, when it is due.
    (LESSON, "wegen-jayden"): 5,  # And the weighings of this run.
    (LESSON, "opnieuw-wegen"): 5,
    (LESSON, "wie-telt-mee"): 5,  # Or the newest answers.
    # Or what is handed in, the weighings and reasons that stand beside the text, and who reads it.
    (LESSON, "iemand-die-je-niet-zag"): 8,
    (OTHER_LESSON, "een-einde-overdoen"): 9,  # And the trail of a case.
}


def test_a_page_takes_as_many_statements_for_one_row_as_for_forty(
    sign_in: SignIn, learner: User, count_queries: CountsQueries, rows: int
) -> None:
    browser = sign_in(learner)
    assert browser.get("/home").text.count("/leave") == rows
    for path, number in PAGES.items():
        with count_queries() as sent:
            assert browser.get(path).status_code == 200
        assert len(sent) == number, (path, sent)


def test_a_step_takes_at_most_nine_statements(
    sign_in: SignIn, learner: User, count_queries: CountsQueries, rows: int
) -> None:
    browser = sign_in(learner)
    for (lesson, step), number in STEPS.items():
        with count_queries() as sent:
            assert browser.get(f"/lessons/{lesson}/{step}").status_code == 200
        assert len(sent) == number <= 9, (step, sent)


def test_a_visitor_reads_without_the_database(
    client: Browser, count_queries: CountsQueries
) -> None:
    with count_queries() as sent:
        for path in ("/", f"/lessons/{LESSON}", f"/lessons/{LESSON}/eropaf-gaan"):
            assert client.get(path).status_code == 200
    assert sent == []


def test_an_older_edition_is_read_once_and_then_kept_in_memory(
    sign_in: SignIn,
    learner: User,
    make: Factory,
    count_queries: CountsQueries,
    small_course: SmallCourse,
    request: pytest.FixtureRequest,
) -> None:
    begun = with_lesson("nl: Waar het over gaat.", f"nl: Begonnen in {request.node.name}.")
    edition = small_course.publish(begun)
    make.enrolment(learner, small_course.lesson, edition=edition)
    small_course.publish()
    browser = sign_in(learner)
    numbers = []
    for _view in range(2):
        with count_queries() as sent:
            assert browser.get(small_course.url("lezen")).status_code == 200
        numbers.append(len(sent))
    assert numbers == [5, 4]
