"""Answers to the questions of a lesson, and quizzes: sittings, attempts, responses, marks."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.core.clock import now
from course.core.db import Model
from course.core.uploads import StoredFile
from course.domain.attempts import AttemptState

LONGEST_REASON = 600  # characters
HIDDEN = {"export": False}  # not in the download of one's own data
RUNNING = {AttemptState.IN_PROGRESS, AttemptState.OVERDUE}


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


# --- Quizzes -------------------------------------------------------------------------------


class StoredQuiz(Model):
    """A compiled quiz, stored once for each content: an attempt keeps what it was made of."""

    __tablename__ = "quiz_edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40))
    hash: Mapped[str] = mapped_column(String(64), unique=True)  # of the compiled text
    compiled: Mapped[str] = mapped_column(Text, deferred=True, deferred_raiseload=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Sitting(Model):
    """A quiz as an instructor sets it for a group: when, how often, and what is shown when."""

    __tablename__ = "sitting"
    __table_args__ = (
        CheckConstraint(
            "opens_at IS NULL OR closes_at IS NULL OR opens_at < closes_at",
            name="opens_before_it_closes",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    slug: Mapped[str] = mapped_column(String(40))  # of the quiz
    edition_id: Mapped[int] = mapped_column(ForeignKey("quiz_edition.id"), index=True)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)  # as course.quizzes.rules writes them
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]  # who hands in after it is late; None: nobody is
    released_at: Mapped[datetime | None]  # when the results were given
    # A frozen panel of real people, see course.quizzes.livepanel; None: the example of the content.
    panel: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True), deferred=True, deferred_raiseload=True
    )
    made_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    edition: Mapped[StoredQuiz] = relationship(lazy="raise")


class Allowance(Model):
    """What one learner gets beside the rules of a sitting; the reason is for instructors."""

    __tablename__ = "allowance"
    __table_args__ = (
        CheckConstraint(
            "extra_time >= 0 AND extra_attempts >= 0 AND extension >= 0",
            name="gives_and_never_takes",
        ),
    )

    sitting_id: Mapped[int] = mapped_column(
        ForeignKey("sitting.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    extra_time: Mapped[int] = mapped_column(default=0)  # percent of the limit
    extra_attempts: Mapped[int] = mapped_column(default=0)
    extension: Mapped[int] = mapped_column(default=0)  # minutes after closing
    reason: Mapped[str] = mapped_column(String(300))
    given_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    given_at: Mapped[datetime] = mapped_column(default=now)


class QuizAttempt(Model):
    """One attempt of one learner; its rules, items and order are those of when it began."""

    __tablename__ = "quiz_attempt"
    __table_args__ = (
        # Of two clicks at once, one makes the attempt.
        UniqueConstraint("user_id", "slug", "scope", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)  # in addresses: says nothing
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    sitting_id: Mapped[int | None] = mapped_column(
        ForeignKey("sitting.id", ondelete="CASCADE"), index=True
    )
    slug: Mapped[str] = mapped_column(String(40), index=True)
    scope: Mapped[str] = mapped_column(String(30))  # "practice", or "sitting-" and its number
    number: Mapped[int]  # 1 and on, in this scope
    edition_id: Mapped[int] = mapped_column(ForeignKey("quiz_edition.id"), index=True)
    seed: Mapped[int] = mapped_column(BigInteger)  # of the lots: which items, in which order
    items: Mapped[list[str]] = mapped_column(JSON)  # drawn once, in the order that is shown
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]  # with what this learner got more
    finished_at: Mapped[datetime | None]
    was_abandoned: Mapped[bool] = mapped_column(default=False)
    edition: Mapped[StoredQuiz] = relationship(lazy="raise")

    @property
    def is_running(self) -> bool:
        """Whether the learner could still do something with it when it was last looked at."""
        return self.state in RUNNING

    @property
    def was_handed_in_by_the_clock(self) -> bool:
        """Whether its time was up, and it went in as it stood."""
        return self.finished_at is not None and self.finished_at == self.ends_at


class Response(Model):
    """What somebody answered to one item, as last saved; its marks are kept apart."""

    __tablename__ = "response"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision_positive"),
        CheckConstraint("certainty BETWEEN 1 AND 3", name="certainty_in_range"),
    )

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("quiz_attempt.id", ondelete="CASCADE"), primary_key=True
    )
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    given: Mapped[Any | None] = mapped_column(JSON)  # see course.quizzes.marking; None is blank
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))  # of a weighing
    certainty: Mapped[int | None]  # 1 not sure, 3 certain
    is_flagged: Mapped[bool] = mapped_column(default=False)  # to come back to
    revision: Mapped[int]  # rises with each save
    saved_at: Mapped[datetime] = mapped_column(default=now)
    # Whether it is in an ItemPicture, where it stays; each answer is counted once, for good.
    is_pictured: Mapped[bool] = mapped_column(default=False, server_default=false())


class ResponseFile(StoredFile, Model):
    """The file that answers an item; its response holds the name. One at a time, until it is in."""

    __tablename__ = "response_file"
    __table_args__ = (CheckConstraint("size >= 1", name="size_positive"),)

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("quiz_attempt.id", ondelete="CASCADE"), primary_key=True
    )
    item: Mapped[str] = mapped_column(String(40), primary_key=True)


class ItemPicture(Model):
    """How learners weighed one item of a quiz: those of a group, or everybody who was counted.

    Answers come in by ten or more at a time, and each one only once, so whatever somebody subtracts
    from whatever, what is left is of ten people or more. See :mod:`course.quizzes.pictures`.
    """

    __tablename__ = "item_picture"
    __table_args__ = (UniqueConstraint("scope", "slug", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(30))  # "everybody", or "group-" and its number
    group_id: Mapped[int | None] = mapped_column(
        ForeignKey("group.id", ondelete="CASCADE"), index=True
    )
    slug: Mapped[str] = mapped_column(String(40))  # of the quiz
    item: Mapped[str] = mapped_column(String(40))
    answers: Mapped[int]
    counts: Mapped[dict[str, dict[str, int]]] = mapped_column(JSON)  # part → answer → how many
    taken_at: Mapped[datetime] = mapped_column(default=now)


class Mark(Model):
    """What a response earned. No page that a learner works on reads this table.

    Nor does the download of one's own data: it knows no moment at which a result was given.
    """

    __tablename__ = "mark"
    __table_args__ = (CheckConstraint("maximum >= 0", name="maximum_not_negative"),)

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("quiz_attempt.id", ondelete="CASCADE"), primary_key=True
    )
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    fraction: Mapped[str] = mapped_column(String(120), info=HIDDEN)  # of the maximum, exact: "2/3"
    maximum: Mapped[int] = mapped_column(info=HIDDEN)  # whole points; 0 where it does not count
    state: Mapped[str] = mapped_column(String(20), info=HIDDEN)  # an AnswerState
    key: Mapped[str] = mapped_column(String(64), info=HIDDEN)  # hash of what it was marked with
    comment: Mapped[str | None] = mapped_column(Text, info=HIDDEN)  # of the person who gave it
    given_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    given_at: Mapped[datetime] = mapped_column(default=now)


class Judgement(Model):
    """What a person gave for an answer, each time anew; rows are only added. The last one counts.

    Its mark holds the same, until the item is left out or given to everybody.
    """

    __tablename__ = "judgement"
    __table_args__ = (CheckConstraint("number >= 1", name="number_positive"),)

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("quiz_attempt.id", ondelete="CASCADE"), primary_key=True
    )
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # 1 and on; of two at once one is first
    fraction: Mapped[str] = mapped_column(String(120), info=HIDDEN)  # as in a mark
    comment: Mapped[str | None] = mapped_column(Text, info=HIDDEN)
    given_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    given_at: Mapped[datetime] = mapped_column(default=now)


class KeyChange(Model):
    """A change of the key of one item in a sitting, with its reason; rows are only added.

    It holds from the moment it is added for attempts that end after it. For those that had ended
    it is worked out bit by bit, and shown all at once; see :mod:`course.quizzes.regrading`.
    """

    __tablename__ = "key_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(
        ForeignKey("sitting.id", ondelete="CASCADE"), index=True
    )
    item: Mapped[str] = mapped_column(String(40))
    change: Mapped[dict[str, Any]] = mapped_column(JSON)  # see course.quizzes.rekeying
    mode: Mapped[str] = mapped_column(String(20))  # for whom: see course.domain.attempts.regrading
    reason: Mapped[str] = mapped_column(String(300))
    made_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    # The attempts up to this number have been worked out.
    reached: Mapped[int] = mapped_column(default=0, server_default="0")
    shown_at: Mapped[datetime | None]  # when the marks became the new ones; None: not yet


class MarkChange(Model):
    """What a change of a key did to one attempt: the mark before, and after."""

    __tablename__ = "mark_change"

    change_id: Mapped[int] = mapped_column(
        ForeignKey("key_change.id", ondelete="CASCADE"), primary_key=True
    )
    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("quiz_attempt.id", ondelete="CASCADE"), primary_key=True
    )
    before: Mapped[dict[str, Any]] = mapped_column(JSON, info=HIDDEN)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, info=HIDDEN)

    @property
    def is_felt(self) -> bool:
        """Whether the points are not what they were; otherwise only the key is another."""
        return any(self.before[name] != self.after[name] for name in ("fraction", "maximum"))
