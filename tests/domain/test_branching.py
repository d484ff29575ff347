import json
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.branching import (
    NOT_STARTED,
    RESUME,
    Add,
    Case,
    Condition,
    Is,
    Kind,
    Note,
    Op,
    Option,
    Put,
    Schedule,
    Seen,
    StartClock,
    State,
    Unavailable,
    Variable,
    Week,
    available,
    begin,
    from_plain,
    holds,
    replay,
    step,
    to_plain,
)
from tests.domain.cases import TWELVE, at_least, node, number, option

TRUST = number("trust", maximum=3, initial=1)


def at_door(*options: Option, **more: object) -> Case:
    """A case of one decision, and an end."""
    return Case(start="door", variables=(TRUST,), nodes=(node("door", *options), node("end")))


def values(case: Case, state: State) -> dict[str, int]:
    """The variables by name."""
    return {name: state.values[place] for name, place in case.places.items()}


# --- One step ------------------------------------------------------------------------------


def test_a_case_begins_at_its_first_node_with_everything_as_declared() -> None:
    state = begin(TWELVE)
    assert (state.node, state.week, state.minutes, state.steps) == ("intake", 0, 0, 0)
    assert values(TWELVE, state) == {"trust": 0, "closed": 0, "told_manager": 0, "unused": 0}
    assert state.seen == {"intake": 1}


def test_a_choice_takes_time_and_work_and_changes_what_it_says() -> None:
    case = at_door(option("wait", "end", Add("trust", 1), Note("card"), weeks=2, minutes=45))
    state = step(case, begin(case), "wait")
    assert (state.node, state.week, state.minutes, state.steps) == ("end", 2, 45, 1)
    assert values(case, state) == {"trust": 2}
    assert state.notes == ("card",)


@pytest.mark.parametrize(
    ("effect", "trust"),
    [(Add("trust", 9), 3), (Add("trust", -9), 0), (Put("trust", 7), 3), (Put("trust", -1), 0)],
)
def test_a_variable_stays_within_its_bounds(effect: Add | Put, trust: int) -> None:
    case = at_door(option("go", "end", effect))
    assert values(case, step(case, begin(case), "go")) == {"trust": trust}


