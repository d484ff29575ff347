from fractions import Fraction
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.weighing.pairs import consistency_of


@st.composite
def choices(draw: st.DrawFn) -> list[tuple[str, str]]:
    options = "ABCDEF"[: draw(st.integers(min_value=3, max_value=6))]
    return [
        (one, other) if draw(st.booleans()) else (other, one)
        for one, other in combinations(options, 2)
    ]


def pairs(text: str) -> list[tuple[str, str]]:
    return [(pair[0], pair[1]) for pair in text.split()]


@pytest.mark.parametrize(
    ("chosen", "circles", "coefficient"),
    [
        ("AB AC BC", 0, "1"),
        ("AB BC CA", 1, "0"),
        ("BA CB AC", 1, "0"),
        ("AB BC CA AD BD CD", 1, "1/2"),
        ("AB BC CD DA AC BD", 2, "0"),
        # Five with three circles of the five that there can be.
        ("AB BC CD DA AC BD AE BE CE ED", 3, "2/5"),
        # Each above the next two: as many as there can be.
        ("AB AC BC BD CD CE DE DA EA EB", 5, "0"),
    ],
)
def test_choices_that_turn_in_a_circle_are_found(
    chosen: str, circles: int, coefficient: str
) -> None:
    found = consistency_of(pairs(chosen))
    assert found.coefficient == Fraction(coefficient)
    assert len(found.circles) == circles
    for circle in found.circles:
        one, two, three = circle
        assert {(one, two), (two, three), (three, one)} <= set(pairs(chosen))


def test_it_is_counted_how_often_each_weighs_more() -> None:
    found = consistency_of(pairs("AB BC CA AD BD CD"))
    assert found.wins == (("A", 2), ("B", 2), ("C", 2), ("D", 0))
    assert found.circles == (("A", "B", "C"),)


@given(choices())
def test_circles_are_as_many_as_kendall_counts_from_the_wins(
    chosen: list[tuple[str, str]],
) -> None:
    found = consistency_of(chosen)
    k = len(found.wins)
    triads = k * (k - 1) * (k - 2) // 6 - sum(s * (s - 1) // 2 for _, s in found.wins)
    most = (k**3 - k) // 24 if k % 2 else (k**3 - 4 * k) // 24
    assert len(found.circles) == triads
    assert found.coefficient == 1 - Fraction(triads, most)
    assert 0 <= found.coefficient <= 1


@given(choices(), st.randoms())
def test_the_order_of_the_questions_does_not_matter(
    chosen: list[tuple[str, str]], chance: Random
) -> None:
    before = consistency_of(chosen)
    chance.shuffle(chosen)
    assert consistency_of(chosen) == before


@given(st.permutations("ABCDEF"))
def test_an_order_has_no_circles(order: list[str]) -> None:
    assert consistency_of(list(combinations(order, 2))).coefficient == 1


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ("AB", "must be 3 to 6"),
        ("AB AC BC AD", "must hold each pair"),
        ("AB AC BC CB", "must hold each pair"),
        ("AB AC BC AB", "must hold each pair"),
        ("AA AB AC BC", "must hold each pair"),
        (" ".join(one + other for one, other in combinations("ABCDEFG", 2)), "must be 3 to 6"),
    ],
)
def test_each_pair_is_asked_once(chosen: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        consistency_of(pairs(chosen))
