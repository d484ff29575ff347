"""Answers to questions: rows are added, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.core.clock import now
from course.core.db import Model


class Answer(Model):
    """One answer of one learner to one question, with the score it got at that moment."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "step", "question", "attempt"),
        CheckConstraint(
            "numerator >= 0 AND denominator >= 1 AND numerator <= denominator",
            name="fraction_in_range",
        ),
        CheckConstraint("maximum >= 1", name="maximum_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    lesson: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(40))
    question: Mapped[str] = mapped_column(String(40))
    attempt: Mapped[int]  # 1 and on, per step
    given: Mapped[Any] = mapped_column(JSON)  # slug, list of slugs, or the number as typed
    numerator: Mapped[int]  # of the share of the maximum: exact, SQLite has no decimals
    denominator: Mapped[int]
    maximum: Mapped[int]  # whole points
    answered_at: Mapped[datetime] = mapped_column(default=now)
