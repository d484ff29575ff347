"""Withdrawing: one's own, until somebody starts marking, and the text goes on as a draft."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select, update

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.lessons.models import Enrolment, StepDone
from course.reflections.models import Submission
from tests import pages
from tests.browser import Browser
from tests.factories import Factory
from tests.features.at_once import at_once, click
from tests.features.conftest import SmallCourse
from tests.features.filled_in import hand_in, heading, typed
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

TEXT = "Ik ging erheen en belde aan."


@pytest.fixture
def reader(make: Factory) -> User:
    """A learner who reads English, as the texts in the code."""
    return make.learner(language="en")


@pytest.fixture
def browser(sign_in: SignIn, reader: User, small_course: SmallCourse) -> Browser:
    """The browser of the reader."""
    return sign_in(reader)


@pytest.fixture
def url(small_course: SmallCourse) -> str:
    """Where there is something to write."""
    return small_course.url("schrijven")


@pytest.fixture
def receipt(browser: Browser, url: str) -> str:
    """The address of the receipt of what the reader handed in."""
    return hand_in(browser, url, TEXT).location


def handed_in(in_app: InApp) -> list[Submission]:
    """All that was ever handed in, oldest first."""
    with in_app():
        return list(db.session.scalars(select(Submission).order_by(Submission.id)))


def begin_marking(in_app: InApp) -> None:
    """The instructor starts to mark all there is."""
    with in_app():
        db.session.execute(update(Submission).values(marking_began_at=now()))
        db.session.commit()


def test_after_withdrawing_the_text_is_a_draft_again_and_the_step_is_open(
    in_app: InApp, browser: Browser, url: str, receipt: str
) -> None:
    answer = browser.submit(url, action="/withdraw")
    assert (answer.status_code, answer.location) == (303, url)
    page = browser.get(url)
    assert "Withdrawn. Your text is a draft again" in page.text
    assert typed(page) == TEXT
    (submission,) = handed_in(in_app)
    assert submission.withdrawn_at is not None
    with in_app():
        assert db.session.scalars(select(StepDone)).all() == []
    kept = browser.get(receipt)
    assert heading(kept) == "Withdrawn"
    assert TEXT in main_words(kept)


def test_a_finished_lesson_is_no_longer_finished(
    in_app: InApp, browser: Browser, reader: User, make: Factory, url: str
) -> None:
    enrolment = make.enrolment(reader, "eerste-les")
    make.done(enrolment, "lezen", "wegen", "vragen", "opnieuw")
    hand_in(browser, url, TEXT)
    with in_app():
        assert db.session.get_one(Enrolment, enrolment.id).completed_at is not None
    browser.submit(url, action="/withdraw")
    with in_app():
        assert db.session.get_one(Enrolment, enrolment.id).completed_at is None


def test_handing_in_again_is_number_two_and_both_receipts_stay(
    in_app: InApp, browser: Browser, url: str, receipt: str
) -> None:
    browser.submit(url, action="/withdraw")
    second = hand_in(browser, url, f"{TEXT} Daarna dronken we koffie.").location
    rows = handed_in(in_app)
    assert [row.number for row in rows] == [1, 2]
    assert [row.withdrawn_at is None for row in rows] == [False, True]
    assert len({row.receipt for row in rows}) == 2
    assert heading(browser.get(second)) == "Handed in"
    assert "koffie" not in browser.get(receipt).text


def test_once_marking_began_it_stays_handed_in_and_the_page_says_why(
    in_app: InApp, browser: Browser, url: str, receipt: str
) -> None:
    opened = browser.get(url)
    begin_marking(in_app)
    refused = browser.submit(opened, action="/withdraw")
    assert refused.status_code == 409
    assert "Your instructor has started marking, so it stays as it is." in main_words(refused)
    (submission,) = handed_in(in_app)
    assert submission.withdrawn_at is None
    with in_app():
        assert db.session.scalars(select(StepDone.step)).all() == ["schrijven"]
    page = browser.get(url)
    assert "Your instructor is marking it." in main_words(page)
    actions = [form.get("action", "") for form in pages.parse(page.text).iter("form")]
    assert not any("withdraw" in action for action in actions)


def test_withdrawing_twice_changes_nothing_the_second_time(
    in_app: InApp, browser: Browser, url: str, receipt: str
) -> None:
    opened = browser.get(url)
    browser.submit(opened, action="/withdraw")
    (first,) = handed_in(in_app)
    again = browser.submit(opened, action="/withdraw")
    assert (again.status_code, again.location) == (303, url)
    (second,) = handed_in(in_app)
    assert second.withdrawn_at == first.withdrawn_at


def test_of_eight_clicks_at_once_none_is_told_that_marking_began(
    in_app: InApp, sign_in: SignIn, reader: User, url: str, receipt: str
) -> None:
    windows = [sign_in(reader) for _window in range(8)]
    answers = at_once([click(window, f"{receipt}/withdraw", {}) for window in windows])
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, url)}
    (submission,) = handed_in(in_app)
    assert submission.withdrawn_at is not None


def test_nobody_else_sees_the_receipt_or_withdraws_not_even_who_teaches(
    in_app: InApp,
    sign_in: SignIn,
    make: Factory,
    reader: User,
    outsider: User,
    instructor: User,
    administrator: User,
    receipt: str,
) -> None:
    make.group(instructors=[instructor], learners=[reader])
    for other in (outsider, instructor, administrator):
        elsewhere = sign_in(other)
        assert elsewhere.get(receipt).status_code == 404
        assert elsewhere.post(f"{receipt}/withdraw").status_code == 404
    (submission,) = handed_in(in_app)
    assert submission.withdrawn_at is None
