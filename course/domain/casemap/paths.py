"""Ways through a case: how many lead from each state to each end, and what they cost.

Specification: assessment.md, 5.3.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

from course.domain.casemap.states import Graph, Key, Move

MOST_PATHS: Final = 100_000  # that are walked one by one where a case has loops

_Point = TypeVar("_Point", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Tally:
    """Ways from a state to an end, and per measure the lowest and highest of them."""

    count: int
    low: tuple[int, ...]
    high: tuple[int, ...]

    def after(self, cost: Sequence[int]) -> "Tally":
        """The same ways with one move before them."""
        return Tally(
            self.count,
            tuple(a + b for a, b in zip(self.low, cost, strict=True)),
            tuple(a + b for a, b in zip(self.high, cost, strict=True)),
        )


def joined(tallies: Sequence[Tally]) -> Tally | None:
    """The ways of all together; None where there are none."""
    if not tallies:
        return None
    return Tally(
        sum(item.count for item in tallies),
        tuple(map(min, zip(*(item.low for item in tallies), strict=True))),
        tuple(map(max, zip(*(item.high for item in tallies), strict=True))),
    )


class Walk:
    """Counts paths in which no state comes twice, and what they cost."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.is_exact = True

    @cached_property
    def parts(self) -> list[list[Key]]:
        """The strongly connected parts, each after those that it leads to (Tarjan 1972)."""
        return strong_parts(
            list(self.graph.states),
            lambda key: [move.to for move in self.graph.moves.get(key, ())],
        )

    def to_ends(
        self, cost: Callable[[Key, Move], tuple[int, ...]], worth: Callable[[Key], tuple[int, ...]]
    ) -> dict[Key, dict[str, Tally]]:
        """Per state and ending, the ways there: ``worth`` of the end, and ``cost`` of each move."""
        found: dict[Key, dict[str, Tally]] = {}
        for part in self.parts:
            if len(part) == 1:
                found[part[0]] = self._beyond(part[0], found, cost, worth, set(part))
                continue
            found.update(self._through(part, found, cost, worth))
        return found

    def _beyond(
        self,
        key: Key,
        found: Mapping[Key, Mapping[str, Tally]],
        cost: Callable[[Key, Move], tuple[int, ...]],
        worth: Callable[[Key], tuple[int, ...]],
        without: Collection[Key],
    ) -> dict[str, Tally]:
        """The ways from ``key`` that leave at once for a state that is not in ``without``."""
        if key in self.graph.ends:
            value = worth(key)
            return {self.graph.states[key].node: Tally(1, value, value)}
        ways: dict[str, list[Tally]] = {}
        for move in self.graph.moves.get(key, ()):
            if move.to not in without:
                for end, tally in found.get(move.to, {}).items():
                    ways.setdefault(end, []).append(tally.after(cost(key, move)))
        return {end: both for end, tallies in ways.items() if (both := joined(tallies))}

    def _through(
        self,
        part: list[Key],
        found: Mapping[Key, Mapping[str, Tally]],
        cost: Callable[[Key, Move], tuple[int, ...]],
        worth: Callable[[Key], tuple[int, ...]],
    ) -> dict[Key, dict[str, Tally]]:
        """The ways out of a loop, entering at each of its states, walked one by one."""
        inside = set(part)
        exits = {key: self._beyond(key, found, cost, worth, inside) for key in part}
        result: dict[Key, dict[str, Tally]] = {}
        for first in part:
            ways: dict[str, list[Tally]] = {}
            walked = 0
            stack: list[tuple[Key, frozenset[Key], tuple[int, ...] | None]] = [
                (first, frozenset([first]), None)
            ]
            while stack:
                key, visited, spent = stack.pop()
                walked += 1
                for end, tally in exits[key].items():
                    ways.setdefault(end, []).append(tally.after(spent) if spent else tally)
                if walked > MOST_PATHS:
                    self.is_exact = False
                    break
                for move in self.graph.moves.get(key, ()):
                    if move.to in inside and move.to not in visited:
                        price = cost(key, move)
                        total = tuple(map(sum, zip(spent, price, strict=True))) if spent else price
                        stack.append((move.to, visited | {move.to}, total))
            result[first] = {
                end: both for end, tallies in ways.items() if (both := joined(tallies))
            }
        return result


def strong_parts(
    keys: Sequence[_Point], leads_to: Callable[[_Point], Sequence[_Point]]
) -> list[list[_Point]]:
    """Strongly connected parts, each after those that it leads to; without recursion."""
    numbers: dict[_Point, int] = {}
    lowest: dict[_Point, int] = {}
    waiting: list[_Point] = []
    is_waiting: set[_Point] = set()
    parts: list[list[_Point]] = []
    for root in keys:
        if root in numbers:
            continue
        work: list[tuple[_Point, Iterator[_Point]]] = []

        def visit(key: _Point, work: list[tuple[_Point, Iterator[_Point]]] = work) -> None:
            numbers[key] = lowest[key] = len(numbers)
            waiting.append(key)
            is_waiting.add(key)
            work.append((key, iter(leads_to(key))))

        visit(root)
        while work:
            key, following = work[-1]
            after = next(following, None)
            if after is None:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[key])
                if lowest[key] == numbers[key]:
                    part: list[_Point] = []
                    while not part or part[-1] != key:
                        part.append(waiting.pop())
                        is_waiting.discard(part[-1])
                    parts.append(part)
            elif after not in numbers:
                visit(after)
            elif after in is_waiting:
                lowest[key] = min(lowest[key], numbers[after])
    return parts
