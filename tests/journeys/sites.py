"""The real app in the real server, in a process of its own, with a folder and a port of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from flask import Flask

from course.config import Settings, variable
from course.core.db import db
from course.curriculum.edition import Edition
from tests.factories import LESSON, Factory
from tests.houses import ROOT, make_app, settings_for

SERVE: Final = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
STARTS_WITHIN: Final = 90  # seconds, on a machine that is busy with something else
STOPS_WITHIN: Final = 10  # seconds


@dataclass(slots=True)
class Server:
    """The processes that serve a site: they are killed in the middle of it all, and come back."""

    url: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start, and wait until it answers. Raises :exc:`RuntimeError` when it does not."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _wait_until_ready(self._process, self.url, self.log)

    def kill(self) -> None:
        """End it the hard way, itself and its workers: none of them finishes anything."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)  # The session that it began.
            self._process.wait(STOPS_WITHIN)
            self._process = None

    def stop(self) -> None:
        """Ask it to end, and insist when it does not."""
        if self._process:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOPS_WITHIN)
                self._process = None
        self.kill()


@dataclass(frozen=True, slots=True)
class Site:
    """A running site; ``app`` is on the same database, to make rows and to look in it."""

    url: str
    app: Flask
    make: Factory
    server: Server

    @property
    def log(self) -> Path:
        """What the server wrote."""
        return self.server.log

    def lesson(self, slug: str = LESSON) -> Edition:
        """Today's edition of a lesson, to know what its pages should show."""
        return self.make.edition(slug)

    @contextmanager
    def killed(self) -> Iterator[None]:
        """The server is killed; afterwards it is there again."""
        self.server.kill()
        try:
            yield
        finally:
            self.server.start()


@contextmanager
def served(folder: Path, database_url: str | None = None) -> Iterator[Site]:
    """Serve the site from an empty ``folder``: on SQLite with the demo, or on ``database_url``."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    server = Server(
        url=url,
        command=[*SERVE, f"--port={port}", *([] if database_url else ["--demo"])],
        environment=_environment(folder, database_url),
        log=folder / "server.log",
    )
    try:
        server.start()
        known = database_url or f"sqlite:///{folder / 'weegschaal.sqlite3'}"
        key = (folder / "secret-key").read_text(encoding="utf-8").strip()  # made by the server
        app = make_app(settings_for(known, folder, base_url=url, secret_key=key))
        yield Site(url, app, Factory(app), server)
        with app.app_context():
            db.engine.dispose()
    finally:
        server.stop()


def _environment(folder: Path, database_url: str | None) -> dict[str, str]:
    """The environment of this process without its own settings, and with those of the site."""
    ours = {variable(field) for field in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    chosen = {"DATABASE_URL": database_url} if database_url else {}
    return {**kept, "WEEGSCHAAL_INSTANCE": str(folder), **chosen}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_ready(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server stopped:\n{log.read_text()}")
        try:
            with urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == HTTPStatus.OK:
                    return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError(f"the server is not ready after {STARTS_WITHIN} s:\n{log.read_text()}")
