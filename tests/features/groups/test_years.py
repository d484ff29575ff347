"""A group through the years: its first week, its archive, a cap on its code, a copy of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlalchemy import select

from course.accounts.models import User
from course.core.db import db
from course.groups import queries
from course.groups.models import Group, Membership, Part
from course.marking.models import Assignment
from course.quizzes.models import Sitting
from course.results.models import GradeRule
from course.schedule.models import LessonMoment
from tests.browser import Browser
from tests.factories import LESSON, Factory
from tests.features.at_once import at_once, click
from tests.features.filled_in import alert
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
FIRST, NEXT = date(2025, 9, 1), date(2026, 8, 31)


@pytest.fixture
def teacher(make: Factory) -> User:
    """An instructor who reads English, as the texts in the code."""
    return make.instructor(language="en")


@pytest.fixture
def browser(sign_in: SignIn, teacher: User) -> Browser:
    """The browser of the teacher."""
    return sign_in(teacher)


def newest(in_app: InApp) -> Group:
    with in_app():
        return db.session.scalars(select(Group).order_by(Group.id.desc())).first() or Group()


# --- Weeks ---------------------------------------------------------------------------------


def test_a_group_begins_in_a_week_and_tells_which_one_it_is_now(
    in_app: InApp, browser: Browser, clock: time_machine.Traveller
) -> None:
    form = browser.get("/teach/groups/new")
    assert "week 18 · 27 April 2026 · King's Day on Monday" in main_words(form)
    made = browser.submit(form, {"name": "SW-2B", "first_week": "2026-02-02"})
    assert newest(in_app).first_week == date(2026, 2, 2)
    shown = main_words(browser.get(made.location))
    assert "The first week is week 6 · 2 February 2026." in shown
    assert "It is now week 10 · 2 March 2026: week 5 of this group." in shown
    assert "Friday 3 April, Good Friday (week 14)" in shown
    assert "A student keeps the version of a lesson that they began with" in shown


@SQLITE
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"first_week": "2026-02-03"}, "Not a valid choice"),
        ({"first_week": "gisteren"}, "Invalid Choice"),
        ({"most_learners": "0"}, "Fill in a number from 1 to 10,000, or leave it empty."),
        ({"most_learners": "veel"}, "Not a valid integer value"),
    ],
)
def test_a_week_and_a_number_are_refused_when_they_are_none(
    in_app: InApp,
    browser: Browser,
    clock: time_machine.Traveller,
    fields: dict[str, str],
    told: str,
) -> None:
    page = browser.post("/teach/groups/new", data={"name": "SW-2B", **fields})
    assert page.status_code == 422
    assert told in alert(page)


@SQLITE
def test_a_week_of_long_ago_stays_when_the_name_changes(
    in_app: InApp, make: Factory, browser: Browser, teacher: User
) -> None:
    group = make.group(instructors=[teacher], first_week=date(2019, 9, 2), most_learners=30)
    browser.submit(f"/teach/groups/{group.id}/name", {"name": "SW-9"})
    kept = newest(in_app)
    assert (kept.name, kept.first_week, kept.most_learners) == ("SW-9", date(2019, 9, 2), 30)


# --- A cap on the code ---------------------------------------------------------------------


def test_a_code_that_is_full_says_so_and_of_two_at_once_one_gets_the_last_place(
    in_app: InApp, make: Factory, sign_in: SignIn
) -> None:
    group = make.group(join_code="ABC234", most_learners=2, learners=[make.learner()])
    late = [sign_in(make.learner(language="en")) for _person in range(2)]
    answers = at_once([click(browser, "/join/ABC234", {}) for browser in late])
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    with in_app():
        assert queries.learners_in(group.id) == 2
    told = sign_in(make.learner(language="en")).get("/join/ABC234")
    assert (told.status_code, "SW" in main_words(told)) == (409, True)
    assert "Ask your instructor to make room" in main_words(told)
    # Whoever is in it, and whom the instructors invite, is not counted out.
    make.invitation(group, token="link")
    invited = make.learner()
    assert sign_in(invited).post("/invite/link").status_code == 303
    with in_app():
        assert queries.learners_in(group.id) == 3


# --- The archive ---------------------------------------------------------------------------


def test_a_group_in_the_archive_leaves_the_lists_and_loses_nothing(
    in_app: InApp, make: Factory, browser: Browser, sign_in: SignIn, teacher: User, learner: User
) -> None:
    group = make.group(name="SW-2B", instructors=[teacher], learners=[learner], join_code="ABC234")
    make.assignment(group)
    page = f"/teach/groups/{group.id}"
    assert "SW-2B" in main_words(browser.get("/teach/marking"))
    done = browser.submit(page, action="/archive")
    assert "SW-2B is in the archive. Nothing is deleted." in browser.get(done.location).text
    with in_app():
        assert queries.taught_by(teacher.id) == []
        assert [one.name for one in queries.archive_of(teacher.id)] == ["SW-2B"]
        assert queries.by_code("ABC234") is None
        assert [one.user_id for one in queries.members(group.id)] == [learner.id]
    assert "SW-2B" not in main_words(browser.get("/teach/marking"))
    home = sign_in(learner).get("/home")
    assert "SW-2B afgerond" in main_words(home) or "SW-2B finished" in main_words(home)
    assert f"/groups/{group.id}/leave" in home.text  # also of what is past
    browser.submit(page, action="/restore")
    with in_app():
        assert [one.name for one in queries.taught_by(teacher.id)] == ["SW-2B"]


# --- A copy --------------------------------------------------------------------------------


def last_year(make: Factory, teacher: User, colleague: User) -> Group:
    """A group with people, work, a quiz, a reflection that is marked, and a moment."""
    group = make.group(
        name="SW-2B",
        instructors=[teacher, colleague],
        learners=[make.learner()],
        first_week=FIRST,
    )
    moment = datetime(2025, 10, 27, 8, tzinfo=UTC)  # nine o'clock in winter time
    make.sitting(make.learner(), group=group, opens_at=moment)
    make.assignment(group, seconds="all", second_marker_id=colleague.id)
    make.add(LessonMoment(group_id=group.id, lesson=LESSON, due_at=moment))
    return group


@pytest.mark.parametrize("along", [True, False])
def test_a_copy_takes_along_what_was_asked_and_moves_it_by_whole_weeks(
    in_app: InApp,
    make: Factory,
    browser: Browser,
    teacher: User,
    instructor: User,
    clock: time_machine.Traveller,
    along: bool,
) -> None:
    old = last_year(make, teacher, instructor)
    chosen = [str(instructor.id)] if along else []
    data: dict[str, str | list[str]] = {
        "name": "SW-2C",
        "first_week": NEXT.isoformat(),
        "colleagues": chosen,
    }
    done = browser.submit(f"/teach/groups/{old.id}/copy", data)
    assert "3 things were copied." in browser.get(done.location).text
    new = newest(in_app)
    with in_app():
        who = db.session.scalars(select(Membership).filter_by(group_id=new.id)).all()
        assert {(one.user_id, one.part) for one in who} == {
            (user.id, Part.INSTRUCTOR) for user in ([teacher, instructor] if along else [teacher])
        }
        sitting = db.session.scalars(select(Sitting).filter_by(group_id=new.id)).one()
        moment = db.session.scalars(select(LessonMoment).filter_by(group_id=new.id)).one()
        later = datetime(2026, 10, 26, 8, tzinfo=UTC)
        assert (sitting.opens_at, moment.due_at) == (later, later)
        asked = db.session.scalars(select(Assignment).filter_by(group_id=new.id)).one()
        first = db.session.scalars(select(Assignment).filter_by(group_id=old.id)).one()
        assert asked.code_key != first.code_key
        assert (asked.seconds, asked.second_marker_id) == (
            ("all", instructor.id) if along else ("none", None)
        )


def counting(make: Factory, group: Group, *subjects: str) -> None:
    """A rule by which each of these counts twice."""
    weights = dict.fromkeys(subjects, "2")
    make.add(
        GradeRule(
            group_id=group.id, weights=weights, pass_tenths=60, is_whole=True, quiz_percent=70
        )
    )


def rule_of(in_app: InApp, group: Group) -> GradeRule | None:
    with in_app():
        return db.session.get(GradeRule, group.id)


@pytest.mark.usefixtures("clock")
def test_what_makes_the_grade_goes_along_when_all_that_counts_does(
    in_app: InApp, make: Factory, browser: Browser, teacher: User
) -> None:
    old = make.group(instructors=[teacher], first_week=FIRST)
    quiz, asked = make.sitting(make.learner(), group=old), make.assignment(old)
    counting(make, old, f"{quiz.slug}/{quiz.id}", f"{asked.lesson}/{asked.step}")
    done = browser.submit(f"/teach/groups/{old.id}/copy", {"first_week": NEXT.isoformat()})
    assert "3 things were copied." in browser.get(done.location).text
    new = newest(in_app)
    with in_app():
        copy = db.session.scalars(select(Sitting).filter_by(group_id=new.id)).one()
    rule = rule_of(in_app, new)
    assert rule is not None
    assert rule.weights == {f"{copy.slug}/{copy.id}": "2", f"{asked.lesson}/{asked.step}": "2"}
    assert (rule.pass_tenths, rule.is_whole, rule.quiz_percent) == (60, True, 70)


@SQLITE
@pytest.mark.usefixtures("clock")
def test_a_grade_of_which_a_part_stays_behind_is_not_copied_and_holidays_are_told(
    in_app: InApp, make: Factory, browser: Browser, teacher: User
) -> None:
    old = make.group(instructors=[teacher], first_week=FIRST)
    counting(make, old, "een-toets/999")
    due = datetime(2026, 4, 6, 8, tzinfo=UTC) - (NEXT - FIRST)  # Easter Monday of the new year
    make.lesson_moment(old, due_at=due)
    done = browser.submit(f"/teach/groups/{old.id}/copy", {"first_week": NEXT.isoformat()})
    told = browser.get(done.location).text
    assert "1 thing was copied." in told
    assert "1 thing was not copied" in told
    assert "Mind: Mon 6 Apr is a public holiday, Easter Monday." in told
    assert rule_of(in_app, newest(in_app)) is None


@SQLITE
def test_without_a_first_week_nothing_with_moments_is_copied_and_that_is_told(
    in_app: InApp, make: Factory, browser: Browser, teacher: User, instructor: User
) -> None:
    old = last_year(make, teacher, instructor)
    done = browser.submit(f"/teach/groups/{old.id}/copy", {"name": "SW-2C"})
    told = browser.get(done.location).text
    assert "1 thing was copied." in told
    assert "2 things were not copied" in told
    with in_app():
        assert db.session.scalars(select(Sitting).filter_by(group_id=newest(in_app).id)).all() == []
