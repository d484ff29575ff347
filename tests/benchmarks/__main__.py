"""Measure the site and write tables: ``python -m tests.benchmarks``, explained in README.md."""

import argparse
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from course import config
from course.domain.roster import MOST_PEOPLE
from tests import houses
from tests.benchmarks import (
    bare,
    figures,
    gradebook,
    importing,
    marking,
    progress,
    regrading,
    storm,
    work,
)
from tests.benchmarks.load import NOBODY, Outcome, Person, best, connected, measure
from tests.benchmarks.people import LONG_TRAIL, Cost, School, factory_of, gather
from tests.benchmarks.server import Site, environment, running
from tests.benchmarks.work import Work

PARTS: Final = (
    "pages",
    "saves",
    "storm",
    "marking",
    "memory",
    "start",
    "figures",
    "regrading",
    "importing",
    "progress",
    "gradebook",
    "servers",
)

PAGE_GOAL: Final = 0.5  # of the throughput of the bare page
SAVE_GOALS: Final = {  # of that of the bare save
    "draft of a reflection": 0.6,
    "answer in a quiz": 0.6,
    "choice in a case": 0.5,
}
STORM_GOAL: Final = 4  # times as long as for somebody alone
STORM_WORKERS: Final = 2  # one for each processor, as README.md advises for a school
QUEUE_GOALS: Final = {"": 1000, "?part=1": 200}  # milliseconds: the first page, the next one
CROWD_GOAL: Final = 3  # times as long as for somebody alone
TRAIL_GOAL: Final = 1.2  # of the time after a short trail
MEMORY_GOAL: Final = 110  # megabytes for each worker
START_GOAL: Final = 5  # seconds
FIGURES_GOAL: Final = 1  # seconds
REGRADING_GOAL: Final = 5  # seconds
IMPORTING_GOAL: Final = 20  # seconds
PROGRESS_GOAL: Final = 1000  # milliseconds
GRADEBOOK_GOAL: Final = 1000  # milliseconds
WORKING_GOAL: Final = 1.5  # of the time without students who work
TODAY_GOAL: Final = 150  # milliseconds
REQUESTS: Final = 500  # after which the memory is looked at

WSGI: Final = "wsgi:app"
GRANIAN: Final[tuple[str, ...]] = (
    *("-m", "granian", "--interface", "wsgi", "--no-ws", "--port", "{port}"),
    *("--workers", "{workers}", "--blocking-threads"),
)
# Measured where they are installed; see README.md.
OTHERS: Final[dict[str, tuple[str, ...]]] = {
    "gunicorn gthread, 4 threads": (
        *("-m", "gunicorn", "--worker-class", "gthread", "--threads", "4"),
        *("--workers", "{workers}", "--bind", "127.0.0.1:{port}", WSGI),
    ),
    "gunicorn sync": (
        *("-m", "gunicorn", "--workers", "{workers}", "--bind", "127.0.0.1:{port}", WSGI),
    ),
    "waitress, 4 threads": (
        *("-m", "waitress", "--threads", "4", "--listen", "127.0.0.1:{port}", WSGI),
    ),
}


@dataclass(frozen=True, slots=True)
class Bench:
    """How to measure."""

    seconds: float
    rounds: int
    clients: int

    def compare(
        self, site: Site, works: Mapping[str, Work], between: Callable[[], None] = lambda: None
    ) -> dict[str, Outcome]:
        """The best round of each. They take turns, so that all meet the same noise."""
        for clients in works.values():  # What is only done once is not measured.
            between()
            measure(site, clients(self.clients), seconds=0)
        found: dict[str, list[Outcome]] = {name: [] for name in works}
        for _round in range(self.rounds):
            for name, clients in works.items():
                between()
                found[name].append(measure(site, clients(self.clients), seconds=self.seconds))
        return {name: best(outcomes) for name, outcomes in found.items()}


