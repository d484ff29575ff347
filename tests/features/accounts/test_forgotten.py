from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from course.accounts import queries
from course.accounts.models import PasswordReset, SignIn, User
from course.accounts.passwords import verify
from course.core.db import db
from tests import pages
from tests.browser import Browser
from tests.conftest import MailServer, Outbox
from tests.core.letters import read
from tests.factories import PASSWORD, Factory

SignsIn = Callable[[User], Browser]

NEW = "een heel ander geheim"


def password_is(app: Flask, user: User, password: str) -> bool:
    with app.app_context():
        found = queries.user_by_email(user.email)
    assert found is not None
    return verify(found.password_hash, password)


def rows(app: Flask, table: type[PasswordReset | SignIn]) -> int:
    with app.app_context():
        return db.session.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_forgotten_password_is_replaced_by_a_real_mail(
    app: Flask, client: Browser, learner: User, outbox: Outbox, smtp: MailServer
) -> None:
    asked = client.submit("/password", {"email": learner.email})
    assert (asked.status_code, asked.location) == (303, "/signup/mailed")
    assert outbox.send(smtp.settings(app)) == 1
    arrived = read(smtp.mails[0])
    assert arrived["To"] == learner.email
    assert arrived["From"] == "Weegschaal <weegschaal@localhost>"
    text = arrived.get_content()
    assert learner.name in text
    (link,) = [word for word in text.split() if word.startswith("http://localhost/password/")]
    done = client.submit(link.removeprefix("http://localhost"), {"password": NEW})
    assert (done.status_code, done.location) == (303, "/login")
    assert "Je nieuwe wachtwoord is ingesteld" in client.get("/login").text
    assert client.submit("/login", {"email": learner.email, "password": NEW}).location == "/home"


def test_letters_with_accents_arrive_whole(
    app: Flask, client: Browser, make: Factory, outbox: Outbox, smtp: MailServer
) -> None:
    user = make.learner(name="Zoë Şahin-Øster 李")
    client.submit("/password", {"email": user.email}, headers={"Accept-Language": "nl"})
    (message,) = outbox.to(user.email)
    make.message(subject="Kies één nieuw wachtwoord – “nu”")
    outbox.send(smtp.settings(app))
    asked, other = map(read, smtp.mails)
    assert asked["Subject"] == message.subject
    assert "Zoë Şahin-Øster 李" in asked.get_content()
    assert other["Subject"] == "Kies één nieuw wachtwoord – “nu”"


def test_the_mail_is_written_in_the_language_of_who_asked(
    client: Browser, learner: User, outbox: Outbox
) -> None:
    client.submit("/password", {"email": learner.email}, headers={"Accept-Language": "en"})
    client.submit("/password", {"email": learner.email}, headers={"Accept-Language": "nl"})
    english, dutch = outbox.to(learner.email)
    assert english.subject == "Choose a new password for Weegschaal"
    assert "The link works once, for an hour." in english.body
    assert dutch.subject == "Kies een nieuw wachtwoord voor Weegschaal"


def test_a_name_cannot_bring_another_link_or_header_into_the_mail(
    app: Flask, client: Browser, make: Factory, outbox: Outbox, smtp: MailServer
) -> None:
    token = make.sign_up("lena@example.org")
    name = "Lena\nBcc: x@example.org\n\nhttp://evil.example/"
    client.submit(f"/signup/{token}", {"name": name, "password": PASSWORD})
    client.submit("/home", action="/logout")
    client.submit("/password", {"email": "lena@example.org"})
    outbox.send(smtp.settings(app))
    mail = read(smtp.mails[0])
    assert mail["Bcc"] is None
    assert mail.get_content().splitlines()[0].startswith("Hallo Lena Bcc: x@example.org http")


# --- The link ------------------------------------------------------------------------------


def test_a_link_works_once(app: Flask, client: Browser, make: Factory, learner: User) -> None:
    path = f"/password/{make.password_reset(learner)}"
    form = client.get(path)
    assert client.submit(form, {"password": NEW}).status_code == 303
    assert client.get(path).status_code == 410
    again = client.submit(form, {"password": "nog een ander geheim"})
    assert again.status_code == 410
    assert "Deze link werkt niet meer" in pages.main_words(again)
    assert password_is(app, learner, NEW)


