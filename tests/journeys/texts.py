"""The texts of the interface, as somebody who reads Dutch or English sees them on the screen."""

import re
from functools import cache
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.houses import ROOT

CATALOGUE: Final = ROOT / "course/translations/nl/LC_MESSAGES/messages.po"


def say(language: str, text: str, **parts: Any) -> str:
    """The English ``text`` of the interface in this language, with its ``parts`` filled in.

    Raises :exc:`AssertionError` when the interface has no such text, so that a journey never looks
    for what was reworded long ago.
    """
    message = _message(text)
    shown = text if language == "en" else str(message.string)
    return shown % parts if message.python_format else shown


def pattern(language: str, text: str, **parts: str) -> re.Pattern[str]:
    """What matches the whole of a text that scripts fill in: ``{time}`` by ``parts["time"]``."""
    escaped = re.escape(say(language, text))
    for name, expression in parts.items():
        escaped = escaped.replace(re.escape(f"{{{name}}}"), expression)
    return re.compile(rf"^\s*{escaped}\s*$")


def _message(text: str) -> Message:
    found = _catalogue().get(text)
    if found is None or not found.string:
        raise AssertionError(f"the interface has no text {text!r} (or it has no Dutch yet)")
    return found


@cache
def _catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="nl")
