"""The quizzes of the demo: one given back, one open; true to the quizzes, and to the clock."""

import re
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import pytest
import time_machine
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from course import demo
from course.accounts.models import User
from course.core import uploads
from course.core.clock import AMSTERDAM, now
from course.core.db import db
from course.core.filetypes import Checked, checked
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import EssayQuestion, FileQuestion, WeighingItem
from course.demo import people
from course.domain.attempts import AttemptState
from course.domain.figures import MINIMUM_DISCRIMINATION
from course.domain.scoring.scores import AnswerState
from course.domain.words import count_words
from course.groups.models import Group
from course.lessons import editions
from course.quizzes import pictures, queries
from course.quizzes.models import (
    Allowance,
    ItemPicture,
    KeyChange,
    Mark,
    MarkChange,
    QuizAttempt,
    Response,
    ResponseFile,
    Sitting,
)
from course.quizzes.pictures import EVERYBODY
from course.quizzes.rekeying import marked
from course.quizzes.responses import problem_of, read
from course.teaching import analysis, standing
from tests.browser import Browser
from tests.factories import Factory
from tests.pages import main_words

InApp: TypeAlias = Callable[[], AbstractContextManager[None]]
SignIn: TypeAlias = Callable[[User], Browser]
Named: TypeAlias = Callable[[str], User]

STUDENT, INSTRUCTOR = "student@example.org", "docent@example.org"
CLOSED, OPEN = "toets-waarom-eropaf", "toets-afsluiten-of-loslaten"
# Loading takes a second; what the rows are like is the same on either database.
on_one_database = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
ESSAY = "bovenop-het-dossier"
NUMBER, LUCK = "uren-per-traject", "bemoeizorg-en-de-wmo"


def _all(model: type[Any], **columns: Any) -> list[Any]:
    return list(db.session.scalars(select(model).filter_by(**columns)))


def _sitting(slug: str) -> Sitting:
    """With its edition."""
    (row,) = _all(Sitting, slug=slug)
    found = standing.sitting_of(row.group_id, row.id)
    assert found is not None
    return found


def _edition(slug: str) -> QuizEdition:
    return editions.library().quizzes[slug]


def _address(sitting: Sitting) -> str:
    return f"/teach/groups/{sitting.group_id}/quizzes/{sitting.id}"


# --- What there is -------------------------------------------------------------------------


@pytest.mark.usefixtures("loaded")
def test_one_quiz_is_closed_and_given_back_and_one_is_open(in_app: InApp) -> None:
    with in_app():
        closed, still_open = _sitting(CLOSED), _sitting(OPEN)
        (group,) = _all(Group, join_code="WEEG2B")
        assert closed.group_id == still_open.group_id == group.id
        # What is invented is called so: beside it lies the example of the content.
        assert [queries.panel_of(each.id) for each in (closed, still_open)] == [None, None]
    assert closed.closes_at is not None
    assert closed.released_at is not None
    assert closed.closes_at < closed.released_at < now()
    assert still_open.opens_at is not None
    assert still_open.closes_at is not None
    assert still_open.opens_at < now() < still_open.closes_at
    assert still_open.released_at is None


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_of_the_open_quiz_some_handed_in_some_are_busy_and_some_did_not_begin(
    in_app: InApp,
) -> None:
    with in_app():
        found = standing.standing(_sitting(OPEN))
    assert found.count("working") == 3
    assert found.count("handed_in") == 10
    assert found.count("not_begun") == 12
    assert found.waiting == 8  # six texts and two drawings
    assert found.working_until is not None
    assert found.working_until > now()


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_one_student_has_more_time_and_is_using_it(in_app: InApp) -> None:
    with in_app():
        (allowance,) = _all(Allowance)
        (row,) = _all(QuizAttempt, user_id=allowance.user_id, slug=OPEN)
    assert allowance.extra_time == 25
    assert allowance.reason
    assert row.ends_at - row.started_at == timedelta(minutes=90 * 1.25)


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_of_the_closed_quiz_some_have_a_second_attempt_and_one_ran_out_of_time(
    in_app: InApp,
) -> None:
    with in_app():
        found = standing.standing(_sitting(CLOSED))
        tries = [each.row for learner in found.learners for each in learner.tries]
    again = [learner for learner in found.learners if len(learner.tries) == 2]
    assert len(again) == 4
    assert any(learner.tries[0].share < learner.tries[1].share for learner in again)
    assert len([row for row in tries if row.finished_at == row.ends_at]) == 1
    assert found.count("working") == 0


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_there_are_strong_and_weak_results(in_app: InApp) -> None:
    with in_app():
        found = standing.standing(_sitting(CLOSED))
    shares = [learner.counted for learner in found.learners if learner.counted is not None]
    assert min(shares) < 0.4
    assert max(shares) > 0.9
    assert len(set(shares)) > 12


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_the_figures_of_the_items_say_something(in_app: InApp) -> None:
    with in_app():
        found = _analysed(CLOSED)
    by_slug = {each.item.slug: each.figures.item_rest.value or 0 for each in found.items}
    assert found.n >= MINIMUM_DISCRIMINATION
    assert not found.left_out
    assert found.quiz is not None
    assert found.quiz.alpha.value is not None
    assert found.quiz.alpha.value > 0.4
    # One was luck for everybody: who did well on the rest did not do well here.
    assert by_slug.pop(LUCK) < 0.1
    assert sorted(by_slug.values())[1] > 0.3


