from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.scoring.numerals import (
    Number,
    NumberProblem,
    Quantity,
    parse_number,
    read_quantity,
)

MINUS, NBSP, NARROW = "\u2212", "\u00a0", "\u202f"
ONE, FIVE, COMMA, POINT = "\uff11", "\uff15", "\uff0c", "\uff0e"  # full-width

small_decimals = st.decimals(
    min_value=-999, max_value=999, places=2, allow_nan=False, allow_infinity=False
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"), ("7", "7"), ("007", "7"), ("12345", "12345"),
        ("1.5", "1.5"), ("1,5", "1.5"), ("1,50", "1.50"), ("0,125", "0.125"), ("0.125", "0.125"),
        (",5", "0.5"), (".5", "0.5"), (",125", "0.125"), ("00.500", "0.5"), ("01.500", "1.5"),
        ("1234.500", "1234.5"), ("1234,500", "1234.5"), ("1,5000", "1.5"),
        ("-1,5", "-1.5"), ("+1,5", "1.5"), (MINUS + "1,5", "-1.5"), ("\ufe63" + "2", "-2"),
        ("  1,5 ", "1.5"), ("\t1,5\n", "1.5"), (NBSP + "1,5" + NBSP, "1.5"),
        (ONE, "1"), (ONE + COMMA + FIVE, "1.5"), (ONE + POINT + FIVE, "1.5"),
        ("33 000", "33000"), ("1 234 567", "1234567"), ("33" + NBSP + "000", "33000"),
        ("33" + NARROW + "000", "33000"), ("33 000,5", "33000.5"), ("33 000.250", "33000.25"),
        ("1.500,25", "1500.25"), ("1,500.25", "1500.25"), ("1.500,250", "1500.25"),
        ("1.234.567", "1234567"), ("1,234,567", "1234567"), ("-1.234.567,8", "-1234567.8"),
        ("1,234,567.8", "1234567.8"), (MINUS + "9 600", "-9600"),
        ("9" * 40, "9" * 40),
    ],
)  # fmt: skip
def test_reads_dutch_and_english_numbers(text: str, value: str) -> None:
    assert parse_number(text) == Number(Decimal(value))


@pytest.mark.parametrize(
    "text", ["1.500", "1,500", "33.000", "33,000", "100.000", "-1.500", " 1.500 ", MINUS + "1,500"]
)
def test_asks_again_when_a_text_can_be_read_in_two_ways(text: str) -> None:
    assert parse_number(text) is NumberProblem.AMBIGUOUS


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("23.400", "23400"), ("23,400", "23400"), ("-23.400", "-23400"), ("23 400", "23400"),
        ("23400", "23400"), ("1.234.567", "1234567"), ("1.500,25", "1500.25"), ("1,5", "1.5"),
        ("0.500", "0.5"), ("23.40", "23.40"), ("1234.500", "1234.5"),
    ],
)  # fmt: skip
def test_reads_three_digits_as_thousands_where_only_whole_numbers_are_asked(
    text: str, value: str
) -> None:
    assert parse_number(text, whole=True) == Number(Decimal(value))


@pytest.mark.parametrize("text", ["", " ", "\t\n", NBSP, NARROW])
def test_knows_that_nothing_was_typed(text: str) -> None:
    assert parse_number(text) is NumberProblem.EMPTY


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "twee", "1e3", "1E3", "NaN", "Infinity", "inf", "1_000", "--1", "+-1", "-", "+", "1-",
        "- 1", ".", ",", "1.", "1,", "1..5", "1.5.2", "1,5.2", "1.5,000", "1.50.000", "1.500.00",
        "1,500,00", "1.500,", "0.500.000", "0 500", "1 50", "12 34", "1234 567", "33  000",
        "33 000 00", "33 .000", "33. 000", "33\n000", "1 2", "1'500", "5%", "€ 5", "0x10", "1/2",
        "½", "10²", "①", "⒈", "٣", "1 000.", "9" * 41, "9" * 100_000, "-" + "9" * 40,
    ],
)  # fmt: skip
def test_refuses_what_is_not_a_plain_number(text: str, whole: bool) -> None:
    assert parse_number(text, whole=whole) is NumberProblem.NOT_A_NUMBER


@given(small_decimals, st.sampled_from([".", ","]), st.sampled_from(["-", MINUS]))
def test_comma_and_point_mean_the_same(value: Decimal, sign: str, minus: str) -> None:
    typed = f"{value:f}".replace(".", sign).replace("-", minus)
    assert parse_number(typed) == Number(value)


