"""Two instructors who read the same answer: the second sees what the first gave, and chooses."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from fractions import Fraction
from http import HTTPStatus

import pytest
from sqlalchemy import select

from course.accounts.models import User
from course.core.db import db
from course.quizzes import queries
from course.quizzes.models import Judgement, Mark, QuizAttempt, Sitting
from tests.browser import Browser
from tests.factories import Factory
from tests.features.at_once import at_once, click
from tests.features.teaching import sat
from tests.pages import main_words, parse

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]


@pytest.fixture
def first(make: Factory) -> User:
    return make.instructor(name="Fatima Eerst", language="en")


@pytest.fixture
def second(make: Factory) -> User:
    return make.instructor(name="Tom Tweede", language="en")


@pytest.fixture
def sitting(make: Factory, first: User, second: User) -> Sitting:
    pupil = make.learner()
    return make.sitting(pupil, group=make.group(instructors=[first, second], learners=[pupil]))


@pytest.fixture
def essay(make: Factory) -> str:
    return next(item.slug for item in make.quiz().quiz.items if item.type == "essay")


@pytest.fixture
def row(make: Factory, in_app: InApp, sitting: Sitting) -> QuizAttempt:
    """An attempt of the learner of the group, handed in."""
    with in_app():
        members = select(User).where(User.role == "learner")
        pupil = db.session.scalars(members).one()
    return sat.handed_in(make, pupil, sitting, sat.right(make.quiz()))


@pytest.fixture
def address(sitting: Sitting, row: QuizAttempt, essay: str) -> str:
    of_sitting = f"/teach/groups/{sitting.group_id}/quizzes/{sitting.id}"
    return f"{of_sitting}/answers/{row.public_id}/{essay}"


def given(in_app: InApp, row: QuizAttempt, essay: str) -> tuple[Fraction, str | None]:
    with in_app():
        mark = db.session.get_one(Mark, (row.id, essay))
        return Fraction(mark.fraction) * mark.maximum, mark.comment


def test_the_second_sees_who_gave_what_when_and_keeps_what_was_typed(
    sign_in: SignIn,
    in_app: InApp,
    first: User,
    second: User,
    address: str,
    row: QuizAttempt,
    essay: str,
) -> None:
    browser = sign_in(second)
    mine = browser.get(address)
    sign_in(first).submit(address, {"points": "1", "comment": "Kort en raak."})
    answer = browser.submit(mine, {"points": "0", "comment": "Er mist een voorbeeld."})
    assert answer.status_code == HTTPStatus.CONFLICT
    words = main_words(answer)
    assert "Fatima Eerst judged this answer in the meantime" in words
    assert "1 of" in words
    assert "Kort en raak." in words
    comment = parse(answer.text).find(".//textarea[@name='comment']")
    assert comment is not None
    assert (comment.text or "").strip() == "Er mist een voorbeeld."
    assert given(in_app, row, essay) == (Fraction(1), "Kort en raak.")


def test_the_second_may_keep_the_own_judgement_and_both_stay_on_record(
    sign_in: SignIn,
    in_app: InApp,
    first: User,
    second: User,
    address: str,
    row: QuizAttempt,
    essay: str,
) -> None:
    browser = sign_in(second)
    mine = browser.get(address)
    sign_in(first).submit(address, {"points": "1", "comment": "Kort en raak."})
    conflict = browser.submit(mine, {"points": "0.5", "comment": "Er mist een voorbeeld."})
    assert browser.submit(conflict, {}).status_code == HTTPStatus.SEE_OTHER
    assert given(in_app, row, essay) == (Fraction(1, 2), "Er mist een voorbeeld.")
    with in_app():
        told = [(each.comment, name) for each, name in queries.judgements_of(row.id, essay)]
    assert told == [
        ("Kort en raak.", "Fatima Eerst"),
        ("Er mist een voorbeeld.", "Tom Tweede"),
    ]
    words = main_words(sign_in(first).get(address))
    assert "Judged 2 times" in words
    assert "Kort en raak." in words


def test_the_second_may_leave_it_and_goes_on(
    sign_in: SignIn,
    in_app: InApp,
    first: User,
    second: User,
    sitting: Sitting,
    address: str,
    row: QuizAttempt,
    essay: str,
) -> None:
    browser = sign_in(second)
    mine = browser.get(address)
    sign_in(first).submit(address, {"points": "1"})
    conflict = browser.submit(mine, {"points": "0"})
    links = [
        link.get("href")
        for link in parse(conflict.text).iter("a")
        if "Leave it as it is" in "".join(link.itertext())
    ]
    assert links == [f"/teach/groups/{sitting.group_id}/quizzes/{sitting.id}"]
    assert given(in_app, row, essay) == (Fraction(1), None)


def test_a_form_that_was_filled_in_wrong_still_knows_what_it_was_made_from(
    sign_in: SignIn,
    in_app: InApp,
    first: User,
    second: User,
    address: str,
    row: QuizAttempt,
    essay: str,
) -> None:
    browser = sign_in(second)
    wrong = browser.submit(address, {"points": "99"})
    sign_in(first).submit(address, {"points": "1"})
    answer = browser.submit(wrong, {"points": "0"})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert given(in_app, row, essay) == (Fraction(1), None)


def test_pressing_twice_is_once(sign_in: SignIn, in_app: InApp, first: User, address: str) -> None:
    browser = sign_in(first)
    page = browser.get(address)
    data = {"points": "1", "comment": "Mooi."}
    answers = [browser.submit(page, data) for _press in range(2)]
    assert [answer.status_code for answer in answers] == [HTTPStatus.SEE_OTHER] * 2
    with in_app():
        assert len(db.session.scalars(select(Judgement)).all()) == 1


def test_of_two_at_the_same_moment_one_is_kept_and_the_other_is_asked(
    sign_in: SignIn,
    in_app: InApp,
    first: User,
    second: User,
    address: str,
    row: QuizAttempt,
    essay: str,
) -> None:
    jobs = [
        click(sign_in(user), address, {"points": points, "comment": user.name, "seen": "0"})
        for user, points in ((first, "1"), (second, "0"))
    ]
    answers = at_once(jobs)
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    winner = first if answers[0].status_code == HTTPStatus.SEE_OTHER else second
    assert given(in_app, row, essay)[1] == winner.name


def test_judging_again_after_one_self_needs_no_choice(
    sign_in: SignIn, in_app: InApp, first: User, address: str, row: QuizAttempt, essay: str
) -> None:
    browser = sign_in(first)
    browser.submit(address, {"points": "1", "comment": "Mooi."})
    again = browser.submit(address, {"points": "0,5"})
    assert again.status_code == HTTPStatus.SEE_OTHER
    assert given(in_app, row, essay) == (Fraction(1, 2), "Mooi.")
