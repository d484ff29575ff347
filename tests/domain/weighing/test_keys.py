import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.weighing import Question, derive
from course.domain.weighing.keys import Key
from course.domain.weighing.panels import Format, PanelAnswer
from course.domain.weighing.sct import SctMethod, SctTable
from tests.domain.panels import QUESTIONS, answered, answers_to, panel, scale_panel

TABLE = SctTable(method=SctMethod.SBA, credits=(Fraction(0), Fraction(1, 3), Fraction(1)))
VALUES: dict[str, Any] = {"table": TABLE, "n": 12, "panel_version": 2}
KEY = Key(**VALUES)
Answered = tuple[Question, tuple[PanelAnswer, ...]]


def test_a_key_is_plain_json_with_fractions_as_text() -> None:
    data = KEY.to_json()
    assert json.loads(json.dumps(data)) == data
    assert {name: value for name, value in data.items() if name != "sha256"} == {
        "format": "sct",
        "method": "sba",
        "table": {"credits": {"-1": "0", "0": "1/3", "1": "1"}},
        "n": 12,
        "min_n": 10,
        "panel_version": 2,
        "split": False,
    }


def test_the_digest_of_a_key_stays_what_it_was() -> None:
    # What sha256sum makes of {"format":"sct","method":"sba","min_n":10,"n":12,"panel_version":2,
    # "split":false,"table":{"credits":{"-1":"0","0":"1/3","1":"1"}}}, on one line without spaces.
    digest = "5ee83b1c43864fe9c04639db3181a047c979b28b2b95cf80a13ee2060cc6b3de"
    assert KEY.digest == digest
    assert KEY.to_json()["sha256"] == digest


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_keys_of_each_format_come_back_from_json(question: Question) -> None:
    @given(st.lists(answers_to(question), min_size=1, max_size=4))
    def comes_back(answers: list[object]) -> None:
        for method in question.methods:
            if method is SctMethod.DMEAN:
                continue
            key = derive(question, panel(answers), panel_version=1, method=method)
            assert Key.from_json(json.loads(json.dumps(key.to_json()))) == key

    comes_back()


@given(answered(), st.data())
def test_the_order_of_the_panel_does_not_change_the_key(
    drawn: Answered, data: st.DataObject
) -> None:
    question, answers = drawn
    method = data.draw(st.sampled_from([m for m in question.methods if m != SctMethod.DMEAN]))
    other = data.draw(st.permutations(answers))
    one = derive(question, answers, panel_version=1, method=method)
    two = derive(question, other, panel_version=1, method=method)
    assert one.digest == two.digest


@pytest.mark.parametrize(
    "changed",
    [
        {"n": 13},
        {"panel_version": 3},
        {"min_n": 11},
        {"is_split": True},
        {"table": SctTable(method=SctMethod.AGG, credits=TABLE.credits)},
        {"table": SctTable(method=SctMethod.SBA, credits=TABLE.credits[::-1])},
    ],
)
def test_another_key_has_another_digest(changed: dict[str, Any]) -> None:
    assert Key(**VALUES | changed).digest != KEY.digest


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 11}, "it differs"),
        ({"sha256": "0" * 64}, "it differs"),
        ({"table": {"credits": {"-1": "0", "0": "2/3", "1": "1"}}}, "it differs"),
        ({"table": {"credits": {"-1": "0", "0": "2/6", "1": "1"}}}, "it differs"),
        ({"note": "fine"}, "it differs"),
        ({"format": "essay"}, "'essay' is not a valid Format"),
        ({"format": "slider"}, "this is not a key: KeyError"),
        ({"method": "guess"}, "'guess' is not a valid"),
        ({"table": {}}, "this is not a key: KeyError"),
        ({"table": {"credits": ["0", "1/3", "1"]}}, "this is not a key: AttributeError"),
        ({"table": {"credits": {"-1": "0", "0": "0.3", "1": "1"}}}, "'0.3' must be a whole"),
        ({"n": "12"}, "this is not a key: TypeError"),
        ({"n": 0}, "n=0 must be >= 1"),
    ],
)
def test_a_key_that_was_changed_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Key.from_json(KEY.to_json() | change)


def test_a_key_that_misses_something_is_refused() -> None:
    for name in KEY.to_json():
        cut = {other: value for other, value in KEY.to_json().items() if other != name}
        with pytest.raises(ValueError, match="this is not"):
            Key.from_json(cut)


@pytest.mark.parametrize("name", ["n", "panel_version", "min_n"])
def test_a_key_rests_on_somebody(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name}=0 must be >= 1"):
        Key(**VALUES | {name: 0})


# --- Whether it may count for a grade ------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "min_n", "provisional"), [(9, 10, True), (10, 10, False), (5, 5, False), (14, 15, True)]
)
def test_a_key_of_a_small_panel_is_provisional_and_may_not_count(
    n: int, min_n: int, provisional: bool
) -> None:
    key = Key(table=TABLE, n=n, panel_version=1, min_n=min_n)
    assert key.is_provisional is provisional
    assert key.may_count is not provisional


def test_a_key_of_a_split_panel_may_not_count() -> None:
    (question, *_) = QUESTIONS
    key = derive(question, panel(scale_panel((6, 1, 1, 1, 6))), panel_version=1)
    assert key.is_split
    assert not key.may_count


@given(answered(fewest=10))
def test_what_somebody_values_never_counts(drawn: Answered) -> None:
    question, answers = drawn
    key = derive(question, answers, panel_version=1)
    counts = question.format in {Format.SCT, Format.SJT_RATE, Format.SJT_RANK}
    assert key.may_count == (counts and not key.is_split)
