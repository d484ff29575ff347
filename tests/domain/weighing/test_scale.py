from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course.domain.weighing.scale import (
    Balance,
    Leaning,
    Movement,
    Side,
    balance,
    leaning,
    movement,
    side,
    tilt_degrees,
)

# Each lean that a scale can have, from one end to the other: the sums go up to 16.
LEANS = sorted({Fraction(c - p, c + p) for c in range(17) for p in range(17) if c + p})


@st.composite
def balances(draw: st.DrawFn, considerations: int | None = None) -> Balance:
    n = considerations or draw(st.integers(min_value=2, max_value=4))
    weights = st.lists(st.integers(min_value=0, max_value=4), min_size=n, max_size=n)
    agreement, client = draw(weights), draw(weights)
    assume(any(agreement) or any(client))
    return balance(agreement=agreement, client=client)


# --- The balance ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agreement", "client", "sums", "lean"),
    [
        ((3, 2), (4, 3), (5, 7), "1/6"),
        ((4, 3), (3, 2), (7, 5), "-1/6"),
        ((2, 2), (3, 1), (4, 4), "0"),
        ((0, 0), (0, 1), (0, 1), "1"),
        ((4, 4, 4), (0, 0, 0), (12, 0), "-1"),
        ((4, 4, 4, 4), (4, 4, 4, 3), (16, 15), "-1/31"),
        ((1, 0), (3, 0), (1, 3), "1/2"),
    ],
)
def test_a_scale_leans_to_the_heavier_side(
    agreement: tuple[int, ...], client: tuple[int, ...], sums: tuple[int, int], lean: str
) -> None:
    weighed = balance(agreement=agreement, client=client)
    assert (weighed.agreement, weighed.client) == sums
    assert weighed.lean == Fraction(lean)


