"""Weighings: never points, never overwritten; and what a group may see of its own."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.core.clock import now
from course.core.db import Model

LONGEST_REASON = 600  # characters


class Weighing(Model):
    """One weighing of one learner: weights on both sides, an action, a reason."""

    __tablename__ = "weighing"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "step"),
        CheckConstraint("agreement_sum + client_sum > 0", name="weighs_something"),
        CheckConstraint("agreement_sum BETWEEN 0 AND 16", name="agreement_in_range"),
        CheckConstraint("client_sum BETWEEN 0 AND 16", name="client_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    lesson: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(40))  # where it was weighed
    scale: Mapped[str] = mapped_column(String(40))  # the step that describes it; again: an earlier
    agreement: Mapped[list[int]] = mapped_column(JSON)  # weights 0-4, in the order of the lesson
    client: Mapped[list[int]] = mapped_column(JSON)  # as many
    agreement_sum: Mapped[int]
    client_sum: Mapped[int]
    action: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    reply: Mapped[str | None] = mapped_column(String(LONGEST_REASON))  # to the voice against
    weighed_at: Mapped[datetime] = mapped_column(default=now)


class GroupPicture(Model):
    """How a group weighed, as it was when ten of them had.

    Not worked out at each view: then the difference between two views would show what those who
    weighed in between chose.
    """

    __tablename__ = "group_picture"
    __table_args__ = (UniqueConstraint("group_id", "lesson", "scale"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"))
    lesson: Mapped[str] = mapped_column(String(40))
    scale: Mapped[str] = mapped_column(String(40))  # the step where they did: first, or again
    answers: Mapped[int]
    counts: Mapped[list[Any]] = mapped_column(JSON)  # towards agreement, even, towards client
    taken_at: Mapped[datetime] = mapped_column(default=now)
