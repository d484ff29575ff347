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
from course.domain.casemap.length import usual_moments

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
    before: State | None = None  # in which the last choice was made, where a page asked for it
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
    def moment(self) -> int:
        """Which moment this is on the way here, from 1."""
        return self.state.steps + 1

    @property
    def usual_moments(self) -> int:
        """About how many moments the case has; never fewer than they have come to."""
        key = self.edition.hash
        if key not in _usual_moments:
            _usual_moments[key] = usual_moments(self.edition.playable)
        return max(_usual_moments[key], self.moment)

    @property
    def new_notes(self) -> frozenset[str]:
        """The notes that the last choice put into the dossier."""
        kept = self.before.notes if self.before else self.state.notes
        return frozenset(self.state.notes) - frozenset(kept)

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


_usual_moments: dict[str, int] = {}  # by the hash of the edition, which fixes it


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
    edition: CaseEdition, state: State, language: str, before: State | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Both ledgers in words with small counts: per side, each variable.

    With the state ``before``, also what a variable was there, where it changed; else None.
    """
    earlier = before or state
    return {
        side: [
            {
                "label": item.label[language] if item.label else item.name,
                "words": item.said(value, language),
                "value": value,
                "most": item.max,
                "was": was if (was := value_of(edition, earlier, item.name)) != value else None,
            }
            for item in shown(edition, side)
            for value in (value_of(edition, state, item.name),)
        ]
        for side in SIDES
    }


def notes_of(play: Play, language: str) -> list[tuple[str, bool]]:
    """What stands in the dossier, the last note first, with whether the last choice brought it."""
    texts = {note.slug: note.text[language] for note in play.edition.case.notes}
    new = play.new_notes
    return [(texts[slug], slug in new) for slug in reversed(play.state.notes) if slug in texts]


def first_sentence(text: str) -> str:
    """The first sentence, with its full stop; all of it where there is only one."""
    first, stop, _rest = text.partition(". ")
    return first + stop.strip()


def hours(minutes: int) -> float:
    """Hours of work, in quarters or finer."""
    return minutes / MINUTES_IN_HOUR
