"""A panel: what its members answered, what of it counts, and what an author should know of it.

A panel has no right answer; it shows how experienced people weigh. Specification and numbers:
assessment.md, 1.1 and 1.2. Words and sentences belong to the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MINIMUM: Final = 10  # answers; a key of fewer is provisional (10 to 20 members are advised)
APART: Final = 2  # places on the scale between the two camps of a split panel, or more
CAMP: Final = 35  # percent of the answers that make a camp, or more; so there are at most two


class Format(StrEnum):
    """How one weighs: what the question asks, and what an answer is."""

    SCT = "sct"  # a new fact: much less fitting ... much more fitting
    SJT_RATE = "sjt_rate"  # how appropriate is each response
    SJT_RANK = "sjt_rank"  # which response comes first
    POINTS100 = "points100"  # 100 points over considerations
    SLIDER = "slider"  # a point from 0 to 100
    BESTWORST = "bestworst"  # the most and the least important of a few


class Level(StrEnum):
    """How serious a finding is: with an error there is no key."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Code(StrEnum):
    """What was found; behind each which parameters come with it."""

    # About one item.
    NO_ANSWERS = "no-answers"
    FEW_MEMBERS = "few-members"  # count answers, where `of` are needed
    UNANIMOUS = "unanimous"  # not uncertain, so not fit for `sct`; answers: the one
    SPLIT = "split"  # answers: the two camps; options: the response, in `sjt_rate`
    MEAN_OF_SPLIT = "mean-of-split"  # a mean would pay for what nobody argued; options: as SPLIT
    FEW_RESPONSES = "few-responses"  # count responses, where `of` are needed
    FEW_POOR = "few-poor"  # count poor responses of `of`
    NEAR_TIE = "near-tie"  # options: two that may change places
    FIXED_TOLERANCE = "fixed-tolerance"  # count answers, where `of` are needed to derive one
    UNBALANCED_SETS = "unbalanced-sets"  # not each option, or pair, is shown as often
    NO_DIFFERENCE = "no-difference"  # options: a set of which all weigh the same
    # About all items of the format `sct` together.
    MIDDLE_TOO_OFTEN = "middle-too-often"  # count items of `of`
    ENDS_TOO_SELDOM = "ends-too-seldom"  # count items of `of`


LEVELS: Final[Mapping[Code, Level]] = {
    Code.NO_ANSWERS: Level.ERROR,
    Code.FEW_MEMBERS: Level.WARNING,
    Code.UNANIMOUS: Level.WARNING,
    Code.SPLIT: Level.WARNING,
    Code.MEAN_OF_SPLIT: Level.WARNING,
    Code.FEW_RESPONSES: Level.WARNING,
    Code.FEW_POOR: Level.WARNING,
    Code.NEAR_TIE: Level.INFO,
    Code.FIXED_TOLERANCE: Level.INFO,
    Code.UNBALANCED_SETS: Level.WARNING,
    Code.NO_DIFFERENCE: Level.WARNING,
    Code.MIDDLE_TOO_OFTEN: Level.WARNING,
    Code.ENDS_TOO_SELDOM: Level.WARNING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that an author should know; what does not apply is empty, or 0."""

    code: Code
    item: str = ""  # empty for all items together
    options: tuple[str, ...] = ()
    answers: tuple[int, ...] = ()  # points of the scale
    count: int = 0
    of: int = 0

    @property
    def level(self) -> Level:
        """How serious it is."""
        return LEVELS[self.code]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelAnswer:
    """What one member answered to one item; the shape depends on the format."""

    member: str  # a label without a name, such as "m07"
    answer: object
    excluded: str | None = None  # why it does not count; None when it does

    def __post_init__(self) -> None:
        if self.excluded is not None and not self.excluded.strip():
            raise ValueError(f"excluded={self.excluded!r} of member={self.member!r} must say why")


def kept(answers: Sequence[PanelAnswer]) -> list[object]:
    """The answers that count.

    Raises :exc:`ValueError` when a member answered twice.
    """
    members = [answer.member for answer in answers]
    if twice := sorted({member for member in members if members.count(member) > 1}):
        raise ValueError(f"members={twice} must answer once")
    return [answer.answer for answer in answers if answer.excluded is None]


# --- Counts on a scale ---------------------------------------------------------------------


def check_counts(counts: Sequence[int]) -> None:
    """Raise :exc:`ValueError` for a negative count, and when nobody answered."""
    if any(count < 0 for count in counts):
        raise ValueError(f"counts={list(counts)} must be >= 0")
    if not any(counts):
        raise ValueError(f"counts={list(counts)} must hold an answer")


def modes_of(counts: Sequence[int]) -> tuple[int, ...]:
    """The places, from 0, with the most answers; errors as :func:`check_counts`."""
    check_counts(counts)
    return tuple(place for place, count in enumerate(counts) if count == max(counts))


def camps_of(counts: Sequence[int]) -> tuple[int, int] | None:
    """The two places, from 0, between which a panel is split, or ``None``.

    They lie 2 or more apart and each holds 35 % of the answers or more; they need not be equal.
    Errors as :func:`check_counts`.
    """
    check_counts(counts)
    large = [place for place, count in enumerate(counts) if 100 * count >= CAMP * sum(counts)]
    return (large[0], large[-1]) if large and large[-1] - large[0] >= APART else None


# --- What an answer may be -----------------------------------------------------------------


def whole(value: object, *, lowest: int, highest: int, what: str = "answer") -> int:
    """Give ``value``, which must be a whole number between two bounds, inclusive.

    Raises :exc:`ValueError` otherwise; so also for NaN, 2.0, "2" and True.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise ValueError(f"{what}={value!r} must be a whole number from {lowest} to {highest}")
    return value


def by_option(answer: object, *, options: Sequence[str], partly: bool) -> Mapping[str, object]:
    """Give ``answer``, which must hold something for ``options``: for each, unless ``partly``.

    Raises :exc:`ValueError` otherwise.
    """
    if not isinstance(answer, Mapping):
        raise ValueError(f"{answer=} must hold one value by option of options={list(options)}")
    if unknown := [option for option in answer if option not in options]:
        raise ValueError(f"{unknown} must be among options={list(options)}")
    if not partly and (missing := [option for option in options if option not in answer]):
        raise ValueError(f"{answer=} must also hold {missing}")
    return answer


def check_options(options: Sequence[str], *, fewest: int, most: int) -> None:
    """Raise :exc:`ValueError` unless ``options`` differ and are ``fewest`` to ``most``."""
    if len(set(options)) != len(options):
        raise ValueError(f"options={list(options)} must differ")
    if not fewest <= len(options) <= most:
        raise ValueError(f"options={list(options)} must be {fewest} to {most}")
