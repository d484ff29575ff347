"""Reads of invitations: who was asked into a group, and how far each of them is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func, select

from course.accounts.models import User
from course.accounts.tokens import digest
from course.core.clock import now
from course.core.db import db
from course.core.outbox import GIVE_UP_AFTER, Message
from course.domain.roster.verdicts import Known, folded
from course.groups.models import Group, Invitation, Membership, Part

LASTS: Final = timedelta(days=60)  # from the newest mail; then the row goes
KEY: Final = "invitation:"  # of the mail in the outbox, followed by the hash of its token
A_PAGE: Final = 100  # invitations
UNANSWERED_AFTER: Final = timedelta(days=1)  # from the newest mail; then another may go out


class State(StrEnum):
    """How far an invitation is, from what somebody has to look at to what is done."""

    FAILED = "failed"  # the mail could not be delivered in three days
    TRYING = "trying"  # it could not be delivered, and is tried again
    WAITING = "waiting"  # the mail goes out soon
    SENT = "sent"  # nobody answered yet
    ACCEPTED = "accepted"


class Trouble(StrEnum):
    """Why a mail could not be delivered."""

    NONE = ""
    REFUSED = "refused"  # the mail server does not take this address
    UNREACHABLE = "unreachable"  # the mail server does not answer, or not as it should


@dataclass(frozen=True, slots=True)
class Standing:
    """An invitation as an instructor sees it."""

    id: int
    email: str
    name: str
    student_number: str | None
    part: Part
    times: int
    invited_at: datetime
    state: State
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Count:
    """How many invitations of a group are in each state."""

    by_state: dict[State, int]

    @property
    def open(self) -> int:
        """Those that were not accepted."""
        return sum(self.by_state.values()) - self.by_state[State.ACCEPTED]

    @property
    def is_going_out(self) -> bool:
        """Whether mails wait to be sent."""
        return self.by_state[State.WAITING] > 0


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation that works, with what its page tells."""

    invitation: Invitation
    group: Group
    by: str  # who invites; "" when they left


def _state() -> ColumnElement[str]:
    """The state of an invitation, joined with its mail. Without a mail, it went out long ago."""
    failed = Message.last_error.is_not(None) & (Message.created_at <= now() - GIVE_UP_AFTER)
    return case(
        (Invitation.accepted_at.is_not(None), State.ACCEPTED.value),
        (Message.sent_at.is_not(None) | Message.id.is_(None), State.SENT.value),
        (failed, State.FAILED.value),
        (Message.last_error.is_not(None), State.TRYING.value),
        else_=State.WAITING.value,
    )


def _its_mail() -> ColumnElement[bool]:
    return Message.key == KEY + Invitation.token_hash


def standing(group_id: int, *, page: int = 1) -> list[Standing]:
    """The invitations of a group that were not accepted, a hundred a page; one query.

    Those that failed come first; others by name. The caller has checked who may see them.
    """
    state = _state()
    order = case({each.value: place for place, each in enumerate(State)}, value=state)
    statement = (
        select(Invitation, state, Message.last_error)
        .outerjoin(Message, _its_mail())
        .where(Invitation.group_id == group_id, Invitation.accepted_at.is_(None))
        .order_by(order, func.lower(Invitation.name), Invitation.email)
        .limit(A_PAGE)
        .offset((page - 1) * A_PAGE)
    )
    return [_standing(*row) for row in db.session.execute(statement)]


def _standing(row: Invitation, state: str, error: str | None) -> Standing:
    return Standing(
        id=row.id,
        email=row.email,
        name=row.name,
        student_number=row.student_number,
        part=Part(row.part),
        times=row.times,
        invited_at=row.invited_at,
        state=State(state),
        trouble=_trouble(error) if state in {State.FAILED, State.TRYING} else Trouble.NONE,
    )


