from collections import Counter
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.scoring.ordering import OrderMode, agreement_of_orders
from course.domain.weighing.panels import Code, Finding
from course.domain.weighing.sjt_rank import (
    RankMethod,
    SjtRank,
    SjtRankTable,
    accepted_orders,
    chance_of,
    kendall,
    place_marks,
    spearman,
)

KEY = tuple("ABCDE")

orders = st.integers(min_value=3, max_value=8).flatmap(lambda n: st.permutations(range(1, n + 1)))


def ranks(text: str) -> dict[str, int | None]:
    """The ranks given to A, B, C, ...; a point for one that is missing."""
    return {
        option: None if rank == "." else int(rank)
        for option, rank in zip("ABCDEFGH", text, strict=False)
    }


def table(method: RankMethod, *accepted: str) -> SjtRankTable:
    found = tuple(tuple(order) for order in accepted)
    chance = chance_of(found) if method is RankMethod.CORRECTED else Fraction(0)
    return SjtRankTable(method=method, orders=found, chance=chance)


# --- The marks -----------------------------------------------------------------------------


@pytest.mark.parametrize("key", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("rank", [1, 2, 3, 4, 5])
def test_each_place_off_costs_a_mark(key: int, rank: int) -> None:
    published = ["43210", "34321", "23432", "12343", "01234"]
    only = {KEY[key - 1]: rank}
    assert place_marks(only, key=KEY) == int(published[key - 1][rank - 1])


@pytest.mark.parametrize(
    ("given", "marks"),
    [
        ("12345", 20),
        ("21345", 18),
        ("54321", 8),
        ("31254", 14),
        ("23451", 12),
        ("11345", 12),  # a tie of two
        ("1.345", 16),
        (".....", 0),
        ("11111", 0),
    ],
)
def test_an_order_earns_marks_and_a_tie_or_a_gap_earns_none(given: str, marks: int) -> None:
    assert place_marks(ranks(given), key=KEY) == marks


def test_all_orders_of_five_are_marked_as_published() -> None:
    marks = Counter(
        place_marks(dict(zip(KEY, order, strict=True)), key=KEY)
        for order in permutations(range(1, 6))
    )
    assert marks == {8: 20, 10: 24, 12: 35, 14: 24, 16: 12, 18: 4, 20: 1}
    mean = sum(points * orders for points, orders in marks.items()) / 120
    variance = sum((points - mean) ** 2 * orders for points, orders in marks.items()) / 120
    assert (mean, round(variance**0.5, 3)) == (12, 2.757)


@given(orders)
def test_the_marks_are_those_of_moodle(given: list[int]) -> None:
    options = "ABCDEFGH"[: len(given)]
    marks = place_marks(dict(zip(options, given, strict=True)), key=options)
    places = [given.index(rank) for rank in sorted(given)]
    share = agreement_of_orders(places, mode=OrderMode.RELATIVE_TO_CORRECT)
    assert share == Fraction(marks, len(given) * (len(given) - 1))


# --- Chance --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "share"), [(3, "5/9"), (4, "7/12"), (5, "3/5"), (6, "11/18"), (7, "13/21")]
)
def test_chance_earns_more_than_half(n: int, share: str) -> None:
    assert chance_of([tuple("ABCDEFG"[:n])]) == Fraction(share)


def test_chance_is_the_mean_of_all_orders() -> None:
    once = tuple("ABCD")
    assert chance_of([once, once]) == chance_of([once]) == Fraction(7, 12)
    # By hand: ABC and BAC are 0, ACB and BCA 2, CAB and CBA 4 marks of 6 away from the nearest.
    assert chance_of([("A", "B", "C"), ("B", "A", "C")]) == 1 - Fraction(2, 6)


@pytest.mark.parametrize(
    ("given", "credit"),
    [("12345", "1"), ("31254", "1/4"), ("21345", "3/4"), ("23451", "0"), ("54321", "0")],
)
def test_by_default_only_what_lies_above_chance_counts(given: str, credit: str) -> None:
    assert SjtRank(options=KEY).methods[0] is RankMethod.CORRECTED
    assert table(RankMethod.CORRECTED, "ABCDE").credit(ranks(given)) == Fraction(credit)


