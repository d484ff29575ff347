from collections.abc import Mapping
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.scoring import AnswerState, score_matching, score_matching_tries

KEY = {"a": "1", "b": "2", "c": "3"}
CHOICES = "12345"  # 4 and 5 belong to no stem

answers = st.dictionaries(st.sampled_from("abc"), st.none() | st.sampled_from(CHOICES))
penalties = st.fractions(min_value=0, max_value=1, max_denominator=12)


def share_of(given: Mapping[str, str | None]) -> Fraction:
    return score_matching(given, key=KEY, choices=CHOICES, maximum=1).fraction


def share_of_tries(
    tries: list[dict[str, str | None]], penalty: Fraction = Fraction(1, 3)
) -> Fraction:
    score = score_matching_tries(tries, key=KEY, choices=CHOICES, maximum=1, penalty=penalty)
    return score.fraction


@pytest.mark.parametrize(
    ("given", "share", "state"),
    [
        ({"a": "1", "b": "2", "c": "3"}, "1", AnswerState.RIGHT),
        ({"a": "1", "b": "3", "c": "2"}, "1/3", AnswerState.PARTIAL),
        ({"a": "1", "b": "2", "c": "5"}, "2/3", AnswerState.PARTIAL),
        ({"a": "1", "b": "2", "c": None}, "2/3", AnswerState.PARTIAL),
        ({"a": "1", "b": "2"}, "2/3", AnswerState.PARTIAL),
        ({"a": "4", "b": "5", "c": "4"}, "0", AnswerState.WRONG),
        ({"a": "2"}, "0", AnswerState.WRONG),
        ({"a": None, "b": None, "c": None}, "0", AnswerState.BLANK),
        ({}, "0", AnswerState.BLANK),
    ],
)
def test_each_stem_counts_alike_and_one_left_open_is_wrong(
    given: dict[str, str | None], share: str, state: AnswerState
) -> None:
    score = score_matching(given, key=KEY, choices=CHOICES, maximum=1)
    assert score.fraction == Fraction(share)
    assert score.state is state


def test_one_choice_may_be_right_for_two_stems() -> None:
    key = {"a": "1", "b": "1", "c": "2"}
    score = score_matching({"a": "1", "b": "1", "c": "1"}, key=key, choices="12", maximum=3)
    assert score.points == 2


@pytest.mark.parametrize(
    ("given", "key", "choices", "message"),
    [
        ({"x": "1"}, KEY, CHOICES, r"stems=\['x'\] must be among"),
        ({"a": "9"}, KEY, CHOICES, r"\['9'\] must be among choices"),
        ({"a": ""}, KEY, CHOICES, r"\[''\] must be among choices"),
        ({}, {}, CHOICES, "must have at least one stem"),
        ({}, KEY, "12", r"\['3'\] must be among choices"),
    ],
)
def test_matching_refuses_what_the_question_does_not_have(
    given: dict[str, str | None], key: dict[str, str], choices: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        score_matching(given, key=key, choices=choices, maximum=1)
    with pytest.raises(ValueError, match=message):
        score_matching_tries([given], key=key, choices=choices, maximum=1)


@given(answers, st.randoms())
def test_the_order_of_stems_and_choices_does_not_matter(
    given: dict[str, str | None], chance: Random
) -> None:
    stems, choices = list(KEY), list(CHOICES)
    chance.shuffle(stems)
    chance.shuffle(choices)
    mixed = score_matching(
        {stem: given[stem] for stem in stems if stem in given},
        key={stem: KEY[stem] for stem in stems},
        choices=choices,
        maximum=1,
    )
    assert mixed.fraction == share_of(given)


@given(answers, st.sampled_from("abc"))
def test_one_more_right_stem_never_lowers(given: dict[str, str | None], stem: str) -> None:
    assert 0 <= share_of(given) <= share_of(given | {stem: KEY[stem]}) <= 1


# --- Several tries -------------------------------------------------------------------------


def test_counting_back_spares_the_stem_that_was_right_at_once() -> None:
    tries: list[dict[str, str | None]] = [
        {"a": "1", "b": "3", "c": "2"},
        {"a": "1", "b": "2", "c": "3"},
    ]
    assert share_of_tries(tries) == Fraction(7, 9)  # .7778


def test_a_stem_that_was_right_and_then_wrong_earns_nothing() -> None:
    assert share_of_tries([dict(KEY), {"a": "1", "b": "2", "c": "1"}]) == Fraction(2, 3)


def test_a_stem_that_was_left_open_was_wrong_in_that_try() -> None:
    assert share_of_tries([{"a": "1"}, dict(KEY)]) == Fraction(7, 9)


def test_a_try_without_any_answer_was_wrong_for_every_stem() -> None:
    assert share_of_tries([{}, dict(KEY)]) == Fraction(2, 3)


def test_no_stem_in_any_try_is_blank() -> None:
    score = score_matching_tries([{}, {"a": None}], key=KEY, choices=CHOICES, maximum=1)
    assert score.state is AnswerState.BLANK


@given(answers, penalties)
def test_one_try_is_the_question_itself(given: dict[str, str | None], penalty: Fraction) -> None:
    assert share_of_tries([given], penalty) == share_of(given)


@given(st.lists(answers, min_size=1, max_size=4), penalties, penalties)
def test_a_higher_penalty_never_raises(
    tries: list[dict[str, str | None]], penalty: Fraction, other: Fraction
) -> None:
    low, high = sorted((penalty, other))
    assert 0 <= share_of_tries(tries, high) <= share_of_tries(tries, low) <= 1
    assert share_of_tries(tries, Fraction(0)) == share_of(tries[-1])
