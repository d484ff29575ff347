"""Reads of messages. Each takes the reader, so that nobody reads what somebody else was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from course.accounts.models import User
from course.core.db import db
from course.messages.models import Kind, NoMail, Notice

PAGE: Final = 30  # messages


@dataclass(frozen=True, slots=True)
class Page:
    """Some messages with the name of who wrote each, newest first, and whether there are more."""

    lines: Sequence[tuple[Notice, str | None]]  # no name: the app itself, or an account now gone
    number: int  # from 1
    has_more: bool


def told(user_id: int, number: int) -> Page:
    """What this person was told; one query."""
    statement = (
        select(Notice, User.name)
        .outerjoin(User, User.id == Notice.sender_id)
        .where(Notice.user_id == user_id)
        .order_by(Notice.id.desc())
        .offset((number - 1) * PAGE)
        .limit(PAGE + 1)
    )
    rows = [(row[0], row[1]) for row in db.session.execute(statement)]
    return Page(rows[:PAGE], number, len(rows) > PAGE)


def notice_for(user_id: int, public_id: str) -> tuple[Notice, str | None] | None:
    """One message to this person, with the name of who wrote it."""
    statement = (
        select(Notice, User.name)
        .outerjoin(User, User.id == Notice.sender_id)
        .where(Notice.user_id == user_id, Notice.public_id == public_id)
    )
    found = db.session.execute(statement).one_or_none()
    return (found[0], found[1]) if found else None


def mailed_kinds(user_id: int) -> set[Kind]:
    """The kinds that this person is mailed about."""
    off = db.session.scalars(select(NoMail.kind).filter_by(user_id=user_id))
    return set(Kind) - {Kind(kind) for kind in off}
