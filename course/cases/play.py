"""Where somebody is in a case: the same for who has an account and for who has none yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from course.cases.models import Playthrough
from course.core.clock import now
from course.curriculum.cases import CaseNode, CaseOption, CaseVariable
from course.curriculum.edition import CaseEdition
from course.domain import branching
from course.domain.branching import Kind, State

SIDES = ("hard", "soft")
MINUTES_IN_HOUR = 60
A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice that was made, with the number by which one can go back to before it."""

    number: int
    parent: int
    line: int
    node: str
    option: str
    state: State  # after it
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A playthrough as its pages need it."""

    edition: CaseEdition
    state: State
    at: int = 0  # the number of the last choice; 0 at the start
    last: Chosen | None = None
    number: int = 1  # 2 for the second time
    lines: int = 1
    predicted: int | None = None
    predicted_why: str | None = None
    row: Playthrough | None = None  # None for a visitor

    @property
    def node(self) -> CaseNode:
        """The moment where they are."""
        return self.edition.node(self.state.node)

    @property
    def has_ended(self) -> bool:
        """Whether this is an end."""
        return self.node.kind is Kind.END

    @property
    def is_long_ago(self) -> bool:
        """Whether the last choice is more than a week old; of a visitor we do not know."""
        return self.row is not None and now() - self.row.seen_at > A_WEEK

    @property
    def offers(self) -> list[tuple[CaseOption, bool]]:
        """The options here, with whether they can be chosen; without those that are hidden."""
        case = self.edition.playable
        open_ones = {option.slug for option in branching.available(case, self.state)}
        return [
            (option, option.slug in open_ones)
            for option in self.node.options
            if option.slug in open_ones or not option.hidden
        ]

    @property
    def last_option(self) -> CaseOption | None:
        """The choice that led here."""
        return option_of(self.edition, self.last) if self.last else None


def option_of(edition: CaseEdition, chosen: Chosen) -> CaseOption:
    """The option that was chosen, with its texts."""
    options = edition.node(chosen.node).options
    return next(option for option in options if option.slug == chosen.option)


def changed_between(edition: CaseEdition, before: State, after: State) -> list[str]:
    """The variables that a step changed."""
    places = edition.playable.places
    return [name for name, place in places.items() if before.values[place] != after.values[place]]


def value_of(edition: CaseEdition, state: State, name: str) -> int:
    """What a variable is."""
    return state.values[edition.playable.places[name]]


def shown(edition: CaseEdition, side: str) -> Sequence[CaseVariable]:
    """The variables on one of the ledgers."""
    return [item for item in edition.case.variables if item.side == side]


def ledgers(
    edition: CaseEdition, state: State, language: str, changed: Sequence[str] = ()
) -> dict[str, list[dict[str, Any]]]:
    """Both ledgers in words with small counts: per side, each variable."""
    return {
        side: [
            {
                "label": item.label[language] if item.label else item.name,
                "words": item.said(value_of(edition, state, item.name), language),
                "value": value_of(edition, state, item.name),
                "most": item.max,
                "changed": item.name in changed,
            }
            for item in shown(edition, side)
        ]
        for side in SIDES
    }


def hours(minutes: int) -> float:
    """Hours of work, in quarters or finer."""
    return minutes / MINUTES_IN_HOUR
