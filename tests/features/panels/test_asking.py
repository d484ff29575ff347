"""Who asks a panel: makes it, sends links, sees how it stands, leaves out, freezes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from sqlalchemy import delete, func, select

from course.accounts import queries as accounts
from course.accounts.models import User
from course.core.db import db
from course.core.outbox import Message
from course.domain.weighing.panels import Code, Finding
from course.panels import queries, words
from course.panels.actions import answering, freezing
from course.panels.models import Panel, PanelAnswer, PanelKey, PanelMember
from tests import pages
from tests.browser import Browser
from tests.conftest import CountsQueries, Outbox
from tests.factories import QUIZ, Factory
from tests.features.at_once import at_once, click
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
LIST = "/teach/panels"


@pytest.fixture
def instructor(make: Factory) -> User:
    return make.instructor(name="Daan Docent", language="en")


@pytest.fixture
def panel(make: Factory, instructor: User) -> Panel:
    return make.panel(instructor)


@pytest.fixture
def page(panel: Panel) -> str:
    return f"{LIST}/{panel.id}"


def weighing(make: Factory, kind: str = "sct") -> str:
    return next(item.slug for item in queries.weighings_of(make.quiz()) if item.type == kind)


def links_on(answer_text: str) -> list[str]:
    fields = pages.parse(answer_text).iter("input")
    return [str(field.get("value")) for field in fields if "readonly" in field.attrib]


# --- Somebody else's -----------------------------------------------------------------------


@pytest.mark.parametrize("who", ["visitor", "learner", "colleague"])
def test_nobody_else_reaches_a_panel(
    client: Browser, sign_in: SignIn, make: Factory, panel: Panel, outsider: User, who: str
) -> None:
    member = make.panel_member(panel, has_answered=True, reason="kanarie")
    people = {"learner": outsider, "colleague": make.instructor()}
    browser = sign_in(people[who]) if who in people else client
    base = f"{LIST}/{panel.id}"
    answer = f"/answers/{member.number}/{weighing(make)}"
    expected = HTTPStatus.SEE_OTHER if who == "visitor" else HTTPStatus.NOT_FOUND
    for path in ("", "/about", "/freeze", answer):
        found = browser.get(f"{base}{path}")
        assert (path, found.status_code) == (path, expected)
        assert "kanarie" not in found.text
    for path in (
        "/about",
        "/links",
        "/links/until",
        f"/links/{member.number}/withdraw",
        "/freeze",
        "/again",
        "/sittings/1/use",
        answer,
    ):
        data = {"reason": "x", "title": "Gekaapt", "min_n": "5", "links": "1", "layout": "items"}
        assert (path, browser.post(f"{base}{path}", data=data).status_code) == (path, expected)
    if who != "visitor":
        assert browser.get(LIST).status_code == (404 if who == "learner" else 200)
        assert panel.title not in browser.get(LIST).text


def test_an_administrator_sees_the_panels_of_everybody(
    sign_in: SignIn, administrator: User, panel: Panel, page: str
) -> None:
    browser = sign_in(administrator)
    assert panel.title in main_words(browser.get(LIST))
    assert browser.get(page).status_code == HTTPStatus.OK


def test_a_panel_stays_when_who_made_it_leaves_and_is_not_in_their_data(
    make: Factory, instructor: User, panel: Panel, in_app: InApp
) -> None:
    make.panel_member(panel, has_answered=True)
    with in_app():
        assert "panel" not in accounts.own_data(instructor)
        db.session.execute(delete(User).where(User.id == instructor.id))
        db.session.commit()
        assert db.session.get_one(Panel, panel.id).made_by is None
        assert db.session.scalar(select(func.count(PanelAnswer.item))) != 0


# --- Asking --------------------------------------------------------------------------------


def test_a_panel_is_made_changed_and_listed(sign_in: SignIn, instructor: User) -> None:
    browser = sign_in(instructor)
    new = f"{LIST}/new"
    assert browser.submit(new, {"title": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    made = browser.submit(new, {"slug": QUIZ, "title": "Oost", "min_n": "12"}).location
    assert made is not None
    changed = browser.submit(f"{made}/about", {"title": "West", "composition": "Acht mensen."})
    assert changed.location == made
    words_there = main_words(browser.get(made))
    assert "West" in words_there
    assert "Acht mensen." in words_there
    assert "12 needed before an item may count" in words_there
    assert "0 of 0 handed in" in main_words(browser.get(LIST))


@pytest.mark.parametrize("number", ["", "4", "51", "tien", "NaN"])
def test_a_minimum_that_is_none_is_refused(
    sign_in: SignIn, instructor: User, page: str, in_app: InApp, panel: Panel, number: str
) -> None:
    answer = sign_in(instructor).submit(f"{page}/about", {"min_n": number})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    with in_app():
        assert db.session.get_one(Panel, panel.id).min_n == 10


def test_each_address_gets_a_mail_with_a_link_of_its_own(
    sign_in: SignIn, instructor: User, page: str, outbox: Outbox, client: Browser, in_app: InApp
) -> None:
    addresses = "Een@example.org\ntwee@example.org, een@example.org"
    answer = sign_in(instructor).submit(page, {"addresses": addresses}, action="/links")
    assert answer.location == page
    links = [outbox.link(f"{name}@example.org") for name in ("een", "twee")]
    assert len(set(links)) == 2
    for link in links:
        assert client.get(link).status_code == HTTPStatus.OK
    with in_app():
        # Neither table tells whose link it is.
        members = db.session.scalars(select(PanelMember)).all()
        mails = db.session.scalars(select(Message)).all()
        assert {member.number for member in members} == {1, 2}
        hashes = {str(member.token_hash) for member in members}
        assert not any(found in f"{mail.key}" for mail in mails for found in hashes)
        assert "example.org" not in str(
            [tuple(row) for row in db.session.execute(select(PanelMember.__table__))]
        )


def test_links_to_pass_on_are_shown_once(
    sign_in: SignIn, instructor: User, page: str, client: Browser
) -> None:
    browser = sign_in(instructor)
    made = browser.submit(page, {"links": "3"}, action="/links")
    links = links_on(made.text)
    assert len(set(links)) == 3
    assert made.text.count("data-copy=") == 3
    for link in links:
        assert client.get(link.removeprefix("http://localhost")).status_code == HTTPStatus.OK
        assert link not in browser.get(page).text


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"links": "31"},
        {"links": "-1"},
        {"addresses": "geen adres"},
        {"links": "1", "until": "2026-03-01"},
        {"links": "1", "until": "2030-01-01"},
        {"links": "1", "until": "morgen"},
        {"links": "1", "until": ""},
    ],
)
def test_an_invitation_that_cannot_be_is_refused(
    clock: time_machine.Traveller,
    sign_in: SignIn,
    instructor: User,
    page: str,
    in_app: InApp,
    fields: dict[str, str],
) -> None:
    answer = sign_in(instructor).submit(page, fields, action="/links")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    with in_app():
        assert db.session.scalar(select(func.count(PanelMember.id))) == 0
        assert db.session.scalar(select(func.count(Message.id))) == 0
    assert clock


def test_a_link_can_be_withdrawn_until_somebody_hands_in(
    sign_in: SignIn, instructor: User, make: Factory, panel: Panel, page: str, client: Browser
) -> None:
    make.panel_member(panel, number=1, token="open", role="docent")
    done = make.panel_member(panel, number=2, has_answered=True)
    browser = sign_in(instructor)
    assert browser.submit(page, action="/links/1/withdraw").location == page
    assert client.get("/panel/open").status_code == HTTPStatus.GONE
    browser.post(f"{page}/links/{done.number}/withdraw")
    assert "This member has handed in." in browser.get(page).text
    assert browser.post(f"{page}/links/99/withdraw").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("members", [1, 12])
def test_the_page_of_a_panel_takes_as_many_queries_for_any_number_of_members(
    sign_in: SignIn,
    instructor: User,
    make: Factory,
    panel: Panel,
    page: str,
    count_queries: CountsQueries,
    members: int,
) -> None:
    with make.together():
        for number in range(1, members + 1):
            make.panel_member(panel, number=number, has_answered=True)
    browser = sign_in(instructor)
    browser.get(page)
    with count_queries() as statements:
        browser.get(page)
    # The user, panel, members, answers, who began, keys, colleagues.
    assert len(statements) == 7, statements


# --- What was found ------------------------------------------------------------------------


@pytest.mark.parametrize("code", Code)
def test_everything_that_can_be_found_is_a_sentence(code: Code, app: object, make: Factory) -> None:
    with make.app.test_request_context():
        said = words.finding(Finding(code=code, item="x", count=3, of=10))
    assert said.endswith(".")
    assert "%(" not in said
    assert "%%" not in said


def test_what_was_found_is_told_beside_the_answers(
    sign_in: SignIn, instructor: User, make: Factory, panel: Panel, page: str
) -> None:
    for number in range(1, 4):
        make.panel_member(panel, number=number, has_answered=True)
    told = main_words(sign_in(instructor).get(page))
    assert "3 answers, and 10 are needed before it may count" in told
    assert "wijkteamwerker, 2 jaar" in told


def test_a_reason_without_consent_is_nowhere(
    sign_in: SignIn, instructor: User, make: Factory, panel: Panel, page: str, in_app: InApp
) -> None:
    shown = make.panel_member(
        panel, number=1, has_answered=True, shows_reasons=True, reason="mag-gelezen"
    )
    hidden = make.panel_member(panel, number=2, has_answered=True, reason="kanarie-stil")
    browser, slug = sign_in(instructor), weighing(make)
    seen = "".join(
        browser.get(address).text
        for address in (
            page,
            f"{page}/answers/{shown.number}/{slug}",
            f"{page}/answers/{hidden.number}/{slug}",
        )
    )
    assert "mag-gelezen" in seen
    assert "kanarie-stil" not in seen
    make.freeze(panel)
    with in_app():
        kept = {answer.reason for answer in db.session.scalars(select(PanelAnswer))}
        live = queries.live_panel(queries.panel_with_edition(panel.id))
    assert kept == {"mag-gelezen", None}
    assert "kanarie-stil" not in str(live.to_plain())
    assert "kanarie-stil" not in browser.get(page).text


# --- Leaving out and freezing --------------------------------------------------------------


def test_an_answer_is_left_out_with_a_reason_that_is_kept(
    sign_in: SignIn, instructor: User, make: Factory, panel: Panel, page: str, in_app: InApp
) -> None:
    for number in (1, 2, 3):
        make.panel_member(panel, number=number, has_answered=True)
    browser, slug = sign_in(instructor), weighing(make)
    address = f"{page}/answers/2/{slug}"
    assert browser.submit(address, {"reason": " "}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert browser.submit(address, {"reason": "Kende de casus."}).location == page
    assert "left out: Kende de casus." in main_words(browser.get(page))
    make.freeze(panel)
    with in_app():
        keys = queries.keys_of(panel.id)
        row = db.session.execute(
            select(PanelAnswer).where(PanelAnswer.excluded_at.is_not(None))
        ).scalar_one()
    assert (keys[slug].n, {key.n for item, key in keys.items() if item != slug}) == (2, {3})
    assert (row.exclusion_reason, row.excluded_by) == ("Kende de casus.", instructor.id)


def test_an_answer_that_was_left_out_can_count_again(
    sign_in: SignIn, instructor: User, make: Factory, panel: Panel, page: str
) -> None:
    make.panel_member(panel, number=1, has_answered=True)
    browser, address = sign_in(instructor), f"{page}/answers/1/{weighing(make)}"
    browser.submit(address, {"reason": "Kende de casus."})
    browser.submit(address, {"again": "y"})
    assert "left out" not in main_words(browser.get(page))


def test_a_panel_in_which_nobody_handed_in_cannot_be_frozen(
    sign_in: SignIn, instructor: User, make: Factory, panel: Panel, page: str, in_app: InApp
) -> None:
    make.panel_member(panel, role="docent")
    browser = sign_in(instructor)
    browser.post(f"{page}/freeze")
    assert "Nobody has handed in" in browser.get(page).text
    with in_app():
        assert db.session.get_one(Panel, panel.id).frozen_at is None


def test_many_clicks_at_once_make_one_key_for_each_item(
    sign_in: SignIn, instructor: User, make: Factory, panel: Panel, page: str, in_app: InApp
) -> None:
    for number in range(1, 4):
        make.panel_member(panel, number=number, has_answered=True)
    jobs = [click(sign_in(instructor), f"{page}/freeze", {}) for _click in range(5)]
    assert {answer.status_code for answer in at_once(jobs)} == {HTTPStatus.SEE_OTHER}
    with in_app():
        found = db.session.scalars(select(PanelKey.item)).all()
    assert sorted(found) == sorted(item.slug for item in queries.weighings_of(make.quiz()))


def test_what_is_frozen_never_changes(
    sign_in: SignIn, instructor: User, make: Factory, panel: Panel, page: str, in_app: InApp
) -> None:
    make.panel_member(panel, number=1, has_answered=True, shows_reasons=True)
    late = make.panel_member(panel, number=2, token="laat", role="docent")
    make.freeze(panel)
    browser, slug = sign_in(instructor), weighing(make)

    def everything() -> str:
        with in_app():
            tables = (Panel, PanelMember, PanelAnswer, PanelKey)
            return str([db.session.execute(select(table.__table__)).all() for table in tables])

    before = everything()
    browser.post(f"{page}/answers/1/{slug}", data={"reason": "Toch niet."})
    browser.post(f"{page}/answers/1/{slug}", data={"again": "y"})
    browser.post(f"{page}/about", data={"title": "Anders", "min_n": "5", "layout": "items"})
    browser.post(f"{page}/links", data={"links": "2", "until": "2026-12-31"})
    browser.post(f"{page}/links/until", data={"until": "2026-12-31"})
    browser.post(f"{page}/links/{late.number}/withdraw")
    browser.post(f"{page}/freeze")
    browser.post("/panel/laat", data={"role": "iets anders"})
    assert everything() == before


def test_the_digest_of_a_key_is_the_same_in_whatever_order_the_answers_came(
    make: Factory, instructor: User, in_app: InApp
) -> None:
    digests = []
    for order in ((1, 2, 3, 4), (4, 2, 1, 3)):
        panel = make.panel(instructor)
        for place, number in enumerate(order, start=1):
            member = make.panel_member(panel, number=number, has_answered=True)
            assert (member.id > 0, place > 0) == (True, True)
        make.freeze(panel)
        with in_app():
            digests.append({slug: key.sha256 for slug, key in queries.keys_of(panel.id).items()})
    assert digests[0] == digests[1]


def test_a_next_version_takes_along_what_was_handed_in_and_leaves_the_first_as_it_was(
    sign_in: SignIn, instructor: User, make: Factory, panel: Panel, page: str, in_app: InApp
) -> None:
    for number in (1, 2, 3):
        make.panel_member(panel, number=number, has_answered=True, shows_reasons=True)
    make.freeze(panel)
    browser, slug = sign_in(instructor), weighing(make)
    fresh = browser.submit(page, action="/again").location
    assert fresh is not None
    assert "version 2" in main_words(browser.get(fresh))
    browser.submit(f"{fresh}/answers/3/{slug}", {"reason": "Kende de casus."})
    browser.submit(f"{fresh}/freeze")
    with in_app():
        first, second = (
            queries.keys_of(number) for number in (panel.id, int(fresh.rpartition("/")[2]))
        )
    assert (first[slug].n, first[slug].panel_version) == (3, 1)
    assert (second[slug].n, second[slug].panel_version) == (2, 2)


def test_a_panel_that_is_not_frozen_has_no_next_version(
    sign_in: SignIn, instructor: User, page: str, in_app: InApp
) -> None:
    assert sign_in(instructor).post(f"{page}/again").location == page
    with in_app():
        assert db.session.scalar(select(func.count(Panel.id))) == 1


def test_somebody_who_saves_while_the_panel_is_frozen_is_in_it_or_not_but_never_half(
    make: Factory, panel: Panel, in_app: InApp
) -> None:
    make.panel_member(panel, number=1, has_answered=True)
    late = make.panel_member(panel, number=2, has_answered=True, finished_at=None)
    items = queries.weighings_of(make.quiz())

    def hand_in() -> object:
        with make.app.app_context():
            return answering.hand_in(late, items)

    def freeze() -> object:
        with make.app.app_context():
            return freezing.freeze(panel.id, by=1)

    at_once([hand_in, freeze])
    with in_app():
        is_in = db.session.get_one(PanelMember, late.id).finished_at is not None
        counted = {key.n for key in queries.keys_of(panel.id).values()}
        left = db.session.scalar(select(func.count(PanelAnswer.item)).filter_by(member_id=late.id))
    assert (counted, left) == (({2}, len(items)) if is_in else ({1}, 0))


def test_links_last_until_the_end_of_the_day_in_amsterdam(
    clock: time_machine.Traveller, sign_in: SignIn, instructor: User, page: str, client: Browser
) -> None:
    made = sign_in(instructor).submit(page, {"links": "1", "until": "2026-03-02"}, action="/links")
    (link,) = (each.removeprefix("http://localhost") for each in links_on(made.text))
    clock.shift(timedelta(hours=13, minutes=58))
    assert client.get(link).status_code == HTTPStatus.OK
    clock.shift(timedelta(minutes=2))
    assert client.get(link).status_code == HTTPStatus.GONE
