"""Somebody gets more time while working: the clock on the page tells, and nothing is handed in."""

import time
from datetime import timedelta
from typing import Final

import pytest
from playwright.sync_api import expect

from course.accounts.models import User
from course.core.db import db
from course.domain.attempts import Accommodation
from course.quizzes import sittings
from course.quizzes.models import QuizAttempt, Sitting
from tests.features.teaching.sat import handed_in
from tests.journeys.conftest import Arrives
from tests.journeys.sites import Site

pytestmark = pytest.mark.journey

WITHIN: Final = 60_000  # ms, in which the clock has to tell


@pytest.fixture
def learner(site: Site) -> User:
    return site.make.learner(language=None)


@pytest.fixture
def sitting(site: Site, learner: User) -> Sitting:
    return site.make.sitting(learner, minutes=40)


@pytest.fixture
def row(site: Site, learner: User, sitting: Sitting) -> QuizAttempt:
    return handed_in(site.make, learner, sitting, is_submitted=False)


def gives_half_as_much_again(site: Site, sitting: Sitting, learner: User) -> None:
    with site.app.app_context():
        own = db.session.get_one(Sitting, sitting.id)
        more = Accommodation(extra_time=50)
        sittings.allow(learner.id, own, learner.id, more, reason="Brandalarm")


def test_the_clock_tells_within_a_minute_that_there_is_more_time(
    site: Site, arrive: Arrives, learner: User, sitting: Sitting, row: QuizAttempt
) -> None:
    person = arrive("en", user=learner)
    person.open(f"/attempts/{row.public_id}")
    clock = person.page.locator("[data-clock]")
    expect(clock).to_contain_text("40 minutes left")
    gives_half_as_much_again(site, sitting, learner)
    expect(clock.locator("[data-clock-more]")).to_contain_text(
        "You have been given more time: until", timeout=WITHIN
    )
    expect(clock).to_contain_text("60 minutes left")
    expect(clock.locator("[role=status]")).to_contain_text("You have been given more time")


def test_a_clock_that_runs_out_asks_first_whether_there_is_more_time(
    site: Site, arrive: Arrives, learner: User, sitting: Sitting, row: QuizAttempt
) -> None:
    with site.app.app_context():
        own = db.session.get_one(QuizAttempt, row.id)
        own.started_at -= timedelta(minutes=40) - timedelta(seconds=8)
        own.ends_at = own.started_at + timedelta(minutes=40)
        db.session.commit()
    person = arrive("en", user=learner)
    person.open(f"/attempts/{row.public_id}")
    gives_half_as_much_again(site, sitting, learner)
    time.sleep(9)
    expect(person.page.locator("[data-clock]")).to_contain_text("20 minutes left")
    expect(person.page).to_have_url(f"{site.url}/attempts/{row.public_id}")
