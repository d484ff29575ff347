"""Marking: what a group is asked, who judged what, remarks on passages, and the grades.

Every marking is a row of its own, so two people never write over each other. What a learner
gets is in :class:`Grade` events, which are only added; a page, an export and a message read the
same ones.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.core.clock import now
from course.core.db import Model

# The download of one's own data knows no moment at which a result was given, so it leaves out
# what others wrote; what was given stands on the page of the feedback.
HIDDEN = {"export": False}
LONGEST_REMARK = 2_000  # characters
LONGEST_COMMENT = 8_000
LONGEST_PHRASE = 600
LONGEST_WHY = 600


class StoredRubric(Model):
    """A compiled rubric, stored once for each content: what somebody was marked with stays."""

    __tablename__ = "rubric_edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40))
    hash: Mapped[str] = mapped_column(String(64), unique=True)  # of the compiled text
    compiled: Mapped[str] = mapped_column(Text, deferred=True, deferred_raiseload=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Assignment(Model):
    """A reflection as a group is asked for it: with which rubric, by whom, and how it is graded."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("group_id", "lesson", "step"),
        CheckConstraint("seconds IN ('none', 'sample', 'all')", name="seconds_known"),
        CheckConstraint("peers BETWEEN 0 AND 5", name="peers_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"))
    lesson: Mapped[str] = mapped_column(String(40), index=True)
    step: Mapped[str] = mapped_column(String(40))
    rubric_id: Mapped[int] = mapped_column(ForeignKey("rubric_edition.id"), index=True)
    scheme: Mapped[dict[str, Any]] = mapped_column(JSON)  # as course.domain.grades writes it
    names_hidden: Mapped[bool] = mapped_column(default=True)  # until the results are given
    reply_required: Mapped[bool] = mapped_column(default=False)  # before the grade is shown
    seconds: Mapped[str] = mapped_column(String(10), default="none")  # what gets a second marker
    second_marker_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    peers: Mapped[int] = mapped_column(default=0)  # how many peers each reads; 0: no peer review
    peers_until: Mapped[datetime | None]
    code_key: Mapped[str] = mapped_column(String(64), info=HIDDEN)  # of the codes for hidden names
    made_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    rubric: Mapped[StoredRubric] = relationship(lazy="raise")


