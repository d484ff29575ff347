"""What a learner sees of their own progress in a group."""

from collections.abc import Sequence
from dataclasses import dataclass

from course.core.clock import now
from course.domain.attention import Sign, rests
from course.groups.models import Group
from course.results import matrix, needs, signs
from course.results.matrix import Column, Row
from course.results.signs import Answered, Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """How a learner is doing in one group."""

    group: Group
    signs: Sequence[Sign]  # those that do not rest
    answers: Sequence[Answered]
    contacts: Sequence[Note]
    columns: Sequence[Column]
    row: Row


def of(group: Group, user_id: int) -> Own:
    """How this learner of the group is doing, as they see it; eight queries.

    Raises :exc:`IndexError` for somebody who does not learn in the group.
    """
    known = matrix.stored(group.id, user_id=user_id)
    row = matrix.by_lesson(known)[0]
    said = signs.said_in(group.id, user_id=user_id)
    answers = said.of(user_id)
    holding = needs.of_learner(group, known, user_id)
    return Own(
        group=group,
        signs=[sign for sign in holding if not rests(sign, answers, now=now())],
        answers=said.answers.get(user_id, []),
        contacts=said.contacts.get(user_id, []),
        columns=matrix.lesson_columns(),
        row=row,
    )
