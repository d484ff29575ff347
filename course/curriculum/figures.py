"""Every real figure carries a source, every figure of a scenario the label *fictief*.

A figure is a number of two or more digits, a decimal number, or a percentage. So "1 op de 6" and
the values W1 to W5 may pass, and a year in running text may not. What is no figure either: a time
of the day, the hyphenated end of a name (covid-19), and the few names in ``NAMES``.

In Markdown the source or the label stands in the same block as the figure. A block is a paragraph,
a heading, the title of a ``:::`` block, a list item without the lists inside it, or a whole table.
Stories (``::: case``) are fictional as a whole and labelled so; in YAML, so are scale steps.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from markdown_it.token import Token

from course.curriculum.markdown import parse, visible
from course.curriculum.positions import Location, Problem
from course.curriculum.schema import (
    BaseQuestion,
    MultipleQuestion,
    NumberQuestion,
    OrderQuestion,
    Question,
    SingleQuestion,
    Texts,
)

# Names that hold a number and state no fact.
NAMES: Final = ("Wmo 2015", "24/7")

_NO_FIGURE: Final = re.compile(
    "|".join(map(re.escape, NAMES))
    + r"|(?<![\w.,:])\d{1,2}:\d{2}(?![\w:])"  # 14:06
    + r"|(?<![\w.,:])\d{1,2}\.\d{2}(?= (?:uur|hours)\b)"  # 9.30 uur
)
_FIGURE: Final = re.compile(
    r"(?<!\d)(?<![^\W\d_])(?<![^\W\d_]-)"  # not the end of a number or word: covid-19
    r"(?:\d+(?:[.,\u00a0\u202f]\d+)+|\d{2,}|\d)(?:\s?%|\s(?:procent|percent|per cent)\b)?"
)


def figure_in(text: str) -> str | None:
    """The first figure in a text without markup ("33.000", "8 %"), or None."""
    for found in _FIGURE.finditer(_NO_FIGURE.sub(" ", text)):
        if len(found[0]) > 1:  # one digit alone may pass
            return found[0]
    return None


# --- Markdown ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Block:
    """What is known of a block while we walk through it."""

    where: str  # "paragraph", "heading", "list item", "table" or "title"
    line: int
    text: list[tuple[str, int]] = field(default_factory=list)  # running text and its line
    supported: bool = False  # a source or label was seen


def check(text: str, shown: str) -> list[Problem]:
    """The figures of a Markdown text without source or label, one problem a block."""
    problems = []
    for block in _blocks(parse(text)):
        if block.supported:
            continue
        for words, line in block.text:
            if figure := figure_in(words):
                message = f"{figure!r} has no source: add [@source], or {{fictief}} when invented"
                problems.append(Problem(shown, line, block.where, message))
                break
    return problems


def _blocks(tokens: Sequence[Token]) -> Iterator[_Block]:
    """The blocks outside stories."""
    open_blocks: list[_Block] = []
    in_case = False
    for token in tokens:
        line = (token.map or [0])[0] + 1
        match token.type:
            case "box_open":
                in_case = token.meta["kind"] == "case"
                if not in_case:
                    yield _Block("title", line, [(token.meta["title"], line)])
            case "box_close":
                in_case = False
            case "table_open" | "list_item_open":
                where = "table" if token.type == "table_open" else "list item"
                open_blocks.append(_Block(where, line))
            case "table_close" | "list_item_close":
                block = open_blocks.pop()
                if not in_case:
                    yield block
            case "heading_open":
                open_blocks.append(_Block("heading", line))
            case "heading_close":
                block = open_blocks.pop()
                if not in_case:
                    yield block
            case "inline":
                block = open_blocks[-1] if open_blocks else _Block("paragraph", line)
                _read(token, line, block)
                if not open_blocks and not in_case:
                    yield block


def _read(inline: Token, line: int, block: _Block) -> None:
    """Add running text to a block, line by line, so that a problem names the right line."""
    words = ""
    for child in inline.children or ():
        block.supported |= child.type in {"cite", "fictional"}
        if child.type in {"softbreak", "hardbreak"}:
            block.text.append((words, line))
            words = ""
            line += 1
        else:
            words += visible(child)
            line += child.meta.get("lines", 0)
    block.text.append((words, line))


# --- YAML ----------------------------------------------------------------------------------


def unsupported(question: Question) -> tuple[Location, str] | None:
    """The first figure that a question states without ``sources`` or ``fictional: true``.

    Gives its place and the figure. A question that asks for a number always needs one of the two.
    """
    if question.sources or question.fictional:
        return None
    if isinstance(question, NumberQuestion):
        return ("expected",), str(question.expected)
    for location, text in _texts_of(question):
        for language in ("nl", "en"):
            if figure := figure_in(text[language]):
                return (*location, language), figure
    return None


def _texts_of(question: BaseQuestion) -> Iterator[tuple[Location, Texts]]:
    yield ("prompt",), question.prompt
    match question:
        case SingleQuestion() | MultipleQuestion():
            for index, option in enumerate(question.options):
                yield ("options", index, "text"), option.text
                yield ("options", index, "feedback"), option.feedback
        case OrderQuestion():
            for index, item in enumerate(question.items):
                yield ("items", index, "text"), item.text
    yield ("explanation",), question.explanation
