"""Attempts at a quiz: begin one, save a response, hand in, and what the clock does by itself.

The end of an attempt is fixed when it begins, and only the clock of the server counts. Whoever
writes holds the row of the attempt, so that a response never arrives in what is being marked.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, literal, select
from sqlalchemy.exc import IntegrityError

from course.core.clock import now
from course.core.db import db, insert_if_absent
from course.core.log import log
from course.curriculum.edition import QuizEdition
from course.domain import attempts as clock
from course.domain.attempts import Accommodation, Attempt, AttemptState, Refusal
from course.domain.attempts.drawing import drawn, shuffled
from course.domain.opening import Window
from course.domain.scoring.scores import AnswerState
from course.quizzes import editions, guarding, pictures, queries
from course.quizzes.livepanel import keys_of
from course.quizzes.models import Allowance, Mark, QuizAttempt, Response, ResponseFile, Sitting
from course.quizzes.rekeying import marked
from course.quizzes.responses import Kept
from course.quizzes.rules import PRACTICE, Rules

PRACTICE_SCOPE: Final = "practice"
SEEDS: Final = 2**31
ORDER_OF_ITEMS: Final = 0  # the lot that puts the items in order; the items themselves follow
FIRST_POOL: Final = 900  # lots of pools, apart from those of items


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is no attempt, or no answer; nothing was changed but what the clock did."""

    why: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What a page holds for one item."""

    given: Kept
    reason: str | None = None
    certainty: int | None = None

    def is_in(self, response: Response | None) -> bool:
        """Whether this is what is kept already; of an item that was never saved: nothing."""
        kept = (response.given, response.reason, response.certainty) if response else (None,) * 3
        return kept == (self.given, self.reason, self.certainty)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What the database holds for a page now. ``is_stale``: a newer one was there and was kept."""

    revision: int  # the sum of those of the items
    saved_at: datetime
    responses: Mapping[str, Response]
    is_stale: bool = False


# --- Beginning -----------------------------------------------------------------------------


def scope_of(sitting: Sitting | None) -> str:
    """The attempts that are counted together."""
    return f"sitting-{sitting.id}" if sitting else PRACTICE_SCOPE


def rules_of(sitting: Sitting | None) -> Rules:
    """The rules of a sitting, or those for practice."""
    return Rules.from_plain(sitting.rules) if sitting else PRACTICE


def window_of(sitting: Sitting | None) -> Window:
    """When it is open."""
    return Window(opens_at=sitting.opens_at, closes_at=sitting.closes_at) if sitting else Window()


def personal_of(allowance: Allowance | None) -> Accommodation:
    """What this learner gets beside the rules."""
    if allowance is None:
        return Accommodation()
    return Accommodation(
        extra_time=allowance.extra_time,
        extra_attempts=allowance.extra_attempts,
        extension=timedelta(minutes=allowance.extension),
    )


def due_for(sitting: Sitting | None, personal: Accommodation) -> datetime | None:
    """When this learner has to have handed in, so as not to be late; ``None``: nobody is late."""
    due = sitting.due_at if sitting else None
    return due + personal.extension if due else None


