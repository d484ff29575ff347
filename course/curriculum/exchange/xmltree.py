"""XML from strangers, read safely into values of our own, and XML of ours, written.

A document type is refused outright, and with it every entity: neither a bomb of entities nor a
file of this computer can be named. Nothing is fetched. See reliability.md, T23 and T24.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from course.curriculum.exchange.report import decoded, unreadable

MAX_TAGS: Final = 200_000  # in one file; memory is asked for each of them
_BEFORE_ROOT: Final = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ENCODING: Final = re.compile(r"""<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([^"'>]{0,40})["']""")


@dataclass(frozen=True, slots=True)
class Element:
    """An element: names without namespace, and the text around its children."""

    tag: str
    namespace: str
    attributes: Mapping[str, str]
    line: int
    text: str = ""  # before the first child
    tail: str = ""  # behind the element itself
    children: tuple["Element", ...] = field(default=())

    def first(self, tag: str) -> "Element | None":
        """The first child called ``tag``."""
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, tag: str) -> tuple["Element", ...]:
        """The children called ``tag``."""
        return tuple(child for child in self.children if child.tag == tag)

    def below(self) -> Iterator["Element"]:
        """Everything inside, in the order of the file."""
        for child in self.children:
            yield child
            yield from child.below()

    def said(self, tag: str) -> str:
        """The text of the first child called ``tag``, or nothing."""
        child = self.first(tag)
        return child.text.strip() if child else ""


def parse(data: bytes, *, file: str = "") -> Element:
    """The root of an XML file in UTF-8.

    Raises :exc:`~report.Unreadable` for a document type, more than 5 MB or ``MAX_TAGS`` tags,
    another encoding, and what is not XML.
    """
    text = decoded(data, file=file)
    _refuse_other_encodings(text, file)
    _refuse_document_types(text, file)
    if text.count("<") > MAX_TAGS:
        raise unreadable(f"holds more than {MAX_TAGS} tags: split it", file=file)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        message = f"is not XML here ({_reason(error)}): repair it, or export it again"
        raise unreadable(message, line=line, file=file) from None
    if root.getroottree().docinfo.doctype:
        raise unreadable(_DOCUMENT_TYPE, file=file)
    return _own(root)


_DOCUMENT_TYPE: Final = "has a document type (<!DOCTYPE …>), which is never read: take that out"


def _refuse_other_encodings(text: str, file: str) -> None:
    found = _ENCODING.match(text.lstrip())
    if found and found[1].lower() not in {"utf-8", "utf8", "us-ascii", "ascii"}:
        raise unreadable(f"says that it is in {found[1]!r}: save it as UTF-8", file=file)


def _refuse_document_types(text: str, file: str) -> None:
    here = 0
    while found := _BEFORE_ROOT.match(text, here):
        here = found.end()
    if text[here : here + 9].upper() == "<!DOCTYPE":
        line = text.count("\n", 0, here) + 1
        raise unreadable(_DOCUMENT_TYPE, line=line, file=file)


def _reason(error: etree.XMLSyntaxError) -> str:
    return str(error.msg or "cannot be read").partition(", line ")[0].splitlines()[0][:120]


def _own(node: Any) -> Element:
    """An element of lxml as ours. The parser allows a depth of 256, so recursion is safe."""
    name = etree.QName(node)
    return Element(
        tag=name.localname,
        namespace=name.namespace or "",
        attributes={etree.QName(key).localname: value for key, value in node.attrib.items()},
        line=node.sourceline or 1,
        text=node.text or "",
        tail=node.tail or "",
        children=tuple(_own(child) for child in node if isinstance(child.tag, str)),
    )


# --- Writing ---------------------------------------------------------------------------------


def build(tag: str, *inside: Any, **attributes: str) -> Any:
    """An element to be written: ``inside`` holds texts and elements, in their order.

    An underscore in the name of an attribute becomes a hyphen.
    """
    element = etree.Element(tag)
    for name, value in attributes.items():
        element.set(name.rstrip("_").replace("_", "-"), value)
    for part in inside:
        if isinstance(part, str):
            _append_text(element, part)
        else:
            element.append(part)
    return element


def _append_text(element: Any, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def written(root: Any) -> bytes:
    """A file with this root."""
    etree.indent(root)
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return data + b"\n"
