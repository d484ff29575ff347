"""What figures say: the bounds, and which code a bound itself belongs to."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.figures import Figure, Missing, readings
from course.domain.figures.readings import Reading, item_readings, quiz_readings, read
from course.domain.statistics import analyse
from tests.domain.published import MOODLE_MARKS, MOODLE_MAXIMA


@pytest.mark.parametrize(
    ("rule", "codes"),
    [
        (
            readings.facility,
            {
                0: "very_hard",
                0.10: "very_hard",
                0.11: "hard",
                0.349: "hard",
                0.35: "fitting",
                0.65: "fitting",
                0.651: "easy",
                0.899: "easy",
                0.90: "very_easy",
            },
        ),
        (partial(readings.item_spread, maximum=3), {0.99: "narrow", 1: "sufficient"}),
        (
            readings.upper_lower,
            {-0.01: "negative", 0: "poor", 0.20: "marginal", 0.30: "reasonable", 0.40: "very_good"},
        ),
        (
            readings.discrimination,
            {-0.01: "negative", 0: "very_weak", 0.20: "weak", 0.30: "adequate", 0.50: "very_good"},
        ),
        (readings.efficiency, {-1: "negative", 0: "low", 49: "low", 50: "good"}),
        (
            partial(readings.deletion, alpha=0.7),
            {0.6: "not_higher", 0.71: "not_higher", 0.72: "higher"},
        ),
        (
            partial(readings.weight, intended=6),
            {0: "lighter", 3.99: "lighter", 4: "as_intended", 9: "as_intended", 9.01: "heavier"},
        ),
        (readings.mean_percent, {49: "low", 50: "fitting", 75: "fitting", 76: "high"}),
        (readings.sd_percent, {11: "narrow", 12: "fitting", 18: "fitting", 19: "wide"}),
        (readings.skewness, {-1.1: "left", -1: "fitting", 1: "fitting", 1.1: "right"}),
        (readings.kurtosis, {-0.1: "flat", 0: "fitting", 1: "fitting", 1.1: "peaked"}),
        (
            readings.consistency,
            {63.9: "unsatisfactory", 64: "doubtful", 74.9: "doubtful", 75: "satisfactory"},
        ),
        (
            readings.error_ratio,
            {50: "satisfactory", 50.1: "doubtful", 60: "doubtful", 60.1: "unsatisfactory"},
        ),
        (
            readings.kappa,
            {
                -0.1: "poor",
                0: "slight",
                0.20: "fair",
                0.40: "moderate",
                0.60: "substantial",
                0.80: "almost_perfect",
            },
        ),
        (
            readings.intraclass,
            {0.49: "poor", 0.50: "moderate", 0.75: "good", 0.90: "excellent"},
        ),
        (
            readings.krippendorff,
            {0.666: "unreliable", 0.667: "tentative", 0.799: "tentative", 0.800: "reliable"},
        ),
        (readings.near, {0.79: "talk_first", 0.80: "in_line"}),
        (readings.severity, {-0.1: "severe", 0: "like_others", 0.1: "mild"}),
    ],
)
def test_a_bound_belongs_to_one_code(
    rule: Callable[[float], StrEnum], codes: dict[float, str]
) -> None:
    assert {value: str(rule(value)) for value in codes} == codes


@pytest.mark.parametrize(
    ("figure", "certain"),
    [
        (Figure(0.5, 40, 0.36, 0.64), True),
        (Figure(0.5, 10, 0.24, 0.76), False),
        (Figure(0.5, 40), None),
    ],
)
def test_a_reading_is_certain_when_its_whole_interval_says_so(
    figure: Figure, certain: bool | None
) -> None:
    assert read(figure, readings.facility) == Reading(readings.Facility.FITTING, certain)


def test_what_is_missing_says_nothing() -> None:
    assert read(Figure.without(Missing.TOO_FEW, 9), readings.facility) is None


def test_a_hair_below_a_bound_is_the_bound() -> None:
    found = read(Figure(74.99999999999999, 30), readings.consistency)
    assert found == Reading(readings.Consistency.SATISFACTORY, None)


def test_each_figure_with_a_rule_is_read() -> None:
    analysis = analyse(MOODLE_MARKS, MOODLE_MAXIMA)
    quiz, item = analysis.quiz, analysis.items[0]
    assert {name: reading.code for name, reading in quiz_readings(quiz).items()} == {
        "mean_percent": "fitting",
        "sd_percent": "fitting",
        "skewness": "fitting",
        "kurtosis": "flat",
        "alpha": "unsatisfactory",
        "internal_consistency": "unsatisfactory",
        "error_ratio": "unsatisfactory",
    }
    assert {name: reading.code for name, reading in item_readings(item, quiz).items()} == {
        "facility": "fitting",
        "sd": "narrow",
        "upper_lower": "very_good",
        "item_rest": "weak",
        "discrimination_index": "weak",
        "discriminative_efficiency": "low",
        "effective_weight": "lighter",
        "alpha_if_deleted": "not_higher",
    }


def test_nothing_is_read_where_nothing_is_shown() -> None:
    analysis = analyse(MOODLE_MARKS[:9], MOODLE_MAXIMA)
    assert quiz_readings(analysis.quiz) == {}
    assert item_readings(analysis.items[0], analysis.quiz) == {}


def test_which_alpha_is_higher_has_no_certainty() -> None:
    analysis = analyse(MOODLE_MARKS, MOODLE_MAXIMA)
    found = item_readings(analysis.items[5], analysis.quiz)["alpha_if_deleted"]
    assert found == Reading(readings.Deletion.HIGHER, None)


@given(st.floats(min_value=0, max_value=1), st.floats(min_value=0, max_value=1))
def test_a_higher_facility_is_never_read_as_harder(one: float, other: float) -> None:
    order = list(readings.Facility)
    low, high = sorted((one, other))
    assert order.index(readings.facility(low)) <= order.index(readings.facility(high))
