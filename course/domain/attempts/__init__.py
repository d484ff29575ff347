"""An attempt at a quiz: when it may start, until when it runs, and what may happen to it.

A table says for each state and each event what comes of it, or why it is refused. The moment is
always given, so a client's clock never matters; the end of an attempt is fixed when it starts. An
attempt that ran out is handed in as of its end, whenever somebody looks: on the next request or in
a nightly job. Specification: assessment.md, 2.5; reliability.md, T5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final, TypeAlias

from course.domain.opening import ALWAYS, Window, utc

NO_TIME: Final = timedelta(0)
LEEWAY: Final = timedelta(seconds=5)  # what arrives this late was sent in time


# --- The table -----------------------------------------------------------------------------


class AttemptState(StrEnum):
    """Where an attempt is."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    OVERDUE = "overdue"  # time is up: no new answers, but it may still be handed in
    SUBMITTED = "submitted"
    ABANDONED = "abandoned"  # time is up and it was not handed in: it counts 0
    GRADED = "graded"


class Event(StrEnum):
    """What can happen to an attempt."""

    START = "start"
    ANSWER = "answer"  # an answer is saved, or replaced
    SUBMIT = "submit"
    EXPIRE = "expire"  # its time is up, or after that its grace
    EXTEND = "extend"  # somebody gives more time
    REOPEN = "reopen"  # somebody undoes that it was handed in or abandoned
    GRADE = "grade"  # all of it has been marked; again, when marks changed


class Refusal(StrEnum):
    """Why something does not happen."""

    # Of the table.
    NOT_STARTED = "not_started"
    ALREADY_STARTED = "already_started"
    STILL_RUNNING = "still_running"
    ALREADY_SUBMITTED = "already_submitted"
    TIME_IS_UP = "time_is_up"
    ALREADY_GRADED = "already_graded"
    # Of the clock.
    TIME_IS_LEFT = "time_is_left"
    NO_MORE_TIME = "no_more_time"  # the new end is not later than the old one, or has passed
    # Of a new attempt.
    NOT_OPEN_YET = "not_open_yet"
    CLOSED = "closed"
    ANOTHER_IS_RUNNING = "another_is_running"
    NO_ATTEMPTS_LEFT = "no_attempts_left"
    TOO_SOON = "too_soon"  # after the attempt before
    SET_AS_TEST = "set_as_test"  # to practise would give away the key of a test


class TimeUp(StrEnum):
    """What happens to an attempt whose time is up."""

    AUTO_SUBMIT = "auto_submit"  # it is handed in as it stands
    GRACE = "grace"  # it can be handed in for a while, without new answers
    MUST_SUBMIT = "must_submit"  # it should have been handed in


Cell: TypeAlias = AttemptState | Refusal | Mapping[TimeUp, AttemptState]


def _row(
    start: Cell, answer: Cell, submit: Cell, expire: Cell, extend: Cell, reopen: Cell, grade: Cell
) -> dict[Event, Cell]:
    return dict(zip(Event, (start, answer, submit, expire, extend, reopen, grade), strict=True))


_UP: Final[Mapping[TimeUp, AttemptState]] = {
    TimeUp.AUTO_SUBMIT: AttemptState.SUBMITTED,
    TimeUp.GRACE: AttemptState.OVERDUE,
    TimeUp.MUST_SUBMIT: AttemptState.ABANDONED,
}

