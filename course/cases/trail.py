"""All that somebody chose in one playthrough: its lines, where each ended, and the way to a place.

Going back and choosing anew begins a new line; the old one stays as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from course.cases.play import Chosen, Play
from course.curriculum.cases import CaseNode, CaseOption
from course.domain import branching
from course.domain.branching import Kind, State


@dataclass(frozen=True, slots=True)
class Ending:
    """An end that was reached."""

    number: int  # of the choice that led to it
    line: int
    node: CaseNode


@dataclass(frozen=True, slots=True)
class Line:
    """One way, from the start or from where one chose anew."""

    number: int  # 1 for the first
    choices: tuple[Chosen, ...]
    ending: Ending | None


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A choice that was not made where it could be seen; closed where it could not be made."""

    node: CaseNode
    option: CaseOption
    was_open: bool


@dataclass(frozen=True, slots=True)
class Trail:
    """A playthrough with every choice on every line, in the order of making."""

    play: Play
    choices: Sequence[Chosen]
    is_newest: bool = True
    predicted_end: str | None = None  # the end about which they said what they expected

    @property
    def counts(self) -> bool:
        """Whether it is the first time, of which the first line counts."""
        return self.play.number == 1

    @property
    def is_heard(self) -> bool:
        """Whether its ends may be told: after the prediction, or when they have begun anew."""
        return self.play.predicted is not None or not self.is_newest

    @property
    def start(self) -> State:
        """The state in which it began."""
        return branching.begin(self.play.edition.playable, session=self.play.state.session)

    def before(self, choice: Chosen) -> State:
        """The state in which a choice was made."""
        parent = next((item for item in self.choices if item.number == choice.parent), None)
        return parent.state if parent else self.start

    def path_to(self, number: int) -> list[Chosen]:
        """The choices from the start to ``number``, first to last; none for 0."""
        by_number = {item.number: item for item in self.choices}
        path: list[Chosen] = []
        while number in by_number:
            path.append(by_number[number])
            number = by_number[number].parent
        return path[::-1]

    @property
    def endings(self) -> list[Ending]:
        """The ends that were reached, in the order of reaching them."""
        return [found for item in self.choices if (found := self._ending(item))]

    def ending(self, number: int | None) -> Ending | None:
        """The end to which choice ``number`` led, if it did."""
        return next((item for item in self.endings if item.number == number), None)

    @property
    def lines(self) -> list[Line]:
        """The lines, the first one first."""
        by_line: dict[int, list[Chosen]] = {}
        for item in self.choices:
            by_line.setdefault(item.line, []).append(item)
        return [
            Line(number, tuple(items), self._ending(items[-1]))
            for number, items in sorted(by_line.items())
        ]

    def _ending(self, item: Chosen) -> Ending | None:
        node = self.play.edition.node(item.state.node)
        return Ending(item.number, item.line, node) if node.kind is Kind.END else None


def not_taken(trail: Trail, path: Sequence[Chosen], others: Sequence[Trail]) -> list[NotTaken]:
    """What was shown on this way and never chosen, on no line of any time.

    An option that stays hidden when it is not open was not shown. What was closed each time says
    so.
    """
    taken = {(item.node, item.option) for other in others for item in other.choices}
    edition = trail.play.edition
    found: dict[tuple[str, str], NotTaken] = {}
    for item in path:
        node = edition.node(item.node)
        if node.kind is Kind.SCENE:
            continue
        state = trail.before(item)
        open_ones = {option.slug for option in branching.available(edition.playable, state)}
        for option in node.options:
            key, is_open = (node.slug, option.slug), option.slug in open_ones
            if key in taken or (option.hidden and not is_open):
                continue
            if key not in found or is_open:
                found[key] = NotTaken(node, option, is_open)
    return list(found.values())
