"""``content/`` into a :class:`Library`, or a list of all that authors have to change.

Every file is read before anything is refused, and every problem names file, line and place and
says what to do. Symbolic links are never followed, and nothing that an author writes is used as
the name of a file to open, so nothing outside the folder is read.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

from course.curriculum import advice, casecheck, checks, figures, markdown, positions, quizcheck
from course.curriculum.cases import CaseFile
from course.curriculum.checks import LANGUAGES, Fault, Known
from course.curriculum.edition import (
    CaseEdition,
    Edition,
    Library,
    QuizEdition,
    RubricEdition,
    source_slugs,
    term_slugs,
)
from course.curriculum.letters import LetterFile
from course.curriculum.positions import ContentErrors, Data, Lines, Location, Problem
from course.curriculum.quizzes import QuizFile
from course.curriculum.rubrics import Phrase, RubricFile
from course.curriculum.schema import Book, Content, Course, Lesson, Source, Term

Model = TypeVar("Model", bound=Content)


def load(root: Path) -> Library:
    """Read and check everything in the folder ``root``.

    Problems name files by their path from the current directory, or from ``root`` when that lies
    elsewhere. Raises :exc:`ContentErrors` with all problems.
    """
    reading = _Reading(root.resolve())
    library = reading.library()
    if library is None:
        raise ContentErrors(reading.problems)
    return library


# --- The shape of the files that hold lists ------------------------------------------------


class _Sources(Content):
    sources: tuple[Source, ...]


class _Glossary(Content):
    terms: tuple[Term, ...]


class _Books(Content):
    books: tuple[Book, ...]


class _Phrases(Content):
    phrases: tuple[Phrase, ...]


_FILES: Final = ("course.yaml", "glossary.yaml", "phrases.yaml", "reading.yaml", "sources.yaml")
_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{1,39}")
_ONE_FILE_EACH: Final = ("cases", "messages", "quizzes", "rubrics")
_BODY: Final = re.compile(r"([a-z][a-z0-9-]{1,39})\.(nl|en)\.md")


@dataclass(slots=True)
class _File(Generic[Model]):
    """A YAML file: what it holds, where, and the model it became if it fits."""

    shown: str
    data: Data = None
    lines: Lines = field(default_factory=lambda: Lines({(): 1}))
    model: Model | None = None


@dataclass(slots=True)
class _Bodies:
    """The Markdown files of one lesson."""

    paths: list[str]  # names within the folder, also of files that cannot be used
    texts: dict[str, dict[str, str]]  # by step and language


# --- Reading -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reading:
    """One reading of the folder: gathers problems on the way."""

    root: Path
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    names: frozenset[str] = frozenset()  # the files that belong to the content, from the root

    def library(self) -> Library | None:
        """Everything together, or None when there are problems."""
        if not self.root.is_dir():
            message = "there is no such folder: give the folder that holds course.yaml"
            self._refuse(str(self.root), 1, "folder", message)
            return None
        self.names = frozenset(self._walk(""))
        course = self._file("course.yaml", Course)
        glossary = self._file("glossary.yaml", _Glossary)
        sources = self._file("sources.yaml", _Sources)
        books = self._file("reading.yaml", _Books)
        phrases = self._file("phrases.yaml", _Phrases)
        lists: tuple[tuple[_File[Any], str], ...] = (
            (phrases, "phrases"),
            (glossary, "terms"),
            (sources, "sources"),
            (books, "books"),
        )
        for file, key in lists:
            slugs = [_slug(item) for item in _items(file.data, key)]
            self._add(file, checks.same_slugs((key,), slugs))
        if glossary.model:
            self._add(glossary, checks.check_glossary(glossary.model.terms))
        written = self._in("cases")
        known = Known(
            terms=_known(glossary.data, "terms"),
            sources=_known(sources.data, "sources"),
            books=_known(books.data, "books"),
            cases=frozenset(written),
            rubrics=frozenset(self._in("rubrics")),
        )
        cases = {slug: case for slug in written if (case := self._case(slug, known))}
        tests = {slug: quiz for slug in self._in("quizzes") if (quiz := self._quiz(slug, known))}
        rubrics = {slug: rubric for slug in self._in("rubrics") if (rubric := self._rubric(slug))}
        letters = {slug: letter for slug in self._in("messages") if (letter := self._letter(slug))}
        folders = sorted({name.split("/")[1] for name in self.names if name.startswith("lessons/")})
        read = {slug: self._lesson(slug, known) for slug in folders}
        lessons = {slug: lesson for slug, lesson in read.items() if lesson}
        if course.model:
            self._add(course, checks.check_course(course.model, lessons, folders))
        if self.problems or not (
            course.model and glossary.model and sources.model and books.model and phrases.model
        ):
            return None
        return _assemble(
            course.model,
            lessons,
            {term.slug: term for term in glossary.model.terms},
            {source.slug: source for source in sources.model.sources},
            {book.slug: book for book in books.model.books},
            cases,
            tests,
            rubrics,
            letters,
            phrases.model.phrases,
            tuple(self.warnings),
        )

    def _in(self, folder: str) -> list[str]:
        """The slugs of the files in a folder that holds one file a slug, by alphabet."""
        start = f"{folder}/"
        names = (name for name in self.names if name.startswith(start))
        return sorted(name.removeprefix(start).removesuffix(".yaml") for name in names)

    def _refuse(self, shown: str, line: int, where: str, message: str) -> None:
        self.problems.append(Problem(shown, line, where, message))

    def _add(self, file: "_File[Any]", faults: Iterable[Fault]) -> None:
        for location, message in faults:
            where = advice.named(location)
            self._refuse(file.shown, file.lines.of(location), where, message)

    def _shown(self, name: str) -> str:
        path, here = self.root / name, Path.cwd()
        return path.relative_to(here).as_posix() if path.is_relative_to(here) else name

    # --- Names -----------------------------------------------------------------------------

    def _walk(self, folder: str) -> Iterator[str]:
        """The files in ``folder`` and below that are read; all others are problems.

        Only goes into the folders of one file each, and ``lessons`` and its folders.
        """
        entries = sorted(os.scandir(self.root / folder), key=lambda entry: entry.name)
        for entry in entries:
            name = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.startswith(".") or entry.name.endswith("~"):
                continue  # What editors and systems leave behind.
            if entry.is_symlink():
                message = "is a symbolic link, which is not followed: put the file itself here"
                self._refuse(self._shown(name), 1, "file", message)
            elif entry.is_dir(follow_symlinks=False):
                yield from self._walk_into(folder, name, entry.name)
            elif _belongs(folder, entry.name):
                if entry.name != "README.md":
                    yield name
            else:
                message = "is not a file of the course: name it as README.md tells, or remove it"
                self._refuse(self._shown(name), 1, "file", message)
        for expected in _FILES if not folder else ():
            if expected not in {entry.name for entry in entries}:
                self._refuse(self._shown(expected), 1, "file", "is missing: write it")

    def _walk_into(self, folder: str, name: str, last: str) -> Iterator[str]:
        if name in {"lessons", *_ONE_FILE_EACH}:
            yield from self._walk(name)
        elif folder != "lessons":
            message = "is not a folder of the course: lessons have theirs in lessons/"
            self._refuse(self._shown(name), 1, "folder", message)
        elif not _SLUG.fullmatch(last):
            message = "is not a slug: use 2 to 40 small letters, digits and hyphens, a letter first"
            self._refuse(self._shown(name), 1, "folder", message)
        else:
            inside = list(self._walk(name))
            yield from inside
            if f"{name}/lesson.yaml" not in inside:
                message = "is missing: write it, or remove the folder"
                self._refuse(self._shown(f"{name}/lesson.yaml"), 1, "file", message)

    # --- YAML ------------------------------------------------------------------------------

    def _file(self, name: str, model: type[Model]) -> "_File[Model]":
        file: _File[Model] = _File(self._shown(name))
        if name in self.names and self._read(name, file):
            self._fit(file, model)
        return file

    def _read(self, name: str, file: "_File[Model]") -> bool:
        """Fill ``data`` and ``lines``; False when the file cannot be used at all."""
        try:
            file.data, file.lines = positions.load(self.root / name, shown=file.shown)
        except ContentErrors as error:
            self.problems += error.problems
            return False
        if not isinstance(file.data, dict):
            message = "holds no keys: write 'key: value' lines, as README.md tells"
            self._refuse(file.shown, 1, "file", message)
            return False
        # Texts in YAML are shown as they are, so Markdown in them would be shown too.
        for location, text in _texts(file.data):
            if found := markdown.markup_in(text):
                message = f"{found!r} would be shown as it is: write this in the .md file of a step"
                self._add(file, [(location, message)])
        return True

    def _fit(self, file: "_File[Model]", model: type[Model]) -> None:
        try:
            file.model = model.model_validate(file.data)
        except ValidationError as error:
            self.problems += advice.explain(error, model, file.lines, file.shown)

    # --- Cases -----------------------------------------------------------------------------

    def _case(self, slug: str, known: Known) -> CaseFile | None:
        name = f"cases/{slug}.yaml"
        shown = self._shown(name)
        try:
            case, lines = casecheck.read(self.root / name, shown=shown)
        except ContentErrors as error:
            self.problems += error.problems
            return None
        errors, warnings = casecheck.check(case, lines, shown)
        self.problems += errors
        self.warnings += warnings
        file: _File[CaseFile] = _File(shown, lines=lines)
        self._add(file, checks.check_case_sources(case.sources, known))
        return case

    # --- Quizzes ---------------------------------------------------------------------------

    def _quiz(self, slug: str, known: Known) -> QuizFile | None:
        name = f"quizzes/{slug}.yaml"
        file: _File[QuizFile] = _File(self._shown(name))
        if not self._read(name, file) or not isinstance(file.data, dict):
            return None
        if "slug" in file.data:
            self._add(file, [(("slug",), "the name of the file is the slug: remove this line")])
        file.data["slug"] = slug
        self._fit(file, QuizFile)
        if file.model:
            self._add(file, quizcheck.faults(file.model, known))
            self.warnings += quizcheck.warnings(file.model, file.lines, file.shown)
        return file.model

    # --- Rubrics ---------------------------------------------------------------------------

    def _rubric(self, slug: str) -> RubricFile | None:
        name = f"rubrics/{slug}.yaml"
        file: _File[RubricFile] = _File(self._shown(name))
        if not self._read(name, file) or not isinstance(file.data, dict):
            return None
        if "slug" in file.data:
            self._add(file, [(("slug",), "the name of the file is the slug: remove this line")])
        file.data["slug"] = slug
        self._fit(file, RubricFile)
        return file.model

    # --- Messages --------------------------------------------------------------------------

    def _letter(self, slug: str) -> LetterFile | None:
        name = f"messages/{slug}.yaml"
        file: _File[LetterFile] = _File(self._shown(name))
        if not self._read(name, file) or not isinstance(file.data, dict):
            return None
        if "slug" in file.data:
            self._add(file, [(("slug",), "the name of the file is the slug: remove this line")])
        file.data["slug"] = slug
        self._fit(file, LetterFile)
        return file.model

    # --- Lessons ---------------------------------------------------------------------------

    def _lesson(self, slug: str, known: Known) -> Lesson | None:
        folder = f"lessons/{slug}"
        file: _File[Lesson] = _File(self._shown(f"{folder}/lesson.yaml"))
        bodies = self._bodies(folder, known)
        name = f"{folder}/lesson.yaml"
        if name not in self.names or not self._read(name, file) or not isinstance(file.data, dict):
            return None
        if "slug" in file.data:
            self._add(file, [(("slug",), "the folder's name is the slug: remove this line")])
        file.data["slug"] = slug
        self._put_bodies(folder, file, bodies)
        self._fit(file, Lesson)
        if file.model:
            self._add(file, checks.check_lesson(file.model, known))
        return file.model

    def _bodies(self, folder: str, known: Known) -> _Bodies:
        """The Markdown files in a folder, each checked by itself."""
        bodies = _Bodies([], {})
        for name in sorted(self.names):
            parent, _, path = name.rpartition("/")
            if parent != folder or not (found := _BODY.fullmatch(path)):
                continue
            bodies.paths.append(path)
            shown = self._shown(name)
            try:
                text = positions.read(self.root / name, shown=shown)
            except ContentErrors as error:
                self.problems += error.problems
                continue
            self.problems += markdown.check(
                text,
                shown,
                terms=markdown.linked_terms(text) if known.terms is None else known.terms,
                sources=markdown.cited(text) if known.sources is None else known.sources,
            )
            if text.strip() and len(text) <= markdown.MAX_CHARACTERS:
                self.problems += figures.check(text, shown)
                bodies.texts.setdefault(found[1], {})[found[2]] = text
        return bodies

    def _put_bodies(self, folder: str, file: "_File[Lesson]", bodies: _Bodies) -> None:
        """Give each step its text, and see that each text has a step and a translation."""
        slugs = []
        for index, step in enumerate(_items(file.data, "steps")):
            slug = _slug(step)
            if not isinstance(step, dict) or slug is None:
                continue
            slugs.append(slug)
            if "body" in step:
                message = f"is not written here: write {slug}.nl.md and {slug}.en.md"
                self._add(file, [(("steps", index, "body"), message)])
                del step["body"]
            there = [name for name in LANGUAGES if f"{slug}.{name}.md" in bodies.paths]
            if there:
                texts = bodies.texts.get(slug, {})
                # What could not be read is a problem already; the dots keep the schema silent.
                step["body"] = {language: texts.get(language, "…") for language in LANGUAGES}
                self._compare(f"{folder}/{slug}", there, texts)
        for path in bodies.paths:
            slug = path.split(".")[0]
            if slug not in slugs:
                hint = advice.did_you_mean(slug, slugs) or ": rename it, or write the step"
                message = f"no step of this lesson is called {slug!r}{hint}"
                self._refuse(self._shown(f"{folder}/{path}"), 1, "file", message)

    def _compare(self, stem: str, there: Collection[str], texts: dict[str, str]) -> None:
        for language in LANGUAGES:
            if language not in there:
                message = "translation is missing: write it beside the other language"
                self._refuse(self._shown(f"{stem}.{language}.md"), 1, "file", message)
        if len(texts) == len(LANGUAGES):
            for language, where, message in checks.compare_bodies(texts["nl"], texts["en"]):
                self._refuse(self._shown(f"{stem}.{language}.md"), 1, where, message)


def _assemble(
    course: Course,
    lessons: dict[str, Lesson],
    terms: dict[str, Term],
    sources: dict[str, Source],
    books: dict[str, Book],
    cases: dict[str, CaseFile],
    quizzes: dict[str, QuizFile],
    rubrics: dict[str, RubricFile],
    letters: dict[str, LetterFile],
    phrases: tuple[Phrase, ...],
    warnings: tuple[Problem, ...],
) -> Library:
    """A library of lessons in which every reference is known to exist."""
    editions = {}
    for module in course.modules:
        if module.lesson is not None:
            lesson = lessons[module.lesson]
            used_terms = {slug for step in lesson.steps for slug in term_slugs(step)}
            used_sources = {slug for step in lesson.steps for slug in source_slugs(step)}
            editions[module.lesson] = Edition(
                lesson=lesson,
                terms=tuple(terms[slug] for slug in sorted(used_terms)),
                sources=tuple(sources[slug] for slug in sorted(used_sources)),
                books=tuple(books[slug] for slug in lesson.reading),
            )
    return Library(
        course=course,
        editions=MappingProxyType(editions),
        glossary=MappingProxyType(terms),
        sources=MappingProxyType(sources),
        books=MappingProxyType(books),
        cases=MappingProxyType(
            {
                slug: CaseEdition(case=case, sources=tuple(sources[item] for item in case.sources))
                for slug, case in cases.items()
            }
        ),
        quizzes=MappingProxyType(
            {
                slug: QuizEdition(
                    quiz=quiz, sources=tuple(sources[item] for item in quizcheck.source_slugs(quiz))
                )
                for slug, quiz in quizzes.items()
            }
        ),
        rubrics=MappingProxyType(
            {slug: RubricEdition(rubric=rubric) for slug, rubric in rubrics.items()}
        ),
        letters=MappingProxyType(letters),
        phrases=phrases,
        warnings=warnings,
    )


# --- Looking into data that may have any shape ---------------------------------------------


def _belongs(folder: str, name: str) -> bool:
    match folder:
        case "":
            return name == "README.md" or name in _FILES
        case "lessons":
            return False
        case "cases" | "messages" | "quizzes" | "rubrics":
            slug = name.removesuffix(".yaml")
            return slug != name and bool(_SLUG.fullmatch(slug))
    return name == "lesson.yaml" or bool(_BODY.fullmatch(name))


def _items(data: Data, key: str) -> list[Data]:
    """The list under ``key``, or an empty one."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _slug(item: Data) -> str | None:
    slug = item.get("slug") if isinstance(item, dict) else None
    return slug if isinstance(slug, str) else None


def _known(data: Data, key: str) -> frozenset[str] | None:
    """The slugs of a file, also when it does not fit the schema; None when it has no list."""
    if not isinstance(data, dict) or not isinstance(data.get(key), list):
        return None
    return frozenset(slug for item in _items(data, key) if (slug := _slug(item)))


def _texts(data: Data, location: Location = ()) -> Iterator[tuple[Location, str]]:
    """All texts in ``data`` with their places; its depth is limited by ``positions``."""
    match data:
        case str():
            yield location, data
        case list():
            for index, item in enumerate(data):
                yield from _texts(item, (*location, index))
        case dict():
            for key, value in data.items():
                yield from _texts(value, (*location, key))
