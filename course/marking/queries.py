"""Reads of marking: what is asked of a group, the queue of a marker, one submission.

Each takes the marker, and gives nothing of groups that they do not teach. Where names are hidden a
submission goes by a code that follows from a key of the assignment, also in addresses: the
``public_id`` of a submission stands beside a name elsewhere.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from hmac import digest
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, Select, or_, select
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
from course.reflections.queries import TAKEN_BACK

KEPT: Final = 64  # groups, whose codes are not made anew for each page
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
        .where(
            Membership.user_id == marker_id,
            Membership.part == Part.INSTRUCTOR,
            Group.archived_at.is_(None),
        )
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
    return dict(_codes_of(assignment.code_key, str(assignment.id), frozenset(user_ids)))


@lru_cache(KEPT)
def _codes_of(key: str, assignment: str, user_ids: frozenset[int]) -> dict[int, str]:
    """They follow from the arguments; making six hundred takes longer than all else on a page."""
    students = {str(user_id): user_id for user_id in user_ids}
    codes = anon_codes(key.encode(), list(students), assignment)
    return {students[student]: code for student, code in codes.items()}


def queue(assignment: Assignment, marker_id: int) -> list[Item]:
    """The standing submissions of an assignment, in this marker's own order; at most seven queries.

    The order is a draw by the key of the assignment and the marker: nobody is always first, and a
    marker finds the same order again. The texts are not read: :func:`item_for` has them.
    """
    return queues([assignment], marker_id)[assignment.id]


def queues(assignments: Sequence[Assignment], marker_id: int) -> dict[int, list[Item]]:
    """As :func:`queue`, by assignment; as many queries for all of them as for one."""
    statement = _handed_in_to(assignments).options(defer(Submission.text))
    return _items(assignments, marker_id, statement)


def order(assignment: Assignment, marker_id: int) -> list[str]:
    """The codes of the queue in its order, where nothing else is needed of it; two queries."""
    codes = _codes(assignment)
    standing = db.session.scalars(handed_in(assignment).with_only_columns(Submission.user_id))
    place = _draw(assignment, marker_id, [codes[user] for user in standing if user in codes])
    return sorted(place, key=place.__getitem__)


def _draw(assignment: Assignment, marker_id: int, codes: Collection[str]) -> dict[str, bytes]:
    """What the order of this marker goes by, for each of these codes."""
    key = assignment.code_key.encode()
    return {code: digest(key, f"{marker_id}:{code}".encode(), sha256) for code in codes}


def item_for(assignment: Assignment, marker_id: int, code: str) -> Item | None:
    """One submission of the queue with its text, by its code; at most eight queries."""
    found = {given: user_id for user_id, given in _codes(assignment).items()}
    if code not in found:
        return None
    statement = _handed_in_to([assignment]).where(Submission.user_id == found[code])
    items = _items([assignment], marker_id, statement, of=found[code])
    return next(iter(items[assignment.id]), None)


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


def _handed_in_to(
    assignments: Sequence[Assignment],
) -> Select[int, Submission, str]:
    """As :func:`handed_in`, of several assignments, each with the number of its assignment."""
    return (
        select(Assignment.id, Submission, User.name)
        .join(
            Submission,
            (Submission.lesson == Assignment.lesson) & (Submission.step == Assignment.step),
        )
        .join(User, User.id == Submission.user_id)
        .join(
            Membership,
            (Membership.user_id == Submission.user_id)
            & (Membership.group_id == Assignment.group_id),
        )
        .where(
            Assignment.id.in_([row.id for row in assignments]),
            Membership.part == Part.LEARNER,
            Submission.withdrawn_at.is_(None),
        )
    )


def _codes(assignment: Assignment) -> dict[int, str]:
    return codes_of(assignment, _learners([assignment])[assignment.group_id])


def _learners(assignments: Sequence[Assignment]) -> dict[int, list[int]]:
    """The learners of the groups that are asked, by group; one query."""
    groups: dict[int, list[int]] = {row.group_id: [] for row in assignments}
    statement = select(Membership.group_id, Membership.user_id).where(
        Membership.group_id.in_(groups), Membership.part == Part.LEARNER
    )
    for group_id, user_id in db.session.execute(statement):
        groups[group_id].append(user_id)
    return groups


_Markings: TypeAlias = Mapping[int, Mapping[int, Marking]]  # by submission, then by marker


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known about the submissions of an assignment, by submission."""

    codes: Mapping[int, str]  # by learner
    markings: Mapping[int, Mapping[int, Marking]]  # then by marker
    given: Mapping[int, Release]
    agreed: Collection[int]
    read_twice: Collection[int]
    first_marked: Mapping[int, int]  # the oldest submission that was marked, by learner

    def is_revised(self, submission: Submission) -> bool:
        """Whether an earlier version of it was marked."""
        return self.first_marked.get(submission.user_id, submission.id) < submission.id


