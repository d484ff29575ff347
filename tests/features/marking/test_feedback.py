"""What came back: remarks at their passages, the grade, what one does with it, a next version."""

from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus

import pytest
from sqlalchemy import select, update

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.curriculum.quizzes import WeighingItem
from course.domain.anchors import make_anchor
from course.groups.models import Part
from course.marking.models import Assignment, Marking, Remark
from course.marking.work import runs_of
from course.quizzes import attempts
from course.quizzes.models import QuizAttempt, Response
from course.reflections.models import Submission
from tests import pages
from tests.browser import Browser
from tests.factories import Factory
from tests.features.marking.conftest import TEXT, Desk
from tests.pages import main_words


def _remarks(desk: Desk) -> list[Remark]:
    with desk.app.app_context():
        return list(db.session.scalars(select(Remark).order_by(Remark.id)))


def _say(desk: Desk, browser: Browser, quote: str, words: str) -> None:
    done = browser.submit(desk.page, {"quote": quote, "text": words}, action=f"{desk.page}/remarks")
    assert done.status_code == HTTPStatus.SEE_OTHER


def _url(desk: Desk) -> str:
    return f"/reflections/{desk.submission.public_id}/feedback"


# --- Remarks of a marker -------------------------------------------------------------------


def test_a_remark_stands_at_its_passage(desk: Desk, teacher: Browser) -> None:
    _say(desk, teacher, "ik luisterde niet", "Wat maakte dat?")
    page = teacher.get(desk.page)
    marked = pages.parse(page.text).findall(".//mark")
    assert ["".join(mark.itertext()) for mark in marked] == ["ik luisterde niet"]
    assert "Wat maakte dat?" in main_words(page)


def test_words_that_are_not_in_the_text_are_refused_and_kept(desk: Desk, teacher: Browser) -> None:
    refused = teacher.submit(
        desk.page,
        {"quote": "dit staat er niet", "text": "Wat maakte dat?"},
        action=f"{desk.page}/remarks",
    )
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "These words are not in the text." in main_words(refused)
    assert "Wat maakte dat?" in refused.text
    assert _remarks(desk) == []


@pytest.mark.parametrize(("start", "end"), [("0", "999"), ("5", "5"), ("9", "2"), ("²", "9")])
def test_places_outside_the_text_are_refused(
    desk: Desk, teacher: Browser, start: str, end: str
) -> None:
    sent = {"version": "1", "start": start, "end": end, "text": "Waarom?"}
    refused = teacher.post(f"{desk.page}/remarks", data=sent)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert _remarks(desk) == []


def test_a_passage_that_is_lost_is_shown_with_its_words(desk: Desk, teacher: Browser) -> None:
    _say(desk, teacher, "ik luisterde niet", "Wat maakte dat?")
    with desk.app.app_context():
        db.session.execute(update(Submission).values(text="Heel andere woorden stonden hier."))
        db.session.commit()
    told = main_words(teacher.get(desk.page))
    assert "a passage that is not in the text any more: “ik luisterde niet”" in told
    assert "Wat maakte dat?" in told


def test_a_remark_is_changed_and_taken_away_until_one_is_done(desk: Desk, teacher: Browser) -> None:
    _say(desk, teacher, "Zij deed open", "Hoe?")
    (made,) = _remarks(desk)
    address = f"{desk.page}/remarks/{made.public_id}"
    teacher.submit(desk.page, {"text": "Hoe keek zij?"}, action=address)
    assert [row.text for row in _remarks(desk)] == ["Hoe keek zij?"]
    desk.finish(teacher)
    late = teacher.post(address, data={"do": "delete"})
    assert late.status_code == HTTPStatus.CONFLICT
    more = teacher.post(
        f"{desk.page}/remarks", data={"version": "1", "quote": "Zij", "text": "Nog iets."}
    )
    assert more.status_code == HTTPStatus.CONFLICT
    teacher.submit(desk.page, {"do": "reopen"}, action=desk.page)
    teacher.post(address, data={"do": "delete"})
    assert _remarks(desk) == []


