"""The pages on which an instructor changes the key of an item: looks, does it, sees it done."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest
from flask import Flask
from sqlalchemy import select

from course.accounts.models import User
from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import AnyItem, QuizFile
from course.curriculum.schema import SingleQuestion
from course.domain.attempts.regrading import Apply
from course.groups import actions as group_actions
from course.groups.models import Membership, Part
from course.quizzes import attempts, queries, regrading
from course.quizzes.models import KeyChange, Response, Sitting
from course.quizzes.rekeying import Change, Kind
from course.results.models import GradeRule
from course.teaching import regrading as pages_of_regrading
from course.teaching.keyform import fingerprint
from tests.browser import Browser
from tests.factories import Factory
from tests.features.at_once import at_once, click
from tests.features.quizzes.regraded import confirmed, regraded
from tests.features.teaching import sat
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]


@pytest.fixture
def teacher(make: Factory) -> User:
    return make.instructor(language="en")


@pytest.fixture
def learner(make: Factory) -> User:
    return make.learner(name="Lena Leerling")


@pytest.fixture
def sitting(make: Factory, teacher: User, learner: User) -> Sitting:
    return make.sitting(learner, group=make.group(instructors=[teacher], learners=[learner]))


@pytest.fixture
def single(make: Factory) -> SingleQuestion:
    return next(item for item in make.quiz().quiz.items if isinstance(item, SingleQuestion))


@pytest.fixture
def wrong(single: SingleQuestion) -> str:
    return next(option.slug for option in single.options if not option.right)


@pytest.fixture
def attempt(
    make: Factory,
    in_app: InApp,
    learner: User,
    sitting: Sitting,
    single: SingleQuestion,
    wrong: str,
) -> int:
    """An attempt with one wrong answer, handed in."""
    edition = make.quiz()
    with in_app():
        row = attempts.begin(learner.id, edition, db.session.get_one(Sitting, sitting.id))
        assert not isinstance(row, attempts.Refused)
        db.session.add(Response(attempt_id=row.id, item=single.slug, revision=1, given=wrong))
        db.session.commit()
        attempts.submit(row)
        return row.id


def key_of(sitting: Sitting, item: str = "") -> str:
    return f"/teach/groups/{sitting.group_id}/quizzes/{sitting.id}/key/{item}".rstrip("/")


def fraction(in_app: InApp, attempt: int, item: str) -> str:
    with in_app():
        return queries.marks_of(attempt)[item].fraction


def test_looking_changes_nothing_and_doing_it_changes_the_result(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    wrong: str,
    attempt: int,
) -> None:
    browser, url = sign_in(teacher), key_of(sitting, single.slug)
    data: dict[str, str | list[str]] = {
        "kind": "right",
        "right": [wrong],
        "reason": "The key was wrong.",
        "do": "preview",
    }
    looked = browser.submit(url, data)
    assert "1 attempt would change" in main_words(looked)
    assert "Lena Leerling" in main_words(looked)
    assert fraction(in_app, attempt, single.slug) == "0"
    done = browser.submit(looked, {"do": "apply"})
    assert done.location == key_of(sitting)
    assert fraction(in_app, attempt, single.slug) == "1"
    assert "The key was wrong." in main_words(browser.get(key_of(sitting)))
    # What an instructor changed is no change of the authors.
    assert "The authors" not in main_words(browser.get(url))


@pytest.mark.parametrize(("percent", "told"), [(1, "7.1%grade 5.8"), (90, "7.1%grade 1.4")])
def test_the_preview_tells_the_grade_and_who_passes_by_it(
    sign_in: SignIn,
    make: Factory,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    wrong: str,
    attempt: int,
    percent: int,
    told: str,
) -> None:
    rule = {"pass_tenths": 55, "is_whole": False, "quiz_percent": percent}
    make.add(GradeRule(group_id=sitting.group_id, weights={}, **rule))
    data: dict[str, str | list[str]] = {
        "kind": "right",
        "right": [wrong],
        "reason": "The key was wrong.",
        "do": "preview",
    }
    words = main_words(sign_in(teacher).submit(key_of(sitting, single.slug), data))
    assert told in words
    assert ("sufficient now" in words) is (percent == 1)
    assert "no longer sufficient" not in words


def test_only_whose_points_change_is_listed_and_the_others_are_counted(
    sign_in: SignIn,
    in_app: InApp,
    make: Factory,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    wrong: str,
    attempt: int,
) -> None:
    """Wrong before and after: marked with the new key too, and nothing happened to them."""
    for name in ("Bas Blanco", "Bo Blanco"):
        blank = make.learner(name=name)
        make.add(Membership(group_id=sitting.group_id, user_id=blank.id, part=Part.LEARNER))
        sat.handed_in(make, blank, sitting)
    change = Change(item=single.slug, kind=Kind.RIGHT, right=(wrong,))
    with in_app():
        number = confirmed(sitting, change, by=teacher.id).id
        regrading.go_on(sitting.id)
    words = main_words(sign_in(teacher).get(f"{key_of(sitting)}/changes/{number}"))
    assert "Done: 1 attempt has other points" in words
    assert "Lena Leerling" in words
    assert "Blanco" not in words
    assert "2 other attempts were marked with it too, and keep the same points." in words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"reason": "Why."}, "Choose what changes."),
        ({"kind": "drop"}, "Give a reason: it is kept with the change."),
        ({"kind": "right", "reason": "Why."}, "Choose what is right."),
    ],
)
def test_what_is_missing_is_said_and_nothing_changes(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    attempt: int,
    data: dict[str, str],
    words: str,
) -> None:
    url = key_of(sitting, single.slug)
    answer = sign_in(teacher).submit(url, {**data, "do": "apply"})
    assert answer.status_code == 422
    assert words in main_words(answer)
    assert fraction(in_app, attempt, single.slug) == "0"


def test_who_does_not_teach_this_group_finds_no_page(
    sign_in: SignIn, make: Factory, outsider: User, sitting: Sitting, single: SingleQuestion
) -> None:
    for person in (outsider, make.instructor()):
        for url in (key_of(sitting), key_of(sitting, single.slug)):
            assert sign_in(person).get(url).status_code == 404
        assert sign_in(person).post(key_of(sitting, single.slug), data={}).status_code == 404


def test_an_item_that_there_is_not_is_no_page(
    sign_in: SignIn, teacher: User, sitting: Sitting
) -> None:
    assert sign_in(teacher).get(key_of(sitting, "niets")).status_code == 404


# --- Leaving a question out ----------------------------------------------------------------


def test_a_question_is_left_out_for_a_reason_and_counts_again_by_the_same_road(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    attempt: int,
) -> None:
    browser, url = sign_in(teacher), key_of(sitting, single.slug)
    data = {"kind": "drop", "mode": "all", "reason": "It could be read in two ways."}
    looked = browser.submit(url, {**data, "do": "preview"})
    assert "Whoever hands in later is marked with it too" in main_words(looked)
    assert browser.submit(looked, {"do": "apply"}).location == key_of(sitting)
    with in_app():
        assert queries.marks_of(attempt)[single.slug].maximum == 0
    keys = browser.get(key_of(sitting))
    assert "left out It could be read in two ways." not in main_words(keys)
    assert "It could be read in two ways." in main_words(keys)
    (number,) = numbers_of(in_app, sitting)
    record = browser.get(f"{key_of(sitting)}/changes/{number}")
    assert "Done: 1 attempt has other points" in main_words(record)
    assert f"Lena Leerling0 of {single.points}does not count" in main_words(record)
    standing = main_words(browser.get(key_of(sitting).removesuffix("/key")))
    assert "is left out: It could be read in two ways." in standing
    back = browser.get(f"{url}?kind=back&mode=all")
    looked = browser.submit(back, {"reason": "It was clear enough.", "do": "preview"})
    browser.submit(looked, {"do": "apply"})
    with in_app():
        assert queries.marks_of(attempt)[single.slug].maximum == single.points


def numbers_of(in_app: InApp, sitting: Sitting) -> list[int]:
    with in_app():
        return [row.id for row in queries.changes_of(sitting.id)]


def test_a_text_that_was_left_out_is_not_read_any_more(
    sign_in: SignIn,
    in_app: InApp,
    make: Factory,
    teacher: User,
    learner: User,
    sitting: Sitting,
) -> None:
    essay = next(item.slug for item in make.quiz().quiz.items if item.type == "essay")
    with in_app():
        row = attempts.begin(learner.id, make.quiz(), db.session.get_one(Sitting, sitting.id))
        assert not isinstance(row, attempts.Refused)
        db.session.add(Response(attempt_id=row.id, item=essay, revision=1, given="Zo."))
        db.session.commit()
        attempts.submit(row)
    browser, of_sitting = sign_in(teacher), key_of(sitting).removesuffix("/key")
    address = f"{of_sitting}/answers/{row.public_id}/{essay}"
    assert browser.get(address).status_code == HTTPStatus.OK
    for kind in (Kind.DROP, Kind.FULL):
        with in_app():
            regraded(sitting, Change(item=essay, kind=kind), by=teacher.id)
        assert browser.get(address).status_code == HTTPStatus.NOT_FOUND
        assert "Read 1 answer" not in main_words(browser.get(of_sitting))


def test_all_that_counts_cannot_be_left_out_and_the_page_says_what_can(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    attempt: int,
) -> None:
    with in_app():
        others = [
            slug
            for slug, mark in queries.marks_of(attempt).items()
            if mark.maximum and slug != single.slug
        ]
        for slug in others:
            regraded(sitting, Change(item=slug, kind=Kind.DROP), by=teacher.id)
    data = {"kind": "drop", "mode": "all", "reason": "Unclear.", "do": "preview"}
    answer = sign_in(teacher).submit(key_of(sitting, single.slug), data)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Give everybody its points instead." in main_words(answer)


# --- Only what was looked at, and only once ------------------------------------------------


def test_what_was_not_looked_at_is_not_done_but_shown(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    attempt: int,
) -> None:
    browser, url = sign_in(teacher), key_of(sitting, single.slug)
    data = {"kind": "full", "mode": "all", "reason": "Unclear."}
    looked = browser.submit(url, {**data, "do": "preview"})
    other = browser.submit(looked, {"kind": "drop", "do": "apply"})
    assert other.status_code == HTTPStatus.OK
    assert "0 attempts would change" in main_words(other)
    assert numbers_of(in_app, sitting) == []
    assert browser.submit(other, {"do": "apply"}).status_code == HTTPStatus.SEE_OTHER
    assert fraction(in_app, attempt, single.slug) == "0"
    assert len(numbers_of(in_app, sitting)) == 1


def test_of_sixteen_clicks_at_once_one_changes_the_key(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    attempt: int,
) -> None:
    url = key_of(sitting, single.slug)
    data = {
        "kind": "drop",
        "mode": "all",
        "reason": "Unclear.",
        "seen": "0",
        "looked_at": fingerprint(Change(item=single.slug, kind=Kind.DROP), Apply.ALL),
        "do": "apply",
    }
    answers = at_once([click(sign_in(teacher), url, data) for _click in range(16)])
    assert {answer.status_code for answer in answers} == {HTTPStatus.SEE_OTHER}
    assert len(numbers_of(in_app, sitting)) == 1
    with in_app():
        assert queries.marks_of(attempt)[single.slug].maximum == 0


def test_a_colleague_who_changed_a_key_meanwhile_is_seen_before_anything_is_done(
    sign_in: SignIn,
    in_app: InApp,
    make: Factory,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    attempt: int,
) -> None:
    browser, url = sign_in(teacher), key_of(sitting, single.slug)
    data = {"kind": "drop", "mode": "all", "reason": "Unclear.", "do": "preview"}
    looked = browser.submit(url, data)
    other = next(item.slug for item in make.quiz().quiz.items if item.type == "matching")
    colleague = make.instructor()
    with in_app():
        regraded(sitting, Change(item=other, kind=Kind.FULL), by=colleague.id)
    refused = browser.submit(looked, {"do": "apply"})
    assert "A colleague changed a key in the meantime." in refused.text
    with in_app():
        assert queries.marks_of(attempt)[single.slug].maximum == single.points
    assert browser.submit(refused, {"do": "apply"}).status_code == HTTPStatus.SEE_OTHER


# --- How far it is -------------------------------------------------------------------------


def test_what_takes_longer_has_a_page_that_tells_how_far_it_is(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    attempt: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages_of_regrading, "AT_ONCE", timedelta(0))
    browser, url = sign_in(teacher), key_of(sitting, single.slug)
    data = {"kind": "drop", "mode": "all", "reason": "Unclear.", "do": "preview"}
    going_on = browser.submit(browser.submit(url, data), {"do": "apply"})
    (number,) = numbers_of(in_app, sitting)
    progress = f"{key_of(sitting)}/changes/{number}"
    assert going_on.location == progress
    page = browser.get(progress)
    assert "1 of 1 attempt looked at" in main_words(page)
    assert 'hx-trigger="every 1s"' in page.text
    part = browser.get(progress, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert 'hx-trigger="every 1s"' in part.text
    assert "A key is being changed." in main_words(browser.get(key_of(sitting)[: -len("/key")]))
    assert browser.get(url).location == progress
    assert browser.submit(page, action="/go-on").location == progress
    done = browser.get(progress, headers={"HX-Request": "true"})
    assert "Done: 1 attempt has other points" in done.text
    assert "hx-trigger" not in done.text


def test_looking_how_far_it_is_changes_nothing(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    attempt: int,
) -> None:
    with in_app():
        row = confirmed(sitting, Change(item=single.slug, kind=Kind.DROP), by=teacher.id)
    sign_in(teacher).get(f"{key_of(sitting)}/changes/{row.id}")
    with in_app():
        assert regrading.unfinished(sitting.id)
        assert queries.marks_of(attempt)[single.slug].maximum == single.points


def test_nobody_else_sees_how_far_it_is_or_works_on_it(
    sign_in: SignIn,
    in_app: InApp,
    make: Factory,
    teacher: User,
    learner: User,
    outsider: User,
    sitting: Sitting,
    single: SingleQuestion,
    attempt: int,
) -> None:
    with in_app():
        row = confirmed(sitting, Change(item=single.slug, kind=Kind.DROP), by=teacher.id)
    progress = f"{key_of(sitting)}/changes/{row.id}"
    for person in (outsider, learner, make.instructor(), make.administrator()):
        assert sign_in(person).get(progress).status_code == HTTPStatus.NOT_FOUND
        assert sign_in(person).post(f"{progress}/go-on").status_code == HTTPStatus.NOT_FOUND
    other = make.sitting(make.learner(), group=make.group(instructors=[teacher]))
    elsewhere = f"{key_of(other)}/changes/{row.id}"
    assert sign_in(teacher).get(elsewhere).status_code == HTTPStatus.NOT_FOUND
    with in_app():
        assert regrading.unfinished(sitting.id)
        assert attempt


def test_of_who_left_the_group_no_name_is_told(
    sign_in: SignIn,
    in_app: InApp,
    teacher: User,
    learner: User,
    sitting: Sitting,
    single: SingleQuestion,
    attempt: int,
) -> None:
    with in_app():
        group_actions.leave(sitting.group_id, learner.id)
    browser, url = sign_in(teacher), key_of(sitting, single.slug)
    data = {"kind": "full", "mode": "all", "reason": "Unclear.", "do": "preview"}
    looked = browser.submit(url, data)
    assert "somebody who left the group" in main_words(looked)
    browser.submit(looked, {"do": "apply"})
    (number,) = numbers_of(in_app, sitting)
    record = browser.get(f"{key_of(sitting)}/changes/{number}")
    assert "Lena" not in looked.text + record.text
    assert fraction(in_app, attempt, single.slug) == "1"


# --- The content of today ------------------------------------------------------------------


@contextmanager
def content_with(app: Flask, edition: QuizEdition, item: AnyItem) -> Iterator[None]:
    """The authors put ``item`` in the place of the one with its slug."""
    items = tuple(item if each.slug == item.slug else each for each in edition.quiz.items)
    quiz = QuizFile.model_construct(**{**dict(edition.quiz), "items": items})
    changed = QuizEdition.model_construct(quiz=quiz, sources=edition.sources)
    library = app.extensions["library"]
    app.extensions["library"] = replace(library, quizzes={**library.quizzes, quiz.slug: changed})
    try:
        yield
    finally:
        app.extensions["library"] = library


def test_a_key_that_the_authors_corrected_is_taken_over_with_one_look(
    app: Flask,
    sign_in: SignIn,
    in_app: InApp,
    make: Factory,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
    wrong: str,
    attempt: int,
) -> None:
    options = tuple(
        option.model_copy(update={"right": option.slug == wrong}) for option in single.options
    )
    corrected = single.model_copy(update={"options": options})
    browser, url = sign_in(teacher), key_of(sitting, single.slug)
    assert "The authors changed what is right here" not in main_words(browser.get(url))
    with content_with(app, make.quiz(), corrected):
        assert "The authors changed what is right here" in main_words(browser.get(url))
        page = browser.get(f"{url}?source=content")
        looked = browser.submit(page, {"do": "preview"})
        browser.submit(looked, {"do": "apply"})
        assert "The authors changed" not in main_words(browser.get(url))
    assert fraction(in_app, attempt, single.slug) == "1"
    with in_app():
        reasons = db.session.scalars(select(KeyChange.reason)).all()
    assert reasons == ["The authors corrected the key."]


def test_a_question_with_other_options_is_another_question_whose_key_is_not_taken_over(
    app: Flask,
    sign_in: SignIn,
    make: Factory,
    teacher: User,
    sitting: Sitting,
    single: SingleQuestion,
) -> None:
    one_more = single.options[-1].model_copy(update={"slug": "iets-nieuws", "right": False})
    other = single.model_copy(update={"options": (*single.options, one_more)})
    with content_with(app, make.quiz(), other):
        page = sign_in(teacher).get(f"{key_of(sitting, single.slug)}?source=content")
    assert "The authors ask something else here now" in main_words(page)
    assert 'value="right" checked' not in page.text
