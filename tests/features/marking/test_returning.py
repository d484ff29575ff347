"""Returning results: now, at a moment, back again; and one message to the learner."""

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from course.core.db import db
from course.marking import releasing
from course.marking.models import Release
from tests import pages
from tests.browser import Browser
from tests.conftest import MailServer, Outbox
from tests.core.letters import read
from tests.features.at_once import at_once, click
from tests.features.marking.conftest import Desk
from tests.pages import main_words

TITLE = "“Why reach out? · Somebody you did not see”"


def _tell(desk: Desk) -> None:
    with desk.app.app_context():
        releasing.tell_due()


def _releases(desk: Desk) -> list[Release]:
    with desk.app.app_context():
        return list(db.session.scalars(select(Release).order_by(Release.id)))


def _feedback(desk: Desk) -> str:
    return f"/reflections/{desk.submission.public_id}/feedback"


def test_until_it_is_returned_the_learner_sees_nothing(
    desk: Desk, teacher: Browser, writer: Browser
) -> None:
    desk.finish(teacher)
    assert writer.get(_feedback(desk)).status_code == HTTPStatus.NOT_FOUND
    assert "Mooi." not in writer.get(f"/reflections/{desk.submission.public_id}").text
    assert "feedback" not in writer.get("/home").text.lower().partition("<main")[2]


def test_returned_now_it_is_read_at_once_and_mailed_once(
    app: Flask,
    desk: Desk,
    teacher: Browser,
    writer: Browser,
    outbox: Outbox,
    smtp: MailServer,
) -> None:
    desk.finish(teacher)
    done = teacher.submit(f"{desk.url}/results", {"do": "chosen"})
    assert done.status_code == HTTPStatus.SEE_OTHER
    assert "1 result is returned." in teacher.get(done.location).text
    assert f"{TITLE}, handed in" in main_words(writer.get("/home"))
    assert "Mooi." in main_words(writer.get(_feedback(desk)))
    _tell(desk)
    _tell(desk)
    assert outbox.send(smtp.settings(app)) == 1
    assert outbox.send(smtp.settings(app)) == 0
    (mail,) = smtp.mails
    assert mail["To"] == desk.learner.email
    assert mail["Subject"] == "There is feedback on your reflection"
    body = read(mail).get_content()
    assert f"http://localhost{_feedback(desk)}" in body
    assert f"Your instructor returned your reflection {TITLE}." in body
    assert "Mooi." not in body  # what was judged stays on the site


def test_two_workers_that_look_at_once_post_one_message(
    desk: Desk, teacher: Browser, outbox: Outbox
) -> None:
    desk.finish(teacher)
    teacher.submit(f"{desk.url}/results", {"do": "all"})
    at_once([lambda: _tell(desk) for _worker in range(4)])
    assert len(outbox.to(desk.learner.email)) == 1


def test_at_a_moment_it_is_seen_and_told_from_then_on(
    desk: Desk,
    teacher: Browser,
    writer: Browser,
    outbox: Outbox,
    clock: time_machine.Traveller,
) -> None:
    desk.finish(teacher)
    teacher.submit(f"{desk.url}/results", {"do": "all", "at": "2026-03-03T10:00"})
    assert "goes out" in main_words(teacher.get(f"{desk.url}/results"))
    _tell(desk)
    assert writer.get(_feedback(desk)).status_code == HTTPStatus.NOT_FOUND
    assert outbox.to(desk.learner.email) == []
    clock.shift(timedelta(days=1, seconds=1))
    _tell(desk)
    assert writer.get(_feedback(desk)).status_code == HTTPStatus.OK
    assert len(outbox.to(desk.learner.email)) == 1
    assert [row.visible_at for row in _releases(desk)] == [
        datetime.fromisoformat("2026-03-03T09:00+00:00")
    ]


@pytest.mark.parametrize("at", ["2027-03-28T02:30", "gisteren"])
def test_a_moment_that_no_clock_shows_is_refused(desk: Desk, teacher: Browser, at: str) -> None:
    desk.finish(teacher)
    refused = teacher.submit(f"{desk.url}/results", {"do": "all", "at": at})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "There is no such moment" in main_words(refused)
    assert _releases(desk) == []


