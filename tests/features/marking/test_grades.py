"""The book of grades: only added to, chained, and the one source of what anybody reads."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DatabaseError

from course.core.db import db
from course.domain import gradechain
from course.domain.gradechain import Break
from course.domain.grades import Grade as Value
from course.domain.grades import Word
from course.marking import grades
from course.marking.models import Grade
from tests.browser import Browser
from tests.factories import Factory
from tests.features.at_once import at_once
from tests.features.marking.conftest import Desk

InApp = Callable[[], AbstractContextManager[None]]

TRIGGERS = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'grade_event'"
WORDS = (Word.INSUFFICIENT, Word.SUFFICIENT, Word.GOOD)


def _add(desk: Desk, *words: Word | None) -> None:
    with desk.app.app_context():
        for word in words:
            value = None if word is None else Value(word=word)
            grades.add(desk.learner.id, desk.assignment.id, value, by=desk.teacher.id, reason="x")
            db.session.commit()


def _events(desk: Desk) -> list[Grade]:
    with desk.app.app_context():
        return list(db.session.scalars(select(Grade).order_by(Grade.number)))


def test_the_chain_holds_when_sixteen_add_at_once(make: Factory, desk: Desk) -> None:
    learners = [make.learner() for _number in range(16)]

    def job(number: int) -> Callable[[], int]:
        def add() -> int:
            with desk.app.app_context():
                value = Value(word=WORDS[number % 3])
                found = grades.add(
                    learners[number].id, desk.assignment.id, value, by=desk.teacher.id, reason="x"
                )
                db.session.commit()
                return found

        return add

    numbers = at_once([job(number) for number in range(16)])
    assert sorted(numbers) == list(range(1, 17))
    with desk.app.app_context():
        assert grades.verify() == (16, None)


def test_two_that_give_one_learner_the_same_grade_leave_one_event(desk: Desk) -> None:
    at_once([lambda: _add(desk, Word.GOOD) for _time in range(4)])
    assert [row.number for row in _events(desk)] == [1]


def test_the_same_grade_once_more_adds_nothing(desk: Desk) -> None:
    _add(desk, Word.GOOD, Word.GOOD, None, None, Word.GOOD)
    assert [json.loads(row.body)["value"] is None for row in _events(desk)] == [False, True, False]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE grade_event SET body = '{}' WHERE number = 1",
        "UPDATE grade_event SET number = 7 WHERE number = 1",
        "DELETE FROM grade_event WHERE number = 1",
        "DELETE FROM grade_event",
    ],
)
def test_the_database_refuses_to_change_an_event(desk: Desk, statement: str) -> None:
    _add(desk, Word.GOOD)
    with desk.app.app_context():
        with pytest.raises(DatabaseError, match="grades are only added"):
            db.session.execute(text(statement))
        db.session.rollback()
        assert grades.verify() == (1, None)


@contextmanager
def _unguarded(app: Flask) -> Iterator[None]:
    """As whoever has the database itself in their hands can do.

    With connections of its own: each test begins with the same file, so one that stays open would
    not notice that the triggers went and came back.
    """
    with app.app_context():
        db.engine.dispose()
        is_postgresql = db.engine.dialect.name == "postgresql"
        kept = [] if is_postgresql else list(db.session.scalars(text(TRIGGERS)))
        if is_postgresql:
            db.session.execute(text("ALTER TABLE grade_event DISABLE TRIGGER ALL"))
        for verb in ("update", "delete") if kept else ():
            db.session.execute(text(f"DROP TRIGGER grade_event_no_{verb}"))
        try:
            yield
        finally:
            db.session.rollback()
            for statement in kept or ["ALTER TABLE grade_event ENABLE TRIGGER ALL"]:
                db.session.execute(text(statement))
            db.session.commit()
            db.session.remove()
            db.engine.dispose()


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "change",
    [
        'UPDATE grade_event SET body = replace(body, \'"word":"O"\', \'"word":"G"\')'
        " WHERE number = :number",
        'UPDATE grade_event SET body = replace(body, \'"reason":"x"\', \'"reason":"y"\')'
        " WHERE number = :number",
    ],
)
def test_one_changed_byte_is_named(desk: Desk, number: int, change: str) -> None:
    _add(desk, Word.INSUFFICIENT, None, Word.INSUFFICIENT)
    with _unguarded(desk.app):
        db.session.execute(text(change), {"number": number})
        db.session.commit()
        count, misfit = grades.verify()
    assert count == 3
    assert misfit is not None
    assert (misfit.number, misfit.why) == (number, Break.CHANGED)


def test_an_event_that_was_taken_away_at_the_end_is_missed(desk: Desk) -> None:
    _add(desk, Word.INSUFFICIENT, Word.GOOD)
    with _unguarded(desk.app):
        db.session.execute(text("DELETE FROM grade_event WHERE number = 2"))
        db.session.commit()
        _count, misfit = grades.verify()
    assert misfit is not None
    assert (misfit.number, misfit.why) == (1, Break.END)


def test_the_command_says_that_all_is_well_or_names_the_event(desk: Desk) -> None:
    _add(desk, Word.INSUFFICIENT, Word.GOOD)
    run = desk.app.test_cli_runner().invoke
    fine = run(args=["grades", "verify"])
    assert (fine.exit_code, fine.output) == (0, "2 events, and each fits the one before.\n")
    change = "UPDATE grade_event SET hash = upper(hash) WHERE number = 2"
    with _unguarded(desk.app):
        db.session.execute(text(change))
        db.session.commit()
        wrong = run(args=["grades", "verify"])
    assert wrong.exit_code == 1
    assert "event 2 does not fit: changed" in wrong.output


# --- One source ----------------------------------------------------------------------------


def test_page_and_export_show_what_the_events_add_up_to(
    desk: Desk, teacher: Browser, writer: Browser
) -> None:
    desk.finish(teacher, level=2)
    teacher.submit(f"{desk.url}/results", {"do": "all"})
    with desk.app.app_context():
        events = [grades._event(row.body) for row in _events_here()]
        (plain,) = gradechain.fold(events).values()
    value = Value.from_plain(plain)  # type: ignore[arg-type]  # an object, as each of ours is
    assert value.code == "6.7"
    page = writer.get(f"/reflections/{desk.submission.public_id}/feedback")
    assert f">{value.code}</output>" in page.text
    assert f";{value.code};" in teacher.get(f"{desk.url}/grades.csv").text
    with desk.app.app_context():
        assert grades.current(desk.assignment.id, [desk.learner.id]) == {desk.learner.id: value}


def _events_here() -> list[Grade]:
    return list(db.session.scalars(select(Grade).order_by(Grade.number)))


def _count(desk: Desk) -> int:
    with desk.app.app_context():
        return db.session.execute(select(func.count(Grade.number))).scalar_one()


def test_each_step_that_changes_a_grade_leaves_one_event_and_no_other_does(
    desk: Desk, teacher: Browser, writer: Browser
) -> None:
    counts = []

    def did(answer: object) -> None:
        assert answer
        counts.append(_count(desk))

    did(teacher.post(f"{desk.page}/save", data=desk.judgement(1)))
    desk.finish(teacher)
    did(True)
    did(teacher.submit(f"{desk.url}/results", {"do": "all"}))
    did(teacher.submit(f"{desk.url}/results", {"do": "all"}))  # once more gives nothing anew
    did(teacher.submit(f"{desk.page}/retract", {"why": "Te vroeg."}))
    did(teacher.post(f"{desk.page}/retract", data={"why": "Nog eens."}))
    did(teacher.submit(desk.page, {"do": "reopen"}, action=desk.page))
    desk.finish(teacher, level=3)
    did(True)
    did(teacher.submit(f"{desk.url}/results", {"do": "all"}))
    did(writer.post(f"/reflections/{desk.submission.public_id}/revise"))
    assert counts == [0, 0, 1, 1, 2, 2, 2, 2, 3, 3]
    with desk.app.app_context():
        assert grades.verify() == (3, None)


def test_the_book_is_read_in_pieces(desk: Desk) -> None:
    _add(desk, *WORDS)
    sent: list[str] = []
    with desk.app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
        assert grades.verify() == (3, None)
    assert sum("FROM grade_event" in statement for statement in sent) == 1


def test_who_is_erased_leaves_a_number_that_says_nothing(
    desk: Desk, writer: Browser, make: Factory
) -> None:
    _add(desk, Word.GOOD)
    writer.submit("/me/privacy/delete", {"password": "een goed bewaard geheim", "sure": "y"})
    (row,) = _events(desk)
    assert "Lena" not in row.body
    assert str(desk.learner.id) not in row.body
    with desk.app.app_context():
        assert grades.verify() == (1, None)
        assert grades.current(desk.assignment.id, [desk.learner.id]) == {}
