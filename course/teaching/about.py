"""What the page of a group says first: who is in it, and in which weeks it is."""

from dataclasses import dataclass

from course.core.clock import now
from course.domain.weeks import Week, week_at
from course.groups import invitations, words
from course.groups import queries as groups
from course.groups.models import Group

WEEKS_AHEAD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A group in a few lines."""

    learners: int
    open: int  # invitations that nobody answered
    began: str  # its first week; "" when nobody said it
    now: str  # the week of today
    place: int  # of today's week in the group: 1 is the first; below 1 it has to begin
    holidays: list[str]  # public ones, of the coming ten weeks


def about(group: Group) -> About:
    """What there is to say of a group; two queries."""
    this = week_at(now())
    first = Week(group.first_week) if group.first_week else None
    coming = [this.later(number) for number in range(WEEKS_AHEAD)]
    return About(
        learners=groups.learners_in(group.id),
        open=invitations.counts(group.id).open,
        began=words.week_words(first) if first else "",
        now=words.week_words(this),
        place=first.place_of(this.monday) + 1 if first else 0,
        holidays=[
            words.holiday_words(day, holiday) for week in coming for day, holiday in week.holidays
        ],
    )
