"""Writing about somebody: names are marked and nothing is blocked; a crash, an earlier version."""

from datetime import timedelta
from typing import Final

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from course.core.clock import now
from course.core.db import db
from course.reflections.models import Submission, Version
from tests.factories import LESSON
from tests.journeys.conftest import Arrives
from tests.journeys.sites import Site
from tests.journeys.test_never_lost import SENT_WITHIN, Writer, kill

pytestmark = pytest.mark.journey

TELLING: Final = "Ik sprak mevrouw Jansen. Haar nummer is 06-12345678."
MORE: Final = " Zij deed zelf open."
HANDED_IN: Final = "Ik sprak mevrouw A. Haar nummer is 06-12345678. Zij deed zelf open."


def test_names_are_marked_a_crash_loses_nothing_and_what_was_cut_is_found_again(
    site: Site, arrive: Arrives
) -> None:
    user = site.make.learner(language="en")
    run = site.make.enrolment(user)
    step = site.make.step("reflect").slug
    of_text = {"user_id": user.id, "enrolment_id": run.id, "step": step}
    long_ago = now() - timedelta(hours=1)
    site.make.add(
        Version(**of_text, number=1, text="Eerst iets anders.", words=3, kept_at=long_ago)
    )
    person = arrive("en", user=user)
    writer = Writer(person, user)
    box = person.page.locator("[data-guarded]")
    expect(box).to_be_hidden()

    writer.types(TELLING)
    expect(box.locator("li")).to_have_count(2)
    expect(box).to_contain_text("mevrouw Jansen a name")
    expect(box).to_contain_text("06-12345678 a phone number")
    box.get_by_role("button", name="06-12345678").click()
    assert person.page.evaluate("getSelection().toString()") == "06-12345678"
    box.get_by_role("button", name="write “mevrouw A.”").click()
    writer.reads(TELLING.replace("Jansen.", "A."))
    expect(box.locator("li")).to_have_count(1)
    writer.sees_saved()

    kill(writer.page)
    page = person.context.new_page()
    writer.page.close()
    writer.page = person.page = page
    person.open(writer.path)
    writer.reads(TELLING.replace("Jansen.", "A."))
    expect(page.locator("[data-guarded] li")).to_have_count(1)
    writer.types(MORE)

    person.follow("Earlier versions of your text")  # which waits for the last words
    page.get_by_role("list").get_by_role("link").first.click()
    expect(page.locator(".changes del")).to_contain_text(["Eerst"])
    person.press("Go on with this version")
    writer.reads("Eerst iets anders.")
    person.follow("Earlier versions of your text")
    page.get_by_role("list").get_by_role("link").first.click()
    person.press("Go on with this version")
    writer.reads(HANDED_IN)

    person.press("Read it once more and hand in")
    person.sees("06-12345678: a phone number")
    person.press("Hand in")
    person.sees_heading("Handed in")
    with site.app.app_context():
        mine = select(Submission.text).filter_by(user_id=user.id)
        assert db.session.execute(mine).scalar_one() == HANDED_IN


def test_without_scripts_the_same_is_marked_after_saving(site: Site, arrive: Arrives) -> None:
    person = arrive("en", user=site.make.learner(language="en"), kind="no scripts")
    person.open(f"/lessons/{LESSON}/{site.make.step('reflect').slug}")
    person.page.get_by_text("A file beside your text").click()
    person.sees("Save your text first; this button leaves the page.")
    person.fill("Your reflection", TELLING)
    person.press("Save")
    person.sees("mevrouw Jansen")
    person.sees("write “mevrouw A.”")
    person.sees("06-12345678")


def test_a_file_is_put_beside_the_text_and_the_last_words_are_not_lost(
    site: Site, arrive: Arrives
) -> None:
    user = site.make.learner(language="en")
    person = arrive("en", user=user)
    writer = Writer(person, user)
    person.page.get_by_text("A file beside your text").click()
    wrong = {"name": "foto.pdf", "mimeType": "application/pdf", "buffer": b"<html>"}
    person.page.locator("[type=file]").set_input_files(wrong)  # type: ignore[arg-type]  # a payload
    writer.types(MORE)
    person.press("Add")
    expect(person.page.get_by_role("alert")).to_be_visible(timeout=SENT_WITHIN)
    writer.reads(MORE)
    expect(person.page.locator(".conflict")).to_have_count(0)
