"""95 % intervals around figures, by the usual methods; plain Python.

Each gives ``(low, high)``, or ``None`` where the method has no answer: too few observations, or
nothing that varies. An interval says how far a figure may be off when the same quiz is given to
other students of the same kind; with ten students that is far.
"""

from collections.abc import Callable
from functools import lru_cache
from math import atanh, exp, lgamma, log, log1p, sqrt, tanh
from typing import Final, TypeAlias

Interval: TypeAlias = tuple[float, float]

TAIL: Final = 0.975  # below the upper end
Z: Final = 1.959963984540054  # of the normal distribution, at TAIL
FEWEST_PAIRS: Final = 4  # Fisher's z divides by the square root of n - 3
# A correlation of 1 in all but rounding: its interval would have no width.
PERFECT: Final = 1 - 1e-12


def wilson(successes: int, n: int) -> Interval:
    """Around a share of yes and no, both within 0 to 1.

    The score interval (Wilson 1927), which stays honest for few students and shares near 0 and 1
    (Brown, Cai & DasGupta 2001). Raises :exc:`ValueError` unless 0 <= ``successes`` <= ``n``
    and ``n >= 1``.
    """
    if not 0 <= successes <= n or n < 1:
        raise ValueError(f"{successes=} must be between 0 and {n=}, and n at least 1")
    share, z2 = successes / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # At the ends the bound is the share itself, which rounding would miss by a hair.
    low = 0.0 if successes == 0 else middle - half
    return low, 1.0 if successes == n else middle + half


def of_mean(mean: float, sd: float, n: int) -> Interval | None:
    """Around a mean, by Student's t (1908); ``sd`` with n - 1."""
    if n <= 1 or sd <= 0:
        return None
    half = t_quantile(TAIL, n - 1) * sd / sqrt(n)
    return mean - half, mean + half


def fisher(correlation: float, n: int) -> Interval | None:
    """Around a correlation, by Fisher's z (1921); for 0/1 marks it is an approximation."""
    if n < FEWEST_PAIRS or abs(correlation) >= PERFECT:
        return None
    middle, half = atanh(correlation), Z / sqrt(n - 3)
    return tanh(middle - half), tanh(middle + half)


def feldt(alpha: float, n: int, k: int) -> Interval | None:
    """Around Cronbach's alpha of ``k`` items and ``n`` students (Feldt 1965).

    (1 - alpha of the population) / (1 - ``alpha``) follows F with n - 1 and (n - 1)(k - 1) degrees
    of freedom when marks are normally distributed (Feldt, Woodruff & Salih 1987).
    """
    if n <= 1 or k <= 1 or alpha >= PERFECT:
        return None
    students, rest = n - 1, (n - 1) * (k - 1)
    low = 1 - (1 - alpha) * f_quantile(TAIL, students, rest)
    return low, 1 - (1 - alpha) * f_quantile(1 - TAIL, students, rest)


# --- Quantiles -----------------------------------------------------------------------------


def t_quantile(share: float, freedom: float) -> float:
    """The value that ``share`` of Student's t lies below, for 1/2 < ``share`` < 1."""
    return sqrt(f_quantile(2 * share - 1, 1, freedom))


@lru_cache(maxsize=1024)  # The items of a quiz ask for the same one, by its number of students.
def f_quantile(share: float, above: float, below: float) -> float:
    """The value that ``share`` of the F distribution lies below, for 0 < ``share`` < 1.

    ``above`` and ``below`` are degrees of freedom, more than 0, and may be fractions.
    """
    part = _where(lambda x: beta_share(x, above / 2, below / 2), share)
    return below * part / (above * (1 - part))


def _where(rising: Callable[[float], float], share: float) -> float:
    """The x between 0 and 1 where ``rising`` passes ``share``, by halving."""
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if rising(middle) < share:
            low = middle
        else:
            high = middle


def beta_share(x: float, a: float, b: float) -> float:
    """The share of a beta distribution with ``a`` and ``b`` that lies below ``x``, 0 < x < 1.

    The regularised incomplete beta function, by its continued fraction (Abramowitz & Stegun 1964,
    26.5.8), which converges fast on the side of ``x`` where the mean is not.
    """
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_share(1 - x, b, a)
    scale = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    return scale * _continued_fraction(x, a, b) / a


def _continued_fraction(x: float, a: float, b: float) -> float:
    """1 / (1 + d1 / (1 + d2 / (1 + …))), from the front, by the method of Lentz (1976)."""
    value, numerator, denominator = 1.0, 1.0, 0.0
    step = 0
    while True:
        step += 1
        half = step // 2
        if step % 2:
            term = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            term = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        denominator = 1 / (1 + term * denominator)
        numerator = 1 + term / numerator
        change = numerator * denominator
        value *= change
        if abs(change - 1) < 1e-15:  # noqa: PLR2004 - as precise as a float can be
            return 1 / value
