"""What an instructor does with a quiz: set it for a group, allow for somebody, mark, release."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import delete, exists, select

from course.accounts.models import User
from course.audit import actions as audit
from course.audit.models import Kind as Done
from course.core.clock import now
from course.core.db import db
from course.core.i18n import DEFAULT, _, speaking
from course.core.log import log
from course.curriculum.edition import QuizEdition
from course.domain.attempts import Accommodation
from course.domain.opening import Window
from course.domain.scoring.scores import EVERYTHING, AnswerState
from course.messages import actions as messages
from course.messages.models import Kind
from course.quizzes import attempts, editions, queries
from course.quizzes.livepanel import LivePanel
from course.quizzes.models import Allowance, Judgement, Mark, QuizAttempt, Sitting
from course.quizzes.rules import Rules


def set_sitting(
    instructor_id: int,
    group_id: int,
    edition: QuizEdition,
    *,
    rules: Rules,
    window: Window,
    due_at: datetime | None = None,
    panel: LivePanel | None = None,
) -> Sitting:
    """Set a quiz for a group, as it is today: a later change of the content does not reach it.

    ``panel``: the people beside whom students lay their weighing; without it, the example.
    """
    sitting = Sitting(
        group_id=group_id,
        slug=edition.quiz.slug,
        edition_id=editions.stored_id(edition),
        rules=rules.to_plain(),
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        due_at=due_at,
        made_by=instructor_id,
        panel=panel.to_plain() if panel else None,
    )
    db.session.add(sitting)
    db.session.commit()
    log.info("sitting_set", by=instructor_id, group=group_id, quiz=sitting.slug, id=sitting.id)
    return sitting


def change(
    instructor_id: int, sitting: Sitting, *, rules: Rules, window: Window, due_at: datetime | None
) -> None:
    """Change the rules; an attempt that has begun keeps those it began with, and its end."""
    sitting.rules = rules.to_plain()
    sitting.opens_at, sitting.closes_at = window.opens_at, window.closes_at
    sitting.due_at = due_at
    db.session.commit()
    log.info("sitting_changed", by=instructor_id, sitting=sitting.id)


def remove(instructor_id: int, sitting: Sitting) -> bool:
    """Take a sitting away, while nobody has begun; ``False`` when somebody has."""
    begun = exists().where(QuizAttempt.sitting_id == Sitting.id)
    gone = db.session.execute(
        delete(Sitting).where(Sitting.id == sitting.id, ~begun).returning(Sitting.id)
    ).all()
    db.session.commit()
    log.info("sitting_removed", by=instructor_id, sitting=sitting.id, was_removed=bool(gone))
    return bool(gone)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What giving something extra did to the attempt that was running, if one was."""

    until: datetime | None = None  # its new end, where it has one
    is_longer: bool = False  # whether it ends later than before


