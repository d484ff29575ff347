"""Judging: a draft that is saved all the time, two windows, two markers, done and not done."""

from collections.abc import Callable
from http import HTTPStatus

from sqlalchemy import update
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.groups.models import Part
from course.reflections.models import Submission
from tests import pages
from tests.browser import Browser
from tests.features.at_once import at_once, click
from tests.features.filled_in import alert, ticked, typed
from tests.features.marking.conftest import CRITERIA, TEXT, Desk
from tests.pages import main_words


def test_the_text_is_read_beside_the_rubric(desk: Desk, teacher: Browser) -> None:
    page = teacher.get(desk.page)
    shown = pages.parse(page.text).find(".//article")
    assert shown is not None
    assert "".join(shown.itertext()) == TEXT
    assert {f"level-{slug}" for slug in CRITERIA} <= {
        field.get("name") for field in pages.parse(page.text).iter("input")
    }


def test_reading_is_not_marking(desk: Desk, teacher: Browser, writer: Browser) -> None:
    teacher.get(desk.page)
    assert desk.markings() == []
    receipt = f"/reflections/{desk.submission.public_id}"
    assert writer.post(f"{receipt}/withdraw").status_code == HTTPStatus.SEE_OTHER


def test_a_draft_is_saved_and_found_again(desk: Desk, teacher: Browser) -> None:
    answer = teacher.post(f"{desk.page}/save", data=desk.judgement(1, note="Nog eens lezen."))
    assert answer.json is not None
    assert (answer.status_code, answer.json["revision"], answer.json["content"]) == (200, 2, None)
    page = teacher.get(desk.page)
    assert (typed(page, "comment").strip(), typed(page, "note").strip()) == (
        "Mooi.",
        "Nog eens lezen.",
    )
    assert ticked(page, "level-weging") == ["1"]
    assert 'name="revision" value="2"' in page.text


def test_without_scripts_a_button_saves(desk: Desk, teacher: Browser) -> None:
    done = teacher.submit(desk.page, {"comment": "Helder.", "do": "save"}, action=desk.page)
    assert done.status_code == HTTPStatus.SEE_OTHER
    assert typed(teacher.get(desk.page), "comment").strip() == "Helder."


def test_an_older_window_does_not_write_over_a_newer_draft(desk: Desk, teacher: Browser) -> None:
    first = teacher.get(desk.page)
    teacher.submit(
        desk.page, {"comment": "Van het nieuwe venster.", "do": "save"}, action=desk.page
    )
    refused = teacher.submit(
        first, {"comment": "Van het oude venster.", "do": "save"}, action=desk.page
    )
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "Van het nieuwe venster." in alert(refused)
    assert typed(refused, "comment").strip() == "Van het oude venster."
    assert [row.comment for row in desk.markings()] == ["Van het nieuwe venster."]


def test_an_older_window_with_scripts_gets_what_is_there(desk: Desk, teacher: Browser) -> None:
    teacher.post(f"{desk.page}/save", data=desk.judgement(comment="Eerst."))
    refused = teacher.post(f"{desk.page}/save", data=desk.judgement(comment="Te laat."))
    assert refused.status_code == HTTPStatus.CONFLICT
    assert refused.json is not None
    assert refused.json["content"]["comment"] == ["Eerst."]


def test_a_grade_that_says_something_else_than_the_decision_is_pointed_out(
    desk: Desk, teacher: Browser
) -> None:
    sent = desk.judgement(decision="not-yet")
    said = teacher.post(f"{desk.page}/save", data=sent).json
    assert said is not None
    assert (said["grade"], said["verdict"]) == ("6.7", "sufficient")
    assert said["clash"] in teacher.get(desk.page).text
    assert "The grade is a pass, and you chose “not yet”." in said["clash"]
    agrees = {**sent, "decision": "enough", "revision": "2"}
    assert (teacher.post(f"{desk.page}/save", data=agrees).json or {})["clash"] == ""


