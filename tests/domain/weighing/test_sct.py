from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import nan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course.domain.weighing.panels import Code, Finding
from course.domain.weighing.sct import (
    Sct,
    SctMethod,
    collapsed,
    on_expert_scale,
    sct_credits,
    sct_findings,
    trimmed,
)
from tests.domain.panels import scale_panel

PANELS = {
    (0, 2, 3, 8, 2): {
        "agg": "0 .25 .375 1 .25",
        "dmode": ".25 .5 .75 1 .75",
        "dmean": "1/3 7/12 5/6 11/12 2/3",
        "aggpen": ".125 .375 .5625 1 .5",
        "sba": "0 0 0 1 0",
    },
    (1, 0, 2, 4, 8): {
        "agg": ".125 0 .25 .5 1",
        "dmode": "0 .25 .5 .75 1",
        "dmean": ".2 .45 .7 .95 .8",
        "aggpen": ".0625 .125 .375 .625 1",
        "sba": "0 0 0 0 1",
    },
    (5, 5, 3, 1, 1): {
        "agg": "1 1 .6 .2 .2",
        "dmode": "1 1 .75 .5 .25",
        "dmean": ".7 .95 .8 .55 .3",
        "aggpen": "1 1 .675 .35 .225",
        "sba": "1 1 0 0 0",
    },
    # dmean pays everything for an answer that nearly nobody gave.
    (6, 1, 1, 1, 6): {
        "agg": "1 1/6 1/6 1/6 1",
        "dmode": "1 .75 .5 .75 1",
        "dmean": ".5 .75 1 .75 .5",
        "aggpen": "1 11/24 1/3 11/24 1",
        "sba": "1 0 0 0 1",
    },
    # Three points.
    (2, 3, 10): {"agg": ".2 .3 1", "dmode": "0 .5 1", "sba": "0 0 1"},
}

scales = st.sampled_from([3, 5]).flatmap(
    lambda points: st.lists(st.integers(min_value=0, max_value=9), min_size=points, max_size=points)
)
five = st.lists(st.integers(min_value=0, max_value=9), min_size=5, max_size=5)
methods = st.sampled_from(SctMethod)


def shares(text: str) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, text.split()))


# --- What an answer earns ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "method", "expected"),
    [(counts, method, row[method]) for counts, row in PANELS.items() for method in row],
)
def test_each_method_pays_a_panel_in_its_own_way(
    counts: Sequence[int], method: str, expected: str
) -> None:
    assert sct_credits(counts, method=SctMethod(method)) == shares(expected)


def test_the_default_is_halfway_sharing_and_distance() -> None:
    assert Sct().methods[0] is SctMethod.AGGPEN
    assert set(Sct().methods) == set(SctMethod)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ((1, 2, 3, 4), "must be 5 or 3"),
        ((), "must be 5 or 3"),
        ((0, 0, 0), "must hold an answer"),
        ((0, -1, 5), "must be >= 0"),
    ],
)
def test_counts_that_are_no_panel_are_refused(counts: Sequence[int], message: str) -> None:
    for method in SctMethod:
        with pytest.raises(ValueError, match=message):
            sct_credits(counts, method=method)
    with pytest.raises(ValueError, match=message):
        trimmed(counts, beyond=2)


@given(scales, methods)
def test_credits_lie_between_0_and_1(counts: list[int], method: SctMethod) -> None:
    assume(any(counts))
    assert all(0 <= credit <= 1 for credit in sct_credits(counts, method=method))


@given(scales, methods)
def test_a_mode_earns_everything_unless_the_mean_counts(
    counts: list[int], method: SctMethod
) -> None:
    assume(any(counts) and method is not SctMethod.DMEAN)
    earned = sct_credits(counts, method=method)
    for place, count in enumerate(counts):
        assert (earned[place] == 1) == (count == max(counts))


@given(scales, methods)
def test_turning_the_scale_round_turns_the_credits_round(
    counts: list[int], method: SctMethod
) -> None:
    assume(any(counts))
    turned = sct_credits(counts[::-1], method=method)
    assert turned == sct_credits(counts, method=method)[::-1]


@given(scales, methods, st.integers(min_value=1, max_value=4))
def test_a_panel_of_twice_the_size_with_the_same_shares_pays_the_same(
    counts: list[int], method: SctMethod, times: int
) -> None:
    assume(any(counts))
    larger = [times * count for count in counts]
    assert sct_credits(larger, method=method) == sct_credits(counts, method=method)


