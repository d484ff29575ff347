"""What moves while one works: the scales, the items of an order, and the keyboard."""

import re
import time
from typing import Final

import pytest
from playwright.sync_api import Locator, expect

from course.curriculum.schema import OrderQuestion, QuestionStep, ScaleStep
from course.domain.weighing.scale import balance, tilt_degrees
from tests.factories import LESSON
from tests.journeys import story
from tests.journeys.conftest import Arrives
from tests.journeys.people import Person, Typist
from tests.journeys.sites import Site

pytestmark = pytest.mark.journey


@pytest.fixture
def scale(site: Site) -> ScaleStep:
    found = site.make.step("scale")
    assert isinstance(found, ScaleStep)
    return found


# --- The scales ----------------------------------------------------------------------------


RESTS_WITHIN: Final = 3  # seconds
EXACTNESS: Final = 0.001  # degrees
# All angles that the beam is drawn at, from now on.
WATCH_THE_BEAM: Final = """() => {
  const arm = document.querySelector("[data-beam] [data-arm]");
  window.angles = [];
  new MutationObserver(() => window.angles.push(arm.getAttribute("transform")))
    .observe(arm, { attributes: true });
}"""


def _angle(transform: str) -> float:
    found = re.match(r"rotate\((-?[\d.e-]+) ", transform)
    assert found, transform
    return float(found.group(1))


def _comes_to_rest(arm: Locator, degrees: float) -> None:
    deadline = time.monotonic() + RESTS_WITHIN
    while abs(_angle(arm.get_attribute("transform") or "") - degrees) > EXACTNESS:
        assert time.monotonic() < deadline, arm.get_attribute("transform")
        arm.page.wait_for_timeout(20)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_beam_tilts_as_one_weighs(arrive: Arrives, scale: ScaleStep, motion: str) -> None:
    visitor = arrive(reduced_motion=motion)
    visitor.open(f"/lessons/{LESSON}/{scale.slug}")
    beam = visitor.page.locator("[data-beam]")
    arm = beam.locator("[data-arm]")
    expect(visitor.page.locator("[data-total], [data-sum]")).to_have_text(["0"] * 4)
    assert _angle(arm.get_attribute("transform") or "") == 0
    visitor.page.evaluate(WATCH_THE_BEAM)

    visitor.choose(scale.agreement[0].text["nl"], "1")
    visitor.choose(scale.client[0].text["nl"], "4")

    tilt = tilt_degrees(balance(agreement=[1, 0, 0], client=[4, 0, 0]).lean)
    _comes_to_rest(arm, tilt)
    expect(beam).to_have_attribute(
        "aria-label",
        visitor.say(
            "The scales: agreement %(agreement)s, client %(client)s", agreement=1, client=4
        ),
    )
    expect(visitor.page.locator("[data-total]")).to_have_text(["1", "4"])
    angles = [_angle(transform) for transform in visitor.page.evaluate("() => window.angles")]
    if motion == "reduce":
        assert angles == [pytest.approx(-12), pytest.approx(tilt)]
    else:
        assert len(angles) > 4, angles


def test_on_a_phone_the_scales_hide_nothing_that_a_mistake_leads_to(
    arrive: Arrives, scale: ScaleStep
) -> None:
    visitor = arrive(viewport={"width": 390, "height": 667})
    visitor.open(f"/lessons/{LESSON}/{scale.slug}")
    visitor.press(visitor.say("Record it and continue"))
    links = visitor.page.locator("#error-summary a")
    expect(links).to_have_count(len(scale.agreement) + len(scale.client) + 2)
    for link in links.all()[: len(scale.agreement) + len(scale.client)]:
        link.click()
        visitor.page.wait_for_timeout(100)  # until it has scrolled
        bottom, top = visitor.page.evaluate("""() => [
          document.querySelector("[data-beam]").getBoundingClientRect().bottom,
          document.activeElement.closest(".consideration").getBoundingClientRect().top]""")
        assert top >= bottom, link.inner_text()


def test_a_weighing_that_is_kept_is_drawn_at_once(site: Site, arrive: Arrives) -> None:
    user = site.make.learner()
    weighing = site.make.weighing(site.make.enrolment(user), agreement=[1, 0, 1], client=[4, 4, 4])
    learner = arrive(user=user, kind="no scripts")
    learner.open(f"/lessons/{LESSON}/{weighing.step}")
    arm = learner.page.locator(".weighed [data-arm]")
    tilt = tilt_degrees(balance(agreement=[1, 0, 1], client=[4, 4, 4]).lean)
    assert _angle(arm.get_attribute("transform") or "") == pytest.approx(tilt)


# --- Putting in order ----------------------------------------------------------------------


def test_items_move_with_the_buttons_and_show_the_place_that_is_sent(
    site: Site, arrive: Arrives
) -> None:
    step, question = next(
        (step, question)
        for step in site.lesson().lesson.steps
        if isinstance(step, QuestionStep)
        for question in step.questions
        if isinstance(question, OrderQuestion)
    )
    visitor = arrive()
    visitor.open(f"/lessons/{LESSON}/{step.slug}")
    order = visitor.page.get_by_role("group", name=question.prompt["nl"], exact=True)
    items = order.get_by_role("listitem")
    last = len(question.items)
    expect(order.locator(".place")).to_have_text([str(place) for place in range(1, last + 1)])
    expect(order.get_by_role("combobox")).to_have_count(0)
    words = items.nth(2).locator("label").inner_text()
    expect(_mover(visitor, items.first, "Move up")).to_be_disabled()
    expect(_mover(visitor, items.last, "Move down")).to_be_disabled()

    _mover(visitor, items.nth(2), "Move up").click()
    expect(items.nth(1).locator("label")).to_have_text(words)
    expect(items.nth(1).locator(".place")).to_have_text("2")
    expect(items.nth(1).locator("select")).to_have_value("2")
    expect(_mover(visitor, items.nth(1), "Move up")).to_be_focused()
    place = visitor.say("place {place} of {total}").format(place=2, total=last)
    expect(order.get_by_role("status")).to_have_text(f"{words}: {place}")

    visitor.page.keyboard.press("Enter")
    expect(items.first.locator("label")).to_have_text(words)
    # The button that was pressed can go no further; the other one of the item has the keyboard.
    expect(_mover(visitor, items.first, "Move down")).to_be_focused()
    expect(order.locator(".place")).to_have_text([str(place) for place in range(1, last + 1)])


