"""What the app told people, and which kinds of it they do not want by mail."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, add_mapped_attribute, column_property, mapped_column

from course.accounts.models import User
from course.core.clock import now
from course.core.db import KEPT_FROM_EXPORT, Model


class Kind(StrEnum):
    """What is told about; of each kind one chooses whether it is mailed too."""

    RESULT = "result"  # work came back
    ANSWER = "answer"  # to a question
    REVIEW = "review"  # a text of a fellow student waits to be read
    TIME = "time"  # more time, or more attempts
    LETTER = "letter"  # an instructor wrote


LONGEST_SUBJECT: Final = 120  # characters
LONGEST_BODY: Final = 4_000
_KINDS: Final = ", ".join(f"'{kind}'" for kind in Kind)


class Notice(Model):
    """One message to one person, as it stands on the site."""

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        Index("ix_notice_unread", "user_id", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[Kind] = mapped_column(String(10))
    # The same key is told once, on the site and by mail.
    key: Mapped[str] = mapped_column(String(200), unique=True, info=KEPT_FROM_EXPORT)
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    body: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(String(200))  # a path on this site
    # Who wrote it; None: the app, or somebody whose account is gone.
    sender_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    told_at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None]


class NoMail(Model):
    """Somebody wants no mail of this kind; on the site it is told all the same."""

    __tablename__ = "no_mail"
    __table_args__ = (CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[Kind] = mapped_column(String(10), primary_key=True)


# How many messages a person did not open yet. It comes along when a page asks who is signed in, so
# that the number in the head of each page costs no question of its own.
add_mapped_attribute(
    User,
    "unread",
    column_property(
        select(func.count(Notice.id))
        .where(Notice.user_id == User.id, Notice.read_at.is_(None))
        .correlate_except(Notice)
        .scalar_subquery(),
        deferred=True,
        group="head_of_page",
    ),
)
