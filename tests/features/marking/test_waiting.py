"""What waits for a marker: the same work for the database, however much there is."""

from typing import Any

from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.features.marking.conftest import Desk
from tests.pages import main_words


def _asked(desk: Desk, assignments: int) -> None:
    """So many more groups of this teacher, each with a text that was read and one that waits."""
    with desk.make.together():
        for _number in range(assignments):
            learner, late = desk.make.learner(), desk.make.learner()
            group = desk.make.group(
                name="Ook", instructors=[desk.teacher, desk.colleague], learners=[learner, late]
            )
            seconds: dict[str, Any] = {"seconds": "sample", "second_marker_id": desk.colleague.id}
            assignment = desk.make.assignment(group, **seconds)
            text = desk.make.submission(desk.make.enrolment(learner))
            desk.make.marking(text, assignment, desk.teacher)
            desk.make.submission(desk.make.enrolment(late))


def _handed_in(desk: Desk, texts: int) -> None:
    """So many more texts that can be returned."""
    with desk.make.together():
        for _number in range(texts):
            learner = desk.make.learner()
            desk.make.membership(desk.group, learner)
            text = desk.make.submission(desk.make.enrolment(learner))
            desk.make.marking(text, desk.assignment, desk.teacher)


def _taken(browser: Browser, place: str, count_queries: CountsQueries) -> tuple[int, str]:
    """How many statements a page takes, once the rubric is in memory; and what it says."""
    browser.get(place)
    with count_queries() as sent:
        page = browser.get(place)
    return len(sent), main_words(page)


def test_what_waits_takes_the_same_statements_for_one_assignment_and_for_five(
    desk: Desk, teacher: Browser, count_queries: CountsQueries
) -> None:
    _asked(desk, 1)
    one, told = _taken(teacher, "/teach/marking", count_queries)
    assert told.count("1 of 2 marked") == 1
    _asked(desk, 4)
    five, told = _taken(teacher, "/teach/marking", count_queries)
    assert (told.count("1 of 2 marked"), told.count("0 of 1 marked")) == (5, 1)
    assert five == one


def test_returning_takes_the_same_statements_for_one_text_and_for_twelve(
    desk: Desk, teacher: Browser, count_queries: CountsQueries
) -> None:
    place = f"{desk.url}/results"
    _handed_in(desk, 1)
    one, _told = _taken(teacher, place, count_queries)
    _handed_in(desk, 11)
    twelve, told = _taken(teacher, place, count_queries)
    assert told.count("ready") == 12 + 1  # and once on a button
    assert twelve == one
