"""Choosing options: one of them, several, or true and false."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from fractions import Fraction

from course.domain.scoring.scores import EVERYTHING, NOTHING, Score, blank, clamped


def score_single(
    chosen: str | None,
    *,
    fractions: Mapping[str, Fraction],
    maximum: int,
    lowest: Fraction = NOTHING,
) -> Score:
    """Award the share of the one ``chosen`` option; ``None`` is blank.

    ``fractions`` holds the share per option, from -1 to 1 inclusive, the best being exactly 1. As
    in Moodle's multiple choice (``qtype_multichoice``) an author may write a negative one. It
    counts down to ``lowest``, which is 0 unless asked otherwise: a question then never takes away
    what another one gave.
    Raises :exc:`ValueError` for an unknown option or a share outside those bounds.
    """
    for option, fraction in fractions.items():
        if not -EVERYTHING <= fraction <= EVERYTHING:
            raise ValueError(f"fraction={fraction} of {option=} must be between -1 and 1")
    if EVERYTHING not in fractions.values():
        raise ValueError(f"one of options={sorted(fractions)} must have fraction 1")
    if chosen is None:
        return blank(maximum)
    if chosen not in fractions:
        raise ValueError(f"{chosen=} must be one of {sorted(fractions)}")
    return Score(clamped(fractions[chosen], lowest=lowest), maximum, lowest=lowest)


def score_true_false(chosen: bool | None, *, right: bool, maximum: int) -> Score:
    """Award ``maximum`` when ``chosen`` is what is ``right``, else nothing; ``None`` is blank."""
    if chosen is None:
        return blank(maximum)
    return Score(Fraction(chosen is right), maximum)


class MultipleMethod(StrEnum):
    """How a choice of several options becomes a share.

    With N options of which K are right, and of the chosen ones R right and W wrong:
    """

    # R/K - W/(N-K), at least 0: Moodle's clamped sum, with weights that make choosing all score 0.
    MOODLE = "moodle"
    # (R - W)/K, at least 0: Canvas, "multiple answers" in classic quizzes.
    CANVAS = "canvas"
    # (R - W)/N, at least 0: Brightspace. The key itself earns K/N, not 1, as published there.
    RIGHT_MINUS_WRONG = "right_minus_wrong"
    # Boxes in the right state, ticked or empty, of all N: Brightspace, "correct answers". It pays
    # for boxes left empty, so one wrong tick scores more than a blank answer, which scores 0.
    EACH_BOX = "each_box"
    # 1 for exactly the right options, otherwise 0: QTI 3's match_correct.
    ALL_OR_NOTHING = "all_or_nothing"
    # R/k, only where at most k <= K may be chosen: a wrong choice then costs the place of a right
    # one, and "name two of the three" is possible.
    NO_NEGATIVES = "no_negatives"


def score_multiple(
    chosen: Collection[str],
    *,
    right: Collection[str],
    options: Collection[str],
    maximum: int,
    method: MultipleMethod = MultipleMethod.MOODLE,
    most: int | None = None,
) -> Score:
    """Award a share for the set of ``chosen`` options, by ``method``; none chosen is blank.

    Order does not matter and an option counts once, as in QTI 3's map_response. Who chooses more
    than ``most`` options gets 0; ``None`` sets no limit.
    Raises :exc:`ValueError` when ``chosen`` or ``right`` holds something that is not in
    ``options``, when nothing is right, when everything is right where a wrong choice must have
    weight (the Moodle method), and when ``most`` would not allow to choose the key, or with
    NO_NEGATIVES to choose more than that.
    """
    ticked, key, boxes = set(chosen), set(right), set(options)
    if unknown := (ticked | key) - boxes:
        raise ValueError(f"{sorted(unknown)} must be among options={sorted(boxes)}")
    if not key:
        raise ValueError(f"at least one of options={sorted(boxes)} must be right")
    if method is MultipleMethod.MOODLE and key == boxes:
        raise ValueError(f"at least one of options={sorted(boxes)} must be wrong for {method=}")
    _check_limit(most, key, method)
    if not ticked:
        return blank(maximum)
    if most is not None and len(ticked) > most:
        return Score(NOTHING, maximum)
    return Score(clamped(_share(ticked, key, boxes, method, most or len(key))), maximum)


def _check_limit(most: int | None, key: set[str], method: MultipleMethod) -> None:
    if method is MultipleMethod.NO_NEGATIVES:
        if most is None or not 1 <= most <= len(key):
            raise ValueError(f"{most=} must be between 1 and {len(key)} right ones for {method=}")
    elif most is not None and most < len(key):
        raise ValueError(f"{most=} must be >= {len(key)} right ones for {method=}")


def _share(
    ticked: set[str], key: set[str], boxes: set[str], method: MultipleMethod, places: int
) -> Fraction:
    hits, misses = len(ticked & key), len(ticked - key)
    match method:
        case MultipleMethod.MOODLE:
            return Fraction(hits, len(key)) - Fraction(misses, len(boxes - key))
        case MultipleMethod.CANVAS:
            return Fraction(hits - misses, len(key))
        case MultipleMethod.RIGHT_MINUS_WRONG:
            return Fraction(hits - misses, len(boxes))
        case MultipleMethod.EACH_BOX:
            return Fraction(len(boxes - (ticked ^ key)), len(boxes))
        case MultipleMethod.ALL_OR_NOTHING:
            return Fraction(ticked == key)
        case MultipleMethod.NO_NEGATIVES:
            return Fraction(hits, places)
