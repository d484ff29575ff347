"""Every page that somebody can reach by following links, read by everybody in both languages.

The browser of the tests checks each page by itself: valid, labelled, nothing from elsewhere.
"""

import re
from collections.abc import Callable
from html import unescape
from http import HTTPStatus
from io import BytesIO
from urllib.parse import urldefrag, urljoin, urlsplit
from zipfile import ZipFile

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from course.accounts.models import User
from tests.architecture import world as worlds
from tests.architecture.world import GROUP, MAY_READ, OTHER_LESSON, ROLES, World
from tests.browser import Browser
from tests.conftest import Once
from tests.factories import LESSON, Factory

LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"')
READ_IT_ALL = {"owner", "instructor"}
FEWEST_PAGES = 30  # the steps of two lessons, and the pages around them


@pytest.fixture
def world(app: Flask, once: Once) -> World:
    """The owner with work at every kind of step, and everybody else."""
    return worlds.build(app, once)


def _follow_all_links(browser: Browser, begin: str = "/") -> dict[str, str]:
    """Each page by its address, from ``begin``. A link that leads nowhere raises."""
    found: dict[str, str] = {}
    waiting = [(begin, "the beginning")]
    while waiting:
        address, where = waiting.pop()
        if address in found:
            continue
        answer = browser.get(address)
        assert answer.status_code in {HTTPStatus.OK, HTTPStatus.SEE_OTHER}, f"{where}: {address}"
        found[address] = _text_of(answer)
        if answer.status_code == HTTPStatus.SEE_OTHER:
            waiting.append((answer.headers["Location"], address))
        elif answer.mimetype == "text/html":
            waiting += [(link, address) for link in _links(answer.text, address)]
    return found


def _text_of(answer: TestResponse) -> str:
    """All that can be read in an answer, also in a workbook, which is a zip file of texts."""
    if answer.mimetype == "application/pdf":
        return str(answer.data, "latin-1")  # packed: what it says is looked at where it is made
    if not answer.data.startswith(b"PK"):
        return answer.text
    book = ZipFile(BytesIO(answer.data))
    return "".join(book.read(name).decode() for name in book.namelist())


def _links(text: str, address: str) -> set[str]:
    """The links to pages of ours, without the places on them."""
    links = set()
    for target in LINK.findall(text):
        link = urldefrag(urljoin(f"http://localhost{address}", unescape(target))).url
        parts = urlsplit(link)
        if parts.netloc == "localhost" and not parts.path.startswith("/static/"):
            links.add(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return links


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("role", "language"),
    [(role, "nl") for role in ROLES]
    + [(role, "en") for role in ("visitor", "owner", "instructor", "administrator")],
)
def test_no_link_leads_nowhere_and_nobody_reads_what_is_not_meant_for_them(
    world: World, role: str, language: str
) -> None:
    browser = world.browsers[role]
    browser.post(f"/language/{language}")
    found = _follow_all_links(browser)
    assert len(found) >= FEWEST_PAGES
    read = {address: set(worlds.CANARY.findall(text.lower())) for address, text in found.items()}
    if role == "instructor":
        for address in read:
            if address.startswith("/teach/marking/"):
                read[address] -= worlds.BESIDE_A_TEXT
            if "/extensions" in address or "/students/" in address:
                read[address] -= {"kanarie-uitstel"}  # why somebody has more time
            if "/grades/" in address or "/students/" in address:
                read[address] -= {"kanarie-vrijstelling"}  # why somebody is excused
    for address, words in read.items():
        assert words <= MAY_READ[role], f"{role} at {address}"
    if role in READ_IT_ALL:
        # Otherwise this proves nothing: what is nowhere, nobody else reads either. What was
        # withdrawn is the owner's too, and comes with the download of everything.
        assert set().union(*read.values()) == MAY_READ[role]


@pytest.mark.parametrize("lesson", [LESSON, OTHER_LESSON])
def test_every_step_can_be_opened_by_whoever_reads_learns_and_teaches(
    world: World, make: Factory, lesson: str
) -> None:
    """On both databases, and with work at every kind of step."""
    for role in ("visitor", "owner", "fellow", "instructor"):
        for step in make.edition(lesson).lesson.steps:
            answer = world.browsers[role].get(f"/lessons/{lesson}/{step.slug}")
            assert (role, step.slug, answer.status_code) == (role, step.slug, HTTPStatus.OK)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_an_empty_site_has_no_dead_ends(sign_in: Callable[[User], Browser], learner: User) -> None:
    """Somebody who has just come, with nothing done and no group."""
    assert GROUP not in "".join(_follow_all_links(sign_in(learner)).values())
