"""Reads of marking: what is asked of a group, the queue of a marker, one submission.

Each takes the marker, and gives nothing of groups that they do not teach. Where names are hidden a
submission goes by a code that follows from a key of the assignment, also in addresses: the
``public_id`` of a submission stands beside a name elsewhere.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import digest
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, defer

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.domain.anonymous import anon_codes
from course.domain.foureyes import State, is_blind
from course.groups.models import Group, Membership, Part
from course.marking import rubrics, stages
from course.marking.models import Agreed, Assignment, Looking, Marking, Release, Remark
from course.reflections.models import Submission

A_MOMENT: Final = timedelta(minutes=2)  # that somebody who looked is said to look


class Stand(StrEnum):
    """How far a submission is, as one marker sees it."""

    OPEN = "open"  # nobody marks it
    MINE = "mine"  # this marker has a draft
    THEIRS = "theirs"  # a colleague has a draft
    SECOND = "second"  # this marker reads it second
    NOT_YET = "not-yet"  # the first reader begins; this one reads what is drawn
    READ = "read"  # a colleague is done, and nobody else has to read it
    DONE = "done"  # this marker is done
    REVISED = "revised"  # handed in anew after it was given back
    GIVEN = "given"  # the learner has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One submission in the queue."""

    submission: Submission
    code: str
    name: str  # "" while names are hidden
    stand: Stand
    state: State
    days: int  # that it waits, whole; 0 today
    markings: Mapping[int, Marking]  # by marker; of others only what is done and not blind
    given_at: datetime | None = None  # when the learner sees it, or will

    @property
    def is_open(self) -> bool:
        """Whether this marker still has something to do with it."""
        return self.stand in {Stand.OPEN, Stand.MINE, Stand.SECOND, Stand.REVISED}

    @property
    def is_scheduled(self) -> bool:
        """Whether it goes to the learner at a moment that has not come yet."""
        return self.given_at is not None and self.stand is not Stand.GIVEN


def assignment_for(marker_id: int, assignment_id: int) -> Assignment | None:
    """The assignment, with its rubric, when this marker teaches its group; one query."""
    statement = (
        select(Assignment)
        .join(Assignment.rubric)
        .options(contains_eager(Assignment.rubric))
        .join(Membership, Membership.group_id == Assignment.group_id)
        .where(
            Assignment.id == assignment_id,
            Membership.user_id == marker_id,
            Membership.part == Part.INSTRUCTOR,
        )
    )
    return db.session.scalar(statement)


