from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.weighing.bestworst import (
    BestWorst,
    BestWorstMethod,
    BestWorstTable,
    Pick,
    counts_of,
    is_balanced,
    read_picks,
    standings,
)
from course.domain.weighing.panels import Code, Finding
from tests.domain.panels import SETS, answers_to

# Blocks 013 124 235 346 450 561 602 of A to G; whoever is of one mind puts A first and G last.
BLOCKS = tuple(tuple(block) for block in ("ABD", "BCE", "CDF", "DEG", "EFA", "FGB", "GAC"))
ONE_MIND = tuple(Pick(best=min(block), worst=max(block)) for block in BLOCKS)
FOUR = BestWorst(options=tuple("ABCD"))
TABLE = BestWorstTable(
    method=BestWorstMethod.COUNTS,
    weights=tuple(zip("ABCD", map(Fraction, (".6", ".2", "-.1", "-.7")), strict=True)),
    sets=(tuple("ABCD"),),
)


def pick(text: str) -> dict[str, str]:
    return {"best": text[0], "worst": text[1]}


# --- Counting ------------------------------------------------------------------------------


def test_a_mind_of_one_order_is_found_from_sets_of_three() -> None:
    assert list(counts_of([ONE_MIND], sets=BLOCKS).values()) == [3, 2, 1, 0, -1, -2, -3]
    assert standings([ONE_MIND], sets=BLOCKS) == {
        "A": 1,
        "B": Fraction(2, 3),
        "C": Fraction(1, 3),
        "D": 0,
        "E": Fraction(-1, 3),
        "F": Fraction(-2, 3),
        "G": -1,
    }


def test_a_panel_is_counted_together() -> None:
    picks = [(Pick(best="A", worst="D"),), (Pick(best="A", worst="C"),)]
    assert standings(picks, sets=(tuple("ABCD"),)) == {
        "A": 1,
        "B": 0,
        "C": Fraction(-1, 2),
        "D": Fraction(-1, 2),
    }


def test_of_nobody_there_is_nothing_to_count() -> None:
    with pytest.raises(ValueError, match="must hold those of a person"):
        standings([], sets=BLOCKS)


@given(st.lists(answers_to(BestWorst(options=tuple("abcdefg"), sets=SETS)), min_size=1))
def test_what_one_gains_another_loses(answers: list[list[dict[str, str]]]) -> None:
    question = BestWorst(options=tuple("abcdefg"), sets=SETS)
    found = standings([question.panel_answer(answer) for answer in answers], sets=SETS)
    assert sum(found.values()) == 0
    assert all(-1 <= weight <= 1 for weight in found.values())


@pytest.mark.parametrize(
    ("sets", "balanced"),
    [
        (BLOCKS, True),
        ((tuple("ABCD"),), True),
        (BLOCKS[:-1], False),
        # Each twice, and A and B always together.
        ((tuple("ABC"), tuple("ABD"), tuple("CDE"), tuple("EFC"), tuple("FDE")), False),
        # Each three times, and A and B twice together, A and D never.
        ((tuple("ABC"), tuple("ABC"), tuple("DEF"), tuple("DEF")), False),
        ((tuple("ABC"), tuple("ABD"), tuple("ACD"), tuple("BCD")), True),
    ],
)
def test_sets_are_balanced_when_each_and_each_pair_is_shown_as_often(
    sets: tuple[tuple[str, ...], ...], balanced: bool
) -> None:
    assert is_balanced(sets) is balanced


# --- What a choice earns -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "credit"),
    [("AD", "1"), ("BD", "11/13"), ("BC", "8/13"), ("DA", "0"), ("AB", "17/26")],
)
def test_a_choice_earns_by_where_the_panel_puts_both(chosen: str, credit: str) -> None:
    assert TABLE.credit([pick(chosen)]) == Fraction(credit)


def test_a_set_that_was_left_open_earns_nothing() -> None:
    question = BestWorst(options=tuple("abcdefg"), sets=SETS)
    everything = [{"best": min(shown), "worst": max(shown)} for shown in SETS]
    table = question.table([everything], method="counts")
    assert table.credit(everything) == 1
    assert table.credit([*everything[:-2], None, None]) == Fraction(5, 7)


def test_where_the_panel_makes_no_difference_each_choice_will_do() -> None:
    answers = [[pick("AB")], [pick("BA")]]
    assert FOUR.table(answers, method="counts").credit([pick("CD")]) == 1
    assert list(FOUR.findings(answers)) == [
        Finding(code=Code.NO_DIFFERENCE, options=tuple("ABCD")),
    ]


def test_sets_out_of_balance_are_found() -> None:
    question = BestWorst(options=tuple("ABCD"), sets=(tuple("ABC"), tuple("BCD")))
    assert list(question.findings([[pick("AB"), pick("BD")]])) == [
        Finding(code=Code.UNBALANCED_SETS)
    ]


# --- What is refused -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([pick("AA")], "must differ"),
        ([pick("AE")], r"\['E'\] must be among options"),
        ([{"best": "A"}], "must hold 'best' and 'worst'"),
        ([pick("AB") | {"why": "C"}], "must hold 'best' and 'worst'"),
        (["AB"], "must hold 'best' and 'worst'"),
        ([], "must be a list with one choice for each of 1 sets"),
        ([pick("AB"), pick("AC")], "must be a list with one choice for each of 1 sets"),
        (pick("AB"), "must be a list"),
        ([{"best": ["A"], "worst": "B"}], "must be among options"),
    ],
)
def test_a_choice_that_there_is_not_is_refused(answer: object, message: str) -> None:
    for read in (TABLE.credit, FOUR.panel_answer):
        with pytest.raises(ValueError, match=message):
            read(answer)


def test_a_choice_is_from_the_set_in_which_it_is_shown() -> None:
    with pytest.raises(ValueError, match=r"\['C'\] must be among options=\['A', 'B', 'D'\]"):
        read_picks([pick("CD"), *([None] * 6)], sets=BLOCKS)


def test_a_member_leaves_nothing_open() -> None:
    with pytest.raises(ValueError, match="must hold a choice for each of 1 sets"):
        FOUR.panel_answer([None])


@pytest.mark.parametrize(
    ("options", "sets", "message"),
    [
        ("ABC", (), "must be 4 to 8"),
        ("ABCDEFGHI", (), "must be 4 to 8"),
        ("ABCD", ("ABCD", "AB"), "must be 3 to 8"),
        ("ABCD", ("ABC",), r"\['D'\] must be both in options"),
        ("ABCD", ("ABCD", "ABE"), r"\['E'\] must be both in options"),
        ("ABCD", ("AABC", "BCD"), "must differ"),
    ],
)
def test_considerations_that_cannot_be_shown_are_refused(
    options: str, sets: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        BestWorst(options=tuple(options), sets=tuple(tuple(shown) for shown in sets))
