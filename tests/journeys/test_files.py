"""A file in a browser: by mouse, by keyboard, without scripts; and with a line that breaks."""

from typing import Any, Final

import pytest
from playwright.sync_api import FilePayload, expect

from course.accounts.models import User
from course.core import uploads
from course.quizzes import queries
from course.quizzes.models import QuizAttempt
from tests.journeys.conftest import Arrives
from tests.journeys.people import Kind, Person, Typist
from tests.journeys.sites import Site
from tests.papers import FILE_ITEM, PDF, TEXT_ITEM, picture

pytestmark = pytest.mark.journey

REPORT: Final = FilePayload(name="ecogram.pdf", mimeType="application/pdf", buffer=PDF)
PICTURE: Final = FilePayload(name="ecogram.jpg", mimeType="image/jpeg", buffer=picture())
WRONG: Final = FilePayload(name="verslag.pdf", mimeType="application/pdf", buffer=b"<html>")


@pytest.fixture
def learner(site: Site) -> User:
    return site.make.learner(language=None)


def _begun(
    site: Site, arrive: Arrives, learner: User, kind: Kind = "mouse", **rules: Any
) -> tuple[Person, QuizAttempt]:
    row = site.make.file_attempt(learner, name=None, is_running=True, **rules)
    person = arrive(user=learner, kind=kind)
    person.open(f"/attempts/{row.public_id}?item={FILE_ITEM}")
    return person, row


def _kept(site: Site, row: QuizAttempt) -> tuple[str, bytes] | None:
    with site.app.app_context():
        there = queries.file_of(row.id, FILE_ITEM)
        return (there.name, uploads.content_of(there)) if there else None


def _sees(person: Person, name: str) -> None:
    expect(person.page.locator(".held a")).to_have_text(name)


@pytest.mark.parametrize("kind", ["mouse", "keyboard", "no scripts"])
def test_a_file_is_put_in_replaced_taken_away_and_handed_in(
    site: Site, arrive: Arrives, learner: User, kind: Kind
) -> None:
    person, row = _begun(site, arrive, learner, kind)
    page = person.page
    # Who listens only now and then is sometimes told too late that the browser asks for a file.
    page.on("filechooser", lambda _chooser: None)

    def chooses(file: FilePayload) -> None:
        if isinstance(person, Typist):
            person._reach(page.locator("[type=file]"))
            with page.expect_file_chooser() as opened:
                page.keyboard.press("Space")
            opened.value.set_files(file)
        else:
            page.locator("[type=file]").set_input_files(file)
        if not person.has_scripts:
            person._leave_by(page.locator("[data-put]"))

    chooses(WRONG)
    expect(page.get_by_role("alert")).to_be_visible()
    assert _kept(site, row) is None
    chooses(REPORT)
    _sees(person, "ecogram.pdf")
    chooses(WRONG)
    expect(page.get_by_role("alert")).to_be_visible()
    _sees(person, "ecogram.pdf")
    assert _kept(site, row) == ("ecogram.pdf", PDF)
    chooses(PICTURE)
    _sees(person, "ecogram.jpg")
    shown = page.locator(".held img").evaluate("(picture) => picture.decode().then(() => true)")
    assert shown or not person.has_scripts
    person._leave_by(page.locator(".held button"))
    expect(page.locator(".held")).to_have_count(0)
    chooses(REPORT)
    _sees(person, "ecogram.pdf")
    person.open(f"/attempts/{row.public_id}/overview")
    person._leave_by(page.locator("main form .btn.go"))
    expect(page.locator(f"#item-{FILE_ITEM} a").first).to_have_text("ecogram.pdf")
    assert _kept(site, row) == ("ecogram.pdf", PDF)


def test_the_keyboard_stays_where_it_was_and_what_happened_is_said(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person, _row = _begun(site, arrive, learner, "keyboard")
    assert isinstance(person, Typist)
    field = person.page.locator("[type=file]")
    person._reach(field)
    field.set_input_files(REPORT)
    _sees(person, "ecogram.pdf")
    expect(person.page.locator("[type=file]")).to_be_focused()
    expect(person.page.locator("[data-file-said]")).to_contain_text("ecogram.pdf")
    place = person.page.locator(f"[data-place={FILE_ITEM}]")
    expect(place).to_have_attribute("data-state", "answered")


def test_when_the_line_breaks_the_file_stays_chosen_and_is_sent_with_one_press(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person, row = _begun(site, arrive, learner)
    again = person.page.locator("[data-put]")
    expect(again).to_be_hidden()
    person.context.set_offline(True)
    person.page.locator("[type=file]").set_input_files(REPORT)
    expect(again).to_be_visible()
    assert _kept(site, row) is None
    person.context.set_offline(False)
    again.click()
    _sees(person, "ecogram.pdf")
    assert _kept(site, row) == ("ecogram.pdf", PDF)


def test_a_file_that_is_too_large_is_not_even_sent(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person, row = _begun(site, arrive, learner)
    sent: list[str] = []
    person.page.on("request", lambda request: sent.append(request.method))
    size = "(box) => { box.dataset.most = '100'; }"
    person.page.locator("[data-file]").evaluate(size)
    person.page.locator("[type=file]").set_input_files(REPORT)
    expect(person.page.locator("[data-file-said]")).to_have_class("saved small muted trouble")
    assert "POST" not in sent
    assert _kept(site, row) is None


def test_a_text_on_the_same_page_is_saved_by_itself_and_the_file_stays(
    site: Site, arrive: Arrives, learner: User
) -> None:
    person, row = _begun(site, arrive, learner, one_page=True)
    person.page.locator("[type=file]").set_input_files(PICTURE)
    _sees(person, "ecogram.jpg")
    with person.page.expect_response(lambda answer: "/save" in answer.url) as saved:
        person.page.locator(f"textarea[name={TEXT_ITEM}]").fill("Haar buurman ontbreekt.")
    assert saved.value.ok
    assert saved.value.json()["states"][FILE_ITEM] == "answered"
    person.go_on()
    with site.app.app_context():
        assert queries.responses_of(row.id)[TEXT_ITEM].given == "Haar buurman ontbreekt."
    kept = _kept(site, row)
    assert kept
    assert kept[0] == "ecogram.jpg"


def test_nothing_that_was_handed_in_runs_in_a_page(
    site: Site, arrive: Arrives, learner: User
) -> None:
    """Also not when somebody opens its address: the browser saves it."""
    person, row = _begun(site, arrive, learner)
    script = b"%PDF-1.4\n<script>document.title = 'owned'</script>\n%%EOF"
    file = FilePayload(name="x.html.pdf", mimeType="text/html", buffer=script)
    person.page.locator("[type=file]").set_input_files(file)
    _sees(person, "x.html.pdf")
    with person.page.expect_download() as saved:
        person.page.locator(".held a").click()
    assert saved.value.suggested_filename == "x.html.pdf"
    assert saved.value.url.endswith(f"/files/{FILE_ITEM}")
    assert "owned" not in person.page.title()
    assert _kept(site, row) == ("x.html.pdf", script)
