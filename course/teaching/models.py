"""What instructors wrote to learners of a group."""

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from course.core.clock import now
from course.core.db import Model
from course.messages.models import LONGEST_SUBJECT

KEY: Final = 32  # characters
# What each receiver is told has for key: this, that of the letter, a colon, and their number.
TOLD_AS: Final = "letter:"


class Letter(Model):
    """One message of an instructor to some learners of a group, as it was written."""

    __tablename__ = "letter"
    __table_args__ = (CheckConstraint("receivers > 0", name="has_receivers"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(  # who wrote it
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    # Of the page that it was sent from: pressing twice sends once.
    key: Mapped[str] = mapped_column(String(KEY), unique=True)
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    body: Mapped[str] = mapped_column(Text)
    receivers: Mapped[int]  # how many; who they were is in their own messages
    sent_at: Mapped[datetime] = mapped_column(default=now)
