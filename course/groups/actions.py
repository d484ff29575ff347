"""Writes of groups: make one, open and close its code, join, leave."""

import secrets

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from course.core.db import db
from course.core.log import log
from course.groups.models import Group, Membership, Part

# Without 0/O, 1/I/L, so that a code can be read aloud and typed from a whiteboard.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6
TRIES = 5


def new_code() -> str:
    """Six characters; about nine hundred million possibilities, and joining is rate-limited."""
    return "".join(secrets.choice(ALPHABET) for _position in range(CODE_LENGTH))


def make_group(instructor_id: int, name: str, *, is_demo: bool = False) -> Group:
    """Make a group with this instructor in it and an open code."""
    for _try in range(TRIES):
        group = Group(name=name, join_code=new_code(), is_demo=is_demo)
        db.session.add(group)
        try:
            db.session.flush()
        except IntegrityError:  # the code is taken: one in nine hundred million
            db.session.rollback()
            continue
        db.session.add(Membership(group_id=group.id, user_id=instructor_id, part=Part.INSTRUCTOR))
        db.session.commit()
        log.info("group_made", group=group.id, user=instructor_id)
        return group
    raise RuntimeError("no free join code found")


def rename(group: Group, name: str) -> None:
    """Give the group another name."""
    group.name = name
    db.session.commit()


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
    """Join as a learner; ``False`` when already in. Pressing twice joins once."""
    statement = select(Membership.id).filter_by(group_id=group_id, user_id=user_id)
    if db.session.scalar(statement) is not None:
        return False
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
