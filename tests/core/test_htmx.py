import pytest
from flask import Flask

from course.core.access import public
from course.core.htmx import wants_partial
from tests.core.conftest import MakesSite

WHOLE = "<!doctype html><html lang=nl><title>Heel</title><main><h1>Heel</h1></main></html>"
PART = "<p>Deel</p>"


@pytest.fixture(scope="module")
def app_with_a_part(lasting_site: MakesSite) -> Flask:
    app = lasting_site()
    app.add_url_rule("/part", "part", public(lambda: PART if wants_partial() else WHOLE))
    return app


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "false"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_htmx_gets_the_part_and_everybody_else_the_page(
    app_with_a_part: Flask, headers: dict[str, str], part: bool
) -> None:
    browser = app_with_a_part.test_client()
    browser.checks_pages = False  # type: ignore[attr-defined]  # a part is no page
    answer = browser.get("/part", headers=headers)
    assert answer.text == (PART if part else WHOLE)
    assert "HX-Request" in answer.headers["Vary"]
