"""What happened to each cell of one learner, as far as they can see its result now.

A grade has its events in the book of grades; a quiz has its attempts, the changes of a key, and
what somebody judged once more; and both have excuses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from course.core.db import db
from course.core.i18n import _
from course.domain.exact import fraction_of
from course.marking import grades
from course.quizzes.models import Judgement, KeyChange, MarkChange, QuizAttempt, Sitting
from course.quizzes.words import said
from course.results import book, gradewords
from course.results.book import GIVEN, Book, Kind
from course.results.models import Excuse

RETURNED: Final = "given"  # why a grade is in the book, when nobody wrote a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that happened to a cell."""

    at: datetime
    what: str  # in words: the grade from then on, or what was done
    why: str = ""


def histories(found: Book, group_id: int) -> dict[str, list[Line]]:
    """What happened to each cell of the only learner in a book, by subject and oldest first.

    Five queries. What was not given yet has only its excuses.
    """
    (row,) = found.rows
    given = {
        item.subject: (item, cell)
        for item, cell in zip(found.items, row.cells, strict=True)
        if cell.word in GIVEN
    }
    lines: dict[str, list[Line]] = {}
    for subject, excuses in book.excuses_of(group_id, row.user_id).items():
        lines[subject] = [line for one in excuses for line in _of_excuse(one)]
    events = {
        item.id: (subject, cell.event)
        for subject, (item, cell) in given.items()
        if item.kind is Kind.REFLECTION and cell.event is not None
    }
    for number, entries in grades.histories(row.user_id, list(events)).items():
        subject, last = events[number]
        told = [_of_grade(entry) for entry in entries if entry.number <= last]
        lines.setdefault(subject, []).extend(told)
    quizzes = {item.id: subject for subject, (item, _c) in given.items() if item.kind is Kind.QUIZ}
    for subject, line in _of_quizzes(row.user_id, quizzes):
        lines.setdefault(subject, []).append(line)
    return {subject: sorted(each, key=lambda line: line.at) for subject, each in lines.items()}


def _of_excuse(excuse: Excuse) -> list[Line]:
    begun = Line(at=excuse.made_at, what=_("excused"), why=excuse.reason)
    if excuse.ended_at is None:
        return [begun]
    return [begun, Line(at=excuse.ended_at, what=_("asked again"))]


def _of_grade(entry: grades.Entry) -> Line:
    why = _("returned") if entry.reason == RETURNED else entry.reason
    what = gradewords.grade(entry.value) if entry.value else _("taken back")
    return Line(at=entry.at, what=what, why=why)


def _of_quizzes(user_id: int, sittings: Mapping[int, str]) -> Iterator[tuple[str, Line]]:
    """What happened to the attempts of a learner in these sittings, by subject; three queries.

    ``sittings`` are the subjects by the number of the sitting.
    """
    of_them = (
        QuizAttempt.user_id == user_id,
        Sitting.id.in_(sittings),
        QuizAttempt.finished_at.is_not(None),
    )
    attempts = select(Sitting.id, QuizAttempt.finished_at).join(
        Sitting, Sitting.id == QuizAttempt.sitting_id
    )
    for sitting, at in db.session.execute(attempts.where(*of_them)):
        assert at is not None  # noqa: S101 - as was asked
        yield sittings[sitting], Line(at=at, what=_("handed in"))
    changes = (
        select(Sitting.id, KeyChange, MarkChange)
        .join(KeyChange, KeyChange.sitting_id == Sitting.id)
        .join(MarkChange, MarkChange.change_id == KeyChange.id)
        .join(QuizAttempt, QuizAttempt.id == MarkChange.attempt_id)
        .where(*of_them, KeyChange.shown_at.is_not(None))
    )
    for sitting, change, mark in db.session.execute(changes):
        if mark.is_felt:
            yield sittings[sitting], _of_change(change, mark)
    again = (
        select(Sitting.id, Judgement.given_at)
        .join(QuizAttempt, QuizAttempt.sitting_id == Sitting.id)
        .join(Judgement, Judgement.attempt_id == QuizAttempt.id)
        .where(*of_them, Judgement.number > 1)
    )
    for sitting, at in db.session.execute(again):
        yield sittings[sitting], Line(at=at, what=_("an answer was judged once more"))


def _of_change(change: KeyChange, mark: MarkChange) -> Line:
    """How many points one question gave before and after its key was changed, and why."""
    assert change.shown_at is not None  # noqa: S101 - as was asked
    what = _(
        "one question: %(before)s of %(old)s points became %(after)s of %(new)s",
        before=_points(mark.before),
        old=mark.before["maximum"],
        after=_points(mark.after),
        new=mark.after["maximum"],
    )
    return Line(at=change.shown_at, what=what, why=change.reason)


def _points(mark: Mapping[str, Any]) -> str:
    return said(fraction_of(mark["fraction"]) * mark["maximum"])
