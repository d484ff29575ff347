"""What holds for every page, checked on every page that any test asks for."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Final
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E as HTML_ERRORS
from werkzeug.test import TestResponse

LANGUAGES: Final = {"nl", "en"}
TOKEN: Final = re.compile(r'(name="csrf_token"[^>]* value="|data-csrf=")[^"]+')
# What differs between pages that are the same: whose they are, and which of many they are about.
VARIES: Final = re.compile(
    r'(Persoon |name="owner" value=")\d+'
    r"|([?;]next=)[a-z0-9/-]+|(/attempts/|/reflections/)[\w-]{16,}"
)
# What a reader sees when a programmer made a mistake. In English, "None of these" is a sentence.
SLIPS: Final = {
    "nl": re.compile(r"\bNone\b|\bUndefined\b|\{\{|\{%|<lambda|%\(\w+\)s|&(amp|lt|gt|quot|#\d+);"),
    "en": re.compile(
        r"\bNone\b(?! of)|\bUndefined\b|\{\{|\{%|<lambda|%\(\w+\)s|&(amp|lt|gt|quot|#\d+);"
    ),
}
REFERENCES: Final = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "popovertarget")
LOADS: Final = {"src", "srcset", "poster", "data", "action", "formaction", "xlink:href"}
Rule = Callable[[Element, list[Element]], Iterator[str]]
SILENT_INPUTS: Final = {"hidden", "submit", "button", "image"}
_LOOKED_AT: Final[dict[tuple[Callable[[str], tuple[str, ...]], int], tuple[str, ...]]] = {}


class WrongPage(AssertionError):
    """A page breaks a rule that holds for all pages."""


def check(response: TestResponse) -> None:
    """Raise :exc:`WrongPage` that lists everything wrong with an answer."""
    problems = list(_headers(response))
    if response.mimetype == "text/html" and _has_page(response):
        by_htmx = response.request.headers.get("HX-Request") == "true"
        look = _part if by_htmx and "<html" not in response.text else _page
        # The same page is asked for in many tests, each time by somebody else.
        seen = look, hash(VARIES.sub(r"\1\2\3", without_tokens(response.text)))
        if seen not in _LOOKED_AT:
            _LOOKED_AT[seen] = look(response.text)
        problems += _LOOKED_AT[seen]
        if "data-sign-out" in response.text and response.headers["Cache-Control"] != "no-store":
            problems.append("Cache-Control: the page of somebody signed in may be kept")
    if problems:
        where = f"{response.request.method} {response.request.path} ({response.status})"
        raise WrongPage("\n  ".join([f"{where}:", *problems]))


def without_tokens(text: str) -> str:
    """The page with the same word for every form token, so that two pages can be compared."""
    return TOKEN.sub(r"\1token", text)


def parse(text: str) -> Element:
    """The page as a tree, repaired as browsers do. Not to be changed: others get the same tree."""
    return _parsed(text)[0]


def words(element: Element) -> str:
    """All text in an element, with single spaces."""
    return " ".join("".join(element.itertext()).split())


def main_words(response: TestResponse) -> str:
    """What a reader reads in ``main``."""
    main = parse(response.text).find(".//main")
    if main is None:
        raise AssertionError(f"{response.request.path} has no main")
    return words(main)


@lru_cache(maxsize=32)  # What is checked is often what the test reads next.
def _parsed(text: str) -> tuple[Element, tuple[str, ...]]:
    """A page as a tree, and what had to be repaired in it."""
    parser = _parser()
    return parser.parse(text), _repaired(parser)


def _parser() -> html5lib.HTMLParser:
    return html5lib.HTMLParser(namespaceHTMLElements=False)


def _repaired(parser: html5lib.HTMLParser) -> tuple[str, ...]:
    return tuple(
        f"line {line}: {HTML_ERRORS[code] % arguments}"
        for (line, _column), code, arguments in parser.errors
    )


def _has_page(response: TestResponse) -> bool:
    redirects = HTTPStatus.MULTIPLE_CHOICES <= response.status_code < HTTPStatus.BAD_REQUEST
    return not redirects and response.request.method != "HEAD" and bool(response.data)


def _headers(response: TestResponse) -> Iterator[str]:
    headers = response.headers
    policy = headers.get("Content-Security-Policy", "")
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ):
        if part not in policy:
            yield f"Content-Security-Policy: lacks {part}"
    if "unsafe" in policy:
        yield "Content-Security-Policy: allows what is unsafe"
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "X-Content-Type-Options: is not nosniff"
    if not headers.get("Referrer-Policy"):
        yield "Referrer-Policy: is missing"
    if not headers.get("Cache-Control"):
        yield "Cache-Control: is missing"


def _page(text: str) -> tuple[str, ...]:
    """Everything wrong with a page."""
    document, repaired = _parsed(text)
    return (*repaired, *_wrong(document, [_names_itself, _refers_to_what_exists, *PART_RULES]))


def _part(text: str) -> tuple[str, ...]:
    """Everything wrong with a part of a page, as htmx puts it in: the rest is elsewhere."""
    parser = _parser()
    document = parser.parseFragment(text)
    return (*_repaired(parser), *_wrong(document, PART_RULES))


def _wrong(document: Element, rules: Sequence[Rule]) -> Iterator[str]:
    elements = list(document.iter())
    for rule in rules:
        yield from rule(document, elements)


def _names_itself(document: Element, elements: list[Element]) -> Iterator[str]:
    language = document.get("lang")
    if language not in LANGUAGES:
        yield f"html: lang is {language!r}"
    headings = [words(element) for element in elements if element.tag == "h1"]
    titles = [words(element) for element in document.findall("./head/title")]
    if len(headings) != 1:
        yield f"h1: there are {len(headings)}, not 1: {headings}"
    elif not headings[0]:
        yield "h1: is empty"
    elif not titles or not titles[0].startswith(headings[0]):
        yield f"title: {titles} does not begin with the h1 {headings[0]!r}"
    if len([element for element in elements if element.tag == "main"]) != 1:
        yield "main: there is not exactly one"


def _has_unique_ids(_document: Element, elements: list[Element]) -> Iterator[str]:
    for identity, count in Counter(element.get("id") for element in elements).items():
        if identity is not None and (count > 1 or not identity):
            yield f"id: {identity!r} is there {count} times"


def _refers_to_what_exists(_document: Element, elements: list[Element]) -> Iterator[str]:
    ids = {element.get("id") for element in elements}
    for element in elements:
        for name in REFERENCES:
            for target in element.get(name, "").split():
                if target not in ids:
                    yield f"{element.tag}: {name} names {target!r}, which is not on the page"
        link = element.get("href", "")
        if link.startswith("#") and link[1:] not in ids:
            yield f"{element.tag}: href {link!r} is not on the page"


def _lists_mistakes_in_order(document: Element, elements: list[Element]) -> Iterator[str]:
    places = {element.get("id"): place for place, element in enumerate(elements)}
    links = document.findall(".//*[@id='error-summary']//a")
    fields = [link.get("href", "")[1:] for link in links]
    if fields != sorted(fields, key=lambda field: places.get(field, 0)):
        yield f"error-summary: {fields} is not the order of the fields"


def _labels_its_fields(document: Element, elements: list[Element]) -> Iterator[str]:
    labelled = {item.get("for") for item in elements if item.tag == "label" and words(item)}
    wrapped = {
        id(field) for label in document.iter("label") if words(label) for field in label.iter()
    }
    in_a_legend = {
        id(field)
        for group in document.iter("fieldset")
        if any(words(legend) for legend in group.findall("./legend"))
        for field in group.iter("input")
    }
    for field in elements:
        if field.tag not in {"input", "select", "textarea"}:
            continue
        if field.tag == "input" and field.get("type") in SILENT_INPUTS:
            continue
        named = field.get("aria-label") or field.get("aria-labelledby")
        if field.get("id") not in labelled and id(field) not in wrapped and not named:
            yield f"{field.tag} {field.get('name')!r}: has no label"
        if field.get("type") == "radio" and id(field) not in in_a_legend:
            yield f"radio {field.get('name')!r}: has no fieldset with a legend"


def _names_its_controls(document: Element, elements: list[Element]) -> Iterator[str]:
    hidden = {
        id(part)
        for element in elements
        if element.get("aria-hidden") == "true"
        for part in element.iter()
    }
    for element in elements:
        if id(element) in hidden:
            continue
        named = element.get("aria-label") or element.get("aria-labelledby")
        if element.tag in {"a", "button", "summary", "legend", "th"}:
            if not named and not words(element):
                yield f"{element.tag} {element.get('href', '')}: has no name"
        elif element.tag == "img" and element.get("alt") is None:
            yield f"img {element.get('src')}: has no alt"
        elif _local(element) == "svg" and not (element.get("role") == "img" and named):
            yield "svg: is neither hidden nor an image with a name"


def _has_whole_forms(document: Element, _elements: list[Element]) -> Iterator[str]:
    for form in document.iter("form"):
        if form.get("method") not in {"get", "post"}:
            yield f"form to {form.get('action', 'here')}: method is {form.get('method')!r}"
        tokens = [item for item in form.iter("input") if item.get("name") == "csrf_token"]
        if form.get("method") == "post" and not (tokens and tokens[0].get("value")):
            yield f"form to {form.get('action', 'here')}: has no token"


def _runs_nothing_inline(_document: Element, elements: list[Element]) -> Iterator[str]:
    for element in elements:
        if _local(element) == "style" or "style" in element.attrib:
            yield f"{_local(element)}: has style of its own, which the policy refuses"
        if _local(element) == "script" and not element.get("src"):
            yield "script: has no src, so the policy refuses it"
        for name, value in element.attrib.items():
            if name.startswith("on"):
                yield f"{_local(element)}: {name} is refused by the policy"
            if value.strip().lower().startswith("javascript:"):
                yield f"{_local(element)}: {name} is a script"


def _loads_nothing_from_elsewhere(_document: Element, elements: list[Element]) -> Iterator[str]:
    for element in elements:
        names = LOADS | {"href"} if _local(element) in {"link", "use", "image"} else LOADS
        for name, value in element.attrib.items():
            if name.rpartition("}")[2] in names and re.match(r"\s*([a-z]+:)?//", value):
                yield f"{_local(element)}: {name} loads {value!r} from elsewhere"


def _shows_no_slips(document: Element, elements: list[Element]) -> Iterator[str]:
    slip = SLIPS.get(document.get("lang", ""), SLIPS["nl"])
    for element in elements:
        shown = [element.text or "", element.tail or "", *element.attrib.values()]
        if slip.search("\n".join(shown)):
            for text in shown:
                if found := slip.search(text):
                    yield f"{_local(element)}: shows {found.group()!r} in {text.strip()[:80]!r}"


def _local(element: Element) -> str:
    """The name without namespace; comments have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


PART_RULES: Final[tuple[Rule, ...]] = (
    _has_unique_ids,
    _lists_mistakes_in_order,
    _labels_its_fields,
    _names_its_controls,
    _has_whole_forms,
    _runs_nothing_inline,
    _loads_nothing_from_elsewhere,
    _shows_no_slips,
)
