"""A class that handed in six hundred reflections, and the instructors who mark them."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from itertools import islice
from json import loads
from statistics import median
from typing import Final, Protocol

from course.groups.models import Group
from course.marking import queries, work
from course.marking.models import Assignment
from tests.benchmarks.load import Connection, Person, connected
from tests.benchmarks.people import School, signed_in
from tests.benchmarks.server import Site
from tests.benchmarks.storm import Storm
from tests.benchmarks.work import TEXT
from tests.factories import LESSON, Factory

FEW, MANY = 6, 600  # hand-ins
MARKERS, WRITERS = 20, 100
SECONDS: Final = 20  # that they work at the same time, in each round
EVERY: Final = 5  # seconds from one save to the next, of those who write
READING: Final = 2  # seconds from one save to the next, of those who mark
SAVES: Final = 4  # of a judgement, before one goes to the next
ALONE: Final = 20  # saves of each kind, one after the other, for comparison
OPENED: Final = 15  # times that a page is opened
NEXT, JUDGEMENT, DRAFT = STEPS = ("next one", "judgement saved", "draft saved")


@dataclass(frozen=True, slots=True)
class Desk:
    """An assignment with hand-ins, as its instructors see it."""

    assignment: Assignment
    criteria: Sequence[str]
    markers: Sequence[Person]
    codes: Sequence[str]

    def sheet(self, place: int) -> str:
        """Where one of the hand-ins is marked."""
        return f"/teach/marking/{self.assignment.id}/{self.codes[place % len(self.codes)]}"


def gather(make: Factory, hand_ins: int, markers: int = 1) -> Desk:
    """A group in which so many handed in."""
    with make.together():
        teachers = [make.instructor() for _marker in range(markers)]
        learners = [make.learner() for _learner in range(hand_ins)]
        group: Group = make.group(instructors=teachers, learners=learners)
        for learner in learners:
            make.submission(make.enrolment(learner), text=TEXT)
        made = make.assignment(group)
        assignment = queries.assignment_for(teachers[0].id, made.id)
        if assignment is None:
            raise LookupError(made.id)
        codes = [item.code for item in queries.queue(assignment, teachers[0].id)]
        criteria = [criterion.slug for criterion in work.rubric_of(assignment).criteria]
    people = [signed_in(make.app, teacher) for teacher in teachers]
    return Desk(assignment, criteria, people, codes)


def opening(desk: Desk, site: Site, rest: str) -> float:
    """How many milliseconds the page of a hand-in takes, or with ``rest`` a part: in the middle."""
    (marker, *_others) = desk.markers
    with connected(site.port) as connection:
        return median(
            _milliseconds(partial(connection.get, f"{desk.sheet(place)}{rest}", marker))
            for place in range(OPENED)
        )


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


# --- Everybody at once ---------------------------------------------------------------------


class Worker(Protocol):
    """Somebody who works in a rhythm of their own, round after round."""

    def work(self, storm: Storm, connection: Connection) -> Iterator[float]:
        """Do one thing after the other; gives the seconds to wait before going on."""


@dataclass(slots=True)
class Marker:
    """An instructor, who has hand-ins of their own to mark."""

    desk: Desk
    person: Person
    urls: Iterator[str]

    def work(self, storm: Storm, connection: Connection) -> Iterator[float]:
        for url in self.urls:
            sheet, revision = f"{url}?part=1", 0
            storm.timed(NEXT, lambda sheet=sheet: connection.get(sheet, self.person))  # type: ignore[misc]
            for save in range(1, SAVES + 1):
                yield READING
                fields = {f"level-{slug}": "2" for slug in self.desk.criteria[:save]}
                fields |= {"version": "1", "revision": str(revision), "comment": TEXT[: 40 * save]}
                sent = partial(
                    connection.post, f"{url}/save", fields, self.person, expect=HTTPStatus.OK
                )
                revision = loads(storm.timed(JUDGEMENT, sent))["revision"]


@dataclass(slots=True)
class Writer:
    """A student, whose reflection is saved while they write."""

    person: Person
    url: str
    revision: int = 0

    def work(self, storm: Storm, connection: Connection) -> Iterator[float]:
        while True:
            fields = {"text": f"{TEXT}{self.revision}", "revision": str(self.revision)}
            sent = partial(connection.post, self.url, fields, self.person, expect=HTTPStatus.OK)
            self.revision = loads(storm.timed(DRAFT, sent))["revision"]
            yield EVERY


def workers(school: School, make: Factory, desk: Desk) -> tuple[list[Marker], list[Writer]]:
    """The markers of a desk, and students who write; the last of each are there to come alone."""
    step = next(step.slug for step in school.editions[0].lesson.steps if step.kind == "reflect")
    with make.together():
        learners = [make.learner() for _writer in range(WRITERS + 1)]
        for learner in learners:
            make.enrolment(learner)
    return (
        [
            Marker(desk, marker, map(desk.sheet, range(number, MANY, len(desk.markers))))
            for number, marker in enumerate(desk.markers)
        ],
        [
            Writer(signed_in(school.app, learner), f"/lessons/{LESSON}/{step}/draft")
            for learner in learners
        ],
    )


def alone(people: Sequence[Worker], site: Site) -> Storm:
    """A few, one after the other, without waiting."""
    storm = Storm({step: [] for step in STEPS})
    with connected(site.port) as connection:
        for person in people:
            for _pause in islice(person.work(storm, connection), ALONE):
                pass
    return storm


def together(people: Sequence[Worker], site: Site, seconds: float) -> Storm:
    """All of them at once, each in their own time."""
    storm, lots = Storm({step: [] for step in STEPS}), random.Random(1)
    end = time.perf_counter() + seconds

    def work(person: Worker, first: float) -> None:
        try:
            with connected(site.port) as connection:
                time.sleep(first)
                for pause in person.work(storm, connection):
                    if time.perf_counter() + pause > end:
                        return
                    time.sleep(pause)
        except Exception as error:
            storm.errors.append(f"{type(error).__name__}: {error}")

    threads = [
        threading.Thread(target=work, args=(person, lots.uniform(0, EVERY))) for person in people
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return storm
