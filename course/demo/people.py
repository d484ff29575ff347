"""Who is in the demo, and what each of them thinks and writes: a sheet per group beside this file.

Everybody on the sheets is invented. A sheet tells how far somebody is in a lesson and gives the
words that nobody else can make up: reasons and reflections. The rest follows from the lesson.
"""

import unicodedata
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from course.curriculum import advice, positions
from course.curriculum.positions import ContentErrors
from course.curriculum.schema import Content, Slug, Text
from course.demo.diary import LEARNING_DAYS
from course.demo.instructing import Booked, Sent
from course.demo.moments import Moment
from course.demo.tries import SetQuiz, Short, Try, Written
from course.domain.weighing.scale import Side
from course.groups.actions import ALPHABET, CODE_LENGTH

PASSWORD: Final = "weegschaal-demo"  # noqa: S105 - of everybody in the demo, and printed by it
INSTRUCTOR: Final = ("M. Verbeek", "docent@example.org")
COLLEAGUE: Final = ("R. Tuinman", "collega@example.org")  # reads second
STUDENT = "student@example.org"  # whose sheet is in one of the groups
SHEETS: Final = (Path(__file__).parent / "sw-2b.yaml", Path(__file__).parent / "wijkteam.yaml")


class Stage(StrEnum):
    """How far somebody is in a lesson, whatever its steps are called."""

    LOOKED = "looked"  # the first step
    WEIGHED = "weighed"  # up to and including the first scale
    HALF = "half"  # half of the steps
    ANSWERING = "answering"  # in the middle of the last questions
    WRITING = "writing"  # in the middle of the reflection
    DONE = "done"


class Opinion(Content):
    """How somebody weighs, in their own words."""

    leans: Side | None = None  # of weighing again: None puts the same weights on the scale
    heavy: tuple[Slug, ...] = ()  # considerations that get 3 or 4
    action: Slug
    reason: Short
    reply: Short | None = None  # to the voice against


class Reflection(Content):
    """What somebody wrote: handed in by who is done, a draft of who is still writing."""

    text: Written
    withdrawn: Written | None = None  # an earlier version, handed in and taken back


class Way(Content):
    """How somebody goes through a lesson; opinions and reflections by step."""

    stage: Stage
    opinions: dict[Slug, Opinion] = Field(default_factory=dict)
    reflections: dict[Slug, Reflection] = Field(default_factory=dict)


class Learner(Content):
    """Somebody who learns."""

    name: Text
    email: Text | None = None  # None: made of the name
    language: Literal["nl", "en"] | None = None
    # All of it happened in the last so many days.
    days: Annotated[int, Field(strict=True, ge=1, le=LEARNING_DAYS)] = LEARNING_DAYS
    # In the order in which they are done.
    lessons: dict[Slug, Way] = Field(default_factory=dict)
    quizzes: dict[Slug, tuple[Try, ...]] = Field(default_factory=dict)  # first attempt first

    @property
    def address(self) -> str:
        """The e-mail address: first.last@demo.example.org, without accents."""
        if self.email:
            return self.email
        decomposed = unicodedata.normalize("NFKD", self.name.lower())
        first, *rest = decomposed.encode("ascii", "ignore").decode().split()
        return f"{first}.{''.join(rest)}@demo.example.org"


class Sheet(Content):
    """A group with its code, its learners, and the quizzes that were set for it."""

    name: Text
    code: Annotated[str, Field(pattern=rf"^[{ALPHABET}]{{{CODE_LENGTH}}}$")]
    quizzes: tuple[SetQuiz, ...] = ()
    moments: tuple[Moment, ...] = ()
    gradebook: Booked | None = None
    letters: tuple[Sent, ...] = ()
    # Student numbers count on from here, one for each learner; None: this group has none.
    numbers_from: Annotated[int, Field(strict=True, ge=1, le=900_000)] | None = None
    learners: Annotated[tuple[Learner, ...], Field(min_length=1)]


def sheets() -> list[Sheet]:
    """The groups of the demo. Raises :exc:`ContentErrors` that names file and line."""
    return [read(path) for path in SHEETS]


def read(path: Path) -> Sheet:
    """One sheet. Raises :exc:`ContentErrors` that names file and line."""
    data, lines = positions.load(path, shown=path.name)
    try:
        return Sheet.model_validate(data)
    except ValidationError as error:
        raise ContentErrors(advice.explain(error, Sheet, lines, path.name)) from error
