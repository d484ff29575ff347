"""Work of somebody without an account: kept, and taken along to an account."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.accounts.tokens import digest
from course.core.db import db
from course.lessons.actions import PENDING_AT_MOST, READ_AT_MOST, keep_for_visitor
from course.lessons.models import Draft, Enrolment, Pending, StepDone
from course.weighings.models import Weighing
from tests import pages
from tests.browser import Browser
from tests.conftest import Outbox, new_browser
from tests.factories import PASSWORD, Factory
from tests.features.at_once import at_once, click
from tests.features.conftest import SmallCourse
from tests.features.filled_in import ANSWERED, WEIGHED, alert, ticked, typed, value
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

NOOR = {"name": "Noor Nieuw", "password": PASSWORD}
OLD, NEW = "Wat ik gisteren schreef.", "Wat ik vandaag schreef."


def _log_in(browser: Browser, user: User, page: str | TestResponse = "/login") -> TestResponse:
    return browser.submit(page, {"email": user.email, "password": PASSWORD})


def _drafts(in_app: InApp) -> dict[str, dict[str, Any]]:
    with in_app():
        return {draft.step: draft.content for draft in db.session.scalars(select(Draft))}


# --- Kept in the browser's name ------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "data"),
    [("wegen", WEIGHED), ("vragen", ANSWERED), ("schrijven", {"text": NEW})],
)
def test_an_answer_of_a_visitor_is_kept_and_asks_for_an_account(
    in_app: InApp, client: Browser, small_course: SmallCourse, step: str, data: dict[str, Any]
) -> None:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    answer = client.submit(small_course.url(step), data)
    assert answer.status_code == 303
    assert answer.location == f"/signup?next={small_course.url(step)}"
    assert "We are keeping this for you." in client.get(answer.location).text
    visitor = client.get_cookie("visitor")
    assert visitor is not None
    with in_app():
        kept = db.session.scalars(select(Pending)).one()
        assert db.session.scalar(select(func.count(Enrolment.id))) == 0
    assert (kept.lesson, kept.step) == (small_course.lesson, step)
    assert kept.visitor == digest(visitor.value)  # the database cannot give the cookie away
    assert kept.content == {
        name: [item] if isinstance(item, str) else item for name, item in data.items()
    }


def test_a_visitor_who_comes_back_finds_the_form_filled_in(
    client: Browser, small_course: SmallCourse
) -> None:
    client.submit(small_course.url("wegen"), WEIGHED)
    client.submit(small_course.url("vragen"), ANSWERED)
    client.submit(small_course.url("schrijven"), {"text": NEW})
    scale = client.get(small_course.url("wegen"))
    assert ticked(scale, "client-deur") == ["4"]
    assert ticked(scale, "action") == ["blijven"]
    assert typed(scale, "reason") == WEIGHED["reason"]
    questions = client.get(small_course.url("vragen"))
    assert ticked(questions, "meer-keuzes") == ["jong", "oud"]
    assert value(questions, "getal") == "2,5"
    assert typed(client.get(small_course.url("schrijven"))) == NEW


def test_the_newest_answer_of_a_visitor_is_kept(
    in_app: InApp, client: Browser, small_course: SmallCourse
) -> None:
    client.submit(small_course.url("schrijven"), {"text": OLD})
    client.submit(small_course.url("schrijven"), {"text": NEW})
    with in_app():
        kept = db.session.scalars(select(Pending.content)).all()
    assert kept == [{"text": [NEW]}]


def test_another_visitor_does_not_see_it(
    app: Flask, client: Browser, small_course: SmallCourse
) -> None:
    client.submit(small_course.url("schrijven"), {"text": NEW})
    other = new_browser(app)
    other.submit(small_course.url("wegen"), WEIGHED)
    assert NEW not in other.get(small_course.url("schrijven")).text


def test_it_is_kept_for_two_days(
    clock: time_machine.Traveller, in_app: InApp, client: Browser, small_course: SmallCourse
) -> None:
    client.submit(small_course.url("schrijven"), {"text": OLD})
    clock.shift(timedelta(days=2, seconds=-1))
    assert typed(client.get(small_course.url("schrijven"))) == OLD
    clock.shift(timedelta(seconds=2))
    assert typed(client.get(small_course.url("schrijven"))) == ""
    client.submit(small_course.url("wegen"), WEIGHED)
    with in_app():
        assert db.session.scalars(select(Pending.step)).all() == ["wegen"]


def test_the_cookie_lasts_as_long_as_what_was_sent_last(
    client: Browser, small_course: SmallCourse
) -> None:
    sent = [client.submit(small_course.url("schrijven"), {"text": text}) for text in (OLD, NEW)]
    cookies = [dump.split(";")[0] for dump in (each.headers["Set-Cookie"] for each in sent)]
    assert cookies[0].startswith("visitor=")
    assert cookies[0] == cookies[1]
    assert all("Max-Age=172800;" in each.headers["Set-Cookie"] for each in sent)


def test_a_page_to_read_asks_a_visitor_for_nothing(
    in_app: InApp, client: Browser, small_course: SmallCourse
) -> None:
    for _time in range(2):
        assert client.submit(small_course.url("lezen")).location == small_course.url("wegen")
    assert "We are keeping this for you." not in client.get(small_course.url("wegen")).text
    with in_app():
        kept = db.session.scalars(select(Pending)).one()
    assert (kept.step, kept.content) == ("lezen", {})  # only that it was read


@pytest.mark.parametrize(
    ("step", "field"), [("wegen", "reason"), ("vragen", "getal"), ("schrijven", "text")]
)
@pytest.mark.parametrize("words", ["", "  "])
def test_a_form_with_nothing_in_it_is_refused_before_an_account_is_asked_for(
    in_app: InApp, client: Browser, small_course: SmallCourse, step: str, field: str, words: str
) -> None:
    page = client.submit(small_course.url(step), {field: words})
    assert page.status_code == 422
    assert alert(page)
    assert client.get_cookie("visitor") is None
    with in_app():
        assert db.session.scalar(select(func.count(Pending.id))) == 0
        assert db.session.scalar(select(func.count(Enrolment.id))) == 0


def test_half_a_form_of_a_visitor_is_kept(client: Browser, small_course: SmallCourse) -> None:
    client.submit(small_course.url("wegen"), {"client-deur": "4"})
    assert ticked(client.get(small_course.url("wegen")), "client-deur") == ["4"]


def test_pages_that_were_read_leave_room_for_answers(in_app: InApp, app: Flask) -> None:
    with in_app():
        for number in range(READ_AT_MOST + 5):
            keep_for_visitor("iemand", "les", f"lezen-{number}", {})
        for number in range(PENDING_AT_MOST):
            keep_for_visitor("iemand", "les", f"wegen-{number}", {"reason": [NEW]})
        keep_for_visitor("iemand", "les", "nog-een", {})
        steps = list(db.session.scalars(select(Pending.step)))
    assert sum(step.startswith("lezen") for step in steps) == READ_AT_MOST
    assert len(steps) == PENDING_AT_MOST
    assert "nog-een" not in steps


def test_the_rail_tells_a_visitor_only_where_they_are(
    client: Browser, small_course: SmallCourse
) -> None:
    page = client.get(small_course.url("vragen"), headers={"Accept-Language": "en"})
    rail = pages.parse(page.text).find(".//nav[@id='steps']/ol")
    assert rail is not None
    assert [pages.words(item) for item in rail] == [
        "Reading 5 min",
        "Weighing 5 min",
        "Questions you are here · 10 min",
        "Again 3 min",
        "Writing 7 min",
    ]


def test_eight_clicks_at_once_keep_one_answer(
    app: Flask, in_app: InApp, client: Browser, small_course: SmallCourse
) -> None:
    client.submit(small_course.url("wegen"), WEIGHED)
    visitor = client.get_cookie("visitor")
    assert visitor is not None
    windows = [new_browser(app) for _window in range(8)]
    for window in windows:
        window.set_cookie("visitor", visitor.value)
    url = small_course.url("schrijven")
    answers = at_once([click(window, url, {"text": NEW}) for window in windows])
    assert {answer.status_code for answer in answers} == {303}
    with in_app():
        assert sorted(db.session.scalars(select(Pending.step))) == ["schrijven", "wegen"]


# --- Along to an account -------------------------------------------------------------------


def test_it_comes_along_through_the_link_in_the_mail(
    in_app: InApp, client: Browser, outbox: Outbox, small_course: SmallCourse
) -> None:
    asked = client.submit(small_course.url("wegen"), WEIGHED)
    client.submit(small_course.url("schrijven"), {"text": NEW})
    client.submit(asked.location, {"email": "nieuw@example.org"})
    welcome = client.submit(outbox.link("nieuw@example.org"), NOOR)
    assert (welcome.status_code, welcome.location) == (303, small_course.url("wegen"))
    scale = client.get(welcome.location)
    assert ticked(scale, "agreement-wachtlijst") == ["3"]
    assert typed(scale, "reason") == WEIGHED["reason"]
    assert value(scale, "revision") == "1"
    assert typed(client.get(small_course.url("schrijven"))) == NEW
    with in_app():
        assert db.session.scalar(select(func.count(Pending.id))) == 0
    # And from there it is an answer like any other.
    client.submit(small_course.url("wegen"))
    with in_app():
        assert db.session.scalars(select(Weighing.reason)).all() == [WEIGHED["reason"]]


def test_it_waits_in_its_own_browser_when_the_mail_is_opened_elsewhere(
    app: Flask, client: Browser, outbox: Outbox, small_course: SmallCourse
) -> None:
    """Whoever asks for an account for somebody else's address leaves no text in it."""
    asked = client.submit(small_course.url("schrijven"), {"text": NEW})
    client.submit(asked.location, {"email": "nieuw@example.org"})
    phone = new_browser(app)
    welcome = phone.submit(outbox.link("nieuw@example.org"), NOOR)
    assert typed(phone.get(welcome.location)) == ""
    client.submit("/login", {"email": "nieuw@example.org", "password": PASSWORD})
    for browser in (client, phone):
        assert typed(browser.get(small_course.url("schrijven"))) == NEW


