"""The Markdown of a lesson: what it may hold, what it refers to, and safe HTML.

CommonMark with tables, and on top of that::

    [[waakvlam]]  [[waakvlam|een waakvlam]]     a term, with its meaning in a pop-over
    [@cbs-2025]   [@van-doorn-2019, p. 21]      a source
    {fictief}                                   the label of a scenario figure
    ::: case Title  …  :::                      a story; also agreement, client and note

Headings start at ``##``. Raw HTML, images, code blocks and footnotes have no place in a lesson.
:func:`check` reports whatever an author has to change. :func:`render` never fails: what ``check``
would refuse comes out as harmless text, so that an edition that was stored long ago stays readable
when the rules have become stricter.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from course.curriculum.advice import did_you_mean
from course.curriculum.positions import Problem
from course.curriculum.schema import Source, Term
from course.domain.words import count_words

MAX_CHARACTERS: Final = 20_000  # of one text, as in the schema
KINDS: Final = ("case", "agreement", "client", "note")  # of ::: blocks

# --- What a text holds ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of running text: its token, its line (from 1) and what it stands in."""

    token: Token
    line: int
    box: str  # the kind of the ::: block, or nothing
    in_heading: bool


def parse(text: str) -> Sequence[Token]:
    """The tokens of a text; not to be changed."""
    return _tokens(text.encode("utf-8", "replace").decode())  # halves of pairs become "?"


@lru_cache(maxsize=8)  # one text is asked about several times in a row
def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(_PARSER.parse(text))


def pieces(tokens: Sequence[Token]) -> Iterator[Piece]:
    """All running text in ``tokens``, in order."""
    box, in_heading = "", False
    for token in tokens:
        match token.type:
            case "box_open":
                box = token.meta["kind"]
            case "box_close":
                box = ""
            case "heading_open" | "heading_close":
                in_heading = token.nesting == 1
            case "inline":
                line = (token.map or [0])[0] + 1
                for child in token.children or ():
                    yield Piece(child, line, box, in_heading)
                    line += 1 if child.type in {"softbreak", "hardbreak"} else 0
                    line += child.meta.get("lines", 0)


def linked_terms(text: str) -> tuple[str, ...]:
    """The slugs of the terms that a text links, each once, in order of appearance."""
    found = (piece.token for piece in pieces(parse(text)) if piece.token.type == "term")
    return tuple(dict.fromkeys(token.meta["slug"] for token in found))


def cited(text: str) -> tuple[str, ...]:
    """The slugs of the sources that a text cites, each once, in order of appearance."""
    found = (piece.token for piece in pieces(parse(text)) if piece.token.type == "cite")
    return tuple(dict.fromkeys(token.meta["slug"] for token in found))


def boxes(text: str) -> tuple[str, ...]:
    """The kinds of the ``:::`` blocks in a text, in order."""
    return tuple(token.meta["kind"] for token in parse(text) if token.type == "box_open")


def visible(token: Token) -> str:
    """What a reader sees of a piece of running text, without sources and labels."""
    match token.type:
        case "text" | "code_inline":
            return token.content
        case "term":
            return str(token.meta["words"] or token.meta["slug"].replace("-", " "))
        case "softbreak" | "hardbreak":
            return " "
    return ""


def words(text: str) -> int:
    """How many words a reader sees; sources and labels do not count."""
    seen = []
    for token in parse(text):
        if token.type == "box_open":
            seen.append(token.meta["title"])
        elif token.type == "inline":
            seen.append("".join(map(visible, token.children or ())))
    return count_words(" ".join(seen))


# --- What an author has to change ----------------------------------------------------------

