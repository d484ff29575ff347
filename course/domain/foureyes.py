"""Marked twice: two blind marks → one grade, a sample to look at again, and calibration.

Marks are grades from 1 to 10, exact. The rules are choices of this course.
Specification: assessment.md, 4.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256
from hmac import digest
from math import isqrt
from typing import Final, TypeAlias

from course.domain.grades import PASS

NEAR: Final = Fraction(1)  # grade points apart that are still close, inclusive

# --- Two marks, or three -------------------------------------------------------------------


class Decision(StrEnum):
    """What two marks lead to."""

    MEAN = "mean"  # close, and on the same side: their mean
    TALK = "talk"  # apart: the markers talk, and if they stay apart a third one marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Two marks beside each other."""

    decision: Decision
    grade: Fraction | None  # not rounded; None while it is not decided
    difference: Fraction  # grade points apart, >= 0
    same_side: bool  # both pass or both fail


def compare(first: Fraction, second: Fraction) -> Outcome:
    """Take the mean of two marks that are at most 1.0 apart and on the same side of 5.5.

    Which of the two comes first does not matter.
    """
    difference = abs(first - second)
    same_side = (first >= PASS) == (second >= PASS)
    agreed = difference <= NEAR and same_side
    return Outcome(
        decision=Decision.MEAN if agreed else Decision.TALK,
        grade=(first + second) / 2 if agreed else None,
        difference=difference,
        same_side=same_side,
    )


def with_third(first: Fraction, second: Fraction, third: Fraction) -> Fraction:
    """The mean of the two closest of three marks, or the middle one when it is as far from both.

    The order of the marks does not matter. Not rounded.
    """
    low, middle, high = sorted((first, second, third))
    if middle - low == high - middle:
        return middle
    return (low + middle) / 2 if middle - low < high - middle else (middle + high) / 2


# --- Where a hand-in is --------------------------------------------------------------------


class State(StrEnum):
    """How far the marking of one hand-in is."""

    ASSIGNED = "assigned"  # to its markers, none of whom is done
    MARKED_FIRST = "marked1"  # by the first only; the second does not see it
    MARKED_SECOND = "marked2"  # by the second only; the first does not see it
    MARKED_BOTH = "marked_both"  # each may see the other's
    THIRD = "third"  # waits for a third marker
    RECONCILED = "reconciled"  # one grade, not seen by the student
    RELEASED = "released"


class Event(StrEnum):
    """What happens to it."""

    MARK_FIRST = "mark1"  # the first marker is done
    MARK_SECOND = "mark2"
    REOPEN_FIRST = "reopen1"  # the first marker takes the mark back
    REOPEN_SECOND = "reopen2"
    AGREE = "agree"  # by the mean, or after talking
    CALL_SECOND = "call_second"
    CALL_THIRD = "call_third"
    MARK_THIRD = "mark3"
    RECONSIDER = "reconsider"  # back to two marks that are not one yet
    RELEASE = "release"
    RETRACT = "retract"


Table: TypeAlias = Mapping[tuple[State, Event], State]

FOUR_EYES: Final[Table] = {
    (State.ASSIGNED, Event.MARK_FIRST): State.MARKED_FIRST,
    (State.ASSIGNED, Event.MARK_SECOND): State.MARKED_SECOND,
    (State.MARKED_FIRST, Event.MARK_SECOND): State.MARKED_BOTH,
    (State.MARKED_FIRST, Event.REOPEN_FIRST): State.ASSIGNED,
    (State.MARKED_SECOND, Event.MARK_FIRST): State.MARKED_BOTH,
    (State.MARKED_SECOND, Event.REOPEN_SECOND): State.ASSIGNED,
    # Two marks that were seen are not taken back: they would no longer be blind.
    (State.MARKED_BOTH, Event.AGREE): State.RECONCILED,
    (State.MARKED_BOTH, Event.CALL_THIRD): State.THIRD,
    (State.THIRD, Event.MARK_THIRD): State.RECONCILED,
    (State.THIRD, Event.AGREE): State.RECONCILED,
    (State.RECONCILED, Event.RECONSIDER): State.MARKED_BOTH,
    (State.RECONCILED, Event.RELEASE): State.RELEASED,
    (State.RELEASED, Event.RETRACT): State.RECONCILED,
}
# Where one marker is enough; a hand-in that is drawn for a second one goes on with four eyes.
TWO_EYES: Final[Table] = {
    (State.ASSIGNED, Event.MARK_FIRST): State.RECONCILED,
    (State.RECONCILED, Event.REOPEN_FIRST): State.ASSIGNED,
    (State.RECONCILED, Event.CALL_SECOND): State.MARKED_FIRST,
    (State.RECONCILED, Event.RELEASE): State.RELEASED,
    (State.RELEASED, Event.RETRACT): State.RECONCILED,
}


def is_blind(state: State) -> bool:
    """Tell whether the two markers may not see each other's mark yet."""
    return state in (State.ASSIGNED, State.MARKED_FIRST, State.MARKED_SECOND)


def events_from(state: State, table: Table = FOUR_EYES) -> tuple[Event, ...]:
    """What can happen now, in the order of the table."""
    return tuple(event for before, event in table if before is state)


