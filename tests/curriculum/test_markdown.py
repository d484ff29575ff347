import re
import time
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from course.curriculum import markdown
from course.curriculum.schema import Seen, Source, Term, Texts


def term(slug: str, nl: str, en: str, *, name: bool = False) -> Term:
    return Term(
        slug=slug,
        term=Texts(nl=nl, en=en),
        meaning=Texts(nl="Een <b>betekenis</b>.", en='A "meaning" & more.'),
        name=name,
    )


TERMS = {
    "waakvlam": term("waakvlam", "Waakvlam", "Pilot light"),
    "avg": term("avg", "AVG", "GDPR"),
    "jeugdwet": term("jeugdwet", "Jeugdwet", "Youth Act", name=True),
}
SOURCES = {
    "cbs-2025": Source(slug="cbs-2025", short="CBS <2025>", full="CBS.", seen=Seen.PAGE),
}


def render(text: str, language: str = "nl") -> str:
    return markdown.render(text, language, terms=TERMS, sources=SOURCES, prefix="begrip-a").strip()


def check(text: str) -> list[str]:
    found = markdown.check(text, "a.md", terms=TERMS, sources=SOURCES)
    return [str(problem).removeprefix("a.md:") for problem in found]


# --- What comes out ------------------------------------------------------------------------


def test_a_term_is_a_button_that_opens_its_meaning_without_javascript() -> None:
    assert render("Een [[waakvlam|kleine vlam]].") == (
        '<p>Een <button type="button" class="term" popovertarget="begrip-a-1">kleine vlam</button>'
        '<span class="term-meaning" popover="auto" id="begrip-a-1" role="note">'
        "<strong>Waakvlam</strong> Een &lt;b&gt;betekenis&lt;/b&gt;.</span>.</p>"
    )


def test_the_ids_of_two_popovers_differ() -> None:
    html = render("[[waakvlam]] en [[waakvlam]] en\n\n- [[avg]]")
    assert re.findall(r' id="([^"]+)"', html) == ["begrip-a-1", "begrip-a-2", "begrip-a-3"]
    assert re.findall(r'popovertarget="([^"]+)"', html) == re.findall(r' id="([^"]+)"', html)


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("[[waakvlam]] is licht.", "nl", "Waakvlam"),
        ("Een [[waakvlam]].", "nl", "waakvlam"),
        ("Een [[ waakvlam ]].", "nl", "waakvlam"),
        ("A [[waakvlam]].", "en", "pilot light"),
        ("Klaar. [[waakvlam]] dus.", "nl", "Waakvlam"),
        ("Hij zei: “[[waakvlam]]”", "nl", "Waakvlam"),
        ("Een **[[waakvlam]]**.", "nl", "waakvlam"),
        ("Volgens de [[avg]].", "nl", "AVG"),
        ("Volgens de [[jeugdwet]].", "nl", "Jeugdwet"),
        ("The [[jeugdwet]].", "en", "Youth Act"),
        ("Een [[waakvlam|hele\nkleine <vlam>]].", "nl", "hele kleine &lt;vlam&gt;"),
    ],
)
def test_a_term_fits_its_sentence(text: str, language: str, shown: str) -> None:
    found = re.search(r"<button[^>]*>(.*?)</button>", render(text, language))
    assert found is not None
    assert found[1] == shown


def test_a_source_is_a_link_to_its_entry() -> None:
    assert render("Zo is het [@cbs-2025, p.\n21].") == (
        '<p>Zo is het <cite class="cite"><a href="#bron-cbs-2025">CBS &lt;2025&gt;, p. 21</a>'
        "</cite>.</p>"
    )


def test_a_scenario_figure_is_labelled_in_the_language_of_the_reader() -> None:
    assert render("48 {fictief}") == '<p>48 <span class="fictional">fictief</span></p>'
    assert render("48 {fictief}", "en") == '<p>48 <span class="fictional">fictional</span></p>'


