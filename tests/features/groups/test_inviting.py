"""Inviting by mail: who is asked, what they read, and how they say yes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.groups.models import Group, Invitation, Membership, Part
from tests import pages
from tests.browser import Browser
from tests.conftest import MailServer, Outbox, new_browser
from tests.factories import PASSWORD, Factory
from tests.features.at_once import at_once, click
from tests.features.filled_in import heading, value
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

ANNA = "anna@example.org"
SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


@pytest.fixture
def teacher(make: Factory) -> User:
    """An instructor who reads English, as the texts in the code."""
    return make.instructor(name="Daan Docent", language="en")


@pytest.fixture
def group(make: Factory, teacher: User) -> Group:
    """A group of the teacher."""
    return make.group(name="SW-2B", instructors=[teacher])


@pytest.fixture
def browser(sign_in: SignIn, teacher: User) -> Browser:
    """The browser of the teacher."""
    return sign_in(teacher)


def people_page(group: Group) -> str:
    return f"/teach/groups/{group.id}/people"


def invite(browser: Browser, group: Group, email: str = ANNA, part: str = "learner") -> str:
    """Invite somebody, and what the page says then."""
    done = browser.submit(
        people_page(group), {"email": email, "part": part}, action="/people/invite"
    )
    assert done.status_code == 303
    return browser.get(done.location).text


def parts(in_app: InApp, group: Group) -> dict[int, tuple[Part, str | None]]:
    """Who is in the group as what, with their number."""
    with in_app():
        rows = db.session.scalars(select(Membership).filter_by(group_id=group.id))
        return {row.user_id: (Part(row.part), row.student_number) for row in rows}


def invitations(in_app: InApp) -> list[Invitation]:
    with in_app():
        return list(db.session.scalars(select(Invitation).order_by(Invitation.id)))


# --- Saying yes ----------------------------------------------------------------------------


def test_who_is_invited_makes_an_account_on_the_spot_and_is_in_the_group(
    app: Flask, in_app: InApp, browser: Browser, group: Group, outbox: Outbox, smtp: MailServer
) -> None:
    assert f"A mail to {ANNA} is on its way." in invite(browser, group)
    link = outbox.link(ANNA)
    assert outbox.send(smtp.settings(app)) == 1
    (mail,) = smtp.mails
    assert (mail["To"], mail["Subject"]) == (ANNA, "Invitation to the group SW-2B")
    assert "Daan Docent invites you to join the group SW-2B" in str(mail.get_payload())
    assert len(parts(in_app, group)) == 1  # nobody but the instructor, before somebody says yes

    anna = new_browser(app)
    page = anna.get(link, headers={"Accept-Language": "en"})
    assert heading(page) == "Join SW-2B"
    assert "The instructors of this group see your name" in main_words(page)
    assert page.headers["Referrer-Policy"] == "strict-origin"
    done = anna.submit(page, {"name": "Anna Bakker", "password": PASSWORD})
    assert (done.status_code, done.location) == (303, "/home")
    assert "SW-2B" in main_words(anna.get("/home"))
    with in_app():
        user = db.session.scalars(select(User).filter_by(email=ANNA)).one()
    assert parts(in_app, group)[user.id] == (Part.LEARNER, None)
    assert len(outbox.messages()) == 1  # the link proved the address: no second mail
    assert new_browser(app).get(link).status_code == 410


def test_the_number_of_the_list_goes_along_and_any_account_may_say_yes(
    in_app: InApp, make: Factory, sign_in: SignIn, group: Group, learner: User
) -> None:
    make.invitation(group, ANNA, token="link", student_number="0012345")
    browser = sign_in(learner)
    page = browser.get("/invite/link")
    assert f"({learner.email})" in main_words(page)
    assert browser.submit(page).location == "/home"
    assert parts(in_app, group)[learner.id] == (Part.LEARNER, "0012345")
    (kept,) = invitations(in_app)
    assert kept.accepted_at is not None
    assert kept.user_id == learner.id


def test_who_has_an_account_signs_in_first_and_only_the_reader_of_the_mail_learns_that(
    app: Flask, make: Factory, browser: Browser, group: Group, outbox: Outbox
) -> None:
    make.learner(email="bekend@example.org")
    known = invite(browser, group, "bekend@example.org")
    fresh = invite(browser, group, "onbekend@example.org")
    told = "A mail to {} is on its way."
    assert told.format("bekend@example.org") in known
    assert told.format("onbekend@example.org") in fresh
    bodies = {message.recipient: message.body.split("/invite/")[0] for message in outbox.messages()}
    assert bodies["bekend@example.org"] == bodies["onbekend@example.org"]

    visitor = new_browser(app)
    page = visitor.get(outbox.link("bekend@example.org"))
    hrefs = [link.get("href") or "" for link in pages.parse(page.text).findall(".//main//a")]
    assert any(href.startswith("/login?next=/invite/") for href in hrefs)
    assert pages.parse(page.text).find(".//main//input[@type='password']") is None


@SQLITE
def test_a_name_from_a_list_is_filled_in_and_a_weak_password_refused(
    app: Flask, in_app: InApp, make: Factory, group: Group
) -> None:
    make.invitation(group, ANNA, token="link", name="<b>Anna</b>")
    visitor = new_browser(app)
    page = visitor.get("/invite/link")
    assert value(page, "name") == "<b>Anna</b>"
    refused = visitor.submit(page, {"password": "kort"})
    assert refused.status_code == 422
    assert len(parts(in_app, group)) == 1


def test_two_presses_at_once_make_one_member(
    in_app: InApp, make: Factory, sign_in: SignIn, group: Group, learner: User
) -> None:
    make.invitation(group, ANNA, token="link")
    browser = sign_in(learner)
    at_once([click(browser, "/invite/link", {})] * 2)
    assert parts(in_app, group)[learner.id] == (Part.LEARNER, None)


@pytest.mark.parametrize("why", ["old", "archived", "never"])
def test_a_link_that_does_not_work_says_so(
    in_app: InApp,
    make: Factory,
    client: Browser,
    group: Group,
    clock: time_machine.Traveller,
    why: str,
) -> None:
    make.invitation(group, ANNA, token="link")
    if why == "old":
        clock.shift(60 * 24 * 3600 + 1)
    with in_app():
        if why == "archived":
            found = db.session.get_one(Group, group.id)
            found.archived_at = found.created_at
            db.session.commit()
    answer = client.get("/invite/" + ("anders" if why == "never" else "link"))
    assert answer.status_code == 410


# --- How far they are, once more, and not after all ----------------------------------------


def test_the_page_tells_how_far_each_invitation_is_and_why_one_failed(
    make: Factory, browser: Browser, group: Group
) -> None:
    states = {"wacht": {}, "fout": {"last_error": "SMTPRecipientsRefused: {'x'}"}}
    for name, columns in states.items():
        row = make.invitation(group, f"{name}@example.org", name=name.title())
        make.message(row.email, key=f"invitation:{row.token_hash}", **columns)
    make.invitation(group, "ouder@example.org", name="=HYPERLINK(1)")
    shown = main_words(browser.get(people_page(group)))
    assert "Wacht wacht@example.org ○ waits to be sent" in shown
    assert "△ not delivered yet, tried again" in shown
    assert "The mail server does not take this address." in shown
    assert "=HYPERLINK(1) ouder@example.org ● sent" in shown
    assert "Waiting to be sent: 1" in shown
    part = browser.get(people_page(group), headers={"HX-Request": "true"}).text
    assert part.count('id="sending"') == 1
    assert "<html" not in part


def test_sending_again_makes_one_new_link_however_often_one_presses(
    in_app: InApp, browser: Browser, client: Browser, group: Group, outbox: Outbox
) -> None:
    invite(browser, group)
    old = outbox.link(ANNA)
    page = browser.get(people_page(group))
    do = pages.parse(page.text).find(".//main//button[@name='do']")
    assert do is not None
    for _press in range(2):
        browser.submit(page, {"do": do.get("value", "")}, action="/invitations")
    assert [message.recipient for message in outbox.messages()] == [ANNA]  # the old one waited
    assert client.get(old).status_code == 410
    assert client.get(outbox.link(ANNA)).status_code == 200
    assert [row.times for row in invitations(in_app)] == [2]


def test_all_who_did_not_answer_in_a_day_get_one_new_link(
    in_app: InApp,
    make: Factory,
    browser: Browser,
    client: Browser,
    group: Group,
    outbox: Outbox,
    clock: time_machine.Traveller,
) -> None:
    for name in ("bo", "cor"):
        make.invitation(group, f"{name}@example.org", token=f"oud-{name}")
    make.invitation(group, "dee@example.org", accepted_at=now())
    elsewhere = make.invitation(make.group(), "fay@example.org")
    assert "who did not answer once more" not in browser.get(people_page(group)).text
    clock.shift(timedelta(days=1))
    invite(browser, group)  # today
    page = browser.get(people_page(group))
    assert "Mail all 2 who did not answer once more" in page.text
    for _press in range(2):
        browser.submit(page, {"do": "remind"}, action="/invitations")
    told = [message.recipient for message in outbox.messages()]
    assert sorted(told) == [ANNA, "bo@example.org", "cor@example.org"]
    assert client.get("/invite/oud-bo").status_code == 410
    assert client.get(outbox.link("bo@example.org")).status_code == 200
    times = {row.email: row.times for row in invitations(in_app)}
    assert (times["bo@example.org"], times[elsewhere.email], times[ANNA]) == (2, 1, 1)


@pytest.mark.parametrize("do", ["invite", "list", "again:1:1", "remind"])
def test_nobody_is_invited_into_a_group_in_the_archive(
    make: Factory,
    browser: Browser,
    group: Group,
    teacher: User,
    outbox: Outbox,
    clock: time_machine.Traveller,
    do: str,
) -> None:
    make.invitation(group)
    draft = make.roster_draft(group, teacher, rows=[["Naam", "E-mail"], ["Bo", "bo@example.org"]])
    page = browser.get(people_page(group))
    preview = browser.get(f"/teach/groups/{group.id}/import/preview")
    browser.submit(f"/teach/groups/{group.id}", action="/archive")
    clock.shift(timedelta(days=1))
    if do == "invite":
        answer = browser.submit(page, {"email": "bo@example.org"}, action="/people/invite")
    elif do == "list":
        answer = browser.submit(preview, {"do": "invite", "draft": str(draft.id)})
    else:
        answer = browser.submit(page, {"do": do}, action="/invitations")
    assert answer.status_code == 409
    assert "This group is in the archive. Take it out before you invite anybody." in answer.text
    assert outbox.messages() == []
    shown = browser.get(people_page(group)).text
    assert "nobody can be invited" in shown
    assert "Send again" not in shown
    assert "/people/invite" not in shown


def test_an_invitation_that_is_taken_back_is_not_sent_and_opens_nothing(
    app: Flask, in_app: InApp, browser: Browser, client: Browser, group: Group, outbox: Outbox
) -> None:
    invite(browser, group)
    link, (row,) = outbox.link(ANNA), invitations(in_app)
    browser.submit(people_page(group), {"do": f"withdraw:{row.id}"}, action="/invitations")
    assert outbox.send() == 0
    assert client.get(link).status_code == 410
    assert f"A mail to {ANNA} is on its way." in invite(browser, group)


def test_the_invitations_of_another_group_are_out_of_reach(
    in_app: InApp, make: Factory, sign_in: SignIn, group: Group, instructor: User
) -> None:
    row = make.invitation(group)
    own = make.group(instructors=[instructor])
    browser = sign_in(instructor)
    for do in (f"again:{row.id}:1", f"withdraw:{row.id}", "again:1", "x", "again:x:y"):
        refused = browser.post(f"{people_page(own)}/invitations", data={"do": do})
        assert refused.status_code == 303
    assert [(one.email, one.times) for one in invitations(in_app)] == [(ANNA, 1)]
    assert browser.get(people_page(group)).status_code == 404


@SQLITE
def test_who_is_invited_or_in_the_group_gets_no_second_mail_and_who_left_does(
    in_app: InApp, make: Factory, browser: Browser, group: Group, learner: User, outbox: Outbox
) -> None:
    invite(browser, group)
    assert "was invited already" in invite(browser, group)
    make.membership(group, learner)
    assert "was invited already" in invite(browser, group, learner.email)
    make.invitation(group, "weg@example.org", user_id=learner.id, accepted_at=group.created_at)
    with in_app():
        db.session.execute(delete(Membership).where(Membership.user_id == learner.id))
        db.session.commit()
    assert "is on its way" in invite(browser, group, "weg@example.org")
    assert [one.recipient for one in outbox.messages()] == [ANNA, "weg@example.org"]


# --- Colleagues and guests -----------------------------------------------------------------


def test_a_colleague_who_says_yes_has_the_same_rights(
    in_app: InApp,
    sign_in: SignIn,
    browser: Browser,
    group: Group,
    instructor: User,
    outbox: Outbox,
) -> None:
    invite(browser, group, instructor.email, part="instructor")
    colleague = sign_in(instructor)
    assert colleague.submit(outbox.link(instructor.email)).location == f"/teach/groups/{group.id}"
    assert parts(in_app, group)[instructor.id] == (Part.INSTRUCTOR, None)
    assert colleague.get(people_page(group)).status_code == 200


@pytest.mark.parametrize("part", ["instructor", "guest"])
def test_only_the_account_of_an_instructor_teaches_or_marks(
    in_app: InApp, make: Factory, sign_in: SignIn, client: Browser, group: Group, part: str
) -> None:
    make.invitation(group, ANNA, token="link", part=part)
    student = make.learner(language="en")
    browser = sign_in(student)
    page = browser.get("/invite/link")
    assert "This needs an account of an instructor." in main_words(page)
    assert browser.post("/invite/link").status_code == 403
    assert student.id not in parts(in_app, group)
    # Nobody makes an account for teaching by a link.
    assert client.post("/invite/link", data={"name": "A", "password": PASSWORD}).status_code == 303
    assert client.get("/teach/").status_code == 303


def test_the_last_instructor_cannot_leave_and_of_two_at_once_one_stays(
    in_app: InApp, make: Factory, sign_in: SignIn, group: Group, teacher: User, instructor: User
) -> None:
    alone = sign_in(teacher).post(f"{people_page(group)}/leave")
    assert alone.status_code == 409
    assert "You are the only instructor of this group." in main_words(alone)
    make.membership(group, instructor, part=Part.INSTRUCTOR)
    leaving = f"{people_page(group)}/leave"
    at_once([click(sign_in(user), leaving, {}) for user in (teacher, instructor)])
    assert len(parts(in_app, group)) == 1


def test_an_instructor_takes_learners_and_guests_out_but_no_colleague(
    in_app: InApp, make: Factory, browser: Browser, group: Group, learner: User, instructor: User
) -> None:
    guest = make.instructor()
    make.membership(group, learner, student_number="0012")
    make.membership(group, guest, part=Part.GUEST)
    make.membership(group, instructor, part=Part.INSTRUCTOR)
    assert "Lena Leerling0012" in main_words(browser.get(people_page(group)))
    for user in (learner, guest, instructor):
        browser.post(f"{people_page(group)}/{user.id}/take-out")
    assert set(parts(in_app, group).values()) == {(Part.INSTRUCTOR, None)}


# --- What is forgotten ---------------------------------------------------------------------


def test_lists_are_forgotten_after_a_day_and_invitations_after_sixty(
    app: Flask,
    in_app: InApp,
    make: Factory,
    group: Group,
    teacher: User,
    clock: time_machine.Traveller,
) -> None:
    from course.groups import inviting, rosters  # noqa: PLC0415 - what the worker calls

    make.roster_draft(group, teacher)
    make.invitation(group)
    for seconds, drafts, asked in ((86_399, 1, 1), (2, 0, 1), (59 * 86_400, 0, 0)):
        clock.shift(seconds)
        with in_app():
            inviting.forget_old()
            assert (rosters.draft_of(teacher.id, group.id) is not None) == bool(drafts)
        assert len(invitations(in_app)) == asked
