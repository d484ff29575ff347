"""What an instructor sees of a quiz that was set for a group. A fixed number of queries.

Everything goes by membership: of somebody who left the group nothing is seen any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import FileQuestion
from course.domain.attempts import counted_grade
from course.domain.scoring.scores import AnswerState
from course.groups import queries as groups
from course.groups.models import Membership, Part
from course.quizzes import editions
from course.quizzes import queries as quizzes
from course.quizzes.earning import Earned, earned
from course.quizzes.models import (
    Allowance,
    Judgement,
    KeyChange,
    Mark,
    QuizAttempt,
    Response,
    ResponseFile,
    Sitting,
)
from course.quizzes.regrading import taken_out
from course.quizzes.rules import Feedback, Rules
from course.quizzes.sittings import settle_all


class Stand(StrEnum):
    """Where a learner is with a quiz."""

    NOT_BEGUN = "not_begun"
    WORKING = "working"
    HANDED_IN = "handed_in"
    TIME_WAS_UP = "time_was_up"  # it should have been handed in, and was not


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sitting in the list of a group."""

    sitting: Sitting
    edition: QuizEdition
    begun: int  # learners
    handed_in: int  # learners
    waiting: int  # answers that a person has to mark

    @property
    def rules(self) -> Rules:
        """Those for whoever begins now."""
        return Rules.from_plain(self.sitting.rules)