def test_a_moment_that_has_passed_and_nobody_ticked_return_nothing(
    desk: Desk, teacher: Browser
) -> None:
    desk.finish(teacher)
    page = f"{desk.url}/results"
    past = teacher.submit(page, {"do": "all", "at": "2020-01-01T10:00"})
    assert past.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "This moment has passed." in main_words(past)
    nobody = teacher.submit(page, {"do": "chosen", "code": [], "at": "2090-01-01T10:00"})
    assert nobody.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Tick somebody first." in main_words(nobody)
    assert "2090-01-01T10:00" in nobody.text
    assert _releases(desk) == []
    later = teacher.submit(page, {"do": "all", "at": "2090-01-01T10:00"})
    assert "1 result goes out " in teacher.get(later.location).text


def test_two_clicks_return_it_once(desk: Desk, teacher: Browser, colleague: Browser) -> None:
    desk.finish(teacher)
    sent = {"do": "all"}
    answers = at_once(
        [click(browser, f"{desk.url}/results", sent) for browser in (teacher, colleague) * 2]
    )
    assert {answer.status_code for answer in answers} == {HTTPStatus.SEE_OTHER}
    assert len(_releases(desk)) == 1


def test_taken_back_it_is_gone_and_its_learner_reads_why(
    desk: Desk, teacher: Browser, colleague: Browser, writer: Browser, outbox: Outbox
) -> None:
    desk.finish(teacher)
    teacher.submit(f"{desk.url}/results", {"do": "all"})
    empty = teacher.submit(f"{desk.page}/retract", {"why": ""})
    assert empty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    form = main_words(teacher.get(f"{desk.page}/retract"))
    assert "The student reads this, and it stays in the history. Write no names." in form
    teacher.submit(f"{desk.page}/retract", {"why": "Verkeerde rubric."})
    gone = main_words(writer.get(_feedback(desk)))
    assert "Verkeerde rubric." in gone
    assert ("6.7" in gone, "Mooi." in gone) == (False, False)
    receipt = f"/reflections/{desk.submission.public_id}"
    assert "Verkeerde rubric." in main_words(writer.get(receipt))
    assert colleague.get(_feedback(desk)).status_code == HTTPStatus.NOT_FOUND
    _tell(desk)
    assert outbox.to(desk.learner.email) == []  # nobody is sent to what is not there
    (row,) = _releases(desk)
    assert row.retracted_why == "Verkeerde rubric."
    teacher.submit(f"{desk.url}/results", {"do": "all"})
    history = main_words(teacher.get(f"{desk.page}/retract"))
    assert history.count(desk.teacher.name) == 3  # returned, taken back, returned
    assert history.index("6.7") < history.index("Verkeerde rubric.") < history.rindex("6.7")
    assert "Verkeerde rubric." not in main_words(writer.get(receipt))


def test_what_was_taken_back_before_its_moment_was_never_there(
    desk: Desk, teacher: Browser, writer: Browser, clock: time_machine.Traveller
) -> None:
    desk.finish(teacher)
    teacher.submit(f"{desk.url}/results", {"do": "all", "at": "2026-03-03T10:00"})
    teacher.submit(f"{desk.page}/retract", {"why": "Te vroeg."})
    clock.shift(timedelta(days=2))
    assert writer.get(_feedback(desk)).status_code == HTTPStatus.NOT_FOUND
    assert "Te vroeg." not in writer.get(f"/reflections/{desk.submission.public_id}").text


def test_what_is_not_ready_is_not_returned_and_neither_is_the_rest(
    desk: Desk, teacher: Browser
) -> None:
    other = desk.make.learner()
    desk.make.membership(desk.group, other)
    desk.make.submission(desk.make.enrolment(other), text="Nog niet nagekeken.")
    desk.finish(teacher)
    codes = [
        item.get("data-code", "") for item in pages.parse(teacher.get(desk.page).text).iter("a")
    ]
    sent = {"code": [code for code in codes if code], "do": "chosen"}
    assert len(sent["code"]) == 2
    assert teacher.post(f"{desk.url}/results", data=sent).status_code == HTTPStatus.CONFLICT
    assert _releases(desk) == []


def test_an_instructor_of_another_group_returns_nothing(
    desk: Desk, teacher: Browser, stranger: Browser, sign_in: Callable[..., Browser]
) -> None:
    desk.finish(teacher)
    for browser in (stranger, sign_in(desk.make.learner())):
        answer = browser.post(f"{desk.url}/results", data={"do": "all"})
        assert answer.status_code == HTTPStatus.NOT_FOUND
    assert _releases(desk) == []