@pytest.mark.parametrize(
    ("op", "value", "does_hold"),
    [
        (Op.EQUAL, 1, True), (Op.EQUAL, 2, False),
        (Op.NOT_EQUAL, 2, True), (Op.NOT_EQUAL, 1, False),
        (Op.BELOW, 2, True), (Op.BELOW, 1, False),
        (Op.AT_MOST, 1, True), (Op.AT_MOST, 0, False),
        (Op.ABOVE, 0, True), (Op.ABOVE, 1, False),
        (Op.AT_LEAST, 1, True), (Op.AT_LEAST, 2, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("make", [Is, Seen, Week], ids=["variable", "seen", "week"])
def test_a_condition_compares(
    make: Callable[..., Condition], op: Op, value: int, does_hold: bool
) -> None:
    case = at_door(option("stay", "door", weeks=1))
    state = begin(case)
    subject = {Is: ("trust",), Seen: ("door",), Week: ()}[make]  # type: ignore[index]  # the three above
    if make is Week:
        state = step(case, state, "stay")
    assert holds(case, state, (make(*subject, op, value),)) is does_hold


def test_only_options_whose_conditions_all_hold_are_available() -> None:
    case = at_door(
        option("knock", "end"),
        option("enter", "end", conditions=(*at_least("trust", 1), *at_least("trust", 2))),
    )
    assert [item.slug for item in available(case, begin(case))] == ["knock"]


@pytest.mark.parametrize("choice", ["enter", "nothing"])
def test_a_choice_that_is_not_offered_is_refused(choice: str) -> None:
    case = at_door(option("knock", "end"), option("enter", "end", conditions=at_least("trust", 2)))
    with pytest.raises(Unavailable, match=choice):
        step(case, begin(case), choice)


def test_an_end_offers_nothing() -> None:
    case = at_door(option("go", "end"))
    assert available(case, step(case, begin(case), "go")) == ()


def test_an_option_that_can_be_chosen_once_is_gone_afterwards() -> None:
    case = at_door(option("ask", "door", once=True), option("go", "end"))
    state = step(case, begin(case), "ask")
    assert [item.slug for item in available(case, state)] == ["go"]


def test_what_a_node_does_when_it_is_entered_happens_each_time() -> None:
    loop = node("door", option("again", "door"), on_enter=(Add("trust", 1),))
    case = Case(start="door", variables=(number("trust", 9),), nodes=(loop,))
    states = replay(case, ("again", "again"))
    assert [values(case, state)["trust"] for state in states] == [1, 2, 3]
    assert states[-1].seen == {"door": 3}


def test_the_state_before_a_choice_stays_as_it_was() -> None:
    before = begin(TWELVE)
    step(TWELVE, before, "i1")
    assert before == begin(TWELVE)


# --- Time ----------------------------------------------------------------------------------


def test_a_clock_counts_the_weeks_since_it_was_started() -> None:
    clock = Variable(name="silence", minimum=0, maximum=5, initial=0, is_clock=True)
    case = Case(
        start="door",
        variables=(clock,),
        nodes=(
            node(
                "door",
                option("start", "door", StartClock("silence"), weeks=1),
                option("wait", "door", weeks=3),
            ),
        ),
    )
    states = replay(case, ("wait", "start", "wait", "wait", "start"))
    assert [state.values[0] for state in states] == [NOT_STARTED, NOT_STARTED, 1, 4, 5, 1]
    assert not holds(case, states[0], (Is("silence", Op.BELOW, 9),))


CLOSED = node(
    "closing",
    option("close", "next", Schedule("returns", 12, at_least("trust", 1))),
    option("let-go", "next", Schedule("returns", 12, at_least("trust", 3))),
)
NEXT = node("next", option("week", "next", weeks=1), option("quarter", "after", weeks=12))
RETURNS = node("returns", option("open", RESUME, Add("trust", 1)), kind=Kind.EVENT)
REMEMBERS = Case(start="closing", variables=(TRUST,), nodes=(CLOSED, NEXT, RETURNS, node("after")))


def test_what_was_put_on_the_calendar_comes_back_when_it_is_due() -> None:
    states = replay(REMEMBERS, ("close", "quarter", "open"))
    assert [state.node for state in states] == ["closing", "next", "returns", "after"]
    assert states[2].interrupted == ("after",)
    assert states[3].interrupted == ()


def test_it_does_not_come_a_week_early() -> None:
    states = replay(REMEMBERS, ("close", *["week"] * 12))
    assert [state.node for state in states[2:]] == ["next"] * 11 + ["returns"]


def test_it_does_not_come_when_its_condition_fails_at_that_moment() -> None:
    states = replay(REMEMBERS, ("let-go", "quarter"))
    assert states[-1].node == "after"
    assert states[-1].calendar == ()


def test_of_two_events_the_earlier_comes_first_and_then_the_one_declared_first() -> None:
    def event(slug: str) -> object:
        return node(slug, option("on", RESUME), kind=Kind.EVENT)

    go = option("go", "end", Schedule("late", 3), Schedule("one", 2), Schedule("two", 2), weeks=4)
    case = Case(
        start="door",
        nodes=(node("door", go), event("late"), event("one"), event("two"), node("end")),  # type: ignore[arg-type]  # nodes
    )
    states = replay(case, ("go", "on", "on", "on"))
    assert [state.node for state in states] == ["door", "one", "two", "late", "end"]


def test_where_nothing_was_interrupted_nothing_can_be_resumed() -> None:
    case = at_door(option("back", RESUME))
    with pytest.raises(Unavailable, match="door"):
        step(case, begin(case), "back")


def test_chance_lets_an_event_come_about_as_often_as_was_said() -> None:
    go = option("go", "end", Schedule("storm", 0, percent=30))
    storm = node("storm", option("on", RESUME), kind=Kind.EVENT)
    case = Case(start="door", nodes=(node("door", go), storm, node("end")))
    came = sum(replay(case, ("go",), seed=7, session=n)[-1].node == "storm" for n in range(2000))
    assert 540 < came < 660


# --- Properties ----------------------------------------------------------------------------


@st.composite
def playthroughs(draw: st.DrawFn) -> tuple[Case, tuple[str, ...], int]:
    """A case of a few nodes with all kinds of effects, and choices that can be made in it."""
    slugs = ["a", "b", "c"]
    effects = st.one_of(
        st.builds(Add, st.just("trust"), st.integers(-3, 3)),
        st.builds(Put, st.just("trust"), st.integers(-2, 6)),
        st.builds(StartClock, st.just("silence")),
        st.builds(
            Schedule,
            st.just("event"),
            st.integers(0, 4),
            st.just(()),
            st.sampled_from([100, 50]),
        ),
        st.builds(Note, st.sampled_from(["n1", "n2"])),
    )
    options = st.builds(
        Option,
        slug=st.sampled_from(["x", "y"]),
        target=st.sampled_from(slugs),
        effects=st.lists(effects, max_size=3).map(tuple),
        weeks=st.integers(0, 5),
        minutes=st.integers(0, 90),
    )
    lists = st.lists(options, min_size=1, max_size=2, unique_by=lambda item: item.slug)
    nodes = [node(slug, *draw(lists)) for slug in slugs]
    nodes.append(node("event", option("on", RESUME, weeks=draw(st.integers(0, 3)))))
    clock = Variable(name="silence", minimum=0, maximum=4, initial=0, is_clock=True)
    case = Case(start="a", variables=(TRUST, clock), nodes=tuple(nodes))
    seed = draw(st.integers(0, 9))
    choices: list[str] = []
    state = begin(case, seed=seed)
    for _step in range(draw(st.integers(0, 12))):
        chosen = draw(st.sampled_from(available(case, state)))
        choices.append(chosen.slug)
        state = step(case, state, chosen.slug)
    return case, tuple(choices), seed


@given(playthroughs())
def test_replaying_the_choices_gives_the_same_states(
    played: tuple[Case, tuple[str, ...], int],
) -> None:
    case, choices, seed = played
    assert replay(case, choices, seed=seed) == replay(case, choices, seed=seed)


@given(playthroughs())
def test_whatever_is_chosen_values_stay_within_bounds_and_time_does_not_run_back(
    played: tuple[Case, tuple[str, ...], int],
) -> None:
    case, choices, seed = played
    states = replay(case, choices, seed=seed)
    for before, after in pairwise(states):
        assert after.week >= before.week
        assert after.minutes >= before.minutes
        assert after.steps == before.steps + 1
        assert sum(after.seen.values()) == after.steps + 1
    for state in states:
        for variable, value in zip(case.variables, state.values, strict=True):
            is_waiting = variable.is_clock and value == NOT_STARTED
            assert is_waiting or variable.minimum <= value <= variable.maximum


@given(playthroughs())
def test_a_state_that_was_kept_as_json_reads_back_as_it_was(
    played: tuple[Case, tuple[str, ...], int],
) -> None:
    case, choices, seed = played
    for state in replay(case, choices, seed=seed):
        assert from_plain(json.loads(json.dumps(to_plain(state)))) == state
