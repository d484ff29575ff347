"""What stands on a page with questions, and what is kept of the answers."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final
from xml.etree.ElementTree import Element

from sqlalchemy import select
from werkzeug.test import TestResponse

from course.core.db import db
from course.quizzes.models import Answer
from tests import pages

InApp = Callable[[], AbstractContextManager[None]]

# Everything in the small course that tells what is right, or why.
SECRETS: Final = (
    "About 9,600.",
    "So it was thought.",
    "Who is not registered does not count.",
    "They count.",
    "The estimate leaves groups out.",
    ">2.5<",
    "One decimal too far.",
    "Divide by 40.",
    "First find.",
)
EXPLANATIONS: Final = (
    "Who is not registered does not count.",
    "The estimate leaves groups out.",
    "Divide by 40.",
    "First find.",
)


def verdicts(page: TestResponse) -> dict[str, str]:
    """What the page says of each question, by its prompt."""
    return {
        pages.words(_only(section, "h2")): pages.words(_only(section, "p[@class]", "verdict"))
        for section in _questions(page)
        if section.find("h2") is not None
    }


def about(page: TestResponse, prompt: str) -> str:
    """All that the page says of the question with this prompt."""
    return next(found for found in map(pages.words, _questions(page)) if prompt in found)


def place(page: TestResponse, name: str) -> str:
    """What is chosen in the list with this name; empty when nothing is."""
    select_list = pages.parse(page.text).find(f".//select[@name='{name}']")
    if select_list is None:
        raise AssertionError(f"{page.request.path} ({page.status}) has no list {name}")
    chosen = [item for item in select_list.iter("option") if "selected" in item.attrib]
    return chosen[0].get("value", "") if chosen else ""


def message_at(page: TestResponse, name: str) -> str:
    """The message that belongs to the field with this name, or to the group it is in."""
    document = pages.parse(page.text)
    holders = [
        element
        for element in document.iter()
        if element.get("aria-describedby")
        and any(part.get("name") == name for part in element.iter())
    ]
    if not holders:
        return ""
    message = document.find(f".//*[@id='{holders[-1].get('aria-describedby')}']")
    return "" if message is None else pages.words(message)


def told(page: TestResponse) -> list[str]:
    """What of the secrets stands anywhere in the page, also where nobody reads."""
    return [secret for secret in SECRETS if secret in page.text]


def kept(in_app: InApp, *columns: str) -> list[tuple[Any, ...]]:
    """These columns of all answers there are, oldest first."""
    with in_app():
        found = db.session.scalars(select(Answer).order_by(Answer.id)).all()
    return [tuple(getattr(answer, column) for column in columns) for answer in found]


def _questions(page: TestResponse) -> list[Element]:
    sections = pages.parse(page.text).findall(".//main//section")
    return [section for section in sections if "question" in section.get("class", "").split()]


def _only(section: Element, path: str, of_class: str = "") -> Element:
    found = [item for item in section.findall(path) if of_class in item.get("class", "")]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} of {path} {of_class} in {pages.words(section)!r}")
    return found[0]
