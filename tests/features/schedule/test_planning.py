"""Setting moments: in Amsterdam time, on one page with everything of the term."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from course.accounts.models import User
from course.audit.models import Entry
from course.core.clock import now
from course.core.db import db
from course.groups.models import Group
from course.schedule.models import Extension, LessonMoment, Subgroup
from tests.browser import Browser
from tests.conftest import CountsQueries, Outbox
from tests.factories import LESSON, Factory
from tests.features.filled_in import alert, value
from tests.pages import main_words, parse

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
DUE = {"place": LESSON, "due_day": "2026-03-12", "due_time": "23:59"}


@pytest.fixture
def teacher(make: Factory) -> User:
    """Somebody who teaches and reads English, as the texts in the code."""
    return make.instructor(language="en")


@pytest.fixture
def people(make: Factory) -> list[User]:
    """Three learners, of whom the second reads Dutch."""
    return [
        make.learner(name=name, language=lang)
        for name, lang in (("Anna", "en"), ("Bas", "nl"), ("Chris", "en"))
    ]


@pytest.fixture
def group(make: Factory, teacher: User, people: list[User]) -> Group:
    return make.group(name="SW-2B", instructors=[teacher], learners=people)


@pytest.fixture
def browser(sign_in: SignIn, teacher: User) -> Browser:
    return sign_in(teacher)


@pytest.fixture
def url(group: Group) -> str:
    return f"/teach/groups/{group.id}/schedule"


def moments(in_app: InApp) -> list[LessonMoment]:
    with in_app():
        return list(db.session.scalars(select(LessonMoment).order_by(LessonMoment.id)))


def extended(in_app: InApp) -> dict[int, tuple[datetime, str]]:
    with in_app():
        rows = db.session.scalars(select(Extension))
        return {row.user_id: (row.until, row.reason) for row in rows}


# --- A moment ------------------------------------------------------------------------------


@pytest.mark.usefixtures("clock")
def test_a_moment_is_set_in_amsterdam_time_and_kept_in_utc(
    in_app: InApp, browser: Browser, url: str
) -> None:
    page = browser.get(url)
    assert "Nothing is planned for this group yet." in main_words(page)
    answer = browser.submit(page, {**DUE, "opens_day": "9-3-2026", "opens_time": "9.00"})
    assert (answer.status_code, answer.location) == (303, url)
    (moment,) = moments(in_app)
    assert moment.opens_at == datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
    assert moment.due_at == datetime(2026, 3, 12, 22, 59, tzinfo=UTC)
    words = main_words(browser.get(url))
    assert "Week 11 9 to 15 March 2026" in words
    assert "Mon 9 Mar 9:00" in words
    assert "Thu 12 Mar 23:59" in words


@SQLITE
def test_a_time_that_the_clock_jumps_over_is_refused(
    in_app: InApp, browser: Browser, url: str
) -> None:
    told = {**DUE, "due_day": "2027-03-28", "due_time": "02:30"}
    answer = browser.submit(url, told)
    assert answer.status_code == 422
    assert "the clock jumps over 2:30. Do you mean 1:30 or 3:30?" in alert(answer)
    assert moments(in_app) == []


@SQLITE
def test_of_a_time_that_comes_twice_it_is_asked_which(
    in_app: InApp, browser: Browser, url: str
) -> None:
    with time_machine.travel(datetime(2026, 9, 1, tzinfo=UTC), tick=False):
        told = {**DUE, "due_day": "2026-10-25", "due_time": "02:30"}
        asked = browser.submit(url, told)
        assert asked.status_code == 422
        assert "it is 2:30 twice" in alert(asked)
        assert browser.submit(asked, {"due_which": "second"}).status_code == 303
        (moment,) = moments(in_app)
        assert moment.due_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # winter time
        shown = main_words(browser.get(f"{url}/{moment.id}/extensions"))
        assert "until Sunday 25 October at 2:30 (winter time)" in shown
        again = browser.get(f"{url}?place={LESSON}")  # and it is not guessed at when it is changed
        assert browser.submit(again, {"after_due": "refused"}).status_code == 303
        (moment,) = moments(in_app)
        assert moment.after_due == "refused"
        assert moment.due_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@SQLITE
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"place": ""}, "Choose a lesson or a step."),
        ({"due_day": "", "due_time": ""}, "Fill in when it opens, or when it is due."),
        ({"opens_day": "2026-03-13", "opens_time": "9:00"}, "This is not after it opens."),
        ({"due_day": "2026-03-01"}, "That moment has passed."),
        ({"due_day": "2026-02-30"}, "This is not a day."),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_set(
    in_app: InApp, browser: Browser, url: str, told: dict[str, str], said: str
) -> None:
    answer = browser.submit(url, {**DUE, **told})
    assert answer.status_code == 422
    assert said in alert(answer)
    assert moments(in_app) == []


@SQLITE
@pytest.mark.usefixtures("clock")
def test_setting_it_again_replaces_it_and_it_can_be_taken_away(
    in_app: InApp, browser: Browser, url: str
) -> None:
    browser.submit(url, DUE)
    page = browser.get(f"{url}?place={LESSON}")
    assert value(page, "due_time") == "23:59"
    browser.submit(page, {"due_day": "2026-03-19"})
    (moment,) = moments(in_app)
    assert moment.due_at == datetime(2026, 3, 19, 22, 59, tzinfo=UTC)
    browser.submit(f"{url}?place={LESSON}", action="/remove")
    assert moments(in_app) == []


@SQLITE
def test_quizzes_and_peer_review_stand_beside_the_lessons(
    make: Factory, browser: Browser, group: Group, people: list[User], url: str
) -> None:
    sitting = make.sitting(people[0], group=group, closes_at=now() + timedelta(days=3))
    asked = make.assignment(group, peers=2, peers_until=now() + timedelta(days=5))
    page = browser.get(url)
    assert f"/teach/groups/{group.id}/quizzes/{sitting.id}" in page.text
    assert f"/teach/marking/{asked.id}/peers" in page.text


@SQLITE
@pytest.mark.usefixtures("clock")
def test_a_week_tells_which_one_it_is_of_the_group_and_its_public_holidays(
    make: Factory, browser: Browser, teacher: User
) -> None:
    group = make.group(instructors=[teacher], first_week=date(2026, 3, 9))
    url = f"/teach/groups/{group.id}/schedule"
    on_easter = {**DUE, "due_day": "2026-04-06"}
    set_ = browser.submit(url, {**on_easter, "opens_day": "2026-03-03", "opens_time": "9:00"})
    page = main_words(browser.get(set_.location))
    assert "Week 10 2 to 8 March 2026 this week Tue 3 Mar" in page  # a week before the first
    assert "Week 15 6 to 12 April 2026 week 5 of this group" in page
    assert "Public holiday: Easter Monday on Monday" in page


@SQLITE
@pytest.mark.usefixtures("clock")
def test_a_deadline_on_a_public_holiday_is_set_and_told(
    in_app: InApp, make: Factory, browser: Browser, group: Group, people: list[User], url: str
) -> None:
    done = browser.submit(url, {**DUE, "due_day": "2026-04-06"})
    assert "Mind: Mon 6 Apr is a public holiday, Easter Monday." in browser.get(done.location).text
    (moment,) = moments(in_app)
    done = give(browser, url, moment, people=str(people[0].id), until_day="2026-04-27")
    assert "Mon 27 Apr is a public holiday, King&#39;s Day." in browser.get(done.location).text


@pytest.mark.parametrize("rows", [1, 12])
def test_the_page_takes_the_same_statements_for_any_number_of_moments(
    make: Factory,
    browser: Browser,
    group: Group,
    people: list[User],
    url: str,
    count_queries: CountsQueries,
    rows: int,
) -> None:
    steps = make.edition().lesson.steps
    with make.together():
        for place in range(rows):
            moment = make.lesson_moment(group, step=steps[place % len(steps)].slug if place else "")
            make.extension(moment, people[0])
            make.sitting(people[0], group=group, closes_at=now())
    with count_queries() as statements:
        page = browser.get(url)
    assert page.text.count('class="coming due') == min(rows, len(steps) + 1)
    assert len(statements) == 6, "\n".join(statements)


# --- More time -----------------------------------------------------------------------------


def give(browser: Browser, url: str, moment: LessonMoment, **told: Any) -> Any:
    until = {"until_day": "2026-03-20", "until_time": "12:00", "reason": "Mantelzorg."}
    return browser.submit(f"{url}/{moment.id}/extensions", {**until, **told}, action="extensions")


def test_several_get_more_time_at_once_and_each_is_told_once_without_the_reason(
    in_app: InApp,
    make: Factory,
    browser: Browser,
    group: Group,
    people: list[User],
    url: str,
    outbox: Outbox,
    clock: time_machine.Traveller,
) -> None:
    moment = make.lesson_moment(group)
    chosen = {"people": [str(people[0].id), str(people[1].id)], "do": "give"}
    for _press in range(2):  # pressing twice gives, and tells, once
        assert give(browser, url, moment, **chosen).status_code == 303
        clock.shift(timedelta(seconds=1))
    until = (datetime(2026, 3, 20, 11, 0, tzinfo=UTC), "Mantelzorg.")
    assert extended(in_app) == {people[0].id: until, people[1].id: until}
    assert [len(outbox.to(person.email)) for person in people] == [1, 1, 0]
    english, dutch = (outbox.to(person.email)[0].body for person in people[:2])
    assert "until Friday 20 March at 12:00" in english
    assert "vrijdag 20 maart" in dutch
    assert "Mantelzorg" not in english + dutch
    give(browser, url, moment, **{**chosen, "until_day": "2026-03-27"})
    assert [len(outbox.to(person.email)) for person in people] == [2, 2, 0]


@SQLITE
@pytest.mark.usefixtures("clock")
def test_a_subgroup_is_made_on_the_same_screen_and_gets_more_time_as_one(
    in_app: InApp, make: Factory, browser: Browser, group: Group, people: list[User], url: str
) -> None:
    moment = make.lesson_moment(group)
    two = [str(people[0].id), str(people[2].id)]
    give(browser, url, moment, people=two, name="Werkgroep A", do="subgroup")
    with in_app():
        assert set(db.session.scalars(select(Subgroup.name))) == {"Werkgroep A"}
    give(browser, url, moment, subgroups="Werkgroep A", do="give")
    assert set(extended(in_app)) == {people[0].id, people[2].id}
    give(browser, url, moment, people=two, name="", do="subgroup")
    with in_app():
        assert list(db.session.scalars(select(Subgroup.name))) == []


@SQLITE
@pytest.mark.usefixtures("clock")
def test_more_time_is_later_than_the_group_has_and_for_somebody(
    in_app: InApp, make: Factory, browser: Browser, group: Group, people: list[User], url: str
) -> None:
    moment = make.lesson_moment(group)
    for_nobody = give(browser, url, moment)
    assert (for_nobody.status_code, extended(in_app)) == (422, {})
    assert "Select at least one student" in alert(for_nobody)
    earlier = give(browser, url, moment, people=str(people[0].id), until_day="2026-03-03")
    assert (earlier.status_code, extended(in_app)) == (422, {})
    assert "This is not later than the deadline of the group." in alert(earlier)


@SQLITE
@pytest.mark.usefixtures("clock")
def test_a_week_longer_is_proposed_at_the_same_time_on_the_clock(
    make: Factory, browser: Browser, group: Group, url: str
) -> None:
    due = datetime(2026, 3, 24, 22, 59, tzinfo=UTC)  # 23:59; on the 29th the clock goes forward
    page = browser.get(f"{url}/{make.lesson_moment(group, due_at=due).id}/extensions")
    assert (value(page, "until_day"), value(page, "until_time")) == ("2026-03-31", "23:59")


@SQLITE
@pytest.mark.usefixtures("clock")
def test_who_was_ticked_elsewhere_arrives_ticked_and_on_top(
    in_app: InApp,
    make: Factory,
    browser: Browser,
    group: Group,
    people: list[User],
    outsider: User,
    url: str,
) -> None:
    moment = make.lesson_moment(group)
    chosen = f"to={people[2].id}&to={outsider.id},{'9' * 5000}&to=x"
    page = browser.get(f"{url}/{moment.id}/extensions?{chosen}")
    boxes = parse(page.text).findall(".//main//input[@name='people']")
    assert [(int(box.get("value") or 0), "checked" in box.attrib) for box in boxes] == [
        (people[2].id, True),
        (people[0].id, False),
        (people[1].id, False),
    ]
    browser.submit(page, {"do": "give"}, action="extensions")
    assert set(extended(in_app)) == {people[2].id}


@SQLITE
@pytest.mark.usefixtures("clock")
def test_hundreds_get_more_time_at_once(
    in_app: InApp, make: Factory, browser: Browser, group: Group, url: str
) -> None:
    moment = make.lesson_moment(group)
    with make.together():
        many = [make.membership(group, make.learner()).user_id for _ in range(230)]
    told = {"people": [str(each) for each in many], "do": "give"}
    assert give(browser, url, moment, **told).status_code == 303
    assert set(extended(in_app)) == set(many)


@SQLITE
@pytest.mark.usefixtures("clock")
def test_time_that_is_taken_back_is_told_too(
    in_app: InApp,
    make: Factory,
    browser: Browser,
    group: Group,
    people: list[User],
    url: str,
    outbox: Outbox,
) -> None:
    moment = make.lesson_moment(group)
    make.extension(moment, people[0])
    give(browser, url, moment, people=[str(each.id) for each in people], do="take")
    assert extended(in_app) == {}
    assert [len(outbox.to(person.email)) for person in people] == [1, 0, 0]
    with in_app():
        (entry,) = db.session.scalars(select(Entry))
    assert (entry.kind, entry.user_id, entry.about) == ("less-time", people[0].id, LESSON)


@SQLITE
def test_nobody_of_another_group_can_be_given_time_and_no_other_moment_be_changed(
    in_app: InApp,
    make: Factory,
    sign_in: SignIn,
    browser: Browser,
    group: Group,
    outsider: User,
    url: str,
) -> None:
    moment, foreign = make.lesson_moment(group), make.lesson_moment(make.group())
    sent = {"people": str(outsider.id), "until_day": "2099-01-01", "until_time": "12:00"}
    assert browser.post(f"{url}/{moment.id}/extensions", data=sent).status_code == 422
    assert extended(in_app) == {}
    for path in (f"{url}/{foreign.id}/extensions", f"{url}/{foreign.id}/remove"):
        assert browser.post(path, data=sent).status_code == 404
    colleague = sign_in(make.instructor())
    for path in (url, f"{url}/{moment.id}/extensions", f"{url}/{moment.id}/remove"):
        assert colleague.post(path, data=sent).status_code == 404
    assert sign_in(outsider).get(url).status_code == 404
    assert len(moments(in_app)) == 2
