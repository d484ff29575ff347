"""Fellow students read each other: one never comes, one comes late, and nobody waits for them."""

from typing import Final

import pytest
from playwright.sync_api import expect

from course.lessons.editions import library
from tests.journeys.conftest import Arrives
from tests.journeys.people import Person
from tests.journeys.sites import Site

pytestmark = pytest.mark.journey

RUBRIC: Final = "korte-reflectie"


def reads(reader: Person, comment: str) -> str:
    """Read the text that waits on the home page, and say something about it; gives the text."""
    with reader.site.app.app_context():
        slugs = [criterion.slug for criterion in library().rubrics[RUBRIC].rubric.criteria]
    reader.open("/home")
    reader.follow("Read")
    text = reader.page.locator("article").inner_text()
    for slug in slugs:
        reader.give(f"level-{slug}", "1")
    reader.fill("For the writer", comment)
    reader.press("Done")
    reader.sees("Thank you. The writer sees what you said, without your name.")
    return text


def has_nothing_to_read(reader: Person) -> None:
    reader.open("/home")
    expect(reader.page.get_by_role("heading", name="Read a fellow student")).to_have_count(0)


def test_a_reader_who_never_comes_is_replaced_and_the_instructor_reads_what_is_left(
    site: Site, arrive: Arrives
) -> None:
    make = site.make
    teacher = make.instructor(language="en")
    learners = [make.learner(name=name, language="en") for name in ("Ada", "Bo", "Cas", "Dee")]
    group = make.group(instructors=[teacher], learners=learners)
    runs = {learner.name: make.enrolment(learner) for learner in learners}
    for name in ("Ada", "Bo", "Cas"):
        make.submission(runs[name], text=f"Het verhaal van {name}.")
    assignment = make.assignment(group, peers=1, names_hidden=False)
    people = {learner.name: arrive("en", user=learner) for learner in learners}
    instructor = arrive("en", user=teacher)
    place = f"/teach/marking/{assignment.id}/peers"

    instructor.open(place)
    instructor.press("Give the texts out")
    instructor.sees("3 texts were given out.")
    for name in ("Ada", "Bo"):
        assert reads(people[name], f"Van een lezer: {name}") != f"Het verhaal van {name}."

    make.submission(runs["Dee"], text="Het verhaal van Dee.")
    instructor.press("Give out to those who came later")
    assert reads(people["Dee"], "Van een lezer: Dee") != "Het verhaal van Dee."

    instructor.press("Give what was not read to others")
    has_nothing_to_read(people["Cas"])
    waiting = instructor.page.locator("tbody tr", has_text="not begun")
    expect(waiting.locator("th", has_text="Cas")).to_have_count(0)
    new = [row.locator("th, td").all_inner_texts()[:2] for row in waiting.all()]
    # What Cas had is read by somebody else; by chance the one who came late has it already.
    for reader in [reader for reader, writer in new if writer != "Dee"]:
        reads(people[reader], "In de plaats van Cas.")

    instructor.open(f"/teach/marking/{assignment.id}")
    instructor.page.get_by_role("navigation", name="Queue").get_by_role("link", name="Dee").click()
    expect(instructor.page.locator("h1")).to_contain_text("Dee")
    for criterion in instructor.page.locator("[data-criterion]").all():
        criterion.locator("input").first.check()
    instructor.fill("Feedback to the student", "Ik las je zelf.")
    instructor.press("Done, next")
    instructor.open(f"/teach/marking/{assignment.id}/results")
    instructor.press("Return everything that is ready")
    people["Dee"].open("/home")
    people["Dee"].follow("Read the feedback")
    people["Dee"].sees("Ik las je zelf.")
