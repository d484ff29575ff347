"""A reflection from its first word to what became of the feedback; two readers; fellow students."""

import re
from typing import Final

import pytest
from playwright.sync_api import Locator, expect

from course.marking.models import Assignment
from tests.journeys.conftest import Arrives
from tests.journeys.people import Person
from tests.journeys.sites import Site
from tests.journeys.story import TIME
from tests.journeys.test_never_lost import (
    FIRST,
    MORE,
    SENT_WITHIN,
    Writer,
    kill,
    signed_out_for_a_while,
)

pytestmark = pytest.mark.journey

SAVED: Final = re.compile(f"Saved (?:on .+, )?{TIME}")
LAST: Final = " Toen vroeg ik het."
PASSAGE: Final = "Niemand vroeg iets."
QUESTION: Final = "En jij, vroeg jij iets?"
MOST_TRIES: Final = 3  # in a few seconds: the first, and one or two on leaving


class Marker:
    """An instructor at the marking screen of an assignment."""

    def __init__(self, person: Person, assignment: Assignment) -> None:
        self.person = person
        self.page = person.page
        self.path = f"/teach/marking/{assignment.id}"
        person.open(self.path)

    @property
    def status(self) -> Locator:
        return self.page.locator("[data-said]")

    @property
    def feedback(self) -> Locator:
        return self.page.get_by_label("Feedback to the student", exact=True)

    def gives(self, *levels: int) -> None:
        """Choose a level at each criterion, from the first, with the keys; 1 is the lowest."""
        for criterion, level in zip(
            self.page.locator("[data-criterion]").all(), levels, strict=True
        ):
            criterion.locator("input").first.focus()
            self.page.keyboard.press(str(level))
            expect(criterion.locator("input").nth(level - 1)).to_be_checked()

    def writes(self, comment: str) -> None:
        self.feedback.fill(comment)

    def sees_saved(self) -> None:
        expect(self.status).to_have_text(SAVED)

    def is_done(self) -> None:
        self.page.get_by_role("button", name="Done, next").click()
        self.person.sees("Everything that waited for you is marked.")

    def comments_on(self, passage: str, words: str) -> None:
        """Say something about a passage, in the form below the text."""
        self.page.get_by_text("Comment on a passage or a decision").click()
        self.person.fill("The words it is about", passage)
        self.person.fill("Your comment", words)
        self.page.get_by_role("button", name="Add comment").click()
        expect(self.page.locator("article .remark .letter")).to_have_text(words)

    def returns_everything(self) -> None:
        self.person.open(f"{self.path}/results")
        self.person.press("Return everything that is ready")


def hand_in(person: Person) -> None:
    person.press("Read it once more and hand in")
    person.press("Hand in")
    person.sees_heading("Handed in")


def test_what_a_student_writes_outlives_a_tab_and_a_server_and_its_feedback_is_used(
    site: Site, arrive: Arrives
) -> None:
    learner = site.make.learner(name="Lena Leerling", language="en")
    teacher = site.make.instructor(language="en")
    assignment = site.make.assignment(site.make.group(instructors=[teacher], learners=[learner]))
    student = arrive("en", user=learner)
    writer = Writer(student, learner)
    writer.types(FIRST)
    writer.sees_saved()
    kill(writer.page)
    writer.page.close()
    writer.page = student.page = student.context.new_page()
    student.open(writer.path)
    writer.reads(FIRST)
    writer.types(MORE[:5])
    with site.killed():
        writer.types(MORE[5:-1])
        writer.hears(
            "No connection. Keep writing: your text is kept in this browser and sent later."
        )
    writer.types(MORE[-1])
    writer.sees_saved(SENT_WITHIN)
    assert writer.on_the_server() == FIRST + MORE
    hand_in(student)

    marker = Marker(arrive("en", user=teacher), assignment)
    expect(marker.page.locator("h1")).not_to_contain_text(learner.name)
    marker.comments_on(PASSAGE, QUESTION)
    marker.gives(2, 3, 2)
    marker.writes("Je kijkt goed.")
    marker.is_done()
    marker.returns_everything()

    student.open("/home")
    student.follow("Read the feedback")
    student.sees("Je kijkt goed.")
    expect(student.page.locator("article mark")).to_have_text(PASSAGE)
    student.fill("Used how, or why not", "Ik schrijf erbij wat ik zelf deed.")
    student.press("Used")
    student.sees("You used this.")
    student.press("Write a next version")
    writer.reads(FIRST + MORE)
    writer.types(LAST)
    hand_in(student)

    marker.person.open(marker.path)
    marker.page.get_by_text("1 earlier version").click()
    expect(marker.page.locator(".changes ins")).to_have_text([LAST.strip()])
    marker.person.open("/teach/marking/uses")
    marker.person.sees(QUESTION)


