"""Taking a quiz in a browser: by keyboard, by mouse, without scripts; and no answer is ever lost."""

import re
import time
from datetime import timedelta
from typing import Any, Final

import pytest
from playwright.sync_api import Error, FilePayload, expect
from sqlalchemy import update

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.curriculum.quizzes import AnyItem, FileQuestion, RankItem, RateItem, WeighingItem
from course.curriculum.schema import OrderQuestion
from course.quizzes import queries
from course.quizzes.models import QuizAttempt
from tests.factories import QUIZ
from tests.features.quizzes import filled
from tests.journeys import story
from tests.journeys.conftest import Arrives
from tests.journeys.people import Kind, Person, Typist
from tests.journeys.places import ITEMS
from tests.journeys.sites import Site
from tests.journeys.texts import pattern
from tests.papers import PDF

pytestmark = pytest.mark.journey

SAVING: Final = re.compile(r"/save\?")
SENT_WITHIN: Final = 10_000  # ms after what was broken works again
LEAVING_WAITS: Final = 4_000  # ms, more than PATIENCE in autosave.js
DRAWING: Final = FilePayload(name="kring.pdf", mimeType="application/pdf", buffer=PDF)
REASON: Final = "Zij staat er volgende week weer."


@pytest.fixture
def learner(site: Site) -> User:
    return site.make.learner(language=None)


# --- A whole quiz --------------------------------------------------------------------------