@dataclass(frozen=True, kw_only=True)  # no slots: what it earned is worked out once and kept
class Tried:
    """One attempt of a learner, with what it earned."""

    row: QuizAttempt
    marks: Mapping[str, Mark]

    @property
    def is_finished(self) -> bool:
        """Whether it was handed in, by the learner or by the clock, or was not and counts 0."""
        return not self.row.is_running

    @cached_property
    def earned(self) -> Earned:
        """What it earned, less what being late cost."""
        return earned(self.row, self.marks.values())

    @property
    def share(self) -> Fraction:
        """Of the points that count, exact; 0 for an abandoned one."""
        return self.earned.share or Fraction(0)

    @property
    def maximum(self) -> int:
        """The points that count."""
        return self.earned.maximum

    @property
    def points(self) -> Fraction:
        """What it earned, exact."""
        return self.earned.points

    @property
    def waiting(self) -> int:
        """Answers that a person still has to mark."""
        return self.earned.waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """One learner in a sitting."""

    user_id: int
    name: str
    tries: Sequence[Tried]  # first one first
    counted: Fraction | None  # share, exact; None when nothing was finished
    allowance: Allowance | None

    @property
    def stand(self) -> Stand:
        """Where they are."""
        if not self.tries:
            return Stand.NOT_BEGUN
        last = self.tries[-1]
        if not last.is_finished:
            return Stand.WORKING
        return Stand.TIME_WAS_UP if last.row.was_abandoned else Stand.HANDED_IN

    @property
    def has_finished(self) -> bool:
        """Whether one attempt at least is finished, also while another one is running."""
        return any(attempt.is_finished for attempt in self.tries)

    @property
    def waiting(self) -> int:
        """Answers that a person still has to mark: until then the grade is provisional."""
        return sum(attempt.waiting for attempt in self.tries)

    @property
    def maximum(self) -> int | None:
        """The points that count, when that is the same for all attempts."""
        found = {attempt.maximum for attempt in self.tries if attempt.is_finished}
        return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A group in a sitting."""

    learners: Sequence[Learner]  # by name

    def count(self, stand: str) -> int:
        """How many are there."""
        return sum(learner.stand == stand for learner in self.learners)

    @property
    def finished(self) -> int:
        """How many have a finished attempt."""
        return sum(learner.has_finished for learner in self.learners)

    @property
    def again(self) -> int:
        """How many of those are working on another attempt."""
        return sum(
            learner.has_finished and learner.stand is Stand.WORKING for learner in self.learners
        )

    @property
    def waiting(self) -> int:
        """Answers that a person still has to mark."""
        return sum(learner.waiting for learner in self.learners)

    def waits_to_be_given(self, rules: Rules, last_end: datetime | None) -> bool:
        """Whether anybody's results are shown only when an instructor gives them.

        By the ``rules`` for who begins now, or by those that an attempt began with. ``last_end``:
        when the last one has to be done; without it, what is shown after closing is given too.
        """
        kept = [each.row.rules for learner in self.learners for each in learner.tries]
        found = {rules.feedback, *(Rules.from_plain(plain).feedback for plain in kept)}
        return Feedback.TEST in found or (Feedback.CLOSED in found and last_end is None)

    @property
    def working_until(self) -> datetime | None:
        """When the last one who is working now has to be done."""
        ends = [
            attempt.row.ends_at
            for learner in self.learners
            for attempt in learner.tries
            if not attempt.is_finished and attempt.row.ends_at
        ]
        return max(ends, default=None)


# --- Sittings ------------------------------------------------------------------------------

# What does not count waits for nobody.
_WAITS = (Mark.state == AnswerState.NEEDS_GRADING.value) & (Mark.maximum > 0)


def sitting_of(group_id: int, sitting_id: int) -> Sitting | None:
    """A sitting of this group, with its edition; one query. The caller has checked the group."""
    statement = (
        select(Sitting)
        .join(Sitting.edition)
        .options(contains_eager(Sitting.edition))
        .where(Sitting.id == sitting_id, Sitting.group_id == group_id)
    )
    return db.session.scalar(statement)


def edition_of(sitting: Sitting) -> QuizEdition:
    """What the sitting is made of."""
    return editions.edition_by_hash(sitting.slug, sitting.edition.hash)


def set_before(group_id: int) -> dict[str, Sitting]:
    """The newest sitting of each quiz that was set for the group, by quiz; one query."""
    statement = select(Sitting).filter_by(group_id=group_id).order_by(Sitting.id)
    return {sitting.slug: sitting for sitting in db.session.scalars(statement)}


def lines(group_id: int) -> list[Line]:
    """The quizzes of a group, the newest first; three queries."""
    statement = (
        select(Sitting)
        .join(Sitting.edition)
        .options(contains_eager(Sitting.edition))
        .where(Sitting.group_id == group_id)
        .order_by(Sitting.id.desc())
    )
    sittings = list(db.session.scalars(statement))
    counts = {row.id: row for row in db.session.execute(_counts(group_id))}
    waiting: dict[int, int] = dict(db.session.execute(_waiting_counts(group_id)).all())
    return [
        Line(
            sitting=sitting,
            edition=edition_of(sitting),
            begun=counts[sitting.id].begun if sitting.id in counts else 0,
            handed_in=counts[sitting.id].handed_in if sitting.id in counts else 0,
            waiting=waiting.get(sitting.id, 0),
        )
        for sitting in sittings
    ]


def _of_learners(statement: Any, group_id: int) -> Any:
    """Of those who learn in the group now."""
    return statement.join(Membership, Membership.user_id == QuizAttempt.user_id).where(
        Membership.group_id == group_id, Membership.part == Part.LEARNER
    )


def _counts(group_id: int) -> Any:
    ended = func.count(QuizAttempt.user_id.distinct()).filter(QuizAttempt.finished_at.is_not(None))
    statement = (
        select(
            Sitting.id,
            func.count(QuizAttempt.user_id.distinct()).label("begun"),
            ended.label("handed_in"),
        )
        .join(QuizAttempt, QuizAttempt.sitting_id == Sitting.id)
        .where(Sitting.group_id == group_id)
        .group_by(Sitting.id)
    )
    return _of_learners(statement, group_id)


def _waiting_counts(group_id: int) -> Any:
    statement = (
        select(Sitting.id, func.count())
        .join(QuizAttempt, QuizAttempt.sitting_id == Sitting.id)
        .join(Mark, Mark.attempt_id == QuizAttempt.id)
        .where(Sitting.group_id == group_id, _WAITS)
        .group_by(Sitting.id)
    )
    return _of_learners(statement, group_id)


# --- Who is where --------------------------------------------------------------------------


def attempts_in(sitting: Sitting) -> list[QuizAttempt]:
    """The attempts of those who learn in the group, as the clock has them now; one query."""
    statement = select(QuizAttempt).where(QuizAttempt.sitting_id == sitting.id)
    ordered = _of_learners(statement, sitting.group_id).order_by(
        QuizAttempt.user_id, QuizAttempt.number
    )
    return settle_all(list(db.session.scalars(ordered)))


def marks_in(sitting: Sitting) -> dict[int, dict[str, Mark]]:
    """What all of them earned, by attempt and item; one query."""
    statement = (
        select(Mark)
        .join(QuizAttempt, QuizAttempt.id == Mark.attempt_id)
        .where(QuizAttempt.sitting_id == sitting.id)
    )
    found: dict[int, dict[str, Mark]] = {}
    for mark in db.session.scalars(_of_learners(statement, sitting.group_id)):
        found.setdefault(mark.attempt_id, {})[mark.item] = mark
    return found


def responses_in(sitting: Sitting) -> dict[int, dict[str, Response]]:
    """What all of them answered, by attempt and item; one query."""
    statement = (
        select(Response)
        .join(QuizAttempt, QuizAttempt.id == Response.attempt_id)
        .where(QuizAttempt.sitting_id == sitting.id)
    )
    found: dict[int, dict[str, Response]] = {}
    for response in db.session.scalars(_of_learners(statement, sitting.group_id)):
        found.setdefault(response.attempt_id, {})[response.item] = response
    return found


def standing(sitting: Sitting) -> Standing:
    """Who is where, by name; four queries. The caller has checked the group."""
    rules = Rules.from_plain(sitting.rules)
    members = groups.members(sitting.group_id)
    rows = attempts_in(sitting)
    marks = marks_in(sitting)
    allowances = {row.user_id: row for row in quizzes.allowances_of(sitting.id)}
    tries: dict[int, list[Tried]] = {}
    for row in rows:
        tries.setdefault(row.user_id, []).append(Tried(row=row, marks=marks.get(row.id, {})))
    return Standing(
        learners=[
            Learner(
                user_id=member.user_id,
                name=member.name,
                tries=tries.get(member.user_id, []),
                counted=_counted(tries.get(member.user_id, []), rules),
                allowance=allowances.get(member.user_id),
            )
            for member in members
        ]
    )


def _counted(tries: Sequence[Tried], rules: Rules) -> Fraction | None:
    finished = [attempt.share for attempt in tries if attempt.is_finished]
    return counted_grade(finished, method=rules.method)


# --- Answers that a person marks -----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An answer that a person marks; whose it is stays out of sight."""

    public_id: str  # of the attempt
    mark: Mark
    text: str
    file: ResponseFile | None  # whose name stays out of sight too: it may hold that of a person
    judgements: Sequence[tuple[Judgement, str]]  # oldest first, and who gave each

    @property
    def seen(self) -> int:
        """The number of the newest judgement; 0 for none."""
        return self.judgements[-1][0].number if self.judgements else 0


