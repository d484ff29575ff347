"""The part of a sheet that is about quizzes: which were set, and how each learner took them."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from course.curriculum.schema import Content, Number, Slug, Text
from course.demo.diary import FIRST_DAY
from course.domain.attempts.regrading import Apply
from course.quizzes.models import LONGEST_REASON
from course.quizzes.rekeying import Kind
from course.quizzes.responses import Kept
from course.quizzes.rules import Feedback, Rules

LONGEST_WORK: Final = 60  # minutes ago that somebody who is working now can have begun


def with_blank_lines(text: str) -> str:
    """Paragraphs as people type them: a folded text in YAML keeps one line end between two."""
    return text.replace("\n", "\n\n")


Days = Annotated[int, Field(strict=True, ge=1, lt=FIRST_DAY)]  # ago
Percent = Annotated[int, Field(strict=True, ge=0, le=100)]
Count = Annotated[int, Field(strict=True, ge=1)]
Short = Annotated[Text, Field(max_length=LONGEST_REASON)]
Written = Annotated[Text, AfterValidator(with_blank_lines)]
Drawable = Annotated[Text, Field(pattern=r"^[ -~]+$")]  # the font has no letters with accents
Whole = Annotated[int, Field(strict=True)]
Said = Whole | Written | tuple[Slug, ...] | dict[Slug, Whole | Text]


def as_kept(said: int | str | tuple[str, ...] | Mapping[str, int | str]) -> Kept:
    """What a sheet says as an attempt keeps it: everything is text, as from a form."""
    if isinstance(said, Mapping):
        return {slug: str(part) for slug, part in said.items()}
    return list(said) if isinstance(said, tuple) else str(said)


# --- One attempt ---------------------------------------------------------------------------


class Ending(StrEnum):
    """What became of an attempt."""

    HANDED_IN = "handed-in"
    RAN_OUT = "ran-out"  # the time was up first
    WORKING = "working"  # at this very moment


class Judged(Content):
    """What the instructor gave for the text that somebody wrote."""

    points: Number
    comment: Text

    @property
    def exact(self) -> Fraction:
        """The points, exact."""
        return Fraction(Decimal(self.points))


class Drawing(Content):
    """A picture that somebody hands in: who is around whom, and what is missing."""

    name: Text  # of the file
    middle: Drawable
    around: Annotated[tuple[Drawable, ...], Field(min_length=2, max_length=8)]  # "who: what"
    gap: Drawable


class Try(Content):
    """One attempt; what is not told of its answers is drawn, with this chance to be right."""

    ago: Days | None = None  # days; None: today, for who is working now
    minutes_ago: Annotated[int, Field(strict=True, ge=1, le=LONGEST_WORK)] | None = None
    ending: Ending = Ending.HANDED_IN
    reached: Count | None = None  # so many items first, and those told of below; None: all
    skill: Percent
    near: Slug  # member of the example panel whose weighings theirs are like
    answers: dict[Slug, Said] = Field(default_factory=dict)  # by item
    drawn: dict[Slug, Drawing] = Field(default_factory=dict)  # by item that asks for a file
    reasons: dict[Slug, Short] = Field(default_factory=dict)  # by weighing
    sure: dict[Slug, Annotated[int, Field(strict=True, ge=1, le=3)]] = Field(default_factory=dict)
    flagged: tuple[Slug, ...] = ()
    judged: Judged | None = None

    @model_validator(mode="after")
    def _began_once(self) -> Self:
        working = self.ending is Ending.WORKING
        if working != (self.minutes_ago is not None) or working != (self.ago is None):
            raise ValueError("say 'ago', or 'minutes_ago' with 'ending: working'")
        return self


# --- A quiz that was set -------------------------------------------------------------------


class Extra(Content):
    """What one learner gets beside the rules."""

    name: Text
    extra_time: Percent
    reason: Text


class NewKey(Content):
    """Another key for one item, after people had answered."""

    item: Slug
    kind: Kind
    expected: Text = ""
    tolerance: Text = ""
    mode: Apply = Apply.NOT_LOWER
    ago: Days
    reason: Short


class SetQuiz(Content):
    """A quiz that the instructor set for the group: a test, of which the results are given."""

    quiz: Slug
    opened: Days
    closes: Annotated[int, Field(strict=True, gt=-FIRST_DAY, le=60)]  # days from now; -2: ago
    given: Days | None = None  # None: the results were not given yet
    attempts: Count = 1
    minutes: Count
    # Percents on top of the skill that somebody has: below 0 for an item that is hard.
    shift: dict[Slug, Annotated[int, Field(strict=True, ge=-100, le=100)]] = Field(
        default_factory=dict
    )
    luck: dict[Slug, Percent] = Field(default_factory=dict)  # a chance that is everybody's
    # What is typed by who does not know: by item, or by item and gap with a point between.
    slips: dict[str, tuple[Text, ...]] = Field(default_factory=dict)
    extra: tuple[Extra, ...] = ()
    keys: tuple[NewKey, ...] = ()

    @property
    def rules(self) -> Rules:
        """As the sitting keeps them."""
        return Rules(feedback=Feedback.TEST, attempts=self.attempts, minutes=self.minutes)
