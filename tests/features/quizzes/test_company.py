"""How others weighed an item: from ten answers, by blocks of ten, and nobody is told apart."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus
from itertools import combinations
from random import Random

import pytest
from sqlalchemy import delete, select

from course.accounts.models import User
from course.core.db import db
from course.curriculum.quizzes import SctItem
from course.groups import actions as groups
from course.groups.models import Group
from course.quizzes import pictures
from course.quizzes.models import ItemPicture, QuizAttempt, Response
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.factories import QUIZ, Factory
from tests.features.at_once import at_once
from tests.features.teaching import sat
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
WAITS = "once ten of them have handed in"


@pytest.fixture
def item(make: Factory) -> SctItem:
    """A weighing on a scale."""
    return next(found for found in make.quiz().quiz.items if isinstance(found, SctItem))


def picture(in_app: InApp, item: str, scope: str) -> Counter[str] | None:
    """What is kept: answer → how many."""
    with in_app():
        found = db.session.scalar(select(ItemPicture).filter_by(scope=scope, item=item))
    return None if found is None else Counter(found.counts.get("", {}))


def group_of(make: Factory, *learners: User) -> Group:
    return make.group(instructors=[make.instructor()], learners=learners)


def result(row: QuizAttempt) -> str:
    return f"/attempts/{row.public_id}/result"


# --- What is shown -------------------------------------------------------------------------


def test_below_ten_nothing_is_shown_and_at_ten_it_is(
    make: Factory, sign_in: SignIn, item: SctItem
) -> None:
    first, *others = [make.learner(language="en") for _one in range(10)]
    group_of(make, first, *others)
    browser = sign_in(first)
    row = sat.handed_in(make, first, given={item.slug: "1"})
    for learner in others[:8]:
        sat.handed_in(make, learner, given={item.slug: "-1"})
    assert WAITS in main_words(browser.get(result(row)))
    sat.handed_in(make, others[8], given={item.slug: "-1"})
    words = main_words(browser.get(result(row)))
    assert "the group (10)" in words
    assert "less fitting nearly everyone" in words
    assert "more fitting your answer not shown" in words


def test_shares_are_rounded_and_ones_own_answer_is_marked(
    make: Factory, sign_in: SignIn, item: SctItem
) -> None:
    people = [make.learner(language="en") for _one in range(11)]
    group_of(make, *people)
    rows = [
        sat.handed_in(make, learner, given={item.slug: "-1" if place < 6 else "1"})
        for place, learner in enumerate(people)
    ]
    words = main_words(sign_in(people[0]).get(result(rows[0])))
    assert "the group (10)" in words  # The eleventh waits for nine more.
    assert "less fitting your answer not shown" in words  # 6 and 4: the 6 would tell the 4.


def test_everybody_is_shown_beside_the_group_when_there_are_others(
    make: Factory, sign_in: SignIn, item: SctItem
) -> None:
    ours, theirs = ([make.learner(language="en") for _one in range(10)] for _group in range(2))
    group_of(make, *ours)
    rows = [sat.handed_in(make, learner, given={item.slug: "1"}) for learner in ours]
    browser = sign_in(ours[0])
    assert "everybody (" not in main_words(browser.get(result(rows[0])))
    for learner in theirs:  # In no group: these count among everybody.
        sat.handed_in(make, learner, given={item.slug: "-2"})
    words = main_words(browser.get(result(rows[0])))
    assert "the group (10)" in words
    assert "everybody (20)" in words


def test_in_a_test_it_waits_for_the_results(make: Factory, sign_in: SignIn, item: SctItem) -> None:
    people = [make.learner(language="en") for _one in range(10)]
    sitting = make.sitting(people[0], group=group_of(make, *people), feedback="test")
    rows = [sat.handed_in(make, learner, sitting, {item.slug: "1"}) for learner in people]
    browser = sign_in(people[0])
    assert "How others weighed it" not in main_words(browser.get(result(rows[0])))
    make.release(sitting)
    assert "the group (10)" in main_words(browser.get(result(rows[0])))


def test_the_result_of_another_does_not_exist(
    make: Factory, sign_in: SignIn, learner: User, outsider: User, item: SctItem
) -> None:
    row = sat.handed_in(make, learner, given={item.slug: "1"})
    assert sign_in(outsider).get(result(row)).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("others", [1, 40])
def test_the_result_takes_the_same_queries_for_any_number_of_others(
    make: Factory, sign_in: SignIn, item: SctItem, count_queries: CountsQueries, others: int
) -> None:
    with make.together():
        people = [make.learner(language="en") for _one in range(others + 1)]
        group_of(make, *people)
        rows = [sat.handed_in(make, learner, given={item.slug: "1"}) for learner in people]
    browser = sign_in(people[0])
    browser.get(result(rows[0]))
    with count_queries() as sent:
        page = browser.get(result(rows[0]))
    assert ("the group (" in main_words(page)) is (others == 40)
    assert sum("item_picture" in statement for statement in sent) == 1
    assert len(sent) <= 7, sent  # Who, attempt, responses, files, marks, pictures, and a panel.


# --- What is counted -----------------------------------------------------------------------


def test_a_second_attempt_an_abandoned_one_and_a_half_answer_are_not_counted(
    make: Factory, in_app: InApp, item: SctItem
) -> None:
    people = [make.learner() for _one in range(10)]
    group = group_of(make, *people)
    for learner in people:
        sat.handed_in(make, learner, given={})  # First: blank, so the next one is the second.
        sat.handed_in(make, learner, given={item.slug: "1"})
    assert not picture(in_app, item.slug, f"group-{group.id}")
    assert not picture(in_app, item.slug, pictures.EVERYBODY)


def test_what_was_counted_stays_when_its_author_leaves_hands_in_again_or_goes(
    make: Factory, in_app: InApp, item: SctItem
) -> None:
    people = [make.learner() for _one in range(10)]
    group = group_of(make, *people)
    for learner in people:
        sat.handed_in(make, learner, given={item.slug: "1"})
    before = picture(in_app, item.slug, f"group-{group.id}")
    assert before == Counter({"1": 10})
    sat.handed_in(make, people[0], given={item.slug: "-2"})
    with in_app():
        groups.leave(group.id, people[1].id)
        db.session.execute(delete(User).where(User.id == people[2].id))
        db.session.commit()
    sat.handed_in(make, people[3], given={item.slug: "-2"})
    assert picture(in_app, item.slug, f"group-{group.id}") == before
    assert picture(in_app, item.slug, pictures.EVERYBODY) == before


def test_ten_who_hand_in_at_the_same_moment_are_counted_once(
    make: Factory, sign_in: SignIn, in_app: InApp, item: SctItem
) -> None:
    people = [make.learner() for _one in range(10)]
    group = group_of(make, *people)
    rows = [
        sat.handed_in(make, learner, given={item.slug: "1"}, is_submitted=False)
        for learner in people
    ]
    browsers = [sign_in(learner) for learner in people]

    def submit(browser: Browser, row: QuizAttempt) -> Callable[[], object]:
        address = f"/attempts/{row.public_id}/submit"
        return lambda: browser.post(address)

    at_once([submit(*pair) for pair in zip(browsers, rows, strict=True)])
    assert picture(in_app, item.slug, f"group-{group.id}") == Counter({"1": 10})
    assert picture(in_app, item.slug, pictures.EVERYBODY) == Counter({"1": 10})
    with in_app():
        flagged = db.session.scalars(select(Response).filter_by(is_pictured=True)).all()
    assert len(flagged) == 10


# --- The attack ----------------------------------------------------------------------------


@pytest.mark.parametrize("order", range(2))
def test_who_reloads_while_others_join_leave_and_hand_in_learns_nothing_of_fewer_than_ten(
    make: Factory, in_app: InApp, item: SctItem, order: int
) -> None:
    """The attack at its strongest: two students of two groups put together all they ever saw.

    They see every picture at every moment, exactly and not rounded, and may add and subtract. What
    they find is always a sum over whole blocks: each difference holds ten people or nobody.
    """
    random = Random(order)
    ours, theirs = group_of(make), group_of(make)
    counted: dict[str, set[int]] = {}
    seen: list[tuple[str, frozenset[int], Counter[str]]] = []
    answers: dict[int, str] = {}
    waiting: list[User] = []
    for _moment in range(45):
        deed = random.random()
        learner = make.learner()
        if deed < 0.8:
            where = random.choice([ours, theirs, None])
            if where is not None:
                make.membership(where, learner)
            answers[learner.id] = random.choice(["-2", "-1", "0", "1", "2"])
            sat.handed_in(make, learner, given={item.slug: answers[learner.id]})
            waiting.append(learner)
        elif waiting:
            moved = random.choice(waiting)
            with in_app():
                groups.leave(ours.id, moved.id)
                groups.join(theirs.id, moved.id)
        _look(in_app, item.slug, ours, theirs, counted, seen)
    for (_scope, people, counts), (_other, others, other_counts) in combinations(seen, 2):
        only, both = people ^ others, people & others
        assert len(only) == 0 or len(people - others) >= 10 or len(others - people) >= 10
        assert len(people - others) == 0 or len(people - others) >= 10
        assert len(others - people) == 0 or len(others - people) >= 10
        assert both <= people
        assert sum((counts - other_counts).values()) == 0 or len(only) >= 10
    for _scope, people, counts in seen:
        assert counts == Counter(answers[person] for person in people)


def _look(
    in_app: InApp,
    slug: str,
    ours: Group,
    theirs: Group,
    counted: dict[str, set[int]],
    seen: list[tuple[str, frozenset[int], Counter[str]]],
) -> None:
    """What can be seen now, with those who are in it: known to the test, and to nobody else."""
    with in_app():
        flagged = set(
            db.session.scalars(
                select(QuizAttempt.user_id)
                .join(Response, Response.attempt_id == QuizAttempt.id)
                .where(Response.is_pictured, Response.item == slug, QuizAttempt.slug == QUIZ)
            )
        )
    new = flagged - set().union(*counted.values())
    for scope in (f"group-{ours.id}", f"group-{theirs.id}", pictures.EVERYBODY):
        counts = picture(in_app, slug, scope)
        if not counts:
            continue
        before = next((old for name, _people, old in reversed(seen) if name == scope), Counter())
        if counts == before:
            continue
        people = counted.setdefault(scope, set())
        people |= new
        seen.append((scope, frozenset(people), counts))
