"""A group by its moments: who is where, in words. A fixed number of queries for any group.

Each row comes from what was stored when it happened; no answer, weighing or text is read.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import TypeAlias

from sqlalchemy import ColumnElement, or_, select

from course.core.clock import now
from course.core.db import db
from course.curriculum.edition import Edition
from course.domain import progress
from course.domain.deadlines import due_for
from course.domain.progress import resume_at
from course.groups import queries as groups
from course.groups.models import Membership, Part
from course.groups.queries import Member
from course.lessons import editions
from course.lessons.models import Enrolment, StepDone, StoredEdition
from course.marking.models import Assignment, Release
from course.reflections.models import Submission
from course.schedule.models import Extension, LessonMoment

Place: TypeAlias = tuple[int, str, str]  # learner, lesson, step


class Word(StrEnum):
    """What a cell says."""

    OPEN = "open"  # not begun
    HERE = "here"  # goes on here
    BUSY = "busy"  # a lesson that is begun
    DONE = "done"
    HANDED_IN = "handed-in"  # somebody else's, or nobody's, to mark
    TO_READ = "to-read"  # waits for an instructor
    RETURNED = "returned"  # the learner did not open it yet
    READ = "read"  # the learner opened it
    REVISED = "revised"  # handed in anew after it was returned


class Kind(StrEnum):
    """What a column is about."""

    LESSON = "lesson"
    STEP = "step"
    FEEDBACK = "feedback"  # returned, and read
    REVISION = "revision"


@dataclass(frozen=True, slots=True)
class Column:
    """A moment of the course."""

    edition: Edition
    kind: Kind
    step: str = ""  # slug; "" for a whole lesson

    @property
    def lesson(self) -> str:
        """The slug of its lesson."""
        return self.edition.lesson.slug


@dataclass(frozen=True, slots=True)
class Cell:
    """One learner at one moment."""

    word: Word
    at: datetime | None = None  # since when
    done: int = 0  # steps, of a whole lesson
    total: int = 0
    public_id: str = ""  # of a text that may be read beside the name


@dataclass(frozen=True, slots=True)
class Run:
    """The newest run of a learner through a lesson, as stored."""

    id: int
    edition: str  # hash
    last_step: str
    moved_at: datetime  # the last step done, or the beginning
    seen_at: datetime
    steps_done: int
    steps_total: int


@dataclass(frozen=True, slots=True)
class Text:
    """A reflection that is handed in and stands."""

    id: int
    public_id: str
    number: int
    handed_in_at: datetime
    is_hidden: bool  # goes by a code until it is returned


@dataclass(frozen=True, slots=True)
class Given:
    """A result that a learner can see."""

    visible_at: datetime
    seen_at: datetime | None
    submission_id: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something is due in a group."""

    lesson: str
    step: str  # "" for the lesson as a whole
    at: datetime
    more: dict[int, datetime]  # until when it is for learners who got more time

    def of(self, user_id: int) -> datetime:
        """When it is due for this learner."""
        return due_for(self.at, self.more.get(user_id)) or self.at


