"""What everybody on the sheets did, and when: steps of a lesson, with times."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from course.core.clock import AMSTERDAM, now
from course.curriculum.edition import Edition, Library
from course.curriculum.schema import QuestionStep, ReflectStep, ScaleStep, Step
from course.demo import diary
from course.demo.diary import Span
from course.demo.people import Learner, Stage, Way

SKILLS = (0.55, 0.95)  # chance of a right answer, per person, from and to
REWRITING = 25  # minutes


class DemoError(Exception):
    """The demo cannot be loaded; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Run:
    """One learner in one lesson: which steps they did, and when."""

    learner: Learner
    way: Way
    edition: Edition
    done: Sequence[tuple[Step, Span]]
    half: tuple[Step, Span] | None  # the step they are in the middle of
    rewritten: Span | None  # when the reflection was taken back, changed and handed in again
    skill: float

    @property
    def span(self) -> Span:
        """From the first moment to the last."""
        spans = [span for _step, span in self.done]
        spans += [self.half[1]] if self.half else []
        spans += [self.rewritten] if self.rewritten else []
        return Span(spans[0].begin, spans[-1].end)

    @property
    def last_step(self) -> str:
        """Where they go on: in the half step, else after the last one that is done."""
        steps = self.edition.lesson.steps
        return (self.half[0] if self.half else steps[min(len(self.done), len(steps) - 1)]).slug

    def missing(self, step: Step, what: str) -> DemoError:
        """What to say when the sheet has no words for a step."""
        return DemoError(
            f"{self.learner.name} comes past {self.edition.lesson.slug}/{step.slug}: "
            f"write {what} for that step on the sheet, or another stage for this lesson"
        )


def plan(random: Random, learner: Learner, library: Library) -> list[Run]:
    """The way of one learner through the lessons on the sheet, with times.

    Raises :exc:`DemoError` for a lesson or stage that there is not.
    """
    ways = []
    for slug, way in learner.lessons.items():
        edition = library.current(slug)
        if edition is None:
            raise DemoError(f"{learner.name} follows {slug!r}, and there is no such lesson")
        ways.append((way, edition, *_reached(learner, way.stage, edition)))
    minutes = [
        piece
        for way, _edition, done, half in ways
        for piece in (
            *(step.minutes for step in done),
            *([half.minutes] if half else []),
            *([REWRITING] if _rewrites(way) else []),
        )
    ]
    today = now().astimezone(AMSTERDAM).date()
    spans = iter(diary.spans(random, minutes, today=today, days=learner.days))
    skill = random.uniform(*SKILLS)
    return [
        Run(
            learner=learner,
            way=way,
            edition=edition,
            done=[(step, next(spans)) for step in done],
            half=(half, next(spans)) if half else None,
            rewritten=next(spans) if _rewrites(way) else None,
            skill=skill,
        )
        for way, edition, done, half in ways
    ]


def _rewrites(way: Way) -> bool:
    return way.stage is Stage.DONE and any(text.withdrawn for text in way.reflections.values())


def _reached(
    learner: Learner, stage: Stage, edition: Edition
) -> tuple[Sequence[Step], Step | None]:
    """The steps that are done at this stage, and the one that is half done."""
    steps = edition.lesson.steps

    def place(kind: type[Step], *, last: bool) -> int:
        places = [index for index, step in enumerate(steps) if isinstance(step, kind)]
        if not places:
            raise DemoError(
                f"{learner.name} is {stage} in {edition.lesson.slug}, which has no step for that: "
                "give another stage"
            )
        return places[-1 if last else 0]

    match stage:
        case Stage.LOOKED:
            return steps[:1], None
        case Stage.WEIGHED:
            return steps[: place(ScaleStep, last=False) + 1], None
        case Stage.HALF:
            return steps[: max(1, len(steps) // 2)], None
        case Stage.ANSWERING:
            here = place(QuestionStep, last=True)
            return steps[:here], steps[here]
        case Stage.WRITING:
            here = place(ReflectStep, last=True)
            return steps[:here], steps[here]
        case Stage.DONE:
            return steps, None