_S, _R = AttemptState, Refusal
# Columns: start, answer, submit, expire, extend, reopen, grade. Who needs more time after the end
# asks to reopen, so that it is somebody's decision; a grade that was given is not taken away.
_TABLE: Final[Mapping[AttemptState, Mapping[Event, Cell]]] = {
    _S.NOT_STARTED: _row(
        _S.IN_PROGRESS, _R.NOT_STARTED, _R.NOT_STARTED, _R.NOT_STARTED,
        _R.NOT_STARTED, _R.NOT_STARTED, _R.NOT_STARTED,
    ),
    _S.IN_PROGRESS: _row(
        _R.ALREADY_STARTED, _S.IN_PROGRESS, _S.SUBMITTED, _UP,
        _S.IN_PROGRESS, _R.STILL_RUNNING, _R.STILL_RUNNING,
    ),
    _S.OVERDUE: _row(
        _R.ALREADY_STARTED, _R.TIME_IS_UP, _S.SUBMITTED, _S.ABANDONED,
        _S.IN_PROGRESS, _R.STILL_RUNNING, _R.STILL_RUNNING,
    ),
    _S.SUBMITTED: _row(
        _R.ALREADY_STARTED, _R.ALREADY_SUBMITTED, _R.ALREADY_SUBMITTED, _R.ALREADY_SUBMITTED,
        _R.ALREADY_SUBMITTED, _S.IN_PROGRESS, _S.GRADED,
    ),
    _S.ABANDONED: _row(
        _R.ALREADY_STARTED, _R.TIME_IS_UP, _R.TIME_IS_UP, _R.TIME_IS_UP,
        _R.TIME_IS_UP, _S.IN_PROGRESS, _S.GRADED,
    ),
    _S.GRADED: _row(
        _R.ALREADY_STARTED, _R.ALREADY_GRADED, _R.ALREADY_GRADED, _R.ALREADY_GRADED,
        _R.ALREADY_GRADED, _R.ALREADY_GRADED, _S.GRADED,
    ),
}  # fmt: skip


def next_state(
    state: AttemptState, event: Event, *, time_up: TimeUp = TimeUp.AUTO_SUBMIT
) -> AttemptState | Refusal:
    """What ``event`` makes of ``state``, or why it is refused; an answer for each pair."""
    found = _TABLE[state][event]
    return found[time_up] if isinstance(found, Mapping) else found