def test_a_story_says_that_it_is_fictional() -> None:
    text = "::: case Dinsdag\n“Dag.”\n:::\n"
    assert render(text) == (
        '<section class="tale"><p class="fictional-note">Fictieve casus</p>'
        '<h2 class="tale-title">Dinsdag</h2>\n<p>“Dag.”</p>\n</section>'
    )
    assert '<p class="fictional-note">Fictional case</p>' in render(text, "en")


def test_both_sides_and_a_remark_have_their_own_look() -> None:
    text = "## Kop\n\n::: agreement Lijst\na\n:::\n\n::: client\nb\n:::\n\n::: note Let op\nc\n:::"
    assert render(text) == (
        "<h2>Kop</h2>\n"
        '<div class="side agreement"><p class="side-label">Wat voor de afspraak pleit</p>'
        '<h3 class="side-title">Lijst</h3>\n<p>a</p>\n</div>\n'
        '<div class="side client"><p class="side-label">Wat voor de cliënt pleit</p>\n'
        "<p>b</p>\n</div>\n"
        '<div class="note"><h3 class="note-title">Let op</h3>\n<p>c</p>\n</div>'
    )


def test_a_table_scrolls_by_itself_and_has_no_style_attribute() -> None:
    html = render("| a | b |\n|---|--:|\n| c | 1 |")
    assert html.startswith(
        '<div class="table-scroll" tabindex="0" role="group" aria-label="Tabel"><table>'
    )
    assert '<th scope="col" class="align-right">b</th>' in html
    assert '<td class="align-right">1</td>' in html
    assert "style" not in html


def test_a_link_that_leaves_the_site_says_so_to_the_browser() -> None:
    assert render("[x](https://a.nl/?b=1&c=2)") == (
        '<p><a href="https://a.nl/?b=1&amp;c=2" rel="noopener noreferrer">x</a></p>'
    )
    assert render("[x](/lessen/een)") == '<p><a href="/lessen/een">x</a></p>'
    assert render("<mailto:a@example.org>").startswith('<p><a href="mailto:a@example.org"')


def test_what_an_old_edition_no_longer_may_comes_out_as_words() -> None:
    text = (
        "# Kop\n\n[[weg]] [[oud|woord]] [@weg, p. 2] <b>x</b> ![plaatje](a.png) [j](javascript:x)"
    )
    assert render(text) == (
        "<h2>Kop</h2>\n<p>weg woord (weg, p. 2) &lt;b&gt;x&lt;/b&gt; plaatje <a>j</a></p>"
    )


def test_a_link_around_a_term_or_source_is_no_link() -> None:
    html = render("[een [[waakvlam]] en [@cbs-2025]](/a)")
    assert html.startswith("<p>[een <button")
    assert html.endswith("</cite>](/a)</p>")


# --- What is found -------------------------------------------------------------------------


def test_references_come_once_and_in_order_of_appearance() -> None:
    text = "[[b]] [@y] [[a|b]] [@x, p. 1]\n\n::: case T\n- [[b]] [@y]\n:::\n\n::: note\nx\n:::"
    assert markdown.linked_terms(text) == ("b", "a")
    assert markdown.cited(text) == ("y", "x")
    assert markdown.boxes(text) == ("case", "note")


def test_marks_can_be_escaped_and_shown_as_code() -> None:
    assert markdown.linked_terms(r"\[[a]] en `[[b]]`") == ()


def test_counts_the_words_that_a_reader_sees() -> None:
    text = "## Twee woorden\n\nEn [[waakvlam|nog drie]] meer [@cbs-2025, p. 1] – {fictief}.\n"
    assert markdown.words(text + "::: case Een titel\n**vet**ter\n:::") == 2 + 4 + 2 + 1


# --- What an author has to change ----------------------------------------------------------


def test_a_text_in_which_all_is_well_has_no_problems() -> None:
    text = (
        "## Kop\n\nEen [[waakvlam]] [@cbs-2025, p. 3] en 48 {fictief}.\n### Kop\n\n## Kop\n"
        "::: case Jayden, 19\n- “Dag.”\n:::\n\n::: agreement\na < b\n:::\n::: client X\n"
        "| a |\n|---|\n| [[waakvlam\\|w]] |\n:::\n---\n1. [x](https://a.nl) <https://b.nl> *c*\n"
    )
    assert check(text) == []