def test_it_comes_along_by_signing_in(
    in_app: InApp, client: Browser, learner: User, small_course: SmallCourse
) -> None:
    asked = client.submit(small_course.url("wegen"), WEIGHED)
    sign_up = client.get(asked.location)
    assert f'href="/login?next={small_course.url("wegen")}"' in sign_up.text
    answer = _log_in(client, learner, f"/login?next={small_course.url('wegen')}")
    assert answer.location == small_course.url("wegen")
    assert ticked(client.get(answer.location), "client-deur") == ["4"]
    with in_app():
        enrolment = db.session.scalars(select(Enrolment)).one()
        assert db.session.scalar(select(func.count(Pending.id))) == 0
    assert (enrolment.user_id, enrolment.last_step) == (learner.id, "wegen")


def test_a_page_that_was_read_is_done_in_the_account(
    in_app: InApp, client: Browser, learner: User, small_course: SmallCourse
) -> None:
    client.submit(small_course.url("lezen"))
    _log_in(client, learner)
    with in_app():
        assert db.session.scalars(select(StepDone.step)).all() == ["lezen"]
        assert db.session.scalars(select(Enrolment.last_step)).one() == "wegen"
        assert db.session.scalar(select(func.count(Pending.id))) == 0
    assert _drafts(in_app) == {}


