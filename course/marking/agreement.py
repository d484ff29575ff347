"""How far readers agree, in figures with a sentence each: what it means, and how unsure it is.

Over the texts that two are done with, and of those only what whoever looks may see. Weighted kappa
tells of a criterion, an intraclass correlation of the grade. Below fifteen texts there are only the
differences: a figure would be chance. See :mod:`course.domain.agreement`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from course.core.i18n import _, number
from course.curriculum.rubrics import RubricCriterion, RubricFile
from course.domain.figures import Figure, Missing, readings
from course.domain.foureyes import LevelDifference
from course.marking import rubrics
from course.marking.models import Assignment, Marking
from course.marking.queries import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One figure, as a page tells it."""

    figure: Figure
    sentence: str
    near: str = ""  # how often within one level, or one point: "12 of 15"
    milder: str = ""  # who is milder, and by how much

    @property
    def value(self) -> str:
        """The figure as people read it; "" where there is none."""
        return "" if self.figure.value is None else number(round(self.figure.value, 2) + 0.0)

    @property
    def interval(self) -> str:
        """Its 95 % interval; "" where none is known."""
        low, high = self.figure.low, self.figure.high
        if low is None or high is None:
            return ""
        first, last = (number(round(end, 2) + 0.0) for end in (low, high))
        return _("%(low)s to %(high)s", low=first, high=last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Two readers beside each other, over all texts that both are done with."""

    texts: int
    least: int  # texts from which there are figures
    criteria: Sequence[tuple[RubricCriterion, Agreement]]
    grade: Agreement | None  # None without numbers
    off_by: str  # how far the grade of one reader may be off by who reads; "" while not known


Pair = tuple[Marking, Marking]  # the first reader and the second, both done


def of_readers(assignment: Assignment, items: Sequence[Item], marker_id: int) -> Readers:
    """What the first and the second readers of an assignment differ in."""
    from course.domain import agreement  # noqa: PLC0415 - loads numpy

    pairs = _pairs(items, marker_id)
    grade, off_by = _grade(assignment, pairs)
    return Readers(
        texts=len(pairs),
        least=agreement.MINIMUM_TEXTS,
        criteria=[
            (criterion, _criterion(criterion, pairs))
            for criterion in rubrics.edition_of(assignment).rubric.criteria
        ],
        grade=grade,
        off_by=off_by,
    )


def _pairs(items: Sequence[Item], marker_id: int) -> list[Pair]:
    """Those that may be seen: who reads a text third is blind to it until they are done."""
    found = []
    for item in items:
        mine = item.markings.get(marker_id)
        done = {row.part: row for row in item.markings.values() if row.done_at is not None}
        if {"first", "second"} <= set(done) and (mine is None or mine.done_at is not None):
            found.append((done["first"], done["second"]))
    return found


def _criterion(criterion: RubricCriterion, pairs: Sequence[Pair]) -> Agreement:
    levels = [
        (float(first.levels[criterion.slug]), float(second.levels[criterion.slug]))
        for first, second in pairs
    ]
    return _by_levels(levels, len(criterion.levels))


def _by_levels(pairs: Sequence[tuple[float, float]], levels: int) -> Agreement:
    from course.domain import agreement  # noqa: PLC0415 - loads numpy

    first, second = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    figure = agreement.kappa(first, second, levels=range(levels))
    difference = agreement.difference(first, second)
    return Agreement(
        figure=figure,
        sentence=_sentence(figure, readings.read(figure, readings.kappa)),
        near=_share(difference.within),
        milder=_milder(difference.mean),
    )


def _grade(assignment: Assignment, pairs: Sequence[Pair]) -> tuple[Agreement | None, str]:
    from course.domain import agreement  # noqa: PLC0415 - loads numpy

    found = [
        (rubrics.grade_of(assignment, first.levels), rubrics.grade_of(assignment, second.levels))
        for first, second in pairs
    ]
    grades = [
        (float(first.exact), float(second.exact))
        for first, second in found
        if first and second and first.exact is not None and second.exact is not None
    ]
    if not grades:
        return None, ""
    correlations = agreement.intraclass(grades)
    # One pair of people reads them all, or the readers differ from text to text.
    is_one_pair = len({(first.marker_id, second.marker_id) for first, second in pairs}) == 1
    figure = correlations.single_agreement if is_one_pair else correlations.single_any
    difference = agreement.difference(*zip(*grades, strict=True))
    told = Agreement(
        figure=figure,
        sentence=_sentence(figure, readings.read(figure, readings.intraclass)),
        near=_share(difference.within),
        milder=_milder(difference.mean),
    )
    sem = correlations.sem.value
    return told, "" if sem is None else number(round(sem, 1) + 0.0)


def of_anchors(
    rubric: RubricFile, anchors: Sequence[Sequence[LevelDifference]]
) -> Agreement | None:
    """One marker beside what was agreed, over all criteria of all anchors that they judged.

    ``None`` where criteria differ in how many levels they have: then they are no one scale.
    """
    scales = {len(criterion.levels) for criterion in rubric.criteria}
    if len(scales) > 1:
        return None
    pairs = [
        (float(each.first), float(each.second))
        for anchor in anchors
        for each in anchor
        if each.first is not None and each.second is not None
    ]
    return _by_levels(pairs, scales.pop())


# --- In words ------------------------------------------------------------------------------


def _share(within: Figure) -> str:
    if within.value is None:
        return ""
    return _("%(count)s of %(all)s", count=round(within.value * within.n), all=within.n)


def _milder(mean: Figure) -> str:
    if mean.value is None:
        return ""
    by = round(mean.value, 1)
    if by == 0:
        return _("neither")
    words = (
        _("the first by %(by)s", by=number(by))
        if by > 0
        else _("the second by %(by)s", by=number(-by))
    )
    if mean.low is not None and mean.high is not None and mean.low <= 0 <= mean.high:
        return _("%(who)s, which may be chance", who=words)
    return words


def _sentence(figure: Figure, reading: readings.Reading | None) -> str:
    if reading is None:
        return _missing(figure)
    said = _words()[reading.code]
    if reading.certain is False:
        doubt = _("With these numbers it could also be otherwise.")
        return f"{said} {doubt}"
    return said


def _missing(figure: Figure) -> str:
    from course.domain import agreement  # noqa: PLC0415 - loads numpy

    if figure.missing is Missing.NO_VARIANCE:
        return _("Both gave the same to everything, so agreement cannot be told from chance.")
    return _(
        "It takes %(least)s judgements of two; with fewer it would be chance.",
        least=agreement.MINIMUM_TEXTS,
    )


def _words() -> dict[object, str]:
    kappa, correlation = readings.Kappa, readings.Intraclass
    return {
        kappa.POOR: _("They agree less often than by chance: they read this differently."),
        kappa.SLIGHT: _("They hardly agree more than by chance. Talk about what the levels mean."),
        kappa.FAIR: _("They agree a little more than by chance. Talk about what the levels mean."),
        kappa.MODERATE: _("They agree reasonably, and would still often choose differently."),
        kappa.SUBSTANTIAL: _("They agree well."),
        kappa.ALMOST_PERFECT: _("They nearly always agree."),
        correlation.POOR: _("The grade depends more on who reads than on the text."),
        correlation.MODERATE: _("The grade depends on the text, and quite a bit on who reads."),
        correlation.GOOD: _("The grade depends on the text, and a little on who reads."),
        correlation.EXCELLENT: _("It hardly matters who reads."),
    }
