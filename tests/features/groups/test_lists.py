"""The lists of groups, of who learns and of who teaches: empty, right, and quick."""

from collections.abc import Callable

import pytest

from course.accounts.models import User
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.factories import Factory
from tests.pages import main_words

SignIn = Callable[[User], Browser]


def test_without_a_group_home_says_what_one_can_do(sign_in: SignIn, make: Factory) -> None:
    make.group(learners=[make.learner()])
    browser = sign_in(make.learner(language="en"))
    page = browser.get("/home")
    assert "You are not in a group yet." in main_words(page)
    assert "I have a group code" in main_words(page)
    assert 'href="/join"' in page.text
    assert "Join a group" in browser.get("/join").text


def test_home_leads_an_instructor_to_the_groups_they_teach(sign_in: SignIn, make: Factory) -> None:
    teacher = make.instructor(language="en")
    make.group(instructors=[teacher])
    page = sign_in(teacher).get("/home")
    assert "You are not in a group yet." not in main_words(page)
    assert "your instructor" not in main_words(page)
    assert 'href="/teach/"' in page.text.partition("<main")[2]


def test_without_a_group_an_instructor_is_told_to_make_one(sign_in: SignIn, make: Factory) -> None:
    make.group(instructors=[make.instructor()])
    page = sign_in(make.instructor(language="en")).get("/teach/")
    assert "You have no groups yet." in main_words(page)
    assert 'href="/teach/groups/new"' in page.text


def test_everybody_sees_their_own_groups_by_name_with_who_learns_there(
    sign_in: SignIn, make: Factory
) -> None:
    teacher, colleague = make.instructor(language="en"), make.instructor(language="en")
    learner = make.learner(language="en")
    make.group(name="SW-3", instructors=[teacher, colleague], learners=[learner, make.learner()])
    make.group(name="SW-1", instructors=[teacher], learners=[learner])
    make.group(name="SW-2", instructors=[colleague], join_open=False)
    home = main_words(sign_in(learner).get("/home"))
    assert home.index("Leave SW-1") < home.index("Leave SW-3")
    assert "SW-2" not in home
    seen = main_words(sign_in(teacher).get("/teach/"))
    assert seen.index("SW-1 1 student") < seen.index("SW-3 2 students")
    assert "SW-2" not in seen
    other = main_words(sign_in(colleague).get("/teach/"))
    assert "SW-2 0 students · progress: SW-2 code closed" in other
    assert "SW-1" not in other


@pytest.mark.parametrize("page", ["/home", "/teach/"])
def test_forty_groups_take_as_many_statements_as_one(
    sign_in: SignIn,
    make: Factory,
    instructor: User,
    count_queries: CountsQueries,
    page: str,
) -> None:
    """With somebody who learns in all of them, and teaches in forty others."""
    browser = sign_in(instructor)

    def statements(groups: int) -> list[str]:
        with make.together():
            for _group in range(groups):
                make.group(learners=[instructor, make.learner()], instructors=[make.instructor()])
                make.group(instructors=[instructor], learners=[make.learner(), make.learner()])
        with count_queries() as found:
            assert browser.get(page).status_code == 200
        return found

    browser.get(page)
    one = statements(1)
    forty = statements(39)
    assert browser.get(page).text.count('<li class="card row">') == 40
    assert len(forty) == len(one), forty
