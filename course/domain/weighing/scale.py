"""The scale: weights on two sides → how far it leans. It has no right answer and no points.

On one side what was agreed about production, on the other what the client needs. The rules are
those of this course; nothing here is a measurement of a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import floor

FEWEST, MOST = 2, 4  # considerations on a side, inclusive
LIGHTEST, HEAVIEST = 0, 4  # weight of a consideration, inclusive
WIDEST = 12  # degrees between a level beam and one with everything on one side

EVEN_BELOW = Fraction(1, 10)  # the scale is even at less than this
STRONG_FROM = Fraction(1, 2)  # one side weighs three times the other, or more


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One weighing: a whole weight from 0 to 4 for each of 2 to 4 considerations on a side."""

    agreement_weights: tuple[int, ...]  # in the order of the lesson
    client_weights: tuple[int, ...]  # as many

    def __post_init__(self) -> None:
        agreement, client = self.agreement_weights, self.client_weights
        if len(agreement) != len(client):
            raise ValueError(f"{agreement=} and {client=} must hold as many weights")
        if not FEWEST <= len(agreement) <= MOST:
            raise ValueError(f"{agreement=} and {client=} must hold {FEWEST} to {MOST} weights")
        for weight in agreement + client:
            if not LIGHTEST <= weight <= HEAVIEST:
                raise ValueError(f"{weight=} must be between {LIGHTEST} and {HEAVIEST}")
        if not any(agreement + client):
            raise ValueError(f"{agreement=} and {client=} must hold a weight above 0")

    @property
    def agreement(self) -> int:
        """Sum of the weights on the side of the agreement, 0 to 16."""
        return sum(self.agreement_weights)

    @property
    def client(self) -> int:
        """Sum of the weights on the side of the client, 0 to 16."""
        return sum(self.client_weights)

    @property
    def lean(self) -> Fraction:
        """(client - agreement) / (client + agreement): -1 all agreement, 1 all client, exact."""
        return Fraction(self.client - self.agreement, self.client + self.agreement)


def balance(*, agreement: Sequence[int], client: Sequence[int]) -> Balance:
    """Put weights on the scale, each side in the order of the lesson.

    Raises :exc:`ValueError` unless both sides hold the same number of weights, 2 to 4, each from 0
    to 4 inclusive, with at least one above 0.
    """
    return Balance(agreement_weights=tuple(agreement), client_weights=tuple(client))


def tilt_degrees(lean: Fraction, *, widest: int = WIDEST) -> float:
    """Turn ``lean`` into degrees for the picture: positive is clockwise, the client's side down.

    In proportion, from ``-widest`` to ``widest``; one decimal, halves away from 0, so that two
    opposite weighings give mirrored pictures.
    Raises :exc:`ValueError` unless -1 <= ``lean`` <= 1.
    """
    _check(lean)
    tenths = floor(abs(lean) * widest * 10 + Fraction(1, 2))
    return (tenths if lean > 0 else -tenths) / 10


class Leaning(StrEnum):
    """Which side weighs more, and how clearly; from one end to the other."""

    STRONGLY_AGREEMENT = "strongly_agreement"  # lean <= -1/2
    AGREEMENT = "agreement"  # -1/2 < lean <= -1/10
    EVEN = "even"  # -1/10 < lean < 1/10
    CLIENT = "client"  # 1/10 <= lean < 1/2
    STRONGLY_CLIENT = "strongly_client"  # 1/2 <= lean


class Side(StrEnum):
    """:class:`Leaning` without how clearly: three cells instead of five for a small group."""

    AGREEMENT = "agreement"  # lean <= -1/10
    EVEN = "even"  # -1/10 < lean < 1/10
    CLIENT = "client"  # 1/10 <= lean


def leaning(lean: Fraction) -> Leaning:
    """Name ``lean``. Raises :exc:`ValueError` unless -1 <= ``lean`` <= 1."""
    strong = abs(lean) >= STRONG_FROM
    match side(lean):
        case Side.EVEN:
            return Leaning.EVEN
        case Side.AGREEMENT:
            return Leaning.STRONGLY_AGREEMENT if strong else Leaning.AGREEMENT
        case Side.CLIENT:
            return Leaning.STRONGLY_CLIENT if strong else Leaning.CLIENT


def side(lean: Fraction) -> Side:
    """Name the side that weighs more. Raises :exc:`ValueError` unless -1 <= ``lean`` <= 1."""
    _check(lean)
    if abs(lean) < EVEN_BELOW:
        return Side.EVEN
    return Side.CLIENT if lean > 0 else Side.AGREEMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What changed between two weighings of the same considerations."""

    lean: Fraction  # after - before, -2 to 2; above 0 is towards the client
    agreement: tuple[int, ...]  # change of each weight, -4 to 4, in the order of the lesson; 0 is
    client: tuple[int, ...]  #    unchanged. Weights can change while the lean does not.


def movement(*, before: Balance, after: Balance) -> Movement:
    """Compare two weighings.

    Raises :exc:`ValueError` when they do not hold the same number of considerations.
    """
    if len(before.agreement_weights) != len(after.agreement_weights):
        raise ValueError(f"{before=} and {after=} must weigh the same considerations")
    return Movement(
        lean=after.lean - before.lean,
        agreement=_changes(before.agreement_weights, after.agreement_weights),
        client=_changes(before.client_weights, after.client_weights),
    )


def _changes(before: Sequence[int], after: Sequence[int]) -> tuple[int, ...]:
    return tuple(new - old for old, new in zip(before, after, strict=True))


def _check(lean: Fraction) -> None:
    if not -1 <= lean <= 1:
        raise ValueError(f"lean={lean} must be between -1 and 1")
