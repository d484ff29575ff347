from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.scoring import (
    AcceptedNumber,
    AnswerState,
    Score,
    Tolerance,
    UnitRule,
    Unmarked,
    first_accepted,
    score_numbers,
    score_quantity,
)

HOURS = {"uur": Fraction(1), "u": Fraction(1), "minuten": Fraction(1, 60)}
HALF = AcceptedNumber(expected=Decimal("1.5"))

decimals = st.decimals(-1000, 1000, places=3, allow_nan=False, allow_infinity=False)
tolerances = st.decimals(0, 100, places=3, allow_nan=False, allow_infinity=False)


def accepts(given: str, number: AcceptedNumber) -> bool:
    return number.accepts(Fraction(given))


# --- How near ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "expected", "given", "right"),
    [
        (Tolerance.EXACT, "80", "80.00", True),
        (Tolerance.EXACT, "80", "80.0000001", False),
        (Tolerance.EXACT, "0", "0", True),
        (Tolerance.RELATIVE, "80", "76", True),
        (Tolerance.RELATIVE, "80", "84.0001", False),
        (Tolerance.GEOMETRIC, "80", "76.1905", True),
        (Tolerance.GEOMETRIC, "80", "76.18", False),
    ],
)
def test_five_percent_means_what_the_mode_says(
    mode: Tolerance, expected: str, given: str, right: bool
) -> None:
    tolerance = Decimal(0) if mode is Tolerance.EXACT else Decimal("0.05")
    number = AcceptedNumber(expected=Decimal(expected), mode=mode, tolerance=tolerance)
    assert accepts(given, number) is right


@pytest.mark.parametrize(
    ("mode", "expected", "lowest", "highest"),
    [
        (Tolerance.ABSOLUTE, "10", "9", "13"),
        (Tolerance.ABSOLUTE, "-10", "-11", "-7"),
        (Tolerance.RELATIVE, "10", "0", "40"),
        (Tolerance.RELATIVE, "-10", "-20", "20"),
        (Tolerance.GEOMETRIC, "10", "5", "40"),
        (Tolerance.GEOMETRIC, "-10", "-20", "-5/2"),
    ],
)
def test_a_tolerance_may_differ_below_and_above(
    mode: Tolerance, expected: str, lowest: str, highest: str
) -> None:
    number = AcceptedNumber(
        expected=Decimal(expected),
        mode=mode,
        tolerance=Decimal(1),
        tolerance_above=Decimal(3),
    )
    assert number.bounds == (Fraction(lowest), Fraction(highest))
    assert accepts(lowest, number)
    assert accepts(highest, number)
    assert not accepts(str(Fraction(lowest) - Fraction(1, 10**9)), number)
    assert not accepts(str(Fraction(highest) + Fraction(1, 10**9)), number)


@pytest.mark.parametrize(
    ("lower", "upper", "right"),
    [
        (True, True, "9 10 11"),
        (False, True, "10 11"),
        (True, False, "9 10"),
        (False, False, "10"),
    ],
)
def test_a_bound_itself_may_be_wrong(lower: bool, upper: bool, right: str) -> None:
    number = AcceptedNumber(
        expected=Decimal(10),
        mode=Tolerance.ABSOLUTE,
        tolerance=Decimal(1),
        includes_lower=lower,
        includes_upper=upper,
    )
    assert [given for given in ("9", "10", "11") if accepts(given, number)] == right.split()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"tolerance": "1"}, r"tolerance=Decimal\('1'\) must be 0 with mode=exact"),
        ({"tolerance": "-1", "mode": "absolute"}, r"tolerance=Decimal\('-1'\) must be >= 0"),
        ({"tolerance_above": "-1", "mode": "absolute"}, r"Decimal\('-1'\) must be >= 0"),
        ({"tolerance_above": "NaN", "mode": "absolute"}, "must be finite"),
        ({"expected": "Infinity"}, "expected=Infinity .* must be finite"),
        ({"expected": "0", "mode": "relative"}, "must not be 0 with mode=relative"),
        ({"expected": "0", "mode": "geometric"}, "must not be 0 with mode=geometric"),
        ({"includes_lower": False}, "expected=1 must itself be right"),
        (
            {"tolerance_above": "1", "mode": "absolute", "includes_lower": False},
            "expected=1 must itself be right",
        ),
        ({"fraction": "11/10"}, "fraction=11/10 must be between 0 and 1"),
        ({"fraction": "-1/10"}, "fraction=-1/10 must be between 0 and 1"),
    ],
)
def test_an_accepted_number_refuses_what_cannot_be_compared(
    fields: dict[str, str | bool], message: str
) -> None:
    above = fields.get("tolerance_above")
    with pytest.raises(ValueError, match=message):
        AcceptedNumber(
            expected=Decimal(str(fields.get("expected", "1"))),
            mode=Tolerance(str(fields.get("mode", "exact"))),
            tolerance=Decimal(str(fields.get("tolerance", "0"))),
            tolerance_above=None if above is None else Decimal(str(above)),
            includes_lower=bool(fields.get("includes_lower", True)),
            fraction=Fraction(str(fields.get("fraction", "1"))),
        )


