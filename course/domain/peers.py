"""Students review each other: who reviews whom, and what reviews are worth.

Everybody is put in a ring by the keyed hash, and reviews the next few. Who comes late gets a ring
with the others who are late; what a drop-out leaves goes to those with the fewest reviews. The
grade for assessing is that of Moodle Workshop, "comparison with the best assessment": the formulae
were read as facts, the code is our own. Specification: assessment.md, 4.4.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, permutations
from typing import Final, TypeAlias

from course.domain.attempts.drawing import shuffled

RESHUFFLES: Final = 50  # tries with a next seed before places are swapped

Pair: TypeAlias = frozenset[str]  # two students who do not review each other
Rivals: TypeAlias = Mapping[str, Collection[str]]  # per student, with whom they may not meet
# Per reviewer, in the order of the ring, the students whose work they review.
Allocation: TypeAlias = Mapping[str, tuple[str, ...]]

# --- Who reviews whom ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocated:
    """A ring of students, each of whom reviews the next few."""

    reviews: Allocation
    seed: int  # that gave this ring
    excluded: tuple[tuple[str, str], ...] = ()  # reviewer and reviewed who could not be kept apart


def excluded_pairs(groups: Sequence[Collection[str]]) -> frozenset[Pair]:
    """Each two students of the same group: those who wrote together do not review each other."""
    return frozenset(
        frozenset(pair) for group in groups for pair in combinations(sorted(set(group)), 2)
    )


def allocate(
    students: Collection[str],
    *,
    reviews: int,
    seed: int,
    excluded: Collection[Pair] = frozenset(),
) -> Allocated:
    """Put ``students`` in a ring by ``seed``, each reviewing the next ``reviews`` in it.

    Everybody gives and gets that many, nobody reviews themselves, and with more than twice as many
    students as reviews no two review each other. In a group that is too small each reviews all the
    others. When two of ``excluded`` would meet, the next seeds are tried, 50 times, and then
    places are swapped; pairs that still meet are told, and it is for the teacher to decide.
    The order of ``students`` does not matter.
    Raises :exc:`ValueError` when one is there twice, and for ``reviews < 1``.
    """
    if len(set(students)) != len(students):
        raise ValueError(f"students={sorted(students)} must differ")
    if reviews < 1:
        raise ValueError(f"{reviews=} must be >= 1")
    ahead = min(reviews, max(len(students) - 1, 0))
    rivals = _rivals(excluded)
    used, ring = _ring(sorted(students), ahead, seed, rivals)
    return Allocated(
        reviews={one: _next(ring, here, ahead) for here, one in enumerate(ring)},
        seed=used,
        excluded=tuple(_meetings(ring, ahead, rivals)),
    )


def _rivals(excluded: Collection[Pair]) -> Rivals:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for pair in excluded:
        for one, other in permutations(pair, 2):
            found[one].add(other)
    return found


def _ring(
    students: Sequence[str], ahead: int, seed: int, rivals: Rivals
) -> tuple[int, Sequence[str]]:
    """The first ring where no two rivals meet, with its seed, or that of ``seed`` mended."""
    for used in range(seed, seed + RESHUFFLES + 1):
        ring = shuffled(students, seed=used, attempt=0, question=0)
        if not _meetings(ring, ahead, rivals):
            return used, ring
    return seed, _mended(shuffled(students, seed=seed, attempt=0, question=0), ahead, rivals)


def _next(ring: Sequence[str], here: int, ahead: int) -> tuple[str, ...]:
    return tuple(ring[(here + step) % len(ring)] for step in range(1, ahead + 1))


def _meetings(ring: Sequence[str], ahead: int, rivals: Rivals) -> list[tuple[str, str]]:
    """Who would review a rival, and whom."""
    return [
        (one, other)
        for here, one in enumerate(ring)
        for other in _next(ring, here, ahead)
        if other in rivals.get(one, ())
    ]


def _mended(ring: Sequence[str], ahead: int, rivals: Rivals) -> Sequence[str]:
    """Swap two places, the best for the first who meets a rival, for as long as fewer meet."""
    mended = list(ring)
    while (swap := _swap(mended, ahead, rivals)) is not None:
        here, there = swap
        mended[here], mended[there] = mended[there], mended[here]
    return mended


def _swap(ring: list[str], ahead: int, rivals: Rivals) -> tuple[int, int] | None:
    for here in range(len(ring)):
        if not _clashes(ring, here, ahead, rivals):
            continue
        gains = [_gain(ring, here, there, ahead, rivals) for there in range(len(ring))]
        if max(gains) > 0:
            return here, gains.index(max(gains))
    return None


def _gain(ring: list[str], here: int, there: int, ahead: int, rivals: Rivals) -> int:
    """How many rivals fewer stand near these two places when they are swapped."""

    def clashes() -> int:
        return _clashes(ring, here, ahead, rivals) + _clashes(ring, there, ahead, rivals)

    before = clashes()
    ring[here], ring[there] = ring[there], ring[here]
    after = clashes()
    ring[here], ring[there] = ring[there], ring[here]
    return before - after


def _clashes(ring: Sequence[str], here: int, ahead: int, rivals: Rivals) -> int:
    """The rivals who are ahead of a place or behind it, and near."""
    own = rivals.get(ring[here])
    if not own:
        return 0
    size = len(ring)
    near = {(here + step) % size for step in range(-ahead, ahead + 1)}
    return sum(ring[place] in own for place in near)


# --- Late, and gone ------------------------------------------------------------------------


def allocate_late(
    late: Collection[str],
    on_time: Allocation,
    *,
    reviews: int,
    seed: int,
    excluded: Collection[Pair] = frozenset(),
) -> Allocated:
    """A ring of those who are ``late``, apart from ``on_time``, which stays as it is.

    One who is late alone reviews the first of the ring on time, and is reviewed by nobody: those
    who are done are not asked again, and the teacher fills in (:func:`reassign`).
    Errors as :func:`allocate`, and when somebody is both late and on time.
    """
    if both := sorted(set(late) & set(on_time)):
        raise ValueError(f"students={both} must be late or on time")
    found = allocate(late, reviews=reviews, seed=seed, excluded=excluded)
    if len(late) != 1:
        return found
    (alone,) = late
    apart = [one for one in on_time if frozenset((alone, one)) not in excluded]
    return Allocated(reviews={alone: tuple(apart[:reviews])}, seed=seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassigned:
    """An allocation without those who left, and what is new in it."""

    reviews: Allocation
    added: tuple[tuple[str, str], ...]  # new reviewer and reviewed, in the order given out
    short: tuple[tuple[str, int], ...]  # reviewed, and the reviews that nobody is left to write


def reassign(
    allocation: Allocation,
    gone: Collection[str],
    *,
    reviews: int,
    excluded: Collection[Pair] = frozenset(),
) -> Reassigned:
    """Take ``gone`` out, and give their reviews to those with the fewest.

    Work of who is gone is no longer reviewed; what they were to review gets another reviewer until
    it has ``reviews``. Of those with as few the first in the ring is asked, never the author
    or one of ``excluded``, and nobody twice for the same work. For what is ``short`` the teacher
    fills in. Reviews that stay keep their reviewer.
    """
    left = {
        one: [other for other in theirs if other not in gone]
        for one, theirs in allocation.items()
        if one not in gone
    }
    added = _filled_up(left, list(left), reviews, excluded)
    got = _got(left, left)
    return Reassigned(
        reviews={one: tuple(theirs) for one, theirs in left.items()},
        added=tuple(added),
        short=tuple((one, reviews - got[one]) for one in left if got[one] < reviews),
    )


def replace_readers(
    allocation: Allocation,
    gone: Collection[str],
    *,
    reviews: int,
    excluded: Collection[Pair] = frozenset(),
) -> tuple[tuple[str, str], ...]:
    """New reviewer and reviewed for what ``gone`` do not review; their own work still is.

    For who handed in and reads nothing. Who is asked is decided as by :func:`reassign`, and work
    for which nobody is left gets fewer than ``reviews``.
    """
    works = dict.fromkeys([*allocation, *(one for theirs in allocation.values() for one in theirs)])
    left = {one: list(theirs) for one, theirs in allocation.items() if one not in gone}
    return tuple(_filled_up(left, list(works), reviews, excluded))


def _got(left: Mapping[str, Sequence[str]], works: Collection[str]) -> dict[str, int]:
    """How many reviewers each of ``works`` has."""
    return {one: sum(one in theirs for theirs in left.values()) for one in works}


def _filled_up(
    left: Mapping[str, list[str]], works: Sequence[str], reviews: int, excluded: Collection[Pair]
) -> list[tuple[str, str]]:
    """Give ``works`` reviewers until each has ``reviews``, in ``left`` too; what was added."""
    got = _got(left, works)
    added: list[tuple[str, str]] = []
    for reviewed in sorted(works, key=lambda one: got[one]):
        while got[reviewed] < reviews:
            reviewer = _freest(left, reviewed, excluded)
            if reviewer is None:
                break
            left[reviewer].append(reviewed)
            added.append((reviewer, reviewed))
            got[reviewed] += 1
    return added


def _freest(
    left: Mapping[str, Sequence[str]], reviewed: str, excluded: Collection[Pair]
) -> str | None:
    free = [
        one
        for one, theirs in left.items()
        if one != reviewed and reviewed not in theirs and frozenset((one, reviewed)) not in excluded
    ]
    return min(free, key=lambda one: len(left[one])) if free else None


# --- What a hand-in is worth ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Review:
    """The grade of one review, from 0 to any maximum, and how much it weighs."""

    grade: Fraction
    weight: Fraction = Fraction(1)  # >= 0; a teacher's may weigh more than a peer's


def submission_grade(reviews: Sequence[Review]) -> Fraction | None:
    """The weighted mean, exact; ``None`` when no review weighs anything.

    The order does not matter. Raises :exc:`ValueError` for a weight below 0.
    """
    if lightest := [review.weight for review in reviews if review.weight < 0]:
        raise ValueError(f"weight={lightest[0]} must be >= 0")
    weight = sum((review.weight for review in reviews), Fraction(0))
    if not weight:
        return None
    return sum((review.grade * review.weight for review in reviews), Fraction(0)) / weight


# --- What a review is worth ----------------------------------------------------------------

LENIENCY: Final = (9, 7, 5, 3, 1)  # comparison settings, from lenient to strict
LEAST_VARIANCE: Final = Fraction(1, 100)  # of a criterion that tells reviews apart, exclusive
FULL: Final = Fraction(100)


@dataclass(frozen=True, slots=True)
class Assessment:
    """One review of a hand-in: a grade per criterion, each from 0 to 100."""

    grades: tuple[Fraction, ...]
    weight: Fraction = Fraction(1)  # >= 0


def weighted_variance(values: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """The variance of a population of ``values`` with their weights, exact.

    Raises :exc:`ValueError` when they weigh nothing together.
    """
    weight = sum((w for _, w in values), Fraction(0))
    if weight <= 0:
        raise ValueError(f"weight={weight} must be > 0")
    middle = sum((value * w for value, w in values), Fraction(0)) / weight
    return sum((w * (value - middle) ** 2 for value, w in values), Fraction(0)) / weight


def distance(
    grades: Sequence[Fraction],
    reference: Sequence[Fraction],
    *,
    weights: Sequence[Fraction],
    variances: Sequence[Fraction],
    comparison: int,
) -> Fraction:
    """How far a review is from another; 0 for the same one.

    Per criterion |a - r| · (a - r)² / (comparison · variance), and of these the mean by the
    weights, over the criteria that differ and whose variance is above 0.01; 0 without any.
    """
    weighed = Fraction(0)
    summed = Fraction(0)
    for grade, other, weight, variance in zip(grades, reference, weights, variances, strict=True):
        if variance > LEAST_VARIANCE and grade != other:
            weighed += weight
            summed += weight * abs(grade - other) ** 3 / (comparison * variance)
    return summed / weighed if weighed else Fraction(0)


def assessment_grades(
    assessments: Sequence[Assessment],
    *,
    criteria: Sequence[Fraction],
    comparison: int = 5,
) -> tuple[Fraction, ...]:
    """The grade of each review of one hand-in, 0 to 100, exact, in the order given.

    ``criteria`` are their weights, ``comparison`` one of 9 (lenient), 7, 5, 3 and 1 (strict). The
    best review is the one nearest to the mean of all; the others lose by their distance from it.
    Of several as near the nearest counts. One or two that weigh the same say nothing about each
    other, and get 100. It rewards agreement and not insight: let it count for little.

    Raises :exc:`ValueError` for another comparison, for criteria without weight, and for a review
    with another number of grades or one outside 0 to 100.
    """
    _check(assessments, criteria, comparison)
    weighing = [one for one in assessments if one.weight]
    if not weighing:
        return tuple(FULL for _ in assessments)
    columns = [
        [(one.grades[place], one.weight) for one in weighing] for place in range(len(criteria))
    ]
    variances = [weighted_variance(column) for column in columns]
    weight = sum((one.weight for one in weighing), Fraction(0))
    middle = [sum((g * w for g, w in column), Fraction(0)) / weight for column in columns]

    def apart(one: Assessment, reference: Sequence[Fraction]) -> Fraction:
        return distance(
            one.grades, reference, weights=criteria, variances=variances, comparison=comparison
        )

    nearest = min(apart(one, middle) for one in weighing)
    best = [one.grades for one in weighing if apart(one, middle) == nearest]
    return tuple(
        max(FULL - min(apart(one, reference) for reference in best), Fraction(0))
        for one in assessments
    )


def _check(
    assessments: Sequence[Assessment], criteria: Sequence[Fraction], comparison: int
) -> None:
    if comparison not in LENIENCY:
        raise ValueError(f"{comparison=} must be one of {LENIENCY}")
    if not criteria or any(weight < 0 for weight in criteria) or not any(criteria):
        raise ValueError(f"criteria={list(map(str, criteria))} must hold a weight above 0")
    for one in assessments:
        if len(one.grades) != len(criteria) or any(not 0 <= g <= FULL for g in one.grades):
            grades = list(map(str, one.grades))
            raise ValueError(f"{grades=} must be {len(criteria)}, each between 0 and {FULL}")
        if one.weight < 0:
            raise ValueError(f"weight={one.weight} must be >= 0")