@given(small_decimals)
def test_full_width_digits_mean_the_same(value: Decimal) -> None:
    wide = f"{value:f}".translate({ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789.-"})
    assert parse_number(wide) == Number(value)


@given(st.integers(min_value=-(10**12), max_value=10**12), st.sampled_from(",. " + NARROW))
def test_whole_numbers_are_read_with_any_separator_of_thousands(number: int, sign: str) -> None:
    typed = f"{number:,}".replace(",", sign)
    assert parse_number(typed, whole=True) == Number(Decimal(number))


@given(st.text(max_size=45) | st.text(alphabet="0123456789 .,-+e", max_size=12), st.booleans())
def test_every_text_is_a_finite_number_or_a_problem(text: str, whole: bool) -> None:
    parsed = parse_number(text, whole=whole)
    assert isinstance(parsed, NumberProblem) or parsed.value.is_finite()


@given(st.text(alphabet="0123456789 .,-", max_size=10))
def test_asking_for_a_whole_number_only_settles_what_was_ambiguous(text: str) -> None:
    parsed = parse_number(text)
    if parsed is NumberProblem.AMBIGUOUS:
        assert isinstance(parse_number(text, whole=True), Number)
    else:
        assert parse_number(text, whole=True) == parsed


# --- With a unit ---------------------------------------------------------------------------

UNITS = ["uur", "€", "%", "km", "m", "m²", "per week"]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("3 uur", "3", "uur"), ("3uur", "3", "uur"), ("3 UUR", "3", "uur"),
        ("  3" + NBSP + "uur ", "3", "uur"), ("1,5 uur", "1.5", "uur"),
        ("€ 12,50", "12.50", "€"), ("€12,50", "12.50", "€"), ("12,50 €", "12.50", "€"),
        ("€ -5", "-5", "€"), ("-5 €", "-5", "€"), ("€ 1.500,25", "1500.25", "€"),
        ("5%", "5", "%"), (FIVE + "%", "5", "%"), ("5 \uff05", "5", "%"),
        ("5 km", "5", "km"), ("5 m", "5", "m"),
        ("5 m²", "5", "m²"), ("5 m2", "5", "m²"), ("5 M2", "5", "m²"), ("33 000 m", "33000", "m"),
        ("2 per week", "2", "per week"),
    ],
)  # fmt: skip
def test_reads_a_number_with_its_unit(text: str, value: str, unit: str) -> None:
    assert read_quantity(text, units=UNITS) == Quantity(Decimal(value), unit)


@pytest.mark.parametrize("text", ["3", "1,5", " 33 000 "])
def test_a_number_may_come_without_a_unit(text: str) -> None:
    quantity = read_quantity(text, units=UNITS)
    assert isinstance(quantity, Quantity)
    assert quantity.unit is None
    assert quantity.is_known


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("3 dagen", "3", "dagen"), ("$ 3", "3", "$"), ("3°", "3", "°"), ("3 uren per dag", "3",
        "uren per dag"), ("ongeveer 3", "3", "ongeveer"), ("3 m³", "3", "m³"),
    ],
)  # fmt: skip
def test_tells_a_unit_that_the_question_does_not_have(text: str, value: str, unit: str) -> None:
    assert read_quantity(text, units=UNITS) == Quantity(Decimal(value), unit, is_known=False)


@pytest.mark.parametrize(
    "text",
    [
        "uur", "€", "drie uur", "3 uur 30", "3 of 4", "3 uur 4 uur", "€ 3 uur 5", "1e3", "1_000",
        "- 1", "--1", "10²", "½ uur", "3 -", "3.", "₃ uur", "٣ uur", "NaN uur", "x" * 81,
        "3 " + "u" * 79,
    ],
)  # fmt: skip
def test_refuses_what_is_not_one_number_with_a_unit(text: str) -> None:
    assert read_quantity(text, units=UNITS) is NumberProblem.NOT_A_NUMBER


@pytest.mark.parametrize(("text", "value"), [("m2.00", "2.00"), ("m2,5", "2.5"), ("m25", "25")])
def test_digits_that_touch_a_number_belong_to_it(text: str, value: str) -> None:
    assert read_quantity(text, units=["m", "m²"]) == Quantity(Decimal(value), "m")


@pytest.mark.parametrize("text", ["m2 500", "€ 5 €"])
def test_a_text_with_two_readings_is_never_guessed_at(text: str) -> None:
    assert not isinstance(read_quantity(text, units=["m", "m²", "€"]), Quantity)


@pytest.mark.parametrize("text", ["1.500", "1.500 uur", "€ 1,500", "1.500 dagen"])
def test_asks_again_when_the_number_before_a_unit_can_be_read_in_two_ways(text: str) -> None:
    assert read_quantity(text, units=UNITS) is NumberProblem.AMBIGUOUS
    whole = read_quantity(text, units=UNITS, whole=True)
    assert isinstance(whole, Quantity)
    assert whole.value == 1500


@pytest.mark.parametrize(("spaces", "is_read"), [(76, True), (77, False)])
def test_a_quantity_has_at_most_eighty_characters(spaces: int, is_read: bool) -> None:
    quantity = read_quantity("3" + " " * spaces + "uur", units=UNITS)
    assert isinstance(quantity, Quantity) is is_read


@pytest.mark.parametrize("text", ["", "  ", NBSP])
def test_knows_that_no_quantity_was_typed(text: str) -> None:
    assert read_quantity(text, units=UNITS) is NumberProblem.EMPTY


@pytest.mark.parametrize(
    "units", [["uur", "UUR"], ["m²", "m2"], ["uur", "2"], [""], [" "], ["2"], ["-"], ["."]]
)
def test_units_can_be_told_from_each_other_and_from_a_number(units: list[str]) -> None:
    with pytest.raises(ValueError, match="must differ, each with a letter or a sign"):
        read_quantity("1", units=units)


@given(small_decimals, st.sampled_from(UNITS), st.sampled_from(["", " ", NBSP, "  "]))
def test_every_number_is_read_with_every_unit_before_or_behind(
    value: Decimal, unit: str, space: str
) -> None:
    assert read_quantity(f"{value:f}{space}{unit}", units=UNITS) == Quantity(value, unit)
    assert read_quantity(f"{unit}{space}{value:f}", units=UNITS) == Quantity(value, unit)


@given(st.text(max_size=90) | st.text(alphabet="0123456789 .,-+eur€%²", max_size=14))
def test_every_text_is_a_quantity_or_a_problem(text: str) -> None:
    quantity = read_quantity(text, units=UNITS)
    assert isinstance(quantity, NumberProblem) or quantity.value.is_finite()