def _mover(person: Person, item: Locator, text: str) -> Locator:
    return item.get_by_role("button", name=re.compile(rf"^{re.escape(person.say(text))}: "))


# --- Single keys ---------------------------------------------------------------------------


def test_single_keys_take_one_through_a_lesson(
    site: Site, arrive: Arrives, scale: ScaleStep
) -> None:
    steps = list(site.lesson().lesson.steps)
    at = steps.index(scale)
    learner = arrive(user=site.make.learner())
    learner.open(f"/lessons/{LESSON}/{scale.slug}")
    page = learner.page

    first = page.get_by_role("group", name=scale.agreement[0].text["nl"], exact=True)
    first.get_by_role("radio").first.focus()
    page.keyboard.press("3")
    expect(first.get_by_role("radio", name="3", exact=True)).to_be_checked()
    expect(first.get_by_role("radio", name="3", exact=True)).to_be_focused()

    page.keyboard.press("n")
    expect(page.get_by_role("button", name=learner.say("Record it and continue"))).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator("#steps a:focus")).to_have_count(1)

    reason = page.get_by_label(learner.say("Explain your weighing"), exact=True)
    reason.focus()
    page.keyboard.type("nps?0")
    expect(reason).to_have_value("nps?0")

    page.get_by_role("button", name=learner.say("Record it and continue")).focus()
    page.keyboard.press("?")
    learner.sees_heading(learner.say("Help, shortcuts and accessibility"))
    learner.open(f"/lessons/{LESSON}/{steps[at - 1].slug}")
    page.keyboard.press("p")
    learner.sees_heading(steps[at - 2].title["nl"])


def test_who_switches_single_keys_off_is_left_alone_by_them(
    site: Site, arrive: Arrives, scale: ScaleStep
) -> None:
    learner = arrive(user=site.make.learner())
    learner.open("/me/settings")
    learner.page.get_by_label(learner.say("Use single keys as shortcuts"), exact=True).uncheck()
    learner.press(learner.say("Save"))
    learner.open(f"/lessons/{LESSON}/{scale.slug}")
    page, address = learner.page, learner.page.url

    first = page.get_by_role("group", name=scale.agreement[0].text["nl"], exact=True)
    first.get_by_role("radio").first.focus()
    for key in ("3", "n", "s", "p", "?"):
        page.keyboard.press(key)
    expect(first.get_by_role("radio").first).to_be_focused()
    expect(first.locator(":checked")).to_have_count(0)
    assert page.url == address


def test_a_word_that_is_explained_opens_and_closes_by_keyboard(site: Site, arrive: Arrives) -> None:
    reader = arrive(kind="keyboard")
    reader.open(f"/lessons/{LESSON}/maandagochtend")
    term = reader.page.locator("button.term").first
    term.focus()
    reader.page.keyboard.press("Enter")
    meaning = reader.page.locator(".term-meaning:popover-open")
    expect(meaning).to_be_visible()
    expect(meaning).to_be_in_viewport()
    reader.page.keyboard.press("Escape")
    expect(meaning).to_have_count(0)
    expect(term).to_be_focused()


# What would keep somebody with only a keyboard from going on, and how that is told.
TRAPS: Final = {
    "nothing shows that": "*, *:focus-visible { outline: none !important; }",
    "out of sight": "main :focus-visible { translate: -9999px; }",
}


@pytest.mark.parametrize("told", TRAPS)
def test_a_stop_of_the_keyboard_that_cannot_be_seen_is_noticed(arrive: Arrives, told: str) -> None:
    reader = arrive(kind="keyboard")
    reader.open("/login")
    reader.page.evaluate(
        """(rules) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(rules);
          document.adoptedStyleSheets = [sheet]; }""",
        TRAPS[told],
    )
    with pytest.raises(AssertionError, match=told):
        reader.fill(reader.say("Password"), "geheim")


def test_a_page_that_does_not_let_the_keyboard_go_is_noticed(arrive: Arrives) -> None:
    reader = arrive(kind="keyboard")
    assert isinstance(reader, Typist)
    reader.open("/login")
    reader.page.get_by_label(reader.say("Password"), exact=True).evaluate(
        """(field) => field.addEventListener("keydown", (event) => {
          if (event.key === "Tab") event.preventDefault(); })"""
    )
    with pytest.raises(AssertionError, match="does not come round"):
        story.goes_round(reader)


def test_tab_goes_past_everything_on_a_page_and_round_again(
    site: Site, arrive: Arrives, scale: ScaleStep
) -> None:
    reader = arrive(kind="keyboard", viewport={"width": 390, "height": 664})
    for slug in (scale.slug, "stap-voor-stap", "maandagochtend"):
        reader.open(f"/lessons/{LESSON}/{slug}")
        assert isinstance(reader, Typist)
        story.goes_round(reader)
