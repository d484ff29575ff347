"""What is stored of a group: who learns in it, how far they are, what came in, what was returned.

Each row comes from what was stored when it happened; no answer, weighing or text is read. A fixed
number of queries for any number of groups and learners.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TypeAlias

from sqlalchemy import ColumnElement, null, or_, select

from course.core.clock import now
from course.core.db import db
from course.domain.deadlines import due_for
from course.groups import queries as groups
from course.groups.models import Membership, Part
from course.groups.queries import Member
from course.lessons import editions
from course.lessons.models import Enrolment, StepDone, StoredEdition
from course.marking.models import Assignment, Release
from course.reflections.models import Submission
from course.schedule.models import Extension, LessonMoment

Place: TypeAlias = tuple[int, str, str]  # learner, lesson, step


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
    moment_id: int

    def of(self, user_id: int) -> datetime:
        """When it is due for this learner."""
        return due_for(self.at, self.more.get(user_id)) or self.at


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
    """What is stored of a group, or of one of its learners; five queries.

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
    plans = plans_of(group_ids)
    dues = [due for plan in plans.values() for due in plan.dues]
    steps = _steps_done(group_ids, user_id, lessons, dues)
    return {
        group_id: Stored(
            members=[one for one in members[group_id] if user_id in {None, one.user_id}],
            runs=runs[group_id],
            steps=steps,
            texts=texts[group_id],
            given=given[group_id],
            dues=plans[group_id].dues,
            asked=plans[group_id].asked,
        )
        for group_id in group_ids
    }


def _learns(group_ids: Collection[int], user_id: int | None) -> ColumnElement[bool]:
    """Whether a membership is that of a learner of these groups, or of this one."""
    learns = Membership.group_id.in_(group_ids) & (Membership.part == Part.LEARNER)
    return learns if user_id is None else learns & (Membership.user_id == user_id)


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


@dataclass(frozen=True, slots=True)
class Plan:
    """What a group is asked."""

    dues: Sequence[Deadline]  # first things first
    asked: frozenset[tuple[str, str]]  # lesson and step of what is marked with a rubric


def dues(group_id: int) -> Sequence[Deadline]:
    """What is due in a group and when, first things first; one query."""
    return plans_of([group_id])[group_id].dues


def plans_of(group_ids: Collection[int]) -> dict[int, Plan]:
    """What is due, and what is marked, by group; one query."""
    due = (
        select(
            LessonMoment.group_id,
            LessonMoment.lesson,
            LessonMoment.step,
            LessonMoment.id.label("moment_id"),
            LessonMoment.due_at,
            Extension.user_id,
            Extension.until,
        )
        .outerjoin(Extension, Extension.moment_id == LessonMoment.id)
        .where(LessonMoment.group_id.in_(group_ids), LessonMoment.due_at.is_not(None))
    )
    marked = select(
        Assignment.group_id, Assignment.lesson, Assignment.step, *(null() for _column in range(4))
    ).where(Assignment.group_id.in_(group_ids))
    due_in: dict[int, dict[int, Deadline]] = {number: {} for number in group_ids}
    asked: dict[int, set[tuple[str, str]]] = {number: set() for number in group_ids}
    for group_id, lesson, step, moment_id, due_at, user_id, until in db.session.execute(
        due.union_all(marked).order_by("due_at", "moment_id")
    ):
        if due_at is None:  # of what is marked
            asked[group_id].add((lesson, step))
            continue
        found = due_in[group_id].setdefault(
            moment_id, Deadline(lesson, step, due_at, {}, moment_id)
        )
        if user_id is not None:
            found.more[user_id] = until
    return {
        group_id: Plan(list(due_in[group_id].values()), frozenset(asked[group_id]))
        for group_id in group_ids
    }


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
