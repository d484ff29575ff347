"""The one door by which the app tells a person something, and what they do with it."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from course.accounts.models import User
from course.core import outbox
from course.core.clock import now
from course.core.current import settings
from course.core.db import db, insert_if_absent
from course.core.i18n import speaking
from course.core.log import log
from course.messages import mails
from course.messages.models import Kind, NoMail, Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one person is told, in the language that they read."""

    user: User
    key: str  # the same key is told once
    subject: str
    body: str  # plain text, without greeting or link: the mail adds those
    link: str | None = None  # a path on this site, where there is more


def tell(
    user: User, *, kind: Kind, key: str, subject: str, body: str, link: str | None = None
) -> bool:
    """Within the caller's transaction: as :func:`tell_each`, to one person.

    ``False`` when this key was told already.
    """
    told = Told(user=user, key=key, subject=subject, body=body, link=link)
    return tell_each(kind, [told]) == 1


def tell_each(
    kind: Kind,
    messages: Sequence[Told],
    *,
    sender_id: int | None = None,
    reply_to: str | None = None,
) -> int:
    """Within the caller's transaction: put each message on the site, and in the mail where wanted.

    What was told already, by its key, is left out; gives how many were not. ``sender_id`` is who
    wrote them, and ``reply_to`` an address for answers to the mail.
    """
    no_mail = _without_mail(kind, [told.user.id for told in messages])
    return sum(
        _tell(kind, told, told.user.id not in no_mail, sender_id=sender_id, reply_to=reply_to)
        for told in messages
    )


def _without_mail(kind: Kind, user_ids: Collection[int]) -> set[int]:
    statement = select(NoMail.user_id).where(NoMail.kind == kind, NoMail.user_id.in_(user_ids))
    return set(db.session.scalars(statement))


def _tell(
    kind: Kind, told: Told, by_mail: bool, *, sender_id: int | None, reply_to: str | None
) -> bool:
    is_new = insert_if_absent(
        Notice,
        public_id=secrets.token_urlsafe(12),
        user_id=told.user.id,
        kind=kind,
        key=told.key,
        subject=told.subject,
        body=told.body,
        link=told.link,
        sender_id=sender_id,
    )
    if is_new and by_mail:
        stop = mails.unsubscribe_url(settings(), told.user.id, kind)
        with speaking(told.user.language):
            body = mails.written(told.user.name, told.body, link=_whole(told.link), stop=stop)
        outbox.post(
            key=told.key,
            recipient=told.user.email,
            subject=told.subject,
            body=body,
            unsubscribe=stop,
            reply_to=reply_to,
        )
    return is_new


def _whole(path: str | None) -> str | None:
    return f"{settings().base_url}{path}" if path else None


def read(notice: Notice) -> None:
    """Keep that this message was opened; the first moment counts."""
    db.session.execute(
        update(Notice).where(Notice.id == notice.id, Notice.read_at.is_(None)).values(read_at=now())
    )
    db.session.commit()


def read_all(user_id: int) -> None:
    """Keep that this person looked at all their messages."""
    mine = update(Notice).where(Notice.user_id == user_id, Notice.read_at.is_(None))
    db.session.execute(mine.values(read_at=now()))
    db.session.commit()


def choose_mail(user_id: int, wanted: Collection[Kind]) -> None:
    """Mail this person about these kinds, and about no other."""
    db.session.execute(delete(NoMail).where(NoMail.user_id == user_id, NoMail.kind.in_(wanted)))
    for kind in Kind:
        if kind not in wanted:
            insert_if_absent(NoMail, user_id=user_id, kind=kind)
    db.session.commit()
    log.info("mail_chosen", user=user_id, kinds=len(wanted))


def stop_mail(user_id: int, kind: Kind) -> None:
    """Mail this person nothing of this kind any more, also what waits to be sent.

    Twice is once. An account that is gone has nothing to stop.
    """
    user = db.session.get(User, user_id)
    if user is not None:
        insert_if_absent(NoMail, user_id=user_id, kind=kind)
        stop = mails.unsubscribe_url(settings(), user_id, kind)
        outbox.drop_waiting(user.email, unsubscribe=stop)
    db.session.commit()
    log.info("mail_stopped", user=user_id, kind=kind)
