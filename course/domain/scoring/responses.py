"""The two ways in which QTI 3 marks an answer, so that its questions can come in and go out.

``match_correct`` is all or nothing; ``map_response`` adds up a value per choice. Specification:
1EdTech QTI 3, response processing; assessment.md, 2.1.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from course.domain.scoring.scores import NOTHING, Score, blank, clamped


class Cardinality(StrEnum):
    """What an answer is made of."""

    SINGLE = "single"  # one value
    MULTIPLE = "multiple"  # values in any order; twice is something else than once
    ORDERED = "ordered"  # values in this order


def score_match_correct(
    given: Sequence[str], *, key: Sequence[str], cardinality: Cardinality, maximum: int
) -> Score:
    """Award ``maximum`` when ``given`` is the key, else nothing; no value is blank.

    Raises :exc:`ValueError` for an empty key, and when ``given`` or ``key`` holds more than one
    value for SINGLE.
    """
    if not key:
        raise ValueError(f"{key=} must hold at least one value")
    if cardinality is Cardinality.SINGLE and max(len(given), len(key)) > 1:
        raise ValueError(f"{given=} and {key=} must hold one value for {cardinality=!s}")
    if not given:
        return blank(maximum)
    if cardinality is Cardinality.ORDERED:
        return Score(Fraction(list(given) == list(key)), maximum)
    return Score(Fraction(Counter(given) == Counter(key)), maximum)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseMap:
    """What each value of an answer is worth, in the points of the question it came from."""

    values: Mapping[str, Fraction]
    default: Fraction = NOTHING  # for a value that is not in the map
    lowest: Fraction | None = None  # bounds of the sum, inclusive; None sets none
    highest: Fraction | None = None

    def __post_init__(self) -> None:
        if self.lowest is not None and self.highest is not None and self.lowest > self.highest:
            raise ValueError(f"lowest={self.lowest} must be <= highest={self.highest}")


def map_response(given: Iterable[str], mapping: ResponseMap) -> Fraction:
    """Add up what each different value of ``given`` is worth, within the bounds of the map.

    A value counts once, however often it was given, and their order does not matter.
    """
    worth = sum((mapping.values.get(value, mapping.default) for value in set(given)), NOTHING)
    if mapping.lowest is not None:
        worth = max(mapping.lowest, worth)
    if mapping.highest is not None:
        worth = min(mapping.highest, worth)
    return worth


def score_map_response(
    given: Collection[str], *, mapping: ResponseMap, full: Fraction, maximum: int
) -> Score:
    """Award the share that ``given`` is worth of ``full``, from 0 to 1; no value is blank.

    ``full`` is what earns everything, the MAXSCORE of the question in QTI. It is not derived: a
    question that lets choose one value has the same map as one that lets choose all.
    Raises :exc:`ValueError` unless ``full`` > 0.
    """
    if full <= NOTHING:
        raise ValueError(f"full={full} must be > 0")
    if not given:
        return blank(maximum)
    return Score(clamped(map_response(given, mapping) / full), maximum)