@dataclass(frozen=True, slots=True)
class Row:
    """One learner at each moment."""

    user_id: int
    name: str
    seen_at: datetime | None  # the last visit: of any lesson, or of the only one that is shown
    cells: tuple[Cell, ...]  # by column
    is_older: bool = False  # follows an older edition of the only lesson that is shown


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of the learners of a group: everything that a page of it is made from."""

    members: Sequence[Member]
    runs: Mapping[tuple[int, str], Run]  # by learner and lesson
    steps: Mapping[int, Mapping[str, datetime]]  # when done, by run and step
    texts: Mapping[Place, Text]
    given: Mapping[Place, Given]  # the newest one
    dues: Sequence[Deadline]
    asked: frozenset[tuple[str, str]]  # lesson and step of what is marked with a rubric

    def waits(self, user_id: int, lesson: str, step: str) -> Text | None:
        """A text that stands and was not returned."""
        text = self.texts.get((user_id, lesson, step))
        given = self.given.get((user_id, lesson, step))
        return None if text is None or (given and given.submission_id == text.id) else text

    def is_done(self, user_id: int, lesson: str, step: str) -> bool:
        """Whether a learner did a step whose lesson was asked for, or a lesson for ``""``."""
        run = self.runs.get((user_id, lesson))
        if run is None:
            return False
        return step in self.steps.get(run.id, {}) if step else run.steps_done >= run.steps_total

    def seen_at(self, user_id: int) -> datetime | None:
        """The last visit of any lesson of today."""
        visits = (self.runs.get((user_id, lesson)) for lesson in editions.library().editions)
        return max((run.seen_at for run in visits if run), default=None)


def stored(group_id: int, *, lessons: Collection[str] = (), user_id: int | None = None) -> Stored:
    """What is stored of a group, or of one of its learners; six queries.

    The steps of ``lessons`` come along, and those that have a deadline.
    """
    return stored_of([group_id], lessons=lessons, user_id=user_id)[group_id]


def stored_of(
    group_ids: Collection[int], *, lessons: Collection[str] = (), user_id: int | None = None
) -> dict[int, Stored]:
    """As :func:`stored`, by group; as many queries for many groups as for one."""
    members = groups.members_of(group_ids)
    runs = _runs(group_ids, user_id)
    texts, given = _texts_and_given(group_ids, user_id)
    asked = _asked(group_ids)
    due = dues_of(group_ids)
    steps = _steps_done(
        group_ids, user_id, lessons, [item for each in due.values() for item in each]
    )
    return {
        group_id: Stored(
            members=[one for one in members[group_id] if user_id in {None, one.user_id}],
            runs=runs[group_id],
            steps=steps,
            texts=texts[group_id],
            given=given[group_id],
            dues=due[group_id],
            asked=frozenset(asked[group_id]),
        )
        for group_id in group_ids
    }


def _learns(group_ids: Collection[int], user_id: int | None) -> ColumnElement[bool]:
    """Whether a membership is that of a learner of these groups, or of this one."""
    learns = Membership.group_id.in_(group_ids) & (Membership.part == Part.LEARNER)
    return learns if user_id is None else learns & (Membership.user_id == user_id)


def _asked(group_ids: Collection[int]) -> dict[int, set[tuple[str, str]]]:
    statement = select(Assignment.group_id, Assignment.lesson, Assignment.step).where(
        Assignment.group_id.in_(group_ids)
    )
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for group_id, lesson, step in db.session.execute(statement):
        found[group_id].add((lesson, step))
    return found


def _runs(group_ids: Collection[int], user_id: int | None) -> dict[int, dict[tuple[int, str], Run]]:
    statement = (
        select(
            Membership.group_id,
            Enrolment.user_id,
            Enrolment.lesson,
            Enrolment.id,
            StoredEdition.hash,
            Enrolment.last_step,
            Enrolment.moved_at,
            Enrolment.seen_at,
            Enrolment.steps_done,
            Enrolment.steps_total,
        )
        .join(StoredEdition, StoredEdition.id == Enrolment.edition_id)
        .join(Membership, Membership.user_id == Enrolment.user_id)
        .where(_learns(group_ids, user_id))
        .order_by(Enrolment.run)
    )
    found: dict[int, dict[tuple[int, str], Run]] = defaultdict(dict)
    for group_id, learner, lesson, number, *at, done, total in db.session.execute(statement):
        edition, last_step, moved_at, seen_at = at
        run = Run(number, edition, last_step, moved_at, seen_at, done, total)
        found[group_id][learner, lesson] = run
    return found


def _texts_and_given(
    group_ids: Collection[int], user_id: int | None
) -> tuple[dict[int, dict[Place, Text]], dict[int, dict[Place, Given]]]:
    """What stands, and what was returned, by place: of a revision both are there."""
    statement = (
        select(
            Membership.group_id,
            Submission.user_id,
            Submission.lesson,
            Submission.step,
            Submission.id,
            Submission.public_id,
            Submission.number,
            Submission.handed_in_at,
            Submission.withdrawn_at,
            Assignment.names_hidden,
            Release.visible_at,
            Release.seen_at,
        )
        .join(Membership, Membership.user_id == Submission.user_id)
        .outerjoin(
            Assignment,
            (Assignment.group_id == Membership.group_id)
            & (Assignment.lesson == Submission.lesson)
            & (Assignment.step == Submission.step),
        )
        .outerjoin(
            Release,
            (Release.submission_id == Submission.id)
            & (Release.assignment_id == Assignment.id)
            & Release.retracted_at.is_(None)
            & (Release.visible_at <= now()),
        )
        .where(_learns(group_ids, user_id))
        .order_by(Submission.number)
    )
    texts: dict[int, dict[Place, Text]] = defaultdict(dict)
    given: dict[int, dict[Place, Given]] = defaultdict(dict)
    for row in db.session.execute(statement):
        place = row.user_id, row.lesson, row.step
        if row.visible_at is not None:
            given[row.group_id][place] = Given(row.visible_at, row.seen_at, row.id)
        if row.withdrawn_at is None:
            # As course.marking.queries.hidden_in says it: until the result can be seen.
            is_hidden = bool(row.names_hidden) and row.visible_at is None
            texts[row.group_id][place] = Text(
                row.id, row.public_id, row.number, row.handed_in_at, is_hidden
            )
    return texts, given


def _steps_done(
    group_ids: Collection[int],
    user_id: int | None,
    lessons: Collection[str],
    dues: Sequence[Deadline],
) -> dict[int, dict[str, datetime]]:
    """When each step was done, by run, of earlier runs as well, and then by step."""
    due = {(item.lesson, item.step) for item in dues if item.lesson not in lessons}
    wanted = [
        Enrolment.lesson.in_(lessons),
        *((Enrolment.lesson == lesson) & (StepDone.step == step) for lesson, step in sorted(due)),
    ]
    statement = (
        select(StepDone.enrolment_id, StepDone.step, StepDone.done_at)
        .join(Enrolment, Enrolment.id == StepDone.enrolment_id)
        .join(Membership, Membership.user_id == Enrolment.user_id)
        .where(_learns(group_ids, user_id), or_(*wanted))
    )
    found: dict[int, dict[str, datetime]] = {}
    for run, step, at in db.session.execute(statement):
        found.setdefault(run, {})[step] = at
    return found


def dues(group_id: int) -> list[Deadline]:
    """What is due in a group and when, first things first; one query."""
    return dues_of([group_id])[group_id]


def dues_of(group_ids: Collection[int]) -> dict[int, list[Deadline]]:
    """As :func:`dues`, by group; one query."""
    statement = (
        select(
            LessonMoment.group_id,
            LessonMoment.lesson,
            LessonMoment.step,
            LessonMoment.due_at,
            Extension.user_id,
            Extension.until,
        )
        .outerjoin(Extension, Extension.moment_id == LessonMoment.id)
        .where(LessonMoment.group_id.in_(group_ids))
        .order_by(LessonMoment.due_at, LessonMoment.id)
    )
    found: dict[int, dict[tuple[str, str], Deadline]] = {number: {} for number in group_ids}
    for group_id, lesson, step, due_at, user_id, until in db.session.execute(statement):
        if due_at is None:
            continue
        due = found[group_id].setdefault((lesson, step), Deadline(lesson, step, due_at, {}))
        if user_id is not None:
            due.more[user_id] = until
    return {group_id: list(each.values()) for group_id, each in found.items()}


def lesson_columns() -> list[Column]:
    """A column for each lesson of today, in the order of the course."""
    return [Column(edition, Kind.LESSON) for edition in editions.library().editions.values()]


def moment_columns(lessons: Collection[str], asked: Collection[tuple[str, str]]) -> list[Column]:
    """A column for each step of these lessons; what is marked has its feedback beside it."""
    found = []
    for slug, edition in editions.library().editions.items():
        for step in edition.lesson.steps if slug in lessons else ():
            found.append(Column(edition, Kind.STEP, step.slug))
            if (slug, step.slug) in asked:
                found += [
                    Column(edition, Kind.FEEDBACK, step.slug),
                    Column(edition, Kind.REVISION, step.slug),
                ]
    return found


def by_lesson(known: Stored) -> list[Row]:
    """The learners by name, with a cell for each lesson of :func:`lesson_columns`; no query."""
    columns = lesson_columns()
    return [
        Row(
            member.user_id,
            member.name,
            known.seen_at(member.user_id),
            tuple(_lesson_cell(known, member.user_id, column) for column in columns),
        )
        for member in known.members
    ]


def _lesson_cell(known: Stored, user_id: int, column: Column) -> Cell:
    run = known.runs.get((user_id, column.lesson))
    if run is None:
        return Cell(Word.OPEN, total=len(column.edition.lesson.steps))
    waiting = [
        text
        for step in column.edition.lesson.steps
        if (text := known.waits(user_id, column.lesson, step.slug))
    ]
    if any(not text.is_hidden for text in waiting):
        return Cell(Word.TO_READ, None, run.steps_done, run.steps_total)
    if waiting:
        return Cell(Word.HANDED_IN, None, run.steps_done, run.steps_total)
    is_done = run.steps_done >= run.steps_total
    word = Word.DONE if is_done else Word.BUSY
    return Cell(word, run.seen_at, run.steps_done, run.steps_total)


def by_moment(known: Stored, columns: Sequence[Column]) -> list[Row]:
    """The learners by name, with a cell for each column; no query.

    ``known`` was asked for with the lessons of the columns.
    """
    edition_of = {column.lesson: column.edition for column in columns}
    steps = {lesson: _steps(edition) for lesson, edition in edition_of.items()}
    return [_row(known, member, columns, edition_of, steps) for member in known.members]


def _steps(edition: Edition) -> list[progress.Step]:
    return [progress.Step(slug=step.slug, minutes=step.minutes) for step in edition.lesson.steps]


def _row(
    known: Stored,
    member: Member,
    columns: Sequence[Column],
    edition_of: Mapping[str, Edition],
    steps: Mapping[str, Sequence[progress.Step]],
) -> Row:
    runs = {lesson: known.runs.get((member.user_id, lesson)) for lesson in edition_of}
    here = {
        lesson: resume_at(
            steps[lesson],
            done=known.steps.get(run.id, {}),
            last_seen=run.last_step,
        )
        for lesson, run in runs.items()
        if run
    }
    cells = _cells(known, member.user_id, columns, runs, here)
    hidden = _hidden(known, member.user_id, columns)
    if hidden:
        # The dates around a hidden text would lead from the days that it waits to the name.
        pairs = zip(columns, cells, strict=True)
        cells = (
            replace(cell, at=None) if column.lesson in hidden else cell for column, cell in pairs
        )
    if len(runs) > 1:
        return Row(member.user_id, member.name, known.seen_at(member.user_id), tuple(cells))
    ((lesson, run),) = runs.items()
    is_older = run is not None and run.edition != edition_of[lesson].hash
    return Row(member.user_id, member.name, run.seen_at if run else None, tuple(cells), is_older)


def _hidden(known: Stored, user_id: int, columns: Sequence[Column]) -> set[str]:
    """The lessons in which a text of this learner goes by a code."""
    places = {(user_id, column.lesson, column.step) for column in columns}
    return {place[1] for place in places if (text := known.texts.get(place)) and text.is_hidden}


def _cells(
    known: Stored,
    user_id: int,
    columns: Sequence[Column],
    runs: Mapping[str, Run | None],
    here: Mapping[str, str],
) -> Iterator[Cell]:
    for column in columns:
        run = runs[column.lesson]
        place = user_id, column.lesson, column.step
        if column.kind is Kind.FEEDBACK:
            yield _feedback_cell(known.given.get(place))
        elif column.kind is Kind.REVISION:
            yield _revision_cell(known, place)
        elif text := known.texts.get(place):
            yield _text_cell(text, is_waiting=known.waits(*place) is not None)
        elif run is None:
            yield _NOTHING
        elif at := known.steps.get(run.id, {}).get(column.step):
            yield Cell(Word.DONE, at)
        elif here[column.lesson] == column.step:
            yield Cell(Word.HERE, run.seen_at)
        else:
            yield _NOTHING


_NOTHING = Cell(Word.OPEN)


def _text_cell(text: Text, *, is_waiting: bool) -> Cell:
    if text.is_hidden:
        return Cell(Word.HANDED_IN)  # a date would lead from the code in the queue to the name
    word = Word.TO_READ if is_waiting else Word.DONE
    return Cell(word, text.handed_in_at, public_id=text.public_id)


def _feedback_cell(given: Given | None) -> Cell:
    if given is None:
        return _NOTHING
    if given.seen_at is None:
        return Cell(Word.RETURNED, given.visible_at)
    return Cell(Word.READ, given.seen_at)


def _revision_cell(known: Stored, place: Place) -> Cell:
    text, given = known.texts.get(place), known.given.get(place)
    if text is None or given is None or text.id == given.submission_id:
        return _NOTHING
    return Cell(Word.REVISED, text.handed_in_at)


def mark_of(known: Stored) -> str:
    """A short text that differs as soon as something differs that a page shows; no query."""
    parts = [
        *((member.user_id, member.name) for member in known.members),
        *((run.id, run.seen_at, run.last_step, run.steps_done) for run in known.runs.values()),
        *((text.id, text.is_hidden) for text in known.texts.values()),
        *((given.submission_id, given.seen_at) for given in known.given.values()),
        *sorted(known.asked),
        *((due.lesson, due.step, due.at, sorted(due.more.items())) for due in known.dues),
    ]
    return sha256(repr(parts).encode()).hexdigest()[:20]
