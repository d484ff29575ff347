"""What is written down about whom: with what is done, once, and never about oneself."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from fractions import Fraction
from http import HTTPStatus

import time_machine
from flask import Flask
from sqlalchemy import delete, select

from course.accounts.models import User
from course.audit import actions
from course.audit.models import Entry, Kind
from course.core.db import db
from course.marking import releasing
from course.results import actions as results
from course.results.book import Rule
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.factories import LESSON, Factory
from tests.features.at_once import at_once
from tests.features.marking.conftest import Desk, colleague, desk, teacher, writer
from tests.papers import FILE_ITEM

__all__ = ["colleague", "desk", "teacher", "writer"]  # fixtures

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
Line = tuple[str, int | None, int, str]


def entries(app: Flask) -> list[Line]:
    """What was done, by whom, to whom, and to what of theirs; oldest first."""
    with app.app_context():
        rows = db.session.scalars(select(Entry).order_by(Entry.id))
        return [(str(row.kind), row.actor_id, row.user_id, row.about) for row in rows]


def test_a_reflection_that_is_opened_by_name_is_written_down_once_a_day(
    app: Flask, make: Factory, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    teacher, lena = make.instructor(), make.learner()
    group = make.group(instructors=[teacher], learners=[lena])
    submission = make.submission(make.enrolment(lena))
    url = f"/teach/groups/{group.id}/reflections/{submission.public_id}"
    browser = sign_in(teacher)
    for _look in range(2):
        assert browser.get(url).status_code == HTTPStatus.OK
    read = ("read", teacher.id, lena.id, f"{LESSON}/{submission.step}")
    assert entries(app) == [read]
    clock.shift(timedelta(days=1))
    assert sign_in(teacher).get(url).status_code == HTTPStatus.OK
    assert entries(app) == [read, read]


def test_who_is_refused_leaves_no_line_and_neither_does_ones_own_look(
    app: Flask, make: Factory, sign_in: SignIn, outsider: User
) -> None:
    teacher, lena = make.instructor(), make.learner()
    group = make.group(instructors=[teacher], learners=[lena])
    submission = make.submission(make.enrolment(lena))
    url = f"/teach/groups/{group.id}/reflections/{submission.public_id}"
    for who in (outsider, make.instructor()):
        assert sign_in(who).get(url).status_code == HTTPStatus.NOT_FOUND
    assert sign_in(lena).get(f"/reflections/{submission.public_id}").status_code == HTTPStatus.OK
    assert sign_in(teacher).get(f"/teach/groups/{group.id}").status_code == HTTPStatus.OK
    assert entries(app) == []


def test_marking_returning_and_taking_back_are_written_down_with_what_they_did(
    app: Flask, desk: Desk, teacher: Browser
) -> None:
    desk.finish(teacher)
    teacher.submit(f"{desk.url}/results", {"do": "all"})
    teacher.submit(f"{desk.page}/retract", {"why": "Te vroeg."})
    about = f"{desk.submission.lesson}/{desk.submission.step}"
    who = (desk.teacher.id, desk.learner.id, about)
    done = ("read", "marked", "returned", "retracted")
    assert [line for line in entries(app) if line[0] in done] == [(kind, *who) for kind in done]


def test_a_result_that_comes_later_is_written_down_when_it_comes(
    app: Flask, desk: Desk, teacher: Browser, clock: time_machine.Traveller
) -> None:
    desk.finish(teacher)
    teacher.submit(f"{desk.url}/results", {"do": "all", "at": "2026-03-03T10:00"})
    clock.shift(timedelta(hours=1))
    with app.app_context():
        releasing.tell_due()
    assert "returned" not in {line[0] for line in entries(app)}
    clock.shift(timedelta(days=1))
    for _time in range(2):
        with app.app_context():
            releasing.tell_due()
    assert [line[1] for line in entries(app) if line[0] == "returned"] == [desk.teacher.id]


def test_what_was_not_done_is_not_written_down(app: Flask, desk: Desk, teacher: Browser) -> None:
    refused = teacher.post(f"{desk.url}/results", data={"do": "chosen", "code": desk.code})
    assert refused.status_code == HTTPStatus.CONFLICT
    assert entries(app) == []


def test_files_and_tables_are_written_down_for_each_who_is_in_them(
    app: Flask, make: Factory, sign_in: SignIn, count_queries: CountsQueries
) -> None:
    teacher = make.instructor()
    learners = [make.learner() for _learner in range(3)]
    group = make.group(instructors=[teacher], learners=learners)
    sitting = make.file_sitting(learners[0], group=group)
    filed = make.file_attempt(learners[0], sitting)
    where = f"/teach/groups/{group.id}/quizzes/{sitting.id}"
    browser = sign_in(teacher)
    assert browser.get(f"{where}/answers/{filed.public_id}/{FILE_ITEM}/file").data
    with count_queries() as sent:
        assert browser.get(f"{where}/files/marks.csv").data
    assert sum("INSERT INTO audit" in statement for statement in sent) == 1
    by = (teacher.id, learners[0].id, sitting.slug)
    assert entries(app) == [
        ("downloaded", *by),
        *[("exported", teacher.id, learner.id, sitting.slug) for learner in learners],
    ]


def test_more_time_at_a_quiz_is_written_down_and_told(
    app: Flask, make: Factory, sign_in: SignIn
) -> None:
    teacher, lena = make.instructor(), make.learner(language="en")
    group = make.group(instructors=[teacher], learners=[lena])
    sitting = make.sitting(lena, group=group)
    browser = sign_in(teacher)
    url = f"/teach/groups/{group.id}/quizzes/{sitting.id}/allowances/{lena.id}"
    for _press in range(2):
        done = browser.submit(url, {"extra_attempts": "1", "reason": "Griep"})
        assert done.status_code == HTTPStatus.SEE_OTHER
    assert set(entries(app)) == {("more-time", teacher.id, lena.id, sitting.slug)}
    page = sign_in(lena).get("/messages").text
    assert page.count("You get more room for a quiz") == 1
    assert "Griep" not in page


def test_another_role_is_written_down_with_who_gave_it(
    app: Flask, make: Factory, sign_in: SignIn, administrator: User
) -> None:
    lena = make.learner()
    sign_in(administrator).post(f"/accounts/{lena.id}/role", data={"role": "instructor"})
    assert entries(app) == [("role", administrator.id, lena.id, "instructor")]


def test_two_windows_that_open_a_text_at_once_give_one_line(
    app: Flask, make: Factory, in_app: InApp
) -> None:
    teacher, lena = make.instructor(), make.learner()

    def look() -> None:
        with app.app_context():
            actions.note_reading(by=teacher.id, whom=lena.id, group=None, about="les/stap")

    at_once([look] * 4)
    assert entries(app) == [("read", teacher.id, lena.id, "les/stap")]


def test_what_one_does_to_ones_own_is_not_written_down(
    app: Flask, make: Factory, in_app: InApp
) -> None:
    lena, otto = make.learner(), make.learner()
    with in_app():
        actions.note(Kind.EXPORTED, by=lena.id, whom=[lena.id, otto.id])
        actions.note_now(Kind.EXPORTED, by=lena.id, whom=[lena.id])
        actions.note_reading(by=lena.id, whom=lena.id, group=None, about="les/stap")
    assert entries(app) == [("exported", lena.id, otto.id, "")]


def test_what_is_rolled_back_was_not_done(app: Flask, make: Factory, in_app: InApp) -> None:
    teacher, lena = make.instructor(), make.learner()
    with in_app():
        actions.note(Kind.MARKED, by=teacher.id, whom=[lena.id])
        db.session.rollback()
    assert entries(app) == []


def test_it_is_kept_for_a_year_and_no_longer(
    app: Flask, make: Factory, in_app: InApp, clock: time_machine.Traveller
) -> None:
    lena = make.learner()
    make.seen(lena, about="oud")
    clock.shift(timedelta(hours=1))
    make.seen(lena, about="nieuw")
    clock.shift(timedelta(days=365, minutes=-30))
    with in_app():
        for job in app.extensions["jobs"]:
            job()
    assert [line[3] for line in entries(app)] == ["nieuw"]


def test_who_leaves_takes_what_is_about_them_and_their_name_from_the_rest(
    app: Flask, make: Factory, in_app: InApp
) -> None:
    teacher, lena = make.instructor(), make.learner()
    make.seen(lena, teacher)
    make.seen(teacher, lena)
    with in_app():
        db.session.execute(delete(User).where(User.id == teacher.id))
        db.session.commit()
    assert [(actor, whom) for _kind, actor, whom, _about in entries(app)] == [(None, lena.id)]


def test_an_excuse_its_end_and_another_rule_are_written_down_once_each(
    app: Flask, make: Factory, in_app: InApp
) -> None:
    ida, lena, mo = make.instructor(), make.learner(), make.learner()
    group = make.group(instructors=[ida], learners=[lena, mo])
    subject = f"{LESSON}/schrijven"
    with in_app():
        for _time in range(2):
            results.excuse(ida.id, group.id, lena.id, subject, reason="Vrijstelling")
        for _time in range(2):
            results.end_excuse(ida.id, group.id, lena.id, subject)
        results.set_rule(ida.id, group.id, Rule(weights={subject: Fraction(1)}))
    assert entries(app) == [
        ("excused", ida.id, lena.id, subject),
        ("asked-again", ida.id, lena.id, subject),
        ("rule", ida.id, lena.id, ""),
        ("rule", ida.id, mo.id, ""),
    ]
