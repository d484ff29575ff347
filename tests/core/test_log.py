import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from flask import Flask

from tests.browser import Browser
from tests.conftest import Outbox
from tests.core.conftest import MakesSite
from tests.factories import LESSON, PASSWORD, Factory


@pytest.fixture(autouse=True)
def _the_log_of_other_tests_stays_quiet() -> Iterator[None]:
    """How lines are written holds for the whole process, and the last site made decides."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def story(app: Flask) -> None:
    """Somebody signs up, makes mistakes, joins a group, writes, hands in, and leaves."""
    make, outbox = Factory(app), Outbox(app)
    group = make.group(name="Geheime groep")
    browser = app.test_client()
    assert isinstance(browser, Browser)
    browser.submit("/signup", {"email": "lena@example.org"})
    data = {"name": "Lena Leerling", "password": PASSWORD}
    browser.submit(outbox.link("lena@example.org"), data)
    browser.submit("/home", action="/logout")
    browser.submit("/login", {"email": "lena@example.org", "password": "een verkeerd geheim"})
    browser.submit("/login", {"email": "lena@example.org", "password": PASSWORD})
    browser.submit(f"/join/{group.join_code}")
    path = f"/lessons/{LESSON}/{make.step('reflect').slug}"
    confirm = browser.submit(path, {"text": "Mijn verhaal over mevrouw K."})
    browser.submit(confirm.location or "", action="/hand-in")
    outbox.send()
    browser.submit("/me/privacy/delete", {"password": PASSWORD, "sure": "y"})


def test_the_log_tells_what_happened_and_names_nobody(
    site: MakesSite, capsys: pytest.CaptureFixture[str]
) -> None:
    app = site(log_level="info")
    capsys.readouterr()
    story(app)
    logged = capsys.readouterr().out
    happened = (
        "account_asked",
        "account_made",
        "sign_in_refused",
        "signed_in",
        "group_joined",
        "handed_in",
        "mail_sent",
        "account_deleted",
    )
    assert [event for event in happened if event not in logged] == []
    for word in ("lena", "Leerling", "example.org", "geheim", "verhaal", "Geheime groep"):
        assert word not in logged, word


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_in_production_every_line_is_json_with_the_number_of_its_request(
    site: MakesSite, capsys: pytest.CaptureFixture[str]
) -> None:
    app = site(
        mode="production",
        base_url="https://localhost",
        secret_key="x" * 32,
        log_level="info",
    )
    capsys.readouterr()
    browser = app.test_client()
    for _time in range(2):
        form = browser.get("/login", base_url="https://localhost").text
        token = form.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        data = {"email": "x@example.org", "password": "verkeerd", "csrf_token": token}
        browser.post("/login", base_url="https://localhost", data=data, token=False)
    found = lines(capsys.readouterr().out)
    assert [line["event"] for line in found] == ["sign_in_refused", "sign_in_refused"]
    assert len({line["request"] for line in found}) == 2
    assert {line["level"] for line in found} == {"info"}
    assert all(line["timestamp"].endswith("Z") for line in found)


@pytest.mark.parametrize(("level", "told"), [("info", True), ("warning", False)])
def test_the_level_decides_what_is_told(
    site: MakesSite, capsys: pytest.CaptureFixture[str], level: str, told: bool
) -> None:
    app = site(log_level=level)
    capsys.readouterr()
    app.test_client().post("/signup", data={"email": "x@example.org"})
    assert ("account_asked" in capsys.readouterr().out) is told
