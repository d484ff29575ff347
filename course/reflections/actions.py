"""Writes of reflections: hand in, withdraw."""

import secrets
from hashlib import sha256
from http import HTTPStatus

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from course.core.clock import now
from course.core.db import db
from course.core.errors import CourseError
from course.core.i18n import _
from course.core.log import log
from course.domain.words import count_words
from course.lessons import actions as lessons
from course.lessons.models import Enrolment
from course.lessons.visit import Visit
from course.reflections import queries, timing, versions
from course.reflections.models import Attachment, Submission


class DeadlinePassed(CourseError):
    """The group agreed that nothing is handed in after its deadline. The text stays a draft."""

    status = HTTPStatus.CONFLICT


class BeingMarked(CourseError):
    """Somebody started marking; it can no longer be withdrawn."""

    status = HTTPStatus.CONFLICT


def hand_in(visit: Visit, text: str) -> Submission:
    """Hand in this text; the step is done. A second click gives the same submission.

    Raises :exc:`DeadlinePassed` where the group takes nothing after its deadline.
    """
    run, step = visit.run, visit.step.slug
    standing = queries.standing(run.id, step)
    if standing:
        return standing
    if timing.refusal(run, step):
        raise DeadlinePassed(
            _(
                "The deadline has passed, so this reflection cannot be handed in any more. Your "
                "text is saved, and you can go on writing. Ask your instructor for more time."
            )
        )
    public_id = secrets.token_urlsafe(16)
    submission = Submission(
        public_id=public_id,
        user_id=run.user_id,
        enrolment_id=run.id,
        lesson=run.lesson,
        step=step,
        number=queries.next_number(run.id, step),
        text=text,
        words=count_words(text),
        receipt=receipt_code(public_id, text),
    )
    try:
        with db.session.begin_nested():
            db.session.add(submission)
    except IntegrityError:  # the other click of a double click was first
        db.session.rollback()
        return queries.standing(run.id, step) or submission
    versions.keep(run.user_id, run.id, step, text, always=True)
    db.session.execute(
        update(Attachment)
        .where(
            Attachment.enrolment_id == run.id,
            Attachment.step == step,
            Attachment.submission_id.is_(None),
        )
        .values(submission_id=submission.id)
    )
    lessons.add_step_done(run, step, go_to=step)
    db.session.commit()
    log.info("handed_in", user=run.user_id, submission=submission.id, words=submission.words)
    return submission


def receipt_code(public_id: str, text: str) -> str:
    """Twelve hexadecimal digits that fit this text only: whoever has both can check them."""
    code = sha256(f"{public_id}\n{text}".encode()).hexdigest()[:12].upper()
    return "-".join((code[:4], code[4:8], code[8:]))


def withdraw(submission: Submission) -> None:
    """Take it back, so that it can be changed. Refused once somebody started marking.

    And after a deadline that lets nobody hand in: it could not be handed in again.

    The check is in the same statement as the change: marking that starts this moment wins.
    """
    run = db.session.get_one(Enrolment, submission.enrolment_id)
    if submission.withdrawn_at is None and timing.refusal(run, submission.step):
        raise DeadlinePassed(
            _(
                "The deadline has passed. If you took this back now, you could not hand it in "
                "again, so it stays as it is. Ask your instructor for more time first."
            )
        )
    gone = db.session.execute(
        update(Submission)
        .where(
            Submission.id == submission.id,
            Submission.withdrawn_at.is_(None),
            Submission.marking_began_at.is_(None),
        )
        .values(withdrawn_at=now())
        .returning(Submission.id)
    ).all()
    if not gone:
        db.session.rollback()
        if submission.withdrawn_at:  # read anew: the other click of a double click was first
            return
        raise BeingMarked(
            _("Your instructor has started marking, so it stays as it is. Ask for it back.")
        )
    db.session.execute(
        update(Attachment).filter_by(submission_id=submission.id).values(submission_id=None)
    )
    statement = select(Enrolment).filter_by(id=submission.enrolment_id)
    lessons.remove_step_done(db.session.execute(statement).scalar_one(), submission.step)
    db.session.commit()
    log.info("withdrawn", user=submission.user_id, submission=submission.id)


def revise(submission: Submission) -> None:
    """After the feedback: the text is a draft again; what was marked stays, and can be read."""
    submission.withdrawn_at = submission.withdrawn_at or now()
    statement = select(Enrolment).filter_by(id=submission.enrolment_id)
    lessons.remove_step_done(db.session.execute(statement).scalar_one(), submission.step)
    db.session.commit()
    log.info("revised", user=submission.user_id, submission=submission.id)
