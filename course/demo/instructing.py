"""The part of a sheet that says how results of a group make one, and what was written to it."""

from typing import Annotated

from pydantic import Field

from course.curriculum.schema import Content, Flag, Slug, Text
from course.results.models import LONGEST_WORDS


class Excused(Content):
    """Somebody does not have to do something."""

    name: Text
    what: Text  # "<lesson>/<step>", or the slug of a quiz
    ago: Annotated[int, Field(strict=True, ge=0, le=20)]  # days
    reason: Annotated[Text, Field(max_length=LONGEST_WORDS)]


class Booked(Content):
    """How the results of a group make one: weights by what is graded, and excuses."""

    weights: dict[Text, Annotated[int, Field(strict=True, ge=1, le=100)]]
    excused: tuple[Excused, ...] = ()


class Sent(Content):
    """A message that stands ready, sent to some learners of a group."""

    ready: Slug  # of content/messages
    ago: Annotated[int, Field(strict=True, ge=1, le=20)]  # days
    to: tuple[Text, ...] = ()  # names; empty for everybody
    is_opened: Flag = False  # by each who got it
