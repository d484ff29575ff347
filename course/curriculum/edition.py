"""A lesson as it was at one moment, with all it needs, so that it stays what a learner began.

Content moves on; a learner finishes the edition that they began. An edition holds the lesson and
exactly the terms, sources and books that it uses, and is stored as text under its hash.

Fields that the schema gets later need a default: what equals its default is not written, so that
neither the text nor the hash of an edition changes when the code does. For the same reason a
default is never changed, and a rule of the schema never becomes stricter than what was stored.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from pydantic import ValidationError

from course.curriculum import markdown
from course.curriculum.cases import CaseFile, CaseNode
from course.curriculum.letters import LetterFile
from course.curriculum.positions import Problem
from course.curriculum.quizzes import PANEL_VERSION, QuizFile, WeighingItem
from course.curriculum.rubrics import Phrase, RubricFile
from course.curriculum.schema import (
    BaseStep,
    Book,
    Content,
    Course,
    Lesson,
    QuestionStep,
    Source,
    Step,
    Term,
)
from course.domain import branching
from course.domain.weighing import Key, derive


class Compiled(Content):
    """Content together with what it refers to: frozen, and known by its hash."""

    def dump(self) -> str:
        """The edition as canonical JSON: sorted keys, no spaces, decimal numbers as text."""
        values = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read back what :meth:`dump` gave, also long ago: ``parse(e.dump()) == e``.

        Raises :exc:`ValueError` for anything else.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise ValueError(f"is not an edition that this version can read: {error}") from error

    @cached_property
    def hash(self) -> str:
        """The SHA-256 of :meth:`dump`, as 64 hexadecimal digits."""
        return hashlib.sha256(self.dump().encode()).hexdigest()


class Edition(Compiled):
    """A compiled lesson: frozen, complete, and the same today as years from now."""

    lesson: Lesson
    terms: tuple[Term, ...] = ()  # by slug
    sources: tuple[Source, ...] = ()  # by slug
    books: tuple[Book, ...] = ()  # in the order of the reading list of the lesson

    def step(self, slug: str) -> Step | None:
        """The step that is called ``slug``, or None."""
        return self._steps.get(slug)

    def body(self, step: BaseStep, language: str) -> str:
        """The story of a step as safe HTML, in ``language`` ("nl" or "en"); empty without one.

        The ids of its pop-overs begin with ``begrip-<slug of the step>-``; sources are linked as
        ``#bron-<slug>``. Rendered once.
        """
        key = (step.slug, language)
        if key not in self._bodies:
            # Two threads may both render here, and then write the same text.
            self._bodies[key] = self._render(step, language)
        return self._bodies[key]

    def terms_of(self, step: BaseStep) -> tuple[Term, ...]:
        """The terms of a step, in order of appearance: linked in its story, then listed."""
        return self._references(step)[0]

    def sources_of(self, step: BaseStep) -> tuple[Source, ...]:
        """The sources of a step, in order of appearance: cited, in the margin, of questions."""
        return self._references(step)[1]

    @cached_property
    def _steps(self) -> dict[str, Step]:
        return {step.slug: step for step in self.lesson.steps}

    @cached_property
    def _terms(self) -> dict[str, Term]:
        return {term.slug: term for term in self.terms}

    @cached_property
    def _sources(self) -> dict[str, Source]:
        return {source.slug: source for source in self.sources}

    @cached_property
    def _bodies(self) -> dict[tuple[str, str], str]:
        return {}

    @cached_property
    def _known_references(self) -> dict[str, tuple[tuple[Term, ...], tuple[Source, ...]]]:
        return {}

    def _render(self, step: BaseStep, language: str) -> str:
        if step.body is None:
            return ""
        return markdown.render(
            step.body[language],
            language,
            terms=self._terms,
            sources=self._sources,
            prefix=f"begrip-{step.slug}",
        )

    def _references(self, step: BaseStep) -> tuple[tuple[Term, ...], tuple[Source, ...]]:
        if step.slug not in self._known_references:
            self._known_references[step.slug] = (
                tuple(self._terms[slug] for slug in term_slugs(step) if slug in self._terms),
                tuple(self._sources[slug] for slug in source_slugs(step) if slug in self._sources),
            )
        return self._known_references[step.slug]


class CaseEdition(Compiled):
    """A compiled case; who plays it goes on with the edition that they began."""

    case: CaseFile
    sources: tuple[Source, ...] = ()  # in the order of the case

    @cached_property
    def playable(self) -> branching.Case:
        """The case as the domain plays it."""
        return self.case.to_play()

    def node(self, slug: str) -> CaseNode:
        """The node with this slug. Raises :exc:`KeyError` when there is none."""
        return self._nodes[slug]

    @cached_property
    def _nodes(self) -> dict[str, CaseNode]:
        return {node.slug: node for node in self.case.nodes}


class QuizEdition(Compiled):
    """A compiled quiz; an attempt goes on with the edition that it began with."""

    quiz: QuizFile
    sources: tuple[Source, ...] = ()  # of all items, by slug

    @cached_property
    def keys(self) -> Mapping[str, Key]:
        """What the example panel makes of each weighing item that it answered, by slug."""
        return {
            item.slug: replace(
                derive(item.weighed(), item.panel_answers(), panel_version=PANEL_VERSION),
                is_fictional=True,
            )
            for item in self.quiz.items
            if isinstance(item, WeighingItem) and item.panel
        }


class RubricEdition(Compiled):
    """A compiled rubric; what was marked with it keeps it."""

    rubric: RubricFile


def term_slugs(step: BaseStep) -> tuple[str, ...]:
    """The terms that a step uses, each once: linked in its story, then those it lists."""
    linked = markdown.linked_terms(step.body.nl) if step.body else ()
    return tuple(dict.fromkeys((*linked, *step.terms)))


def source_slugs(step: BaseStep) -> tuple[str, ...]:
    """The sources that a step uses, each once: cited, then of the margin, then of questions."""
    slugs = list(markdown.cited(step.body.nl)) if step.body else []
    slugs += [quote.source for quote in step.margin]
    if isinstance(step, QuestionStep):
        slugs += [slug for question in step.questions for slug in question.sources]
    return tuple(dict.fromkeys(slugs))


@dataclass(frozen=True, slots=True)
class Library:
    """Everything under ``content/``, checked and frozen, with the newest edition of each lesson."""

    course: Course
    editions: Mapping[str, Edition]  # by slug of the lesson, in the order of the course
    glossary: Mapping[str, Term]  # by slug, in the order of glossary.yaml
    sources: Mapping[str, Source]  # by slug, in the order of sources.yaml
    books: Mapping[str, Book]  # by slug, in the order of reading.yaml
    cases: Mapping[str, CaseEdition] = field(default_factory=dict)  # by slug, in alphabetical order
    quizzes: Mapping[str, QuizEdition] = field(default_factory=dict)  # by slug, as the cases
    rubrics: Mapping[str, RubricEdition] = field(default_factory=dict)  # by slug, as the cases
    letters: Mapping[str, LetterFile] = field(default_factory=dict)  # by slug, as the cases
    phrases: tuple[Phrase, ...] = ()  # in the order of phrases.yaml
    warnings: tuple[Problem, ...] = ()  # what an author should know, and may leave

    def current(self, slug: str) -> Edition | None:
        """The newest edition of a lesson, or None when there is no such lesson."""
        return self.editions.get(slug)
