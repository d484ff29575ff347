"""Options of a choice question; figures were calculated once with scipy 1.17."""

from collections.abc import Collection, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.figures import Missing
from course.domain.figures.distractors import Flag, OptionFigures, analyse_options, rest_of

OPTIONS = "abcde"
CHOSEN = list("abacaadbacaabadacabaab")
REST = [12, 7, 11, 8, 10, 11, 11, 14, 8, 11, 9, 13, 11, 11, 5, 4, 8, 11, 6, 5, 12, 13]


def analyse(
    chosen: Sequence[Collection[str]], rest: Sequence[float], *, right: str = "a"
) -> dict[str, OptionFigures]:
    found = analyse_options(chosen, options=OPTIONS, right=right, rest=rest)
    return {figures.option: figures for figures in found}


@pytest.mark.parametrize(
    ("option", "chosen", "share", "mean_rest", "correlation"),
    [
        (
            "a",
            12,
            (0.5454545, 0.3465980, 0.7307971),
            (9.75, 7.9708617, 11.5291383),
            (0.0628197, -0.3685499, 0.4719289),
        ),
        (
            "b",
            5,
            (0.2272727, 0.1012304, 0.4343995),
            (10.2, 5.7750746, 14.6249254),
            (0.1190700, -0.3185289, 0.5148333),
        ),
        (
            "d",
            2,
            (0.0909091, 0.0252954, 0.2781495),
            (8.0, -30.1186142, 46.1186142),
            (-0.1813447, -0.5601278, 0.2601542),
        ),
    ],
)
def test_an_option_tells_who_chose_it(
    option: str,
    chosen: int,
    share: tuple[float, float, float],
    mean_rest: tuple[float, float, float],
    correlation: tuple[float, float, float],
) -> None:
    found = analyse(CHOSEN, REST)[option]
    assert found.chosen == chosen
    for figure, expected in (
        (found.share, share),
        (found.mean_rest, mean_rest),
        (found.correlation, correlation),
    ):
        assert (figure.value, figure.low, figure.high) == pytest.approx(expected, abs=1e-6)
    assert (found.share.n, found.mean_rest.n, found.correlation.n) == (22, chosen, 22)


def test_flags_name_what_is_odd() -> None:
    flags = {option: figures.flags for option, figures in analyse(CHOSEN, REST).items()}
    assert flags == {
        "a": (Flag.WEAK_KEY,),  # r = .06
        "b": (Flag.ATTRACTS_THE_STRONG,),  # r = .12
        "c": (),
        "d": (),
        "e": (Flag.RARELY_CHOSEN,),  # nobody
    }


def test_a_key_that_goes_with_the_rest_has_no_flag_however_few_chose_it() -> None:
    chosen = ["a", *["b"] * 11, *["c"] * 10]
    found = analyse(chosen, sorted(REST, reverse=True))
    assert found["a"].share.value == pytest.approx(1 / 22)
    assert found["a"].flags == ()


def test_an_option_that_nobody_or_everybody_chose_goes_with_nothing() -> None:
    found = analyse(["a"] * 22, REST)
    assert found["a"].correlation.missing is Missing.NO_VARIANCE
    assert found["b"].correlation.missing is Missing.NO_VARIANCE
    assert found["b"].mean_rest.missing is Missing.NOT_CHOSEN
    assert (found["b"].chosen, found["b"].mean_rest.n) == (0, 0)
    assert analyse(CHOSEN, [7.3] * 22)["a"].correlation.missing is Missing.NO_VARIANCE


def test_who_left_it_blank_is_an_attempt_that_did_not_choose() -> None:
    found = analyse([*["a"] * 10, *[""] * 10], range(20))
    assert found["a"].share.value == 0.5
    assert found["a"].correlation.value == pytest.approx(-0.867, abs=1e-3)


def test_of_several_chosen_options_each_counts() -> None:
    found = analyse([("a", "b"), ("a",)] * 10, range(20), right="ab")
    assert (found["a"].chosen, found["b"].chosen) == (20, 10)
    assert found["b"].flags == (Flag.WEAK_KEY,)


def test_small_groups_show_nothing_and_then_no_correlation() -> None:
    nine = analyse(CHOSEN[:9], REST[:9])["e"]
    assert (nine.chosen, nine.flags) == (None, ())
    assert {nine.share.missing, nine.mean_rest.missing, nine.correlation.missing} == {
        Missing.TOO_FEW
    }
    nineteen = analyse(CHOSEN[:19], REST[:19])
    assert nineteen["b"].correlation.missing is Missing.TOO_FEW
    assert nineteen["b"].flags == ()
    assert nineteen["e"].flags == (Flag.RARELY_CHOSEN,)
    assert nineteen["a"].share.n == 19


@pytest.mark.parametrize(
    ("chosen", "right", "rest", "message"),
    [
        (["a"], "a", [1, 2], "chosen holds 1 attempts and rest 2"),
        (["x"], "a", [1], r"\['x'\] must be among options"),
        (["a"], "x", [1], r"\['x'\] must be among options"),
        (["a"], "a", [float("nan")], "must be finite"),
    ],
)
def test_what_does_not_belong_together_is_refused(
    chosen: list[str], right: str, rest: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        analyse(chosen, rest, right=right)


def test_the_rest_is_the_total_without_the_item() -> None:
    assert rest_of([[1, 2.5, None], [None, 0, 4]], 1) == [1, 4]
    with pytest.raises(ValueError, match="item=-1 must be between 0 and 2"):
        rest_of([[1, 2.5, None]], -1)


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "a", "b", "ac"]), st.integers(-3, 30)),
        min_size=20,
        max_size=60,
    )
)
def test_shares_and_correlations_stay_within_their_bounds(attempts: list[tuple[str, int]]) -> None:
    found = analyse([choice for choice, _rest in attempts], [rest for _choice, rest in attempts])
    for figures in found.values():
        assert figures.share.value is not None
        assert 0 <= figures.share.value <= 1
        assert figures.correlation.value is None or -1 <= figures.correlation.value <= 1
        assert (figures.mean_rest.value is None) == (figures.chosen == 0)
