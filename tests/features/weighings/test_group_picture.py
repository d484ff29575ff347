"""How a group weighed: shown when it hides everyone, and telling nothing about any one of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from itertools import product
from random import Random
from typing import Final, TypeAlias

import pytest
from sqlalchemy import select

from course.accounts import actions as accounts
from course.accounts.models import User
from course.core.db import db
from course.domain.distributions import Distribution, Suppressed, shown_distribution
from course.domain.weighing.scale import Side, balance
from course.groups import actions as groups
from course.groups.models import Group
from course.lessons import queries as lessons
from course.weighings import actions, queries
from course.weighings.models import GroupPicture
from tests import pages
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.curriculum.examples import with_lesson
from tests.factories import Factory
from tests.features.at_once import at_once, click
from tests.features.conftest import SmallCourse
from tests.features.filled_in import WEIGHED
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
Weigh = Callable[[User, Side], None]
Table: TypeAlias = tuple[int, int, int]  # answers towards the agreement, even, towards the client

HIDDEN, NEARLY = Suppressed.HIDDEN, Suppressed.NEARLY_EVERYONE
AGREEMENT, EVEN, CLIENT = SIDES = tuple(Side)
WEIGHTS: Final = {
    AGREEMENT: ((4, 4), (0, 1)),
    EVEN: ((2, 2), (2, 2)),
    CLIENT: ((0, 1), (4, 4)),
}
YET_TO_COME = "Your group’s own picture appears once at least ten people have weighed."


@pytest.fixture
def weigh(in_app: InApp, make: Factory, small_course: SmallCourse) -> Weigh:
    """``weigh(user, side)``: somebody weighs towards a side, for the first time or again."""

    def weighs(user: User, side: Side) -> None:
        with in_app():
            begun = lessons.enrolment_of(user.id, small_course.lesson) is not None
        if not begun:
            make.enrolment(user, small_course.lesson)
        agreement, client = WEIGHTS[side]
        with in_app():
            visit = lessons.visit(user, small_course.lesson, "wegen")
            assert visit is not None
            assert actions.weigh(
                visit,
                scale="wegen",
                weights=balance(agreement=agreement, client=client),
                action="blijven",
                reason="Daarom.",
            )

    return weighs


def seen_by(in_app: InApp, user: User) -> Distribution | None:
    """The picture that this learner is shown."""
    with in_app():
        return queries.group_picture(user.id, SmallCourse.lesson, "wegen")


# --- When it is shown ----------------------------------------------------------------------


def test_ten_answers_make_a_picture_and_nine_do_not(
    in_app: InApp, sign_in: SignIn, make: Factory, weigh: Weigh, small_course: SmallCourse
) -> None:
    people = [make.learner(language="en") for _person in range(10)]
    make.group(learners=people)
    for person in people[:9]:
        weigh(person, CLIENT if person.id % 2 else AGREEMENT)
        assert seen_by(in_app, person) is None
    first = sign_in(people[0])
    assert YET_TO_COME in main_words(first.get(small_course.url("wegen")))
    weigh(people[9], CLIENT if people[9].id % 2 else AGREEMENT)
    for person in people:
        assert seen_by(in_app, person) == Distribution(10, (50, 0, 50))
    words = main_words(first.get(small_course.url("wegen")))
    assert YET_TO_COME not in words
    assert "towards the agreement about 50% in balance about 0% towards the client about 50%" in (
        words
    )
    assert "Of 10 people, rounded, without names." in words


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((4, 1, 5), ["not shown", "not shown", "about 50%"]),
        ((0, 1, 9), ["not shown", "not shown", "nearly everyone"]),
        ((0, 0, 10), ["not shown", "not shown", "nearly everyone"]),
        ((12, 0, 13), ["about 50%", "about 0%", "about 50%"]),
        ((7, 3, 14), ["not shown", "not shown", "about 60%"]),
    ],
)
def test_small_cells_are_not_shown(
    sign_in: SignIn,
    make: Factory,
    weigh: Weigh,
    small_course: SmallCourse,
    counts: Table,
    said: list[str],
) -> None:
    person = make.learner(language="en")
    group = make.group(learners=[person])
    key = {"group_id": group.id, "lesson": small_course.lesson, "scale": "wegen"}
    make.add(GroupPicture(**key, answers=sum(counts), counts=list(counts)))
    weigh(person, CLIENT)
    page = pages.parse(sign_in(person).get(small_course.url("wegen")).text)
    bars = page.findall(".//ul[@class='bars']/li/b")
    assert [pages.words(item) for item in bars] == said


def test_who_is_in_no_group_or_in_another_sees_no_picture(
    in_app: InApp, make: Factory, weigh: Weigh, outsider: User, instructor: User
) -> None:
    people = [make.learner() for _person in range(10)]
    make.group(learners=people, instructors=[instructor])
    make.group(learners=[outsider])
    for person in people:
        weigh(person, CLIENT)
    assert seen_by(in_app, people[0]) is not None
    for other in (outsider, instructor, make.learner()):
        assert seen_by(in_app, other) is None


def test_weighing_again_has_a_picture_of_its_own_from_ten_on(
    sign_in: SignIn, in_app: InApp, make: Factory, weigh: Weigh, small_course: SmallCourse
) -> None:
    people = [make.learner() for _person in range(10)]
    make.group(learners=people)
    towards_agreement = {"agreement-geld": "4", "client-deur": "0", "client-vertrouwen": "0"}
    again = {**WEIGHED, **towards_agreement}
    pictures = select(GroupPicture.scale, GroupPicture.counts).order_by(GroupPicture.id)
    for person in people[:9]:
        weigh(person, CLIENT)
        sign_in(person).submit(small_course.url("opnieuw"), again)
    with in_app():
        assert db.session.execute(pictures).all() == []
    weigh(people[9], CLIENT)
    with in_app():
        assert db.session.execute(pictures).all() == [("wegen", [0, 0, 10])]
    sign_in(people[9]).submit(small_course.url("opnieuw"), again)
    with in_app():
        assert db.session.execute(pictures).all()[1:] == [("opnieuw", [10, 0, 0])]


def test_of_the_last_two_who_weigh_at_once_one_makes_the_picture(
    in_app: InApp, sign_in: SignIn, make: Factory, weigh: Weigh, small_course: SmallCourse
) -> None:
    people = [make.learner() for _person in range(16)]
    make.group(learners=people)
    for person in people[:8]:
        weigh(person, CLIENT)
    url = small_course.url("wegen")
    answers = at_once([click(sign_in(person), url, WEIGHED) for person in people[8:]])
    assert {answer.location for answer in answers} == {f"{url}#result"}
    with in_app():
        assert db.session.scalars(select(GroupPicture.answers)).all() == [10]


def test_the_result_takes_as_many_statements_for_any_group(
    sign_in: SignIn,
    make: Factory,
    weigh: Weigh,
    small_course: SmallCourse,
    count_queries: CountsQueries,
) -> None:
    numbers = []
    for size in (1, 40):
        people = [make.learner() for _person in range(size)]
        for group in range(1 if size == 1 else 4):
            make.group(learners=people[group:])
        for person in people[:12]:
            weigh(person, CLIENT)
        browser = sign_in(people[0])
        with count_queries() as sent:
            assert "voice" in browser.get(small_course.url("wegen")).text
        numbers.append(len(sent))
    # Who is signed in, run with draft, steps done, deadlines, weighings, picture.
    assert numbers == [6, 6]


# --- What it gives away --------------------------------------------------------------------


class Reloading:
    """A student who looks at the picture after everything that happens, and remembers it all."""

    def __init__(self, in_app: InApp, user: User) -> None:
        self._in_app, self.user = in_app, user
        self.pictures: list[Distribution] = []

    def look(self) -> None:
        shown = seen_by(self._in_app, self.user)
        if shown is not None and shown not in self.pictures:
            self.pictures.append(shown)


@pytest.mark.parametrize("order", range(3))
def test_reloading_after_each_classmate_shows_one_picture_and_never_another(
    in_app: InApp, make: Factory, weigh: Weigh, order: int
) -> None:
    random = Random(order)
    people = [make.learner() for _person in range(18)]
    make.group(learners=people)
    student = Reloading(in_app, people[0])
    chosen = {person.id: random.choice(SIDES) for person in people}
    for person in [people[0], *random.sample(people[1:], 17)]:
        weigh(person, chosen[person.id])
        student.look()
    assert len(student.pictures) <= 1
    assert all(picture.answers == 10 for picture in student.pictures)


def test_leaving_joining_and_deleting_accounts_shows_no_other_picture(
    in_app: InApp, make: Factory, weigh: Weigh, small_course: SmallCourse
) -> None:
    people = [make.learner() for _person in range(10)]
    group = make.group(learners=people)
    student = Reloading(in_app, people[0])
    for number, person in enumerate(people):
        weigh(person, CLIENT if number % 2 else AGREEMENT)
        student.look()
    assert student.pictures == [Distribution(10, (50, 0, 50))]
    for happening in _comings_and_goings(in_app, make, weigh, group, people, small_course):
        happening()
        student.look()
    assert student.pictures == [Distribution(10, (50, 0, 50))]


def _comings_and_goings(
    in_app: InApp,
    make: Factory,
    weigh: Weigh,
    group: Group,
    people: list[User],
    small_course: SmallCourse,
) -> Iterator[Callable[[], object]]:
    def leave(user: User) -> None:
        with in_app():
            groups.leave(group.id, user.id)

    def come(user: User) -> None:
        with in_app():
            groups.join(group.id, user.id)

    def delete_account(user: User) -> None:
        with in_app():
            found = db.session.get_one(User, user.id)
            accounts.delete_account(found)

    student, friends, others = people[0], people[1:6], people[6:]
    # The student leaves, somebody weighs, the student is back.
    victims = [make.learner() for _victim in range(4)]
    yield partial(leave, student)
    yield partial(come, victims[0])
    yield partial(weigh, victims[0], EVEN)
    yield partial(come, student)
    # Five friends leave, so that few are left when somebody weighs; and come back.
    yield from [partial(leave, friend) for friend in friends]
    yield partial(come, victims[1])
    yield partial(weigh, victims[1], EVEN)
    yield from [partial(come, friend) for friend in friends]
    # Accounts of the student's own, whose weighings are known, come in numbers.
    for side in (AGREEMENT, CLIENT, CLIENT, AGREEMENT):
        account = make.learner()
        yield partial(weigh, account, side)
        yield partial(come, account)
    yield partial(come, victims[2])
    yield partial(weigh, victims[2], EVEN)
    # The same people begin again on a newer edition, and weigh otherwise.
    small_course.publish(with_lesson("en: Few", "en: Only a few"))
    for other in others:
        make.enrolment(other, small_course.lesson, run=2)
        yield partial(weigh, other, EVEN)
    # Accounts are deleted, until the group is small again.
    yield from [partial(delete_account, each) for each in [*friends, *others, *victims[:2]]]
    yield partial(come, victims[3])
    yield partial(weigh, victims[3], EVEN)


# --- Whether one picture gives anybody away ------------------------------------------------


def tables(answers: int) -> Iterator[Table]:
    """Each way in which so many people can divide over the sides."""
    for agreement, even in product(range(answers + 1), repeat=2):
        if agreement + even <= answers:
            yield (agreement, even, answers - agreement - even)


def without(table: Table, own: int) -> Table:
    """The others, for somebody who knows the own answer."""
    agreement, even, client = (count - (place == own) for place, count in enumerate(table))
    return (agreement, even, client)


def given_away(possible: list[Table]) -> bool:
    """Whether somebody's side is certain when it may be any of these tables.

    Nobody knows which of the people in a table chose what. So somebody's side can only be certain
    when in each table all are on that one side.
    """
    return bool(possible) and any(
        all(table[side] == sum(table) for table in possible) for side in range(3)
    )


@pytest.mark.parametrize("answers", range(10, 31))
def test_one_picture_makes_nobodys_side_certain_also_not_to_who_is_in_it(answers: int) -> None:
    fitting: dict[Distribution, list[Table]] = {}
    for table in tables(answers):
        shown = shown_distribution(table)
        if shown is not None:
            fitting.setdefault(shown, []).append(table)
    assert fitting
    for shown, possible in fitting.items():
        assert not given_away(possible), shown
        for own in range(3):
            others = [without(table, own) for table in possible if table[own]]
            assert not given_away(others), (shown, SIDES[own])


def test_a_second_picture_after_three_more_would_give_people_away() -> None:
    """Why a picture is not renewed: three who agree stand out from the difference."""
    fitting: dict[tuple[Distribution | None, Distribution | None], list[Table]] = {}
    for before, more in product(tables(10), tables(3)):
        after = tuple(old + new for old, new in zip(before, more, strict=True))
        seen = (shown_distribution(before), shown_distribution(after))
        if None not in seen:
            fitting.setdefault(seen, []).append(more)
    told = [seen for seen, possible in fitting.items() if given_away(possible)]
    assert (
        shown_distribution((5, 0, 5)),
        shown_distribution((8, 0, 5)),
    ) in told
