"""Reflections that were handed in. What is still being written is a draft of the lesson."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from course.core.clock import now
from course.core.db import Model
from course.core.uploads import StoredFile

LONGEST_QUESTION = 1_000  # characters


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

    @property
    def is_taken_back(self) -> bool:
        """Whether its writer took it back before anybody began: it is theirs alone again."""
        return self.withdrawn_at is not None and self.marking_began_at is None


class Version(Model):
    """A text as it was at a moment of writing, so that what was cut can be found again."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("enrolment_id", "step", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    step: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]  # 1 and on, per step
    text: Mapped[str] = mapped_column(Text)
    words: Mapped[int]
    kept_at: Mapped[datetime] = mapped_column(default=now)


class Attachment(StoredFile, Model):
    """A file beside the text; what was handed in keeps its own."""

    __tablename__ = "attachment"
    __table_args__ = (CheckConstraint("size >= 1", name="size_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    step: Mapped[str] = mapped_column(String(40))
    # None while it is beside the draft; handing in gives it to the submission.
    submission_id: Mapped[int | None] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), index=True
    )


class HelpRequest(Model):
    """A learner who is stuck while writing asks their instructors, who answer once."""

    __tablename__ = "help_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    lesson: Mapped[str] = mapped_column(String(40), index=True)
    step: Mapped[str] = mapped_column(String(40))
    question: Mapped[str] = mapped_column(String(LONGEST_QUESTION))
    shows_draft: Mapped[bool] = mapped_column(default=False)  # the instructor may read the draft
    asked_at: Mapped[datetime] = mapped_column(default=now)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]  # the learner read the answer
