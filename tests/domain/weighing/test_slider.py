from fractions import Fraction
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.weighing.slider import Slider

PANEL = [20, 25, 30, 30, 35, 40, 40, 45, 60, 70]

positions = st.integers(min_value=0, max_value=100)


def test_the_key_is_the_middle_half_of_the_panel() -> None:
    table = Slider().table(PANEL, method="quartiles")
    assert (table.low, table.high) == (Fraction(30), Fraction(175, 4))


@pytest.mark.parametrize(
    ("position", "credit"),
    [
        (35, "1"),
        (30, "1"),
        (43, "1"),
        (44, "224/225"),
        (50, "8/9"),  # .8889
        (70, "8/15"),  # .5333
        (100, "0"),
        (0, "7/15"),  # .4667
    ],
)
def test_a_position_earns_by_its_distance_to_the_middle_half(position: int, credit: str) -> None:
    assert Slider().table(PANEL, method="quartiles").credit(position) == Fraction(credit)


def test_a_panel_from_end_to_end_leaves_nobody_outside() -> None:
    table = Slider().table([0, 0, 100, 100], method="quartiles")
    assert [table.credit(position) for position in (0, 50, 100)] == [1, 1, 1]


def test_one_member_is_a_panel_of_one_position() -> None:
    table = Slider().table([0], method="quartiles")
    assert [table.credit(position) for position in (0, 1, 100)] == [1, Fraction(99, 100), 0]


@pytest.mark.parametrize("position", [-1, 101, 50.0, nan, inf, "50", None, True])
def test_a_position_off_the_axis_is_refused(position: object) -> None:
    table = Slider().table(PANEL, method="quartiles")
    for read in (table.credit, Slider().panel_answer):
        with pytest.raises(ValueError, match="must be a whole number from 0 to 100"):
            read(position)
    with pytest.raises(ValueError, match="must be a whole number from 0 to 100"):
        Slider().table([*PANEL, position], method="quartiles")


@given(st.lists(positions, min_size=1, max_size=12), positions)
def test_a_step_away_from_the_panel_never_earns_more(panel: list[int], position: int) -> None:
    table = Slider().table(panel, method="quartiles")
    if position > table.high:
        assert table.credit(position) < table.credit(position - 1)
    elif position < table.low:
        assert table.credit(position) < table.credit(position + 1)
    else:
        assert table.credit(position) == 1


@given(st.lists(positions, min_size=1, max_size=12), positions)
def test_turning_the_axis_round_changes_nothing(panel: list[int], position: int) -> None:
    turned = Slider().table([100 - place for place in panel], method="quartiles")
    assert turned.credit(100 - position) == Slider().table(panel, method="quartiles").credit(
        position
    )
