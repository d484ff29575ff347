"""A gradebook of five hundred learners by sixty columns: half reflections, half quizzes."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice, product
from typing import Any, Final

from sqlalchemy import func, insert, select, text

from course.core.clock import now
from course.core.db import db
from course.domain import gradechain
from course.domain.gradechain import GradeEvent
from course.domain.grades import Scheme, grade
from course.lessons.models import Enrolment
from course.marking.models import Assignment, Grade, GradeSubject, Marking, Release
from course.quizzes.models import Mark, QuizAttempt, Sitting
from course.reflections.models import Submission
from tests.benchmarks.people import signed_in
from tests.benchmarks.progress import Room
from tests.factories import LESSON, QUIZ, Factory

LEARNERS: Final = 500
FEW: Final = 10  # times as few learners
EACH: Final = 30  # reflections, and as many quizzes
ITEMS: Final = 20  # of a quiz
SHARES: Final = ("1", "0", "1", "2/3", "1")  # of its items, in turn
AT_ONCE: Final = 20_000  # rows in one statement

Rows = Iterator[dict[str, Any]]


def gather(make: Factory) -> tuple[Room, Room]:
    """A full gradebook, and one of a tenth of the learners."""
    rooms = _room(make, LEARNERS), _room(make, LEARNERS // FEW)
    with make.together():
        db.session.execute(text("ANALYZE"))  # as either database does by itself in a while
    return rooms


def _room(make: Factory, learners: int) -> Room:
    with make.together():
        teacher = make.instructor()
        people = [make.learner() for _learner in range(learners)]
        group = make.group(instructors=[teacher], learners=people)
        runs = [make.enrolment(user) for user in people]
        asked = [make.assignment(group, step=f"boek-{number}") for number in range(EACH)]
        weights = {f"{LESSON}/{row.step}": "1" for row in asked}
        for _quiz in range(EACH):
            sitting = make.sitting(people[0], group=group)
            sitting.released_at = now()
            weights[f"{QUIZ}/{sitting.id}"] = "1"
        make.grade_rule(group, **weights)
        _reflections(teacher.id, runs, asked)
        _quizzes(group.id, [user.id for user in people])
    return Room(signed_in(make.app, teacher), learners, f"/teach/groups/{group.id}/grades")


def _save(model: Any, rows: Rows) -> None:
    while some := list(islice(rows, AT_ONCE)):
        db.session.execute(insert(model), some)


def _reflections(teacher: int, runs: list[Enrolment], asked: list[Assignment]) -> None:
    """Each was handed in, marked and returned."""
    pairs = list(product(runs, asked))
    texts, marks = _next(Submission.id), _next(Marking.id)
    numbers = range(len(pairs))
    same = {"lesson": LESSON, "number": 1, "text": "Tekst.", "words": 1}
    moment = now()
    _save(
        Submission,
        (
            {
                **same,
                "id": texts + number,
                "public_id": secrets.token_urlsafe(12),
                "user_id": run.user_id,
                "enrolment_id": run.id,
                "step": row.step,
                "receipt": secrets.token_urlsafe(6),
                "handed_in_at": moment,
            }
            for number, (run, row) in zip(numbers, pairs, strict=True)
        ),
    )
    _save(
        Marking,
        (
            {
                "id": marks + number,
                "user_id": run.user_id,
                "submission_id": texts + number,
                "assignment_id": row.id,
                "marker_id": teacher,
                "levels": {},
                "done_at": moment,
            }
            for number, (run, row) in zip(numbers, pairs, strict=True)
        ),
    )
    subjects = [secrets.token_urlsafe(16) for _pair in pairs]
    _save(
        GradeSubject,
        (
            {"subject": subject, "user_id": run.user_id, "assignment_id": row.id}
            for subject, (run, row) in zip(subjects, pairs, strict=True)
        ),
    )
    first = _next(Grade.number)
    _save(Grade, _events(first, subjects))
    _save(
        Release,
        (
            {
                "user_id": run.user_id,
                "submission_id": texts + number,
                "assignment_id": row.id,
                "marking_id": marks + number,
                "grade_number": first + number,
                "visible_at": moment,
            }
            for number, (run, row) in zip(numbers, pairs, strict=True)
        ),
    )


def _next(column: Any) -> int:
    return (db.session.scalar(select(func.max(column))) or 0) + 1


def _events(first: int, subjects: list[str]) -> Rows:
    last = select(Grade.hash).order_by(Grade.number.desc()).limit(1)
    previous = db.session.scalar(last) or gradechain.START
    for number, subject in enumerate(subjects):
        event = GradeEvent(
            subject=subject,
            actor="user/1",
            at=now(),
            value=grade(number % 101, 100, Scheme()).to_plain(),  # type: ignore[arg-type]  # as JSON
            previous=None,
            reason="given",
        )
        own = gradechain.chained(event, previous)
        yield {
            "number": first + number,
            "subject": subject,
            "body": gradechain.canonical(event),
            "previous": previous,
            "hash": own,
        }
        previous = own


def _quizzes(group: int, learners: list[int]) -> None:
    """Each was handed in once, with twenty items, and the results were given."""
    sittings = db.session.execute(
        select(Sitting.id, Sitting.edition_id).where(Sitting.group_id == group)
    ).all()
    first = _next(QuizAttempt.id)
    pairs = list(product(learners, sittings))
    items = [f"vraag-{number}" for number in range(ITEMS)]
    began = now() - timedelta(hours=1)
    _save(
        QuizAttempt,
        (
            {
                "id": first + number,
                "public_id": secrets.token_urlsafe(12),
                "user_id": user,
                "sitting_id": sitting,
                "slug": QUIZ,
                "scope": f"sitting-{sitting}",
                "number": 1,
                "edition_id": edition,
                "seed": 1,
                "items": items,
                "rules": {"feedback": "test"},
                "state": "graded",
                "started_at": began,
                "finished_at": now(),
            }
            for number, (user, (sitting, edition)) in enumerate(pairs)
        ),
    )
    _save(
        Mark,
        (
            {
                "attempt_id": first + number,
                "item": item,
                "fraction": SHARES[(number + place) % len(SHARES)],
                "maximum": 2,
                "state": "right",
                "key": "",
            }
            for number, (place, item) in product(range(len(pairs)), enumerate(items))
        ),
    )
