from typing import Any

import pytest

from course.domain.branching import (
    RESUME,
    Add,
    Case,
    Kind,
    Must,
    Op,
    Schedule,
    Seen,
    State,
    Variable,
    Week,
)
from course.domain.casemap import CaseMap, Code, Finding, Level, Paths, analyse
from tests.domain.cases import TWELVE, at_least, node, number, option


def codes(found: CaseMap) -> list[tuple[str, str]]:
    """The findings in short: code, and what it is about."""
    return [
        (item.code.value, item.node + (f".{item.option}" if item.option else "") + item.variable)
        for item in found.findings
    ]


def has(found: CaseMap, code: Code) -> list[str]:
    """What a code was found about."""
    return [about for name, about in codes(found) if name == code]


# --- The worked example --------------------------------------------------------------------


def test_the_worked_example_gives_what_was_published() -> None:
    found = analyse(TWELVE)
    assert found.states == 27
    assert (found.is_whole, found.is_exact) == (True, True)
    assert has(found, Code.UNREACHABLE) == ["orphan"]
    assert has(found, Code.NEVER_AVAILABLE) == ["visit.v3"]
    assert has(found, Code.CANNOT_FINISH) == ["close_early", "limbo", "returned"]
    assert [item.nodes for item in found.findings if item.code is Code.LOOP] == [
        ("limbo",),
        ("letter",),
    ]
    assert has(found, Code.NEVER_READ) == ["closed", "told_manager", "unused"]
    assert has(found, Code.NEVER_WRITTEN) == ["unused"]
    assert has(found, Code.WRITTEN_NOT_READ) == ["closed", "told_manager"]
    assert has(found, Code.DOMINATED) == ["letter.l3", "plan.p3", "review.r2", "visit.v2"]
    assert has(found, Code.DEAD_END) == has(found, Code.FAKE_CHOICE) == []
    assert found.paths is not None
    assert (found.paths.count, found.paths.scores) == (12, (0, 10))
    ways = {slug: (paths.count, *paths.scores) for slug, paths in found.endings.items()}
    assert ways == {"close_ok": (5, 5, 9), "good_end": (5, 6, 10), "lost": (2, 0, 2)}
    assert found.lowest == (("intake", "i2"), ("letter", "l3"), ("close_early", "c2"))
    assert found.highest == (("intake", "i1"), ("visit", "v1"), ("plan", "p1"), ("review", "r1"))


def test_errors_come_first_and_keep_a_case_from_being_published() -> None:
    found = analyse(TWELVE)
    levels = [item.level for item in found.findings]
    assert levels == sorted(levels, key=list(Level).index)
    assert [item.node for item in found.of(Level.ERROR)] == [
        "orphan", "close_early", "limbo", "returned",
    ]  # fmt: skip


# --- One fault each ------------------------------------------------------------------------


def small(*nodes: Any, variables: tuple[Variable, ...] = (), start: str = "a") -> Case:
    return Case(start=start, variables=variables, nodes=nodes)


END = node("end")


@pytest.mark.parametrize(
    ("case", "finding"),
    [
        (
            small(node("a", option("x", "nowhere"), option("y", "end")), END),
            Finding(code=Code.MISSING_TARGET, node="a", option="x"),
        ),
        (
            small(node("a", option("x", "end", Schedule("nowhere", 1))), END),
            Finding(code=Code.MISSING_TARGET, node="nowhere"),
        ),
        (small(END, start="b"), Finding(code=Code.MISSING_TARGET, node="b")),
        (
            small(node("a", option("x", "end")), node("b", option("x", "end")), END),
            Finding(code=Code.UNREACHABLE, node="b"),
        ),
        (
            small(node("a", option("x", "a")), node("b", option("x", "a"))),
            Finding(code=Code.NO_END),
        ),
        (
            small(
                node("a", option("x", "end"), option("y", "b", conditions=at_least("v", 1))),
                node("b", option("x", "end", Add("v", 1))),
                END,
                variables=(number("v"),),
            ),
            Finding(code=Code.UNREACHABLE, node="b"),
        ),
        (
            small(
                node("a", option("x", "b"), option("y", "end")),
                node("b", option("z", "end", conditions=at_least("v", 1))),
                END,
                variables=(number("v"),),
            ),
            Finding(code=Code.DEAD_END, node="b"),
        ),
        (
            small(node("a", option("x", RESUME), option("y", "end")), END),
            Finding(code=Code.NOTHING_TO_RESUME, node="a", option="x"),
        ),
        (
            small(
                node("a", option("x", "b"), option("y", "end")),
                node("b", option("z", "b"), must=Must.VISIT),
                END,
            ),
            Finding(code=Code.NEVER_VISITED, node="b"),
        ),
        (
            small(
                node("a", option("x", "b")),
                node("b", option("y", "end"), must=Must.AVOID),
                END,
            ),
            Finding(code=Code.UNAVOIDABLE, node="b"),
        ),
        (
            small(node("a", option("x", "end"), option("y", "end")), END),
            Finding(code=Code.FAKE_CHOICE, node="a"),
        ),
        (
            small(node("a", option("x", "end", score=1), option("y", "end")), END),
            Finding(code=Code.DOMINATED, node="a", option="y"),
        ),
    ],
    ids=lambda value: value.code.value if isinstance(value, Finding) else "",
)
def test_a_fault_is_found(case: Case, finding: Finding) -> None:
    assert finding in analyse(case).findings