def _analysed(slug: str) -> analysis.QuizAnalysis:
    sitting = _sitting(slug)
    return analysis.of_sitting(
        standing.edition_of(sitting),
        standing.attempts_in(sitting),
        standing.marks_in(sitting),
        standing.responses_in(sitting),
    )


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_how_the_group_weighed_can_be_shown_of_each_weighing(in_app: InApp) -> None:
    with in_app():
        weighings = [
            item.slug for item in _edition(CLOSED).quiz.items if isinstance(item, WeighingItem)
        ]
        shown = {picture.item: picture.answers for picture in _all(ItemPicture, slug=CLOSED)}
    assert all(shown[slug] >= 10 for slug in weighings)


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_what_was_written_differs_and_some_of_it_was_read_with_a_comment(in_app: InApp) -> None:
    with in_app():
        item = _edition(OPEN).quiz.item(ESSAY)
        marks = _all(Mark, item=ESSAY)
        texts = {row.attempt_id: row.given for row in _all(Response, item=ESSAY)}
    assert isinstance(item, EssayQuestion)
    handed_in = [texts[mark.attempt_id] for mark in marks if mark.attempt_id in texts]
    assert len(handed_in) == len(set(handed_in)) == 9
    assert all(item.minimum_words <= count_words(text) <= item.maximum_words for text in handed_in)
    read_ones = [mark for mark in marks if mark.given_by]
    assert len(read_ones) == 3
    assert all(mark.comment for mark in read_ones)


# --- It is what the feature would have made ------------------------------------------------


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_every_answer_could_have_been_given_on_the_page(in_app: InApp) -> None:
    with in_app():
        slug_of = {row.id: row.slug for row in _all(QuizAttempt)}
        answered = [(slug_of[row.attempt_id], row) for row in _all(Response)]
        quizzes = {slug: _edition(slug).quiz for slug in (CLOSED, OPEN)}
        files = {(row.attempt_id, row.item): row for row in _all(ResponseFile)}
        contents = [uploads.content_of(row) for row in files.values()]
    assert len(answered) > 400
    assert len(contents) == 2
    assert all(isinstance(checked(content), Checked) for content in contents)
    for slug, row in answered:
        item = quizzes[slug].item(row.item)
        assert item is not None
        if isinstance(item, FileQuestion):
            assert files[row.attempt_id, row.item].name == row.given
        else:
            assert read(item, _as_form(row)) == row.given, (row.item, row.given)
        assert problem_of(item, row.given) is None, (row.item, row.given)
        assert (row.reason is None) or isinstance(item, WeighingItem)
        assert (row.certainty is not None) == (row.item in quizzes[slug].certainty)


def _as_form(row: Response) -> MultiDict[str, str]:
    match row.given:
        case dict() as parts:
            return MultiDict({f"{row.item}.{name}": value for name, value in parts.items()})
        case list() as several:
            return MultiDict([(row.item, value) for value in several])
    return MultiDict({row.item: row.given})


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_everything_that_the_sheet_tells_of_an_attempt_is_in_it(in_app: InApp) -> None:
    told = [
        each
        for sheet in people.sheets()
        for learner in sheet.learners
        for tries in learner.quizzes.values()
        for each in tries
    ]
    with in_app():
        kept = _all(Response)
        attempts, drawn = (
            _all(QuizAttempt),
            {slug for row in _all(QuizAttempt) for slug in row.items},
        )
    assert len(attempts) == len(told)
    texts = {row.given for row in kept if isinstance(row.given, str)}
    said = {text for each in told for text in each.answers.values() if isinstance(text, str)}
    assert said <= texts
    reasons = {row.reason for row in kept if row.reason}
    assert reasons == {reason for each in told for reason in each.reasons.values()}
    flagged = sum(slug in drawn for each in told for slug in each.flagged)
    assert len([row for row in kept if row.is_flagged]) == flagged


