"""Marking again after a key changed: told beforehand, done with a reason, and never in silence."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest
from sqlalchemy import select

from course.accounts.models import User
from course.audit.models import Entry
from course.audit.models import Kind as Done
from course.core.db import db
from course.curriculum.quizzes import AnyItem, ShortQuestion
from course.curriculum.schema import SingleQuestion
from course.domain.attempts.regrading import Apply
from course.quizzes import attempts, queries, regrading
from course.quizzes.models import MarkChange, Response, Sitting
from course.quizzes.rekeying import CannotRekey, Change, Kind, rekeyed
from tests.factories import QUIZ, Factory
from tests.features.quizzes.regraded import regraded

InApp = Callable[[], AbstractContextManager[None]]
Hand = Callable[[User, dict[str, object]], int]


@pytest.fixture
def single(make: Factory) -> SingleQuestion:
    return next(item for item in make.quiz().quiz.items if isinstance(item, SingleQuestion))


@pytest.fixture
def people(make: Factory) -> list[User]:
    return [make.learner() for _person in range(3)]


@pytest.fixture
def sitting(make: Factory, people: list[User]) -> Sitting:
    group = make.group(instructors=[make.instructor()], learners=people)
    return make.sitting(people[0], group=group)


@pytest.fixture
def hand_in(make: Factory, in_app: InApp, sitting: Sitting) -> Hand:
    """``hand_in(user, {item: kept})``: an attempt in the sitting; gives its number."""

    def handed(user: User, given: dict[str, object]) -> int:
        edition = make.quiz()
        with in_app():
            here = db.session.get_one(Sitting, sitting.id)
            row = attempts.begin(user.id, edition, here)
            assert not isinstance(row, attempts.Refused)
            for slug, kept in given.items():
                db.session.add(Response(attempt_id=row.id, item=slug, revision=1, given=kept))
            db.session.commit()
            attempts.submit(row)
            return row.id

    return handed


def wrong_and_right(single: SingleQuestion) -> tuple[str, str]:
    options = {option.right: option.slug for option in single.options}
    return options[False], options[True]


def change_to(single: SingleQuestion, slug: str) -> Change:
    return Change(item=single.slug, kind=Kind.RIGHT, right=(slug,))


def fraction_of(in_app: InApp, attempt: int, slug: str) -> tuple[str, int]:
    with in_app():
        mark = queries.marks_of(attempt)[slug]
        return mark.fraction, mark.maximum


def test_the_preview_tells_who_changes_and_by_how_much_and_changes_nothing(
    make: Factory,
    in_app: InApp,
    people: list[User],
    sitting: Sitting,
    hand_in: Hand,
    single: SingleQuestion,
) -> None:
    wrong, right = wrong_and_right(single)
    gains, loses = (
        hand_in(people[0], {single.slug: wrong}),
        hand_in(people[1], {single.slug: right}),
    )
    with in_app():
        found = regrading.preview(sitting, make.quiz(), change_to(single, wrong), Apply.ALL)
    by_attempt = {int(row.attempt): row for row in found.rows}
    assert by_attempt[gains].new_fraction > by_attempt[gains].old_fraction == 0
    assert by_attempt[loses].new_fraction == 0 < by_attempt[loses].old_fraction
    assert by_attempt[gains].new_grade == by_attempt[loses].old_grade > Decimal(0)
    assert found.changed == 2
    assert fraction_of(in_app, gains, single.slug)[0] == "0"


def test_nobody_loses_what_was_earned_unless_that_is_chosen(
    make: Factory,
    in_app: InApp,
    people: list[User],
    sitting: Sitting,
    hand_in: Hand,
    single: SingleQuestion,
) -> None:
    wrong, right = wrong_and_right(single)
    gains, keeps = (
        hand_in(people[0], {single.slug: wrong}),
        hand_in(people[1], {single.slug: right}),
    )
    instructor = make.instructor()
    with in_app():
        changed = regraded(
            sitting,
            change_to(single, wrong),
            mode=Apply.NOT_LOWER,
            reason="De sleutel was fout.",
            by=instructor.id,
        )
    assert changed == 1
    assert fraction_of(in_app, gains, single.slug)[0] == "1"
    assert fraction_of(in_app, keeps, single.slug)[0] == "1"
    with in_app():
        (kept,) = regrading.history(sitting.id)
        assert (kept.reason, kept.made_by, kept.item) == (
            "De sleutel was fout.",
            instructor.id,
            single.slug,
        )
        told = db.session.get_one(MarkChange, (kept.id, gains))
        assert (told.before["fraction"], told.after["fraction"]) == ("0", "1")
        assert told.before["key"] != told.after["key"]


def test_whose_points_changed_can_read_who_did_it_and_nobody_else(
    make: Factory,
    in_app: InApp,
    people: list[User],
    sitting: Sitting,
    hand_in: Hand,
    single: SingleQuestion,
) -> None:
    wrong, right = wrong_and_right(single)
    third = next(each.slug for each in single.options if each.slug not in {wrong, right})
    for person, chosen in zip(people, (wrong, right, third), strict=True):
        hand_in(person, {single.slug: chosen})
    instructor = make.instructor()
    with in_app():
        regraded(sitting, change_to(single, wrong), by=instructor.id)
        written = select(Entry.user_id, Entry.actor_id).filter_by(kind=Done.REKEYED)
        found = db.session.execute(written.order_by(Entry.user_id)).all()
    assert found == [(person.id, instructor.id) for person in people[:2]]


def test_who_hands_in_after_the_change_is_marked_with_the_new_key(
    make: Factory,
    in_app: InApp,
    people: list[User],
    sitting: Sitting,
    hand_in: Hand,
    single: SingleQuestion,
) -> None:
    wrong, _right = wrong_and_right(single)
    with in_app():
        regraded(sitting, change_to(single, wrong), mode=Apply.ALL, reason="Fout.", by=people[0].id)
    assert fraction_of(in_app, hand_in(people[2], {single.slug: wrong}), single.slug)[0] == "1"


def test_the_same_change_twice_changes_nothing_more(
    make: Factory,
    in_app: InApp,
    people: list[User],
    sitting: Sitting,
    hand_in: Hand,
    single: SingleQuestion,
) -> None:
    wrong, _right = wrong_and_right(single)
    hand_in(people[0], {single.slug: wrong})
    counts = []
    for _time in range(2):
        with in_app():
            counts.append(
                regraded(
                    sitting,
                    change_to(single, wrong),
                    mode=Apply.ALL,
                    reason="Fout.",
                    by=people[0].id,
                )
            )
    assert counts == [1, 0]


@pytest.mark.parametrize(("kind", "expected"), [(Kind.DROP, ("0", 0)), (Kind.FULL, ("1", None))])
def test_an_item_can_be_dropped_or_given_to_everybody(
    make: Factory,
    in_app: InApp,
    people: list[User],
    sitting: Sitting,
    hand_in: Hand,
    single: SingleQuestion,
    kind: Kind,
    expected: tuple[str, int | None],
) -> None:
    wrong, _right = wrong_and_right(single)
    attempt = hand_in(people[0], {single.slug: wrong})
    with in_app():
        regraded(
            sitting,
            Change(item=single.slug, kind=kind),
            mode=Apply.ALL,
            reason="Onduidelijk.",
            by=people[0].id,
        )
    fraction, maximum = expected
    assert fraction_of(in_app, attempt, single.slug) == (
        fraction,
        single.points if maximum is None else maximum,
    )


def test_a_forgotten_answer_can_be_accepted(
    make: Factory, in_app: InApp, people: list[User], sitting: Sitting, hand_in: Hand
) -> None:
    short = next(item for item in make.quiz().quiz.items if isinstance(item, ShortQuestion))
    attempt = hand_in(people[0], {short.slug: "Een vinger aan de pols"})
    with in_app():
        regraded(
            sitting,
            Change(item=short.slug, kind=Kind.ACCEPT, text="een vinger aan de pols"),
            mode=Apply.NOT_LOWER,
            reason="Ook goed.",
            by=people[0].id,
        )
    assert fraction_of(in_app, attempt, short.slug)[0] == "1"


@pytest.mark.parametrize(
    ("right", "code"),
    [((), "nothing-right"), (("een-andere",), "unknown-option")],
)
def test_a_key_that_the_item_cannot_have_is_refused(
    single: SingleQuestion, right: tuple[str, ...], code: str
) -> None:
    with pytest.raises(CannotRekey, match=code):
        rekeyed(single, Change(item=single.slug, kind=Kind.RIGHT, right=right))


def test_a_weighing_has_no_other_right_answer(make: Factory) -> None:
    item: AnyItem = next(item for item in make.quiz().quiz.items if item.type == "sct")
    with pytest.raises(CannotRekey, match="not-for-this-item"):
        rekeyed(item, Change(item=item.slug, kind=Kind.RIGHT, right=("1",)))


def test_a_change_comes_back_from_json_as_it_was(single: SingleQuestion) -> None:
    change = change_to(single, single.options[0].slug)
    assert Change.from_plain(change.to_plain()) == change


def test_another_sitting_of_the_same_quiz_is_left_alone(
    make: Factory, in_app: InApp, people: list[User], sitting: Sitting, single: SingleQuestion
) -> None:
    with in_app():
        regraded(
            sitting,
            Change(item=single.slug, kind=Kind.DROP),
            mode=Apply.ALL,
            reason="Fout.",
            by=people[0].id,
        )
    practised = make.attempt(people[0], QUIZ)
    with in_app():
        marks = queries.marks_of(practised.id)
    assert marks[single.slug].maximum == single.points
