"""What a file is told by: its content. Hostile ones are made here, and none of them is taken."""

import resource
import struct
import time
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_BZIP2, ZIP_STORED, ZipFile, ZipInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from course.core import filetypes
from course.core.filetypes import Checked, Kind, Problem, checked, tidy_name
from tests import papers
from tests.papers import docx, picture, relation, types

HTML: Final = b"<html><script>alert(1)</script></html>"
SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
ENTITIES: Final = '<!DOCTYPE t [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
DOTM: Final = "attachedTemplate"


def kept(content: bytes) -> Checked:
    found = checked(content)
    assert isinstance(found, Checked), found
    return found


# --- What is taken -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (papers.PDF, Kind.PDF),
        (docx(), Kind.DOCX),
        (docx(method=ZIP_STORED), Kind.DOCX),
        (picture("PNG"), Kind.PNG),
        (picture("JPEG"), Kind.JPEG),
        (picture("WEBP"), Kind.WEBP),
    ],
)
def test_each_kind_is_told_by_its_content(content: bytes, kind: Kind) -> None:
    assert kept(content).kind is kind


@pytest.mark.parametrize("content", [papers.PDF, docx()])
def test_a_document_is_kept_to_the_byte(content: bytes) -> None:
    assert kept(content).content == content


@pytest.mark.parametrize(
    "part",
    [
        {"word/_rels/document.xml.rels": relation("hyperlink", "https://example.org/bron")},
        {"word/_rels/settings.xml.rels": relation(DOTM, r"file:///C:\Users\Lena\School.dotm")},
        {"word/_rels/settings.xml.rels": relation(DOTM, "file:///Macintosh%20HD/School.dotm")},
        {"word/_rels/document.xml.rels": relation("image", "media/een.png", mode="Internal")},
        {"word/media/een.png": picture("PNG")},
    ],
    ids=["a link", "a template on the disk", "on a Mac", "a picture inside", "the picture"],
)
def test_what_an_honest_document_holds_is_taken(part: dict[str, str | bytes]) -> None:
    assert kept(docx(part)).kind is Kind.DOCX


# --- What is not ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", Problem.EMPTY),
        (b"%PDF-1.4" + bytes(filetypes.LARGEST), Problem.TOO_LARGE),
        (HTML, Problem.OTHER_KIND),
        (SVG, Problem.OTHER_KIND),
        (b"GIF89a/*" + HTML, Problem.OTHER_KIND),
        (b"MZ\x90\x00", Problem.OTHER_KIND),
        (b"\x7fELF", Problem.OTHER_KIND),
        (b" " + papers.PDF, Problem.OTHER_KIND),  # a PDF begins with its first byte
        (OLE, Problem.OLD_WORD),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), Problem.TELEPHONE),
        (b"%PDF-1.4\n" + HTML, Problem.DAMAGED),
        (papers.PDF[:-7], Problem.DAMAGED),
        (papers.PDF + docx(), Problem.DAMAGED),
        (picture("PNG")[:-40], Problem.DAMAGED),
        (picture("JPEG")[:100], Problem.DAMAGED),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(8), Problem.DAMAGED),
        (b"\x89PNG\r\n\x1a\n" + HTML, Problem.DAMAGED),
        (b"\xff\xd8\xff" + HTML, Problem.DAMAGED),
    ],
)
def test_what_it_is_not_is_told(content: bytes, problem: Problem) -> None:
    assert checked(content) is problem


def test_an_archive_that_is_no_word_document_is_another_kind() -> None:
    sheet = f"{papers.TYPES}.spreadsheetml.sheet.main+xml"
    assert checked(docx({"[Content_Types].xml": types(sheet)})) is Problem.OTHER_KIND
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    assert checked(file.getvalue()) is Problem.OTHER_KIND


@pytest.mark.parametrize(
    "parts",
    [
        {"[Content_Types].xml": types("application/vnd.ms-word.document.macroEnabled.main+xml")},
        {"[Content_Types].xml": types(papers.WORD, "application/vnd.ms-office.vbaProject")},
        {"[Content_Types].xml": types(papers.WORD, "application/vnd.ms-office.activeX+xml")},
        {"word/anything.xml": OLE},
        {"word/embeddings/book.xlsx": docx()},
        {"word/media/een.png": b"MZ\x90\x00"},
        {"word/_rels/settings.xml.rels": relation(DOTM, "https://example.org/macro.dotm")},
        {"word/_rels/settings.xml.rels": relation(DOTM, r"\\example.org\deel\macro.dotm")},
        {"word/_rels/settings.xml.rels": relation(DOTM, "file://example.org/macro.dotm")},
        {"word/_rels/settings.xml.rels": relation(DOTM, "file:////example.org/macro.dotm")},
        {"word/_rels/settings.xml.rels": relation(DOTM, "file:///%5C%5Cexample.org/macro.dotm")},
        {"word/_rels/document.xml.rels": relation("image", "http://example.org/spoor.png")},
        {"word/_rels/document.xml.rels": relation("oleObject", "mhtml:https://example.org/x")},
    ],
)
def test_a_document_that_does_something_is_refused(parts: dict[str, str | bytes]) -> None:
    assert checked(docx(parts)) is Problem.ACTIVE


