"""Writes of one marker about one submission: a draft that is saved all the time, remarks, done.

Each marker has a row of their own, so nobody waits for a colleague or writes over them. Two
windows of the same marker go by the revision: an older one never overwrites a newer draft.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from course.audit import actions as audit
from course.audit.models import Kind
from course.core.clock import now
from course.core.db import db, insert_if_absent
from course.core.errors import CourseError
from course.core.i18n import _
from course.core.log import log
from course.marking.models import Assignment, Looking, Marking, Remark
from course.reflections.models import Submission


class Decision(StrEnum):
    """What a marker thinks should happen, beside the levels."""

    OPEN = ""
    ENOUGH = "enough"
    NOT_YET = "not-yet"
    TALK = "talk"  # with the learner, or with a colleague


class Part(StrEnum):
    """As which reader somebody marks."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


class NotFree(CourseError):
    """It has its markers, or what was marked is no longer to be changed."""

    status = HTTPStatus.CONFLICT


class TakenBack(CourseError):
    """The learner withdrew it before anybody began; there is nothing to mark."""

    status = HTTPStatus.CONFLICT


class NotComplete(CourseError):
    """A marking that lacks something cannot be done yet."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the screen of a marker holds."""

    levels: Mapping[str, int]  # by criterion; those that are not chosen yet are left out
    comment: str
    note: str
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What the database holds now. ``is_stale``: a newer draft was there, and was kept."""

    revision: int
    judged: Judged
    saved_at: datetime
    is_done: bool
    is_stale: bool = False


def judged_of(row: Marking) -> Judged:
    """A row as its screen holds it."""
    return Judged(
        levels=dict(row.levels),
        comment=row.comment,
        note=row.note,
        decision=Decision(row.decision),
    )


def begin(submission: Submission, assignment: Assignment, marker_id: int) -> Marking:
    """Begin marking, or go on; from now on the learner cannot withdraw it.

    Raises :exc:`TakenBack` when it was withdrawn a moment ago, and :exc:`NotFree` when it has both
    its markers. Two clicks at once begin one; two markers at once are first and second.
    """
    found = marking_of(submission.id, marker_id)
    if found:
        return found
    held = db.session.execute(
        update(Submission)
        .where(Submission.id == submission.id, Submission.withdrawn_at.is_(None))
        .values(marking_began_at=submission.marking_began_at or now())
        .returning(Submission.id)
    ).all()
    if not held:
        db.session.rollback()
        raise TakenBack(_("The student took this back to work on it. It comes again by itself."))
    part = _free_part(submission.id, assignment, marker_id)
    row = Marking(
        user_id=submission.user_id,
        submission_id=submission.id,
        assignment_id=assignment.id,
        marker_id=marker_id,
        part=part.value,
        levels={},
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # the other click was first, or a colleague
        return begin(submission, assignment, marker_id)
    _note(Kind.READ, row, assignment)
    db.session.commit()
    log.info("marking_begun", marker=marker_id, submission=submission.id, part=part.value)
    return row


def part_for(assignment: Assignment, marker_id: int) -> Part:
    """As which reader this marker reads, where that is still free."""
    is_second = assignment.seconds != "none" and assignment.second_marker_id == marker_id
    return Part.SECOND if is_second else Part.FIRST


def _free_part(submission_id: int, assignment: Assignment, marker_id: int) -> Part:
    taken = set(db.session.scalars(select(Marking.part).filter_by(submission_id=submission_id)))
    own = part_for(assignment, marker_id)
    is_kept = assignment.seconds != "none" and assignment.second_marker_id is not None
    wanted = [own] if is_kept else [Part.FIRST, Part.SECOND]
    found = next((part for part in wanted if part not in taken), None)
    if found is None:
        db.session.rollback()
        raise NotFree(_("This one has its readers already. You can read it, and not mark it too."))
    return found


def ask_third(submission: Submission, assignment: Assignment, marker_id: int) -> None:
    """Have a third marker read it; a second click asks nobody anew.

    Raises :exc:`NotFree` for who marked it already.
    """
    if marking_of(submission.id, marker_id) is not None:
        raise NotFree(_("This colleague marked it already. Ask somebody else."))
    insert_if_absent(
        Marking,
        user_id=submission.user_id,
        submission_id=submission.id,
        assignment_id=assignment.id,
        marker_id=marker_id,
        part=Part.THIRD.value,
        levels={},
    )
    db.session.commit()
    log.info("third_marker_asked", marker=marker_id, submission=submission.id)


def marking_of(submission_id: int, marker_id: int) -> Marking | None:
    """What this marker has about a submission, as it is now."""
    statement = (
        select(Marking)
        .filter_by(submission_id=submission_id, marker_id=marker_id)
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(statement)


def save(row: Marking, judged: Judged, *, revision: int) -> Saved:
    """Keep the draft when it goes on from ``revision``; the same sent twice is not stale.

    A marking that is done is not changed: reopen it first. Then, too, what is there is given back.
    """
    changed = db.session.execute(
        update(Marking)
        .where(Marking.id == row.id, Marking.revision == revision, Marking.done_at.is_(None))
        .values(
            levels=dict(judged.levels),
            comment=judged.comment,
            note=judged.note,
            decision=judged.decision.value,
            revision=revision + 1,
            saved_at=now(),
        )
        .returning(Marking.saved_at)
    ).one_or_none()
    if changed:
        db.session.commit()
        return Saved(revision=revision + 1, judged=judged, saved_at=changed.saved_at, is_done=False)
    db.session.commit()  # nothing was changed; undoing it would forget what the page has read
    there = db.session.get_one(Marking, row.id, populate_existing=True)
    return Saved(
        revision=there.revision,
        judged=judged_of(there),
        saved_at=there.saved_at,
        is_done=there.done_at is not None,
        is_stale=judged_of(there) != judged,
    )


def finish(row: Marking, criteria: list[str], *, revision: int) -> Marking:
    """Say that it is done, with a level at each of ``criteria``; the draft stays what it is.

    Raises :exc:`NotComplete` when a level is missing, or when another window has a newer draft.
    """
    missing = [slug for slug in criteria if slug not in row.levels]
    if missing:
        raise NotComplete(
            _(
                "%(count)s criteria have no level yet. Choose one at each, then finish.",
                count=len(missing),
            )
        )
    done = db.session.execute(
        update(Marking)
        .where(Marking.id == row.id, Marking.revision == revision)
        .values(done_at=now())
        .returning(Marking.id)
    ).all()
    if not done:
        db.session.rollback()
        raise NotComplete(
            _("This marking was changed in another window. Read it once more, then finish.")
        )
    _note(Kind.MARKED, row, db.session.get_one(Assignment, row.assignment_id))
    db.session.commit()
    log.info("marking_done", marker=row.marker_id, submission=row.submission_id, part=row.part)
    return db.session.get_one(Marking, row.id, populate_existing=True)


def _note(kind: Kind, row: Marking, assignment: Assignment) -> None:
    about = f"{assignment.lesson}/{assignment.step}"
    group = assignment.group_id
    audit.note(kind, by=row.marker_id, whom=[row.user_id], group=group, about=about)


def reopen(row: Marking) -> None:
    """Work on it once more; see :func:`course.marking.stages.can_reopen` for when."""
    db.session.execute(update(Marking).where(Marking.id == row.id).values(done_at=None))
    db.session.commit()
    log.info("marking_reopened", marker=row.marker_id, submission=row.submission_id)


def look(submission_id: int, marker_id: int) -> None:
    """Remember that this marker has it open, so that a colleague sees it; a hint, never a lock."""
    row = db.session.get(Looking, marker_id)
    if row is None:
        insert_if_absent(Looking, user_id=marker_id, submission_id=submission_id, seen_at=now())
    else:
        row.submission_id, row.seen_at = submission_id, now()
    db.session.commit()


# --- Remarks -------------------------------------------------------------------------------


def remark(row: Marking, place: str, anchor: Mapping[str, Any], words: str) -> Remark:
    """Add a remark at a ``passage`` or a ``decision``.

    Raises :exc:`NotFree` when the marking is done, as :func:`reword` and :func:`take_away` do.
    """
    _still_open(row)
    made = Remark(
        public_id=secrets.token_urlsafe(16),
        user_id=row.user_id,
        marking_id=row.id,
        place=place,
        anchor=dict(anchor),
        text=words,
    )
    db.session.add(made)
    db.session.commit()
    return made


def _still_open(row: Marking) -> None:
    if row.done_at is not None:
        raise NotFree(_("You are done with this one. Work on it again to change a comment."))


def reword(row: Marking, made: Remark, words: str) -> None:
    """Give a remark of one's own marking other words."""
    _still_open(row)
    made.text = words
    db.session.commit()


def take_away(row: Marking, made: Remark) -> None:
    """Delete a remark of one's own marking."""
    _still_open(row)
    db.session.execute(delete(Remark).where(Remark.id == made.id))
    db.session.commit()
