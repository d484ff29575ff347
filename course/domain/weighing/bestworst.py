"""Best-worst scaling: of a few considerations, the most and the least important.

How much a consideration weighs is how often it was best less how often it was worst, of the times
it was shown: the counting analysis of Flynn and Marley. With more considerations than fit on a
screen they come in sets, in which each, and each pair, should be shown as often.
Specification: assessment.md, 1.7.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import combinations
from typing import Any, ClassVar, Final, Self, TypeAlias

from course.domain.exact import fraction_of, mean
from course.domain.weighing.panels import Code, Finding, Format, check_options

FEWEST_OPTIONS, MOST_OPTIONS = 4, 8
FEWEST_SHOWN: Final = 3  # in a set; of two, the best is the worst of the other way round

Sets: TypeAlias = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """The most and the least important one of a set; they differ."""

    best: str
    worst: str

    def __post_init__(self) -> None:
        if self.best == self.worst:
            raise ValueError(f"best={self.best!r} and worst={self.worst!r} must differ")


class BestWorstMethod(StrEnum):
    """What a choice earns."""

    # How high the panel puts the best and how low the worst, each from 0 to 1, half each.
    COUNTS = "counts"


def counts_of(picks: Sequence[tuple[Pick, ...]], *, sets: Sets) -> dict[str, int]:
    """How often each consideration was best less how often worst; by consideration.

    ``picks`` holds for each person one for each of ``sets``.
    """
    counts = dict.fromkeys(sorted({option for shown in sets for option in shown}), 0)
    for pick in (pick for person in picks for pick in person):
        counts[pick.best] += 1
        counts[pick.worst] -= 1
    return counts


def standings(picks: Sequence[tuple[Pick, ...]], *, sets: Sets) -> dict[str, Fraction]:
    """:func:`counts_of` divided by the times shown: from -1 to 1, exact, by consideration.

    With one person in ``picks`` this is their own profile. Raises :exc:`ValueError` for none.
    """
    if not picks:
        raise ValueError("picks=[] must hold those of a person")
    shown = Counter(option for options in sets for option in options)
    counts = counts_of(picks, sets=sets)
    return {option: Fraction(counts[option], shown[option] * len(picks)) for option in counts}


def is_balanced(sets: Sets) -> bool:
    """Tell whether each consideration, and each pair, is shown as often as any other."""
    options = {option for shown in sets for option in shown}
    alone = Counter(option for shown in sets for option in shown)
    pairs = Counter(pair for shown in sets for pair in combinations(sorted(shown), 2))
    together = {pairs[pair] for pair in combinations(sorted(options), 2)}
    return len(set(alone.values())) == 1 and len(together) == 1


def read_picks(answer: object, *, sets: Sets) -> tuple[Pick | None, ...]:
    """Give ``answer``, which must hold ``{"best": …, "worst": …}`` or ``None`` for each set.

    Raises :exc:`ValueError` otherwise, and when a choice is not in its set or both are the same.
    """
    if not isinstance(answer, list | tuple) or len(answer) != len(sets):
        raise ValueError(f"{answer=} must be a list with one choice for each of {len(sets)} sets")
    return tuple(_pick(choice, shown) for choice, shown in zip(answer, sets, strict=True))


def _pick(choice: object, shown: Sequence[str]) -> Pick | None:
    if choice is None:
        return None
    if not isinstance(choice, Mapping) or set(choice) != {"best", "worst"}:
        raise ValueError(f"{choice=} must hold 'best' and 'worst'")
    if unknown := [option for option in choice.values() if option not in shown]:
        raise ValueError(f"{unknown} must be among options={list(shown)}")
    return Pick(best=choice["best"], worst=choice["worst"])


@dataclass(frozen=True, slots=True, kw_only=True)
class BestWorstTable:
    """How much each consideration weighs for the panel, and in which sets they are shown."""

    format: ClassVar[Format] = Format.BESTWORST

    method: BestWorstMethod
    weights: tuple[tuple[str, Fraction], ...]  # by consideration, -1 to 1
    sets: Sets

    def credit(self, answer: object) -> Fraction:
        """The mean over the sets; one that was left open earns nothing.

        Where the panel finds all of a set as important, each choice earns everything.
        Errors as :func:`read_picks`.
        """
        picks = read_picks(answer, sets=self.sets)
        weights = dict(self.weights)
        return mean(
            [
                _earned(pick, [weights[option] for option in shown], weights)
                for pick, shown in zip(picks, self.sets, strict=True)
            ]
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; fractions as text."""
        weights = {option: str(weight) for option, weight in self.weights}
        return {"weights": weights, "sets": [list(shown) for shown in self.sets]}

    @classmethod
    def from_json(cls, method: str, table: Mapping[str, Any]) -> Self:
        """What :meth:`to_json` gave."""
        weights = sorted((option, fraction_of(text)) for option, text in table["weights"].items())
        return cls(
            method=BestWorstMethod(method),
            weights=tuple(weights),
            sets=tuple(tuple(shown) for shown in table["sets"]),
        )


def _earned(
    pick: Pick | None, shown: Sequence[Fraction], weights: Mapping[str, Fraction]
) -> Fraction:
    if pick is None:
        return Fraction(0)
    low, high = min(shown), max(shown)
    if low == high:
        return Fraction(1)
    return (weights[pick.best] - low + high - weights[pick.worst]) / (2 * (high - low))


@dataclass(frozen=True, slots=True, kw_only=True)
class BestWorst:
    """The considerations, and the sets in which they are shown."""

    format: ClassVar[Format] = Format.BESTWORST

    options: tuple[str, ...]  # 4 to 8
    sets: Sets = ()  # none is one set with all of them

    def __post_init__(self) -> None:
        check_options(self.options, fewest=FEWEST_OPTIONS, most=MOST_OPTIONS)
        for shown in self.sets:
            check_options(shown, fewest=FEWEST_SHOWN, most=MOST_OPTIONS)
        held = {option for shown in self.shown for option in shown}
        if odd := sorted(held ^ set(self.options)):
            raise ValueError(f"{odd} must be both in options={list(self.options)} and in a set")

    @property
    def shown(self) -> Sets:
        """The sets, at least one."""
        return self.sets or (self.options,)

    @property
    def methods(self) -> tuple[BestWorstMethod, ...]:
        """How it can be scored; the default first."""
        return tuple(BestWorstMethod)

    def panel_answer(self, answer: object) -> tuple[Pick, ...]:
        """Give what a member may answer: a choice for each set.

        Raises :exc:`ValueError` otherwise.
        """
        picks = tuple(pick for pick in read_picks(answer, sets=self.shown) if pick is not None)
        if len(picks) < len(self.shown):
            raise ValueError(f"{answer=} must hold a choice for each of {len(self.shown)} sets")
        return picks

    def table(self, answers: Sequence[object], *, method: str) -> BestWorstTable:
        """The weights. Raises :exc:`ValueError` for a wrong answer or method."""
        weights = standings([self.panel_answer(answer) for answer in answers], sets=self.shown)
        return BestWorstTable(
            method=BestWorstMethod(method), weights=tuple(sorted(weights.items())), sets=self.shown
        )

    def findings(self, answers: Sequence[object]) -> Iterator[Finding]:
        """What an author should know of this panel and these sets."""
        if not is_balanced(self.shown):
            yield Finding(code=Code.UNBALANCED_SETS)
        weights = standings([self.panel_answer(answer) for answer in answers], sets=self.shown)
        for shown in self.shown:
            if len({weights[option] for option in shown}) == 1:
                yield Finding(code=Code.NO_DIFFERENCE, options=shown)
