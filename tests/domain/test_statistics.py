"""Item analysis: published figures, degenerate tables, and what holds for every table.

Where no source is named, expected values were calculated once with pingouin 0.7 and scipy 1.17.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import product
from math import isfinite
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.figures import Analysis, Figure, ItemFigures, Missing, QuizFigures
from course.domain.statistics import analyse
from tests.domain.published import MOODLE_MARKS, MOODLE_MAXIMA

Marks = Sequence[Sequence[float | None]]

# Computed once with a reference model: six attempts at five items, right or wrong.
SMALL = [
    [int(mark) for mark in row] for row in ("11101", "10100", "11111", "00100", "11011", "10000")
]
DISCRIMINATION = (
    "upper_lower",
    "item_total",
    "item_rest",
    "discrimination_index",
    "discriminative_efficiency",
)


def small() -> Analysis:
    """The six attempts, as if they were enough."""
    return analyse(SMALL, [1] * 5, minimum=1, minimum_discrimination=1)


def moodle() -> Analysis:
    return analyse(MOODLE_MARKS, MOODLE_MAXIMA)


def values(analysis: Analysis, name: str) -> list[float | None]:
    return [getattr(item, name).value for item in analysis.items]


def reasons(analysis: Analysis, name: str) -> list[Missing | None]:
    return [getattr(item, name).missing for item in analysis.items]


def figures(record: ItemFigures | QuizFigures) -> dict[str, Figure]:
    found = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: value for name, value in found.items() if isinstance(value, Figure)}


def every_figure(analysis: Analysis) -> Iterator[tuple[str, Figure]]:
    yield from figures(analysis.quiz).items()
    for item in analysis.items:
        yield from figures(item).items()


# --- Published -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "factor", "expected"),
    [
        (
            "facility",
            100,
            "41.19318182 81.36363636 71.36363636 65.45454545 65.90909091 36.36363636 59.09090909 "
            "50 59.09090909 63.63636364 45.45454545 27.27272727 50",
        ),
        (
            "sd",
            1000,
            "1912.733589 251.2738111 322.6312277 333.4199022 337.5811591 492.3659639 503.2362797 "
            "511.7663157 503.2362797 492.3659639 509.6471914 455.8423058 511.7663157",
        ),
        (
            "effective_weight",
            1,
            "26.58464457 3.368456046 3.253955259 7.584083694 3.79658376 3.183278505 4.532356904 "
            "7.78856243 10.08351572 8.381139345 8.727645713 7.946277111 4.769500946",
        ),
        (
            "discrimination_index",
            1,
            "25.88327077 1.170256965 -4.207816809 28.16930644 -2.513606859 -12.99017581 "
            "-8.900638238 8.670004606 29.63337745 15.18945843 16.21079629 15.52451404 -8.396734802",
        ),
        (
            "discriminative_efficiency",
            1,
            "27.23492723 1.382386552 -4.691171307 31.12404354 -2.877487579 -17.5074184 "
            "-10.27568922 10.86956522 34.58997279 17.4790556 20.14359793 22.06477733 -10",
        ),
    ],
)
def test_items_have_the_figures_that_moodle_expects(
    name: str, factor: float, expected: str
) -> None:
    found = [factor * value for value in values(moodle(), name) if value is not None]
    assert found == pytest.approx([float(value) for value in expected.split()], abs=1e-6)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mean", 10.0455),
        ("sd", 2.7747),
        ("internal_consistency", 23.4318),
        ("alpha", 0.234318),
        ("error_ratio", 87.5033),
        ("standard_error", 2.4279),
        ("sem", 2.4279),
        ("skewness", -0.50284),
        ("kurtosis", -0.83710),
        ("mean_percent", 50.2273),
        ("sd_percent", 13.8733),
    ],
)
def test_the_quiz_of_moodle_has_the_figures_of_the_reference_model(
    name: str, expected: float
) -> None:
    assert getattr(moodle().quiz, name).value == pytest.approx(expected, abs=5e-5)


def test_intended_weights_are_shares_of_the_maximum_in_percents() -> None:
    assert values(moodle(), "intended_weight") == pytest.approx([40.0, *[5.0] * 12])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("facility", [0.8333, 0.5, 0.6667, 0.3333, 0.5]),
        ("item_total", [0.5215, 0.9540, 0.1499, 0.7495, 0.9540]),
        ("item_rest", [0.3162, 0.9045, -0.1499, 0.5620, 0.9045]),
        ("alpha_if_deleted", [0.7037, 0.4242, 0.8689, 0.6082, 0.4242]),
        # By hand: attempts 3 and 1 against 4 and 6, 27 % of six being two.
        ("upper_lower", [0.5, 1.0, 0.5, 0.5, 1.0]),
    ],
)
def test_items_of_the_small_quiz(name: str, expected: list[float]) -> None:
    assert values(small(), name) == pytest.approx(expected, abs=5e-5)


def test_the_small_quiz_as_a_whole() -> None:
    quiz = small().quiz
    assert quiz.alpha.value == pytest.approx(0.702247, abs=5e-7)
    assert quiz.sem.value == pytest.approx(0.939858, abs=5e-7)


def test_kr20_is_alpha_and_not_the_mixture_of_two_variances() -> None:
    # p(1 - p) beside a variance of totals with n - 1 would give .793539.
    assert small().quiz.kr20.value == pytest.approx(0.702247, abs=5e-7)


# --- Intervals -----------------------------------------------------------------------------


def ends(figure: Figure) -> tuple[float | None, float | None]:
    return figure.low, figure.high


def test_figures_have_the_interval_of_their_kind() -> None:
    analysis = moodle()
    marks, right_or_wrong = analysis.items[0], analysis.items[5]
    assert ends(marks.facility) == pytest.approx((0.305924, 0.517939), abs=1e-6)
    assert ends(right_or_wrong.facility) == pytest.approx((0.197332, 0.570483), abs=1e-6)
    assert ends(marks.item_rest) == pytest.approx((-0.182715, 0.613493), abs=1e-6)
    assert ends(marks.discrimination_index) == pytest.approx((-18.2715, 61.3493), abs=1e-4)
    assert ends(analysis.quiz.mean) == pytest.approx((8.815235, 11.275674), abs=1e-6)
    assert ends(analysis.quiz.alpha) == pytest.approx((-0.336094, 0.631352), abs=1e-6)
    assert ends(analysis.quiz.internal_consistency) == pytest.approx((-33.6094, 63.1352), abs=1e-4)


def test_the_error_ratio_is_low_where_consistency_is_high() -> None:
    # 100 √(1 - .631352) and 100 √(1 + .336094)
    assert ends(moodle().quiz.error_ratio) == pytest.approx((60.7164, 115.5895), abs=1e-3)


def test_an_interval_of_a_facility_stays_within_0_and_1() -> None:
    nearly_all = [[1.0], [1.0], [1.0], [0.95]] * 3
    figure = analyse(nearly_all, [1]).items[0].facility
    assert figure.high == 1.0
    assert figure.low == pytest.approx(0.973, abs=1e-3)


# --- Small groups --------------------------------------------------------------------------


def table(n: int) -> list[list[float]]:
    """So many attempts at three items that go together somewhat."""
    return [[i % 2, (i + i // 2) % 3, float(i % 5 > 2)] for i in range(n)]


def test_below_ten_attempts_there_is_nothing_but_their_number() -> None:
    analysis = analyse(table(9), [1, 2, 1])
    assert analysis.quiz.attempts == 9
    assert {figure for _name, figure in every_figure(analysis)} == {
        Figure(None, 9, missing=Missing.TOO_FEW)
    }
    assert analysis.quiz.blank is None
    assert [item.blank for item in analysis.items] == [None] * 3


@pytest.mark.parametrize("n", [10, 19])
def test_below_twenty_attempts_there_is_no_discrimination(n: int) -> None:
    analysis = analyse(table(n), [1, 2, 1])
    without = {name for name, figure in every_figure(analysis) if figure.value is None}
    assert without - {"kr20"} == set(DISCRIMINATION)
    for name in DISCRIMINATION:
        assert reasons(analysis, name) == [Missing.TOO_FEW] * 3


def test_from_twenty_attempts_on_there_is_everything() -> None:
    without = {
        name for name, figure in every_figure(analyse(table(20), [1, 2, 1])) if figure.missing
    }
    assert without == {"kr20"}


def test_no_attempt_or_one_is_never_enough() -> None:
    for marks in ([], [[1.0, 0.0]]):
        analysis = analyse(marks, [1, 1], minimum=0, minimum_discrimination=0)
        assert {figure.missing for _name, figure in every_figure(analysis)} == {Missing.TOO_FEW}


def test_shape_takes_a_third_and_a_fourth_attempt() -> None:
    shapes = [
        (quiz.skewness.missing, quiz.kurtosis.missing)
        for n in (2, 3, 4)
        if (quiz := analyse(table(n), [1, 2, 1], minimum=1).quiz)
    ]
    few = Missing.TOO_FEW
    assert shapes == [(few, few), (None, few), (None, None)]


# --- Blank answers -------------------------------------------------------------------------


def test_a_blank_answer_is_0_marks_and_is_counted() -> None:
    blanks = [[None if mark == 0 else mark for mark in row] for row in MOODLE_MARKS]
    found, zeros = analyse(blanks, MOODLE_MAXIMA), moodle()
    assert dict(every_figure(found)) == dict(every_figure(zeros))
    assert [item.blank for item in found.items] == [0] * 5 + [14, 9, 11, 9, 8, 12, 16, 11]
    assert (found.quiz.blank, zeros.quiz.blank) == (90, 0)


def test_an_item_that_nobody_answered_has_no_figures_but_stays_in_the_quiz() -> None:
    with_empty = analyse([[*row, None] for row in MOODLE_MARKS], [*MOODLE_MAXIMA, 2])
    item = with_empty.items[-1]
    missing = {name for name, figure in figures(item).items() if figure.value is None}
    assert missing == {*DISCRIMINATION, "facility", "sd", "effective_weight"}
    assert {figures(item)[name].missing for name in missing} == {Missing.NOT_ANSWERED}
    assert item.blank == 22
    # 14 items with the variance of 13: 14/13 · 12/13 · .234318
    assert with_empty.quiz.alpha.value == pytest.approx(14 / 13 * 12 / 13 * 0.23431754, abs=1e-7)


def test_a_quiz_that_nobody_answered_says_so() -> None:
    analysis = analyse([[None, None]] * 25, [1, 1])
    assert {figure.missing for figure in figures(analysis.quiz).values()} == {Missing.NOT_ANSWERED}
    assert analysis.quiz.blank == 50


# --- Degenerate tables ---------------------------------------------------------------------


def test_an_item_that_everybody_has_right_tells_nobody_apart() -> None:
    marks = [[1.0, *row[1:]] for row in table(20)]
    item = analyse(marks, [1, 2, 1]).items[0]
    assert (item.facility.value, item.sd.value, item.effective_weight.value) == (1, 0, 0)
    assert {figures(item)[name].missing for name in DISCRIMINATION} == {Missing.NO_VARIANCE}


def test_equal_totals_leave_nothing_to_compare_with() -> None:
    quiz = analyse([[1, 0], [0, 1]] * 10, [1, 1])
    assert quiz.quiz.sd.value == 0
    for name in ("skewness", "kurtosis", "alpha", "kr20", "sem", "error_ratio"):
        assert getattr(quiz.quiz, name).missing is Missing.NO_VARIANCE
    assert reasons(quiz, "item_total") == [Missing.NO_VARIANCE] * 2
    assert reasons(quiz, "upper_lower") == [Missing.NO_VARIANCE] * 2
    assert reasons(quiz, "effective_weight") == [Missing.NO_VARIANCE] * 2
    assert values(quiz, "item_rest") == pytest.approx([-1, -1])


def test_totals_that_differ_by_rounding_only_are_equal() -> None:
    # 0.1 + 0.2 is not 0.3 for a computer.
    quiz = analyse([[0.1, 0.2], [0.3, 0.0]] * 10, [1, 1]).quiz
    assert quiz.sd.value == 0
    assert quiz.alpha.missing is Missing.NO_VARIANCE


def test_one_item_has_no_rest() -> None:
    analysis = analyse([[1], [0]] * 10, [1])
    item = analysis.items[0]
    assert item.item_rest.missing is Missing.ONE_ITEM
    assert item.discriminative_efficiency.missing is Missing.ONE_ITEM
    assert item.alpha_if_deleted.missing is Missing.ONE_ITEM
    assert analysis.quiz.alpha.missing is Missing.ONE_ITEM
    assert item.item_total.value == pytest.approx(1)


def test_of_two_items_one_is_left_and_has_no_alpha() -> None:
    analysis = analyse([[1, 1], [0, 1], [0, 0], [1, 1]] * 5, [1, 1])
    assert reasons(analysis, "alpha_if_deleted") == [Missing.ONE_ITEM] * 2
    assert analysis.quiz.alpha.value is not None


def test_items_that_all_say_the_same_are_perfectly_consistent() -> None:
    quiz = analyse([[i % 7] * 3 for i in range(21)], [6] * 3).quiz
    assert quiz.alpha.value == 1
    assert ends(quiz.alpha) == (None, None)
    assert (quiz.sem.value, quiz.error_ratio.value) == (0, 0)


def test_partial_marks_have_no_kr20() -> None:
    assert moodle().quiz.kr20.missing is Missing.NOT_RIGHT_OR_WRONG
    assert small().quiz.kr20.missing is None


def test_an_item_that_pulls_against_the_total_has_no_weight() -> None:
    marks = [[i, i, (10 - i) / 2] for i in range(11)] * 2
    analysis = analyse(marks, [10, 10, 5])
    assert reasons(analysis, "effective_weight") == [None, None, Missing.NEGATIVE_COVARIANCE]
    assert values(analysis, "effective_weight")[:2] == pytest.approx([50, 50])


def test_marks_below_0_count_as_they_are() -> None:
    # Certainty-based marking: -6 for surely wrong, 3 for surely right.
    analysis = analyse([[3, 1], [-6, 0]] * 10, [3, 1])
    # The mean of 3 and -6, of 3; no interval goes below the lowest mark.
    assert analysis.items[0].facility.value == pytest.approx(-0.5)
    assert ends(analysis.items[0].facility) == pytest.approx((-1.22026, 0.22026), abs=1e-5)
    assert analysis.items[0].item_rest.value == pytest.approx(1)


# --- Ties ----------------------------------------------------------------------------------


def test_of_equal_totals_who_comes_first_counts_as_better() -> None:
    # 27 % of ten is three. The fourth and fifth have as much as the third, but come later.
    marks = [[1, 1], [1, 1], [1, 0], [0, 1], [0, 1], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0]]
    found = analyse(marks, [1, 1], minimum_discrimination=10)
    assert values(found, "upper_lower") == pytest.approx([1, 2 / 3])
    swapped = [*marks[:2], marks[3], marks[2], *marks[4:]]
    again = analyse(swapped, [1, 1], minimum_discrimination=10)
    assert values(again, "upper_lower") == pytest.approx([2 / 3, 1])


# --- Refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marks", "maxima", "message"),
    [
        ([[]], [], "must hold at least one item"),
        ([[1]], [0], r"maxima\[0\]=0 must be from 0.001 to 1000000.0"),
        ([[1]], [float("nan")], r"maxima\[0\]=nan must be from"),
        ([[1, 0], [1]], [1, 1], r"marks\[1\] holds 1 marks for 2 items"),
        ([[1, 0], [float("nan"), 0]], [1, 1], r"marks\[1\]=\[nan, 0\] must be finite"),
        ([[float("inf")]], [1], "must be finite; None is a blank answer"),
        ([[0, 1], [1, 1.5]], [1, 1], r"marks\[1\]\[1\]=1.5 must be from -1000000.0 to maxima"),
        ([[-1_000_001]], [1], r"marks\[0\]\[0\]=-1000001.0 must be from"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(
    marks: Marks, maxima: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        analyse(marks, maxima)


# --- What holds for every table ------------------------------------------------------------


@st.composite
def quizzes(draw: st.DrawFn, blank: bool = True) -> tuple[list[list[float | None]], list[float]]:
    """Marks in tenths of the maximum, and often right or wrong; some left blank."""
    maxima = draw(st.lists(st.sampled_from([0.3, 1.0, 2.0, 8.0]), min_size=1, max_size=5))
    share = st.sampled_from([0.0, 0.0, 1.0, 1.0, 0.1, 0.3, 0.5, *([None] if blank else [])])
    shares = draw(st.lists(st.tuples(*[share] * len(maxima)), min_size=2, max_size=25))
    marks = [
        [None if part is None else part * most for part, most in zip(row, maxima, strict=True)]
        for row in shares
    ]
    return marks, maxima


def analysed(marks: Marks, maxima: Sequence[float]) -> Analysis:
    return analyse(marks, maxima, minimum=1, minimum_discrimination=1)


def the_same(one: Analysis, other: Analysis, names: Sequence[str]) -> bool:
    """Whether both have these figures, up to rounding."""
    pairs = [
        (getattr(first, name), getattr(second, name))
        for first, second in zip((one.quiz, *one.items), (other.quiz, *other.items), strict=True)
        for name in names
        if hasattr(first, name)
    ]
    return all(
        first.missing is second.missing
        and (first.value, *ends(first)) == pytest.approx((second.value, *ends(second)), abs=1e-6)
        for first, second in pairs
    )


EVERYTHING = sorted({*figures(small().quiz), *figures(small().items[0])})
# Does not change with the unit of the marks, nor when everybody gets more.
OF_THE_PATTERN = ("item_rest", "item_total", "alpha", "alpha_if_deleted", "effective_weight")


@given(quizzes())
def test_a_figure_has_a_finite_value_within_its_interval_or_a_reason(
    quiz: tuple[list[list[float | None]], list[float]],
) -> None:
    for name, figure in every_figure(analysed(*quiz)):
        assert (figure.value is None) == (figure.missing is not None), name
        assert (figure.low is None) == (figure.high is None), name
        present = [x for x in (figure.low, figure.value, figure.high) if x is not None]
        assert all(map(isfinite, present)), name
        assert sorted(present) == pytest.approx(present, abs=1e-9), name
        assert figure.value is not None or not present, name


@given(quizzes())
def test_figures_stay_within_their_bounds(
    quiz: tuple[list[list[float | None]], list[float]],
) -> None:
    bounds = {
        "facility": (0, 1),
        "upper_lower": (-1, 1),
        "item_total": (-1, 1),
        "item_rest": (-1, 1),
        "discrimination_index": (-100, 100),
        "effective_weight": (0, 100),
        "mean_percent": (0, 100),
    }
    for name, figure in every_figure(analysed(*quiz)):
        if figure.value is not None and name in bounds:
            low, high = bounds[name]
            assert low - 1e-9 <= figure.value <= high + 1e-9, name
        if name.startswith("alpha") and figure.value is not None:
            assert figure.value <= 1


@given(quizzes(), st.data())
def test_the_order_of_attempts_changes_nothing_but_who_is_in_an_outer_group(
    quiz: tuple[list[list[float | None]], list[float]], data: st.DataObject
) -> None:
    marks, maxima = quiz
    shuffled = data.draw(st.permutations(marks))
    names = [name for name in EVERYTHING if name != "upper_lower"]
    assert the_same(analysed(marks, maxima), analysed(shuffled, maxima), names)


@given(quizzes(), st.data())
def test_items_keep_their_figures_in_another_order(
    quiz: tuple[list[list[float | None]], list[float]], data: st.DataObject
) -> None:
    marks, maxima = quiz
    places = data.draw(st.permutations(range(len(maxima))))
    moved = analysed(
        [[row[place] for place in places] for row in marks], [maxima[place] for place in places]
    )
    found = analysed(marks, maxima)
    again = Analysis(found.quiz, tuple(found.items[place] for place in places))
    assert the_same(again, moved, EVERYTHING)


@given(quizzes(blank=False))
def test_giving_everybody_as_much_more_changes_no_pattern(
    quiz: tuple[list[list[float | None]], list[float]],
) -> None:
    marks, maxima = quiz
    more = [[(row[0] or 0) + 2, *row[1:]] for row in marks]
    assert the_same(
        analysed(marks, maxima), analysed(more, [maxima[0] + 2, *maxima[1:]]), OF_THE_PATTERN
    )


@given(quizzes())
def test_marks_in_another_unit_change_no_pattern(
    quiz: tuple[list[list[float | None]], list[float]],
) -> None:
    marks, maxima = quiz
    tripled = [[None if mark is None else 3 * mark for mark in row] for row in marks]
    assert the_same(
        analysed(marks, maxima),
        analysed(tripled, [3 * most for most in maxima]),
        (*OF_THE_PATTERN, "facility", "upper_lower", "skewness", "kurtosis", "mean_percent"),
    )


@given(quizzes())
def test_effective_weights_add_up_to_100(
    quiz: tuple[list[list[float | None]], list[float]],
) -> None:
    weights = [value for value in values(analysed(*quiz), "effective_weight") if value is not None]
    assert not weights or sum(weights) == pytest.approx(100)


@given(quizzes())
def test_kr20_is_alpha_wherever_there_is_one(
    quiz: tuple[list[list[float | None]], list[float]],
) -> None:
    found = analysed(*quiz).quiz
    if found.kr20.value is not None:
        assert found.kr20.value == pytest.approx(found.alpha.value, abs=1e-9)


def test_a_thousand_attempts_at_forty_items_take_less_than_a_second() -> None:
    marks = [[float((i * j) % 7 > 2) for j in range(1, 41)] for i in range(1000)]
    assert len({tuple(row) for row in marks}) > 1
    begun = perf_counter()
    analyse(marks, [1.0] * 40)
    assert perf_counter() - begun < 1


def test_all_small_tables_of_zeros_and_ones_have_figures_or_reasons() -> None:
    for rows in product(product((0, 1, None), repeat=2), repeat=3):
        for name, figure in every_figure(analysed(rows, [1, 1])):
            assert (figure.value is None) == (figure.missing is not None), (rows, name)
