"""What a deadline means for a learner who hands in: whether it can, and how late it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from course.domain.deadlines import late_by
from course.schedule import queries
from course.schedule.queries import Due


@dataclass(frozen=True, slots=True)
class Late:
    """How late something was, as one group has its deadline."""

    group: str
    by: timedelta


def refusal(user_id: int, lesson: str, step: str, at: datetime) -> Due | None:
    """The deadline by which handing in at ``at`` is refused; ``None`` where it can.

    Who learns in several groups may as long as one that set a deadline lets them; a group without
    one has no say. One query.
    """
    dues = queries.at_step(queries.in_lesson(user_id, lesson), step)
    if not dues or not all(due.refuses(at) for due in dues):
        return None
    return max(dues, key=lambda due: str(due.due_at))


def for_learner(user_id: int, lesson: str, step: str, handed_in_at: datetime) -> Sequence[Late]:
    """How late it was in each group in which it was late; one query."""
    dues = queries.at_step(queries.in_lesson(user_id, lesson), step)
    found = [Late(due.group, late_by(handed_in_at, due.due_at)) for due in dues if due.due_at]
    return [late for late in found if late.by]


def in_group(
    group_id: int, user_id: int, lesson: str, step: str, handed_in_at: datetime
) -> timedelta:
    """How late it was for those who teach this group, at least 0; one query."""
    due = queries.due_of(group_id, user_id, lesson, step)
    return late_by(handed_in_at, due) if due else timedelta(0)