@given(decimals, tolerances, tolerances, st.sampled_from(Tolerance))
def test_the_bounds_hold_the_number_and_are_themselves_right(
    expected: Decimal, below: Decimal, above: Decimal, mode: Tolerance
) -> None:
    number = AcceptedNumber(
        expected=expected or Decimal(1),
        mode=mode,
        tolerance=Decimal(0) if mode is Tolerance.EXACT else below,
        tolerance_above=Decimal(0) if mode is Tolerance.EXACT else above,
    )
    lowest, highest = number.bounds
    assert lowest <= Fraction(number.expected) <= highest
    assert number.accepts(lowest)
    assert number.accepts(highest)


# --- Several numbers -----------------------------------------------------------------------

LIST = [
    AcceptedNumber(expected=Decimal(8000), fraction=Fraction(0)),  # forgot the percent
    AcceptedNumber(expected=Decimal(80)),
    AcceptedNumber(
        expected=Decimal(80),
        mode=Tolerance.RELATIVE,
        tolerance=Decimal("0.05"),
        fraction=Fraction(1, 2),
    ),
    AcceptedNumber(
        expected=Decimal(0),
        mode=Tolerance.ABSOLUTE,
        tolerance=Decimal(10_000),
        fraction=Fraction(1, 4),
    ),
]


@pytest.mark.parametrize(
    ("given", "points", "state"),
    [
        ("80", 4, AnswerState.RIGHT),
        ("84", 2, AnswerState.PARTIAL),
        ("84.0001", 1, AnswerState.PARTIAL),
        ("8000", 0, AnswerState.WRONG),
        ("8001", 1, AnswerState.PARTIAL),
        ("10001", 0, AnswerState.WRONG),
    ],
)
def test_the_first_number_that_fits_decides(given: str, points: int, state: AnswerState) -> None:
    score = score_numbers(Decimal(given), accepted=LIST, maximum=4)
    assert score.points == points
    assert score.state is state


def test_the_number_that_fits_is_known_so_that_it_can_have_its_own_feedback() -> None:
    assert first_accepted(Fraction(84), LIST) is LIST[2]
    assert first_accepted(Fraction(-10_001), LIST) is None


def test_no_number_is_blank_and_not_wrong() -> None:
    assert score_numbers(None, accepted=LIST, maximum=4).state is AnswerState.BLANK


@pytest.mark.parametrize("accepted", [[], LIST[2:]])
def test_one_number_must_earn_everything(accepted: list[AcceptedNumber]) -> None:
    with pytest.raises(ValueError, match="must have fraction 1"):
        score_numbers(None, accepted=accepted, maximum=4)
    with pytest.raises(ValueError, match="must have fraction 1"):
        score_quantity("1", accepted=accepted, units=HOURS, maximum=4)


# --- Units ---------------------------------------------------------------------------------


def quantity(given: str, rule: UnitRule = UnitRule.ASK) -> Score:
    return score_quantity(
        given, accepted=[HALF], units=HOURS, maximum=10, rule=rule, penalty=Fraction(1, 5)
    )


@pytest.mark.parametrize("rule", UnitRule)
@pytest.mark.parametrize(
    ("given", "points"),
    [
        ("1,5 uur", 10), ("1.5u", 10), ("90 minuten", 10), ("90 MINUTEN", 10), ("1.50 Uur", 10),
        ("1,6 uur", 0), ("91 minuten", 0), ("1,5 minuten", 0),
    ],
)  # fmt: skip
def test_a_number_counts_in_its_own_unit(given: str, points: int, rule: UnitRule) -> None:
    assert quantity(given, rule).points == points