def test_what_was_read_and_weighed_comes_along_together(
    in_app: InApp, client: Browser, learner: User, small_course: SmallCourse
) -> None:
    client.submit(small_course.url("lezen"))
    client.submit(small_course.url("wegen"), WEIGHED)
    _log_in(client, learner)
    with in_app():
        assert db.session.scalars(select(StepDone.step)).all() == ["lezen"]
        assert db.session.scalars(select(Enrolment.last_step)).one() == "wegen"
    assert list(_drafts(in_app)) == ["wegen"]


def test_a_page_read_after_the_sign_in_ended_waits_for_its_reader(
    in_app: InApp, client: Browser, learner: User, outsider: User, small_course: SmallCourse
) -> None:
    _log_in(client, learner)
    opened = client.get(small_course.url("lezen"))
    client.delete_cookie("sid")
    assert client.submit(opened).location == small_course.url("wegen")
    _log_in(client, outsider)
    with in_app():
        assert db.session.scalar(select(func.count(StepDone.step))) == 0
    client.submit("/home", action="/logout")
    _log_in(client, learner)
    with in_app():
        done = select(Enrolment.user_id).join(StepDone, StepDone.enrolment_id == Enrolment.id)
        assert db.session.scalars(done).all() == [learner.id]


def test_it_joins_the_drafts_of_other_steps(
    in_app: InApp, client: Browser, learner: User, make: Factory, small_course: SmallCourse
) -> None:
    enrolment = make.enrolment(learner, small_course.lesson)
    make.draft(enrolment, text=OLD)
    client.submit(small_course.url("wegen"), WEIGHED)
    _log_in(client, learner)
    assert _drafts(in_app)["schrijven"] == {"text": [OLD]}
    assert _drafts(in_app)["wegen"]["reason"] == [WEIGHED["reason"]]


