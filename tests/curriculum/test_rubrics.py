"""Rubrics and phrases: each rule of their schema, in the words that an author reads."""

import json
from pathlib import Path

import pytest

from course.curriculum.edition import Edition, RubricEdition
from course.curriculum.loader import load
from course.curriculum.schema import ReflectStep
from tests.curriculum.examples import (
    FILES,
    LESSON,
    RUBRIC,
    problems,
    replaced,
    with_lesson,
    write,
)

# Written on the day of the first rubric. Never write it anew: it is what reflections were marked
# with, and has to stay readable.
FROZEN = Path(__file__).with_name("frozen_rubric.json")
FROZEN_HASH = "04e460aed7d37a3ea8c2d31116f26e9058c5f1e4975c9073a7ff2fe9822cc713"
SECOND = FILES[RUBRIC][FILES[RUBRIC].index("  - slug: weging\n") : FILES[RUBRIC].index("anchors:")]
ANCHOR = FILES[RUBRIC][FILES[RUBRIC].index("  - slug: het-gordijn\n") :]
MIDDLE = """\
      - title:
          nl: Benoemt
          en: Names
        text:
          nl: Wat je voelde.
          en: What you felt.
"""
Changes = dict[str, str | None]


def with_rubric(old: str, new: str) -> Changes:
    return replaced(RUBRIC, old, new)


@pytest.fixture
def edition(tmp_path: Path) -> RubricEdition:
    return load(write(tmp_path)).rubrics["kort"]


# --- Reading -------------------------------------------------------------------------------


def test_the_name_of_the_file_is_the_slug_of_the_rubric(edition: RubricEdition) -> None:
    assert edition.rubric.slug == "kort"


def test_levels_stand_from_the_lowest_to_the_highest(edition: RubricEdition) -> None:
    titles = [level.title.nl for level in edition.rubric.criterion("weging").levels]
    assert titles == ["Eén kant", "Beide kanten", "Afgewogen", "Met bron"]


def test_a_rubric_has_points_unless_it_says_otherwise(
    tmp_path: Path, edition: RubricEdition
) -> None:
    assert edition.rubric.points
    words = load(write(tmp_path, with_rubric("criteria:\n", "points: false\ncriteria:\n")))
    assert not words.rubrics["kort"].rubric.points


def test_there_is_no_criterion_by_an_unknown_name(edition: RubricEdition) -> None:
    with pytest.raises(KeyError):
        edition.rubric.criterion("weg")


def test_rubrics_stand_by_alphabet_and_may_be_absent(tmp_path: Path) -> None:
    without: Changes = {RUBRIC: None, **with_lesson("    rubric: kort\n", "")}
    assert not load(write(tmp_path / "none", without)).rubrics
    more: Changes = {"rubrics/aan-het-eind.yaml": FILES[RUBRIC]}
    assert list(load(write(tmp_path / "two", more)).rubrics) == ["aan-het-eind", "kort"]


def test_phrases_keep_their_order(tmp_path: Path) -> None:
    assert [phrase.slug for phrase in load(write(tmp_path)).phrases] == [
        "beide-kanten",
        "wie-wacht",
    ]


@pytest.mark.parametrize("model", ["starr", "korthagen", "gibbs", "dilemma"])
def test_a_reflection_follows_one_of_four_models_and_names_its_rubric(
    tmp_path: Path, model: str
) -> None:
    changes = with_lesson("model: starr", f"model: {model}")
    step = load(write(tmp_path, changes)).editions["eerste-les"].step("schrijven")
    assert isinstance(step, ReflectStep)
    assert (step.model, step.rubric) == (model, "kort")


# --- What was stored -----------------------------------------------------------------------


def test_a_rubric_can_be_stored_and_read_back(edition: RubricEdition) -> None:
    again = RubricEdition.parse(edition.dump())
    assert again == edition
    assert again.hash == edition.hash


def test_the_first_rubric_ever_is_still_read_with_the_same_hash() -> None:
    text = FROZEN.read_text(encoding="utf-8")
    edition = RubricEdition.parse(text)
    assert edition.dump() == text
    assert edition.hash == FROZEN_HASH


