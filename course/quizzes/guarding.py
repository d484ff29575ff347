"""Where a quiz is set as a test, nothing else may give its key away: not practice, nor paper.

A sitting of a test keeps the key until its results are given, and one that shows it after closing
until nobody can hand in any more. One that shows the key to whoever hands in keeps it while it is
open and sets a limit, from who did not hand in yet. Who takes part are the learners of the group,
and who ever began a quiz of that group, also after they left: they can come back.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, false, or_, select
from sqlalchemy.orm import aliased

from course.core.clock import now
from course.core.db import db
from course.domain.attempts.feedback import Phase, phase_at
from course.groups.models import Membership, Part
from course.quizzes import closing
from course.quizzes.closing import Beyond
from course.quizzes.models import QuizAttempt, Sitting
from course.quizzes.rules import Feedback, Rules


def guard_of(user_id: int, slug: str, *, besides: int | None = None) -> Sitting | None:
    """The sitting for whose sake this learner may not see the key of a quiz now, or ``None``.

    ``besides``: the number of a sitting that knows for itself what it shows. One query.
    """
    statement = _taking_part(user_id).where(Sitting.slug == slug, Sitting.id != (besides or 0))
    return next(_keeping(tuple(row) for row in db.session.execute(statement)), None)


def guards_for(user_id: int) -> list[Sitting]:
    """As :func:`guard_of`, of all quizzes at once; one query."""
    return list(_keeping(tuple(row) for row in db.session.execute(_taking_part(user_id))))


def _taking_part(user_id: int) -> Select[Any]:
    """The sittings in which this learner takes part, with what :func:`_keeping` needs."""
    has_handed_in = (
        exists()
        .where(
            QuizAttempt.sitting_id == Sitting.id,
            QuizAttempt.user_id == user_id,
            QuizAttempt.finished_at.is_not(None),
        )
        .correlate(Sitting)
    )
    learns = exists().where(
        Membership.group_id == Sitting.group_id,
        Membership.user_id == user_id,
        Membership.part == Part.LEARNER,
    )
    any_of_group = aliased(Sitting)
    began_there = exists().where(
        QuizAttempt.user_id == user_id,
        QuizAttempt.sitting_id == any_of_group.id,
        any_of_group.group_id == Sitting.group_id,
    )
    takes_part = or_(learns.correlate(Sitting), began_there.correlate(Sitting))
    return (
        select(Sitting, has_handed_in, *closing.COLUMNS)
        .where(takes_part)
        .order_by(Sitting.closes_at.is_(None), Sitting.closes_at, Sitting.id)
    )


def is_guarded(slug: str) -> bool:
    """Whether any group has a sitting that keeps the key of this quiz; one query."""
    statement = select(Sitting, false(), *closing.COLUMNS).where(Sitting.slug == slug)
    return any(True for _guard in _keeping(tuple(row) for row in db.session.execute(statement)))


def _keeping(found: Iterable[tuple[Any, ...]]) -> Iterator[Sitting]:
    """Of rows with a sitting, whether this learner handed it in, and what closing needs."""
    moment = now()
    return (
        sitting
        for sitting, has_handed_in, *beyond in found
        if _keeps(sitting, Beyond(*beyond), moment, has_handed_in=has_handed_in)
    )


def _keeps(sitting: Sitting, beyond: Beyond, moment: datetime, *, has_handed_in: bool) -> bool:
    rules = Rules.from_plain(sitting.rules)
    phase = phase_at(
        moment,
        final_at=moment,
        closes_at=closing.last_end(sitting, beyond),
        released_at=sitting.released_at,
    )
    if rules.feedback is Feedback.TEST:
        return phase < Phase.RELEASED
    if rules.feedback is Feedback.CLOSED:
        return phase < Phase.CLOSED
    has_opened = sitting.opens_at is None or sitting.opens_at <= moment
    has_limit = rules.attempts is not None or rules.minutes is not None
    return has_limit and has_opened and phase is Phase.AFTER and not has_handed_in
