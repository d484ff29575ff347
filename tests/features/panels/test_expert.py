"""Who was asked has only a link: it opens their own answers, and nothing of anybody else."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from http import HTTPStatus

import pytest
import structlog
import time_machine
from flask import Flask
from sqlalchemy import func, select

from course.accounts.models import User
from course.core.db import db
from course.curriculum.quizzes import Weighing
from course.panels import queries
from course.panels.actions import asking
from course.panels.models import Panel, PanelAnswer, PanelMember
from course.quizzes.responses import field_name, parts_of
from tests import pages
from tests.browser import Browser
from tests.conftest import Outbox, new_browser
from tests.factories import QUIZ, Factory
from tests.features.at_once import at_once, click
from tests.features.quizzes import filled
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
TOKEN = "een-heel-geheim-woord-dat-nergens-staat"
URL = f"/panel/{TOKEN}"
ROLE = "wijkteamwerker, 12 jaar"
REASON = "Omdat zij dan alleen staat."
ONE_DATABASE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
GETS = ("", "/answers", "/hand-in")
POSTS = ("", "/answers", "/save", "/hand-in", "/reasons/show", "/reasons/hide")


@pytest.fixture
def panel(make: Factory, instructor: User) -> Panel:
    return make.panel(instructor)


@pytest.fixture
def member(make: Factory, panel: Panel) -> PanelMember:
    return make.panel_member(panel, token=TOKEN)


@pytest.fixture
def items(make: Factory) -> list[Weighing]:
    return queries.weighings_of(make.quiz())


@pytest.fixture
def expert(client: Browser) -> Browser:
    """A visitor who reads English."""
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def begin(browser: Browser, **fields: str) -> None:
    answer = browser.submit(URL, {"role": ROLE, **fields})
    assert answer.location == f"{URL}/answers"


def answer_all(browser: Browser, items: list[Weighing]) -> None:
    for item in items:
        address = f"{URL}/answers?item={item.slug}"
        fields = {**filled.right(item), f"{item.slug}.why": REASON}
        assert browser.submit(address, fields).status_code == HTTPStatus.SEE_OTHER, item.slug


def kept(in_app: InApp, member: PanelMember) -> dict[str, PanelAnswer]:
    with in_app():
        return queries.own_answers(member)


# --- From the mail to handing in -----------------------------------------------------------


def test_somebody_who_is_asked_by_mail_answers_everything_and_hands_in(
    sign_in: SignIn,
    instructor: User,
    expert: Browser,
    outbox: Outbox,
    items: list[Weighing],
    in_app: InApp,
) -> None:
    asker = sign_in(instructor)
    page = asker.submit("/teach/panels/new", {"slug": QUIZ, "title": "Wijkteams in Oost"}).location
    assert page is not None
    asker.submit(page, {"addresses": "expert@example.org", "links": "0"}, action="/links")
    link = outbox.link("expert@example.org")
    start = expert.get(link)
    assert f"{instructor.name} asks you to be on a panel: Wijkteams in Oost" in main_words(start)
    answers = expert.submit(start, {"role": ROLE, "shows_reasons": "y"}).location
    assert answers == f"{link}/answers"
    for item in items:
        assert item.prompt["en"] in main_words(expert.get(f"{answers}?item={item.slug}"))
        fields = {**filled.right(item), f"{item.slug}.why": REASON}
        expert.submit(f"{answers}?item={item.slug}", fields)
    assert "Everything is answered." in main_words(expert.get(f"{link}/hand-in"))
    assert expert.submit(f"{link}/hand-in").location == link
    thanks = main_words(expert.get(link))
    assert "Your answers were handed in" in thanks
    assert REASON in thanks
    with in_app():
        row = db.session.execute(select(PanelMember)).scalar_one()
    assert (row.role, row.shows_reasons, row.finished_at is not None) == (ROLE, True, True)


def test_a_link_goes_on_where_it_was_on_another_device(
    app: Flask, expert: Browser, member: PanelMember, items: list[Weighing]
) -> None:
    begin(expert)
    first = items[0]
    expert.submit(
        f"{URL}/answers?item={first.slug}", {**filled.right(first), f"{first.slug}.why": REASON}
    )
    phone = new_browser(app)
    assert f'value="{ROLE}"' in phone.get(URL).text
    assert REASON in phone.get(f"{URL}/answers?item={first.slug}").text
    assert member.id


def test_all_items_can_stand_on_one_page(
    make: Factory, instructor: User, expert: Browser, items: list[Weighing], in_app: InApp
) -> None:
    member = make.panel_member(make.panel(instructor, one_page=True), token=TOKEN)
    begin(expert)
    fields: filled.Fields = {}
    for item in items:
        fields |= {**filled.right(item), f"{item.slug}.why": REASON}
    assert expert.submit(f"{URL}/answers", fields).location == f"{URL}/hand-in"
    assert set(kept(in_app, member)) == {item.slug for item in items}


@pytest.mark.parametrize("lacks", ["everything", "a reason", "a part"])
def test_what_is_not_whole_cannot_be_handed_in(
    expert: Browser, member: PanelMember, items: list[Weighing], in_app: InApp, lacks: str
) -> None:
    begin(expert)
    told = "Not answered yet."
    if lacks != "everything":
        answer_all(expert, items)
    if lacks == "a reason":
        expert.submit(f"{URL}/answers?item={items[0].slug}", {f"{items[0].slug}.why": ""})
        told = "Your reason is still missing."
    if lacks == "a part":
        item = next(item for item in items if item.type == "points100")
        name = field_name(item, parts_of(item)[0])
        expert.submit(f"{URL}/answers?item={item.slug}", {name: "3"})
        told = "1 item still needs something."
    page = expert.get(f"{URL}/hand-in")
    assert told in main_words(page)
    assert "Hand in" not in [word.strip() for word in page.text.split(">")]
    assert expert.post(f"{URL}/hand-in").location == f"{URL}/hand-in"
    with in_app():
        assert db.session.get_one(PanelMember, member.id).finished_at is None


def test_what_was_handed_in_stays_as_it_is(
    expert: Browser, member: PanelMember, items: list[Weighing], in_app: InApp
) -> None:
    begin(expert)
    answer_all(expert, items)
    expert.submit(f"{URL}/hand-in")
    before = {slug: (row.given, row.reason) for slug, row in kept(in_app, member).items()}
    data = {"page": items[0].slug, "revision": "1", f"{items[0].slug}.why": "anders"}
    assert expert.post(f"{URL}/answers", data=data).location == URL
    assert expert.post(f"{URL}/save", data=data).status_code == HTTPStatus.GONE
    assert expert.post(URL, data={"role": "iets anders"}).status_code == HTTPStatus.OK
    assert expert.post(f"{URL}/hand-in").location == URL
    after = {slug: (row.given, row.reason) for slug, row in kept(in_app, member).items()}
    assert after == before
    with in_app():
        assert db.session.get_one(PanelMember, member.id).role == ROLE


def test_nobody_is_asked_for_a_name(expert: Browser, member: PanelMember) -> None:
    form = pages.parse(expert.get(URL).text).find(".//main//form")
    assert form is not None
    names = {field.get("name") for field in form.iter("input")}
    assert names == {"csrf_token", "role", "shows_reasons"}
    assert {column.name for column in PanelMember.__table__.columns} >= {"role"}
    assert not {"name", "email", "user_id"} & {c.name for c in PanelMember.__table__.columns}
    assert member.id


def test_without_saying_what_one_does_there_is_nothing_to_answer(
    expert: Browser, member: PanelMember, in_app: InApp
) -> None:
    assert expert.submit(URL, {"role": " "}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert expert.get(f"{URL}/answers").location == URL
    assert expert.post(f"{URL}/save", data={"page": "x"}).status_code == HTTPStatus.GONE
    assert kept(in_app, member) == {}


# --- Nothing of anybody else ---------------------------------------------------------------


def _seen(browser: Browser, items: list[Weighing]) -> list[str]:
    addresses = [URL, f"{URL}/hand-in", *(f"{URL}/answers?item={item.slug}" for item in items)]
    return [pages.without_tokens(browser.get(address).text) for address in addresses]


@pytest.mark.usefixtures("clock")  # Pages tell the time at which something was saved.
@pytest.mark.parametrize("has_handed_in", [False, True])
def test_an_expert_sees_the_same_whatever_others_answered(
    make: Factory, panel: Panel, expert: Browser, items: list[Weighing], has_handed_in: bool
) -> None:
    make.panel_member(panel, number=40, token=TOKEN, role=ROLE, has_answered=has_handed_in)
    alone = _seen(expert, items)
    for number in range(1, 4):
        make.panel_member(panel, number=number, has_answered=True, reason="kanarie-reden")
    together = _seen(expert, items)
    assert together == alone
    assert "kanarie" not in "".join(together)


def test_no_page_of_an_expert_holds_a_key_or_the_example_panel(
    make: Factory, panel: Panel, expert: Browser, items: list[Weighing]
) -> None:
    make.panel_member(panel, number=40, token=TOKEN, has_answered=True)
    make.freeze(panel)
    text = "".join(_seen(expert, items))
    edition = make.quiz()
    for item in items:
        assert edition.keys[item.slug].digest not in text
        for reason in item.reasons:
            assert reason.text["nl"] not in text
            assert reason.text["en"] not in text
        assert item.explanation["en"] not in text


def test_the_link_of_one_member_changes_nothing_of_another(
    make: Factory, panel: Panel, expert: Browser, member: PanelMember, items: list[Weighing],
    in_app: InApp,
) -> None:  # fmt: skip
    other = make.panel_member(panel, has_answered=True)
    before = {slug: row.given for slug, row in kept(in_app, other).items()}
    begin(expert)
    answer_all(expert, items)
    expert.submit(f"{URL}/hand-in")
    assert {slug: row.given for slug, row in kept(in_app, other).items()} == before
    assert set(kept(in_app, member)) == {item.slug for item in items}


# --- Links that do not work ----------------------------------------------------------------


@pytest.mark.parametrize("role", ["visitor", "instructor"])
def test_a_wrong_link_is_a_page_that_does_not_exist(
    client: Browser, sign_in: SignIn, instructor: User, member: PanelMember, role: str
) -> None:
    browser = client if role == "visitor" else sign_in(instructor)
    for path in GETS:
        assert browser.get(f"/panel/{TOKEN}x{path}").status_code == HTTPStatus.NOT_FOUND, path
    for path in POSTS:
        assert browser.post(f"/panel/{TOKEN}x{path}").status_code == HTTPStatus.NOT_FOUND, path
    assert member.id


@ONE_DATABASE
def test_guessing_links_ends(client: Browser, member: PanelMember) -> None:
    client.checks_pages = False
    found = [client.get(f"/panel/gok-{guess}").status_code for guess in range(101)]
    assert found[-1] == HTTPStatus.TOO_MANY_REQUESTS
    assert member.id


def _closes(how: str, make: Factory, panel: Panel, member: PanelMember) -> str:
    """Close the link; gives what its page says."""
    match how:
        case "withdrawn":
            with make.app.app_context():
                asking.withdraw(panel.id, member.number, by=1)
            return "withdrawn by the person who sent it"
        case "frozen":
            make.panel_member(panel, has_answered=True)
            make.freeze(panel)
            return "The panel is frozen"
    return "It worked until"


@pytest.mark.parametrize("how", ["withdrawn", "frozen", "over"])
def test_a_link_that_is_closed_says_so_and_takes_nothing(
    clock: time_machine.Traveller,
    make: Factory,
    panel: Panel,
    expert: Browser,
    member: PanelMember,
    items: list[Weighing],
    in_app: InApp,
    how: str,
) -> None:
    begin(expert)
    expert.submit(f"{URL}/answers?item={items[0].slug}", {f"{items[0].slug}.why": "eerst"})
    if how == "over":
        clock.shift(timedelta(days=15))
    told = _closes(how, make, panel, member)
    page = expert.get(URL)
    assert page.status_code == HTTPStatus.GONE
    assert told in main_words(page)
    data = {"page": items[0].slug, "revision": "1", f"{items[0].slug}.why": "later"}
    assert expert.post(URL, data={"role": ROLE}).status_code == HTTPStatus.GONE
    assert expert.get(f"{URL}/answers").location == URL
    assert expert.get(f"{URL}/hand-in").location == URL
    assert expert.post(f"{URL}/answers", data=data).location == URL
    assert expert.post(f"{URL}/save", data=data).status_code == HTTPStatus.GONE
    assert expert.post(f"{URL}/hand-in").location == URL
    # What was not handed in is kept only as long as somebody can still go on.
    left = kept(in_app, member)
    assert [row.reason for row in left.values()] == (["eerst"] if how == "over" else [])


def test_a_link_that_is_put_off_goes_on(
    clock: time_machine.Traveller,
    sign_in: SignIn,
    instructor: User,
    panel: Panel,
    expert: Browser,
    member: PanelMember,
) -> None:
    clock.shift(timedelta(days=15))
    assert expert.get(URL).status_code == HTTPStatus.GONE
    page = f"/teach/panels/{panel.id}"
    assert (
        sign_in(instructor).submit(page, {"until": "2026-04-01"}, action="/until").location == page
    )
    assert expert.get(URL).status_code == HTTPStatus.OK
    assert member.id


# --- The token stays here ------------------------------------------------------------------


@pytest.fixture
def _the_log_tells_everything(app: Flask) -> Iterator[None]:
    """How lines are written holds for the whole process, and making the app decides about it."""
    before = structlog.get_config()
    assert app
    everything = structlog.make_filtering_bound_logger(logging.DEBUG)
    structlog.configure(wrapper_class=everything)
    yield
    structlog.configure(**before)


@pytest.mark.parametrize("token", [TOKEN, "bestaat-niet"])
def test_the_address_goes_to_no_other_site_no_index_and_no_store(
    client: Browser, member: PanelMember, token: str
) -> None:
    headers = client.get(f"/panel/{token}").headers
    assert headers["Referrer-Policy"] == "strict-origin"
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["Cache-Control"] == "no-store"
    assert client.get("/").headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert member.id


@pytest.mark.usefixtures("_the_log_tells_everything")
def test_the_token_is_in_no_log_and_not_in_the_database(
    app: Flask,
    expert: Browser,
    member: PanelMember,
    items: list[Weighing],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as events:
        begin(expert)
        answer_all(expert, items)
        expert.submit(f"{URL}/hand-in")
        expert.submit(URL, action="/reasons")
        expert.get(f"/panel/{TOKEN}x")
    assert {event["event"] for event in events} >= {"panel_begun", "panel_handed_in"}
    assert TOKEN not in f"{events}{caplog.text}"
    assert ROLE not in f"{events}{caplog.text}"
    with app.app_context():
        rows = [tuple(row) for row in db.session.execute(select(PanelMember.__table__))]
    assert TOKEN not in str(rows)
    assert member.id


# --- Bad input, and two windows ------------------------------------------------------------


@pytest.mark.parametrize(
    "bad", [{"value": "99"}, {"why": "x" * 601}, {"page": "there-is-no-such-item"}]
)
def test_what_no_page_can_send_is_refused_and_nothing_is_kept(
    expert: Browser, member: PanelMember, items: list[Weighing], in_app: InApp, bad: dict[str, str]
) -> None:
    begin(expert)
    item = next(item for item in items if item.type == "sct")
    data = {
        "page": bad.get("page", item.slug),
        "revision": "0",
        item.slug: bad.get("value", "1"),
        f"{item.slug}.why": bad.get("why", REASON),
    }
    for path in ("/answers", "/save"):
        assert expert.post(f"{URL}{path}", data=data).status_code == HTTPStatus.BAD_REQUEST
    assert kept(in_app, member) == {}


def test_what_can_be_no_answer_is_told_and_not_kept(
    expert: Browser, member: PanelMember, items: list[Weighing], in_app: InApp
) -> None:
    begin(expert)
    item = next(item for item in items if item.type == "slider")
    data = {"page": item.slug, "revision": "0", item.slug: "101"}
    page = expert.post(f"{URL}/answers", data=data)
    script = expert.post(f"{URL}/save", data=data)
    assert page.status_code == script.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Give a whole number from 0 to 100." in main_words(page)
    assert script.json is not None
    assert script.json["lacks"] == {item.slug: "Give a whole number from 0 to 100."}
    assert kept(in_app, member) == {}


def test_an_older_window_never_overwrites_a_newer_answer(
    expert: Browser, member: PanelMember, items: list[Weighing], in_app: InApp
) -> None:
    begin(expert)
    slug = items[0].slug
    old = expert.get(f"{URL}/answers?item={slug}")
    expert.submit(f"{URL}/answers?item={slug}", {f"{slug}.why": "het nieuwe"})
    answer = expert.submit(old, {f"{slug}.why": "het oude"})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "het nieuwe" in main_words(answer)
    assert "het oude" in main_words(answer)
    saved = expert.post(f"{URL}/save", data={"page": slug, "revision": "0", f"{slug}.why": "weer"})
    assert saved.status_code == HTTPStatus.CONFLICT
    assert saved.json is not None
    assert saved.json["content"][f"{slug}.why"] == ["het nieuwe"]
    assert kept(in_app, member)[slug].reason == "het nieuwe"


def test_what_a_script_saves_tells_how_far_it_is(
    expert: Browser, member: PanelMember, items: list[Weighing]
) -> None:
    begin(expert)
    item = items[0]
    data = {"page": item.slug, "revision": "0", **filled.right(item)}
    saved = expert.post(f"{URL}/save", data=data).json
    assert saved is not None
    assert (saved["revision"], saved["states"]) == (1, {item.slug: "lacking"})
    saved = expert.post(
        f"{URL}/save", data={**data, "revision": "1", f"{item.slug}.why": REASON}
    ).json
    assert saved is not None
    assert (saved["revision"], saved["states"]) == (2, {item.slug: "answered"})
    assert member.id


def test_many_clicks_at_once_hand_in_once(
    app: Flask, expert: Browser, member: PanelMember, items: list[Weighing], in_app: InApp
) -> None:
    begin(expert)
    answer_all(expert, items)
    jobs = [click(new_browser(app), f"{URL}/hand-in", {}) for _click in range(4)]
    assert {answer.location for answer in at_once(jobs)} == {URL}
    with in_app():
        done = select(func.count(PanelMember.id)).where(PanelMember.finished_at.is_not(None))
        assert db.session.scalar(done) == 1
    assert member.id
