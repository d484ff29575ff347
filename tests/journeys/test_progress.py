"""From a group at a glance to somebody who needs a word, by keyboard, while the class works."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Arrives
from tests.journeys.sites import Site

pytestmark = pytest.mark.journey
BACK = "document.dispatchEvent(new Event('visibilitychange'))"  # from another tab


def test_an_instructor_finds_who_needs_a_word_and_writes_it_by_keyboard_only(
    site: Site, arrive: Arrives
) -> None:
    make = site.make
    teacher = make.instructor(name="Daan Docent")
    asks, new = make.learner(name="Aya Vraagt"), make.learner(name="Bram Nieuw")
    group = make.group(instructors=[teacher], learners=[asks, new])
    make.help_request(make.enrolment(asks))
    instructor = arrive("nl", user=teacher)
    page = instructor.page
    instructor.open("/teach/")
    instructor.follow("Aya Vraagt")
    instructor.sees_heading("Aya Vraagt")
    instructor.open(f"/teach/groups/{group.id}/progress")
    expect(page.locator(".needing")).to_contain_text("Aya Vraagt")

    heads = page.locator("tbody th")
    heads.first.focus()
    page.keyboard.press("ArrowDown")
    expect(heads.nth(1)).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox", name="Bram Nieuw")).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(page.locator("tbody tr").nth(1).locator("td").first).to_be_focused()
    page.keyboard.press("Control+Home")
    expect(heads.first).to_be_focused()

    # Somebody begins. What is chosen stays chosen, and the page says that there is news.
    make.enrolment(new)
    page.evaluate(BACK)
    instructor.sees(instructor.say("Something changed in the group."))
    expect(page.get_by_role("checkbox", name="Bram Nieuw")).to_be_checked()
    # With nothing in hand it shows itself.
    page.get_by_role("checkbox", name="Bram Nieuw").uncheck()
    page.evaluate("document.activeElement.blur()")
    page.evaluate(BACK)
    expect(page.locator("tbody tr").nth(1).locator("td").first).to_contain_text("0 van 11")

    page.get_by_role("checkbox", name="Bram Nieuw").check()
    instructor.press(instructor.say("Propose to talk"))
    expect(page.locator("main")).to_contain_text("Bram Nieuw")