def test_a_remark_of_a_colleague_is_not_seen_and_not_changed(
    desk: Desk, teacher: Browser, colleague: Browser
) -> None:
    _say(desk, teacher, "Zij deed open", "Alleen van Daan.")
    assert "Alleen van Daan." not in colleague.get(desk.page).text
    (made,) = _remarks(desk)
    answer = colleague.post(f"{desk.page}/remarks/{made.public_id}", data={"text": "Gekaapt"})
    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_what_people_type_is_shown_as_text(desk: Desk, teacher: Browser) -> None:
    typed = "<script>alert(1)</script>"
    _say(desk, teacher, "Zij deed open", typed)
    desk.finish(teacher, comment=typed)
    page = teacher.get(desk.page)
    assert "<script>alert" not in page.text
    assert page.text.count("&lt;script&gt;alert(1)") >= 2


# --- The learner ---------------------------------------------------------------------------


@pytest.fixture
def returned(desk: Desk, teacher: Browser) -> Desk:
    """Two remarks, a grade, and it is returned."""
    _say(desk, teacher, "Ik belde aan.", "Waarom toen?")
    _say(desk, teacher, "ik luisterde niet", "Wat maakte dat?")
    desk.finish(teacher)
    teacher.submit(f"{desk.url}/results", {"do": "all"})
    return desk


def _answer(desk: Desk, browser: Browser, number: int, used: str, why: str = "") -> int:
    made = _remarks(desk)[number]
    return browser.post(
        f"{_url(desk)}/{made.public_id}", data={"used": used, f"why-{made.public_id}": why}
    ).status_code


def test_it_is_found_at_home_on_the_receipt_and_at_the_step(
    returned: Desk, writer: Browser
) -> None:
    for place in (
        "/home",
        f"/reflections/{returned.submission.public_id}",
        f"/lessons/{returned.submission.lesson}/{returned.submission.step}",
    ):
        assert f'href="{_url(returned)}"' in writer.get(place).text, place
    assert "I have read this" in writer.get(_url(returned)).text
    writer.post(_url(returned))
    assert _url(returned) not in writer.get("/home").text


def test_the_learner_reads_remarks_levels_and_grade(returned: Desk, writer: Browser) -> None:
    page = writer.get(_url(returned))
    told = main_words(page)
    assert "6.7" in told
    assert "Wat maakte dat?" in told
    marked = pages.parse(page.text).findall(".//mark")
    assert ["".join(mark.itertext()) for mark in marked] == ["Ik belde aan.", "ik luisterde niet"]


def test_the_private_note_is_never_the_learners(
    desk: Desk, teacher: Browser, writer: Browser
) -> None:
    desk.finish(teacher, note="Bespreken met Cora.")
    teacher.submit(f"{desk.url}/results", {"do": "all"})
    assert "Bespreken met Cora." not in writer.get(_url(desk)).text


def test_nobody_else_reads_it(
    returned: Desk, teacher: Browser, colleague: Browser, stranger: Browser
) -> None:
    for browser in (teacher, colleague, stranger):
        assert browser.get(_url(returned)).status_code == HTTPStatus.NOT_FOUND
        assert _answer(returned, browser, 0, "yes") == HTTPStatus.NOT_FOUND


def test_not_used_needs_a_reason(returned: Desk, writer: Browser) -> None:
    assert _answer(returned, writer, 0, "no") == HTTPStatus.UNPROCESSABLE_ENTITY
    assert _answer(returned, writer, 0, "no", "Dat was niet zo.") == HTTPStatus.SEE_OTHER
    assert _answer(returned, writer, 1, "yes") == HTTPStatus.SEE_OTHER
    assert _answer(returned, writer, 1, "misschien") == HTTPStatus.BAD_REQUEST
    assert [(row.used, row.used_why) for row in _remarks(returned)] == [
        (False, "Dat was niet zo."),
        (True, None),
    ]
    assert "Dat was niet zo." in main_words(writer.get(_url(returned)))


