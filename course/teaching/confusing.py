"""Which items of the quizzes that go with a lesson may confuse a group; without names.

What is right or wrong comes from the figures of the quiz that was set for the group last, so that
a number here is the number there. A weighing has no right answer: of those it tells where the
answers of the group lie apart, from the pictures that students see too. The questions inside a
lesson are there to practise, and nobody's answers to them are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import WeighingItem
from course.curriculum.schema import Lesson
from course.domain.figures import MINIMUM
from course.domain.figures.readings import Facility
from course.groups.models import Membership, Part
from course.lessons import editions
from course.quizzes.company import Company, company, pictures_of
from course.quizzes.models import KeyChange, Mark, QuizAttempt, Sitting
from course.teaching import standing
from course.teaching.analysis import ItemAnalysis, QuizAnalysis, of_sitting

HALF = 50  # percent: below it no answer was given by half of the group
HARD = {Facility.HARD, Facility.VERY_HARD}


@dataclass(frozen=True, slots=True)
class Divided:
    """A weighing on which the group differs: no answer was given by half of them."""

    number: int  # in the quiz, from 1
    item: WeighingItem
    company: Company


@dataclass(frozen=True, slots=True)
class Asked:
    """A quiz that goes with a lesson, and what stands out in it."""

    edition: QuizEdition
    sitting: Sitting | None  # the newest one; None when the quiz was never set
    handed_in: int  # learners, in that sitting
    counted: int  # items that count and are marked
    hard: Sequence[ItemAnalysis]  # hardest first
    divided: Sequence[Divided]  # in the order of the quiz
    weighed: int  # weighings of which there is a picture

    @property
    def has_figures(self) -> bool:
        """Whether enough handed it in to say how hard an item was."""
        return self.handed_in >= MINIMUM and self.counted > 0


def asked(group_id: int, lesson: Lesson) -> list[Asked]:
    """The quizzes of a lesson; two queries, and one for each quiz."""
    quizzes = [
        found for found in editions.library().quizzes.values() if found.quiz.module == lesson.number
    ]
    sittings = _newest_sittings(group_id, [edition.quiz.slug for edition in quizzes])
    analyses = _analyses(group_id, sittings)
    return [
        _asked(group_id, edition, sittings.get(edition.quiz.slug), analyses) for edition in quizzes
    ]


def _asked(
    group_id: int,
    today: QuizEdition,
    set_before: tuple[Sitting, list[KeyChange]] | None,
    analyses: dict[int, QuizAnalysis],
) -> Asked:
    sitting = set_before[0] if set_before else None
    edition = standing.edition_of(sitting) if sitting else today
    found = analyses[sitting.id] if sitting else None
    weighed = _weighed(group_id, edition)
    return Asked(
        edition=edition,
        sitting=sitting,
        handed_in=found.n if found else 0,
        counted=len(found.items) if found else 0,
        hard=_hard(found) if found else [],
        divided=[each for each in weighed if is_divided(each.company)],
        weighed=len(weighed),
    )


def _hard(found: QuizAnalysis) -> list[ItemAnalysis]:
    """Of items with a right answer those that few had right, as the figures read them."""
    hard = [
        (item.figures.facility.value, item.number, item)
        for item in found.items
        if not isinstance(item.item, WeighingItem)
        and item.figures.facility.value is not None
        and item.readings["facility"].code in HARD
    ]
    return [item for _share, _number, item in sorted(hard, key=lambda each: each[:2])]


def _weighed(group_id: int, edition: QuizEdition) -> list[Divided]:
    pictures = pictures_of(group_id, edition.quiz.slug)
    items = [
        Divided(number, item, company(item, pictures))
        for number, item in enumerate(edition.quiz.items, start=1)
        if isinstance(item, WeighingItem)
    ]
    return [each for each in items if each.company.group]


def is_divided(found: Company) -> bool:
    """Whether in a part of an item the largest answer that is shown is less than half.

    What is hidden is never larger than what is shown; where all of it is hidden nothing is said.
    """
    for section in found.sections:
        shown = [answer.group for answer in section.answers if isinstance(answer.group, int)]
        is_one = any(answer.group == "nearly_everyone" for answer in section.answers)
        if any(shown) and not is_one and max(shown) < HALF:
            return True
    return False


def _newest_sittings(
    group_id: int, slugs: Sequence[str]
) -> dict[str, tuple[Sitting, list[KeyChange]]]:
    """The newest sitting of each quiz, with what was changed in its keys, oldest first."""
    statement = (
        select(Sitting, KeyChange)
        .join(Sitting.edition)
        .outerjoin(KeyChange, KeyChange.sitting_id == Sitting.id)
        .options(contains_eager(Sitting.edition))
        .where(Sitting.group_id == group_id, Sitting.slug.in_(slugs))
        .order_by(Sitting.id, KeyChange.id)
    )
    found: dict[str, tuple[Sitting, list[KeyChange]]] = {}
    for sitting, change in db.session.execute(statement):
        if sitting.slug not in found or found[sitting.slug][0].id != sitting.id:
            found[sitting.slug] = sitting, []
        found[sitting.slug][1].extend([change] if change else [])
    return found


def _analyses(
    group_id: int, sittings: dict[str, tuple[Sitting, list[KeyChange]]]
) -> dict[int, QuizAnalysis]:
    """The figures of these sittings, by sitting; of what was handed in, without who chose what."""
    of_learner = (
        (Membership.user_id == QuizAttempt.user_id)
        & (Membership.group_id == group_id)
        & (Membership.part == Part.LEARNER)
    )
    statement = (
        select(QuizAttempt, Mark)
        .join(Membership, of_learner)
        .outerjoin(Mark, Mark.attempt_id == QuizAttempt.id)
        .where(
            QuizAttempt.sitting_id.in_([sitting.id for sitting, _changes in sittings.values()]),
            QuizAttempt.finished_at.is_not(None),
        )
        .order_by(QuizAttempt.user_id, QuizAttempt.number)
    )
    rows: dict[int, QuizAttempt] = {}
    marks: dict[int, dict[str, Mark]] = {}
    for row, mark in db.session.execute(statement) if sittings else ():
        rows[row.id] = row
        if mark is not None:
            marks.setdefault(row.id, {})[mark.item] = mark
    return {
        sitting.id: of_sitting(
            standing.edition_of(sitting),
            [row for row in rows.values() if row.sitting_id == sitting.id],
            marks,
            {},
            changes,
        )
        for sitting, changes in sittings.values()
    }
