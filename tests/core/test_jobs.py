import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Flask

from course.core.db import db
from course.core.jobs import queue_of, register, wake
from course.core.outbox import A_BATCH
from tests import houses
from tests.conftest import MailServer, Outbox
from tests.core.conftest import MakesSite
from tests.factories import Factory

SOON = 20  # seconds; a busy machine takes its time, an idle one needs half a second


@contextmanager
def worker(app: Flask) -> Iterator[None]:
    """The worker of ``make serve``, which asks for work more often than there."""
    taken = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # huey takes them for itself
    handlers = {number: signal.getsignal(number) for number in taken}
    consumer = queue_of(app).create_consumer(
        workers=1, periodic=False, initial_delay=0.02, max_delay=0.05
    )
    consumer.start()
    try:
        yield
    finally:
        consumer.stop(graceful=True)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def wait_for(happened: Callable[[], Any]) -> None:
    """Wait until something is true; fail when it takes too long."""
    end = time.monotonic() + SOON
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_waking_the_worker_sends_what_waits(site_on_each: MakesSite, smtp: MailServer) -> None:
    app = site_on_each(mail_url=f"smtp://127.0.0.1:{smtp.port}")
    make = Factory(app)
    with worker(app):
        make.message(subject="Eerste")
        make.message(subject="Tweede")
        wake(app)
        wait_for(lambda: len(smtp.mails) == 2)
        make.message(subject="Derde")
        wake(app)
        wait_for(lambda: len(smtp.mails) == 3)
    assert [mail["Subject"] for mail in smtp.mails] == ["Eerste", "Tweede", "Derde"]
    assert all(message.sent_at for message in Outbox(app).messages())


def test_what_does_not_fit_in_one_turn_is_sent_in_the_next_without_waiting(
    site: MakesSite, smtp: MailServer
) -> None:
    app = site(mail_url=f"smtp://127.0.0.1:{smtp.port}")
    make = Factory(app)
    with make.together():
        for number in range(A_BATCH + 1):
            make.message(subject=f"Nummer {number}")
    with worker(app):
        wake(app)
        wait_for(lambda: len(smtp.mails) == A_BATCH + 1)


def test_signing_up_wakes_the_worker(site: MakesSite, smtp: MailServer) -> None:
    app = site(mail_url=f"smtp://127.0.0.1:{smtp.port}")
    with worker(app):
        app.test_client().post("/signup", data={"email": "nieuw@example.org"})
        wait_for(lambda: smtp.mails)
    assert smtp.mails[0]["To"] == "nieuw@example.org"


def test_a_worker_on_its_own_does_the_jobs_of_the_web_server(
    site: MakesSite, smtp: MailServer
) -> None:
    web = site(mail_url=f"smtp://127.0.0.1:{smtp.port}")
    Factory(web).message()
    wake(web)
    elsewhere = houses.make_app(web.extensions["settings"])
    with worker(elsewhere):
        wait_for(lambda: smtp.mails)
    with elsewhere.app_context():
        db.engine.dispose()


def test_a_mail_that_cannot_be_made_does_not_stop_the_worker(
    site: MakesSite, smtp: MailServer
) -> None:
    app = site(mail_url=f"smtp://127.0.0.1:{smtp.port}")
    make = Factory(app)
    with worker(app):
        make.message(subject="On\nmogelijk")
        wake(app)
        wait_for(lambda: Outbox(app).messages()[0].last_error)
        make.message(subject="Mogelijk")
        wake(app)
        wait_for(lambda: smtp.mails)
    assert smtp.mails[0]["Subject"] == "Mogelijk"


def test_a_mail_whose_job_got_lost_goes_out_within_a_minute(
    site: MakesSite, smtp: MailServer
) -> None:
    app = site(mail_url=f"smtp://127.0.0.1:{smtp.port}")
    Factory(app).message()
    queue = queue_of(app)
    for minute in (0, 1, 59):
        (job,) = queue.read_periodic(datetime(2026, 3, 2, 9, minute))  # noqa: DTZ001 - as huey asks
        queue.execute(job)
    assert len(smtp.mails) == 1


def test_what_else_waits_is_done_too_and_a_job_that_fails_keeps_no_other_from_its_turn(
    site: MakesSite, smtp: MailServer
) -> None:
    app, done = site(mail_url=f"smtp://127.0.0.1:{smtp.port}"), []

    def fails() -> None:
        raise ZeroDivisionError

    register(app, fails)
    register(app, lambda: done.append("second"))
    Factory(app).message()
    with worker(app):
        wake(app)
        wait_for(lambda: smtp.mails)
    assert done == ["second"]


def test_a_queue_that_cannot_be_reached_fails_no_request(site: MakesSite) -> None:
    app = site()
    settings = app.extensions["settings"]
    # Only the queue: the rate limits, which fall back too, belong to all apps of this process.
    app.extensions["settings"] = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1"})
    answer = app.test_client().post("/signup", data={"email": "nieuw@example.org"})
    assert answer.location == "/signup/mailed"
    (message,) = Outbox(app).messages()
    assert message.sent_at is None
