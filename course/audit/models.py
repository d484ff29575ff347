"""Who saw or changed what about whom: rows that are only added, and go after a year."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from course.core.clock import now
from course.core.db import KEPT_FROM_EXPORT, Model


class Kind(StrEnum):
    """What was done; the whole list, so that a page can say each of them in words."""

    READ = "read"  # opened somebody's text, beside their name or to mark it
    MARKED = "marked"
    RETURNED = "returned"
    RETRACTED = "retracted"
    MORE_TIME = "more-time"
    LESS_TIME = "less-time"  # took back time that was given
    DOWNLOADED = "downloaded"  # a file that somebody handed in
    EXPORTED = "exported"  # a table with grades or points
    VIEWED_AS = "viewed-as"
    WROTE = "wrote"
    ROLE = "role"
    EXCUSED = "excused"  # from something that is graded
    ASKED_AGAIN = "asked-again"  # what somebody was excused from
    RULE = "rule"  # how the results of a group make one
    REKEYED = "rekeyed"  # the key of a quiz changed, and with it the points


LONGEST_ABOUT: Final = 120  # characters
_KINDS: Final = ", ".join(f"'{kind}'" for kind in Kind)


class Entry(Model):
    """One thing that somebody saw or changed about one person."""

    __tablename__ = "audit"
    __table_args__ = (CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Whom it is about.
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    # Who did it; None: the program, or somebody whose account is gone. A learner reads a name, or
    # that it was a marker; the number would tell them apart while names are hidden.
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True, info=KEPT_FROM_EXPORT
    )
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id", ondelete="SET NULL"))
    kind: Mapped[Kind] = mapped_column(String(20))
    # "<lesson>/<step>", the slug of a quiz alone or with a sitting ("<quiz>/<number>"), a role, why
    # somebody looked, or nothing.
    about: Mapped[str] = mapped_column(String(LONGEST_ABOUT), default="")
    # Of what is written down once a day however often it is done, such as reading.
    once: Mapped[str | None] = mapped_column(String(200), unique=True, info=KEPT_FROM_EXPORT)
    made_at: Mapped[datetime] = mapped_column(default=now, index=True)
