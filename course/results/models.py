"""What is said about signs, how results make one, who is excused, and certificates."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from course.core.clock import now
from course.core.db import Model
from course.groups.models import LONGEST_PERSON

LONGEST_WORDS = 300  # characters
LONGEST_SUBJECT = 90  # of "<lesson>/<step>", or of a quiz and its sitting


class SignAnswer(Model):
    """What a learner said to a sign about themself: it rests for a while, or for good."""

    __tablename__ = "sign_answer"
    __table_args__ = (UniqueConstraint("user_id", "group_id", "rule", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    rule: Mapped[str] = mapped_column(String(20))  # of course.domain.attention
    subject: Mapped[str] = mapped_column(String(90))  # lesson, or lesson/step; "" for all
    why: Mapped[str] = mapped_column(String(12))  # see actions.WHYS
    words: Mapped[str] = mapped_column(String(LONGEST_WORDS), default="")  # for the instructor
    answered_at: Mapped[datetime] = mapped_column(default=now)


class Contact(Model):
    """An instructor spoke with a learner, or wrote; the learner reads the note as well."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(String(LONGEST_WORDS))
    made_at: Mapped[datetime] = mapped_column(default=now)


class GradeRule(Model):
    """How the results of a group make one: a group without a row has no result of the whole."""

    __tablename__ = "grade_rule"
    __table_args__ = (
        CheckConstraint("pass_tenths BETWEEN 11 AND 100", name="pass_in_range"),
        CheckConstraint("quiz_percent BETWEEN 1 AND 99", name="percent_in_range"),
    )

    group_id: Mapped[int] = mapped_column(
        ForeignKey("group.id", ondelete="CASCADE"), primary_key=True
    )
    # By what is graded, as course.results.book names it, exact: {"een-les/schrijven": "2"}.
    weights: Mapped[dict[str, str]] = mapped_column(JSON)
    pass_tenths: Mapped[int]  # the lowest result that passes, in tenths: 55 is 5.5
    is_whole: Mapped[bool]  # rounded to a whole grade; else to a tenth
    quiz_percent: Mapped[int]  # of the points of a quiz that are a 5.5
    made_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=now)


class Excuse(Model):
    """Somebody does not have to do something that is graded; ending it keeps the row."""

    __tablename__ = "excuse"
    __table_args__ = (
        Index(
            "uq_excuse_standing",
            "group_id",
            "user_id",
            "subject",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(
        String(LONGEST_SUBJECT)
    )  # what, as course.results.book names it
    reason: Mapped[str] = mapped_column(String(LONGEST_WORDS))  # for the person and instructors
    made_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class Certificate(Model):
    """That somebody did all of a lesson, or of the course, as it was then. Anybody can check it."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("user_id", "what"),
        CheckConstraint("minutes > 0", name="took_time"),
    )

    code: Mapped[str] = mapped_column(String(12), primary_key=True)  # letters and digits, by lot
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    what: Mapped[str] = mapped_column(String(40))  # the slug of a lesson; "" for the course
    title: Mapped[dict[str, str]] = mapped_column(JSON)  # of it, by language, as it was then
    name: Mapped[str] = mapped_column(String(LONGEST_PERSON))  # of the person, as it was then
    minutes: Mapped[int]  # that it takes, as the course says it
    issued_at: Mapped[datetime] = mapped_column(default=now)
    revoked_at: Mapped[datetime | None]
