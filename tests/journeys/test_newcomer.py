"""A newcomer does the first lesson, from the front page to a reflection that is handed in."""

import time
from collections.abc import Iterator
from itertools import count
from typing import Final

import pytest
from playwright.sync_api import expect

from course.curriculum.schema import ScaleStep
from tests.journeys import story
from tests.journeys.conftest import Arrives
from tests.journeys.people import Kind, Person
from tests.journeys.sites import Site

pytestmark = pytest.mark.journey

PASSWORD: Final = "vier zwanen op de dijk"
MAIL_WITHIN: Final = 20  # seconds
numbers: Final[Iterator[int]] = count(1)


@pytest.mark.parametrize(
    ("site", "language", "kind"),
    [
        ("sqlite", "nl", "mouse"),
        ("sqlite", "en", "keyboard"),
        ("sqlite", "nl", "no scripts"),
        ("postgresql", "en", "mouse"),
    ],
    indirect=["site"],
)
def test_a_newcomer_reads_weighs_signs_up_and_hands_in_a_reflection(
    site: Site, arrive: Arrives, language: str, kind: Kind
) -> None:
    newcomer = arrive(language, kind=kind)
    edition = site.lesson()
    steps = {step.slug: step for step in edition.lesson.steps}
    scale = steps["wegen-jayden"]
    assert isinstance(scale, ScaleStep)

    newcomer.open("/")
    newcomer.follow(newcomer.say("Open the first lesson"))
    newcomer.sees_heading(edition.lesson.title[language])
    newcomer.follow(newcomer.say("Start reading"))
    for slug in ("maandagochtend", "eropaf-gaan", "jayden"):
        story.read(newcomer, steps[slug])
    newcomer.sees_heading(scale.title[language])
    story.put_on_the_scales(newcomer, scale)
    newcomer.press(newcomer.say("Record it and continue"))

    newcomer.sees(
        newcomer.say("We are keeping this for you. Sign in or create an account to continue.")
    )
    _sign_up(newcomer)

    newcomer.sees_heading(scale.title[language])
    story.sees_the_scales_filled(newcomer, scale)
    story.hand_over_the_weighing(newcomer, scale)
    story.answer_everything_right(newcomer, steps["wie-telt-mee"])
    story.read(newcomer, steps["mevrouw-kuipers"])
    story.read(newcomer, steps["twee-kanten"])
    story.answer_everything_right(newcomer, steps["stap-voor-stap"])
    story.read(newcomer, steps["jayden-kijkt-terug"])
    story.weigh_again(newcomer, steps["opnieuw-wegen"], scale)
    story.write(newcomer, steps["iemand-die-je-niet-zag"])
    story.hand_in_and_withdraw(newcomer)


def _sign_up(newcomer: Person) -> None:
    """Ask for an account, open the mail, and choose a name and a password."""
    address = f"nieuw{next(numbers)}@example.org"
    newcomer.fill(newcomer.say("E-mail address"), address)
    newcomer.press(newcomer.say("Send me the link"))
    newcomer.follow(newcomer.say("Open the mailbox"))
    mail = newcomer.page.locator("article", has_text=address)
    deadline = time.monotonic() + MAIL_WITHIN
    while not mail.count() and time.monotonic() < deadline:
        newcomer.page.wait_for_timeout(250)
        newcomer.page.reload()
    newcomer.follow(mail.get_by_role("link").inner_text())
    newcomer.sees_heading(newcomer.say("Welcome"))
    newcomer.fill(newcomer.say("Your name"), "Noor")
    newcomer.fill(newcomer.say("Password"), PASSWORD)
    newcomer.press(newcomer.say("Create my account"))
    expect(newcomer.page.locator(".messages")).to_have_text(
        newcomer.say("Welcome. What you filled in before is kept with your account.")
    )