HTML = "html: HTML is not used: write Markdown, and spaces around a '<' sign"
LINK = (
    "link: is written [words](https://address), the address without spaces, the words without "
    "terms and sources"
)
ADDRESS = "link: only https:, http:, mailto: and addresses within the site can be linked"
FOOTNOTE = "footnote: footnotes are not used: write a [@source], or put it in the text"
BLOCK = (
    "block: a ::: block begins and ends on a line of its own, from the first column, and not "
    "inside a list or another block"
)
UNKNOWN = "is not in the glossary: did you mean 'waakvlam'?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1: text: is empty: write the text of the step"]),
        ("x\n\n# Kop", ["3: heading: the page has its title already: start with '##'"]),
        ("### Kop", ["1: heading: skips a level: write '##', not '###'"]),
        ("## A\n\n#### B", ["3: heading: skips a level: write '###', not '####'"]),
        (
            "::: note\n## A\n:::",
            ["2: heading: has no place in a ::: block: use the title of the block"],
        ),
        (
            "a\nb [[waakvlm]]",
            [f"2: term: [[waakvlm]] {UNKNOWN}"],
        ),
        ("[[Waakvlam]]", [f"1: term: [[Waakvlam]] {UNKNOWN}"]),
        ("[[zzz]]", ["1: term: [[zzz]] is not in the glossary: add it to glossary.yaml"]),
        ("[@zzz]", ["1: source: [@zzz] is not among the sources: add it to sources.yaml"]),
        (
            "[@cbs2025]",
            ["1: source: [@cbs2025] is not among the sources: did you mean 'cbs-2025'?"],
        ),
        ("[x [[waakvlam]]](/a)", [f"1: {LINK}"]),
        ("[x [@cbs-2025]](/a)", [f"1: {LINK}"]),
        (
            "## De [[waakvlam]]",
            ["1: term: [[waakvlam]] stands in a heading: link it in the text below"],
        ),
        (
            "## De [@cbs-2025]",
            ["1: source: [@cbs-2025] stands in a heading: put it in the text below"],
        ),
        (
            "a [[waakvlam|x",
            ["1: term: is written [[slug]] or [[slug|words]], or in a table [[slug\\|words]]"],
        ),
        (
            "[@cbs-2025; @cbs-2025]",
            ["1: source: is written [@slug] or [@slug, p. 21], each between its own brackets"],
        ),
        ("48 {fictional}", ["1: label: is written {fictief}, in both languages"]),
        ("48 { fictief }", ["1: label: is written {fictief}, in both languages"]),
        (
            "x[^1]\n\n[^1]: y",
            [f"1: {FOOTNOTE}", f"3: {FOOTNOTE}", f"3: {LINK}"],
        ),
        (
            "x\n\n::: casus T\ny\n:::",
            [
                "3: block: ':::' is followed by 'casus': choose one of case, agreement, client, "
                "note: did you mean 'case'?"
            ],
        ),
        ("::: note\nx\n", ["1: block: is never closed: end it with a line ':::'"]),
        (
            "::: note De [[waakvlam]]\nx\n:::",
            [
                "1: block: a title is plain text: move terms, sources, labels and marks into the "
                "block"
            ],
        ),
        (
            "::: case\nx\n::: note\ny\n:::\n:::",
            [
                f"3: {BLOCK}",
                f"6: {BLOCK}",
            ],
        ),
        (
            "- ::: note\n  x\n  :::",
            [
                f"1: {BLOCK}",
                f"3: {BLOCK}",
            ],
        ),
        ("a <b>b</b>", [f"1: {HTML}"]),
        (
            "<script>x</script>",
            [f"1: {HTML}"],
        ),
        ("a\n<!-- b -->", [f"2: {HTML}"]),
        ("![a](b.png)", ["1: image: images are not used: describe it in the text"]),
        ("```\na\n```", ["1: code: code blocks are not used: remove the ``` or ~~~ lines"]),
        (
            "[a](javascript:b)",
            [f"1: {ADDRESS}"],
        ),
        (
            "[a](//evil.example)",
            [f"1: {ADDRESS}"],
        ),
        (
            "[a](b c)",
            [f"1: {LINK}"],
        ),
        (
            "een ** vet ** woord",
            ["1: bold: stars that make nothing bold: put them directly around the words"],
        ),
    ],
)  # fmt: skip
def test_says_what_to_change_and_on_which_line(text: str, expected: list[str]) -> None:
    assert check(text) == expected


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Een [[waakvlam]].", "[["),
        ("Zie [@cbs-2025].", "[@"),
        ("48 {fictief}", "{fictief}"),
        ("[x](https://a.nl)", "]("),
        ("een **woord**", "**"),
        ("::: note", ":::"),
        ("een <b>woord</b>", "<b"),
        ("a < b, 3 * 4 [sic] {x} (y)", None),
        ("Doe *niets*", None),
    ],
)
def test_finds_markdown_where_text_is_shown_as_it_is(text: str, mark: str | None) -> None:
    assert markdown.markup_in(text) == mark


