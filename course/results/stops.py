"""Where the learners of a group stand in a lesson, counted: no names, no answers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from course.core.db import db
from course.curriculum.edition import Edition
from course.domain.distributions import MINIMUM
from course.domain.progress import Step, resume_at
from course.groups.models import Membership, Part
from course.lessons.models import Enrolment, StepDone


@dataclass(frozen=True, slots=True)
class Stops:
    """How many learners stand where; each is in one place."""

    learners: int  # of the group
    waiting: int  # did not begin
    finished: int  # did every step
    at: Mapping[str, int]  # by step, in the order of the lesson: opened or next, and not done

    @property
    def can_be_shown(self) -> bool:
        """Whether the group is large enough: in a small one a count is a person."""
        return self.learners >= MINIMUM

    @property
    def most(self) -> int:
        """How many stand where most of them stand; 0 when nobody stands anywhere."""
        return max(self.at.values(), default=0)


@dataclass(slots=True)
class _Run:
    """The newest run of a learner."""

    id: int
    last_step: str
    is_done: bool
    done: set[str] = field(default_factory=set)


def stops(group_id: int, edition: Edition) -> Stops:
    """Where the learners of a group stand in a lesson of today, as its board shows it; one query.

    It is counted anew each time, unlike weighings and choices: where somebody stands is on the
    board of the lesson by name, for the same people. So it belongs on no page for the class.
    """
    runs = _runs(group_id, edition.lesson.slug)
    steps = [Step(slug=step.slug, minutes=step.minutes) for step in edition.lesson.steps]
    places = Counter(_place(run, steps) for run in runs.values() if run)
    return Stops(
        learners=len(runs),
        waiting=sum(run is None for run in runs.values()),
        finished=places[None],
        at={step.slug: places[step.slug] for step in steps},
    )


def _place(run: _Run, steps: Sequence[Step]) -> str | None:
    """The step that somebody goes on with; ``None`` when everything is done."""
    here = resume_at(steps, done=run.done, last_seen=run.last_step)
    return None if run.is_done or here in run.done else here


def _runs(group_id: int, lesson: str) -> dict[int, _Run | None]:
    """The newest run of each learner; ``None`` of who did not begin."""
    begun = (Enrolment.user_id == Membership.user_id) & (Enrolment.lesson == lesson)
    statement = (
        select(
            Membership.user_id,
            Enrolment.id,
            Enrolment.last_step,
            (Enrolment.steps_done >= Enrolment.steps_total).label("is_done"),
            StepDone.step,
        )
        .outerjoin(Enrolment, begun)
        .outerjoin(StepDone, StepDone.enrolment_id == Enrolment.id)
        .where(Membership.group_id == group_id, Membership.part == Part.LEARNER)
        .order_by(Enrolment.run)
    )
    found: dict[int, _Run | None] = {}
    for user_id, run_id, last_step, is_done, step in db.session.execute(statement):
        run = found.setdefault(user_id, None)
        if run_id is not None and (run is None or run.id != run_id):
            run = found[user_id] = _Run(run_id, last_step, bool(is_done))
        if run is not None and step is not None:
            run.done.add(step)
    return found
