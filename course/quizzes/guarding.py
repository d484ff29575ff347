"""Where a quiz is set as a test, nothing else may give its key away: not practice, nor paper.

A sitting of a test keeps the key until its results are given. One that shows the key to whoever
hands in keeps it while it is open and sets a limit, from who did not hand in yet. Who takes part
are the learners of the group, and who began in it, also after they left.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import exists, false, func, or_, select

from course.core.clock import now
from course.core.db import db
from course.domain.attempts.feedback import Phase, phase_at
from course.groups.models import Membership, Part
from course.quizzes.models import Allowance, QuizAttempt, Sitting
from course.quizzes.rules import Feedback, Rules

_LONGEST = (
    select(func.coalesce(func.max(Allowance.extension), 0))
    .where(Allowance.sitting_id == Sitting.id)
    .correlate(Sitting)
    .scalar_subquery()
)


def guard_of(user_id: int, slug: str, *, besides: int | None = None) -> Sitting | None:
    """The sitting for whose sake this learner may not see the key of a quiz now, or ``None``.

    ``besides``: the number of a sitting that knows for itself what it shows. One query.
    """
    own = (QuizAttempt.sitting_id == Sitting.id, QuizAttempt.user_id == user_id)
    has_handed_in = exists().where(*own, QuizAttempt.finished_at.is_not(None)).correlate(Sitting)
    learns = exists().where(
        Membership.group_id == Sitting.group_id,
        Membership.user_id == user_id,
        Membership.part == Part.LEARNER,
    )
    takes_part = or_(learns.correlate(Sitting), exists().where(*own).correlate(Sitting))
    statement = (
        select(Sitting, _LONGEST, has_handed_in)
        .where(Sitting.slug == slug, Sitting.id != (besides or 0), takes_part)
        .order_by(Sitting.closes_at.is_(None), Sitting.closes_at, Sitting.id)
    )
    return _first(tuple(row) for row in db.session.execute(statement))


def is_guarded(slug: str) -> bool:
    """Whether any group has a sitting that keeps the key of this quiz; one query."""
    statement = select(Sitting, _LONGEST, false()).where(Sitting.slug == slug)
    return _first(tuple(row) for row in db.session.execute(statement)) is not None


def _first(found: Iterable[tuple[Sitting, int, bool]]) -> Sitting | None:
    moment = now()
    return next(
        (
            sitting
            for sitting, longest, has_handed_in in found
            if _keeps(sitting, moment, longest=longest, has_handed_in=has_handed_in)
        ),
        None,
    )


def _keeps(sitting: Sitting, moment: datetime, *, longest: int, has_handed_in: bool) -> bool:
    """``longest``: minutes that anybody has after closing."""
    rules = Rules.from_plain(sitting.rules)
    closes = sitting.closes_at
    phase = phase_at(
        moment,
        final_at=moment,
        closes_at=closes + timedelta(minutes=longest) if closes else None,
        released_at=sitting.released_at,
    )
    if rules.feedback is Feedback.TEST:
        return phase < Phase.RELEASED
    has_opened = sitting.opens_at is None or sitting.opens_at <= moment
    has_limit = rules.attempts is not None or rules.minutes is not None
    return has_limit and has_opened and phase is Phase.AFTER and not has_handed_in