@pytest.mark.parametrize(
    ("agreement", "client", "message"),
    [
        ((1, 1), (1, 1, 1), "must hold as many weights"),
        ((1,), (1,), "must hold 2 to 4 weights"),
        ((1,) * 5, (1,) * 5, "must hold 2 to 4 weights"),
        ((), (), "must hold 2 to 4 weights"),
        ((5, 0), (0, 0), "weight=5 must be between 0 and 4"),
        ((0, 1), (1, -1), "weight=-1 must be between 0 and 4"),
        ((0, 0), (0, 0), "must hold a weight above 0"),
    ],
)
def test_a_scale_refuses_what_cannot_be_weighed(
    agreement: tuple[int, ...], client: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        balance(agreement=agreement, client=client)


@given(balances())
def test_a_lean_stays_within_bounds_and_turns_with_the_sides(weighed: Balance) -> None:
    turned = balance(agreement=weighed.client_weights, client=weighed.agreement_weights)
    assert -1 <= weighed.lean <= 1
    assert turned.lean == -weighed.lean


@given(balances(), st.data())
def test_more_weight_for_the_client_never_leans_towards_the_agreement(
    weighed: Balance, data: st.DataObject
) -> None:
    weights = list(weighed.client_weights)
    here = data.draw(st.integers(min_value=0, max_value=len(weights) - 1))
    assume(weights[here] < 4)
    weights[here] += 1
    heavier = balance(agreement=weighed.agreement_weights, client=weights)
    assert heavier.lean >= weighed.lean


@given(balances())
def test_the_order_of_considerations_does_not_matter_to_the_lean(weighed: Balance) -> None:
    backwards = balance(
        agreement=weighed.agreement_weights[::-1], client=weighed.client_weights[::-1]
    )
    assert backwards.lean == weighed.lean


# --- The picture and the words -------------------------------------------------------------


@pytest.mark.parametrize(
    ("lean", "degrees"),
    [
        ("0", 0.0),
        ("1", 12.0),
        ("-1", -12.0),
        ("1/6", 2.0),
        ("-1/31", -0.4),
        ("1/7", 1.7),
        ("1/80", 0.2),  # 0.15 degrees
        ("-1/80", -0.2),
        ("1/241", 0.0),
        ("-1/241", 0.0),
    ],
)
def test_the_beam_tilts_in_proportion(lean: str, degrees: float) -> None:
    assert tilt_degrees(Fraction(lean)) == degrees


def test_the_beam_can_tilt_less() -> None:
    assert tilt_degrees(Fraction(-1, 2), widest=5) == -2.5


def test_a_level_beam_has_no_sign() -> None:
    assert str(tilt_degrees(Fraction(-1, 1000))) == "0.0"


@pytest.mark.parametrize(
    ("lean", "word", "heavier"),
    [
        ("-1", "strongly_agreement", "agreement"),
        ("-1/2", "strongly_agreement", "agreement"),
        ("-49/100", "agreement", "agreement"),
        ("-1/10", "agreement", "agreement"),
        ("-99/1000", "even", "even"),
        ("0", "even", "even"),
        ("99/1000", "even", "even"),
        ("1/10", "client", "client"),
        ("49/100", "client", "client"),
        ("1/2", "strongly_client", "client"),
        ("1", "strongly_client", "client"),
    ],
)
def test_a_lean_has_a_word_and_a_side(lean: str, word: str, heavier: str) -> None:
    assert leaning(Fraction(lean)) == word
    assert side(Fraction(lean)) == heavier


@pytest.mark.parametrize("lean", [Fraction(-101, 100), Fraction(101, 100)])
def test_a_lean_beyond_the_ends_does_not_exist(lean: Fraction) -> None:
    for name in (tilt_degrees, leaning, side):
        with pytest.raises(ValueError, match="must be between -1 and 1"):
            name(lean)


@pytest.mark.parametrize("lean", LEANS)
def test_pictures_and_words_of_opposite_weighings_mirror_each_other(lean: Fraction) -> None:
    words = list(Leaning)
    assert tilt_degrees(-lean) == -tilt_degrees(lean)
    assert words.index(leaning(-lean)) == len(words) - 1 - words.index(leaning(lean))
    assert list(Side).index(side(-lean)) == 2 - list(Side).index(side(lean))


@pytest.mark.parametrize(("less", "more"), list(pairwise(LEANS)))
def test_a_larger_lean_never_looks_or_sounds_smaller(less: Fraction, more: Fraction) -> None:
    assert tilt_degrees(less) <= tilt_degrees(more)
    assert list(Leaning).index(leaning(less)) <= list(Leaning).index(leaning(more))
    assert list(Side).index(side(less)) <= list(Side).index(side(more))


# --- Weighing again ------------------------------------------------------------------------


def test_weighing_again_shows_which_weights_moved_and_where_to() -> None:
    before = balance(agreement=(3, 2), client=(4, 3))
    after = balance(agreement=(3, 4), client=(4, 1))
    assert movement(before=before, after=after) == Movement(
        lean=Fraction(-1, 3), agreement=(0, 2), client=(0, -2)
    )


def test_weights_can_move_while_the_lean_does_not() -> None:
    before = balance(agreement=(1, 2), client=(0, 4))
    after = balance(agreement=(2, 1), client=(4, 0))
    moved = movement(before=before, after=after)
    assert moved == Movement(lean=Fraction(0), agreement=(1, -1), client=(4, -4))


def test_weighings_of_other_considerations_cannot_be_compared() -> None:
    before = balance(agreement=(1, 2), client=(0, 4))
    after = balance(agreement=(1, 2, 0), client=(0, 4, 0))
    with pytest.raises(ValueError, match="must weigh the same considerations"):
        movement(before=before, after=after)


@given(balances(considerations=3), balances(considerations=3), balances(considerations=3))
def test_movements_add_up_and_none_is_no_movement(
    first: Balance, second: Balance, third: Balance
) -> None:
    steps = movement(before=first, after=second).lean + movement(before=second, after=third).lean
    assert movement(before=first, after=third).lean == steps
    assert -2 <= steps <= 2
    assert movement(before=first, after=first) == Movement(
        lean=Fraction(0), agreement=(0, 0, 0), client=(0, 0, 0)
    )
