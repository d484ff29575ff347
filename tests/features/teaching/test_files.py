"""A file that somebody handed in, for who gives it points: without a name, and as a download."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus

import pytest

from course.accounts.models import User
from course.groups.models import Group
from course.quizzes import queries
from course.quizzes.models import QuizAttempt, Sitting
from course.teaching import standing
from tests.browser import Browser
from tests.factories import Factory
from tests.pages import main_words
from tests.papers import FILE_ITEM, PDF, TEXT_ITEM, docx, picture

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]


@pytest.fixture
def teacher(make: Factory) -> User:
    return make.instructor(language="en")


@pytest.fixture
def pupil(make: Factory) -> User:
    return make.learner(name="Lotte Leerling", language="en")


@pytest.fixture
def group(make: Factory, teacher: User, pupil: User) -> Group:
    return make.group(instructors=[teacher], learners=[pupil])


@pytest.fixture
def sitting(make: Factory, group: Group, pupil: User) -> Sitting:
    return make.file_sitting(pupil, group=group, feedback="test")


@pytest.fixture
def filed(make: Factory, pupil: User, sitting: Sitting) -> QuizAttempt:
    return make.file_attempt(pupil, sitting, name="Lotte Leerling ecogram.pdf")


@pytest.fixture
def browser(sign_in: SignIn, teacher: User) -> Browser:
    return sign_in(teacher)


def answer_of(sitting: Sitting, row: QuizAttempt, item: str = FILE_ITEM) -> str:
    group = f"/teach/groups/{sitting.group_id}"
    return f"{group}/quizzes/{sitting.id}/answers/{row.public_id}/{item}"


def test_it_waits_among_what_is_to_be_read_and_gets_points_as_a_text_does(
    browser: Browser, sitting: Sitting, filed: QuizAttempt, in_app: InApp
) -> None:
    page = browser.get(f"/teach/groups/{sitting.group_id}/quizzes/{sitting.id}")
    assert "Draw Lotte’s ecogram" in main_words(page)
    assert "Read 1 answer" in main_words(page)
    answer = browser.submit(answer_of(sitting, filed), {"points": "3,5", "comment": "Helder."})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    with in_app():
        mark = queries.marks_of(filed.id)[FILE_ITEM]
        assert (mark.fraction, mark.maximum, mark.comment) == ("7/8", 4, "Helder.")


def test_neither_the_page_nor_the_file_tells_whose_it_is(
    browser: Browser, sitting: Sitting, filed: QuizAttempt, in_app: InApp
) -> None:
    with in_app():
        stored = standing.sitting_of(sitting.group_id, sitting.id)
        found = standing.written(stored, filed.public_id, FILE_ITEM) if stored else None
        assert found is not None
        assert found.text == ""
    page = browser.get(answer_of(sitting, filed))
    assert "Download the file PDF, 1 kB" in main_words(page)
    assert "Lotte Leerling" not in page.text
    answer = browser.get(f"{answer_of(sitting, filed)}/file")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="toets-met-een-bestand {FILE_ITEM} {filed.public_id[:6]}.pdf"'
    )
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("content", "is_shown"), [(picture(), True), (docx(), False)])
def test_a_picture_is_seen_at_once_and_a_document_is_not_opened_here(
    browser: Browser, make: Factory, sitting: Sitting, pupil: User, content: bytes, is_shown: bool
) -> None:
    row = make.file_attempt(pupil, sitting, content=content)
    page = browser.get(answer_of(sitting, row))
    assert (f'<img src="{answer_of(sitting, row)}/file"' in page.text) is is_shown
    assert ("Inside it their name may still be found." in main_words(page)) is not is_shown


def test_the_student_reads_the_points_when_the_results_are_given(
    browser: Browser,
    sign_in: SignIn,
    make: Factory,
    sitting: Sitting,
    filed: QuizAttempt,
    pupil: User,
) -> None:
    browser.submit(answer_of(sitting, filed), {"points": "3", "comment": "Je mist haar zus."})
    result = f"/attempts/{filed.public_id}/result"
    assert "haar zus" not in sign_in(pupil).get(result).text
    make.release(sitting)
    words = main_words(sign_in(pupil).get(result))
    assert "3 of 4" in words
    assert "Je mist haar zus." in words


def test_only_who_teaches_the_group_has_the_file(
    sign_in: SignIn,
    make: Factory,
    group: Group,
    sitting: Sitting,
    filed: QuizAttempt,
    outsider: User,
    administrator: User,
) -> None:
    fellow, colleague = make.learner(), make.instructor()
    make.membership(group, fellow)
    others = make.group(instructors=[colleague], learners=[outsider])
    for person in (fellow, colleague, outsider, administrator):
        for path in ("", "/file"):
            answer = sign_in(person).get(f"{answer_of(sitting, filed)}{path}")
            assert answer.status_code == HTTPStatus.NOT_FOUND, (person.role, path)
    by_another_way = answer_of(sitting, filed).replace(f"/{group.id}/", f"/{others.id}/", 1)
    answer = sign_in(colleague).get(f"{by_another_way}/file")
    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_a_file_to_practise_with_is_of_nobody_but_its_maker(
    browser: Browser, make: Factory, group: Group, pupil: User
) -> None:
    sitting, row = make.file_sitting(pupil, group=group), make.file_attempt(pupil)
    answer = browser.get(f"{answer_of(sitting, row)}/file")
    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_what_is_not_handed_in_yet_and_what_is_no_file_is_not_there(
    browser: Browser, make: Factory, sitting: Sitting, pupil: User
) -> None:
    running = make.file_attempt(pupil, sitting, is_running=True)
    answers = [browser.get(f"{answer_of(sitting, running)}/file")]
    answers.append(browser.get(f"{answer_of(sitting, running, TEXT_ITEM)}/file"))
    assert {answer.status_code for answer in answers} == {HTTPStatus.NOT_FOUND}
