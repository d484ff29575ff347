from collections.abc import Sequence
from math import inf, nan

import pytest

from course.domain.weighing.panels import (
    LEVELS,
    Code,
    Finding,
    Level,
    PanelAnswer,
    by_option,
    camps_of,
    check_options,
    kept,
    modes_of,
    whole,
)


@pytest.mark.parametrize(
    ("counts", "modes"),
    [((0, 2, 3, 8, 2), (3,)), ((5, 5, 3, 1, 1), (0, 1)), ((6, 1, 1, 1, 6), (0, 4))],
)
def test_a_mode_is_each_place_with_the_most_answers(
    counts: Sequence[int], modes: tuple[int, ...]
) -> None:
    assert modes_of(counts) == modes


@pytest.mark.parametrize(
    ("counts", "camps"),
    [
        ((6, 1, 1, 1, 6), (0, 4)),
        ((0, 7, 0, 6, 0), (1, 3)),  # they need not be as large
        ((7, 6, 7), (0, 2)),  # 35 % each
        ((34, 32, 34), None),
        ((349, 302, 349), None),
        ((0, 10, 10, 0, 0), None),  # neighbours agree more or less
        ((0, 2, 3, 8, 2), None),
        ((0, 0, 9, 0, 0), None),
        ((2, 2, 2, 2, 2), None),  # nobody agrees, but there are no camps
    ],
)
def test_a_panel_is_split_between_two_large_camps_that_lie_apart(
    counts: Sequence[int], camps: tuple[int, int] | None
) -> None:
    assert camps_of(counts) == camps


@pytest.mark.parametrize(
    ("counts", "message"), [((0, 0, 0), "must hold an answer"), ((1, -1, 3), "must be >= 0")]
)
def test_what_nobody_answered_has_no_mode(counts: Sequence[int], message: str) -> None:
    for name in (modes_of, camps_of):
        with pytest.raises(ValueError, match=message):
            name(counts)


def test_who_was_excluded_does_not_count() -> None:
    answers = [
        PanelAnswer(member="m1", answer=2),
        PanelAnswer(member="m2", answer=-2, excluded="read the case in another version"),
        PanelAnswer(member="m3", answer=0),
    ]
    assert kept(answers) == [2, 0]


def test_a_member_answers_once_also_when_excluded() -> None:
    answers = [
        PanelAnswer(member="m1", answer=2),
        PanelAnswer(member="m1", answer=1, excluded="changed it"),
    ]
    with pytest.raises(ValueError, match=r"members=\['m1'\] must answer once"):
        kept(answers)


@pytest.mark.parametrize("reason", ["", "  "])
def test_nobody_is_excluded_without_a_reason(reason: str) -> None:
    with pytest.raises(ValueError, match="of member='m1' must say why"):
        PanelAnswer(member="m1", answer=2, excluded=reason)


@pytest.mark.parametrize("value", [-1, 101, 2.0, nan, inf, "2", True, None, [2]])
def test_what_is_no_whole_number_within_bounds_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="must be a whole number from 0 to 100"):
        whole(value, lowest=0, highest=100)


def test_the_bounds_of_a_whole_number_belong_to_it() -> None:
    assert [whole(value, lowest=-2, highest=2) for value in (-2, 2)] == [-2, 2]


@pytest.mark.parametrize(
    ("answer", "partly", "message"),
    [
        ([1, 2], True, "must hold one value by option"),
        ({"a": 1, "c": 1}, True, r"\['c'\] must be among options"),
        ({"a": 1}, False, r"must also hold \['b'\]"),
    ],
)
def test_an_answer_holds_a_value_for_the_options_there_are(
    answer: object, partly: bool, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        by_option(answer, options="ab", partly=partly)


@pytest.mark.parametrize(
    ("options", "message"),
    [("aba", "must differ"), ("a", "must be 2 to 3"), ("abcd", "must be 2 to 3")],
)
def test_options_differ_and_are_not_too_many(options: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_options(options, fewest=2, most=3)


def test_only_without_answers_there_is_no_key() -> None:
    assert set(LEVELS) == set(Code)
    errors = [code for code in Code if Finding(code=code).level is Level.ERROR]
    assert errors == [Code.NO_ANSWERS]
