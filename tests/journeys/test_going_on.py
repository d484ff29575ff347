"""One goes on where one was: on another device, and in the other language."""

import pytest
from playwright.sync_api import Response, expect

from course.curriculum.schema import ScaleStep
from tests.factories import LESSON
from tests.journeys import story
from tests.journeys.conftest import Arrives
from tests.journeys.people import Person
from tests.journeys.sites import Site

pytestmark = pytest.mark.journey

PHONE = {"width": 390, "height": 844}
NOTED_WITHIN = 10_000  # ms; a page counts as visited after a few seconds


def test_what_was_begun_on_a_telephone_goes_on_at_a_desk(site: Site, arrive: Arrives) -> None:
    learner = site.make.learner()
    steps = {step.slug: step for step in site.lesson().lesson.steps}
    scale = steps["wegen-jayden"]
    assert isinstance(scale, ScaleStep)

    on_the_train = arrive(user=learner, viewport=PHONE)
    on_the_train.open(f"/lessons/{LESSON}")
    on_the_train.press(on_the_train.say("Start the lesson"))
    for slug in ("maandagochtend", "eropaf-gaan", "jayden"):
        story.read(on_the_train, steps[slug])
    with on_the_train.page.expect_response(_saves_the_last_word, timeout=NOTED_WITHIN) as saved:
        story.put_on_the_scales(on_the_train, scale)
    saved.value.finished()

    at_a_desk = arrive(user=learner)
    at_a_desk.open("/home")
    at_a_desk.sees(at_a_desk.say("Pick up where you left off"))
    at_a_desk.follow(at_a_desk.say("Continue"))
    at_a_desk.sees_heading(scale.title["nl"])
    story.sees_the_scales_filled(at_a_desk, scale)


def _saves_the_last_word(response: Response) -> bool:
    return response.url.endswith("/draft") and story.REASON in (response.request.post_data or "")


def test_a_page_that_was_only_looked_at_is_the_place_to_go_on(site: Site, arrive: Arrives) -> None:
    learner = site.make.learner()
    site.make.enrolment(learner)
    step = site.lesson().step("mevrouw-kuipers")
    assert step is not None

    at_home = arrive(user=learner)
    with at_home.page.expect_response("**/here", timeout=NOTED_WITHIN) as noted:
        at_home.open(f"/lessons/{LESSON}/{step.slug}")
    noted.value.finished()

    elsewhere = arrive(user=learner)
    elsewhere.open("/home")
    elsewhere.follow(elsewhere.say("Continue"))
    elsewhere.sees_heading(step.title["nl"])


# --- In the other language -----------------------------------------------------------------


def _switch(person: Person) -> None:
    """Choose the other language in the bar at the top."""
    other = {"nl": "English", "en": "Nederlands"}[person.language]
    person.press(other)
    person.language = {"nl": "en", "en": "nl"}[person.language]


@pytest.mark.parametrize("path", ["/", "/glossary", f"/lessons/{LESSON}/jayden", "/join/NERGENS"])
def test_a_visitor_who_switches_language_stays_on_the_same_page(arrive: Arrives, path: str) -> None:
    visitor = arrive()
    visitor.open(path)
    visitor.sees_heading(visitor.page.locator("h1").inner_text())
    for _there_and_back in range(2):
        _switch(visitor)
        assert visitor.page.url == f"{visitor.site.url}{path}"
        expect(visitor.page.locator("html")).to_have_attribute("lang", visitor.language)


def test_switching_language_keeps_what_was_being_written(site: Site, arrive: Arrives) -> None:
    reflection = site.make.step("reflect")
    learner = arrive("en", user=site.make.learner(language="en"))
    learner.open(f"/lessons/{LESSON}/{reflection.slug}")
    learner.fill(learner.say("Your reflection"), story.TEXT)
    _switch(learner)
    learner.sees_heading(reflection.title["nl"])
    field = learner.page.get_by_label(learner.say("Your reflection"), exact=True)
    expect(field).to_have_value(story.TEXT)


def test_switching_language_keeps_what_a_visitor_put_on_the_scales(
    site: Site, arrive: Arrives
) -> None:
    scale = site.make.step("scale")
    assert isinstance(scale, ScaleStep)
    visitor = arrive("nl")
    visitor.open(f"/lessons/{LESSON}/{scale.slug}")
    story.put_on_the_scales(visitor, scale)
    _switch(visitor)
    visitor.sees_heading(scale.title["en"])
    story.sees_the_scales_filled(visitor, scale)


def test_switching_language_on_a_result_keeps_the_result(site: Site, arrive: Arrives) -> None:
    user = site.make.learner(language="nl")
    weighing = site.make.weighing(site.make.enrolment(user))
    learner = arrive("nl", user=user)
    learner.open(f"/lessons/{LESSON}/{weighing.step}")
    learner.sees(learner.say("Your weighing"))
    _switch(learner)
    learner.sees(learner.say("Your weighing"))
    learner.sees(weighing.reason)
