"""The gradebook: who got what, what makes the whole, who is excused; and the file of OSIRIS.

No real file of OSIRIS could be had. The workbooks here are stand-ins, made as manuals of
universities describe it: headings in rows 1 to 8, columns A to H that stay as they are.
"""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from flask import Flask
from lxml import html
from openpyxl import Workbook, load_workbook
from sqlalchemy import select, update

from course.accounts.models import User
from course.audit.models import Entry
from course.core.clock import now
from course.core.db import db
from course.curriculum.schema import SingleQuestion
from course.domain.grades import Reason
from course.domain.scoring.scores import AnswerState
from course.groups.models import Group, Part
from course.marking.models import Assignment
from course.quizzes.models import Mark, QuizAttempt, Sitting
from course.quizzes.rekeying import Change, Kind
from course.results import book
from course.teaching import osiris
from tests import pages
from tests.browser import Browser
from tests.conftest import CountsQueries, Once
from tests.factories import LESSON, Factory
from tests.features.quizzes.regraded import regraded
from tests.features.teaching.sat import handed_in, right
from tests.pages import main_words

SignIn = Callable[[User], Browser]
OTHER = "afsluiten-of-loslaten"
CSV = "files/grades.csv"


@dataclass(frozen=True, slots=True)
class Class:
    """A group of three, of whom the first has a grade that was returned."""

    teacher: User
    group: Group
    anna: User  # has 10.0 for the first reflection, and all points of the quiz
    bram: User  # handed in, and it was not returned
    coen: User  # did nothing
    first: Assignment
    quiz: Sitting

    @property
    def url(self) -> str:
        """The gradebook."""
        return f"/teach/groups/{self.group.id}/grades"

    @property
    def subject(self) -> str:
        """The first reflection."""
        return f"{self.first.lesson}/{self.first.step}"

    @property
    def quiz_subject(self) -> str:
        """The quiz."""
        return f"{self.quiz.slug}/{self.quiz.id}"


def _class(app: Flask) -> Class:
    make = Factory(app)
    teacher = make.instructor(language="en")
    anna, bram, coen = (
        make.learner(name=name, language="en") for name in ("Anna", "=Bram", "Coen")
    )
    group = make.group(name="SW-2B", instructors=[teacher])
    for user, number in ((anna, "0012345"), (bram, "23456"), (coen, None)):
        make.membership(group, user, student_number=number)
    first = make.assignment(group)
    best = make.submission(make.enrolment(anna))
    make.returned(make.marking(best, first, teacher, level=3))
    waits = make.submission(make.enrolment(bram))
    make.marking(waits, first, teacher, level=0)
    quiz = make.sitting(anna, group=group, feedback="test")
    return Class(teacher, group, anna, bram, coen, first, quiz)


@pytest.fixture
def room(once: Once) -> Class:
    """The class, with hidden names and without a rule."""
    return once(_class)


@pytest.fixture
def make(app: Flask, room: Class) -> Factory:
    """Makes more; what it numbers itself goes on behind the class."""
    more = Factory(app)
    for _number in range(100):
        next(more._numbers)
    return more


@pytest.fixture
def teacher(sign_in: SignIn, room: Class) -> Browser:
    """The browser of who teaches it."""
    return sign_in(room.teacher)


def rows(text: str) -> dict[str, list[str]]:
    """What stands in each cell, by the name at the head of the row."""
    found = pages.parse(text).findall(".//table//tbody/tr")
    return {pages.words(row[0]): [pages.words(cell) for cell in row[1:]] for row in found}


def weigh(teacher: Browser, room: Class, **fields: str) -> None:
    """Set a rule: the reflection and the quiz count as these say."""
    filled = {"pass_mark": "5,5", "step": "tenth", "quiz_percent": "55", **fields}
    answer = teacher.post(f"{room.url}/rule", data=filled)
    assert answer.status_code == 303, answer.text


# --- The table -----------------------------------------------------------------------------


