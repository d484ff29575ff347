"""Messages that leave the house: written in the transaction of what caused them, sent later.

A message row is added in the same transaction as the change that it tells of, so neither exists
without the other. A job claims rows one by one and sends them; what fails is tried again, later
and later, for three days. ``key`` makes sure that the same message is never sent twice.
"""

import smtplib
import ssl
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

from sqlalchemy import String, Text, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from course.config import Settings
from course.core.clock import now
from course.core.db import KEPT_FROM_EXPORT, Model, db
from course.core.log import log

LEASE = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=3)
SMTP_SECONDS = 15
A_BATCH = 50  # messages, after which other jobs get their turn


class Message(Model):
    """One mail to one person."""

    __tablename__ = "outbox"
    __table_args__ = ({"sqlite_autoincrement": True},)  # the id names the file and the Message-ID

    id: Mapped[int] = mapped_column(primary_key=True)
    # The same key is sent once.
    key: Mapped[str] = mapped_column(String(200), unique=True, info=KEPT_FROM_EXPORT)
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    # It may hold a link that still works: who finds a browser open would have the account.
    body: Mapped[str] = mapped_column(Text, info=KEPT_FROM_EXPORT)
    # Where one press, without signing in, ends mails of this kind; None: this kind has no end.
    unsubscribe: Mapped[str | None] = mapped_column(String(300), info=KEPT_FROM_EXPORT)
    # The address of somebody else, who wants answers there.
    reply_to: Mapped[str | None] = mapped_column(String(254), info=KEPT_FROM_EXPORT)
    created_at: Mapped[datetime] = mapped_column(default=now)
    available_at: Mapped[datetime] = mapped_column(default=now, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(500))
    sent_at: Mapped[datetime | None]


def post(
    *,
    key: str,
    recipient: str,
    subject: str,
    body: str,
    unsubscribe: str | None = None,
    reply_to: str | None = None,
) -> None:
    """Add a message to the current transaction; the caller commits."""
    db.session.add(
        Message(
            key=key,
            recipient=recipient,
            subject=subject,
            body=body,
            unsubscribe=unsubscribe,
            reply_to=reply_to,
        )
    )


def drop_waiting(recipient: str, *, unsubscribe: str) -> None:
    """Within the caller's transaction: send no mail that waits for this person, of one kind."""
    waiting = delete(Message).where(
        Message.recipient == recipient,
        Message.unsubscribe == unsubscribe,
        Message.sent_at.is_(None),
    )
    db.session.execute(waiting)


def forget_reply_to(address: str) -> None:
    """Within the caller's transaction: answers to what still waits no longer go to this address."""
    statement = update(Message).where(Message.reply_to == address).values(reply_to=None)
    db.session.execute(statement)


def send_due(settings: Settings, *, limit: int = A_BATCH) -> int:
    """Send the messages that are due, each claimed first; return how many were sent.

    A message is claimed by moving ``available_at`` behind the lease in one statement, so two
    workers never send the same one; a worker that dies gives it back when the lease ends.
    """
    sent = 0
    for _attempt in range(limit):
        message = _claim()
        if message is None:
            break
        try:
            deliver(message, settings)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # ValueError: no mail can be made of it, which must not hold up the others.
            _put_off(message, error)
        else:
            message.sent_at = now()
            message.last_error = None
            message.body = ""  # it holds a link that opens an account; nobody needs it here now
            message.unsubscribe = message.reply_to = None
            sent += 1
            db.session.commit()
            log.info("mail_sent", message=message.id, attempts=message.attempts)
    return sent


def _claim() -> Message | None:
    due = (
        select(Message.id)
        .where(
            Message.sent_at.is_(None),
            Message.available_at <= now(),
            Message.created_at > now() - GIVE_UP_AFTER,
        )
        .order_by(Message.available_at, Message.id)
        .limit(1)
    )
    if db.engine.dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    claimed = (
        update(Message)
        .where(Message.id == due.scalar_subquery())
        .values(available_at=now() + LEASE, attempts=Message.attempts + 1)
        .returning(Message.id)
    )
    identity = db.session.scalar(claimed)
    message = db.session.get(Message, identity) if identity is not None else None
    db.session.commit()  # a mail server that does not answer must not keep others from writing
    return message


def _put_off(message: Message, error: Exception) -> None:
    wait = min(timedelta(seconds=30) * 2 ** (message.attempts - 1), LONGEST_WAIT)
    message.available_at = now() + wait
    message.last_error = f"{type(error).__name__}: {error}"[:500]
    db.session.commit()
    log.warning("mail_put_off", message=message.id, attempts=message.attempts)


def deliver(message: Message, settings: Settings) -> None:
    """Hand the message to the mail server, or to ``instance/mail/`` where there is none."""
    mail = compose(message, settings)
    if not settings.mail_url:
        folder = settings.instance / "mail"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{message.id:06}.eml").write_bytes(bytes(mail))
        return
    server = settings.smtp()
    client: smtplib.SMTP
    if server["tls"]:
        context = ssl.create_default_context()
        client = smtplib.SMTP_SSL(
            server["host"], server["port"], timeout=SMTP_SECONDS, context=context
        )
    else:
        client = smtplib.SMTP(server["host"], server["port"], timeout=SMTP_SECONDS)
    with client:
        client.ehlo()
        if not server["tls"] and client.has_extn("starttls"):
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
        if server["user"]:
            client.login(server["user"], server["password"])
        client.send_message(mail)


def compose(message: Message, settings: Settings) -> EmailMessage:
    """The mail itself. The library refuses line breaks in headers, so no header can be added."""
    mail = EmailMessage()
    mail["From"] = settings.mail_from
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = make_msgid(idstring=f"outbox-{message.id}", domain="weegschaal.invalid")
    mail["Auto-Submitted"] = "auto-generated"
    if message.reply_to:
        mail["Reply-To"] = message.reply_to
    if message.unsubscribe:  # RFC 8058: the reader's program shows a button that does it
        mail["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.body)
    return mail


def letters(folder: Path) -> list[Path]:
    """The mails kept in ``folder`` where there is no mail server, newest first."""
    return sorted(folder.glob("*.eml"), reverse=True)
