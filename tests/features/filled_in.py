"""The forms of the small course, filled in; and what a form on a page holds."""

from typing import Final
from xml.etree.ElementTree import Element

from werkzeug.test import TestResponse

from tests import pages
from tests.browser import Browser

# Agreement 5, client 7: (7 - 5) / (7 + 5) is a sixth, towards the client.
WEIGHED: Final[dict[str, str]] = {
    "agreement-wachtlijst": "3",
    "agreement-geld": "2",
    "client-deur": "4",
    "client-vertrouwen": "3",
    "action": "blijven",
    "reason": "De deur gaat net open.",
}
ANSWERED: Final[dict[str, str | list[str]]] = {
    "een-keuze": "weinig",
    "meer-keuzes": ["jong", "oud"],
    "getal": "2,5",
    "volgorde.peer": "1",
    "volgorde.appel": "2",
    "volgorde.zwaluw": "3",
}


def typed(page: TestResponse, name: str = "text") -> str:
    """What stands in the text area with this name."""
    return "".join(_only(page, f".//textarea[@name='{name}']").itertext())


def value(page: TestResponse, name: str) -> str:
    """What stands in the input with this name."""
    return _only(page, f".//main//input[@name='{name}']").get("value", "")


def ticked(page: TestResponse, name: str) -> list[str]:
    """The values of the boxes or radio buttons that are on."""
    found = pages.parse(page.text).findall(f".//input[@name='{name}']")
    return [item.get("value", "") for item in found if "checked" in item.attrib]


def heading(page: TestResponse) -> str:
    """The heading of the page."""
    return pages.words(_only(page, ".//h1"))


def alert(page: TestResponse) -> str:
    """What the page says first to who made a mistake."""
    return pages.words(_only(page, ".//main//*[@role='alert']"))


def hand_in(browser: Browser, url: str, text: str) -> TestResponse:
    """Write at the step with this address, look once more, and hand in."""
    confirm = browser.submit(url, {"text": text})
    if confirm.location != f"{url}/hand-in":
        raise AssertionError(f"{url} ({confirm.status}) goes to {confirm.location}")
    return browser.submit(confirm.location, action="/hand-in")


def _only(page: TestResponse, path: str) -> Element:
    found = pages.parse(page.text).findall(path)
    if len(found) != 1:
        raise AssertionError(f"{page.request.path} ({page.status}) has {len(found)} of {path}")
    return found[0]
