"""The content that we ship: it loads, quickly, and each page is whole in both languages."""

import re
from pathlib import Path

import pytest

from course.curriculum.edition import Edition, Library
from course.curriculum.library import load_once
from course.curriculum.schema import (
    CaseStep,
    QuestionStep,
    ReflectStep,
    ScaleStep,
    WeighAgainStep,
)

ROOT = Path(__file__).parents[2] / "content"


@pytest.fixture(scope="module")
def library() -> Library:
    return load_once(ROOT)


LESSONS = (
    "waarom-eropaf",
    "vinden-en-vertrouwen",
    "als-de-meetlat-stuurt",
    "afsluiten-of-loslaten",
    "waarden-en-wet",
    "in-gesprek-met-je-leidinggevende",
    "van-werkvloer-naar-beleid",
)


@pytest.fixture(params=LESSONS)
def edition(request: pytest.FixtureRequest, library: Library) -> Edition:
    found = library.current(request.param)
    assert found is not None
    return found


def test_the_course_has_nine_modules_of_which_seven_are_written(library: Library) -> None:
    assert [module.number for module in library.course.modules] == list(range(1, 10))
    assert tuple(library.editions) == LESSONS


def test_each_case_belongs_to_one_lesson_that_weighs_again_and_reflects_on_it(
    library: Library,
) -> None:
    played = [
        (step.case, edition.lesson)
        for edition in library.editions.values()
        for step in edition.lesson.steps
        if isinstance(step, CaseStep)
    ]
    assert sorted(slug for slug, _lesson in played) == sorted(library.cases)
    for slug, lesson in played:
        steps = list(lesson.steps)
        at = next(place for place, step in enumerate(steps) if getattr(step, "case", "") == slug)
        assert any(isinstance(step, WeighAgainStep) for step in steps[at:]), slug
        assert any(
            isinstance(step, ReflectStep) and steps[at].slug in step.beside for step in steps[at:]
        ), slug


def test_the_lessons_hold_what_was_promised(library: Library) -> None:
    steps = [step for edition in library.editions.values() for step in edition.lesson.steps]
    assert sum(isinstance(step, ScaleStep) for step in steps) >= 2
    questions = sum(len(step.questions) for step in steps if isinstance(step, QuestionStep))
    assert questions >= 8
    models = {step.model for step in steps if isinstance(step, ReflectStep)}
    assert models == {"starr", "korthagen", "gibbs", "dilemma"}


def test_every_question_type_is_used(library: Library) -> None:
    steps = [step for edition in library.editions.values() for step in edition.lesson.steps]
    types = {
        question.type
        for step in steps
        if isinstance(step, QuestionStep)
        for question in step.questions
    }
    assert types == {"single", "multiple", "number", "order"}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_story_is_shown_in_both_languages(edition: Edition, language: str) -> None:
    for step in edition.lesson.steps:
        html = edition.body(step, language)
        assert bool(html) == (step.body is not None), step.slug
        left_over = re.search(r"\[\[|\[@|:::|\{fictief\}|\*\*", html)
        assert left_over is None, f"{step.slug}: {html[left_over.start() :][:80]}"
        ids = re.findall(r' id="([^"]+)"', html)
        assert len(ids) == len(set(ids)) == html.count("<button"), step.slug


def test_both_languages_are_about_equally_long(edition: Edition) -> None:
    for step in edition.lesson.steps:
        if step.body is not None:
            ratio = len(step.body.nl) / len(step.body.en)
            assert 0.7 < ratio < 1.45, f"{step.slug}: {ratio:.2f}"


def test_every_source_on_a_page_leads_to_its_entry(edition: Edition) -> None:
    for step in edition.lesson.steps:
        linked = set(re.findall(r'href="#bron-([^"]+)"', edition.body(step, "nl")))
        assert linked <= {source.slug for source in edition.sources_of(step)}, step.slug


def test_an_edition_can_be_stored_and_read_back(edition: Edition) -> None:
    assert Edition.parse(edition.dump()) == edition


def test_a_second_hand_source_says_where_it_was_read(library: Library) -> None:
    for source in library.sources.values():
        assert source.seen != "secondhand" or source.via, source.slug
