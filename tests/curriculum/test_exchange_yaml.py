"""An imported quiz as a file of the content: as the house writes it, and telling what it is."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.curriculum.exchange import formats, intake
from course.curriculum.loader import load
from course.curriculum.positions import ContentErrors
from course.curriculum.quizzes import QuizFile
from tests.curriculum.examples import FILES
from tests.curriculum.exchanged import both, item, option, quiz, read

FIRST_LINE = (
    "Waarvoor een organisatie betaald wordt, bepaalt mee wat er op een dag gebeurt, dus: zo gaat"
)


def imported(text: str, format: str = "gift") -> QuizFile:
    """A quiz of a file."""
    return formats.quiz_of(read(text, format), slug="mijn-toets", module=2, language="nl")


def written(whole: QuizFile) -> str:
    """The file of a quiz."""
    return formats.as_yaml(whole, origin="vragen.gift", language="nl")


def test_a_file_is_written_as_the_house_writes() -> None:
    text = written(
        imported(
            f"::Eerst::{FIRST_LINE} dat {{T#Nee.####Zo: ja.}}\n\n::Tel::Hoeveel? {{#3.50:0.1}}"
        )
    )
    assert (
        text
        == f"""\
# Imported from vragen.gift. All 7 texts are in Dutch, also where the
# English ones belong: those still have to be translated. Write what is missing in place of
# 'Nog te schrijven.', and give figures their sources. Then remove these lines.
module: 2
title:
  nl: Mijn toets
  en: Mijn toets
summary:
  nl: Nog te schrijven.
  en: Nog te schrijven.
minutes: 4
items:
  - slug: eerst
    type: true-false
    prompt:
      nl: >-
        {FIRST_LINE}
        dat
      en: >-
        {FIRST_LINE}
        dat
    right: true
    feedback:
      nl: Nee.
      en: Nee.
    explanation:
      nl: 'Zo: ja.'
      en: 'Zo: ja.'

  - slug: tel
    type: number
    prompt:
      nl: Hoeveel?
      en: Hoeveel?
    expected: 3.50
    tolerance: 0.1
    explanation:
      nl: Nog te schrijven.
      en: Nog te schrijven.
"""
    )


def test_an_imported_file_can_be_loaded(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "quizzes").mkdir()
    whole = imported("::Eerst::Vraag {T#Nee.####Zo.}")
    (tmp_path / "quizzes" / "mijn-toets.yaml").write_text(written(whole), encoding="utf-8")
    assert load(tmp_path).quizzes["mijn-toets"].quiz == whole


def test_figures_without_a_source_are_named_and_left_to_the_check() -> None:
    whole = imported(
        "::Veel::In 2024 waren het er veel. {}\n\n::Tel::Hoeveel? {#12}\n\n::Goed::Ja? {}"
    )
    assert not any(found.fictional or found.sources for found in whole.items)
    assert [str(remark) for remark in formats.without_source(whole)] == [
        f"item {slug!r}: {figure!r} has no source: give this item 'sources:', or 'fictional: true' "
        "when it is invented"
        for slug, figure in (("veel", "2024"), ("tel", "12"))
    ]


def test_a_category_gives_the_title_and_a_guess_gives_the_minutes() -> None:
    whole = imported("$CATEGORY: Boven/Toets één\n\nEen? {}\n\nTwee? {}")
    assert (whole.title.nl, whole.minutes) == ("Toets één", 4)


def test_more_items_than_fit_are_refused() -> None:
    many = "\n\n".join(f"Vraag {place}? {{}}" for place in range(61))
    with pytest.raises(formats.NotTaken, match="holds 61 items, at most 60 fit: split it"):
        imported(many)


def test_more_text_than_a_file_holds_is_refused() -> None:
    many = "\n\n".join(f"Vraag {place} {'woord ' * 900}? {{}}" for place in range(40))
    with pytest.raises(formats.NotTaken, match="becomes larger than 256 KB: split it"):
        written(imported(many))


AWKWARD = st.text(
    alphabet="ab :#-'\"{}[]&*!|>%@`,?~0123.é\\=\u00a0\U0001f600", min_size=1, max_size=120
)


def _is_text(text: str) -> bool:
    try:
        quiz(item("essay", prompt=both(text)))
    except ValueError:
        return False
    return bool(text.strip(" ")) and not text.startswith(" ") and not text.endswith(" ")


@settings(max_examples=150)
@given(st.lists(AWKWARD.filter(_is_text), min_size=3, max_size=3))
def test_every_text_comes_back_from_its_file(texts: list[str]) -> None:
    asked, chosen, other = texts
    options = [option("o1", chosen, right=True, feedback=other), option("o2", other)]
    whole = quiz(item("single", prompt=both(asked), options=options))
    written(whole)  # reads back what it wrote, and fails when that is something else


@pytest.mark.parametrize(
    "text", ["no", "12", "1.50", "true", "null", "~", "12:30", "2026-05-01", "- a"]
)
def test_a_text_that_looks_like_something_else_is_a_text(text: str) -> None:
    assert written(quiz(item("essay", prompt=both(text))))


def test_a_name_of_a_file_cannot_end_the_comment() -> None:
    whole = quiz(item("essay"))
    text = formats.as_yaml(whole, origin="a\nitems: []\n.gift", language="en")
    assert text.startswith("# Imported from aitems: [].gift. All 4 texts are in English, also")


# --- Slugs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Wie telt mee?", "wie-telt-mee"),
        ("Één café", "een-cafe"),
        ("2 vragen", "item-2-vragen"),
        ("???", "item"),
        ("a", "item-a"),
        ("Ω", "item"),
        ("al-een-slug", "al-een-slug"),
        ("x" * 60, "x" * 36),
        ("Waarvoor een organisatie betaald wordt", "waarvoor-een-organisatie-betaald"),
    ],
)
def test_a_slug_has_small_letters_digits_and_hyphens(text: str, slug: str) -> None:
    assert intake.slug_of(text, [], "item") == slug


@given(st.lists(st.text(max_size=60), max_size=8))
def test_slugs_are_slugs_and_all_different(texts: list[str]) -> None:
    slugs = intake.slugs_of(texts, "item")
    assert all(intake.SLUG.fullmatch(slug) for slug in slugs)
    assert len(set(slugs)) == len(texts)


@given(st.lists(st.text(max_size=60), min_size=3, max_size=8))
def test_the_slugs_of_an_order_give_nothing_away(texts: list[str]) -> None:
    slugs = intake.unsorted_slugs_of(texts, "item")
    assert slugs != sorted(slugs)
    assert all(intake.SLUG.fullmatch(slug) for slug in slugs)
    assert len(set(slugs)) == len(texts)


# --- Formats ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "format"),
    [
        ("vragen.txt", b"::Een::", "gift"),
        ("vragen.gift", b"", "gift"),
        ("vragen.xml", b"", "moodle"),
        ("vragen", b"\xef\xbb\xbf <?xml version='1.0'?><quiz>", "moodle"),
        ("vragen", b"<qti-assessment-item>", "qti"),
        ("vragen.txt", b"PK\x03\x04", "qti"),
        ("vragen.zip", b"", "qti"),
    ],
)
def test_a_file_tells_its_format(name: str, data: bytes, format: str) -> None:
    assert formats.guessed(name, data) == format


def test_the_check_refuses_a_figure_that_came_without_a_source(
    tmp_path: Path,
) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "quizzes").mkdir()
    text = written(imported("Hoeveel? {#12}"))
    (tmp_path / "quizzes" / "mijn-toets.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentErrors, match="'12' has no source"):
        load(tmp_path)