def after(state: State, event: Event, table: Table = FOUR_EYES) -> State:
    """The state after ``event``. Raises :exc:`ValueError` when it cannot happen now."""
    if (state, event) not in table:
        possible = [str(one) for one in events_from(state, table)]
        raise ValueError(f"event={event} must be one of {possible} when it is {state}")
    return table[state, event]


# --- Which ones to look at again -----------------------------------------------------------

DOUBTFUL: Final = (Fraction(5), Fraction(6))  # grades, inclusive
FEWEST_OTHERS: Final = 6


class Why(StrEnum):
    """Why a hand-in is looked at again."""

    FAIL = "fail"
    DOUBTFUL = "doubtful"  # a 5.0 to 6.0
    NEW_MARKER = "new_marker"  # who marks for the first time
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A hand-in with the grade of its first marker."""

    submission: str
    grade: Fraction
    by_new_marker: bool = False


def moderation_sample(marked: Sequence[Marked], *, key: bytes) -> dict[str, tuple[Why, ...]]:
    """Choose what a second pair of eyes looks at, with the reasons, in the order of ``marked``.

    All fails, all of 5.0 to 6.0 and all of a marker who is new, and of the others as many as the
    root of the number of hand-ins, rounded up, and at least 6; these are drawn by a keyed hash, so
    nobody can tell beforehand and the same ``key`` draws the same again.
    Raises :exc:`ValueError` when a hand-in is there twice.
    """
    names = [one.submission for one in marked]
    if len(set(names)) != len(names):
        raise ValueError(f"submissions={names} must differ")
    reasons = {one.submission: _reasons(one) for one in marked}
    others = sorted(
        (one.submission for one in marked if not reasons[one.submission]),
        key=lambda name: digest(key, name.encode(), sha256),
    )
    drawn = set(others[: max(FEWEST_OTHERS, _root_up(len(marked)))])
    found = {name: (Why.DRAWN,) if name in drawn else reasons[name] for name in names}
    return {name: why for name, why in found.items() if why}


def _reasons(one: Marked) -> tuple[Why, ...]:
    low, high = DOUBTFUL
    found = {
        Why.FAIL: one.grade < PASS,
        Why.DOUBTFUL: low <= one.grade <= high,
        Why.NEW_MARKER: one.by_new_marker,
    }
    return tuple(why for why, holds in found.items() if holds)


def _root_up(number: int) -> int:
    root = isqrt(number)
    return root if root * root == number else root + 1


# --- Levels beside each other --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelDifference:
    """One criterion as two people see it."""

    criterion: str
    first: int | None  # level; None: not marked
    second: int | None

    @property
    def apart(self) -> int | None:
        """First less second, in levels; ``None`` unless both gave one."""
        if self.first is None or self.second is None:
            return None
        return self.first - self.second


def level_differences(
    criteria: Sequence[str], first: Mapping[str, int], second: Mapping[str, int]
) -> tuple[LevelDifference, ...]:
    """Each of ``criteria``, in its order, with the levels of both markers."""
    return tuple(
        LevelDifference(criterion=slug, first=first.get(slug), second=second.get(slug))
        for slug in criteria
    )


def shared_levels(markings: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """The levels that every one of ``markings`` gave, by criterion; those apart are left out.

    The order of the markings does not matter. None at all share nothing.
    """
    if not markings:
        return {}
    first, *others = markings
    return {
        slug: level
        for slug, level in first.items()
        if all(other.get(slug) == level for other in others)
    }


# --- Calibration ---------------------------------------------------------------------------

ANCHORS: Final = 3  # texts to mark before starting, where a rubric has as many
CLOSE: Final = 1  # levels apart that still are right
ENOUGH: Final = Fraction(4, 5)  # share of the criteria, inclusive


class Verdict(StrEnum):
    """Whether a marker may start."""

    READY = "ready"
    NOT_YET = "not_yet"  # too far apart too often: talk about it, and mark another
    INCOMPLETE = "incomplete"  # fewer anchors than needed, or criteria without a level


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A marker beside the agreed levels of the anchors."""

    verdict: Verdict
    close: int  # criteria within one level, over all anchors
    of: int  # criteria that both have a level for
    milder: Fraction | None  # mean of marker less agreed, in levels; None when of == 0


def calibrate(
    anchors: Sequence[Sequence[LevelDifference]], *, needed: int = ANCHORS
) -> Calibration:
    """Judge a marker: ``first`` is the marker, ``second`` what was agreed, per anchor.

    Ready with at least ``needed`` anchors, a level for each criterion, and 80 % of the criteria
    over all anchors within one level. The order of anchors does not matter.
    """
    pairs = [difference.apart for anchor in anchors for difference in anchor]
    apart = [levels for levels in pairs if levels is not None]
    close = sum(abs(levels) <= CLOSE for levels in apart)
    if len(anchors) < needed or None in pairs or not all(anchors):
        verdict = Verdict.INCOMPLETE
    else:
        verdict = Verdict.READY if close >= ENOUGH * len(apart) else Verdict.NOT_YET
    return Calibration(
        verdict=verdict,
        close=close,
        of=len(apart),
        milder=Fraction(sum(apart), len(apart)) if apart else None,
    )
