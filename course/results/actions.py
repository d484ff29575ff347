"""Writes of results: what is said about signs, the rule of a gradebook, and excuses."""

from sqlalchemy import delete, select, update

from course.audit import actions as audit
from course.audit.models import Kind as Done
from course.core.clock import now
from course.core.db import db, insert_if_absent
from course.core.log import log
from course.domain.attention import Rule
from course.domain.grades import Step
from course.groups.models import Membership, Part
from course.results import book
from course.results.models import Contact, Excuse, GradeRule, SignAnswer


def answer_sign(
    user_id: int, group_id: int, rule: Rule, subject: str, *, why: str, words: str
) -> None:
    """Let a sign rest for two weeks, or for good when ``why`` is an objection.

    An answer to the same sign takes the place of the one before.
    """
    about = {"user_id": user_id, "group_id": group_id, "rule": rule, "subject": subject}
    db.session.execute(delete(SignAnswer).filter_by(**about))
    db.session.add(SignAnswer(**about, why=why, words=words, answered_at=now()))
    db.session.commit()
    log.info("sign_answered", user=user_id, group=group_id, rule=rule, why=why)


def note_contact(instructor_id: int, group_id: int, user_id: int, note: str) -> None:
    """Write down that an instructor was in touch; the learner reads it as well."""
    db.session.add(Contact(user_id=user_id, group_id=group_id, made_by=instructor_id, note=note))
    db.session.commit()
    log.info("contact_noted", user=user_id, group=group_id, by=instructor_id)


def set_rule(instructor_id: int, group_id: int, rule: book.Rule) -> None:
    """Say how the results of a group make one; each page follows it from then on."""
    values = {
        "weights": {subject: str(weight) for subject, weight in rule.weights.items() if weight},
        "pass_tenths": int(rule.pass_mark * book.TENTHS),
        "is_whole": rule.step is Step.WHOLE,
        "quiz_percent": int(rule.quiz_share * book.PERCENT),
        "made_by": instructor_id,
        "made_at": now(),
    }
    if not insert_if_absent(GradeRule, group_id=group_id, **values):
        db.session.execute(update(GradeRule).where(GradeRule.group_id == group_id).values(**values))
    learners = select(Membership.user_id).filter_by(group_id=group_id, part=Part.LEARNER)
    whom = list(db.session.scalars(learners))
    audit.note(Done.RULE, by=instructor_id, whom=whom, group=group_id)
    db.session.commit()
    log.info("grade_rule_set", group=group_id, by=instructor_id)


def excuse(instructor_id: int, group_id: int, user_id: int, subject: str, *, reason: str) -> None:
    """Excuse a learner from something that is graded; who is excused already keeps that reason."""
    is_new = insert_if_absent(
        Excuse,
        group_id=group_id,
        user_id=user_id,
        subject=subject,
        reason=reason,
        made_by=instructor_id,
    )
    if is_new:
        audit.note(Done.EXCUSED, by=instructor_id, whom=[user_id], group=group_id, about=subject)
    db.session.commit()
    log.info("excused", group=group_id, user=user_id, by=instructor_id)


def end_excuse(instructor_id: int, group_id: int, user_id: int, subject: str) -> None:
    """Ask it of the learner again; that they were excused stays in the history."""
    ended = db.session.execute(
        update(Excuse)
        .where(
            Excuse.group_id == group_id,
            Excuse.user_id == user_id,
            Excuse.subject == subject,
            Excuse.ended_at.is_(None),
        )
        .values(ended_at=now())
        .returning(Excuse.id)
    ).all()
    if ended:
        audit.note(
            Done.ASKED_AGAIN, by=instructor_id, whom=[user_id], group=group_id, about=subject
        )
    db.session.commit()
    log.info("excuse_ended", group=group_id, user=user_id, by=instructor_id)
