"""Reflections that were handed in. What is still being written is a draft of the lesson."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from course.core.clock import now
from course.core.db import Model


class Submission(Model):
    """One handing-in. Withdrawing keeps the row; handing in again adds the next number."""

    __tablename__ = "submission"
    __table_args__ = (
        Index(
            "uq_submission_standing",
            "enrolment_id",
            "step",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("words >= 1", name="not_empty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)  # in addresses: says nothing
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    lesson: Mapped[str] = mapped_column(String(40), index=True)
    step: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]  # 1 and on, per step
    text: Mapped[str] = mapped_column(Text)
    words: Mapped[int]
    receipt: Mapped[str] = mapped_column(String(20))  # code that proves what was handed in
    handed_in_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]
    marking_began_at: Mapped[datetime | None]  # from here on it cannot be withdrawn
