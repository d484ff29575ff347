"""Everybody can use every page, in every state: axe, small screens, large letters, other colours.

All that is wrong with a page is found in one go, because opening it costs more than looking at it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize

from tests.houses import ROOT
from tests.journeys import places
from tests.journeys.conftest import Arrives
from tests.journeys.people import LOCALES, Person
from tests.journeys.places import PLACES, Place, World
from tests.journeys.sites import Site

pytestmark = [pytest.mark.journey, pytest.mark.axe]

AXE: Final = (ROOT / "tests/vendor/axe.min.js").read_text(encoding="utf-8")
RULES: Final = [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice",
]  # fmt: skip
# What answers a GET without a page that somebody looks at.
NO_PAGES: Final = {
    "accounts.download",
    "accounts.download_all",
    "agenda.read",
    "audit.file",
    "book.file",
    "gradebook.file",
    "writing.download",
    "cases.paper",  # Only of a conversation.
    "handing.file",
    "health.alive",
    "health.ready",
    "marking.file",
    "proofs.file",
    "static_files.file",
    "taking.left",
    "teaching_figures.file",
    "teaching_files.file",
}
DESK: Final[ViewportSize] = {"width": 1280, "height": 800}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
SMALLEST: Final[ViewportSize] = {"width": 320, "height": 640}  # 1280 at 400 %: WCAG 1.4.10
PAPER: Final[ViewportSize] = {"width": 718, "height": 1000}  # A4 with margins

# The program of axe; evaluated by the browser itself, so the policy of the page does not apply.
RUN_AXE: Final = """(tags) => axe.run(document, {
  runOnly: { type: "tag", values: tags }, resultTypes: ["violations"],
}).then((found) => found.violations.map((rule) =>
  `${rule.id}: ${rule.help}: ${rule.nodes.map((node) => node.target.join(" ") + " " + (node.any[0]?.message ?? "")).join(" | ")}`))"""

HEIGHT: Final = "document.documentElement.scrollHeight"

IN_SIGHT: Final = """
  const forEars = (element) => element && (getComputedStyle(element).clipPath !== "none"
    || element.matches(".skip") || forEars(element.parentElement));
  const inSight = (element) => element.checkVisibility({ visibilityProperty: true }) && !forEars(element);
  const nameOf = (element) => `${element.tagName.toLowerCase()}.${element.className} "${
    (element.innerText ?? "").trim().slice(0, 40)}"`;
