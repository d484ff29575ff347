"""What the screens of a case say, and in which order."""

from collections.abc import Callable

import pytest

from course.accounts.models import User
from tests import pages
from tests.browser import Browser
from tests.curriculum.case_examples import CASE as CASE_FILE
from tests.curriculum.case_examples import case_with
from tests.factories import PASSWORD, Factory
from tests.features.conftest import SmallCourse
from tests.features.filled_in import heading, value
from tests.pages import main_words

SignIn = Callable[[User], Browser]

URL = "/cases/aan-de-deur"
PLAY, RESULT, TRAIL, PAPER = f"{URL}/play", f"{URL}/result", f"{URL}/trail", f"{URL}/paper"
TALK = """\
counterpart:
  name: {nl: Ingrid, en: Ingrid}
  role: {nl: Manager, en: Manager}
  paper: note
  opening: {nl: 'Beste Ingrid,', en: 'Dear Ingrid,'}
  closing: {nl: Groet., en: Regards.}
start: stoep
"""
LINE = "        line: {nl: Ze was er., en: She was there.}\n"
FIRST = "        does: [vertrouwen + 1, note kaartje]\n"


@pytest.fixture(autouse=True)
def small_case(small_course: SmallCourse) -> SmallCourse:
    small_course.publish({CASE_FILE: case_with()})
    return small_course


@pytest.fixture
def talk(small_case: SmallCourse) -> SmallCourse:
    """The case as a conversation, in which the first choice gives a sentence."""
    changes = (("start: stoep\n", TALK), (FIRST, FIRST + LINE))
    small_case.publish({CASE_FILE: case_with(*changes)})
    return small_case


@pytest.fixture
def player(make: Factory) -> User:
    return make.learner(language="en", name="Samira B.")


def begun(browser: Browser, *options: str) -> Browser:
    """The browser of somebody who began the case and made these choices."""
    browser.submit(URL, action="/begin")
    for option in options:
        browser.submit(PLAY, {"option": option}, action="/choose")
    return browser


# --- What a choice did -------------------------------------------------------------------------


def test_what_a_choice_did_stands_under_the_heading_that_one_comes_to(
    sign_in: SignIn, player: User
) -> None:
    page = begun(sign_in(player), "kaartje").get(PLAY)
    words = main_words(page)
    assert words.index("At the table") < words.index("She calls back.")
    document = pages.parse(page.text)
    title = document.find(".//h1")
    assert title is not None
    described = document.find(f".//*[@id='{title.get('aria-describedby')}']")
    assert described is not None
    assert pages.words(described) == "She calls back."


def test_what_changed_waits_to_be_said_once(sign_in: SignIn, player: User) -> None:
    browser = begun(sign_in(player), "kaartje")
    told = pages.parse(browser.get(PLAY).text).find(".//*[@data-announce]")
    assert told is not None
    assert told.get("data-announce") == "Trust: up, from 1 to 2. The door is ajar."
    assert told.get("role") == "status"
    assert pages.words(told) == ""


def test_a_figure_that_went_down_says_so(
    sign_in: SignIn, player: User, small_case: SmallCourse
) -> None:
    handed_over = "consult: true\n        does: [gesloten + 1"
    small_case.publish({CASE_FILE: case_with((handed_over, f"{handed_over}, vertrouwen - 1"))})
    words = main_words(begun(sign_in(player), "kaartje", "overdragen").get(PLAY))
    assert "Trust 1 down, from 2 to 1" in words
    assert "Closures 1 up, from 0 to 1" in words


def test_one_reads_how_far_one_is(sign_in: SignIn, player: User) -> None:
    browser = begun(sign_in(player))
    assert "moment 1 of about 3" in main_words(browser.get(PLAY))
    browser.submit(PLAY, {"option": "kaartje"}, action="/choose")
    assert "moment 2 of about 3" in main_words(browser.get(PLAY))


# --- One thing to do ---------------------------------------------------------------------------


def test_where_there_is_one_thing_to_do_it_is_a_button(sign_in: SignIn, player: User) -> None:
    browser = begun(sign_in(player), "sluiten")
    page = browser.get(PLAY)
    assert heading(page) == "Silence"
    assert 'type="radio"' not in page.text
    assert "What do you do?" not in main_words(page)
    assert value(page, "option") == "wachten"
    browser.submit(page, action="/choose")
    assert heading(browser.get(PLAY)) == "March"


def test_one_does_not_go_back_to_where_there_was_nothing_else(
    sign_in: SignIn, player: User
) -> None:
    browser = begun(sign_in(player), "sluiten", "wachten")
    assert "choose differently" in main_words(browser.get(f"{TRAIL}/1"))
    assert "choose differently" not in main_words(browser.get(f"{TRAIL}/2"))


