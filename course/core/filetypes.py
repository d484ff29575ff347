"""What a file that somebody hands in is: told by what is in it, never by what it is called.

Taken are PDF, Word (docx) and pictures (PNG, JPEG, WebP). A picture is drawn anew, which leaves
behind whatever else was in the file: where it was taken, by which telephone, and a program hidden
after its last point. A Word document is unpacked, within bounds, and refused when it holds a
program or another file, or fetches something when it is opened. A PDF is only looked at from the
outside: what is in it can hide itself from any search, so what counts is that it is never shown in
a page of ours. See :mod:`course.core.uploads`.

Bounds: reliability.md, T21 to T23. A docx is an Open Packaging file (ECMA-376, part 2).
"""

import re
import struct
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Final
from urllib.parse import unquote
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo, is_zipfile

MEGABYTE: Final = 1024 * 1024
LARGEST: Final = 10 * MEGABYTE  # of a file as it comes in, and as it is kept
LONGEST_NAME: Final = 120  # characters

# A picture: a page of A4 stays easy to read, and a picture of a telephone fits in.
MOST_PIXELS: Final = 25_000_000
LONGEST_SIDE: Final = 2400  # pixels
QUALITY: Final = 85  # of JPEG and WebP

# A document: many times what a thesis with pictures has.
MOST_PARTS: Final = 2000
MOST_UNPACKED: Final = 64 * MEGABYTE
MOST_EXPANSION: Final = 100  # times its size, once it is larger than a megabyte unpacked
LARGEST_INDEX: Final = MEGABYTE  # of a part that tells about the others

END_OF_PDF: Final = 1024  # bytes in which its last line stands (ISO 32000-1, annex H.3, note 18)


class Kind(StrEnum):
    """A kind of file that is taken; its value is the end of its name."""

    PDF = "pdf"
    DOCX = "docx"
    PNG = "png"
    JPEG = "jpg"
    WEBP = "webp"

    @property
    def is_picture(self) -> bool:
        """Whether it was drawn anew here, so that a page may show it."""
        return self in PICTURES

    @property
    def mimetype(self) -> str:
        """As it is served."""
        return MIMETYPES[self]