# What is left over in the text when something was not written as it should be.
_LEFT_OVER: Final = tuple(
    (re.compile(pattern, re.MULTILINE), where, message)
    for pattern, where, message in (
        (r"\[\[|\]\]", "term", "is written [[slug]] or [[slug|words]], or in a table "
         "[[slug\\|words]]"),
        (r"\[@", "source", "is written [@slug] or [@slug, p. 21], each between its own brackets"),
        (r"\{\s*[Ff]ict", "label", "is written {fictief}, in both languages"),
        (r"\[\^", "footnote", "footnotes are not used: write a [@source], or put it in the text"),
        (r":::", "block", "a ::: block begins and ends on a line of its own, from the first "
         "column, and not inside a list or another block"),
        (r"<[A-Za-z/!?]", "html", "HTML is not used: write Markdown, and spaces around a '<' sign"),
        (r"\]\(|^\[[^\]]+\]: ", "link", "is written [words](https://address), the address "
         "without spaces, the words without terms and sources"),
        (r"\*\*", "bold", "stars that make nothing bold: put them directly around the words"),
    )
)  # fmt: skip

_TITLE: Final = re.compile(r":::|\[\[|\[@|\{fictief\}|\]\(|[*<`]")


def check(
    text: str, shown: str, *, terms: Collection[str], sources: Collection[str]
) -> list[Problem]:
    """All that an author has to change in a text, in order of appearance.

    ``shown`` is what problems call the file; ``terms`` and ``sources`` are the known slugs.
    """
    if len(text) > MAX_CHARACTERS:
        message = f"has {len(text)} characters, at most {MAX_CHARACTERS} fit: split the step"
        return [Problem(shown, 1, "text", message)]
    if not text.strip():
        return [Problem(shown, 1, "text", "is empty: write the text of the step")]
    tokens = parse(text)
    found = [*_wrong_blocks(tokens), *_wrong_pieces(tokens, terms, sources)]
    return [Problem(shown, *fault) for fault in sorted(found, key=lambda fault: fault[0])]


def _wrong_blocks(tokens: Sequence[Token]) -> Iterator[tuple[int, str, str]]:
    level, in_box = 1, False
    for token in tokens:
        line = (token.map or [0])[0] + 1
        match token.type:
            case "box_open":
                in_box = True
                yield from ((line, "block", message) for message in _wrong_box(token))
            case "box_close":
                in_box = False
            case "heading_open":
                depth = int(token.tag[1])
                if in_box:
                    yield line, "heading", "has no place in a ::: block: use the title of the block"
                elif depth == 1:
                    yield line, "heading", "the page has its title already: start with '##'"
                elif depth > level + 1:
                    wanted = "#" * (level + 1)
                    yield line, "heading", f"skips a level: write '{wanted}', not '{token.markup}'"
                level = max(depth, 2) if not in_box else level
            case "fence" | "code_block":
                yield line, "code", "code blocks are not used: remove the ``` or ~~~ lines"


def _wrong_box(token: Token) -> Iterator[str]:
    kind = token.meta["kind"]
    if kind not in KINDS:
        known = ", ".join(KINDS)
        yield f"':::' is followed by {kind!r}: choose one of {known}{did_you_mean(kind, KINDS)}"
    if not token.meta["closed"]:
        yield "is never closed: end it with a line ':::'"
    if _TITLE.search(token.meta["title"]):
        yield "a title is plain text: move terms, sources, labels and marks into the block"


def _wrong_pieces(
    tokens: Sequence[Token], terms: Collection[str], sources: Collection[str]
) -> Iterator[tuple[int, str, str]]:
    for piece in pieces(tokens):
        token, line = piece.token, piece.line
        match token.type:
            case "term":
                yield from ((line, "term", m) for m in _wrong_term(piece, terms))
            case "cite":
                yield from ((line, "source", m) for m in _wrong_source(piece, sources))
            case "link_open" if not _is_safe(str(token.attrs.get("href", ""))):
                message = "only https:, http:, mailto: and addresses within the site can be linked"
                yield line, "link", message
            case "image":
                yield line, "image", "images are not used: describe it in the text"
            case "text":
                for pattern, where, message in _LEFT_OVER:
                    if pattern.search(token.content):
                        yield line, where, message


