"""Who: people, the browsers they are signed in with, and one-time links sent by mail."""

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.core.access import Role
from course.core.clock import now
from course.core.db import KEPT_FROM_EXPORT, Model


class User(UserMixin, Model):  # type: ignore[misc]  # Flask-Login has no types
    """A person with an account."""

    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint("role IN ('learner', 'instructor', 'administrator')", name="role_known"),
        CheckConstraint("language IN ('nl', 'en')", name="language_known"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        # Browsers keep unsent drafts by this id: a deleted account's is never given out again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(200), info=KEPT_FROM_EXPORT)
    role: Mapped[Role] = mapped_column(String(20), default=Role.LEARNER)
    language: Mapped[str | None] = mapped_column(String(2))  # None: follow the browser
    shortcuts: Mapped[bool] = mapped_column(default=True)  # single-key shortcuts (WCAG 2.1.4)
    is_demo: Mapped[bool] = mapped_column(default=False)  # fictional; `flask demo remove` deletes
    created_at: Mapped[datetime] = mapped_column(default=now)


class SignIn(Model):
    """One browser in which somebody is signed in. Deleting the row signs it out at once."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, info=KEPT_FROM_EXPORT)
    browser: Mapped[str] = mapped_column(String(80))  # "Firefox, Windows": to recognise it by
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    user: Mapped[User] = relationship(lazy="raise")


class SignUp(Model):
    """Somebody asked for an account with this address; the link in the mail makes it."""

    __tablename__ = "sign_up"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    return_to: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2))
    expires_at: Mapped[datetime]


class PasswordReset(Model):
    """A link to choose a new password; works once, for an hour."""

    __tablename__ = "password_reset"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, info=KEPT_FROM_EXPORT)
    expires_at: Mapped[datetime]
