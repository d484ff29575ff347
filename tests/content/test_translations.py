"""The interface speaks Dutch everywhere: the catalogue holds every text, and nothing else."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import ExtractMessages
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted((ROOT / "course").glob("**/templates/**/*.html"))
DUTCH = ROOT / "course" / "translations" / "nl" / "LC_MESSAGES" / "messages.po"
# %(name)s is filled in by Python, {name} by our scripts; a single % would be an error.
PLACEHOLDER = re.compile(r"%(?:\(\w+\)[a-z]|%)?|\{\w+\}")
# The same word in both languages, a name, or a key on the keyboard.
NEEDS_NO_TRANSLATION = {
    *("Weegschaal", "STARR", "Korthagen"),
    *("NL", "EN", "English", "Nederlands"),
    *("Page", "Up", "Down"),  # as it stands on keys
    *("min", "join", "d", "n", "p", "s", "t"),
}


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Every text of the code and the templates, collected as ``make translations`` does."""
    collected = tmp_path_factory.mktemp("texts") / "messages.pot"
    command = ExtractMessages()
    command.mapping_file = str(ROOT / "pyproject.toml")
    command.keywords = "_ _l _n:1,2 _p:1c,2"
    command.input_paths = [str(ROOT)]
    command.output_file = str(collected)
    command.ensure_finalized()
    command.run()
    return read(collected)


@pytest.fixture(scope="module")
def dutch() -> Catalog:
    """The Dutch catalogue."""
    return read(DUTCH)


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="nl")


def entries(catalogue: Catalog) -> list[Message]:
    """All entries but the first, which is the header."""
    return [message for message in catalogue if message.id]


def forms(texts: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """The text, or the texts for one and for more."""
    return tuple(texts) if isinstance(texts, list | tuple) else (texts or "",)


def keys(catalogue: Catalog) -> set[tuple[str, ...]]:
    return {forms(message.id) for message in entries(catalogue)}


def places(message: Message) -> str:
    return ", ".join(sorted({path for path, _line in message.locations}))


def test_every_text_of_code_and_templates_is_in_the_catalogue(
    used: Catalog, dutch: Catalog
) -> None:
    known = keys(dutch)
    missing = {m.id: places(m) for m in entries(used) if forms(m.id) not in known}
    assert missing == {}, "run `make translations` and translate what is new"


def test_texts_are_collected_from_code_and_from_templates(used: Catalog) -> None:
    collected = keys(used)
    assert ("Fill in your name.",) in collected
    assert ("Skip to content",) in collected
    assert ("%(count)s word", "%(count)s words") in collected


def test_the_catalogue_keeps_no_text_that_nobody_uses(used: Catalog, dutch: Catalog) -> None:
    assert keys(dutch) - keys(used) == set()
    assert list(dutch.obsolete) == []


def test_every_text_has_dutch_for_one_and_for_more(dutch: Catalog) -> None:
    untranslated = {
        message.id: places(message)
        for message in entries(dutch)
        if len(forms(message.string)) != len(forms(message.id))
        or not all(text.strip() for text in forms(message.string))
    }
    assert untranslated == {}


def test_no_translation_is_a_guess(dutch: Catalog) -> None:
    assert [message.id for message in entries(dutch) if message.fuzzy] == []


def test_a_translation_fills_in_what_its_text_fills_in(dutch: Catalog) -> None:
    different = [
        (text, translation)
        for message in entries(dutch)
        for text, translation in zip(forms(message.id), forms(message.string), strict=False)
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(translation))
    ]
    assert different == []


def test_no_text_can_break_the_page_it_stands_on(dutch: Catalog) -> None:
    # Templates do not escape a translated text, and some stand in an attribute.
    risky = [
        text
        for message in entries(dutch)
        for text in (*forms(message.id), *forms(message.string))
        if re.search('["<>&]', text)
    ]
    assert risky == []


def test_the_compiled_catalogue_is_what_the_text_compiles_to(dutch: Catalog) -> None:
    compiled = BytesIO()
    write_mo(compiled, dutch)
    assert DUTCH.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run `make translations`"


@pytest.mark.parametrize(
    "template", TEMPLATES, ids=[str(path.relative_to(ROOT / "course")) for path in TEMPLATES]
)
def test_every_word_of_a_template_can_be_translated(template: Path) -> None:
    assert sorted(set(bare_words(template.read_text(encoding="utf-8")))) == []


def bare_words(source: str) -> Iterator[str]:
    """The words that a reader gets, on the page or in a label, outside a ``trans`` block."""
    text = re.sub(r"{#.*?#}|{% *trans\b.*?endtrans *%}", " ", source, flags=re.DOTALL)
    text = re.sub(r"{%.*?%}|{{.*?}}", " ", text, flags=re.DOTALL)
    # Keys are called what stands on them.
    text = re.sub(r"<kbd\b[^>]*>[^<]*</kbd>", " ", text)
    labels = re.findall(r'\b(?:aria-label|title|alt|placeholder|data-[\w-]+-text)="([^"]*)"', text)
    # Attributes go by themselves too: a macro may write some outside any tag.
    page = re.sub(r'[\w-]+="[^"]*"', " ", text)
    page = re.sub(r"<[^>]*>", " ", page)
    for part in (page, *labels):
        words = re.findall(r"[^\W\d_]+", part)
        yield from (word for word in words if word not in NEEDS_NO_TRANSLATION)
