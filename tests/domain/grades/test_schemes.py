import json
from dataclasses import fields
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.grades import Kind, OneAt, PassOn, Scheme, Step

shares = st.fractions(min_value=Fraction(1, 100), max_value=Fraction(99, 100))


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    low, high = sorted(draw(st.lists(st.integers(51, 100), min_size=2, max_size=2, unique=True)))
    few, more = sorted(draw(st.lists(shares, min_size=2, max_size=2, unique=True)))
    return Scheme(
        kind=draw(st.sampled_from(Kind)),
        percentage=draw(shares),
        guess=draw(st.fractions(min_value=0, max_value=40)),
        cut=draw(st.none() | st.fractions(min_value=1, max_value=99)),
        one_at=draw(st.sampled_from(OneAt)),
        step=draw(st.sampled_from(Step)),
        pass_on=draw(st.sampled_from(PassOn)),
        sufficient=Fraction(low, 10),
        good=Fraction(high, 10),
        sufficient_share=few,
        good_share=more,
    )


@given(schemes())
def test_a_scheme_comes_back_from_its_json(scheme: Scheme) -> None:
    assert Scheme.from_plain(json.loads(json.dumps(scheme.to_plain()))) == scheme


def test_what_is_stored_is_named_and_exact() -> None:
    assert Scheme().to_plain() == {
        "kind": "number",
        "percentage": "11/20",
        "guess": "0",
        "cut": None,
        "one_at": "zero",
        "step": "tenth",
        "pass_on": "rounded",
        "sufficient": "11/2",
        "good": "15/2",
        "sufficient_share": "11/20",
        "good_share": "3/4",
    }


def test_each_field_can_be_read_back() -> None:
    assert set(Scheme().to_plain()) == {field.name for field in fields(Scheme)}


def test_a_field_that_is_missing_has_its_default() -> None:
    assert Scheme.from_plain({"kind": "words"}) == Scheme(kind=Kind.WORDS)
    assert Scheme.from_plain({}) == Scheme()


@pytest.mark.parametrize(
    "plain",
    [
        {"colour": "red"},
        {"kind": "stars"},
        {"kind": None},
        {"percentage": 0.55},
        {"percentage": "0.55"},
        {"percentage": None},
        {"percentage": "1"},
        {"guess": "-1"},
        {"cut": "0"},
        {"step": 1},
    ],
)
def test_other_json_is_refused(plain: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must|is not a valid"):
        Scheme.from_plain(plain)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"percentage": Fraction(0)}, "percentage=0 must be between 0 and 1"),
        ({"guess": Fraction(-1)}, "guess=-1 must be >= 0"),
        ({"cut": Fraction(0)}, "cut=0 must be > 0"),
        ({"sufficient": Fraction(5)}, "sufficient=5 must be above 5"),
        ({"good": Fraction(5)}, "good=5 above it and at most 10"),
        ({"good": Fraction(11)}, "good=11 above it and at most 10"),
        ({"sufficient_share": Fraction(0)}, "sufficient_share=0 must be above 0"),
        ({"good_share": Fraction(1, 2)}, "good_share=1/2 above it and at most 1"),
    ],
)
def test_rules_that_contradict_each_other_are_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Scheme(**more)


def test_a_cut_that_is_fixed_goes_before_the_percentage() -> None:
    assert Scheme(cut=Fraction("16.8")).cut_of(30) == Fraction("16.8")
    assert Scheme().cut_of(30) == Fraction("16.5")