@given(scales, st.data())
def test_one_more_vote_never_makes_an_answer_worth_less(
    counts: list[int], data: st.DataObject
) -> None:
    assume(any(counts))
    place = data.draw(st.integers(min_value=0, max_value=len(counts) - 1))
    more = [count + (here == place) for here, count in enumerate(counts)]
    for method in SctMethod:
        before, after = sct_credits(counts, method=method), sct_credits(more, method=method)
        assert after[place] >= before[place]


@given(scales)
def test_further_from_the_only_mode_never_pays_more_by_distance(counts: list[int]) -> None:
    assume(counts.count(max(counts)) == 1)
    mode = counts.index(max(counts))
    earned = sct_credits(counts, method=SctMethod.DMODE)
    by_distance = sorted(range(len(counts)), key=lambda place: abs(place - mode))
    assert [earned[place] for place in by_distance] == sorted(earned, reverse=True)


# --- Fewer points, fewer answers -----------------------------------------------------------


def test_five_points_become_three() -> None:
    assert collapsed((0, 2, 3, 8, 2)) == (2, 3, 10)
    with pytest.raises(ValueError, match="must be 5"):
        collapsed((2, 3, 10))


def test_answers_on_five_points_are_scored_as_on_three() -> None:
    table = Sct(collapse=True).table(scale_panel((0, 2, 3, 8, 2)), method="agg")
    assert table.credits == shares(".2 .2 .3 1 1")


def test_an_answer_far_from_the_mode_is_trimmed() -> None:
    assert trimmed((1, 0, 2, 4, 8), beyond=2) == (0, 0, 2, 4, 8)
    table = Sct(trim=2).table(scale_panel((1, 0, 2, 4, 8)), method="agg")
    assert table.credits == shares("0 0 .25 .5 1")


def test_nothing_is_trimmed_unless_asked_for() -> None:
    table = Sct().table(scale_panel((1, 0, 2, 4, 8)), method="agg")
    assert table.credits == shares(".125 0 .25 .5 1")


def test_what_is_near_one_of_two_modes_stays() -> None:
    assert trimmed((6, 1, 1, 1, 6), beyond=1) == (6, 1, 0, 1, 6)


def test_trimming_follows_collapsing() -> None:
    question = Sct(collapse=True, trim=1)
    table = question.table(scale_panel((3, 0, 0, 4, 8)), method="agg")
    assert table.credits == shares("0 0 0 1 1")


@given(five, st.integers(min_value=1, max_value=4))
def test_trimming_keeps_the_modes_and_adds_nothing(counts: list[int], beyond: int) -> None:
    assume(any(counts))
    left = trimmed(counts, beyond=beyond)
    assert all(after in {0, before} for before, after in zip(counts, left, strict=True))
    assert max(left) == max(counts)
    assert trimmed(left, beyond=beyond) == left


def test_a_member_is_scored_by_the_others() -> None:
    answers = scale_panel((0, 2, 3, 8, 2))
    earned = Sct().member_credits(answers, method="agg")
    assert dict(zip(answers, earned, strict=True)) == {
        -1: Fraction(1, 8),
        0: Fraction(1, 4),
        1: Fraction(1),
        2: Fraction(1, 8),
    }


def test_a_member_who_is_alone_has_no_others() -> None:
    with pytest.raises(ValueError, match="1 answers must be >= 2"):
        Sct().member_credits([2], method="agg")


# --- The scale of experts ------------------------------------------------------------------

EXPERTS = shares(".82 .78 .75 .80 .85")


@pytest.mark.parametrize(
    ("score", "placed"),
    [(".70", "66.869"), (".80", "80.000"), (".90", "93.131"), ("0", "-25.045"), ("1", "106.261")],
)
def test_a_test_score_is_put_on_the_scale_of_the_experts(score: str, placed: str) -> None:
    assert on_expert_scale(Fraction(score), experts=EXPERTS) == Decimal(placed)


@given(st.fractions(min_value=0, max_value=1, max_denominator=100))
def test_the_scale_of_the_experts_is_the_same_on_both_sides(score: Fraction) -> None:
    above = on_expert_scale(score, experts=EXPERTS) - 80
    below = on_expert_scale(2 * Fraction(4, 5) - score, experts=EXPERTS) - 80
    assert above == -below
    assert abs(float(above) - 5 * (float(score) - 0.8) / 0.00145**0.5) < 0.000501


