"""Intervals and quantiles; the expected values are of scipy 1.17, statsmodels 0.15 and tables."""

from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.figures.intervals import (
    beta_share,
    f_quantile,
    feldt,
    fisher,
    of_mean,
    t_quantile,
    wilson,
)

freedoms = st.floats(min_value=1, max_value=5_000)
shares = st.sampled_from([0.025, 0.05, 0.5, 0.95, 0.975])


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (8, 22, 0.19733204670366128, 0.57048291909869),
        (0, 10, 0.0, 0.27753279986288926),
        (10, 10, 0.7224672001371106, 1.0),
        (12, 22, 0.3465979532073493, 0.7307970581918668),
    ],
)
def test_the_interval_of_a_share_is_that_of_wilson(
    successes: int, n: int, low: float, high: float
) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=1e-12)


@pytest.mark.parametrize(("successes", "n"), [(-1, 10), (11, 10), (0, 0)])
def test_a_share_of_more_than_there_are_has_no_interval(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"{successes=} must be between 0 and {n=}"):
        wilson(successes, n)


def test_the_interval_of_a_mean_is_that_of_student() -> None:
    interval = of_mean(10.045454545454547, 2.7746689674243807, 22)
    assert interval == pytest.approx((8.815235244083016, 11.275673846826077), abs=1e-9)


@pytest.mark.parametrize(("sd", "n"), [(0.0, 22), (1.0, 1)])
def test_what_does_not_vary_has_no_interval(sd: float, n: int) -> None:
    assert of_mean(3.0, sd, n) is None


def test_the_interval_of_a_correlation_is_that_of_fisher() -> None:
    interval = fisher(0.2588327076936774, 22)
    assert interval == pytest.approx((-0.18271467052424598, 0.613493074976092), abs=1e-12)


@pytest.mark.parametrize(("correlation", "n"), [(1.0, 22), (-1.0, 22), (0.5, 3)])
def test_a_perfect_correlation_or_three_pairs_have_no_interval(correlation: float, n: int) -> None:
    assert fisher(correlation, n) is None


def test_the_interval_of_alpha_is_that_of_feldt() -> None:
    interval = feldt(0.23431754028857096, 22, 13)
    assert interval == pytest.approx((-0.33609443126870087, 0.6313524729196569), abs=1e-9)


@pytest.mark.parametrize(("alpha", "n", "k"), [(1.0, 22, 13), (0.5, 1, 13), (0.5, 22, 1)])
def test_a_perfect_alpha_one_student_or_one_item_have_no_interval(
    alpha: float, n: int, k: int
) -> None:
    assert feldt(alpha, n, k) is None


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.706204736174694), (9, 2.262157162798205), (21, 2.0796138447276795)],
)
def test_quantiles_of_t_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(quantile, rel=1e-12)


@pytest.mark.parametrize(
    ("share", "above", "below", "quantile"),
    [
        (0.975, 21, 252, 1.7449719715040217),
        (0.025, 21, 252, 0.4814626773862356),
        (0.975, 5, 4.786, 7.497122857400582),
        (0.5, 3, 7, 0.870944253187285),
        (0.975, 999, 38_961, 1.09084892663557),
    ],
)
def test_quantiles_of_f_are_those_of_the_tables(
    share: float, above: float, below: float, quantile: float
) -> None:
    assert f_quantile(share, above, below) == pytest.approx(quantile, rel=1e-9)


@given(shares, freedoms, freedoms)
def test_turning_f_upside_down_turns_its_quantiles(
    share: float, above: float, below: float
) -> None:
    turned = 1 / f_quantile(1 - share, below, above)
    assert f_quantile(share, above, below) == pytest.approx(turned, rel=1e-6)


@given(st.floats(min_value=0.001, max_value=0.999), freedoms)
def test_a_beta_with_equal_sides_is_symmetric(x: float, a: float) -> None:
    assert beta_share(x, a, a) + beta_share(1 - x, a, a) == pytest.approx(1, abs=1e-9)


@given(st.integers(0, 200), st.integers(1, 200))
def test_a_share_lies_within_its_interval_and_that_within_0_and_1(successes: int, n: int) -> None:
    successes = min(successes, n)
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1


@given(
    st.floats(min_value=-5, max_value=0.999),
    st.integers(min_value=2, max_value=500),
    st.integers(min_value=2, max_value=60),
)
def test_an_alpha_lies_within_its_interval_and_that_below_1(alpha: float, n: int, k: int) -> None:
    interval = feldt(alpha, n, k)
    assert interval is not None
    low, high = interval
    assert isfinite(low)
    assert low < alpha < high < 1