def test_each_learner_has_a_row_with_what_was_given_and_how_far_the_rest_is(
    teacher: Browser, make: Factory, room: Class
) -> None:
    make.lesson_moment(room.group, LESSON, due_at=now() - timedelta(days=1))
    make.excuse(room.coen, room.group, room.quiz_subject)
    assert rows(teacher.get(room.url).text) == {
        "=Bram": ["■ not returned yet", "· nothing yet"],
        "Anna": ["10.0", "· nothing yet"],
        "Coen": ["○ missing", "– excused"],
    }


def test_what_is_marked_and_not_returned_stands_beside_no_name(
    teacher: Browser, room: Class
) -> None:
    """Not as a grade, not in the history, and not in a file."""
    for place in ("", f"/{room.bram.id}", f"/{CSV}"):
        text = teacher.get(f"{room.url}{place}").text
        assert "Bram" in text
        assert "1.0" not in text


def test_a_grade_whose_moment_has_not_come_or_that_was_taken_back_is_not_there(
    teacher: Browser, make: Factory, room: Class
) -> None:
    lesson = {"lesson": OTHER}
    other = make.assignment(room.group, **lesson)
    for user, columns in (
        (room.anna, {"visible_at": now() + timedelta(days=1)}),
        (room.coen, {"retracted_at": now()}),
    ):
        marking = make.marking(make.submission(make.enrolment(user, OTHER)), other, room.teacher)
        make.returned(marking, **columns)
    found = rows(teacher.get(room.url).text)
    assert [found[name][1] for name in ("Anna", "Coen")] == ["■ not returned yet"] * 2


def test_points_of_a_quiz_come_when_its_results_are_given(
    teacher: Browser, make: Factory, sign_in: SignIn, room: Class
) -> None:
    handed_in(make, room.anna, room.quiz, right(make.quiz(room.quiz.slug)))
    learner = sign_in(room.anna)
    before = [
        rows(teacher.get(room.url).text)["Anna"][1],
        main_words(learner.get("/progress/grades")),
    ]
    assert before[0] == "■ not returned yet"
    assert "points" not in before[1]
    _mark_what_waits(make, room.quiz)
    assert rows(teacher.get(room.url).text)["Anna"][1] == "■ not returned yet"
    make.release(room.quiz)
    after = rows(teacher.get(room.url).text)["Anna"][1]
    assert re.fullmatch(r"[0-9]+ of [0-9]+", after)
    assert f"{after} points; counts as" in main_words(learner.get("/progress/grades"))


def _mark_what_waits(make: Factory, sitting: Sitting) -> None:
    """Somebody gives all points for what a person has to mark."""
    with make.together():
        own = select(QuizAttempt.id).where(QuizAttempt.sitting_id == sitting.id)
        waits = update(Mark).where(
            Mark.attempt_id.in_(own), Mark.state == AnswerState.NEEDS_GRADING
        )
        db.session.execute(waits.values(state=AnswerState.RIGHT, fraction="1"))


def test_a_guest_a_learner_and_an_instructor_elsewhere_have_no_gradebook(
    make: Factory, sign_in: SignIn, room: Class
) -> None:
    guest, elsewhere = make.instructor(), make.instructor()
    make.membership(room.group, guest, part=Part.GUEST)
    make.group(instructors=[elsewhere])
    for user in (guest, elsewhere, room.anna):
        browser = sign_in(user)
        for place in ("", "/rule", f"/{room.anna.id}", f"/{CSV}", "/osiris"):
            assert browser.get(f"{room.url}{place}").status_code == 404
    assert sign_in(room.teacher).get(f"{room.url}/{guest.id}").status_code == 404


