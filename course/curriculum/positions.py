"""YAML into plain data, with the line of every value, or a list of what is wrong.

We read a small and safe part of YAML 1.2. A scalar is text, unless it is ``null``, ``true``,
``false`` or a whole number. A decimal number stays the text that the author typed, so that
``0.10`` keeps its zero, and ``no``, ``12:30``, ``2026-05-01`` and ``1_000`` stay what they are.
Anchors, aliases, merge keys, tags and directives are refused. We read event by event and never by
recursion, so that neither an alias bomb nor three kilobytes of ``[`` can hurt.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 20  # lists and mappings inside each other; a lesson needs 8
MAX_VALUES: Final = 20_000  # keys and values in one file; a lesson needs 2,000

Data: TypeAlias = "str | int | bool | list[Data] | dict[str, Data] | None"
Location: TypeAlias = tuple[str | int, ...]  # ("steps", 3, "title", "nl")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something in a content file that an author has to change.

    ``path`` is as shown to the author, ``line`` counts from 1, ``where`` is a place within the
    file ("steps.3.title") and ``message`` says what is wrong and what to do.
    """

    path: str
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.where}: {self.message}"


class ContentErrors(Exception):
    """Content that cannot be used; ``problems`` holds all that was found, by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Lines:
    """The line of every key and item of one file."""

    by_location: dict[Location, int]

    def of(self, location: Location) -> int:
        """The line of the deepest known value on the way to ``location``, from 1.

        Steps that are not in the file (a missing key, pydantic's union tag) are skipped.
        """
        known: Location = ()
        for step in location:
            if (*known, step) in self.by_location:
                known = (*known, step)
        return self.by_location.get(known, 1)


def load(path: Path, *, shown: str | None = None) -> tuple[Data, Lines]:
    """Read one YAML file; ``shown`` is what problems call it, by default ``path`` itself.

    Gives None for the data of an empty file. Raises :exc:`ContentErrors`.
    """
    shown = shown or path.as_posix()
    return parse(read(path, shown=shown), shown)


def read(path: Path, *, shown: str) -> str:
    """The text of a content file, lines ending in a line feed.

    Raises :exc:`ContentErrors` for a symbolic link, what is not a file, more than 256 KB, what is
    not UTF-8, and characters that nobody sees: tabs, control characters, and those that turn the
    direction of the text.
    """

    def refuse(line: int, where: str, message: str) -> ContentErrors:
        return ContentErrors([Problem(shown, line, where, message)])

    try:
        # Without O_NONBLOCK, opening a pipe would wait for a writer for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        reason = "symbolic links are not followed" if _is_link(path) else _reason(error)
        raise refuse(1, "file", f"cannot be read ({reason}): put a plain file here") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise refuse(1, "file", "is not a plain file: put a plain file here")
    with open(descriptor, "rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise refuse(1, "file", f"is larger than {MAX_BYTES // 1024} KB: split it or shorten it")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refuse(line, "file", "is not UTF-8 here: save the file as UTF-8") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if invisible := list(_invisible_characters(text, shown)):
        raise ContentErrors(invisible)
    return text


def parse(text: str, shown: str) -> tuple[Data, Lines]:
    """Data and lines of a YAML text; ``shown`` is what problems call the file.

    Raises :exc:`ContentErrors`.
    """
    if len(text) > MAX_BYTES:
        message = f"is larger than {MAX_BYTES // 1024} KB: split it or shorten it"
        raise ContentErrors([Problem(shown, 1, "file", message)])
    if invisible := list(_invisible_characters(text, shown)):
        raise ContentErrors(invisible)
    builder = _Builder(shown)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except _Stop:
        pass  # What stopped us is among the problems.
    except MarkedYAMLError as error:
        builder.refuse(_line_of(error), "yaml", _advice(error))
    except (YAMLError, ValueError, OverflowError) as error:
        # ruamel.yaml lets a wrong escape such as "\U00110000" through as a ValueError.
        builder.refuse(builder.line, "yaml", f"cannot be read ({_reason(error)}): rewrite this")
    if builder.problems:
        raise ContentErrors(builder.problems)
    return builder.data, Lines(builder.lines)


# --- Building ------------------------------------------------------------------------------


class _Stop(Exception):
    """Reading further makes no sense."""


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is being filled."""

    location: Location
    items: "list[Data] | dict[str, Data]"
    key: str | None = None  # of a mapping, when its value comes next


@dataclass(slots=True)
class _Builder:
    """Takes the events of one file and makes data of them."""

    shown: str
    data: Data = None
    lines: dict[Location, int] = field(default_factory=lambda: {(): 1})
    problems: list[Problem] = field(default_factory=list)
    line: int = 1
    _stack: list[_Frame] = field(default_factory=list)
    _documents: int = 0
    _values: int = 0

    def refuse(self, line: int, where: str, message: str) -> None:
        self.problems.append(Problem(self.shown, line, where, message))

    def take(self, event: Event) -> None:
        self.line = event.start_mark.line + 1
        match event:
            case DocumentStartEvent():
                self._begin(event)
            case MappingEndEvent() | SequenceEndEvent():
                self._stack.pop()
            case NodeEvent():
                self._count()
                self._check(event)
                if self._expects_key():
                    self._take_key(event)
                else:
                    self._take_value(event)

    def _begin(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self.refuse(self.line, "yaml", "a second document begins here: remove the line '---'")
            raise _Stop
        if event.version or event.tags:
            self.refuse(1, "yaml", "directives are not used here: remove the lines with '%'")

    def _count(self) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            self.refuse(
                self.line, "yaml", f"more than {MAX_VALUES} keys and values: split the file"
            )
            raise _Stop

    def _check(self, event: NodeEvent) -> None:
        if isinstance(event, AliasEvent):
            message = f"aliases are not used here: write out what '*{event.anchor}' stands for"
            self.refuse(self.line, self._where(), message)
        elif event.anchor is not None:
            message = f"anchors are not used here: remove '&{event.anchor}', or quote the text"
            self.refuse(self.line, self._where(), message)
        if getattr(event, "tag", None) is not None:
            message = "tags are not used here: remove the word with '!', or quote the text"
            self.refuse(self.line, self._where(), message)

    def _expects_key(self) -> bool:
        return bool(self._stack) and (
            isinstance(self._stack[-1].items, dict) and self._stack[-1].key is None
        )

    def _take_key(self, event: NodeEvent) -> None:
        frame = self._stack[-1]
        if not isinstance(event, ScalarEvent) or not event.value:
            self.refuse(self.line, self._where(), "a key must be a word: write 'key: value'")
            raise _Stop
        key = str(event.value)
        frame.key = key
        location = (*frame.location, key)
        if key == "<<" and event.style is None:
            self.refuse(self.line, self._where(), "merge keys are not used here: write them out")
        elif location in self.lines:
            message = f"stands here twice, first on line {self.lines[location]}: keep one of them"
            self.refuse(self.line, self._where(), message)
        else:
            self.lines[location] = self.line

    def _take_value(self, event: NodeEvent) -> None:
        match event:
            case ScalarEvent():
                self._put(self._scalar(event))
            case MappingStartEvent():
                self._open({})
            case SequenceStartEvent():
                self._open([])
            case _:
                self._put(None)  # An alias, which has been refused.

    def _open(self, items: "list[Data] | dict[str, Data]") -> None:
        if len(self._stack) == MAX_DEPTH:
            message = f"more than {MAX_DEPTH} lists and mappings inside each other: write it flat"
            self.refuse(self.line, "yaml", message)
            raise _Stop
        location = self._put(items)
        self._stack.append(_Frame(location, items))

    def _put(self, value: Data) -> Location:
        """Put a value in its place, and give its location."""
        if not self._stack:
            self.data = value
            return ()
        frame = self._stack[-1]
        if isinstance(frame.items, list):
            location = (*frame.location, len(frame.items))
            self.lines[location] = self.line
            frame.items.append(value)
            return location
        assert frame.key is not None  # noqa: S101 - a value follows its key
        location = (*frame.location, frame.key)
        frame.items[frame.key] = value
        frame.key = None
        return location

    def _scalar(self, event: ScalarEvent) -> Data:
        value = str(event.value)
        if escaped := _INVISIBLE.search(value):
            message = f"an escape stands for U+{ord(escaped[0]):04X}, which nobody sees: remove it"
            self.refuse(self.line, self._where(), message)
        if event.style is not None:  # quoted, or a block
            return value
        if value in _WORDS:
            return _WORDS[value]
        return int(value) if _WHOLE.fullmatch(value) else value

    def _where(self) -> str:
        if not self._stack:
            return "file"
        frame = self._stack[-1]
        last = len(frame.items) if isinstance(frame.items, list) else frame.key
        location = frame.location if last is None else (*frame.location, last)
        return ".".join(map(str, location)) or "file"


_WORDS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
}
# At most 18 digits: int() of a very long text is slow. A leading zero belongs to a code, not to
# a number.
_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)

