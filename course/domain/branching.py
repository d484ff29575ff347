"""A case that branches and remembers: where it stands, and what a choice makes of it.

A case is nodes with options. Choosing takes time and work, changes variables, and may put an event
on the calendar that comes back weeks later. There is no score to win: what the variables mean, and
which way is good, is told by the content. Specification: assessment.md, 5.2.

A state holds everything. The same case, state and choice give the same next state, always, also
where chance decides: that comes from a keyed hash (:mod:`course.domain.chance`).
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Final, TypeAlias

from course.domain.chance import Stream, uniform

RESUME: Final = "resume"  # the target that goes on where an event came in between
ALWAYS: Final = 100  # percent: no chance about it
NOT_STARTED: Final = -1  # the value of a clock before it is started

Compare: TypeAlias = Callable[[int, int], bool]


class Op(StrEnum):
    """How a condition compares."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="


_COMPARE: Final[Mapping[Op, Compare]] = {
    Op.EQUAL: operator.eq,
    Op.NOT_EQUAL: operator.ne,
    Op.BELOW: operator.lt,
    Op.AT_MOST: operator.le,
    Op.ABOVE: operator.gt,
    Op.AT_LEAST: operator.ge,
}


class Kind(StrEnum):
    """What a node is."""

    SCENE = "scene"  # something to read, with a way on
    DECISION = "decision"
    EVENT = "event"  # comes when it is due, in between what was going on
    END = "end"


class Must(StrEnum):
    """What an author promises about a node."""

    VISIT = "visit"  # some way through the case passes here
    AVOID = "avoid"  # some way through the case does not pass here


# --- Conditions ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Is:
    """A variable compared with a whole number."""

    variable: str
    op: Op
    value: int


@dataclass(frozen=True, slots=True)
class Seen:
    """How often a node was entered, compared with a whole number."""

    node: str
    op: Op
    times: int


@dataclass(frozen=True, slots=True)
class Week:
    """The week of the case, from 0, compared with a whole number."""

    op: Op
    week: int


Condition: TypeAlias = Is | Seen | Week


# --- Effects -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Put:
    """Give a variable a value; what lies outside its bounds becomes the nearest bound."""

    variable: str
    value: int


@dataclass(frozen=True, slots=True)
class Add:
    """Add to a variable, or with a negative ``amount`` take away; stays within its bounds."""

    variable: str
    amount: int


@dataclass(frozen=True, slots=True)
class StartClock:
    """Let a clock begin at 0 weeks; one that runs begins again."""

    variable: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """Put an event on the calendar, whole weeks from now.

    When it is due it comes if all ``conditions`` hold at that moment and, with ``percent`` below
    100, if chance has it so; else it never comes.
    """

    event: str
    after_weeks: int  # >= 0; what is due at once comes at the end of the step
    conditions: tuple[Condition, ...] = ()
    percent: int = ALWAYS  # 1 to 100


@dataclass(frozen=True, slots=True)
class Note:
    """Something that goes into the dossier; the content holds its text."""

    note: str


Effect: TypeAlias = Put | Add | StartClock | Schedule | Note


