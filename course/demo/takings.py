"""One attempt of somebody at a quiz: when they began, what they answered, and until when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import exp
from random import Random
from typing import Final, Self

from course.core.clock import now
from course.core.filetypes import Kind, tidy_name
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import FileQuestion
from course.demo import answers, choices, diary
from course.demo.answers import Hand
from course.demo.drawings import drawn
from course.demo.people import Learner
from course.demo.plan import DemoError
from course.demo.tries import Ending, SetQuiz, Try, as_kept
from course.quizzes.models import QuizAttempt, Response, ResponseFile
from course.quizzes.responses import Kept

PERCENT: Final = 100
EVEN, STEEP = 50, 11  # percent: who has this skill is right half of the time; how fast that rises
PACE: Final = (0.5, 1.2)  # of the minutes that the quiz reckons with
NEARLY: Final = 0.99  # of the time, so that handing in comes after the last answer
REVISIONS: Final = (1, 1, 1, 2, 2, 3)  # times that a response was saved
CERTAINTIES: Final = (1, 2, 3)
UNSURE, SURE = (5, 3, 1), (1, 3, 5)  # how often each, by who knows nothing and everything


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """One attempt, as the sheet tells it."""

    quiz: SetQuiz
    edition: QuizEdition
    learner: Learner
    user_id: int
    told: Try
    began: datetime
    pace: float  # of the minutes that the quiz reckons with
    random: Random = field(compare=False)

    @classmethod
    def of(
        cls,
        quiz: SetQuiz,
        edition: QuizEdition,
        learner: Learner,
        user_id: int,
        number: int,
        today: date,
    ) -> Self:
        """The attempt with this number, from 1. Raises :exc:`DemoError` as :meth:`unfit` tells."""
        # Lots of its own: what changes on the sheet of somebody else, changes nothing here. Those
        # of the moment are apart, since a day in the weekend takes fewer of them.
        lots = f"{quiz.quiz} {learner.address} {number}"
        random = Random(lots)
        told = learner.quizzes[quiz.quiz][number - 1]
        if told.ago is None:
            began = now() - timedelta(minutes=told.minutes_ago or 0)
        else:
            began = diary.begin(Random(f"{lots} begins"), today - timedelta(days=told.ago))
        found = cls(
            quiz=quiz,
            edition=edition,
            learner=learner,
            user_id=user_id,
            told=told,
            began=began,
            pace=random.uniform(*PACE),
            random=random,
        )
        known = {item.slug for item in edition.quiz.items}
        for slug in told.drawn:
            if slug in known and not isinstance(edition.quiz.item(slug), FileQuestion):
                raise found.unfit(f"draws for {slug!r}, which does not ask for a file")
        if unknown := sorted(found.named - known):
            raise found.unfit(f"answers {unknown[0]!r}, which the quiz does not have")
        return found

    @property
    def named(self) -> set[str]:
        """The items about which the sheet tells something."""
        told = self.told
        return {*told.answers, *told.drawn, *told.reasons, *told.sure, *told.flagged}

    def unfit(self, what: str) -> DemoError:
        """What to say when the sheet and the quiz do not fit."""
        return DemoError(f"{self.learner.name} in {self.quiz.quiz}: {what}")

    def until(self, row: QuizAttempt) -> datetime:
        """Until when somebody worked on the attempt: until now at the latest."""
        share = len(self._reached(row)) / len(row.items)
        minutes = self.edition.quiz.minutes * self.pace * share
        worked = row.started_at + timedelta(minutes=minutes)
        if self.told.ending is Ending.WORKING:
            return min(worked, now())
        if row.ends_at is None or self.told.ending is Ending.RAN_OUT:
            return row.ends_at or worked
        return min(worked, row.started_at + (row.ends_at - row.started_at) * NEARLY)

    def responses(self, row: QuizAttempt) -> Iterator[Response]:
        """What was answered, one item after another."""
        reached = self._reached(row)
        worked = (self.until(row) - row.started_at) * NEARLY
        for place, slug in enumerate(reached, start=1):
            given = self._given(slug)
            if given is None:
                continue
            yield Response(
                attempt_id=row.id,
                item=slug,
                given=given,
                reason=self.told.reasons.get(slug),
                certainty=self._certainty(slug),
                is_flagged=slug in self.told.flagged,
                revision=self.random.choice(REVISIONS),
                saved_at=row.started_at + worked * place / len(reached),
            )

    def files(self, row: QuizAttempt) -> Iterator[ResponseFile]:
        """What was drawn and handed in as a file, beside the responses that hold its name."""
        for slug, drawing in self.told.drawn.items():
            columns = {**drawn(drawing).columns(), "uploaded_at": self.until(row)}
            yield ResponseFile(attempt_id=row.id, item=slug, **columns)

    def _reached(self, row: QuizAttempt) -> list[str]:
        """The first items of the attempt, and those that somebody went to by their number."""
        first = row.items[: self.told.reached]
        return first + [slug for slug in row.items[len(first) :] if slug in self.named]

    def _given(self, slug: str) -> Kept:
        """What the sheet says, or what is drawn."""
        if slug in self.told.answers:
            return as_kept(self.told.answers[slug])
        if slug in self.told.drawn:
            return tidy_name(self.told.drawn[slug].name, Kind.PNG)
        item = self.edition.quiz.item(slug)
        if item is None:
            raise LookupError(f"the quiz has no item {slug!r}")
        hand = Hand(
            random=self.random,
            chance=self._chance(slug),
            near=self.told.near,
            language=self.learner.language or "nl",
            slips=self.quiz.slips,
        )
        try:
            return answers.answered(item, hand)
        except choices.Impossible as error:
            raise self.unfit(str(error)) from error

    def _chance(self, slug: str) -> float:
        if slug in self.quiz.luck:
            return self.quiz.luck[slug] / PERCENT
        percent = self.told.skill + self.quiz.shift.get(slug, 0)
        return 1 / (1 + exp((EVEN - percent) / STEEP))

    def _certainty(self, slug: str) -> int | None:
        if slug not in self.edition.quiz.certainty:
            return None
        if slug in self.told.sure:
            return self.told.sure[slug]
        share = self.told.skill / PERCENT
        weights = [(1 - share) * low + share * high for low, high in zip(UNSURE, SURE, strict=True)]
        return self.random.choices(CERTAINTIES, weights)[0]
