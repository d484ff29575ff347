"""The examples that authors copy are right."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import TypeAdapter

from course.curriculum import casecheck, figures, markdown, positions
from course.curriculum.cases import CaseFile
from course.curriculum.positions import Data
from course.curriculum.quizzes import Classic, QuizFile, Weighing
from course.curriculum.rubrics import Phrase, RubricFile
from course.curriculum.schema import Book, QuestionStep, ReflectStep, Source, Step, Term
from course.domain.branching import Kind

README = (Path(__file__).parents[2] / "content" / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> Iterator[str]:
    for found in re.finditer(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE):
        yield found[1]


@pytest.fixture(scope="module")
def steps() -> list[Step]:
    found: list[Step] = []
    for text in blocks("yaml"):
        data = positions.parse(text, "README.md")[0]
        if isinstance(data, list):
            found += [TypeAdapter[Step](Step).validate_python(with_body(step)) for step in data]
    return found


def with_body(step: Data) -> Data:
    assert isinstance(step, dict)
    return {**step, "body": {"nl": "x", "en": "x"}} if step["kind"] == "read" else step


def test_there_is_an_example_of_every_kind_of_step_and_question(steps: list[Step]) -> None:
    assert {step.kind for step in steps} == {
        "read", "scale", "weigh-again", "question", "case", "reflect",
    }  # fmt: skip
    questions = [
        question for step in steps if isinstance(step, QuestionStep) for question in step.questions
    ]
    assert {question.type for question in questions} == {"single", "multiple", "number", "order"}
    assert not any(figures.unsupported(question) for question in questions)


def test_the_example_of_markdown_has_no_problems() -> None:
    (text,) = blocks("markdown")
    found = markdown.check(text, "README.md", terms={"waakvlam", "uit-beeld"}, sources={"cbs-2025"})
    assert found == []
    assert figures.check(text, "README.md") == []
    assert set(markdown.boxes(text)) == set(markdown.KINDS)


def _example_with(key: str) -> dict[str, Data]:
    (found,) = (
        data
        for text in blocks("yaml")
        if isinstance(data := positions.parse(text, "README.md")[0], dict) and key in data
    )
    return found


def test_the_example_of_a_case_fits_the_schema_and_uses_all_of_it() -> None:
    case = CaseFile.model_validate({**_example_with("dossier"), "slug": "voorbeeld"})
    assert {node.kind for node in case.nodes} == {Kind.DECISION, Kind.EVENT, Kind.END}
    errors, _warnings = casecheck.check(case, positions.Lines({}), "README.md")
    # It is short: what would come back in March comes after the end.
    assert [error.message.split(" cannot")[0] for error in errors] == ["node 'terug'"]


def test_the_examples_of_lists_fit_the_schema() -> None:
    data = _example_with("terms")
    for key, model in (("sources", Source), ("terms", Term), ("books", Book)):
        items = data[key]
        assert isinstance(items, list)
        assert [model.model_validate(item) for item in items]


def test_the_example_of_a_quiz_fits_the_schema_and_has_every_type_that_a_lesson_lacks() -> None:
    quiz = QuizFile.model_validate({**_example_with("module"), "slug": "voorbeeld"})
    types = {item.type for item in quiz.items}
    every = {get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(Classic)} | {
        get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(Weighing)
    }
    assert types == every - {"single", "multiple", "order", "number"}


def test_the_example_of_a_rubric_fits_the_schema_and_uses_all_of_it() -> None:
    example = _example_with("criteria")
    assert set(example) | {"slug"} == set(RubricFile.model_fields)
    rubric = RubricFile.model_validate({**example, "slug": "voorbeeld"})
    assert [criterion.knockout for criterion in rubric.criteria] == [None, 1]
    assert len(rubric.anchors) == 1


def test_the_examples_of_phrases_are_one_of_each_kind() -> None:
    items = _example_with("phrases")["phrases"]
    assert isinstance(items, list)
    kinds = [Phrase.model_validate(item).kind for item in items]
    assert kinds == ["strength", "question", "next"]


def test_the_text_names_every_model_of_a_reflection(steps: list[Step]) -> None:
    (step,) = (step for step in steps if isinstance(step, ReflectStep))
    assert step.rubric == "korte-reflectie"
    line = next(line for line in README.splitlines() if line.startswith("**reflect**"))
    models = get_args(ReflectStep.model_fields["model"].annotation)
    assert all(f"`{model}`" in line for model in models)
