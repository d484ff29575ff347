"""Files that people hand in: how they come in, where they are kept, and how they go out again.

A door for features. Each has a table of its own for its files, made with :class:`StoredFile`, so
that a file belongs to its owner by a foreign key: it goes when the owner goes, nothing is left
behind, and whoever may have the owner's row, by its own loader, may have the file. Take one in with
:func:`take` and give it out with :func:`as_download`; a view that takes files says so with
:func:`takes_files`.

They are kept in the database and not beside it. A backup is one file and stays one moment: no file
without its row, and no row without its file. A restore, the erasure of an account and the download
of one's own data need nothing more, and both web servers and workers see the same. What that costs
is bounded: ten megabytes a file, pictures made smaller, and per person as much as the feature says.

What comes in is told by its content (:mod:`course.core.filetypes`). What goes out is always a
download, of the type that was found, in a sandbox in which nothing runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

from flask import Flask, current_app, request, send_file
from flask.wrappers import Response
from sqlalchemy import LargeBinary, String, inspect, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import FileStorage

from course.core.clock import now
from course.core.db import Model, db, end_transaction
from course.core.filetypes import LARGEST, LONGEST_NAME, MEGABYTE, Kind, Problem, checked, tidy_name
from course.core.i18n import _, number
from course.core.security import CONTENT_SECURITY_POLICY

# Larger than any file that is taken, so that one that is too large is refused in words, with what
# was typed beside it. What is larger than this is not read at all.
MOST_SENT: Final = 4 * LARGEST
LONGEST_TEXT: Final = 2 * MEGABYTE
ACCEPTED: Final = ".pdf,.docx,.png,.jpg,.jpeg,.webp"  # what a browser offers to choose from
DIGEST: Final = 64  # hexadecimal digits


class StoredFile:
    """The columns of a file that somebody handed in, for the table of a feature.

    ``content`` is only read by :func:`content_of`: no page that names files loads them. In the
    download of one's own data it is a file beside the others.
    """

    name: Mapped[str] = mapped_column(String(LONGEST_NAME))  # a text to show, never a path
    kind: Mapped[str] = mapped_column(String(4))  # a Kind, told by the content
    size: Mapped[int]  # bytes, as kept
    sha256: Mapped[str] = mapped_column(String(DIGEST))  # of the content
    uploaded_at: Mapped[datetime] = mapped_column(default=now)
    content: Mapped[bytes] = mapped_column(
        LargeBinary, deferred=True, deferred_raiseload=True, info={"export": False}
    )

    @property
    def is_picture(self) -> bool:
        """Whether a page may show it."""
        return Kind(self.kind).is_picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A file that may be kept: the columns of a :class:`StoredFile`."""

    name: str
    kind: Kind
    content: bytes

    @property
    def sha256(self) -> str:
        """Of the content."""
        return sha256(self.content).hexdigest()

    def columns(self) -> dict[str, Any]:
        """What is written in the row."""
        return {
            "name": self.name,
            "kind": self.kind.value,
            "size": len(self.content),
            "sha256": self.sha256,
            "uploaded_at": now(),
            "content": self.content,
        }

    def is_in(self, row: StoredFile) -> bool:
        """Whether this is what is kept there."""
        return (row.name, row.sha256) == (self.name, self.sha256)


# --- Coming in -----------------------------------------------------------------------------


def takes_files(view: Callable[..., Any]) -> Callable[..., Any]:
    """The form of this view may hold files, and be as large as they are."""
    view.takes_files = True  # type: ignore[attr-defined]  # functions take attributes
    return view


def takes_long_texts(view: Callable[..., Any]) -> Callable[..., Any]:
    """The form of this view may hold a text of two megabytes: a list, and not what people write."""
    view.takes_long_texts = True  # type: ignore[attr-defined]  # functions take attributes
    return view


