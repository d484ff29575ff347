from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.scoring import (
    AnswerState,
    Cardinality,
    ResponseMap,
    map_response,
    score_map_response,
    score_match_correct,
)

PUBLISHED = {"A": Fraction(0), "B": Fraction(1), "C": Fraction(1, 2), "D": Fraction(0)}
PENALISED = PUBLISHED | {"D": Fraction(-2)}

answers = st.lists(st.sampled_from("ABCDX"), max_size=6)


@pytest.mark.parametrize(("given", "worth"), [("C", "1/2"), ("CB", "3/2"), ("BBC", "3/2")])
def test_a_map_gives_what_the_player_of_qti_gives(given: str, worth: str) -> None:
    assert map_response(given, ResponseMap(values=PUBLISHED)) == Fraction(worth)


@pytest.mark.parametrize(
    ("given", "lowest", "highest", "worth"),
    [
        ("D", None, None, "-2"),
        ("D", "-1", None, "-1"),
        ("D", "0", None, "0"),
        ("CB", None, "1", "1"),
        ("CB", "0", "3/2", "3/2"),
        ("CB", "1", "1", "1"),
        ("", "1/4", None, "1/4"),
        ("", None, None, "0"),
    ],
)
def test_a_map_stays_within_its_bounds(
    given: str, lowest: str | None, highest: str | None, worth: str
) -> None:
    mapping = ResponseMap(
        values=PENALISED,
        lowest=None if lowest is None else Fraction(lowest),
        highest=None if highest is None else Fraction(highest),
    )
    assert map_response(given, mapping) == Fraction(worth)


def test_a_value_outside_the_map_is_worth_the_default() -> None:
    mapping = ResponseMap(values=PUBLISHED, default=Fraction(-1, 4))
    assert map_response(["B", "X", "X", "Y"], mapping) == Fraction(1, 2)


def test_a_map_has_its_lowest_bound_below_its_highest() -> None:
    with pytest.raises(ValueError, match="lowest=1 must be <= highest=0"):
        ResponseMap(values=PUBLISHED, lowest=Fraction(1), highest=Fraction(0))


@given(answers, answers)
def test_order_and_repetition_do_not_matter_to_a_map(some: list[str], more: list[str]) -> None:
    mapping = ResponseMap(values=PENALISED, default=Fraction(-1, 4))
    assert map_response([*some, *more], mapping) == map_response([*more, *some, *some], mapping)


@pytest.mark.parametrize(
    ("given", "points", "state"),
    [
        ("", "0", AnswerState.BLANK),
        ("A", "0", AnswerState.WRONG),
        ("D", "0", AnswerState.WRONG),
        ("C", "2", AnswerState.PARTIAL),
        ("BC", "6", AnswerState.RIGHT),
        ("BCA", "6", AnswerState.RIGHT),
    ],
)
def test_a_map_becomes_a_share_of_what_can_be_earned(
    given: str, points: str, state: AnswerState
) -> None:
    score = score_map_response(
        given, mapping=ResponseMap(values=PENALISED), full=Fraction(3, 2), maximum=6
    )
    assert score.points == Fraction(points)
    assert score.state is state


def test_a_map_that_is_worth_more_than_everything_earns_everything() -> None:
    score = score_map_response(
        "BC", mapping=ResponseMap(values=PUBLISHED), full=Fraction(1), maximum=6
    )
    assert score.points == 6


def test_there_must_be_something_to_earn_with_a_map() -> None:
    with pytest.raises(ValueError, match="full=0 must be > 0"):
        score_map_response("B", mapping=ResponseMap(values=PUBLISHED), full=Fraction(0), maximum=6)


@pytest.mark.parametrize(
    ("given", "key", "cardinality", "points"),
    [
        (["A"], ["A"], Cardinality.SINGLE, 2),
        (["B"], ["A"], Cardinality.SINGLE, 0),
        (["B", "A"], ["A", "B"], Cardinality.MULTIPLE, 2),
        (["A"], ["A", "B"], Cardinality.MULTIPLE, 0),
        (["A", "A", "B"], ["A", "B"], Cardinality.MULTIPLE, 0),
        (["A", "B", "A"], ["B", "A", "A"], Cardinality.MULTIPLE, 2),
        (["A", "B"], ["A", "B"], Cardinality.ORDERED, 2),
        (["B", "A"], ["A", "B"], Cardinality.ORDERED, 0),
        (["A"], ["A", "B"], Cardinality.ORDERED, 0),
    ],
)
def test_match_correct_is_all_or_nothing(
    given: list[str], key: list[str], cardinality: Cardinality, points: int
) -> None:
    score = score_match_correct(given, key=key, cardinality=cardinality, maximum=2)
    assert score.points == points


@pytest.mark.parametrize("cardinality", Cardinality)
def test_no_value_is_blank_and_not_wrong(cardinality: Cardinality) -> None:
    score = score_match_correct([], key=["A"], cardinality=cardinality, maximum=2)
    assert score.state is AnswerState.BLANK


@pytest.mark.parametrize(
    ("given", "key", "cardinality", "message"),
    [
        (["A"], [], Cardinality.MULTIPLE, "must hold at least one value"),
        (["A", "B"], ["A"], Cardinality.SINGLE, "must hold one value for"),
        (["A"], ["A", "B"], Cardinality.SINGLE, "must hold one value for"),
    ],
)
def test_match_correct_refuses_what_is_not_of_its_kind(
    given: list[str], key: list[str], cardinality: Cardinality, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        score_match_correct(given, key=key, cardinality=cardinality, maximum=2)