@pytest.mark.parametrize(
    ("given", "rule", "points", "reason"),
    [
        ("1,5", UnitRule.OPTIONAL, 10, None),
        ("1,6", UnitRule.OPTIONAL, 0, None),
        ("1,5", UnitRule.PENALTY, 8, None),
        ("1,6", UnitRule.PENALTY, 0, None),
        ("1,5", UnitRule.ASK, 0, Unmarked.UNIT_MISSING),
        ("1,6", UnitRule.ASK, 0, Unmarked.UNIT_MISSING),
        ("1,5 dagen", UnitRule.OPTIONAL, 0, Unmarked.UNIT_UNKNOWN),
        ("1,5 dagen", UnitRule.PENALTY, 8, None),
        ("1,5 dagen", UnitRule.ASK, 0, Unmarked.UNIT_UNKNOWN),
    ],
)
def test_a_missing_unit_is_free_or_costs_or_is_asked_for(
    given: str, rule: UnitRule, points: int, reason: Unmarked | None
) -> None:
    score = quantity(given, rule)
    assert score.points == points
    assert score.unmarked is reason


@pytest.mark.parametrize("rule", UnitRule)
@pytest.mark.parametrize(
    ("given", "reason", "state"),
    [
        ("", Unmarked.BLANK, AnswerState.BLANK),
        ("  ", Unmarked.BLANK, AnswerState.BLANK),
        ("anderhalf uur", Unmarked.NOT_A_NUMBER, AnswerState.INVALID),
        ("uur", Unmarked.NOT_A_NUMBER, AnswerState.INVALID),
        ("1.500 uur", Unmarked.AMBIGUOUS_NUMBER, AnswerState.INVALID),
    ],
)
def test_what_cannot_be_read_is_asked_again_and_is_no_try(
    given: str, reason: Unmarked, state: AnswerState, rule: UnitRule
) -> None:
    score = quantity(given, rule)
    assert score.unmarked is reason
    assert score.state is state


def test_thousands_are_clear_where_only_whole_numbers_are_asked() -> None:
    score = score_quantity(
        "€ 1.500",
        accepted=[AcceptedNumber(expected=Decimal(1500))],
        units={"€": Fraction(1)},
        maximum=1,
        whole=True,
    )
    assert score.points == 1


@pytest.mark.parametrize(("penalty", "points"), [("0", 10), ("1/4", "15/2"), ("1", 0)])
def test_a_missing_unit_may_cost_nothing_or_everything(penalty: str, points: int | str) -> None:
    score = score_quantity(
        "1,5",
        accepted=[HALF],
        units=HOURS,
        maximum=10,
        rule=UnitRule.PENALTY,
        penalty=Fraction(penalty),
    )
    assert score.points == Fraction(points)


def test_a_missing_unit_costs_no_more_than_there_is() -> None:
    near = AcceptedNumber(expected=Decimal(2), fraction=Fraction(1, 10))
    score = score_quantity(
        "2",
        accepted=[HALF, near],
        units=HOURS,
        maximum=10,
        rule=UnitRule.PENALTY,
        penalty=Fraction(1, 5),
    )
    assert score.points == 0


@pytest.mark.parametrize(
    ("units", "penalty", "message"),
    [
        ({"uur": Fraction(0)}, "0", "size=0 of unit='uur' must be > 0"),
        ({"uur": Fraction(-1)}, "0", "size=-1 of unit='uur' must be > 0"),
        ({"uur": Fraction(1), "Uur": Fraction(1)}, "0", "must differ"),
        ({"uur": Fraction(1)}, "-1/10", "penalty=-1/10 must be between 0 and 1"),
        ({"uur": Fraction(1)}, "11/10", "penalty=11/10 must be between 0 and 1"),
    ],
)
def test_units_have_a_size_and_a_name_of_their_own(
    units: dict[str, Fraction], penalty: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        score_quantity("1", accepted=[HALF], units=units, maximum=1, penalty=Fraction(penalty))


@given(st.integers(0, 10_000))
def test_the_same_time_counts_alike_in_hours_and_in_minutes(minutes: int) -> None:
    accepted = [AcceptedNumber(expected=Decimal("1.5"), mode=Tolerance.RELATIVE,
                               tolerance=Decimal("0.3"))]  # fmt: skip
    near = 63 <= minutes <= 117
    score = score_quantity(f"{minutes} minuten", accepted=accepted, units=HOURS, maximum=1)
    assert score.points == near