def show(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: names to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    print(f"\n{title}")
    for row in (header, ["-" * width for width in widths], *rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  " + "  ".join(cells).rstrip(), flush=True)


def compared(found: Mapping[str, Outcome], goals: Mapping[str, float]) -> Iterator[list[str]]:
    """Each outcome, with its part of the first one, which is the bare one, and its verdict."""
    floor = next(iter(found.values()))
    for name, outcome in found.items():
        part = outcome.per_second / floor.per_second
        goal = goals.get(name)
        verdict = _verdict(f"≥ {goal}", met=part >= goal) if goal else ""
        yield [name, f"{outcome.per_second:.0f}", f"{outcome.cpu:.1f}", f"{part:.2f}", verdict]


def _verdict(goal: str, *, met: bool) -> str:
    return goal if met else f"{goal} MISSED"


# --- The parts -----------------------------------------------------------------------------


def bench_pages(bench: Bench, settings: Mapping[str, str], school: School) -> None:
    """How fast pages come, beside a bare page of the same program."""
    steps = work.lesson_pages(school)
    group = f"/teach/groups/{school.group.id}"
    pages: dict[str, tuple[str, Person]] = {
        "bare page": (bare.PAGE, NOBODY),
        **{name: (path, school.student) for name, path in steps.items()},
        "home": ("/home", school.student),
        "group of 30": (group, school.instructor),
        "board of 30": (f"{group}/lessons/{school.editions[0].lesson.slug}", school.instructor),
    }
    with running(settings) as site:
        found = bench.compare(site, {name: work.asking(*page) for name, page in pages.items()})
    costs = [school.cost(*page) for page in pages.values()]
    show(
        "Pages",
        ["", "a second", "CPU ms", "of bare", "goal", "queries", "KB sent"],
        [
            [*cells, str(cost.queries), f"{cost.kilobytes:.1f}"]
            for cells, cost in zip(
                compared(found, dict.fromkeys(steps, PAGE_GOAL)), costs, strict=True
            )
        ],
    )


def bench_saves(bench: Bench, settings: Mapping[str, str], school: School) -> None:
    """How fast something is saved for good, beside a bare insert of the same program."""
    works: dict[str, Work] = {
        "bare save": work.saving_nothing,
        "draft of a reflection": work.saving_drafts(school),
        "answer in a quiz": work.answering(school),
        "choice in a case": work.choosing(school, after=0),
        "choice after 200": work.choosing(school, after=LONG_TRAIL),
        "weighing, handed in": work.weighing(school),
    }
    with running(settings) as site:
        found = bench.compare(site, works, between=school.begin_anew)
    show(
        "Saves",
        ["", "a second", "CPU ms", "of bare", "goal"],
        list(compared(found, SAVE_GOALS)),
    )
    longer = found["choice after 200"].cpu / found["choice in a case"].cpu
    verdict = _verdict(f"≤ {TRAIL_GOAL}", met=longer <= TRAIL_GOAL)
    show(
        "A long trail",
        ["", "of a short one", "goal"],
        [["choice after 200", f"{longer:.2f}", verdict]],
    )


def bench_storm(_bench: Bench, settings: Mapping[str, str], school: School) -> None:
    """Three hundred students who begin a quiz at a bell, or all in one instant."""
    make = factory_of(school.app)
    class_, at_once = storm.gather(school, make), storm.gather(school, make)
    with running(settings, workers=STORM_WORKERS) as site:
        alone = storm.alone(class_, site)
        at_a_bell = storm.together(class_, site, within=storm.BELL)
        in_an_instant = storm.together(at_once, site, within=0)
    who = f"{storm.STUDENTS} students who begin"
    title = f"{who} within {storm.BELL} s, {len(at_a_bell.errors)} errors"
    _beside(title, alone, at_a_bell, STORM_GOAL)
    title = f"{who} in one instant, {len(in_an_instant.errors)} errors"
    _beside(title, alone, in_an_instant, None)


def bench_marking(bench: Bench, settings: Mapping[str, str], school: School) -> None:
    """A long queue beside a short one; and everybody who marks or writes, beside a few alone."""
    make = factory_of(school.app)
    few = marking.gather(make, marking.FEW)
    many = marking.gather(make, marking.MANY, marking.MARKERS + 1)
    markers, writers = marking.workers(school, make, many)
    costs = [
        [school.cost(f"{desk.sheet(0)}{rest}", desk.markers[0]) for desk in (few, many)]
        for rest in QUEUE_GOALS
    ]
    with running(settings) as site:
        opened = [
            (marking.opening(few, site, rest), marking.opening(many, site, rest))
            for rest in QUEUE_GOALS
        ]
        rounds = [
            (
                marking.alone([markers[-1], writers[-1]], site),
                marking.together([*markers[:-1], *writers[:-1]], site, marking.SECONDS),
            )
            for _round in range(bench.rounds)
        ]
    rows = []
    for (rest, goal), (short, long), cost in zip(QUEUE_GOALS.items(), opened, costs, strict=True):
        name = "the next one" if rest else "first page"
        verdict = _verdict(f"≤ {goal}", met=long <= goal)
        queries = [str(each.queries) for each in cost]
        rows.append([name, f"{short:.0f}", f"{long:.0f}", verdict, *queries])
        rows[-1].append(f"{cost[1].kilobytes:.1f}")
    show(
        f"A queue of {marking.FEW} and of {marking.MANY}",
        ["", "few ms", "many ms", "goal", "few queries", "many queries", "KB sent"],
        rows,
    )
    alone, together = (storm.Storm.best(each) for each in zip(*rounds, strict=True))
    title = f"{marking.MARKERS} mark while {marking.WRITERS} write, {len(together.errors)} errors"
    _beside(title, alone, together, CROWD_GOAL)


def _beside(title: str, alone: storm.Storm, together: storm.Storm, goal: float | None) -> None:
    """How long each step takes for somebody alone and for all together."""
    rows = []
    for step in alone.took:
        ratio = together.at(step) / alone.at(step)
        rows.append(
            [
                step,
                f"{alone.at(step):.0f}",
                f"{together.at(step, 50):.0f}",
                f"{together.at(step):.0f}",
                f"{max(together.took[step]):.0f}",
                f"{ratio:.1f}",
                _verdict(f"≤ {goal}", met=ratio <= goal) if goal else "",
            ]
        )
    show(title, ["", "alone p95 ms", "p50 ms", "p95 ms", "slowest", "of alone", "goal"], rows)
    for error in [*alone.errors, *together.errors][:5]:
        print(f"  {error}")


def bench_memory(_bench: Bench, settings: Mapping[str, str], school: School) -> None:
    """What the processes take after some hundreds of requests for all kinds of pages."""
    paths = cycle(work.lesson_pages(school).values())
    with running(settings) as site, connected(site.port) as connection:
        for path in islice(paths, REQUESTS):
            connection.get(path, school.student)
        supervisor, *others = site.memory()
    worker = max(others)
    goal = _verdict(f"≤ {MEMORY_GOAL}", met=worker <= MEMORY_GOAL)
    show(
        f"Memory after {REQUESTS} requests",
        ["", "MB", "goal"],
        [
            ["the worker", f"{worker:.0f}", goal],
            ["all processes", f"{supervisor + sum(others):.0f}", ""],
        ],
    )


def bench_start(bench: Bench, settings: Mapping[str, str], _school: School) -> None:
    """How long it takes until the first answer, where the tables are there already."""
    served, made = [], []
    for _round in range(bench.rounds):
        with running(settings) as site:
            served.append((site.seconds_to_start, site.cpu()))
        made.append(_seconds_to_make(settings))
    seconds, cpu = min(served)
    goal = _verdict(f"≤ {START_GOAL}", met=seconds <= START_GOAL)
    show(
        "Start, second run",
        ["", "seconds", "CPU s", "goal"],
        [
            ["flask serve, to the first answer", f"{seconds:.2f}", f"{cpu:.2f}", goal],
            ["create_app, after its imports", f"{min(made):.2f}", "", ""],
        ],
    )


def _seconds_to_make(settings: Mapping[str, str]) -> float:
    script = (
        "import time; from course.app import create_app; start = time.perf_counter(); "
        "create_app(); print(time.perf_counter() - start)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=settings, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def bench_figures(bench: Bench, _settings: Mapping[str, str], _school: School) -> None:
    """How long the figures of a large quiz take."""
    marks = figures.table()
    rounds = [figures.seconds(marks) for _round in range(bench.rounds)]
    whole, options = (min(found) for found in zip(*rounds, strict=True))
    goal = _verdict(f"≤ {FIGURES_GOAL}", met=whole + options <= FIGURES_GOAL)
    show(
        f"Figures of {figures.ATTEMPTS} attempts at {figures.ITEMS} items",
        ["", "seconds", "goal"],
        [
            ["quiz and items", f"{whole:.2f}", ""],
            ["options", f"{options:.2f}", ""],
            ["together", f"{whole + options:.2f}", goal],
        ],
    )


def bench_regrading(bench: Bench, _settings: Mapping[str, str], school: School) -> None:
    """How long it takes to change a key when a thousand attempts have been handed in."""
    crowd = regrading.gather(school.app)
    rounds = [regrading.seconds(crowd) for _round in range(bench.rounds)]
    best_of = min(rounds, key=lambda took: took.done)
    goal = _verdict(f"≤ {REGRADING_GOAL}", met=best_of.done <= REGRADING_GOAL)
    rows = [
        ("bare: read all marks, write as many", best_of.bare, ""),
        ("see what it would do", best_of.preview, ""),
        ("do it, until it is shown", best_of.done, goal),
        ("of which the longest transaction", best_of.longest, ""),
    ]
    show(
        f"Another key, {best_of.changed} of {figures.ATTEMPTS} attempts at {figures.ITEMS} items",
        ["", "seconds", "of bare", "goal"],
        [[name, f"{took:.2f}", f"{took / best_of.bare:.1f}", met] for name, took, met in rows],
    )


def bench_importing(bench: Bench, _settings: Mapping[str, str], school: School) -> None:
    """How long it takes to invite a list of ten thousand people."""
    rounds = [importing.seconds(school.app) for _round in range(bench.rounds)]
    best_of = min(rounds, key=lambda took: took.whole)
    goal = _verdict(f"≤ {IMPORTING_GOAL}", met=best_of.whole <= IMPORTING_GOAL)
    rows = [
        ("bare: insert as many rows of both tables", best_of.bare, ""),
        ("read the file", best_of.read, ""),
        ("what becomes of each row", best_of.looked, ""),
        ("invite, in one transaction", best_of.invited, ""),
        ("from the file to the invitations", best_of.whole, goal),
    ]
    show(
        f"A class list of {MOST_PEOPLE} people",
        ["", "seconds", "of bare", "goal"],
        [[name, f"{took:.2f}", f"{took / best_of.bare:.1f}", met] for name, took, met in rows],
    )


def bench_progress(bench: Bench, settings: Mapping[str, str], school: School) -> None:
    """A large group beside one of a tenth, quiet and at work, with a million answers around."""
    make = factory_of(school.app)
    many, few = progress.gather(make, school)
    progress.fill(make)
    writers = progress.workers(make, school)
    rows = []
    with running(settings) as site:
        for name, rest in {"by lesson": "", "by moment": "?moments=all"}.items():
            short, long = (
                progress.opening(f"{room.url}{rest}", room.instructor, site) for room in (few, many)
            )
            cost = school.cost(f"{many.url}{rest}", many.instructor)
            rows.append(_large_row(name, short, long, cost, PROGRESS_GOAL))
        busy = min(progress.while_they_work(writers, many, site) for _round in range(bench.rounds))
        quiet = progress.opening(many.everything, many.instructor, site)
        today = progress.opening("/teach/", many.instructor, site)
    show(
        f"Progress of {few.learners} and of {many.learners}, with {progress.ANSWERS:,} answers",
        ["", "few ms", "many ms", "ratio", "goal", "queries", "KB sent"],
        rows,
    )
    met = _verdict(f"≤ {WORKING_GOAL}", met=busy <= WORKING_GOAL * quiet)
    show(
        f"While {progress.WORKING} students work",
        ["", "quiet ms", "busy ms", "ratio", "goal"],
        [["progress by moment", f"{quiet:.0f}", f"{busy:.0f}", f"{busy / quiet:.2f}", met]],
    )
    met = _verdict(f"≤ {TODAY_GOAL}", met=today <= TODAY_GOAL)
    show("Today", ["", "ms", "goal"], [["today, with a group of that size", f"{today:.0f}", met]])


def bench_gradebook(bench: Bench, settings: Mapping[str, str], school: School) -> None:
    """A gradebook of 500 learners by 60 columns beside one of a tenth of the learners."""
    many, few = gradebook.gather(factory_of(school.app))
    with running(settings) as site:
        short, long = (
            min(progress.opening(room.url, room.instructor, site) for _round in range(bench.rounds))
            for room in (few, many)
        )
    cost = school.cost(many.url, many.instructor)
    show(
        f"Gradebook of {few.learners} and of {many.learners}, by {2 * gradebook.EACH} columns",
        ["", "few ms", "many ms", "ratio", "goal", "queries", "KB sent"],
        [_large_row("gradebook", short, long, cost, GRADEBOOK_GOAL)],
    )


def _large_row(name: str, few: float, many: float, cost: Cost, goal: int) -> list[str]:
    verdict = _verdict(f"≤ {goal}", met=many <= goal)
    ratio = f"{many / few:.1f}"
    sizes = [str(cost.queries), f"{cost.kilobytes:.1f}"]
    return [name, f"{few:.0f}", f"{many:.0f}", ratio, verdict, *sizes]


def bench_servers(bench: Bench, settings: Mapping[str, str], school: School) -> None:
    """The same page and the same save on other servers, as far as they are installed."""
    page = work.asking(work.lesson_pages(school)["read"], school.student)
    rows = []
    for name, command in _servers():
        for workers in (1, 2) if "{workers}" in command else (1,):
            with running(settings, command, workers=workers) as site:
                found = bench.compare(site, {"page": page, "save": work.saving_drafts(school)})
                memory = sum(site.memory())
            speeds = [f"{found[kind].per_second:.0f}" for kind in ("page", "save")]
            rows.append([name, str(workers), *speeds, f"{memory:.0f}"])
    show("Servers", ["", "workers", "read, a second", "drafts, a second", "MB in all"], rows)


def _servers() -> Iterator[tuple[str, tuple[str, ...]]]:
    for threads in ("1", "2", "4", "8"):
        yield f"granian, {threads} threads", (*GRANIAN, threads, WSGI)
    yield from ((name, command) for name, command in OTHERS.items() if find_spec(command[1]))


# --- The run -------------------------------------------------------------------------------


def bench_all(bench: Bench, parts: Sequence[str], folder: Path, database_url: str = "") -> None:
    """The chosen parts on one database."""
    settings = environment(folder, database_url)
    school = gather(config.from_env(settings))
    with running(settings):
        pass  # The first run compiles everything; what is measured are the later ones.
    benches = {
        "pages": bench_pages,
        "saves": bench_saves,
        "storm": bench_storm,
        "marking": bench_marking,
        "memory": bench_memory,
        "start": bench_start,
        "figures": bench_figures,
        "regrading": bench_regrading,
        "importing": bench_importing,
        "progress": bench_progress,
        "gradebook": bench_gradebook,
        "servers": bench_servers,
    }
    for part in parts:
        benches[part](bench, settings, school)


def main() -> None:
    """Read the command line, and measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; else all")
    parser.add_argument("--database", choices=houses.DATABASES, help="only on this one")
    parser.add_argument("--seconds", type=float, default=2, help="that a round lasts")
    parser.add_argument("--rounds", type=int, default=3, help="of which the best counts")
    parser.add_argument("--clients", type=int, default=8, help="that ask at the same time")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    # pgserver asks for a folder of the signed-in user, and root in a container has none.
    warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")
    bench = Bench(chosen.seconds, chosen.rounds, chosen.clients)
    print(
        f"{bench.clients} clients, best of {bench.rounds} rounds of {bench.seconds:g} s, "
        f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f} at the start.",
        flush=True,
    )
    for database in [chosen.database] if chosen.database else houses.DATABASES:
        if database == "postgresql" and not find_spec("pgserver"):
            print("\nNot measured on PostgreSQL: pgserver has no wheel for this Python.")
            continue
        print(f"\n##### {database}", flush=True)
        with tempfile.TemporaryDirectory(prefix="weegschaal-bench-") as folder:
            url = houses.new_postgresql("weegschaal_bench") if database == "postgresql" else ""
            bench_all(bench, chosen.parts or PARTS, Path(folder), url)
    print(f"\nLoad average {os.getloadavg()[0]:.1f} at the end.")


if __name__ == "__main__":
    main()