def _wrong_term(piece: Piece, terms: Collection[str]) -> Iterator[str]:
    slug = piece.token.meta["slug"]
    if slug not in terms:
        hint = did_you_mean(slug, terms) or ": add it to glossary.yaml"
        yield f"[[{slug}]] is not in the glossary{hint}"
    if piece.in_heading:
        yield f"[[{slug}]] stands in a heading: link it in the text below"


def _wrong_source(piece: Piece, sources: Collection[str]) -> Iterator[str]:
    slug = piece.token.meta["slug"]
    if slug not in sources:
        hint = did_you_mean(slug, sources) or ": add it to sources.yaml"
        yield f"[@{slug}] is not among the sources{hint}"
    if piece.in_heading:
        yield f"[@{slug}] stands in a heading: put it in the text below"


_MARKUP: Final = re.compile(r"\[\[|\[@|\{fictief\}|\]\(|\*\*|^:::|</?[A-Za-z]", re.MULTILINE)


def markup_in(text: str) -> str | None:
    """The Markdown in a text that is shown as it is, such as every text in YAML; or None."""
    found = _MARKUP.search(text)
    return found[0] if found else None


# --- HTML ----------------------------------------------------------------------------------

_WORDS: Final = {
    "nl": {
        "case": "Fictieve casus",
        "agreement": "Wat voor de afspraak pleit",
        "client": "Wat voor de cliënt pleit",
        "fictional": "fictief",
        "table": "Tabel",
    },
    "en": {
        "case": "Fictional case",
        "agreement": "What speaks for the agreement",
        "client": "What speaks for the client",
        "fictional": "fictional",
        "table": "Table",
    },
}


def render(
    text: str,
    language: str,
    *,
    terms: Mapping[str, Term],
    sources: Mapping[str, Source],
    prefix: str,
) -> str:
    """Safe HTML of a text, in ``language`` ("nl" or "en").

    ``prefix`` (letters, digits, hyphens) begins the ids of the pop-overs and has to be the only
    one of its kind on the page. A source links to ``#bron-<slug>``, which the page provides.
    Unknown terms and sources come out as plain words. Raises nothing that depends on ``text``.
    """
    env: EnvType = {
        "language": language,
        "terms": terms,
        "sources": sources,
        "prefix": prefix,
        "terms_shown": 0,
        "level": 1,
    }
    return _CLEANER.clean(_PARSER.renderer.render(parse(text), _PARSER.options, env))


