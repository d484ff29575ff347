"""A package of QTI 3.0, or one item → items as our schema has them, and lines about the rest."""

import posixpath
from collections.abc import Mapping
from urllib.parse import unquote

from course.curriculum.exchange import intake
from course.curriculum.exchange.intake import Intake, Language
from course.curriculum.exchange.package import unpacked
from course.curriculum.exchange.qti.interactions import KINDS
from course.curriculum.exchange.qti.item import Item
from course.curriculum.exchange.qti.names import MANIFEST
from course.curriculum.exchange.reading import Reading
from course.curriculum.exchange.report import NotTaken, Place, Unreadable, unreadable
from course.curriculum.exchange.xmltree import Element, parse


def read(data: bytes, *, language: Language) -> Reading:
    """The items of a package, or of one item. Raises :exc:`~report.Unreadable`."""
    found = Intake(language)
    if not data.startswith(b"PK"):
        _take(parse(data), "", found)
        return Reading("", tuple(found.items), tuple(found.remarks))
    files = unpacked(data)
    if MANIFEST not in files:
        raise unreadable(f"holds no {MANIFEST}: export it again as a package")
    manifest = parse(files[MANIFEST], file=MANIFEST)
    for resource in (part for part in manifest.below() if part.tag == "resource"):
        _take_resource(resource, files, found)
    return Reading("", tuple(found.items), tuple(found.remarks))


def _take_resource(resource: Element, files: Mapping[str, bytes], found: Intake) -> None:
    kind, href = resource.attributes.get("type", ""), resource.attributes.get("href", "")
    place = Place(f"resource {href!r}", resource.line, MANIFEST)
    if kind.startswith("imsqti_test"):
        found.remarks.append(place.lost("is a test: its items come along, not its parts and rules"))
    elif kind.startswith(("imsqti_item_xmlv2", "imsqti_item_xmlv1")):
        found.refuse(place, "is of an older QTI: convert it to QTI 3.0")
    elif kind.startswith("imsqti_item"):
        name = posixpath.normpath(unquote(href))
        if name not in files:
            found.refuse(place, "is not in the package: export it again")
            return
        try:
            _take(parse(files[name], file=name), name, found)
        except Unreadable as error:
            found.remarks.append(error.remark)
    elif kind.startswith("imsqti"):
        found.refuse(place, f"is of the type {kind!r}, which has no place here: leave it out")


def _take(root: Element, file: str, found: Intake) -> None:
    title = root.attributes.get("identifier", "")
    shown = root.attributes.get("title") or title
    place = Place(f"item {intake.short(shown)}", root.line, file)
    if root.tag != "qti-assessment-item":
        older = root.tag == "assessmentItem"
        found.refuse(
            Place(f"<{root.tag}>", root.line, file),
            "is of an older QTI: convert it to QTI 3.0"
            if older
            else "is no item of QTI 3.0: it begins with <qti-assessment-item>",
        )
        return
    draft = found.draft(place)
    try:
        item = Item(root, draft)
        kind, fields = KINDS[item.interaction.tag](item)
        found.take(
            draft,
            kind,
            title=title,
            prompt=item.prompt,
            points=item.points,
            explanation=item.explanation(),
            **fields,
        )
    except NotTaken as reason:
        found.refuse(place, str(reason))