def test_one_hour_is_one_hour(sign_in: SignIn, player: User) -> None:
    words = main_words(begun(sign_in(player), "sluiten", "wachten").get(PLAY))
    assert "I go there. 1 hour" in words
    assert "1 hours" not in words


# --- The dossier --------------------------------------------------------------------------------


def test_the_dossier_begins_with_what_was_noted_and_marks_what_is_new(
    sign_in: SignIn, player: User
) -> None:
    browser = begun(sign_in(player), "kaartje")
    page = browser.get(PLAY)
    dossier = page.text.partition('id="dossier"')[2]
    assert dossier.index("Your card hangs there.") < dossier.index("A woman of fifty.")
    assert "new</b> Your card hangs there." in dossier
    assert 'href="#dossier"' in page.text
    browser.submit(PLAY, {"option": "blijven"}, action="/choose")
    assert "new</b>" not in browser.get(PLAY).text


# --- A conversation ------------------------------------------------------------------------------


def test_in_a_conversation_the_soft_side_is_at_the_table(
    sign_in: SignIn, player: User, talk: SmallCourse
) -> None:
    browser = begun(sign_in(player), "kaartje", "overdragen")
    words = main_words(browser.get(PLAY))
    assert "With the client" not in words
    assert "At the table" in words
    assert "How satisfied will Ingrid be?" in words
    assert "you read how Ingrid looks back on it" in words
    browser.submit(PLAY, {"satisfied": "5"}, action="/predict")
    words = main_words(browser.get(RESULT))
    assert "With the client" not in words
    assert "What did you see that Ingrid did not" in words


def test_the_note_leads_to_the_result_after_the_end(
    sign_in: SignIn, player: User, talk: SmallCourse
) -> None:
    browser = begun(sign_in(player), "kaartje")
    assert 'href="/cases/aan-de-deur/play">Go on where you were' in browser.get(PAPER).text
    browser.submit(PLAY, {"option": "overdragen"}, action="/choose")
    browser.submit(PLAY, {"satisfied": "5"}, action="/predict")
    page = browser.get(PAPER)
    assert f'href="{RESULT}?time=1&amp;end=2">See how it ended' in page.text
    assert "She was there." in main_words(page)
    assert "data-copy" in page.text
    assert "data-print" in page.text


def test_the_note_of_an_earlier_end_stays(sign_in: SignIn, player: User, talk: SmallCourse) -> None:
    browser = begun(sign_in(player), "kaartje", "overdragen")
    browser.submit(PLAY, {"satisfied": "5"}, action="/predict")
    browser.submit(RESULT, {"again": "1"}, action="/begin")
    assert "She was there." not in main_words(browser.get(PAPER))
    assert "She was there." in main_words(browser.get(f"{PAPER}?time=1&end=2"))
    assert browser.get(f"{PAPER}?time=1&end=1").status_code == 404


# --- On paper ------------------------------------------------------------------------------------


def test_on_paper_it_says_who_played_which_line(sign_in: SignIn, player: User) -> None:
    browser = begun(sign_in(player), "kaartje", "overdragen")
    browser.submit(PLAY, {"satisfied": "5"}, action="/predict")
    printed = pages.parse(browser.get(RESULT).text).find(".//p[@class='printed']")
    assert printed is not None
    words = pages.words(printed)
    assert words.startswith("Samira B. · ")
    assert words.endswith("Line 1 (counts)")


# --- Coming with what was played in this browser ---------------------------------------------


def test_signing_in_says_it_when_the_account_has_its_own_trail(
    client: Browser, make: Factory, player: User
) -> None:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    make.playthrough(player, "sluiten", slug="aan-de-deur")
    begun(client, "kaartje")
    client.submit("/login", {"email": player.email, "password": PASSWORD})
    assert "You also played “At the door” in this browser" in client.get("/home").text


def test_signing_in_is_silent_where_what_was_played_comes_along(
    client: Browser, player: User
) -> None:
    begun(client, "kaartje")
    client.submit("/login", {"email": player.email, "password": PASSWORD})
    assert "You also played" not in client.get("/home").text


def test_a_visitor_who_only_looked_at_a_case_is_told_nothing(
    client: Browser, make: Factory, player: User
) -> None:
    make.playthrough(player, "sluiten", slug="aan-de-deur")
    begun(client)
    client.submit("/login", {"email": player.email, "password": PASSWORD})
    assert "You also played" not in client.get("/home").text