def make_room() -> None:
    """Let a form with files, or with long texts, be larger than others; before it is read."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_long_texts", False):
        request.max_form_memory_size = LONGEST_TEXT
    if getattr(view, "takes_files", False):
        request.max_content_length = MOST_SENT


def take(file: FileStorage | None) -> Taken | Problem | None:
    """What was chosen in a field; ``None`` when nothing was.

    Ends the transaction first, because looking into a large picture takes a second, in which
    others want to write.
    """
    if file is None or not file.filename:
        return None
    end_transaction()
    found = checked(file.stream.read(LARGEST + 1))
    if isinstance(found, Problem):
        return found
    name = tidy_name(file.filename, found.kind)
    return Taken(name=name, kind=found.kind, content=found.content)


def refusal(problem: Problem) -> str:
    """Why a file was not taken, and what to do."""
    words = {
        Problem.EMPTY: _("This file is empty. Choose another one."),
        Problem.TOO_LARGE: _(
            "This file is too large: at most %(most)s. Make it smaller, or leave pictures out.",
            most=in_words(LARGEST),
        ),
        Problem.OTHER_KIND: _(
            "This kind of file cannot be handed in. Save it as PDF, as Word (docx), or as a "
            "picture (JPEG, PNG or WebP)."
        ),
        Problem.OLD_WORD: _(
            "This is an old Word file (doc), or one with a password. Save it without a password "
            "as docx or PDF."
        ),
        Problem.TELEPHONE: _(
            "This is a picture as some telephones keep it (HEIC), which not everybody can open. "
            "Save or send it as JPEG."
        ),
        Problem.DAMAGED: _(
            "This file is damaged, or is not what its name says. Save it once more and try again."
        ),
        Problem.ACTIVE: _(
            "This document holds a macro or another file, or fetches something when it is "
            "opened. Save it as PDF and hand that in."
        ),
        Problem.UNPACKS: _("This document is far too large inside. Save it as PDF."),
        Problem.TOO_MANY_PIXELS: _(
            "This picture has too many pixels: at most 25 million. Make it smaller."
        ),
        Problem.MOVES: _("This picture moves. Hand in one that stands still, or a PDF."),
        Problem.NO_ROOM: _(
            "There is no room left for your files. Take away one that you do not need, or ask your "
            "instructor."
        ),
    }
    return words[problem]


def in_words(size: int) -> str:
    """A number of bytes as people say it: 340 kB, 1.2 MB."""
    if size < MEGABYTE:
        return f"{max(1, round(size / 1024))} kB"
    return f"{number(round(size / MEGABYTE, 1))} MB"


# --- Going out -----------------------------------------------------------------------------


def content_of(row: StoredFile) -> bytes:
    """What is in the file; one query."""
    state: Any = inspect(row)
    table = state.mapper.local_table
    keys = zip(table.primary_key, state.identity, strict=True)
    found: bytes = db.session.execute(
        select(table.c.content).where(*(column == value for column, value in keys))
    ).scalar_one()
    return found


def as_download(
    row: StoredFile, *, name: str | None = None, content: bytes | None = None
) -> Response:
    """The file, to be saved and not shown; called ``name`` instead of what its owner called it.

    ``content`` goes out in the place of what is kept, as the same kind of file.
    """
    kind = Kind(row.kind)
    answer = send_file(
        BytesIO(content_of(row) if content is None else content),
        mimetype=kind.mimetype,
        as_attachment=True,
        download_name=tidy_name(name, kind) if name else row.name,
        conditional=False,
        etag=False,
    )
    headers = answer.headers
    headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; sandbox"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Cache-Control"] = "private, no-store"
    return answer


def tables() -> list[type[StoredFile]]:
    """The tables of features that hold files."""
    mappers = Model.registry.mappers
    return [mapper.class_ for mapper in mappers if issubclass(mapper.class_, StoredFile)]


def init_app(app: Flask) -> None:
    """Make room for files, before anything reads a form; and tell templates what is taken."""
    app.before_request(make_room)
    app.jinja_env.filters["filesize"] = in_words
    app.jinja_env.globals.update(accepted_files=ACCEPTED, largest_file=LARGEST)
