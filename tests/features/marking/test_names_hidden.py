"""While names are hidden nothing on a page of a marker leads to who wrote it."""

import re
from collections.abc import Callable

from sqlalchemy import update

from course.accounts.models import User
from course.core.db import db
from course.reflections.models import Submission
from tests import pages
from tests.browser import Browser
from tests.factories import LESSON
from tests.features.marking.conftest import LEARNER_ID, Desk

CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}\b")


def _seen(desk: Desk, browser: Browser) -> dict[str, str]:
    """Every page and part that a marker can open, whole, by its address."""
    places = [
        "/teach/marking",
        "/teach/marking/uses",
        "/teach/phrases",
        f"{desk.url}/results",
        f"{desk.url}/anchors",
        f"{desk.url}/grades.csv",
        desk.page,
        f"{desk.page}?part=1",
        desk.url,
    ]
    found = {}
    browser.checks_pages = False  # a part of a page is no page
    for place in places:
        answer = browser.get(place, follow_redirects=True)
        assert answer.status_code == 200, place
        found[place] = pages.without_tokens(answer.text)
    return found


def _leaks(desk: Desk, text: str) -> set[str]:
    words = {
        "the name": "Leerling",
        "the address": desk.learner.email,
        "the number of the learner": str(LEARNER_ID),
        "the address of the submission": desk.submission.public_id,
        "the receipt": desk.submission.receipt,
    }
    return {what for what, word in words.items() if word in text}


def _earlier_version(desk: Desk) -> None:
    """A version before this one, so that the pages have all they can have."""
    with desk.app.app_context():
        row = db.session.get_one(Submission, desk.submission.id)
        plain = {
            name: getattr(row, name)
            for name in ("user_id", "enrolment_id", "lesson", "step", "handed_in_at")
        }
        text = {"text": "Ik belde aan.", "words": 3, "receipt": "x"}
        db.session.execute(update(Submission).values(number=2))
        db.session.add(
            Submission(
                **plain,
                **text,
                number=1,
                public_id="eerder",
                withdrawn_at=row.handed_in_at,
                marking_began_at=row.handed_in_at,
            )
        )
        db.session.commit()


def test_no_page_of_a_marker_says_whose_it_is(desk: Desk, teacher: Browser) -> None:
    desk.make.weighing(desk.run)
    _earlier_version(desk)
    for _time in ("open", "done"):
        for place, text in _seen(desk, teacher).items():
            assert (place, _leaks(desk, text)) == (place, set())
        desk.finish(teacher, version="2")


def test_no_page_of_a_marker_says_at_what_time_it_came(desk: Desk, teacher: Browser) -> None:
    _earlier_version(desk)
    for place, text in _seen(desk, teacher).items():
        assert (place, CLOCK.findall(pages.words(pages.parse(text)))) == (place, [])


def test_what_a_marker_saves_says_nothing_of_it_either(desk: Desk, teacher: Browser) -> None:
    answer = teacher.post(f"{desk.page}/save", data=desk.judgement())
    assert _leaks(desk, f"{answer.headers}{answer.text}") == set()


def test_from_a_name_no_link_leads_to_the_text(desk: Desk, teacher: Browser) -> None:
    board = f"/teach/groups/{desk.group.id}/lessons/{LESSON}"
    reading = f"/teach/groups/{desk.group.id}/reflections/{desk.submission.public_id}"
    hidden = teacher.get(board)
    assert "Lena Leerling" in hidden.text
    assert desk.submission.public_id not in hidden.text
    assert "handed in" in pages.main_words(hidden)
    assert teacher.get(reading).status_code == 404
    desk.set(names_hidden=False)
    assert reading in teacher.get(board).text
    assert teacher.get(reading).status_code == 200


def test_once_it_is_returned_the_name_is_there(desk: Desk, teacher: Browser) -> None:
    desk.finish(teacher)
    teacher.submit(f"{desk.url}/results", {"do": "all"})
    for place in (f"{desk.url}/results", desk.page, f"{desk.url}/grades.csv"):
        assert "Lena Leerling" in teacher.get(place).text
    board = f"/teach/groups/{desk.group.id}/lessons/{LESSON}"
    assert desk.submission.public_id in teacher.get(board).text


def test_until_the_moment_comes_the_name_stays_hidden(desk: Desk, teacher: Browser) -> None:
    desk.finish(teacher)
    teacher.submit(f"{desk.url}/results", {"do": "all", "at": "2090-01-02T10:00"})
    for place, text in _seen(desk, teacher).items():
        assert (place, _leaks(desk, text)) == (place, set())


def test_the_code_of_another_assignment_leads_nowhere(
    desk: Desk, teacher: Browser, sign_in: Callable[[User], Browser]
) -> None:
    other = desk.make.assignment(desk.group, lesson="waarden-en-wet")
    assert teacher.get(f"/teach/marking/{other.id}/{desk.code}").status_code == 404
