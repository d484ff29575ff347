"""Panels of real people: who was asked, what they answered, and the keys that came of it.

Nobody on a panel has an account or a name here: a member is a number and a role.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.core.clock import now
from course.core.db import KEPT_FROM_EXPORT, Model
from course.quizzes.models import LONGEST_REASON, StoredQuiz

LONGEST_TITLE = 120
LONGEST_COMPOSITION = 600
LONGEST_ROLE = 120
LONGEST_EXCLUSION = 300


class Panel(Model):
    """People who are asked to weigh the items of one quiz, as it was when they were asked."""

    __tablename__ = "panel"
    __table_args__ = (
        CheckConstraint("min_n >= 1", name="minimum_positive"),
        CheckConstraint("version >= 1", name="version_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40))  # of the quiz
    edition_id: Mapped[int] = mapped_column(ForeignKey("quiz_edition.id"), index=True)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    composition: Mapped[str] = mapped_column(String(LONGEST_COMPOSITION))  # who they are together
    min_n: Mapped[int]  # answers from which a key is no longer provisional
    one_page: Mapped[bool] = mapped_column(default=False)  # else one item a page
    version: Mapped[int] = mapped_column(default=1)
    made_from: Mapped[int | None] = mapped_column(ForeignKey("panel.id", ondelete="SET NULL"))
    made_by: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    made_at: Mapped[datetime] = mapped_column(default=now)
    frozen_at: Mapped[datetime | None]  # from here on nothing in it changes
    archived_at: Mapped[datetime | None]  # put away: nobody answers it or chooses it
    edition: Mapped[StoredQuiz] = relationship(lazy="raise")


class PanelShare(Model):
    """A colleague who may see a panel and use it, beside who made it."""

    __tablename__ = "panel_share"

    panel_id: Mapped[int] = mapped_column(
        ForeignKey("panel.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    shared_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    shared_at: Mapped[datetime] = mapped_column(default=now)


class PanelMember(Model):
    """Somebody who was asked. Only the holder of the link is this member."""

    __tablename__ = "panel_member"
    __table_args__ = (
        UniqueConstraint("panel_id", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("finished_at IS NULL OR role <> ''", name="finished_with_a_role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id", ondelete="CASCADE"))
    number: Mapped[int]  # 1 and on, in this panel
    # None: taken over from an earlier version, where the link is.
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True, info=KEPT_FROM_EXPORT)
    taken_from: Mapped[int | None] = mapped_column(
        ForeignKey("panel_member.id", ondelete="SET NULL"), index=True
    )  # the member in the first version that they answered in
    seed: Mapped[int] = mapped_column(BigInteger)  # of the order of items and options
    role: Mapped[str] = mapped_column(String(LONGEST_ROLE), default="")  # no name
    shows_reasons: Mapped[bool] = mapped_column(default=False)
    consented_at: Mapped[datetime | None]
    invited_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        """What a member is called in a key: "m07"."""
        return f"m{self.number:02}"


class PanelAnswer(Model):
    """What a member answered to one item, as last saved; of the frozen, what counted."""

    __tablename__ = "panel_answer"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision_positive"),
        CheckConstraint(
            "excluded_at IS NULL OR exclusion_reason <> ''", name="excluded_with_a_reason"
        ),
    )

    member_id: Mapped[int] = mapped_column(
        ForeignKey("panel_member.id", ondelete="CASCADE"), primary_key=True
    )
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    given: Mapped[Any | None] = mapped_column(JSON)  # see course.quizzes.responses
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    revision: Mapped[int]  # rises with each save
    saved_at: Mapped[datetime] = mapped_column(default=now)
    excluded_at: Mapped[datetime | None]  # since when it does not count
    exclusion_reason: Mapped[str] = mapped_column(String(LONGEST_EXCLUSION), default="")
    excluded_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))


class PanelKey(Model):
    """The key of one item, derived once when the panel was frozen; rows are only added."""

    __tablename__ = "panel_key"
    __table_args__ = (
        # Of many clicks at once, one makes the key.
        UniqueConstraint("panel_id", "item"),
        CheckConstraint("n >= 1", name="of_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id", ondelete="CASCADE"))
    item: Mapped[str] = mapped_column(String(40))
    key: Mapped[dict[str, Any]] = mapped_column(JSON)  # as course.domain.weighing.keys writes it
    panel_version: Mapped[int]
    method: Mapped[str] = mapped_column(String(20))
    n: Mapped[int]  # answers that count
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(default=now)
