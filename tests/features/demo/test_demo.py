"""The demo on a real database: all of it, once, true to the lessons, and gone without a trace."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any, TypeAlias

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from course import demo
from course.accounts.models import User
from course.cases.models import Playthrough, Turn
from course.config import Mode
from course.core.access import Role
from course.core.clock import AMSTERDAM, now
from course.core.db import Model, db
from course.core.outbox import Message
from course.curriculum.edition import Edition
from course.curriculum.schema import QuestionStep, ReflectStep, ScaleStep
from course.domain.words import count_words
from course.groups.models import Group, Membership, Part
from course.lessons import editions
from course.lessons.models import Draft, Enrolment, StepDone
from course.marking.models import Assignment, Release
from course.quizzes.marking import mark
from course.quizzes.models import Answer
from course.reflections.actions import receipt_code
from course.reflections.models import Submission
from course.weighings import queries as weighings
from course.weighings.models import LONGEST_REASON, GroupPicture, Weighing
from tests.browser import Browser
from tests.factories import Factory
from tests.houses import make_app, settings_for
from tests.pages import main_words

InApp: TypeAlias = Callable[[], AbstractContextManager[None]]
SignIn: TypeAlias = Callable[[User], Browser]

STUDENT, INSTRUCTOR = "student@example.org", "docent@example.org"
FIRST, SECOND = "waarom-eropaf", "afsluiten-of-loslaten"
# Between them, each stage in each lesson, in Dutch and in English.
ALL_STAGES = [
    STUDENT,
    "thijs.boonstra@demo.example.org",
    "fenna.dijkhuis@demo.example.org",
    "hannah.kowalczyk@demo.example.org",
    "henk-jan.postma@demo.example.org",
]


def _all(model: type[Any], **columns: Any) -> list[Any]:
    return list(db.session.scalars(select(model).filter_by(**columns)))


def _rows() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    return {
        table.name: sorted((tuple(row) for row in db.session.execute(select(table))), key=repr)
        for table in Model.metadata.sorted_tables
    }


def _user(in_app: InApp, email: str) -> User:
    with in_app():
        return db.session.execute(select(User).filter_by(email=email)).scalar_one()


def _editions(in_app: InApp) -> dict[str, Edition]:
    with in_app():
        return dict(editions.library().editions)


# --- What there is -------------------------------------------------------------------------


@pytest.mark.usefixtures("loaded")
def test_there_are_two_groups_with_their_learners_and_instructors(in_app: InApp) -> None:
    with in_app():
        groups = {group.join_code: group.name for group in _all(Group, is_demo=True)}
        everybody = _all(User)
        parts = dict(
            db.session.execute(
                select(Membership.part, func.count(Membership.id)).group_by(Membership.part)
            ).all()
        )
    assert groups == {"WEEG2B": "SW-2B", "WATER5": "Wijkteam Waterveld-Oost"}
    assert all(user.is_demo for user in everybody)
    assert parts == {Part.LEARNER: 35, Part.INSTRUCTOR: 3}
    teachers = {user.email for user in everybody if user.role != Role.LEARNER}
    assert teachers == {INSTRUCTOR, "collega@example.org"}


@pytest.mark.usefixtures("loaded")
def test_some_have_not_begun_some_are_half_way_and_some_are_done(in_app: InApp) -> None:
    with in_app():
        begun = {run.user_id for run in _all(Enrolment)}
        done = [run for run in _all(Enrolment) if run.completed_at]
        learners = _all(User, role=Role.LEARNER)
    assert len(learners) - len(begun) == 3
    assert len(done) == 14


@pytest.mark.parametrize("weekday", range(7))
def test_at_least_twelve_reflections_are_handed_in_and_one_for_the_second_time(
    clock: time_machine.Traveller, in_app: InApp, weekday: int
) -> None:
    clock.shift(timedelta(days=weekday))  # People work at other hours in the weekend.
    with in_app():
        assert demo.load()
        handed_in = _all(Submission)
    standing = [item for item in handed_in if item.withdrawn_at is None]
    withdrawn = [item for item in handed_in if item.withdrawn_at]
    assert len(standing) >= 12
    assert len({item.text for item in handed_in}) == len(handed_in)
    assert [item.number for item in withdrawn] == [1]
    (again,) = [item for item in standing if item.number == 2]
    assert again.user_id == withdrawn[0].user_id
    assert withdrawn[0].handed_in_at < withdrawn[0].withdrawn_at < again.handed_in_at


@pytest.mark.usefixtures("loaded")
def test_most_played_a_case_to_an_end_and_the_student_is_half_way(in_app: InApp) -> None:
    with in_app():
        played = _all(Playthrough)
        student = db.session.execute(select(User).filter_by(email=STUDENT)).scalar_one()
        ends = {
            (row.slug, turn.state["node"])
            for row in played
            for turn in _all(Turn, playthrough_id=row.id, number=row.head)
        }
        assert all(row.started_at < row.seen_at <= now() for row in played)
    assert len([row for row in played if row.ended_at]) >= 20
    assert [row.slug for row in played if not row.ended_at and row.user_id == student.id]
    assert len(ends) >= 4


@pytest.mark.usefixtures("loaded")
def test_lessons_are_due_and_an_instructor_sees_who_needs_somebody(
    in_app: InApp, sign_in: SignIn
) -> None:
    agenda = main_words(sign_in(_user(in_app, STUDENT)).get("/agenda"))
    assert "Afsluiten of loslaten?" in agenda
    today = main_words(sign_in(_user(in_app, INSTRUCTOR)).get("/teach/"))
    assert "Esra Yildirim – vroeg hulp bij" in today
    assert "deadline ·" in today


@pytest.mark.usefixtures("loaded")
def test_weighing_again_moves_some_and_not_others(in_app: InApp) -> None:
    with in_app():
        first = {
            (item.enrolment_id, item.scale): item
            for item in _all(Weighing)
            if item.step == item.scale
        }
        again = [item for item in _all(Weighing) if item.step != item.scale]
    changed = [
        (item.agreement, item.client)
        != (
            first[item.enrolment_id, item.scale].agreement,
            first[item.enrolment_id, item.scale].client,
        )
        for item in again
    ]
    assert changed.count(True) >= 5
    assert changed.count(False) >= 3


@pytest.mark.usefixtures("loaded")
def test_the_class_is_large_enough_to_see_how_it_weighed(in_app: InApp, sign_in: SignIn) -> None:
    student = _user(in_app, STUDENT)
    lesson = _editions(in_app)[FIRST].lesson
    scale = next(step for step in lesson.steps if isinstance(step, ScaleStep))
    with in_app():
        picture = weighings.group_picture(student.id, FIRST, scale.slug)
    assert picture is not None
    assert picture.answers >= 12
    page = main_words(sign_in(student).get(f"/lessons/{FIRST}/{scale.slug}"))
    for cell in picture.cells:
        assert f"{cell}%" in page  # A number for each side: none of them is hidden.


# --- It is what the features would have made -----------------------------------------------


@pytest.mark.usefixtures("loaded")
def test_every_answer_has_the_score_that_the_question_gives(in_app: InApp) -> None:
    with in_app():
        answers = _all(Answer)
        for answer in answers:
            step = editions.library().editions[answer.lesson].step(answer.step)
            assert isinstance(step, QuestionStep)
            question = next(item for item in step.questions if item.slug == answer.question)
            score = mark(question, answer.given)
            assert (answer.numerator, answer.denominator) == score.fraction.as_integer_ratio()
            assert answer.maximum == question.points
    wrong = [answer for answer in answers if answer.numerator < answer.denominator]
    assert len(wrong) > 10
    assert {answer.attempt for answer in answers} == {1, 2}


@pytest.mark.usefixtures("loaded")
def test_every_weighing_could_have_been_made_on_the_page(in_app: InApp) -> None:
    with in_app():
        for weighing in _all(Weighing):
            scale = editions.library().editions[weighing.lesson].step(weighing.scale)
            assert isinstance(scale, ScaleStep)
            balance = weighings.balance_of(weighing)
            assert len(weighing.agreement) == len(scale.agreement)
            assert (weighing.agreement_sum, weighing.client_sum) == (
                balance.agreement,
                balance.client,
            )
            assert weighing.action in {action.slug for action in scale.actions}
            assert 0 < len(weighing.reason) <= LONGEST_REASON


@pytest.mark.usefixtures("loaded")
def test_every_reflection_has_its_receipt_and_a_draft_to_go_on_from(in_app: InApp) -> None:
    with in_app():
        drafts = {(draft.enrolment_id, draft.step): draft for draft in _all(Draft)}
        for item in _all(Submission):
            assert item.receipt == receipt_code(item.public_id, item.text)
            assert item.words == count_words(item.text)
            if item.withdrawn_at is None:
                kept = drafts[item.enrolment_id, item.step].content
                assert kept == {"text": [item.text]}


@pytest.mark.usefixtures("loaded")
def test_what_is_handed_in_is_as_long_as_was_asked(in_app: InApp) -> None:
    with in_app():
        for item in _all(Submission, withdrawn_at=None):
            step = editions.library().editions[item.lesson].step(item.step)
            assert isinstance(step, ReflectStep)
            assert max(150, step.minimum_words) <= item.words <= min(320, step.maximum_words)


@pytest.mark.usefixtures("loaded")
def test_what_a_group_sees_is_at_most_two_weighings_behind(in_app: InApp) -> None:
    with in_app():
        pictures = _all(GroupPicture)
        for picture in pictures:
            counts = weighings.sides_in_group(picture.group_id, picture.lesson, picture.scale)
            assert picture.answers == sum(picture.counts)
            assert 0 <= sum(counts) - picture.answers <= 2
            assert all(seen <= there for seen, there in zip(picture.counts, counts, strict=True))
    assert pictures


# --- When it happened ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 2, 0, 1, tzinfo=AMSTERDAM),  # a Monday, just after midnight
        datetime(2026, 4, 5, 23, 59, tzinfo=AMSTERDAM),  # a Sunday, a week after the clock change
        datetime(2026, 11, 1, 9, 0, tzinfo=AMSTERDAM),
        datetime(2027, 1, 8, 12, 0, tzinfo=AMSTERDAM),  # three weeks ago was another year
    ],
    ids=str,
)
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_everything_happened_in_the_last_three_weeks_and_in_order(
    in_app: InApp, clock: time_machine.Traveller, moment: datetime
) -> None:
    clock.move_to(moment)
    with in_app():
        demo.load()
        start = now() - timedelta(days=21, hours=24)
        for user in _all(User):
            assert start <= user.created_at
        joined = {item.user_id: item.joined_at for item in _all(Membership)}
        for run in _all(Enrolment):
            assert joined[run.user_id] < run.started_at <= run.seen_at < now()
            # Steps done, in the order of the lesson.
            order = [step.slug for step in editions.library().editions[run.lesson].lesson.steps]
            done = {item.step: item.done_at for item in _all(StepDone, enrolment_id=run.id)}
            moments = [done[slug] for slug in order if slug in done]
            assert moments == sorted(moments)
            moments += [item.weighed_at for item in _all(Weighing, enrolment_id=run.id)]
            moments += [item.answered_at for item in _all(Answer, enrolment_id=run.id)]
            moments += [item.saved_at for item in _all(Draft, enrolment_id=run.id)]
            moments += [item.handed_in_at for item in _all(Submission, enrolment_id=run.id)]
            assert all(run.started_at <= item <= run.seen_at for item in moments)
            assert {_part_of_the_day(item) for item in moments} <= {"office hours", "evening"}


def _part_of_the_day(moment: datetime) -> str:
    local = moment.astimezone(AMSTERDAM)
    if 9 <= local.hour < 18 and local.weekday() < 5:
        return "office hours"
    return "evening" if 19 <= local.hour < 23 else f"{local:%A %H:%M}"


# --- The pages -----------------------------------------------------------------------------


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_everybody_finds_their_home_and_goes_on_from_there(in_app: InApp, sign_in: SignIn) -> None:
    with in_app():
        everybody = _all(User)
        begun = {run.user_id: run for run in _all(Enrolment)}
    for user in everybody:
        browser = sign_in(user)
        home = browser.get("/home")
        assert user.name in home.text
        if user.id in begun:
            here = begun[user.id]
            assert browser.get(f"/lessons/{here.lesson}/{here.last_step}").status_code == 200
    assert len(begun) == 32


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("email", ALL_STAGES)
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_step_opens_at_every_stage(in_app: InApp, sign_in: SignIn, email: str) -> None:
    browser = sign_in(_user(in_app, email))
    for slug, edition in _editions(in_app).items():
        for step in edition.lesson.steps:
            assert browser.get(f"/lessons/{slug}/{step.slug}").status_code == 200
        assert browser.get(f"/lessons/{slug}/finished").status_code == 200
    assert browser.get("/me/privacy/weegschaal.json").status_code == 200


@pytest.mark.usefixtures("loaded")
def test_the_student_goes_on_in_the_middle_of_a_page_of_questions(
    in_app: InApp, sign_in: SignIn
) -> None:
    student = _user(in_app, STUDENT)
    with in_app():
        (run,) = _all(Enrolment, user_id=student.id, lesson=FIRST)
        (draft,) = _all(Draft, enrolment_id=run.id)
        step = editions.library().editions[FIRST].step(draft.step)
        done = _all(StepDone, enrolment_id=run.id)
    assert isinstance(step, QuestionStep)
    assert 5 <= len(done) <= 8
    browser = sign_in(student)
    home = browser.get("/home")
    assert step.title.nl in main_words(home)
    assert f'href="/lessons/{FIRST}/{step.slug}"' in home.text
    page = browser.get(f"/lessons/{FIRST}/{step.slug}")
    filled = re.findall(r"<(?:option|input)[^>]* (?:selected|checked)", page.text)
    assert len(filled) == sum(len(items) for items in draft.content.values()) >= 3


@pytest.mark.usefixtures("loaded")
def test_the_instructor_sees_who_is_where_and_reads_what_was_handed_in(
    in_app: InApp, sign_in: SignIn
) -> None:
    browser = sign_in(_user(in_app, INSTRUCTOR))
    today = main_words(browser.get("/teach/"))
    for name in ("SW-2B", "Wijkteam Waterveld-Oost"):
        assert name in today
    with in_app():
        groups = {group.id: group.name for group in _all(Group)}
        texts = _all(Submission, withdrawn_at=None)
        group_of = {item.user_id: item.group_id for item in _all(Membership, part=Part.LEARNER)}
    for group in groups:
        assert browser.get(f"/teach/groups/{group}").status_code == 200
        for lesson in (FIRST, SECOND):
            assert browser.get(f"/teach/groups/{group}/lessons/{lesson}").status_code == 200
    with in_app():
        asked = {(row.group_id, row.lesson, row.step) for row in _all(Assignment)}
        given = {row.submission_id for row in _all(Release)}
    for text in texts:
        group_id = group_of[text.user_id]
        page = browser.get(f"/teach/groups/{group_id}/reflections/{text.public_id}")
        if (group_id, text.lesson, text.step) in asked and text.id not in given:
            assert page.status_code == 404  # Marked without names: not to be found by one.
            continue
        assert " ".join(text.text.split())[:100] in main_words(page)


@pytest.mark.usefixtures("loaded")
def test_messages_and_the_gradebook_have_something_to_show(in_app: InApp, sign_in: SignIn) -> None:
    told = main_words(sign_in(_user(in_app, STUDENT)).get("/messages"))
    assert "2 berichten" in told
    with in_app():
        ready = editions.library().letters
        for slug in ("bedankt", "deadline"):
            assert ready[slug].subject.nl in told
        (group,) = _all(Group, join_code="WEEG2B")
        assert _all(Message) == []  # nothing goes by mail
    docent = sign_in(_user(in_app, INSTRUCTOR))
    book = main_words(docent.get(f"/teach/groups/{group.id}/grades"))
    for words in ("66,7%", "vrijgesteld"):
        assert words in book
    sent = main_words(docent.get(f"/teach/groups/{group.id}/messages"))
    assert "aan 25 mensen" in sent
    assert "Daan Wiersema" in sent


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("email", [STUDENT, INSTRUCTOR])
def test_what_is_printed_is_enough_to_sign_in(client: Browser, email: str) -> None:
    printed = demo.how_to_sign_in("http://127.0.0.1:8000")
    assert email in printed
    assert "password weegschaal-demo" in printed
    typed = {"email": email, "password": "weegschaal-demo"}
    page = client.submit("/login", typed, follow_redirects=True)
    assert page.request.path == "/home"


# --- Once, and not by itself ---------------------------------------------------------------


@pytest.mark.usefixtures("loaded")
def test_loading_twice_changes_nothing(in_app: InApp) -> None:
    with in_app():
        before = _rows()
        db.session.rollback()
        assert not demo.load()
        assert _rows() == before


def test_two_loads_at_the_same_moment_load_it_once(app: Flask, in_app: InApp) -> None:
    together = Barrier(2)

    def load() -> bool:
        with app.app_context():
            together.wait()
            return demo.load()

    with ThreadPoolExecutor(2) as pool:
        loads = [pool.submit(load) for _ in range(2)]
        assert sorted(each.result() for each in loads) == [False, True]
    with in_app():
        assert len(_all(User)) == 37


def test_somebody_real_with_an_address_of_the_demo_keeps_it(in_app: InApp, make: Factory) -> None:
    make.learner(email=STUDENT, name="Iemand Anders")
    with in_app():
        with pytest.raises(demo.DemoError, match="an account or a group of your own"):
            demo.load()
        assert [user.name for user in _all(User)] == ["Iemand Anders"]
        assert _all(Group) == []


def test_a_site_in_production_begins_without_the_demo(app: Flask, in_app: InApp) -> None:
    settings = app.extensions["settings"]
    site = make_app(
        settings_for(
            settings.database_url,
            settings.instance,
            mode=Mode.PRODUCTION,
            base_url="https://leren.example.org",
        )
    )
    assert site.test_client().get("/", base_url="https://leren.example.org").status_code == 200
    with site.app_context():
        db.engine.dispose()
    with in_app():
        assert _all(User) == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_commands_say_what_they_did(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["demo", "load"]).output.splitlines()[-1] == "The demo is loaded."
    assert run(args=["demo", "load"]).output.splitlines()[-1] == "The demo was loaded before."
    assert run(args=["demo", "remove"]).output.splitlines()[-1] == "37 demo accounts are gone."


# --- And gone ------------------------------------------------------------------------------


@pytest.mark.usefixtures("loaded")
def test_removing_leaves_no_row_of_anybody_in_the_demo(in_app: InApp, make: Factory) -> None:
    student = _user(in_app, STUDENT)
    make.sign_in(student)
    make.password_reset(student)
    make.message(student.email)
    make.sign_up(student.email)
    with in_app():
        assert demo.remove() == 37
        left = {name: rows for name, rows in _rows().items() if rows}
    # Nobody's: a lesson, case, quiz or rubric as it was, for whoever begins it; and the book of
    # grades, which is only added to, with numbers that stand for nobody any more.
    assert set(left) == {
        "case_edition",
        "edition",
        "grade_event",
        "grade_head",
        "quiz_edition",
        "rubric_edition",
    }


@pytest.mark.usefixtures("loaded")
def test_removing_keeps_a_real_learner_who_joined_the_demo_with_all_their_work(
    in_app: InApp, make: Factory, sign_in: SignIn
) -> None:
    with in_app():
        (group,) = _all(Group, join_code="WEEG2B")
    real = make.learner(name="Echte Student", email="echt@example.org")
    teacher = make.instructor()
    other = make.group(instructors=[teacher], learners=[real])
    make.membership(group, real)
    make.sign_in(real)
    make.message(real.email)
    run = make.enrolment(real)
    make.weighing(run)
    make.answers(run)
    make.draft(run)
    make.submission(run)
    with in_app():
        demo.remove()
        assert {user.name for user in _all(User)} == {real.name, teacher.name}
        assert [item.id for item in _all(Group)] == [other.id]
        kept = {name: len(rows) for name, rows in _rows().items() if name not in {"user", "group"}}
    assert kept["membership"] == 2
    for table in ("sign_in", "outbox", "enrolment", "weighing", "draft", "submission"):
        assert kept[table] == 1, table
    assert kept["answer"] >= 1
    assert sign_in(real).get("/home").status_code == 200


@pytest.mark.usefixtures("loaded")
def test_a_group_that_the_demo_instructor_made_stays_only_for_somebody_real(
    in_app: InApp, make: Factory
) -> None:
    instructor = _user(in_app, INSTRUCTOR)
    real = make.learner()
    kept = make.group(instructors=[instructor], learners=[real])
    make.group(instructors=[instructor])
    nobodys = make.group()
    with in_app():
        demo.remove()
        assert {group.id for group in _all(Group)} == {kept.id, nobodys.id}


def test_removing_a_demo_that_is_not_there_touches_nobody(in_app: InApp, make: Factory) -> None:
    make.everything()
    with in_app():
        before = _rows()
        assert demo.remove() == 0
        assert _rows() == before


@pytest.mark.usefixtures("loaded")
def test_the_demo_can_come_back_after_it_was_removed(in_app: InApp) -> None:
    with in_app():
        demo.remove()
        assert demo.load()
