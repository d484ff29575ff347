"""The gradebook of a group: what everybody got for everything that is graded. Ten queries.

Grades of reflections come from the book of grades in course.marking, and points from the marks of
quizzes; nothing here holds a result. Only what was given to the learner is read: what is marked and
not returned goes by a code, and stands beside no name.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Select, func, select

from course.core.clock import now
from course.core.db import db
from course.core.i18n import language
from course.domain.exact import fraction_of
from course.domain.grades import (
    PASS,
    Grade,
    Part,
    Reason,
    Scheme,
    Stand,
    Step,
    grade,
    narrative,
    weighted,
)
from course.groups import queries as groups
from course.groups.models import Membership
from course.groups.models import Part as GroupPart
from course.groups.queries import Member
from course.lessons import editions
from course.marking import queries as marking
from course.marking.models import Assignment, Marking, Release, Remark
from course.marking.models import Grade as Event
from course.quizzes import editions as quiz_editions
from course.quizzes import guarding
from course.quizzes.models import Sitting
from course.reflections.models import Submission
from course.results import quizresults, stored, words
from course.results.models import Excuse, GradeRule
from course.results.quizresults import State, Taken
from course.results.stored import Deadline

Place: TypeAlias = tuple[int, str]  # learner, and what is graded
VALUES_IN_MEMORY: Final = 4_096
VALUE: Final = ',"value":'  # in an event as course.domain.gradechain writes it: comes last
TENTHS: Final = 10
PERCENT: Final = 100
USUAL_PERCENT: Final = 55  # of the points of a quiz that are a 5.5


class Kind(StrEnum):
    """What is graded."""

    REFLECTION = "reflection"
    QUIZ = "quiz"


class Word(StrEnum):
    """What a cell says."""

    GRADED = "graded"  # there is a grade, or a share of points
    RETURNED = "returned"  # comments only, or a quiz in which nothing counts
    WAITING = "waiting"  # handed in, and not returned yet
    REPLY = "reply"  # the learner answers the remarks first; only told to the learner
    OPEN = "open"  # it can still come in, or nobody said until when
    MISSING = "missing"  # it had to be there
    EXCUSED = "excused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that is graded: a column."""

    subject: str  # "<lesson>/<step>", or "<quiz>/<number of the sitting>"
    kind: Kind
    id: int  # of the assignment, or of the sitting
    title: str  # in the language of the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one learner got for one thing."""

    word: Word
    grade: Grade | None = None  # of a quiz: what its share is with the rule of the group
    share: Fraction | None = None  # of the points of a quiz
    maximum: int | None = None  # the points that count; None: not the same for all attempts
    at: datetime | None = None  # when it was given, or handed in
    event: int | None = None  # the number in the book of grades

    def as_part(self, weight: Fraction) -> Part:
        """As the whole is made of it; comments only say nothing about it."""
        if self.word in STANDS:
            return Part(weight=weight, stand=STANDS[self.word])
        return Part(weight=weight, stand=Stand.GRADED, grade=self.grade or narrative())


