"""Quizzes to send to other systems and to get back, and what of an item has to stay the same."""

import io
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from course.curriculum.exchange import formats
from course.curriculum.quizzes import (
    GAP,
    AnyItem,
    GapsQuestion,
    MatchingQuestion,
    QuizFile,
    ShortQuestion,
)
from course.curriculum.schema import OrderQuestion

NOTHING_WRITTEN = "Nog te schrijven."


def both(text: str) -> dict[str, str]:
    """A text in both languages."""
    return {"nl": text, "en": text}


def item(kind: str, **fields: Any) -> dict[str, Any]:
    """An item as it stands in a file, complete."""
    more = {"slug": "wie-telt", "prompt": both("Wie telt mee?"), "explanation": both("Iedereen.")}
    return {"type": kind, **more, **fields}


def option(slug: str, text: str, *, right: bool = False, feedback: str = "Zo.") -> dict[str, Any]:
    """An option of a choice."""
    return {"slug": slug, "text": both(text), "right": right, "feedback": both(feedback)}


def thing(slug: str, text: str) -> dict[str, Any]:
    """A thing to put in order, or a choice."""
    return {"slug": slug, "text": both(text)}


def quiz(*items: Mapping[str, Any], **fields: Any) -> QuizFile:
    """A quiz with these items."""
    about = {"slug": "toets", "module": 1, "title": both("Wat telt?"), "minutes": 5}
    return QuizFile.model_validate(
        {**about, "summary": both("Een toets."), **fields, "items": list(items)}
    )


def read(data: bytes | str, format: str) -> formats.Reading:
    """A file in Dutch, read."""
    source = data.encode() if isinstance(data, str) else data
    return formats.read(source, format=formats.Format(format), language="nl")


def one(data: bytes | str, format: str) -> Any:
    """The only item of a file, of which everything was taken."""
    reading = read(data, format)
    assert reading.is_whole, [str(remark) for remark in reading.remarks]
    (found,) = reading.items
    return found


def report(data: bytes | str, format: str) -> list[str]:
    """The lines of the report on a file."""
    return [str(remark) for remark in read(data, format).remarks]


def refusals(data: bytes | str, format: str) -> list[str]:
    """The lines about what was not taken."""
    return [str(remark) for remark in read(data, format).remarks if not remark.taken]


def write(whole: QuizFile, format: str, language: str = "nl") -> formats.Written:
    """A quiz, written."""
    return formats.write(
        whole, format=formats.Format(format), language="en" if language == "en" else "nl"
    )


def left_behind(whole: QuizFile, format: str) -> list[str]:
    """The lines of the report on what was written."""
    return [str(remark) for remark in write(whole, format).remarks]


def back(format: str, *items: Mapping[str, Any]) -> tuple[AnyItem, ...]:
    """Items that went to another system and came back, all of them."""
    written = write(quiz(*items), format)
    assert written.count == len(items), [str(remark) for remark in written.remarks]
    reading = read(written.data, format)
    assert reading.is_whole, [str(remark) for remark in reading.remarks]
    return reading.items


def package(files: Mapping[str, bytes | str]) -> bytes:
    """A zip of these files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def unpacked(data: bytes) -> dict[str, str]:
    """The files in a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


# --- Meaning ---------------------------------------------------------------------------------


def meaning(found: AnyItem, *, points: bool = True) -> dict[str, Any]:
    """What an item asks and pays for, whatever its parts are called."""
    told: dict[str, Any] = {
        "slug": found.slug,
        "type": found.type,
        "prompt": found.prompt.nl,
        "explanation": found.explanation.nl,
        "points": found.points if points else None,
    }
    match found:
        case MatchingQuestion():
            choices = {choice.slug: choice.text.nl for choice in found.choices}
            told["pairs"] = [(stem.text.nl, choices[stem.choice]) for stem in found.stems]
            told["choices"] = sorted(choices.values())
        case OrderQuestion():
            told["order"] = [part.text.nl for part in found.items]
        case ShortQuestion():
            told["case"] = found.minds_case
            told["accepted"] = [_accepted(accepted) for accepted in found.accepted]
        case GapsQuestion():
            told["text"] = GAP.sub("{}", found.text.nl)
            told["gaps"] = _gaps(found)
        case _:
            told["more"] = _without_slugs(
                found.model_dump(exclude={*told, "sources", "fictional", "slug", "whole"})
            )
    return told


def _accepted(accepted: Any) -> tuple[str, int, str]:
    return accepted.text.nl, accepted.share, accepted.feedback.nl if accepted.feedback else ""


def _gaps(found: GapsQuestion) -> list[Any]:
    gaps = {gap.slug: gap for gap in found.gaps}
    told: list[Any] = []
    for slug in GAP.findall(found.text.nl):
        gap = gaps[slug]
        texts = {choice.slug: choice.text.nl for choice in gap.options}
        chosen = texts[gap.right] if gap.right else None
        told.append((list(texts.values()), chosen, [_accepted(one) for one in gap.accepted]))
    return told


def _without_slugs(part: Any) -> Any:
    match part:
        case dict():
            return {key: _without_slugs(value) for key, value in part.items() if key != "slug"}
        case list() | tuple():
            return [_without_slugs(value) for value in part]
        case Decimal():
            return part.normalize()
    return part