def _trouble(error: str | None) -> Trouble:
    """What went wrong, by the name of the error that the outbox kept."""
    is_refused = bool(error) and str(error).startswith(("SMTPRecipientsRefused", "SMTPDataError"))
    return Trouble.REFUSED if is_refused else Trouble.UNREACHABLE


def is_unanswered(group_id: int) -> ColumnElement[bool]:
    """Which invitations of a group nobody answered within a day of the newest mail."""
    return and_(
        Invitation.group_id == group_id,
        Invitation.accepted_at.is_(None),
        Invitation.invited_at <= now() - UNANSWERED_AFTER,
    )


def unanswered(group_id: int) -> int:
    """How many of those there are; one query."""
    statement = select(func.count(Invitation.id)).where(is_unanswered(group_id))
    return db.session.scalar(statement) or 0


def counts(group_id: int) -> Count:
    """How many invitations of a group are in each state; one query."""
    state = _state()
    statement = (
        select(state, func.count(Invitation.id))
        .outerjoin(Message, _its_mail())
        .where(Invitation.group_id == group_id)
        .group_by(state)
    )
    found = {State(row[0]): row[1] for row in db.session.execute(statement)}
    return Count({each: found.get(each, 0) for each in State})


def by_token(token: str) -> Asked | None:
    """The invitation that this link belongs to, while it lasts and the group is not put away."""
    statement = (
        select(Invitation, Group, User.name)
        .join(Group, Group.id == Invitation.group_id)
        .outerjoin(User, User.id == Invitation.invited_by)
        .where(
            Invitation.token_hash == digest(token),
            Invitation.accepted_at.is_(None),
            Invitation.invited_at > now() - LASTS,
            Group.archived_at.is_(None),
        )
    )
    row = db.session.execute(statement).one_or_none()
    return Asked(row[0], row[1], row[2] or "") if row else None


def known_to(instructor_id: int, group_id: int) -> Known:
    """Whom a class list is compared with: people of this instructor's own groups; three queries.

    Nothing is said about accounts: whoever is in none of these groups is new.
    """
    members = db.session.execute(
        select(User.email, User.name, Membership.student_number, Membership.part)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.group_id == group_id)
    ).all()
    asked = _asked(group_id)
    elsewhere = (
        select(User.email, Group.name)
        .join(Membership, Membership.user_id == User.id)
        .join(Group, Group.id == Membership.group_id)
        .where(
            Membership.part == Part.LEARNER,
            Group.id != group_id,
            Group.id.in_(_groups_of(instructor_id)),
        )
        .order_by(Group.id)
    )
    here = [
        *((email, name, number) for email, name, number, _part in members),
        *((row.email, row.name, row.student_number) for row, _is_in in asked),
    ]
    names: dict[str, set[str]] = {}
    for email, name, _number in here:
        names.setdefault(folded(name), set()).add(email)
    names.pop("", None)
    return Known(
        members={email for email, _name, _number, _part in members}
        | {row.email for row, is_in in asked if is_in},
        unnumbered={
            email
            for email, _name, number, part in members
            if part == Part.LEARNER and number is None
        },
        invited={row.email for row, _is_in in asked if row.accepted_at is None},
        elsewhere=dict(db.session.execute(elsewhere).all()),
        names=names,
        numbers={number: name for _email, name, number in here if number},
    )


def _groups_of(instructor_id: int) -> Sequence[int]:
    statement = select(Membership.group_id).filter_by(user_id=instructor_id, part=Part.INSTRUCTOR)
    return list(db.session.scalars(statement))


def _asked(group_id: int) -> list[tuple[Invitation, bool]]:
    """The invitations that count, each with whether who accepted it is still in the group."""
    still_in = and_(
        Membership.group_id == Invitation.group_id, Membership.user_id == Invitation.user_id
    )
    statement = (
        select(Invitation, Membership.id.is_not(None))
        .outerjoin(Membership, still_in)
        .where(Invitation.group_id == group_id)
    )
    return [
        (row, is_in)
        for row, is_in in db.session.execute(statement).all()
        if is_in or row.accepted_at is None
    ]
