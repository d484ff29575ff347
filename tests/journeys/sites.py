"""The real app in the real server, in a process of its own, with a folder and a port of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Site:
    """A running site; ``app`` is on the same database, to make rows and to look in it."""

    url: str
    app: Flask
    make: Factory
    log: Path  # what the server wrote

    def lesson(self, slug: str = LESSON) -> Edition:
        """Today's edition of a lesson, to know what its pages should show."""
        return self.make.edition(slug)


@contextmanager
def served(folder: Path, database_url: str | None = None) -> Iterator[Site]:
    """Serve the site from an empty ``folder``: on SQLite with the demo, or on ``database_url``."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    log = folder / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*SERVE, f"--port={port}", *([] if database_url else ["--demo"])],
            cwd=ROOT,
            env=_environment(folder, database_url),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(server, url, log)
        known = database_url or f"sqlite:///{folder / 'weegschaal.sqlite3'}"
        app = make_app(settings_for(known, folder, base_url=url))
        yield Site(url, app, Factory(app), log)
        with app.app_context():
            db.engine.dispose()
    finally:
        _stop(server)


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


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)  # The session that it began: itself and its workers.
        server.wait(STOPS_WITHIN)