STANDS: Final = {
    Word.WAITING: Stand.WAITING,
    Word.REPLY: Stand.WAITING,
    Word.OPEN: Stand.WAITING,
    Word.MISSING: Stand.MISSING,
    Word.EXCUSED: Stand.EXCUSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How results make one."""

    weights: Mapping[str, Fraction]  # by subject; what is not in it does not count
    pass_mark: Fraction = PASS
    step: Step = Step.TENTH
    quiz_share: Fraction = Fraction(USUAL_PERCENT, PERCENT)

    def weight(self, item: Item) -> Fraction:
        """How much it counts; 0 for not at all."""
        return self.weights.get(item.subject, Fraction(0))


NO_RULE: Final = Rule(weights={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One learner."""

    user_id: int
    name: str
    student_number: str | None
    cells: Sequence[Cell]  # by item
    whole: Grade | Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A group."""

    items: Sequence[Item]
    rule: Rule | None  # None: nobody set it
    rows: Sequence[Row]  # by name
    excuses: Mapping[Place, Excuse]  # that stand


class Asked(NamedTuple):
    """A reflection that a group is asked for."""

    id: int
    lesson: str
    step: str


GIVEN: Final = frozenset({Word.GRADED, Word.RETURNED})
OPEN, MISSING, WAITING, EXCUSED = (
    Cell(word=word) for word in (Word.OPEN, Word.MISSING, Word.WAITING, Word.EXCUSED)
)
Keeps: TypeAlias = Callable[[Item], Word | None]  # what a cell of it says instead of its result
CameIn: TypeAlias = Callable[[bool, datetime], datetime | None]  # as the reader may know it


def book(group_id: int, *, user_id: int | None = None) -> Book:
    """All learners of a group, or one of them, as its instructors see them."""
    return _read(group_id, user_id, lambda _item: None, _by_instructor)


def own_book(group_id: int, user_id: int) -> Book:
    """What a learner sees of themself: the same, but not earlier than elsewhere.

    A grade that waits for an answer to each remark waits here too, and so does a quiz whose key is
    kept for a test that this learner takes as well. Two queries more.
    """
    unanswered = set(db.session.scalars(_waiting_for_reply(group_id, user_id)))
    guards = guarding.guards_for(user_id)

    def keeps(item: Item) -> Word | None:
        if item.kind is Kind.REFLECTION:
            return Word.REPLY if item.id in unanswered else None
        slug = item.subject.partition("/")[0]
        is_kept = any(guard.slug == slug and guard.id != item.id for guard in guards)
        return Word.WAITING if is_kept else None

    return _read(group_id, user_id, keeps, _by_learner)


def _waiting_for_reply(group_id: int, user_id: int) -> Select[Any]:
    """The assignments whose grade this learner sees after answering the remarks."""
    return (
        select(Assignment.id)
        .join(Release, Release.assignment_id == Assignment.id)
        .join(Marking, Marking.submission_id == Release.submission_id)
        .join(Remark, Remark.marking_id == Marking.id)
        .where(
            Assignment.group_id == group_id,
            Assignment.reply_required,
            Release.user_id == user_id,
            Release.retracted_at.is_(None),
            marking.returned_with(Release),
            Remark.used.is_(None),
        )
    )


def _by_learner(_has_code: bool, at: datetime) -> datetime | None:
    """When a text came in that waits: its writer may know."""
    return at


def _by_instructor(has_code: bool, at: datetime) -> datetime | None:
    """The same beside a name: of a text that goes by a code, the queue tells how long it waits."""
    return None if has_code else at


def _read(group_id: int, user_id: int | None, keeps: Keeps, came_in: CameIn) -> Book:
    members = groups.members(group_id)
    shown = [member for member in members if user_id in {None, member.user_id}]
    rule = rule_of(group_id)
    quizzes = quizresults.of_group(group_id, user_id=user_id)
    asked, sittings = _asked(group_id), quizzes.sittings
    items = [*map(_asked_item, asked), *(_quiz_item(sitting) for sitting in sittings)]
    kept = [keeps(item) for item in items]
    texts = _texts(group_id, user_id, came_in)
    dues = {f"{due.lesson}/{due.step}".rstrip("/"): due for due in stored.dues(group_id)}
    excuses = standing_excuses(group_id, user_id)
    used = rule or NO_RULE
    weights = [used.weight(item) for item in items]

    def cell(member: Member, item: Item, kept: Word | None) -> Cell:
        place = member.user_id, item.subject
        if place in excuses:
            return EXCUSED
        if item.kind is Kind.REFLECTION:
            found = texts.get(place) or _not_there(_due(dues, item), member.user_id)
        else:
            found = _points(quizzes.taken(item.id, member.user_id), used.quiz_share)
        return Cell(word=kept, at=found.at) if kept and found.word in GIVEN else found

    def row(member: Member) -> Row:
        cells = [cell(member, *pair) for pair in zip(items, kept, strict=True)]
        parts = [one.as_part(weight) for one, weight in zip(cells, weights, strict=True) if weight]
        return Row(
            user_id=member.user_id,
            name=member.name,
            student_number=member.student_number,
            cells=cells,
            whole=weighted(parts, pass_mark=used.pass_mark, step=used.step),
        )

    return Book(items=items, rule=rule, rows=[row(member) for member in shown], excuses=excuses)


# --- What is graded ------------------------------------------------------------------------


def items_of(group_id: int) -> list[Item]:
    """What is graded in a group: reflections in the order of the course, then quizzes."""
    sittings = quizresults.sittings_of(group_id)
    return [
        *map(_asked_item, _asked(group_id)),
        *(_quiz_item(sitting) for sitting, _beyond in sittings),
    ]


def _asked(group_id: int) -> list[Asked]:
    """The reflections that a group is asked for, in the order of the course; one query."""
    statement = select(Assignment.id, Assignment.lesson, Assignment.step).filter_by(
        group_id=group_id
    )
    order = list(editions.library().editions)
    found = [Asked(*row) for row in db.session.execute(statement)]
    places = {lesson: number for number, lesson in enumerate(order)}
    return sorted(found, key=lambda each: (places.get(each.lesson, len(order)), each.id))


def _asked_item(asked: Asked) -> Item:
    subject = f"{asked.lesson}/{asked.step}"
    return Item(subject=subject, kind=Kind.REFLECTION, id=asked.id, title=words.place(subject))


def _quiz_item(sitting: Sitting) -> Item:
    edition = quiz_editions.current(sitting.slug)
    title = edition.quiz.title[language()] if edition else sitting.slug
    return Item(subject=f"{sitting.slug}/{sitting.id}", kind=Kind.QUIZ, id=sitting.id, title=title)


# --- Reflections ---------------------------------------------------------------------------


def _texts(group_id: int, user_id: int | None, came_in: CameIn) -> dict[Place, Cell]:
    """What was handed in, and what was returned of it; of a revision the older result stays.

    One query. A result whose moment has not come is not there, and neither is one taken back.
    """
    statement = (
        select(
            Submission.user_id,
            Submission.lesson,
            Submission.step,
            Submission.withdrawn_at.is_(None),
            func.coalesce(Release.visible_at, Submission.handed_in_at),
            Release.id.is_not(None),
            Release.grade_number,
            Event.body,
            Assignment.names_hidden,
        )
        .join(
            Assignment,
            (Assignment.lesson == Submission.lesson) & (Assignment.step == Submission.step),
        )
        .join(
            Membership,
            (Membership.user_id == Submission.user_id)
            & (Membership.group_id == Assignment.group_id),
        )
        .outerjoin(
            Release,
            (Release.submission_id == Submission.id)
            & (Release.assignment_id == Assignment.id)
            & Release.retracted_at.is_(None)
            & (Release.visible_at <= now()),
        )
        .outerjoin(Event, Event.number == Release.grade_number)
        .where(Assignment.group_id == group_id, _of(user_id))
        .order_by(Submission.number)
    )
    found: dict[Place, Cell] = {}
    for row in db.session.execute(statement):
        learner, lesson, step, stands, at, is_given, event, body, has_code = row
        place = learner, f"{lesson}/{step}"
        if is_given:
            value = value_in(body) if body else None
            word = Word.GRADED if value is not None and value.code else Word.RETURNED
            found[place] = Cell(word=word, grade=value, at=at, event=event)
        elif stands and (place not in found or found[place].word is Word.WAITING):
            found[place] = Cell(word=Word.WAITING, at=came_in(has_code, at))
    return found


def _of(user_id: int | None) -> ColumnElement[bool]:
    learns = Membership.part == GroupPart.LEARNER
    return learns if user_id is None else learns & (Membership.user_id == user_id)


def value_in(body: str) -> Grade | None:
    """The grade that an event of the book says; ``None`` for one that takes it back."""
    _before, _name, text = body[:-1].rpartition(VALUE)  # the names in it are sorted
    return _value(text)


@lru_cache(VALUES_IN_MEMORY)
def _value(text: str) -> Grade | None:
    """Many learners have the same grade, and reading one takes a while."""
    plain = json.loads(text)
    return None if plain is None else Grade.from_plain(plain)


def _due(dues: Mapping[str, Deadline], item: Item) -> Deadline | None:
    """When a reflection is due: the step itself, or else its lesson."""
    return dues.get(item.subject) or dues.get(item.subject.partition("/")[0])


def _not_there(due: Deadline | None, user_id: int) -> Cell:
    return MISSING if due is not None and due.of(user_id) <= now() else OPEN


# --- Quizzes -------------------------------------------------------------------------------


def _points(taken: Taken, quiz_share: Fraction) -> Cell:
    match taken.state:
        case State.OPEN:
            return OPEN
        case State.MISSING:
            return MISSING
        case State.WAITING:
            return WAITING
    if taken.share is None:
        return Cell(word=Word.RETURNED, at=taken.at)
    return Cell(
        word=Word.GRADED,
        grade=of_share(taken.share, quiz_share),
        share=taken.share,
        maximum=taken.maximum,
        at=taken.at,
    )


@lru_cache(VALUES_IN_MEMORY)
def of_share(share: Fraction, quiz_share: Fraction) -> Grade:
    """What a share of the points of a quiz is worth, where ``quiz_share`` of them is a 5.5."""
    return grade(share, 1, Scheme(percentage=quiz_share))


# --- The rule, and excuses -----------------------------------------------------------------


def rule_of(group_id: int) -> Rule | None:
    """How the results of this group make one; one query."""
    row = db.session.get(GradeRule, group_id)
    if row is None:
        return None
    return Rule(
        weights={subject: fraction_of(weight) for subject, weight in row.weights.items()},
        pass_mark=Fraction(row.pass_tenths, TENTHS),
        step=Step.WHOLE if row.is_whole else Step.TENTH,
        quiz_share=Fraction(row.quiz_percent, PERCENT),
    )


def standing_excuses(group_id: int, user_id: int | None = None) -> dict[Place, Excuse]:
    """From what learners of a group are excused; one query."""
    statement = select(Excuse).where(Excuse.group_id == group_id, Excuse.ended_at.is_(None))
    if user_id is not None:
        statement = statement.where(Excuse.user_id == user_id)
    return {(row.user_id, row.subject): row for row in db.session.scalars(statement)}


def excuses_of(group_id: int, user_id: int) -> dict[str, list[Excuse]]:
    """All that this learner was ever excused from, by subject and oldest first; one query."""
    statement = select(Excuse).filter_by(group_id=group_id, user_id=user_id).order_by(Excuse.id)
    found: dict[str, list[Excuse]] = {}
    for row in db.session.scalars(statement):
        found.setdefault(row.subject, []).append(row)
    return found
