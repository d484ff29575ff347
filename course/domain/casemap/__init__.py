"""A case as a map: what can be reached, what ends nowhere, which choice is none.

It looks at all states (``casestates``) and at all ways through them (``casepaths``). Findings are
codes and slugs; the sentences are the curriculum's. Specification: assessment.md, 5.3.
"""

from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, TypeAlias

from course.domain.branching import (
    RESUME,
    Add,
    Case,
    Is,
    Kind,
    Must,
    Node,
    Put,
    Schedule,
    StartClock,
    State,
)
from course.domain.casemap.paths import Tally, Walk, joined, strong_parts
from course.domain.casemap.states import Graph, Key, Move, conditions, explore

MOST_STATES: Final = 50_000

Span: TypeAlias = tuple[int, int]  # lowest and highest


class Level(StrEnum):
    """How serious a finding is: an error keeps a case from being published."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Code(StrEnum):
    """What was found."""

    MISSING_TARGET = "missing-target"
    UNREACHABLE = "unreachable"
    NEVER_AVAILABLE = "never-available"
    DEAD_END = "dead-end"
    CANNOT_FINISH = "cannot-finish"
    NEVER_VISITED = "never-visited"  # a node that must be visited is on no path
    UNAVOIDABLE = "unavoidable"  # a node that must be avoidable is on every path
    NO_END = "no-end"
    LOOP = "loop"
    NEVER_READ = "never-read"
    NEVER_WRITTEN = "never-written"
    WRITTEN_NOT_READ = "written-not-read"
    DOMINATED = "dominated"
    FAKE_CHOICE = "fake-choice"
    TOO_LARGE = "too-large"  # more states than the limit: only the structure was checked
    NOTHING_TO_RESUME = "nothing-to-resume"


LEVELS: Final[Mapping[Code, Level]] = {
    Code.MISSING_TARGET: Level.ERROR,
    Code.UNREACHABLE: Level.ERROR,
    Code.NEVER_AVAILABLE: Level.WARNING,
    Code.DEAD_END: Level.ERROR,
    Code.CANNOT_FINISH: Level.ERROR,
    Code.NEVER_VISITED: Level.ERROR,
    Code.UNAVOIDABLE: Level.ERROR,
    Code.NO_END: Level.ERROR,
    Code.LOOP: Level.INFO,
    Code.NEVER_READ: Level.WARNING,
    Code.NEVER_WRITTEN: Level.WARNING,
    Code.WRITTEN_NOT_READ: Level.WARNING,
    Code.DOMINATED: Level.WARNING,
    Code.FAKE_CHOICE: Level.WARNING,
    Code.TOO_LARGE: Level.WARNING,
    Code.NOTHING_TO_RESUME: Level.ERROR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that an author should know; what does not apply is empty."""

    code: Code
    node: str = ""
    option: str = ""
    variable: str = ""
    nodes: tuple[str, ...] = ()  # of a loop, in alphabetical order

    @property
    def level(self) -> Level:
        """How serious it is."""
        return LEVELS[self.code]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The ways from the start to one ending, or to all; each a number of paths and what they hold.

    ``scores`` are sums of the author's scores, ``minutes`` work, ``weeks`` time, ``words`` to read:
    each the lowest and the highest of a single path.
    """

    count: int
    scores: Span
    minutes: Span
    weeks: Span
    words: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMap:
    """What the analysis gives. ``endings`` are by slug, in the order of the case."""

    findings: tuple[Finding, ...]  # errors first, then warnings, then what is good to know
    states: int  # visited; 0 when the structure has errors that keep a case from being walked
    is_whole: bool  # False when there were more than MOST_STATES
    is_exact: bool  # False when loops gave more than MOST_PATHS: each state then counts once
    paths: Paths | None = None  # None when no end can be reached
    lowest: tuple[tuple[str, str], ...] = ()  # node and option: a path with the lowest score
    highest: tuple[tuple[str, str], ...] = ()  # and one with the highest; empty with larger loops
    endings: Mapping[str, Paths] = field(default_factory=dict)
    edges: tuple[tuple[str, str, str], ...] = ()  # node, option, next node: all that can happen

    def of(self, level: Level) -> tuple[Finding, ...]:
        """The findings of one level."""
        return tuple(finding for finding in self.findings if finding.level is level)


Criteria: TypeAlias = Callable[[State], tuple[int, ...]]


def analyse(case: Case, *, most: int = MOST_STATES, gains: Criteria | None = None) -> CaseMap:
    """Look for everything in assessment.md 5.3; about a millisecond for a hundred states.

    An option is dominated when, wherever it can be chosen, another one is worth at least as much in
    the worst case as this one in the best. Worth is the author's score; or, where ``gains`` is
    given, each of the numbers that it makes of the values at an end, more being better, and the
    minutes of work on the way, less being better.
    """
    structure = list(_structure(case))
    if any(finding.code is Code.MISSING_TARGET for finding in structure):
        return _told(case, structure, None, is_exact=True)
    graph = explore(case, most)
    found = [*structure, *_variables(case)]
    if not graph.is_whole:
        return _told(case, [*found, Finding(code=Code.TOO_LARGE)], graph, is_exact=False)
    walk = Walk(graph)
    seen = {finding.node for finding in structure if finding.code is Code.UNREACHABLE}
    found += _reached(case, graph, seen)
    found += _finishing(graph)
    found += _choices(case, graph)
    found += _dominated(graph, walk, gains)
    found += _musts(case, graph)
    return _told(case, found, graph, is_exact=walk.is_exact, walk=walk)


# --- The structure, without playing --------------------------------------------------------


def _structure(case: Case) -> Iterator[Finding]:
    known = case.by_slug
    for node in case.nodes:
        for option in node.options:
            if option.target != RESUME and option.target not in known:
                yield Finding(code=Code.MISSING_TARGET, node=node.slug, option=option.slug)
    for schedule in case.schedules:
        if schedule.event not in known:
            yield Finding(code=Code.MISSING_TARGET, node=schedule.event)
    if case.start not in known:
        yield Finding(code=Code.MISSING_TARGET, node=case.start)
        return
    reached = _closure([case.start], lambda slug: _leads_to(known[slug]) & known.keys())
    for node in case.nodes:
        if node.slug not in reached:
            yield Finding(code=Code.UNREACHABLE, node=node.slug)
    if not any(node.kind is Kind.END for node in case.nodes):
        yield Finding(code=Code.NO_END)
    for loop in _loops([node.slug for node in case.nodes], lambda slug: _leads_to(known[slug])):
        yield Finding(code=Code.LOOP, nodes=tuple(sorted(loop)))


def _leads_to(node: Node) -> set[str]:
    """Where a node can lead to if all conditions hold: by its options, or by the calendar."""
    effects = [*node.on_enter, *(effect for option in node.options for effect in option.effects)]
    events = {effect.event for effect in effects if isinstance(effect, Schedule)}
    return {option.target for option in node.options if option.target != RESUME} | events


def _closure(start: Collection[str], leads_to: Callable[[str], Collection[str]]) -> set[str]:
    found, queue = set(start), deque(start)
    while queue:
        for slug in leads_to(queue.popleft()):
            if slug not in found:
                found.add(slug)
                queue.append(slug)
    return found


def _variables(case: Case) -> Iterator[Finding]:
    read = {item.variable for item in conditions(case) if isinstance(item, Is)}
    read |= {variable.name for variable in case.variables if variable.is_shown}
    written = set(_written(case))
    for variable in case.variables:
        is_read, is_written = variable.name in read, variable.name in written
        if not is_read:
            yield Finding(code=Code.NEVER_READ, variable=variable.name)
        if not is_written:
            yield Finding(code=Code.NEVER_WRITTEN, variable=variable.name)
        if is_written and not is_read:
            yield Finding(code=Code.WRITTEN_NOT_READ, variable=variable.name)


def _written(case: Case) -> Iterator[str]:
    for node in case.nodes:
        for effects in (node.on_enter, *(option.effects for option in node.options)):
            for effect in effects:
                if isinstance(effect, Put | Add | StartClock):
                    yield effect.variable


# --- What they tell ------------------------------------------------------------------------


def _reached(case: Case, graph: Graph, known: Collection[str]) -> Iterator[Finding]:
    visited = {state.node for state in graph.states.values()}
    used = {
        (graph.states[key].node, move.option.slug)
        for key, moves in graph.moves.items()
        for move in moves
    }
    for node in case.nodes:
        if node.slug not in visited:
            if node.slug not in known:
                yield Finding(code=Code.UNREACHABLE, node=node.slug)
            continue
        for option in node.options:
            if (node.slug, option.slug) not in used | graph.resumes_nothing:
                yield Finding(code=Code.NEVER_AVAILABLE, node=node.slug, option=option.slug)
    for slug, choice in sorted(graph.resumes_nothing):
        yield Finding(code=Code.NOTHING_TO_RESUME, node=slug, option=choice)


def _finishing(graph: Graph) -> Iterator[Finding]:
    dead = {key for key, moves in graph.moves.items() if not moves and key not in graph.ends}
    for slug in sorted({graph.states[key].node for key in dead}):
        yield Finding(code=Code.DEAD_END, node=slug)
    stuck = graph.states.keys() - _can_finish(graph)
    for slug in sorted({graph.states[key].node for key in stuck}):
        yield Finding(code=Code.CANNOT_FINISH, node=slug)


def _can_finish(graph: Graph) -> set[Key]:
    before: dict[Key, list[Key]] = {}
    for key, moves in graph.moves.items():
        for move in moves:
            before.setdefault(move.to, []).append(key)
    found, queue = set(graph.ends), deque(graph.ends)
    while queue:
        for key in before.get(queue.popleft(), ()):
            if key not in found:
                found.add(key)
                queue.append(key)
    return found


def _choices(case: Case, graph: Graph) -> Iterator[Finding]:
    """Nodes with several options that never make a difference."""
    matters: set[str] = set()
    has_choice: set[str] = set()
    for key, moves in graph.moves.items():
        if len({move.option.slug for move in moves}) > 1:
            slug = graph.states[key].node
            has_choice.add(slug)
            if len({_consequence(move) for move in moves}) > 1:
                matters.add(slug)
    for node in case.nodes:
        if node.slug in has_choice - matters:
            yield Finding(code=Code.FAKE_CHOICE, node=node.slug)


def _consequence(move: Move) -> Hashable:
    return move.to, move.option.score, move.option.minutes, move.option.weeks


def _musts(case: Case, graph: Graph) -> Iterator[Finding]:
    finishing = _can_finish(graph)
    for node in (node for node in case.nodes if node.must):
        here = {key for key, state in graph.states.items() if state.node == node.slug}
        if node.must is Must.VISIT and not here & finishing:
            yield Finding(code=Code.NEVER_VISITED, node=node.slug)
        if node.must is Must.AVOID and not _finishes_without(graph, here):
            yield Finding(code=Code.UNAVOIDABLE, node=node.slug)


def _finishes_without(graph: Graph, closed: Collection[Key]) -> bool:
    """Whether an end can be reached without these states: whether they do not dominate all ends."""
    if graph.start in closed:
        return False
    seen, queue = {graph.start}, deque([graph.start])
    while queue:
        key = queue.popleft()
        if key in graph.ends:
            return True
        for move in graph.moves.get(key, ()):
            if move.to not in seen and move.to not in closed:
                seen.add(move.to)
                queue.append(move.to)
    return False


# --- Ways through the case -----------------------------------------------------------------


def _dominated(graph: Graph, walk: Walk, gains: Criteria | None) -> Iterator[Finding]:
    length = len(gains(graph.states[graph.start])) if gains else 0

    def cost(_key: Key, move: Move) -> tuple[int, ...]:
        if gains is None:
            return (move.option.score,)
        return (*(0 for _gain in range(length)), -move.option.minutes)

    def worth(key: Key) -> tuple[int, ...]:
        return (0,) if gains is None else (*gains(graph.states[key]), 0)

    ahead = walk.to_ends(cost, worth)
    worse: set[tuple[str, str]] = set()
    fine: set[tuple[str, str]] = set()
    for key, moves in graph.moves.items():
        values: dict[str, list[Tally]] = {}
        for move in moves:
            if move.to == key:
                continue  # Staying where one is, is worth nothing yet.
            tallies = ahead.get(move.to, {}).values()
            values.setdefault(move.option.slug, []).extend(
                tally.after(cost(key, move)) for tally in tallies
            )
        spans = {slug: all_ways for slug, ways in values.items() if (all_ways := joined(ways))}
        for slug, mine in spans.items():
            beaten = any(_beats(other, mine) for name, other in spans.items() if name != slug)
            (worse if beaten else fine).add((graph.states[key].node, slug))
    for slug, choice in sorted(worse - fine):
        yield Finding(code=Code.DOMINATED, node=slug, option=choice)


def _beats(one: Tally, other: Tally) -> bool:
    pairs = list(zip(one.low, one.high, other.high, strict=True))
    return all(low >= best for low, _high, best in pairs) and any(
        high > best for _low, high, best in pairs
    )


def _told(
    case: Case,
    findings: list[Finding],
    graph: Graph | None,
    *,
    is_exact: bool,
    walk: Walk | None = None,
) -> CaseMap:
    levels = list(Level)
    ordered = tuple(sorted(findings, key=lambda finding: levels.index(finding.level)))
    if graph is None:
        return CaseMap(findings=ordered, states=0, is_whole=True, is_exact=is_exact)
    edges = {
        (graph.states[key].node, move.option.slug, graph.states[move.to].node): None
        for key, moves in graph.moves.items()
        for move in moves
        if move.to in graph.states
    }
    told = CaseMap(
        findings=ordered,
        states=len(graph.states),
        is_whole=graph.is_whole,
        is_exact=is_exact,
        edges=tuple(edges),
    )
    if walk is None:
        return told
    words = {node.slug: node.words for node in case.nodes}

    def cost(_key: Key, move: Move) -> tuple[int, ...]:
        option = move.option
        read = option.words + words[graph.states[move.to].node]
        return option.score, option.minutes, option.weeks, read

    ahead = walk.to_ends(cost, lambda _key: (0, 0, 0, 0))
    ways = ahead.get(graph.start, {})
    first = (0, 0, 0, words[case.start])
    endings = {
        node.slug: _paths(ways[node.slug].after(first)) for node in case.nodes if node.slug in ways
    }
    everything = joined([tally.after(first) for tally in ways.values()])
    return replace(
        told,
        endings=endings,
        paths=_paths(everything) if everything else None,
        lowest=_example(walk, ahead, low=True),
        highest=_example(walk, ahead, low=False),
        is_exact=walk.is_exact,
    )


def _example(
    walk: Walk, ahead: Mapping[Key, Mapping[str, Tally]], *, low: bool
) -> tuple[tuple[str, str], ...]:
    """A path with the lowest or the highest score; empty where states can come again."""
    graph = walk.graph
    if any(len(part) > 1 for part in walk.parts) or not ahead.get(graph.start):
        return ()

    def best(key: Key) -> int:
        scores = [(tally.low if low else tally.high)[0] for tally in ahead[key].values()]
        return min(scores) if low else max(scores)

    path: list[tuple[str, str]] = []
    key = graph.start
    while key not in graph.ends:
        moves = [move for move in graph.moves[key] if move.to != key and ahead[move.to]]
        choose = min if low else max
        move = choose(moves, key=lambda move: move.option.score + best(move.to))
        path.append((graph.states[key].node, move.option.slug))
        key = move.to
    return tuple(path)


def _paths(tally: Tally) -> Paths:
    scores, minutes, weeks, words = zip(tally.low, tally.high, strict=True)
    return Paths(count=tally.count, scores=scores, minutes=minutes, weeks=weeks, words=words)


# --- Loops ---------------------------------------------------------------------------------


def _loops(slugs: Sequence[str], leads_to: Callable[[str], Collection[str]]) -> Iterator[list[str]]:
    known = set(slugs)
    for part in strong_parts(slugs, lambda slug: [to for to in leads_to(slug) if to in known]):
        if len(part) > 1 or part[0] in leads_to(part[0]):
            yield part
