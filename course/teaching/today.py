"""Before a lesson: what waits to be marked, who needs somebody, and what is due this week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from course.core.clock import now
from course.curriculum.edition import Edition
from course.groups import queries as groups
from course.groups.models import Group, Part
from course.lessons import editions
from course.marking import work
from course.marking.work import Waiting
from course.results import needs
from course.results.signs import Need
from course.results.stored import Stored, stored_of
from course.schedule import coming
from course.schedule.coming import Coming
from course.teaching import helping

WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What an instructor has to know before a lesson."""

    to_mark: Sequence[Waiting]  # what waits longest first
    questions: int  # of learners, that nobody answered
    needs: Sequence[tuple[Group, Sequence[Need]]]  # of groups in which somebody needs somebody
    talks: Sequence[tuple[Group, Edition]]  # lessons that were or are due within a week
    coming: Sequence[Coming]  # within a week


def of(instructor_id: int) -> Today:
    """What there is for this instructor today; as many queries for many groups as for one."""
    taught = [
        group
        for group in groups.groups_of(instructor_id, Part.INSTRUCTOR)
        if group.archived_at is None
    ]
    numbers = [group.id for group in taught]
    known = stored_of(numbers)
    needing = needs.of_groups(taught, known)
    moments = coming.for_groups(numbers)
    return Today(
        to_mark=[row for row in work.waiting(instructor_id) if row.waits],
        questions=len(helping.waiting(instructor_id)),
        needs=[(group, found) for group, found in zip(taught, needing, strict=True) if found],
        talks=[(group, edition) for group in taught for edition in _talked_about(known[group.id])],
        coming=sorted(
            (item for item in moments if now() <= item.at <= now() + WEEK),
            key=lambda item: (item.at, item.uid),
        ),
    )


def _talked_about(known: Stored) -> list[Edition]:
    """The lessons of which something was due in the last week or is in the next, in their order."""
    near = {due.lesson for due in known.dues if abs(due.at - now()) <= WEEK}
    return [edition for slug, edition in editions.library().editions.items() if slug in near]
