import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, url_for
from werkzeug.test import TestResponse

from course.core.static_files import static_url, tree_hash
from tests.browser import Browser


def fetch(client: Browser, address: str, **options: Any) -> TestResponse:
    """A file, read to its end."""
    return client.get(address, buffered=True, **options)


def test_a_page_names_static_files_that_are_there(client: Browser) -> None:
    page = client.get("/").text
    found = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(found) >= 3
    for address in found:
        assert fetch(client, address).status_code == 200, address


@pytest.mark.parametrize("root", ["", "/leren"])
def test_an_address_is_that_of_the_route(app: Flask, root: str) -> None:
    with app.test_request_context(base_url=f"http://localhost{root}/"):
        version = app.extensions["static_version"]
        parts = {"version": version, "part": "core", "name": "vendor/htmx.min.js"}
        assert static_url("core/vendor/htmx.min.js") == url_for("static_files.file", **parts)


def test_browsers_keep_a_static_file_for_a_year(client: Browser) -> None:
    answer = fetch(client, "/static/abc/core/site.css")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/css"


def test_an_old_address_gives_the_file_of_today(client: Browser) -> None:
    """A page that stood open during an update asks for what is gone."""
    old, new = (fetch(client, f"/static/{version}/core/site.css") for version in ("old", "new"))
    assert old.data == new.data


def test_a_file_is_not_sent_again_to_who_has_it(client: Browser) -> None:
    first = fetch(client, "/static/abc/core/site.css")
    again = fetch(
        client, "/static/abc/core/site.css", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "core/nowhere.css",
        "nowhere/site.css",
        "core/",
        "core/vendor",
        "core/../core/site.css",
        "core/../../config.py",
        "core/..%2f..%2fconfig.py",
        "../course/config.py",
        "core/vendor/../../../config.py",
    ],
)
def test_nothing_but_static_files_is_served(client: Browser, path: str) -> None:
    assert fetch(client, f"/static/abc/{path}").status_code == 404


def test_the_address_changes_with_the_name_and_the_content_of_any_file(tmp_path: Path) -> None:
    folder = tmp_path / "static"
    folder.mkdir()
    parts = {"core": folder}
    seen = [tree_hash(parts)]
    for name, content in [("a.css", "x"), ("a.css", "y"), ("b.css", "y"), ("b.css", "yy")]:
        (folder / name).write_text(content, encoding="utf-8")
        seen.append(tree_hash(parts))
    (folder / "b.css").rename(folder / "c.css")
    seen.append(tree_hash(parts))
    seen.append(tree_hash({"lessons": folder}))
    assert len(set(seen)) == len(seen)
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in seen)
    assert tree_hash(parts) == tree_hash(dict(parts))
