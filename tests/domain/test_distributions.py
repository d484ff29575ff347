from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.distributions import (
    Cell,
    Distribution,
    Suppressed,
    shown_distribution,
    snapshot_due,
    suppress,
)

HIDDEN, NEARLY = Suppressed.HIDDEN, Suppressed.NEARLY_EVERYONE

tables = st.lists(st.integers(min_value=0, max_value=30), min_size=1, max_size=6)


def tables_of(n: int, options: int) -> Iterator[tuple[int, ...]]:
    """Each way in which ``n`` people can divide over ``options``."""
    for bars in combinations(range(n + options - 1), options - 1):
        edges = (-1, *bars, n + options - 1)
        yield tuple(after - before - 1 for before, after in pairwise(edges))


def derivable(n: int, options: int, show: Callable[[tuple[int, ...]], Hashable]) -> list[str]:
    """What a reader finds who knows the total and the rule, and tries all tables that fit.

    ``show`` gives what is shown of a table, as a tuple of cells, or ``None``.
    """
    fitting = defaultdict(list)
    for table in tables_of(n, options):
        fitting[show(table)].append(table)
    return [
        f"{shown}: option {option} must be {candidates[0][option]}"
        for shown, candidates in fitting.items()
        if isinstance(shown, tuple)
        for option, cell in enumerate(shown)
        if isinstance(cell, Suppressed) and len({table[option] for table in candidates}) == 1
    ]


# --- Which cells are hidden ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([7, 3, 14], [HIDDEN, HIDDEN, 14]),
        ([7, 3, 12, 2], [7, HIDDEN, 12, HIDDEN]),
        ([0, 0, 11, 0, 1], [0, 0, HIDDEN, 0, HIDDEN]),
        ([6, 9, 5, 8], [6, 9, 5, 8]),
        ([5, 5], [5, 5]),
        ([10, 0, 0], [10, 0, 0]),
        # Two that hold fewer than five together hide a third.
        ([2, 2, 6, 9], [HIDDEN, HIDDEN, HIDDEN, 9]),
        ([1, 4, 6, 9], [HIDDEN, HIDDEN, 6, 9]),
        # Which of two equals was hidden would tell that the small one is the other.
        ([5, 5, 4], [HIDDEN, HIDDEN, HIDDEN]),
        ([7, 3, 7, 9], [HIDDEN, HIDDEN, HIDDEN, 9]),
        # Five cells with five answers are five times one; two with eight are twice four.
        ([1, 1, 1, 1, 1, 8, 9], [HIDDEN] * 6 + [9]),
        ([4, 4, 7, 9], [HIDDEN, HIDDEN, HIDDEN, 9]),
        ([3, 3, 7, 9], [HIDDEN, HIDDEN, 7, 9]),
        # Eight again, but as likely 2 and 6.
        ([3, 5, 9], [HIDDEN, HIDDEN, 9]),
        ([1, 1, 1, 1, 2, 9], [HIDDEN] * 5 + [9]),
        # There is no other cell to hide.
        ([4, 4, 4], [HIDDEN, HIDDEN, HIDDEN]),
        ([2, 2, 2, 2, 2, 0], [HIDDEN] * 5 + [0]),
    ],
)
def test_hides_small_cells_and_as_many_others_as_it_takes(
    counts: list[int], shown: list[Cell]
) -> None:
    assert suppress(counts) == shown


@pytest.mark.parametrize("counts", [[3, 2, 2], [9, 0], [], [0, 0], [1] * 10, [1] * 12 + [0]])
def test_shows_nothing_of_too_few_answers_or_when_everybody_stands_alone(
    counts: list[int],
) -> None:
    assert suppress(counts) is None
    assert shown_distribution(counts) is None


def test_a_teacher_may_see_a_smaller_group() -> None:
    assert suppress([5, 3, 1], minimum=5) == [HIDDEN, HIDDEN, HIDDEN]
    assert suppress([5, 0, 0], minimum=5) == [5, 0, 0]
    assert suppress([2, 2], minimum=5) is None


def test_what_counts_as_few_can_be_set() -> None:
    assert suppress([2, 1, 7], k=2) == [HIDDEN, HIDDEN, 7]
    assert suppress([9, 11, 12], k=10) == [HIDDEN, HIDDEN, 12]


