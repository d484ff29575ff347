"""A class that begins a quiz when a bell rings: how long each step takes, alone and together."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import islice
from json import loads
from statistics import quantiles
from typing import Final

from course.curriculum.edition import QuizEdition
from course.quizzes import editions, queries
from course.quizzes.models import Sitting
from tests.benchmarks.load import Connection, Person, connected
from tests.benchmarks.people import School, signed_in
from tests.benchmarks.server import Site
from tests.factories import QUIZ, Factory
from tests.features.quizzes import filled

STUDENTS: Final = 300
ITEMS: Final = 10
SECONDS: Final = 60  # in which all of them begin, answer and hand in
BELL: Final = 10  # seconds within which a class begins when it is told to
ALONE: Final = 8  # who come one after the other, for comparison
STEPS: Final = ("begin", "page", "save", "hand in", "result")
AT: Final = 95  # percent

Took = dict[str, list[float]]


@dataclass(slots=True)
class Storm:
    """What each step took, in milliseconds, and what went wrong."""

    took: Took = field(default_factory=lambda: {step: [] for step in STEPS})
    errors: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def timed(self, step: str, work: Callable[[], bytes]) -> bytes:
        """Do a step, and keep how long it took."""
        began = time.perf_counter()
        answer = work()
        with self._lock:
            self.took[step].append(1000 * (time.perf_counter() - began))
        return answer

    @staticmethod
    def best(rounds: Sequence["Storm"]) -> "Storm":
        """Of each step the round in which it was quickest; and everything that went wrong."""
        found = Storm({}, [error for each in rounds for error in each.errors])
        for step in rounds[0].took:
            found.took[step] = min(rounds, key=lambda each: each.at(step)).took[step]
        return found

    def at(self, step: str, percent: int = AT) -> float:
        """The time within which so many percent of a step were done."""
        return quantiles(self.took[step], n=100)[percent - 1]


@dataclass(frozen=True, slots=True)
class Class:
    """Students with a quiz that was set for them."""

    school: School
    sitting: Sitting
    edition: QuizEdition
    students: Sequence[Person]

    def attempt_of(self, person: Person) -> tuple[str, list[str]]:
        """The address of their attempt, and its items."""
        with self.school.app.app_context():
            row = queries.all_attempts_of(person.user_id)[-1]
            return f"/attempts/{row.public_id}", list(row.items)


def gather(school: School, make: Factory) -> Class:
    """Three hundred students in one group, with a quiz that is set for all of them."""
    with make.together():
        learners = [make.learner() for _student in range(STUDENTS + ALONE)]
        group = make.group(learners=learners)
        sitting = make.sitting(learners[0], group=group, minutes=60)
    with school.app.app_context():
        edition = editions.current(QUIZ)
    if edition is None:
        raise LookupError(QUIZ)
    students = [signed_in(school.app, learner) for learner in learners]
    return Class(school, sitting, edition, students)


def take(group: Class, person: Person, storm: Storm, site: Site, pauses: Iterator[float]) -> None:
    """One student: begin, open and save ten items, hand in, look at the result."""
    try:
        with connected(site.port) as connection:
            _take(group, person, storm, connection, pauses)
    except Exception as error:
        storm.errors.append(f"{type(error).__name__}: {error}")


def _take(
    group: Class, person: Person, storm: Storm, connection: Connection, pauses: Iterator[float]
) -> None:
    fields: Mapping[str, str] = {"sitting": str(group.sitting.id)}
    storm.timed("begin", lambda: connection.post(f"/quizzes/{QUIZ}/begin", fields, person))
    url, slugs = group.attempt_of(person)
    items = (group.edition.quiz.item(slug) for slug in slugs)
    # A file has a form of its own: it is not saved with every pause.
    for item in islice((item for item in items if item and item.type != "file"), ITEMS):
        time.sleep(next(pauses))
        slug = item.slug
        page = f"{url}?item={slug}"
        storm.timed("page", lambda page=page: connection.get(page, person))  # type: ignore[misc]
        answer = {
            name: value if isinstance(value, str) else value[0]
            for name, value in filled.right(item).items()
        }
        sent = {**answer, "page": slug, "revision": "0"}
        saved = storm.timed(
            "save",
            lambda sent=sent: connection.post(  # type: ignore[misc]
                f"{url}/save", sent, person, expect=HTTPStatus.OK
            ),
        )
        if loads(saved)["revision"] != 1:
            raise ValueError(saved)
    time.sleep(next(pauses))
    storm.timed("hand in", lambda: connection.post(f"{url}/submit", {}, person))
    storm.timed("result", lambda: connection.get(f"{url}/result", person))


def alone(group: Class, site: Site) -> Storm:
    """A few students, one after the other."""
    storm = Storm()
    for person in group.students[STUDENTS:]:
        take(group, person, storm, site, iter([0.0] * (ITEMS + 1)))
    return storm


def together(group: Class, site: Site, *, within: float) -> Storm:
    """All others: they begin within so many seconds, and have handed in about a minute later.

    With 0 all of them press the button in the same instant, which no class does.
    """
    storm, lots = Storm(), random.Random(1)
    mean = SECONDS / (ITEMS + 1)

    def begin(person: Person, first: float, pauses: list[float]) -> None:
        time.sleep(first)
        take(group, person, storm, site, iter(pauses))

    threads = [
        threading.Thread(
            target=begin,
            args=(
                person,
                lots.uniform(0, within),
                [lots.uniform(0.5, 1.3) * mean for _pause in range(ITEMS + 1)],
            ),
        )
        for person in group.students[:STUDENTS]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return storm
