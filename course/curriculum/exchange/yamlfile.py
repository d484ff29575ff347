"""A quiz as a file of the content: YAML as the house writes it."""

import io
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel
from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import FoldedScalarString

from course.curriculum import positions, quizcheck
from course.curriculum.checks import Known
from course.curriculum.exchange.intake import TO_WRITE, Language
from course.curriculum.exchange.plain import from_plain
from course.curriculum.exchange.reading import Reading
from course.curriculum.exchange.report import NotTaken, Place, Remark
from course.curriculum.markdown import markup_in
from course.curriculum.quizzes import QuizFile
from course.curriculum.schema import BaseQuestion, Texts

WIDTH: Final = 98
LONG: Final = 80  # characters; a longer text stands below its key
_FIRST: Final = ("slug", "type", "points", "prompt")  # of an item; what is its own comes next
_LAST: Final = ("explanation",)
_ITEM: Final = re.compile(r"^  - slug:", re.MULTILINE)
_LANGUAGES: Final[Mapping[Language, str]] = {"nl": "Dutch", "en": "English"}


MINUTES_AN_ITEM: Final = 2  # a guess, for the author to change
MOST_MINUTES: Final = 120
MOST_ITEMS: Final = 60


def quiz_of(reading: Reading, *, slug: str, module: int, language: Language) -> QuizFile:
    """A quiz of what was read. Raises :exc:`~report.NotTaken` when it holds too many items."""
    if len(reading.items) > MOST_ITEMS:
        raise NotTaken(f"holds {len(reading.items)} items, at most {MOST_ITEMS} fit: split it")
    title = from_plain(reading.title).text
    if not title or markup_in(title):
        title = slug.replace("-", " ").capitalize()
    to_write = TO_WRITE[language]
    return QuizFile(
        slug=slug,
        module=module,
        title=Texts(nl=title, en=title),
        summary=Texts(nl=to_write, en=to_write),
        minutes=min(MINUTES_AN_ITEM * len(reading.items), MOST_MINUTES),
        items=reading.items,
    )


def without_source(quiz: QuizFile) -> list[Remark]:
    """The items that state a figure, of which only an author knows where it comes from."""
    nobody = Known(terms=None, sources=None, books=None)
    return [
        Place(f"item {quiz.items[int(location[1])].slug!r}").lost(message)
        for location, message in quizcheck.faults(quiz, nobody)
    ]


def as_yaml(quiz: QuizFile, *, origin: str, language: Language) -> str:
    """The text of ``content/quizzes/<slug>.yaml``, with a comment on what is left to do.

    ``origin`` is the name of the file it came from. The text was read back before it is given.
    Raises :exc:`~report.NotTaken` when it is too long for a content file.
    """
    target = io.StringIO()
    about = _plain(quiz)
    del about["slug"]  # which is the name of the file
    _yaml().dump(about, target)
    first, *others = _ITEM.split(target.getvalue())
    body = first + "\n  - slug:".join(["", *others]).removeprefix("\n")
    text = f"{_comment(quiz, origin, language)}{body}"
    if len(text.encode()) > positions.MAX_BYTES:
        raise NotTaken(f"becomes larger than {positions.MAX_BYTES // 1024} KB: split it")
    data, _ = positions.parse(text, "quiz")
    if not isinstance(data, dict) or QuizFile.model_validate({**data, "slug": quiz.slug}) != quiz:
        raise AssertionError(f"{quiz.slug} does not come back as it was written")
    return text


def text_count(part: object) -> int:
    """How many texts a quiz has; each is one to translate."""
    match part:
        case Texts():
            return 1
        case BaseModel():
            return sum(text_count(getattr(part, name)) for name in type(part).model_fields)
        case tuple():
            return sum(text_count(item) for item in part)
    return 0


def _comment(quiz: QuizFile, origin: str, language: Language) -> str:
    ours, other = _LANGUAGES[language], _LANGUAGES["en" if language == "nl" else "nl"]
    shown = "".join(sign for sign in origin if sign.isprintable())
    return (
        f"# Imported from {shown}. All {text_count(quiz)} texts are in {ours}, also where the\n"
        f"# {other} ones belong: those still have to be translated. Write what is missing in place "
        f"of\n# {TO_WRITE[language]!r}, and give figures their sources. Then remove these lines.\n"
    )


def _yaml() -> YAML:
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = WIDTH
    yaml.Representer = _Representer
    return yaml


class _Representer(RoundTripRepresenter):
    """Writes a decimal number with the digits that it has."""


def _number(representer: _Representer, value: Decimal) -> ScalarNode:
    tag = "float" if "." in f"{value:f}" else "int"
    node: ScalarNode = representer.represent_scalar(f"tag:yaml.org,2002:{tag}", f"{value:f}")
    return node


_Representer.add_representer(Decimal, _number)


def _plain(part: object) -> Any:
    """A model as lists and mappings, without what is as it is when left out."""
    match part:
        case BaseQuestion():
            about = _fields(part)
            first = {name: about.pop(name) for name in _FIRST if name in about}
            last = {name: about.pop(name) for name in _LAST if name in about}
            return {**first, **about, **last}
        case BaseModel():
            return _fields(part)
        case tuple():
            return [_plain(item) for item in part]
        case str() if len(part) > LONG and " " in part:
            return FoldedScalarString(part)
    return part


def _fields(part: BaseModel) -> dict[str, Any]:
    return {
        name: _plain(value)
        for name, about in type(part).model_fields.items()
        if (value := getattr(part, name)) != about.default or about.is_required()
    }
