from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.weighing.panels import Code, Finding
from course.domain.weighing.sjt_rate import RateMethod, SjtRate, rate_credits

PANEL = [1, 1, 2, 2, 2, 2, 3, 1, 2, 2]  # mean 1.8, median 2

panels = st.lists(st.integers(min_value=1, max_value=4), min_size=1, max_size=12)
methods = st.sampled_from(RateMethod)


def shares(text: str) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, text.split()))


# --- What a rating earns -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("near4", "3/4 1 3/4 1/2"),
        ("sameside", "1/2 1 0 0"),
        ("abs", "11/15 14/15 3/5 4/15"),  # .7333 .9333 .6 .2667
        ("sq", "209/225 224/225 21/25 104/225"),  # .9289 .9956 .84 .4622
        ("consensus", ".3 .6 .1 0"),
    ],
)
def test_each_method_pays_a_panel_in_its_own_way(method: str, expected: str) -> None:
    assert rate_credits(PANEL, method=RateMethod(method)) == shares(expected)


@pytest.mark.parametrize(
    ("key", "near4", "sameside"),
    [
        (1, "1 3/4 1/2 0", "1 1/2 0 0"),
        (2, "3/4 1 3/4 1/2", "1/2 1 0 0"),
        (3, "1/2 3/4 1 3/4", "0 0 1 1/2"),
        (4, "0 1/2 3/4 1", "0 0 1/2 1"),
    ],
)
def test_what_is_near_pays_less_and_on_the_other_side_perhaps_nothing(
    key: int, near4: str, sameside: str
) -> None:
    assert rate_credits([key], method=RateMethod.NEAR4) == shares(near4)
    assert rate_credits([key], method=RateMethod.SAMESIDE) == shares(sameside)


def test_a_panel_between_two_ratings_is_read_as_the_higher() -> None:
    assert rate_credits([2, 3], method=RateMethod.NEAR4) == shares("1/2 3/4 1 3/4")


def test_the_default_is_near4() -> None:
    assert SjtRate(options=("a",)).methods[0] is RateMethod.NEAR4


@pytest.mark.parametrize(
    ("ratings", "message"),
    [([], "must hold a value"), ([0, 2], "rating=0 must be"), ([2, 5], "from 1 to 4")],
)
def test_ratings_that_are_no_panel_are_refused(ratings: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rate_credits(ratings, method=RateMethod.NEAR4)


@given(panels, methods, st.randoms())
def test_credits_lie_between_0_and_1_whatever_the_order(
    ratings: list[int], method: RateMethod, chance: Random
) -> None:
    earned = rate_credits(ratings, method=method)
    assert all(0 <= credit <= 1 for credit in earned)
    chance.shuffle(ratings)
    assert rate_credits(ratings, method=method) == earned


@given(panels)
def test_the_whole_panel_is_shared_out(ratings: list[int]) -> None:
    assert sum(rate_credits(ratings, method=RateMethod.CONSENSUS)) == 1


@given(panels, st.sampled_from([RateMethod.ABS, RateMethod.SQ]))
def test_further_from_the_mean_pays_less(ratings: list[int], method: RateMethod) -> None:
    centre = Fraction(sum(ratings), len(ratings))
    earned = rate_credits(ratings, method=method)
    for one in range(1, 5):
        for other in range(1, 5):
            closer = abs(one - centre) < abs(other - centre)
            assert closer == (earned[one - 1] > earned[other - 1])


# --- A situation with responses ------------------------------------------------------------

TWO = SjtRate(options=("bellen", "wachten"))
ANSWERS = [{"bellen": 1, "wachten": 4}, {"bellen": 1, "wachten": 3}, {"bellen": 2, "wachten": 4}]


@pytest.mark.parametrize(
    ("answer", "credit"),
    [
        ({"bellen": 1, "wachten": 4}, "1"),
        ({"bellen": 2, "wachten": 4}, "7/8"),
        ({"wachten": 4}, "1/2"),
        ({"bellen": 4, "wachten": 1}, "0"),
        ({}, "0"),
    ],
)
def test_a_situation_earns_the_mean_of_its_responses_and_none_for_one_left_open(
    answer: dict[str, int], credit: str
) -> None:
    assert TWO.table(ANSWERS, method="near4").credit(answer) == Fraction(credit)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"bellen": 5, "wachten": 4}, "bellen=5 must be a whole number from 1 to 4"),
        ({"bellen": 2.5, "wachten": 4}, "bellen=2.5 must be a whole number"),
        ({"fietsen": 1}, r"\['fietsen'\] must be among options"),
        (2, "must hold one value by option"),
    ],
)
def test_a_rating_that_there_is_not_is_refused(answer: object, message: str) -> None:
    table = TWO.table(ANSWERS, method="near4")
    for read in (table.credit, TWO.panel_answer):
        with pytest.raises(ValueError, match=message):
            read(answer)


def test_a_member_rates_every_response() -> None:
    with pytest.raises(ValueError, match=r"must also hold \['wachten'\]"):
        TWO.panel_answer({"bellen": 1})


@pytest.mark.parametrize(
    ("options", "message"), [("", "1 to 8"), ("abcdefghi", "1 to 8"), ("aa", "must differ")]
)
def test_a_situation_has_1_to_8_responses(options: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SjtRate(options=tuple(options))


# --- What an author should know ------------------------------------------------------------


def found(*panel: dict[str, int]) -> list[Finding]:
    return list(SjtRate(options=tuple(panel[0])).findings(panel))


def test_two_poor_responses_of_five_are_enough() -> None:
    assert found({"a": 1, "b": 1, "c": 2, "d": 3, "e": 4}) == []
    assert found({"a": 1, "b": 1, "c": 2, "d": 2, "e": 4}) == [
        Finding(code=Code.FEW_POOR, count=1, of=5)
    ]


def test_a_response_between_fitting_and_not_is_poor() -> None:
    first, second = {"a": 1, "b": 1, "c": 3, "d": 2}, {"a": 1, "b": 2, "c": 3, "d": 3}
    assert found(first, second) == []


def test_fewer_than_four_responses_are_few() -> None:
    assert found({"a": 1, "b": 4, "c": 4}) == [Finding(code=Code.FEW_RESPONSES, count=3, of=4)]


def test_a_response_on_which_the_panel_is_of_two_minds_is_found() -> None:
    first, second = {"a": 1, "b": 1, "c": 3, "d": 4}, {"a": 3, "b": 2, "c": 3, "d": 4}
    assert found(first, second) == [
        Finding(code=Code.SPLIT, options=("a",), answers=(1, 3)),
        Finding(code=Code.MEAN_OF_SPLIT, options=("a",), answers=(1, 3)),
    ]
