"""Mails as a mail program shows them."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as mail_policy


def read(mail: EmailMessage | bytes) -> EmailMessage:
    """A mail that arrived or was kept, with its headers and text decoded."""
    raw = mail if isinstance(mail, bytes) else bytes(mail)
    found = message_from_bytes(raw.replace(b"\r\n", b"\n"), policy=mail_policy)
    if not isinstance(found, EmailMessage):
        raise TypeError(f"{type(found)} is no mail")
    return found
