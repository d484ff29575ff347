"""From a class list to a student in the group, by the mail in between."""

import time

import pytest
from playwright.sync_api import expect

from tests.factories import PASSWORD
from tests.journeys.conftest import Arrives
from tests.journeys.sites import Site

pytestmark = pytest.mark.journey

ADDRESS = "zoe.celik@example.org"
LIST = (
    f"Roepnaam\tFamilie\tContact\tNummer\nZoë\tÇelik\t{ADDRESS}\t0012345\nBo\tDam\tgeen adres\t1\n"
)
MAIL_COMES_WITHIN = 10  # seconds


def test_a_pasted_class_list_becomes_a_student_who_said_yes(site: Site, arrive: Arrives) -> None:
    teacher = site.make.instructor(name="Daan Docent", language="en")
    group = site.make.group(name="SW-3F", instructors=[teacher])
    instructor, student = arrive("en", user=teacher), arrive("en")

    instructor.open(f"/teach/groups/{group.id}/people")
    instructor.follow(instructor.say("Import a class list"))
    instructor.fill(instructor.say("Paste the list"), LIST)
    instructor.press(instructor.say("Look at the list"))
    row = instructor.page.get_by_role("row", name=ADDRESS)
    expect(row).to_contain_text("Zoë")
    expect(row).not_to_contain_text("Çelik")
    instructor.page.get_by_label("Familie").select_option("last")
    instructor.press(instructor.say("Use these columns"))
    expect(row).to_contain_text("Zoë Çelik")
    instructor.press(instructor.say("Send the invitations"))
    instructor.sees("1 invitation is on its way.")

    student.open("/postbox")
    mail = student.page.locator("article", has_text=ADDRESS)
    deadline = time.monotonic() + MAIL_COMES_WITHIN
    while not mail.count() and time.monotonic() < deadline:
        student.page.wait_for_timeout(250)
        student.page.reload()
    student.follow(mail.get_by_role("link").inner_text())
    student.sees_heading(student.say("Join %(name)s", name="SW-3F"))
    student.fill(student.say("Password"), PASSWORD)
    student.press(student.say("Create account and join"))
    student.sees("SW-3F")

    instructor.page.reload()
    expect(instructor.page.get_by_role("row", name="Zoë Çelik")).to_contain_text("0012345")
