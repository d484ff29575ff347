"""How much a page costs who has little data, and that nothing is asked of other sites."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from playwright.sync_api import Page

from tests.factories import LESSON
from tests.journeys.conftest import Arrives
from tests.journeys.people import Person
from tests.journeys.sites import Site

pytestmark = pytest.mark.journey

KB: Final = 1024
FIRST_VISIT, LATER_PAGE = 150 * KB, 15 * KB  # bytes over the line, headers included


@dataclass
class Traffic:
    """What came over the line for one page."""

    addresses: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.sizes.values())

    def __str__(self) -> str:
        lines = [f"{size:>8} {address}" for address, size in self.sizes.items()]
        return "\n".join([f"{self.total:>8} bytes in all", *lines])


@contextmanager
def _measured(page: Page) -> Iterator[Traffic]:
    """What Chromium says that it received until nothing more is asked for."""
    traffic = Traffic()
    session = page.context.new_cdp_session(page)

    def asked(event: dict[str, Any]) -> None:
        traffic.addresses[event["requestId"]] = event["request"]["url"]

    def received(event: dict[str, Any]) -> None:
        address = traffic.addresses.get(event["requestId"], event["requestId"])
        traffic.sizes[address] = traffic.sizes.get(address, 0) + int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", received)
    session.send("Network.enable")
    yield traffic
    page.wait_for_load_state("networkidle")
    session.detach()


def _learner(site: Site, arrive: Arrives) -> Person:
    user = site.make.learner()
    site.make.enrolment(user)
    return arrive(user=user)


@pytest.mark.parametrize("kind", ["read", "scale", "question", "reflect"])
def test_the_first_visit_to_a_lesson_costs_at_most_150_kilobytes(
    site: Site, arrive: Arrives, kind: str
) -> None:
    learner = _learner(site, arrive)
    with _measured(learner.page) as traffic:
        learner.open(f"/lessons/{LESSON}/{site.make.step(kind).slug}")
    assert any(address.endswith(".woff2") for address in traffic.sizes), "was not the first visit"
    assert traffic.total <= FIRST_VISIT, str(traffic)


def test_each_later_page_costs_at_most_15_kilobytes(site: Site, arrive: Arrives) -> None:
    learner = _learner(site, arrive)
    learner.open(f"/lessons/{LESSON}")
    learner.page.wait_for_load_state("networkidle")
    steps = [f"/lessons/{LESSON}/{step.slug}" for step in site.lesson().lesson.steps]
    for path in [*steps, "/home", "/glossary", "/reading", "/help", "/me/settings"]:
        with _measured(learner.page) as traffic:
            learner.open(path)
        assert 0 < traffic.total <= LATER_PAGE, f"{path}\n{traffic}"


def test_a_page_that_asks_elsewhere_would_be_noticed(arrive: Arrives) -> None:
    visitor = arrive()
    visitor.open("/")
    with visitor.page.expect_console_message():
        visitor.page.evaluate("() => { document.body.append(new Image()); }")
        visitor.page.evaluate("() => { new Image().src = 'https://example.org/pixel.png'; }")
    assert any("Content Security Policy" in problem for problem in visitor.problems)
    visitor.problems.clear()
