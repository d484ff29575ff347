"""The shape of everything under ``content/``: what an author may write, and what each thing means.

Every model is frozen and refuses unknown keys, so that a typing error is a message and not a
silently missing paragraph. Every text that a learner reads exists in Dutch and in English.
"""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
# Strict: neither a quoted "30" nor `true` is a number, and neither "yes" nor 1 is `true`.
Minutes = Annotated[int, Field(strict=True, ge=1, le=120)]
Weight = Annotated[int, Field(strict=True, ge=0, le=4)]
Flag = Annotated[bool, Field(strict=True)]


def _plain_number(value: object) -> object:
    """Refuse what Python takes for a number and an author does not mean: 1_000, 1e3."""
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", value):
        raise ValueError(f"{value!r} is not a number: write digits, with a point for decimals")
    return value


Number = Annotated[Decimal, BeforeValidator(_plain_number)]


class Content(BaseModel):
    """What all content has in common: read once, never changed, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Texts(Content):
    """One text in both languages; a missing translation is an error with a line number."""

    nl: Text
    en: Text

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.nl


# --- What lessons refer to -----------------------------------------------------------------


class Seen(StrEnum):
    """How we know what a source says; shown to the reader in words."""

    PAGE = "page"  # read on the page itself
    SECONDHAND = "secondhand"  # read in a page that quotes the source
    KNOWLEDGE = "knowledge"  # general professional knowledge, not looked up


class Source(Content):
    """A publication, ruling, code or column that a text rests on."""

    slug: Slug
    short: Text  # as cited in a sentence: "CBS 2025"
    full: Text  # as in a reference list, in the language of the publication
    seen: Seen
    via: Text | None = None  # for a second-hand source: where it was quoted


class Term(Content):
    """An entry of the glossary."""

    slug: Slug
    term: Texts  # as the glossary prints it, with a capital
    meaning: Texts
    name: Flag = False  # a proper name (Jeugdwet) keeps its capital within a sentence


class Book(Content):
    """An entry of the reading list."""

    slug: Slug
    author: Text
    title: Text
    published: Text  # "Augustus, 2008, 128 p."
    why: Texts  # what it is good for, in one or two sentences


# --- Steps of a lesson ---------------------------------------------------------------------


class Quote(Content):
    """A sentence in the margin, in our own words or quoted, with its source."""

    text: Texts
    source: Slug


class BaseStep(Content):
    """What each kind of step has: a place in the rail, a title, minutes, a story, a margin.

    ``body`` is Markdown. The author writes it in ``<slug>.nl.md`` and ``<slug>.en.md`` beside
    ``lesson.yaml``; the loader puts it here.
    """

    slug: Slug
    title: Texts
    minutes: Minutes
    eyebrow: Texts | None = None  # the small line above the title: "Casus · Jayden, 19"
    body: Texts | None = None
    margin: tuple[Quote, ...] = ()
    terms: tuple[Slug, ...] = ()  # shown in the margin besides the terms linked in the body


class ReadStep(BaseStep):
    """A page to read."""

    kind: Literal["read"]

    @model_validator(mode="after")
    def _has_a_body(self) -> Self:
        if self.body is None:
            raise ValueError("a step to read needs a text: write <slug>.nl.md and <slug>.en.md")
        return self


class Outcome(Content):
    """What an action likely does for whom; a reasoned expectation, never a certainty."""

    client: Texts
    worker: Texts
    agreement: Texts


class Action(Content):
    """Something that can be done, phrased as a worker would say it."""

    slug: Slug
    text: Texts
    outcome: Outcome


class Voice(Content):
    """An example of how somebody could weigh; always labelled as a fictional example voice."""

    role: Texts  # "Outreachend werker, elf jaar ervaring"
    agreement: tuple[Weight, ...]
    client: tuple[Weight, ...]
    action: Slug
    reason: Texts


class Consideration(Content):
    """Something that weighs on one of the two sides."""

    slug: Slug
    text: Texts


class ScaleStep(BaseStep):
    """A weighing: considerations on both sides, an action, a reason. It has no right answer."""

    kind: Literal["scale"]
    question: Texts  # "Wat weegt voor jou het zwaarst?"
    agreement: Annotated[tuple[Consideration, ...], Field(min_length=2, max_length=4)]
    client: Annotated[tuple[Consideration, ...], Field(min_length=2, max_length=4)]
    actions: Annotated[tuple[Action, ...], Field(min_length=2, max_length=5)]
    voices: Annotated[tuple[Voice, ...], Field(min_length=3, max_length=8)]
    code: Texts  # what the code of ethics (values W1-W5) says about both sides
    counter: Texts  # one voice against, to be answered

    @model_validator(mode="after")
    def _is_balanced(self) -> Self:
        if len(self.agreement) != len(self.client):
            raise ValueError(
                f"{len(self.agreement)} considerations for the agreement and {len(self.client)} "
                "for the client: give both sides the same number"
            )
        actions = {action.slug for action in self.actions}
        for voice in self.voices:
            if len(voice.agreement) != len(self.agreement) or len(voice.client) != len(self.client):
                raise ValueError(f"voice {voice.role.nl!r} needs one weight a consideration")
            if voice.action not in actions:
                raise ValueError(
                    f"voice {voice.role.nl!r} chooses unknown action {voice.action!r}: "
                    f"choose one of {', '.join(sorted(actions))}"
                )
            if not any(voice.agreement + voice.client):
                raise ValueError(f"voice {voice.role.nl!r} weighs nothing: one weight above 0")
        return self


class WeighAgainStep(BaseStep):
    """The same weighing once more, later in the lesson; both are kept."""

    kind: Literal["weigh-again"]
    of: Slug  # the scale step earlier in this lesson
    question: Texts  # "Wat heeft je verschoven, of juist niet?", asked with the result


class Option(Content):
    """A possible answer, with what it teaches when chosen."""

    slug: Slug
    text: Texts
    right: Flag = False
    feedback: Texts


class BaseQuestion(Content):
    """What each question has. ``explanation`` is shown to everyone after answering."""

    slug: Slug
    prompt: Texts
    points: Annotated[int, Field(strict=True, ge=1, le=10)] = 1
    explanation: Texts
    sources: tuple[Slug, ...] = ()
    tags: tuple[Slug, ...] = ()  # to find it by in the bank of items
    fictional: Flag = False  # the figures in this question belong to the house scenario


class SingleQuestion(BaseQuestion):
    """Choose one."""

    type: Literal["single"]
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=6)]

    @model_validator(mode="after")
    def _has_one_right_option(self) -> Self:
        if sum(option.right for option in self.options) != 1:
            raise ValueError("mark exactly one option with 'right: true'")
        return self


class MultipleQuestion(BaseQuestion):
    """Choose all that apply."""

    type: Literal["multiple"]
    options: Annotated[tuple[Option, ...], Field(min_length=3, max_length=8)]

    @model_validator(mode="after")
    def _has_right_and_wrong_options(self) -> Self:
        right = sum(option.right for option in self.options)
        if right in {0, len(self.options)}:
            raise ValueError("mark at least one option with 'right: true', and not all of them")
        return self


class Mistake(Content):
    """A number that people often arrive at, and what went wrong on the way."""

    value: Number
    feedback: Texts


class NumberQuestion(BaseQuestion):
    """Give a number; ``tolerance`` is absolute and inclusive, in the unit asked for."""

    type: Literal["number"]
    expected: Number
    tolerance: Annotated[Number, Field(ge=0)] = Decimal(0)
    unit: Texts | None = None
    whole: Flag = False  # only whole numbers are asked, so 23.400 and 23,400 can be understood
    mistakes: tuple[Mistake, ...] = ()


class OrderItem(Content):
    """One of the things to put in order."""

    slug: Slug
    text: Texts


class OrderQuestion(BaseQuestion):
    """Put in order; ``items`` stand in the right order here and shuffled on the page."""

    type: Literal["order"]
    items: Annotated[tuple[OrderItem, ...], Field(min_length=3, max_length=8)]

    @model_validator(mode="after")
    def _slugs_do_not_give_the_order_away(self) -> Self:
        slugs = [item.slug for item in self.items]
        if slugs == sorted(slugs):
            raise ValueError("the slugs stand in alphabetical order, which gives the answer away")
        return self


Question = Annotated[
    SingleQuestion | MultipleQuestion | NumberQuestion | OrderQuestion, Field(discriminator="type")
]


class QuestionStep(BaseStep):
    """One or more questions on one page, checked together; formative, may be tried again."""

    kind: Literal["question"]
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=6)]


class CaseStep(BaseStep):
    """A case to play, within the lesson."""

    kind: Literal["case"]
    case: Slug  # in cases/


class Prompt(Content):
    """One part of the scaffold of a reflection model: its name and what to ask yourself."""

    heading: Texts
    ask: Texts


class ReflectStep(BaseStep):
    """A reflection to write and hand in."""

    kind: Literal["reflect"]
    model: Literal["starr", "korthagen", "gibbs", "dilemma"]
    assignment: Texts  # what to write, in a few sentences
    scaffold: Annotated[tuple[Prompt, ...], Field(min_length=3, max_length=8)]
    minimum_words: Annotated[int, Field(strict=True, ge=20, le=2000)]
    maximum_words: Annotated[int, Field(strict=True, ge=50, le=4000)]
    rubric: Slug | None = None  # what is looked at; shown before one writes
    beside: tuple[Slug, ...] = ()  # scales and cases whose outcome stands beside the text

    @model_validator(mode="after")
    def _minimum_is_below_maximum(self) -> Self:
        if self.minimum_words >= self.maximum_words:
            raise ValueError(
                f"minimum_words {self.minimum_words} must be below {self.maximum_words}"
            )
        return self


Step = Annotated[
    ReadStep | ScaleStep | WeighAgainStep | QuestionStep | CaseStep | ReflectStep,
    Field(discriminator="kind"),
]


# --- Lessons and the course ----------------------------------------------------------------


class Lesson(Content):
    """A lesson: steps in the order of the rail. The folder's name is its slug."""

    slug: Slug
    number: Annotated[int, Field(strict=True, ge=1, le=99)]  # place in the course
    title: Texts
    summary: Texts
    minutes: Minutes  # what a learner needs for all steps together
    goals: Annotated[tuple[Texts, ...], Field(min_length=1, max_length=6)]
    reading: tuple[Slug, ...] = ()
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=30)]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        slugs = [step.slug for step in self.steps]
        for slug in slugs:
            if slugs.count(slug) > 1:
                raise ValueError(f"two steps are called {slug!r}: give each a slug of its own")
        if (total := sum(step.minutes for step in self.steps)) != self.minutes:
            raise ValueError(
                f"the steps take {total} minutes together, not {self.minutes}: make them add up"
            )
        scales: set[str] = set()
        cases: set[str] = set()
        for step in self.steps:
            if isinstance(step, WeighAgainStep) and step.of not in scales:
                raise ValueError(f"step {step.slug!r} weighs {step.of!r} again: no earlier scale")
            if isinstance(step, ReflectStep) and (unknown := set(step.beside) - scales - cases):
                raise ValueError(f"step {step.slug!r} shows unknown scale {min(unknown)!r}")
            if isinstance(step, ScaleStep):
                scales.add(step.slug)
            if isinstance(step, CaseStep):
                cases.add(step.slug)
        return self


class Module(Content):
    """A place in the course; ``lesson`` is empty while the module is still being written."""

    number: Annotated[int, Field(strict=True, ge=1, le=99)]
    title: Texts
    minutes: Minutes
    lesson: Slug | None = None


class Course(Content):
    """The table of contents."""

    title: Texts
    summary: Texts
    modules: Annotated[tuple[Module, ...], Field(min_length=1)]
