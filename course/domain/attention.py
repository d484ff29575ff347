"""Who may need somebody: fixed rules over what was stored, the same for everyone. No score.

A sign is a reason to ask, nothing more: with the best rules known most of those who are flagged
are doing well. So a sign names its reason and its moment, the learner reads it two days before the
instructor, can answer it, and it ends by itself when what it is about ends. What somebody
answered, weighed, wrote or clicked is no input. Specification: assessment.md, 7.2.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from fractions import Fraction
from typing import Final

from course.domain.opening import utc

QUIET_AFTER: Final = timedelta(days=14)
NEAR: Final = timedelta(days=3)  # before a deadline, for who has not begun
LATE_AFTER: Final = timedelta(days=3)
STUCK_AFTER: Final = timedelta(days=7)
UNREAD_AFTER: Final = timedelta(days=10)
WAITS_AT_MOST: Final = 5  # working days, for feedback
LOW_BELOW: Final = Fraction(2, 5)  # of the points of a quiz
LOW_IN_A_ROW: Final = 2  # quizzes
HEAD_START: Final = timedelta(hours=48)  # of the learner, before the instructor
ANSWER_LASTS: Final = timedelta(days=14)
FIRST_FREE_DAY: Final = 5  # of a week that begins at 0: Saturday


class Rule(StrEnum):
    """Why somebody may need somebody, in the order in which it is told."""

    HELP = "help"  # asked for it: always first
    LATE = "late"  # what was due is not handed in
    NOT_BEGUN = "not-begun"  # the deadline is near
    STUCK = "stuck"  # came back to the same step and did not finish it
    QUIET = "quiet"  # nothing opened or saved
    UNREAD = "unread"  # feedback that was not opened
    LOW = "low"  # two quizzes in a row
    WAITING = "waiting"  # for feedback: the instructor's own to do


OF_LEARNER: Final = frozenset(Rule) - {Rule.HELP, Rule.WAITING}  # these the learner reads first


class Attention(StrEnum):
    """How much is asked of an instructor."""

    NONE = "none"
    LOOK = "look"  # one sign
    CONTACT = "contact"  # two or more, or the learner asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something with a deadline, for one learner."""

    subject: str
    at: datetime  # with what this learner got more
    is_begun: bool
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """The step that a learner is at."""

    subject: str
    since: datetime  # the last step done, or the beginning of the lesson
    seen_at: datetime  # the last visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one learner in one group. Every moment has a zone."""

    joined_at: datetime
    active_at: datetime | None = None  # something was opened or saved; None: never yet
    asked: Mapping[str, datetime] = field(default_factory=dict)  # not answered yet; by subject
    due: Sequence[Due] = ()
    at: Sequence[At] = ()  # in the lessons that are begun and not done
    unread: Mapping[str, datetime] = field(default_factory=dict)  # when it was returned
    waiting: Mapping[str, datetime] = field(default_factory=dict)  # when it was handed in
    shares: Sequence[tuple[datetime, Fraction]] = ()  # of quizzes with results, oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """The weeks in which a group is taught; open at an end that is ``None``."""

    begins: datetime | None = None
    ends: datetime | None = None
    free: frozenset[date] = frozenset()  # holidays, in the zone of the school


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A rule that holds for a learner."""

    rule: Rule
    subject: str  # what it is about; "" for the course as a whole
    since: datetime  # from when the rule holds
    fact: datetime  # the moment that the rule is about: the last visit, the deadline, the question
    was_never_here: bool = False  # then the fact is when they joined, or when the group began

    @property
    def told_at(self) -> datetime:
        """From when the instructor sees it; the learner sees it from ``since``."""
        return self.since + HEAD_START if self.rule in OF_LEARNER else self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a learner said to a sign: it rests for a while, or for good when they object."""

    rule: Rule
    subject: str
    at: datetime
    is_objection: bool = False


def signs(facts: Facts, *, now: datetime, term: Term, zone: tzinfo) -> list[Sign]:
    """The rules that hold ``now``, in the order of :class:`Rule`, then by moment and subject.

    Raises :exc:`ValueError` for a moment without a zone.
    """
    utc(now)
    order = list(Rule)
    found = [
        *_help(facts),
        *_deadlines(facts, now),
        *_stuck(facts, zone),
        *_quiet(facts, term),
        *_unread(facts),
        *_low(facts),
        *_waiting(facts, term, zone),
    ]
    return sorted(
        (sign for sign in found if sign.since <= now and not _is_over(sign, term, now)),
        key=lambda sign: (order.index(sign.rule), sign.since, sign.subject),
    )