def test_answering_one_comment_keeps_what_was_typed_at_the_others(
    returned: Desk, teacher: Browser, writer: Browser
) -> None:
    one, other = _remarks(returned)
    typed = {f"why-{one.public_id}": "", f"why-{other.public_id}": "Half an answer."}
    address = f"{_url(returned)}/{one.public_id}"
    refused = writer.post(address, data={**typed, "used": "no"})
    assert "Say in a sentence why you did not use this comment." in main_words(refused)
    assert "Half an answer." in main_words(writer.get(_url(returned)))
    writer.post(address, data={**typed, "used": "yes"})
    assert [(row.used, row.used_why) for row in _remarks(returned)] == [
        (True, None),
        (None, "Half an answer."),
    ]
    assert "Half an answer." not in teacher.get("/teach/marking/uses").text


def test_who_marks_a_next_version_reads_the_comments_on_the_one_before_with_the_answers(
    returned: Desk, teacher: Browser, writer: Browser
) -> None:
    _answer(returned, writer, 0, "no", "Dat was niet zo.")
    writer.submit(_url(returned), {}, action="/revise")
    step = f"/lessons/{returned.submission.lesson}/{returned.submission.step}"
    beside = main_words(writer.get(step))
    assert "The 2 comments on it; 1 waits for your answer" in beside
    assert "Wat maakte dat?" in beside
    returned.make.submission(returned.run, text=TEXT, number=2)
    told = main_words(teacher.get(returned.page))
    assert "“Ik belde aan.”Waarom toen?not used, because: Dat was niet zo." in told
    assert "“ik luisterde niet”Wat maakte dat?no answer yet" in told


@pytest.mark.parametrize(
    ("quote", "before"),
    [
        ("kom", "Hij zei: “Ik kom.” "),
        ("Hij zei: “Ik kom.", "Hij zei: “Ik kom.” "),
        ("Maar wanneer?", "Hij zei: “Ik kom.” Maar wanneer? "),
        ("nooit", "Hij zei: “Ik kom.” Maar wanneer? Het werd nooit"),
        ("Einde", "Hij zei: “Ik kom.” Maar wanneer? Het werd nooit\nEinde, zei ik"),
    ],
)
def test_a_comment_stands_after_the_sentence_that_it_is_about(quote: str, before: str) -> None:
    text = "Hij zei: “Ik kom.” Maar wanneer? Het werd nooit\nEinde, zei ik"
    start = text.index(quote)
    anchor = asdict(make_anchor(text, start, start + len(quote)))
    runs, _loose = runs_of(text, [Remark(place="passage", anchor=anchor, text="Waarom?")])
    assert "".join(run.text for run in runs) == text
    (at,) = [number for number, run in enumerate(runs, start=1) if run.ends]
    assert "".join(run.text for run in runs[:at]) == before
    assert [run.text for run in runs if run.remarks] == [quote]


@pytest.mark.parametrize(
    ("kind", "told"), [("narrative", "Not yet sufficient."), ("number", "6.7 sufficient")]
)
def test_its_writer_reads_what_was_decided_where_no_grade_says_it(
    desk: Desk, teacher: Browser, writer: Browser, kind: str, told: str
) -> None:
    desk.set(scheme={**desk.assignment.scheme, "kind": kind})
    desk.finish(teacher, decision="not-yet")
    teacher.submit(f"{desk.url}/results", {"do": "all"})
    page = main_words(writer.get(_url(desk)))
    assert told in page
    assert ("Not yet" in page) is (kind == "narrative")


def test_before_a_next_version_it_is_said_which_comments_wait_and_nothing_stops_it(
    returned: Desk, writer: Browser
) -> None:
    step = f"/lessons/{returned.submission.lesson}/{returned.submission.step}"
    writer.submit(_url(returned), {}, action="/revise")
    _answer(returned, writer, 0, "yes")
    confirm = writer.submit(step, {"text": "Ik ging terug."}).location
    told = main_words(writer.get(confirm))
    assert "1 comment on your earlier version has no answer yet." in told
    assert writer.submit(confirm).status_code == HTTPStatus.SEE_OTHER
    _answer(returned, writer, 1, "yes")
    writer.submit(writer.get(step).request.path, action="/withdraw")
    assert "has no answer yet" not in main_words(writer.get(confirm))


