from fractions import Fraction
from itertools import permutations
from math import isqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.foureyes import (
    FOUR_EYES,
    TWO_EYES,
    Decision,
    Event,
    LevelDifference,
    Marked,
    Outcome,
    State,
    Verdict,
    Why,
    after,
    calibrate,
    compare,
    events_from,
    is_blind,
    level_differences,
    moderation_sample,
    shared_levels,
    with_third,
)

KEY = b"a key for the tests"

marks = st.integers(10, 100).map(lambda tenths: Fraction(tenths, 10))


# --- Two marks, or three -------------------------------------------------------------------


def test_close_marks_on_the_same_side_become_their_mean() -> None:
    assert compare(Fraction("6.5"), Fraction("7.2")) == Outcome(
        decision=Decision.MEAN,
        grade=Fraction("6.85"),
        difference=Fraction("0.7"),
        same_side=True,
    )


@pytest.mark.parametrize(
    ("first", "second", "same_side"), [("5.3", "5.7", False), ("6", "7.5", True)]
)
def test_other_marks_ask_for_a_talk(first: str, second: str, same_side: bool) -> None:
    found = compare(Fraction(first), Fraction(second))
    assert (found.decision, found.grade) == (Decision.TALK, None)
    assert found.same_side is same_side


@pytest.mark.parametrize(
    ("first", "second", "decision"),
    [("6", "7", "mean"), ("6", "7.01", "talk"), ("5.5", "5.4", "talk"), ("5.5", "6.5", "mean")],
)
def test_exactly_one_point_is_close_and_a_pass_begins_at_five_and_a_half(
    first: str, second: str, decision: str
) -> None:
    assert compare(Fraction(first), Fraction(second)).decision == decision


@pytest.mark.parametrize(
    ("three", "grade"),
    [
        (("5.3", "5.7", "6.4"), "5.5"),
        (("6", "7.5", "8"), "7.75"),
        (("5", "6", "7"), "6"),
        (("6", "6", "9"), "6"),
        (("7", "7", "7"), "7"),
    ],
)
def test_of_three_marks_the_two_closest_count(three: tuple[str, str, str], grade: str) -> None:
    for order in permutations(map(Fraction, three)):
        assert with_third(*order) == Fraction(grade)


@given(marks, marks, marks)
def test_a_final_grade_lies_among_its_marks(one: Fraction, two: Fraction, three: Fraction) -> None:
    assert compare(one, two) == compare(two, one)
    grade = compare(one, two).grade
    assert grade is None or min(one, two) <= grade <= max(one, two)
    assert min(one, two, three) <= with_third(one, two, three) <= max(one, two, three)


# --- Where a hand-in is --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ("mark1 mark2 agree release", State.RELEASED),
        ("mark2 mark1 call_third mark3 release", State.RELEASED),
        ("mark1 reopen1 mark2", State.MARKED_SECOND),
        ("mark1 mark2 call_third agree reconsider", State.MARKED_BOTH),
        ("mark1 mark2 agree release retract", State.RECONCILED),
    ],
)
def test_a_hand_in_goes_by_the_table(events: str, state: State) -> None:
    now = State.ASSIGNED
    for event in events.split():
        now = after(now, Event(event))
    assert now is state


def test_where_one_marker_is_enough_the_mark_is_the_grade() -> None:
    assert after(State.ASSIGNED, Event.MARK_FIRST, TWO_EYES) is State.RECONCILED
    drawn = after(State.RECONCILED, Event.CALL_SECOND, TWO_EYES)
    assert after(drawn, Event.MARK_SECOND) is State.MARKED_BOTH


def test_what_cannot_happen_now_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"event=release must be one of \['mark1', 'mark2'\] when it is assigned"
    ):
        after(State.ASSIGNED, Event.RELEASE)


def test_marks_that_were_seen_are_not_taken_back() -> None:
    seen = [state for state in State if not is_blind(state)]
    for state in seen:
        assert not {Event.REOPEN_FIRST, Event.REOPEN_SECOND} & set(events_from(state))
        for event in events_from(state):
            assert not is_blind(after(state, event))


def test_every_state_is_reached_and_left_and_a_release_comes_from_one_grade_only() -> None:
    assert set(FOUR_EYES.values()) == set(State)
    assert {before for before, _ in FOUR_EYES} == set(State)
    for table in (FOUR_EYES, TWO_EYES):
        assert {before for (before, _), to in table.items() if to is State.RELEASED} == {
            State.RECONCILED
        }


# --- Which ones to look at again -----------------------------------------------------------


def handed_in(*grades: str) -> list[Marked]:
    return [Marked(submission=f"s{n}", grade=Fraction(g)) for n, g in enumerate(grades, 1)]


