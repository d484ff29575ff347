from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course.domain import weighing
from course.domain.weighing import (
    BestWorst,
    Code,
    Finding,
    Format,
    Level,
    Panel,
    PanelAnswer,
    PanelItem,
    Question,
    Score,
    Sct,
    SctMethod,
    SjtRank,
    Slider,
    WeighedItem,
    derive,
    expert_scores,
    scale,
    score,
    weigh,
)
from tests.domain.panels import QUESTIONS, answered, answers_to, panel, scale_panel

Answered = tuple[Question, tuple[PanelAnswer, ...]]

EXCLUDED = PanelAnswer(member="m99", answer=-2, excluded="knew the case")


def item(slug: str, *counts: int) -> PanelItem:
    question = Sct(points=len(counts))
    return PanelItem(slug=slug, question=question, answers=panel(scale_panel(counts)))


def usable(question: Question) -> list[str]:
    """The methods that any panel can be scored by."""
    return [method for method in question.methods if method != SctMethod.DMEAN]


def test_the_door_leads_to_all_formats_and_to_the_scale() -> None:
    assert {question.format for question in QUESTIONS} == set(Format)
    assert weighing.balance is scale.balance
    assert all(hasattr(weighing, name) for name in weighing.__all__)


# --- Deriving and scoring ------------------------------------------------------------------


def test_a_key_is_derived_from_a_panel_and_an_answer_earns_a_share_of_the_points() -> None:
    key = derive(Sct(), panel(scale_panel((0, 2, 3, 8, 2))), panel_version=3)
    assert (key.format, key.method, key.n, key.panel_version) == ("sct", "aggpen", 15, 3)
    assert score(key, 0, maximum=4) == Score(Fraction(9, 16), 4)
    assert score(key, 1) == Score(Fraction(1), 1)


def test_who_is_excluded_changes_nothing() -> None:
    answers = panel(scale_panel((0, 2, 3, 8, 2)))
    with_them = derive(Sct(), [EXCLUDED, *answers], panel_version=1)
    assert with_them == derive(Sct(), answers, panel_version=1)


def test_a_method_is_the_first_unless_another_is_chosen() -> None:
    answers = panel([10, 20])
    assert derive(Slider(), answers, panel_version=1).method == "quartiles"
    ranks = panel([{"a": 1, "b": 2, "c": 3}])
    chosen = derive(SjtRank(options=tuple("abc")), ranks, panel_version=1, method="kendall")
    assert chosen.method == "kendall"


@pytest.mark.parametrize("method", ["near4", "", "choose3"])
def test_a_method_of_another_format_is_refused(method: str) -> None:
    with pytest.raises(ValueError, match=r"method='.*' must be one of \['aggpen', 'agg'"):
        derive(Sct(), panel([1]), panel_version=1, method=method)


@pytest.mark.parametrize("answers", [(), (EXCLUDED,)])
def test_without_a_panel_there_is_no_key(answers: tuple[PanelAnswer, ...]) -> None:
    with pytest.raises(ValueError, match="must hold one that is not excluded"):
        derive(Sct(), answers, panel_version=1)


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_an_answer_that_a_member_cannot_give_is_refused(question: Question) -> None:
    for wrong in ("1", None, float("nan"), {"x": 1}):
        with pytest.raises(ValueError, match="must"):
            derive(question, panel([wrong]), panel_version=1)


@given(answered(), st.data())
def test_every_answer_earns_between_nothing_and_everything(
    drawn: Answered, data: st.DataObject
) -> None:
    question, answers = drawn
    method = data.draw(st.sampled_from(usable(question)))
    key = derive(question, answers, panel_version=1, method=method)
    given_answer = data.draw(answers_to(question))
    if method == "choose3":
        given_answer = sorted(given_answer)[:3]
    assert 0 <= score(key, given_answer).fraction <= 1


def test_a_blank_answer_earns_nothing_and_is_no_answer() -> None:
    key = derive(Slider(), panel([0]), panel_version=1)
    blank, wrong = score(key, None, maximum=5), score(key, 100, maximum=5)
    assert (blank.points, wrong.points) == (Fraction(0), Fraction(0))
    assert (str(blank.state), str(wrong.state)) == ("blank", "wrong")


@given(st.sampled_from(QUESTIONS), st.data(), st.integers(min_value=1, max_value=12))
def test_who_answers_as_a_panel_of_one_mind_earns_everything(
    question: Question, data: st.DataObject, members: int
) -> None:
    # Choices from several sets may contradict each other.
    assume(not (isinstance(question, BestWorst) and question.sets))
    answer = data.draw(answers_to(question))
    for method in usable(question):
        if method != "choose3":
            key = derive(question, panel([answer] * members), panel_version=1, method=method)
            assert score(key, answer).fraction == 1


# --- A whole panel -------------------------------------------------------------------------


def weighed(*items: PanelItem, min_n: int = 1) -> tuple[WeighedItem, ...]:
    return weigh(Panel(version=4, items=items, min_n=min_n)).items