# --- Nothing comes alive -------------------------------------------------------------------

PAYLOADS = [
    "<script>hit()</script>",
    "<img src=x onerror=hit()>",
    "<svg/onload=hit()>",
    "<iframe srcdoc='<script>hit()</script>'></iframe>",
    "[x](javascript:hit())",
    "[x](JaVaScRiPt&colon;hit())",
    "[x](data:text/html;base64,PHNjcmlwdD5oaXQoKTwvc2NyaXB0Pg==)",
    "[x](vbscript:hit())",
    "<javascript:hit()>",
    '[x](https://a.nl/"onmouseover="hit())',
    "![x](x\"onerror=\"hit())",
    "[[waakvlam|<img src=x onerror=hit()>]]",
    '[[waakvlam|" onclick="hit()]]',
    "[@cbs-2025, <script>hit()</script>]",
    "::: case <script>hit()</script>\nx\n:::",
    '::: case"onclick="hit()\nx\n:::',
    "<details open ontoggle=hit()>",
    "<a href='java\nscript:hit()'>x</a>",
    "<math><mtext></p><style><!--</style><img src onerror=hit()>",
    "<form action=javascript:hit()><button>x",
    "</p><button popovertarget=x onclick=hit()>",
    "| <script>hit()</script> |\n|---|\n| <img src=x onerror=hit()> |",
    "`<script>hit()</script>`",
    "```<script>\nhit()\n```",
    "&lt;script&gt;hit()&lt;/script&gt;",
    "<style>@import 'javascript:hit()'</style>",
]  # fmt: skip

