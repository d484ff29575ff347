"""Files beside a text, as a marker gets them: under names that tell of nobody."""

from http import HTTPStatus
from io import BytesIO
from zipfile import ZipFile

import pytest

from course.marking.files import without_maker
from course.reflections.models import Submission
from tests import pages
from tests.browser import Browser
from tests.features.marking.conftest import Desk
from tests.pages import main_words
from tests.papers import PDF, docx

WHO = "Lena Leerling"
TELLING = docx(
    {
        "docProps/core.xml": f"<c:coreProperties><dc:creator>{WHO}</dc:creator></c:coreProperties>",
        "docProps/app.xml": f"<Properties><Manager>{WHO}</Manager></Properties>",
        "word/comments.xml": f'<w:comment w:id="1" w:author="{WHO}" w:initials=\'{WHO}\' '
        'w:date="2026-03-05T10:11:12Z"><w:t>Let op</w:t></w:comment>',
        "word/people.xml": f'<w15:person w15:author="{WHO}"/>',
        "word/_rels/settings.xml.rels": '<Relationships><Relationship Id="r" '
        f'Target="file:///C:/Users/{WHO}/school.dotx"/></Relationships>',
    }
)


def _parts(document: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(document)) as archive:
        return {member.filename: archive.read(member) for member in archive.infolist()}


@pytest.fixture
def filed(desk: Desk) -> Desk:
    """A Word document and a PDF came with the text."""
    along = {"submission_id": desk.submission.id, "name": "Verslag Lena Leerling.docx"}
    desk.make.attachment(desk.run, content=TELLING, **along)
    desk.make.attachment(desk.run, submission_id=desk.submission.id, name="Lena Leerling.pdf")
    desk.make.attachment(desk.run, name="nog-bij-het-klad.pdf")
    return desk


def test_a_word_document_loses_who_made_it_and_keeps_what_it_says() -> None:
    before, after = _parts(TELLING), _parts(without_maker(TELLING))
    assert set(after) == set(before)
    assert after["word/document.xml"] == before["word/document.xml"]
    assert b"Let op" in after["word/comments.xml"]
    assert [name for name, part in after.items() if b"Lena" in part or b"2026" in part] == []
    assert {
        member.date_time[0] for member in ZipFile(BytesIO(without_maker(TELLING))).infolist()
    } == {1980}


def test_while_names_are_hidden_a_file_tells_of_nobody(filed: Desk, teacher: Browser) -> None:
    page = teacher.get(filed.page)
    found = [link.get("href", "") for link in pages.parse(page.text).findall(".//main//a")]
    links = [link for link in found if "/files/" in link]
    assert links == [f"{filed.page}/files/1", f"{filed.page}/files/2"]
    assert "Lena" not in page.text
    word, pdf = (teacher.get(link) for link in links)
    assert (
        word.headers["Content-Disposition"]
        == f"attachment; filename=attachment-1-{filed.code}.docx"
    )
    assert "sandbox" in word.headers["Content-Security-Policy"]
    assert word.headers["Cache-Control"] == "private, no-store"
    assert _parts(word.data) == _parts(without_maker(TELLING))
    assert pdf.data == PDF


def test_where_names_are_shown_a_file_is_as_it_came(filed: Desk, teacher: Browser) -> None:
    filed.set(names_hidden=False)
    answer = teacher.get(f"{filed.page}/files/1")
    assert answer.data == TELLING
    assert "Lena" not in str(answer.headers)


def test_a_file_is_for_who_may_read_the_text(
    filed: Desk, colleague: Browser, stranger: Browser, writer: Browser
) -> None:
    place = f"{filed.page}/files/1"
    assert colleague.get(place).status_code == HTTPStatus.OK
    for browser in (stranger, writer):
        assert browser.get(place).status_code == HTTPStatus.NOT_FOUND
    for number in (0, 3, 99):
        assert colleague.get(f"{filed.page}/files/{number}").status_code == HTTPStatus.NOT_FOUND


def test_a_file_of_an_earlier_version_says_so(desk: Desk, teacher: Browser) -> None:
    old = desk.make.submission(
        desk.run, number=0, withdrawn_at=desk.submission.handed_in_at, text="Eerder."
    )
    desk.make.attachment(desk.run, submission_id=old.id)
    assert isinstance(old, Submission)
    assert f"attachment-1-{desk.code}.pdf 1 kB · version 0" in main_words(teacher.get(desk.page))