class Marking(Model):
    """What one marker thinks of one submission: a draft that is saved all the time, then done."""

    __tablename__ = "marking"
    __table_args__ = (
        UniqueConstraint("submission_id", "marker_id"),
        UniqueConstraint("submission_id", "part", name="uq_marking_part"),
        CheckConstraint("part IN ('first', 'second', 'third')", name="part_known"),
        CheckConstraint("revision >= 1", name="revision_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    assignment_id: Mapped[int] = mapped_column(
        ForeignKey("assignment.id", ondelete="CASCADE"), index=True
    )
    marker_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    part: Mapped[str] = mapped_column(String(10), default="first")
    levels: Mapped[dict[str, int]] = mapped_column(JSON, info=HIDDEN)  # by criterion
    comment: Mapped[str] = mapped_column(Text, default="", info=HIDDEN)  # for the learner
    note: Mapped[str] = mapped_column(Text, default="", info=HIDDEN)  # for markers only
    decision: Mapped[str] = mapped_column(String(12), default="", info=HIDDEN)  # see judging
    revision: Mapped[int] = mapped_column(default=1, info=HIDDEN)  # rises with each save
    saved_at: Mapped[datetime] = mapped_column(default=now, info=HIDDEN)
    done_at: Mapped[datetime | None] = mapped_column(info=HIDDEN)


class Remark(Model):
    """A comment on a passage, or on a decision of the trail; and what the learner did with it."""

    __tablename__ = "remark"
    __table_args__ = (
        CheckConstraint("place IN ('passage', 'decision')", name="place_known"),
        CheckConstraint("used IS NULL OR used_at IS NOT NULL", name="used_at_a_moment"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    marking_id: Mapped[int] = mapped_column(
        ForeignKey("marking.id", ondelete="CASCADE"), index=True
    )
    place: Mapped[str] = mapped_column(String(10))
    # A passage as course.domain.anchors keeps it, or the name of a decision in the trail.
    anchor: Mapped[dict[str, Any]] = mapped_column(JSON, info=HIDDEN)
    text: Mapped[str] = mapped_column(String(LONGEST_REMARK), info=HIDDEN)
    made_at: Mapped[datetime] = mapped_column(default=now, info=HIDDEN)
    used: Mapped[bool | None]  # what the learner says: used, or not
    used_why: Mapped[str | None] = mapped_column(String(LONGEST_WHY))
    used_at: Mapped[datetime | None]


class Agreed(Model):
    """What two or three markers decided together about a submission, and how."""

    __tablename__ = "agreed"

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    # Those that count for all: decided together, or given by each of them.
    levels: Mapped[dict[str, int]] = mapped_column(JSON, info=HIDDEN)
    # The grade that was agreed, not rounded: "137/20"; None: it follows from the levels.
    exact: Mapped[str | None] = mapped_column(String(120), info=HIDDEN)
    # What they say together to its writer, besides what each of them wrote; "" for nothing.
    comment: Mapped[str] = mapped_column(Text, default="", info=HIDDEN)
    how: Mapped[str] = mapped_column(String(20), info=HIDDEN)  # agreed, mean, decided, third
    why: Mapped[str] = mapped_column(String(LONGEST_WHY), default="", info=HIDDEN)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=now, info=HIDDEN)


class Release(Model):
    """A result that was given to a learner, at a moment; taking it back keeps the row."""

    __tablename__ = "release"
    __table_args__ = (
        Index(
            "uq_release_standing",
            "submission_id",
            unique=True,
            sqlite_where=text("retracted_at IS NULL"),
            postgresql_where=text("retracted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    assignment_id: Mapped[int] = mapped_column(
        ForeignKey("assignment.id", ondelete="CASCADE"), index=True
    )
    marking_id: Mapped[int] = mapped_column(ForeignKey("marking.id", ondelete="CASCADE"))
    # Of the event that holds the grade; None: feedback without one. Those rows take no references.
    grade_number: Mapped[int | None] = mapped_column(info=HIDDEN)
    visible_at: Mapped[datetime] = mapped_column(index=True, info=HIDDEN)
    told_at: Mapped[datetime | None] = mapped_column(info=HIDDEN)  # the message was posted
    seen_at: Mapped[datetime | None]  # the learner opened it
    made_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=now, info=HIDDEN)
    retracted_at: Mapped[datetime | None] = mapped_column(info=HIDDEN)
    retracted_why: Mapped[str] = mapped_column(String(LONGEST_WHY), default="", info=HIDDEN)


class GradeSubject(Model):
    """Whose grades a subject in the chain are: who is erased leaves a number that says nothing."""

    __tablename__ = "grade_subject"
    __table_args__ = (UniqueConstraint("user_id", "assignment_id"),)

    subject: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    assignment_id: Mapped[int] = mapped_column(
        ForeignKey("assignment.id", ondelete="CASCADE"), index=True
    )


class Grade(Model):
    """One event in the life of a grade. The database refuses to change or delete a row.

    There are no references to other rows: those could not go without it. ``body`` is the canonical
    JSON of course.domain.gradechain, and ``hash`` goes over it and the hash before.
    """

    __tablename__ = "grade_event"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 1, 2, 3 …
    subject: Mapped[str] = mapped_column(String(32), index=True)
    body: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class GradeHead(Model):
    """The end of the chain: one row, held by whoever adds to it."""

    __tablename__ = "grade_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class Phrase(Model):
    """A sentence that a marker uses more often; shared with a group's markers when they say so."""

    __tablename__ = "phrase"
    __table_args__ = (
        CheckConstraint("kind IN ('strength', 'question', 'next')", name="kind_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(  # shared with those who teach it
        ForeignKey("group.id", ondelete="SET NULL"), index=True
    )
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(String(LONGEST_PHRASE))
    made_at: Mapped[datetime] = mapped_column(default=now)


class Looking(Model):
    """Who has a submission open on their marking screen: a hint, and never a lock."""

    __tablename__ = "looking"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    seen_at: Mapped[datetime] = mapped_column(default=now)


class MarkingKeys(Model):
    """The keys that a marker chose for the marking screen; without a row the usual ones work."""

    __tablename__ = "marking_keys"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    is_on: Mapped[bool] = mapped_column(default=True)  # keys of one sign do something
    chosen: Mapped[dict[str, str]] = mapped_column(JSON)  # a sign by action, see shortcuts


class Calibration(Model):
    """How a marker judged an anchor reflection, to calibrate before the real ones."""

    __tablename__ = "calibration"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    rubric_id: Mapped[int] = mapped_column(ForeignKey("rubric_edition.id"), primary_key=True)
    anchor: Mapped[str] = mapped_column(String(40), primary_key=True)
    levels: Mapped[dict[str, int]] = mapped_column(JSON)
    judged_at: Mapped[datetime] = mapped_column(default=now)


class PeerReview(Model):
    """A submission that a fellow learner was asked to read; anonymous both ways."""

    __tablename__ = "peer_review"
    __table_args__ = (
        UniqueConstraint("submission_id", "user_id"),
        CheckConstraint("revision >= 0", name="revision_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(  # who reads and writes it
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    assignment_id: Mapped[int] = mapped_column(
        ForeignKey("assignment.id", ondelete="CASCADE"), index=True
    )
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), info=HIDDEN
    )
    levels: Mapped[dict[str, int]] = mapped_column(JSON)
    comment: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=0)
    allocated_at: Mapped[datetime] = mapped_column(default=now)
    done_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # given to somebody else, or filled in by an instructor