@pytest.mark.usefixtures("loaded")
def test_marking_everything_again_gives_the_same(in_app: InApp) -> None:
    with in_app():
        rows = [row for row in _all(QuizAttempt) if not row.is_running]
        for row in rows:
            edition, changes = queries.edition_of(row), queries.key_changes(row.sitting_id)
            responses, marks = queries.responses_of(row.id), queries.marks_of(row.id)
            for slug in row.items:
                given = responses[slug].given if slug in responses else None
                new, mark = marked(edition, slug, given, changes=changes), marks.get(slug)
                if new is None or mark is None:
                    assert new is None
                    assert mark is None
                elif mark.given_by is None:
                    again = (str(new.fraction), new.maximum, new.state, new.key)
                    assert again == (mark.fraction, mark.maximum, mark.state, mark.key), slug
    assert len(rows) > 35


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_an_attempt_is_graded_exactly_when_nothing_waits_for_a_person(in_app: InApp) -> None:
    with in_app():
        for row in _all(QuizAttempt):
            states = {mark.state for mark in queries.marks_of(row.id).values()}
            if row.is_running:
                assert states == set()
            else:
                waits = AnswerState.NEEDS_GRADING in states
                assert row.state == (AttemptState.SUBMITTED if waits else AttemptState.GRADED)


@pytest.mark.usefixtures("loaded")
def test_a_key_was_changed_with_a_reason_and_nobody_lost_by_it(in_app: InApp) -> None:
    with in_app():
        (change,) = _all(KeyChange)
        changes = _all(MarkChange, change_id=change.id)
    assert change.item == NUMBER
    assert change.reason
    gained = [row for row in changes if row.before["fraction"] == "0" != row.after["fraction"]]
    assert len(gained) >= 2
    assert all(row.after["fraction"] >= row.before["fraction"] for row in changes)


@pytest.mark.usefixtures("loaded")
def test_a_picture_holds_whole_blocks_of_first_attempts(in_app: InApp) -> None:
    with in_app():
        first = {row.id for row in _all(QuizAttempt, slug=CLOSED, number=1)}
        counted = [row for row in _all(Response, is_pictured=True) if row.attempt_id in first]
        edition = _edition(CLOSED)
        for picture in _all(ItemPicture, slug=CLOSED):
            item = edition.quiz.item(picture.item)
            assert isinstance(item, WeighingItem)
            cells: dict[str, Counter[str]] = {}
            for row in counted:
                if row.item == picture.item:
                    for part, cell in pictures.cells_of(item, row.given).items():
                        cells.setdefault(part, Counter())[cell] += 1
            assert picture.counts == cells
            assert picture.answers == sum(row.item == picture.item for row in counted)


# --- When it happened ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 6, 1, 9, 30, tzinfo=AMSTERDAM),  # a Monday
        datetime(2026, 6, 4, 15, 0, tzinfo=AMSTERDAM),
        datetime(2026, 6, 7, 22, 0, tzinfo=AMSTERDAM),  # a Sunday
        datetime(2026, 3, 31, 0, 1, tzinfo=AMSTERDAM),  # after the clock went forward
        datetime(2026, 10, 27, 23, 59, tzinfo=AMSTERDAM),  # and back
    ],
    ids=str,
)
@on_one_database
def test_on_any_day_everything_happened_in_order_and_while_the_quiz_was_open(
    in_app: InApp, clock: time_machine.Traveller, moment: datetime
) -> None:
    clock.move_to(moment)
    with in_app():
        assert demo.load()
        sittings = {row.id: row for row in _all(Sitting)}
        answered = _all(Response)
        for row in _all(QuizAttempt):
            sitting = sittings[row.sitting_id]
            assert sitting.opens_at <= row.started_at < row.ends_at <= sitting.closes_at
            saved = [each.saved_at for each in answered if each.attempt_id == row.id]
            assert all(row.started_at <= at <= (row.finished_at or now()) for at in saved)
            for mark in queries.marks_of(row.id).values():
                assert row.finished_at <= mark.given_at <= now()
            assert (row.finished_at is None) == (row.ends_at > now())


