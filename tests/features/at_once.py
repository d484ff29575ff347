"""Several people, or several windows of one, at the same moment: each in a thread of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from werkzeug.test import TestResponse

from tests.browser import Browser

Found = TypeVar("Found")

PATIENCE = 60  # seconds; who waits longer waits for ever


def at_once(jobs: Sequence[Callable[[], Found]]) -> list[Found]:
    """Start all ``jobs`` at the same moment; return what each gave, in their order."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], Found]) -> Found:
        start.wait(PATIENCE)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [each.result(PATIENCE) for each in [pool.submit(run, job) for job in jobs]]


def click(browser: Browser, url: str, data: dict[str, Any]) -> Callable[[], TestResponse]:
    """A form that is filled in and only has to be sent."""
    filled = {**data, "csrf_token": browser.csrf_token()}
    return lambda: browser.post(url, data=filled, token=False)