def test_a_document_is_refused_by_what_it_says_in_any_encoding() -> None:
    """Looking for the words in the bytes would miss them."""
    said = types(papers.WORD, "application/vnd.ms-office.vbaProject")
    said = said.replace('version="1.0"', 'version="1.0" encoding="UTF-16"')
    assert checked(docx({"[Content_Types].xml": said.encode("utf-16")})) is Problem.ACTIVE


@pytest.mark.parametrize("name", ["[Content_Types].xml", "word/_rels/document.xml.rels"])
@pytest.mark.parametrize(
    "said",
    [types(before=ENTITIES), "<Types", "", b"\xff\xfe\x00", types() + " " * 1_100_000],
    ids=["entities", "half", "empty", "bytes", "endless"],
)
def test_an_index_that_no_word_processor_writes_is_refused(name: str, said: str | bytes) -> None:
    assert checked(docx({name: said}, method=ZIP_STORED)) is Problem.DAMAGED


# --- Bombs ---------------------------------------------------------------------------------


def _zip_bomb() -> bytes:
    return docx({"word/big.xml": b"0" * (48 * filetypes.MEGABYTE)})


def _many_parts() -> bytes:
    return docx({f"word/{number}.xml": "" for number in range(filetypes.MOST_PARTS)})


def _overlapping() -> bytes:
    """Many names for the same bytes: small, and each of them unpacks into all of it."""
    file = BytesIO(docx({"word/big.xml": b"0" * filetypes.MEGABYTE}))
    with ZipFile(file, "a") as archive:
        (big,) = (member for member in archive.filelist if member.filename == "word/big.xml")
        for number in range(99):
            again = ZipInfo(f"word/{number}.xml")
            for name in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(again, name, getattr(big, name))
            archive.filelist.append(again)
        archive._didModify = True  # type: ignore[attr-defined]  # so that it writes the list
    return file.getvalue()


def _pixel_bomb() -> bytes:
    """Declares more than it has, which is what a decoder makes room for."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    whole = b"\x89PNG\r\n\x1a\n"
    for name, data in chunks:
        check = struct.pack(">I", zlib.crc32(name + data))
        whole += struct.pack(">I", len(data)) + name + data + check
    return whole


def _text_bomb() -> bytes:
    """A comment of a few bytes that unpacks into fifty megabytes."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "0" * (50 * filetypes.MEGABYTE), zip=True)
    return picture("PNG", pnginfo=info)


@pytest.mark.parametrize(
    ("bomb", "problem"),
    [
        (_zip_bomb, Problem.UNPACKS),
        (_many_parts, Problem.UNPACKS),
        (_overlapping, Problem.UNPACKS),
        (_pixel_bomb, Problem.TOO_MANY_PIXELS),
        (_text_bomb, Problem.DAMAGED),
    ],
)
def test_a_bomb_is_refused_before_it_goes_off(bomb: Callable[[], bytes], problem: Problem) -> None:
    content = bomb()
    assert len(content) < filetypes.MEGABYTE
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert checked(content) is problem
    assert time.monotonic() - began < 1
    # Kilobytes; making the bomb took more already.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 5 * 1024


def test_a_large_honest_document_is_no_bomb() -> None:
    text = "".join(f"<w:p>{number} {number * 7919}</w:p>" for number in range(40_000))
    assert kept(docx({"word/document.xml": text})).kind is Kind.DOCX


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", r"..\x.xml", "C:/x.xml", "word/../../x.xml"]
)
def test_a_part_whose_name_is_a_way_out_is_refused(name: str) -> None:
    assert checked(docx({name: "x"})) is Problem.DAMAGED


