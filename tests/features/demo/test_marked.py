"""Reflections of the demo that were marked: every state, true to the rubric, and gone with it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlalchemy import select

from course import demo
from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.core.outbox import Message
from course.curriculum.positions import ContentErrors
from course.demo import marked
from course.domain import anchors
from course.groups.models import Group
from course.marking import grades, queries, releasing, rubrics
from course.marking.models import (
    Agreed,
    Assignment,
    Grade,
    GradeSubject,
    Marking,
    Release,
    Remark,
)
from course.marking.queries import Stand
from course.reflections.models import HelpRequest, Submission
from tests.browser import Browser
from tests.pages import main_words

InApp: TypeAlias = Callable[[], AbstractContextManager[None]]
SignIn: TypeAlias = Callable[[User], Browser]
Named: TypeAlias = Callable[[str], User]

STUDENT, INSTRUCTOR, COLLEAGUE = "student@example.org", "docent@example.org", "collega@example.org"
FIRST, SECOND = "waarom-eropaf", "afsluiten-of-loslaten"
# Loading takes a second; what the rows are like is the same on either database.
on_one_database = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def _all(model: type[Any], **columns: Any) -> list[Any]:
    return list(db.session.scalars(select(model).filter_by(**columns)))


def _asked(marker: User, lesson: str) -> Assignment:
    return next(row for row, _group in queries.assignments_of(marker.id) if row.lesson == lesson)


def _stands(marker: User, lesson: str) -> dict[str, Stand]:
    names = {user.id: user.name for user in _all(User)}
    items = queries.queue(_asked(marker, lesson), marker.id)
    return {names[item.submission.user_id]: item.stand for item in items}


@pytest.mark.usefixtures("loaded")
def test_there_is_one_of_everything_to_do(in_app: InApp, named: Named) -> None:
    with in_app():
        instructor, colleague = named(INSTRUCTOR), named(COLLEAGUE)
        assert _stands(instructor, FIRST) == {
            "Fenna Dijkhuis": Stand.GIVEN,
            "Youssef Amrani": Stand.GIVEN,
            "Naomi Kwarteng": Stand.DONE,
            "Latifa Boukhari": Stand.MINE,
            "Chiara Martina": Stand.OPEN,
        }
        assert _stands(instructor, SECOND) == {
            "Samira B.": Stand.GIVEN,
            "Fenna Dijkhuis": Stand.DONE,
            "Chiara Martina": Stand.DONE,
        }
        assert _stands(colleague, SECOND)["Fenna Dijkhuis"] is Stand.SECOND
        waiting = _asked(instructor, SECOND)
        items = queries.queue(waiting, instructor.id)
        # One waits for the second reader, and two readers have to agree about another.
        ready = [releasing.final_of(item, queries.agreed_of(item.submission.id)) for item in items]
        assert sum(final is not None for final in ready) == 1
        (question,) = _all(HelpRequest)
        assert question.answered_at is None
        assert question.shows_draft


@pytest.mark.usefixtures("loaded")
def test_each_grade_is_in_the_book_and_follows_from_the_levels(in_app: InApp) -> None:
    with in_app():
        assert grades.verify()[1] is None
        for release in _all(Release):
            group_id = db.session.get_one(Assignment, release.assignment_id).group_id
            at = db.session.get_one(Assignment, release.assignment_id)
            assignment = queries.assignment_at(group_id, at.lesson, at.step)
            assert assignment is not None
            marking = db.session.get_one(Marking, release.marking_id)
            agreed = db.session.get(Agreed, release.submission_id)
            due = (
                rubrics.agreed_grade(assignment, agreed)
                if agreed
                else rubrics.grade_of(assignment, marking.levels)
            )
            assert grades.current(assignment.id, [release.user_id]) == {release.user_id: due}
        assert len(_all(Release)) == len(_all(Grade)) == 3


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_every_remark_is_on_its_passage_and_nobody_is_called_by_name(in_app: InApp) -> None:
    with in_app():
        texts = {row.id: row.text for row in _all(Submission)}
        first_names = {user.name.split()[0] for user in _all(User)}
        markings = {row.id: row for row in _all(Marking)}
        remarks = _all(Remark)
        for row in markings.values():
            there = [remark for remark in remarks if remark.marking_id == row.id]
            assert 2 <= len(there) <= 4
            said = " ".join([row.comment, row.note, *(remark.text for remark in there)])
            assert not [name for name in first_names if f"{name} " in f"{said} "]
        for remark in remarks:
            text = texts[markings[remark.marking_id].submission_id]
            found = anchors.find(anchors.Anchor(**remark.anchor), text)
            assert found.span is not None
            start, end = found.span
            assert text[start:end] == remark.anchor["quote"]


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_it_all_happened_after_handing_in_and_nothing_is_mailed(in_app: InApp) -> None:
    with in_app():
        for row in _all(Marking):
            submission = db.session.get_one(Submission, row.submission_id)
            assert submission.marking_began_at is not None
            assert submission.handed_in_at < submission.marking_began_at <= row.saved_at < now()
            assert (row.done_at is None) or row.done_at == row.saved_at
        releasing.tell_due()
        assert _all(Message) == []


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_the_student_finds_their_feedback_on_their_home_page(
    in_app: InApp, sign_in: SignIn, named: Named
) -> None:
    browser = sign_in(named(STUDENT))
    with in_app():
        (submission,) = _all(Submission, user_id=named(STUDENT).id)
    address = f"/reflections/{submission.public_id}/feedback"
    assert address in browser.get("/home").text
    page = main_words(browser.get(address))
    assert "7,2" in page
    assert "Mooi dat je dit opschrijft en het niet uitlegt." in page
    assert "Je eigen patroon ligt om de hoek" not in page  # the second reader's words
    assert sign_in(named("Fenna Dijkhuis")).get(address).status_code == 404


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_whoever_marks_sees_codes_instead_of_names_until_results_are_returned(
    in_app: InApp, sign_in: SignIn, named: Named
) -> None:
    with in_app():
        assignment = _asked(named(INSTRUCTOR), FIRST)
    page = main_words(sign_in(named(INSTRUCTOR)).get(f"/teach/marking/{assignment.id}/results"))
    for name in ("Fenna Dijkhuis", "Youssef Amrani"):
        assert name in page
    for name in ("Naomi Kwarteng", "Latifa Boukhari", "Chiara Martina"):
        assert name not in page


@pytest.mark.usefixtures("loaded")
def test_only_numbers_are_left_when_the_demo_goes(in_app: InApp) -> None:
    with in_app():
        demo.remove()
        for model in (Assignment, Marking, Remark, Agreed, Release, GradeSubject, HelpRequest):
            assert _all(model) == []
        bodies = " ".join(row.body for row in _all(Grade))
        assert len(_all(Grade)) == 3
        for name in ("Samira", "Fenna", "Youssef", "example.org"):
            assert name not in bodies
        assert demo.load()
        assert grades.verify()[1] is None
        assert len(_all(Grade)) == 6


@on_one_database
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("quote: Ik heb het hem nooit gevraagd.", "quote: Staat er niet."), "is not once in"),
        (("learner: Naomi Kwarteng", "learner: Daan Wiersema"), "handed nothing in"),
        (("weging: 2, handelen: 2}", "weging: 9, handelen: 2}"), "do not fit the rubric"),
        (("weging: 2, handelen: 2}", "weging: 2}"), "do not fit the rubric"),
        (("lesson: waarom-eropaf", "lesson: bestaat-niet"), "is no reflection that has a rubric"),
        (("learner: Esra Yildirim", "learner: Daan Wiersema"), "did not begin it"),
    ],
)
def test_a_sheet_that_does_not_fit_loads_nothing(
    in_app: InApp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: tuple[str, str],
    message: str,
) -> None:
    sheet = tmp_path / "marked.yaml"
    sheet.write_text(marked.SHEET.read_text("utf-8").replace(*change, 1), "utf-8")
    told = marked.read(sheet)
    monkeypatch.setattr(marked, "read", lambda: told)
    with in_app():
        with pytest.raises(demo.DemoError, match=message):
            demo.load()
        assert _all(User) == []
        assert _all(Group) == []


def test_a_remark_that_was_not_used_says_why(tmp_path: Path) -> None:
    sheet = tmp_path / "marked.yaml"
    text = marked.SHEET.read_text("utf-8")
    why = "\n            why: Ik wil dat juist niet bijhouden. Dan hangt er weer een scherm."
    assert why in text
    sheet.write_text(text.replace(why, ""), "utf-8")
    with pytest.raises(ContentErrors, match="say 'why' with 'used: false'"):
        marked.read(sheet)
