"""What a learner began, how far they are, and what they typed that is not handed in yet."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.core.clock import now
from course.core.db import Model


class StoredEdition(Model):
    """A compiled lesson, stored once for each content: what learners who began it go on seeing."""

    __tablename__ = "edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    lesson: Mapped[str] = mapped_column(String(40))
    hash: Mapped[str] = mapped_column(String(64), unique=True)  # of the compiled text
    compiled: Mapped[str] = mapped_column(Text, deferred=True, deferred_raiseload=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Enrolment(Model):
    """One run of one learner through one lesson, on the edition that they began with."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("user_id", "lesson", "run"),
        CheckConstraint("run >= 1", name="run_positive"),
        CheckConstraint("steps_done >= 0", name="steps_done_counted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    lesson: Mapped[str] = mapped_column(String(40), index=True)
    run: Mapped[int] = mapped_column(default=1)  # 2 and on: again, on a newer edition
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    last_step: Mapped[str] = mapped_column(String(40))  # where they were
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    moved_at: Mapped[datetime] = mapped_column(default=now)  # the last step done, or the start
    # Counted when a step is done, so that a page of a whole group reads no steps.
    steps_done: Mapped[int] = mapped_column(default=0)
    steps_total: Mapped[int]  # of the edition
    completed_at: Mapped[datetime | None]
    edition: Mapped[StoredEdition] = relationship(lazy="raise")


class StepDone(Model):
    """A step that is done; progress is stored when it happens, never worked out afterwards."""

    __tablename__ = "step_done"

    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    step: Mapped[str] = mapped_column(String(40), primary_key=True)
    done_at: Mapped[datetime] = mapped_column(default=now)


class Draft(Model):
    """What was typed or chosen at a step, as last saved. ``revision`` rises with each save."""

    __tablename__ = "draft"
    __table_args__ = (CheckConstraint("revision >= 1", name="revision_positive"),)

    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    step: Mapped[str] = mapped_column(String(40), primary_key=True)
    revision: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)  # form field → list of texts
    saved_at: Mapped[datetime] = mapped_column(default=now)


class Pending(Model):
    """What a visitor without an account sent: kept a short while, to come along at sign-in."""

    __tablename__ = "pending"
    __table_args__ = (UniqueConstraint("visitor", "lesson", "step", "owner"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visitor: Mapped[str] = mapped_column(String(64))  # hash of the visitor's cookie
    # Id of the user whose page it was sent from, when their sign-in had ended: only they get it
    # back. 0 for a visitor. Not a reference: whoever sends the form could write any number here.
    owner: Mapped[int] = mapped_column(default=0)
    lesson: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(40))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    expires_at: Mapped[datetime] = mapped_column(index=True)