def test_a_part_that_is_there_twice_or_points_elsewhere_is_refused() -> None:
    assert checked(docx({"WORD/document.xml": "x"})) is Problem.DAMAGED
    file = BytesIO(docx())
    with ZipFile(file, "a") as archive:
        link = ZipInfo("word/link.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert checked(file.getvalue()) is Problem.DAMAGED


def test_two_archives_behind_each_other_are_refused() -> None:
    assert checked(docx() + docx({"word/other.xml": "x"})) is Problem.DAMAGED


def test_an_archive_that_is_locked_or_packed_oddly_is_refused() -> None:
    locked = bytearray(docx())
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        at = locked.find(start)
        locked[at + (6 if start == b"PK\x03\x04" else 8)] |= 1
    assert checked(bytes(locked)) is Problem.DAMAGED
    broken = bytearray(docx(method=ZIP_STORED))
    broken[broken.find(b"Verslag")] = 0
    assert checked(bytes(broken)) is Problem.DAMAGED
    assert kept(docx(method=ZIP_BZIP2)).kind is Kind.DOCX


# --- Pictures ------------------------------------------------------------------------------


def _with_everything(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "kanarie-telefoon"
    exif[0x0112] = 6  # turned a quarter
    exif[0x8825] = {1: "N", 2: (52.0, 5.0, 0.0)}  # where it was taken
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "kanarie-maker")
    more: dict[str, dict[str, Any]] = {
        "JPEG": {"comment": b"kanarie-woord"},
        "PNG": {"pnginfo": info},
        "WEBP": {},
    }
    content = picture(kind, exif=exif, icc_profile=b"kanarie-profiel" * 20, **more[kind])
    return content + b"<script>kanarie</script>"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_keeps_nothing_but_the_picture(kind: str) -> None:
    content = _with_everything(kind)
    assert content.count(b"kanarie") >= 3
    made = kept(content).content
    assert b"kanarie" not in made
    assert b"script" not in made
    with Image.open(BytesIO(made)) as again:
        assert not again.getexif()
        assert {"exif", "icc_profile", "comment", "Author"}.isdisjoint(again.info)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_was_turned_is_upright(kind: str) -> None:
    with Image.open(BytesIO(kept(_with_everything(kind)).content)) as again:
        assert again.size == (48, 64)
        dark, light = again.convert("L").getpixel((40, 10)), again.convert("L").getpixel((5, 10))
    assert isinstance(dark, int)
    assert isinstance(light, int)
    assert dark < 60
    assert light > 200


def test_a_large_picture_is_made_smaller_and_stays_in_shape() -> None:
    with Image.open(BytesIO(kept(picture(size=(4800, 3000))).content)) as again:
        assert again.size == (2400, 1500)


def test_too_many_pixels_are_refused_and_as_many_as_may_be_are_not() -> None:
    assert checked(picture("PNG", size=(5000, 5001))) is Problem.TOO_MANY_PIXELS
    assert kept(picture("PNG", size=(5000, 1000))).kind is Kind.PNG


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_a_png_of_any_depth_is_drawn_anew(mode: str) -> None:
    file = BytesIO()
    Image.new(mode, (8, 8), 40_000 if mode == "I;16" else 0).save(file, "PNG")
    with Image.open(BytesIO(kept(file.getvalue()).content)) as again:
        assert again.mode in {"RGB", "RGBA"}
        if mode == "I;16":
            assert again.getpixel((1, 1)) == (156, 156, 156)


def test_what_is_seen_through_stays_so() -> None:
    file = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(file, "PNG")
    with Image.open(BytesIO(kept(file.getvalue()).content)) as again:
        assert again.getpixel((1, 1)) == (0, 0, 0, 0)


def test_a_jpeg_of_a_printer_is_taken() -> None:
    file = BytesIO()
    Image.new("CMYK", (8, 8)).save(file, "JPEG")
    assert kept(file.getvalue()).kind is Kind.JPEG


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_moves_is_refused(kind: str) -> None:
    file = BytesIO()
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    first.save(file, kind, save_all=True, append_images=[second], duration=100)
    assert checked(file.getvalue()) is Problem.MOVES


@pytest.mark.filterwarnings("ignore")  # Pillow warns of what it then refuses.
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_a_file_becomes_on_the_way_it_is_taken_or_refused(data: st.DataObject) -> None:
    """Never an error of ours: bytes are changed, cut off and put in between."""
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = data.draw(
        st.sampled_from(
            [papers.PDF, docx(), *(picture(kind, exif=exif) for kind in ("PNG", "JPEG", "WEBP"))]
        )
    )
    content = bytearray(whole)
    for _change in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        match data.draw(st.sampled_from("cip")):
            case "c":
                content[at : at + 1] = data.draw(st.binary(min_size=1, max_size=4))
            case "i":
                content[at:at] = data.draw(st.binary(max_size=8))
            case _:
                del content[at : at + data.draw(st.integers(1, 40))]
    assert isinstance(checked(bytes(content)), Checked | Problem)


# --- Names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "tidied"),
    [
        ("verslag.pdf", "verslag.pdf"),
        ("verslag.v2.docx", "verslag.v2.pdf"),
        ("Lena’s plan (één).PDF", "Lena’s plan (één).pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        (r"C:\Users\Lena\verslag.exe", "verslag.pdf"),
        ("lief\u202efdp.exe", "lief fdp.pdf"),
        ("een\r\nSet-Cookie: x=y.pdf", "een Set-Cookie: x=y.pdf"),
        ("nul\0.pdf", "nul.pdf"),
        ("\ud800half.pdf", "half.pdf"),
        ("...", "document.pdf"),
        ("", "document.pdf"),
        ("a" * 500, "a" * 116 + ".pdf"),
    ],
)
def test_a_name_becomes_a_text_and_never_a_path(name: str, tidied: str) -> None:
    assert tidy_name(name, Kind.PDF) == tidied


@given(name=st.text(max_size=400), kind=st.sampled_from(Kind))
def test_a_tidy_name_is_short_printable_and_stays_as_it_is(name: str, kind: Kind) -> None:
    tidied = tidy_name(name, kind)
    assert 0 < len(tidied) <= filetypes.LONGEST_NAME
    assert tidied.isprintable()
    assert not set(tidied) & {"/", "\\"}
    assert tidied.endswith(f".{kind}")
    assert not tidied.startswith(".")
    assert tidy_name(tidied, kind) == tidied
