"""Ranking: which response comes first, which last.

The table is that of the UK Foundation Programme: for each response n - 1 marks, less one for each
place it is off; 20 marks for five. It is generous, a random order of five earns 12 on average, so
by default the share above chance counts. It equals Moodle's RELATIVE_TO_CORRECT (``ordering``).
Specification: assessment.md, 1.4.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise, permutations
from typing import Any, ClassVar, Final, Self, TypeAlias

from course.domain.exact import fraction_of, mean
from course.domain.weighing.panels import Code, Finding, Format, by_option, check_options, whole

FEWEST_OPTIONS, MOST_OPTIONS = 3, 8
CHOSEN: Final = 3  # of the method that asks for the best three
NEAR: Final = Fraction(3, 10)  # mean ranks that differ less may change places

NOTHING: Final = Fraction(0)

Order: TypeAlias = tuple[str, ...]  # first to last


class RankMethod(StrEnum):
    """What an order earns."""

    CORRECTED = "corrected"  # (places - chance) / (1 - chance), at least 0
    PLACES = "places"  # marks of the table / all marks
    SPEARMAN = "spearman"  # rank correlation, at least 0
    KENDALL = "kendall"  # pairs in the right order less those in the wrong one, at least 0
    CHOOSE3 = "choose3"  # of the best three, how many were chosen; the answer is no order


def place_marks(given: Mapping[str, int | None], *, key: Sequence[str]) -> int:
    """Marks of the table for the ranks ``given``, from 0 to n · (n - 1).

    ``key`` goes from first to last. A response without a rank, or with a rank that another has as
    well, gets none. Raises :exc:`ValueError` for a response that is not in ``key`` and a rank
    outside 1 to n.
    """
    n, ranks = len(key), _ranks(given, key)
    alone = {rank for rank in ranks.values() if list(ranks.values()).count(rank) == 1}
    return sum(
        n - 1 - abs(ranks[option] - rank)
        for rank, option in enumerate(key, 1)
        if ranks.get(option) in alone
    )


def spearman(given: Mapping[str, int | None], *, key: Sequence[str]) -> Fraction | None:
    """Rank correlation from -1 to 1, exact; ``None`` when a rank is missing or given twice.

    Errors as :func:`place_marks`.
    """
    n, ranks = len(key), _ranks(given, key)
    if len(set(ranks.values())) < n:
        return None
    squares = sum((ranks[option] - rank) ** 2 for rank, option in enumerate(key, 1))
    return 1 - Fraction(6 * squares, n * (n * n - 1))


def kendall(given: Mapping[str, int | None], *, key: Sequence[str]) -> Fraction | None:
    """Kendall's tau from -1 to 1, exact; ``None`` and errors as :func:`spearman`."""
    n, ranks = len(key), _ranks(given, key)
    if len(set(ranks.values())) < n:
        return None
    wrong = sum(
        ranks[first] > ranks[later] for here, later in enumerate(key) for first in key[:here]
    )
    return 1 - Fraction(4 * wrong, n * (n - 1))


def _ranks(given: Mapping[str, int | None], key: Sequence[str]) -> dict[str, int]:
    by_option(given, options=key, partly=True)
    return {
        option: whole(rank, lowest=1, highest=len(key), what=option)
        for option, rank in given.items()
        if rank is not None
    }


def chance_of(orders: Sequence[Order]) -> Fraction:
    """The share of all marks that a random order earns on average, exact.

    ``orders`` are those that earn everything; one counts as the nearest of them does.
    """
    n = len(orders[0])
    if len(orders) == 1:
        return 1 - Fraction(n + 1, 3 * n)
    places = [[order.index(option) for option in orders[0]] for order in orders]
    off = [
        min(sum(abs(a - b) for a, b in zip(given, there, strict=True)) for there in places)
        for given in permutations(range(n))
    ]
    return 1 - mean(off) / (n * (n - 1))


def accepted_orders(ranks: Mapping[str, Fraction]) -> tuple[Order, ...]:
    """The orders that earn everything, by mean rank; the first is the order of the means.

    Where two neighbours differ less than 0.3 they may change places; no response moves more than
    one place. Equal means stand in alphabetical order.
    """
    by_mean = sorted(ranks, key=lambda option: (ranks[option], option))
    return tuple(_swapped(by_mean, ranks))


