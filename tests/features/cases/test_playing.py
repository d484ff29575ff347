"""Playing a case: every choice is kept once, and nobody plays for somebody else."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.cases.models import Playthrough, StoredCase, Turn
from course.core.db import db
from tests.browser import Browser
from tests.conftest import CountsQueries, Outbox, new_browser
from tests.curriculum.case_examples import CASE as CASE_FILE
from tests.curriculum.case_examples import case_with
from tests.factories import PASSWORD, Factory
from tests.features.at_once import at_once, click
from tests.features.conftest import SmallCourse
from tests.features.filled_in import alert, heading, value
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

URL = "/cases/aan-de-deur"
PLAY, CHOOSE, RESULT = f"{URL}/play", f"{URL}/choose", f"{URL}/result"


@pytest.fixture(autouse=True)
def small_case(small_course: SmallCourse) -> SmallCourse:
    """A course with one case: a doorstep, a table, a silence, and March."""
    small_course.publish({CASE_FILE: case_with()})
    return small_course


@pytest.fixture
def player(make: Factory) -> User:
    """A learner who reads English, as the texts in the code."""
    return make.learner(language="en")


@pytest.fixture
def browser(sign_in: SignIn, player: User) -> Browser:
    """The browser of somebody who has begun the case."""
    browser = sign_in(player)
    browser.submit(URL, action="/begin")
    return browser


def choose(browser: Browser, option: str) -> TestResponse:
    """Choose on the page that is open, as a person does."""
    return browser.submit(PLAY, {"option": option}, action="/choose")


def turns(in_app: InApp) -> list[tuple[int, int, int, str, str]]:
    """All choices: number, parent, line, node and option."""
    with in_app():
        rows = db.session.scalars(select(Turn).order_by(Turn.number))
        return [(row.number, row.parent, row.line, row.node, row.option) for row in rows]


# --- A way through -------------------------------------------------------------------------


def test_a_choice_leads_on_and_says_what_it_did(browser: Browser) -> None:
    assert heading(browser.get(PLAY)) == "The doorstep"
    assert choose(browser, "kaartje").location == f"{PLAY}#moment"
    page = browser.get(PLAY)
    assert heading(page) == "At the table"
    words = main_words(page)
    assert "She calls back." in words
    assert "The door is ajar." in words  # trust, in words
    assert "Trust 2 up, from 1 to 2" in words
    assert "week 1 · 1.5 hours of work" in words
    assert "Your card hangs there." in page.text  # in the dossier


def test_an_option_that_is_not_open_says_why(browser: Browser) -> None:
    for option in ("sluiten", "wachten", "gaan"):
        choose(browser, option)
    page = browser.get(PLAY)
    assert "She does not ask you." in main_words(page)
    assert 'value="blijven"' not in page.text


def test_what_was_closed_comes_back_in_march(browser: Browser) -> None:
    choose(browser, "sluiten")
    choose(browser, "wachten")
    assert heading(browser.get(PLAY)) == "March"
    choose(browser, "doorverwijzen")
    assert heading(browser.get(PLAY)) == "Closed"


def test_one_predicts_before_the_client_tells(browser: Browser) -> None:
    choose(browser, "kaartje")
    choose(browser, "overdragen")
    account = "I did not know it was over."
    assert account not in browser.get(PLAY).text
    assert browser.get(RESULT).location == PLAY
    refused = browser.submit(PLAY, {"why": "Ze knikte."}, action="/predict")
    assert refused.status_code == 422
    assert "Choose what you expect." in alert(refused)
    told = browser.submit(PLAY, {"satisfied": "4", "why": "Ze knikte."}, action="/predict")
    assert told.location == RESULT
    words = main_words(browser.get(RESULT))
    assert account in words
    assert "How satisfied: a little. You expected: satisfied. “Ze knikte.”" in words


def test_the_result_holds_both_reports_the_weeks_and_what_was_not_chosen(browser: Browser) -> None:
    choose(browser, "kaartje")
    choose(browser, "overdragen")
    browser.submit(PLAY, {"satisfied": "2"}, action="/predict")
    page = browser.get(RESULT)
    words = main_words(page)
    assert "Unknown." in words  # what became of her
    assert "An hour and a half." in words
    assert "She was seen." in words
    assert "The doorstep: I close the file." in words
    assert "The file is closed." not in words.split("Paths not taken")[1]  # after a second try
    assert page.text.count("<figure") == 2  # a variable on each ledger
    assert "Researcher" in words
    assert "And who is waiting?" in words


def test_after_a_second_try_one_reads_what_the_other_ways_would_have_done(browser: Browser) -> None:
    choose(browser, "kaartje")
    choose(browser, "overdragen")
    browser.submit(PLAY, {"satisfied": "2"}, action="/predict")
    browser.submit(RESULT, {"again": "1"}, action="/begin")
    choose(browser, "kaartje")
    choose(browser, "blijven")
    browser.submit(PLAY, {"satisfied": "5"}, action="/predict")
    words = main_words(browser.get(RESULT))
    assert "Playthrough 2, line 1" in words
    assert "The file is closed." in words.split("Paths not taken")[1]


def test_a_form_with_nothing_chosen_says_so(browser: Browser) -> None:
    answer = browser.submit(PLAY, {}, action="/choose")
    assert answer.status_code == 422
    assert "Choose what you do." in alert(answer)


# --- Once, and where one is ----------------------------------------------------------------


def test_a_second_click_makes_no_second_step(in_app: InApp, browser: Browser) -> None:
    opened = browser.get(PLAY)
    for _click in range(2):
        answer = browser.submit(opened, {"option": "kaartje"}, action="/choose")
        assert answer.location == f"{PLAY}#moment"
    assert turns(in_app) == [(1, 0, 1, "stoep", "kaartje")]


def test_eight_clicks_at_once_make_one_step(
    in_app: InApp, sign_in: SignIn, player: User, browser: Browser
) -> None:
    data = {"option": "kaartje", "at": "0"}
    windows = [sign_in(player) for _window in range(8)]
    answers = at_once([click(window, CHOOSE, data) for window in windows])
    assert {answer.status_code for answer in answers} == {303}
    assert turns(in_app) == [(1, 0, 1, "stoep", "kaartje")]


def test_of_two_different_choices_at_once_one_counts(
    in_app: InApp, sign_in: SignIn, player: User, browser: Browser
) -> None:
    both = [{"option": option, "at": "0"} for option in ("kaartje", "sluiten")]
    answers = at_once([click(sign_in(player), CHOOSE, data) for data in both])
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len(turns(in_app)) == 1


def test_an_older_page_shows_where_one_really_is(in_app: InApp, browser: Browser) -> None:
    opened = browser.get(PLAY)
    choose(browser, "kaartje")
    answer = browser.submit(opened, {"option": "sluiten"}, action="/choose")
    assert answer.status_code == 409
    assert "Nothing was changed." in alert(answer)
    assert "You are now at: At the table." in main_words(answer)
    assert len(turns(in_app)) == 1


@pytest.mark.parametrize("option", ["blijven", "niets", "stoep"])
def test_a_choice_that_is_not_offered_changes_nothing(
    in_app: InApp, browser: Browser, option: str
) -> None:
    answer = browser.post(CHOOSE, data={"option": option, "at": "0"})
    assert answer.status_code == 409
    assert "That cannot be done here now." in alert(answer)
    assert turns(in_app) == []


@pytest.mark.parametrize("at", ["-1", "1", "x", "", "99999999999999999999"])
def test_a_place_that_was_made_up_changes_nothing(in_app: InApp, browser: Browser, at: str) -> None:
    assert browser.post(CHOOSE, data={"option": "kaartje", "at": at}).status_code == 409
    assert turns(in_app) == []


def test_nobody_plays_for_somebody_else(
    in_app: InApp, sign_in: SignIn, player: User, browser: Browser, outsider: User
) -> None:
    opened = browser.get(PLAY)
    other = sign_in(outsider)
    assert other.get(PLAY).location == URL
    other.submit(URL, action="/begin")
    form = {"option": "kaartje", "at": "0", "owner": value(opened, "owner")}
    assert other.post(CHOOSE, data=form).status_code == 409
    assert turns(in_app) == []
    assert value(opened, "owner") == str(player.id)


def test_a_choice_takes_six_queries_or_fewer_however_long_the_trail(
    sign_in: SignIn, make: Factory, count_queries: CountsQueries, small_case: SmallCourse
) -> None:
    loops = case_with(("to: tafel\n        weeks: 1", "to: stoep\n        weeks: 1"),
                      ("to: dicht, weeks: 12", "to: tafel, weeks: 12"))  # fmt: skip
    small_case.publish({CASE_FILE: loops})
    numbers = []
    for steps in (1, 40):
        user = make.learner()
        make.playthrough(user, *["kaartje"] * steps, slug="aan-de-deur")
        browser = sign_in(user)
        with count_queries() as sent:
            answer = browser.post(CHOOSE, data={"option": "kaartje", "at": str(steps)})
        assert answer.status_code == 303
        numbers.append(len(sent))
        with count_queries() as sent:
            assert browser.get(PLAY).status_code == 200
        numbers.append(len(sent))
    assert numbers == [5, 2, 5, 2], numbers


# --- The trail -----------------------------------------------------------------------------


def test_going_back_starts_a_new_line_and_erases_nothing(in_app: InApp, browser: Browser) -> None:
    choose(browser, "kaartje")
    choose(browser, "overdragen")
    assert heading(browser.get(PLAY)) == "Closed"
    earlier = browser.get(f"{URL}/trail/2")
    assert heading(earlier) == "At the table"
    assert "I hand it over." in main_words(earlier)
    assert browser.submit(earlier, action="/back").location == PLAY
    choose(browser, "blijven")
    assert heading(browser.get(PLAY)) == "Open"
    assert turns(in_app) == [
        (1, 0, 1, "stoep", "kaartje"),
        (2, 1, 1, "tafel", "overdragen"),
        (3, 1, 2, "tafel", "blijven"),
    ]
    trail = main_words(browser.get(f"{URL}/trail"))
    first, second = trail.split("Line 2, from “At the table”, ended in “Open”")
    assert "Line 1 (counts), ended in “Closed”" in first
    assert "I hand it over." in first
    assert "I come again next week." in second


def test_going_the_same_way_again_makes_no_new_line(in_app: InApp, browser: Browser) -> None:
    choose(browser, "kaartje")
    browser.submit(f"{URL}/trail/1", action="/back")
    choose(browser, "kaartje")
    assert turns(in_app) == [(1, 0, 1, "stoep", "kaartje")]
    with in_app():
        row = db.session.scalars(select(Playthrough)).one()
    assert (row.head, row.turns, row.lines) == (1, 1, 1)


@pytest.mark.parametrize("to", ["5", "-1", "x", "", "99999999999999999999"])
def test_one_cannot_go_back_to_what_was_not(browser: Browser, to: str) -> None:
    choose(browser, "kaartje")
    answer = browser.post(f"{URL}/back", data={"to": to})
    assert answer.status_code == 409
    assert heading(browser.get(PLAY)) == "At the table"


def test_an_earlier_moment_that_was_not_is_no_page(browser: Browser) -> None:
    assert browser.get(f"{URL}/trail/1").status_code == 404


# --- The edition ---------------------------------------------------------------------------


def test_who_began_goes_on_with_the_edition_that_they_began(
    in_app: InApp, browser: Browser, small_case: SmallCourse
) -> None:
    choose(browser, "kaartje")
    small_case.publish({CASE_FILE: case_with(("en: At the table", "en: At another table"))})
    assert heading(browser.get(PLAY)) == "At the table"
    choose(browser, "overdragen")
    assert heading(browser.get(PLAY)) == "Closed"
    with in_app():
        assert db.session.scalar(select(func.count(StoredCase.id))) == 1


def test_a_case_that_is_gone_can_still_be_finished(
    browser: Browser, small_case: SmallCourse
) -> None:
    choose(browser, "kaartje")
    small_case.publish()
    assert choose(browser, "blijven").status_code == 303
    assert heading(browser.get(PLAY)) == "Open"


# --- Without an account --------------------------------------------------------------------


def test_a_visitor_plays_and_takes_it_along_to_an_account(
    in_app: InApp, client: Browser, outbox: Outbox
) -> None:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.submit(URL, action="/begin")
    choose(client, "kaartje")
    choose(client, "overdragen")
    client.submit(PLAY, {"satisfied": "2", "why": "Ze knikte."}, action="/predict")
    assert "How satisfied: a little." in main_words(client.get(RESULT))
    assert turns(in_app) == []
    client.submit("/signup", {"email": "nieuw@example.org"})
    noor = {"name": "Noor Nieuw", "password": PASSWORD}
    client.submit(outbox.link("nieuw@example.org"), noor)
    assert [turn[-1] for turn in turns(in_app)] == ["kaartje", "overdragen"]
    assert "“Ze knikte.”" in main_words(client.get(RESULT))


def test_what_a_visitor_played_does_not_take_the_place_of_what_the_account_has(
    in_app: InApp, client: Browser, make: Factory, player: User
) -> None:
    make.playthrough(player, "sluiten", slug="aan-de-deur")
    client.submit(URL, action="/begin")
    choose(client, "kaartje")
    client.submit("/login", {"email": player.email, "password": PASSWORD})
    assert [turn[-1] for turn in turns(in_app)] == ["sluiten"]


def test_what_a_visitor_played_is_not_for_the_next_who_signs_in(
    app: Flask, in_app: InApp, client: Browser, player: User, outsider: User
) -> None:
    client.submit(URL, action="/begin")
    choose(client, "kaartje")
    client.submit("/login", {"email": player.email, "password": PASSWORD})
    client.submit("/home", action="/logout")
    client.submit("/login", {"email": outsider.email, "password": PASSWORD})
    assert client.get(PLAY).location == URL
    with in_app():
        assert db.session.scalars(select(Playthrough.user_id)).all() == [player.id]
    assert new_browser(app).get(PLAY).location == URL


def test_a_visitor_goes_back_along_the_one_line_that_the_browser_keeps(client: Browser) -> None:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.submit(URL, action="/begin")
    choose(client, "kaartje")
    client.submit(f"{URL}/trail/1", action="/back")
    assert heading(client.get(PLAY)) == "The doorstep"
    choose(client, "sluiten")
    assert heading(client.get(PLAY)) == "Silence"


def test_a_visitor_who_clicks_twice_makes_one_step(client: Browser) -> None:
    client.submit(URL, action="/begin")
    opened = client.get(PLAY)
    for _click in range(2):
        answer = client.submit(opened, {"option": "kaartje"}, action="/choose")
        assert answer.status_code == 303
    assert client.submit(opened, {"option": "sluiten"}, action="/choose").status_code == 409