def test_a_telephone_shows_what_one_was_at_after_saving_or_when_something_lacks(
    desk: Desk, teacher: Browser
) -> None:
    def shown(page: TestResponse) -> str | None:
        chosen = pages.parse(page.text).find(".//input[@name='pane'][@checked]")
        return None if chosen is None else chosen.get("value")

    assert shown(teacher.get(desk.page)) == "work"
    saved = teacher.submit(desk.page, {"do": "save", "comment": "Mooi."}, action=desk.page)
    assert shown(teacher.get(saved.location)) == "judgement"
    lacking = teacher.submit(desk.page, {"do": "finish"}, action=desk.page)
    assert shown(lacking) == "judgement"


def test_a_decision_to_comment_on_goes_by_the_title_of_its_step(
    desk: Desk, teacher: Browser
) -> None:
    choice = pages.parse(teacher.get(desk.page).text).find(".//select[@id='decision']")
    assert choice is not None
    assert "Weighing: two missed appointments" in pages.words(choice)
    assert "wegen-jayden" not in pages.words(choice)


def test_the_same_sent_twice_is_no_conflict(desk: Desk, teacher: Browser) -> None:
    """The answer to the first was lost on the way, so the browser sends it again."""
    sent = desk.judgement()
    assert teacher.post(f"{desk.page}/save", data=sent).status_code == HTTPStatus.OK
    assert teacher.post(f"{desk.page}/save", data=sent).status_code == HTTPStatus.OK


