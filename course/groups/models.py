"""Groups of learners, their instructors, and the code by which one joins."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.core.clock import now
from course.core.db import Model


class Part(StrEnum):
    """What somebody is in a group."""

    LEARNER = "learner"
    INSTRUCTOR = "instructor"


class Group(Model):
    """A class of learners with one or more instructors."""

    __tablename__ = "group"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    join_code: Mapped[str] = mapped_column(String(12), unique=True)
    join_open: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    memberships: Mapped[list["Membership"]] = relationship(
        lazy="raise", back_populates="group", passive_deletes=True
    )


class Membership(Model):
    """Somebody in a group, once, as learner or as instructor."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("group_id", "user_id"),
        CheckConstraint("part IN ('learner', 'instructor')", name="part_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    part: Mapped[Part] = mapped_column(String(20))
    joined_at: Mapped[datetime] = mapped_column(default=now)
    group: Mapped[Group] = relationship(lazy="raise", back_populates="memberships")
