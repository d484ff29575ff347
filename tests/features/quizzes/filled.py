"""Filled-in items of a quiz, and quizzes with other keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask

from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import (
    AnyItem,
    FileQuestion,
    GapsQuestion,
    HotspotQuestion,
    MatchingQuestion,
    QuizFile,
    ShortQuestion,
    TrueFalseQuestion,
    WeighingItem,
)
from course.curriculum.schema import MultipleQuestion, NumberQuestion, OrderQuestion, SingleQuestion

Fields = dict[str, str | list[str]]


def right(item: AnyItem) -> Fields:
    """The fields of a right answer; of a weighing, the first answer that its panel gave.

    None of a file, which is sent beside the fields.
    """
    slug = item.slug
    match item:
        case SingleQuestion():
            return {slug: next(option.slug for option in item.options if option.right)}
        case MultipleQuestion():
            return {slug: [option.slug for option in item.options if option.right]}
        case HotspotQuestion():
            return {slug: [bar.slug for bar in item.bars if bar.right]}
        case TrueFalseQuestion():
            return {slug: "true" if item.right else "false"}
        case NumberQuestion():
            return {slug: str(item.expected)}
        case ShortQuestion():
            return {slug: item.accepted[0].text.nl.replace("*", "")}
        case MatchingQuestion():
            return {f"{slug}.{stem.slug}": stem.choice for stem in item.stems}
        case OrderQuestion():
            return {
                f"{slug}.{part.slug}": str(place) for place, part in enumerate(item.items, start=1)
            }
        case GapsQuestion():
            return {
                f"{slug}.{gap.slug}": str(gap.right)
                if gap.options
                else gap.accepted[0].text.nl.replace("*", "")
                for gap in item.gaps
            }
        case WeighingItem():
            return _weighed(item)
        case FileQuestion():
            return {}
    return {slug: "1" if item.type == "survey" else "Zo zou ik het doen, want dan blijft zij."}


def _weighed(item: WeighingItem) -> Fields:
    match next(iter(item.panel.values())):
        case int() as one:
            return {item.slug: str(one)}
        case dict() as parts:
            return {f"{item.slug}.{name}": str(value) for name, value in parts.items()}
        case pick:
            return {f"{item.slug}.best": pick.best, f"{item.slug}.worst": pick.worst}


@contextmanager
def other_keys(app: Flask, edition: QuizEdition) -> Iterator[None]:
    """The same quiz, in which something else is right and the panel said something else."""
    items = tuple(_turned(item) for item in edition.quiz.items)
    # Made anew, and not copied: a copy would take along what was worked out from the old items.
    quiz = QuizFile.model_construct(**{**dict(edition.quiz), "items": items})
    turned = QuizEdition.model_construct(quiz=quiz, sources=edition.sources)
    assert all(quiz.item(one.slug) is one for one in items)
    library = app.extensions["library"]
    changed = replace(library, quizzes={**library.quizzes, quiz.slug: turned})
    # The attempt keeps the edition that it began with, known by its hash: give that one this text.
    turned.__dict__["hash"] = edition.hash
    app.extensions["library"] = changed
    try:
        yield
    finally:
        app.extensions["library"] = library


def _turned(item: AnyItem) -> AnyItem:
    match item:
        case SingleQuestion() | MultipleQuestion():
            options = tuple(
                option.model_copy(update={"right": not option.right, "feedback": item.prompt})
                for option in item.options
            )
            return item.model_copy(update={"options": options, "explanation": item.prompt})
        case HotspotQuestion():
            other = next(bar for bar in item.bars if not bar.right)
            bars = tuple(bar.model_copy(update={"right": bar is other}) for bar in item.bars)
            return item.model_copy(update={"bars": bars, "explanation": item.prompt})
        case TrueFalseQuestion():
            return item.model_copy(update={"right": not item.right, "feedback": item.prompt})
        case NumberQuestion():
            return item.model_copy(update={"expected": item.expected + 7})
        case ShortQuestion():
            return item.model_copy(update={"accepted": item.accepted[:1]})
        case MatchingQuestion():
            first = item.choices[0].slug
            stems = tuple(stem.model_copy(update={"choice": first}) for stem in item.stems)
            return item.model_copy(update={"stems": stems})
        case OrderQuestion():
            return item.model_copy(update={"items": item.items[::-1]})
        case GapsQuestion():
            gaps = tuple(
                gap.model_copy(update={"right": gap.options[-1].slug if gap.options else None})
                for gap in item.gaps
            )
            return item.model_copy(update={"gaps": gaps})
        case WeighingItem():
            last = list(item.panel.values())[-1:]
            panel = {member: said for member in item.panel for said in last}
            return item.model_copy(update={"panel": panel, "reasons": ()})
    return item.model_copy(update={"explanation": item.prompt})
