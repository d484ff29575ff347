"""What the clients ask of the site: for each of them the tasks that it does one after the other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from itertools import count, repeat
from json import loads
from typing import Final

from course.curriculum.edition import QuizEdition
from course.curriculum.schema import ScaleStep
from course.domain import branching
from course.quizzes import attempts
from course.quizzes import editions as quizzes
from tests.benchmarks import bare
from tests.benchmarks.load import NOBODY, Connection, Person, Task
from tests.benchmarks.people import School
from tests.factories import QUIZ

Work = Callable[[int], list[Iterator[Task]]]  # number of clients → the tasks of each

# About as long as half a reflection.
TEXT: Final = "Ik ging er zelf heen en vroeg wat er aan de hand was. " * 15


def asking(path: str, person: Person = NOBODY) -> Work:
    """Everybody asks for the same page."""

    def ask(connection: Connection) -> None:
        connection.get(path, person)

    return lambda clients: [repeat(ask) for _client in range(clients)]


def lesson_pages(school: School) -> dict[str, str]:
    """A page of each kind of step in the first lesson, by what it shows the student."""
    lesson = school.editions[0].lesson
    of_kind: dict[str, list[str]] = {}
    for step in lesson.steps:
        of_kind.setdefault(step.kind, []).append(f"/lessons/{lesson.slug}/{step.slug}")
    return {
        "read": of_kind["read"][1],
        "scale, weighing again": of_kind["weigh-again"][0],
        "scale, after weighing": of_kind["scale"][0],
        "question, to answer": of_kind["question"][-1],
        "question, answered": of_kind["question"][0],
        "reflect": of_kind["reflect"][0],
    }


def saving_nothing(clients: int) -> list[Iterator[Task]]:
    """Everybody saves something that takes no thought."""

    def save(connection: Connection) -> None:
        connection.post(bare.SAVE, {}, expect=HTTPStatus.NO_CONTENT)

    return [repeat(save) for _client in range(clients)]


def saving_drafts(school: School) -> Work:
    """Each client is a learner whose reflection is saved while they write."""
    lesson = school.editions[0].lesson
    step = next(step.slug for step in lesson.steps if step.kind == "reflect")

    def writing(person: Person) -> Iterator[Task]:
        revision = school.revision(person, lesson.slug, step)

        def save(number: int, connection: Connection) -> None:
            nonlocal revision
            fields = {"text": f"{TEXT}{number}", "revision": str(revision)}
            path = f"/lessons/{lesson.slug}/{step}/draft"
            answer = connection.post(path, fields, person, expect=HTTPStatus.OK)
            revision = loads(answer)["revision"]

        return (partial(save, number) for number in count())

    return lambda clients: [writing(person) for person in school.learners[:clients]]


def answering(school: School) -> Work:
    """Each client is a learner who writes an answer in a quiz, saved with each pause."""
    with school.app.app_context():
        edition = quizzes.current(QUIZ)
        if edition is None:
            raise LookupError(QUIZ)
        essay = next(item.slug for item in edition.quiz.items if item.type == "essay")
        urls = {
            person.user_id: f"/attempts/{_attempt(person, edition)}/save"
            for person in school.learners
        }

    def writing(person: Person) -> Iterator[Task]:
        revision = 0

        def save(number: int, connection: Connection) -> None:
            nonlocal revision
            fields = {"page": essay, "revision": str(revision), essay: f"{TEXT}{number}"}
            answer = connection.post(urls[person.user_id], fields, person, expect=HTTPStatus.OK)
            revision = loads(answer)["revision"]

        return (partial(save, number) for number in count())

    started = {person.user_id: writing(person) for person in school.learners}
    return lambda clients: [started[person.user_id] for person in school.learners[:clients]]


def _attempt(person: Person, edition: QuizEdition) -> str:
    row = attempts.begin(person.user_id, edition, None)
    if isinstance(row, attempts.Refused):
        raise TypeError(row.why)
    return row.public_id


def choosing(school: School, *, after: int) -> Work:
    """Each learner who is so far in a case plays it to its end, once: their choices only."""
    slug, game = school.case
    state, way = branching.begin(game), []
    while offered := branching.available(game, state):
        way.append(offered[0].slug)
        state = branching.step(game, state, way[-1])

    def choose(place: int, person: Person, connection: Connection) -> None:
        fields = {"option": way[place], "at": str(after + place)}
        connection.post(f"/cases/{slug}/choose", fields, person)

    def plays(people: Sequence[Person]) -> Iterator[Task]:
        return (partial(choose, place, person) for person in people for place in range(len(way)))

    return lambda clients: [
        plays(school.players[after][first::clients]) for first in range(clients)
    ]


def weighing(school: School) -> Work:
    """The clients hand in a weighing of each learner at each scale, once."""
    sheets = [
        (f"/lessons/{edition.lesson.slug}/{step.slug}", _filled_in(step), person)
        for edition in school.editions
        for step in edition.lesson.steps
        if isinstance(step, ScaleStep)
        for person in school.learners
    ]

    def weigh(path: str, fields: Mapping[str, str], person: Person, connection: Connection) -> None:
        connection.post(path, fields, person)

    return lambda clients: [
        (partial(weigh, *sheet) for sheet in sheets[first::clients]) for first in range(clients)
    ]


def _filled_in(scale: ScaleStep) -> dict[str, str]:
    weights = {
        f"{side}-{consideration.slug}": weight
        for side, weight in (("agreement", "1"), ("client", "3"))
        for consideration in getattr(scale, side)
    }
    words = {"action": scale.actions[0].slug, "reason": "Hij meldt zich wel.", "revision": "0"}
    return {**weights, **words}
