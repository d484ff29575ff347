"""How a quiz and each of its items did in a group: rows of attempts → figures and their readings.

One row for each learner: the first attempt that was handed in, by the learner or by the clock. An
abandoned one says nothing about the items. An item that is drawn from a pool has figures over those
who got it, beside the items that everybody gets; in the figures of the quiz it is a place, as in
Moodle. An item of which an answer still waits for a person is left out until it was read.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import AnyItem, HotspotQuestion, Pool, TrueFalseQuestion
from course.curriculum.schema import MultipleQuestion, SingleQuestion
from course.domain.figures import MINIMUM_DISCRIMINATION, ItemFigures, QuizFigures
from course.domain.figures.distractors import OptionFigures, analyse_options, rest_of
from course.domain.figures.readings import Reading, item_readings, quiz_readings
from course.domain.scoring.scores import AnswerState
from course.quizzes.models import KeyChange, Mark, QuizAttempt, Response
from course.quizzes.regrading import left_out
from course.quizzes.rekeying import Change, after
from course.quizzes.responses import Kept
from course.quizzes.rules import Rules

GROUPS: Final = 3  # by the points on the rest: lower, middle, upper


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """The first attempt of a learner that was handed in."""

    items: Sequence[str]
    marks: Mapping[str, Mark]
    given: Mapping[str, Kept]

    def points(self, item: AnyItem) -> float | None:
        """What was earned on an item; None for a blank answer."""
        mark = self.marks.get(item.slug)
        if mark is None or mark.state == AnswerState.BLANK:
            return None
        return float(Fraction(mark.fraction) * item.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreGroup:
    """Those with about the same points on the rest, and how they chose."""

    size: int
    shares: Mapping[str, float]  # by option, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnalysis:
    """One item."""

    number: int  # in the content, from 1
    item: AnyItem
    figures: ItemFigures
    readings: Mapping[str, Reading]
    options: Sequence[OptionFigures] = ()
    groups: Sequence[ScoreGroup] = ()  # weakest first; none below twenty attempts
    is_drawn: bool = False  # from a pool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizAnalysis:
    """A quiz in a group."""

    n: int
    quiz: QuizFigures | None  # None where no item counts
    readings: Mapping[str, Reading]
    items: Sequence[ItemAnalysis]
    left_out: Sequence[AnyItem]  # because an answer waits to be read

    @property
    def discriminates(self) -> bool:
        """Whether there are enough attempts to tell who did well on the rest."""
        return self.n >= MINIMUM_DISCRIMINATION


def first_attempts(
    rows: Sequence[QuizAttempt],
    marks: Mapping[int, Mapping[str, Mark]],
    responses: Mapping[int, Mapping[str, Response]],
) -> list[First]:
    """The first attempt of each learner that was handed in, by learner. ``rows`` are by number."""
    found: dict[int, First] = {}
    for row in rows:
        if row.is_running or row.was_abandoned or row.user_id in found:
            continue
        given = {slug: response.given for slug, response in responses.get(row.id, {}).items()}
        found[row.user_id] = First(items=row.items, marks=marks.get(row.id, {}), given=given)
    return list(found.values())


def analysed(
    edition: QuizEdition, attempts: Sequence[First], changes: Sequence[KeyChange] = ()
) -> QuizAnalysis:
    """All figures of these attempts, by the keys as ``changes`` made them, oldest first.

    An item that they left out has none.
    """
    dropped = left_out(changes)
    plain = [Change.from_plain(change.change) for change in changes if change.shown_at is not None]
    items = [after(edition, item.slug, plain)[0] for item in edition.quiz.items]
    counted = {slug for attempt in attempts for slug, mark in attempt.marks.items() if mark.maximum}
    waiting = {
        slug
        for attempt in attempts
        for slug, mark in attempt.marks.items()
        if mark.state == AnswerState.NEEDS_GRADING
    }
    used = [item for item in items if item.slug in counted - waiting - dropped.keys()]
    drawn = {slug for pool in edition.quiz.pools for slug in pool.items}
    sheet = _Sheet(attempts, [item for item in used if item.slug not in drawn])
    slots = [slot for pool in edition.quiz.pools for slot in _slots(pool, used, attempts)]
    quiz, figures = sheet.figures_of_all(slots)
    numbers = {item.slug: number for number, item in enumerate(items, start=1)}
    found = []
    for item in used:
        is_drawn = item.slug in drawn
        own = sheet.of_those_who_got(item) if is_drawn else sheet
        place = len(own.items) - 1 if is_drawn else sheet.items.index(item)
        of_item, of_quiz = figures.get(item.slug), quiz
        if of_item is None or of_quiz is None:
            of_quiz, others = own.figures_of_all([])
            of_item = others[item.slug]
        options, groups = own.options(place)
        found.append(
            ItemAnalysis(
                number=numbers[item.slug],
                item=item,
                figures=of_item,
                readings=item_readings(of_item, of_quiz) if of_quiz else {},
                options=options,
                groups=groups,
                is_drawn=is_drawn,
            )
        )
    return QuizAnalysis(
        n=len(attempts),
        quiz=quiz,
        readings=quiz_readings(quiz) if quiz else {},
        items=found,
        left_out=[item for item in items if item.slug in (counted & waiting) - dropped.keys()],
    )


def of_sitting(
    edition: QuizEdition,
    rows: Sequence[QuizAttempt],
    marks: Mapping[int, Mapping[str, Mark]],
    responses: Mapping[int, Mapping[str, Response]],
    changes: Sequence[KeyChange] = (),
) -> QuizAnalysis:
    """All figures of a sitting, from its rows."""
    return analysed(edition, first_attempts(rows, marks, responses), changes)


def weighings_count(rows: Sequence[QuizAttempt]) -> bool:
    """Whether in any attempt a weighing gave points."""
    return any(Rules.from_plain(row.rules).weighings_count for row in rows)


# --- The table -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in the quiz that is filled by lot."""

    maximum: int
    points: Sequence[float | None]  # per attempt


