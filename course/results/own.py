"""What a learner sees of their own progress in a group."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from course.core.clock import now
from course.domain.attention import Sign, rests
from course.groups.models import Group
from course.lessons import editions
from course.results import moments, needs, signs
from course.results.moments import InLesson
from course.results.signs import Answered, Note
from course.results.stored import stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """How a learner is doing in one group."""

    group: Group
    signs: Sequence[Sign]  # those that do not rest
    answers: Sequence[Answered]
    contacts: Sequence[Note]
    lessons: Sequence[InLesson]
    seen_at: datetime | None  # the last visit of any lesson
    at: datetime  # when this was so


def of(group: Group, user_id: int) -> Own:
    """How this learner of the group is doing, as they see it; eight queries.

    Raises :exc:`LookupError` for somebody who does not learn in the group.
    """
    known = stored(group.id, lessons=list(editions.library().editions), user_id=user_id)
    if not known.members:
        raise LookupError(f"user {user_id} does not learn in group {group.id}")
    said = signs.said_in(group.id, user_id=user_id)
    answers = said.of(user_id)
    holding = needs.of_learner(group, known, said, user_id)
    return Own(
        group=group,
        signs=[sign for sign in holding if not rests(sign, answers, now=now())],
        answers=said.answers.get(user_id, []),
        contacts=said.contacts.get(user_id, []),
        lessons=moments.of_only(known),
        seen_at=known.seen_at(user_id),
        at=now(),
    )
