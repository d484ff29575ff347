from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course.domain.scoring import (
    EVERYTHING,
    NOTHING,
    AcceptedNumber,
    AcceptedText,
    AnswerState,
    Area,
    Cardinality,
    Hotspots,
    MultipleMethod,
    OrderMode,
    Rectangle,
    ResponseMap,
    Score,
    Tolerance,
    Total,
    Unmarked,
    score_areas,
    score_files,
    score_gaps,
    score_map_response,
    score_match_correct,
    score_matching,
    score_matching_tries,
    score_multiple,
    score_number,
    score_order,
    score_points,
    score_quantity,
    score_single,
    score_text,
    score_true_false,
    score_writing,
    total,
)

OPTIONS = "ABCDEFGH"
# The method that needs a limit is in test_choices.py.
METHODS = [method for method in MultipleMethod if method is not MultipleMethod.NO_NEGATIVES]
PARTIAL = [method for method in METHODS if method is not MultipleMethod.ALL_OR_NOTHING]
FULL_KEY = [method for method in METHODS if method is not MultipleMethod.RIGHT_MINUS_WRONG]
INEXACT = [mode for mode in Tolerance if mode is not Tolerance.EXACT]

fractions = st.fractions(min_value=0, max_value=1, max_denominator=60)
maxima = st.integers(min_value=1, max_value=100)
scores = st.builds(Score, fractions, maxima)
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6)
tolerances = st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=1000)


@st.composite
def multiple_questions(draw: st.DrawFn) -> tuple[str, set[str]]:
    """The options of a question, and the right ones: at least one right and one wrong."""
    options = OPTIONS[: draw(st.integers(min_value=2, max_value=len(OPTIONS)))]
    right = draw(st.sets(st.sampled_from(options), min_size=1, max_size=len(options) - 1))
    return options, right


def share_of(chosen: str, method: MultipleMethod, *, right: str = "ACD") -> Fraction:
    score = score_multiple(chosen, right=right, options="ABCDE", maximum=1, method=method)
    return score.fraction


# --- Scores and totals ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fraction", "maximum", "points"),
    [
        (Fraction(0), 3, Fraction(0)),
        (Fraction(1), 3, Fraction(3)),
        (Fraction(1, 3), 10, Fraction(10, 3)),
    ],
)
def test_points_are_the_share_of_the_maximum_and_are_not_rounded(
    fraction: Fraction, maximum: int, points: Fraction
) -> None:
    assert Score(fraction, maximum).points == points


