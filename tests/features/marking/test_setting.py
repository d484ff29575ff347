"""Setting an assignment: what does not fit together is said, and nothing that was set is wiped."""

from http import HTTPStatus

import pytest
from sqlalchemy import delete, select

from course.core.db import db
from course.groups.models import Membership
from course.marking.models import Assignment
from tests import pages
from tests.browser import Browser
from tests.features.marking.conftest import Desk
from tests.pages import main_words


@pytest.fixture
def url(desk: Desk) -> str:
    """Where the assignment of the group is set."""
    asked = desk.assignment
    return f"/teach/groups/{desk.group.id}/reflections/{asked.lesson}/{asked.step}/setting"


def _row(desk: Desk) -> Assignment:
    with desk.app.app_context():
        return db.session.scalars(select(Assignment)).one()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"seconds": "all"}, "Choose who reads second."),
        ({"peers": "2"}, "Fill in until when fellow students read."),
        ({"rubric": "dilemma-reflectie"}, "This rubric has no points"),
    ],
)
def test_what_does_not_fit_together_is_said_on_the_form(
    desk: Desk, teacher: Browser, url: str, sent: dict[str, str], told: str
) -> None:
    refused = teacher.submit(url, sent)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert told in main_words(refused)
    assert (_row(desk).seconds, _row(desk).peers) == ("none", 0)


def test_without_a_colleague_nothing_is_read_twice(desk: Desk, url: str, teacher: Browser) -> None:
    with desk.app.app_context():
        db.session.execute(delete(Membership).filter_by(user_id=desk.colleague.id))
        db.session.commit()
    refused = teacher.submit(url, {"seconds": "all", "second_marker": str(desk.teacher.id)})
    assert "Add a colleague to the group first." in main_words(refused)


def test_saving_again_keeps_what_was_set(desk: Desk, teacher: Browser, url: str) -> None:
    sent = {"seconds": "all", "second_marker": str(desk.colleague.id), "peers": "2"}
    done = teacher.submit(url, {**sent, "peers_until": "2090-07-01T17:00"})
    assert done.status_code == HTTPStatus.SEE_OTHER
    before = _row(desk)
    assert teacher.submit(url).status_code == HTTPStatus.SEE_OTHER
    after = _row(desk)
    assert after.peers_until == before.peers_until is not None
    assert (after.peers, after.second_marker_id) == (2, desk.colleague.id)


def test_a_rubric_without_points_gives_feedback_only(
    desk: Desk, teacher: Browser, url: str, stranger: Browser
) -> None:
    teacher.submit(url, {"rubric": "dilemma-reflectie", "kind": "narrative"})
    assert _row(desk).scheme["kind"] == "narrative"
    chosen = pages.parse(teacher.get(url).text).find(".//input[@name='kind'][@checked]")
    assert chosen is not None
    assert chosen.get("value") == "narrative"
    assert stranger.get(url).status_code == HTTPStatus.NOT_FOUND


def test_who_writes_reads_the_rubric_that_their_own_group_chose(
    desk: Desk, teacher: Browser, url: str, writer: Browser
) -> None:
    assert "six to eight hundred words" in main_words(teacher.get(url))
    teacher.submit(url, {"rubric": "eindstuk"})
    writer.submit(f"/reflections/{desk.submission.public_id}", action="/withdraw")
    step = f"/lessons/{desk.submission.lesson}/{desk.submission.step}"
    assert "Situation and client 20%" in main_words(writer.get(step))
