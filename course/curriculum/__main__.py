"""``python -m course.curriculum``: commands for authors, without web or database.

``check [ROOT]`` reports all that has to be changed in the content (by default ``content``) and
ends with status 1, or counts what is there. ``words [ROOT]`` counts the words of each lesson.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel

from course.curriculum import markdown
from course.curriculum.edition import Library
from course.curriculum.loader import load
from course.curriculum.positions import ContentErrors
from course.curriculum.schema import Lesson, QuestionStep, Texts


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives the status to end with: 0, or 1 when the content has problems."""
    parser = argparse.ArgumentParser(prog="python -m course.curriculum", description=__doc__)
    commands = {"check": _count, "words": _words}
    parser.add_argument("command", choices=commands, nargs="?", default="check")
    parser.add_argument("root", type=Path, nargs="?", default=Path("content"))
    options = parser.parse_args(arguments)
    try:
        library = load(options.root)
    except ContentErrors as errors:
        print(errors, file=sys.stderr)
        return 1
    for line in commands[options.command](library):
        print(line)
    return 0


def _count(library: Library) -> Iterator[str]:
    steps = [step for edition in library.editions.values() for step in edition.lesson.steps]
    questions = sum(len(step.questions) for step in steps if isinstance(step, QuestionStep))
    counts = (
        (len(library.editions), "lesson"),
        (len(steps), "step"),
        (questions, "question"),
        (len(library.glossary), "term"),
        (len(library.sources), "source"),
        (len(library.books), "book"),
    )
    yield ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts) + (
        ": all well"
    )


def _words(library: Library) -> Iterator[str]:
    for slug, edition in library.editions.items():
        counts = (f"{words_of(edition.lesson, language)} {language}" for language in ("nl", "en"))
        yield f"{slug}: {', '.join(counts)}"


def words_of(lesson: Lesson, language: str) -> int:
    """The words of a lesson in one language, of all its texts; sources do not count."""
    return sum(markdown.words(text[language]) for text in _texts(lesson))


def _texts(part: object) -> Iterator[Texts]:
    match part:
        case Texts():
            yield part
        case BaseModel():
            for name in type(part).model_fields:
                yield from _texts(getattr(part, name))
        case tuple():
            for item in part:
                yield from _texts(item)


if __name__ == "__main__":
    sys.exit(main())