def written(sitting: Sitting, public_id: str, item: str) -> Written | None:
    """An answer to read, of somebody who learns in the group; three queries, or four for a file.

    ``None`` also for an item that is left out, or whose points everybody has.
    """
    if item in taken_out(quizzes.changes_of(sitting.id)):
        return None
    statement = (
        select(Mark, Response.given)
        .join(QuizAttempt, QuizAttempt.id == Mark.attempt_id)
        .outerjoin(
            Response, (Response.attempt_id == Mark.attempt_id) & (Response.item == Mark.item)
        )
        .where(
            QuizAttempt.sitting_id == sitting.id,
            QuizAttempt.public_id == public_id,
            Mark.item == item,
        )
    )
    found = db.session.execute(_of_learners(statement, sitting.group_id)).one_or_none()
    if found is None:
        return None
    is_file = isinstance(edition_of(sitting).quiz.item(item), FileQuestion)
    return Written(
        public_id=public_id,
        mark=found.Mark,
        text=found.given if isinstance(found.given, str) and not is_file else "",
        file=quizzes.file_of(found.Mark.attempt_id, item) if is_file else None,
        judgements=quizzes.judgements_of(found.Mark.attempt_id, item),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Essays:
    """The answers to one item that a person marks, in an order drawn by lot."""

    item: str
    waiting: Sequence[str]  # the attempts
    read: Sequence[str]


def to_read(sitting: Sitting, changes: Sequence[KeyChange]) -> list[Essays]:
    """What a person has to mark, or has marked, item by item; one query.

    ``changes`` are those of the keys of the sitting: what they took out is not read any more.
    """
    was_read = Mark.given_by.is_not(None) & (Mark.maximum > 0)
    statement = (
        select(Mark.item, QuizAttempt.public_id, _WAITS.label("waits"))
        .join(QuizAttempt, QuizAttempt.id == Mark.attempt_id)
        .where(
            QuizAttempt.sitting_id == sitting.id,
            _WAITS | was_read,
            Mark.item.not_in(taken_out(changes)),
        )
        .order_by(Mark.item, QuizAttempt.public_id)  # the latter is drawn by lot
    )
    found: dict[str, tuple[list[str], list[str]]] = {}
    for item, public_id, is_waiting in db.session.execute(
        _of_learners(statement, sitting.group_id)
    ):
        waiting, read = found.setdefault(item, ([], []))
        (waiting if is_waiting else read).append(public_id)
    return [
        Essays(item=item, waiting=waiting, read=read) for item, (waiting, read) in found.items()
    ]