def test_a_text_that_goes_on_from_the_draft_takes_its_place(
    client: Browser, learner: User, make: Factory, small_course: SmallCourse
) -> None:
    """As when a sign-in ran out while somebody was writing."""
    make.draft(make.enrolment(learner, small_course.lesson), text=OLD, revision=4)
    client.submit(small_course.url("schrijven"), {"text": f"{OLD}\nEn toen dit."})
    _log_in(client, learner)
    page = client.get(small_course.url("schrijven"))
    assert typed(page) == f"{OLD}\nEn toen dit."
    assert value(page, "revision") == "5"  # so an older window cannot overwrite it


def test_of_two_different_texts_neither_is_lost(
    client: Browser, learner: User, make: Factory, small_course: SmallCourse
) -> None:
    make.draft(make.enrolment(learner, small_course.lesson), text=OLD)
    client.submit(small_course.url("schrijven"), {"text": NEW})
    _log_in(client, learner)
    page = client.get(small_course.url("schrijven"))
    assert typed(page) == f"{OLD}\n\n{NEW}"
    assert value(page, "revision") == "2"


def test_a_draft_that_says_more_stays_as_it_is(
    client: Browser, learner: User, make: Factory, small_course: SmallCourse
) -> None:
    make.draft(make.enrolment(learner, small_course.lesson), text=f"{OLD} {NEW}")
    client.submit(small_course.url("schrijven"), {"text": NEW})
    _log_in(client, learner)
    page = client.get(small_course.url("schrijven"))
    assert typed(page) == f"{OLD} {NEW}"
    assert value(page, "revision") == "1"


def test_what_was_chosen_in_the_account_is_not_chosen_anew(
    client: Browser, learner: User, make: Factory, small_course: SmallCourse
) -> None:
    chosen = {"action": ["afronden"], "client-deur": ["0"], "reason": [OLD]}
    make.draft(make.enrolment(learner, small_course.lesson), "wegen", content=chosen)
    client.submit(small_course.url("wegen"), WEIGHED)
    _log_in(client, learner)
    page = client.get(small_course.url("wegen"))
    assert ticked(page, "action") == ["afronden"]
    assert ticked(page, "client-deur") == ["0"]
    assert ticked(page, "agreement-geld") == ["2"]  # which the draft left open
    assert typed(page, "reason") == f"{OLD}\n\n{WEIGHED['reason']}"


def test_it_comes_along_to_the_edition_that_the_account_follows(
    in_app: InApp, client: Browser, learner: User, make: Factory, small_course: SmallCourse
) -> None:
    followed = small_course.publish()
    make.enrolment(learner, small_course.lesson, edition=followed)
    small_course.publish({"lessons/eerste-les/wegen.nl.md": "Wie weg is, is pas echt weg.\n"})
    client.submit(small_course.url("wegen"), WEIGHED)
    _log_in(client, learner)
    assert "Wie weg is, is uit beeld." in main_words(client.get(small_course.url("wegen")))
    assert ticked(client.get(small_course.url("wegen")), "client-deur") == ["4"]
    with in_app():
        assert db.session.scalar(select(func.count(Enrolment.id))) == 1


def test_it_does_not_come_along_to_the_next_who_signs_in(
    client: Browser, learner: User, outsider: User, small_course: SmallCourse
) -> None:
    client.submit(small_course.url("schrijven"), {"text": NEW})
    _log_in(client, learner)
    client.submit("/home", action="/logout")
    _log_in(client, outsider)
    assert NEW not in client.get(small_course.url("schrijven")).text