def _slots(pool: Pool, used: Sequence[AnyItem], attempts: Sequence[First]) -> list[_Slot]:
    """The places of a pool; none when one of its items does not count, or waits."""
    own = {item.slug: item for item in used if item.slug in pool.items}
    if len(own) < len(pool.items):
        return []
    drawn = [[own[slug] for slug in attempt.items if slug in own] for attempt in attempts]
    return [
        _Slot(
            maximum=max(item.points for item in own.values()),
            points=[
                attempt.points(items[place]) for attempt, items in zip(attempts, drawn, strict=True)
            ],
        )
        for place in range(pool.take)
    ]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Attempts by items."""

    attempts: Sequence[First]
    items: Sequence[AnyItem]

    @property
    def marks(self) -> list[list[float | None]]:
        return [[attempt.points(item) for item in self.items] for attempt in self.attempts]

    def of_those_who_got(self, item: AnyItem) -> "_Sheet":
        """The same items and this one, for those who drew it."""
        got = [attempt for attempt in self.attempts if item.slug in attempt.items]
        return _Sheet(got, [*self.items, item])

    def figures_of_all(
        self, slots: Sequence[_Slot]
    ) -> tuple[QuizFigures | None, dict[str, ItemFigures]]:
        """Of the quiz, and of each item of this sheet."""
        from course.domain.statistics import analyse  # noqa: PLC0415 - loads numpy

        maxima = [float(item.points) for item in self.items] + [slot.maximum for slot in slots]
        if not maxima:
            return None, {}
        rows = [
            [*row, *(slot.points[place] for slot in slots)] for place, row in enumerate(self.marks)
        ]
        found = analyse(rows, maxima)
        slugs = [item.slug for item in self.items]
        return found.quiz, dict(zip(slugs, found.items[: len(slugs)], strict=True))

    def options(self, place: int) -> tuple[Sequence[OptionFigures], Sequence[ScoreGroup]]:
        """Who chose which option of a choice item; nothing of other items."""
        item = self.items[place]
        options, right = options_of(item), right_of(item)
        if not options or not self.attempts:
            return (), ()
        rest = rest_of(self.marks, place)
        chosen = [_chosen(attempt.given.get(item.slug)) & set(options) for attempt in self.attempts]
        found = analyse_options(chosen, options=options, right=right, rest=rest)
        return found, _groups(options, chosen, rest)


def _groups(
    options: Sequence[str], chosen: Sequence[Collection[str]], rest: Sequence[float]
) -> list[ScoreGroup]:
    """Thirds by the points on the rest, weakest first; equals are split by their order."""
    n = len(rest)
    if n < MINIMUM_DISCRIMINATION:
        return []
    order = sorted(range(n), key=lambda attempt: rest[attempt])
    outer = n // GROUPS
    parts = [order[:outer], order[outer : n - outer], order[n - outer :]]
    return [
        ScoreGroup(
            size=len(part),
            shares={
                option: sum(option in chosen[attempt] for attempt in part) / len(part)
                for option in options
            },
        )
        for part in parts
    ]


# --- Choice items --------------------------------------------------------------------------


def options_of(item: AnyItem) -> list[str]:
    """What can be chosen, in the order of the content; nothing for other kinds of items."""
    match item:
        case SingleQuestion() | MultipleQuestion():
            return [option.slug for option in item.options]
        case TrueFalseQuestion():
            return ["true", "false"]
        case HotspotQuestion():
            return [bar.slug for bar in item.bars]
    return []


def right_of(item: AnyItem) -> list[str]:
    """What is right of it."""
    match item:
        case SingleQuestion() | MultipleQuestion():
            return [option.slug for option in item.options if option.right]
        case TrueFalseQuestion():
            return ["true" if item.right else "false"]
        case HotspotQuestion():
            return [bar.slug for bar in item.bars if bar.right]
    return []


def _chosen(kept: Kept) -> set[str]:
    if isinstance(kept, list):
        return set(kept)
    return {kept} if isinstance(kept, str) else set()