def test_fails_doubtful_ones_and_those_of_a_new_marker_are_all_looked_at() -> None:
    marked = [
        *handed_in("4.9", "5", "5.4", "5.5", "6", "6.1"),
        Marked(submission="new", grade=Fraction(9), by_new_marker=True),
    ]
    found = moderation_sample(marked, key=KEY)
    assert found == {
        "s1": (Why.FAIL,),
        "s2": (Why.FAIL, Why.DOUBTFUL),
        "s3": (Why.FAIL, Why.DOUBTFUL),
        "s4": (Why.DOUBTFUL,),
        "s5": (Why.DOUBTFUL,),
        "s6": (Why.DRAWN,),
        "new": (Why.NEW_MARKER,),
    }


@pytest.mark.parametrize(("number", "drawn"), [(4, 4), (6, 6), (36, 6), (37, 7), (600, 25)])
def test_of_the_others_the_root_is_drawn_and_at_least_six(number: int, drawn: int) -> None:
    found = moderation_sample(handed_in(*["7"] * number), key=KEY)
    assert len(found) == drawn
    assert set(found.values()) == {(Why.DRAWN,)}


def test_the_same_key_draws_the_same_and_another_does_not() -> None:
    marked = handed_in(*["7"] * 100)
    once = moderation_sample(marked, key=KEY)
    assert moderation_sample(marked, key=KEY) == once
    assert moderation_sample(marked, key=b"another") != once


@given(st.lists(marks, max_size=60), st.randoms())
def test_a_sample_holds_what_it_must_in_any_order(grades: list[Fraction], chance: Random) -> None:
    marked = [Marked(submission=f"s{n}", grade=grade) for n, grade in enumerate(grades)]
    found = moderation_sample(marked, key=KEY)
    musts = [one for one in marked if one.grade <= 6]
    assert all(one.submission in found for one in musts)
    others = len(marked) - len(musts)
    expected = min(others, max(6, isqrt(max(len(marked) - 1, 0)) + 1))
    assert len(found) == len(musts) + expected
    chance.shuffle(marked)
    assert moderation_sample(marked, key=KEY) == found


def test_a_hand_in_is_there_once() -> None:
    with pytest.raises(ValueError, match=r"submissions=\['s1', 's1'\] must differ"):
        moderation_sample(handed_in("7") * 2, key=KEY)


# --- Levels beside each other, and calibration ---------------------------------------------


def test_levels_stand_beside_each_other_in_the_order_of_the_rubric() -> None:
    found = level_differences(["c", "a", "b"], {"a": 3, "c": 1}, {"a": 1, "b": 2, "c": 1})
    assert [(one.criterion, one.first, one.second, one.apart) for one in found] == [
        ("c", 1, 1, 0),
        ("a", 3, 1, 2),
        ("b", None, 2, None),
    ]


def test_shared_are_the_levels_that_everybody_gave() -> None:
    first, second, third = {"a": 3, "b": 1, "c": 0}, {"a": 3, "b": 2, "c": 0}, {"a": 3, "b": 1}
    assert shared_levels([first]) == first
    assert shared_levels([first, second]) == {"a": 3, "c": 0}
    assert shared_levels([third, first, second]) == {"a": 3}
    assert shared_levels([]) == {}


def anchor(*apart: int) -> tuple[LevelDifference, ...]:
    return tuple(
        LevelDifference(criterion=f"c{n}", first=2 + by, second=2) for n, by in enumerate(apart)
    )


@pytest.mark.parametrize(
    ("anchors", "verdict", "close"),
    [
        ([anchor(0, 1, -1, 0, 0)] * 3, Verdict.READY, 15),
        ([anchor(0, 1, -1, 0, 2)] * 3, Verdict.READY, 12),  # 80 %
        ([anchor(0, 1, -1, 0, 2), anchor(0, 0, 0, 2, 2), anchor(0, 0, 0, 0, 2)], "not_yet", 11),
        ([anchor(0, 0, 0, 0, 0)] * 2, Verdict.INCOMPLETE, 10),
        ([anchor(0), anchor(0), ()], Verdict.INCOMPLETE, 2),
        ([], Verdict.INCOMPLETE, 0),
    ],
)
def test_who_is_within_a_level_often_enough_may_start(
    anchors: list[tuple[LevelDifference, ...]], verdict: str, close: int
) -> None:
    found = calibrate(anchors)
    assert (found.verdict, found.close) == (verdict, close)
    assert found.of == sum(map(len, anchors))


def test_a_criterion_without_a_level_is_not_done_yet() -> None:
    open_one = LevelDifference(criterion="x", first=None, second=2)
    found = calibrate([anchor(0, 0), anchor(0, 0), (*anchor(0, 0), open_one)])
    assert (found.verdict, found.of) == (Verdict.INCOMPLETE, 6)


def test_who_gives_more_is_milder() -> None:
    assert calibrate([anchor(1, 0), anchor(1, 1), anchor(0, -1)]).milder == Fraction(1, 3)
    assert calibrate([]).milder is None