def assignments_of(marker_id: int) -> list[tuple[Assignment, Group]]:
    """Everything that this marker's groups are asked, by group and lesson; one query."""
    statement = (
        select(Assignment, Group)
        .join(Assignment.rubric)
        .options(contains_eager(Assignment.rubric))
        .join(Group, Group.id == Assignment.group_id)
        .join(Membership, Membership.group_id == Group.id)
        .where(Membership.user_id == marker_id, Membership.part == Part.INSTRUCTOR)
        .order_by(Group.name, Group.id, Assignment.lesson, Assignment.step)
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def assignment_at(group_id: int, lesson: str, step: str) -> Assignment | None:
    """What this group is asked at a step."""
    statement = (
        select(Assignment)
        .join(Assignment.rubric)
        .options(contains_eager(Assignment.rubric))
        .filter_by(group_id=group_id, lesson=lesson, step=step)
    )
    return db.session.scalar(statement)


def codes_of(assignment: Assignment, user_ids: Collection[int]) -> dict[int, str]:
    """A code for each learner of the group; pass all of them, or two could get the same."""
    students = {str(user_id): user_id for user_id in user_ids}
    codes = anon_codes(assignment.code_key.encode(), list(students), str(assignment.id))
    return {students[student]: code for student, code in codes.items()}


def queue(assignment: Assignment, marker_id: int) -> list[Item]:
    """The standing submissions of an assignment, in this marker's own order; six queries.

    The order is a draw by the key of the assignment and the marker: nobody is always first, and a
    marker finds the same order again. The texts are not read: :func:`item_for` has them.
    """
    return _items(assignment, marker_id, handed_in(assignment).options(defer(Submission.text)))


def item_for(assignment: Assignment, marker_id: int, code: str) -> Item | None:
    """One submission of the queue with its text, by its code; seven queries."""
    found = {given: user_id for user_id, given in _codes(assignment).items()}
    if code not in found:
        return None
    statement = handed_in(assignment).where(Submission.user_id == found[code])
    return next(iter(_items(assignment, marker_id, statement)), None)


def handed_in(assignment: Assignment) -> Select[Submission, str]:
    """The standing submissions of an assignment, each with the name of who wrote it."""
    return (
        select(Submission, User.name)
        .join(User, User.id == Submission.user_id)
        .join(Membership, Membership.user_id == Submission.user_id)
        .where(
            Membership.group_id == assignment.group_id,
            Membership.part == Part.LEARNER,
            Submission.lesson == assignment.lesson,
            Submission.step == assignment.step,
            Submission.withdrawn_at.is_(None),
        )
    )


def _codes(assignment: Assignment) -> dict[int, str]:
    everybody = db.session.scalars(
        select(Membership.user_id).filter_by(group_id=assignment.group_id, part=Part.LEARNER)
    )
    return codes_of(assignment, list(everybody))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known about the submissions of an assignment, by submission."""

    codes: Mapping[int, str]  # by learner
    markings: Mapping[int, Mapping[int, Marking]]  # then by marker
    given: Mapping[int, Release]
    agreed: Collection[int]
    read_twice: Collection[int]


def _known(assignment: Assignment) -> _Known:
    markings: dict[int, dict[int, Marking]] = {}
    for row in db.session.scalars(select(Marking).filter_by(assignment_id=assignment.id)):
        # Who left has no number any more; two of them are told apart by their part.
        marker = row.marker_id or -row.id
        markings.setdefault(row.submission_id, {})[marker] = row
    given = db.session.scalars(
        select(Release).filter_by(assignment_id=assignment.id, retracted_at=None)
    )
    agreed = db.session.scalars(
        select(Agreed.submission_id)
        .join(Marking, Marking.submission_id == Agreed.submission_id)
        .where(Marking.assignment_id == assignment.id)
    )
    return _Known(
        codes=_codes(assignment),
        markings=markings,
        given={row.submission_id: row for row in given},
        agreed=set(agreed),
        read_twice=_read_twice(assignment, markings),
    )


def _read_twice(
    assignment: Assignment, markings: Mapping[int, Mapping[int, Marking]]
) -> Collection[int]:
    """The submissions that a second marker has to read, of those that stand."""
    if assignment.seconds == "none":
        return ()
    standing = list(db.session.scalars(handed_in(assignment).with_only_columns(Submission.id)))
    if assignment.seconds == "all":
        return standing
    firsts = {
        number: row
        for number in standing
        for row in markings.get(number, {}).values()
        if row.part == "first" and row.done_at is not None
    }
    grades = {number: rubrics.grade_of(assignment, row.levels) for number, row in firsts.items()}
    known = set(
        db.session.scalars(
            select(Marking.marker_id)
            .where(Marking.assignment_id != assignment.id, Marking.done_at.is_not(None))
            .distinct()
        )
    )
    return stages.sampled(
        assignment,
        standing,
        {number: grade.exact if grade else None for number, grade in grades.items()},
        {number for number, row in firsts.items() if row.marker_id not in known},
    )


def _items(
    assignment: Assignment, marker_id: int, statement: Select[Submission, str]
) -> list[Item]:
    known = _known(assignment)
    items = [
        _item(assignment, marker_id, submission, name, known)
        for submission, name in db.session.execute(statement).all()
        # Who joined the group in this very moment has no code yet.
        if submission.user_id in known.codes
    ]
    key = assignment.code_key.encode()
    return sorted(items, key=lambda item: digest(key, f"{marker_id}:{item.code}".encode(), sha256))


def _item(
    assignment: Assignment, marker_id: int, submission: Submission, name: str, known: _Known
) -> Item:
    there = known.markings.get(submission.id, {})
    release = known.given.get(submission.id)
    is_given = release is not None and release.visible_at <= now()
    state = stages.state_of(
        there.values(),
        read_twice=submission.id in known.read_twice,
        is_agreed=submission.id in known.agreed,
        is_given=release is not None,
    )
    return Item(
        submission=submission,
        code=known.codes[submission.user_id],
        name=name if is_given or not assignment.names_hidden else "",
        stand=Stand.GIVEN if is_given else _stand(assignment, marker_id, submission, there, state),
        state=state,
        days=max(0, (now() - submission.handed_in_at).days),
        markings={
            marker: row
            for marker, row in there.items()
            if marker == marker_id or (row.done_at is not None and not is_blind(state))
        },
        given_at=release.visible_at if release else None,
    )


def _stand(
    assignment: Assignment,
    marker_id: int,
    submission: Submission,
    there: Mapping[int, Marking],
    state: State,
) -> Stand:
    mine = there.get(marker_id)
    if mine is not None:
        return Stand.MINE if mine.done_at is None else Stand.DONE
    is_second = assignment.second_marker_id == marker_id and assignment.seconds != "none"
    if is_second and state is State.MARKED_FIRST:
        return Stand.SECOND
    if is_second and assignment.seconds == "all" and is_blind(state):
        return Stand.SECOND
    if state is State.MARKED_SECOND and "first" not in {row.part for row in there.values()}:
        return Stand.OPEN
    if any(row.done_at is not None for row in there.values()):
        return Stand.READ
    if any(row.part == "first" for row in there.values()):
        return Stand.THEIRS
    if is_second:
        return Stand.NOT_YET
    return Stand.REVISED if submission.number > 1 else Stand.OPEN


def remarks_of(marking_ids: Collection[int]) -> list[Remark]:
    """The remarks of these markings, in the order of making."""
    statement = select(Remark).where(Remark.marking_id.in_(marking_ids)).order_by(Remark.id)
    return list(db.session.scalars(statement))


def earlier_versions(submission: Submission) -> list[Submission]:
    """What the learner handed in at this step before, oldest first."""
    statement = (
        select(Submission)
        .where(
            Submission.enrolment_id == submission.enrolment_id,
            Submission.step == submission.step,
            Submission.number < submission.number,
        )
        .order_by(Submission.number)
    )
    return list(db.session.scalars(statement))


def agreed_of(submission_id: int) -> Agreed | None:
    """What the markers decided together, if they did."""
    return db.session.get(Agreed, submission_id)


def also_looking(submission_id: int, marker_id: int) -> list[str]:
    """The names of colleagues who have it open now; one query."""
    statement = (
        select(User.name)
        .join(Looking, Looking.user_id == User.id)
        .where(
            Looking.submission_id == submission_id,
            Looking.user_id != marker_id,
            Looking.seen_at > now() - A_MOMENT,
        )
        .order_by(User.name)
    )
    return list(db.session.scalars(statement))


def hidden_in(group_id: int, lesson: str) -> set[int]:
    """The submissions of a group whose names are hidden, so that no name leads to them; one query.

    Until the result can be seen by its learner.
    """
    return set(db.session.scalars(_hidden(group_id).where(Submission.lesson == lesson)))


def is_hidden(group_id: int, submission_id: int) -> bool:
    """Whether the name of this submission is hidden in the group."""
    statement = _hidden(group_id).where(Submission.id == submission_id)
    return db.session.scalar(statement) is not None


def _hidden(group_id: int) -> Select[int]:
    given = select(Release.submission_id).where(
        Release.retracted_at.is_(None), Release.visible_at <= now()
    )
    return (
        select(Submission.id)
        .join(Membership, Membership.user_id == Submission.user_id)
        .join(
            Assignment,
            (Assignment.group_id == Membership.group_id)
            & (Assignment.lesson == Submission.lesson)
            & (Assignment.step == Submission.step),
        )
        .where(
            Membership.group_id == group_id,
            Membership.part == Part.LEARNER,
            Assignment.names_hidden,
            Submission.withdrawn_at.is_(None),
            Submission.id.not_in(given),
        )
    )