def allow(
    instructor_id: int, sitting: Sitting, user_id: int, personal: Accommodation, *, reason: str
) -> Allowed:
    """Give one learner more than the rules do; a running attempt gets its new end at once.

    What was given before is replaced. An attempt keeps the time that it got.
    """
    there = db.session.get(Allowance, (sitting.id, user_id), with_for_update=True)
    if personal == Accommodation():
        if there is not None:
            db.session.delete(there)
    else:
        row = there or Allowance(sitting_id=sitting.id, user_id=user_id)
        row.extra_time, row.extra_attempts = personal.extra_time, personal.extra_attempts
        row.extension = int(personal.extension.total_seconds() // 60)
        row.reason, row.given_by, row.given_at = reason, instructor_id, now()
        db.session.add(row)
        _tell(sitting, user_id, row)
    found = _lengthened(sitting, user_id, personal)
    _note(Done.MORE_TIME, sitting, [user_id], by=instructor_id)
    db.session.commit()
    log.info("allowance_given", by=instructor_id, sitting=sitting.id, user=user_id)
    return found


def _tell(sitting: Sitting, user_id: int, given: Allowance) -> None:
    """The same allowance is told once, however often it is kept."""
    user, edition = db.session.get_one(User, user_id), editions.current(sitting.slug)
    what = f"{given.extra_time}:{given.extra_attempts}:{given.extension}"
    with speaking(user.language):
        title = edition.quiz.title[user.language or DEFAULT] if edition else sitting.slug
        messages.tell(
            user,
            kind=Kind.TIME,
            key=f"allowance:{sitting.id}:{user_id}:{what}",
            subject=_("You get more room for a quiz"),
            body=_("Your instructor gave you more time or attempts at “%(title)s”.", title=title),
            link=f"/quizzes/{sitting.slug}",
        )


def _note(kind: Done, sitting: Sitting, whom: Collection[int], *, by: int) -> None:
    audit.note(kind, by=by, whom=whom, group=sitting.group_id, about=sitting.slug)


def _lengthened(sitting: Sitting, user_id: int, personal: Accommodation) -> Allowed:
    for row in queries.attempts_of(user_id, sitting.slug, attempts.scope_of(sitting)):
        held = attempts.hold(row.public_id) if row.is_running else None
        if held is not None and attempts.lengthen(held, sitting, personal):
            return Allowed(until=held.ends_at, is_longer=True)
    return Allowed()


def release(instructor_id: int, sitting: Sitting, *, is_given: bool) -> None:
    """Give the results of a sitting, or take them back; giving twice keeps the first moment.

    Who took part is told, once; but not while the quiz is open, because nobody sees them yet.
    """
    if is_given != (sitting.released_at is not None):
        sitting.released_at = now() if is_given else None
        took = select(User).where(
            User.id.in_(select(QuizAttempt.user_id).filter_by(sitting_id=sitting.id))
        )
        users = list(db.session.scalars(took))
        kind = Done.RETURNED if is_given else Done.RETRACTED
        _note(kind, sitting, [user.id for user in users], by=instructor_id)
        if is_given and (sitting.closes_at is None or sitting.closes_at <= now()):
            _tell_results(sitting, users)
    db.session.commit()
    log.info("results_released", by=instructor_id, sitting=sitting.id, is_given=is_given)


def _tell_results(sitting: Sitting, users: Sequence[User]) -> None:
    edition = editions.current(sitting.slug)
    told = []
    for user in users:
        with speaking(user.language):
            title = edition.quiz.title[user.language or DEFAULT] if edition else sitting.slug
            told.append(
                messages.Told(
                    user=user,
                    key=f"quiz-results:{sitting.id}:{user.id}",
                    subject=_("The results of a quiz are there"),
                    body=_("Your instructor gave the results of “%(title)s”.", title=title),
                    link=f"/quizzes/{sitting.slug}",
                )
            )
    messages.tell_each(Kind.RESULT, told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a person gives for an answer."""

    points: Fraction  # 0 up to the maximum, exact
    comment: str


def give_mark(
    instructor_id: int, public_id: str, item: str, given: Given, *, seen: int
) -> Judgement | None:
    """Give the points of an answer that a person marks; when nothing waits, all of it is graded.

    ``seen`` is the number of the judgement that the page showed, 0 for none. When there is a newer
    one that says something else, it is given back, and nothing was changed.
    Raises :exc:`ValueError` for points out of range, and :exc:`LookupError` where there is no mark.
    """
    row = attempts.hold(public_id)
    mark = db.session.get(Mark, (row.id, item), populate_existing=True) if row else None
    if row is None or mark is None:
        raise LookupError(f"attempt {public_id} has no mark for {item!r}")
    newest = _newest(row, item)
    if newest is not None and newest.number != seen:
        db.session.commit()
        said = Fraction(newest.fraction) * mark.maximum, newest.comment or "", newest.given_by
        return None if said == (given.points, given.comment, instructor_id) else newest
    judge(row, mark, given, by=instructor_id, at=now())
    audit.note(Done.MARKED, by=instructor_id, whom=[row.user_id], about=row.slug)
    db.session.commit()
    log.info("mark_given", by=instructor_id, attempt=row.id, item=item)
    return None


def _newest(row: QuizAttempt, item: str) -> Judgement | None:
    found = queries.judgements_of(row.id, item)
    return found[-1][0] if found else None


def judge(row: QuizAttempt, mark: Mark, given: Given, *, by: int, at: datetime) -> None:
    """Within the caller's transaction: give the points; :exc:`ValueError` when out of range."""
    if not 0 <= given.points <= mark.maximum:
        raise ValueError(f"points={given.points} must be from 0 to {mark.maximum}")
    share = given.points / mark.maximum
    mark.fraction, mark.state = str(share), _state(share).value
    mark.comment, mark.given_by, mark.given_at = given.comment or None, by, at
    before = _newest(row, mark.item)
    db.session.add(
        Judgement(
            attempt_id=row.id,
            item=mark.item,
            number=before.number + 1 if before else 1,
            fraction=mark.fraction,
            comment=mark.comment,
            given_by=by,
            given_at=at,
        )
    )
    db.session.flush()
    attempts.grade_if_whole(row, queries.marks_of(row.id).values())


def _state(share: Fraction) -> AnswerState:
    if share == EVERYTHING:
        return AnswerState.RIGHT
    return AnswerState.PARTIAL if share else AnswerState.WRONG


def settle_all(rows: list[QuizAttempt]) -> list[QuizAttempt]:
    """The attempts as the clock has them now; a write only for those whose time ran out."""
    if any(attempts.is_due(row) for row in rows):
        db.session.commit()  # what is read until here may be older than what is written next
        rows = [attempts.settle(row) for row in rows]
    return rows


def has_begun(sitting_id: int) -> bool:
    """Whether anybody began an attempt."""
    return bool(db.session.scalar(select(exists().where(QuizAttempt.sitting_id == sitting_id))))
