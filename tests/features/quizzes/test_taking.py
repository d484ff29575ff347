"""Taking a quiz: nothing is lost, nothing is told too early, and the clock is the server's."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from fractions import Fraction
from http import HTTPStatus

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import FileQuestion
from course.quizzes import editions, queries
from course.quizzes.earning import earned
from course.quizzes.models import Allowance, Mark, QuizAttempt, Response
from course.quizzes.responses import field_name, parts_of
from tests import pages
from tests.browser import Browser
from tests.factories import Factory
from tests.features.at_once import at_once, click
from tests.features.quizzes import filled
from tests.pages import main_words
from tests.papers import PDF

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
QUIZ = "toets-afsluiten-of-loslaten"
LACKS = re.compile(r"data-lacks>[^<]+<")
ONE_DATABASE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


@pytest.fixture
def edition(app: Flask) -> QuizEdition:
    with app.app_context():
        found = editions.current(QUIZ)
    assert found is not None
    return found


@pytest.fixture
def learner(make: Factory) -> User:
    return make.learner(language="en")


def begun(browser: Browser, **fields: str) -> str:
    """Begin the quiz; gives the address of the attempt."""
    location = browser.submit(f"/quizzes/{QUIZ}", fields, action="/begin").location
    assert location is not None
    return location


def newest(in_app: InApp, user: User) -> QuizAttempt:
    with in_app():
        return queries.all_attempts_of(user.id)[-1]


# --- From beginning to result --------------------------------------------------------------


def test_every_item_can_be_answered_saved_and_handed_in(
    sign_in: SignIn, learner: User, edition: QuizEdition, in_app: InApp
) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    row = newest(in_app, learner)
    for slug in row.items:
        item = edition.quiz.item(slug)
        assert item is not None
        page = browser.get(f"{url}?item={slug}")
        assert item.prompt["en"] in main_words(page)
        sent = {slug: (PDF, "kring.pdf")} if isinstance(item, FileQuestion) else {}
        answer = browser.submit(page, filled.right(item), action=url, files=sent)
        assert answer.status_code == HTTPStatus.SEE_OTHER, slug
    assert "Everything is answered." in main_words(browser.get(f"{url}/overview"))
    browser.submit(f"{url}/overview", action="/submit")
    words = main_words(browser.get(f"{url}/result"))
    assert "points" in words
    assert "fictional panel" in words
    with in_app():
        marks = queries.marks_of(row.id)
        states = {mark.state for mark in marks.values()}
        assert states <= {"right", "partial", "needs_grading", "wrong"}
        classic = [marks[slug] for slug in row.items if slug in marks and marks[slug].maximum]
        assert {mark.state for mark in classic} == {"right", "needs_grading"}


def test_an_attempt_goes_on_where_it_was_on_another_device(
    sign_in: SignIn, learner: User, in_app: InApp
) -> None:
    desk, phone = sign_in(learner), sign_in(learner)
    url = begun(desk)
    first = newest(in_app, learner).items[0]
    desk.submit(desk.get(f"{url}?item={first}"), action=url)
    assert begun(phone) == url


def test_a_blank_attempt_can_be_handed_in_and_earns_nothing(
    sign_in: SignIn, learner: User, in_app: InApp
) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    browser.submit(f"{url}/overview", action="/submit")
    assert "Not answered." in main_words(browser.get(f"{url}/result"))
    with in_app():
        row = newest(in_app, learner)
        assert earned(row, queries.marks_of(row.id).values()).share == Fraction(0)


def test_handing_in_twice_is_once(sign_in: SignIn, learner: User, in_app: InApp) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    page = browser.get(f"{url}/overview")
    for _click in range(2):
        answer = browser.submit(page, action="/submit")
        assert answer.location == f"{url}/result"
    with in_app():
        assert db.session.scalar(select(func.count(QuizAttempt.id))) == 1


# --- Somebody else's -----------------------------------------------------------------------


def test_nobody_reaches_the_attempt_of_somebody_else(
    sign_in: SignIn, learner: User, outsider: User
) -> None:
    url = begun(sign_in(learner))
    other = sign_in(outsider)
    for path in ("", "/overview", "/result"):
        assert other.get(f"{url}{path}").status_code == 404, path
    for path in ("", "/save", "/submit"):
        assert other.post(f"{url}{path}", data={"page": "x"}).status_code == 404, path


def test_a_visitor_reads_about_a_quiz_and_signs_in_to_begin(client: Browser) -> None:
    page = client.get(f"/quizzes/{QUIZ}")
    assert page.status_code == 200
    assert "Sign in" in main_words(page) or "Inloggen" in main_words(page)
    assert client.get(f"/quizzes/{QUIZ}/paper").status_code == 200


# --- Bad input -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [
        {"option": "there-is-no-such-option"},
        {"long": "x" * 1_000_000},
        {"page": "there-is-no-such-item"},
    ],
)
def test_what_no_page_can_send_is_refused_and_nothing_is_stored(
    sign_in: SignIn, learner: User, edition: QuizEdition, in_app: InApp, bad: dict[str, str]
) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    row = newest(in_app, learner)
    item = next(
        item for item in map(edition.quiz.item, row.items) if item and item.type == "single"
    )
    value = bad.get("option") or bad.get("long") or ""
    data = {"page": bad.get("page", item.slug), item.slug: value, "revision": "0"}
    for path in ("", "/save"):
        answer = browser.post(f"{url}{path}", data=data)
        assert 400 <= answer.status_code < 500, path
    with in_app():
        assert queries.responses_of(row.id) == {}


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("points100", ["101"]),
        ("points100", ["50", "51"]),
        ("points100", ["NaN", "100"]),
        ("points100", ["-5"]),
        ("points100", ["50,5"]),
        ("slider", ["1e3"]),
        ("number", ["NaN"]),
    ],
)
def test_what_can_be_no_answer_is_told_and_not_kept(
    sign_in: SignIn,
    learner: User,
    edition: QuizEdition,
    in_app: InApp,
    kind: str,
    typed: list[str],
) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    row = newest(in_app, learner)
    item = next(
        found for found in map(edition.quiz.item, row.items) if found and found.type == kind
    )
    fields = dict(zip([field_name(item, part) for part in parts_of(item)], typed, strict=False))
    refused = browser.submit(browser.get(f"{url}?item={item.slug}"), fields, action=url)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert all(f'value="{value}"' in refused.text for value in typed)
    assert LACKS.search(refused.text)
    assert "This was not saved." in main_words(refused)
    by_script = browser.post(f"{url}/save", data={"page": item.slug, "revision": "0", **fields})
    assert by_script.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert by_script.json is not None
    assert by_script.json["lacks"][item.slug]
    with in_app():
        assert queries.responses_of(row.id) == {}


def test_beside_what_can_be_no_answer_the_answer_before_it_stays_and_a_reason_is_kept(
    sign_in: SignIn, learner: User, edition: QuizEdition, in_app: InApp
) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    row = newest(in_app, learner)
    item = next(one for one in map(edition.quiz.item, row.items) if one and one.type == "slider")
    data = {"page": item.slug, "revision": "0", item.slug: "40"}
    assert browser.post(f"{url}/save", data=data).status_code == HTTPStatus.OK
    slip = {**data, "revision": "1", item.slug: "400", f"{item.slug}.why": "Zij wacht al lang."}
    assert browser.post(f"{url}/save", data=slip).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    with in_app():
        kept = queries.responses_of(row.id)[item.slug]
        assert (kept.given, kept.reason) == ("40", "Zij wacht al lang.")


# --- Two windows ---------------------------------------------------------------------------


def test_an_older_window_never_overwrites_a_newer_answer(
    sign_in: SignIn, learner: User, edition: QuizEdition, in_app: InApp
) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    row = newest(in_app, learner)
    item = next(item for item in map(edition.quiz.item, row.items) if item and item.type == "essay")
    old = browser.get(f"{url}?item={item.slug}")
    browser.submit(browser.get(f"{url}?item={item.slug}"), {item.slug: "newer"}, action=url)
    refused = browser.submit(old, {item.slug: "older"}, action=url)
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "newer" in main_words(refused)
    assert "older" in refused.text
    with in_app():
        assert queries.responses_of(row.id)[item.slug].given == "newer"
    assert browser.submit(refused, action=url).status_code == HTTPStatus.SEE_OTHER
    with in_app():
        assert queries.responses_of(row.id)[item.slug].given == "older"


def test_the_script_hears_what_was_saved_and_what_was_there(
    sign_in: SignIn, learner: User, edition: QuizEdition, in_app: InApp
) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    row = newest(in_app, learner)
    item = next(item for item in map(edition.quiz.item, row.items) if item and item.type == "essay")
    data = {"page": item.slug, "revision": "0", item.slug: "one"}
    first = browser.post(f"{url}/save", data=data)
    assert first.json is not None
    assert first.json["revision"] == 1
    stale = browser.post(f"{url}/save", data={**data, item.slug: "two"})
    assert stale.status_code == HTTPStatus.CONFLICT
    assert stale.json is not None
    assert stale.json["content"] == {item.slug: ["one"]}
    assert browser.post(f"{url}/save", data=data).status_code == HTTPStatus.OK  # a lost answer


# --- At once -------------------------------------------------------------------------------


def test_sixteen_clicks_at_once_begin_one_attempt(
    sign_in: SignIn, learner: User, in_app: InApp
) -> None:
    clicks = [click(sign_in(learner), f"/quizzes/{QUIZ}/begin", {}) for _click in range(16)]
    answers = at_once(clicks)
    assert len({answer.location for answer in answers}) == 1
    with in_app():
        assert db.session.scalar(select(func.count(QuizAttempt.id))) == 1


def test_sixteen_clicks_at_once_hand_in_once_and_mark_each_item_once(
    sign_in: SignIn, learner: User, in_app: InApp
) -> None:
    url = begun(sign_in(learner))
    answers = at_once([click(sign_in(learner), f"{url}/submit", {}) for _click in range(16)])
    assert {answer.location for answer in answers} == {f"{url}/result"}
    with in_app():
        row = newest(in_app, learner)
        marked = db.session.scalar(select(func.count()).select_from(Mark))
        assert marked == len(queries.marks_of(row.id)) > 0


# --- Too early -----------------------------------------------------------------------------


@ONE_DATABASE
def test_a_page_to_answer_is_the_same_whatever_the_key_is(
    app: Flask, sign_in: SignIn, learner: User, edition: QuizEdition, in_app: InApp
) -> None:
    """The key does not come near these pages: another key gives the same bytes."""
    browser = sign_in(learner)
    url = begun(browser)
    row = newest(in_app, learner)
    paths = [f"{url}?item={slug}" for slug in row.items] + [f"{url}/overview"]
    before = [pages.without_tokens(browser.get(path).text) for path in paths]
    paper = pages.without_tokens(browser.get(f"/quizzes/{QUIZ}/paper").text)
    with filled.other_keys(app, edition):
        after = [pages.without_tokens(browser.get(path).text) for path in paths]
        pairs = zip(paths, before, after, strict=True)
        assert [path for path, one, other in pairs if one != other] == []
        assert paper == pages.without_tokens(browser.get(f"/quizzes/{QUIZ}/paper").text)


def test_saving_never_tells_whether_it_was_right(
    sign_in: SignIn, learner: User, edition: QuizEdition, in_app: InApp
) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    row = newest(in_app, learner)
    item = next(
        item for item in map(edition.quiz.item, row.items) if item and item.type == "single"
    )
    told = []
    for option in (part for part in parts_of(item)[0].choices or ()):
        browser.post(f"{url}/save", data={"page": item.slug, "revision": "0", item.slug: option})
        with in_app():
            revision = queries.responses_of(row.id)[item.slug].revision
        data = {"page": item.slug, "revision": str(revision), item.slug: option}
        answer = browser.post(f"{url}/save", data=data)
        assert answer.json is not None
        told.append(sorted(answer.json))
    assert all(keys == told[0] for keys in told)


# --- The clock -----------------------------------------------------------------------------


def test_what_arrives_after_the_end_changes_nothing_and_what_was_saved_is_handed_in(
    sign_in: SignIn, learner: User, make: Factory, edition: QuizEdition, in_app: InApp
) -> None:
    sitting = make.sitting(learner, QUIZ, minutes=10)
    browser = sign_in(learner)
    location = browser.submit(f"/quizzes/{QUIZ}?sitting={sitting.id}", action="/begin").location
    assert location is not None
    row = newest(in_app, learner)
    essay = next(
        item for item in map(edition.quiz.item, row.items) if item and item.type == "essay"
    )
    data = {"page": essay.slug, "revision": "0", essay.slug: "in time"}
    assert browser.post(f"{location}/save", data=data).status_code == HTTPStatus.OK
    late = {**data, "revision": "1", essay.slug: "too late"}
    with time_machine.travel(now() + timedelta(minutes=10, seconds=30), tick=False):
        answer = sign_in(learner).post(f"{location}/save", data=late)
        assert answer.status_code == HTTPStatus.GONE
        by_hand = sign_in(learner).post(location, data=late)
        assert by_hand.status_code == HTTPStatus.GONE
        assert "in time" in main_words(by_hand)
        words = main_words(sign_in(learner).get(f"{location}/result"))
        assert "handed in" in words
    with in_app():
        kept = db.session.get_one(Response, (row.id, essay.slug))
        assert kept.given == "in time"
        assert db.session.get_one(QuizAttempt, row.id).state in {"submitted", "graded"}


def test_a_limit_on_attempts_holds_and_says_what_to_do(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    sitting = make.sitting(learner, QUIZ, attempts=1)
    browser = sign_in(learner)
    page = f"/quizzes/{QUIZ}?sitting={sitting.id}"
    location = browser.submit(page, action="/begin").location
    browser.submit(f"{location}/overview", action="/submit")
    refused = browser.post(f"/quizzes/{QUIZ}/begin", data={"sitting": sitting.id})
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "You have used all your attempts." in main_words(refused)


def test_a_sitting_of_another_group_does_not_exist(
    sign_in: SignIn, learner: User, outsider: User, make: Factory
) -> None:
    sitting = make.sitting(learner, QUIZ)
    assert sign_in(outsider).get(f"/quizzes/{QUIZ}?sitting={sitting.id}").status_code == 404


@pytest.mark.parametrize("number", ["abc", "-1", "٣", "9" * 30, str(2**31)])
def test_a_sitting_that_is_none_is_not_found_and_begins_nothing(
    sign_in: SignIn, learner: User, in_app: InApp, number: str
) -> None:
    browser = sign_in(learner)
    for page in (f"/quizzes/{QUIZ}", f"/quizzes/{QUIZ}/paper"):
        assert browser.get(f"{page}?sitting={number}").status_code == HTTPStatus.NOT_FOUND
    begins = browser.post(f"/quizzes/{QUIZ}/begin", data={"sitting": number})
    assert begins.status_code == HTTPStatus.NOT_FOUND
    with in_app():
        assert queries.all_attempts_of(learner.id) == []


def test_what_is_shown_after_closing_waits_for_the_last_one_who_has_more_time(
    clock: time_machine.Traveller,
    sign_in: SignIn,
    learner: User,
    make: Factory,
    edition: QuizEdition,
) -> None:
    teacher = make.instructor(language="en")
    group = make.group(instructors=[teacher], learners=[learner])
    sitting = make.sitting(
        learner, QUIZ, group=group, feedback="closed", closes_at=now() + timedelta(hours=1)
    )
    someone = make.learner().id
    make.add(Allowance(sitting_id=sitting.id, user_id=someone, extension=30, reason="ziek"))
    browser = sign_in(learner)
    front = browser.get(f"/quizzes/{QUIZ}?sitting={sitting.id}")
    assert "once the quiz has closed for everybody" in main_words(front)
    assert "Closes: 11:00." in main_words(front)
    location = browser.submit(front, action="/begin").location
    browser.submit(f"{location}/overview", action="/submit")
    standing = f"/teach/groups/{group.id}/quizzes/{sitting.id}"
    told = []
    for minutes in (0, 59, 2, 30):
        clock.shift(timedelta(minutes=minutes))
        told.append(main_words(browser.get(f"{location}/result")))
        told.append(main_words(sign_in(teacher).get(standing)))
    assert "The quiz closes" in told[0]
    assert "Students see their results once the last one has to be done:" in told[1]
    assert "11:30" in told[1]
    assert "The quiz closes" in told[2]
    assert "The quiz has closed, but somebody has more time." in told[4]
    assert not any(
        item.explanation["en"] in words for item in edition.quiz.items for words in told[:6:2]
    )
    assert "What we had in mind:" in told[6]
    assert "able to see their results since" in told[7]
    assert "Closed: 11:00." in main_words(browser.get(f"/quizzes/{QUIZ}?sitting={sitting.id}"))
    assert "Give the results" not in " ".join(told)


def test_a_test_shows_ones_own_answers_and_nothing_else_until_it_is_released(
    sign_in: SignIn, learner: User, make: Factory, edition: QuizEdition, in_app: InApp
) -> None:
    sitting = make.sitting(learner, QUIZ, feedback="test")
    browser = sign_in(learner)
    location = browser.submit(f"/quizzes/{QUIZ}?sitting={sitting.id}", action="/begin").location
    browser.submit(f"{location}/overview", action="/submit")
    words = main_words(browser.get(f"{location}/result"))
    assert "results follow when your instructor gives them" in words
    for item in edition.quiz.items:
        assert item.explanation["en"] not in words
    make.release(sitting)
    words = main_words(browser.get(f"{location}/result"))
    assert "points" in words
