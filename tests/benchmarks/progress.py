"""A large group at a glance: quiet, ten times as large, and while its students work."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from statistics import median
from typing import Final

from sqlalchemy import insert, select

from course.core.clock import now
from course.core.db import db
from course.groups.models import Membership, Part
from course.lessons import editions
from course.lessons.models import Enrolment, StepDone
from course.quizzes.models import Answer
from tests.benchmarks.load import Connection, Person, connected
from tests.benchmarks.marking import EVERY, Writer, together
from tests.benchmarks.people import School, signed_in
from tests.benchmarks.server import Site
from tests.factories import LESSON, Factory

CELLS: Final = 350 * 130  # students by moments
FEW: Final = 10  # times as few students
WORKING: Final = 40  # students who save while an instructor looks
ANSWERS: Final = 1_000_000  # rows of the whole site
OPENED: Final = 7  # times that a page is opened
AT_ONCE: Final = 20_000  # rows in one statement


@dataclass(frozen=True, slots=True)
class Room:
    """A group whose students did most of every lesson."""

    instructor: Person
    learners: int
    url: str

    @property
    def everything(self) -> str:
        """The page with a column for every moment."""
        return f"{self.url}?moments=all"


def gather(make: Factory, school: School) -> tuple[Room, Room]:
    """A group with as many cells as 350 students with 130 moments, and one of a tenth of it."""
    moments = sum(len(edition.lesson.steps) for edition in school.editions)
    learners = -(-CELLS // moments)
    return _room(make, learners), _room(make, learners // FEW)


def _room(make: Factory, learners: int) -> Room:
    with make.together():
        teacher = make.instructor()
        people = [make.learner() for _learner in range(learners)]
        group = make.group(instructors=[teacher], learners=people)
        library = editions.library().editions
        stored = {slug: make.stored_edition(edition) for slug, edition in library.items()}
        lots = random.Random(1)
        runs = [
            {
                "user_id": user.id,
                "lesson": slug,
                "run": 1,
                "edition_id": stored[slug].id,
                "last_step": edition.lesson.steps[-1].slug,
                "steps_total": len(edition.lesson.steps),
                "steps_done": len(edition.lesson.steps) - 1,
            }
            for user, (slug, edition) in product(people, library.items())
        ]
        db.session.execute(insert(Enrolment), runs)
        mine = (
            select(Enrolment.id, Enrolment.lesson)
            .join(Membership, Membership.user_id == Enrolment.user_id)
            .where(Membership.group_id == group.id, Membership.part == Part.LEARNER)
        )
        done = [
            {
                "enrolment_id": run,
                "step": step.slug,
                "done_at": now() - timedelta(days=lots.randrange(60)),
            }
            for run, lesson in db.session.execute(mine).all()
            for step in library[lesson].lesson.steps[:-1]
        ]
        db.session.execute(insert(StepDone), done)
    return Room(signed_in(make.app, teacher), learners, f"/teach/groups/{group.id}/progress")


def fill(make: Factory) -> None:
    """A million answers, as a site has after some years: none of them is of these groups."""
    run = make.enrolment(make.learner())
    with make.together():
        for start in range(0, ANSWERS, AT_ONCE):
            rows = [
                {
                    "user_id": run.user_id,
                    "enrolment_id": run.id,
                    "lesson": LESSON,
                    "step": "wie-telt-mee",
                    "question": "een-vraag",
                    "attempt": number,
                    "given": "een-antwoord",
                    "numerator": 1,
                    "denominator": 1,
                    "maximum": 1,
                }
                for number in range(start, start + AT_ONCE)
            ]
            db.session.execute(insert(Answer), rows)


def opening(url: str, who: Person, site: Site) -> float:
    """How many milliseconds a page takes, in the middle."""
    with connected(site.port) as connection:
        return median(_milliseconds(connection, url, who) for _time in range(OPENED))


def _milliseconds(connection: Connection, url: str, who: Person) -> float:
    began = time.perf_counter()
    connection.get(url, who)
    return 1000 * (time.perf_counter() - began)


def workers(make: Factory, school: School) -> list[Writer]:
    """Students who write, and whose page saves it every few seconds."""
    step = next(step.slug for step in school.editions[0].lesson.steps if step.kind == "reflect")
    with make.together():
        learners = [make.learner() for _writer in range(WORKING)]
        for learner in learners:
            make.enrolment(learner)
    url = f"/lessons/{LESSON}/{step}/draft"
    return [Writer(signed_in(school.app, learner), url) for learner in learners]


def while_they_work(writers: Sequence[Writer], room: Room, site: Site) -> float:
    """As :func:`opening`, while these save."""
    crowd = threading.Thread(target=together, args=(writers, site, 3 * EVERY))
    crowd.start()
    time.sleep(EVERY)  # until all of them have begun
    took = opening(room.everything, room.instructor, site)
    crowd.join()
    return took
