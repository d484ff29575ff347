"""A question that was left out: the student reads that and why, and everything else agrees."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus

import pytest

from course.accounts.models import User
from course.curriculum.schema import SingleQuestion
from course.domain.attempts.regrading import Apply
from course.groups.models import Group
from course.quizzes import queries
from course.quizzes.models import QuizAttempt, Sitting
from course.quizzes.rekeying import Change, Kind
from tests.browser import Browser
from tests.factories import Factory
from tests.features.quizzes.regraded import confirmed, regraded
from tests.features.quizzes.seen import about
from tests.features.teaching import sat
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

WHY = "Je kon hem op twee manieren lezen."


@pytest.fixture
def teacher(make: Factory) -> User:
    return make.instructor(language="en")


@pytest.fixture
def pupil(make: Factory) -> User:
    return make.learner(language="en")


@pytest.fixture
def group(make: Factory, teacher: User, pupil: User) -> Group:
    return make.group(instructors=[teacher], learners=[pupil])


@pytest.fixture
def sitting(make: Factory, pupil: User, group: Group) -> Sitting:
    return make.sitting(pupil, group=group)


@pytest.fixture
def single(make: Factory) -> SingleQuestion:
    return next(item for item in make.quiz().quiz.items if isinstance(item, SingleQuestion))


@pytest.fixture
def row(make: Factory, pupil: User, sitting: Sitting, single: SingleQuestion) -> QuizAttempt:
    """Everything right, but this one question wrong."""
    wrong = next(option.slug for option in single.options if not option.right)
    return sat.handed_in(make, pupil, sitting, {**sat.right(make.quiz()), single.slug: wrong})


def result_of(row: QuizAttempt) -> str:
    return f"/attempts/{row.public_id}/result"


def maximum_of(in_app: InApp, row: QuizAttempt) -> int:
    with in_app():
        return sum(mark.maximum for mark in queries.marks_of(row.id).values())


# --- What the student reads ----------------------------------------------------------------


def test_a_student_reads_that_a_question_was_left_out_and_why_and_it_does_not_count(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    pupil: User,
    sitting: Sitting,
    single: SingleQuestion,
    row: QuizAttempt,
) -> None:
    whole = maximum_of(in_app, row)
    with in_app():
        regraded(sitting, Change(item=single.slug, kind=Kind.DROP), by=teacher.id, reason=WHY)
    page = sign_in(pupil).get(result_of(row))
    said = about(page, single.prompt["en"])
    assert "This question was left out: it does not count." in said
    assert f"Why: {WHY}" in said
    assert "Not yet." not in said
    assert f"of {whole - single.points} points" in main_words(page)


def test_who_would_have_less_without_the_question_reads_that_it_counts_for_them(
    sign_in: SignIn,
    in_app: InApp,
    make: Factory,
    teacher: User,
    pupil: User,
    sitting: Sitting,
    single: SingleQuestion,
) -> None:
    right = {single.slug: sat.right(make.quiz())[single.slug]}
    row = sat.handed_in(make, pupil, sitting, right)
    with in_app():
        change = Change(item=single.slug, kind=Kind.DROP)
        regraded(sitting, change, by=teacher.id, mode=Apply.NOT_LOWER, reason=WHY)
    said = about(sign_in(pupil).get(result_of(row)), single.prompt["en"])
    assert "For you it counts, because without it you would have had less." in said
    assert "This is right." in said


def test_who_got_the_points_of_a_question_with_everybody_is_not_told_that_it_was_right(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    pupil: User,
    sitting: Sitting,
    single: SingleQuestion,
    row: QuizAttempt,
) -> None:
    with in_app():
        regraded(sitting, Change(item=single.slug, kind=Kind.FULL), by=teacher.id, reason=WHY)
    said = about(sign_in(pupil).get(result_of(row)), single.prompt["en"])
    assert f"the points for this question. {single.points} of {single.points}" in said
    assert f"Why: {WHY}" in said
    assert "This is right." not in said


def test_after_another_key_the_right_answer_is_the_one_that_it_was_marked_with(
    sign_in: SignIn,
    in_app: InApp,
    make: Factory,
    teacher: User,
    pupil: User,
    sitting: Sitting,
    single: SingleQuestion,
) -> None:
    texts = {option.slug: option.text["en"] for option in single.options}
    old = next(option.slug for option in single.options if option.right)
    new, other = [option.slug for option in single.options if not option.right][:2]
    row = sat.handed_in(make, pupil, sitting, {single.slug: other})
    student = sign_in(pupil)
    assert f"What we had in mind: {texts[old]}" in about(
        student.get(result_of(row)), single.prompt["en"]
    )
    with in_app():
        change = Change(item=single.slug, kind=Kind.RIGHT, right=(new,))
        regraded(sitting, change, by=teacher.id, reason=WHY)
    said = about(student.get(result_of(row)), single.prompt["en"])
    assert "What is right here was changed after you handed in." in said
    assert texts[old] not in said.partition("What we had in mind:")[2].partition(".")[0]


@pytest.mark.parametrize("is_given", [False, True])
def test_of_a_test_the_reason_is_read_when_the_results_are_given(
    sign_in: SignIn,
    in_app: InApp,
    make: Factory,
    teacher: User,
    pupil: User,
    group: Group,
    single: SingleQuestion,
    is_given: bool,
) -> None:
    sitting = make.sitting(pupil, group=group, feedback="test")
    row = sat.handed_in(make, pupil, sitting, sat.right(make.quiz()))
    with in_app():
        regraded(sitting, Change(item=single.slug, kind=Kind.DROP), by=teacher.id, reason=WHY)
    if is_given:
        make.release(sitting)
    assert (WHY in sign_in(pupil).get(result_of(row)).text) is is_given


def test_of_a_change_that_is_being_worked_out_a_student_sees_nothing(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    pupil: User,
    sitting: Sitting,
    single: SingleQuestion,
    row: QuizAttempt,
) -> None:
    student = sign_in(pupil)
    before = main_words(student.get(result_of(row)))
    with in_app():
        change = Change(item=single.slug, kind=Kind.DROP)
        confirmed(sitting, change, by=teacher.id, reason=WHY)
    assert main_words(student.get(result_of(row))) == before


def test_a_question_that_counts_again_is_as_it_was(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    pupil: User,
    sitting: Sitting,
    single: SingleQuestion,
    row: QuizAttempt,
) -> None:
    student = sign_in(pupil)
    before = main_words(student.get(result_of(row)))
    with in_app():
        for kind in (Kind.DROP, Kind.BACK):
            regraded(sitting, Change(item=single.slug, kind=kind), by=teacher.id, reason=WHY)
    assert main_words(student.get(result_of(row))) == before


def test_nobody_else_reads_it_there(
    sign_in: SignIn, outsider: User, teacher: User, row: QuizAttempt
) -> None:
    for person in (outsider, teacher):
        assert sign_in(person).get(result_of(row)).status_code == HTTPStatus.NOT_FOUND


# --- Figures and exports -------------------------------------------------------------------


@pytest.fixture
def crowd(make: Factory, group: Group, sitting: Sitting, row: QuizAttempt) -> list[QuizAttempt]:
    """Ten attempts of ten students."""
    with make.together():
        given = sat.right(make.quiz())
        others = [make.learner() for _person in range(9)]
        for person in others:
            make.membership(group, person)
        return [row, *(sat.handed_in(make, person, sitting, given) for person in others)]


@pytest.mark.parametrize("mode", Apply)
def test_figures_and_files_agree_that_it_was_left_out(
    sign_in: SignIn,
    in_app: InApp,
    make: Factory,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    crowd: list[QuizAttempt],
    mode: Apply,
) -> None:
    number = 1 + [item.slug for item in make.quiz().quiz.items].index(single.slug)
    browser = sign_in(teacher)
    page = f"/teach/groups/{sitting.group_id}/quizzes/{sitting.id}"
    assert f'id="item-{number}"' in browser.get(f"{page}/figures").text
    with in_app():
        change = Change(item=single.slug, kind=Kind.DROP)
        assert regraded(sitting, change, by=teacher.id, mode=mode, reason=WHY) <= len(crowd)
    figures = browser.get(f"{page}/figures")
    assert f'id="item-{number}"' not in figures.text
    assert f"Item {number} was left out, so it has no figures: {WHY}" in main_words(figures)
    for name in ("marks", "figures"):
        file = browser.get(f"{page}/files/{name}.csv").text
        assert f"Item {number} was left out on" in file
        assert WHY in file
    assert f"\n{number};" not in browser.get(f"{page}/files/figures.csv").text


def test_the_figures_call_right_what_is_right_now(
    sign_in: SignIn,
    in_app: InApp,
    make: Factory,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    crowd: list[QuizAttempt],
) -> None:
    texts = {option.slug: option.text["en"] for option in single.options}
    new = next(option.slug for option in single.options if not option.right)
    with in_app():
        change = Change(item=single.slug, kind=Kind.RIGHT, right=(new,))
        assert regraded(sitting, change, by=teacher.id) == len(crowd)
    words = main_words(
        sign_in(teacher).get(f"/teach/groups/{sitting.group_id}/quizzes/{sitting.id}/figures")
    )
    assert f"{texts[new]} right" in words
