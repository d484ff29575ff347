"""Changing a key from confirming to showing, inside an app context."""

from course.domain.attempts.regrading import Apply
from course.quizzes import regrading
from course.quizzes.models import KeyChange, Sitting
from course.quizzes.rekeying import Change


def confirmed(
    sitting: Sitting,
    change: Change,
    *,
    by: int,
    mode: Apply = Apply.ALL,
    reason: str = "Fout.",
) -> KeyChange:
    """The change is stored; nobody has worked on it."""
    newest = regrading.history(sitting.id)[:1]
    seen = newest[0].id if newest else 0
    row = regrading.confirm(sitting.id, change, mode=mode, reason=reason, made_by=by, seen=seen)
    assert isinstance(row, KeyChange)
    return row


def regraded(
    sitting: Sitting,
    change: Change,
    *,
    by: int,
    mode: Apply = Apply.ALL,
    reason: str = "Fout.",
) -> int:
    """The change is done; how many attempts have another mark by it."""
    row = confirmed(sitting, change, by=by, mode=mode, reason=reason)
    assert regrading.go_on(sitting.id)
    return regrading.progress_of(row).changed
