"""Writes of lessons that no page shows by itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.lessons import actions, queries
from course.lessons.models import Draft, Enrolment, Pending, StepDone
from tests.factories import Factory
from tests.features.conftest import SmallCourse

STEPS = ["lezen", "wegen", "vragen", "opnieuw", "schrijven"]
InApp = Callable[[], AbstractContextManager[None]]


def test_doing_a_step_twice_keeps_the_first_time(
    clock: time_machine.Traveller,
    in_app: InApp,
    make: Factory,
    learner: User,
    small_course: SmallCourse,
) -> None:
    first = now()
    small_course.publish()
    make.enrolment(learner, small_course.lesson)
    for _time in range(2):
        with in_app():
            enrolment = queries.enrolment_of(learner.id, small_course.lesson)
            assert enrolment is not None
            actions.finish_reading(enrolment, "lezen", go_to="wegen")
        clock.shift(timedelta(hours=1))
    with in_app():
        (done,) = db.session.scalars(select(StepDone))
        seen = db.session.scalars(select(Enrolment.seen_at)).one()
    assert (done.step, done.done_at) == ("lezen", first)
    assert seen == first + timedelta(hours=1)


def test_a_lesson_is_completed_at_the_moment_of_its_last_step(
    clock: time_machine.Traveller,
    in_app: InApp,
    make: Factory,
    learner: User,
    small_course: SmallCourse,
) -> None:
    small_course.publish()
    make.enrolment(learner, small_course.lesson)
    completed = []
    for step in ("wegen", "lezen", "opnieuw", "schrijven", "vragen", "lezen"):
        clock.shift(timedelta(hours=1))
        with in_app():
            enrolment = queries.enrolment_of(learner.id, small_course.lesson)
            assert enrolment is not None
            actions.finish_reading(enrolment, step, go_to=step)
            completed.append(enrolment.completed_at)
    assert completed[:4] == [None] * 4
    assert completed[4] == completed[5] == now() - timedelta(hours=1)


def test_rebuilding_progress_gives_the_same_as_was_kept_when_it_happened(
    app: Flask,
    clock: time_machine.Traveller,
    in_app: InApp,
    make: Factory,
    small_course: SmallCourse,
) -> None:
    """Somebody who did everything, who took a step back, who is half-way, and who began."""
    small_course.publish()
    stories = [list(STEPS), [*STEPS, f"-{STEPS[-1]}"], [STEPS[0], STEPS[0], f"-{STEPS[0]}"], []]
    learners = [make.learner() for _story in stories]
    for learner, story in zip(learners, stories, strict=True):
        make.enrolment(learner, small_course.lesson)
        for told in story:
            clock.shift(timedelta(minutes=10))
            with in_app():
                run = queries.enrolment_of(learner.id, small_course.lesson)
                assert run is not None
                if told.startswith("-"):
                    actions.remove_step_done(run, told[1:])
                    db.session.commit()
                else:
                    actions.finish_reading(run, told, go_to=told)
    kept = _kept(in_app)
    assert [done for done, _moved, _completed in kept] == [5, 4, 0, 0]
    with in_app():
        assert actions.rebuild_progress() == 0
        wrong = {"steps_done": 3, "moved_at": now(), "completed_at": now()}
        db.session.execute(update(Enrolment).values(wrong))
        db.session.commit()
    clock.shift(timedelta(days=1))
    answer = app.test_cli_runner().invoke(args=["progress", "rebuild"])
    assert answer.output == "4 runs were set right.\n"
    assert _kept(in_app) == kept


def _kept(in_app: InApp) -> list[tuple[int, datetime, datetime | None]]:
    with in_app():
        rows = db.session.scalars(select(Enrolment).order_by(Enrolment.id))
        return [(row.steps_done, row.moved_at, row.completed_at) for row in rows]


def test_deleting_an_account_deletes_its_runs_and_drafts(
    in_app: InApp, make: Factory, learner: User, small_course: SmallCourse
) -> None:
    enrolment = make.enrolment(learner, small_course.lesson)
    make.done(enrolment, "lezen")
    make.draft(enrolment)
    with in_app():
        db.session.delete(db.session.get_one(User, learner.id))
        db.session.commit()
        for table in (Enrolment, StepDone, Draft):
            assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_of_one_visitor_forty_steps_are_kept_and_no_more(
    in_app: InApp, small_course: SmallCourse
) -> None:
    for number in range(45):
        with in_app():
            actions.keep_for_visitor("v" * 64, "eerste-les", f"stap-{number}", {"text": ["Ja"]})
    with in_app():
        actions.keep_for_visitor("v" * 64, "eerste-les", "stap-3", {"text": ["Toch niet"]})
        actions.keep_for_visitor("w" * 64, "eerste-les", "stap-44", {"text": ["Ook"]})
        kept = list(db.session.scalars(select(Pending).where(Pending.visitor == "v" * 64)))
        others = db.session.scalar(select(func.count()).where(Pending.visitor == "w" * 64))
    assert len(kept) == 40
    assert {item.step: item.content for item in kept}["stap-3"] == {"text": ["Toch niet"]}
    assert others == 1
