from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.attempts.drawing import drawn, shuffled

SEED = 42
OPTIONS = "ABCDEFGH"

seeds = st.integers(0, 2**32 - 1)
items = st.lists(st.sampled_from(OPTIONS), unique=True, max_size=8)


def order(options: str, *, attempt: int, question: int, fixed: str = "") -> str:
    mixed = shuffled(options, seed=SEED, attempt=attempt, question=question, fixed=fixed)
    return "".join(mixed)


# Computed once with the reference model, assessment.md 2.6.
@pytest.mark.parametrize(
    ("attempt", "question", "expected"), [(1, 7, "AECBD"), (2, 7, "DCBAE"), (1, 8, "BDEAC")]
)
def test_the_same_lot_is_drawn_for_ever(attempt: int, question: int, expected: str) -> None:
    assert order("ABCDE", attempt=attempt, question=question) == expected


def test_three_of_a_pool_are_drawn_in_their_order() -> None:
    assert drawn("abcdefgh", count=3, seed=SEED, attempt=1, slot=900) == ["d", "e", "f"]


def test_each_order_comes_as_often_as_another() -> None:
    orders = Counter(order("ABC", attempt=attempt, question=7) for attempt in range(60_000))
    assert len(orders) == 6
    assert (min(orders.values()), max(orders.values())) == (9962, 10086)


def test_none_of_these_stays_at_the_end() -> None:
    assert order("ABCDEF", attempt=1, question=7, fixed="F") == "AECBDF"


def test_an_option_in_the_middle_keeps_its_place_too() -> None:
    mixed = order("ABXCDE", attempt=2, question=7, fixed="X")
    assert mixed == "DCXBAE"


def test_all_may_be_fixed() -> None:
    assert order("ABC", attempt=1, question=7, fixed="CBA") == "ABC"


@given(items, seeds, st.integers(0, 50), st.integers(0, 50), st.data())
def test_shuffling_keeps_everything_and_moves_nothing_that_is_fixed(
    options: list[str], seed: int, attempt: int, question: int, data: st.DataObject
) -> None:
    fixed = data.draw(st.sets(st.sampled_from(options))) if options else set()
    mixed = shuffled(options, seed=seed, attempt=attempt, question=question, fixed=fixed)
    assert sorted(mixed) == sorted(options)
    for before, after in zip(options, mixed, strict=True):
        if before in fixed or after in fixed:
            assert before == after


@given(items, seeds, st.integers(0, 50), st.integers(0, 8), st.integers(0, 8))
def test_taking_more_from_a_pool_begins_with_the_same_ones(
    pool: list[str], seed: int, attempt: int, few: int, more: int
) -> None:
    few, more = sorted((few % (len(pool) + 1), more % (len(pool) + 1)))
    some = drawn(pool, count=few, seed=seed, attempt=attempt, slot=900)
    assert len(set(some)) == few
    assert drawn(pool, count=more, seed=seed, attempt=attempt, slot=900)[:few] == some


@pytest.mark.parametrize("count", [-1, 4])
def test_a_pool_gives_no_more_than_it_has(count: int) -> None:
    with pytest.raises(ValueError, match=f"count={count} must be between 0 and 3"):
        drawn("abc", count=count, seed=SEED, attempt=1, slot=900)


def test_a_lot_is_there_once() -> None:
    with pytest.raises(ValueError, match="item='A' must be there once"):
        order("ABA", attempt=1, question=7)
    with pytest.raises(ValueError, match="item='a' must be there once"):
        drawn("aa", count=1, seed=SEED, attempt=1, slot=900)


def test_only_what_is_there_can_be_fixed() -> None:
    with pytest.raises(ValueError, match=r"fixed=\['X'\] must be among items=\['A', 'B'\]"):
        order("AB", attempt=1, question=7, fixed="X")
