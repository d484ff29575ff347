"""A group that was asked for a reflection, its two instructors, and what one learner handed in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.groups.models import Group
from course.lessons.models import Enrolment
from course.marking import queries
from course.marking.models import Assignment, Marking
from course.reflections.models import Submission
from tests.browser import Browser
from tests.factories import Factory

TEXT = "Ik belde aan. Zij deed open, en ik luisterde niet. Later ging ik terug."
CRITERIA = ("eigen-aandeel", "weging", "handelen")
LEARNER_ID = 7_300_451  # so that it is found wherever it turns up


@dataclass(slots=True)
class Desk:
    """What tests of marking begin with."""

    app: Flask
    make: Factory
    teacher: User
    colleague: User
    learner: User
    group: Group
    run: Enrolment
    submission: Submission
    assignment: Assignment

    @property
    def url(self) -> str:
        """Where the assignment is marked."""
        return f"/teach/marking/{self.assignment.id}"

    @property
    def page(self) -> str:
        """Where the submission is marked."""
        return f"{self.url}/{self.code}"

    @property
    def code(self) -> str:
        """What the submission goes by while names are hidden."""
        with self.app.app_context():
            found = queries._codes(db.session.get_one(Assignment, self.assignment.id))
            return found[self.learner.id]

    def set(self, **columns: Any) -> None:
        """Change the assignment."""
        with self.app.app_context():
            db.session.execute(
                update(Assignment).where(Assignment.id == self.assignment.id).values(**columns)
            )
            db.session.commit()

    def markings(self) -> list[Marking]:
        """All markings, oldest first."""
        with self.app.app_context():
            return list(db.session.scalars(select(Marking).order_by(Marking.id)))

    def judgement(self, level: int | None = 2, **fields: str) -> dict[str, str]:
        """A form of the marking screen as it is filled in."""
        levels = {} if level is None else {f"level-{slug}": str(level) for slug in CRITERIA}
        return {"version": "1", "revision": "0", "comment": "Mooi.", **levels, **fields}

    def finish(self, browser: Browser, level: int = 2, **fields: str) -> None:
        """Mark it and be done."""
        filled = {**self.judgement(level), "do": "finish", **self._kept(browser), **fields}
        done = browser.submit(self.page, filled, action=self.page)
        assert done.status_code == 303, done.text

    def _kept(self, browser: Browser) -> dict[str, str]:
        assert browser.user
        found = [row for row in self.markings() if row.marker_id == browser.user.id]
        return {"revision": str(found[0].revision) if found else "0"}


@pytest.fixture
def desk(app: Flask, make: Factory) -> Desk:
    """One submission that nobody began to mark; names are hidden."""
    teacher = make.instructor(name="Daan Docent", language="en")
    colleague = make.instructor(name="Cora Collega", language="en")
    learner = make.learner(id=LEARNER_ID, name="Lena Leerling", language="en")
    group = make.group(name="SW-2B", instructors=[teacher, colleague], learners=[learner])
    run = make.enrolment(learner)
    submission = make.submission(
        run,
        text=TEXT,
        public_id="adres-van-de-inlevering",
        handed_in_at=now(),
    )
    return Desk(
        app, make, teacher, colleague, learner, group, run, submission, make.assignment(group)
    )


@pytest.fixture
def teacher(desk: Desk, sign_in: Callable[[User], Browser]) -> Browser:
    """The browser of who teaches the group."""
    return sign_in(desk.teacher)


@pytest.fixture
def colleague(desk: Desk, sign_in: Callable[[User], Browser]) -> Browser:
    """The browser of the other instructor of the group."""
    return sign_in(desk.colleague)


@pytest.fixture
def writer(desk: Desk, sign_in: Callable[[User], Browser]) -> Browser:
    """The browser of the learner whose text it is."""
    return sign_in(desk.learner)


@pytest.fixture
def stranger(make: Factory, sign_in: Callable[[User], Browser]) -> Browser:
    """The browser of an instructor of another group."""
    other = make.instructor(language="en")
    make.group(instructors=[other])
    return sign_in(other)