@pytest.mark.parametrize(
    ("experts", "message"), [((), ">= 2"), ((".8",), ">= 2"), ((".8", ".8"), "must differ")]
)
def test_experts_without_a_spread_make_no_scale(experts: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        on_expert_scale(Fraction(1, 2), experts=[Fraction(expert) for expert in experts])


# --- Questions and answers -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"points": 4}, "points=4 must be 5 or 3"),
        ({"points": 3, "collapse": True}, "points=3 must be 5 to be collapsed"),
        ({"trim": 0}, "trim=0 must be >= 1"),
    ],
)
def test_a_scale_that_cannot_be_is_refused(wrong: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sct(**wrong)  # type: ignore[arg-type]  # True is an int


@pytest.mark.parametrize("answer", [-3, 3, 0.5, nan, "1", True])
def test_an_answer_outside_the_scale_is_refused(answer: object) -> None:
    table = Sct().table([0, 1], method="agg")
    for read in (Sct().panel_answer, table.credit):
        with pytest.raises(ValueError, match="must be a whole number from -2 to 2"):
            read(answer)


def test_an_answer_on_three_points_is_at_most_1() -> None:
    table = Sct(points=3).table([-1, 1, 1], method="agg")
    assert [table.credit(answer) for answer in (-1, 0, 1)] == [Fraction(1, 2), 0, 1]
    with pytest.raises(ValueError, match="from -1 to 1"):
        table.credit(2)


# --- What an author should know ------------------------------------------------------------


def codes(counts: Sequence[int]) -> list[Finding]:
    return list(Sct(points=len(counts)).findings(scale_panel(counts)))


def test_a_panel_of_one_mind_is_not_uncertain() -> None:
    assert codes((0, 0, 0, 7, 0)) == [Finding(code=Code.UNANIMOUS, answers=(1,))]
    assert codes((0, 1, 0, 7, 0)) == []


def test_a_panel_of_two_minds_is_found_and_has_no_mean() -> None:
    assert codes((6, 1, 1, 1, 6)) == [
        Finding(code=Code.SPLIT, answers=(-2, 2)),
        Finding(code=Code.MEAN_OF_SPLIT, answers=(-2, 2)),
    ]
    split = scale_panel((6, 1, 1, 1, 6))
    assert Sct().is_split(split)
    with pytest.raises(ValueError, match="method='dmean' must not be used for a split panel"):
        Sct().table(split, method="dmean")
    assert Sct().table(split, method="dmode").credits == shares("1 .75 .5 .75 1")


MIDDLE, END, SIDE = (1, 2, 6, 1, 0), (8, 1, 1, 0, 0), (1, 7, 2, 0, 0)


@pytest.mark.parametrize(
    ("panels", "found"),
    [
        ([MIDDLE] + 4 * [END] + 5 * [SIDE], []),  # 10 % and 40 %
        ([MIDDLE] + 4 * [END] + 4 * [SIDE], [(Code.MIDDLE_TOO_OFTEN, 1, 9)]),
        (2 * [MIDDLE] + 8 * [END] + 9 * [SIDE], [(Code.MIDDLE_TOO_OFTEN, 2, 19)]),
        ([END] + 3 * [SIDE], []),  # 25 %
        ([END] + 4 * [SIDE], [(Code.ENDS_TOO_SELDOM, 1, 5)]),
        ([MIDDLE], [(Code.MIDDLE_TOO_OFTEN, 1, 1), (Code.ENDS_TOO_SELDOM, 0, 1)]),
        # One of several modes is enough, and three points have ends too.
        ([(0, 5, 5, 0, 0), (0, 0, 0, 1, 9)], [(Code.MIDDLE_TOO_OFTEN, 1, 2)]),
        ([(4, 1, 2), (1, 2, 4)], []),
        ([], []),
    ],
)
def test_always_the_middle_or_never_an_end_must_not_pay(
    panels: list[tuple[int, ...]], found: list[tuple[Code, int, int]]
) -> None:
    told = [(finding.code, finding.count, finding.of) for finding in sct_findings(panels)]
    assert told == found