def told(found: Sequence[Sign], answers: Collection[Answer], *, now: datetime) -> list[Sign]:
    """Of the signs that hold, those that the instructor sees: not yet, answered ones rest."""
    return [sign for sign in found if sign.told_at <= now and not rests(sign, answers, now=now)]


def rests(sign: Sign, answers: Collection[Answer], *, now: datetime) -> bool:
    """Whether the learner answered this sign a short while ago, or objected to it."""
    return any(
        answer.rule is sign.rule
        and answer.subject == sign.subject
        and (answer.is_objection or now < answer.at + ANSWER_LASTS)
        for answer in answers
        # A question is asked again by asking, and an instructor's debt is not the learner's.
        if sign.rule in OF_LEARNER
    )


def attention(found: Sequence[Sign]) -> Attention:
    """How much these signs ask; waiting for feedback is the instructor's and asks no talk."""
    own = [sign.rule for sign in found if sign.rule is not Rule.WAITING]
    if Rule.HELP in own or len(own) > 1:
        return Attention.CONTACT
    return Attention.LOOK if own else Attention.NONE


def _is_over(sign: Sign, term: Term, now: datetime) -> bool:
    """After the last week only what was asked and what is owed is still told."""
    return sign.rule in OF_LEARNER and term.ends is not None and now >= term.ends


def _help(facts: Facts) -> Iterator[Sign]:
    for subject, at in facts.asked.items():
        yield Sign(rule=Rule.HELP, subject=subject, since=at, fact=at)


def _deadlines(facts: Facts, now: datetime) -> Iterator[Sign]:
    for due in facts.due:
        if due.is_done:
            continue
        late = due.at + LATE_AFTER
        if now >= late:
            yield Sign(rule=Rule.LATE, subject=due.subject, since=late, fact=due.at)
        elif not due.is_begun:
            since = max(due.at - NEAR, facts.joined_at)
            yield Sign(rule=Rule.NOT_BEGUN, subject=due.subject, since=since, fact=due.at)


def _stuck(facts: Facts, zone: tzinfo) -> Iterator[Sign]:
    for step in facts.at:
        came_back = step.seen_at.astimezone(zone).date() > step.since.astimezone(zone).date()
        if came_back:
            since = max(step.since + STUCK_AFTER, step.seen_at)
            yield Sign(rule=Rule.STUCK, subject=step.subject, since=since, fact=step.since)


def _quiet(facts: Facts, term: Term) -> Iterator[Sign]:
    begins = max(facts.joined_at, term.begins or facts.joined_at)
    silent = max(facts.active_at or begins, begins)
    yield Sign(
        rule=Rule.QUIET,
        subject="",
        since=silent + QUIET_AFTER,
        fact=facts.active_at or begins,
        was_never_here=facts.active_at is None,
    )


def _unread(facts: Facts) -> Iterator[Sign]:
    for subject, at in facts.unread.items():
        yield Sign(rule=Rule.UNREAD, subject=subject, since=at + UNREAD_AFTER, fact=at)


def _low(facts: Facts) -> Iterator[Sign]:
    in_a_row = facts.shares[-LOW_IN_A_ROW:]
    if len(in_a_row) == LOW_IN_A_ROW and all(share < LOW_BELOW for _at, share in in_a_row):
        at = in_a_row[-1][0]
        yield Sign(rule=Rule.LOW, subject="", since=at, fact=at)


def _waiting(facts: Facts, term: Term, zone: tzinfo) -> Iterator[Sign]:
    for subject, at in facts.waiting.items():
        since = after_working_days(at, WAITS_AT_MOST, free=term.free, zone=zone)
        yield Sign(rule=Rule.WAITING, subject=subject, since=since, fact=at)


def after_working_days(
    at: datetime, days: int, *, free: Collection[date], zone: tzinfo
) -> datetime:
    """The beginning of the day after ``days`` >= 0 whole working days, in ``zone``.

    The day of ``at`` itself is not counted, nor a Saturday, a Sunday or a day of ``free``.
    """
    day, left = at.astimezone(zone).date(), days
    while left > 0:
        day += timedelta(days=1)
        left -= day.weekday() < FIRST_FREE_DAY and day not in free
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=zone)
