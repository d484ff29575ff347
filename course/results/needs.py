"""Who needs somebody: the rules over what is stored, for a group and for one learner."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time

from course.core.clock import AMSTERDAM, now
from course.domain import attention
from course.domain.attention import Sign, Term
from course.groups.models import Group
from course.results import lately, signs
from course.results.signs import Need, Said
from course.results.stored import Stored


def term_of(group: Group) -> Term:
    """The weeks in which a group is taught, as far as they are known."""
    if group.first_week is None:
        return Term()
    return Term(begins=datetime.combine(group.first_week, time(), tzinfo=AMSTERDAM))


def of_group(group: Group, known: Stored) -> list[Need]:
    """Who needs somebody, as an instructor is told; three queries."""
    return of_groups([group], {group.id: known})[0]


def of_groups(groups: Sequence[Group], known: Mapping[int, Stored]) -> list[list[Need]]:
    """As :func:`of_group`, for each of these groups; three queries."""
    numbers = [group.id for group in groups]
    said, seen = signs.said_of(numbers), lately.seen_in(numbers)
    return [
        signs.needs(
            known[group.id],
            signs.facts_of(known[group.id], said[group.id], seen[group.id]),
            said[group.id],
            term=term_of(group),
        )
        for group in groups
    ]


def of_learner(group: Group, known: Stored, said: Said, user_id: int) -> list[Sign]:
    """The signs that hold for one learner of a group, as the learner reads them; two queries."""
    seen = lately.seen_in([group.id], user_id=user_id)[group.id]
    facts = signs.facts_of(known, said, seen)
    return attention.signs(facts[user_id], now=now(), term=term_of(group), zone=AMSTERDAM)