@pytest.mark.parametrize(
    ("fraction", "maximum", "message"),
    [
        (Fraction(-1, 100), 1, "fraction=-1/100 must be between 0 and 1"),
        (Fraction(101, 100), 1, "fraction=101/100 must be between 0 and 1"),
        (Fraction(1), 0, "maximum=0 must be >= 1"),
    ],
)
def test_a_score_outside_its_bounds_does_not_exist(
    fraction: Fraction, maximum: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Score(fraction, maximum)


def test_three_thirds_are_a_whole() -> None:
    assert total([Score(Fraction(1, 3), 1)] * 3) == Total(points=Fraction(1), maximum=3)


def test_no_scores_are_nothing_of_nothing() -> None:
    assert total([]) == Total(points=Fraction(0), maximum=0)


@given(fractions, maxima)
def test_points_lie_within_bounds_and_lose_nothing(fraction: Fraction, maximum: int) -> None:
    points = Score(fraction, maximum).points
    assert 0 <= points <= maximum
    assert points / maximum == fraction


@given(st.lists(scores), st.lists(scores), st.randoms())
def test_a_total_is_the_sum_of_its_parts_in_any_order(
    some: list[Score], others: list[Score], chance: Random
) -> None:
    together = [*some, *others]
    chance.shuffle(together)
    parts = total(some), total(others)
    assert total(together).points == parts[0].points + parts[1].points
    assert total(together).maximum == parts[0].maximum + parts[1].maximum
    assert 0 <= total(together).points <= total(together).maximum


# --- Single choice -------------------------------------------------------------------------

SHARES = {"a": Fraction(1), "b": Fraction(1, 2), "c": Fraction(0), "d": Fraction(-1, 3)}


@pytest.mark.parametrize(("chosen", "points"), [("a", 4), ("b", 2), ("c", 0), ("d", 0), (None, 0)])
def test_a_single_choice_earns_the_share_of_its_option(chosen: str | None, points: int) -> None:
    score = score_single(chosen, fractions=SHARES, maximum=4)
    assert score.points == points
    assert score.maximum == 4


@pytest.mark.parametrize(
    ("chosen", "shares", "message"),
    [
        ("e", SHARES, "chosen='e' must be one of"),
        ("", SHARES, "chosen='' must be one of"),
        (None, {"a": Fraction(1, 2)}, "must have fraction 1"),
        (None, {}, "must have fraction 1"),
        (None, SHARES | {"e": Fraction(2)}, "fraction=2 of option='e' must be between -1 and 1"),
        (None, SHARES | {"e": Fraction(-3, 2)}, "fraction=-3/2 of option='e' must be between"),
    ],
)
def test_a_single_choice_refuses_what_cannot_be_scored(
    chosen: str | None, shares: dict[str, Fraction], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        score_single(chosen, fractions=shares, maximum=1)


def test_a_single_choice_may_hold_the_lowest_share_there_is() -> None:
    shares = {"a": Fraction(1), "b": Fraction(-1)}
    assert score_single("b", fractions=shares, maximum=1).points == 0


# --- Multiple choice -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "share"),
    [
        (MultipleMethod.MOODLE, Fraction(1, 6)),
        (MultipleMethod.CANVAS, Fraction(1, 3)),
        (MultipleMethod.RIGHT_MINUS_WRONG, Fraction(1, 5)),
        (MultipleMethod.EACH_BOX, Fraction(3, 5)),
        (MultipleMethod.ALL_OR_NOTHING, Fraction(0)),
    ],
)
def test_each_method_weighs_two_right_and_one_wrong_differently(
    method: MultipleMethod, share: Fraction
) -> None:
    assert share_of("ACB", method) == share


def test_the_moodle_method_is_the_one_used_unless_another_is_asked_for() -> None:
    score = score_multiple("ACB", right="ACD", options="ABCDE", maximum=6)
    assert score.points == 1


def test_canvas_gives_its_own_published_example() -> None:
    score = score_multiple(
        "ABC", right="AB", options="ABCD", maximum=4, method=MultipleMethod.CANVAS
    )
    assert score.points == 2


def test_brightspace_gives_its_own_published_example() -> None:
    score = score_multiple(
        "ABCDE", right="ABC", options="ABCDE", maximum=10, method=MultipleMethod.RIGHT_MINUS_WRONG
    )
    assert score.points == 2


@pytest.mark.parametrize("method", METHODS)
def test_a_blank_multiple_choice_scores_nothing(method: MultipleMethod) -> None:
    assert share_of("", method) == 0


@pytest.mark.parametrize("method", METHODS)
def test_only_wrong_options_score_nothing_except_for_the_boxes_left_empty(
    method: MultipleMethod,
) -> None:
    expected = Fraction(1, 5) if method is MultipleMethod.EACH_BOX else 0
    assert share_of("B", method) == expected


@pytest.mark.parametrize("method", FULL_KEY)
def test_the_key_earns_everything(method: MultipleMethod) -> None:
    assert share_of("DCA", method) == 1


def test_right_minus_wrong_pays_the_key_its_share_of_all_options() -> None:
    assert share_of("DCA", MultipleMethod.RIGHT_MINUS_WRONG) == Fraction(3, 5)


def test_choosing_everything_earns_nothing_with_the_moodle_method() -> None:
    assert share_of("ABCDE", MultipleMethod.MOODLE) == 0


@pytest.mark.parametrize(
    ("chosen", "right", "message"),
    [
        ("AX", "A", r"\['X'\] must be among options"),
        ("A", "AX", r"\['X'\] must be among options"),
        ("A", "", "must be right"),
        ("A", "ABC", "must be wrong for method="),
        ("", "ABC", "must be wrong for method="),
    ],
)
def test_a_multiple_choice_refuses_what_cannot_be_scored(
    chosen: str, right: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        score_multiple(chosen, right=right, options="ABC", maximum=1)


@pytest.mark.parametrize(
    "method", [method for method in METHODS if method is not MultipleMethod.MOODLE]
)
def test_all_options_may_be_right_for_the_other_methods(method: MultipleMethod) -> None:
    assert share_of("ABCDE", method, right="ABCDE") == 1


@given(multiple_questions(), st.sets(st.sampled_from(OPTIONS)), st.sampled_from(METHODS))
def test_a_multiple_choice_stays_within_bounds(
    question: tuple[str, set[str]], chosen: set[str], method: MultipleMethod
) -> None:
    options, right = question
    score = score_multiple(
        chosen & set(options), right=right, options=options, maximum=3, method=method
    )
    assert 0 <= score.points <= 3


@given(multiple_questions(), st.sampled_from(FULL_KEY))
def test_the_key_of_any_question_earns_everything(
    question: tuple[str, set[str]], method: MultipleMethod
) -> None:
    options, right = question
    score = score_multiple(right, right=right, options=options, maximum=1, method=method)
    assert score.points == 1


@given(
    multiple_questions(),
    st.sets(st.sampled_from(OPTIONS), min_size=1),
    st.sampled_from(METHODS),
    st.data(),
)
def test_one_more_right_choice_never_lowers_and_one_more_wrong_never_raises(
    question: tuple[str, set[str]], chosen: set[str], method: MultipleMethod, data: st.DataObject
) -> None:
    options, right = question
    assume(chosen & set(options) and set(options) - chosen)
    chosen &= set(options)
    extra = data.draw(st.sampled_from(sorted(set(options) - chosen)))

    def share(ticked: set[str]) -> Fraction:
        score = score_multiple(ticked, right=right, options=options, maximum=1, method=method)
        return score.fraction

    if extra in right:
        assert share(chosen | {extra}) >= share(chosen)
    else:
        assert share(chosen | {extra}) <= share(chosen)


@given(multiple_questions(), st.lists(st.sampled_from(OPTIONS)), st.sampled_from(PARTIAL))
def test_order_and_repetition_and_the_names_of_options_do_not_matter(
    question: tuple[str, set[str]], picks: list[str], method: MultipleMethod
) -> None:
    options, right = question
    chosen = [pick for pick in picks if pick in options]
    renamed = dict(zip(options, reversed(options), strict=True))
    plain = score_multiple(chosen, right=right, options=options, maximum=1, method=method)
    variant = score_multiple(
        [renamed[pick] for pick in [*reversed(chosen), *chosen]],
        right=[renamed[option] for option in right],
        options=options[::-1],
        maximum=1,
        method=method,
    )
    assert variant == plain


# --- Numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "points"),
    [
        ("1.5", 2), ("1.75", 2), ("1.25", 2), ("1.76", 0), ("1.24", 0), ("-1.5", 0),
        ("1.7500000000000000000000000000001", 0),
    ],
)  # fmt: skip
def test_points_depend_on_the_distance_to_the_expected_number(given: str, points: int) -> None:
    score = score_number(
        Decimal(given), expected=Decimal("1.5"), tolerance=Decimal("0.25"), maximum=2
    )
    assert score.points == points


def test_a_tenth_and_two_tenths_are_three_tenths() -> None:
    score = score_number(
        Decimal("0.1") + Decimal("0.2"), expected=Decimal("0.3"), tolerance=Decimal(0), maximum=1
    )
    assert score.points == 1


@pytest.mark.parametrize(
    ("mode", "expected", "given", "points"),
    [
        (Tolerance.RELATIVE, "80", "76", 1),
        (Tolerance.RELATIVE, "80", "75.9999", 0),
        (Tolerance.RELATIVE, "80", "84", 1),
        (Tolerance.RELATIVE, "80", "84.0001", 0),
        (Tolerance.RELATIVE, "-80", "-76", 1),
        (Tolerance.RELATIVE, "-80", "-84.0001", 0),
        (Tolerance.GEOMETRIC, "80", "76.1905", 1),
        (Tolerance.GEOMETRIC, "80", "76.18", 0),
        (Tolerance.GEOMETRIC, "80", "84", 1),
        (Tolerance.GEOMETRIC, "80", "84.0001", 0),
        (Tolerance.GEOMETRIC, "84", "80", 1),
        (Tolerance.GEOMETRIC, "-80", "-76.1905", 1),
        (Tolerance.GEOMETRIC, "-80", "-76.18", 0),
        (Tolerance.GEOMETRIC, "-80", "80", 0),
    ],
)
def test_five_percent_means_what_the_mode_says(
    mode: Tolerance, expected: str, given: str, points: int
) -> None:
    score = score_number(
        Decimal(given),
        expected=Decimal(expected),
        tolerance=Decimal("0.05"),
        maximum=1,
        mode=mode,
    )
    assert score.points == points


def test_a_blank_number_scores_nothing() -> None:
    score = score_number(None, expected=Decimal(0), tolerance=Decimal(9), maximum=1)
    assert score.points == 0


@pytest.mark.parametrize(
    ("given", "expected", "tolerance", "mode", "message"),
    [
        ("1", "1", "-0.1", Tolerance.ABSOLUTE, "must be >= 0"),
        ("NaN", "1", "1", Tolerance.ABSOLUTE, "given=.* must be finite"),
        ("Infinity", "1", "1", Tolerance.ABSOLUTE, "given=.* must be finite"),
        ("1", "NaN", "1", Tolerance.ABSOLUTE, "expected=.* must be finite"),
        ("1", "1", "Infinity", Tolerance.ABSOLUTE, "tolerance=.* must be finite"),
        ("0", "0", "0.05", Tolerance.RELATIVE, "must not be 0"),
        ("0", "0", "0.05", Tolerance.GEOMETRIC, "must not be 0"),
    ],
)
def test_a_number_refuses_what_cannot_be_compared(
    given: str, expected: str, tolerance: str, mode: Tolerance, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        score_number(
            Decimal(given),
            expected=Decimal(expected),
            tolerance=Decimal(tolerance),
            maximum=1,
            mode=mode,
        )


@given(decimals, tolerances, st.sampled_from(INEXACT))
def test_the_expected_number_is_always_right(
    expected: Decimal, tolerance: Decimal, mode: Tolerance
) -> None:
    assume(expected != 0)
    score = score_number(expected, expected=expected, tolerance=tolerance, maximum=5, mode=mode)
    assert score.points == 5


@given(decimals, decimals, tolerances, tolerances, st.sampled_from(INEXACT))
def test_more_tolerance_never_lowers_and_a_mirrored_question_is_scored_alike(
    answer: Decimal, expected: Decimal, tolerance: Decimal, more: Decimal, mode: Tolerance
) -> None:
    assume(expected != 0)

    def points(answer: Decimal, expected: Decimal, tolerance: Decimal) -> Fraction:
        score = score_number(answer, expected=expected, tolerance=tolerance, maximum=1, mode=mode)
        return score.points

    narrow, wide = sorted((tolerance, more))
    assert points(answer, expected, narrow) <= points(answer, expected, wide)
    assert points(answer, expected, wide) == points(-answer, -expected, wide)


# --- Orders --------------------------------------------------------------------------------


def test_an_order_is_scored_by_how_near_each_item_is_unless_told_otherwise() -> None:
    score = score_order("21345", key="12345", maximum=10)
    assert score.points == 9


def test_an_order_is_compared_with_the_key_and_not_with_the_alphabet() -> None:
    key = ["visit", "call", "letter"]
    score = score_order(
        ["visit", "letter", "call"], key=key, maximum=3, mode=OrderMode.ABSOLUTE_POSITION
    )
    assert score.points == 1


@pytest.mark.parametrize("mode", OrderMode)
def test_a_blank_order_scores_nothing(mode: OrderMode) -> None:
    assert score_order([], key="abc", maximum=1, mode=mode).points == 0


@pytest.mark.parametrize(
    ("given", "key", "message"),
    [
        ("ab", "abc", "must have exactly the items of key"),
        ("abb", "abc", "must have exactly the items of key"),
        ("abcc", "abc", "must have exactly the items of key"),
        ("abd", "abc", "must have exactly the items of key"),
        ("a", "a", "must have at least 2 items"),
        ("aab", "aab", "must have at least 2 items, each once"),
        ("", "", "must have at least 2 items"),
    ],
)
def test_an_order_refuses_other_items_than_those_of_the_key(
    given: str, key: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        score_order(given, key=key, maximum=1)


@pytest.mark.parametrize("mode", OrderMode)
def test_two_items_have_an_order(mode: OrderMode) -> None:
    assert score_order("ab", key="ab", maximum=2, mode=mode).points == 2


# --- All of them ---------------------------------------------------------------------------

ONE = AcceptedNumber(expected=Decimal(1))
MAP = ResponseMap(values={"a": EVERYTHING})
PICTURE = Hotspots(
    areas=(
        Area("a", Rectangle(0, 0, 9, 9), EVERYTHING),
        Area("b", Rectangle(20, 0, 29, 9), NOTHING),
    ),
    most=1,
)
BLANKS: list[Callable[[int], Score]] = [
    lambda maximum: score_single(None, fractions={"a": Fraction(1)}, maximum=maximum),
    lambda maximum: score_multiple("", right="a", options="ab", maximum=maximum),
    lambda maximum: score_number(None, expected=Decimal(1), tolerance=Decimal(0), maximum=maximum),
    lambda maximum: score_order("", key="ab", maximum=maximum),
    lambda maximum: score_true_false(None, right=True, maximum=maximum),
    lambda maximum: score_matching({}, key={"a": "1"}, choices="12", maximum=maximum),
    lambda maximum: score_matching_tries([{}], key={"a": "1"}, choices="12", maximum=maximum),
    lambda maximum: score_quantity("", accepted=[ONE], units={"uur": EVERYTHING}, maximum=maximum),
    lambda maximum: score_text("", accepted=[AcceptedText(pattern="a")], maximum=maximum),
    lambda maximum: score_writing("", maximum=maximum),
    lambda maximum: score_files([], maximum=maximum),
    lambda maximum: score_gaps([Score(NOTHING, 1, Unmarked.BLANK)], maximum=maximum),
    lambda maximum: score_points([], hotspots=PICTURE, maximum=maximum),
    lambda maximum: score_areas([], hotspots=PICTURE, maximum=maximum),
    lambda maximum: score_map_response([], mapping=MAP, full=EVERYTHING, maximum=maximum),
    lambda maximum: score_match_correct(
        [], key=["a"], cardinality=Cardinality.SINGLE, maximum=maximum
    ),
]


@pytest.mark.parametrize("blank", BLANKS)
def test_a_question_worth_nothing_is_an_error_of_content(blank: Callable[[int], Score]) -> None:
    with pytest.raises(ValueError, match="maximum=0 must be >= 1"):
        blank(0)


@pytest.mark.parametrize("blank", BLANKS)
def test_every_question_can_be_left_blank(blank: Callable[[int], Score]) -> None:
    score = blank(5)
    assert score.state is AnswerState.BLANK
    assert score.points == 0
    assert score.maximum == 5