# --- Rules ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRules:
    """How a quiz may be made, for everybody.

    Raises :exc:`ValueError` for a negative number, for a limit of 0 or less, and unless there is
    grace exactly where ``time_up`` gives it.
    """

    window: Window = ALWAYS
    limit: timedelta | None = None  # None: until it closes
    time_up: TimeUp = TimeUp.AUTO_SUBMIT
    grace: timedelta = NO_TIME
    most: int | None = None  # attempts; None sets no limit
    delay: timedelta = NO_TIME  # at least, between the end of one attempt and the start of the next
    builds_on_last: bool = False  # an attempt begins with the answers of the one before

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit <= NO_TIME:
            raise ValueError(f"limit={self.limit} must be > 0")
        if (self.grace > NO_TIME) != (self.time_up is TimeUp.GRACE) or self.grace < NO_TIME:
            raise ValueError(f"grace={self.grace} must be > 0 with {TimeUp.GRACE!s}, and 0 else")
        if self.most is not None and self.most < 1:
            raise ValueError(f"most={self.most} must be >= 1")
        if self.delay < NO_TIME:
            raise ValueError(f"delay={self.delay} must be >= 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accommodation:
    """What one learner gets beside the rules; who gave it, and why, is kept elsewhere.

    Raises :exc:`ValueError` for a negative number.
    """

    extra_time: int = 0  # percent of the limit
    extra_attempts: int = 0
    extension: timedelta = NO_TIME  # after the moment of closing

    def __post_init__(self) -> None:
        if self.extra_time < 0 or self.extra_attempts < 0 or self.extension < NO_TIME:
            raise ValueError(f"{self} must hold nothing below 0")


NOBODY_IN_PARTICULAR: Final = Accommodation()


def closes_at(
    rules: AttemptRules, *, personal: Accommodation = NOBODY_IN_PARTICULAR
) -> datetime | None:
    """When the quiz closes for this learner, in UTC; ``None`` when it does not."""
    closing = rules.window.closes_at
    return None if closing is None else closing + personal.extension


def end_of_attempt(
    started_at: datetime, *, rules: AttemptRules, personal: Accommodation = NOBODY_IN_PARTICULAR
) -> datetime | None:
    """Until when an attempt runs that started then, in UTC; ``None`` when it has no end.

    The limit with its extra time, or closing with its extension, whichever comes first. Extra time
    does not reach beyond closing: who needs that gets an extension as well.
    Raises :exc:`ValueError` for a moment without a zone.
    """
    ends = [closes_at(rules, personal=personal)]
    if rules.limit is not None:
        ends.append(utc(started_at) + rules.limit * (100 + personal.extra_time) / 100)
    return min((end for end in ends if end is not None), default=None)


# --- One attempt ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt of one learner, from its start on; moments in UTC.

    Raises :exc:`ValueError` before its start, for a moment without a zone, and for a state that
    does not go with ``finished_at`` (running or not) or ``was_abandoned``.
    """

    number: int  # 1 and on
    state: AttemptState
    started_at: datetime
    ends_at: datetime | None  # when time is up, without leeway and grace; None: never
    finished_at: datetime | None = None  # when it was handed in or abandoned
    was_abandoned: bool = False  # it counts 0, also when it has been graded
    builds_on: int | None = None  # number of the attempt whose answers it began with

    def __post_init__(self) -> None:
        if self.state is AttemptState.NOT_STARTED or self.number < 1:
            raise ValueError(f"{self} must have started, with a number from 1")
        if self.is_running == (self.finished_at is not None):
            raise ValueError(f"finished_at={self.finished_at} does not go with {self.state=!s}")
        is_abandoned = self.state is AttemptState.ABANDONED
        if self.state is not AttemptState.GRADED and is_abandoned != self.was_abandoned:
            raise ValueError(f"{self.was_abandoned=} does not go with {self.state=!s}")
        for name in ("started_at", "ends_at", "finished_at"):
            moment: datetime | None = getattr(self, name)
            if moment is not None:
                object.__setattr__(self, name, utc(moment))

    @property
    def is_running(self) -> bool:
        """Whether the learner can still do something."""
        return self.state in {AttemptState.IN_PROGRESS, AttemptState.OVERDUE}


@dataclass(frozen=True, slots=True)
class Step:
    """What became of an attempt. Save it also when something was refused: time may have run out."""

    attempt: Attempt
    refused: Refusal | None = None  # None: it happened


def settle(attempt: Attempt, *, rules: AttemptRules, now: datetime) -> Attempt:
    """The attempt as it is at ``now``: handed in, overdue or abandoned if its time was up.

    What happens by itself has the moment at which it was due, not the moment at which somebody
    looked; so it makes no difference how often or when this is called.
    Raises :exc:`ValueError` for a moment without a zone.
    """
    moment = utc(now)
    end = attempt.ends_at
    while attempt.is_running and end is not None:
        if attempt.state is AttemptState.OVERDUE:
            end += rules.grace
        if moment <= end + LEEWAY:
            break
        state = next_state(attempt.state, Event.EXPIRE, time_up=rules.time_up)
        if isinstance(state, Refusal):
            break
        attempt = replace(
            attempt,
            state=state,
            finished_at=None if state is AttemptState.OVERDUE else end,
            was_abandoned=state is AttemptState.ABANDONED,
        )
    return attempt


def start(
    previous: Sequence[Attempt],
    *,
    rules: AttemptRules,
    now: datetime,
    personal: Accommodation = NOBODY_IN_PARTICULAR,
) -> Attempt | Refusal:
    """A new attempt after the ``previous`` ones of this learner, in any order; or why there is not.

    Two at the same moment get the same number: keep numbers unique where they are stored.
    Raises :exc:`ValueError` for a moment without a zone.
    """
    moment = utc(now)
    settled = [settle(attempt, rules=rules, now=now) for attempt in previous]
    if refused := _why_not_start(settled, rules, personal, moment):
        return refused
    last = max((attempt.number for attempt in settled), default=0)
    return Attempt(
        number=last + 1,
        state=AttemptState.IN_PROGRESS,
        started_at=moment,
        ends_at=end_of_attempt(moment, rules=rules, personal=personal),
        builds_on=last if rules.builds_on_last and last else None,
    )


def _why_not_start(
    settled: Sequence[Attempt], rules: AttemptRules, personal: Accommodation, moment: datetime
) -> Refusal | None:
    if any(attempt.is_running for attempt in settled):
        return Refusal.ANOTHER_IS_RUNNING
    if not rules.window.has_opened(moment):
        return Refusal.NOT_OPEN_YET
    closing = closes_at(rules, personal=personal)
    if closing is not None and closing <= moment:
        return Refusal.CLOSED
    if rules.most is not None and len(settled) >= rules.most + personal.extra_attempts:
        return Refusal.NO_ATTEMPTS_LEFT
    ended = [attempt.finished_at for attempt in settled if attempt.finished_at is not None]
    # Without a delay the clock is not looked at: it may have been set back.
    if rules.delay and ended and moment < max(ended) + rules.delay:
        return Refusal.TOO_SOON
    return None


def answer(attempt: Attempt, *, rules: AttemptRules, now: datetime) -> Step:
    """Let an answer in, or say why not; one that arrives up to 5 seconds late was sent in time."""
    settled = settle(attempt, rules=rules, now=now)
    state = next_state(settled.state, Event.ANSWER)
    if isinstance(state, Refusal):
        return Step(settled, state)
    return Step(replace(settled, state=state))


def submit(attempt: Attempt, *, rules: AttemptRules, now: datetime) -> Step:
    """Hand the attempt in. Within the leeway that is as of its end, in the grace as of ``now``."""
    settled = settle(attempt, rules=rules, now=now)
    state = next_state(settled.state, Event.SUBMIT)
    if isinstance(state, Refusal):
        return Step(settled, state)
    moment = max(utc(now), settled.started_at)  # a clock that was set back
    if settled.state is AttemptState.IN_PROGRESS and settled.ends_at is not None:
        moment = min(moment, settled.ends_at)
    return Step(replace(settled, state=state, finished_at=moment))


def expire(attempt: Attempt, *, rules: AttemptRules, now: datetime) -> Step:
    """Let the clock do its work; refused when there is nothing to do, with the reason."""
    settled = settle(attempt, rules=rules, now=now)
    if settled != attempt:
        return Step(settled)
    state = next_state(attempt.state, Event.EXPIRE, time_up=rules.time_up)
    return Step(attempt, state if isinstance(state, Refusal) else Refusal.TIME_IS_LEFT)


def extend(attempt: Attempt, *, until: datetime | None, rules: AttemptRules, now: datetime) -> Step:
    """Give a running attempt a later end; ``None`` takes its end away. Time is never taken away."""
    settled = settle(attempt, rules=rules, now=now)
    state = next_state(settled.state, Event.EXTEND)
    if isinstance(state, Refusal):
        return Step(settled, state)
    if not (_is_later(until, settled.ends_at) and _is_later(until, utc(now))):
        return Step(settled, Refusal.NO_MORE_TIME)
    return Step(replace(settled, state=state, ends_at=until))


def reopen(
    attempt: Attempt,
    *,
    until: datetime | None,
    others: Sequence[Attempt],
    rules: AttemptRules,
    now: datetime,
) -> Step:
    """Undo handing in: the attempt goes on ``until`` then; ``None`` sets no end.

    ``others`` are the other attempts of this learner: none of those may be running.
    """
    settled = settle(attempt, rules=rules, now=now)
    state = next_state(settled.state, Event.REOPEN)
    if isinstance(state, Refusal):
        return Step(settled, state)
    if any(settle(other, rules=rules, now=now).is_running for other in others):
        return Step(settled, Refusal.ANOTHER_IS_RUNNING)
    if not _is_later(until, utc(now)):
        return Step(settled, Refusal.NO_MORE_TIME)
    return Step(replace(settled, state=state, ends_at=until, finished_at=None, was_abandoned=False))


def grade(attempt: Attempt, *, rules: AttemptRules, now: datetime) -> Step:
    """Say that all of the attempt has been marked; may be said again after marks changed."""
    settled = settle(attempt, rules=rules, now=now)
    state = next_state(settled.state, Event.GRADE)
    if isinstance(state, Refusal):
        return Step(settled, state)
    return Step(replace(settled, state=state))


def _is_later(until: datetime | None, moment: datetime | None) -> bool:
    """Tell whether ``until`` gives more time; no end is later than any."""
    if moment is None:
        return False
    return until is None or utc(until) > moment


# --- Several attempts ----------------------------------------------------------------------


class GradeMethod(StrEnum):
    """Which attempt counts."""

    FIRST = "first"
    LAST = "last"
    BEST = "best"
    MEAN = "mean"


def counted_grade(grades: Sequence[Fraction], *, method: GradeMethod) -> Fraction | None:
    """The grade that counts, exact; ``None`` when no attempt was finished.

    ``grades`` are those of the finished attempts, first one first; an abandoned one has 0 points.
    """
    if not grades:
        return None
    match method:
        case GradeMethod.FIRST:
            return grades[0]
        case GradeMethod.LAST:
            return grades[-1]
        case GradeMethod.BEST:
            return max(grades)
        case GradeMethod.MEAN:
            return sum(grades, Fraction(0)) / len(grades)