# --- What is wrong, in words ---------------------------------------------------------------

# Control characters, line separators, characters that turn the direction of the text, halves of
# pairs, and the signs of a file that was once saved in a wrong encoding.
_INVISIBLE: Final = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
    r"\ufeff\ufffd-\uffff]"
)

_ADVICE: Final = (
    ("mapping values are not allowed", "a ': ' inside a text, or a wrong indentation: put the text "
     "between quotes or below '>-', and line the key up with the others"),
    ("could not find expected ':'", "no ': ' on this line: write 'key: value', and indent the "
     "lines of a long text below '>-'"),
    ("unexpected end of stream", "the quote that opens here is never closed: close it"),
    ("expected ',' or", "a bracket that opens here is never closed: close it, or write every item "
     "on a line of its own"),
    ("but found '<scalar>'", "words after the closing quote: put the whole text between quotes"),
    ("expected <block end>", "does not line up with the lines above: indent it as far as the "
     "other keys or items"),
    ("sequence entries are not allowed", "a list item after a key: put '- ' on the next line"),
    ("expected the node content", "something is missing before this line: close the bracket, or "
     "write the value"),
    ("cannot start any token", "a text may not start with this character: put it between quotes"),
    ("unknown escape", "a backslash between double quotes: use single quotes"),
    ("chomping or indentation", "text after '>' or '|': start the text on the next line"),
)  # fmt: skip


def _advice(error: MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "something unexpected")
    for words, advice in _ADVICE:
        if words in problem:
            return advice
    return f"is not YAML that we read ({problem}): put the text between quotes"


def _line_of(error: MarkedYAMLError) -> int:
    # A quote or bracket that was never closed is only noticed at the end of the file.
    unclosed = "end of stream" in str(error.problem) or "expected ',' or" in str(error.problem)
    mark = error.context_mark if unclosed and error.context_mark else error.problem_mark
    return int(mark.line) + 1 if mark else 1


def _invisible_characters(text: str, shown: str) -> Iterator[Problem]:
    last = 0
    for found in _INVISIBLE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        if line == last:
            continue
        last = line
        if found[0] == "\t":
            message = "a tab stands here: use spaces"
        elif found[0] == "\N{REPLACEMENT CHARACTER}":
            message = "a letter was lost here ('\N{REPLACEMENT CHARACTER}'): type it again"
        else:
            message = f"a character that nobody sees (U+{ord(found[0]):04X}): delete it"
        yield Problem(shown, line, "file", message)


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except (OSError, ValueError):
        return False


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error).splitlines()[0] if str(error) else type(error).__name__