def test_with_comments_first_the_grade_waits_for_an_answer_to_each(
    returned: Desk, writer: Browser
) -> None:
    returned.set(reply_required=True)
    for number in (0, 1):
        told = main_words(writer.get(_url(returned)))
        assert "Your grade comes as soon as" in told
        assert "6.7" not in told
        _answer(returned, writer, number, "yes")
    assert "6.7" in main_words(writer.get(_url(returned)))


def test_a_next_version_keeps_the_old_one_with_its_feedback_and_grade(
    returned: Desk, teacher: Browser, writer: Browser
) -> None:
    step = f"/lessons/{returned.submission.lesson}/{returned.submission.step}"
    returned.make.draft(returned.run, text=TEXT)
    writer.submit(_url(returned), {}, action="/revise")
    _assert_result_stands(returned, teacher)
    assert _url(returned) in writer.get(step).text  # beside the draft
    confirm = writer.submit(step, {"text": TEXT.replace("ik luisterde niet", "ik keek weg")})
    writer.submit(confirm.location)
    with returned.app.app_context():
        old, new = db.session.scalars(select(Submission).order_by(Submission.number))
    assert (old.text, new.number) == (TEXT, 2)
    _assert_result_stands(returned, teacher)
    page = teacher.get(returned.page)
    assert "luisterde niet" in "".join(
        "".join(gone.itertext()) for gone in pages.parse(page.text).findall(".//del")
    )
    returned.submission = new
    with returned.app.app_context():
        first = db.session.scalars(select(Marking)).one()
    assert first.submission_id == old.id
    sent = returned.judgement(3, do="finish", version="2")
    assert teacher.post(returned.page, data=sent).status_code == HTTPStatus.SEE_OTHER
    later = {"do": "all", "at": "2090-01-01T10:00"}
    teacher.submit(f"{returned.url}/results", later)
    _assert_result_stands(returned, teacher)
    told = main_words(writer.get(f"/reflections/{old.public_id}/feedback"))
    assert "6.7" in told  # and not yet what is returned later
    assert "10.0" not in told


def _assert_result_stands(desk: Desk, teacher: Browser) -> None:
    """What was returned is there, also while a next version is written, read or waits."""
    results = main_words(teacher.get(f"{desk.url}/results"))
    assert "Lena Leerling 6.7 version 1, returned" in results
    (row,) = teacher.get(f"{desk.url}/grades.csv").text.splitlines()[1:]
    assert row.startswith("Lena Leerling;;SW-2B;1;6.7;")


def test_a_grade_is_taken_along_as_dutch_excel_reads_it(
    returned: Desk, sign_in: Callable[[User], Browser]
) -> None:
    dutch = returned.make.instructor(language="nl")
    returned.make.membership(returned.group, dutch, part=Part.INSTRUCTOR)
    assert ";1;6,7;" in sign_in(dutch).get(f"{returned.url}/grades.csv").text


def test_what_its_writer_took_back_in_time_is_not_shown_to_a_marker(
    desk: Desk, teacher: Browser, writer: Browser
) -> None:
    writer.post(f"/reflections/{desk.submission.public_id}/withdraw")
    desk.make.submission(desk.run, text="Zonder haar nummer.", number=2)
    page = teacher.get(desk.page)
    assert "Zonder haar nummer." in main_words(page)
    assert ("luisterde niet" in page.text, "earlier version" in page.text) == (False, False)
    assert 'data-stand="open"' in page.text  # it is no revision: nobody read the one before


