"""Groups of learners, their instructors, and the ways in: a code, or an invitation by mail."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.core.clock import now
from course.core.db import KEPT_FROM_EXPORT, OWN_ADDRESS, Model

LONGEST_NUMBER = 20  # characters of a student number
LONGEST_PERSON = 80  # characters of somebody's name, as of an account


class Part(StrEnum):
    """What somebody is in a group."""

    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    GUEST = "guest"  # marks what the instructors give, and sees nothing else of the group


class Group(Model):
    """A class of learners with one or more instructors."""

    __tablename__ = "group"
    __table_args__ = (CheckConstraint("most_learners > 0", name="has_room"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    join_code: Mapped[str] = mapped_column(String(12), unique=True)
    join_open: Mapped[bool] = mapped_column(default=True)
    most_learners: Mapped[int | None]  # that the code lets in; None: as many as come
    first_week: Mapped[date | None]  # the Monday of the week in which it begins
    archived_at: Mapped[datetime | None]  # it left the lists; what learners made stays theirs
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    memberships: Mapped[list["Membership"]] = relationship(
        lazy="raise", back_populates="group", passive_deletes=True
    )


class Membership(Model):
    """Somebody in a group, once, as learner, as instructor or as guest who marks."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("group_id", "user_id"),
        CheckConstraint("part IN ('learner', 'instructor', 'guest')", name="part_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    part: Mapped[Part] = mapped_column(String(20))
    # As the school writes it: a text, because it may begin with zeros. None: not known.
    student_number: Mapped[str | None] = mapped_column(String(LONGEST_NUMBER))
    joined_at: Mapped[datetime] = mapped_column(default=now)
    group: Mapped[Group] = relationship(lazy="raise", back_populates="memberships")


class Invitation(Model):
    """Somebody was asked into a group by mail: they are in it when they accept, and not before.

    Goes by address, for whoever that is; an instructor is not told whether there is an account.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("group_id", "email"),
        CheckConstraint("part IN ('learner', 'instructor', 'guest')", name="part_known"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(254), index=True, info=OWN_ADDRESS)
    name: Mapped[str] = mapped_column(String(LONGEST_PERSON))  # "" when nobody said it
    student_number: Mapped[str | None] = mapped_column(String(LONGEST_NUMBER))
    part: Mapped[Part] = mapped_column(String(20))
    # Of the newest mail, which names the mail in the outbox too.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, info=KEPT_FROM_EXPORT)
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    invited_at: Mapped[datetime] = mapped_column(default=now)  # when the newest mail was written
    times: Mapped[int] = mapped_column(default=1)  # that a mail was written
    accepted_at: Mapped[datetime | None]
    user_id: Mapped[int | None] = mapped_column(  # who accepted, perhaps with another address
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )


class RosterDraft(Model):
    """A class list between reading it and inviting: of one instructor, for one group, for a day."""

    __tablename__ = "roster_draft"
    # The number of a list that is gone is never that of another one: a page may still name it.
    __table_args__ = (UniqueConstraint("user_id", "group_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    # What the list says is about others, so it is no part of the data of who reads it.
    rows: Mapped[list[list[str]]] = mapped_column(JSON, info=KEPT_FROM_EXPORT)
    columns: Mapped[list[str]] = mapped_column(JSON)  # what each column holds
    has_header: Mapped[bool]
    choices: Mapped[dict[str, Any]] = mapped_column(JSON)  # ticked or not, by row, where changed
    made_at: Mapped[datetime] = mapped_column(default=now, index=True)
