"""A pytest plugin: with ``REQUIRE_ALL=1`` in the environment, a skipped test is a failure.

A test that needs a browser or PostgreSQL may skip on a machine without one. In CI nobody reads
that line, and the test would be lost without a sound. A test marked ``xfail`` did run, and is no
skip.
"""

import os
from collections.abc import Iterator

import pytest


class NothingSkipped:
    """Keeps the skipped tests and, at the end, lets the run fail for them."""

    def __init__(self) -> None:
        # Per test or module: the reason that it gave.
        self.skipped: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped[report.nodeid] = reason(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.skipped[report.nodeid] = reason(report)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        if self.skipped and session.exitstatus in (pytest.ExitCode.OK, NO_TESTS):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        yield

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.skipped:
            return
        terminalreporter.section("skipped, and REQUIRE_ALL asks for every test", red=True)
        for nodeid, why in sorted(self.skipped.items()):
            terminalreporter.line(f"{nodeid}: {why}")


# A module that is skipped as a whole leaves nothing to run.
NO_TESTS = pytest.ExitCode.NO_TESTS_COLLECTED


def reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return why a test was skipped, as its author wrote it."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return str(report.longrepr)


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("REQUIRE_ALL") == "1":
        config.pluginmanager.register(NothingSkipped(), "nothing-skipped")