class Problem(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    OTHER_KIND = "other-kind"
    OLD_WORD = "old-word"  # or a document with a password: from outside they are the same
    TELEPHONE = "telephone"  # HEIC, as telephones make it
    DAMAGED = "damaged"  # or not what it seems
    ACTIVE = "active"  # holds a program or another file, or fetches something when it is opened
    UNPACKS = "unpacks"  # into far more than it is
    TOO_MANY_PIXELS = "too-many-pixels"
    MOVES = "moves"
    NO_ROOM = "no-room"  # beside what this person has handed in already


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that is taken, as it is to be kept."""

    kind: Kind
    content: bytes


class _NotTaken(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


PICTURES: Final[Mapping[Kind, str]] = {Kind.PNG: "PNG", Kind.JPEG: "JPEG", Kind.WEBP: "WEBP"}
MIMETYPES: Final[Mapping[Kind, str]] = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
    Kind.WEBP: "image/webp",
}
# How each begins; a dot stands for any byte.
BEGINNINGS: Final = (
    (rb"%PDF-[12]\.", Kind.PDF),
    (rb"PK\x03\x04", Kind.DOCX),
    (rb"\x89PNG\r\n\x1a\n", Kind.PNG),
    (rb"\xff\xd8\xff", Kind.JPEG),
    (rb"RIFF....WEBP", Kind.WEBP),
    (rb"\xd0\xcf\x11\xe0", Problem.OLD_WORD),
    (rb"....ftyp(?:hei|hev|mif|avi)", Problem.TELEPHONE),
)


def checked(content: bytes) -> Checked | Problem:
    """What this is, as it is to be kept; or why it is not taken. Pictures come out drawn anew."""
    if not content:
        return Problem.EMPTY
    if len(content) > LARGEST:
        return Problem.TOO_LARGE
    found = next(
        (what for start, what in BEGINNINGS if re.match(start, content, re.DOTALL)),
        Problem.OTHER_KIND,
    )
    if isinstance(found, Problem):
        return found
    try:
        return Checked(found, _looked_at(found, content))
    except _NotTaken as refusal:
        return refusal.problem


def _looked_at(kind: Kind, content: bytes) -> bytes:
    match kind:
        case Kind.PDF:
            _look_at_pdf(content)
        case Kind.DOCX:
            _look_at_docx(content)
        case _:
            return _drawn_anew(kind, content)
    return content


def _look_at_pdf(content: bytes) -> None:
    """It ends as a PDF does, and is no archive at the same time."""
    if b"%%EOF" not in content[-END_OF_PDF:] or is_zipfile(BytesIO(content)):
        raise _NotTaken(Problem.DAMAGED)


# --- Pictures ------------------------------------------------------------------------------

# What Pillow raises for a picture that is none after all.
_UNREADABLE: Final = (
    EOFError, IndexError, KeyError, OSError, OverflowError, SyntaxError, TypeError, ValueError,
    struct.error, zlib.error,
)  # fmt: skip


def _drawn_anew(kind: Kind, content: bytes) -> bytes:
    """The same picture upright, at most 2400 pixels a side, and nothing but the picture."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - only who hands in a picture waits for it

    Image.MAX_IMAGE_PIXELS = None  # they are counted here, and fewer are let in
    try:
        with Image.open(BytesIO(content), formats=[PICTURES[kind]]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _NotTaken(Problem.TOO_MANY_PIXELS)
            if kind is not Kind.JPEG and getattr(opened, "is_animated", False):
                raise _NotTaken(Problem.MOVES)
            upright = ImageOps.exif_transpose(opened)
            if upright.mode.startswith("I"):  # grey in more steps than a byte has: a scan
                upright = upright.point(lambda step: step / 256)
            plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except _UNREADABLE as error:
        raise _NotTaken(Problem.DAMAGED) from error
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain.info.clear()
    drawn = BytesIO()
    plain.save(drawn, PICTURES[kind], quality=QUALITY)
    if drawn.tell() > LARGEST:
        raise _NotTaken(Problem.TOO_LARGE)
    return drawn.getvalue()


# --- Word documents ------------------------------------------------------------------------

WORD: Final = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
)
PROGRAMS: Final = ("macroenabled", "vbaproject", "activex", "oleobject")  # in types of parts
OTHER_FILES: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"MZ", b"%PDF-")
INDEX: Final = "[Content_Types].xml"
ENTRY: Final = b"PK\x01\x02"  # how each part is announced in the list at the end
LINK: Final = 0o12  # the kind of a symbolic link among the rights of a file
# A target that names no other machine: on the disk of the writer, or within the document.
PLACE_HERE: Final = re.compile(
    r"file:(?:/|///|//localhost/)[^/]|[a-z]:/|/?[^:/]+(?:/[^:/]+)*/?\Z", re.IGNORECASE
)


# What unpacking raises for an archive that is none after all.
_UNPACKING: Final = (
    BadZipFile, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError, ValueError,
    struct.error, zlib.error, expat.ExpatError,
)  # fmt: skip


def _look_at_docx(content: bytes) -> None:
    if content.count(ENTRY) > MOST_PARTS:  # before anything makes a list of them
        raise _NotTaken(Problem.UNPACKS)
    try:
        with ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            _fits(members, len(content))
            _is_in_order(members)
            _is_by(archive, WORD)
            for member in members:
                _is_at_rest(member.filename, archive.read(member))
    except _UNPACKING as error:
        raise _NotTaken(Problem.DAMAGED) from error


def _fits(members: list[ZipInfo], size: int) -> None:
    """As the list says; and unpacking stops, with an error, at what the list says."""
    unpacked = sum(member.file_size for member in members)
    expands = unpacked > MEGABYTE and unpacked > MOST_EXPANSION * size
    if unpacked > MOST_UNPACKED or expands:
        raise _NotTaken(Problem.UNPACKS)


def _is_in_order(members: list[ZipInfo]) -> None:
    """One file from its first byte on, in which each part has a name of its own that is no path."""
    names = [member.filename.lower() for member in members]
    if (
        min((member.header_offset for member in members), default=1) > 0
        or len(set(names)) < len(names)
        or any(_leads_away(name) for name in names)
        or any(member.external_attr >> 28 == LINK for member in members)
    ):
        raise _NotTaken(Problem.DAMAGED)


