"""Text as other systems keep it (HTML, Markdown) as plain text, which is all that our items hold.

HTML is made harmless first, by a parser that reads it as browsers do, and only then read: nothing
of it is ever kept as HTML. What a text loses on the way is named, so that an author can decide.
"""

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

import nh3
from markdown_it import MarkdownIt

from course.curriculum.exchange.report import NotTaken

# The schema takes half of it; and what is nested deeply takes long to make harmless.
MAX_CHARACTERS: Final = 40_000


@dataclass(frozen=True, slots=True)
class Plain:
    """A text on one line, and what it lost: "links", "pictures"."""

    text: str
    lost: tuple[str, ...] = ()


def from_plain(source: str) -> Plain:
    """A text without markup."""
    text, lost = _seen(source)
    more = ("line breaks",) if "\n" in text.strip() else ()
    return Plain(_on_one_line(text), (*lost, *more))


def from_html(source: str) -> Plain:
    """A text of HTML."""
    lines, lost = lines_of_html(source)
    more = ("line breaks",) if len(lines) > 1 else ()
    return Plain(_on_one_line(" ".join(lines)), (*lost, *more))


def from_markdown(source: str) -> Plain:
    """A text of Markdown; a lone paragraph loses nothing."""
    return from_html(MarkdownIt("commonmark").enable("table").render(source))


def from_auto(source: str) -> Plain:
    """A text of Moodle's own format: HTML when there is a tag or an entity in it."""
    return from_html(source) if _HTML.search(source) else from_plain(source)


def lines_of_html(source: str) -> tuple[list[str], tuple[str, ...]]:
    """The lines of a text of HTML, one for each block with words, and what they lose.

    Raises :exc:`~report.NotTaken` when it is longer than any text of ours may become.
    """
    if len(source) > MAX_CHARACTERS:
        raise NotTaken(
            f"has a text of {len(source)} characters of HTML, and {MAX_CHARACTERS} may be: leave "
            "out pictures, or shorten it"
        )
    # What is left of these elements is nothing, or words that were never meant to be read.
    gone = ["what was embedded"] if _EMBEDDED.search(source) else []
    clean = nh3.clean(
        source,
        tags=set(_KEPT),
        clean_content_tags=set(_DROPPED),
        attributes={"img": {"alt"}, "a": {"href"}},
        link_rel=None,
    )
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    text, unseen = _seen("".join(reader.words))
    lines = [one for line in text.split("\n") if (one := _on_one_line(line))]
    return lines, tuple(dict.fromkeys([*gone, *reader.lost, *unseen]))


def as_html(text: str) -> str:
    """A text as a paragraph of HTML."""
    return f"<p>{html.escape(text, quote=False)}</p>"


# --- What is kept, and under which name it is lost -------------------------------------------

_BLOCKS: Final = frozenset(
    {
        *("address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "div"),
        *("dl", "dt", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "td"),
        *("tfoot", "th", "thead", "tr", "ul"),
    }
)
_LOST: Final = {
    **dict.fromkeys(("b", "em", "i", "s", "strike", "strong", "u"), "bold and italics"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "headings"),
    **dict.fromkeys(("ol", "ul", "dl"), "lists"),
    **dict.fromkeys(("code", "pre"), "code"),
    **dict.fromkeys(("sub", "sup"), "raised and lowered characters"),
    "a": "links",
    "img": "pictures",
    "table": "tables",
}
_KEPT: Final = _BLOCKS | _LOST.keys()
_DROPPED: Final = (
    *("script", "style", "template", "iframe", "object", "embed", "svg", "math", "video"),
    *("audio", "noscript", "select", "textarea", "title", "head", "button"),
)
_EMBEDDED: Final = re.compile(
    rf"<(?:{'|'.join(_DROPPED)}|input|form|frame|applet|link|meta|base)\b", re.IGNORECASE
)
_HTML: Final = re.compile(
    r"</?[A-Za-z][^<>]*>|<!--|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,8});"
)


class _Reader(HTMLParser):
    """Reads clean HTML: blocks end a line, and the rest is words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.lost: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins on a new line; the words for a picture take its place."""
        about = dict(attrs)
        if tag in _BLOCKS:
            self.words.append("\n")
        if tag in _LOST and (tag != "a" or about.get("href")):
            self.lost.append(_LOST[tag])
        if tag == "img":
            self.words.append(about.get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        """What follows a block begins on a new line."""
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        """Line feeds in HTML are spaces."""
        self.words.append(_LINE.sub(" ", data))


# --- Characters ------------------------------------------------------------------------------

_LINE: Final = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")
_SPACE: Final = re.compile(r"[ \t\n]+")
# What content may not hold: see positions.
_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    r"\ufeff\ufffd-\uffff]"
)


def _seen(text: str) -> tuple[str, tuple[str, ...]]:
    """A text without what nobody sees, its lines ending in a line feed."""
    text, count = _UNSEEN.subn("", _LINE.sub("\n", text))
    return text, ("characters that nobody sees",) if count else ()


def _on_one_line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