def _swapped(by_mean: Sequence[str], ranks: Mapping[str, Fraction]) -> Iterator[Order]:
    if not by_mean:
        yield ()
        return
    for rest in _swapped(by_mean[1:], ranks):
        yield (by_mean[0], *rest)
    if len(by_mean) > 1 and ranks[by_mean[1]] - ranks[by_mean[0]] < NEAR:
        for rest in _swapped(by_mean[2:], ranks):
            yield (by_mean[1], by_mean[0], *rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class SjtRankTable:
    """The orders that earn everything, and what chance earns."""

    format: ClassVar[Format] = Format.SJT_RANK

    method: RankMethod
    orders: tuple[Order, ...]
    chance: Fraction  # 0 unless the method corrects for it

    def credit(self, answer: object) -> Fraction:
        """What is earned by the accepted order that is nearest to ``answer``.

        That holds a rank by response, where one may be missing or ``None``; for the best three it
        is the list of what was chosen, of which more than three earn nothing.
        Raises :exc:`ValueError` for another response, a rank outside 1 to n, or a response chosen
        twice.
        """
        if self.method is RankMethod.CHOOSE3:
            return self._chosen(answer)
        key = self.orders[0]
        given: dict[str, int | None] = {
            option: None if rank is None else whole(rank, lowest=1, highest=len(key), what=option)
            for option, rank in by_option(answer, options=key, partly=True).items()
        }
        return max(self._ranked(given, order) for order in self.orders)

    def _ranked(self, given: Mapping[str, int | None], order: Order) -> Fraction:
        match self.method:
            case RankMethod.SPEARMAN:
                return max(NOTHING, spearman(given, key=order) or NOTHING)
            case RankMethod.KENDALL:
                return max(NOTHING, kendall(given, key=order) or NOTHING)
        share = Fraction(place_marks(given, key=order), len(order) * (len(order) - 1))
        return max(NOTHING, (share - self.chance) / (1 - self.chance))

    def _chosen(self, answer: object) -> Fraction:
        options = list(self.orders[0])
        if not isinstance(answer, list | tuple) or not all(item in options for item in answer):
            raise ValueError(f"{answer=} must be a list of {options=}")
        if len(set(answer)) < len(answer):
            raise ValueError(f"{answer=} must hold an option once")
        if len(answer) > CHOSEN:
            return NOTHING
        hits = max(len(set(order[:CHOSEN]) & set(answer)) for order in self.orders)
        return Fraction(hits, CHOSEN)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; fractions as text."""
        return {"orders": [list(order) for order in self.orders], "chance": str(self.chance)}

    @classmethod
    def from_json(cls, method: str, table: Mapping[str, Any]) -> Self:
        """What :meth:`to_json` gave."""
        orders = tuple(tuple(order) for order in table["orders"])
        return cls(method=RankMethod(method), orders=orders, chance=fraction_of(table["chance"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class SjtRank:
    """A situation, and the responses that are put in order."""

    format: ClassVar[Format] = Format.SJT_RANK

    options: tuple[str, ...]  # 3 to 8

    def __post_init__(self) -> None:
        check_options(self.options, fewest=FEWEST_OPTIONS, most=MOST_OPTIONS)

    @property
    def methods(self) -> tuple[RankMethod, ...]:
        """How it can be scored, the default first; three of three is no choice."""
        return tuple(
            method
            for method in RankMethod
            if method is not RankMethod.CHOOSE3 or len(self.options) > CHOSEN
        )

    def panel_answer(self, answer: object) -> dict[str, int]:
        """Give what a member may answer: each rank from 1 to n for one response.

        Raises :exc:`ValueError` otherwise.
        """
        given = by_option(answer, options=self.options, partly=False)
        n = len(self.options)
        ranks = {
            option: whole(given[option], lowest=1, highest=n, what=option)
            for option in self.options
        }
        if len(set(ranks.values())) < n:
            raise ValueError(f"{answer=} must give each rank from 1 to {n} once")
        return ranks

    def mean_ranks(self, answers: Sequence[object]) -> dict[str, Fraction]:
        """The mean rank of each response, from 1 to n, exact."""
        given = [self.panel_answer(answer) for answer in answers]
        return {option: mean([ranks[option] for ranks in given]) for option in self.options}

    def table(self, answers: Sequence[object], *, method: str) -> SjtRankTable:
        """The accepted orders. Raises :exc:`ValueError` for a wrong answer or method."""
        chosen = RankMethod(method)
        orders = accepted_orders(self.mean_ranks(answers))
        chance = chance_of(orders) if chosen is RankMethod.CORRECTED else NOTHING
        return SjtRankTable(method=chosen, orders=orders, chance=chance)

    def findings(self, answers: Sequence[object]) -> Iterator[Finding]:
        """What an author should know of this panel."""
        ranks = self.mean_ranks(answers)
        for first, second in pairwise(accepted_orders(ranks)[0]):
            if ranks[second] - ranks[first] < NEAR:
                yield Finding(code=Code.NEAR_TIE, options=(first, second))
