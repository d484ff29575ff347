"""Agreement of markers: published figures, degenerate ratings, and what holds for all of them.

Where no source is named, expected values were calculated once with pingouin 0.7, krippendorff 0.9,
scikit-learn 1.9 and statsmodels 0.15.
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple, fields
from math import isfinite

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course.domain.agreement import (
    Intraclass,
    Scale,
    Weighting,
    difference,
    intraclass,
    kappa,
    krippendorff,
    severity,
    spearman_brown,
)
from course.domain.figures import Figure, Missing
from tests.domain.published import KRIPPENDORFF, SHROUT_FLEISS

Ratings = Sequence[Sequence[float | None]]

# Two markers, ten texts, levels 1 to 4; computed once with a reference model.
FIRST = [3, 2, 4, 1, 3, 2, 4, 3, 2, 1]
SECOND = [3, 3, 4, 1, 2, 2, 3, 3, 2, 2]

# Two markers of forty texts on levels 0 to 3, and three of twenty texts on grades; both invented.
FORTY = (
    [int(level) for level in "1331022322333323003121302003131331323122"],
    [int(level) for level in "2232131313333323013021302003221230332031"],
)
GRADES: list[list[float]] = [
    [5, 6.5, 5.5],
    [5, 6, 5.5],
    [5, 6.5, 5],
    [7, 6.5, 6.5],
    [7.5, 8, 6.5],
    [6.5, 6.5, 5.5],
    [6, 5.5, 6.5],
    [6, 5, 5.5],
    [6.5, 8, 7],
    [6.5, 8.5, 7.5],
    [7.5, 6.5, 7],
    [4.5, 5.5, 4.5],
    [6.5, 6.5, 7],
    [8.5, 9, 8.5],
    [6.5, 7, 7],
    [4.5, 5.5, 4.5],
    [7, 6.5, 6],
    [5.5, 6, 4.5],
    [6.5, 5.5, 4.5],
    [5, 7, 5.5],
]
LEFT_OPEN = {(0, 2), (1, 1), (2, 0), (4, 1), (7, 2), (9, 0), (9, 1)}
GRADES_WITH_HOLES = [
    [None if (text, marker) in LEFT_OPEN else grade for marker, grade in enumerate(row)]
    for text, row in enumerate(GRADES)
]


def triple(figure: Figure) -> tuple[float | None, float | None, float | None]:
    return figure.value, figure.low, figure.high


# --- Kappa ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weighting", "value"),
    [
        (Weighting.UNWEIGHTED, 0.444444),
        (Weighting.LINEAR, 0.607843),
        (Weighting.QUADRATIC, 0.764706),
    ],
)
def test_kappa_of_ten_texts(weighting: Weighting, value: float) -> None:
    found = kappa(FIRST, SECOND, levels=[1, 2, 3, 4], weighting=weighting, minimum=10)
    assert found.value == pytest.approx(value, abs=5e-7)
    assert found.n == 10


@pytest.mark.parametrize(
    ("weighting", "expected"),
    [
        (Weighting.UNWEIGHTED, (0.3368237, 0.1321999, 0.5414476)),
        (Weighting.LINEAR, (0.6066253, 0.4597931, 0.7534575)),
        (Weighting.QUADRATIC, (0.8061224, 0.7176268, 0.8946181)),
    ],
)
def test_kappa_has_the_interval_of_large_samples(
    weighting: Weighting, expected: tuple[float, float, float]
) -> None:
    found = kappa(*FORTY, levels=[0, 1, 2, 3], weighting=weighting)
    assert triple(found) == pytest.approx(expected, abs=1e-6)


def test_kappa_is_quadratic_unless_told_otherwise_and_its_interval_ends_at_1() -> None:
    found = kappa(FIRST, SECOND, levels=[1, 2, 3, 4], minimum=10)
    assert triple(found) == pytest.approx((0.764706, 0.528603, 1.0), abs=1e-6)


def test_a_level_that_nobody_gave_still_keeps_others_apart() -> None:
    first, second = [1, 4, 4, 1, 3] * 3, [1, 4, 3, 1, 3] * 3
    assert kappa(first, second, levels=[1, 2, 3, 4]).value != pytest.approx(
        kappa(first, second, levels=[1, 3, 4]).value
    )


def test_kappa_leaves_out_texts_that_one_did_not_mark() -> None:
    with_holes = kappa([*FIRST, None, 2], [*SECOND, 3, None], levels=[1, 2, 3, 4], minimum=1)
    assert with_holes == kappa(FIRST, SECOND, levels=[1, 2, 3, 4], minimum=1)


def test_perfect_agreement_is_1_without_interval() -> None:
    found = kappa([1, 2] * 8, [1, 2] * 8, levels=[1, 2])
    assert found == Figure(1.0, 16)


def test_one_level_for_all_leaves_nothing_to_agree_on() -> None:
    assert kappa([2] * 15, [2] * 15, levels=[1, 2, 3]).missing is Missing.NO_VARIANCE


@pytest.mark.parametrize(
    ("first", "second", "levels", "message"),
    [
        ([1], [1], [1], "must be at least 2, from low to high"),
        ([1], [1], [2, 1], "must be at least 2, from low to high"),
        ([1], [1], [1, 1], "must be at least 2, from low to high"),
        ([5], [1], [1, 2], r"marks=\[5.0\] must be among levels"),
        ([1, 2], [1], [1, 2], r"len\(first\)=2 and len\(second\)=1 must be the same texts"),
        ([float("nan")], [1], [1, 2], "None is a text that was not marked"),
    ],
)
def test_kappa_refuses_what_is_not_on_one_scale(
    first: list[float], second: list[float], levels: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        kappa(first, second, levels=levels)


# --- Intraclass correlations ---------------------------------------------------------------


def singles_and_means(found: Intraclass) -> list[Figure]:
    return [
        found.single_any,
        found.single_agreement,
        found.single_consistency,
        found.mean_any,
        found.mean_agreement,
        found.mean_consistency,
    ]


def test_six_texts_and_four_markers_of_shrout_and_fleiss() -> None:
    found = singles_and_means(intraclass(SHROUT_FLEISS, minimum=6))
    published = [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    assert [round(figure.value or 0, 2) for figure in found] == published
    more_digits = [0.1657, 0.2898, 0.7148, 0.4428, 0.6201, 0.9093]
    assert [figure.value for figure in found] == pytest.approx(more_digits, abs=5e-5)


@pytest.mark.parametrize(
    ("ratings", "ends"),
    [
        (
            SHROUT_FLEISS,
            [(-0.13, 0.72), (0.02, 0.76), (0.34, 0.95), (-0.88, 0.91), (0.07, 0.93), (0.68, 0.99)],
        ),
        (
            GRADES,
            [(0.42, 0.83), (0.41, 0.84), (0.49, 0.86), (0.69, 0.94), (0.68, 0.94), (0.74, 0.95)],
        ),
    ],
)
def test_intraclass_correlations_have_f_intervals(
    ratings: Ratings, ends: list[tuple[float, float]]
) -> None:
    found = singles_and_means(intraclass(ratings, minimum=6))
    assert [(round(figure.low or 0, 2), round(figure.high or 0, 2)) for figure in found] == ends


def test_intraclass_correlations_of_grades() -> None:
    found = singles_and_means(intraclass(GRADES))
    expected = [0.653043, 0.660194, 0.703704, 0.849548, 0.853556, 0.876923]
    assert [figure.value for figure in found] == pytest.approx(expected, abs=5e-7)
    assert {figure.n for figure in found} == {20}


def test_the_standard_error_of_a_mark_holds_markers_and_what_is_left() -> None:
    # √((32.4861 - 1.0194)/6 + 1.0194), from the mean squares of Shrout and Fleiss.
    assert intraclass(SHROUT_FLEISS, minimum=6).sem.value == pytest.approx(2.50278, abs=1e-5)


def test_texts_with_a_cell_left_open_are_left_out() -> None:
    whole = [row for row in GRADES_WITH_HOLES if None not in row]
    assert len(whole) == 14
    assert intraclass(GRADES_WITH_HOLES, minimum=14) == intraclass(whole, minimum=14)
    assert intraclass(GRADES_WITH_HOLES).sem == Figure(None, 14, missing=Missing.TOO_FEW)


def test_a_constant_difference_costs_agreement_but_not_consistency() -> None:
    found = intraclass([[grade, grade + 1] for grade in range(15)])
    assert found.single_consistency.value == 1
    assert found.single_agreement.value == pytest.approx(40 / 41)
    assert found.sem.value == pytest.approx(0.5**0.5)


def test_perfect_agreement_has_no_interval_and_no_error() -> None:
    found = intraclass([[grade, grade] for grade in range(15)])
    assert {triple(figure) for figure in singles_and_means(found)} == {(1, None, None)}
    assert found.sem.value == 0


def test_the_same_mark_for_all_texts_has_no_correlation() -> None:
    found = intraclass([[6.3, 6.3]] * 15)
    assert {figure.missing for figure in singles_and_means(found)} == {Missing.NO_VARIANCE}


def test_texts_with_equal_means_have_no_correlation_of_means() -> None:
    found = intraclass([[1, 0], [0, 1]], minimum=2)
    assert found.single_consistency.value == -1
    assert found.mean_consistency.missing is Missing.NO_VARIANCE


@pytest.mark.parametrize("ratings", [[], [[1, 2]], [[1], [2], [3]], [[None, 1], [2, None]]])
def test_one_text_or_one_marker_is_not_enough(ratings: Ratings) -> None:
    found = intraclass(ratings, minimum=0)
    assert {figure.missing for figure in singles_and_means(found)} == {Missing.TOO_FEW}


# --- Krippendorff --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "value"),
    [
        (Scale.NOMINAL, 0.743421),
        (Scale.ORDINAL, 0.815388),
        (Scale.INTERVAL, 0.849107),
        (Scale.RATIO, 0.797403),
    ],
)
def test_the_example_of_krippendorff(scale: Scale, value: float) -> None:
    found = krippendorff(KRIPPENDORFF, scale=scale, minimum=11)
    assert found.value == pytest.approx(value, abs=5e-7)
    assert found.n == 11  # the twelfth text has one mark


@pytest.mark.parametrize(
    ("scale", "value"),
    [
        (Scale.NOMINAL, -0.0136926),
        (Scale.ORDINAL, 0.5567448),
        (Scale.INTERVAL, 0.6289278),
        (Scale.RATIO, 0.5753215),
    ],
)
def test_krippendorffs_alpha_of_grades_with_cells_left_open(scale: Scale, value: float) -> None:
    assert krippendorff(GRADES_WITH_HOLES, scale=scale).value == pytest.approx(value, abs=1e-6)


def test_krippendorffs_alpha_has_the_interval_of_the_jackknife() -> None:
    # The 20 alphas without one text, with the library; their spread times t at 19 degrees.
    found = krippendorff(GRADES, scale=Scale.INTERVAL)
    assert triple(found) == pytest.approx((0.6451890, 0.3793104, 0.9110676), abs=1e-6)


def test_marks_that_are_all_the_same_have_no_alpha() -> None:
    assert krippendorff([[3, 3]] * 15, scale=Scale.NOMINAL).missing is Missing.NO_VARIANCE


def test_a_computers_third_decimal_place_is_no_other_value() -> None:
    ratings = [[0.3, 0.1 + 0.2], [1.0, 1.0]] * 8
    assert krippendorff(ratings, scale=Scale.NOMINAL).value == 1


def test_0_and_0_are_alike_on_a_ratio_scale_and_less_than_0_is_refused() -> None:
    assert krippendorff([[0, 0], [2, 2]] * 8, scale=Scale.RATIO).value == 1
    with pytest.raises(ValueError, match="marks on a ratio scale must be >= 0"):
        krippendorff([[-1, 0]], scale=Scale.RATIO)


# --- Differences ---------------------------------------------------------------------------


def test_two_markers_beside_each_other() -> None:
    found = difference([6, 7, 5.5, None, 8], [5, 7, 7, 6, 7.5])
    assert triple(found.mean) == pytest.approx((0.0, -1.718717, 1.718717), abs=1e-6)
    assert (found.within.value, found.equal.value) == (0.75, 0.25)
    assert {found.mean.n, found.within.n, found.equal.n} == {4}


def test_exactly_one_level_apart_is_within_one_level() -> None:
    # For a computer 1.1 - 0.1 is 1, and 2.2 - 1.2 is a hair more.
    found = difference([0.3, 0.1, 2.2], [1.3, 1.1, 1.2])
    assert found.within.value == 1


def test_differences_are_shown_for_any_number_of_texts() -> None:
    one = difference([3], [2])
    assert triple(one.mean) == (1, None, None)
    none = difference([3, None], [None, 2])
    assert {none.mean.missing, none.within.missing, none.equal.missing} == {Missing.TOO_FEW}
    assert difference([], []) == none


def test_always_the_same_difference_has_no_interval() -> None:
    found = difference([0.3, 0.1], [0.2, 0.0]).mean
    assert found.value == pytest.approx(0.1)
    assert (found.low, found.high) == (None, None)


def test_a_distance_below_0_is_refused() -> None:
    with pytest.raises(ValueError, match="near=-1 must be >= 0"):
        difference([1], [1], near=-1)


def test_severity_compares_a_marker_with_those_of_the_same_texts() -> None:
    ratings: Ratings = [[6, 5, None], [7, 6, 8], [None, 5, None], [8, None, 6]]
    mild, severe, other = severity(ratings)
    # 6 - 5, 7 - 7, 8 - 6 · 5 - 6, 6 - 7.5 · 8 - 6.5, 6 - 8
    assert [mild.value, severe.value, other.value] == pytest.approx([1, -1.25, -0.25])
    assert [mild.n, severe.n, other.n] == [3, 2, 2]
    assert (mild.low, mild.high) == pytest.approx((-1.484138, 3.484138), abs=1e-6)


def test_who_shares_no_text_has_no_severity() -> None:
    alone = severity([[6, None, 5], [None, 7, None]])[1]
    assert alone == Figure(None, 0, missing=Missing.TOO_FEW)
    assert severity([]) == ()


# --- Spearman and Brown --------------------------------------------------------------------


@pytest.mark.parametrize(("times", "expected"), [(1, 0.62), (2, 0.7654), (3, 0.8304)])
def test_more_markers_are_more_reliable(times: int, expected: float) -> None:
    assert spearman_brown(0.62, times=times) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(("reliability", "times"), [(0.5, 0), (1.1, 2), (-0.5, 3), (-1, 2)])
def test_a_reliability_that_cannot_be_is_refused(reliability: float, times: float) -> None:
    with pytest.raises(ValueError, match=f"{times=} must be > 0 and {reliability=} <= 1"):
        spearman_brown(reliability, times=times)


# --- Small numbers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "agreement",
    [
        lambda ratings: kappa(*zip(*ratings, strict=True), levels=[1, 2, 3]),
        lambda ratings: intraclass(ratings).single_agreement,
        lambda ratings: intraclass(ratings).sem,
        lambda ratings: krippendorff(ratings, scale=Scale.ORDINAL),
    ],
)
def test_agreement_takes_fifteen_texts(agreement: Callable[[Ratings], Figure]) -> None:
    ratings = [[1, 2], [2, 3], [3, 3], [2, 2], [1, 1]] * 3
    assert agreement(ratings[1:]) == Figure(None, 14, missing=Missing.TOO_FEW)
    assert agreement(ratings).missing is None


def test_ratings_have_one_cell_per_marker() -> None:
    with pytest.raises(ValueError, match=r"ratings\[1\] holds 1 marks, and the first 2"):
        intraclass([[1, 2], [3]])


# --- What holds for all ratings ------------------------------------------------------------


marks = st.sampled_from([0.0, 1.0, 1.0, 2.0, 3.0, 0.3])
tables = st.integers(2, 4).flatmap(
    lambda markers: st.lists(
        st.lists(st.one_of(marks, st.none()), min_size=markers, max_size=markers),
        min_size=1,
        max_size=20,
    )
)
whole_tables = st.integers(2, 4).flatmap(
    lambda markers: st.lists(
        st.lists(marks, min_size=markers, max_size=markers), min_size=2, max_size=20
    )
)


def every_figure(ratings: Ratings) -> list[Figure]:
    first, second, *_others = (list(marker) for marker in zip(*ratings, strict=True))
    levels = [0, 0.3, 1, 2, 3]
    beside = difference(first, second)
    correlations = intraclass(ratings, minimum=1)
    return [
        *(getattr(correlations, field.name) for field in fields(correlations)),
        *(krippendorff(ratings, scale=scale, minimum=1) for scale in Scale),
        *(
            kappa(first, second, levels=levels, weighting=weighting, minimum=1)
            for weighting in Weighting
        ),
        beside.mean,
        beside.within,
        beside.equal,
        *severity(ratings),
    ]


@given(tables)
def test_a_figure_has_a_finite_value_or_a_reason(ratings: Ratings) -> None:
    for figure in every_figure(ratings):
        assert (figure.value is None) == (figure.missing is not None)
        assert (figure.low is None) == (figure.high is None)
        present = [x for x in triple(figure) if x is not None]
        assert all(map(isfinite, present))


@given(tables)
def test_nothing_agrees_more_than_perfectly(ratings: Ratings) -> None:
    *correlations, _sem = every_figure(ratings)[:7]
    alphas_and_kappas = every_figure(ratings)[7:14]
    for figure in (*correlations, *alphas_and_kappas):
        assert figure.value is None or figure.value <= 1 + 1e-9
        assert figure.high is None or figure.high <= 1 + 1e-9


@given(tables, st.data())
def test_the_order_of_texts_changes_nothing(ratings: Ratings, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(ratings))
    for one, other in zip(every_figure(ratings), every_figure(shuffled), strict=True):
        assert one.missing is other.missing
        assert astuple(one)[:4] == pytest.approx(astuple(other)[:4], abs=1e-6)


@given(whole_tables, st.data())
def test_the_order_of_markers_changes_no_agreement(ratings: Ratings, data: st.DataObject) -> None:
    places = data.draw(st.permutations(range(len(ratings[0]))))
    moved = [[row[place] for place in places] for row in ratings]
    one, other = intraclass(ratings, minimum=1), intraclass(moved, minimum=1)
    for field in fields(one):
        assert triple(getattr(one, field.name)) == pytest.approx(
            triple(getattr(other, field.name)), abs=1e-6
        )


@example([[1.0, 0.3], [3.0, 0.3]])  # exactly one degree of freedom, but for rounding
@given(whole_tables)
def test_a_milder_scale_for_all_changes_no_agreement(ratings: list[list[float]]) -> None:
    milder = [[mark + 2 for mark in row] for row in ratings]
    one, other = intraclass(ratings, minimum=1), intraclass(milder, minimum=1)
    for field in fields(one):
        assert triple(getattr(one, field.name)) == pytest.approx(
            triple(getattr(other, field.name)), abs=1e-6
        )
    for scale in (Scale.NOMINAL, Scale.ORDINAL, Scale.INTERVAL):
        assert krippendorff(ratings, scale=scale, minimum=1).value == pytest.approx(
            krippendorff(milder, scale=scale, minimum=1).value, abs=1e-9
        )


@given(st.lists(st.tuples(marks, marks), min_size=1, max_size=20))
def test_two_markers_may_change_places(pairs: list[tuple[float, float]]) -> None:
    first, second = ([pair[place] for pair in pairs] for place in (0, 1))
    levels = [0, 0.3, 1, 2, 3]
    for weighting in Weighting:
        one = kappa(first, second, levels=levels, weighting=weighting, minimum=1)
        other = kappa(second, first, levels=levels, weighting=weighting, minimum=1)
        assert triple(one) == pytest.approx(triple(other), abs=1e-9)
    forth, back = difference(first, second), difference(second, first)
    assert forth.within == back.within
    assert forth.mean.value == pytest.approx(-(back.mean.value or 0), abs=1e-9)
    mild, severe = severity(pairs)
    assert mild.value == pytest.approx(forth.mean.value, abs=1e-9)
    assert severe.value == pytest.approx(back.mean.value, abs=1e-9)


@given(
    st.floats(min_value=0, max_value=1),
    st.floats(min_value=1, max_value=10),
    st.floats(min_value=1, max_value=10),
)
def test_twice_as_many_and_thrice_as_many_are_six_times_as_many(
    reliability: float, some: float, more: float
) -> None:
    step = spearman_brown(spearman_brown(reliability, times=some), times=more)
    assert step == pytest.approx(spearman_brown(reliability, times=some * more), abs=1e-9)
