from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.scoring.ordering import OrderMode, agreement_of_orders

permutations = st.integers(min_value=2, max_value=7).flatmap(
    lambda n: st.permutations(list(range(n)))
)

# Columns: absolute, next without end, next with end, one neighbour on both sides, all pairs,
# longest ordered, longest contiguous, near the right place.
MODES = [
    OrderMode.ABSOLUTE_POSITION,
    OrderMode.RELATIVE_NEXT_EXCLUDE_LAST,
    OrderMode.RELATIVE_NEXT_INCLUDE_LAST,
    OrderMode.RELATIVE_ONE_PREVIOUS_AND_NEXT,
    OrderMode.RELATIVE_ALL_PREVIOUS_AND_NEXT,
    OrderMode.LONGEST_ORDERED_SUBSET,
    OrderMode.LONGEST_CONTIGUOUS_SUBSET,
    OrderMode.RELATIVE_TO_CORRECT,
]
TABLE = {
    "123456": "1 1 1 1 1 1 1 1",
    "234561": "0 4/5 2/3 2/3 2/3 5/6 5/6 2/3",
    "654321": "0 0 0 0 0 0 0 2/5",
    "21345": "3/5 1/2 3/5 1/2 9/10 4/5 4/5 9/10",
    "124356": "2/3 2/5 1/2 1/2 14/15 5/6 1/2 14/15",
    # Answers from the tests of Moodle's plugin, which publish the shares of 324561 in the columns
    # 1, 2, 4 and 5, and those of 623451 in the columns 1, 2 and 3.
    "324561": "1/6 2/5 1/3 1/3 3/5 2/3 2/3 2/3",
    "623451": "2/3 3/5 1/2 1/2 2/5 2/3 2/3 2/3",
    "21": "0 0 0 0 0 0 0 0",
}


def places(given: str) -> list[int]:
    return [int(digit) - 1 for digit in given]


@pytest.mark.parametrize(
    ("given", "mode", "share"),
    [
        (given, mode, Fraction(share))
        for given, row in TABLE.items()
        for mode, share in zip(MODES, row.split(), strict=True)
    ],
)
def test_each_mode_sees_another_side_of_an_order(
    given: str, mode: OrderMode, share: Fraction
) -> None:
    assert agreement_of_orders(places(given), mode=mode) == share


@pytest.mark.parametrize(("given", "share"), [("123456", 1), ("123465", 0), ("234561", 0)])
def test_all_or_nothing_takes_only_the_key(given: str, share: int) -> None:
    assert agreement_of_orders(places(given), mode=OrderMode.ALL_OR_NOTHING) == share


@pytest.mark.parametrize("wrong", [[], [0], [0, 0], [1, 2], [0, 1, 3], [-1, 0]])
def test_places_must_be_those_of_a_key(wrong: list[int]) -> None:
    with pytest.raises(ValueError, match="must hold 0 to n - 1 once each"):
        agreement_of_orders(wrong, mode=OrderMode.RELATIVE_TO_CORRECT)


@given(permutations, st.sampled_from(OrderMode))
def test_a_share_lies_between_0_and_1_and_only_the_key_earns_everything(
    given: list[int], mode: OrderMode
) -> None:
    share = agreement_of_orders(given, mode=mode)
    assert 0 <= share <= 1
    assert (share == 1) == (given == sorted(given))


@given(permutations, st.sampled_from(OrderMode))
def test_reading_both_orders_backwards_changes_nothing(given: list[int], mode: OrderMode) -> None:
    if mode is OrderMode.RELATIVE_NEXT_INCLUDE_LAST:
        return  # the one mode that looks at one end only
    backwards = [len(given) - 1 - place for place in reversed(given)]
    assert agreement_of_orders(backwards, mode=mode) == agreement_of_orders(given, mode=mode)


@given(permutations)
def test_a_contiguous_run_is_never_longer_than_an_ordered_one(given: list[int]) -> None:
    contiguous = agreement_of_orders(given, mode=OrderMode.LONGEST_CONTIGUOUS_SUBSET)
    assert contiguous <= agreement_of_orders(given, mode=OrderMode.LONGEST_ORDERED_SUBSET)


@given(permutations, st.data())
def test_swapping_two_neighbours_into_their_right_order_never_lowers_the_pairs(
    given: list[int], data: st.DataObject
) -> None:
    here = data.draw(st.integers(min_value=0, max_value=len(given) - 2))
    swapped = [*given[:here], *sorted(given[here : here + 2]), *given[here + 2 :]]
    mode = OrderMode.RELATIVE_ALL_PREVIOUS_AND_NEXT
    assert agreement_of_orders(swapped, mode=mode) >= agreement_of_orders(given, mode=mode)
