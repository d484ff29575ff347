"""What a learner sees of moments: at the lesson, at its steps, at home; and handing in late."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from course.accounts.models import User
from course.groups.models import Group
from course.lessons.models import Enrolment
from tests.browser import Browser
from tests.factories import LESSON, Factory
from tests.features.filled_in import hand_in
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
# Thursday 12 March 2026, 23:59 in Amsterdam; the clock of the tests stands at 2 March.
DUE = datetime(2026, 3, 12, 22, 59, tzinfo=UTC)
TEXT = "Ik ging er zelf heen en vroeg wat er aan de hand was."


@pytest.fixture
def reader(make: Factory) -> User:
    """A learner who reads English, as the texts in the code."""
    return make.learner(name="Lena", language="en")


@pytest.fixture
def group(make: Factory, instructor: User, reader: User) -> Group:
    return make.group(name="SW-2B", instructors=[instructor], learners=[reader])


@pytest.fixture
def url(make: Factory) -> str:
    """The step with the reflection."""
    return f"/lessons/{LESSON}/{make.step('reflect').slug}"


@pytest.mark.usefixtures("clock")
def test_the_deadline_stands_in_words_at_the_lesson_at_the_step_and_at_home(
    make: Factory, sign_in: SignIn, group: Group, reader: User, outsider: User, url: str
) -> None:
    make.lesson_moment(group, due_at=DUE, opens_at=datetime(2026, 3, 9, 8, tzinfo=UTC))
    browser = sign_in(reader)
    for page in (f"/lessons/{LESSON}", url, "/home"):
        words = main_words(browser.get(page))
        assert "Thursday 12 March at 23:59, 10 days to go" in words, page
    for page in (f"/lessons/{LESSON}", url):  # announced, and not hidden
        assert "SW-2B begins this lesson on Monday 9 March at 9:00." in main_words(
            browser.get(page)
        )
    stranger = sign_in(outsider)
    for page in (f"/lessons/{LESSON}", url, "/home"):
        assert "12 March" not in stranger.get(page).text
        assert "12 maart" not in stranger.get(page).text


@SQLITE
@pytest.mark.usefixtures("clock")
def test_a_step_with_a_deadline_of_its_own_has_that_one(
    make: Factory, sign_in: SignIn, group: Group, reader: User, url: str
) -> None:
    make.lesson_moment(group, due_at=DUE)
    make.lesson_moment(group, step=make.step("reflect").slug, due_at=DUE + timedelta(days=1))
    words = main_words(sign_in(reader).get(url))
    assert "Friday 13 March at 23:59" in words
    assert "12 March" not in words


@SQLITE
@pytest.mark.usefixtures("clock")
def test_only_who_has_more_time_reads_until_when_and_why(
    make: Factory, sign_in: SignIn, group: Group, reader: User, url: str
) -> None:
    moment = make.lesson_moment(group, due_at=DUE)
    make.extension(moment, reader, reason="Mantelzorg voor haar moeder.")
    fellow = make.learner(language="en")
    make.membership(group, fellow)
    words = main_words(sign_in(reader).get(url))
    assert "You have more time: until Thursday 19 March at 23:59" in words
    assert "Mantelzorg voor haar moeder." in words
    other = sign_in(fellow)
    for page in (url, f"/lessons/{LESSON}", "/home", "/agenda"):
        assert "Mantelzorg" not in other.get(page).text
        assert "19 March" not in other.get(page).text


def test_a_reflection_that_was_late_says_so_to_its_writer_and_to_the_instructor(
    make: Factory, sign_in: SignIn, group: Group, reader: User, instructor: User, url: str
) -> None:
    make.lesson_moment(group, due_at=DUE)
    with time_machine.travel(DUE + timedelta(days=2, minutes=5), tick=False):
        browser = sign_in(reader)
        handed = hand_in(browser, url, TEXT)
        assert "2 days late" in main_words(browser.get(handed.location))
        assert "2 days late" in main_words(browser.get(url))
        public_id = handed.location.rsplit("/", 1)[1]
        read = sign_in(instructor).get(f"/teach/groups/{group.id}/reflections/{public_id}")
        assert 'class="pill late"' in read.text


@SQLITE
def test_in_the_minute_of_the_deadline_and_with_an_extension_nobody_is_late(
    make: Factory, sign_in: SignIn, group: Group, reader: User, url: str
) -> None:
    moment = make.lesson_moment(group, due_at=DUE)
    make.extension(moment, reader, until=DUE + timedelta(days=1))
    with time_machine.travel(DUE + timedelta(days=1, seconds=59), tick=False):
        browser = sign_in(reader)
        hand_in(browser, url, TEXT)
        assert "late" not in main_words(browser.get(url))


@pytest.fixture
def refusing(make: Factory, group: Group, reader: User) -> Enrolment:
    """A group that takes nothing after the deadline, and a text that was begun before it."""
    make.lesson_moment(group, due_at=DUE, after_due="refused")
    run = make.enrolment(reader)
    make.draft(run, text=TEXT)
    return run


@pytest.mark.usefixtures("refusing")
def test_after_a_strict_deadline_handing_in_is_refused_and_writing_never_is(
    make: Factory, sign_in: SignIn, reader: User, url: str
) -> None:
    with time_machine.travel(DUE + timedelta(minutes=1), tick=False):
        browser = sign_in(reader)
        confirm = browser.submit(url, {"text": f"{TEXT} En toen."})
        assert confirm.location == f"{url}/hand-in"
        page = browser.get(confirm.location)
        assert "your group takes nothing after it" in main_words(page)
        assert '<button class="btn go">Hand in' not in page.text
        refused = browser.post(confirm.location, data={"revision": "2"})
        assert refused.status_code == 409
        assert "Your text is saved, and you can go on writing." in main_words(refused)
        saved = browser.post(f"{url}/draft", data={"text": "Verder.", "revision": "2"})
        assert saved.status_code == 200
        assert "Verder." in browser.get(url).text


@SQLITE
@pytest.mark.usefixtures("refusing")
def test_with_more_time_it_can_be_handed_in_and_another_group_without_deadline_changes_nothing(
    make: Factory, in_app: InApp, sign_in: SignIn, group: Group, reader: User, url: str
) -> None:
    make.group(learners=[reader])  # sets no deadline, so it has no say
    browser = sign_in(reader)
    with time_machine.travel(DUE + timedelta(hours=1), tick=False):
        sent = {"revision": "1"}
        assert browser.post(f"{url}/hand-in", data=sent).status_code == 409
        lenient = make.group(learners=[reader])  # sets one that lets it, and then it can
        make.lesson_moment(lenient, due_at=DUE)
        assert browser.post(f"{url}/hand-in", data=sent).status_code == 303


@SQLITE
def test_what_could_not_be_handed_in_again_is_not_taken_back_and_a_next_version_is_never_refused(
    make: Factory, sign_in: SignIn, refusing: Enrolment, reader: User, url: str
) -> None:
    submission = make.submission(refusing)
    marked = make.enrolment(reader, "vinden-en-vertrouwen")
    other = make.step("reflect", "vinden-en-vertrouwen").slug
    with time_machine.travel(DUE + timedelta(days=1), tick=False):
        browser = sign_in(reader)
        assert browser.post(f"/reflections/{submission.public_id}/withdraw").status_code == 409
        assert "Handed in" in main_words(browser.get(url))
        group = make.group(learners=[reader])
        make.lesson_moment(group, marked.lesson, due_at=DUE, after_due="refused")
        make.submission(
            marked, marking_began_at=DUE, withdrawn_at=DUE
        )  # its feedback came back, and it is revised
        handed = hand_in(browser, f"/lessons/{marked.lesson}/{other}", TEXT)
        assert handed.status_code == 303
        assert "late" not in main_words(browser.get(handed.location))
