"""Writing to learners of a group: to whom, in which language, once, and without the others."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from course.accounts.models import User
from course.audit.models import Entry
from course.core.db import db
from course.groups.models import Group
from course.messages.models import Notice
from course.teaching.models import Letter
from tests.browser import Browser
from tests.conftest import CountsQueries, MailServer, Outbox
from tests.core.letters import read
from tests.factories import PASSWORD, Factory
from tests.features.at_once import at_once, click
from tests.features.filled_in import ticked, typed, value
from tests.pages import main_words

SignIn = Callable[[User], Browser]


@pytest.fixture
def ida(make: Factory) -> User:
    """An instructor who reads English, as the texts in the code."""
    return make.instructor(name="Ida Docent", email="ida@example.org", language="en")


@pytest.fixture
def learners(make: Factory) -> list[User]:
    """Anna reads English, Bob chose nothing and so reads Dutch, Cas gets nothing."""
    return [
        make.learner(name="Anna", email="anna@example.org", language="en"),
        make.learner(name="Bob", email="bob@example.org", language=None),
        make.learner(name="Cas", email="cas@example.org", language="en"),
    ]


@pytest.fixture
def group(make: Factory, ida: User, learners: list[User]) -> Group:
    """Their group."""
    return make.group(name="SW-2B", instructors=[ida], learners=learners)


@pytest.fixture
def page(group: Group) -> str:
    """Where one writes to it."""
    return f"/teach/groups/{group.id}/messages/new"


def filled(users: list[User], **changes: Any) -> dict[str, Any]:
    """The form as it is sent, to these."""
    to = ",".join(str(user.id) for user in users)
    return {"to": to, "subject": "Dag", "body": "Tot morgen.", "key": "een-blad", **changes}


def test_without_a_choice_everybody_is_ticked_and_with_one_only_those(
    page: str, ida: User, learners: list[User], sign_in: SignIn
) -> None:
    browser = sign_in(ida)
    anna, bob, cas = (str(user.id) for user in learners)
    assert ticked(browser.get(page), "to") == [anna, bob, cas]
    assert ticked(browser.get(f"{page}?to={anna},{cas}"), "to") == [anna, cas]
    assert ticked(browser.get(f"{page}?to={bob}&to=999999&to=x"), "to") == [bob]


def test_a_message_that_stands_ready_goes_to_each_in_their_own_language(
    page: str, ida: User, learners: list[User], sign_in: SignIn, outbox: Outbox
) -> None:
    browser = sign_in(ida)
    anna, bob, cas = learners
    begun = browser.submit(page, {"template": "ik-mis-je", "do": "start"})
    assert typed(begun, "body").strip().startswith("I did not see you this week")
    preview = browser.submit(begun, {"to": [str(anna.id), str(bob.id)], "do": "preview"})
    shown = main_words(preview)
    assert "In Dutch · 1 student Bob Ik mis je deze week" in shown
    assert "In English · 1 student Anna I miss you this week Hello Anna," in shown
    assert outbox.messages() == []
    done = browser.submit(preview, {"do": "send"})
    assert "Sent to 2 people." in browser.get(done.location).text
    assert [message.subject for message in outbox.to(anna.email)] == ["I miss you this week"]
    assert [message.subject for message in outbox.to(bob.email)] == ["Ik mis je deze week"]
    assert outbox.to(cas.email) == []
    assert "Ida Docent, SW-2B" in outbox.to(anna.email)[0].body
    assert "I did not see you" in main_words(sign_in(anna).get("/messages"))


def test_what_was_changed_goes_to_all_as_it_was_written(
    page: str, ida: User, learners: list[User], sign_in: SignIn, outbox: Outbox
) -> None:
    changed = filled(learners, template="ik-mis-je", do="send")
    assert sign_in(ida).post(page, data=changed).status_code == HTTPStatus.SEE_OTHER
    assert {message.subject for message in outbox.messages()} == {"Dag"}


def test_nobody_sees_who_else_got_it_and_answers_go_to_who_wants_them(
    app: Flask,
    page: str,
    ida: User,
    learners: list[User],
    sign_in: SignIn,
    outbox: Outbox,
    smtp: MailServer,
) -> None:
    browser = sign_in(ida)
    browser.post(page, data=filled(learners, do="send"))
    browser.post(page, data=filled(learners, key="een-tweede", reply="y", do="send"))
    assert outbox.send(smtp.settings(app)) == 6
    mails = [read(mail) for mail in smtp.mails]
    for mail in mails:
        others = {user.email for user in learners} - {str(mail["To"])}
        names = {user.name for user in learners if user.email in others}
        assert not any(other in mail.as_string() for other in others | names)
    answers = [str(mail["Reply-To"]) for mail in mails]
    assert answers == ["None"] * 3 + ["ida@example.org"] * 3
    assert ["ida@example.org" in mail.get_content() for mail in mails] == [False] * 3 + [True] * 3
    assert [message.reply_to for message in outbox.messages()] == [None] * 6


def test_answers_to_what_still_waits_do_not_go_to_who_left(
    page: str, ida: User, learners: list[User], sign_in: SignIn, outbox: Outbox
) -> None:
    browser = sign_in(ida)
    browser.post(page, data=filled(learners, reply="y", do="send"))
    assert {message.reply_to for message in outbox.messages()} == {"ida@example.org"}
    browser.submit("/me/privacy/delete", {"password": PASSWORD, "sure": "y"})
    assert {message.reply_to for message in outbox.messages()} == {None}


def test_pressing_at_once_sends_once(
    app: Flask, page: str, ida: User, learners: list[User], sign_in: SignIn, outbox: Outbox
) -> None:
    browser = sign_in(ida)
    sent = filled(learners, do="send")
    answers = at_once([click(browser, page, sent) for _press in range(4)])
    assert {answer.status_code for answer in answers} == {HTTPStatus.SEE_OTHER}
    assert len(outbox.messages()) == 3
    with app.app_context():
        counts = [db.session.scalar(select(func.count(table.id))) for table in (Letter, Notice)]
        assert counts == [1, 3]
        assert db.session.scalar(select(func.count(Entry.id)).filter_by(kind="wrote")) == 3
    listed = main_words(browser.get(answers[0].location))
    assert listed.count("sent to 3 people") == 1
    assert "To Anna, Bob, Cas" in listed
    assert "Whether somebody opened a message, only they see." in listed


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"to": "999999"}, "Choose at least one student."),
        ({"subject": " \r\n "}, "Give the message a subject."),
        ({"body": ""}, "Write what you want to say."),
        ({"body": "a" * 3_501}, "Field cannot be longer than 3500 characters."),
    ],
)
def test_what_cannot_be_sent_is_not_and_what_was_typed_stays(
    page: str,
    ida: User,
    learners: list[User],
    sign_in: SignIn,
    outbox: Outbox,
    changes: dict[str, str],
    said: str,
) -> None:
    refused = sign_in(ida).post(page, data=filled(learners, do="send", **changes))
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in main_words(refused)
    assert value(refused, "key") == "een-blad"
    assert outbox.messages() == []


def test_a_line_break_in_the_subject_adds_no_header(
    page: str, ida: User, learners: list[User], sign_in: SignIn, outbox: Outbox
) -> None:
    subject = "Dag\r\nBcc: iedereen@example.org"
    sign_in(ida).post(page, data=filled(learners[:1], subject=subject, do="send"))
    assert outbox.messages()[0].subject == "Dag Bcc: iedereen@example.org"


def test_who_does_not_teach_the_group_writes_to_nobody(
    make: Factory,
    page: str,
    learners: list[User],
    sign_in: SignIn,
    outsider: User,
    outbox: Outbox,
) -> None:
    stranger = make.instructor()
    for who in (stranger, learners[0], outsider):
        browser = sign_in(who)
        assert browser.get(page).status_code == HTTPStatus.NOT_FOUND
        answer = browser.post(page, data=filled(learners, do="send"))
        assert answer.status_code == HTTPStatus.NOT_FOUND
    own = make.group(instructors=[stranger], learners=[outsider])
    address = f"/teach/groups/{own.id}/messages/new"
    sign_in(stranger).post(address, data=filled([*learners, outsider], do="send"))
    assert [message.recipient for message in outbox.messages()] == [outsider.email]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_twenty_an_hour_is_enough(
    page: str, ida: User, learners: list[User], sign_in: SignIn, outbox: Outbox
) -> None:
    browser = sign_in(ida)
    answers = [
        browser.post(page, data=filled(learners[:1], key=f"blad-{number}", do="send")).status_code
        for number in range(21)
    ]
    assert answers == [303] * 20 + [429]
    assert browser.post(page, data=filled(learners, do="preview")).status_code == HTTPStatus.OK
    assert len(outbox.messages()) == 20


@pytest.mark.parametrize("size", [2, 160])
def test_the_page_takes_the_same_queries_for_any_group(
    make: Factory, ida: User, sign_in: SignIn, count_queries: CountsQueries, size: int
) -> None:
    with make.together():
        big = make.group(instructors=[ida], learners=[make.learner() for _one in range(size)])
    browser = sign_in(ida)
    with count_queries() as sent:
        page = browser.get(f"/teach/groups/{big.id}/messages/new")
    assert len(sent) == 3, sent  # Who is signed in, the group, its learners.
    preview = browser.submit(page, {"subject": "Dag", "body": "Dag.", "do": "preview"})
    assert f"Send to {size} students" in main_words(preview)