def begin(user_id: int, edition: QuizEdition, sitting: Sitting | None) -> QuizAttempt | Refused:
    """Begin an attempt, or give the one that is running; refused where the rules say so.

    Of many clicks at once one begins it: the number is unique for this learner, quiz and sitting.
    """
    scope, slug = scope_of(sitting), edition.quiz.slug
    rules = rules_of(sitting)
    previous = [settle(row) for row in queries.attempts_of(user_id, slug, scope)]
    for row in previous:
        if row.is_running:
            return row
    if sitting is None and guarding.guard_of(user_id, slug):
        return Refused(Refusal.SET_AS_TEST)
    personal = personal_of(queries.allowance_of(sitting.id, user_id) if sitting else None)
    started = clock.start(
        [as_attempt(row) for row in previous],
        rules=rules.of_attempt(window_of(sitting)),
        now=now(),
        personal=personal,
    )
    if isinstance(started, Refusal):
        return Refused(started)
    seed = secrets.randbelow(SEEDS)
    row = QuizAttempt(
        public_id=secrets.token_urlsafe(16),
        user_id=user_id,
        sitting_id=sitting.id if sitting else None,
        slug=slug,
        scope=scope,
        number=started.number,
        edition_id=sitting.edition_id if sitting else editions.stored_id(edition),
        seed=seed,
        items=items_for(edition, rules, seed=seed, attempt=started.number),
        rules=rules.to_plain(),
        state=started.state.value,
        started_at=started.started_at,
        ends_at=started.ends_at,
        due_at=due_for(sitting, personal),
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # another click was first
        db.session.rollback()
        running = [item for item in queries.attempts_of(user_id, slug, scope) if item.is_running]
        return running[0] if running else Refused(Refusal.ANOTHER_IS_RUNNING)
    if started.builds_on:
        _take_over(row, next(item for item in previous if item.number == started.builds_on))
    db.session.commit()
    log.info("quiz_begun", user=user_id, quiz=slug, scope=scope, number=row.number)
    return row


def why_not_begin(
    rows: Sequence[QuizAttempt], sitting: Sitting | None, personal: Accommodation
) -> Refusal | None:
    """Why nothing can be begun now after these attempts; ``None`` also while one is running."""
    rules = rules_of(sitting).of_attempt(window_of(sitting))
    found = clock.start(
        [as_attempt(row) for row in rows], rules=rules, now=now(), personal=personal
    )
    if isinstance(found, Refusal) and found is not Refusal.ANOTHER_IS_RUNNING:
        return found
    return None


def items_for(edition: QuizEdition, rules: Rules, *, seed: int, attempt: int) -> list[str]:
    """The items of an attempt, drawn once, in the order in which they are shown."""
    left_out: set[str] = set()
    for place, pool in enumerate(edition.quiz.pools):
        slot = FIRST_POOL + place
        taken = drawn(pool.items, count=pool.take, seed=seed, attempt=attempt, slot=slot)
        left_out |= set(pool.items) - set(taken)
    slugs = [item.slug for item in edition.quiz.items if item.slug not in left_out]
    if not rules.shuffles:
        return slugs
    return shuffled(slugs, seed=seed, attempt=attempt, question=ORDER_OF_ITEMS)


def _take_over(row: QuizAttempt, earlier: QuizAttempt) -> None:
    for response in queries.responses_of(earlier.id).values():
        if response.item in row.items:
            db.session.add(
                Response(
                    attempt_id=row.id,
                    item=response.item,
                    given=response.given,
                    reason=response.reason,
                    certainty=response.certainty,
                    revision=1,
                )
            )
    columns = [column for column in ResponseFile.__table__.c if column.key != "attempt_id"]
    theirs = select(literal(row.id), *columns).where(
        ResponseFile.attempt_id == earlier.id, ResponseFile.item.in_(row.items)
    )
    names = ["attempt_id", *(column.key for column in columns)]
    db.session.execute(insert(ResponseFile).from_select(names, theirs, include_defaults=False))


# --- The clock -----------------------------------------------------------------------------


def as_attempt(row: QuizAttempt) -> Attempt:
    """A row as the domain knows it."""
    return Attempt(
        number=row.number,
        state=AttemptState(row.state),
        started_at=row.started_at,
        ends_at=row.ends_at,
        finished_at=row.finished_at,
        was_abandoned=row.was_abandoned,
    )


def attempt_rules(row: QuizAttempt) -> clock.AttemptRules:
    """The rules that an attempt began with; its end is its own."""
    return Rules.from_plain(row.rules).of_attempt()


def is_due(row: QuizAttempt) -> bool:
    """Whether the clock has something to do with it; nothing is asked of the database."""
    settled = clock.settle(as_attempt(row), rules=attempt_rules(row), now=now())
    return settled.state != row.state


def settle(row: QuizAttempt) -> QuizAttempt:
    """What the clock did since: time may have run out. Committed, and marked, when it has."""
    if is_due(row):
        locked = hold(row.public_id)
        if locked is not None:
            become(locked, clock.settle(as_attempt(locked), rules=attempt_rules(row), now=now()))
        db.session.commit()
    return row


def hold(public_id: str) -> QuizAttempt | None:
    """Within the caller's transaction: the attempt, which nobody else changes until it ends."""
    statement = (
        select(QuizAttempt)
        .filter_by(public_id=public_id)
        .with_for_update(of=QuizAttempt)
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(statement)


def become(row: QuizAttempt, attempt: Attempt) -> None:
    """Within the caller's transaction: what the learner or the clock did; marked when it ended."""
    with db.session.no_autoflush:  # its row is written once, when it is marked
        row.state = attempt.state.value
        row.finished_at = attempt.finished_at
        row.was_abandoned = attempt.was_abandoned
        if attempt.is_running:
            return
        edition = queries.edition_of(row)
        _mark(row, edition)
    if not row.was_abandoned:
        pictures.take(row, edition)


# --- Answering -----------------------------------------------------------------------------


def save(row: QuizAttempt, entered: Mapping[str, Entered], *, revision: int) -> Saved | Refused:
    """Keep what a page holds, by item, when it goes on from ``revision``: all of it, or nothing.

    ``revision`` is the sum of those of the items on the page, as the page showed them. An older
    page never overwrites a newer response; sending the same twice is not stale.
    """
    locked = hold_to_answer(row.public_id)
    if isinstance(locked, Refused):
        return locked
    kept = {slug: item for slug, item in queries.responses_of(locked.id).items() if slug in entered}
    changed = {slug: new for slug, new in entered.items() if not new.is_in(kept.get(slug))}
    saved = Saved(
        revision=sum(item.revision for item in kept.values()),
        saved_at=max((item.saved_at for item in kept.values()), default=now()),
        responses=kept,
    )
    if changed and saved.revision != revision:
        db.session.rollback()
        return replace(saved, is_stale=True)
    for slug, new in changed.items():
        there = kept.get(slug)
        if there is None:
            there = Response(attempt_id=locked.id, item=slug, revision=0, is_flagged=False)
            db.session.add(there)
            kept[slug] = there
        there.given, there.reason, there.certainty = new.given, new.reason, new.certainty
        there.revision, there.saved_at = there.revision + 1, now()
    db.session.commit()
    if not changed:
        return saved
    return replace(saved, revision=saved.revision + len(changed), saved_at=now())


def hold_to_answer(public_id: str) -> QuizAttempt | Refused:
    """As :func:`hold`, of an attempt that may still be answered; a refusal ends the transaction."""
    locked = hold(public_id)
    if locked is None:
        raise LookupError(f"attempt {public_id} is gone")
    step = clock.answer(as_attempt(locked), rules=attempt_rules(locked), now=now())
    if step.refused is None:
        return locked
    _become_if_changed(locked, step.attempt)
    db.session.commit()
    ended = step.attempt
    by_the_clock = ended.ends_at is not None and ended.finished_at == ended.ends_at
    return Refused(Refusal.TIME_IS_UP if by_the_clock else step.refused)


def lengthen(row: QuizAttempt, sitting: Sitting, personal: Accommodation) -> bool:
    """Within the caller's transaction, which holds ``row``: give a running attempt its new end.

    From its own start, by its own rules and today's closing. Time is never taken away: what would
    end earlier than it does, or than now, keeps its end. Gives whether it ends later.
    """
    rules = Rules.from_plain(row.rules).of_attempt(window_of(sitting))
    until = clock.end_of_attempt(row.started_at, rules=rules, personal=personal)
    step = clock.extend(as_attempt(row), until=until, rules=attempt_rules(row), now=now())
    _become_if_changed(row, step.attempt)
    due = due_for(sitting, personal)
    if step.attempt.is_running and row.due_at and due:
        row.due_at = max(row.due_at, due)
    if step.refused:
        return False
    row.ends_at = step.attempt.ends_at
    return True


def _become_if_changed(row: QuizAttempt, attempt: Attempt) -> None:
    if attempt.state != row.state:
        become(row, attempt)


def flag(row: QuizAttempt, item: str, *, is_flagged: bool) -> None:
    """Mark an item to come back to, or take that mark away."""
    if not row.is_running:
        return
    insert_if_absent(
        Response, attempt_id=row.id, item=item, revision=1, is_flagged=False, saved_at=now()
    )
    db.session.get_one(Response, (row.id, item)).is_flagged = is_flagged
    db.session.commit()


def submit(row: QuizAttempt) -> Refused | None:
    """Hand in, and mark what can be marked; a second click finds it done."""
    locked = hold(row.public_id)
    if locked is None:
        raise LookupError(f"attempt {row.public_id} is gone")
    step = clock.submit(as_attempt(locked), rules=attempt_rules(locked), now=now())
    _become_if_changed(locked, step.attempt)
    db.session.commit()
    if step.refused in {Refusal.ALREADY_SUBMITTED, Refusal.ALREADY_GRADED}:
        return None
    if step.refused:
        return Refused(step.refused)
    log.info("quiz_submitted", user=locked.user_id, quiz=locked.slug, number=locked.number)
    return None


# --- Marking -------------------------------------------------------------------------------


def _mark(row: QuizAttempt, edition: QuizEdition) -> None:
    """Within the caller's transaction: mark all items of an attempt that has ended."""
    rules = Rules.from_plain(row.rules)
    responses = queries.responses_of(row.id)
    panel = queries.panel_of(row.sitting_id, is_held=True)
    changes = queries.key_changes(row.sitting_id)
    keys = keys_of(edition, panel)
    counts = rules.weighings_count
    marks = []
    for slug in row.items:
        response = responses.get(slug)
        given = None if row.was_abandoned or response is None else response.given
        found = marked(edition, slug, given, keys=keys, changes=changes, weighings_count=counts)
        if found is not None:
            marks.append(
                Mark(
                    attempt_id=row.id,
                    item=slug,
                    fraction=str(found.fraction),
                    maximum=found.maximum,
                    state=found.state,
                    key=found.key,
                )
            )
    db.session.execute(delete(Mark).where(Mark.attempt_id == row.id))  # it was reopened
    db.session.add_all(marks)
    grade_if_whole(row, marks)
    db.session.flush()


def grade_if_whole(row: QuizAttempt, marks: Iterable[Mark]) -> None:
    """Within the caller's transaction: an attempt of which nothing waits for a person is graded."""
    if any(waits(mark) for mark in marks):
        return
    step = clock.grade(as_attempt(row), rules=attempt_rules(row), now=now())
    if step.refused is None:
        row.state = step.attempt.state.value


def waits(mark: Mark) -> bool:
    """Whether a person still has to mark it; what does not count waits for nobody."""
    return bool(mark.maximum) and mark.state == AnswerState.NEEDS_GRADING
