"""How well one order agrees with another: the eight modes of Moodle, and all or nothing.

The rules are those of Moodle's ordering question (``qtype_ordering``, Gordon Bateson); the code is
our own. They differ in what they see. Moving the first item of six to the end costs everything in
the absolute mode, one pair of five in the neighbour mode, and one item of six in the longest run.
"""

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from course.domain.scoring.scores import Score, blank

FEWEST_ITEMS = 2  # one item has no order


class OrderMode(StrEnum):
    """What counts as right, for n items; each mode gives 1 for the key and only for the key."""

    ALL_OR_NOTHING = "all_or_nothing"
    # Items in their own place, of n.
    ABSOLUTE_POSITION = "absolute_position"
    # Items followed by their right neighbour, of n - 1.
    RELATIVE_NEXT_EXCLUDE_LAST = "relative_next_exclude_last"
    # The same, where the end is the neighbour of the last item, of n.
    RELATIVE_NEXT_INCLUDE_LAST = "relative_next_include_last"
    # Right neighbours on both sides, begin and end included, of 2n.
    RELATIVE_ONE_PREVIOUS_AND_NEXT = "relative_one_previous_and_next"
    # Pairs in the right order, near or far, of n(n - 1)/2.
    RELATIVE_ALL_PREVIOUS_AND_NEXT = "relative_all_previous_and_next"
    # The most items that stand in the right order, others between them or not, of n.
    LONGEST_ORDERED_SUBSET = "longest_ordered_subset"
    # The same, for items that are direct neighbours in the key; others may stand between them.
    LONGEST_CONTIGUOUS_SUBSET = "longest_contiguous_subset"
    # n - 1 a item, less 1 for each place it is off, of n(n - 1). Generous: the reverse of six
    # items still earns 0.4.
    RELATIVE_TO_CORRECT = "relative_to_correct"


def agreement_of_orders(places: Sequence[int], *, mode: OrderMode) -> Fraction:
    """Tell which share of the order is right, from 0 to 1, exact.

    ``places`` holds, for each item in the given order, its place in the key, from 0; so the key
    itself is 0, 1, 2, ... Raises :exc:`ValueError` unless it is a permutation of two or more.
    """
    n = len(places)
    if n < FEWEST_ITEMS or sorted(places) != list(range(n)):
        raise ValueError(f"places={list(places)} must hold 0 to n - 1 once each, with n >= 2")
    match mode:
        case OrderMode.ALL_OR_NOTHING:
            return Fraction(list(places) == sorted(places))
        case OrderMode.ABSOLUTE_POSITION:
            return Fraction(sum(here == place for here, place in enumerate(places)), n)
        case OrderMode.RELATIVE_NEXT_EXCLUDE_LAST:
            return Fraction(_neighbours(places), n - 1)
        case OrderMode.RELATIVE_NEXT_INCLUDE_LAST:
            return Fraction(_neighbours([*places, n]), n)
        case OrderMode.RELATIVE_ONE_PREVIOUS_AND_NEXT:
            # An item looks back and ahead, so a pair inside counts twice, one with an end once.
            both = _neighbours([-1, *places]) + _neighbours([*places, n])
            return Fraction(both, 2 * n)
        case OrderMode.RELATIVE_ALL_PREVIOUS_AND_NEXT:
            ordered = sum(a < b for here, b in enumerate(places) for a in places[:here])
            return Fraction(2 * ordered, n * (n - 1))
        case OrderMode.LONGEST_ORDERED_SUBSET:
            return Fraction(_at_least_two(_longest_rise(places)), n)
        case OrderMode.LONGEST_CONTIGUOUS_SUBSET:
            return Fraction(_at_least_two(_longest_chain(places)), n)
        case OrderMode.RELATIVE_TO_CORRECT:
            near = sum(n - 1 - abs(here - place) for here, place in enumerate(places))
            return Fraction(near, n * (n - 1))


def _neighbours(places: Sequence[int]) -> int:
    return sum(after == before + 1 for before, after in pairwise(places))


def _at_least_two(length: int) -> int:
    """One item is always in order with itself; Moodle gives nothing for that."""
    return length if length > 1 else 0


def _longest_rise(places: Sequence[int]) -> int:
    """Length of the longest rising run, gaps allowed."""
    ending: list[int] = []
    for here, place in enumerate(places):
        before = [ending[there] for there in range(here) if places[there] < place]
        ending.append(1 + max(before, default=0))
    return max(ending)


def _longest_chain(places: Sequence[int]) -> int:
    """Length of the longest run like 4, 5, 6, each standing somewhere after the one before."""
    ending: dict[int, int] = {}
    for place in places:
        ending[place] = 1 + ending.get(place - 1, 0)
    return max(ending.values())


def score_order(
    given: Sequence[str],
    *,
    key: Sequence[str],
    maximum: int,
    mode: OrderMode = OrderMode.RELATIVE_TO_CORRECT,
) -> Score:
    """Award a share for the ``given`` order, first item first, by ``mode``; empty is blank.

    Raises :exc:`ValueError` when ``key`` has fewer than two items or one twice, and when
    ``given`` is neither empty nor exactly the items of ``key``.
    """
    if len(key) < FEWEST_ITEMS or len(set(key)) != len(key):
        raise ValueError(f"key={list(key)} must have at least 2 items, each once")
    if not given:
        return blank(maximum)
    if sorted(given) != sorted(key):
        raise ValueError(f"given={list(given)} must have exactly the items of key={list(key)}")
    return Score(agreement_of_orders([key.index(item) for item in given], mode=mode), maximum)
