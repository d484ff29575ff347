"""Certificates: made when all is done, the same to the byte, and checked by their code."""

import re
import zlib
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.lessons.models import Enrolment
from course.results.models import Certificate
from tests.browser import Browser
from tests.factories import LESSON, Factory
from tests.pages import main_words

SignIn = Callable[[User], Browser]
PAGE = "/progress/certificates"


@pytest.fixture
def learner(make: Factory) -> User:
    """Somebody with a name that typst would take for a program."""
    return make.learner(name='Zoë #panic("x") $1$', language="en")


@pytest.fixture
def browser(sign_in: SignIn, learner: User) -> Browser:
    """The browser of the learner."""
    return sign_in(learner)


def finish(make: Factory, learner: User) -> None:
    """Do every step of a lesson."""
    run: Enrolment = make.enrolment(learner)
    make.done(run, *(step.slug for step in make.edition().lesson.steps))


def codes(app: Flask) -> list[str]:
    """The codes of all certificates."""
    with app.app_context():
        return list(db.session.scalars(select(Certificate.code)))


def test_a_certificate_is_made_when_every_step_is_done_and_not_before(
    app: Flask, browser: Browser, make: Factory, learner: User
) -> None:
    assert browser.post(PAGE, data={"what": LESSON}).status_code == 404
    finish(make, learner)
    for _time in range(2):
        assert browser.post(PAGE, data={"what": LESSON}).status_code == 303
    assert browser.post(PAGE, data={"what": ""}).status_code == 404  # the whole course
    (code,) = codes(app)
    assert re.fullmatch("[2-9A-HJ-NP-Z]{12}", code)
    assert "Save as PDF" in main_words(browser.get(PAGE))


def test_the_pdf_is_tagged_the_same_each_time_and_in_the_language_of_its_reader(
    make: Factory, sign_in: SignIn
) -> None:
    for language, title in (("nl", b"nl"), ("en", b"en")):
        reader = make.learner(language=language, name='Zoë #panic("x") $1$')
        code = make.certificate(reader).code
        browser = sign_in(reader)
        pdf, again = (browser.get(f"{PAGE}/{code}.pdf").data for _time in range(2))
        assert pdf == again
        assert pdf.startswith(b"%PDF-1.7")
        whole = pdf + b"".join(_streams(pdf))
        assert b"/StructTreeRoot" in whole
        assert b"/Lang (" + title in whole.replace(b"/Lang(", b"/Lang (")
        assert b"pdfuaid" in whole  # it says of itself that it is PDF/UA and PDF/A
        assert b"pdfaid" in whole


def _streams(pdf: bytes) -> list[bytes]:
    """What is packed in it, as far as it can be unpacked."""
    found = []
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return found


def test_nobody_else_can_take_it_along(make: Factory, sign_in: SignIn, learner: User) -> None:
    code = make.certificate(learner).code
    for other in (make.learner(), make.instructor(), make.administrator()):
        assert sign_in(other).get(f"{PAGE}/{code}.pdf").status_code == 404


def test_anybody_with_the_code_reads_whose_what_and_when_and_nothing_more(
    client: Browser, make: Factory, learner: User
) -> None:
    code = make.certificate(learner, name="Zoë Çelik").code
    for typed in (code, f"{code[:4]}-{code[4:8]}-{code[8:]}".lower()):
        page = client.get(f"/verify/{typed}")
        assert "Zoë Çelik" in main_words(page)
        assert "Waarom eropaf?" in main_words(page)
        assert "geen cijfer en geen diploma" in main_words(page)
        assert learner.email not in page.text
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    for none in ("2222-2222-2222", "kort", f"{code}A"):
        assert client.get(f"/verify/{none}").status_code == 404


def test_one_that_was_taken_back_says_so_and_is_no_file_any_more(
    app: Flask, client: Browser, browser: Browser, make: Factory, learner: User
) -> None:
    code = make.certificate(learner).code
    answer = app.test_cli_runner().invoke(args=["certificates", "revoke", code])
    assert answer.exit_code == 0, answer.output
    page = client.get(f"/verify/{code}")
    assert learner.name not in page.text
    assert str(now().year) in main_words(page)
    assert browser.get(f"{PAGE}/{code}.pdf").status_code == 404
    wrong = app.test_cli_runner().invoke(args=["certificates", "revoke", "nee"])
    assert wrong.exit_code == 1


def test_codes_cannot_be_tried_by_the_thousand(client: Browser) -> None:
    tried = [client.get(f"/verify/{number:012}").status_code for number in range(61)]
    assert tried == [404] * 60 + [429]