# --- Other measures ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "rho", "tau"),
    [
        ("12345", "1", "1"),
        ("21345", "9/10", "4/5"),
        ("31254", "3/5", "2/5"),
        ("54321", "-1", "-1"),
    ],
)
def test_orders_are_correlated(given: str, rho: str, tau: str) -> None:
    assert spearman(ranks(given), key=KEY) == Fraction(rho)
    assert kendall(ranks(given), key=KEY) == Fraction(tau)


@pytest.mark.parametrize("given", ["11345", "1.345", "....."])
def test_what_is_no_order_is_not_correlated(given: str) -> None:
    assert spearman(ranks(given), key=KEY) is None
    assert kendall(ranks(given), key=KEY) is None
    for method in (RankMethod.SPEARMAN, RankMethod.KENDALL):
        assert table(method, "ABCDE").credit(ranks(given)) == 0


def test_an_order_the_other_way_round_earns_nothing_by_correlation() -> None:
    for method in (RankMethod.SPEARMAN, RankMethod.KENDALL):
        assert table(method, "ABCDE").credit(ranks("54321")) == 0


@given(orders)
def test_correlations_turn_with_the_order(given: list[int]) -> None:
    options = "ABCDEFGH"[: len(given)]
    order = dict(zip(options, given, strict=True))
    turned = {option: len(given) + 1 - rank for option, rank in order.items()}
    for measure in (spearman, kendall):
        one, other = measure(order, key=options), measure(turned, key=options)
        assert one is not None
        assert other == -one
        assert -1 <= one <= 1


# --- The key -------------------------------------------------------------------------------


def test_the_key_is_the_order_of_the_mean_ranks() -> None:
    question = SjtRank(options=("bellen", "gaan", "wachten"))
    answers = [
        {"bellen": 2, "gaan": 1, "wachten": 3},
        {"bellen": 2, "gaan": 1, "wachten": 3},
        {"bellen": 1, "gaan": 3, "wachten": 2},
    ]
    assert question.mean_ranks(answers) == {
        "bellen": Fraction(5, 3),
        "gaan": Fraction(5, 3),
        "wachten": Fraction(8, 3),
    }
    found = question.table(answers, method="places")
    assert found.orders == (("bellen", "gaan", "wachten"), ("gaan", "bellen", "wachten"))
    assert found.credit({"bellen": 2, "gaan": 1, "wachten": 3}) == 1
    assert list(question.findings(answers)) == [
        Finding(code=Code.NEAR_TIE, options=("bellen", "gaan"))
    ]


def test_only_the_corrected_method_takes_chance_away() -> None:
    question = SjtRank(options=KEY)
    answers = [ranks("12345")]
    assert question.table(answers, method="corrected").chance == Fraction(3, 5)
    for method in ("places", "spearman", "kendall", "choose3"):
        assert question.table(answers, method=method).chance == 0


def test_three_tenths_of_a_rank_apart_is_no_tie() -> None:
    question = SjtRank(options=tuple("ABC"))
    # A has a mean rank of 1.35 or 1.4, B of 1.65 or 1.6.
    apart = 13 * [ranks("123")] + 7 * [ranks("213")]
    nearer = 12 * [ranks("123")] + 8 * [ranks("213")]
    assert list(question.findings(apart)) == []
    assert list(question.findings(nearer)) == [Finding(code=Code.NEAR_TIE, options=("A", "B"))]


@pytest.mark.parametrize(
    ("means", "accepted"),
    [
        ("1 2 3", "ABC"),
        ("3 2 1", "CBA"),
        ("1 1.3 3", "ABC"),  # three tenths apart is far enough
        ("1 1.29 3", "ABC BAC"),
        ("1 1.2 1.4", "ABC ACB BAC"),  # A and C are no neighbours
        ("2 2 2", "ABC ACB BAC"),
        ("1 1.1 3 3.2", "ABCD ABDC BACD BADC"),
    ],
)
def test_neighbours_that_are_nearly_equal_may_change_places(means: str, accepted: str) -> None:
    found = accepted_orders(dict(zip("ABCD", map(Fraction, means.split()), strict=False)))
    assert sorted("".join(order) for order in found) == accepted.split()
    assert "".join(found[0]) == sorted(accepted.split())[0]