def test_a_panel_is_weighed_by_every_method() -> None:
    (found,) = weighed(item("buurvrouw", 0, 2, 3, 8, 2))
    assert (found.slug, found.format, found.n) == ("buurvrouw", "sct", 15)
    assert [key.method for key in found.keys] == ["aggpen", "agg", "dmode", "dmean", "sba"]
    assert {key.panel_version for key in found.keys} == {4}
    assert found.findings == ()


def test_each_key_of_a_weighed_panel_is_the_one_that_is_derived() -> None:
    one = item("buurvrouw", 0, 2, 3, 8, 2)
    for key in weighed(one, min_n=16)[0].keys:
        assert key == derive(
            one.question, one.answers, panel_version=4, method=key.method, min_n=16
        )


def test_the_mean_of_a_split_panel_is_left_out_and_found() -> None:
    (found,) = weighed(item("verdeeld", 6, 1, 1, 1, 6))
    assert [key.method for key in found.keys] == ["aggpen", "agg", "dmode", "sba"]
    assert all(key.is_split for key in found.keys)
    assert [finding.code for finding in found.findings] == [Code.SPLIT, Code.MEAN_OF_SPLIT]
    assert {finding.item for finding in found.findings} == {"verdeeld"}


def test_a_panel_that_is_too_small_is_found() -> None:
    small = item("buurvrouw", 0, 2, 3, 3, 1)
    assert weighed(small, min_n=10)[0].findings == (
        Finding(code=Code.FEW_MEMBERS, item="buurvrouw", count=9, of=10),
    )
    assert weighed(small, min_n=9)[0].findings == ()


def test_an_item_without_answers_has_no_key() -> None:
    nobody = replace(item("leeg", 0, 0, 1, 0, 0), answers=(EXCLUDED,))
    (found,) = weighed(nobody)
    assert (found.n, found.keys) == (0, ())
    assert found.findings == (Finding(code=Code.NO_ANSWERS, item="leeg"),)
    assert found.findings[0].level is Level.ERROR


def test_items_together_are_judged_too() -> None:
    found = weigh(
        Panel(
            version=1,
            items=(
                item("midden", 0, 1, 9, 1, 0),
                item("rand", 9, 1, 0, 0, 0),
                PanelItem(slug="schuif", question=Slider(), answers=panel([0, 50])),
                replace(item("leeg", 0, 0, 9, 0, 0), answers=()),
            ),
        )
    )
    assert found.findings == (Finding(code=Code.MIDDLE_TOO_OFTEN, count=1, of=2),)


def test_items_of_a_panel_differ() -> None:
    with pytest.raises(ValueError, match=r"slugs=\['a', 'a'\] must differ"):
        Panel(version=1, items=(item("a", 0, 0, 1, 0, 0), item("a", 0, 0, 1, 0, 0)))


@given(st.lists(answered(), max_size=4))
def test_every_panel_can_be_weighed(drawn: list[Answered]) -> None:
    items = tuple(
        PanelItem(slug=f"i{here}", question=question, answers=answers)
        for here, (question, answers) in enumerate(drawn)
    )
    for found, one in zip(weighed(*items), items, strict=True):
        assert found.n == len(one.answers)
        assert set(usable(one.question)) <= {key.method for key in found.keys}
        assert all(finding.level is not Level.ERROR for finding in found.findings)


# --- The panel as a test -------------------------------------------------------------------


def test_members_are_scored_by_the_others_over_the_items_they_answered() -> None:
    answers = panel([1, 1, 0])  # each by the other two
    twice = Panel(
        version=1,
        items=(
            PanelItem(slug="een", question=Sct(points=3), answers=(*answers, EXCLUDED)),
            PanelItem(slug="twee", question=Sct(points=3), answers=panel([1, 0])),
            PanelItem(slug="alleen", question=Sct(points=3), answers=panel([1])),
            PanelItem(slug="verdeeld", question=Sct(points=3), answers=panel([1, -1])),
            PanelItem(slug="schuif", question=Slider(), answers=panel([0, 50])),
        ),
    )
    # First m1 and m2 agree and m3 stands alone, then m1 and m2 are one of two places apart.
    half, most = Fraction(1, 2), Fraction(3, 4)
    assert expert_scores(twice, method=SctMethod.AGG) == {"m1": half, "m2": half, "m3": 0}
    assert expert_scores(twice, method=SctMethod.DMODE) == {"m1": most, "m2": most, "m3": half}


def test_a_member_is_scored_over_no_more_than_what_they_answered() -> None:
    one = item("een", 0, 2, 3, 8, 2)
    two = PanelItem(slug="twee", question=Sct(), answers=panel([0, 2, 2]))
    found = expert_scores(Panel(version=1, items=(one, two)), method=SctMethod.AGG)
    assert found["m1"] == Fraction(1, 2) * Fraction(1, 8)
    assert found["m15"] == Fraction(1, 8)
