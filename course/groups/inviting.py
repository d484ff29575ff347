"""Writes of invitations: ask people into a group by mail, once more, or not after all; accept.

Nobody becomes a member without accepting: an import of a list sends mail, and nothing else. What
the mail says is the same whether the address has an account or not.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import delete, insert, select, update

from course.accounts.models import User
from course.accounts.tokens import digest, new_token
from course.core import outbox
from course.core.access import Role
from course.core.clock import now
from course.core.db import db
from course.core.errors import CourseError
from course.core.i18n import _
from course.core.log import log
from course.core.outbox import Message
from course.groups.invitations import KEY, LASTS, is_unanswered, known_to
from course.groups.models import Group, Invitation, Membership, Part, RosterDraft

DRAFT_LASTS: Final = timedelta(days=1)
TEACHES: Final = {Part.INSTRUCTOR, Part.GUEST}


class PutAway(CourseError):
    """The link of an invitation to a group in the archive opens nothing, so none goes out."""


class NeedsInstructor(CourseError):
    """Only the account of an instructor teaches or marks."""

    status = HTTPStatus.FORBIDDEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody to invite: whoever reads the mail at this address."""

    email: str  # in lower case
    name: str = ""
    student_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Who invites, from where."""

    user: User
    base_url: str


def invite(group: Group, guest: Guest, *, part: Part, host: Host) -> bool:
    """Invite one person; ``False`` when they are in the group or invited already.

    Raises :exc:`PutAway` for a group in the archive.
    """
    _refuse_archive(group)
    _lock(group.id)
    invited = _add(group, [guest], part=part, host=host)
    db.session.commit()
    log.info("invited", group=group.id, by=host.user.id, part=part.value, people=invited)
    return bool(invited)


@dataclass(frozen=True, slots=True)
class Used:
    """What became of a class list."""

    invited: int
    numbered: int  # learners of the group whose student number is known from now on


def invite_listed(
    group: Group,
    guests: Sequence[Guest],
    *,
    numbers: Mapping[str, str] = MappingProxyType({}),
    draft_id: int,
    host: Host,
) -> Used | None:
    """Invite the learners of a class list, all or none, and forget the list.

    Who is in the group meanwhile, or was invited by a colleague, is not invited. ``numbers`` are
    the student numbers of learners who are in it, by address; who has one keeps that. ``None``
    when the list is gone: of two presses the second does nothing. Raises :exc:`PutAway` for a group
    in the archive.
    """
    _refuse_archive(group)
    _lock(group.id)
    gone = delete(RosterDraft).where(
        RosterDraft.id == draft_id, RosterDraft.user_id == host.user.id
    )
    if db.session.scalar(gone.returning(RosterDraft.id)) is None:
        db.session.rollback()
        return None
    used = Used(_add(group, guests, part=Part.LEARNER, host=host), _number(group.id, numbers))
    db.session.commit()
    log.info("roster_used", group=group.id, by=host.user.id, **asdict(used))
    return used


def _number(group_id: int, numbers: Mapping[str, str]) -> int:
    """Give learners of a group their student numbers; to how many."""
    if not numbers:
        return 0
    statement = (
        select(Membership, User.email)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.group_id == group_id,
            Membership.part == Part.LEARNER,
            Membership.student_number.is_(None),
        )
    )
    count = 0
    for row, email in db.session.execute(statement):
        row.student_number = numbers.get(email)
        count += email in numbers
    return count


def _refuse_archive(group: Group) -> None:
    if group.archived_at is not None:
        raise PutAway(_("This group is in the archive. Take it out before you invite anybody."))


def _lock(group_id: int) -> None:
    """Two who invite into a group take turns, so that nobody gets two mails."""
    db.session.execute(select(Group.id).where(Group.id == group_id).with_for_update())


def _add(group: Group, guests: Sequence[Guest], *, part: Part, host: Host) -> int:
    known = known_to(host.user.id, group.id)
    there = {*known.members, *known.invited}
    wanted = [guest for guest in guests if guest.email not in there]
    _forget_who_left(group.id, {guest.email for guest in wanted})
    rows: list[dict[str, Any]] = []
    mails: list[dict[str, Any]] = []
    for guest in wanted:
        token = new_token()
        rows.append(
            {
                "group_id": group.id,
                "email": guest.email,
                "name": guest.name,
                "student_number": guest.student_number or None,
                "part": part,
                "token_hash": digest(token),
                "invited_by": host.user.id,
            }
        )
        mails.append(_mail(group, guest.email, guest.name, part, token, host))
    if rows:
        db.session.execute(insert(Invitation), rows)
        db.session.execute(insert(Message), mails)
    return len(rows)


def _forget_who_left(group_id: int, emails: Collection[str]) -> None:
    """Invitations that were accepted, of people who are not in the group any more."""
    accepted = select(Invitation.id, Invitation.email).where(
        Invitation.group_id == group_id, Invitation.accepted_at.is_not(None)
    )
    old = [number for number, email in db.session.execute(accepted) if email in emails]
    if old:
        db.session.execute(delete(Invitation).where(Invitation.id.in_(old)))


def _mail(
    group: Group, email: str, name: str, part: Part, token: str, host: Host
) -> dict[str, Any]:
    """A row of the outbox."""
    link = f"{host.base_url}/invite/{token}"
    greeting = _("Hello %(name)s,", name=name) if name else _("Hello,")
    asks = {
        Part.LEARNER: _(
            "%(who)s invites you to join the group %(group)s in Weegschaal.",
            who=host.user.name,
            group=group.name,
        ),
        Part.INSTRUCTOR: _(
            "%(who)s invites you to teach the group %(group)s in Weegschaal together.",
            who=host.user.name,
            group=group.name,
        ),
        Part.GUEST: _(
            "%(who)s invites you to mark work of the group %(group)s in Weegschaal.",
            who=host.user.name,
            group=group.name,
        ),
    }[part]
    rest = _(
        "Open this link to read what that means, and to say yes:\n\n%(link)s\n\n"
        "The link works for sixty days. You are in the group only after you have said yes; "
        "if you do nothing, nothing happens.",
        link=link,
    )
    return {
        "key": KEY + digest(token),
        "recipient": email,
        "subject": _("Invitation to the group %(group)s", group=group.name),
        "body": f"{greeting}\n\n{asks}\n\n{rest}",
    }


def send_again(group: Group, invitation_id: int, *, times: int, host: Host) -> bool:
    """Mail a new link; the old one stops working. ``False`` when there is nothing to send.

    ``times`` is how often a mail was written when the page was made: pressing twice, or when a
    colleague just pressed, sends one. Raises :exc:`PutAway` for a group in the archive.
    """
    _refuse_archive(group)
    row = db.session.get(Invitation, invitation_id)
    if row is None or row.group_id != group.id:
        return False
    token, old = new_token(), row.token_hash
    renewed = db.session.scalar(
        update(Invitation)
        .where(
            Invitation.id == row.id,
            Invitation.times == times,
            Invitation.accepted_at.is_(None),
        )
        .values(token_hash=digest(token), times=times + 1, invited_at=now())
        .returning(Invitation.id)
    )
    if renewed is None:
        db.session.rollback()
        return False
    _stop_mails({old})
    outbox.post(**_mail(group, row.email, row.name, Part(row.part), token, host))
    db.session.commit()
    log.info("invited_again", group=group.id, invitation=renewed, by=host.user.id)
    return True


def remind(group: Group, *, host: Host) -> int:
    """Mail a new link to all who did not answer within a day; the old ones stop working.

    To how many. Pressing twice, or together with a colleague, mails once. Raises :exc:`PutAway` for
    a group in the archive.
    """
    _refuse_archive(group)
    _lock(group.id)
    statement = select(Invitation).where(is_unanswered(group.id)).order_by(Invitation.id)
    rows = db.session.scalars(statement.execution_options(populate_existing=True)).all()
    _stop_mails({row.token_hash for row in rows})
    mails = []
    for row in rows:
        token = new_token()
        row.token_hash, row.invited_at, row.times = digest(token), now(), row.times + 1
        mails.append(_mail(group, row.email, row.name, Part(row.part), token, host))
    if mails:
        db.session.execute(insert(Message), mails)
    db.session.commit()
    log.info("reminded", group=group.id, by=host.user.id, people=len(mails))
    return len(mails)


def withdraw(group_id: int, invitation_id: int) -> bool:
    """Take an invitation back; its link stops working. ``False`` when it was accepted or gone."""
    old = db.session.scalar(
        delete(Invitation)
        .where(
            Invitation.id == invitation_id,
            Invitation.group_id == group_id,
            Invitation.accepted_at.is_(None),
        )
        .returning(Invitation.token_hash)
    )
    if old is not None:
        _stop_mails({old})
    db.session.commit()
    log.info("invitation_withdrawn", group=group_id, invitation=invitation_id)
    return old is not None


def _stop_mails(token_hashes: Collection[str]) -> None:
    """Do not send what still waits."""
    keys = [KEY + each for each in token_hashes]
    db.session.execute(delete(Message).where(Message.key.in_(keys), Message.sent_at.is_(None)))


def accept(invitation_id: int, user: User) -> bool:
    """Join the group as what one was invited for; ``False`` when the invitation is used.

    A guest who is asked to teach becomes an instructor; others who are in keep their part. The
    number that the school gave with the invitation is kept where there is none yet. Raises
    :exc:`NeedsInstructor` for who would teach or mark without the account for it.
    """
    row = db.session.get(Invitation, invitation_id)
    if row is not None and row.part in TEACHES and user.role == Role.LEARNER:
        raise NeedsInstructor(
            _("This needs an account of an instructor. Ask the administrator of this site for it.")
        )
    used = db.session.scalar(
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.accepted_at.is_(None))
        .values(accepted_at=now(), user_id=user.id)
        .returning(Invitation.id)
    )
    if row is None or used is None:
        db.session.rollback()
        return False
    _put_in(row, user.id)
    db.session.commit()
    log.info("invitation_accepted", group=row.group_id, invitation=used, user=user.id)
    return True


def _put_in(row: Invitation, user_id: int) -> None:
    """Two ways in at once, such as the code and this, make one membership by the lock."""
    _lock(row.group_id)
    found = db.session.scalar(
        select(Membership).filter_by(group_id=row.group_id, user_id=user_id).with_for_update()
    )
    if found is None:
        found = Membership(group_id=row.group_id, user_id=user_id, part=row.part)
        db.session.add(found)
    elif found.part == Part.GUEST and row.part == Part.INSTRUCTOR:
        found.part = Part.INSTRUCTOR
    found.student_number = found.student_number or row.student_number


def forget_old() -> None:
    """Forget class lists after a day, and invitations that nobody accepted in sixty days."""
    db.session.execute(delete(RosterDraft).where(RosterDraft.made_at <= now() - DRAFT_LASTS))
    db.session.execute(
        delete(Invitation).where(
            Invitation.accepted_at.is_(None), Invitation.invited_at <= now() - LASTS
        )
    )
    db.session.commit()