def test_a_whole_quiz_is_taken_item_by_item_with_only_a_keyboard(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person = arrive("nl", user=learner, kind="keyboard")
    quiz = site.make.quiz().quiz
    person.open(f"/quizzes/{QUIZ}")
    person.sees_heading(quiz.title["nl"])
    person.press(person.say("Begin"))
    with site.app.app_context():
        items = queries.all_attempts_of(learner.id)[0].items
    for slug in items:
        # The keyboard begins at the question.
        expect(person.page.locator(f"#{slug}-prompt")).to_be_focused()
        _answer(person, _item(site, slug))
        person.go_on()
    _hands_in(person, learner)


@pytest.mark.parametrize("kind", ["mouse", "no scripts"])
def test_a_whole_quiz_is_taken_on_one_page(
    site: Site, arrive: Arrives, learner: User, kind: Kind
) -> None:
    row = site.make.attempt(learner, is_running=True)
    person = arrive(user=learner, kind=kind)
    person.open(f"/attempts/{row.public_id}")
    for slug in row.items:
        _answer(person, _item(site, slug))
    person.go_on()
    _hands_in(person, learner)


def _hands_in(person: Person, learner: User) -> None:
    """Look over, hand in, and see how others weighed it."""
    person.sees_heading(person.say("Look over before you hand in"))
    person.sees(person.say("Everything is answered."))
    person.press(person.say("Hand in"))
    person.sees(person.say("The panel does not agree; these are their reasons"))
    with person.site.app.app_context():
        row = queries.all_attempts_of(learner.id)[0]
        states = {mark.state for mark in queries.marks_of(row.id).values()}
        weighed = [slug for slug in row.items if isinstance(_item(person.site, slug), WeighingItem)]
    assert not states & {"blank", "invalid"}
    expect(person.page.locator(".panel h3 .fictional")).to_have_count(len(weighed))
    expect(person.page.locator(".question:has(.panel) .verdict")).to_have_count(0)


def _item(site: Site, slug: str) -> AnyItem:
    found = site.make.quiz().quiz.item(slug)
    assert found is not None
    return found


def _answer(person: Person, item: AnyItem) -> None:
    language = person.language
    if isinstance(item, OrderQuestion | RankItem):
        parts = item.items if isinstance(item, OrderQuestion) else item.options
        words = {part.slug: part.text[language] for part in parts}
        places = filled.right(item)
        order = sorted(words, key=lambda slug: int(str(places[f"{item.slug}.{slug}"])))
        # As they stand they have no places: then the first two the other way round.
        shown = person.page.locator(f"#item-{item.slug} .order label").all_inner_texts()
        if [words[slug] for slug in order] == shown:
            order = [order[1], order[0], *order[2:]]
        person.arrange(item.prompt[language], [words[slug] for slug in order])
    elif isinstance(item, FileQuestion):
        field = person.page.locator(f"#item-{item.slug} [type=file]")
        if isinstance(person, Typist):
            person._reach(field)
        field.set_input_files(DRAWING)
        if person.has_scripts:
            expect(person.page.locator(f"#item-{item.slug}")).to_contain_text("kring.pdf")
    else:
        for name, values in filled.right(item).items():
            for value in [values] if isinstance(values, str) else values:
                person.give(name, value)
    if item.slug == ITEMS["sct"]:
        person.give(f"{item.slug}.why", REASON)


# --- Nothing is filled in for anybody --------------------------------------------------------


def test_nothing_has_a_place_until_somebody_gives_it(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person, row = _begun(site, arrive, learner)
    page = person.page
    for kind in ("order", "sjt_rank", "slider"):
        _open(person, row, kind)
        person.go_on()
    assert _kept(site, row, "order") is _kept(site, row, "sjt_rank") is None
    assert _kept(site, row, "slider") is None

    _open(person, row, "order")
    expect(page.locator(".order .place").first).to_have_text("–")
    page.get_by_role("button", name=person.say("Keep this order"), exact=True).click()
    _sees_saved(person)
    expect(page.locator(".order .place").first).to_have_text("1")
    assert sorted((_kept(site, row, "order") or {}).values()) == ["1", "2", "3", "4", "5"]


def test_a_place_on_a_line_is_set_with_the_keys_and_read_out(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person, row = _begun(site, arrive, learner, kind="keyboard")
    assert isinstance(person, Typist)
    _open(person, row, "slider")
    line = person.page.locator("[type=range]")
    expect(line).to_have_attribute("aria-valuetext", person.say("not placed yet"))
    person.tab(line)
    for key in ("PageUp", "PageUp", "ArrowRight", "PageDown"):
        person.page.keyboard.press(key)
    expect(line).to_have_attribute("aria-valuetext", "61")
    _comes_to_be_kept(person, row, "slider", "61")


def test_a_bar_is_pointed_at_and_points_are_counted(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person, row = _begun(site, arrive, learner)
    _open(person, row, "hotspot")
    person.page.locator("[data-bar=week-vijf]").click()
    _sees_saved(person)
    expect(person.page.locator("[data-item] [value=week-vijf]")).to_be_checked()
    _open(person, row, "points100")
    left = pattern(person.language, "Left to divide: {count}", count="95")
    person.page.locator(".points .by").nth(1).click()
    expect(person.page.locator("[data-hundred-shown]")).to_have_text(left)
    first = person.page.locator(".points input").first.get_attribute("name") or ""
    _comes_to_be_kept(person, row, "points100", {first.partition(".")[2]: "5"})


def test_number_keys_choose_and_enter_in_a_field_leads_nowhere(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person, row = _begun(site, arrive, learner)
    page = person.page
    _open(person, row, "single")
    page.keyboard.press("2")
    options = page.locator("[data-item] .tiles input")
    expect(options.nth(1)).to_be_checked()
    page.keyboard.press("Enter")
    page.locator(".certainty input").first.focus()
    page.keyboard.press("3")
    expect(page.locator(".certainty input").nth(2)).to_be_checked()
    expect(options.nth(1)).to_be_checked()
    _open(person, row, "short")
    page.locator("[data-item] input").press_sequentially("12")
    page.keyboard.press("Enter")
    _sees_saved(person)
    expect(page.locator("[data-item]")).to_have_attribute("data-item", ITEMS["short"])
    assert _kept(site, row, "short") == "12"


# --- Nothing is lost -------------------------------------------------------------------------


def test_an_answer_survives_a_crash_and_one_goes_on_in_another_browser(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person, row = _begun(site, arrive, learner)
    _open(person, row, "sct")
    person.fill(person.say("Why do you weigh it this way?"), REASON)
    person.give(ITEMS["sct"], "1")
    _comes_to_be_kept(person, row, "sct", "1")
    with pytest.raises(Error, match="crash"):
        person.page.goto("chrome://crash")
    other = arrive(user=learner)
    _open(other, row, "sct")
    expect(other.page.locator(f"[name='{ITEMS['sct']}'][value='1']")).to_be_checked()
    expect(other.page.locator("textarea")).to_have_value(REASON)


def test_without_a_connection_one_goes_on_and_it_is_sent_later(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person, row = _begun(site, arrive, learner)
    _open(person, row, "survey")
    person.context.set_offline(True)
    person.give(ITEMS["survey"], "4")
    _hears(person, "No connection. Keep writing: your text is kept in this browser and sent later.")
    # A number beside the item does not lead away from what only this browser has.
    person.page.locator("[data-place]").first.click()
    # Leaving waits a while for the server; with a connection before that, it would go on.
    person.page.wait_for_timeout(LEAVING_WAITS)
    expect(person.page.locator("[data-item]")).to_have_attribute("data-item", ITEMS["survey"])
    person.context.set_offline(False)
    _sees_saved(person, SENT_WITHIN)
    assert _kept(site, row, "survey") == "4"


def test_what_only_this_browser_has_is_told_before_handing_in_and_sent_when_opened(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person, row = _begun(site, arrive, learner)
    _open(person, row, "essay")
    person.context.set_offline(True)
    person.page.locator("textarea").fill(REASON)
    with pytest.raises(Error, match="crash"):
        person.page.goto("chrome://crash")
    person.page.close()
    person.context.set_offline(False)
    person.page = person.context.new_page()
    person.open(f"/attempts/{row.public_id}/overview")
    unsent = person.page.locator("li:has([data-unsent-here]:visible)")
    expect(person.page.get_by_role("alert")).to_be_visible()
    expect(unsent).to_have_count(1)
    with person.leaving():
        unsent.get_by_role("link").click()
    expect(person.page.locator("textarea")).to_have_value(REASON)
    _sees_saved(person, SENT_WITHIN)
    person.open(f"/attempts/{row.public_id}/overview")
    expect(person.page.get_by_role("alert")).to_have_count(0)
    assert _kept(site, row, "essay") == REASON


def test_of_two_windows_the_older_one_shows_both_answers_and_its_reader_chooses(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person, row = _begun(site, arrive, learner)
    older = arrive(user=learner)
    for each in (person, older):
        _open(each, row, "sjt_rate")
    item = _item(site, ITEMS["sjt_rate"])
    assert isinstance(item, RateItem)
    option = item.options[0]
    name = f"{ITEMS['sjt_rate']}.{option.slug}"
    person.give(name, "1")
    _sees_saved(person)
    older.give(name, "4")
    box = older.page.locator(".conflict")
    expect(box.locator("blockquote")).to_have_text(
        f"{option.text['nl']}: {older.say('very fitting')}"
    )
    box.get_by_role("button", name=older.say("Keep mine"), exact=True).click()
    _comes_to_be_kept(older, row, "sjt_rate", {option.slug: "4"})


def test_an_answer_that_got_lost_on_the_way_is_no_second_version(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person, row = _begun(site, arrive, learner)
    _open(person, row, "slider")

    def swallow(route: Any) -> None:
        route.fetch()
        route.abort()

    person.page.route(SAVING, swallow)
    person.page.locator(f"[name='{ITEMS['slider']}']").fill("30")
    _hears(person, "No connection. Keep writing: your text is kept in this browser and sent later.")
    person.page.unroute(SAVING)
    person.fill(person.say("Why do you weigh it this way?"), REASON)
    _sees_saved(person, SENT_WITHIN)
    expect(person.page.locator(".conflict")).to_have_count(0)


def test_when_the_time_is_up_it_is_said_and_the_result_follows(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person, row = _begun(site, arrive, learner)
    _open(person, row, "survey")
    person.give(ITEMS["survey"], "2")
    _sees_saved(person)
    with site.app.app_context():
        ended = update(QuizAttempt).where(QuizAttempt.id == row.id)
        db.session.execute(ended.values(ends_at=now() - timedelta(minutes=1)))
        db.session.commit()
    with person.leaving():
        person.give(ITEMS["survey"], "3")
        _hears(
            person,
            "The time was up, so this last answer could not be kept. What was saved before is in.",
        )
    assert person.page.url.endswith("/result")
    assert _kept(site, row, "survey") == "2"
    assert person.page.evaluate("() => Object.keys(localStorage).length") == 0


# --- In these journeys -----------------------------------------------------------------------


def _begun(
    site: Site, arrive: Arrives, learner: User, kind: Kind = "mouse"
) -> tuple[Person, QuizAttempt]:
    row = site.make.attempt(learner, is_running=True, rules={})
    return arrive(user=learner, kind=kind), row


def _open(person: Person, row: QuizAttempt, kind: str) -> None:
    person.open(f"/attempts/{row.public_id}?item={ITEMS[kind]}")


def _kept(site: Site, row: QuizAttempt, kind: str) -> Any:
    """What the database holds for an item of this type."""
    with site.app.app_context():
        response = queries.responses_of(row.id).get(ITEMS[kind])
        return response.given if response else None


def _comes_to_be_kept(person: Person, row: QuizAttempt, kind: str, answer: Any) -> None:
    """Soon the database holds this answer."""
    deadline = time.monotonic() + SENT_WITHIN / 1000
    while (kept := _kept(person.site, row, kind)) != answer:
        assert time.monotonic() < deadline, kept
        person.page.wait_for_timeout(50)


def _sees_saved(person: Person, within: float = 3000) -> None:
    saved = pattern(person.language, "Saved at {time}", time=story.TIME)
    expect(person.page.locator("[data-saved]")).to_have_text(saved, timeout=within)


def _hears(person: Person, text: str) -> None:
    expect(person.page.locator("[data-saved]")).to_contain_text(
        person.say(text), timeout=SENT_WITHIN
    )
