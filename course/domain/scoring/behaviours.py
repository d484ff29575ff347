"""What several tries at one question earn together.

The rules are those of Moodle's question behaviours; the code is our own. Specification:
assessment.md, 2.4.
"""

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Final

from course.domain.scoring.scores import EVERYTHING, NOTHING, AnswerState, Score, Unmarked, clamped

PENALTY: Final = Fraction(1, 3)  # share of the question that a wrong try costs, unless set


class Behaviour(StrEnum):
    """When an answer is marked, and what an earlier one costs."""

    DEFERRED = "deferred"  # when the attempt is handed in; until then an answer can be replaced
    IMMEDIATE = "immediate"  # at once, and it is final
    INTERACTIVE = "interactive"  # at once, with a hint before each next try; each try costs
    ADAPTIVE = "adaptive"  # at once, as often as one likes; the best try counts, less what it cost
    MANUAL = "manual"  # by a person


def tries_allowed(behaviour: Behaviour, *, hints: int = 0) -> int | None:
    """How many marked tries a question gives; ``None`` sets no limit.

    With DEFERRED and MANUAL an answer may be changed freely: the last one is the only try.
    Raises :exc:`ValueError` for a negative number of ``hints``.
    """
    if hints < 0:
        raise ValueError(f"{hints=} must be >= 0")
    match behaviour:
        case Behaviour.INTERACTIVE:
            return hints + 1
        case Behaviour.ADAPTIVE:
            return None
        case Behaviour.DEFERRED | Behaviour.IMMEDIATE | Behaviour.MANUAL:
            return 1


def may_try_again(tries: Sequence[Score], *, behaviour: Behaviour, hints: int = 0) -> bool:
    """Tell whether another answer would count, after ``tries``, first one first.

    Never after a right answer that was marked at once. A blank or invalid answer is not a try.
    """
    allowed = tries_allowed(behaviour, hints=hints)
    if behaviour in {Behaviour.DEFERRED, Behaviour.MANUAL}:
        return True
    marked = _marked(tries)
    if any(score.state is AnswerState.RIGHT for score in marked):
        return False
    return allowed is None or len(marked) < allowed


def outcome(
    tries: Sequence[Score], *, behaviour: Behaviour, hints: int = 0, penalty: Fraction = PENALTY
) -> Score:
    """What one question earns after ``tries``, each marked by itself, first one first.

    With DEFERRED the last answer counts, with MANUAL it waits for a person, with IMMEDIATE the one
    that was marked. INTERACTIVE takes from the last try ``penalty`` for each try before it;
    ADAPTIVE takes the best of all tries, each less ``penalty`` for the tries before it. Neither
    goes below 0. Blank and invalid answers are no tries and cost nothing; when there is nothing
    else, the last of them is the outcome. The same answer given twice is one try: leave it out.

    Raises :exc:`ValueError` without tries, for more tries than :func:`may_try_again` gives, for
    tries with another maximum, and unless 0 <= ``penalty`` <= 1.
    """
    check_penalty(penalty)
    if not tries:
        raise ValueError("tries=[] must hold at least one answer, which may be blank")
    if len({score.maximum for score in tries}) > 1:
        raise ValueError(f"{tries=} must have one maximum")
    for made in range(len(tries)):
        if not may_try_again(tries[:made], behaviour=behaviour, hints=hints):
            raise ValueError(f"{len(tries)} tries must be at most {made} for {behaviour=!s}")
    last, marked = tries[-1], _marked(tries)
    if behaviour is Behaviour.MANUAL and last.state is not AnswerState.BLANK:
        return Score(NOTHING, last.maximum, Unmarked.NEEDS_GRADING)
    if behaviour in {Behaviour.DEFERRED, Behaviour.MANUAL} or not marked:
        return last
    left = [score.fraction - penalty * before for before, score in enumerate(marked)]
    match behaviour:
        case Behaviour.INTERACTIVE:
            fraction = left[-1]
        case Behaviour.ADAPTIVE:
            fraction = max(left)
        case _:
            return marked[0]
    return Score(clamped(fraction), last.maximum)


def count_back(tries: Sequence[Sequence[bool]], *, penalty: Fraction = PENALTY) -> Fraction:
    """The share for a question of several parts, each part penalised for its own wrong tries.

    ``tries`` holds per try, first one first, whether each part was right. A part that is right in
    the last try earns 1 - ``penalty`` · (number of its last wrong try, from 1), at least 0; one
    that is wrong there earns nothing. All parts count alike.
    Raises :exc:`ValueError` unless each try has the same parts, at least one, and
    0 <= ``penalty`` <= 1.
    """
    check_penalty(penalty)
    if len({len(parts) for parts in tries}) != 1 or not tries[0]:
        raise ValueError(f"{tries=} must each hold the same parts, at least one")
    earned = [_part(right, penalty) for right in zip(*tries, strict=True)]
    return sum(earned, NOTHING) / len(earned)


def _part(right: Sequence[bool], penalty: Fraction) -> Fraction:
    if not right[-1]:
        return NOTHING
    last_wrong = max((number for number, hit in enumerate(right, 1) if not hit), default=0)
    return clamped(EVERYTHING - penalty * last_wrong)


def check_penalty(penalty: Fraction) -> None:
    """Raise :exc:`ValueError` unless 0 <= ``penalty`` <= 1."""
    if not NOTHING <= penalty <= EVERYTHING:
        raise ValueError(f"penalty={penalty} must be between 0 and 1")


def _marked(tries: Sequence[Score]) -> list[Score]:
    return [score for score in tries if score.unmarked is None]
