"""People with a browser of their own, who do what people do: read, click, type, press keys.

The same story can be told by somebody with a mouse, by somebody with only a keyboard, and by
somebody whose browser runs no scripts.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Literal

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    expect,
)

from tests.journeys.sites import Site
from tests.journeys.texts import say

LOCALES: Final = {"nl": "nl-NL", "en": "en-GB"}
# The console repeats every refused request; which refusals are wrong is told by `_looked_at`.
REPEATS_STATUS: Final = "Failed to load resource"
PARTS_OF_A_PAGE: Final = {"stylesheet", "script", "font", "image"}
REFUSED: Final = 400
BROKEN: Final = 500


class Person:
    """Somebody with a mouse and a browser of their own."""

    has_scripts = True

    def __init__(self, context: BrowserContext, site: Site, language: str) -> None:
        self.context = context
        self.site = site
        self.language = language
        self.problems: list[str] = []  # what no page may do, whatever the story
        self.forgives_server_errors = False
        context.on("page", self._watch)
        self.page = context.new_page()

    # --- Watching along --------------------------------------------------------------------

    def _watch(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("request", self._asked)
        page.on("response", self._looked_at)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(REPEATS_STATUS):
            self.problems.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site.url}/", "data:", "about:", "blob:")):
            self.problems.append(f"asks elsewhere: {request.url}")

    def _looked_at(self, response: Response) -> None:
        part = response.request.resource_type in PARTS_OF_A_PAGE and response.status >= REFUSED
        broken = response.status >= BROKEN and not self.forgives_server_errors
        if part or broken:
            self.problems.append(f"{response.status}: {response.url}")

    # --- Reading ---------------------------------------------------------------------------

    def say(self, text: str, **parts: object) -> str:
        """A text of the interface in the language of this person."""
        return say(self.language, text, **parts)

    def open(self, path: str) -> None:
        """Type an address in the bar."""
        self.page.goto(f"{self.site.url}{path}")

    def sees_heading(self, text: str) -> None:
        """The page is the one with this heading, in the language of this person."""
        expect(self.page.locator("h1")).to_have_text(text)
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def sees(self, text: str) -> None:
        """This text is on the page, in sight."""
        expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()

    # --- Doing -----------------------------------------------------------------------------

    def follow(self, text: str) -> None:
        """Follow the link with exactly this name."""
        self._leave_by(self.page.get_by_role("link", name=text, exact=True).first)

    def press(self, text: str) -> None:
        """Press the button with exactly this name, which leads to another page."""
        self._leave_by(self.page.get_by_role("button", name=text, exact=True))

    def go_on(self) -> None:
        """Go on to the next step, by the button or link at the end of this one."""
        self._leave_by(self.page.locator("[data-next]"))

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """What is done inside leads to another page; afterwards that page is there.

        It waits for a new document. A jump within the page, as to the content past the bar,
        counts as a navigation to the browser, and would end the waiting too soon.
        """
        with self.page.expect_event("load"):
            yield

    def _leave_by(self, target: Locator) -> None:
        self._approach(target)
        with self.leaving():
            self._push(target)

    def fill(self, label: str, text: str) -> None:
        """Type in the field with this label, in the place of what is there."""
        self._write(self.page.get_by_label(label, exact=True), text)

    def choose(self, legend: str, option: str) -> None:
        """Choose one of the options under this legend."""
        group = self.page.get_by_role("group", name=legend, exact=True)
        self._pick(group.get_by_role("radio", name=option, exact=True))

    def tick(self, legend: str, options: Sequence[str]) -> None:
        """Tick these boxes under this legend."""
        group = self.page.get_by_role("group", name=legend, exact=True)
        for option in options:
            self._tick(group.get_by_role("checkbox", name=option, exact=True))

    def arrange(self, legend: str, order: Sequence[str]) -> None:
        """Put the items under this legend in this order, with the buttons beside them."""
        items = self.page.get_by_role("group", name=legend, exact=True).get_by_role("listitem")
        for place, words in enumerate(order):
            at = next(at for at, shown in enumerate(items.all()) if words in shown.inner_text())
            for _step in range(at - place):
                name = f"{self.say('Move up')}: {words}"
                self._activate(self.page.get_by_role("button", name=name, exact=True))

    def give(self, name: str, value: str) -> None:
        """Give the field with this name this value: choose it, tick it, or type it."""
        field = self.page.locator(f'main [name="{name}"]')
        match field.first.evaluate("(field) => field.type"):
            case "radio":
                self._pick(field.and_(self.page.locator(f'[value="{value}"]')))
            case "checkbox":
                self._tick(field.and_(self.page.locator(f'[value="{value}"]')))
            case "select-one":
                self._select(field, value)
            case _:
                self._write(field, value)

    def _activate(self, target: Locator) -> None:
        self._approach(target)
        self._push(target)

    def _approach(self, target: Locator) -> None:
        """Come to where the target can be pushed; a mouse is there at once."""

    def _push(self, target: Locator) -> None:
        target.click()

    def _write(self, field: Locator, text: str) -> None:
        field.fill(text)

    def _pick(self, radio: Locator) -> None:
        radio.check()

    def _tick(self, box: Locator) -> None:
        box.check()

    def _select(self, field: Locator, value: str) -> None:
        field.select_option(value)


class Unscripted(Person):
    """Somebody whose browser runs no scripts; the context has them switched off."""

    has_scripts = False

    def arrange(self, legend: str, order: Sequence[str]) -> None:
        """Give each item its place in the list beside it."""
        group = self.page.get_by_role("group", name=legend, exact=True)
        for place, words in enumerate(order, start=1):
            group.get_by_label(words, exact=True).select_option(str(place))


# Where the keyboard is, and whether somebody who looks at the screen can see that.
FOCUS: Final = """(target) => {
  const at = document.activeElement;
  const sameGroup = (other) => target && other.type === "radio" && target.type === "radio"
    && other.name === target.name && other.form === target.form;
  if (!at || at === document.body) return { nowhere: true };
  // Of a radio button or a checkbox one may see the label; of anything else the thing itself.
  const faces = [at, ...(at.matches("[type=radio], [type=checkbox]") ? at.labels : [])];
  const outlined = faces.some((face) => {
    const style = getComputedStyle(face);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const inSight = faces.some((face) => [...face.getClientRects()].some((box) => {
    const left = Math.max(0, box.left), right = Math.min(innerWidth, box.right);
    const top = Math.max(0, box.top), bottom = Math.min(innerHeight, box.bottom);
    if (right - left < 2 || bottom - top < 2) return false;
    return [0.1, 0.5, 0.9].some((x) => [0.1, 0.5, 0.9].some((y) => {
      const hit = document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
      return hit && (faces.some((one) => one.contains(hit)) || hit.contains(at) && hit.matches("summary, label, span"));
    }));
  }));
  const words = at.tagName.toLowerCase() + " " + (at.getAttribute("aria-label") || at.innerText || at.name || at.id || "").trim().slice(0, 60);
  return { words, outlined, inSight, there: at === target || sameGroup(at), exactly: at === target, first: at.matches(".skip") };
}"""
STOPS_AT_MOST: Final = 300  # presses of Tab; the longest page has about a hundred stops


class Typist(Person):
    """Somebody with only a keyboard, who has to see where it is at every stop."""

    def stop(self, target: Locator | None = None) -> dict[str, str | bool]:
        """Where the keyboard is now. Raises :exc:`AssertionError` when that cannot be seen."""
        handle = target.element_handle() if target else None
        found: dict[str, str | bool] = self.page.evaluate(FOCUS, handle)
        if not found.get("nowhere"):
            where = f"{found['words']} on {self.page.url}"
            assert found["outlined"], f"nothing shows that the keyboard is at {where}"
            assert found["inSight"], f"the keyboard is out of sight, at {where}"
        return found

    def tab(self, target: Locator | None = None) -> dict[str, str | bool]:
        """Press Tab once."""
        self.page.keyboard.press("Tab")
        return self.stop(target)

    def _reach(self, target: Locator) -> dict[str, str | bool]:
        """Press Tab until the keyboard is at ``target``, past the bar at the top."""
        expect(target).to_be_visible()
        if target.evaluate("(target) => target === document.activeElement"):
            return self.stop(target)
        seen: list[str | bool] = []
        for _press in range(STOPS_AT_MOST):
            found = self.tab(target)
            if found.get("there"):
                return found
            if found.get("first"):
                self.page.keyboard.press("Enter")  # skip to the content
            seen.append(found.get("words", "the window"))
        raise AssertionError(f"Tab never reaches {target} on {self.page.url}; it came by {seen}")

    def _approach(self, target: Locator) -> None:
        self._reach(target)

    def _push(self, target: Locator) -> None:
        self.page.keyboard.press("Enter")

    def _write(self, field: Locator, text: str) -> None:
        self._reach(field)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def _pick(self, radio: Locator) -> None:
        found = self._reach(radio)
        if found["exactly"]:
            self.page.keyboard.press("Space")
        for _press in range(STOPS_AT_MOST):
            if self.stop(radio)["exactly"]:
                break
            self.page.keyboard.press("ArrowRight")
        expect(radio).to_be_checked()

    def _tick(self, box: Locator) -> None:
        self._reach(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def _select(self, field: Locator, value: str) -> None:
        self._reach(field)
        for _press in range(STOPS_AT_MOST):
            if field.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{field} has no {value!r}")


Kind = Literal["mouse", "keyboard", "no scripts"]
KINDS: Final[dict[Kind, type[Person]]] = {
    "mouse": Person,
    "keyboard": Typist,
    "no scripts": Unscripted,
}
