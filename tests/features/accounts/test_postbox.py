"""The mailbox of a trial site: for who sits at the machine itself, and nowhere else."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from course.core.db import db
from tests import houses, pages
from tests.browser import Browser
from tests.conftest import Outbox
from tests.factories import Factory

# Mails lie in a folder, so one database is enough.
pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def read(browser: Browser, host: str = "127.0.0.1") -> tuple[int, str]:
    """The mailbox as somebody at this address of the network sees it."""
    page = browser.get("/postbox", environ_base={"REMOTE_ADDR": host})
    return page.status_code, pages.main_words(page)


def test_a_mail_can_be_read_and_its_link_followed(client: Browser, outbox: Outbox) -> None:
    client.submit("/signup", {"email": "nieuw@example.org"})
    assert "/postbox" in client.get("/signup/mailed").text
    assert "Nog geen mail" in read(client)[1]
    assert "Wie deze pagina opent, kan ze allemaal lezen." in read(client)[1]
    link = outbox.link("nieuw@example.org")
    outbox.send()
    page = client.get("/postbox")
    assert "nieuw@example.org" in pages.main_words(page)
    links = [item.get("href") for item in pages.parse(page.text).iterfind(".//main//a")]
    assert f"http://localhost{link}" in links


def test_the_newest_twenty_mails_are_shown_newest_first(
    client: Browser, outbox: Outbox, make: Factory
) -> None:
    for number in range(25):
        make.message(subject=f"Bericht {number}")
    outbox.send()
    shown = pages.parse(client.get("/postbox").text).iterfind(".//main//h2")
    assert [pages.words(item) for item in shown] == [f"Bericht {n}" for n in range(24, 4, -1)]


def test_a_mail_cannot_bring_tags_into_the_mailbox(
    client: Browser, outbox: Outbox, make: Factory
) -> None:
    make.message(subject="<b>Dik</b>", body="<script>alert(1)</script> http://localhost/x")
    outbox.send()
    page = client.get("/postbox").text
    assert "<script>alert" not in page
    assert "&lt;b&gt;Dik&lt;/b&gt;" in page


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_who_sits_at_the_machine_may_read_it(client: Browser, host: str) -> None:
    assert read(client, host)[0] == 200


@pytest.mark.parametrize("host", ["10.0.0.1", "192.168.1.5", "::ffff:10.0.0.1", "", "127.0.0.1x"])
def test_for_anybody_else_it_does_not_exist(client: Browser, host: str) -> None:
    assert read(client, host)[0] == 404
    page = client.get("/signup/mailed", environ_base={"REMOTE_ADDR": host})
    assert "/postbox" not in page.text


def test_a_forged_header_does_not_open_it(client: Browser) -> None:
    page = client.get(
        "/postbox",
        headers={"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1", "Host": "127.0.0.1"},
        environ_base={"REMOTE_ADDR": "10.0.0.1"},
    )
    assert page.status_code == 404


MakesSite = Callable[..., Browser]


@pytest.fixture
def other_site(tmp_path: Path) -> Iterator[MakesSite]:
    """``other_site(mail_url=…)``: a browser at a site with these settings."""
    made: list[Flask] = []

    def site(**changes: Any) -> Browser:
        url = f"sqlite:///{tmp_path}/site.sqlite3"
        app = houses.make_app(houses.settings_for(url, tmp_path, **changes))
        made.append(app)
        browser = app.test_client()
        assert isinstance(browser, Browser)
        return browser

    yield site
    for app in made:
        with app.app_context():
            db.engine.dispose()


def test_with_a_mail_server_it_does_not_exist(app: Flask, other_site: MakesSite) -> None:
    assert read(other_site(mail_url="smtp://mail.example.org"))[0] == 404


def test_in_production_it_does_not_exist(app: Flask, other_site: MakesSite) -> None:
    site = other_site(mode="production", base_url="https://localhost", secret_key="x" * 32)
    assert read(site)[0] == 404


def test_behind_a_web_server_only_who_sits_at_the_machine_may_read_it(
    app: Flask, other_site: MakesSite
) -> None:
    site = other_site(proxies=1)
    for visitor, status in (("10.0.0.1", 404), ("127.0.0.1, 10.0.0.1", 404), ("127.0.0.1", 200)):
        page = site.get("/postbox", headers={"X-Forwarded-For": visitor})
        assert page.status_code == status