def test_the_nearest_accepted_order_is_the_one_that_counts() -> None:
    two = table(RankMethod.PLACES, "ABCDE", "BACDE")
    assert two.credit(ranks("12345")) == two.credit(ranks("21345")) == 1
    # C first, then A and B: 16 marks, whichever of the two comes first.
    assert two.credit(ranks("23145")) == two.credit(ranks("32145")) == Fraction(16, 20)


# --- The best three ------------------------------------------------------------------------

EIGHT = SjtRank(options=tuple("ABCDEFGH"))


@pytest.mark.parametrize(
    ("chosen", "credit"),
    [("ABC", "1"), ("CAB", "1"), ("ABD", "2/3"), ("A", "1/3"), ("", "0"), ("FGH", "0")],
)
def test_each_of_the_best_three_is_a_third(chosen: str, credit: str) -> None:
    best = table(RankMethod.CHOOSE3, "ABCDEFGH")
    assert best.credit(list(chosen)) == Fraction(credit)


def test_more_than_three_choices_earn_nothing() -> None:
    assert table(RankMethod.CHOOSE3, "ABCDEFGH").credit(list("ABCD")) == 0


def test_either_of_two_may_be_the_third_and_not_both() -> None:
    best = table(RankMethod.CHOOSE3, "ABCD", "ABDC")
    assert best.credit(list("ABC")) == best.credit(list("ABD")) == 1
    assert best.credit(list("ACD")) == Fraction(2, 3)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (["A", "X"], "must be a list of options"),
        ("ABC", "must be a list of options"),
        ({"A": 1}, "must be a list of options"),
        (["A", "A"], "must hold an option once"),
    ],
)
def test_a_choice_that_there_is_not_is_refused(answer: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        table(RankMethod.CHOOSE3, "ABCDEFGH").credit(answer)


def test_three_of_three_is_no_choice() -> None:
    assert RankMethod.CHOOSE3 in EIGHT.methods
    assert RankMethod.CHOOSE3 not in SjtRank(options=tuple("ABC")).methods


# --- What is refused -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"A": 0}, "A=0 must be a whole number from 1 to 5"),
        ({"A": 6}, "A=6 must be a whole number from 1 to 5"),
        ({"A": 1.5}, "A=1.5 must be a whole number"),
        ({"F": 1}, r"\['F'\] must be among options"),
        ([1, 2, 3], "must hold one value by option"),
    ],
)
def test_a_rank_that_there_is_not_is_refused(answer: object, message: str) -> None:
    for method in (RankMethod.PLACES, RankMethod.SPEARMAN, RankMethod.KENDALL):
        with pytest.raises(ValueError, match=message):
            table(method, "ABCDE").credit(answer)
    with pytest.raises(ValueError, match=message):
        place_marks(answer, key=KEY)  # type: ignore[arg-type]  # as a form may send it


@pytest.mark.parametrize(
    ("given", "message"),
    [("11345", "must give each rank from 1 to 5 once"), (".2345", "A=None must be a whole")],
)
def test_a_member_gives_an_order(given: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SjtRank(options=KEY).panel_answer(ranks(given))


def test_a_member_ranks_every_response() -> None:
    with pytest.raises(ValueError, match=r"must also hold \['E'\]"):
        SjtRank(options=KEY).panel_answer(ranks("1234"))


@pytest.mark.parametrize("options", ["AB", "ABCDEFGHI", "ABA"])
def test_three_to_eight_responses_are_ranked(options: str) -> None:
    with pytest.raises(ValueError, match=r"must be 3 to 8|must differ"):
        SjtRank(options=tuple(options))
