"""Reading what was handed in: only by who teaches the group, and nothing else of a learner."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.groups.models import Group
from course.lessons import editions
from course.reflections import queries
from course.reflections.models import Submission
from tests.browser import Browser
from tests.factories import LESSON, Factory
from tests.features.filled_in import heading
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

TEXT = "Ik ging erheen.\n\nZij deed <open> & zei: “Kom binnen.”"


@pytest.fixture
def teacher(make: Factory) -> User:
    """An instructor who reads English, as the texts in the code."""
    return make.instructor(language="en")


@pytest.fixture
def group(make: Factory, teacher: User, learner: User) -> Group:
    """A group of the teacher, with the learner in it."""
    return make.group(instructors=[teacher], learners=[learner], name="SW-2B")


@pytest.fixture
def submission(make: Factory, learner: User) -> Submission:
    """What the learner handed in."""
    return make.submission(make.enrolment(learner), text=TEXT)


@pytest.fixture
def url(group: Group, submission: Submission) -> str:
    """Where it is read."""
    return f"/teach/groups/{group.id}/reflections/{submission.public_id}"


def test_who_teaches_the_group_reads_the_text_from_the_board(
    sign_in: SignIn, teacher: User, group: Group, url: str
) -> None:
    browser = sign_in(teacher)
    assert f'href="{url}"' in browser.get(f"/teach/groups/{group.id}/lessons/{LESSON}").text
    page = browser.get(url)
    assert heading(page) == "Reflection by Lena Leerling"
    assert "Zij deed <open> & zei: “Kom binnen.”" in main_words(page)
    assert "version 1, 9 words." in main_words(page)


def test_who_teaches_another_group_does_not_read_it(
    in_app: InApp,
    sign_in: SignIn,
    make: Factory,
    instructor: User,
    group: Group,
    url: str,
    submission: Submission,
) -> None:
    own = make.group(instructors=[instructor])
    browser = sign_in(instructor)
    assert browser.get(url).status_code == 404
    by_own_group = f"/teach/groups/{own.id}/reflections/{submission.public_id}"
    assert browser.get(by_own_group).status_code == 404
    # The page of a group is closed already; the query keeps its own door shut as well.
    with in_app():
        assert queries.for_instructor(instructor.id, group.id, submission.public_id) is None


def test_it_is_read_in_the_group_of_the_learner_only(
    sign_in: SignIn, make: Factory, teacher: User, url: str, submission: Submission
) -> None:
    """Also by who teaches both groups."""
    other = make.group(instructors=[teacher])
    browser = sign_in(teacher)
    assert browser.get(url).status_code == 200
    in_other = f"/teach/groups/{other.id}/reflections/{submission.public_id}"
    assert browser.get(in_other).status_code == 404


def test_no_learner_reads_it_there_not_even_who_wrote_it(
    sign_in: SignIn, make: Factory, learner: User, outsider: User, group: Group, url: str
) -> None:
    fellow = make.learner()
    make.membership(group, fellow)
    for user in (learner, fellow, outsider):
        assert sign_in(user).get(url).status_code == 404


def test_an_administrator_does_not_read_it(sign_in: SignIn, administrator: User, url: str) -> None:
    assert sign_in(administrator).get(url).status_code == 404


def test_what_was_withdrawn_is_no_longer_read(
    sign_in: SignIn, teacher: User, learner: User, submission: Submission, url: str
) -> None:
    browser = sign_in(teacher)
    assert browser.get(url).status_code == 200
    sign_in(learner).post(f"/reflections/{submission.public_id}/withdraw")
    assert browser.get(url).status_code == 404


def test_of_who_left_the_group_nothing_is_read(
    sign_in: SignIn, teacher: User, learner: User, group: Group, url: str
) -> None:
    browser = sign_in(teacher)
    assert browser.get(url).status_code == 200
    sign_in(learner).submit("/home", action=f"/groups/{group.id}/leave")
    assert browser.get(url).status_code == 404


def test_reading_is_not_marking_so_it_can_still_be_withdrawn(
    in_app: InApp,
    sign_in: SignIn,
    teacher: User,
    learner: User,
    submission: Submission,
    url: str,
) -> None:
    page = sign_in(teacher).get(url)
    assert "Reading is not marking: the student can still withdraw it." in main_words(page)
    with in_app():
        assert db.session.scalars(select(Submission.marking_began_at)).all() == [None]
    withdrawn = sign_in(learner).post(f"/reflections/{submission.public_id}/withdraw")
    assert withdrawn.status_code == 303


def test_no_answer_weighing_draft_or_address_of_a_learner_is_on_any_page_of_teaching(
    in_app: InApp, sign_in: SignIn, make: Factory, teacher: User, group: Group
) -> None:
    """Each kind of work holds a word of its own, that only what was handed in may show."""
    watched = make.learner(name="Kim", email="kanarie-adres@example.org")
    make.membership(group, watched)
    enrolment = make.enrolment(watched)
    make.answers(enrolment, given="kanarie-antwoord")
    make.weighing(enrolment, reason="kanarie-reden", reply="kanarie-wederwoord")
    make.draft(enrolment, text="kanarie-concept")
    make.submission(enrolment, text="kanarie-ingetrokken", withdrawn_at=now())
    handed_in = make.submission(enrolment, text="kanarie-ingeleverd", number=2)

    with in_app():
        lessons = list(editions.library().editions)
    url = f"/teach/groups/{group.id}"
    reading = f"{url}/reflections/{handed_in.public_id}"
    browser = sign_in(teacher)
    paths = ["/teach/", url, f"{url}/name", reading, *(f"{url}/lessons/{it}" for it in lessons)]
    answers = [browser.get(path) for path in paths]
    answers.append(browser.post(f"{url}/joining/renew", headers={"HX-Request": "true"}))
    assert {answer.status_code for answer in answers} == {200}
    seen = [answer.request.path for answer in answers if "kanarie" in answer.text]
    assert seen == [reading]
    page = browser.get(reading)
    assert page.text.count("kanarie") == page.text.count("kanarie-ingeleverd") == 1