@on_one_database
def test_the_answers_are_the_same_on_any_day(in_app: InApp, clock: time_machine.Traveller) -> None:
    with in_app():
        demo.load()
        today = _what_was_answered()
        demo.remove()
        clock.shift(timedelta(days=2, hours=5))
        demo.load()
        assert _what_was_answered() == today


def _what_was_answered() -> list[tuple[Any, ...]]:
    statement = (
        select(User.email, QuizAttempt.number, Response.item, Response.given, Response.reason)
        .join(QuizAttempt, QuizAttempt.id == Response.attempt_id)
        .join(User, User.id == QuizAttempt.user_id)
    )
    return sorted((tuple(row) for row in db.session.execute(statement)), key=repr)


# --- The pages -----------------------------------------------------------------------------


@pytest.mark.usefixtures("loaded")
def test_the_student_has_a_result_to_look_at_and_a_quiz_to_begin(
    in_app: InApp, sign_in: SignIn, named: Named
) -> None:
    student = named(STUDENT)
    with in_app():
        (row,) = _all(QuizAttempt, user_id=student.id)
        titles = {slug: _edition(slug).quiz.title.nl for slug in (CLOSED, OPEN)}
    browser = sign_in(student)
    home = main_words(browser.get("/home"))
    assert titles[OPEN] in home
    assert titles[CLOSED] not in home
    result = main_words(browser.get(f"/attempts/{row.public_id}/result"))
    assert re.search(r"4,1 van de 8 punten", result)
    assert "fictief panel" in result
    assert "Hoe zeker je was" in result
    sitting = f"/quizzes/{OPEN}?sitting="
    link = re.search(rf'href="({re.escape(sitting)}\d+)"', browser.get("/quizzes").text)
    assert link is not None
    assert browser.get(link[1]).status_code == 200


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_the_instructor_opens_every_page_of_both_quizzes(
    in_app: InApp, sign_in: SignIn, named: Named
) -> None:
    browser = sign_in(named(INSTRUCTOR))
    with in_app():
        found = [(_sitting(slug), _edition(slug).quiz.title.nl) for slug in (CLOSED, OPEN)]
        texts = [row.given for row in _all(Response, item=ESSAY)]
    assert "8 antwoorden te lezen" in main_words(
        browser.get(f"/teach/groups/{found[0][0].group_id}/quizzes")
    )
    for sitting, title in found:
        address = _address(sitting)
        for page in ("", "/rules", "/figures", "/key", f"/key/{_first(sitting)}"):
            assert browser.get(address + page).status_code == 200, page
        assert title in main_words(browser.get(address))
    to_read = re.findall(rf'href="([^"]+/answers/[^"]+/{ESSAY})"', browser.get(address).text)
    assert len(to_read) == 1 + 3  # the first that waits, and those that were read
    for link in to_read:
        page = main_words(browser.get(link))
        assert any(" ".join(text.split())[:60] in page for text in texts)


def _first(sitting: Sitting) -> str:
    return NUMBER if sitting.slug == CLOSED else "delen-over-lotte"


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_a_learner_of_the_other_group_finds_nothing_of_it(
    in_app: InApp, sign_in: SignIn, named: Named
) -> None:
    outsider = sign_in(named("Anneke Roelofsen"))
    with in_app():
        sitting = _sitting(OPEN)
        (row, *_others) = _all(QuizAttempt, slug=CLOSED)
    assert outsider.get(_address(sitting)).status_code in {403, 404}
    assert outsider.get(f"/quizzes/{OPEN}?sitting={sitting.id}").status_code == 404
    assert outsider.get(f"/attempts/{row.public_id}/result").status_code == 404
    assert _edition_title(in_app) not in main_words(outsider.get("/home"))


def _edition_title(in_app: InApp) -> str:
    with in_app():
        return _edition(OPEN).quiz.title.nl


# --- And gone ------------------------------------------------------------------------------


@pytest.mark.usefixtures("loaded")
def test_removing_takes_the_demo_out_of_what_everybody_answered_and_nobody_else(
    in_app: InApp, make: Factory
) -> None:
    with in_app():
        (picture,) = _all(ItemPicture, scope=EVERYBODY, item="geen-prei")
        (part,) = picture.counts
        counts = {**picture.counts[part], "0": picture.counts[part].get("0", 0) + 12}
        picture.counts, picture.answers = {part: counts}, picture.answers + 12
        db.session.commit()
        demo.remove()
        (left,) = _all(ItemPicture)
    assert left.answers == 12
    assert {cell: count for cell, count in left.counts[part].items() if count} == {"0": 12}
