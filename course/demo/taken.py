"""Quizzes that were set for a group, and everything that people did with them, as rows.

What happened is done again in the order in which it happened, with the clock, the marks and the
pictures of the features: so marking it once more gives the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush
from typing import Final, TypeAlias

from sqlalchemy import delete, select, update

from course.accounts.models import User
from course.core.clock import AMSTERDAM, now
from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import EssayQuestion
from course.demo.people import Sheet
from course.demo.plan import DemoError
from course.demo.takings import Taking
from course.demo.tries import Ending, Judged, SetQuiz, Try
from course.domain import attempts as clock
from course.domain.attempts import Refusal
from course.domain.scoring.scores import AnswerState
from course.groups.models import Group
from course.quizzes import attempts, editions, queries, regrading, sittings
from course.quizzes.models import Allowance, ItemPicture, Mark, QuizAttempt, Sitting
from course.quizzes.pictures import EVERYBODY
from course.quizzes.rekeying import Change
from course.quizzes.sittings import Given

OPENS, CLOSES = time(9), time(23)
CHANGES, GIVES = time(15), time(16)  # the instructor a key, and then the results
READ_AFTER: Final = timedelta(hours=20)  # of handing in

Due: TypeAlias = "list[tuple[datetime, int, QuizAttempt, Try]]"  # what ends first comes first


def add_quizzes(sheet: Sheet, group_id: int, users: Mapping[str, int], instructor_id: int) -> None:
    """Add the quizzes of a group with all attempts; ``users`` are by address. Does not commit.

    Raises :exc:`DemoError` where the sheet does not fit a quiz.
    """
    today = now().astimezone(AMSTERDAM).date()
    known = {told.quiz for told in sheet.quizzes}
    for learner in sheet.learners:
        if unknown := sorted(learner.quizzes.keys() - known):
            raise DemoError(f"{learner.name} takes {unknown[0]!r}, which is not set for the group")
    for told in sheet.quizzes:
        edition = editions.current(told.quiz)
        if edition is None:
            raise DemoError(f"{sheet.name} has {told.quiz!r} set, and there is no such quiz")
        sitting = _set(told, edition, group_id, instructor_id, today)
        room = _Room(told, edition, sitting, instructor_id)
        room.allow({learner.name: users[learner.address] for learner in sheet.learners})
        room.replay(
            Taking.of(told, edition, learner, users[learner.address], number, today)
            for learner in sheet.learners
            for number in range(1, 1 + len(learner.quizzes.get(told.quiz, ())))
        )
        room.change_keys(today)
        if told.given:
            sitting.released_at = _at(today - timedelta(days=told.given), GIVES)
    db.session.flush()


def forget_pictures() -> None:
    """Take what the groups of the demo answered out of what everybody did. Does not commit.

    A whole group at a time, so that what is left is a sum of whole blocks too; see
    :mod:`course.quizzes.pictures`.
    """
    of_demo = select(Group.id).where(Group.is_demo)
    theirs = db.session.scalars(select(ItemPicture).where(ItemPicture.group_id.in_(of_demo)))
    everybody = {
        (picture.slug, picture.item): picture
        for picture in db.session.scalars(select(ItemPicture).filter_by(scope=EVERYBODY))
    }
    for picture in theirs:
        _subtract(everybody[picture.slug, picture.item], picture)
    db.session.flush()
    taken = select(QuizAttempt.slug).join(User, User.id == QuizAttempt.user_id).where(User.is_demo)
    empty = delete(ItemPicture).filter_by(scope=EVERYBODY, answers=0)
    db.session.execute(empty.where(ItemPicture.slug.in_(taken)))


def _subtract(everybody: ItemPicture, theirs: ItemPicture) -> None:
    everybody.answers -= theirs.answers
    everybody.counts = {
        part: {cell: count - theirs.counts.get(part, {}).get(cell, 0) for cell, count in of.items()}
        for part, of in everybody.counts.items()
    }


def _set(
    told: SetQuiz, edition: QuizEdition, group_id: int, instructor_id: int, today: date
) -> Sitting:
    opens_at = _at(today - timedelta(days=told.opened), OPENS)
    sitting = Sitting(
        group_id=group_id,
        slug=told.quiz,
        edition_id=editions.stored_id(edition),
        rules=told.rules.to_plain(),
        opens_at=opens_at,
        closes_at=_at(today + timedelta(days=told.closes), CLOSES),
        made_by=instructor_id,
        made_at=opens_at,
    )
    db.session.add(sitting)
    db.session.flush()
    return sitting


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, AMSTERDAM)


@dataclass(slots=True)
class _Room:
    """A quiz that was set, while everything in it happens again."""

    told: SetQuiz
    edition: QuizEdition
    sitting: Sitting
    instructor_id: int
    extra: dict[int, Allowance] = field(default_factory=dict)  # by user
    rows: dict[int, list[QuizAttempt]] = field(default_factory=dict)  # by user

    def allow(self, users: Mapping[str, int]) -> None:
        """Give what somebody gets beside the rules; ``users`` are by name."""
        for each in self.told.extra:
            if each.name not in users:
                raise DemoError(f"{each.name} has extra time for {self.told.quiz}: who is that?")
            self.extra[users[each.name]] = Allowance(
                sitting_id=self.sitting.id,
                user_id=users[each.name],
                extra_time=each.extra_time,
                extra_attempts=0,
                extension=0,
                reason=each.reason,
                given_by=self.instructor_id,
                given_at=self.sitting.made_at,
            )
        db.session.add_all(self.extra.values())

    def replay(self, takings: Iterable[Taking]) -> None:
        """Begin and end all attempts, in the order in which that happened."""
        due: Due = []
        for taking in sorted(takings, key=lambda taking: taking.began):
            self._end_all(due, until=taking.began)
            row = self._begin(taking)
            db.session.add_all(taking.responses(row))
            db.session.add_all(taking.files(row))
            db.session.flush()
            if taking.told.ending is not Ending.WORKING:
                heappush(due, (taking.until(row), row.id, row, taking.told))
        self._end_all(due, until=now())

    def _end_all(self, due: Due, *, until: datetime) -> None:
        while due and due[0][0] <= until:
            ends, _number, row, told = heappop(due)
            self._end(row, told, ends)

    # --- Beginning -------------------------------------------------------------------------

    def _begin(self, taking: Taking) -> QuizAttempt:
        rules, previous = self.told.rules, self.rows.setdefault(taking.user_id, [])
        personal = attempts.personal_of(self.extra.get(taking.user_id))
        started = clock.start(
            [attempts.as_attempt(row) for row in previous],
            rules=rules.of_attempt(attempts.window_of(self.sitting)),
            now=taking.began,
            personal=personal,
        )
        if isinstance(started, Refusal):
            raise taking.unfit(f"cannot begin on {taking.began:%d %B} ({started})")
        seed, number = taking.random.randrange(attempts.SEEDS), started.number
        row = QuizAttempt(
            public_id=f"{taking.random.getrandbits(128):032x}",
            user_id=taking.user_id,
            sitting_id=self.sitting.id,
            slug=self.told.quiz,
            scope=attempts.scope_of(self.sitting),
            number=number,
            edition_id=self.sitting.edition_id,
            seed=seed,
            items=attempts.items_for(self.edition, rules, seed=seed, attempt=number),
            rules=rules.to_plain(),
            state=started.state.value,
            started_at=started.started_at,
            ends_at=started.ends_at,
            due_at=attempts.due_for(self.sitting, personal),
        )
        db.session.add(row)
        db.session.flush()
        previous.append(row)
        return row

    # --- Ending ----------------------------------------------------------------------------

    def _end(self, row: QuizAttempt, told: Try, moment: datetime) -> None:
        """Hand in, or let the clock do it; and what the instructor gave for what was written."""
        rules, attempt = attempts.attempt_rules(row), attempts.as_attempt(row)
        if told.ending is Ending.RAN_OUT:
            ended = clock.settle(attempt, rules=rules, now=moment + 2 * clock.LEEWAY)
        else:
            ended = clock.submit(attempt, rules=rules, now=moment).attempt
        attempts.become(row, ended)
        statement = update(Mark).where(Mark.attempt_id == row.id)
        db.session.execute(statement.values(given_at=row.finished_at))
        if told.judged:
            self._judge(row, told.judged, min(now(), moment + READ_AFTER))

    def _judge(self, row: QuizAttempt, judged: Judged, moment: datetime) -> None:
        for mark in queries.marks_of(row.id).values():
            written = isinstance(self.edition.quiz.item(mark.item), EssayQuestion)
            if written and mark.state == AnswerState.NEEDS_GRADING:
                given = Given(points=judged.exact, comment=judged.comment)
                sittings.judge(row, mark, given, by=self.instructor_id, at=moment)

    def change_keys(self, today: date) -> None:
        """Change the keys that were changed, with the marks that this changed."""
        for key in self.told.keys:
            change = Change(
                item=key.item, kind=key.kind, expected=key.expected, tolerance=key.tolerance
            )
            regrading.write(
                self.sitting,
                self.edition,
                change,
                mode=key.mode,
                reason=key.reason,
                made_by=self.instructor_id,
                at=_at(today - timedelta(days=key.ago), CHANGES),
            )