def test_which_comments_led_to_change_is_for_who_made_them(
    returned: Desk, teacher: Browser, colleague: Browser, writer: Browser
) -> None:
    assert "2 more comments are on texts without a next version." in main_words(
        teacher.get("/teach/marking/uses")
    )
    _answer(returned, writer, 0, "no", "Dat was niet zo.")
    _answer(returned, writer, 1, "yes")
    step = f"/lessons/{returned.submission.lesson}/{returned.submission.step}"
    returned.make.draft(returned.run, text=TEXT)
    writer.submit(_url(returned), {}, action="/revise")
    confirm = writer.submit(step, {"text": TEXT.replace("ik luisterde niet", "ik keek weg")})
    writer.submit(confirm.location)
    told = main_words(teacher.get("/teach/marking/uses"))
    assert "used, and the passage changed" in told
    assert "“ik luisterde niet”Now: “ik keek weg”" in told
    assert "not used, and left as it was Dat was niet zo." in told
    assert "Lena" not in told
    assert "Waarom toen?" not in colleague.get("/teach/marking/uses").text
    assert writer.get("/teach/marking/uses").status_code == HTTPStatus.NOT_FOUND


# --- Reasons from the quiz -----------------------------------------------------------------


def _reason(
    desk: Desk, learner: User, words: str, *, is_running: bool = False, is_set: bool = True
) -> None:
    """Somebody said why at the first weighing of the quiz of the lesson."""
    sitting = desk.make.sitting(learner, "toets-waarom-eropaf", group=desk.group)
    with desk.app.app_context():
        edition = desk.make.quiz("toets-waarom-eropaf")
        attempt = attempts.begin(learner.id, edition, None)
        assert isinstance(attempt, QuizAttempt)
        weighing = next(item for item in edition.quiz.items if isinstance(item, WeighingItem))
        said = Response(attempt_id=attempt.id, item=weighing.slug, revision=1, reason=words)
        if not is_running:
            attempt.finished_at, attempt.state = now(), "submitted"
        attempt.sitting_id = sitting.id if is_set else None
        db.session.add(said)
        db.session.commit()


def test_reasons_from_the_quiz_stand_beside_the_text_for_its_writer_and_its_marker(
    desk: Desk, teacher: Browser, writer: Browser, stranger: Browser, make: Factory
) -> None:
    _reason(desk, desk.learner, "Dan houdt zij de regie.")
    _reason(desk, make.learner(), "Van een ander.")
    step = f"/lessons/{desk.submission.lesson}/{desk.submission.step}"
    for page in (writer.get(step), teacher.get(desk.page)):
        assert "Dan houdt zij de regie." in main_words(page)
        assert "Van een ander." not in page.text
    assert desk.learner.name not in teacher.get(desk.page).text
    assert stranger.get(desk.page).status_code == HTTPStatus.NOT_FOUND
    writer.post(f"/reflections/{desk.submission.public_id}/withdraw")
    assert "Dan houdt zij de regie." in main_words(writer.get(step))  # while writing too


def test_a_marker_reads_no_reasons_of_who_practised_or_beside_a_name(
    desk: Desk, teacher: Browser, writer: Browser
) -> None:
    """The privacy page promises both."""
    _reason(desk, desk.learner, "Om te oefenen.", is_set=False)
    step = f"/lessons/{desk.submission.lesson}/{desk.submission.step}"
    assert "Om te oefenen." in main_words(writer.get(step))
    assert "Om te oefenen." not in teacher.get(desk.page).text
    _reason(desk, desk.learner, "Dan houdt zij de regie.")
    assert "Dan houdt zij de regie." in teacher.get(desk.page).text
    with desk.app.app_context():
        db.session.get_one(Assignment, desk.assignment.id).names_hidden = False
        db.session.commit()
    page = teacher.get(desk.page)
    assert desk.learner.name in page.text
    assert "Dan houdt zij de regie." not in page.text


def test_what_is_still_being_answered_stands_beside_no_text(desk: Desk, teacher: Browser) -> None:
    _reason(desk, desk.learner, "Nog niet ingeleverd.", is_running=True)
    assert "Nog niet ingeleverd." not in teacher.get(desk.page).text
