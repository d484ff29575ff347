"""Fellow students read each other's reflection: who reads whom, what they say, who is missing.

Anonymous both ways: a reader sees a text and no name, a writer sees what was said and not by whom.
Instructors see all of it. It is feedback and no grade.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.core.errors import CourseError
from course.core.i18n import _, _n, speaking
from course.core.log import log
from course.domain import peers as rules
from course.marking import queries
from course.marking.models import Assignment, PeerReview
from course.messages import actions as messages
from course.messages.actions import Told
from course.messages.models import Kind
from course.reflections.models import Submission
from course.reflections.queries import TAKEN_BACK

FEWEST: Final = 2  # hand-ins, or there is nobody to read


class CannotStart(CourseError):
    """There are too few texts to read each other."""

    status = HTTPStatus.CONFLICT


def _handed_in(assignment: Assignment) -> dict[int, Submission]:
    """The standing submission of each learner of the group; one query."""
    return {row.user_id: row for row in db.session.scalars(queries.handed_in(assignment))}


def reviews_in(assignment_id: int) -> Sequence[PeerReview]:
    """All that was given out and not ended, in the order of giving out; one query."""
    statement = (
        select(PeerReview)
        .where(PeerReview.assignment_id == assignment_id, PeerReview.ended_at.is_(None))
        .order_by(PeerReview.id)
    )
    return db.session.scalars(statement).all()


def give_out(assignment: Assignment) -> int:
    """Give everybody who handed in their texts to read; who came late gets a ring of their own.

    Doing it again only adds what is missing, so it may be pressed twice. Gives how many reviews
    were added, or go on with the text that came in the place of one that was taken back.
    Raises :exc:`CannotStart` with fewer than two texts.
    """
    texts = _handed_in(assignment)
    if len(texts) < FEWEST:
        raise CannotStart(
            _("Two reflections are needed at least, so that somebody can read one. Wait a little.")
        )
    moved = _follow(assignment, texts)
    there = reviews_in(assignment.id)
    begun = {str(row.user_id) for row in there} | {
        str(user_id)
        for user_id, text in texts.items()
        if text.id in {row.submission_id for row in there}
    }
    late = [str(user_id) for user_id in texts if str(user_id) not in begun]
    if not late:
        db.session.commit()
        return moved
    seed = int.from_bytes(sha256(assignment.code_key.encode()).digest()[:4])
    if begun:
        on_time = _allocation(there, texts)
        found = rules.allocate_late(late, on_time, reviews=assignment.peers, seed=seed)
    else:
        found = rules.allocate(late, reviews=assignment.peers, seed=seed)
    pairs = [
        (int(reader), int(writer)) for reader, all_ in found.reviews.items() for writer in all_
    ]
    return moved + _add(assignment, texts, pairs)


def _follow(assignment: Assignment, texts: Mapping[int, Submission]) -> int:
    """Within the caller's transaction: give the text that came in the place of one taken back.

    Gives how many of those who were asked to read go on with the newer one.
    """
    statement = (
        select(PeerReview, Submission.user_id)
        .join(Submission, Submission.id == PeerReview.submission_id)
        .where(
            PeerReview.assignment_id == assignment.id,
            PeerReview.done_at.is_(None),
            PeerReview.ended_at.is_(None),
            TAKEN_BACK,
        )
    )
    found = [(row[0], texts.get(row[1])) for row in db.session.execute(statement)]
    moving = [(review, text) for review, text in found if text is not None]
    for review, text in moving:
        review.submission_id = text.id
    db.session.flush()
    return len(moving)


def _allocation(
    there: Sequence[PeerReview], texts: Mapping[int, Submission]
) -> dict[str, tuple[str, ...]]:
    writer_of = {text.id: str(user_id) for user_id, text in texts.items()}
    found: dict[str, list[str]] = {}
    for row in there:
        if row.submission_id in writer_of:
            found.setdefault(str(row.user_id), []).append(writer_of[row.submission_id])
    return {reader: tuple(writers) for reader, writers in found.items()}


def _add(
    assignment: Assignment, texts: Mapping[int, Submission], pairs: Sequence[tuple[int, int]]
) -> int:
    rows = [
        PeerReview(
            public_id=secrets.token_urlsafe(16),
            user_id=reader,
            assignment_id=assignment.id,
            submission_id=texts[writer].id,
            levels={},
            allocated_at=now(),
        )
        for reader, writer in pairs
    ]
    try:
        with db.session.begin_nested():
            db.session.add_all(rows)
    except IntegrityError:  # a colleague pressed it in this very moment
        db.session.rollback()
        return 0
    _tell(rows)
    db.session.commit()
    log.info("peers_given_out", assignment=assignment.id, reviews=len(rows))
    return len(rows)


def _tell(rows: Sequence[PeerReview]) -> None:
    """One message to each reader, however many texts they got."""
    texts: dict[int, list[PeerReview]] = {}
    for row in rows:
        texts.setdefault(row.user_id, []).append(row)
    readers = db.session.scalars(select(User).where(User.id.in_(texts)).order_by(User.id))
    told = [_invitation(user, texts[user.id]) for user in readers]
    messages.tell_each(Kind.REVIEW, told)


def _invitation(user: User, given: Sequence[PeerReview]) -> Told:
    first = given[0].public_id
    with speaking(user.language):
        return Told(
            user=user,
            key=f"review:{first}",
            subject=_("Will you read along with a fellow student?"),
            body=_n(
                "A text of a fellow student waits for you. You read it without a name, and the "
                "writer does not see who you are.",
                "%(num)s texts of fellow students wait for you. You read them without a name, and "
                "the writers do not see who you are.",
                len(given),
            ),
            link=f"/peer/{first}" if len(given) == 1 else "/home",
        )


def replace_missing(assignment: Assignment) -> int:
    """Give what somebody did not read to others who have the fewest; gives how many were moved.

    Meant for after the end, or when somebody left. What is done stays.
    """
    there, texts = reviews_in(assignment.id), _handed_in(assignment)
    done = {str(row.user_id) for row in there if row.done_at is not None}
    gone = {str(row.user_id) for row in there if row.done_at is None} - done
    if not gone or not done:
        return 0
    # Only the readers go: what they wrote is still to be read, so their texts stay in the ring.
    allocation = _allocation(there, texts)
    added = rules.replace_readers(allocation, gone, reviews=assignment.peers)
    pairs = [(int(reader), int(writer)) for reader, writer in added]
    db.session.execute(
        update(PeerReview)
        .where(
            PeerReview.assignment_id == assignment.id,
            PeerReview.user_id.in_([int(one) for one in gone]),
            PeerReview.done_at.is_(None),
        )
        .values(ended_at=now())
    )
    return _add(assignment, texts, pairs)


# --- A reader ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that somebody was asked to read."""

    review: PeerReview
    assignment: Assignment
    text: str  # "" once its writer took it back
    words: int
    is_taken_back: bool


