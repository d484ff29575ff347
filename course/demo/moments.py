"""The part of a sheet that says when lessons are due, and who has more time."""

from typing import Annotated

from pydantic import Field

from course.curriculum.schema import Content, Slug, Text
from course.schedule.models import LONGEST_REASON, WHOLE_LESSON

# Days from today: a deadline that has passed is before 0. So the demo is never out of date.
Ahead = Annotated[int, Field(strict=True, ge=-20, le=60)]


class More(Content):
    """Somebody has longer than the group."""

    name: Text
    due: Ahead
    reason: Annotated[Text, Field(max_length=LONGEST_REASON)]


class Moment(Content):
    """When a lesson, or one of its steps, opens and is due."""

    lesson: Slug
    step: Slug = WHOLE_LESSON
    opens: Ahead | None = None
    due: Ahead
    more: tuple[More, ...] = ()
