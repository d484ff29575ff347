"""The hand-out for the talk in class comes out of the printer as one sheet, in both languages."""

import re
from typing import Final

import pytest

from tests.factories import LESSON
from tests.journeys.conftest import Arrives
from tests.journeys.sites import Site

pytestmark = pytest.mark.journey

PAGE: Final = re.compile(rb"/Type\s*/Page\b")
SIZE: Final = re.compile(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]")
A4: Final = (595, 842)  # points, rounded


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_hand_out_fills_one_sheet_of_a4(site: Site, arrive: Arrives, language: str) -> None:
    teacher = site.make.instructor(language=None)
    group = site.make.group(name="SW-2B Sociaal werk", instructors=[teacher])
    site.make.group_picture(group)
    person = arrive(language, user=teacher)
    for lesson in site.app.extensions["library"].editions:
        person.open(f"/teach/groups/{group.id}/lessons/{lesson}/handout")
        printed = person.page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(PAGE.findall(printed)) == 1, lesson
        sizes = [tuple(round(float(side)) for side in found) for found in SIZE.findall(printed)]
        assert set(sizes) == {A4}, lesson


def test_on_paper_there_is_nothing_but_the_sheet(site: Site, arrive: Arrives) -> None:
    teacher = site.make.instructor(language=None)
    group = site.make.group(instructors=[teacher])
    site.make.group_picture(group, answers=21, counts=[6, 6, 9])
    person = arrive("en", user=teacher)
    person.open(f"/teach/groups/{group.id}/lessons/{LESSON}/handout")
    person.page.emulate_media(media="print")
    lines = person.page.locator("body").inner_text().splitlines()
    assert lines[0] == "To talk about: Why reach out?"
    assert not any("Print this page" in line for line in lines)
    bars = person.page.locator(".sides path:not(.whole)")
    assert [bar.bounding_box() is not None for bar in bars.all()] == [True] * 3