@pytest.mark.parametrize("more", [0, 12])
def test_the_page_takes_the_same_queries_for_any_number_of_learners_and_columns(
    teacher: Browser, make: Factory, room: Class, count_queries: CountsQueries, more: int
) -> None:
    with make.together():
        for _learner in range(more):
            user = make.learner()
            make.membership(room.group, user)
            make.submission(make.enrolment(user))
        for _quiz in range(more // 4):
            make.sitting(room.anna, group=room.group)
    teacher.get(room.url)
    with count_queries() as statements:
        teacher.get(room.url)
    assert len(statements) == 12, statements  # the user, the group and ten of the book


# --- The whole -----------------------------------------------------------------------------


def test_without_a_rule_there_is_no_whole(teacher: Browser, room: Class) -> None:
    page = teacher.get(room.url)
    assert "nobody said what counts how much" in main_words(page)
    assert {len(cells) for cells in rows(page.text).values()} == {2}


def test_the_whole_is_the_same_for_instructor_learner_and_file(
    teacher: Browser, make: Factory, sign_in: SignIn, room: Class
) -> None:
    make.excuse(room.anna, room.group, room.quiz_subject, reason="Vrijstelling van mei")
    weigh(
        teacher,
        room,
        **{f"weight-reflection-{room.first.id}": "2", f"weight-quiz-{room.quiz.id}": "1,5"},
    )
    found = rows(teacher.get(room.url).text)
    assert {name: cells[2] for name, cells in found.items()} == {
        "Anna": "10.0 passed",
        "=Bram": "not known yet",
        "Coen": "not known yet",
    }
    own = main_words(sign_in(room.anna).get("/progress/grades"))
    assert "10.0 passed · all together, passed from 5.5" in own
    assert "excused Vrijstelling van mei" in own
    table = list(
        csv.reader(
            StringIO(teacher.get(f"{room.url}/{CSV}").data.decode("utf-8-sig")), delimiter=";"
        )
    )
    by_name = {line[0]: line[1:] for line in table}
    assert by_name["Anna"] == ["0012345", "10", "excused", "", "10", "passed"]
    assert by_name["'=Bram"][:2] == ["23456", "not returned yet"]


def test_the_reason_of_an_excuse_is_for_the_person_and_the_instructors(
    teacher: Browser, make: Factory, sign_in: SignIn, room: Class
) -> None:
    make.excuse(room.coen, room.group, reason="Mantelzorg")
    assert "Mantelzorg" in main_words(teacher.get(f"{room.url}/{room.coen.id}"))
    assert "Mantelzorg" in main_words(sign_in(room.coen).get("/progress/grades"))
    assert "Mantelzorg" not in sign_in(room.bram).get("/progress/grades").text
    for place in ("", f"/{CSV}"):
        assert "Mantelzorg" not in teacher.get(f"{room.url}{place}").text


@pytest.mark.parametrize(
    ("field", "value"),
    [("pass_mark", "1"), ("pass_mark", "5,55"), ("quiz_percent", "100"), ("weight", "-1")],
)
def test_a_rule_outside_its_bounds_is_refused_in_words(
    teacher: Browser, room: Class, field: str, value: str
) -> None:
    name = f"weight-quiz-{room.quiz.id}" if field == "weight" else field
    filled = {"pass_mark": "5.5", "step": "tenth", "quiz_percent": "55", name: value}
    page = teacher.post(f"{room.url}/rule", data=filled)
    assert page.status_code == 422
    assert "Give a" in main_words(page)
    with teacher.application.app_context():
        assert book.rule_of(room.group.id) is None


def test_a_grade_that_waits_for_answers_waits_on_the_page_of_the_learner_too(
    teacher: Browser, make: Factory, sign_in: SignIn, room: Class
) -> None:
    other = make.assignment(room.group, lesson=OTHER, reply_required=True)
    marking = make.marking(make.submission(make.enrolment(room.coen, OTHER)), other, room.teacher)
    make.remark(marking)
    make.returned(marking)
    weigh(teacher, room, **{f"weight-reflection-{other.id}": "1"})
    given = rows(teacher.get(room.url).text)["Coen"]
    own = main_words(sign_in(room.coen).get("/progress/grades"))
    assert given[1] not in own
    assert "answer the remarks first" in own
    assert "not known yet" in own


# --- One learner ---------------------------------------------------------------------------


def test_excusing_and_asking_again_stand_in_the_history(teacher: Browser, room: Class) -> None:
    url = f"{room.url}/{room.coen.id}"
    refused = teacher.post(url, data={"subject": room.subject, "reason": " "})
    assert refused.status_code == 422
    teacher.post(url, data={"subject": room.subject, "reason": "Vrijstelling"})
    assert "excused" in main_words(teacher.get(url))
    teacher.post(url, data={"subject": room.subject, "do": "end"})
    page = main_words(teacher.get(url))
    assert "– excused" not in page
    assert "excused · Vrijstelling" in page
    assert "asked again" in page
    assert teacher.post(url, data={"subject": "x/y", "reason": "Nee"}).status_code == 404


def test_the_history_of_a_grade_comes_from_the_book_and_the_learner_reads_the_same(
    teacher: Browser, sign_in: SignIn, room: Class
) -> None:
    for page in (
        teacher.get(f"{room.url}/{room.anna.id}"),
        sign_in(room.anna).get("/progress/grades"),
    ):
        assert "10.0 · returned" in main_words(page)


def test_another_key_stands_in_the_history_of_a_quiz_once_its_points_are_given(
    app: Flask, teacher: Browser, make: Factory, sign_in: SignIn, room: Class
) -> None:
    edition = make.quiz(room.quiz.slug)
    handed_in(make, room.anna, room.quiz, right(edition))
    _mark_what_waits(make, room.quiz)
    item = next(item for item in edition.quiz.items if isinstance(item, SingleQuestion))
    change = Change(item=item.slug, kind=Kind.DROP)
    with app.app_context():
        regraded(room.quiz, change, by=room.teacher.id, reason="Dubbelzinnig.")
    pages_of_both = [
        lambda: main_words(teacher.get(f"{room.url}/{room.anna.id}")),
        lambda: main_words(sign_in(room.anna).get("/progress/grades")),
    ]
    assert ["Dubbelzinnig." in words() for words in pages_of_both] == [False, False]
    make.release(room.quiz)
    told = "one question: 2 of 2 points became 0 of 0 · Dubbelzinnig."
    assert [told in words() for words in pages_of_both] == [True, True]


# --- Files ---------------------------------------------------------------------------------


def test_a_workbook_holds_no_formula_and_whoever_is_in_it_can_read_that_it_was_taken(
    app: Flask, teacher: Browser, room: Class
) -> None:
    answer = teacher.get(f"{room.url}/files/grades.xlsx")
    cells = [cell for row in load_workbook(BytesIO(answer.data)).worksheets[0] for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert "=Bram" in {cell.value for cell in cells}
    with app.app_context():
        noted = db.session.query(Entry.user_id).filter_by(kind="exported").all()
    assert {row.user_id for row in noted} == {room.anna.id, room.bram.id, room.coen.id}


# --- OSIRIS --------------------------------------------------------------------------------

STUDENTS = ("12345", "23456", "0099999", "=A1", 34567)


def stand_in(column: int = 9, *, heading: str = "Resultaat", there: str | None = None) -> bytes:
    """A workbook like the one OSIRIS makes, as far as manuals tell: our own, and no real one."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.cell(1, 1, "Cijferinvoer")
    sheet.cell(3, 2, "Cursus")
    sheet.cell(8, 1, "Studentnummer")
    sheet.cell(8, 2, "Naam")
    sheet.cell(8, column, heading)
    sheet.column_dimensions["B"].width = 31
    for row, number in enumerate(STUDENTS, start=9):
        sheet.cell(row, 1, number)
        sheet.cell(row, 2, "Naam van OSIRIS")
    sheet.cell(9, column, there)
    file = BytesIO()
    made.save(file)
    return file.getvalue()


KNOWN = {
    "12345": osiris.Student("Anna", "8,0"),
    "23456": osiris.Student("Bram", ""),
    "34567": osiris.Student("Coen", "NVD"),
}


def test_only_empty_cells_of_results_are_filled_in_and_all_else_stays() -> None:
    before = stand_in()
    filled = osiris.fill(before, KNOWN)
    assert isinstance(filled, osiris.Filled)
    assert [(line.student, line.outcome, line.value) for line in filled.lines] == [
        ("12345", "filled", "8,0"),
        ("23456", "no-result", ""),
        ("0099999", "unknown", ""),
        ("=A1", "unknown", ""),
        ("34567", "filled", "NVD"),
    ]
    old, new = (load_workbook(BytesIO(each)).active for each in (before, filled.content))
    assert old is not None
    assert new is not None
    changed = {
        cell.coordinate: cell.value
        for row in new.iter_rows()
        for cell in row
        if cell.value != old[cell.coordinate].value
    }
    assert changed == {"I9": "8,0", "I13": "NVD"}
    assert new.column_dimensions["B"].width == 31


def test_what_stands_there_stays() -> None:
    filled = osiris.fill(stand_in(there="6,5"), KNOWN)
    assert isinstance(filled, osiris.Filled)
    assert (filled.lines[0].outcome, filled.lines[0].value) == ("there", "6,5")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (stand_in(heading="Cijfer"), "no-heading"),
        (stand_in(column=8), "in-fixed"),
        (b"naam;cijfer\n", "damaged"),
        (b"PK\x03\x04" + b"x" * 100, "damaged"),
        (b"x" * (osiris.LARGEST + 1), "too-large"),
    ],
)
def test_a_wrong_file_is_told_apart(content: bytes, why: str) -> None:
    assert osiris.fill(content, KNOWN) == why


def test_a_workbook_that_is_large_inside_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osiris, "MOST_UNPACKED", 1000)
    assert osiris.fill(stand_in(), KNOWN) == "unpacks"


def test_a_number_of_two_people_is_nobodys() -> None:
    def row(user_id: int, number: str) -> book.Row:
        return book.Row(
            user_id=user_id, name="x", student_number=number, cells=(), whole=Reason.WAITING
        )

    twice = [row(1, "0012"), row(2, "12"), row(3, "s0013"), row(4, "geen")]
    found = osiris.students(twice, {1: "7,0", 2: "8,0", 3: "9,0", 4: "1,0"})
    assert {number: student.value for number, student in found.items()} == {"13": "9,0"}


def test_the_page_tells_what_became_of_each_row_and_holds_the_file(
    teacher: Browser, room: Class
) -> None:
    sent: dict[str, Any] = {
        "file": (BytesIO(stand_in()), "cijfers.xlsx"),
        "result": room.subject,
        "missing": "nvd",
        "not_taken": "ND",
        "excused": "VR",
    }
    page = teacher.post(f"{room.url}/osiris", data=sent, content_type="multipart/form-data")
    assert rows(page.text)["9"] == ["12345", "Anna", "10,0", "● filled in"]
    assert rows(page.text)["10"] == ["23456", "=Bram", "–", "· no result"]
    assert "1 student of this group has no student number here" in main_words(page)
    link = html.fromstring(page.text).xpath("//a[@download]/@href")[0]
    assert link.startswith("data:application/vnd.openxmlformats")


def test_a_wrong_code_or_no_file_is_refused(teacher: Browser, room: Class) -> None:
    sent = {"result": room.subject, "missing": "=1+1", "not_taken": "", "excused": ""}
    page = teacher.post(f"{room.url}/osiris", data=sent)
    assert page.status_code == 422
    assert "at most six letters" in main_words(page)
    page = teacher.post(f"{room.url}/osiris", data={**sent, "missing": "NVD"})
    assert "Choose the file that OSIRIS made." in main_words(page)
