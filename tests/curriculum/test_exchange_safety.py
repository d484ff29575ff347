"""Files that mean harm: nothing of them is expanded, fetched, followed or half read."""

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.curriculum.exchange import formats
from course.curriculum.exchange.report import Unreadable
from tests.curriculum.exchanged import one, package, read, refusals

BOMB = (
    "<?xml version='1.0'?>\n<!DOCTYPE quiz [\n<!ENTITY a 'aaaaaaaaaa'>\n"
    + "\n".join(
        f"<!ENTITY {name} '{f'&{before};' * 10}'>"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "\n]>\n<quiz>&i;</quiz>"
)
MB = 1024 * 1024


def refusal(data: bytes | str, format: str) -> str:
    """Why a whole file is refused, told at once."""
    begin = time.monotonic()
    with pytest.raises(Unreadable) as refused:
        read(data, format)
    assert time.monotonic() - begin < 1
    return str(refused.value)


# --- XML -------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["moodle", "qti"])
def test_a_bomb_of_entities_is_refused_before_it_is_read(format: str) -> None:
    assert refusal(BOMB, format) == (
        "line 2: file: has a document type (<!DOCTYPE …>), which is never read: take that out"
    )


@pytest.mark.parametrize(
    "before", ["", "\ufeff", "<?xml version='1.0'?>", "<!-- a --> <?b c?>\n", "  \n"]
)
def test_a_document_type_is_found_behind_whatever_may_stand_before_it(before: str) -> None:
    assert "document type" in refusal(f"{before}<!DOCTYPE quiz><quiz/>", "moodle")


def test_no_file_of_this_computer_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim", encoding="utf-8")
    source = f"<!DOCTYPE q [<!ENTITY s SYSTEM '{secret.as_uri()}'>]><quiz>&s;</quiz>"
    assert "geheim" not in refusal(source, "moodle")


def test_an_entity_without_a_document_type_is_no_xml() -> None:
    assert "is not XML here" in refusal("<quiz>&geheim;</quiz>", "moodle")


def test_what_is_included_is_not_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text("<geheim/>", encoding="utf-8")
    include = f"<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='{secret.as_uri()}'/>"
    assert refusals(f"<quiz>{include}</quiz>", "moodle") == [
        "line 1: <include>: is no question: take it out, or write it as <question>"
    ]


def test_more_tags_than_a_quiz_can_need_are_refused() -> None:
    assert "holds more than 200000 tags" in refusal(f"<quiz>{'<a/>' * 200_001}</quiz>", "moodle")


def test_what_is_nested_without_end_is_refused() -> None:
    assert "is not XML here" in refusal("<a>" * 50_000, "moodle")


@pytest.mark.parametrize("format", ["gift", "moodle", "qti"])
def test_more_than_five_megabytes_are_refused(format: str) -> None:
    begin = b"PK" if format == "qti" else b"<quiz>"
    assert refusal(begin + b" " * 6 * MB, format) == (
        "line 1: file: is larger than 5 MB: leave out pictures, or split it"
    )


# --- Encodings -------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["gift", "moodle"])
def test_another_encoding_is_told_with_its_line(format: str) -> None:
    source = b"<quiz>\n<!-- caf\xe9 -->\n</quiz>"
    assert refusal(source, format) == "line 2: file: is not UTF-8 here: save it as UTF-8"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("format", ["gift", "moodle"])
def test_wider_encodings_are_refused(format: str, encoding: str) -> None:
    assert "save it as UTF-8" in refusal(BOMB.encode(encoding), format)


def test_a_file_that_says_it_is_in_another_encoding_is_refused() -> None:
    source = "<?xml version='1.0' encoding='ISO-8859-1'?><quiz/>"
    assert refusal(source, "moodle") == (
        "line 1: file: says that it is in 'ISO-8859-1': save it as UTF-8"
    )


def test_a_file_of_utf_7_tricks_is_refused() -> None:
    source = "<?xml version='1.0' encoding='UTF-7'?>+ADw-quiz+AD4-"
    assert "says that it is in 'UTF-7'" in refusal(source, "moodle")


# --- Zip -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["../uit.xml", "/etc/uit.xml", "a/../../uit.xml", "a\\..\\uit.xml", "C:uit.xml", "a/..", ".."],
)
def test_a_path_that_leads_outside_the_package_is_refused(name: str) -> None:
    told = refusal(package({name: "<a/>"}), "qti")
    assert "has a path that leads outside the package" in told


