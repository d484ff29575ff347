"""Checks that look across a lesson, or across files, once each file fits the schema.

Each gives places and messages; the loader adds the file and the line.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from course.curriculum import figures, markdown
from course.curriculum.advice import did_you_mean
from course.curriculum.positions import Location
from course.curriculum.schema import (
    CaseStep,
    Course,
    Lesson,
    MultipleQuestion,
    OrderQuestion,
    QuestionStep,
    ReflectStep,
    ScaleStep,
    SingleQuestion,
    Step,
    Term,
)

LANGUAGES: Final = ("nl", "en")
Fault: TypeAlias = tuple[Location, str]


@dataclass(frozen=True, slots=True)
class Known:
    """The slugs that may be referred to; None where the file could not be read."""

    terms: frozenset[str] | None
    sources: frozenset[str] | None
    books: frozenset[str] | None
    cases: frozenset[str] | None = None
    rubrics: frozenset[str] | None = None


def check_lesson(lesson: Lesson, known: Known) -> Iterator[Fault]:
    """Slugs that clash, references that lead nowhere, and figures without a source."""
    yield from _clashes(lesson)
    yield from _references(lesson, known)
    for index, step in enumerate(lesson.steps):
        if isinstance(step, QuestionStep):
            for number, question in enumerate(step.questions):
                if found := figures.unsupported(question):
                    location, figure = found
                    here = ("steps", index, step.kind, "questions", number, question.type)
                    yield (
                        (*here, *location),
                        f"{figure!r} has no source: give this question 'sources:', or "
                        "'fictional: true' when it is invented",
                    )


def check_course(
    course: Course, lessons: Mapping[str, Lesson], folders: Collection[str]
) -> Iterator[Fault]:
    """Where the table of contents and the lessons tell different things.

    ``folders`` are the slugs of all lessons, ``lessons`` those that could be read.
    """
    numbers: set[int] = set()
    placed: set[str] = set()
    for index, module in enumerate(course.modules):
        here: Location = ("modules", index)
        if module.number in numbers:
            yield (*here, "number"), f"there is a module {module.number} already: count on"
        numbers.add(module.number)
        if (slug := module.lesson) is None:
            continue
        if slug in placed:
            yield (*here, "lesson"), f"{slug!r} is the lesson of an earlier module: remove one"
        placed.add(slug)
        if slug not in folders:
            hint = did_you_mean(slug, folders) or ": write the lesson, or remove this line"
            yield (*here, "lesson"), f"there is no folder lessons/{slug}{hint}"
        elif lesson := lessons.get(slug):
            if module.number != lesson.number:
                message = f"is {module.number} here and {lesson.number} in lesson.yaml of {slug}"
                yield (*here, "number"), f"{message}: make them the same"
            if module.minutes != lesson.minutes:
                message = f"is {module.minutes} here and {lesson.minutes} in lesson.yaml of {slug}"
                yield (*here, "minutes"), f"{message}: make them the same"
    for slug in sorted(set(folders) - placed):
        yield ("modules",), f"lesson {slug!r} has no place: add 'lesson: {slug}' to a module"


def check_glossary(terms: Sequence[Term]) -> Iterator[Fault]:
    """Figures in the glossary, where there is no room for a source."""
    for index, term in enumerate(terms):
        for language in LANGUAGES:
            if figure := figures.figure_in(term.meaning[language]):
                yield (
                    ("terms", index, "meaning", language),
                    f"{figure!r} can have no source here: leave it out, or tell it in a lesson",
                )


def check_case_sources(sources: Sequence[str], known: Known) -> Iterator[Fault]:
    """Sources of a case that are in no list."""
    for number, slug in enumerate(sources):
        yield from unknown(("sources", number), slug, known.sources, "sources.yaml")


def same_slugs(location: Location, slugs: Sequence[str | None]) -> Iterator[Fault]:
    """Slugs that stand in one list twice; None for an item without one."""
    for index, slug in enumerate(slugs):
        if slug is not None and slug in slugs[:index]:
            message = f"{slug!r} stands in this list twice: give each item a slug of its own"
            yield (*location, index, "slug"), message


def compare_bodies(nl: str, en: str) -> Iterator[tuple[str, str, str]]:
    """Where two versions of a text differ in terms, sources or blocks: language, place, message."""
    for what, mark, find in (
        ("term", "[[{}]]", markdown.linked_terms),
        ("source", "[@{}]", markdown.cited),
    ):
        dutch, english = find(nl), find(en)
        for slug in dutch:
            if slug not in english:
                message = f"{mark.format(slug)} stands in the Dutch text only: use it in both"
                yield "en", what, message
        for slug in english:
            if slug not in dutch:
                message = f"{mark.format(slug)} stands in the English text only: use it in both"
                yield "nl", what, message
    boxes = {"nl": markdown.boxes(nl), "en": markdown.boxes(en)}
    if boxes["nl"] != boxes["en"]:
        here, there = (", ".join(boxes[language]) or "none" for language in ("en", "nl"))
        message = f"the ::: blocks here are {here}, in the Dutch text {there}: give both the same"
        yield "en", "block", message


# --- Within a lesson -----------------------------------------------------------------------


def _clashes(lesson: Lesson) -> Iterator[Fault]:
    """Answers are kept by slug, so a slug means one thing."""
    asked: dict[str, str] = {}
    for index, step in enumerate(lesson.steps):
        here: Location = ("steps", index, step.kind)
        for location, slugs in _slug_lists(step):
            yield from same_slugs((*here, *location), slugs)
        if isinstance(step, ScaleStep):
            agreement = {item.slug for item in step.agreement}
            for number, item in enumerate(step.client):
                if item.slug in agreement:
                    message = f"{item.slug!r} is on the side of the agreement too: rename one"
                    yield (*here, "client", number, "slug"), message
        if isinstance(step, QuestionStep):
            for number, question in enumerate(step.questions):
                if asked.setdefault(question.slug, step.slug) != step.slug:
                    other = asked[question.slug]
                    message = f"{question.slug!r} is a question of step {other!r} too: rename one"
                    yield (*here, "questions", number, "slug"), message


def _slug_lists(step: Step) -> Iterator[tuple[Location, list[str]]]:
    match step:
        case ScaleStep():
            yield ("agreement",), [item.slug for item in step.agreement]
            yield ("client",), [item.slug for item in step.client]
            yield ("actions",), [item.slug for item in step.actions]
        case QuestionStep():
            yield ("questions",), [question.slug for question in step.questions]
            for number, question in enumerate(step.questions):
                match question:
                    case SingleQuestion() | MultipleQuestion():
                        slugs = [option.slug for option in question.options]
                        yield ("questions", number, question.type, "options"), slugs
                    case OrderQuestion():
                        slugs = [item.slug for item in question.items]
                        yield ("questions", number, question.type, "items"), slugs


def _references(lesson: Lesson, known: Known) -> Iterator[Fault]:
    for index, slug in enumerate(lesson.reading):
        yield from unknown(("reading", index), slug, known.books, "reading.yaml")
    for index, step in enumerate(lesson.steps):
        here: Location = ("steps", index, step.kind)
        for number, slug in enumerate(step.terms):
            yield from unknown((*here, "terms", number), slug, known.terms, "glossary.yaml")
        if isinstance(step, CaseStep):
            yield from unknown((*here, "case"), step.case, known.cases, "cases/")
        if isinstance(step, ReflectStep) and step.rubric:
            yield from unknown((*here, "rubric"), step.rubric, known.rubrics, "rubrics/")
        for number, quote in enumerate(step.margin):
            place = (*here, "margin", number, "source")
            yield from unknown(place, quote.source, known.sources, "sources.yaml")
        if isinstance(step, QuestionStep):
            for number, question in enumerate(step.questions):
                for count, slug in enumerate(question.sources):
                    place = (*here, "questions", number, question.type, "sources", count)
                    yield from unknown(place, slug, known.sources, "sources.yaml")


def unknown(
    location: Location, slug: str, known: frozenset[str] | None, home: str
) -> Iterator[Fault]:
    """A reference to something that is not in the file ``home``; None: that file was unreadable."""
    if known is not None and slug not in known:
        hint = did_you_mean(slug, known) or f": add it to {home}"
        yield location, f"{slug!r} is not in {home}{hint}"
