"""The site as it runs in production, in a process of its own, with data that are thrown away."""

import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SERVED: Final = Path(__file__).parent / "served"
SERVE: Final = ("-m", "flask", "--app", "wsgi", "serve", "--port", "{port}")
SLOWEST_START: Final = 120  # seconds
TICKS: Final = os.sysconf("SC_CLK_TCK")


class NotRunning(Exception):
    """A server did not start; the text is what it said."""


def environment(folder: Path, database_url: str = "") -> dict[str, str]:
    """The settings of a production site that lives in ``folder``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WEEGSCHAAL_")}
    # Python keeps what it compiled, as on every real site, but not in our own folders.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATABASE_URL": database_url or f"sqlite:///{folder / 'weegschaal.sqlite3'}",
        "WEEGSCHAAL_MODE": "production",
        "WEEGSCHAAL_BASE_URL": "https://bench.example",
        "WEEGSCHAAL_CONTENT": str(ROOT / "content"),
        "WEEGSCHAAL_INSTANCE": str(folder),
        "WEEGSCHAAL_LOG_LEVEL": "warning",
    }


@dataclass(frozen=True, slots=True)
class Site:
    """A server that answers on ``port``."""

    port: int
    pid: int
    seconds_to_start: float

    def processes(self) -> list[int]:
        """The process that was started, and those that it started itself."""
        family = [self.pid]
        for pid in family:
            family += [child for child, parent in _parents() if parent == pid]
        return family

    def cpu(self) -> float:
        """Seconds of processor time so far, of all processes."""
        return sum(_cpu(pid) for pid in self.processes())

    def memory(self) -> list[float]:
        """Megabytes of each process, with what they share divided among them (PSS)."""
        return [_pss(pid) for pid in self.processes()]


@contextmanager
def running(
    settings: Mapping[str, str], command: Sequence[str] = SERVE, *, workers: int = 1
) -> Iterator[Site]:
    """Start the site with ``python <command>``, wait until it answers, and stop it afterwards."""
    port = _free_port()
    said = Path(settings["WEEGSCHAAL_INSTANCE"]) / "server.log"
    started = time.perf_counter()
    with (
        said.open("w", encoding="utf-8") as log,
        subprocess.Popen(
            [sys.executable, *(part.format(port=port, workers=workers) for part in command)],
            cwd=SERVED,
            env={**settings, "WEEGSCHAAL_WORKERS": str(workers)},
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            while not _answers(port):
                if process.poll() is not None or time.perf_counter() - started > SLOWEST_START:
                    process.kill()
                    raise NotRunning(said.read_text(encoding="utf-8"))
                time.sleep(0.02)
            yield Site(port, process.pid, time.perf_counter() - started)
        finally:
            process.send_signal(signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _parents() -> Iterator[tuple[int, int]]:
    """Each process of this machine with its parent."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # It has just ended.
        yield int(path.parent.name), int(fields[1])


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise LookupError("this Linux does not tell the memory of a process")
