"""The rules of a quiz as they are stored, and as the domain needs them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, Self

from course.domain.attempts import AttemptRules, GradeMethod, TimeUp, feedback
from course.domain.attempts.feedback import Policy
from course.domain.lateness import LatePolicy
from course.domain.opening import ALWAYS, Window

PERCENT: Final = 100
DAY: Final = 24  # hours


class Feedback(StrEnum):
    """When what is shown."""

    PRACTICE = "practice"  # all of it, as soon as it is handed in
    CLOSED = "closed"  # one's own answers; the rest when nobody can hand in any more
    TEST = "test"  # one's own answers; the rest after the instructor gave the results


class Late(StrEnum):
    """What becomes of an attempt that is handed in after the moment that is set for it."""

    REFUSED = "refused"  # there is no such moment: it closes, and then nothing is handed in
    MARKED = "marked"  # it is told that it was late, and costs nothing
    COSTS = "costs"  # points are taken off


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a quiz is made; kept with each attempt, so that a change never reaches back."""

    feedback: Feedback = Feedback.PRACTICE
    attempts: int | None = None  # at most; None sets no limit
    minutes: int | None = None  # for an attempt; None sets no limit
    time_up: TimeUp = TimeUp.AUTO_SUBMIT
    grace: int = 0  # minutes after the end in which it can still be handed in
    wait: int = 0  # minutes between two attempts
    builds_on_last: bool = False
    method: GradeMethod = GradeMethod.BEST
    one_page: bool = False  # else one item a page
    shuffles: bool = True  # the items, and the options in them
    weighings_count: bool = False  # those that may; by default they are for thinking
    late: Late = Late.REFUSED
    late_grace: int = 0  # minutes that are still on time
    late_percent: int = 0  # of all points, for each interval begun
    late_hours: int = DAY  # of an interval
    late_floor: int = 0  # percent of all points, below which nothing is taken

    def of_attempt(self, window: Window = ALWAYS) -> AttemptRules:
        """As the clock and the table of attempts need them. Raises :exc:`ValueError`."""
        return AttemptRules(
            window=window,
            limit=timedelta(minutes=self.minutes) if self.minutes else None,
            time_up=self.time_up,
            grace=timedelta(minutes=self.grace),
            most=self.attempts,
            delay=timedelta(minutes=self.wait),
            builds_on_last=self.builds_on_last,
        )

    def policy(self, *, weighing: bool) -> Policy:
        """What is shown of an item, and from when."""
        if self.feedback is Feedback.TEST:
            return feedback.TEST
        if self.feedback is Feedback.CLOSED:
            return feedback.AFTER_CLOSING
        return feedback.WEIGHING if weighing else feedback.PRACTICE

    def late_policy(self) -> LatePolicy | None:
        """What being late costs; ``None`` where it costs nothing. Raises :exc:`ValueError`."""
        if self.late is not Late.COSTS:
            return None
        return LatePolicy(
            share=Fraction(self.late_percent, PERCENT),
            interval=timedelta(hours=self.late_hours),
            floor=Fraction(self.late_floor, PERCENT),
        )

    def to_plain(self) -> dict[str, Any]:
        """As JSON; what is as always is left out."""
        return {
            name: value for name, value in asdict(self).items() if value != getattr(USUAL, name)
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """What :meth:`to_plain` gave."""
        values: dict[str, Any] = dict(plain)
        for name, kind in KINDS.items():
            if name in values:
                values[name] = kind(values[name])
        return cls(**values)


KINDS: Final = {"feedback": Feedback, "time_up": TimeUp, "method": GradeMethod, "late": Late}
USUAL: Final = Rules()
PRACTICE: Final = USUAL