def test_two_markers_at_once_each_keep_their_own(
    desk: Desk, teacher: Browser, colleague: Browser
) -> None:
    answers = at_once(
        [
            click(teacher, f"{desk.page}/save", desk.judgement(1, comment="Van Daan.")),
            click(colleague, f"{desk.page}/save", desk.judgement(3, comment="Van Cora.")),
        ]
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert {(row.marker_id, row.comment) for row in desk.markings()} == {
        (desk.teacher.id, "Van Daan."),
        (desk.colleague.id, "Van Cora."),
    }
    assert {row.part for row in desk.markings()} == {"first", "second"}


def test_two_first_clicks_of_one_marker_begin_once(desk: Desk, teacher: Browser) -> None:
    sent = desk.judgement()
    at_once([click(teacher, f"{desk.page}/save", sent) for _time in range(4)])
    (row,) = desk.markings()
    assert (row.revision, row.comment) == (2, "Mooi.")


def test_a_third_who_was_not_asked_is_refused(
    desk: Desk, teacher: Browser, colleague: Browser, sign_in: Callable[[User], Browser]
) -> None:
    third = desk.make.instructor(language="en")
    desk.make.membership(desk.group, third, part=Part.INSTRUCTOR)
    desk.finish(teacher)
    desk.finish(colleague)
    refused = sign_in(third).post(f"{desk.page}/save", data=desk.judgement())
    assert refused.status_code == HTTPStatus.CONFLICT
    assert len(desk.markings()) == 2


def test_a_colleague_sees_that_somebody_is_busy(
    desk: Desk, teacher: Browser, colleague: Browser
) -> None:
    teacher.post(f"{desk.page}/save", data=desk.judgement())
    assert "Daan Docent is reading this too." in main_words(colleague.get(desk.page))


# --- Withdrawn, revised --------------------------------------------------------------------


def _withdraw(desk: Desk) -> None:
    with desk.app.app_context():
        db.session.execute(update(Submission).values(withdrawn_at=now()))
        db.session.commit()


def test_what_was_withdrawn_a_moment_before_is_not_marked(desk: Desk, teacher: Browser) -> None:
    page = teacher.get(desk.page)
    _withdraw(desk)
    assert (
        teacher.submit(page, {"comment": "Mooi."}, action=desk.page).status_code
        == HTTPStatus.NOT_FOUND
    )
    assert desk.markings() == []


def test_marking_and_withdrawing_at_once_never_both(
    desk: Desk, teacher: Browser, writer: Browser
) -> None:
    receipt = f"/reflections/{desk.submission.public_id}"
    at_once(
        [
            click(teacher, f"{desk.page}/save", desk.judgement()),
            click(writer, f"{receipt}/withdraw", {}),
        ]
    )
    with desk.app.app_context():
        row = db.session.get_one(Submission, desk.submission.id)
    assert (row.withdrawn_at is None) != (row.marking_began_at is None)
    assert len(desk.markings()) == (row.withdrawn_at is None)


def test_a_judgement_of_one_version_does_not_land_on_the_next(desk: Desk, teacher: Browser) -> None:
    page = teacher.get(desk.page)
    _withdraw(desk)
    with desk.app.app_context():
        old = db.session.get_one(Submission, desk.submission.id)
        row = {
            "user_id": old.user_id,
            "enrolment_id": old.enrolment_id,
            "lesson": old.lesson,
            "step": old.step,
        }
        text = {"text": "Anders.", "words": 1, "receipt": "x"}
        db.session.add(Submission(**row, **text, public_id="nieuw", number=2))
        db.session.commit()
    refused = teacher.submit(page, {"comment": "Over de eerste.", "do": "save"}, action=desk.page)
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "The student handed in another version meanwhile." in main_words(refused)
    assert desk.markings() == []


# --- Done ----------------------------------------------------------------------------------


def test_done_needs_a_level_at_each_criterion(desk: Desk, teacher: Browser) -> None:
    refused = teacher.submit(desk.page, {"level-weging": "2", "do": "finish"}, action=desk.page)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    document = pages.parse(refused.text)
    assert "2 criteria have no level yet." in pages.words(document)
    (row,) = desk.markings()
    assert (row.done_at, row.levels) == (None, {"weging": 2})
    lacking = {link.get("href") for link in document.iter("a")}
    assert {"#criterion-eigen-aandeel", "#criterion-handelen"} <= lacking
    assert "#criterion-weging" not in lacking


def test_without_points_no_grade_is_promised(desk: Desk, teacher: Browser) -> None:
    desk.set(scheme={**desk.assignment.scheme, "kind": "narrative"})
    told = pages.words(pages.parse(teacher.get(desk.page).text))
    assert "Feedback only: no grade comes out of these levels." in told
    assert "pass mark" not in told


def test_what_is_done_goes_to_the_next_and_is_not_changed(desk: Desk, teacher: Browser) -> None:
    desk.finish(teacher)
    assert "Everything that waited for you is marked." in main_words(teacher.get(desk.url))
    late = teacher.post(f"{desk.page}/save", data=desk.judgement(0, revision="2"))
    assert late.status_code == HTTPStatus.CONFLICT
    assert {level for row in desk.markings() for level in row.levels.values()} == {2}


def test_what_is_done_can_be_worked_on_again(desk: Desk, teacher: Browser) -> None:
    desk.finish(teacher)
    teacher.submit(desk.page, {"do": "reopen"}, action=desk.page)
    assert [row.done_at for row in desk.markings()] == [None]
    desk.finish(teacher, level=3)
    assert {level for row in desk.markings() for level in row.levels.values()} == {3}


def test_what_the_learner_has_is_not_worked_on_again(desk: Desk, teacher: Browser) -> None:
    desk.finish(teacher)
    desk.make.returned(desk.markings()[0])
    page = teacher.get(desk.page)
    assert 'value="reopen"' not in page.text
    refused = teacher.post(desk.page, data=desk.judgement(do="reopen", revision="2"))
    assert refused.status_code == HTTPStatus.CONFLICT
    assert desk.markings()[0].done_at


# --- Bad input, other people ---------------------------------------------------------------


def test_what_no_page_of_ours_sends_is_refused(desk: Desk, teacher: Browser) -> None:
    for wrong in (
        {"level-weging": "9"},
        {"level-weging": "-1"},
        {"level-weging": "²"},
        {"decision": "weggooien"},
    ):
        answer = teacher.post(f"{desk.page}/save", data={**desk.judgement(), **wrong})
        assert (wrong, answer.status_code) == (wrong, HTTPStatus.BAD_REQUEST)
    huge = teacher.post(f"{desk.page}/save", data=desk.judgement(comment="a" * 8_001))
    assert huge.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_an_instructor_of_another_group_and_the_learner_get_nothing(
    desk: Desk, stranger: Browser, writer: Browser
) -> None:
    for browser in (stranger, writer):
        for rest in ("", "/results", "/anchors", f"/{desk.code}", f"/{desk.code}/compare"):
            assert browser.get(f"{desk.url}{rest}").status_code == HTTPStatus.NOT_FOUND
        answer = browser.post(f"{desk.page}/save", data=desk.judgement())
        assert answer.status_code == HTTPStatus.NOT_FOUND
    assert desk.markings() == []