def _known(assignments: Sequence[Assignment], of: int | None) -> dict[int, _Known]:
    """By assignment; at most six queries, however many there are.

    With ``of`` only about this learner, except what a sample is drawn from.
    """
    ids = [row.id for row in assignments]
    markings: dict[int, dict[int, dict[int, Marking]]] = {number: {} for number in ids}
    marked = select(Marking).where(Marking.assignment_id.in_(ids))
    if of is not None and all(row.seconds != "sample" for row in assignments):
        marked = marked.where(Marking.user_id == of)
    for row in db.session.scalars(marked):
        # Who left has no number any more; two of them are told apart by their part.
        marker = row.marker_id or -row.id
        markings[row.assignment_id].setdefault(row.submission_id, {})[marker] = row
    given: dict[int, dict[int, Release]] = {number: {} for number in ids}
    statement = select(Release).where(
        Release.assignment_id.in_(ids), Release.retracted_at.is_(None)
    )
    for release in db.session.scalars(statement):
        given[release.assignment_id][release.submission_id] = release
    agreed = set(agreed_in(ids))
    learners = _learners(assignments)
    read_twice = _read_twice(assignments, markings)
    return {
        row.id: _Known(
            codes=codes_of(row, learners[row.group_id]),
            markings=markings[row.id],
            given=given[row.id],
            agreed=agreed,
            read_twice=read_twice.get(row.id, ()),
            first_marked=_first_marked(markings[row.id]),
        )
        for row in assignments
    }


def _first_marked(markings: _Markings) -> dict[int, int]:
    found: dict[int, int] = {}
    for number in sorted(markings, reverse=True):
        found.update((row.user_id, number) for row in markings[number].values())
    return found


def _read_twice(
    assignments: Sequence[Assignment], markings: Mapping[int, _Markings]
) -> dict[int, Collection[int]]:
    """The submissions that a second marker has to read, of those that stand, by assignment."""
    asked = [row for row in assignments if row.seconds != "none"]
    if not asked:
        return {}
    standing: dict[int, list[int]] = {row.id: [] for row in asked}
    statement = _handed_in_to(asked).with_only_columns(Assignment.id, Submission.id)
    for number, submission_id in db.session.execute(statement):
        standing[number].append(submission_id)
    markers = _markers() if any(row.seconds == "sample" for row in asked) else {}
    return {
        row.id: standing[row.id]
        if row.seconds == "all"
        else _sampled(row, standing[row.id], markings[row.id], markers)
        for row in asked
    }


def _markers() -> dict[int, set[int]]:
    """The assignments in which somebody was done with a text, by marker; one query."""
    found: dict[int, set[int]] = {}
    statement = (
        select(Marking.marker_id, Marking.assignment_id)
        .where(Marking.done_at.is_not(None), Marking.marker_id.is_not(None))
        .distinct()
    )
    for marker_id, assignment_id in db.session.execute(statement):
        found.setdefault(marker_id or 0, set()).add(assignment_id)
    return found


