"""Saving one answer of an attempt in a single statement, since everybody does it all the time.

What an attempt asks never changes while it runs, so it is kept in memory; whether it still runs,
until when, and whether another window was first is asked by the statement that writes. Whatever
that does not settle is left to :func:`course.quizzes.attempts.save`, which also has the words.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, cast

from sqlalchemy import (
    Insert,
    Integer,
    Select,
    String,
    Table,
    Update,
    bindparam,
    false,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from course.core.clock import now
from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.domain.attempts import AttemptState
from course.quizzes import editions, queries
from course.quizzes.attempts import Entered
from course.quizzes.models import QuizAttempt, Response
from course.quizzes.rules import Rules

ATTEMPTS_IN_MEMORY: Final = 4_096
COLUMNS: Final = (
    "attempt_id",
    "item",
    "given",
    "reason",
    "certainty",
    "is_flagged",
    "revision",
    "saved_at",
    "is_pictured",
)


@dataclass(frozen=True, slots=True)
class Seat:
    """What an attempt asks, which stays the same while it runs."""

    slug: str  # of the quiz
    hash: str  # of its edition
    items: tuple[str, ...]
    one_page: bool

    @property
    def edition(self) -> QuizEdition:
        """What the attempt was made of."""
        return editions.edition_by_hash(self.slug, self.hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was saved just now, and until when the attempt runs; None: without a limit."""

    revision: int
    saved_at: datetime
    ends_at: datetime | None


class _NoSeat(LookupError):
    """Not kept in memory, because the attempt may begin in the next moment."""


def seat_of(user_id: int, public_id: str) -> Seat | None:
    """What the attempt asks, when it is this learner's own; a query for the first answer only."""
    try:
        return _seat(user_id, public_id)
    except _NoSeat:
        return None


@lru_cache(maxsize=ATTEMPTS_IN_MEMORY)
def _seat(user_id: int, public_id: str) -> Seat:
    row = queries.attempt_for(user_id, public_id)
    if row is None:
        raise _NoSeat(public_id)
    one_page = Rules.from_plain(row.rules).one_page
    return Seat(row.slug, row.edition.hash, tuple(row.items), one_page)


# Built once, and by the table rather than the class: see the same in course.lessons.actions.
_attempts = cast("Table", QuizAttempt.__table__)
_responses = cast("Table", Response.__table__)


def _running(*columns: Any) -> Select[Any]:
    """Of one's own attempt while it surely runs; who hands it in now waits, or is waited for."""
    return (
        select(*columns)
        .where(
            _attempts.c.public_id == bindparam("attempt"),
            _attempts.c.user_id == bindparam("learner"),
            _attempts.c.state == AttemptState.IN_PROGRESS.value,
            or_(_attempts.c.ends_at.is_(None), _attempts.c.ends_at > bindparam("moment")),
        )
        .with_for_update(of=_attempts)
    )


_END = (
    select(_attempts.c.ends_at)
    .where(_attempts.c.public_id == bindparam("attempt"))
    .scalar_subquery()
)
_FIRST: Insert = (
    insert(_responses)
    .from_select(
        COLUMNS,
        _running(
            _attempts.c.id,
            bindparam("at", type_=String),
            bindparam("typed", type_=_responses.c.given.type),
            bindparam("why", type_=String),
            bindparam("sure", type_=Integer),
            false(),
            literal(1),
            bindparam("moment", type_=_responses.c.saved_at.type),
            false(),
        ),
        include_defaults=False,
    )
    .returning(_END)
)
_NEXT: Update = (
    update(_responses)
    .where(
        _responses.c.attempt_id == _running(_attempts.c.id).scalar_subquery(),
        _responses.c.item == bindparam("at"),
        _responses.c.revision == bindparam("made_from"),
    )
    .values(
        given=bindparam("typed"),
        reason=bindparam("why"),
        certainty=bindparam("sure"),
        revision=_responses.c.revision + 1,
        saved_at=bindparam("moment"),
    )
    .returning(_END)
)


def save_at_once(
    user_id: int, public_id: str, item: str, entered: Entered, *, revision: int
) -> Kept | None:
    """Keep the answer to one item, as :func:`course.quizzes.attempts.save`, in one statement.

    ``None``, and nothing changed, when the attempt may be over, or ``revision`` is not what is
    there now.
    """
    moment = now()
    values = {
        "attempt": public_id,
        "learner": user_id,
        "moment": moment,
        "at": item,
        "typed": entered.given,
        "why": entered.reason,
        "sure": entered.certainty,
    }
    statement = _NEXT if revision else _FIRST
    made_from = {"made_from": revision} if revision else {}
    try:
        done = db.session.connection().execute(statement, {**values, **made_from}).one_or_none()
    except IntegrityError:  # another window saved its first answer in this very moment
        db.session.rollback()
        return None
    if done is None:
        return None
    db.session.commit()
    return Kept(revision=revision + 1, saved_at=moment, ends_at=done[0])
