"""When a group does what: moments of a lesson, more time for some, and the secret of a calendar."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.core.clock import now
from course.core.db import KEPT_FROM_EXPORT, Model
from course.domain.deadlines import AfterDue

LONGEST_REASON = 300  # characters
LONGEST_NAME = 40  # characters of a subgroup
WHOLE_LESSON = ""  # the step of a moment that is about the lesson


class LessonMoment(Model):
    """When a lesson, or one of its steps, opens for a group, and when it is due."""

    __tablename__ = "lesson_moment"
    __table_args__ = (
        UniqueConstraint("group_id", "lesson", "step"),
        CheckConstraint(
            "opens_at IS NULL OR due_at IS NULL OR opens_at < due_at", name="opens_before_due"
        ),
        CheckConstraint("opens_at IS NOT NULL OR due_at IS NOT NULL", name="says_something"),
        CheckConstraint("after_due IN ('marked', 'refused')", name="after_due_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"))
    lesson: Mapped[str] = mapped_column(String(40), index=True)
    step: Mapped[str] = mapped_column(String(40), default=WHOLE_LESSON)
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    after_due: Mapped[AfterDue] = mapped_column(String(10), default=AfterDue.MARKED)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(default=now)


class Extension(Model):
    """A later deadline for one learner. The reason is between them and their instructors."""

    __tablename__ = "extension"

    moment_id: Mapped[int] = mapped_column(
        ForeignKey("lesson_moment.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")
    given_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    given_at: Mapped[datetime] = mapped_column(default=now)


class CalendarFeed(Model):
    """The secret address at which somebody's calendar reads their agenda; only its hash is kept."""

    __tablename__ = "calendar_feed"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, info=KEPT_FROM_EXPORT)
    made_at: Mapped[datetime] = mapped_column(default=now)


class Subgroup(Model):
    """In which part of the group a learner is, for who wants to give all of them the same."""

    __tablename__ = "subgroup"

    membership_id: Mapped[int] = mapped_column(
        ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