def reading_for(user_id: int, public_id: str) -> Reading | None:
    """What this learner was asked to read; None for anybody else, and when it was given away."""
    statement = (
        select(PeerReview, Assignment, Submission)
        .join(Assignment, Assignment.id == PeerReview.assignment_id)
        .join(Submission, Submission.id == PeerReview.submission_id)
        .where(
            PeerReview.public_id == public_id,
            PeerReview.user_id == user_id,
            PeerReview.ended_at.is_(None),
        )
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        return None
    review, assignment, submission = row
    is_gone = submission.is_taken_back
    text = "" if is_gone else submission.text
    return Reading(review, assignment, text, submission.words, is_gone)


def to_read(user_id: int) -> Sequence[tuple[PeerReview, Assignment]]:
    """What this learner still has to read, the first end first; one query."""
    statement = (
        select(PeerReview, Assignment)
        .join(Assignment, Assignment.id == PeerReview.assignment_id)
        .join(Submission, Submission.id == PeerReview.submission_id)
        .where(
            PeerReview.user_id == user_id,
            PeerReview.done_at.is_(None),
            PeerReview.ended_at.is_(None),
            ~TAKEN_BACK,
        )
        .order_by(Assignment.peers_until, PeerReview.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def write(
    review: PeerReview, levels: Mapping[str, int], comment: str, *, revision: int, is_done: bool
) -> bool:
    """Keep what a reader says; ``False`` when another window has a newer one, which stays."""
    kept = db.session.execute(
        update(PeerReview)
        .where(PeerReview.id == review.id, PeerReview.revision == revision)
        .values(
            levels=dict(levels),
            comment=comment,
            revision=revision + 1,
            done_at=now() if is_done else review.done_at,
        )
        .returning(PeerReview.id)
    ).all()
    if not kept:
        db.session.rollback()
        return False
    db.session.commit()
    return True


def said_about(submission_id: int) -> Sequence[PeerReview]:
    """What fellow students said about a text, done ones only, in an order that tells nothing.

    Also what they said about it before its writer took it back to work on it.
    """
    this, read = aliased(Submission), aliased(Submission)
    before = (read.withdrawn_at.is_not(None) & read.marking_began_at.is_(None)) & (
        read.number < this.number
    )
    texts = (
        select(read.id)
        .join(this, (this.enrolment_id == read.enrolment_id) & (this.step == read.step))
        .where(this.id == submission_id, (read.id == this.id) | before)
    )
    statement = (
        select(PeerReview)
        .where(
            PeerReview.submission_id.in_(texts),
            PeerReview.done_at.is_not(None),
            PeerReview.ended_at.is_(None),
        )
        .order_by(PeerReview.public_id)
    )
    return db.session.scalars(statement).all()


# --- An instructor -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """One review as an instructor sees it."""

    reader: str
    writer: str
    review: PeerReview
    is_taken_back: bool  # the text, before anybody began to mark it


def overview(assignment_id: int) -> Sequence[Seen]:
    """Who reads whom, with what they said; two queries."""
    rows = reviews_in(assignment_id)
    submissions = {
        row.id: row
        for row in db.session.scalars(
            select(Submission).where(Submission.id.in_([row.submission_id for row in rows]))
        )
    }
    people = {row.user_id for row in rows} | {text.user_id for text in submissions.values()}
    names = {
        row.id: row.name for row in db.session.scalars(select(User).where(User.id.in_(people)))
    }
    return [
        Seen(names[row.user_id], names[text.user_id], row, text.is_taken_back)
        for row in rows
        if (text := submissions.get(row.submission_id)) is not None
    ]
