"""All states of a case that a student can come to, and the moves between them.

What chance decides is looked at both ways. Specification: assessment.md, 5.3.
"""

from collections import deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from course.domain.branching import (
    RESUME,
    Case,
    Condition,
    Kind,
    Option,
    Schedule,
    Seen,
    Standing,
    State,
    Week,
    available,
    begin,
    step,
)

Key: TypeAlias = Hashable


def conditions(case: Case) -> Iterator[Condition]:
    """Every condition that stands in a case: of its options, then of its calendar."""
    for node in case.nodes:
        for option in node.options:
            yield from option.conditions
    for schedule in case.schedules:
        yield from schedule.conditions


@dataclass(frozen=True, slots=True)
class Move:
    """A choice in a state and where it leads."""

    option: Option
    to: Key


class Graph:
    """Every state that can be reached, and the moves between them; grows while it is explored."""

    def __init__(self, start: Key, first: State) -> None:
        self.start = start
        self.states: dict[Key, State] = {start: first}
        self.moves: dict[Key, list[Move]] = {}
        self.ends: set[Key] = set()
        self.is_whole = True
        self.resumes_nothing: set[tuple[str, str]] = set()  # node and option


def explore(case: Case, most: int) -> Graph:
    """Every state that a student can come to, by all choices and both ways of chance.

    Stops at ``most`` states, with ``is_whole`` False.
    """
    remembers = _Memory(case)
    first = begin(case)
    start = remembers.key(first)
    graph = Graph(start, first)
    queue = deque([start])
    while queue:
        key = queue.popleft()
        state = graph.states[key]
        moves = graph.moves[key] = []
        if case.by_slug[state.node].kind is Kind.END:
            graph.ends.add(key)
            continue
        for option in available(case, state):
            if option.target == RESUME and not state.interrupted:
                graph.resumes_nothing.add((state.node, option.slug))
                continue
            for after in _outcomes(case, state, option.slug):
                to = remembers.key(after)
                moves.append(Move(option, to))
                if to not in graph.states:
                    if len(graph.states) >= most:
                        graph.is_whole = False
                        return graph
                    graph.states[to] = after
                    queue.append(to)
    return graph


def _outcomes(case: Case, state: State, choice: str) -> list[State]:
    """All that can come of a choice; one, unless chance has a say in it."""
    found: list[State] = []
    scripts: list[tuple[bool, ...]] = [()]
    while scripts:
        script = scripts.pop()
        asked: list[bool] = []

        def by_script(
            _case: Case,
            _state: Standing,
            _schedule: Schedule,
            script: tuple[bool, ...] = script,
            asked: list[bool] = asked,
        ) -> bool:
            asked.append(script[len(asked)] if len(asked) < len(script) else True)
            return asked[-1]

        after = step(case, state, choice, luck=by_script)
        if after not in found:
            found.append(after)
        scripts += [(*asked[:place], False) for place in range(len(script), len(asked))]
    return found


class _Memory:
    """What of a state matters for what comes; two states that agree in it are the same one."""

    def __init__(self, case: Case) -> None:
        asked = list(conditions(case))
        self._weeks = [item.week for item in asked if isinstance(item, Week)]
        # From which number on it makes no difference any more how often a node was seen.
        self._visits: dict[str, int] = {}
        for item in asked:
            if isinstance(item, Seen):
                enough = max(self._visits.get(item.node, 0), item.times + 1)
                self._visits[item.node] = enough

    def key(self, state: State) -> Key:
        """Equal for states with the same future."""
        calendar = tuple((item.week - state.week, item.schedule) for item in state.calendar)
        visits = tuple(
            min(enough, state.seen.get(node, 0)) for node, enough in self._visits.items()
        )
        week = min(state.week, max(self._weeks) + 1) if self._weeks else 0
        return (
            state.node,
            state.values,
            calendar,
            state.interrupted,
            state.taken,
            visits,
            week,
        )
