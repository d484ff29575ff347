"""What did not come along, as lines that tell where, why, and what to do.

Two kinds: an item that was *not taken*, and an item that was taken while something of it was lost.
A file without lines of the first kind is a file that was read, or written, as a whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

MAX_BYTES: Final = 5 * 1024 * 1024  # of a file that comes in


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """One line of the report.

    ``file`` is a file in a package, or empty; ``line`` counts from 1, and is 0 for what goes out.
    """

    file: str
    line: int
    what: str  # "question 'Waakvlam'"
    message: str  # why, and what to do
    taken: bool  # the item itself was

    def __str__(self) -> str:
        place = [self.file, f"line {self.line}" if self.line else "", self.what, self.message]
        told = ": ".join(part for part in place if part)
        # A name within a package may hold what a terminal obeys.
        return "".join(sign if sign.isprintable() else " " for sign in told)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; makes remarks about it."""

    what: str
    line: int = 0
    file: str = ""

    def refused(self, message: str) -> Remark:
        """This is not taken."""
        return Remark(self.file, self.line, self.what, message, taken=False)

    def lost(self, message: str) -> Remark:
        """This is taken, and something of it is not."""
        return Remark(self.file, self.line, self.what, message, taken=True)


class Unreadable(Exception):
    """A file of which nothing can be read; ``remark`` tells why and what to do."""

    def __init__(self, remark: Remark) -> None:
        self.remark = remark
        super().__init__(str(remark))


class NotTaken(Exception):
    """An item that cannot be taken; the message tells why and what to do."""


def unreadable(message: str, *, line: int = 1, file: str = "") -> Unreadable:
    """The refusal of a whole file."""
    return Unreadable(Place("file", line, file).refused(message))


def decoded(data: bytes, *, file: str = "") -> str:
    """The text of a file in UTF-8, lines ending in a line feed.

    Raises :exc:`Unreadable` for another encoding, and for more than 5 MB.
    """
    if len(data) > MAX_BYTES:
        raise unreadable(too_large(), file=file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise unreadable("is not UTF-8 here: save it as UTF-8", line=line, file=file) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise unreadable("is not text here: save it as UTF-8", line=line, file=file)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def too_large() -> str:
    """Why a file of more than ``MAX_BYTES`` is refused."""
    return f"is larger than {MAX_BYTES // 1024 // 1024} MB: leave out pictures, or split it"


def enumerated(words: Iterable[str]) -> str:
    """Words in a row: "links, pictures and line breaks"; each once."""
    each: Sequence[str] = list(dict.fromkeys(words))
    return " and ".join([*([", ".join(each[:-1])] if len(each) > 1 else []), *each[-1:]])