DEAD = {
    "p", "ul", "ol", "li", "blockquote", "em", "strong", "code", "pre", "br", "hr", "table",
    "thead", "tbody", "tr", "th", "td", "section", "div", "span", "button", "cite", "a",
    "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
ATTRIBUTES = {
    "class", "href", "rel", "type", "popovertarget", "popover", "id", "role", "tabindex",
    "aria-label", "start", "scope",
}  # fmt: skip


# With a harmless scheme, or with none and on this site.
HARMLESS = re.compile(r"https?://|mailto:|(?![^:/?#][^:/?#]*:|[\s/\\]*[/\\]{2})")


def live(html: str) -> Iterator[str]:
    """What a browser could run, or follow to something that runs, in a parsed fragment."""
    fragment: Element = html5lib.parseFragment(html, namespaceHTMLElements=False)
    for node in fragment.iter():
        if node is fragment:
            continue
        if node.tag not in DEAD:
            yield str(node.tag)
        for name, value in node.attrib.items():
            if name not in ATTRIBUTES:
                yield f"{node.tag} {name}"
            if name == "href" and not HARMLESS.match(value):
                yield value
        if node.tag == "button" and node.get("type") != "button":
            yield "a button that submits"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_comes_alive(payload: str) -> None:
    assert list(live(render(payload))) == []


def test_the_test_sees_what_is_alive() -> None:
    assert list(live("<p onclick=x><script>hit()</script><a href='javascript:x'>"))
    for address in ("javascript:x", " java&Tab;script:x", "data:,x", "//x.org", "/\\x.org"):
        assert list(live(f"<a href='{address}'>")), address
    for address in ("https://x.org", "mailto:a@x.org", "#bron-a", "/help", "a-b?c=d:e", ":::", ""):
        assert not list(live(f"<a href='{address}'>")), address


def test_a_meaning_and_a_source_cannot_bring_html_either() -> None:
    evil = Texts(nl="<script>hit()</script>", en="x")
    terms = {"a": Term(slug="ab", term=evil, meaning=evil)}
    sources = {
        "b": Source(slug="bc", short="<script>hit()</script>", full="x", seen=Seen.PAGE),
    }
    html = markdown.render("[[a]] [@b]", "nl", terms=terms, sources=sources, prefix="p")
    assert list(live(html)) == []


class CleansNothing:
    def clean(self, html: str) -> str:
        return html


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_first_line_of_defence_holds_alone(
    payload: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markdown, "_CLEANER", CleansNothing())
    assert list(live(render(payload))) == []


def test_the_last_line_of_defence_holds_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def let_through(tokens: list[Token], idx: int, options: object, env: object) -> str:
        return tokens[idx].content

    renderer = markdown._PARSER.renderer
    assert isinstance(renderer, RendererHTML)
    monkeypatch.setitem(renderer.rules, "text", let_through)
    raw = (
        '<b class="evil" onclick="x">a</b><script>x</script><button type="submit" name="a">b'
        '</button><span id="csrf_token">c</span><a href="javascript:x" rel="opener">d</a>'
        '<a href="//evil.example">e</a><img src="x"><em role="alert" style="color:red">f</em>'
    )
    assert render(raw) == ("<p>a<button>b</button><span>c</span><a>d</a><a>e</a><em>f</em></p>")


MARKDOWNISH = st.lists(
    st.sampled_from(
        ["[[", "]]", "|", "[@", "]", "[", "](", ")", "::: case", ":::", "\n", "\n\n", "> ", "- ",
         "  ", "{fictief}", "waakvlam", "cbs-2025",
         "**", "*", "`", "```", "#", "## ", "<", ">", "<b>",
         "|---|", "1. ", "\\", "!", "&", "&lt;", "http://a", "javascript:", "\"", "'", "é", "12"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(MARKDOWNISH | st.text(max_size=80))
@settings(deadline=2000)
def test_any_text_gives_dead_html_and_problems(text: str) -> None:
    assert list(live(render(text))) == []
    assert all(problem.line >= 1 for problem in markdown.check(text, "a", terms={}, sources={}))
    markdown.linked_terms(text)
    markdown.words(text)


@given(MARKDOWNISH)
def test_what_has_no_problems_shows_no_marks(text: str) -> None:
    if not check(text):
        html = re.sub(r"<code>.*?</code>", " ", render(text), flags=re.DOTALL)
        words = re.sub(r"<[^>]*>", " ", html)
        assert not any(mark in words for mark in ("[[", "[@", ":::", "{fictief}", "**"))


@pytest.mark.parametrize(
    "text",
    ["[" * 20_000, "![[" * 6_600, "*a " * 6_600, "`" * 20_000, "> " * 10_000, "- " * 10_000,
     "[[a|" * 5_000, "[@a," * 5_000, "_*" * 10_000, "|a" * 9_000 + "\n" + "|-" * 9_000,
     "::: a\n" * 3_000, "<a " * 6_600, "[a](b" * 4_000],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    begun = time.process_time()
    render(text)
    check(text[: markdown.MAX_CHARACTERS])
    assert time.process_time() - begun < 5  # seconds of processor time; usually 0.3
