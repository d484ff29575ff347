"""Work outside the request: huey drains the outbox, in a thread of the server or on its own.

Huey's queue holds only "look whether there is work"; the work itself is rows in the application's
database, written with the change that caused them. A queue that loses everything delays a mail
by at most a minute and loses none.
"""

from collections.abc import Callable, Sequence

from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey, crontab

from course.config import Settings
from course.core import outbox
from course.core.db import db
from course.core.log import log


def register(app: Flask, job: Callable[[], None]) -> None:
    """Have the worker do this each time that it looks for work, before it sends mail.

    A job takes up what is waiting in the database; it may be called when nothing is.
    """
    app.extensions["jobs"] = (*_jobs(app), job)


def _jobs(app: Flask) -> Sequence[Callable[[], None]]:
    jobs: Sequence[Callable[[], None]] = app.extensions.get("jobs", ())
    return jobs


def _do(job: Callable[[], None]) -> None:
    """One that fails is tried again within a minute, and keeps no other from its turn."""
    try:
        job()
    except Exception as error:
        db.session.rollback()
        log.exception("job_failed", job=job.__qualname__, error=type(error).__name__)


def queue_of(app: Flask) -> Huey:
    """The queue of this app, made at first use: in Redis when configured, else in a file."""
    if "huey" not in app.extensions:
        app.extensions["huey"] = _make(app, app.extensions["settings"])
    queue: Huey = app.extensions["huey"]
    return queue


def _make(app: Flask, settings: Settings) -> Huey:
    if settings.redis_url:
        queue = RedisHuey("weegschaal", url=settings.redis_url)
    else:
        settings.instance.mkdir(parents=True, exist_ok=True)
        queue = SqliteHuey("weegschaal", filename=str(settings.instance / "jobs.sqlite3"))

    def drain() -> None:
        with app.app_context():
            for job in _jobs(app):
                _do(job)
            if outbox.send_due(settings) == outbox.A_BATCH:
                app.extensions["drain"]()  # more waits, such as a class list of invitations

    app.extensions["drain"] = queue.task(name="drain")(drain)
    queue.periodic_task(crontab(minute="*"), name="drain_each_minute")(drain)
    return queue


def wake(app: Flask) -> None:
    """Ask for the work that waits to be done soon; never fails the request that asks."""
    try:
        queue_of(app)
        app.extensions["drain"]()
    except Exception as error:
        log.warning("queue_unreachable", error=type(error).__name__)
