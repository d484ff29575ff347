"""The agenda: all that is coming in all groups of a learner; and a calendar that reads along."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select, update

from course.accounts.models import User
from course.core.db import db
from course.groups.models import Group
from course.marking.models import PeerReview, Release
from course.quizzes.models import Allowance, Sitting
from course.schedule.models import CalendarFeed
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.factories import LESSON, Factory
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
DUE = datetime(2026, 3, 12, 22, 59, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def reader(make: Factory) -> User:
    """A learner who reads English, as the texts in the code."""
    return make.learner(name="Lena", language="en")


@pytest.fixture
def group(make: Factory, instructor: User, reader: User) -> Group:
    return make.group(name="SW-2B", instructors=[instructor], learners=[reader])


def allow(make: Factory, sitting: Sitting, user: User, minutes: int) -> None:
    """The learner has this much longer for a quiz."""
    at = {"sitting_id": sitting.id, "user_id": user.id}
    make.add(Allowance(**at, extension=minutes, reason="Griep."))


def everything(make: Factory, group: Group, reader: User, instructor: User) -> None:
    """A lesson, a quiz with more time, a text to read, and a result that was promised."""
    make.lesson_moment(group, opens_at=DUE - 5 * DAY, due_at=DUE)
    sitting = make.sitting(reader, group=group, closes_at=DUE + DAY)
    allow(make, sitting, reader, 60)
    asked = make.assignment(group, peers=1, peers_until=DUE + 2 * DAY)
    fellow = make.learner(name="Fenna")
    theirs = make.submission(make.enrolment(fellow))
    where = {"assignment_id": asked.id, "submission_id": theirs.id}
    make.add(PeerReview(public_id=f"lees-{group.id}", user_id=reader.id, levels={}, **where))
    lesson = ("vinden-en-vertrouwen", "als-de-meetlat-stuurt", "waarden-en-wet")[group.id % 3]
    given = make.assignment(group, lesson=lesson)
    own = make.submission(make.enrolment(reader, lesson))
    marking = make.marking(own, given, instructor)
    make.returned(marking)
    with make.together():
        later = update(Release).where(Release.submission_id == own.id)
        db.session.execute(later.values(visible_at=DUE + 3 * DAY))


# --- On the site ---------------------------------------------------------------------------


@pytest.mark.usefixtures("clock")
def test_all_that_is_coming_stands_by_week_with_ones_own_allowances(
    make: Factory,
    sign_in: SignIn,
    group: Group,
    reader: User,
    instructor: User,
) -> None:
    everything(make, group, reader, instructor)
    words = main_words(sign_in(reader).get("/agenda"))
    for told in (
        "Week 10 2 to 8 March 2026 this week Sat 7 Mar 23:59",
        "Week 11 9 to 15 March 2026 Thu 12 Mar 23:59",
        "Sat 14 Mar 0:59",  # 23:59 the day before, and an hour
        "you have more time than the group closes",
        "Sat 14 Mar 23:59 Peer review:",
        "Sun 15 Mar 23:59",
        "results expected",
    ):
        assert told in words


@SQLITE
def test_the_empty_agenda_says_what_to_do(
    make: Factory, sign_in: SignIn, outsider: User, reader: User, group: Group
) -> None:
    make.lesson_moment(group)
    alone = sign_in(make.learner(language="en")).get("/agenda")
    assert "You are not in a group yet, so nothing is planned for you." in main_words(alone)
    waits = make.learner(language="en")
    make.group(learners=[waits])
    assert "Nothing is planned for your groups." in main_words(sign_in(waits).get("/agenda"))
    assert "SW-2B" in sign_in(reader).get("/agenda").text
    assert "SW-2B" not in sign_in(outsider).get("/agenda").text


@SQLITE
@pytest.mark.usefixtures("clock")
def test_what_passed_stands_on_top_until_it_is_done(
    make: Factory, sign_in: SignIn, group: Group, reader: User
) -> None:
    step = make.step("reflect").slug
    make.lesson_moment(group, step=step, due_at=datetime(2026, 2, 27, 12, tzinfo=UTC))
    browser = sign_in(reader)
    assert "Passed, and not done yet" in main_words(browser.get("/agenda"))
    make.done(make.enrolment(reader), step)
    assert "Passed, and not done yet" not in main_words(browser.get("/agenda"))


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("groups", [1, 3])
def test_the_agenda_takes_at_most_eight_statements_for_any_number_of_groups(
    make: Factory,
    sign_in: SignIn,
    reader: User,
    instructor: User,
    count_queries: CountsQueries,
    groups: int,
) -> None:
    for _group in range(groups):
        own = make.group(instructors=[instructor], learners=[reader])
        everything(make, own, reader, instructor)
    browser = sign_in(reader)
    with count_queries() as statements:
        page = browser.get("/agenda")
    assert page.text.count("results expected") == groups
    assert len(statements) == 6, "\n".join(statements)


# --- A calendar that reads along -----------------------------------------------------------


def open_feed(browser: Browser) -> str:
    """Make an address; returns its path."""
    page = browser.submit("/agenda", action="/agenda/feed")
    assert page.status_code == 200
    return page.text.partition("http://localhost")[2].partition("</textarea>")[0]


def events(body: bytes) -> dict[str, Any]:
    """The events by their UID, as a calendar reads them."""
    return {str(event["uid"]): event for event in Calendar.from_ical(body).walk("VEVENT")}


@pytest.mark.usefixtures("clock")
def test_a_calendar_reads_the_agenda_at_an_address_that_is_shown_once(
    in_app: InApp,
    make: Factory,
    sign_in: SignIn,
    client: Browser,
    group: Group,
    reader: User,
    instructor: User,
) -> None:
    everything(make, group, reader, instructor)
    browser = sign_in(reader)
    address = open_feed(browser)
    token = address.split("/")[2]
    with in_app():
        (kept,) = db.session.scalars(select(CalendarFeed))
    assert token not in kept.token_hash
    assert token not in browser.get("/agenda").text
    answer = client.get(address)  # a calendar does not sign in
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    found = events(answer.data)
    assert len(found) == 5
    (due,) = (event for uid, event in found.items() if uid.startswith("moment-") and "due" in uid)
    assert due.decoded("dtstart") == DUE
    assert due.decoded("dtstamp") == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert client.get(address).data == answer.data
    for private in ("Fenna", "Lena", "Griep", "SW-2B", "METHOD"):
        assert private not in answer.text


@SQLITE
@pytest.mark.usefixtures("clock")
def test_the_lines_are_those_of_rfc_5545(
    make: Factory, sign_in: SignIn, client: Browser, group: Group, reader: User
) -> None:
    moment = make.lesson_moment(group, due_at=DUE)
    make.extension(moment, reader, until=DUE + 7 * DAY, reason="Mantelzorg.")
    body = client.get(open_feed(sign_in(reader))).data
    lines = body.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75  # octets, without the break
    assert any(line.startswith(b" ") for line in lines)  # something was folded
    whole = body.replace(b"\r\n ", b"").decode()
    assert "DTSTART:20260319T225900Z" in whole  # their own deadline, in UTC
    assert "you have more time\\; the group has until" in whole
    assert "Mantelzorg" not in whole


@SQLITE
@pytest.mark.usefixtures("clock")
def test_a_moment_that_moves_keeps_its_uid(
    make: Factory, sign_in: SignIn, client: Browser, group: Group, reader: User, instructor: User
) -> None:
    make.lesson_moment(group, due_at=DUE)
    address = open_feed(sign_in(reader))
    before = events(client.get(address).data)
    teaching = sign_in(instructor)
    teaching.submit(f"/teach/groups/{group.id}/schedule?place={LESSON}", {"due_day": "2026-03-20"})
    after = events(client.get(address).data)
    assert before.keys() == after.keys()
    (event,) = after.values()
    assert event.decoded("dtstart") == DUE + 8 * DAY


def test_a_new_address_ends_the_old_one_and_switching_off_ends_both_at_once(
    in_app: InApp, sign_in: SignIn, client: Browser, reader: User, outsider: User
) -> None:
    browser = sign_in(reader)
    first, second = open_feed(browser), open_feed(browser)
    assert [client.get(address).status_code for address in (first, second)] == [404, 200]
    stranger = sign_in(outsider)
    stranger.post("/agenda/feed/off")  # is about one's own
    assert client.get(second).status_code == 200
    browser.submit("/agenda", action="/feed/off")
    assert client.get(second).status_code == 404
    with in_app():
        assert list(db.session.scalars(select(CalendarFeed))) == []


@SQLITE
def test_an_address_that_is_asked_for_all_the_time_is_slowed_down(
    sign_in: SignIn, client: Browser, reader: User
) -> None:
    address = open_feed(sign_in(reader))
    told = [client.get(address).status_code for _time in range(61)]
    assert told[:60] == [200] * 60
    assert told[60] == 429
