from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.grades import Step, rounded


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("5.45", "5.5"),
        ("5.449", "5.4"),
        ("5.4499999994", "5.4"),
        ("5.4499999995", "5.5"),
        ("5.4542", "5.5"),
        ("6.25", "6.3"),
        ("2.2857", "2.3"),
        ("1", "1.0"),
        ("10", "10.0"),
    ],
)
def test_a_half_goes_up_after_nine_decimals(value: str, shown: str) -> None:
    assert str(rounded(Fraction(value))) == shown


@pytest.mark.parametrize(("value", "shown"), [("5.5", "6"), ("5.49", "5"), ("10", "10")])
def test_a_whole_grade_has_no_decimals(value: str, shown: str) -> None:
    assert str(rounded(Fraction(value), Step.WHOLE)) == shown


@given(st.fractions(min_value=1, max_value=10), st.sampled_from(Step))
def test_no_grade_is_rounded_by_more_than_half_a_step(value: Fraction, step: Step) -> None:
    hair = Fraction(1, 10**9)
    assert abs(Fraction(rounded(value, step)) - value) <= step.size / 2 + hair
    assert rounded(Fraction(rounded(value, step)), step) == rounded(value, step)


@given(
    st.fractions(min_value=1, max_value=10),
    st.fractions(min_value=1, max_value=10),
    st.sampled_from(Step),
)
def test_rounding_keeps_the_order(one: Fraction, other: Fraction, step: Step) -> None:
    low, high = sorted((one, other))
    assert rounded(low, step) <= rounded(high, step)


def test_a_grade_is_a_decimal_of_its_step() -> None:
    assert rounded(Fraction(10)) == Decimal("10.0")
