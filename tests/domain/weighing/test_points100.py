from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.weighing.panels import Code, Finding
from course.domain.weighing.points100 import Points100, distance, tolerance_of
from tests.domain.panels import answers_to

QUESTION = Points100(options=tuple("ABCD"))
PANEL = [
    [50, 20, 20, 10],
    [40, 30, 20, 10],
    [30, 40, 10, 20],
    [45, 25, 20, 10],
    [35, 25, 30, 10],
]


def points(*given: int) -> dict[str, int]:
    return dict(zip("ABCD", given, strict=False))


def panel(members: int = 5) -> list[object]:
    return [points(*division) for division in PANEL[:members]]


def test_the_key_is_the_mean_of_the_panel_and_how_far_a_member_lies_from_the_others() -> None:
    table = QUESTION.table(panel(), method="tolerance")
    assert dict(table.shares) == {"A": 40, "B": 28, "C": 20, "D": 12}
    assert table.tolerance == Fraction(1, 8)


@pytest.mark.parametrize(
    ("given", "apart", "credit"),
    [
        ((40, 30, 20, 10), ".02", "1"),
        ((25, 25, 25, 25), ".18", "164/175"),  # .9371
        ((50, 30, 10, 10), ".12", "1"),
        ((100, 0, 0, 0), ".6", "16/35"),  # .4571
        ((0, 0, 0, 100), ".88", "24/175"),  # .1371
    ],
)
def test_a_division_earns_by_the_points_that_lie_elsewhere(
    given: tuple[int, ...], apart: str, credit: str
) -> None:
    table = QUESTION.table(panel(), method="tolerance")
    assert distance(given, [share for _, share in table.shares]) == Fraction(apart)
    assert table.credit(points(*given)) == Fraction(credit)


@pytest.mark.parametrize("members", [1, 2, 3, 4])
def test_fewer_than_five_members_have_a_fixed_tolerance(members: int) -> None:
    assert QUESTION.table(panel(members), method="tolerance").tolerance == Fraction(15, 100)
    assert list(QUESTION.findings(panel(members))) == [
        Finding(code=Code.FIXED_TOLERANCE, count=members, of=5)
    ]


def test_five_members_have_a_tolerance_of_their_own() -> None:
    assert list(QUESTION.findings(panel())) == []


def test_the_tolerance_itself_earns_everything_and_one_point_more_does_not() -> None:
    table = QUESTION.table([points(40, 30, 20, 10)], method="tolerance")
    assert table.credit(points(25, 45, 20, 10)) == 1
    assert table.credit(points(24, 46, 20, 10)) == 1 - Fraction(1, 85)


def test_nobody_is_wrong_where_each_member_stands_alone() -> None:
    six = Points100(options=tuple("ABCDEF"))
    alone = [dict.fromkeys("ABCDEF", 0) | {option: 100} for option in "ABCDEF"]
    table = six.table(alone[:5], method="tolerance")
    assert table.tolerance == 1
    # Also who puts everything on what no member chose.
    assert [table.credit(answer) for answer in alone] == [1] * 6


def test_three_quarters_of_the_members_lie_within_the_tolerance() -> None:
    # Those who gave 60, 50, 40, 20 and 0 lie .325, .2, .075, .175 and .425 from the others.
    divisions = [[given, 100 - given] for given in (60, 50, 40, 20, 0)]
    assert tolerance_of(divisions) == Fraction(325, 1000)


def test_a_panel_of_one_mind_allows_nothing_else() -> None:
    assert tolerance_of([[60, 40]] * 5) == 0


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (points(41, 30, 20, 10), "must add up to 100, not 101"),
        (points(0, 0, 0, 0), "must add up to 100, not 0"),
        (points(110, -10, 0, 0), "A=110 must be a whole number from 0 to 100"),
        (points(50, -10, 40, 20), "B=-10 must be a whole number from 0 to 100"),
        (points(50, 50), r"must also hold \['C', 'D'\]"),
        (points(40, 30, 20, 10) | {"E": 0}, r"\['E'\] must be among options"),
        ({"A": 40.0, "B": 30, "C": 20, "D": 10}, "A=40.0 must be a whole number"),
        ({"A": float("nan"), "B": 30, "C": 20, "D": 10}, "A=nan must be a whole number"),
        ([40, 30, 20, 10], "must hold one value by option"),
    ],
)
def test_what_is_not_a_hundred_points_is_refused(answer: object, message: str) -> None:
    table = QUESTION.table(panel(), method="tolerance")
    for read in (table.credit, QUESTION.panel_answer):
        with pytest.raises(ValueError, match=message):
            read(answer)


@pytest.mark.parametrize("options", ["A", "ABCDEFGHI", "AA"])
def test_points_are_divided_over_two_to_eight(options: str) -> None:
    with pytest.raises(ValueError, match=r"must be 2 to 8|must differ"):
        Points100(options=tuple(options))


@given(st.lists(answers_to(QUESTION), min_size=1, max_size=9), answers_to(QUESTION))
def test_a_division_nearer_to_the_panel_never_earns_less(
    answers: list[dict[str, int]], answer: dict[str, int]
) -> None:
    table = QUESTION.table(answers, method="tolerance")
    centre = dict(table.shares)
    assert sum(centre.values()) == 100
    by_distance = sorted(
        [*answers, answer],
        key=lambda given: sum(abs(given[option] - centre[option]) for option in "ABCD"),
    )
    earned = [table.credit(given) for given in by_distance]
    assert earned == sorted(earned, reverse=True)