def _leads_away(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _is_by(archive: ZipFile, program: tuple[str, ...]) -> None:
    """By what it says about its parts, of which none is a program: a document, or a workbook."""
    if INDEX not in archive.namelist():
        raise _NotTaken(Problem.OTHER_KIND)
    told = _attributes(archive.read(INDEX))
    types = [values["ContentType"].lower() for values in told if "ContentType" in values]
    if any(found in kind for kind in types for found in PROGRAMS):
        raise _NotTaken(Problem.ACTIVE)
    if not any(kind in types for kind in program):
        raise _NotTaken(Problem.OTHER_KIND)


def _is_at_rest(name: str, part: bytes) -> None:
    """It is no other file, and asks for none."""
    is_index = name.lower().endswith(".rels")
    if part.startswith(OTHER_FILES) or (is_index and any(map(_fetches, _attributes(part)))):
        raise _NotTaken(Problem.ACTIVE)


def _fetches(values: Mapping[str, str]) -> bool:
    """Whether opening the document asks another machine for something: a link waits for a click.

    The template of a school is often named by its place on the disk of who wrote the document;
    that asks nobody for anything.
    """
    if values.get("TargetMode") != "External" or values.get("Type", "").endswith("/hyperlink"):
        return False
    return not PLACE_HERE.match(unquote(values.get("Target", "")).replace("\\", "/"))


def _attributes(part: bytes) -> list[dict[str, str]]:
    """Those of each element. Raises :exc:`ValueError` for what no word processor writes."""
    if not part or len(part) > LARGEST_INDEX:
        raise ValueError(f"an index of {len(part)} bytes")
    found: list[dict[str, str]] = []
    parser = _declares_nothing()
    parser.StartElementHandler = lambda _name, values: found.append(values)
    parser.Parse(part, True)
    return found


# --- Workbooks -----------------------------------------------------------------------------

WORKBOOK: Final = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
)
LARGEST_WORKBOOK: Final = 32 * MEGABYTE  # unpacked: ten thousand rows of forty columns
IS_WORKBOOK: Final = b"PK\x03\x04"
IS_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"  # doc and xls, and whatever has a password


def workbook_problem(content: bytes) -> Problem | None:
    """Why this is no workbook (xlsx) that may be read; ``None`` when it may.

    It fits in memory unpacked, holds no program, and none of its parts declares entities. Whoever
    reads it after this still has to expect that it is damaged.
    """
    if len(content) > LARGEST:
        return Problem.TOO_LARGE
    if content.count(ENTRY) > MOST_PARTS:
        return Problem.UNPACKS
    try:
        with ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            _fits(members, len(content))
            if sum(member.file_size for member in members) > LARGEST_WORKBOOK:
                return Problem.UNPACKS
            _is_in_order(members)
            _is_by(archive, WORKBOOK)
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(member) as part:
                        _declares_nothing().ParseFile(part)
    except _NotTaken as refusal:
        return refusal.problem
    except _UNPACKING:
        return Problem.DAMAGED
    return None


def _declares_nothing() -> expat.XMLParserType:
    """A parser that raises :exc:`ValueError` for a document type, and so for entities."""

    def refuse(*_declared: object) -> None:
        raise ValueError("declares a type of its own")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    return parser


# --- Names ---------------------------------------------------------------------------------

_ENDING: Final = re.compile(r"\.\w{1,5}$")


def tidy_name(name: str, kind: Kind) -> str:
    """The name as a text to show: of one line, no path, and with the end that its content has.

    At most 120 characters. What is not seen is left out, such as the sign that writes what follows
    from right to left and makes ``exe.pdf`` of a program.
    """
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    seen = "".join(sign if sign.isprintable() else " " for sign in last)
    stem = _ENDING.sub("", " ".join(seen.split())).strip(" .") or "document"
    end = f".{kind.value}"
    return f"{stem[: LONGEST_NAME - len(end)].rstrip(' .')}{end}"
