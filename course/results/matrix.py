"""A group by its moments: who is where, in words. No queries: it is made from what is stored."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from course.curriculum.edition import Edition
from course.domain import progress
from course.domain.progress import resume_at
from course.groups.queries import Member
from course.lessons import editions
from course.results.stored import Given, Place, Run, Stored, Text


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
class Row:
    """One learner at each moment."""

    user_id: int
    name: str
    seen_at: datetime | None  # the last visit: of any lesson, or of the only one that is shown
    cells: tuple[Cell, ...]  # by column
    is_older: bool = False  # follows an older edition of the only lesson that is shown


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