def test_a_link_works_for_an_hour(
    app: Flask, client: Browser, make: Factory, learner: User, clock: time_machine.Traveller
) -> None:
    path = f"/password/{make.password_reset(learner)}"
    clock.shift(timedelta(hours=1) - timedelta(seconds=1))
    form = client.get(path)
    assert form.status_code == 200
    clock.shift(timedelta(seconds=1))
    assert client.get(path).status_code == 410
    assert client.submit(form, {"password": NEW}).status_code == 410
    assert password_is(app, learner, PASSWORD)


def test_using_one_link_uses_up_the_others(
    client: Browser, make: Factory, learner: User, outsider: User
) -> None:
    first, second = make.password_reset(learner), make.password_reset(learner)
    others = make.password_reset(outsider)
    client.submit(f"/password/{first}", {"password": NEW})
    assert client.get(f"/password/{second}").status_code == 410
    assert client.get(f"/password/{others}").status_code == 200


def test_a_link_that_was_never_used_is_not_kept_for_ever(
    app: Flask, client: Browser, make: Factory, learner: User, clock: time_machine.Traveller
) -> None:
    make.password_reset(learner)
    clock.shift(timedelta(hours=1))
    client.submit("/password", {"email": "niemand@example.org"})
    assert rows(app, PasswordReset) == 0


def test_the_database_holds_only_the_hash_of_a_link(
    app: Flask, client: Browser, learner: User, outbox: Outbox
) -> None:
    client.submit("/password", {"email": learner.email})
    token = outbox.link(learner.email).rpartition("/")[2]
    with app.app_context():
        row = db.session.scalars(select(PasswordReset)).one()
    assert len(token) >= 43  # 256 bits
    assert len(row.token_hash) == 64
    assert token != row.token_hash


@pytest.mark.parametrize("token", ["x", "a" * 500, "é", "%20"])
def test_a_made_up_link_does_not_work(client: Browser, token: str) -> None:
    assert client.get(f"/password/{token}").status_code == 410


def test_a_link_to_sign_up_sets_no_password_and_the_other_way_round(
    client: Browser, make: Factory, learner: User
) -> None:
    assert client.get(f"/password/{make.sign_up()}").status_code == 410
    assert client.get(f"/signup/{make.password_reset(learner)}").status_code == 410


def test_asking_for_a_link_changes_nothing_yet(
    app: Flask, client: Browser, sign_in: SignsIn, learner: User
) -> None:
    browser = sign_in(learner)
    client.submit("/password", {"email": learner.email})
    assert password_is(app, learner, PASSWORD)
    assert browser.get("/home").status_code == 200


# --- The new password ----------------------------------------------------------------------


def test_a_new_password_signs_out_everywhere(
    app: Flask, client: Browser, make: Factory, sign_in: SignsIn, learner: User, outsider: User
) -> None:
    here, there, other = sign_in(learner), sign_in(learner), sign_in(outsider)
    here.submit(f"/password/{make.password_reset(learner)}", {"password": NEW})
    assert [each.get("/home").status_code for each in (here, there, other)] == [303, 303, 200]
    assert rows(app, SignIn) == 1


def test_a_weak_new_password_is_refused_and_the_link_still_works(
    app: Flask, client: Browser, make: Factory, learner: User
) -> None:
    path = f"/password/{make.password_reset(learner)}"
    page = client.submit(path, {"password": "kort"}, headers={"Accept-Language": "en"})
    assert page.status_code == 422
    assert "Use at least 12 characters" in pages.main_words(page)
    assert client.submit(page, {"password": NEW}).status_code == 303
    assert password_is(app, learner, NEW)


def test_the_own_address_and_name_are_refused_as_a_new_password(
    app: Flask, client: Browser, make: Factory
) -> None:
    user = make.learner(email="marijke.devries@example.org", name="Marijke de Vries")
    path = f"/password/{make.password_reset(user)}"
    for password in ("marijke.devries", "Marijke de Vries"):
        assert client.submit(path, {"password": password}).status_code == 422
    assert password_is(app, user, PASSWORD)