"""
# Whatever sticks out to the right, outside a part that scrolls by itself.
WIDER: Final = f"""() => {{ {IN_SIGHT}
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  return [...document.body.querySelectorAll("*")].filter((element) => inSight(element)
    && element.getBoundingClientRect().right > innerWidth + 1).map(nameOf).slice(0, 5);
}}"""
# What is cut off, where it cannot be scrolled to.
CLIPPED: Final = f"""() => {{ {IN_SIGHT}
  const hides = (way) => way === "hidden" || way === "clip";
  return [...document.body.querySelectorAll("*")].filter((element) => {{
    if (!inSight(element) || element.closest("svg") || !element.innerText?.trim()) return false;
    const style = getComputedStyle(element);
    return hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1
      || hides(style.overflowY) && element.scrollHeight > element.clientHeight + 1;
  }}).map(nameOf);
}}"""
# Buttons, fields and links that stand by themselves; those within a sentence are exempt: 2.5.8.
TOO_SMALL: Final = f"""() => {{ {IN_SIGHT}
  const alone = "button:not(.term), input:not([type=hidden]), select, textarea, summary, .btn, nav a";
  return [...document.querySelectorAll(alone)].filter(inSight).filter((element) =>
    ![element, ...(element.labels ?? [])].some((face) => {{
      const box = face.getBoundingClientRect();
      return box.width >= 24 && box.height >= 24;
    }})).map((element) => `${{nameOf(element)}} ${{JSON.stringify(element.getBoundingClientRect())}}`);
}}"""
# What is too small; and what does not fit with the text spacing that a reader may set: WCAG 1.4.12.
CRAMPED: Final = f"""() => {{
  const found = ({TOO_SMALL})().map((name) => `too small: ${{name}}`);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* {{ line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important; }} p {{ margin-bottom: 2em !important; }}`);
  document.adoptedStyleSheets = [sheet];
  found.push(...({CLIPPED})().map((name) => `cut off when spaced: ${{name}}`));
  found.push(...({WIDER})().map((name) => `too wide when spaced: ${{name}}`));
  document.adoptedStyleSheets = [];
  return found;
}}"""
# What can be read of the page: its heading is there, and the rest of `main` has a height.
UNREADABLE: Final = """() => {
  const shown = (element) => element && element.checkVisibility({ visibilityProperty: true })
    && element.getBoundingClientRect().height > 10;
  return ["h1", "main"].filter((part) => !shown(document.querySelector(part)));
}"""
STICKY: Final = """() => [...document.body.querySelectorAll("*")]
  .filter((element) => element.checkVisibility()
    && ["fixed", "sticky"].includes(getComputedStyle(element).position))
  .map((element) => `${element.tagName.toLowerCase()}.${element.className}`)"""
ON_PAPER: Final = f"""() => [
  ...({UNREADABLE})().map((name) => `gone on paper: ${{name}}`),
  ...({WIDER})().map((name) => `wider than paper: ${{name}}`),
  ...({STICKY})().map((name) => `over the text on paper: ${{name}}`),
]"""


@pytest.fixture(scope="module")
def windows(
    chromium: Browser, sites: Callable[[str], Site]
) -> Iterator[Callable[[str, str], Person]]:
    """The window of each kind of person in each language, and everything that they made."""
    site = sites("sqlite")
    world = places.build(site)
    opened: dict[tuple[str, str], Person] = {}

    def window(who: str, language: str) -> Person:
        if (who, language) not in opened:
            context = chromium.new_context(locale=LOCALES[language], viewport=DESK)
            if who != "visitor":
                token = site.make.sign_in(world.people[who])
                context.add_cookies([{"name": "sid", "value": token, "url": site.url}])
            opened[who, language] = Person(context, site, language)
        return opened[who, language]

    window.world = world  # type: ignore[attr-defined]  # functions take attributes
    yield window
    for person in opened.values():
        person.context.close()


# Whose main pages are looked at in English too. Dutch words are longer: what has room for them has
# room for English ones, so the pages of those who teach are looked at in Dutch.
ALSO_IN_ENGLISH: Final = {"visitor", "beginner", "done"}


def _looked_at() -> Iterator[Any]:
    for place in PLACES:
        is_twice = place.main and place.who in ALSO_IN_ENGLISH
        for language in ("nl", "en") if is_twice else ("nl",):
            yield pytest.param(place, language, id=f"{place.who}: {place.name}, {language}")


@pytest.mark.parametrize(("place", "language"), list(_looked_at()))
def test_everybody_can_use_it(
    windows: Callable[[str, str], Person], place: Place, language: str
) -> None:
    person = windows(place.who, language)
    world: World = windows.world  # type: ignore[attr-defined]  # as above
    person.open(place.path.format_map(world.gaps))
    if place.then:
        place.then(person)
    found = [*problems(person.page), *person.problems]
    person.problems.clear()
    assert not found, "\n".join(found)


def test_every_page_is_looked_at(site: Site) -> None:
    """A page that somebody adds gets its place in places.py, in each of its states."""
    seen = set()
    gaps: defaultdict[str, str] = defaultdict(lambda: "1")
    adapter = site.app.url_map.bind("localhost")
    for place in PLACES:
        path = urlsplit(place.path.format_map(gaps)).path
        if place.name != "no such page":
            seen.add(adapter.match(path)[0])
    pages = {
        rule.endpoint for rule in site.app.url_map.iter_rules() if "GET" in (rule.methods or ())
    }
    assert pages - NO_PAGES == seen


# Faults, each to be found by one of the ways of looking, under this name.
FAULTS: Final = {
    "label": "() => document.querySelector('main label').remove()",
    "color-contrast": "() => document.querySelector('h1').classList.add('planted')",
    "too small": "() => document.querySelector('main button').classList.add('planted')",
    "wider than 320": "() => document.querySelector('main form').classList.add('planted')",
    "cut off when spaced": "() => document.querySelector('main label').classList.add('planted')",
    "gone in forced colours": "() => document.querySelector('main').classList.add('planted')",
    "gone on paper": "() => document.querySelector('main').classList.add('planted')",
    "over the text on paper": "() => document.querySelector('.top').classList.add('planted')",
}
LOOKS: Final = {
    "color-contrast": "h1.planted { color: #eee; background: #fff; }",
    "too small": """button.planted { all: unset; display: block; width: 8px; height: 8px;
      overflow: visible; }""",
    "wider than 320": "form.planted { min-width: 700px; }",
    "cut off when spaced": """label.planted { display: block; width: 40px; white-space: nowrap;
      overflow: hidden; }""",
    "gone in forced colours": "@media (forced-colors: active) { .planted { display: none; } }",
    "gone on paper": "@media print { .planted { display: none; } }",
    "over the text on paper": """@media print {
      .planted { display: flex !important; position: fixed; } }""",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(arrive: Arrives, fault: str) -> None:
    visitor = arrive()
    visitor.page.route("**/site.css", lambda route: _with_look(route, LOOKS.get(fault, "")))
    visitor.open("/login")
    assert list(problems(visitor.page)) == []
    visitor.page.evaluate(FAULTS[fault])
    found = list(problems(visitor.page))
    assert any(fault in problem for problem in found), found


def _with_look(route: Route, look: str) -> None:
    """The styles of the site, and this one."""
    answer = route.fetch()
    route.fulfill(response=answer, body=f"{answer.text()}\n{look}")


def problems(page: Page) -> Iterator[str]:
    """Everything that would keep somebody from using this page, which is shown at a desk."""
    page.evaluate(AXE)
    for where, size in (("at a desk", DESK), ("on a telephone", PHONE)):
        page.set_viewport_size(size)
        # As high as the page, so that nothing lies under a bar that stays at the bottom.
        page.set_viewport_size({**size, "height": max(size["height"], page.evaluate(HEIGHT))})
        yield from (f"{where}: {found}" for found in page.evaluate(RUN_AXE, RULES))
        page.set_viewport_size(size)
        yield from (f"{where}: {found}" for found in page.evaluate(CRAMPED))
    page.set_viewport_size(SMALLEST)
    yield from (f"wider than 320: {found}" for found in page.evaluate(WIDER))
    page.emulate_media(forced_colors="active")
    yield from (f"gone in forced colours: {found}" for found in page.evaluate(UNREADABLE))
    page.emulate_media(forced_colors="none", media="print")
    page.set_viewport_size(PAPER)
    yield from page.evaluate(ON_PAPER)
    page.emulate_media(media="screen")
    page.set_viewport_size(DESK)
