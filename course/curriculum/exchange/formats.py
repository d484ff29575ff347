"""The door to exchange: quizzes from other systems, and for them.

Who reads or writes a quiz of another system imports from here. ``read`` gives items as our schema
has them and lines about the rest; ``write`` gives a file and lines about what stays here.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import PurePath
from typing import Final

from course.curriculum.exchange import gift, moodle, qti
from course.curriculum.exchange.intake import SLUG, Language
from course.curriculum.exchange.outgoing import Written
from course.curriculum.exchange.reading import Reading
from course.curriculum.exchange.report import (
    MAX_BYTES,
    NotTaken,
    Remark,
    Unreadable,
    too_large,
    unreadable,
)
from course.curriculum.exchange.yamlfile import as_yaml, quiz_of, text_count, without_source
from course.curriculum.quizzes import QuizFile

__all__ = [
    "MAX_BYTES",
    "SLUG",
    "Format",
    "Language",
    "NotTaken",
    "Reading",
    "Remark",
    "Unreadable",
    "Written",
    "as_yaml",
    "guessed",
    "quiz_of",
    "read",
    "text_count",
    "without_source",
    "write",
]


class Format(StrEnum):
    """What other systems read and write."""

    GIFT = "gift"
    MOODLE = "moodle"
    QTI = "qti"


_READERS: Final[Mapping[Format, Callable[..., Reading]]] = {
    Format.GIFT: gift.read,
    Format.MOODLE: moodle.read,
    Format.QTI: qti.read,
}
_WRITERS: Final[Mapping[Format, Callable[..., Written]]] = {
    Format.GIFT: gift.write,
    Format.MOODLE: moodle.write,
    Format.QTI: qti.write,
}


def guessed(name: str, data: bytes) -> Format:
    """The format of a file, of what it begins with and then of its name."""
    begin = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if begin.startswith(b"PK"):
        return Format.QTI
    if begin.startswith(b"<"):
        return (
            Format.QTI
            if b"assessment-item" in begin or b"assessmentItem" in begin
            else Format.MOODLE
        )
    return {".zip": Format.QTI, ".xml": Format.MOODLE}.get(
        PurePath(name).suffix.lower(), Format.GIFT
    )


def read(data: bytes, *, format: Format, language: Language) -> Reading:
    """The items of a file whose texts are in ``language``, and what was not taken, by line.

    Raises :exc:`Unreadable` when nothing of it can be read.
    """
    if len(data) > MAX_BYTES:
        raise unreadable(too_large())
    found = _READERS[format](data, language=language)
    if not found.items and not found.remarks:
        raise unreadable("holds no questions: see whether it is the right file and format")
    return Reading(found.title, found.items, tuple(sorted(found.remarks)))


def write(quiz: QuizFile, *, format: Format, language: Language) -> Written:
    """A quiz in one language as a file of another system, and what does not go along."""
    return _WRITERS[format](quiz, language=language)
