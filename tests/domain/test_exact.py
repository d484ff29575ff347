from fractions import Fraction
from random import Random
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.exact import fraction_of, half_up, mean, median, quantile

numbers = st.lists(st.integers(min_value=-100, max_value=100), min_size=1, max_size=12)
shares = st.fractions(min_value=0, max_value=1, max_denominator=20)


@pytest.mark.parametrize(
    ("values", "share", "value"),
    [
        ([20, 25, 30, 30, 35, 40, 40, 45, 60, 70], "1/4", "30"),
        ([20, 25, 30, 30, 35, 40, 40, 45, 60, 70], "3/4", "175/4"),
        ([70, 20], "1/4", "65/2"),
        ([1, 2, 4], "1/2", "2"),
        ([1, 2, 4], "0", "1"),
        ([1, 2, 4], "1", "4"),
        ([7], "1/3", "7"),
    ],
)
def test_a_quantile_lies_in_proportion_between_two_values(
    values: list[int], share: str, value: str
) -> None:
    assert quantile(values, Fraction(share)) == Fraction(value)


def test_nothing_is_lost_in_a_mean() -> None:
    assert mean([Fraction(1, 3), Fraction(1, 7), 0]) == Fraction(10, 63)


def test_a_median_of_two_lies_halfway() -> None:
    assert median([2, 1]) == Fraction(3, 2)


@pytest.mark.parametrize(
    ("value", "whole"), [("5/2", 3), ("-5/2", -2), ("7/3", 2), ("2", 2), ("8/3", 3)]
)
def test_a_half_goes_up(value: str, whole: int) -> None:
    assert half_up(Fraction(value)) == whole


def test_of_nothing_there_is_no_middle() -> None:
    for middle in (mean, median):
        with pytest.raises(ValueError, match=r"values=\[\] must hold a value"):
            middle([])


@pytest.mark.parametrize("share", [Fraction(-1, 4), Fraction(5, 4)])
def test_a_quantile_is_of_a_share(share: Fraction) -> None:
    with pytest.raises(ValueError, match=r"share=.+ must be between 0 and 1"):
        quantile([1, 2], share)


@given(numbers, shares, st.randoms())
def test_a_quantile_lies_among_its_values_in_any_order(
    values: list[int], share: Fraction, chance: Random
) -> None:
    found = quantile(values, share)
    assert min(values) <= found <= max(values)
    chance.shuffle(values)
    assert quantile(values, share) == found


@given(st.lists(st.integers(min_value=-100, max_value=100), min_size=2, max_size=12))
def test_quartiles_are_those_of_the_standard_library(values: list[int]) -> None:
    ours = [quantile(values, Fraction(quarter, 4)) for quarter in (1, 2, 3)]
    assert ours == quantiles(map(Fraction, values), n=4, method="inclusive")


@given(st.fractions(max_denominator=10**6, min_value=-(10**9), max_value=10**9))
def test_a_fraction_comes_back_from_its_text(value: Fraction) -> None:
    assert fraction_of(str(value)) == value


@pytest.mark.parametrize("text", ["", "0.5", "1e9", "nan", "1/-2", "1/0", " 1", "1/2/3", "٣"])
def test_other_texts_are_no_fractions(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        fraction_of(text)
