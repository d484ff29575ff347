"""What somebody wrote is never lost: not by a crash, a lost connection, a full server, another
window, an expired sign-in, or signing out."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Final

import pytest
from playwright.sync_api import Error, Locator, Page, Route, expect
from sqlalchemy import delete

from course.accounts.models import SignIn, User
from course.core.clock import now
from course.core.db import db
from course.lessons.models import Draft, Enrolment
from tests.factories import LESSON, PASSWORD
from tests.journeys import story
from tests.journeys.conftest import Arrives
from tests.journeys.people import Person
from tests.journeys.sites import Site
from tests.journeys.texts import pattern

pytestmark = pytest.mark.journey

SAVING: Final = re.compile(r"/draft$")
SAVED_WITHIN: Final = 2000  # ms after the last key
SENT_WITHIN: Final = 10_000  # ms after what was broken works again; we try every few seconds
KILLS, AT_ONCE = 30, 5
FIRST: Final = "Op dinsdag zat hij er weer."
MORE: Final = " Niemand vroeg iets."


class Writer:
    """Somebody who is writing the reflection of the first lesson."""

    def __init__(self, person: Person, user: User) -> None:
        self.person = person
        self.user = user
        self.page = person.page
        self.path = f"/lessons/{LESSON}/{person.site.make.step('reflect').slug}"
        person.open(self.path)

    @property
    def field(self) -> Locator:
        return self.page.get_by_label(self.person.say("Your reflection"), exact=True)

    @property
    def status(self) -> Locator:
        return self.page.locator("[data-saved]")

    @property
    def saved(self) -> re.Pattern[str]:
        """What the page says when the text is saved."""
        return pattern(self.person.language, "Saved at {time}", time=story.TIME)

    def types(self, text: str) -> None:
        """Press the keys for this text, at the end of what is there."""
        self.field.focus()
        self.page.keyboard.press("ControlOrMeta+End")
        self.page.keyboard.type(text)

    def sees_saved(self, within: float = SAVED_WITHIN) -> None:
        expect(self.status).to_have_text(self.saved, timeout=within)

    def sends_everything(self) -> None:
        """Soon the server has what the field holds."""
        deadline = time.monotonic() + SENT_WITHIN / 1000
        while self.on_the_server() != self.field.input_value():
            assert time.monotonic() < deadline, f"the server has only {self.on_the_server()!r}"
            self.page.wait_for_timeout(50)

    def hears(self, text: str, within: float = SENT_WITHIN) -> None:
        """The line under the text says this."""
        expect(self.status).to_contain_text(self.person.say(text), timeout=within)

    def reads(self, text: str) -> None:
        expect(self.field).to_have_value(text)

    def on_the_server(self) -> str:
        """The text that the database holds."""
        with self.person.site.app.app_context():
            content = db.session.scalar(
                db.select(Draft.content).join(Enrolment).where(Enrolment.user_id == self.user.id)
            )
        return str(content["text"][0]) if content else ""


@pytest.fixture
def learner(site: Site) -> User:
    return site.make.learner()


@pytest.fixture
def writer(arrive: Arrives, learner: User) -> Writer:
    return Writer(arrive(user=learner), learner)


# --- Saving --------------------------------------------------------------------------------


WATCH_THE_LINE: Final = """() => {
  const line = document.querySelector("[data-saved]");
  window.said = [];
  document.addEventListener("input", () => { window.lastKey = performance.now(); });
  new MutationObserver(() => window.said.push([performance.now(), line.textContent]))
    .observe(line, { childList: true, characterData: true, subtree: true });
}"""


def test_a_text_is_saved_within_two_seconds_of_the_last_key_and_survives_a_reload(
    writer: Writer,
) -> None:
    writer.page.evaluate(WATCH_THE_LINE)
    writer.types(FIRST)
    writer.sees_saved()
    said, last_key = writer.page.evaluate("() => [window.said, window.lastKey]")
    moments = [moment for moment, text in said if writer.saved.match(text)]
    assert moments[0] - last_key <= SAVED_WITHIN
    assert writer.on_the_server() == FIRST
    writer.page.reload()
    writer.reads(FIRST)


def test_the_page_says_saved_only_after_the_server_has_answered(writer: Writer) -> None:
    held: list[Route] = []
    writer.page.route(SAVING, lambda route: held.append(route))
    writer.types(FIRST)
    writer.page.wait_for_timeout(SAVED_WITHIN)
    assert len(held) == 1
    expect(writer.status).not_to_have_text(writer.saved)
    held[0].continue_()
    writer.sees_saved()
    assert writer.on_the_server() == FIRST


def test_the_last_words_are_saved_when_one_leaves_the_page_at_once(writer: Writer) -> None:
    writer.types(FIRST)
    writer.person.follow(writer.person.say("Glossary"))
    writer.page.go_back()
    writer.reads(FIRST)
    assert writer.on_the_server() == FIRST


def test_the_last_words_are_handed_in_when_one_presses_the_button_at_once(writer: Writer) -> None:
    writer.types(FIRST)
    writer.person.press(writer.person.say("Read it once more and hand in"))
    writer.person.sees(FIRST)


# --- Crashes -------------------------------------------------------------------------------


class Diary:
    """A text that grows word by word, in a window that is killed again and again."""

    def __init__(self, writer: Writer, seed: int) -> None:
        self.writer = writer
        self.random = Random(seed)
        self.typed = ""
        self.killed_at = 0.0

    def begin(self) -> None:
        """Open the page, and find back at least what was saved before the last crash."""
        saved = self.writer.on_the_server()
        page = self.writer.person.context.new_page()
        self.writer.page.close()
        self.writer.page = self.writer.person.page = page
        self.writer.person.open(self.writer.path)
        if self.typed:
            expect(self.writer.field).not_to_have_value("")
        found = self.writer.field.input_value()
        assert found.startswith(saved)
        assert self.typed.startswith(found)
        self.typed = found

    def will_die(self) -> None:
        """The window is killed at a moment that nobody knows."""
        self.killed_at = time.monotonic() + self.random.uniform(0.1, 2.2)

    def goes_on(self) -> bool:
        """Type a word, or die when the moment has come; whether the window is still there."""
        if time.monotonic() < self.killed_at:
            word = f"woord{self.random.randrange(1000)} "
            self.writer.types(word)
            self.typed += word
            return True
        kill(self.writer.page)
        return False


def kill(page: Page) -> None:
    """End the window the hard way: nothing in it can still run."""
    with pytest.raises(Error, match="crash"):
        page.goto("chrome://crash")


def test_a_window_that_is_killed_at_any_moment_loses_nothing_that_was_saved(
    site: Site, arrive: Arrives
) -> None:
    diaries = []
    for seed in range(AT_ONCE):
        user = site.make.learner()
        diaries.append(Diary(Writer(arrive(user=user), user), seed))
    for _round in range(KILLS // AT_ONCE):
        for diary in diaries:
            diary.begin()
        for diary in diaries:
            diary.will_die()
        alive = list(diaries)
        while alive:
            alive = [diary for diary in alive if diary.goes_on()]
    for diary in diaries:
        diary.begin()
        diary.writer.sends_everything()


# --- Connection and server -----------------------------------------------------------------


def test_without_a_connection_one_keeps_writing_and_it_is_sent_later(writer: Writer) -> None:
    writer.types(FIRST)
    writer.sees_saved()
    writer.person.context.set_offline(True)
    writer.types(MORE)
    writer.hears("No connection. Keep writing: your text is kept in this browser and sent later.")
    writer.types(MORE)
    assert writer.on_the_server() == FIRST
    writer.person.context.set_offline(False)
    writer.sees_saved(SENT_WITHIN)
    assert writer.on_the_server() == FIRST + MORE + MORE


def test_a_window_killed_without_a_connection_has_kept_the_text(writer: Writer) -> None:
    writer.person.context.set_offline(True)
    writer.types(FIRST)
    kill(writer.page)
    writer.page.close()
    writer.person.context.set_offline(False)
    writer.page = writer.person.page = writer.person.context.new_page()
    writer.person.open(writer.path)
    writer.reads(FIRST)
    writer.sees_saved(SENT_WITHIN)
    assert writer.on_the_server() == FIRST


@pytest.mark.parametrize("status", [500, 503])
def test_when_the_server_fails_the_page_says_so_and_tries_again(
    writer: Writer, status: int
) -> None:
    writer.person.forgives_server_errors = True
    writer.page.route(SAVING, lambda route: route.fulfill(status=status, body="{}"))
    writer.types(FIRST)
    writer.hears("Not saved yet. We keep trying; leave this window open.")
    writer.page.unroute(SAVING)
    writer.types(MORE)
    writer.sees_saved(SENT_WITHIN)
    assert writer.on_the_server() == FIRST + MORE


def test_an_answer_that_got_lost_on_the_way_is_no_second_version(writer: Writer) -> None:
    writer.page.route(SAVING, _swallow_the_answer)
    writer.types(FIRST)
    writer.hears("No connection. Keep writing: your text is kept in this browser and sent later.")
    assert writer.on_the_server() == FIRST
    writer.page.unroute(SAVING)
    writer.types(MORE)
    writer.sees_saved(SENT_WITHIN)
    expect(writer.page.locator(".conflict")).to_have_count(0)
    assert writer.on_the_server() == FIRST + MORE


def _swallow_the_answer(route: Route) -> None:
    route.fetch()
    route.abort()


def test_an_answer_of_a_network_that_asks_to_sign_in_counts_as_nothing(writer: Writer) -> None:
    writer.page.route(SAVING, lambda route: route.fulfill(body="<html>Welkom in de trein</html>"))
    writer.types(FIRST)
    writer.hears("Not saved yet. We keep trying; leave this window open.")
    writer.page.unroute(SAVING)
    writer.sees_saved(SENT_WITHIN)
    assert writer.on_the_server() == FIRST


# --- Signed out ----------------------------------------------------------------------------


def test_when_the_sign_in_has_ended_one_signs_in_elsewhere_and_the_text_is_saved(
    site: Site, writer: Writer
) -> None:
    writer.types(FIRST)
    writer.sees_saved()
    _sign_out_everywhere(site, writer.user)
    writer.types(MORE)
    writer.hears("You are signed out. Your text is still here.")
    with writer.person.context.expect_page() as opened:
        writer.status.get_by_role(
            "link", name=writer.person.say("Sign in again in a new window")
        ).click()
    _sign_in(writer.person, opened.value, writer.user)
    writer.page.bring_to_front()
    writer.sees_saved(SENT_WITHIN)
    assert writer.on_the_server() == FIRST + MORE


def test_a_text_that_could_not_be_sent_is_not_taken_for_saved_after_going_back(
    site: Site, writer: Writer
) -> None:
    with signed_out_for_a_while(site, writer.user):
        writer.types(FIRST)
        writer.hears("You are signed out. Your text is still here.")
        writer.page.goto("about:blank")
    writer.page.go_back()
    writer.reads(FIRST)
    writer.sends_everything()  # Or leaving had sent it, just after the sign-in was back.
    assert writer.on_the_server() == FIRST


def test_signing_out_at_once_takes_the_last_words_along(writer: Writer) -> None:
    writer.types(FIRST)
    writer.person.press(writer.person.say("Sign out"))
    assert writer.on_the_server() == FIRST


def test_a_text_that_could_not_be_sent_at_sign_out_is_back_for_its_writer_and_nobody_else(
    site: Site, writer: Writer
) -> None:
    writer.person.forgives_server_errors = True
    writer.person.context.route(SAVING, lambda route: route.fulfill(status=503, body="{}"))
    writer.types(FIRST)
    writer.person.press(writer.person.say("Sign out"))
    writer.person.context.unroute(SAVING)

    other = Writer(writer.person, site.make.learner())
    _sign_in(writer.person, writer.page, other.user)
    other.person.open(other.path)
    other.reads("")
    assert FIRST not in writer.page.locator("body").inner_text()
    other.person.press(other.person.say("Sign out"))

    _sign_in(writer.person, writer.page, writer.user)
    writer.person.open(writer.path)
    writer.reads(FIRST)
    writer.sees_saved(SENT_WITHIN)
    assert (writer.on_the_server(), other.on_the_server()) == (FIRST, "")


def test_the_words_of_who_is_signed_out_do_not_go_to_who_signed_in_since(
    site: Site, writer: Writer
) -> None:
    writer.types(FIRST)
    writer.sees_saved()
    other = Writer(Person(writer.person.context, site, "nl"), site.make.learner())
    _sign_out_everywhere(site, writer.user)
    _sign_in(other.person, other.page, other.user)

    writer.types(MORE)
    writer.hears("You are signed out. Your text is still here.")
    other.person.open(other.path)
    other.reads("")
    assert (writer.on_the_server(), other.on_the_server()) == (FIRST, "")


def _sign_out_everywhere(site: Site, user: User) -> list[str]:
    """End all sign-ins of this user; returns the hashes of what their browsers hold."""
    with site.app.app_context():
        gone = delete(SignIn).where(SignIn.user_id == user.id).returning(SignIn.token_hash)
        hashes = list(db.session.scalars(gone))
        db.session.commit()
    return hashes


@contextmanager
def signed_out_for_a_while(site: Site, user: User) -> Iterator[None]:
    hashes = _sign_out_everywhere(site, user)
    yield
    for token_hash in hashes:
        expires_at = now() + timedelta(days=1)
        values = {"user_id": user.id, "browser": "Chrome", "expires_at": expires_at}
        site.make.add(SignIn(token_hash=token_hash, **values))


def _sign_in(person: Person, page: Page, user: User) -> None:
    """Sign in with the form, in this window."""
    page.goto(f"{person.site.url}/login")
    page.get_by_label(person.say("E-mail address"), exact=True).fill(user.email)
    page.get_by_label(person.say("Password"), exact=True).fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name=person.say("Sign in"), exact=True).click()


# --- Two windows ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "text"), [("Keep mine", MORE.strip()), ("Use the other one", FIRST)]
)
def test_an_older_window_does_not_overwrite_a_newer_text_and_its_reader_chooses(
    arrive: Arrives, writer: Writer, button: str, text: str
) -> None:
    older = Writer(arrive(user=writer.user), writer.user)
    writer.types(FIRST)
    writer.sees_saved()
    older.types(MORE.strip())

    box = older.page.locator(".conflict")
    expect(box.locator("blockquote")).to_have_text(FIRST)
    older.reads(MORE.strip())
    assert writer.on_the_server() == FIRST

    box.get_by_role("button", name=older.person.say(button), exact=True).click()
    older.reads(text)
    expect(box).to_have_count(0)
    older.types("!")
    older.sends_everything()
    assert writer.on_the_server() == f"{text}!"


def test_a_window_where_one_writes_on_is_told_that_it_was_handed_in_from_another(
    arrive: Arrives, writer: Writer
) -> None:
    older = Writer(arrive(user=writer.user), writer.user)
    writer.types(FIRST)
    writer.person.press(writer.person.say("Read it once more and hand in"))
    writer.person.press(writer.person.say("Hand in"))
    text = (
        "This reflection was handed in from another window. What you write here is kept as a "
        "draft, for when you withdraw it."
    )
    older.types(MORE.strip())
    box = older.page.locator(".conflict")
    expect(box).to_contain_text(older.person.say(text))
    box.get_by_role("button", name=older.person.say("Keep mine"), exact=True).click()
    older.hears(text)
    assert writer.on_the_server() == MORE.strip()


def test_what_is_typed_while_the_server_says_that_there_is_a_newer_text_stays(
    arrive: Arrives, writer: Writer
) -> None:
    older = Writer(arrive(user=writer.user), writer.user)
    writer.types(FIRST)
    writer.sees_saved()
    held: list[Route] = []
    older.page.route(SAVING, lambda route: held.append(route))
    with older.page.expect_request(SAVING):
        older.types("Niemand")
    older.types(" vroeg iets.")
    held[0].continue_()
    expect(older.page.locator(".conflict blockquote")).to_have_text(FIRST)
    older.reads("Niemand vroeg iets.")


def test_two_windows_of_one_browser_do_not_take_away_each_others_copy(writer: Writer) -> None:
    other = Writer(Person(writer.person.context, writer.person.site, "nl"), writer.user)
    other.page.route(SAVING, lambda route: route.abort())
    other.types(MORE.strip())
    writer.types(FIRST)
    writer.sees_saved()
    kill(other.page)
    other.page.close()
    writer.page.reload()
    writer.reads(MORE.strip())
    expect(writer.page.locator(".conflict blockquote")).to_have_text(FIRST)


# --- Without an account --------------------------------------------------------------------


def test_what_a_visitor_typed_is_back_after_a_reload_in_the_same_window(arrive: Arrives) -> None:
    visitor = arrive()
    step = visitor.site.make.step("scale")
    visitor.open(f"/lessons/{LESSON}/{step.slug}")
    visitor.fill(visitor.say("Explain your weighing"), FIRST)
    visitor.page.reload()
    expect(
        visitor.page.get_by_label(visitor.say("Explain your weighing"), exact=True)
    ).to_have_value(FIRST)
