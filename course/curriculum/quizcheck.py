"""What is wrong with a quiz, in sentences that tell an author what to do.

Faults keep the content from being used. Warnings are about panels: whether an item is a weighing
at all, and whether what it gives means something.
"""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from course.curriculum import advice, figures
from course.curriculum.checks import Fault, Known, unknown
from course.curriculum.findings import in_english
from course.curriculum.positions import Lines, Location, Problem
from course.curriculum.quizzes import PANEL_VERSION, AnyItem, QuizFile, WeighingItem
from course.curriculum.schema import NumberQuestion, Texts
from course.domain.weighing import Panel, PanelItem, weigh
from course.domain.weighing.panels import Finding, Level


def faults(quiz: QuizFile, known: Known) -> Iterator[Fault]:
    """References that lead nowhere, and figures without a source."""
    for index, item in enumerate(quiz.items):
        here: Location = ("items", index, item.type)
        for number, slug in enumerate(item.sources):
            yield from unknown((*here, "sources", number), slug, known.sources, "sources.yaml")
        if found := _unsupported(item):
            location, figure = found
            yield (
                (*here, *location),
                f"{figure!r} has no source: give this item 'sources:', or 'fictional: true' when "
                "it is invented",
            )


def warnings(quiz: QuizFile, lines: Lines, shown: str) -> list[Problem]:
    """What the author of the panel should know."""
    slugs = [item.slug for item in quiz.items]
    told = []
    for finding in _findings(quiz):
        location: Location = ("items", slugs.index(finding.item)) if finding.item else ("items",)
        told.append(Problem(shown, lines.of(location), advice.named(location), _said(finding)))
    return told


def _said(finding: Finding) -> str:
    about = [finding.item, *finding.options] if finding.item else []
    named = ", ".join(f"'{slug}'" for slug in about)
    return f"item {named}: {in_english(finding)}" if named else in_english(finding)


def panel_of(quiz: QuizFile) -> Panel:
    """The example panel of a file, with all weighing items."""
    return Panel(
        version=PANEL_VERSION,
        items=tuple(
            PanelItem(slug=item.slug, question=item.weighed(), answers=tuple(item.panel_answers()))
            for item in quiz.items
            if isinstance(item, WeighingItem)
        ),
    )


def source_slugs(quiz: QuizFile) -> tuple[str, ...]:
    """The sources of all items, each once, by alphabet."""
    return tuple(sorted({slug for item in quiz.items for slug in item.sources}))


def _findings(quiz: QuizFile) -> Iterator[Finding]:
    found = weigh(panel_of(quiz))
    every = [*found.findings, *(finding for item in found.items for finding in item.findings)]
    yield from (finding for finding in every if finding.level is not Level.INFO)


def _unsupported(item: AnyItem) -> tuple[Location, str] | None:
    """The first figure that an item states without a source, with its place."""
    if item.sources or item.fictional:
        return None
    if isinstance(item, NumberQuestion):
        return ("expected",), str(item.expected)
    for location, texts in _texts(item, ()):
        for language in ("nl", "en"):
            if figure := figures.figure_in(texts[language]):
                return (*location, language), figure
    return None


def _texts(part: object, here: Location) -> Iterator[tuple[Location, Texts]]:
    match part:
        case Texts():
            yield here, part
        case BaseModel():
            for name in type(part).model_fields:
                yield from _texts(getattr(part, name), (*here, name))
        case tuple():
            parts: Sequence[object] = part
            for index, item in enumerate(parts):
                yield from _texts(item, (*here, index))