FINE = small(
    node("a", option("x", "b", Add("v", 1), minutes=30), option("y", "end", weeks=1)),
    node("b", option("x", "end", conditions=at_least("v", 1)), must=Must.AVOID),
    node("end", must=Must.VISIT),
    variables=(number("v"),),
)


def test_a_case_without_faults_has_none() -> None:
    assert analyse(FINE).findings == ()


def test_a_variable_that_stands_on_a_ledger_is_read_by_who_plays() -> None:
    shown = Variable(name="v", minimum=0, maximum=1, initial=0, is_shown=True)
    case = small(node("a", option("x", "end", Add("v", 1))), END, variables=(shown,))
    assert has(analyse(case), Code.NEVER_READ) == []


# --- Time, chance, memory ------------------------------------------------------------------


def test_a_node_that_only_the_calendar_leads_to_is_reachable() -> None:
    event = node("event", option("on", RESUME), kind=Kind.EVENT)
    case = small(node("a", option("x", "end", Schedule("event", 2), weeks=3)), event, END)
    found = analyse(case)
    assert found.findings == ()
    assert ("a", "x", "event") in found.edges
    assert ("event", "on", "end") in found.edges


def test_an_event_that_is_never_due_before_the_end_is_unreachable() -> None:
    event = node("event", option("on", RESUME), kind=Kind.EVENT)
    case = small(node("a", option("x", "end", Schedule("event", 4), weeks=3)), event, END)
    assert has(analyse(case), Code.UNREACHABLE) == ["event"]


def test_what_chance_decides_is_looked_at_both_ways() -> None:
    event = node("event", option("on", RESUME), kind=Kind.EVENT)
    case = small(node("a", option("x", "end", Schedule("event", 0, percent=5))), event, END)
    found = analyse(case)
    assert set(found.edges) == {("a", "x", "event"), ("a", "x", "end"), ("event", "on", "end")}
    assert found.paths is not None
    assert found.paths.count == 2


def test_time_that_passes_in_a_loop_does_not_make_endless_states() -> None:
    late = option("go", "end", conditions=(Week(Op.AT_LEAST, 6),))
    case = small(node("a", option("wait", "a", weeks=2), late), END)
    found = analyse(case)
    assert has(found, Code.DEAD_END) == has(found, Code.NEVER_AVAILABLE) == []
    # In weeks 0, 2, 4, 6 and later, and at the end in week 6 and later.
    assert found.states == 7


def test_how_often_a_node_was_seen_is_remembered_as_far_as_it_matters() -> None:
    third = option("go", "end", conditions=(Seen("a", Op.AT_LEAST, 3),))
    case = small(node("a", option("wait", "a"), third), END)
    # Seen once, twice, three times and more often, and the end after three times and more.
    assert analyse(case).states == 6


def test_paths_through_a_loop_pass_each_state_once() -> None:
    case = small(
        node("a", option("x", "b"), option("out", "end")),
        node("b", option("y", "a"), option("out", "end")),
        END,
    )
    found = analyse(case)
    assert found.paths is not None
    assert found.paths.count == 2


def test_of_each_ending_it_tells_how_long_the_ways_are() -> None:
    case = small(
        node("a", option("x", "b", minutes=30, words=5), option("y", "end", weeks=8), words=100),
        node("b", option("x", "end", minutes=60, weeks=2), words=40),
        node("end", words=10),
    )
    assert analyse(case).endings == {
        "end": Paths(count=2, scores=(0, 0), minutes=(0, 90), weeks=(2, 8), words=(110, 155))
    }


# --- Honest advantages ---------------------------------------------------------------------


def _gains(state: State) -> tuple[int, ...]:
    return state.values


@pytest.mark.parametrize(("minutes", "dominated"), [(0, []), (90, ["a.close"])])
def test_an_option_needs_one_thing_in_which_nothing_beats_it(
    minutes: int, dominated: list[str]
) -> None:
    case = small(
        node(
            "a",
            option("stay", "end", Add("v", 1), minutes=90),
            option("close", "end", minutes=minutes),
        ),
        END,
        variables=(number("v"),),
    )
    assert has(analyse(case, gains=_gains), Code.DOMINATED) == dominated


# --- Limits --------------------------------------------------------------------------------


def test_a_case_that_is_too_large_is_checked_as_far_as_that_goes() -> None:
    found = analyse(TWELVE, most=10)
    assert (found.states, found.is_whole) == (10, False)
    assert has(found, Code.TOO_LARGE) == [""]
    assert has(found, Code.UNREACHABLE) == ["orphan"]
    assert found.paths is None


@pytest.mark.parametrize("states", [50_000])
def test_no_more_than_fifty_thousand_states_are_visited(states: int) -> None:
    counters = tuple(number(f"v{place}", 30) for place in range(4))
    more = [option(f"o{place}", "a", Add(f"v{place}", 1)) for place in range(4)]
    found = analyse(small(node("a", *more, option("go", "end")), END, variables=counters))
    assert (found.states, found.is_whole) == (states, False)
