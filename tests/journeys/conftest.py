"""What the journeys share: running sites, one Chromium, and people who each get a window in it."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Protocol

import pytest
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

from course.accounts.models import User
from tests.houses import new_postgresql
from tests.journeys.people import KINDS, LOCALES, Kind, Person
from tests.journeys.sites import Site, served

FAILURES: Final = Path(__file__).parent / "failures"
# The first is Chromium without what stands around a page, and needs half the time; it is what
# Playwright itself takes for a browser that nobody looks at.
CHROMIUMS: Final = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE: Final = 15_000  # ms before a page counts as hanging
LAST_LINES: Final = 4000  # characters of the server's log that go with a failure
REPORT: Final = pytest.StashKey[pytest.TestReport]()


# --- Sites ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Site]]:
    """A running site on each database, started when the first journey asks for it."""
    running: dict[str, Site] = {}
    with ExitStack() as stack:

        def site(database: str) -> Site:
            if database not in running:
                folder = tmp_path_factory.mktemp(f"site-{database}")
                url = new_postgresql("weegschaal_journeys") if database == "postgresql" else None
                running[database] = stack.enter_context(served(folder, url))
            return running[database]

        yield site


@pytest.fixture
def site(request: pytest.FixtureRequest, sites: Callable[[str], Site]) -> Site:
    """The running site, on SQLite.

    On the other one: ``@pytest.mark.parametrize("site", ["postgresql"], indirect=True)``.
    """
    return sites(getattr(request, "param", "sqlite"))


# --- People --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; skips where there is none, and fails there with ``REQUIRE_ALL=1``."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_program(playwright), args=ARGUMENTS)
        yield browser
        browser.close()


def _program(playwright: Playwright) -> str:
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    own = playwright.chromium.executable_path
    if found or Path(own).exists():
        return found or own
    reason = f"there is no browser: none of {', '.join(CHROMIUMS)} is on the PATH"
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


class Arrives(Protocol):
    """``arrive("nl", user=learner)``: somebody with a window of their own."""

    def __call__(
        self,
        language: str = "nl",
        *,
        user: User | None = None,
        kind: Kind = "mouse",
        **options: Any,
    ) -> Person: ...


@pytest.fixture
def arrive(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> Iterator[Arrives]:
    """Makes somebody with a browser of their own, signed in as ``user`` if there is one.

    At the end nothing may have gone wrong on any of their pages, seen or unseen.
    """
    people: list[Person] = []

    def arrived(
        language: str = "nl", *, user: User | None = None, kind: Kind = "mouse", **options: Any
    ) -> Person:
        context = chromium.new_context(
            locale=LOCALES[language],
            java_script_enabled=kind != "no scripts",
            **{"viewport": {"width": 1280, "height": 800}, **options},
        )
        context.set_default_timeout(PATIENCE)
        if user:
            token = site.make.sign_in(user)
            context.add_cookies([{"name": "sid", "value": token, "url": site.url}])
        people.append(KINDS[kind](context, site, language))
        return people[-1]

    yield arrived
    if _failed(request.node):
        _keep_pictures(request.node.name, people)
    for person in people:
        person.context.close()
    assert not [problem for person in people for problem in person.problems]


# --- What is left of a failure -------------------------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call":
        item.stash[REPORT] = report
        site = getattr(item, "funcargs", {}).get("site")
        if report.failed and isinstance(site, Site):
            report.sections.append(("the server said", site.log.read_text()[-LAST_LINES:]))
    return report


def _failed(item: pytest.Item) -> bool:
    report = item.stash.get(REPORT, None)
    return report is None or report.failed


def _keep_pictures(name: str, people: list[Person]) -> None:
    FAILURES.mkdir(exist_ok=True)
    pages = [page for person in people for page in person.context.pages]
    for number, page in enumerate(pages):
        safe = "".join(letter if letter.isalnum() else "-" for letter in name)
        try:
            page.screenshot(path=FAILURES / f"{safe}-{number}.png", full_page=True)
        except Error:
            continue  # A window that crashed on purpose cannot be looked at.
