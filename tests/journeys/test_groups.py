"""An instructor and a learner, each in a browser of their own."""

import pytest
from playwright.sync_api import expect

from tests.journeys import story
from tests.journeys.conftest import Arrives
from tests.journeys.sites import Site

pytestmark = pytest.mark.journey


def test_an_instructor_sees_who_is_where_and_reads_what_was_handed_in(
    site: Site, arrive: Arrives
) -> None:
    instructor = arrive("nl", user=site.make.instructor(name="Daan Docent"))
    learner = arrive("en", user=site.make.learner(name="Lena Leerling", language="en"))
    lesson = site.lesson().lesson
    first, reflection = lesson.steps[0], site.make.step("reflect")

    instructor.open("/")
    instructor.follow(instructor.say("Groups"))
    instructor.follow(instructor.say("Create a group"))
    instructor.fill(instructor.say("Name of the group"), "SW-4D")
    instructor.press(instructor.say("Create group"))
    instructor.sees_heading("SW-4D")
    code = instructor.page.locator(".join-code code").inner_text()

    learner.open("/home")
    learner.follow(learner.say("I have a group code"))
    learner.fill(learner.say("Group code"), f" {code[:3].lower()}-{code[3:].lower()}")
    learner.press(learner.say("Find the group"))
    learner.sees_heading(learner.say("Join %(name)s", name="SW-4D"))
    learner.press(learner.say("Join this group"))
    learner.sees(learner.say("You are now in %(name)s.", name="SW-4D"))
    learner.open(f"/lessons/{lesson.slug}")
    learner.press(learner.say("Start the lesson"))
    story.read(learner, first)
    learner.open(f"/lessons/{lesson.slug}/{reflection.slug}")
    learner.fill(learner.say("Your reflection"), story.TEXT)
    learner.press(learner.say("Read it once more and hand in"))

    instructor.open("/teach/")
    instructor.follow("SW-4D")
    instructor.follow(f"{lesson.number} · {lesson.title['nl']}")
    row = instructor.page.get_by_role("row", name="Lena Leerling")
    cells = row.get_by_role("gridcell")
    expect(cells.first).to_have_text(f"● {instructor.say('done')}")
    expect(cells.get_by_role("link")).to_have_count(0)

    learner.press(learner.say("Hand in"))
    learner.sees_heading(learner.say("Handed in"))

    instructor.page.reload()
    with instructor.leaving():
        cells.get_by_role("link").click()
    instructor.sees_heading(instructor.say("Reflection by %(name)s", name="Lena Leerling"))
    instructor.sees(story.TEXT)

    learner.follow(learner.say("Back to the step"))
    learner.press(learner.say("Withdraw and keep writing"))
    instructor.page.reload()
    instructor.sees_heading(instructor.say("This page does not exist"))


def test_an_instructor_closes_and_renews_a_code_without_leaving_the_page(
    site: Site, arrive: Arrives
) -> None:
    teacher = site.make.instructor()
    group = site.make.group(instructors=[teacher])
    instructor = arrive("nl", user=teacher)
    instructor.open(f"/teach/groups/{group.id}")
    address = instructor.page.url
    buttons = instructor.page.locator("#joining").get_by_role("button")

    buttons.filter(has_text=instructor.say("Close the code")).click()
    instructor.sees(instructor.say("The code is closed: nobody can join. Whoever is in, stays in."))
    expect(buttons.filter(has_text=instructor.say("Open the code"))).to_be_focused()
    buttons.filter(has_text=instructor.say("Open the code")).click()
    expect(instructor.page.locator(".join-code code")).to_have_text(group.join_code)
    buttons.filter(has_text=instructor.say("New code")).click()
    expect(instructor.page.locator(".join-code code")).not_to_have_text(group.join_code)
    expect(buttons.filter(has_text=instructor.say("New code"))).to_be_focused()
    assert instructor.page.url == address


@pytest.mark.parametrize(
    ("address", "heading", "found"),
    [
        ("student@example.org", "Your lessons", "Pick up where you left off"),
        ("docent@example.org", "Your groups", "Create a group"),
    ],
)
def test_the_people_of_the_demo_sign_in_and_find_something_to_do(
    arrive: Arrives, address: str, heading: str, found: str
) -> None:
    somebody = arrive("en")
    somebody.open("/login")
    somebody.fill(somebody.say("E-mail address"), address)
    somebody.fill(somebody.say("Password"), "weegschaal-demo")
    somebody.press(somebody.say("Sign in"))
    if address.startswith("docent"):
        somebody.follow(somebody.say("Groups"))
        expect(somebody.page.locator(".groups li")).to_have_count(2)
    expect(somebody.page.get_by_role("heading", name=somebody.say(heading))).to_be_visible()
    somebody.sees(somebody.say(found))
