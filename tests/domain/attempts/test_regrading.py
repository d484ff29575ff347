from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.attempts.regrading import (
    Apply,
    Deletion,
    Remarked,
    Row,
    Turn,
    dry_run,
    may_regrade,
    without_item,
)
from course.domain.scoring import Score, Total, total

shares = st.fractions(min_value=0, max_value=1, max_denominator=40)
attempts = st.lists(st.tuples(shares, shares), max_size=6).map(
    lambda pairs: [
        Remarked(attempt=str(place), old=old, new=new) for place, (old, new) in enumerate(pairs)
    ]
)
modes = st.sampled_from(Apply)


def grade(share: Fraction) -> Decimal:
    """A whole number from 0 to 10, rounded down, to see that a grade is asked for."""
    return Decimal(int(share * 10))


def passes(share: Fraction) -> bool:
    return share >= Fraction(11, 20)


def run(*pairs: tuple[str, str], mode: Apply = Apply.NOT_LOWER) -> list[Row]:
    remarked = [
        Remarked(attempt=f"a{place}", old=Fraction(old), new=Fraction(new))
        for place, (old, new) in enumerate(pairs)
    ]
    return dry_run(remarked, grade=grade, passes=passes, mode=mode)


def test_the_table_tells_old_and_new_side_by_side() -> None:
    assert run(("1/2", "3/5"), mode=Apply.ALL) == [
        Row(
            attempt="a0",
            old_fraction=Fraction(1, 2),
            new_fraction=Fraction(3, 5),
            old_grade=Decimal(5),
            new_grade=Decimal(6),
            fraction=Fraction(3, 5),
            grade=Decimal(6),
            turn=Turn.FAIL_TO_PASS,
        )
    ]


def test_who_would_fall_from_pass_to_fail_is_marked() -> None:
    rows = run(("3/5", "1/2"), ("3/5", "11/20"), ("1/2", "2/5"), mode=Apply.ALL)
    assert [row.turn for row in rows] == [Turn.PASS_TO_FAIL, Turn.NONE, Turn.NONE]
    assert [row.fraction for row in rows] == [Fraction(1, 2), Fraction(11, 20), Fraction(2, 5)]


def test_unless_said_otherwise_nobody_loses_what_was_earned() -> None:
    lower, higher, same = run(("3/5", "1/2"), ("1/2", "3/5"), ("1/2", "1/2"))
    assert (lower.fraction, lower.grade, lower.turn) == (Fraction(3, 5), Decimal(6), Turn.NONE)
    assert (lower.new_fraction, lower.new_grade) == (Fraction(1, 2), Decimal(5))
    assert [row.is_kept for row in (lower, higher, same)] == [True, False, False]
    assert [row.is_changed for row in (lower, higher, same)] == [False, True, False]


def test_rows_stand_in_the_order_of_the_attempts() -> None:
    assert [row.attempt for row in run(("0", "1"), ("1", "0"), ("0", "0"))] == ["a0", "a1", "a2"]


@given(attempts, modes)
def test_marking_again_what_was_marked_again_changes_nothing(
    remarked: list[Remarked], mode: Apply
) -> None:
    rows = dry_run(remarked, grade=grade, passes=passes, mode=mode)
    again = [Remarked(attempt=row.attempt, old=row.fraction, new=row.new_fraction) for row in rows]
    for row in dry_run(again, grade=grade, passes=passes, mode=mode):
        assert not row.is_changed
        assert row.turn is Turn.NONE


@given(attempts)
def test_only_who_wants_all_to_change_takes_something_away(remarked: list[Remarked]) -> None:
    for row in dry_run(remarked, grade=grade, passes=passes, mode=Apply.NOT_LOWER):
        assert row.fraction >= max(row.old_fraction, row.new_fraction)
        assert row.turn is not Turn.PASS_TO_FAIL
    for row in dry_run(remarked, grade=grade, passes=passes, mode=Apply.ALL):
        assert row.fraction == row.new_fraction


@pytest.mark.parametrize(("old", "new"), [("-1/10", "0"), ("0", "11/10")])
def test_a_share_of_a_quiz_lies_between_0_and_1(old: str, new: str) -> None:
    with pytest.raises(ValueError, match=r"of attempt='a0' must be between 0 and 1"):
        run((old, new))


def test_an_attempt_is_there_once() -> None:
    twice = Remarked(attempt="a", old=Fraction(0), new=Fraction(1))
    with pytest.raises(ValueError, match=r"attempts=\['a', 'a'\] must differ"):
        dry_run([twice, twice], grade=grade, passes=passes)


# --- A question taken out ------------------------------------------------------------------

SCORES = {
    "one": Score(Fraction(1, 2), 4),
    "two": Score(Fraction(1), 1),
    "three": Score(Fraction(0), 5),
}


@pytest.mark.parametrize(
    ("item", "how", "points", "maximum"),
    [
        ("three", Deletion.FULL_MARKS, 8, 10),
        ("three", Deletion.DROP, 3, 5),
        ("two", Deletion.FULL_MARKS, 3, 10),
        ("two", Deletion.DROP, 2, 9),
    ],
)
def test_the_marks_of_a_question_go_to_everybody_or_to_nobody(
    item: str, how: Deletion, points: int, maximum: int
) -> None:
    left = total(without_item(SCORES, item, how=how).values())
    assert left == Total(points=Fraction(points), maximum=maximum)


def test_taking_a_question_out_leaves_the_scores_as_they_were() -> None:
    before = dict(SCORES)
    without_item(SCORES, "one", how=Deletion.DROP)
    without_item(SCORES, "one", how=Deletion.FULL_MARKS)
    assert before == SCORES


@given(st.dictionaries(st.sampled_from("abcd"), shares, min_size=2), st.data())
def test_full_marks_never_lower_and_dropping_never_helps_who_had_them_more_than_others(
    given_shares: dict[str, Fraction], data: st.DataObject
) -> None:
    scores = {name: Score(share, 3) for name, share in given_shares.items()}
    item = data.draw(st.sampled_from(sorted(scores)))
    before = total(scores.values()).fraction
    assert total(without_item(scores, item, how=Deletion.FULL_MARKS).values()).fraction >= before
    dropped = total(without_item(scores, item, how=Deletion.DROP).values()).fraction
    if scores[item].fraction == 1:
        assert dropped <= before
    if scores[item].fraction == 0:
        assert dropped >= before


def test_only_a_question_of_the_quiz_is_taken_out() -> None:
    with pytest.raises(ValueError, match="item='four' must be among"):
        without_item(SCORES, "four", how=Deletion.DROP)


def test_the_only_question_cannot_be_dropped() -> None:
    only = {"one": SCORES["one"]}
    with pytest.raises(ValueError, match="item='one' must not be the only question"):
        without_item(only, "one", how=Deletion.DROP)
    assert without_item(only, "one", how=Deletion.FULL_MARKS)["one"].points == 4


@pytest.mark.parametrize(
    ("old", "new", "may"),
    [("abc", "abc", True), ("abc", "cba", True), ("abc", "abcd", False), ("abc", "ab", False),
     ("abc", "abd", False)],
)  # fmt: skip
def test_other_options_make_it_another_question(old: str, new: str, may: bool) -> None:
    assert may_regrade(old_options=old, new_options=new) is may
