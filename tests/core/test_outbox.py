import smtplib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from flask import Flask
from sqlalchemy.exc import IntegrityError

from course.config import Settings
from course.core import outbox as mail
from course.core.db import db
from tests.conftest import MailServer, Outbox
from tests.core.letters import read
from tests.factories import Factory
from tests.features.at_once import at_once

InApp = Callable[[], AbstractContextManager[None]]


@contextmanager
def listening(handler: Any) -> Iterator[str]:
    """A mail server with this behaviour; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def with_server(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"mail_url": url})


# --- Writing -------------------------------------------------------------------------------


def test_a_message_is_written_in_the_transaction_of_what_caused_it(
    in_app: InApp, outbox: Outbox
) -> None:
    with in_app():
        mail.post(key="k", recipient="a@example.org", subject="Hallo", body="Tekst")
        db.session.commit()
    (message,) = outbox.messages()
    assert (message.recipient, message.subject, message.body) == ("a@example.org", "Hallo", "Tekst")
    assert (message.attempts, message.sent_at) == (0, None)


def test_what_is_rolled_back_sends_no_message(in_app: InApp, outbox: Outbox) -> None:
    with in_app():
        mail.post(key="k", recipient="a@example.org", subject="Hallo", body="Tekst")
        db.session.flush()
        db.session.rollback()
    assert outbox.messages() == []
    assert outbox.send() == 0


def test_the_same_key_is_not_accepted_twice(in_app: InApp, outbox: Outbox) -> None:
    with in_app():
        mail.post(key="k", recipient="a@example.org", subject="Hallo", body="Tekst")
        db.session.commit()
        mail.post(key="k", recipient="a@example.org", subject="Nog eens", body="Tekst")
        with pytest.raises(IntegrityError):
            db.session.commit()
    assert [message.subject for message in outbox.messages()] == ["Hallo"]


# --- Sending -------------------------------------------------------------------------------


def test_a_mail_arrives_as_it_was_written(
    app: Flask, make: Factory, outbox: Outbox, smtp: MailServer
) -> None:
    make.message("zoe@example.org", subject="Café Één – “ja”", body="Dag Zoë,\n…")
    assert outbox.send(smtp.settings(app)) == 1
    arrived = read(smtp.mails[0])
    assert arrived["To"] == "zoe@example.org"
    assert arrived["From"] == "Weegschaal <weegschaal@localhost>"
    assert arrived["Subject"] == "Café Één – “ja”"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived.get_content() == "Dag Zoë,\n…\n"


def test_a_mail_is_sent_once(
    app: Flask, make: Factory, outbox: Outbox, smtp: MailServer, clock: time_machine.Traveller
) -> None:
    make.message()
    assert outbox.send(smtp.settings(app)) == 1
    clock.shift(timedelta(hours=1))
    assert outbox.send(smtp.settings(app)) == 0
    assert len(smtp.mails) == 1
    (message,) = outbox.messages()
    assert message.sent_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert (message.attempts, message.last_error) == (1, None)


def test_mails_go_out_in_the_order_in_which_they_were_written(
    app: Flask, make: Factory, outbox: Outbox, smtp: MailServer
) -> None:
    for number in range(5):
        make.message(subject=f"Bericht {number}")
    assert outbox.send(smtp.settings(app)) == 5
    assert [arrived["Subject"] for arrived in smtp.mails] == [f"Bericht {n}" for n in range(5)]


def test_one_run_sends_no_more_than_its_limit(app: Flask, make: Factory, smtp: MailServer) -> None:
    for _number in range(3):
        make.message()
    with app.app_context():
        assert mail.send_due(smtp.settings(app), limit=2) == 2
    with app.app_context():
        assert mail.send_due(smtp.settings(app), limit=2) == 1


class Slow(MessageHandler):
    """A mail server that takes its time, so that workers are busy at the same moment."""

    def __init__(self) -> None:
        super().__init__()
        self.subjects: list[str] = []

    def handle_message(self, message: Any) -> None:
        self.subjects.append(message["Subject"])
        time.sleep(0.02)


def test_four_workers_at_once_send_every_mail_once(
    app: Flask, settings: Settings, make: Factory, outbox: Outbox
) -> None:
    subjects = [f"Bericht {number}" for number in range(24)]
    for subject in subjects:
        make.message(subject=subject)
    slow = Slow()
    with listening(slow) as url:
        there = with_server(settings, url)
        sent = at_once([lambda: outbox.send(there)] * 4)
    assert sum(sent) == 24
    assert sorted(slow.subjects) == sorted(subjects)
    assert {message.attempts for message in outbox.messages()} == {1}


def test_a_worker_that_died_gives_its_mail_back_after_five_minutes(
    app: Flask,
    make: Factory,
    outbox: Outbox,
    smtp: MailServer,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make.message()

    class Killed(BaseException):
        """The machine stops, half-way through a conversation with the mail server."""

    def stop(*_arguments: Any, **_options: Any) -> None:
        raise Killed

    with monkeypatch.context() as power_cut:
        power_cut.setattr(smtplib.SMTP, "send_message", stop)
        with pytest.raises(Killed):
            outbox.send(smtp.settings(app))
    clock.shift(timedelta(minutes=4, seconds=59))
    assert outbox.send(smtp.settings(app)) == 0
    clock.shift(timedelta(seconds=1))
    assert outbox.send(smtp.settings(app)) == 1


# --- Failing -------------------------------------------------------------------------------


class Refuses:
    """A mail server that accepts nobody for now."""

    async def handle_RCPT(self, *_arguments: Any) -> str:  # noqa: N802 - the name is the protocol's
        return "451 4.7.1 Try again later"


def test_a_refused_mail_is_tried_again_later_and_later(
    settings: Settings, make: Factory, outbox: Outbox, clock: time_machine.Traveller
) -> None:
    make.message()
    waits = []
    with listening(Refuses()) as url:
        for _number in range(12):
            assert outbox.send(with_server(settings, url)) == 0
            (message,) = outbox.messages()
            wait = message.available_at - datetime.now(UTC)
            waits.append(wait)
            clock.shift(wait - timedelta(seconds=1))
            assert outbox.send(with_server(settings, url)) == 0
            clock.shift(timedelta(seconds=1))
    assert waits == [
        *(timedelta(seconds=30 * 2**number) for number in range(10)),
        timedelta(hours=6),
        timedelta(hours=6),
    ]
    (message,) = outbox.messages()
    assert message.attempts == 12
    assert message.last_error is not None
    assert "Try again later" in message.last_error


def test_a_mail_that_was_refused_arrives_when_the_server_is_back(
    app: Flask,
    settings: Settings,
    make: Factory,
    outbox: Outbox,
    smtp: MailServer,
    clock: time_machine.Traveller,
) -> None:
    make.message()
    with listening(Refuses()) as url:
        outbox.send(with_server(settings, url))
    clock.shift(timedelta(seconds=30))
    assert outbox.send(smtp.settings(app)) == 1
    (message,) = outbox.messages()
    assert (message.attempts, message.last_error) == (2, None)


def test_a_mail_that_could_not_be_sent_in_three_days_is_given_up(
    app: Flask, make: Factory, outbox: Outbox, smtp: MailServer, clock: time_machine.Traveller
) -> None:
    make.message(subject="Op tijd")
    clock.shift(timedelta(days=3) - timedelta(seconds=1))
    assert outbox.send(smtp.settings(app)) == 1
    make.message(subject="Te laat")
    clock.shift(timedelta(days=3))
    assert outbox.send(smtp.settings(app)) == 0
    assert [arrived["Subject"] for arrived in smtp.mails] == ["Op tijd"]


@pytest.mark.parametrize(
    "url", ["smtp://127.0.0.1:1", "smtps://127.0.0.1:1", "smtp://x:y@127.0.0.1:{port}"]
)
def test_a_server_that_cannot_be_used_puts_the_mail_off(
    settings: Settings, make: Factory, outbox: Outbox, smtp: MailServer, url: str
) -> None:
    """Nobody listens; nobody listens with TLS; and a server that knows no passwords."""
    make.message()
    assert outbox.send(with_server(settings, url.format(port=smtp.port))) == 0
    (message,) = outbox.messages()
    assert message.last_error
    assert message.sent_at is None
    assert message.available_at > datetime.now(UTC)


@pytest.mark.parametrize("field", ["subject", "recipient"])
def test_a_line_break_cannot_add_a_header_and_holds_up_no_other_mail(
    app: Flask, make: Factory, outbox: Outbox, smtp: MailServer, field: str
) -> None:
    make.message(**{"recipient": "a@example.org", field: "a@example.org\nBcc: b@example.org"})
    make.message(subject="De volgende")
    assert outbox.send(smtp.settings(app)) == 1
    assert [arrived["Subject"] for arrived in smtp.mails] == ["De volgende"]
    refused, _sent = outbox.messages()
    assert refused.sent_at is None
    assert refused.last_error is not None
    assert refused.last_error.startswith("ValueError: ")


# --- Without a mail server -----------------------------------------------------------------


def test_without_a_mail_server_mails_stay_in_the_instance_folder(
    settings: Settings, make: Factory, outbox: Outbox
) -> None:
    first = make.message(subject="Café Één", body="Dag Zoë")
    second = make.message(subject="Twee")
    assert outbox.send() == 2
    newest, oldest = mail.letters(settings.instance / "mail")
    assert [newest.name, oldest.name] == [f"{second.id:06}.eml", f"{first.id:06}.eml"]
    kept = read(oldest.read_bytes())
    assert kept["Subject"] == "Café Één"
    assert kept.get_content() == "Dag Zoë\n"