@pytest.mark.parametrize(
    ("counts", "k", "minimum", "message"),
    [
        ([-1, 20], 5, 10, "must be >= 0"),
        ([20], 1, 10, "k=1 must be between 2 and minimum=10"),
        ([20], 6, 5, "k=6 must be between 2 and minimum=5"),
    ],
)
def test_suppression_refuses_what_would_not_protect(
    counts: list[int], k: int, minimum: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        suppress(counts, k=k, minimum=minimum)


@given(tables)
def test_a_shown_count_is_true_and_nobody_or_many(counts: list[int]) -> None:
    for count, cell in zip(counts, suppress(counts) or [], strict=False):
        assert cell is HIDDEN or (cell == count and (count == 0 or count >= 5))


@given(tables)
def test_hidden_cells_cannot_be_worked_out_by_subtracting(counts: list[int]) -> None:
    cells = suppress(counts)
    if cells is None:
        return
    hidden = [count for count, cell in zip(counts, cells, strict=True) if cell is HIDDEN]
    assert len(hidden) != 1
    assert not hidden or sum(hidden) >= 5
    assert 0 not in hidden


@given(tables, st.data())
def test_the_order_of_options_does_not_change_what_is_hidden(
    counts: list[int], data: st.DataObject
) -> None:
    cells = suppress(counts)
    places = data.draw(st.permutations(range(len(counts))))
    moved = suppress([counts[place] for place in places])
    assert moved == (None if cells is None else [cells[place] for place in places])


@pytest.mark.parametrize(
    ("k", "minimum", "options", "most"),
    [(5, 10, 2, 30), (5, 10, 3, 26), (5, 10, 4, 20), (5, 10, 5, 15), (5, 5, 3, 18), (3, 6, 4, 14)],
)
def test_no_reader_who_tries_all_tables_finds_a_hidden_count(
    k: int, minimum: int, options: int, most: int
) -> None:
    def show(table: Sequence[int]) -> tuple[Cell, ...] | None:
        cells = suppress(table, k=k, minimum=minimum)
        return None if cells is None else tuple(cells)

    for n in range(minimum, most + 1):
        assert derivable(n, options, show) == []


# --- What is shown -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "cells"),
    [
        ([6, 9, 5, 8], (20, 30, 20, 30)),  # 21.4, 32.1, 17.9, 28.6
        ([7, 3, 14], (HIDDEN, HIDDEN, 60)),  # 58.3
        ([5, 35], (15, 90)),  # 12.5 and 87.5, halves up
        ([8, 0, 8], (50, 0, 50)),
        ([9, 1], (NEARLY, HIDDEN)),
        ([10, 0, 0], (NEARLY, HIDDEN, HIDDEN)),
        ([0, 1, 0, 11], (HIDDEN, HIDDEN, HIDDEN, NEARLY)),
        ([90, 10], (NEARLY, HIDDEN)),
        ([89, 11], (90, 10)),
        ([5, 200, 195], (0, 50, 50)),  # 1.25, 50, 48.75
    ],
)
def test_shows_fives_of_percents_and_says_when_nearly_everyone_agrees(
    counts: list[int], cells: tuple[Cell, ...]
) -> None:
    assert shown_distribution(counts) == Distribution(answers=sum(counts), cells=cells)


def test_a_teacher_may_be_shown_a_smaller_group() -> None:
    assert shown_distribution([5, 1], minimum=5) == Distribution(6, (HIDDEN, HIDDEN))
    assert shown_distribution([2, 6], minimum=5, k=2) == Distribution(8, (25, 75))


@given(tables)
def test_what_is_shown_is_a_multiple_of_five_within_half_of_that(counts: list[int]) -> None:
    shown = shown_distribution(counts)
    if shown is None:
        return
    assert shown.answers == sum(counts)
    for count, cell in zip(counts, shown.cells, strict=True):
        if not isinstance(cell, Suppressed):
            assert cell % 5 == 0
            assert -2.5 < cell - 100 * count / shown.answers <= 2.5 + 1e-9


@pytest.mark.parametrize(("options", "most"), [(2, 40), (3, 24), (4, 18), (5, 14)])
def test_no_reader_of_percentages_finds_a_hidden_count(options: int, most: int) -> None:
    def show(table: Sequence[int]) -> tuple[Cell, ...] | None:
        shown = shown_distribution(table)
        return None if shown is None else shown.cells

    for n in range(10, most + 1):
        assert derivable(n, options, show) == []


# --- When it is shown ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("previous_n", "current_n", "due"),
    [(0, 10, True), (10, 10, False), (10, 12, False), (10, 13, True), (13, 11, False),
     (13, 10, True)],
)  # fmt: skip
def test_a_newer_distribution_waits_for_three_answers(
    previous_n: int, current_n: int, due: bool
) -> None:
    assert snapshot_due(previous_n=previous_n, current_n=current_n) is due


def test_a_newer_distribution_can_wait_longer() -> None:
    assert not snapshot_due(previous_n=10, current_n=14, step=5)
    assert snapshot_due(previous_n=10, current_n=12, step=2)


@pytest.mark.parametrize(
    ("previous_n", "current_n", "step", "message"),
    [(-1, 1, 3, "must be >= 0"), (1, -1, 3, "must be >= 0"), (1, 1, 1, "step=1 must be >= 2")],
)
def test_a_snapshot_refuses_what_would_not_protect(
    previous_n: int, current_n: int, step: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        snapshot_due(previous_n=previous_n, current_n=current_n, step=step)


@given(st.lists(st.sampled_from([-1, 1, 1, 1]), max_size=60))
def test_two_distributions_in_a_row_never_differ_by_one_or_two_answers(changes: list[int]) -> None:
    current, snapshots = 0, [0]
    for change in changes:
        current = max(0, current + change)
        if snapshot_due(previous_n=snapshots[-1], current_n=current):
            snapshots.append(current)
    differences = [abs(b - a) for a, b in pairwise(snapshots)]
    assert all(difference >= 3 for difference in differences)
    assert abs(current - snapshots[-1]) < 3
