"""What all tests share: the app on both databases, browsers, rows, a clock, a mail server.

README.md beside this file tells what lies where.
"""

import gc
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Any, Protocol

import hypothesis
import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from flask import Flask, has_app_context, has_request_context
from sqlalchemy import event, select

from course.accounts.models import User
from course.config import Settings
from course.core import outbox as mail
from course.core.db import db
from course.core.outbox import Message
from tests.browser import Browser
from tests.factories import Factory
from tests.houses import DATABASES, Made, Street

# The same examples in each run, so that what fails comes from the change at hand, and no limit on
# the time of one, because the machine may be busy. Other examples are for `make search`.
hypothesis.settings.register_profile(
    "same",
    max_examples=50,  # the same fifty each time; `make search` takes thousands of others
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile("search", max_examples=2000, deadline=None)
hypothesis.settings.load_profile("same")


def pytest_configure(config: pytest.Config) -> None:
    """Let one warning pass, in every test."""
    # WTForms 3.4 wants its choices in another shape; pyproject.toml stays below it until then.
    config.addinivalue_line("filterwarnings", "ignore:Passing SelectField choices as tuples")


def pytest_collection_finish() -> None:
    """Look less often for waste, and not among all that was imported: a tenth of the time."""
    gc.freeze()
    gc.set_threshold(500_000)


# --- The app -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def street() -> Iterator[Street]:
    """The house on each database, built when the first test asks for it."""
    street = Street()
    yield street
    street.close()


@pytest.fixture(params=DATABASES)
def app(request: pytest.FixtureRequest, street: Street) -> Flask:
    """The app on an empty database; each test that uses it runs once on each database.

    For one only: ``@pytest.mark.parametrize("app", ["sqlite"], indirect=True)``.
    """
    house = street.house(request.param)
    house.clear()
    return house.app


@pytest.fixture
def clear(app: Flask, street: Street) -> Callable[[], None]:
    """``clear()``: empty the database once more, in the middle of a test."""
    return street.house_of(app).clear


class Once(Protocol):
    """``once(make_it)``: what :meth:`tests.houses.House.once` says, in the app of the test."""

    def __call__(self, make: Callable[[Flask], Made]) -> Made: ...


@pytest.fixture
def once(app: Flask, street: Street) -> Once:
    """``once(make_it)``: the rows that ``make_it(app)`` makes, made once for many tests."""
    return street.house_of(app).once


@pytest.fixture
def in_app(app: Flask) -> Callable[[], AbstractContextManager[None]]:
    """``with in_app():`` to call actions and queries, and to look in the database.

    Close it before asking for a page: on SQLite it holds the lock for writing.
    """

    @contextmanager
    def opened() -> Iterator[None]:
        with app.app_context():
            yield

    return opened


@pytest.fixture
def settings(app: Flask) -> Settings:
    """The settings of the app."""
    found: Settings = app.extensions["settings"]
    return found


@pytest.fixture(autouse=True)
def _no_context_is_left_open() -> Iterator[None]:
    yield
    assert not has_app_context(), "this test leaves an app context open"
    assert not has_request_context(), "this test leaves a request context open"


# --- People and their browsers -------------------------------------------------------------


@pytest.fixture
def make(app: Flask) -> Factory:
    """Makes rows to begin with: ``make.learner()``, ``make.group(learners=[…])``."""
    return Factory(app)


@pytest.fixture
def client(app: Flask) -> Browser:
    """The browser of a visitor."""
    return new_browser(app)


@pytest.fixture
def sign_in(app: Flask, make: Factory) -> Callable[[User], Browser]:
    """``sign_in(user)``: a new browser in which this user is signed in."""

    def signed_in(user: User) -> Browser:
        browser = new_browser(app)
        browser.set_cookie("sid", make.sign_in(user))
        browser.user = user
        return browser

    return signed_in


def new_browser(app: Flask) -> Browser:
    """A browser that has not been here before."""
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return browser


@pytest.fixture
def learner(make: Factory) -> User:
    """Somebody who learns, in no group yet."""
    return make.learner(name="Lena Leerling", email="lena@example.org")


@pytest.fixture
def instructor(make: Factory) -> User:
    """Somebody who teaches, without a group yet."""
    return make.instructor(name="Daan Docent", email="daan@example.org")


@pytest.fixture
def administrator(make: Factory) -> User:
    """Somebody who looks after the site."""
    return make.administrator(name="Bo Beheer", email="bo@example.org")


@pytest.fixture
def outsider(make: Factory) -> User:
    """Somebody who learns and has nothing to do with anybody else in the test."""
    return make.learner(name="Otto Onbekend", email="otto@example.org")


# --- Looking at what happens ---------------------------------------------------------------


class CountsQueries(Protocol):
    """``with count_queries() as statements:``, then ``len(statements)``."""

    def __call__(self) -> AbstractContextManager[list[str]]: ...


@pytest.fixture
def count_queries(app: Flask) -> CountsQueries:
    """Return a context manager that yields the list of statements sent to the database.

    Without ``BEGIN``, which only SQLite is sent as a statement, so both databases count alike.
    """

    @contextmanager
    def recorder() -> Iterator[list[str]]:
        statements: list[str] = []

        def record(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith("BEGIN"):
                statements.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", record)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", record)

    return recorder


@dataclass(frozen=True, slots=True)
class Outbox:
    """The mails that wait in the database, or were sent."""

    app: Flask

    def messages(self) -> list[Message]:
        """All mails, oldest first."""
        with self.app.app_context():
            return list(db.session.scalars(select(Message).order_by(Message.id)))

    def to(self, recipient: str) -> list[Message]:
        """The mails to this address, oldest first."""
        return [message for message in self.messages() if message.recipient == recipient]

    def link(self, recipient: str) -> str:
        """The path of the last link in the newest mail to this address."""
        found = re.findall(r"http://localhost(/\S+)", self.to(recipient)[-1].body)
        return str(found[-1])

    def send(self, settings: Settings | None = None) -> int:
        """Send what is due, as the worker does; return how many were sent."""
        with self.app.app_context():
            return mail.send_due(settings or self.app.extensions["settings"])


@pytest.fixture
def outbox(app: Flask) -> Outbox:
    """The mails of the app."""
    return Outbox(app)


@dataclass(slots=True)
class MailServer:
    """A mail server on this machine, and what it took."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)

    def settings(self, app: Flask) -> Settings:
        """The settings of the app, with this mail server in them."""
        found: Settings = app.extensions["settings"]
        return found.model_copy(update={"mail_url": f"smtp://127.0.0.1:{self.port}"})


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    """A real mail server: ``outbox.send(smtp.settings(app))``, then ``smtp.mails``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = MailServer(probe.getsockname()[1])

    class Keep(MessageHandler):
        def handle_message(self, message: Any) -> None:
            server.mails.append(message)

    controller = Controller(Keep(EmailMessage), hostname="127.0.0.1", port=server.port)
    controller.start()
    yield server
    controller.stop()


# --- The world outside ---------------------------------------------------------------------


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Monday 2 March 2026, ten in the morning in Amsterdam; ``clock.shift(…)`` moves on."""
    with time_machine.travel(datetime(2026, 3, 2, 9, 0, tzinfo=UTC), tick=False) as traveller:
        yield traveller


class NetworkRefused(AssertionError):
    """A test reaches for another machine."""


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Only this machine can be reached."""
    plain = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex")}

    def guarded(name: str) -> Callable[[socket.socket, Any], Any]:
        def connect(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and not _is_here(address[0]):
                raise NetworkRefused(f"a test may not reach {address!r}")
            return plain[name](self, address)

        return connect

    with pytest.MonkeyPatch.context() as patch:
        for name in plain:
            patch.setattr(socket.socket, name, guarded(name))
        yield


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
