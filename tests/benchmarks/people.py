"""A course with people in it: the demo, and a group of everybody, in which all have begun."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import delete, event, func, select

from course import demo
from course.accounts.models import User
from course.app import create_app
from course.cases import editions as cases
from course.cases.actions import stored_edition_id
from course.cases.models import Playthrough, Turn
from course.cli import MIGRATIONS
from course.config import Settings
from course.core.access import Role
from course.core.db import add_migrations, db
from course.curriculum.edition import Edition
from course.curriculum.schema import ScaleStep
from course.domain import branching
from course.domain.branching import ALWAYS, Case
from course.groups.models import Group
from course.lessons import actions, editions
from course.lessons.models import Draft, Enrolment, StepDone
from course.weighings.models import GroupPicture, Weighing
from tests.benchmarks import bare
from tests.benchmarks.load import NOBODY, Person, WrongAnswer
from tests.factories import Factory

STUDENT: Final = "student@example.org"
LEARNERS: Final = 30  # in the group
LONG_TRAIL: Final = 200  # choices
TOKEN: Final = re.compile(r'name="csrf_token" value="([^"]+)"')


@cache
def factory_of(app: Flask) -> Factory:
    """The one factory of this app: another one would give the same addresses out again."""
    return Factory(app)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a page takes besides time."""

    queries: int
    kilobytes: float  # compressed, as it is sent


@dataclass(frozen=True, slots=True)
class School:
    """The people of a site, and the app in this process, to look into their database with."""

    app: Flask
    group: Group
    instructor: Person
    student: Person
    learners: Sequence[Person]

    @property
    def editions(self) -> list[Edition]:
        with self.app.app_context():
            return list(editions.library().editions.values())

    @property
    def case(self) -> tuple[str, Case]:
        """A case in which chance decides nothing, as it is played."""
        with self.app.app_context():
            games = {slug: item.playable for slug, item in editions.library().cases.items()}
        return next(
            (slug, game)
            for slug, game in games.items()
            if all(item.percent == ALWAYS for item in game.schedules)
        )

    @property
    def players(self) -> dict[int, Sequence[Person]]:
        """Half of the learners at the start of the case, half after a trail that is long."""
        return {0: self.learners[::2], LONG_TRAIL: self.learners[1::2]}

    def begin_cases(self) -> None:
        """Everybody is at the start of the case again, whatever trail they have."""
        slug, game = self.case
        plain = branching.to_plain(branching.begin(game))
        with self.app.app_context():
            edition = cases.current(slug)
            if edition is None:
                raise LookupError(f"no case {slug!r}")
            db.session.execute(delete(Playthrough).where(Playthrough.slug == slug))
            for trail, people in self.players.items():
                for person in people:
                    row = Playthrough(
                        user_id=person.user_id,
                        slug=slug,
                        number=1,
                        edition_id=stored_edition_id(edition),
                        head=trail,
                        turns=trail,
                    )
                    db.session.add(row)
                    db.session.flush()
                    db.session.add_all(
                        Turn(
                            playthrough_id=row.id,
                            number=number,
                            parent=number - 1,
                            line=1,
                            node=game.start,
                            option=f"step-{number}",
                            state=plain,
                            changed=[],
                        )
                        for number in range(1, trail + 1)
                    )
            db.session.commit()

    def cost(self, path: str, person: Person = NOBODY) -> Cost:
        """How many statements a page sends to the database, and how large its answer is."""
        statements: list[str] = []

        def record(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith("BEGIN"):
                statements.append(statement)

        with self.app.app_context():
            engine = db.engine
        client = self.app.test_client(use_cookies=False)
        headers = {"Cookie": person.cookie, "Accept-Encoding": "br", "Accept-Language": "nl"}
        client.get(path, headers=headers)  # What is only done once is not counted.
        event.listen(engine, "before_cursor_execute", record)
        try:
            answer = client.get(path, headers=headers)
        finally:
            event.remove(engine, "before_cursor_execute", record)
        if answer.status_code != HTTPStatus.OK:
            raise WrongAnswer(f"GET {path}: {answer.status}")
        return Cost(len(statements), len(answer.data) / 1024)

    def revision(self, person: Person, lesson: str, step: str) -> int:
        """The number of the draft of this learner at a step; 0 where there is none."""
        statement = (
            select(Draft.revision)
            .join(Enrolment, Enrolment.id == Draft.enrolment_id)
            .where(
                Enrolment.user_id == person.user_id,
                Enrolment.lesson == lesson,
                Draft.step == step,
            )
        )
        with self.app.app_context():
            return db.session.scalar(statement) or 0

    def begin_anew(self) -> None:
        """What can be done once can be done again."""
        self.begin_cases()
        self.forget_weighings()

    def forget_weighings(self) -> None:
        """Nobody has weighed anything."""
        scales = [
            step.slug
            for edition in self.editions
            for step in edition.lesson.steps
            if isinstance(step, ScaleStep)
        ]
        with self.app.app_context():
            db.session.execute(delete(Weighing))
            db.session.execute(delete(GroupPicture))
            db.session.execute(delete(StepDone).where(StepDone.step.in_(scales)))
            db.session.commit()

    def weighings(self) -> int:
        """How many weighings are kept."""
        with self.app.app_context():
            return db.session.execute(select(func.count(Weighing.id))).scalar_one()


def gather(settings: Settings) -> School:
    """Make the tables, load the demo, and put thirty of its learners together in one group."""
    app = create_app(settings)
    bare.init_app(app)
    add_migrations(app)
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
        demo.load()
        bare.NOTES.create(db.engine)
        of_demo = list(db.session.scalars(select(User).where(User.is_demo).order_by(User.id)))
        learners = [user for user in of_demo if user.role == Role.LEARNER][:LEARNERS]
        for learner in learners:
            for edition in editions.library().editions.values():
                actions.begin(learner.id, edition, step=edition.lesson.steps[0].slug)
        db.session.remove()
    instructor = next(user for user in of_demo if user.role == Role.INSTRUCTOR)
    student = next(user for user in learners if user.email == STUDENT)
    return School(
        app=app,
        group=factory_of(app).group(instructors=[instructor], learners=learners),
        instructor=signed_in(app, instructor),
        student=signed_in(app, student),
        learners=[signed_in(app, learner) for learner in learners],
    )


def signed_in(app: Flask, user: User) -> Person:
    """Somebody in a browser that is signed in."""
    settings: Settings = app.extensions["settings"]
    client = app.test_client()
    client.set_cookie(
        "__Host-sid", factory_of(app).sign_in(user), domain="bench.example", secure=True
    )
    page = client.get("/home", base_url=settings.base_url)
    cookies = [
        client.get_cookie(name, domain="bench.example") for name in ("__Host-sid", "__Host-form")
    ]
    (token, *_others) = TOKEN.findall(page.text)
    return Person(
        user_id=user.id,
        cookie="; ".join(f"{item.key}={item.value}" for item in cookies if item),
        token=token,
    )
