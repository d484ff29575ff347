"""Writes of groups: make one, change it, put it away, open and close its code, join, leave."""

import secrets
from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from course.core.clock import now
from course.core.db import db
from course.core.errors import CourseError
from course.core.i18n import _
from course.core.log import log
from course.groups import queries
from course.groups.models import Group, Membership, Part

# Without 0/O, 1/I/L, so that a code can be read aloud and typed from a whiteboard.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6
TRIES = 5


class GroupFull(CourseError):
    """As many learners as the instructors let in by code are in it."""


class LastInstructor(CourseError):
    """A group without an instructor is nobody's to look after."""


def new_code() -> str:
    """Six characters; about nine hundred million possibilities, and joining is rate-limited."""
    return "".join(secrets.choice(ALPHABET) for _position in range(CODE_LENGTH))


def make_group(
    instructor_id: int,
    name: str,
    *,
    first_week: date | None = None,
    most_learners: int | None = None,
    colleagues: Iterable[int] = (),
    is_demo: bool = False,
) -> Group:
    """Make a group with this instructor and these colleagues in it, and an open code."""
    for _try in range(TRIES):
        group = Group(
            name=name,
            join_code=new_code(),
            first_week=first_week,
            most_learners=most_learners,
            is_demo=is_demo,
        )
        db.session.add(group)
        try:
            db.session.flush()
        except IntegrityError:  # the code is taken: one in nine hundred million
            db.session.rollback()
            continue
        db.session.add_all(
            Membership(group_id=group.id, user_id=user_id, part=Part.INSTRUCTOR)
            for user_id in sorted({instructor_id, *colleagues})
        )
        db.session.commit()
        log.info("group_made", group=group.id, user=instructor_id)
        return group
    raise RuntimeError("no free join code found")


def change(group: Group, *, name: str, first_week: date | None, most_learners: int | None) -> None:
    """Give the group another name, first week or cap. Who is in it stays, above a cap too."""
    group.name, group.first_week, group.most_learners = name, first_week, most_learners
    db.session.commit()
    log.info("group_changed", group=group.id)


def archive(group: Group) -> None:
    """Take the group out of the lists; its code opens nothing. What learners made stays theirs."""
    group.archived_at = group.archived_at or now()
    db.session.commit()
    log.info("group_archived", group=group.id)


def restore(group: Group) -> None:
    """Take the group out of the archive, as it was."""
    group.archived_at = None
    db.session.commit()
    log.info("group_restored", group=group.id)


def set_joining(group: Group, *, is_open: bool) -> None:
    """Open or close the code; who is in stays in."""
    group.join_open = is_open
    db.session.commit()
    log.info("group_joining", group=group.id, open=is_open)


def renew_code(group: Group) -> None:
    """Replace the code, for instance when it went round outside the class."""
    group.join_code = new_code()
    db.session.commit()
    log.info("group_code_renewed", group=group.id)


def join(group_id: int, user_id: int) -> bool:
    """Join as a learner; ``False`` when already in. Pressing twice joins once.

    Raises :exc:`GroupFull` for who comes after as many as the code lets in. Of two who come for
    the last place one gets it: they take turns by the lock on the group.
    """
    statement = select(Membership.id).filter_by(group_id=group_id, user_id=user_id)
    if db.session.scalar(statement) is not None:
        return False
    most = db.session.scalar(
        select(Group.most_learners).where(Group.id == group_id).with_for_update()
    )
    if most is not None and queries.learners_in(group_id) >= most:
        db.session.rollback()
        raise GroupFull(_("This group is full. Ask your instructor to make room."))
    db.session.add(Membership(group_id=group_id, user_id=user_id, part=Part.LEARNER))
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return False
    log.info("group_joined", group=group_id, user=user_id)
    return True


def leave(group_id: int, user_id: int) -> bool:
    """Leave as a learner; ``False`` when not in it.

    The work stays the learner's own; the instructor no longer sees it.
    """
    left = db.session.execute(
        delete(Membership)
        .where(
            Membership.group_id == group_id,
            Membership.user_id == user_id,
            Membership.part == Part.LEARNER,
        )
        .returning(Membership.id)
    ).all()
    db.session.commit()
    log.info("group_left", group=group_id, user=user_id, was_in=bool(left))
    return bool(left)


def stop_teaching(group_id: int, user_id: int) -> None:
    """Leave a group as one of its instructors, or as a guest.

    Raises :exc:`LastInstructor` for the last instructor; of two who leave at once, one stays.
    """
    db.session.scalar(select(Group.id).where(Group.id == group_id).with_for_update())
    mine = db.session.scalar(
        select(Membership)
        .where(Membership.group_id == group_id, Membership.user_id == user_id)
        .where(Membership.part != Part.LEARNER)
    )
    if mine is not None and mine.part == Part.INSTRUCTOR and _instructors_in(group_id) == 1:
        db.session.rollback()
        raise LastInstructor(
            _("You are the only instructor of this group. Invite a colleague first, or archive it.")
        )
    if mine is not None:
        db.session.delete(mine)
    db.session.commit()
    log.info("group_no_longer_taught", group=group_id, user=user_id)


def _instructors_in(group_id: int) -> int:
    statement = select(func.count(Membership.id)).filter_by(group_id=group_id, part=Part.INSTRUCTOR)
    return db.session.scalar(statement) or 0


def take_out(group_id: int, user_id: int) -> bool:
    """Take a learner or a guest out of a group; ``False`` when there was none.

    What a learner made stays theirs; who teaches the group no longer sees it.
    """
    gone = db.session.execute(
        delete(Membership)
        .where(
            Membership.group_id == group_id,
            Membership.user_id == user_id,
            Membership.part != Part.INSTRUCTOR,
        )
        .returning(Membership.id)
    ).all()
    db.session.commit()
    log.info("group_taken_out", group=group_id, user=user_id, was_in=bool(gone))
    return bool(gone)


def lock_groups_of(user_id: int) -> list[int]:
    """Within the caller's transaction: the groups in which this user learns, in order.

    For what is counted over a group: of two who add to it at once, the second counts the first.
    SQLite has one writer at a time as it is.
    """
    mine = (
        select(Group.id)
        .join(Group.memberships)
        .where(Membership.user_id == user_id, Membership.part == Part.LEARNER)
        .order_by(Group.id)
        .with_for_update(of=Group)
    )
    return list(db.session.scalars(mine))