def test_a_symbolic_link_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("imsmanifest.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert "is a symbolic link" in refusal(target.getvalue(), "qti")


def test_a_bomb_that_says_how_large_it_becomes_is_refused() -> None:
    files = {f"{place}.xml": b"\0" * 8 * MB for place in range(3)}
    assert "unpacks to more than 20 MB" in refusal(package(files), "qti")


def test_a_bomb_that_lies_about_how_large_it_becomes_is_refused() -> None:
    data = bytearray(package({"imsmanifest.xml": b" " * 24 * MB}))
    central = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 10)  # the size that the list of contents tells
    assert "is not a zip that can be read" in refusal(bytes(data), "qti")


def test_too_many_files_are_refused() -> None:
    files = {f"{place}.xml": "" for place in range(301)}
    assert "holds 301 files, and 300 may be" in refusal(package(files), "qti")


def test_the_same_file_twice_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.xml", "<a/>")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.xml", "<b/>")
    assert "stands in the package twice" in refusal(target.getvalue(), "qti")


@pytest.mark.parametrize("cut", [2, 30, 120])
def test_half_a_zip_is_refused(cut: int) -> None:
    data = package({"imsmanifest.xml": "<manifest/>" * 100})
    assert "is not a zip that can be read" in refusal(data[:cut], "qti")


def test_a_document_type_within_a_package_is_refused_with_its_file() -> None:
    assert refusal(package({"imsmanifest.xml": BOMB}), "qti").startswith(
        "imsmanifest.xml: line 2: file: has a document type"
    )


# --- HTML ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>Vraag",
        "Vraag<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><title>x</title></svg>Vraag",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>Vraag",
        "<a href='javascript:alert(1)'>Vraag</a>",
        "<style>*{color:red}</style>Vraag",
        "<p style='x:expression(alert(1))'>Vraag",
        "<!--><script>alert(1)</script>-->Vraag",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>Vraag",
    ],
)
def test_only_words_are_left_of_html(html: str) -> None:
    source = (
        "<quiz><question type='essay'><name><text>v</text></name><questiontext format='html'><text>"
        f"<![CDATA[{html}]]></text></questiontext></question></quiz>"
    )
    asked = one(source, "moodle").prompt.nl
    assert asked.removesuffix("-->") in {"Vraag", "-->Vraag"}


def test_a_tag_that_was_escaped_is_never_a_tag_of_ours() -> None:
    source = "[html]&lt;script&gt;alert(1)&lt;/script&gt; {}"
    (refused,) = refusals(source, "gift")
    assert "'<s' would be shown as it is" in refused


def test_html_without_end_is_refused_before_it_is_read() -> None:
    begin = time.monotonic()
    (refused,) = refusals(f"[html]{'<div>' * 200_000} {{}}", "gift")
    assert "has a text of 1000000 characters of HTML, and 40000 may be" in refused
    assert time.monotonic() - begin < 1


def test_a_name_in_a_package_cannot_steer_a_terminal() -> None:
    assert "\x1b" not in refusal(package({"../\x1b[2J.xml": ""}), "qti")


# --- Anything --------------------------------------------------------------------------------


def remarks(data: bytes, format: formats.Format) -> tuple[formats.Remark, ...]:
    """The report on a file, whatever it holds; anything but a report fails the test."""
    try:
        return formats.read(data, format=format, language="nl").remarks
    except Unreadable as refused:
        return (refused.remark,)


@given(st.binary(max_size=300), st.sampled_from(["", "PK\x03\x04", "<quiz>", "::"]))
def test_no_file_breaks_the_reader(data: bytes, begin: str) -> None:
    for format in formats.Format:
        assert all(remark.line >= 1 for remark in remarks(begin.encode() + data, format))


@given(st.text(alphabet=r"\:#={}~%[]->$/T15. n*" + "\n&<", max_size=60))
def test_no_text_breaks_the_reader_of_gift(text: str) -> None:
    assert all(remark.message for remark in remarks(text.encode(), formats.Format.GIFT))