def test_two_readers_mark_blind_see_what_they_differ_in_and_agree_in_one_click(
    site: Site, arrive: Arrives
) -> None:
    learner = site.make.learner(language="en")
    daan = site.make.instructor(name="Daan Docent", language="en")
    cora = site.make.instructor(name="Cora Collega", language="en")
    group = site.make.group(instructors=[daan, cora], learners=[learner])
    site.make.submission(site.make.enrolment(learner), text=FIRST + MORE)
    assignment = site.make.assignment(group, seconds="all", second_marker_id=cora.id)

    first = Marker(arrive("en", user=daan), assignment)
    second = Marker(arrive("en", user=cora), assignment)
    first.gives(3, 3, 3)
    first.writes("Volgens Daan.")
    first.is_done()
    second.page.reload()
    second.person.sees("You are the second reader")
    expect(second.page.locator("body")).not_to_contain_text("Volgens Daan.")
    second.gives(3, 3, 4)
    second.writes("Volgens Cora.")
    second.is_done()

    second.person.open(f"{second.path}/results")
    second.person.follow("two markers have to agree first")
    expect(second.page.locator("tbody tr", has_text="1 level")).to_have_count(1)
    second.person.sees("Volgens Daan.")
    second.person.press("Agree: take the mean")
    second.returns_everything()
    student = arrive("en", user=learner)
    student.open("/home")
    student.follow("Read the feedback")
    expect(student.page.locator(".grade output")).to_be_visible()


def test_two_windows_of_one_marker_show_what_differs_and_neither_is_lost(
    site: Site, arrive: Arrives
) -> None:
    learner = site.make.learner(language="en")
    teacher = site.make.instructor(language="en")
    group = site.make.group(instructors=[teacher], learners=[learner])
    site.make.submission(site.make.enrolment(learner), text=FIRST + MORE)
    assignment = site.make.assignment(group)
    person = arrive("en", user=teacher)
    older, newer = Marker(person, assignment), Marker(_beside(person), assignment)

    newer.gives(2, 2, 2)
    newer.writes("Van het nieuwe venster.")
    newer.sees_saved()
    older.gives(3, 2, 2)
    older.writes("Van het oude venster.")
    box = older.page.get_by_role("alert")
    expect(box.locator("tbody th")).to_have_text(["Your own part", "Feedback to the student"])
    expect(box).to_contain_text("Van het nieuwe venster.")

    older.page.reload()  # and what it held is still there, beside the other
    expect(older.feedback).to_have_value("Van het oude venster.")
    expect(box).to_contain_text("Van het nieuwe venster.")
    box.get_by_role("button", name="Keep mine").click()
    older.sees_saved()
    newer.writes("Van het nieuwe venster, en meer.")
    newer.page.get_by_role("button", name="Use the other one").click()
    expect(newer.feedback).to_have_value("Van het oude venster.")
    expect(newer.page.get_by_role("alert")).to_have_count(0)


def test_what_a_marker_fills_in_while_signed_out_is_kept_and_saved_after_signing_in(
    site: Site, arrive: Arrives
) -> None:
    learner = site.make.learner(language="en")
    teacher = site.make.instructor(language="en")
    group = site.make.group(instructors=[teacher], learners=[learner])
    site.make.submission(site.make.enrolment(learner), text=FIRST + MORE)
    marker = Marker(arrive("en", user=teacher), site.make.assignment(group))
    tries: list[str] = []
    marker.page.on("request", lambda sent: tries.extend([sent.url] * sent.url.endswith("/save")))
    with signed_out_for_a_while(site, teacher):
        marker.writes("Je kijkt goed.")
        expect(marker.status).to_contain_text("Not saved yet: you are signed out.")
        link = marker.status.get_by_role("link", name="Sign in again in a new window")
        expect(link).to_have_attribute("href", re.compile(r"/login\?next=%2Fteach%2Fmarking%2F"))
        marker.page.reload()  # to where one signs in
        assert len(tries) <= MOST_TRIES
    marker.page.goto(f"{site.url}{marker.path}")
    expect(marker.feedback).to_have_value("Je kijkt goed.")
    marker.sees_saved()  # Or leaving had sent it, just after the sign-in was back.
    marker.page.reload()
    expect(marker.feedback).to_have_value("Je kijkt goed.")


def test_digits_fill_in_one_criterion_after_another_and_words_not_added_wait(
    site: Site, arrive: Arrives
) -> None:
    learner = site.make.learner(language="en")
    teacher = site.make.instructor(language="en")
    group = site.make.group(instructors=[teacher], learners=[learner])
    site.make.submission(site.make.enrolment(learner), text=FIRST + MORE)
    marker = Marker(arrive("en", user=teacher), site.make.assignment(group))
    marker.page.locator("body").press("3")
    marker.page.keyboard.press("2")
    marker.page.keyboard.press("4")
    chosen = marker.page.locator("[data-criterion] input:checked")
    assert [box.get_attribute("value") for box in chosen.all()] == ["2", "1", "3"]
    marker.page.get_by_text("Comment on a passage or a decision").click()
    marker.person.fill("Your comment", QUESTION)
    marker.sees_saved()
    marker.page.reload()
    expect(marker.page.get_by_label("Your comment")).to_have_value(QUESTION)
    marker.person.fill("The words it is about", PASSAGE)
    marker.page.keyboard.press("Control+Enter")
    expect(marker.page.locator("article .remark .letter")).to_have_text(QUESTION)
    marker.page.keyboard.press("Shift+Control+Enter")
    marker.person.sees("Everything that waited for you is marked.")


def _beside(person: Person) -> Person:
    """Another window of the same browser."""
    return Person(person.context, person.site, person.language)
