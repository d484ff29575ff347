"""The rubrics and phrases that we ship: fair to who writes, and usable by who marks."""

from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest

from course.curriculum.edition import Library, RubricEdition
from course.curriculum.loader import load
from course.curriculum.rubrics import Anchor, RubricFile
from course.curriculum.schema import ReflectStep, Texts
from course.domain.grades import Criterion, Grade, Rubric, Scheme, grade_rubric
from course.domain.words import count_words

ROOT: Final = Path(__file__).parents[2] / "content"
RUBRICS: Final = ("dilemma-reflectie", "eindstuk", "korte-reflectie")
STEPS: Final = {  # of each model, by words that stand in the headings
    "starr": ("Situatie", "Taak", "Actie", "Resultaat", "Reflectie"),
    "korthagen": ("Handelen", "Terugblikken", "Bewust", "Alternatieven", "Uitproberen"),
    "gibbs": ("Beschrijving", "Gevoelens", "Evaluatie", "Analyse", "Conclusie", "Actieplan"),
    "dilemma": ("Situatie", "Feit", "Mogelijkheden", "Waarden", "Rangorde", "Besluit"),
}


@pytest.fixture(scope="module")
def library() -> Library:
    return load(ROOT)


@pytest.fixture(params=RUBRICS)
def rubric(request: pytest.FixtureRequest, library: Library) -> RubricFile:
    return library.rubrics[request.param].rubric


def graded(rubric: RubricFile, levels: dict[str, int]) -> Grade:
    """By the usual scheme: from 1 to 10, with the cut at 55 %; also of a rubric without points."""
    rules = Rubric(
        tuple(
            Criterion(
                slug=criterion.slug,
                highest=len(criterion.levels) - 1,
                weight=Fraction(criterion.weight),
                knockout_level=criterion.knockout,
            )
            for criterion in rubric.criteria
        )
    )
    return grade_rubric(rules, levels, Scheme())


def grade_of(rubric: RubricFile, anchor: Anchor) -> float:
    exact = graded(rubric, dict(anchor.marks)).exact
    assert exact is not None
    return float(exact)


def texts_of(rubric: RubricFile) -> list[Texts]:
    levels = [level for criterion in rubric.criteria for level in criterion.levels]
    reasons = [reason for anchor in rubric.anchors for reason in anchor.reasons.values()]
    return [
        rubric.about,
        *(criterion.ask for criterion in rubric.criteria),
        *(level.text for level in levels),
        *reasons,
        *(text for anchor in rubric.anchors for text in (anchor.text, anchor.overall)),
    ]


def test_there_are_three_rubrics_of_which_one_has_no_points(library: Library) -> None:
    assert tuple(library.rubrics) == RUBRICS
    assert {slug: found.rubric.points for slug, found in library.rubrics.items()} == {
        "dilemma-reflectie": False,
        "eindstuk": True,
        "korte-reflectie": True,
    }


def test_each_reflection_has_a_rubric_and_dilemmas_have_theirs(library: Library) -> None:
    steps = [step for edition in library.editions.values() for step in edition.lesson.steps]
    for step in steps:
        if isinstance(step, ReflectStep):
            expected = "dilemma-reflectie" if step.model == "dilemma" else "korte-reflectie"
            assert step.rubric == expected, step.slug


def test_each_reflection_asks_the_steps_of_its_model_in_their_order(library: Library) -> None:
    steps = [step for edition in library.editions.values() for step in edition.lesson.steps]
    for step in steps:
        if isinstance(step, ReflectStep):
            headings = [prompt.heading.nl for prompt in step.scaffold]
            assert len(headings) == len(STEPS[step.model]), step.slug
            for word, heading in zip(STEPS[step.model], headings, strict=True):
                assert word in heading, step.slug


def test_the_highest_level_is_never_needed_to_pass(rubric: RubricFile) -> None:
    below = {criterion.slug: len(criterion.levels) - 2 for criterion in rubric.criteria}
    grade = graded(rubric, below)
    assert grade.passed
    assert grade.knocked_out == ()


def test_the_second_level_everywhere_is_not_enough(rubric: RubricFile) -> None:
    assert not graded(rubric, {criterion.slug: 1 for criterion in rubric.criteria}).passed


def test_only_letting_one_side_speak_in_a_final_piece_is_knocked_out(library: Library) -> None:
    rubric = library.rubrics["eindstuk"].rubric
    best = {criterion.slug: len(criterion.levels) - 1 for criterion in rubric.criteria}
    assert graded(rubric, {**best, "weging": 0}).knocked_out == ("weging",)
    assert [one.slug for one in rubric.criteria if one.knockout is not None] == ["weging"]


def test_a_level_fits_on_a_button(rubric: RubricFile) -> None:
    for criterion in rubric.criteria:
        for level in criterion.levels:
            for title in (level.title.nl, level.title.en):
                assert count_words(title) <= 4, title


def test_the_first_anchor_stands_at_the_cut_and_the_second_is_strong(rubric: RubricFile) -> None:
    at_the_cut, strong = rubric.anchors
    assert 5.0 <= grade_of(rubric, at_the_cut) <= 6.0
    assert 7.5 <= grade_of(rubric, strong) < 9.5
    assert not any(
        level == 0 for anchor in rubric.anchors for level in anchor.marks.values()
    )  # Both are honest attempts.


def test_anchors_use_enough_levels_to_calibrate_by(rubric: RubricFile) -> None:
    assert len({level for anchor in rubric.anchors for level in anchor.marks.values()}) == 3


def test_an_anchor_is_as_long_as_what_students_write(rubric: RubricFile) -> None:
    for anchor in rubric.anchors:
        assert 250 <= count_words(anchor.text.nl) <= 450, anchor.slug
        assert 250 <= count_words(anchor.text.en) <= 480, anchor.slug
        paragraphs = [text.count("\n\n") + 1 for text in (anchor.text.nl, anchor.text.en)]
        assert paragraphs[0] == paragraphs[1] >= 4, anchor.slug


def test_both_languages_of_a_rubric_are_about_equally_long(rubric: RubricFile) -> None:
    for text in texts_of(rubric):
        assert 0.7 < len(text.nl) / len(text.en) < 1.45, text.nl


def test_a_rubric_can_be_stored_and_read_back(rubric: RubricFile) -> None:
    edition = RubricEdition(rubric=rubric)
    assert RubricEdition.parse(edition.dump()) == edition


def test_there_are_twenty_phrases_of_each_kind(library: Library) -> None:
    kinds = Counter(phrase.kind for phrase in library.phrases)
    assert kinds == {"strength": 20, "question": 20, "next": 20}


def test_no_two_phrases_say_the_same(library: Library) -> None:
    for language in ("nl", "en"):
        said = {phrase.text[language].casefold() for phrase in library.phrases}
        assert len(said) == len(library.phrases)


def test_a_question_asks_and_nothing_shouts(library: Library) -> None:
    for phrase in library.phrases:
        for text in (phrase.text.nl, phrase.text.en):
            assert ("?" in text) or phrase.kind != "question", phrase.slug
            assert "!" not in text, phrase.slug
            assert 8 <= count_words(text) <= 36, phrase.slug
