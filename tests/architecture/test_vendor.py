"""What others made is exactly what its VENDOR.toml declares."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from tests.tools import govuk_css, vendor

Entry = dict[str, str | list[str]]


def entries(folder: Path) -> list[Entry]:
    listed: list[Entry] = tomllib.loads((folder / "VENDOR.toml").read_text())["file"]
    return listed


each_folder = pytest.mark.parametrize("folder", vendor.FOLDERS, ids=["shipped", "tests"])


@each_folder
def test_every_file_has_the_declared_content(folder: Path) -> None:
    declared = {entry["file"]: entry["sha256"] for entry in entries(folder)}

    found = {
        name: hashlib.sha256((folder / str(name)).read_bytes()).hexdigest() for name in declared
    }

    assert found == declared


@each_folder
def test_no_file_is_undeclared_and_every_licence_is_there(folder: Path) -> None:
    declared = {"VENDOR.toml"}
    for entry in entries(folder):
        assert entry["licence_files"], entry["file"]
        declared |= {str(entry["file"]), *entry["licence_files"]}

    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}

    assert found == declared


@each_folder
def test_every_entry_says_where_it_is_from_and_what_was_changed(folder: Path) -> None:
    for entry in entries(folder):
        for key in ("name", "package", "version", "path", "licence", "changed"):
            assert entry[key], f"{entry['file']} lacks {key}"


def test_vendored_styles_load_nothing() -> None:
    for style in vendor.FOLDERS[0].glob("*.css"):
        assert re.findall(r"url\([^)]*\)?|@import", style.read_text()) == [], style.name


def test_trimming_keeps_a_used_component_and_drops_an_unused_one() -> None:
    css = (
        ".govuk-header,.govuk-button:not(.a,.b){font-family:GDS Transport,arial,sans-serif}"
        "@media print{.govuk-header__logo{color:red}.govuk-button{font-family:sans-serif;margin:0}}"
        "@font-face{src:url(x)}.govuk-heading-l{color:blue}"
    )

    assert govuk_css.trim(css).splitlines()[1] == (
        ".govuk-button:not(.a,.b){font-family:inherit}"
        "@media print{.govuk-button{margin:0}}"
        ".govuk-heading-l{color:blue}"
    )


def test_trimming_refuses_a_style_that_still_loads_something() -> None:
    with pytest.raises(ValueError, match=r"url\("):
        govuk_css.trim(".govuk-button{background:url(/assets/images/arrow.svg)}")
