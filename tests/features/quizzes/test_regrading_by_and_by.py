"""A confirmed change of a key: worked out in lots, shown at once, and never lost on the way."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from course.accounts.models import User
from course.core.db import db
from course.curriculum.schema import SingleQuestion
from course.domain.attempts.regrading import Apply, Row, dry_run
from course.quizzes import queries, regrading, remarking, sittings
from course.quizzes.models import KeyChange, MarkChange, QuizAttempt, Sitting
from course.quizzes.regrading import Overtaken
from course.quizzes.rekeying import CannotRekey, Change, Kind
from tests.factories import Factory
from tests.features.at_once import at_once
from tests.features.quizzes.regraded import confirmed, regraded
from tests.features.teaching import sat

InApp = Callable[[], AbstractContextManager[None]]
STEP = timedelta(0)  # one lot, and then stop


@pytest.fixture
def teacher(make: Factory) -> User:
    return make.instructor()


@pytest.fixture
def people(make: Factory) -> list[User]:
    with make.together():
        return [make.learner() for _person in range(3)]


@pytest.fixture
def sitting(make: Factory, teacher: User, people: list[User]) -> Sitting:
    return make.sitting(people[0], group=make.group(instructors=[teacher], learners=people))


@pytest.fixture
def single(make: Factory) -> SingleQuestion:
    return next(item for item in make.quiz().quiz.items if isinstance(item, SingleQuestion))


@pytest.fixture
def essay(make: Factory) -> str:
    return next(item.slug for item in make.quiz().quiz.items if item.type == "essay")


@pytest.fixture
def handed_in(make: Factory, sitting: Sitting, people: list[User]) -> list[QuizAttempt]:
    """Three attempts in which everything is right."""
    given = sat.right(make.quiz())
    return [sat.handed_in(make, person, sitting, given) for person in people]


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regrading, "BATCH", 1)


def maxima(in_app: InApp, rows: list[QuizAttempt], item: str) -> list[int]:
    with in_app():
        return [queries.marks_of(row.id)[item].maximum for row in rows]


def earned_by(in_app: InApp, row: QuizAttempt) -> dict[str, tuple[str, int, str]]:
    with in_app():
        marks = queries.marks_of(row.id)
    return {slug: (mark.fraction, mark.maximum, mark.state) for slug, mark in marks.items()}


# --- Never half ----------------------------------------------------------------------------


@pytest.mark.usefixtures("one_by_one")
def test_nothing_of_a_change_is_seen_until_all_of_it_is_worked_out(
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    handed_in: list[QuizAttempt],
) -> None:
    counts = single.points
    with in_app():
        row = confirmed(sitting, Change(item=single.slug, kind=Kind.DROP), by=teacher.id)
    for done in (1, 2, 3):
        with in_app():
            assert not regrading.go_on(sitting.id, within=STEP)
            found = regrading.progress_of(db.session.get_one(KeyChange, row.id))
            assert (found.done, found.attempts, found.changed) == (done, 3, done)
        assert maxima(in_app, handed_in, single.slug) == [counts] * 3
    with in_app():
        assert regrading.go_on(sitting.id)
        assert db.session.get_one(KeyChange, row.id).shown_at
    assert maxima(in_app, handed_in, single.slug) == [0] * 3


@pytest.mark.usefixtures("one_by_one")
def test_whoever_goes_on_after_a_crash_begins_where_it_stopped(
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    handed_in: list[QuizAttempt],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at = []

    def crash_at_the_second(attempts: Any, **rest: Any) -> list[Row]:
        looked_at.append(attempts[0].attempt)
        if len(looked_at) == 2:
            raise ZeroDivisionError
        return dry_run(attempts, **rest)

    monkeypatch.setattr(remarking, "dry_run", crash_at_the_second)
    with in_app():
        row = confirmed(sitting, Change(item=single.slug, kind=Kind.DROP), by=teacher.id)
    with pytest.raises(ZeroDivisionError), in_app():
        regrading.go_on(sitting.id)
    assert maxima(in_app, handed_in, single.slug) == [single.points] * 3
    with in_app():
        regrading.finish_all()
        assert regrading.progress_of(db.session.get_one(KeyChange, row.id)).changed == 3
    first, second, third = (str(each.id) for each in handed_in)
    assert looked_at == [first, second, second, third]
    assert maxima(in_app, handed_in, single.slug) == [0] * 3


@pytest.mark.usefixtures("one_by_one")
def test_several_who_work_on_it_at_once_take_turns(
    app: Flask,
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    handed_in: list[QuizAttempt],
) -> None:
    with in_app():
        confirmed(sitting, Change(item=single.slug, kind=Kind.DROP), by=teacher.id)

    def work() -> bool:
        with app.app_context():
            return regrading.go_on(sitting.id)

    assert at_once([work] * 4) == [True] * 4
    with in_app():
        assert db.session.scalar(select(func.count()).select_from(MarkChange)) == 3
    assert maxima(in_app, handed_in, single.slug) == [0] * 3


@pytest.mark.usefixtures("one_by_one")
def test_who_hands_in_meanwhile_is_marked_with_the_new_key_and_only_once(
    make: Factory,
    in_app: InApp,
    teacher: User,
    people: list[User],
    sitting: Sitting,
    single: SingleQuestion,
) -> None:
    given = sat.right(make.quiz())
    before = sat.handed_in(make, people[0], sitting, given)
    with in_app():
        confirmed(sitting, Change(item=single.slug, kind=Kind.DROP), by=teacher.id)
        regrading.go_on(sitting.id, within=STEP)
    during = sat.handed_in(make, people[1], sitting, given)
    assert maxima(in_app, [before, during], single.slug) == [single.points, 0]
    with in_app():
        assert regrading.go_on(sitting.id)
        assert db.session.scalars(select(MarkChange.attempt_id)).all() == [before.id]
    assert maxima(in_app, [before, during], single.slug) == [0, 0]


def test_points_that_somebody_gives_meanwhile_are_not_lost(
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    essay: str,
    handed_in: list[QuizAttempt],
) -> None:
    row = handed_in[0]
    with in_app():
        confirmed(sitting, Change(item=essay, kind=Kind.DROP), by=teacher.id)
        regrading.go_on(sitting.id, within=STEP)
        given = sittings.Given(points=Fraction(1), comment="Mooi.")
        assert sittings.give_mark(teacher.id, row.public_id, essay, given, seen=0) is None
        assert regrading.go_on(sitting.id)
        mark = queries.marks_of(row.id)[essay]
        judged = mark.fraction
        assert (Fraction(judged) > 0, mark.maximum, mark.comment) == (True, 0, "Mooi.")
        told = db.session.scalars(select(MarkChange).filter_by(attempt_id=row.id)).one()
    assert (told.before["fraction"], told.after["fraction"]) == (judged, judged)


# --- Confirmed once ------------------------------------------------------------------------


def test_a_second_click_finds_what_the_first_one_stored(
    in_app: InApp, teacher: User, sitting: Sitting, single: SingleQuestion
) -> None:
    change = Change(item=single.slug, kind=Kind.DROP)
    with in_app():
        first, second = (
            regrading.confirm(
                sitting.id, change, mode=Apply.ALL, reason="Fout.", made_by=teacher.id, seen=0
            )
            for _click in range(2)
        )
        assert isinstance(first, KeyChange)
        assert first is second
        assert len(regrading.history(sitting.id)) == 1


@pytest.mark.parametrize("is_done", [True, False])
def test_what_a_colleague_changed_in_the_meantime_is_looked_at_first(
    make: Factory,
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    essay: str,
    is_done: bool,
) -> None:
    colleague = make.instructor()
    with in_app():
        change = Change(item=essay, kind=Kind.FULL)
        earlier = confirmed(sitting, change, by=colleague.id)
        if is_done:
            regrading.go_on(sitting.id)
        mine = Change(item=single.slug, kind=Kind.DROP)
        seen = 0 if is_done else earlier.id
        found = regrading.confirm(
            sitting.id, mine, mode=Apply.ALL, reason="Fout.", made_by=teacher.id, seen=seen
        )
        assert found == Overtaken(earlier)
        assert regrading.history(sitting.id) == [earlier]


# --- Left out, and back --------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.FULL])
@pytest.mark.parametrize("of_type", ["single", "essay", "matching"])
def test_counting_a_question_again_gives_everybody_what_they_had(
    make: Factory,
    in_app: InApp,
    teacher: User,
    people: list[User],
    sitting: Sitting,
    essay: str,
    kind: Kind,
    of_type: str,
) -> None:
    item = next(item.slug for item in make.quiz().quiz.items if item.type == of_type)
    rows = [
        sat.handed_in(make, people[0], sitting, sat.right(make.quiz())),
        sat.handed_in(make, people[1], sitting, {}),
    ]
    with in_app():
        given = sittings.Given(points=Fraction(1, 2), comment="")
        sittings.give_mark(teacher.id, rows[0].public_id, essay, given, seen=0)
    before = [earned_by(in_app, row) for row in rows]
    with in_app():
        regraded(sitting, Change(item=item, kind=kind), by=teacher.id)
    assert [earned_by(in_app, row) for row in rows] != before
    with in_app():
        regraded(sitting, Change(item=item, kind=Kind.BACK), by=teacher.id)
    assert [earned_by(in_app, row) for row in rows] == before


def test_what_was_not_left_out_cannot_be_counted_again(
    make: Factory, in_app: InApp, sitting: Sitting, single: SingleQuestion
) -> None:
    change = Change(item=single.slug, kind=Kind.BACK)
    with in_app(), pytest.raises(CannotRekey, match="not-for-this-item"):
        regrading.preview(sitting, make.quiz(), change, Apply.ALL)


def test_the_last_question_that_counts_cannot_be_left_out(
    make: Factory,
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    handed_in: list[QuizAttempt],
) -> None:
    with in_app():
        counting = [
            slug for slug, mark in queries.marks_of(handed_in[0].id).items() if mark.maximum
        ]
        last = counting[-1]
        for slug in counting[:-1]:
            regraded(sitting, Change(item=slug, kind=Kind.DROP), by=teacher.id)
        change = Change(item=last, kind=Kind.DROP)
        with pytest.raises(CannotRekey, match="only-item"):
            regrading.preview(sitting, make.quiz(), change, Apply.ALL)
        assert regraded(sitting, change, by=teacher.id) < 3
        assert queries.marks_of(handed_in[0].id)[last].maximum


def test_a_text_that_is_left_out_waits_for_nobody(
    make: Factory,
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    essay: str,
    handed_in: list[QuizAttempt],
) -> None:
    with in_app():
        assert db.session.get_one(QuizAttempt, handed_in[0].id).state == "submitted"
        regraded(sitting, Change(item=essay, kind=Kind.DROP), by=teacher.id)
    with in_app():
        states = db.session.scalars(select(QuizAttempt.state)).all()
    assert states == ["graded"] * 3


def test_the_worker_finishes_what_was_confirmed(
    in_app: InApp, teacher: User, sitting: Sitting, single: SingleQuestion
) -> None:
    with in_app():
        row = confirmed(sitting, Change(item=single.slug, kind=Kind.DROP), by=teacher.id)
    with in_app():
        regrading.finish_all()
    with in_app():
        assert db.session.get_one(KeyChange, row.id).shown_at
