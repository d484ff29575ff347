import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.scoring.surveys import scale_value


@pytest.mark.parametrize(
    ("given", "is_reversed", "value"),
    [
        (1, False, 1), (5, False, 5), (1, True, 5), (2, True, 4), (3, True, 3), (5, True, 1),
        (None, False, None), (None, True, None),
    ],
)  # fmt: skip
def test_an_item_that_asks_the_opposite_is_read_backwards(
    given: int | None, is_reversed: bool, value: int | None
) -> None:
    assert scale_value(given, lowest=1, highest=5, is_reversed=is_reversed) == value


def test_a_scale_may_begin_anywhere() -> None:
    assert scale_value(-2, lowest=-2, highest=2, is_reversed=True) == 2
    assert scale_value(0, lowest=0, highest=10, is_reversed=True) == 10


@pytest.mark.parametrize(
    ("given", "lowest", "highest", "message"),
    [
        (0, 1, 5, "given=0 must be between 1 and 5"),
        (6, 1, 5, "given=6 must be between 1 and 5"),
        (None, 5, 5, "lowest=5 must be below highest=5"),
        (5, 6, 5, "lowest=6 must be below highest=5"),
    ],
)
def test_a_scale_has_two_ends(given: int | None, lowest: int, highest: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        scale_value(given, lowest=lowest, highest=highest, is_reversed=False)


@given(st.integers(1, 7))
def test_reading_backwards_twice_changes_nothing(step: int) -> None:
    once = scale_value(step, lowest=1, highest=7, is_reversed=True)
    assert scale_value(once, lowest=1, highest=7, is_reversed=True) == step
