"""Writes of the audit: with what is changed, before what is shown, and forgetting it in time."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, insert, select

from course.accounts.models import User
from course.audit.models import Entry, Kind
from course.core.access import Role
from course.core.clock import AMSTERDAM, now
from course.core.db import db, end_transaction, insert_if_absent
from course.core.log import log

KEPT: Final = timedelta(days=365)  # security logs are kept for twelve months


def note(
    kind: Kind,
    *,
    by: int | None,
    whom: Collection[int],
    group: int | None = None,
    about: str = "",
) -> None:
    """Within the caller's transaction: write down that ``by`` did this to each of ``whom``.

    ``by`` is ``None`` for the program itself. What somebody does to their own data is left out.
    ``group`` is the id of the group in which it was done, and ``about`` what it was done to, as
    :class:`course.audit.models.Entry` says.
    """
    same = {"kind": kind, "actor_id": by, "group_id": group, "about": about}
    rows = [{"user_id": user_id, **same} for user_id in sorted(set(whom)) if user_id != by]
    if rows:
        db.session.execute(insert(Entry), rows)


def note_now(
    kind: Kind,
    *,
    by: int,
    whom: Collection[int],
    group: int | None = None,
    about: str = "",
) -> None:
    """As :func:`note`, in a transaction of its own: for a file that is only read.

    It ends before the file is sent, so nobody gets what was not written down.
    """
    end_transaction()  # SQLite lets only a fresh transaction of a reader begin to write
    note(kind, by=by, whom=whom, group=group, about=about)
    db.session.commit()


def note_reading(*, by: int, whom: int, group: int | None, about: str) -> None:
    """Write down that ``by`` reads a text of ``whom``, before it is shown; once a day each."""
    if by == whom:
        return
    today = now().astimezone(AMSTERDAM).date()
    once = f"{Kind.READ}:{by}:{whom}:{about}:{today:%Y%m%d}"
    if db.session.scalar(select(Entry.id).filter_by(once=once)) is not None:
        return
    end_transaction()  # as above
    row = {"kind": Kind.READ, "actor_id": by, "group_id": group, "about": about, "once": once}
    insert_if_absent(Entry, user_id=whom, **row)
    db.session.commit()


def role_was_changed(user: User, *, by: int | None, role: Role) -> None:
    """Within the transaction of who changed it: write down that this user got another role."""
    note(Kind.ROLE, by=by, whom=[user.id], about=role.value)


def forget_old() -> None:
    """Delete what is older than a year; a job calls this."""
    old = delete(Entry).where(Entry.made_at < now() - KEPT).returning(Entry.id)
    gone = db.session.execute(old).all()
    db.session.commit()
    if gone:
        log.info("audit_forgotten", rows=len(gone))