def test_the_hash_of_a_rubric_changes_with_its_words_and_its_anchors(
    tmp_path: Path, edition: RubricEdition
) -> None:
    for old, new in (("nl: Met bron", "nl: Met een bron"), ("weging: 3", "weging: 2")):
        changed = load(write(tmp_path, with_rubric(old, new))).rubrics["kort"]
        assert changed.hash != edition.hash


def test_a_lesson_names_its_rubric_and_does_not_hold_it(
    tmp_path: Path, edition: RubricEdition
) -> None:
    before = load(write(tmp_path)).editions["eerste-les"]
    after = load(write(tmp_path, with_rubric("nl: Met bron", "nl: Met een bron")))
    assert after.editions["eerste-les"].hash == before.hash
    assert json.loads(before.dump())["lesson"]["steps"][4]["rubric"] == "kort"
    assert Edition.parse(before.dump()) == before


# --- The rules, in words -------------------------------------------------------------------


def _times(part: str, old: str, names: str) -> str:
    """``part`` once for each letter, which then stands before ``old``."""
    return "".join(part.replace(old, f"{name}-{old}") for name in names)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            with_rubric("title:\n  nl: Kort\n", "slug: kort\ntitle:\n  nl: Kort\n"),
            "1: slug: the name of the file is the slug: remove this line",
        ),
        (
            with_rubric("          en: Names\n", ""),
            "24: criteria.0.levels.1.title.en: translation is missing: add an 'en' text",
        ),
        (
            with_rubric("nl: Met bron", "nl: Afgewogen met meer dan een enkele bron erbij"),
            "64: criteria.1.levels.3.title.nl: has 44 characters, at most 40 fit: shorten it",
        ),
        (
            with_rubric("nl: Met bron", "nl: afgewogen"),
            "36: criteria.1: two levels have the same title in 'nl': rename one",
        ),
        (
            with_rubric("en: With a source", "en: weighed"),
            "36: criteria.1: two levels have the same title in 'en': rename one",
        ),
        (
            with_rubric("nl: Met bron", "nl: 2"),
            "64: criteria.1.levels.3.title.nl: must be a text: put it between quotes, '2'",
        ),
        (
            with_rubric("nl: Wat woog je?", "nl: Wat zegt [[waakvlam]]?"),
            "41: criteria.1.ask.nl: '[[' would be shown as it is: write this in the .md file of a "
            "step",
        ),
        (
            with_rubric(MIDDLE, ""),
            "17: criteria.0.levels: has 2, needs at least 3: add 1",
        ),
        (
            with_rubric(MIDDLE, _times(MIDDLE, "Benoemt", "abcd")),
            "17: criteria.0.levels: has 6, at most 5 fit: remove 1",
        ),
        (
            with_rubric(SECOND, ""),
            "7: criteria: has 1, needs at least 2: add 1",
        ),
        (
            with_rubric("anchors:\n", _times(SECOND, "weging\n", "abcdef") + "anchors:\n"),
            "7: criteria: has 8, at most 7 fit: remove 1",
        ),
        (
            with_rubric("  - slug: weging\n", "  - slug: aandeel\n"),
            "1: file: two criteria have the same slug: rename one",
        ),
        (
            with_rubric("weight: 60", "weight: 50"),
            "1: file: the weights add up to 90: make it 100",
        ),
        (
            with_rubric("weight: 60", "weight: 0"),
            "43: criteria.1.weight: 0 is too low: write at least 1",
        ),
        (
            with_rubric("weight: 60", "weight: 101"),
            "43: criteria.1.weight: 101 is too high: write at most 100",
        ),
        (
            with_rubric("weight: 60", "weight: 60.5"),
            "43: criteria.1.weight: '60.5' is not a whole number: write digits, without quotes",
        ),
        (
            with_rubric("knockout: 1", "knockout: 0"),
            "8: criteria.0: knockout 0 must be from 1 to 2",
        ),
        (
            with_rubric("knockout: 1", "knockout: 3"),
            "8: criteria.0: knockout 3 must be from 1 to 2",
        ),
        (
            with_rubric("knockout: 1", "knockout: 5"),
            "16: criteria.0.knockout: 5 is too high: write at most 4",
        ),
        (
            with_rubric("criteria:\n", "points: no\ncriteria:\n"),
            "7: points: 'no' is neither true nor false: write one",
        ),
        (
            with_rubric("knockout: 1", "knock-out: 1"),
            "16: criteria.0.knock-out: unknown key: did you mean 'knockout'?",
        ),
        (
            with_rubric("      weging: 3\n", ""),
            "1: file: marks of anchor 'het-gordijn' must name each of aandeel, weging",
        ),
        (
            with_rubric("      weging: 3\n", "      wegen: 3\n"),
            "1: file: marks of anchor 'het-gordijn' must name each of aandeel, weging",
        ),
        (
            with_rubric("      weging: 3\n", "      weging: 4\n"),
            "1: file: anchor 'het-gordijn' has level 4 at 'weging', which goes to 3",
        ),
        (
            with_rubric("      weging: 3\n", "      weging: 5\n"),
            "79: anchors.0.marks.weging: 5 is too high: write at most 4",
        ),
        (
            with_rubric("      weging:\n        nl: Je woog.\n        en: You weighed.\n", ""),
            "1: file: reasons of anchor 'het-gordijn' must name each of aandeel, weging",
        ),
        (
            with_rubric("    overall:\n      nl: Ga zo door.\n      en: Go on like this.\n", ""),
            "70: anchors.0.overall: is missing: add 'overall'",
        ),
        (
            {RUBRIC: FILES[RUBRIC] + ANCHOR},
            "1: file: two anchors have the same slug: rename one",
        ),
        (
            {RUBRIC: FILES[RUBRIC] + _times(ANCHOR, "het-", "abcdef")},
            "69: anchors: has 7, at most 6 fit: remove 1",
        ),
        (
            {RUBRIC: "- a\n"},
            "1: file: holds no keys: write 'key: value' lines, as README.md tells",
        ),
    ],
)  # fmt: skip
def test_says_where_a_rubric_does_not_fit_and_what_to_do(
    tmp_path: Path, changes: Changes, expected: str
) -> None:
    assert problems(write(tmp_path, changes)) == [f"{RUBRIC}:{expected}"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"phrases.yaml": None}, "phrases.yaml:1: file: is missing: write it"),
        (
            replaced("phrases.yaml", "kind: question", "kind: praise"),
            "phrases.yaml:8: phrases.1.kind: 'praise' is not known: choose 'strength', 'question' "
            "or 'next'",
        ),
        (
            replaced("phrases.yaml", "    kind: question\n", ""),
            "phrases.yaml:7: phrases.1.kind: is missing: add 'kind'",
        ),
        (
            replaced("phrases.yaml", "slug: wie-wacht", "slug: beide-kanten"),
            "phrases.yaml:7: phrases.1.slug: 'beide-kanten' stands in this list twice: give each "
            "item a slug of its own",
        ),
        (
            replaced("phrases.yaml", "      en: Who is waiting?\n", ""),
            "phrases.yaml:9: phrases.1.text.en: translation is missing: add an 'en' text",
        ),
        (
            with_lesson("rubric: kort", "rubric: korst"),
            f"{LESSON}:269: steps.4.reflect.rubric: 'korst' is not in rubrics/: did you mean "
            "'kort'?",
        ),
        (
            with_lesson("rubric: kort", "rubric: Het kort"),
            f"{LESSON}:269: steps.4.reflect.rubric: 'Het kort' is not a slug: use 2 to 40 small "
            "letters, digits and hyphens, a letter first",
        ),
        (
            {"rubrics/Lang.yaml": FILES[RUBRIC]},
            "rubrics/Lang.yaml:1: file: is not a file of the course: name it as README.md tells, "
            "or remove it",
        ),
        (
            {"rubrics/kort/rubric.yaml": FILES[RUBRIC]},
            "rubrics/kort:1: folder: is not a folder of the course: lessons have theirs in "
            "lessons/",
        ),
    ],
)
def test_says_where_phrases_and_references_do_not_fit(
    tmp_path: Path, changes: Changes, expected: str
) -> None:
    assert problems(write(tmp_path, changes)) == [expected]
