"""Playing a case: every choice is a row that is added, so that nothing of the trail is lost."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.core.clock import now
from course.core.db import Model

LONGEST_WHY = 600  # characters


class StoredCase(Model):
    """A compiled case, stored once for each content: what somebody began they finish."""

    __tablename__ = "case_edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40))
    hash: Mapped[str] = mapped_column(String(64), unique=True)  # of the compiled text
    compiled: Mapped[str] = mapped_column(Text, deferred=True, deferred_raiseload=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Playthrough(Model):
    """One time that somebody plays a case. The first one counts; later ones are told apart."""

    __tablename__ = "playthrough"
    __table_args__ = (
        UniqueConstraint("user_id", "slug", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("head BETWEEN 0 AND turns", name="head_is_a_turn"),
        CheckConstraint("predicted BETWEEN 1 AND 5", name="prediction_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(40), index=True)  # of the case
    number: Mapped[int]  # 1 the first time
    edition_id: Mapped[int] = mapped_column(ForeignKey("case_edition.id"), index=True)
    head: Mapped[int] = mapped_column(default=0)  # the turn after which they are; 0 at the start
    turns: Mapped[int] = mapped_column(default=0)  # how many there are, on all lines
    lines: Mapped[int] = mapped_column(default=1)  # how often they chose anew, and 1
    predicted: Mapped[int | None]  # how satisfied the client is, 1 to 5, before hearing it
    predicted_why: Mapped[str | None] = mapped_column(String(LONGEST_WHY))
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    # When an end was reached: the one about which they said what they expect, else the first. It
    # is the moment of the choice that led there.
    ended_at: Mapped[datetime | None]
    edition: Mapped[StoredCase] = relationship(lazy="raise")


class Turn(Model):
    """One choice, and where it led. Choosing anew adds a turn beside the old one."""

    __tablename__ = "turn"
    __table_args__ = (
        # A second click, a second tab or the same way once more does not make a second turn.
        UniqueConstraint("playthrough_id", "parent", "option"),
        CheckConstraint("number >= 1 AND parent BETWEEN 0 AND number - 1", name="after_its_parent"),
    )

    playthrough_id: Mapped[int] = mapped_column(
        ForeignKey("playthrough.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)  # 1, 2, 3 in the order of making
    parent: Mapped[int]  # the turn that it follows; 0 for the start
    line: Mapped[int]  # 1 for the first way, 2 for the first way chosen anew
    node: Mapped[str] = mapped_column(String(40))  # where it was chosen
    option: Mapped[str] = mapped_column(String(40))
    state: Mapped[dict[str, Any]] = mapped_column(JSON)  # after it, as the domain writes it
    changed: Mapped[list[str]] = mapped_column(JSON)  # variables that it changed
    made_at: Mapped[datetime] = mapped_column(default=now)


class ChoicePicture(Model):
    """How a group chose at one moment of a case, as it was when enough of them had played it.

    Not counted at each view: then the difference between two views would show what those who
    played in between chose. It is taken anew when ten more have.
    """

    __tablename__ = "choice_picture"
    __table_args__ = (UniqueConstraint("group_id", "slug", "moment"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(40))  # of the case
    moment: Mapped[str] = mapped_column(String(40))
    answers: Mapped[int]
    counts: Mapped[dict[str, int]] = mapped_column(JSON)  # option → how many chose it
    taken_at: Mapped[datetime] = mapped_column(default=now)
