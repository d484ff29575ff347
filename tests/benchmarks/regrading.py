"""How long it takes to change a key after a thousand attempts at forty items had been handed in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from random import Random
from time import perf_counter
from typing import Any, Final

from flask import Flask
from sqlalchemy import insert, select, update

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.curriculum.schema import SingleQuestion
from course.domain.attempts.regrading import Apply
from course.groups.models import Group
from course.quizzes import regrading
from course.quizzes.models import KeyChange, Mark, QuizAttempt, Response, Sitting
from course.quizzes.rekeying import Change, Kind
from tests.benchmarks.figures import ATTEMPTS, ITEMS
from tests.benchmarks.people import factory_of

LOT: Final = 5_000  # rows of an insert
LEARNERS: Final = 50  # each of whom took it twenty times


@dataclass(frozen=True, slots=True)
class Crowd:
    """A sitting with a thousand attempts in it."""

    app: Flask
    sitting: Sitting
    edition: QuizEdition
    item: SingleQuestion
    teacher: User

    @property
    def wrong(self) -> Change:
        """Another option is right: nearly everybody has another mark by it."""
        options = tuple(option.slug for option in self.item.options if not option.right)
        return Change(item=self.item.slug, kind=Kind.RIGHT, right=options[:1])


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds."""

    bare: float  # to read all marks once, and to write as many as change
    preview: float
    done: float  # from the click that confirms until everybody sees it
    longest: float  # of one transaction, in which others who write have to wait on SQLite
    changed: int


def gather(app: Flask) -> Crowd:
    """Make the people, and what they answered and earned."""
    make = factory_of(app)
    with make.together():
        teacher = make.instructor()
        learners = [make.learner() for _learner in range(LEARNERS)]
        group: Group = make.group(instructors=[teacher], learners=learners)
        sitting = make.sitting(learners[0], group=group)
    edition = make.quiz()
    item = next(each for each in edition.quiz.items if isinstance(each, SingleQuestion))
    with app.app_context():
        _insert(QuizAttempt, _attempts(sitting, learners, edition))
        numbers = list(db.session.scalars(select(QuizAttempt.id).filter_by(sitting_id=sitting.id)))
        _insert(Response, _responses(numbers, edition, item))
        _insert(Mark, _marks(numbers, edition))
        db.session.commit()
    return Crowd(app, sitting, edition, item, teacher)


def _insert(table: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    while lot := list(islice(rows, LOT)):
        db.session.execute(insert(table), lot)


def _attempts(
    sitting: Sitting, learners: list[User], edition: QuizEdition
) -> Iterator[dict[str, Any]]:
    moment = now()
    for place in range(ATTEMPTS):
        yield {
            "public_id": f"regrading-{sitting.id}-{place}",
            "user_id": learners[place % LEARNERS].id,
            "sitting_id": sitting.id,
            "slug": edition.quiz.slug,
            "scope": f"sitting-{sitting.id}",
            "number": 1 + place // LEARNERS,
            "edition_id": sitting.edition_id,
            "seed": place,
            "items": _slugs(edition),
            "rules": {},
            "state": "graded",
            "started_at": moment - timedelta(hours=1),
            "finished_at": moment,
        }


def _slugs(edition: QuizEdition) -> list[str]:
    """Forty items: those of the quiz, and more that are only there in name."""
    own = [item.slug for item in edition.quiz.items]
    return (own + [f"more-{place}" for place in range(ITEMS)])[:ITEMS]


def _responses(
    numbers: list[int], edition: QuizEdition, item: SingleQuestion
) -> Iterator[dict[str, Any]]:
    random = Random(1)
    for number in numbers:
        for slug in _slugs(edition):
            given = random.choice(item.options).slug if slug == item.slug else "1"
            yield {"attempt_id": number, "item": slug, "given": given, "revision": 1}


def _marks(numbers: list[int], edition: QuizEdition) -> Iterator[dict[str, Any]]:
    random = Random(2)
    for number in numbers:
        for slug in _slugs(edition):
            fraction, state = random.choice([("0", "wrong"), ("1/3", "partial"), ("1", "right")])
            mark = {"fraction": fraction, "state": state, "maximum": 1, "key": "0" * 64}
            yield {"attempt_id": number, "item": slug, **mark}


def seconds(crowd: Crowd) -> Took:
    """Change the key to another option, and back to what it was."""
    right = tuple(option.slug for option in crowd.item.options if option.right)
    back = Change(item=crowd.item.slug, kind=Kind.RIGHT, right=right)
    with crowd.app.app_context():
        bare = _timed(lambda: _bare(crowd))
        change = crowd.wrong
        found = _timed(lambda: _preview(crowd, change))
        begin = perf_counter()
        row = _confirm(crowd, change)
        longest = max(_transactions(crowd))
        done = perf_counter() - begin
        changed = regrading.progress_of(row).changed
        _confirm(crowd, back)
        regrading.go_on(crowd.sitting.id)
    return Took(bare, found, done, longest, changed)


def _timed(work: Callable[[], object]) -> float:
    begin = perf_counter()
    work()
    return perf_counter() - begin


def _bare(crowd: Crowd) -> None:
    of_sitting = select(QuizAttempt.id).filter_by(sitting_id=crowd.sitting.id)
    columns = (Mark.attempt_id, Mark.item, Mark.fraction, Mark.maximum, Mark.state, Mark.key)
    db.session.execute(select(*columns).where(Mark.attempt_id.in_(of_sitting))).all()
    numbers = db.session.scalars(of_sitting).all()
    rows = [
        {"attempt_id": number, "item": crowd.item.slug, "given_at": now()} for number in numbers
    ]
    db.session.execute(update(Mark), rows)
    db.session.commit()


def _preview(crowd: Crowd, change: Change) -> None:
    regrading.preview(crowd.sitting, crowd.edition, change, Apply.ALL)
    db.session.commit()


def _confirm(crowd: Crowd, change: Change) -> KeyChange:
    newest = next(iter(regrading.history(crowd.sitting.id)), None)
    row = regrading.confirm(
        crowd.sitting.id,
        change,
        mode=Apply.ALL,
        reason="The key was wrong.",
        made_by=crowd.teacher.id,
        seen=newest.id if newest else 0,
    )
    if not isinstance(row, KeyChange):
        raise TypeError(row)
    return row


def _transactions(crowd: Crowd) -> Iterator[float]:
    """How long each lot takes, and the one that shows it all."""
    is_done = False
    while not is_done:
        begin = perf_counter()
        is_done = regrading.go_on(crowd.sitting.id, within=timedelta(0))
        yield perf_counter() - begin