class _Renderer(RendererHTML):
    """HTML of our own tokens, and of those of CommonMark that come out differently here."""

    def term(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        slug, words = tokens[idx].meta["slug"], tokens[idx].meta["words"]
        term: Term | None = env["terms"].get(slug)
        if term is None:
            return escapeHtml(words or slug)
        name, meaning = term.term[env["language"]], term.meaning[env["language"]]
        env["terms_shown"] += 1
        anchor = f"{env['prefix']}-{env['terms_shown']}"
        shown = words or (name if term.name else _within_a_sentence(name, tokens[:idx]))
        return (
            f'<button type="button" class="term" popovertarget="{anchor}">{escapeHtml(shown)}'
            f'</button><span class="term-meaning" popover="auto" id="{anchor}" role="note">'
            f"<strong>{escapeHtml(name)}</strong> {escapeHtml(meaning)}</span>"
        )

    def cite(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        slug, locator = tokens[idx].meta["slug"], tokens[idx].meta["locator"]
        source: Source | None = env["sources"].get(slug)
        words = escapeHtml(", ".join(filter(None, (source.short if source else slug, locator))))
        if source is None:
            return f"({words})"
        return f'<cite class="cite"><a href="#bron-{source.slug}">{words}</a></cite>'

    def fictional(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return f'<span class="fictional">{_WORDS[env["language"]]["fictional"]}</span>'

    def box_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        kind, title = tokens[idx].meta["kind"], tokens[idx].meta["title"]
        label = _WORDS[env["language"]].get(kind, "")
        level = min(env["level"] + 1, 6)
        match kind:
            case "case":
                start, name = '<section class="tale">', "tale-title"
                start += f'<p class="fictional-note">{label}</p>'
            case "agreement" | "client":
                start, name = f'<div class="side {kind}">', "side-title"
                start += f'<p class="side-label">{label}</p>'
            case _:
                start, name = '<div class="note">', "note-title"
        heading = f'<h{level} class="{name}">{escapeHtml(title)}</h{level}>' if title else ""
        return f"{start}{heading}\n"

    def box_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return "</section>\n" if tokens[idx].meta["kind"] == "case" else "</div>\n"

    def heading_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        env["level"] = max(int(tokens[idx].tag[1]), 2)
        return f"<h{env['level']}>"

    def heading_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return f"</h{max(int(tokens[idx].tag[1]), 2)}>\n"

    def link_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        address = str(tokens[idx].attrs.get("href", ""))
        if not _is_safe(address):
            return "<a>"
        rel = f' rel="{_REL}"' if _SCHEME.match(address) else ""
        return f'<a href="{escapeHtml(address)}"{rel}>'

    def table_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        # A wide table scrolls by itself on a phone, and has to be reached with the keyboard.
        label = _WORDS[env["language"]]["table"]
        return f'<div class="table-scroll" tabindex="0" role="group" aria-label="{label}"><table>\n'

    def table_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f'<th scope="col"{_alignment(tokens[idx])}>'

    def td_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<td{_alignment(tokens[idx])}>"

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return escapeHtml(tokens[idx].content)

    def html_block(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return escapeHtml(tokens[idx].content)

    html_inline = html_block


def _alignment(token: Token) -> str:
    # The style attribute that markdown-it writes is refused by our content security policy.
    style = str(token.attrs.get("style", ""))
    side = style.removeprefix("text-align:")
    return f' class="align-{side}"' if side in {"left", "center", "right"} else ""


def _within_a_sentence(name: str, before: Sequence[Token]) -> str:
    """``name`` with a small first letter, unless a sentence starts here or it is an acronym."""
    text = "".join(token.content or " " * (not token.nesting) for token in before)
    if _SENTENCE_ENDS.search(text) or name[1:2].isupper():
        return name
    return name[:1].lower() + name[1:]


_SENTENCE_ENDS: Final = re.compile(r"(?:^|[.!?…:][\"'”’»)]*)\s*[\"'“‘„«(]*$")
_SCHEME: Final = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_OTHER_SCHEME: Final = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.\-]*:|//)")
_REL: Final = "noopener noreferrer"


def _is_safe(address: str) -> bool:
    return bool(address) and bool(_SCHEME.match(address) or not _OTHER_SCHEME.match(address))


# --- The parser ----------------------------------------------------------------------------

_TERM: Final = re.compile(r"\[\[\s*([^\[\]|\n]{1,80}?)\s*(?:\|\s*([^\[\]|]{1,200}?)\s*)?\]\]")
_CITE: Final = re.compile(r"\[@\s*([^\[\],;\s]{1,80})\s*(?:,\s*([^\[\]@]{1,120}?)\s*)?\]")
_LABEL: Final = "{fictief}"
_BOX: Final = re.compile(r":::[ ]*([^\s]*)[ ]*(.*)")


def _term_rule(state: StateInline, silent: bool) -> bool:
    found = _TERM.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("term", "", 0)
        words = " ".join(found[2].split()) if found[2] else ""
        token.meta = {"slug": found[1], "words": words, "lines": found[0].count("\n")}
    state.pos = found.end()
    return True


def _cite_rule(state: StateInline, silent: bool) -> bool:
    found = _CITE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("cite", "", 0)
        locator = " ".join(found[2].split()) if found[2] else ""
        token.meta = {"slug": found[1], "locator": locator, "lines": found[0].count("\n")}
    state.pos = found.end()
    return True


def _label_rule(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith(_LABEL, state.pos, state.posMax):
        return False
    if not silent:
        state.push("fictional", "", 0)
    state.pos += len(_LABEL)
    return True


def _box_rule(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A ``:::`` block: from the first column, at the top level, until a line ``:::`` or the end.

    The container plugin of mdit-py-plugins breaks off with an IndexError on ``> ::: a\\n> ``.
    """
    first = _line(state, start_line)
    opening = _BOX.fullmatch(first) if first.startswith(":::") else None
    if opening is None or not opening[1]:
        return False
    if silent:
        return True  # It ends the paragraph or list above it.
    if state.level:
        return False
    last = start_line + 1
    while last < end_line and not re.fullmatch(r":::\s*", _line(state, last)):
        last += 1
    closed = last < end_line
    outer_parent, outer_end = state.parentType, state.lineMax
    state.parentType, state.lineMax = "box", last
    meta = {"kind": opening[1], "title": opening[2].strip(), "closed": closed}
    token = state.push("box_open", "div", 1)
    token.block, token.map, token.meta = True, [start_line, last], meta
    state.md.block.tokenize(state, start_line + 1, last)
    token = state.push("box_close", "div", -1)
    token.block, token.meta = True, meta
    state.parentType, state.lineMax = outer_parent, outer_end
    state.line = last + 1 if closed else last
    return True


def _line(state: StateBlock, number: int) -> str:
    """A line as it stands in the file, or nothing when it is inside a quotation or list."""
    start = state.bMarks[number]
    if start and state.src[start - 1] != "\n":
        return ""
    return state.src[start : state.eMarks[number]]


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
    # Indented code and underlined headings are made by accident; definitions of links hide text.
    parser.disable(["code", "lheading", "reference"])
    # Any address becomes a link, so that check() can report it and _Renderer can leave it out.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.block.ruler.before(
        "fence", "box", _box_rule, {"alt": ["paragraph", "blockquote", "list"]}
    )
    for name, rule in (("term", _term_rule), ("cite", _cite_rule), ("fictional", _label_rule)):
        parser.inline.ruler.before("link", name, rule)
    # Where running text may be interrupted by one of our own marks; '[' is one already.
    parser.inline.add_terminator_char("{")
    return parser


_PARSER: Final = _parser()

# --- The last line of defence --------------------------------------------------------------

_ALLOWED: Final = {
    **{tag: set() for tag in ("ul", "li", "blockquote", "em", "strong", "code", "pre", "br", "hr")},
    **{tag: set() for tag in ("table", "thead", "tbody", "tr")},
    **{tag: {"class"} for tag in ("p", "h2", "h3", "h4", "h5", "h6", "section", "td", "cite")},
    "a": {"href", "rel"},
    "button": {"type", "class", "popovertarget"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "ol": {"start"},
    "span": {"class", "popover", "id", "role"},
    "th": {"class", "scope"},
}

_VALUES: Final = {
    "class": re.compile(
        r"term|term-meaning|cite|fictional|fictional-note|tale|tale-title|side (?:agreement|client)"
        r"|side-label|side-title|note|note-title|table-scroll|align-(?:left|center|right)"
    ),
    "rel": re.compile(_REL),
    "type": re.compile("button"),
    "popover": re.compile("auto"),
    "popovertarget": re.compile(r"[a-z][a-z0-9-]*-[0-9]+"),
    "id": re.compile(r"[a-z][a-z0-9-]*-[0-9]+"),
    "role": re.compile("note|group"),
    "tabindex": re.compile("0"),
    "aria-label": re.compile("Tabel|Table"),
    "start": re.compile(r"[0-9]{1,9}"),
    "scope": re.compile("col"),
}


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return value if _is_safe(value) else None
    known = _VALUES.get(attribute)
    return value if known and known.fullmatch(value) else None


_CLEANER: Final = nh3.Cleaner(
    tags=set(_ALLOWED),
    attributes={tag: attributes for tag, attributes in _ALLOWED.items() if attributes},
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto"},
    link_rel=None,  # Ours stands on the links that leave the site only.
)