# --- The case ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A whole number with bounds, both inclusive. A yes or no is 0 or 1.

    A clock counts the weeks since it was started, at most ``maximum``, and is NOT_STARTED before.
    """

    name: str
    minimum: int
    maximum: int
    initial: int
    is_clock: bool = False
    is_shown: bool = False  # on one of the ledgers, so that reading it has an effect on somebody

    def clamp(self, value: int) -> int:
        """The nearest value within the bounds."""
        return min(self.maximum, max(self.minimum, value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something that a worker can say or do at a node."""

    slug: str
    target: str  # a node, or RESUME
    conditions: tuple[Condition, ...] = ()  # all of them
    effects: tuple[Effect, ...] = ()
    weeks: int = 0  # that pass, >= 0
    minutes: int = 0  # of work, >= 0
    score: int = 0  # of the author, only to compare options with
    once: bool = False  # gone after it was chosen
    is_hidden: bool = False  # when it is not available; else it is shown as such
    words: int = 0  # to read, when it is chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A moment in the case."""

    slug: str
    kind: Kind
    options: tuple[Option, ...] = ()
    on_enter: tuple[Effect, ...] = ()
    must: Must | None = None
    words: int = 0  # to read here


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Nodes and variables, each in the order in which they were declared.

    The other fields follow from these: where things are, so that a step does not have to search.
    """

    start: str
    nodes: tuple[Node, ...]
    variables: tuple[Variable, ...] = ()
    by_slug: Mapping[str, Node] = field(init=False, compare=False, repr=False)
    numbers: Mapping[str, int] = field(init=False, compare=False, repr=False)  # of nodes, from 0
    places: Mapping[str, int] = field(init=False, compare=False, repr=False)  # of variables
    clocks: tuple[int, ...] = field(init=False, compare=False, repr=False)  # their places
    # All that can be put on the calendar, in the order of declaration, each once.
    schedules: tuple[Schedule, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        effects = (effect for node in self.nodes for effect in _effects_of(node))
        places = {variable.name: place for place, variable in enumerate(self.variables)}
        for name, value in (
            ("by_slug", {node.slug: node for node in self.nodes}),
            ("numbers", {node.slug: number for number, node in enumerate(self.nodes)}),
            ("places", places),
            ("clocks", tuple(places[item.name] for item in self.variables if item.is_clock)),
            ("schedules", tuple(dict.fromkeys(x for x in effects if isinstance(x, Schedule)))),
        ):
            object.__setattr__(self, name, value)

    def option(self, node: str, slug: str) -> Option:
        """Raises :exc:`Unavailable` where there is no such node or option."""
        found = self.by_slug.get(node)
        for option in found.options if found else ():
            if option.slug == slug:
                return option
        raise Unavailable(f"node {node!r} has no option {slug!r}")


def _effects_of(node: Node) -> Iterator[Effect]:
    yield from node.on_enter
    for option in node.options:
        yield from option.effects


# --- Where it stands -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An event on the calendar: the week, and its place among the schedules of the case."""

    week: int
    schedule: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything that a case remembers after some choices."""

    node: str
    values: tuple[int, ...]  # of the variables, in the order of the case
    week: int = 0
    minutes: int = 0  # of work so far
    seen: Mapping[str, int] = field(default_factory=dict)  # how often each node was entered
    taken: frozenset[tuple[str, str]] = frozenset()  # options that can be chosen once
    calendar: tuple[Due, ...] = ()
    interrupted: tuple[str, ...] = ()  # nodes that wait until an event is over, the last one first
    notes: tuple[str, ...] = ()
    steps: int = 0
    seed: int = 0
    session: int = 0


def to_plain(state: State) -> dict[str, Any]:
    """A state as plain data, to be kept as JSON; :func:`from_plain` reads it back."""
    return {
        "node": state.node,
        "values": list(state.values),
        "week": state.week,
        "minutes": state.minutes,
        "seen": dict(state.seen),
        "taken": sorted(map(list, state.taken)),
        "calendar": [[item.week, item.schedule] for item in state.calendar],
        "interrupted": list(state.interrupted),
        "notes": list(state.notes),
        "steps": state.steps,
        "seed": state.seed,
        "session": state.session,
    }


def from_plain(kept: Mapping[str, Any]) -> State:
    """The state that :func:`to_plain` wrote: ``from_plain(to_plain(state)) == state``."""
    return State(
        node=kept["node"],
        values=tuple(kept["values"]),
        week=kept["week"],
        minutes=kept["minutes"],
        seen=dict(kept["seen"]),
        taken=frozenset((node, option) for node, option in kept["taken"]),
        calendar=tuple(Due(week=week, schedule=schedule) for week, schedule in kept["calendar"]),
        interrupted=tuple(kept["interrupted"]),
        notes=tuple(kept["notes"]),
        steps=kept["steps"],
        seed=kept["seed"],
        session=kept["session"],
    )


class Unavailable(ValueError):
    """This choice cannot be made in this state."""


Standing: TypeAlias = "State | _Now"  # what conditions and chance look at
# Whether chance lets an event come; the analysis of a case looks at both.
Luck: TypeAlias = Callable[[Case, "State | _Now", Schedule], bool]


def keyed_luck(case: Case, state: Standing, schedule: Schedule) -> bool:
    """Chance by the keyed hash: of this playthrough, this event and how often it came before."""
    visit = state.seen.get(schedule.event, 0)
    place = case.numbers[schedule.event]
    drawn = uniform(state.seed, Stream.CASE, state.session, place, visit)
    return drawn * ALWAYS < schedule.percent


def begin(case: Case, *, seed: int = 0, session: int = 0) -> State:
    """The state at the first node. ``seed`` and ``session`` key what chance decides."""
    initial = tuple(
        NOT_STARTED if variable.is_clock else variable.clamp(variable.initial)
        for variable in case.variables
    )
    now = _Now(State(node=case.start, values=initial, seed=seed, session=session))
    _enter(case, now)
    return now.state()


def holds(case: Case, state: Standing, conditions: tuple[Condition, ...]) -> bool:
    """Whether all conditions hold; a clock that was not started satisfies none."""
    return all(_holds(case, state, condition) for condition in conditions)


def _holds(case: Case, state: Standing, condition: Condition) -> bool:
    match condition:
        case Is(name, op, value):
            found = state.values[case.places[name]]
            if found == NOT_STARTED and case.variables[case.places[name]].is_clock:
                return False
            return _COMPARE[op](found, value)
        case Seen(node, op, times):
            return _COMPARE[op](state.seen.get(node, 0), times)
        case Week(op, week):
            return _COMPARE[op](state.week, week)


def is_available(case: Case, state: State, option: Option) -> bool:
    """Whether this option of the present node can be chosen now."""
    is_gone = option.once and (state.node, option.slug) in state.taken
    return not is_gone and holds(case, state, option.conditions)


def available(case: Case, state: State) -> tuple[Option, ...]:
    """The options that can be chosen now, in the order of the case; none at an end."""
    options = case.by_slug[state.node].options
    return tuple(option for option in options if is_available(case, state, option))


def step(case: Case, state: State, choice: str, *, luck: Luck = keyed_luck) -> State:
    """Choose the option with the slug ``choice``.

    In this order: the effects of the option, the time that it takes, an event that is due (in the
    order of week, then declaration), the effects of entering the next node. One event a step: what
    is due as well comes after that.
    Raises :exc:`Unavailable` for a choice that this state does not offer.
    """
    option = case.option(state.node, choice)
    if not is_available(case, state, option):
        raise Unavailable(f"option {choice!r} of node {state.node!r} is not available")
    now = _Now(state)
    if option.once:
        now.taken = now.taken | {(state.node, choice)}
    now.minutes += option.minutes
    now.steps += 1
    _apply(case, now, option.effects)
    _let_pass(case, now, option.weeks)
    _go_to(now, option.target)
    _interrupt(case, now, luck)
    _enter(case, now)
    return now.state()


def replay(
    case: Case, choices: tuple[str, ...], *, seed: int = 0, session: int = 0
) -> tuple[State, ...]:
    """The states that these choices lead through, the first one included."""
    states = [begin(case, seed=seed, session=session)]
    for choice in choices:
        states.append(step(case, states[-1], choice))
    return tuple(states)


class _Now:
    """A state that is being changed within one step; copying it for each effect would be slow."""

    __slots__ = tuple(item.name for item in fields(State))

    def __init__(self, state: State) -> None:
        self.node, self.values, self.week = state.node, state.values, state.week
        self.minutes, self.seen, self.taken = state.minutes, state.seen, state.taken
        self.calendar, self.interrupted, self.notes = state.calendar, state.interrupted, state.notes
        self.steps, self.seed, self.session = state.steps, state.seed, state.session

    def state(self) -> State:
        return State(**{name: getattr(self, name) for name in self.__slots__})


def _apply(case: Case, now: _Now, effects: tuple[Effect, ...]) -> None:
    if not effects:
        return
    values = list(now.values)
    for effect in effects:
        match effect:
            case Put(name, value):
                place = case.places[name]
                values[place] = case.variables[place].clamp(value)
            case Add(name, amount):
                place = case.places[name]
                values[place] = case.variables[place].clamp(values[place] + amount)
            case StartClock(name):
                values[case.places[name]] = 0
            case Schedule():
                due = now.week + effect.after_weeks
                now.calendar += (Due(week=due, schedule=case.schedules.index(effect)),)
            case Note(note):
                now.notes += (note,) if note not in now.notes else ()
    now.values = tuple(values)


def _let_pass(case: Case, now: _Now, weeks: int) -> None:
    if not weeks:
        return
    now.week += weeks
    if case.clocks:
        values = list(now.values)
        for place in case.clocks:
            if values[place] != NOT_STARTED:
                values[place] = case.variables[place].clamp(values[place] + weeks)
        now.values = tuple(values)


def _go_to(now: _Now, target: str) -> None:
    if target != RESUME:
        now.node = target
    elif now.interrupted:
        now.node, *waiting = now.interrupted
        now.interrupted = tuple(waiting)
    else:
        raise Unavailable(f"nothing was interrupted, so node {now.node!r} cannot resume it")


def _interrupt(case: Case, now: _Now, luck: Luck) -> None:
    """Let the first event that is due come before the node that the choice leads to."""
    if not now.calendar:
        return
    due = sorted(
        (item for item in now.calendar if item.week <= now.week),
        key=lambda item: (item.week, item.schedule),
    )
    for item in due:
        calendar = list(now.calendar)
        calendar.remove(item)
        now.calendar = tuple(calendar)
        schedule = case.schedules[item.schedule]
        comes = holds(case, now, schedule.conditions)
        if comes and (schedule.percent >= ALWAYS or luck(case, now, schedule)):
            now.interrupted = (now.node, *now.interrupted)
            now.node = schedule.event
            return


def _enter(case: Case, now: _Now) -> None:
    now.seen = {**now.seen, now.node: now.seen.get(now.node, 0) + 1}
    _apply(case, now, case.by_slug[now.node].on_enter)
