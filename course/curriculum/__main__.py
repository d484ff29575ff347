"""``python -m course.curriculum``: commands for authors, without web or database.

``check [ROOT]`` reports all that has to be changed in the content (by default ``content``) and
ends with status 1, or counts what is there. ``words [ROOT]`` counts the words of each lesson.
``casemap FILE [--json]`` tells what can be reached in one case, in the content or outside it, and
ends with status 1 when it cannot be used.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from course.curriculum import casecheck, markdown
from course.curriculum.edition import Library
from course.curriculum.loader import load
from course.curriculum.positions import ContentErrors
from course.curriculum.schema import Lesson, QuestionStep, Texts


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives the status to end with: 0, or 1 when the content has problems."""
    parser = argparse.ArgumentParser(prog="python -m course.curriculum", description=__doc__)
    commands = {"check": _count, "words": _words}
    parser.add_argument("command", choices=[*commands, "casemap"], nargs="?", default="check")
    parser.add_argument("root", type=Path, nargs="?", default=Path("content"), metavar="ROOT|FILE")
    parser.add_argument("--json", action="store_true", help="of casemap: everything, as JSON")
    options = parser.parse_intermixed_args(arguments)
    if options.command == "casemap":
        return _casemap(options.root, as_json=options.json)
    try:
        library = load(options.root)
    except ContentErrors as errors:
        print(errors, file=sys.stderr)
        return 1
    for warning in library.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    for line in commands[options.command](library):
        print(line)
    return 0


def _casemap(file: Path, *, as_json: bool) -> int:
    try:
        case, lines = casecheck.read(file)
    except ContentErrors as errors:
        print(errors, file=sys.stderr)
        return 1
    problems, warnings = casecheck.check(case, lines, file.as_posix())
    told = casecheck.told(case)
    if as_json:
        print(json.dumps(told, indent=2, ensure_ascii=False))
        return 1 if problems else 0
    for problem in sorted(problems):
        print(f"error: {problem}")
    for problem in sorted(warnings):
        print(f"warning: {problem}")
    for line in _told(told):
        print(line)
    return 1 if problems else 0


def _told(told: Mapping[str, Any]) -> Iterator[str]:
    more = "" if told["complete"] else " and more"
    yield f"{told['nodes']} nodes, {told['options']} options, {told['states']}{more} states"
    for slug, ways in told["endings"].items():
        (low, high), (few, many), (soon, late) = ways["hours"], ways["words"], ways["weeks"]
        yield (
            f"  {slug}: {ways['paths']} paths, {low:g} to {high:g} hours of work, "
            f"{soon} to {late} weeks, {few} to {many} words"
        )


def _count(library: Library) -> Iterator[str]:
    steps = [step for edition in library.editions.values() for step in edition.lesson.steps]
    questions = sum(len(step.questions) for step in steps if isinstance(step, QuestionStep))
    counts = (
        (len(library.editions), "lesson"),
        (len(steps), "step"),
        (questions, "question"),
        (len(library.cases), "case"),
        (len(library.quizzes), "quiz"),
        (len(library.rubrics), "rubric"),
        (len(library.phrases), "phrase"),
        (len(library.letters), "message"),
        (len(library.glossary), "term"),
        (len(library.sources), "source"),
        (len(library.books), "book"),
    )
    yield ", ".join(f"{count} {_several(word, count)}" for count, word in counts) + (": all well")


def _several(word: str, count: int) -> str:
    return word if count == 1 else {"quiz": "quizzes"}.get(word, f"{word}s")


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
