"""Where somebody is in a lesson: what is done, what is open, where to go on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a lesson, as far as progress needs to know it."""

    slug: str
    minutes: int  # what it takes, whole minutes, >= 1
    required: bool = True  # a lesson is done without its other steps


class State(StrEnum):
    """How far a lesson is."""

    NOT_STARTED = "not_started"  # nothing done, nothing seen
    BUSY = "busy"
    DONE = "done"  # each required step is done


class StepState(StrEnum):
    """How far a step is."""

    DONE = "done"
    CURRENT = "current"  # the open step to go on with; at most one
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one learner is in one lesson."""

    state: State
    done: int  # steps, of all of them, required or not
    total: int  # steps, >= 1
    minutes_left: int  # of the required steps that are not done; 0 exactly when the lesson is done
    current: str  # slug of the step to go on with; the last step when all are done
    next: str | None  # slug of the step after that one in the lesson; None after the last

    @property
    def percent(self) -> int:
        """Whole percent of the steps that is done, rounded down: 100 only when all are."""
        return 100 * self.done // self.total


def lesson_progress(
    steps: Sequence[Step], *, done: Collection[str], last_seen: str | None
) -> Progress:
    """Tell how far a lesson is; ``steps`` in the order of the lesson, ``done`` in any order.

    ``last_seen`` is the step opened last, ``None`` before the first visit. Slugs of ``done`` and
    ``last_seen`` that the lesson does not have, left by another version of it, are ignored.
    Raises :exc:`ValueError` unless a step is required, slugs differ and each takes a minute.
    """
    current = resume_at(steps, done=done, last_seen=last_seen)
    slugs = [step.slug for step in steps]
    left = [step for step in steps if step.slug not in done]
    following = slugs[slugs.index(current) + 1 :]
    if not any(step.required for step in left):
        state = State.DONE
    elif len(left) < len(steps) or last_seen in slugs:
        state = State.BUSY
    else:
        state = State.NOT_STARTED
    return Progress(
        state=state,
        done=len(steps) - len(left),
        total=len(steps),
        minutes_left=sum(step.minutes for step in left if step.required),
        current=current,
        next=following[0] if following else None,
    )


def resume_at(steps: Sequence[Step], *, done: Collection[str], last_seen: str | None) -> str:
    """Give the slug of the step to go on with; arguments and errors as :func:`lesson_progress`.

    That is the step seen last when it is not done, else the first open step after it, else the
    first open step, else the last step.
    """
    _check(steps)
    slugs = [step.slug for step in steps]
    seen = slugs.index(last_seen) if last_seen in slugs else 0
    # From the step seen last to the end, and then round to what was skipped.
    ahead = slugs[seen:] + slugs[:seen]
    return next((slug for slug in ahead if slug not in done), slugs[-1])


def step_states(
    steps: Sequence[Step], *, done: Collection[str], last_seen: str | None
) -> dict[str, StepState]:
    """Give the state per slug, in the order of the lesson; as :func:`lesson_progress`."""
    current = resume_at(steps, done=done, last_seen=last_seen)
    return {step.slug: _state(step.slug, current, done) for step in steps}


def _state(slug: str, current: str, done: Collection[str]) -> StepState:
    if slug in done:
        return StepState.DONE
    return StepState.CURRENT if slug == current else StepState.OPEN


def _check(steps: Sequence[Step]) -> None:
    slugs = [step.slug for step in steps]
    if len(set(slugs)) != len(slugs):
        raise ValueError(f"{slugs=} must differ")
    if not any(step.required for step in steps):
        raise ValueError(f"at least one of {slugs=} must be required")
    for step in steps:
        if step.minutes < 1:
            raise ValueError(f"minutes={step.minutes} of step {step.slug!r} must be >= 1")
