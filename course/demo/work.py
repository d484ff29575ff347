"""What one learner did in one lesson, as the rows that the features would have written."""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from course.core.db import Model
from course.curriculum.schema import QuestionStep, ReflectStep, ScaleStep, Step, WeighAgainStep
from course.demo import choices
from course.demo.diary import Span
from course.demo.people import Opinion, Reflection
from course.demo.plan import Run
from course.domain.distributions import snapshot_due
from course.domain.weighing.scale import Balance, side
from course.domain.words import count_words
from course.lessons.models import Draft, Enrolment, StepDone
from course.quizzes.marking import Given, mark
from course.quizzes.models import Answer
from course.reflections.actions import receipt_code
from course.reflections.models import Submission, Version
from course.weighings.models import GroupPicture, Weighing
from course.weighings.queries import SIDES, balance_of

TRIES_AGAIN = 0.6  # chance that somebody with a mistake checks the questions once more


@dataclass(slots=True)
class Work:
    """Everything that one learner did in one lesson, as rows."""

    random: Random
    run: Run
    enrolment: Enrolment
    user_id: int
    weights: dict[str, Balance] = field(default_factory=dict)  # by step

    def rows(self) -> Iterator[Model]:
        for step, span in self.run.done:
            done_at = span.end
            match step:
                case ScaleStep() | WeighAgainStep():
                    yield self._weighing(step, span.end)
                case QuestionStep():
                    answers = list(self._answers(step, span))
                    done_at = answers[0].answered_at
                    yield from answers
                case ReflectStep():
                    done_at = self.run.rewritten.end if self.run.rewritten else span.end
                    yield from self._reflection(step, span)
                case _:
                    pass  # A page to read, or a kind of step that asks for no words of its own.
            yield StepDone(enrolment_id=self.enrolment.id, step=step.slug, done_at=done_at)
        if self.run.half:
            yield self._draft(*self.run.half)

    def _mine(self, step: Step) -> dict[str, object]:
        return {
            "user_id": self.user_id,
            "enrolment_id": self.enrolment.id,
            "lesson": self.enrolment.lesson,
            "step": step.slug,
        }

    def _weighing(self, step: ScaleStep | WeighAgainStep, weighed_at: datetime) -> Weighing:
        opinion = self.run.way.opinions.get(step.slug)
        if opinion is None:
            raise self.run.missing(step, "an opinion")
        scale = step if isinstance(step, ScaleStep) else self.run.edition.step(step.of)
        if not isinstance(scale, ScaleStep):
            raise TypeError(f"step {step.slug!r} weighs nothing")  # the schema prevents this
        try:
            weights = self._weights(step, scale, opinion)
        except choices.Impossible as error:
            raise self.run.missing(step, f"other weights ({error})") from error
        if opinion.action not in {action.slug for action in scale.actions}:
            raise self.run.missing(step, f"an action that the lesson has (not {opinion.action!r})")
        self.weights[step.slug] = weights
        return Weighing(
            **self._mine(step),
            scale=scale.slug,
            agreement=list(weights.agreement_weights),
            client=list(weights.client_weights),
            agreement_sum=weights.agreement,
            client_sum=weights.client,
            action=opinion.action,
            reason=opinion.reason,
            reply=opinion.reply,
            weighed_at=weighed_at,
        )

    def _weights(
        self, step: ScaleStep | WeighAgainStep, scale: ScaleStep, opinion: Opinion
    ) -> Balance:
        if isinstance(step, WeighAgainStep):
            before = self.weights[scale.slug]
            if opinion.leans is None:
                return before
            return choices.moved(self.random, before, leans=opinion.leans)
        if opinion.leans is None:
            raise self.run.missing(step, "to which side it leans")
        return choices.weights(self.random, scale, leans=opinion.leans, heavy=opinion.heavy)

    def _answers(self, step: QuestionStep, span: Span) -> Iterator[Answer]:
        skill = self.run.skill
        first = self._answered(step, skill)
        yield from self._attempt(step, first, 1, span.at(0.6))
        if any(mark(item, first[item.slug]).fraction < 1 for item in step.questions):
            second = self._answered(step, (1 + skill) / 2)
            if second != first and self.random.random() < TRIES_AGAIN:
                yield from self._attempt(step, second, 2, span.end)

    def _answered(self, step: QuestionStep, skill: float) -> dict[str, Given]:
        return {
            question.slug: choices.answer(self.random, question, skill=skill)
            for question in step.questions
        }

    def _attempt(
        self, step: QuestionStep, given: Mapping[str, Given], attempt: int, at: datetime
    ) -> Iterator[Answer]:
        for question in step.questions:
            score = mark(question, given[question.slug])
            yield Answer(
                **self._mine(step),
                question=question.slug,
                attempt=attempt,
                given=given[question.slug],
                numerator=score.fraction.numerator,
                denominator=score.fraction.denominator,
                maximum=score.maximum,
                answered_at=at,
            )

    def _words(self, step: Step) -> Reflection:
        words = self.run.way.reflections.get(step.slug)
        if words is None:
            raise self.run.missing(step, "a reflection")
        return words

    def _reflection(self, step: ReflectStep, span: Span) -> Iterator[Model]:
        words, again = self._words(step), self.run.rewritten
        versions: list[tuple[str, datetime, datetime | None]] = [(words.text, span.end, None)]
        if words.withdrawn and again:
            # After a moment of looking: rewriting may begin in the second in which this ended.
            versions = [(words.withdrawn, span.end, again.at(0.1)), (words.text, again.end, None)]
        for number, (text, handed_in_at, withdrawn_at) in enumerate(versions, start=1):
            public_id = secrets.token_urlsafe(16)
            yield Submission(
                **self._mine(step),
                public_id=public_id,
                number=number,
                text=text,
                words=count_words(text),
                receipt=receipt_code(public_id, text),
                handed_in_at=handed_in_at,
                withdrawn_at=withdrawn_at,
            )
            yield Version(
                user_id=self.user_id,
                enrolment_id=self.enrolment.id,
                step=step.slug,
                number=number,
                text=text,
                words=count_words(text),
                kept_at=handed_in_at,
            )
        # What was handed in stays as the draft to go on from after a withdrawal.
        yield self._saved(step, {"text": [words.text]}, (again or span).at(0.95))

    def _draft(self, step: Step, span: Span) -> Draft:
        if isinstance(step, QuestionStep):
            return self._saved(step, choices.half_a_form(self.random, step), span.end)
        return self._saved(step, {"text": [self._words(step).text]}, span.end)

    def _saved(self, step: Step, content: dict[str, list[str]], saved_at: datetime) -> Draft:
        return Draft(
            enrolment_id=self.enrolment.id,
            step=step.slug,
            revision=self.random.randint(3, 40),
            content=content,
            saved_at=saved_at,
        )


def pictures(group_id: int, weighings: Iterable[Weighing]) -> list[GroupPicture]:
    """What the group sees of itself: renewed with every third weighing, as when it happened."""
    pictures: dict[tuple[str, str], GroupPicture] = {}
    counts: dict[tuple[str, str], Counter[str]] = {}
    for weighing in sorted(weighings, key=lambda item: item.weighed_at):
        key = (weighing.lesson, weighing.step)
        count = counts.setdefault(key, Counter())
        count[side(balance_of(weighing).lean)] += 1
        before = pictures[key].answers if key in pictures else 0
        if snapshot_due(previous_n=before, current_n=count.total()):
            pictures[key] = GroupPicture(
                group_id=group_id,
                lesson=weighing.lesson,
                scale=weighing.step,
                answers=count.total(),
                counts=[count[name] for name in SIDES],
                taken_at=weighing.weighed_at,
            )
    return list(pictures.values())