def _sampled(
    assignment: Assignment,
    standing: Collection[int],
    markings: _Markings,
    markers: Mapping[int, Collection[int]],
) -> Collection[int]:
    firsts = {
        number: row
        for number in standing
        for row in markings.get(number, {}).values()
        if row.part == "first" and row.done_at is not None
    }
    grades = {number: rubrics.grade_of(assignment, row.levels) for number, row in firsts.items()}
    new = {
        number
        for number, row in firsts.items()
        if not set(markers.get(row.marker_id or 0, ())) - {assignment.id}
    }
    exact = {number: grade.exact if grade else None for number, grade in grades.items()}
    return stages.sampled(assignment, standing, exact, new)


def _items(
    assignments: Sequence[Assignment],
    marker_id: int,
    statement: Select[int, Submission, str],
    of: int | None = None,
) -> dict[int, list[Item]]:
    known = _known(assignments, of)
    by_number = {row.id: row for row in assignments}
    items: dict[int, list[Item]] = {row.id: [] for row in assignments}
    for number, submission, name in db.session.execute(statement).all():
        # Who joined the group in this very moment has no code yet.
        if submission.user_id in known[number].codes:
            asked = by_number[number]
            items[number].append(_item(asked, marker_id, submission, name, known[number]))
    for number, found in items.items():
        place = _draw(by_number[number], marker_id, [item.code for item in found])
        found.sort(key=lambda item: place[item.code])
    return items


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
        stand=Stand.GIVEN if is_given else _stand(assignment, marker_id, submission, known, state),
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
    known: _Known,
    state: State,
) -> Stand:
    there = known.markings.get(submission.id, {})
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
    return Stand.REVISED if known.is_revised(submission) else Stand.OPEN


def remarks_of(marking_ids: Collection[int]) -> list[Remark]:
    """The remarks of these markings, in the order of making."""
    statement = select(Remark).where(Remark.marking_id.in_(marking_ids)).order_by(Remark.id)
    return list(db.session.scalars(statement))


def returned_with(release: type[Release] | Release) -> ColumnElement[bool]:
    """Whether a marking went to the learner with this release: it was done by then."""
    return or_(Marking.id == release.marking_id, Marking.done_at <= release.made_at)


def earlier_versions(submission: Submission) -> list[Submission]:
    """What the learner handed in at this step before, oldest first; not what was taken back."""
    statement = (
        select(Submission)
        .where(
            Submission.enrolment_id == submission.enrolment_id,
            Submission.step == submission.step,
            Submission.number < submission.number,
            ~TAKEN_BACK,
        )
        .order_by(Submission.number)
    )
    return list(db.session.scalars(statement))


def returned_remarks(submissions: Collection[Submission]) -> dict[int, list[Remark]]:
    """The remarks that learners got about these texts, by text, in the order of making; one query.

    With what they answered; not what was taken back.
    """
    found: dict[int, list[Remark]] = {}
    statement = (
        select(Marking.submission_id, Remark)
        .join(Remark, Remark.marking_id == Marking.id)
        .join(
            Release,
            (Release.submission_id == Marking.submission_id)
            & Release.retracted_at.is_(None)
            & (Release.visible_at <= now())
            & returned_with(Release),
        )
        .where(Marking.submission_id.in_([row.id for row in submissions]))
        .order_by(Remark.id)
    )
    for submission_id, made in db.session.execute(statement):
        found.setdefault(submission_id, []).append(made)
    return found


def agreed_of(submission_id: int) -> Agreed | None:
    """What the markers decided together, if they did."""
    return db.session.get(Agreed, submission_id)


def agreed_in(assignment_ids: Collection[int]) -> dict[int, Agreed]:
    """What markers decided together in these assignments, by submission; one query."""
    marked = select(Marking.submission_id).where(Marking.assignment_id.in_(assignment_ids))
    statement = select(Agreed).where(Agreed.submission_id.in_(marked))
    return {row.submission_id: row for row in db.session.scalars(statement)}


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
