"""The files beside a text, for who marks it: under names that tell of nobody.

While names are hidden a Word document goes out without what it says of its maker. A picture was
drawn anew when it came in. A PDF goes out as it is: what it holds can hide from any search, so the
writer is told before handing in, and the marker before opening.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from zipfile import ZipFile, ZipInfo

from flask.wrappers import Response
from sqlalchemy import select

from course.core import uploads
from course.core.db import db
from course.core.filetypes import Kind
from course.core.i18n import _
from course.marking.queries import Item
from course.reflections.models import Attachment, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A file that was handed in with a text, or with an earlier version of it."""

    number: int  # 1 and on, over all versions, in the order of adding
    version: int
    name: str  # as it is saved: of its number and the code
    size: int  # bytes
    row: Attachment


def beside(item: Item) -> Sequence[Beside]:
    """What was handed in up to the version that is marked, oldest first; one query."""
    submission = item.submission
    statement = (
        select(Attachment, Submission.number)
        .join(Submission, Submission.id == Attachment.submission_id)
        .where(
            Submission.enrolment_id == submission.enrolment_id,
            Submission.step == submission.step,
            Submission.number <= submission.number,
        )
        .order_by(Attachment.id)
    )
    word = _("attachment")
    return [
        Beside(
            number=number,
            version=version,
            name=f"{word}-{number}-{item.code}.{row.kind}",
            size=row.size,
            row=row,
        )
        for number, (row, version) in enumerate(db.session.execute(statement), start=1)
    ]


def as_download(item: Item, number: int) -> Response | None:
    """The file with this number; ``None`` where there is none."""
    found = next((file for file in beside(item) if file.number == number), None)
    if found is None:
        return None
    is_changed = not item.name and Kind(found.row.kind) is Kind.DOCX
    content = without_maker(uploads.content_of(found.row)) if is_changed else None
    return uploads.as_download(found.row, name=found.name, content=content)


# --- Word documents ------------------------------------------------------------------------

SCHEMAS: Final = b"http://schemas.openxmlformats.org"
# The parts with properties, empty (ECMA-376, part 1, 22.2 and 22.3; part 2, 11).
PROPERTIES: Final = {
    "docprops/core.xml": b'<c:coreProperties xmlns:c="%b/package/2006/metadata/core-properties"/>',
    "docprops/app.xml": b'<Properties xmlns="%b/officeDocument/2006/extended-properties"/>',
    "docprops/custom.xml": b'<Properties xmlns="%b/officeDocument/2006/custom-properties"/>',
}
VALUE: Final = rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')"
# Of who commented or changed something, and of a template by its place on the disk of somebody.
PERSON: Final = re.compile(rb"(\bw\d*:(?:author|initials|userId))" + VALUE)
MOMENT: Final = re.compile(rb"\s\bw\d*:date" + VALUE)
ON_DISK: Final = re.compile(rb"(\bTarget)\s*=\s*[\"'](?:file:|[A-Za-z]:)[^\"']*[\"']")


def without_maker(document: bytes) -> bytes:
    """The same Word document without what says who made it, and when.

    Its properties are left out, and the names beside changes and comments. What stands in the text
    itself stays. ``document`` was checked when it came in (:mod:`course.core.filetypes`).
    """
    changed = BytesIO()
    with ZipFile(BytesIO(document)) as old, ZipFile(changed, "w") as new:
        for member in old.infolist():
            plain = ZipInfo(member.filename)  # of the first moment that an archive knows
            plain.compress_type = member.compress_type
            new.writestr(plain, _unnamed(member.filename.lower(), old.read(member)))
    return changed.getvalue()


def _unnamed(name: str, part: bytes) -> bytes:
    if name in PROPERTIES:
        return PROPERTIES[name] % SCHEMAS
    if name.endswith(".rels"):
        return ON_DISK.sub(rb'\1="file:///template"', part)
    if name.endswith(".xml"):
        return MOMENT.sub(b"", PERSON.sub(rb'\1=""', part))
    return part
