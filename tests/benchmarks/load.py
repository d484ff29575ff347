"""Clients that keep their connection and ask again as soon as they are answered."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from tests.benchmarks.server import Site

FORM = "application/x-www-form-urlencoded"


class WrongAnswer(Exception):
    """The site answered something else than was asked, so there is nothing to measure."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a browser: their cookies, and the token of their forms."""

    user_id: int
    cookie: str = ""
    token: str = ""


NOBODY = Person(0)


class Connection:
    """One connection to the site, kept open, on which any person may ask."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str, person: Person = NOBODY) -> bytes:
        """The page, compressed."""
        return self._ask("GET", path, person, None, HTTPStatus.OK)

    def post(
        self,
        path: str,
        fields: Mapping[str, str],
        person: Person = NOBODY,
        *,
        expect: HTTPStatus = HTTPStatus.SEE_OTHER,
    ) -> bytes:
        """Send a form."""
        body = urlencode({**fields, "csrf_token": person.token}).encode()
        return self._ask("POST", path, person, body, expect)

    def close(self) -> None:
        self._connection.close()

    def _ask(
        self, method: str, path: str, person: Person, body: bytes | None, expect: HTTPStatus
    ) -> bytes:
        headers = {"Accept-Encoding": "br, gzip", "Accept-Language": "nl"}
        if person.cookie:
            headers["Cookie"] = person.cookie
        if body is not None:
            headers["Content-Type"] = FORM
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != expect:
            raise WrongAnswer(f"{method} {path}: {answer.status} and not {expect.value}")
        return content


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one round gave."""

    per_second: float
    cpu: float  # milliseconds of processor time of the server for each request


Task = Callable[[Connection], object]


@contextmanager
def connected(port: int) -> Iterator[Connection]:
    """A connection that is closed afterwards."""
    connection = Connection(port)
    try:
        yield connection
    finally:
        connection.close()


def measure(site: Site, clients: Sequence[Iterator[Task]], *, seconds: float) -> Outcome:
    """Let all clients work at once, until the time or their tasks are over."""
    counts = [0] * len(clients)
    failures: list[BaseException] = []
    together = threading.Barrier(len(clients) + 1)

    def work(number: int, tasks: Iterator[Task]) -> None:
        try:
            with connected(site.port) as connection:
                connection.get("/healthz")
                together.wait()
                end = time.perf_counter() + seconds
                for task in tasks:
                    task(connection)
                    counts[number] += 1
                    if time.perf_counter() > end:
                        break
        except Exception as failure:
            failures.append(failure)
            together.abort()

    threads = [
        threading.Thread(target=work, args=(number, tasks)) for number, tasks in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    with suppress(threading.BrokenBarrierError):  # A client that failed; it is raised below.
        together.wait()
    cpu, started = site.cpu(), time.perf_counter()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    if failures:
        raise failures[0]
    return Outcome(per_second=sum(counts) / elapsed, cpu=(site.cpu() - cpu) / sum(counts) * 1000)


def best(outcomes: Sequence[Outcome]) -> Outcome:
    """The best of several rounds, each number by itself: the machine may be doing other things."""
    return Outcome(
        per_second=max(outcome.per_second for outcome in outcomes),
        cpu=min(outcome.cpu for outcome in outcomes),
    )
