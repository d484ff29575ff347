"""The shape of a case file: a story that branches, with everything that is read in it.

One file a case, ``content/cases/<slug>.yaml``, so that it can be read from top to bottom. What a
choice needs and does is written in short sentences of a fixed form ("vertrouwen >= 2", "in 12 weeks
terug if vertrouwen >= 1"); there are no free expressions. :meth:`CaseFile.to_play` makes of it what
:mod:`course.domain.branching` plays.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from course.curriculum.schema import Content, Flag, Minutes, Number, Slug, Texts
from course.domain import branching
from course.domain.branching import (
    ALWAYS,
    Add,
    Condition,
    Effect,
    Is,
    Kind,
    Must,
    Note,
    Op,
    Put,
    Schedule,
    Seen,
    StartClock,
    Week,
)
from course.domain.words import count_words

Whole = Annotated[int, Field(strict=True, ge=-1000, le=1000)]
Hours = Annotated[Number, Field(ge=0, le=40)]
LANGUAGES: Final = ("nl", "en")
MINUTES_IN_HOUR: Final = 60


# --- The short sentences -------------------------------------------------------------------

_SLUG: Final = r"[a-z][a-z0-9-]{1,39}"
_COMPARED: Final = re.compile(
    rf"(?:(?P<seen>seen) )?(?P<subject>{_SLUG}) (?P<op>==|!=|<=|>=|<|>) (?P<number>-?\d{{1,4}})"
)
_CHANGE: Final = re.compile(rf"(?P<subject>{_SLUG}) (?P<how>[+=-]) (?P<number>-?\d{{1,4}})")
_START: Final = re.compile(rf"start (?P<subject>{_SLUG})")
_NOTE: Final = re.compile(rf"note (?P<subject>{_SLUG})")
_LATER: Final = re.compile(
    rf"in (?P<weeks>\d{{1,3}}) weeks? (?P<event>{_SLUG})"
    r"(?: with (?P<percent>\d{1,3})%)?(?: if (?P<conditions>.+))?"
)


def read_condition(text: str) -> Condition:
    """A condition from its sentence. Raises :exc:`ValueError` with what to write instead."""
    found = _COMPARED.fullmatch(text)
    if found is None:
        raise ValueError(
            f"{text!r} is not a condition: write 'vertrouwen >= 2', 'seen deur >= 1' or "
            "'week >= 10'"
        )
    op, number = Op(found["op"]), int(found["number"])
    if found["seen"]:
        return Seen(found["subject"], op, number)
    if found["subject"] == "week":
        return Week(op, number)
    return Is(found["subject"], op, number)


def read_effect(text: str) -> Effect:
    """An effect from its sentence. Raises :exc:`ValueError` with what to write instead."""
    if found := _CHANGE.fullmatch(text):
        name, number = found["subject"], int(found["number"])
        match found["how"]:
            case "=":
                return Put(name, number)
            case "+":
                return Add(name, number)
        return Add(name, -number)
    if found := _START.fullmatch(text):
        return StartClock(found["subject"])
    if found := _NOTE.fullmatch(text):
        return Note(found["subject"])
    if found := _LATER.fullmatch(text):
        percent = int(found["percent"] or 100)
        if not 1 <= percent <= ALWAYS:
            raise ValueError(f"{percent}% is no chance: write 1 to 100")
        asked = found["conditions"].split(" and ") if found["conditions"] else []
        conditions = tuple(read_condition(item) for item in asked)
        return Schedule(found["event"], int(found["weeks"]), conditions, percent)
    raise ValueError(
        f"{text!r} does nothing we know: write 'vertrouwen + 1', 'gesloten = 1', 'start stilte', "
        "'note kaartje' or 'in 12 weeks terug if vertrouwen >= 1'"
    )


def _checked_condition(text: str) -> str:
    read_condition(text)
    return text


def _checked_effect(text: str) -> str:
    read_effect(text)
    return text


Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
ConditionText = Annotated[Sentence, AfterValidator(_checked_condition)]
EffectText = Annotated[Sentence, AfterValidator(_checked_effect)]


# --- What stands on the ledgers ------------------------------------------------------------


class Words(Content):
    """How a value is said, from this value up to the next one in the list."""

    at: Whole
    text: Texts


class CaseVariable(Content):
    """Something that the case remembers. With a ``side`` it stands on that ledger, in words."""

    name: Slug
    min: Whole = 0
    max: Whole
    start: Whole = 0
    clock: Flag = False  # counts weeks, once started
    side: Literal["hard", "soft"] | None = None
    label: Texts | None = None
    words: tuple[Words, ...] = ()
    less_is_more: Flag = False  # for who counts: fewer is better, as with a waiting list

    @model_validator(mode="after")
    def _can_be_told(self) -> Self:
        if not self.min <= self.start <= self.max or self.min >= self.max:
            raise ValueError(f"variable {self.name!r} needs min < max, with start between them")
        if self.side is None:
            return self
        if self.label is None or not self.words:
            raise ValueError(
                f"variable {self.name!r} stands on a ledger: give it a label, and words from "
                f"{self.min} on"
            )
        places = [item.at for item in self.words]
        if places[0] != self.min or places != sorted(set(places)) or places[-1] > self.max:
            raise ValueError(
                f"the words of {self.name!r} must begin at {self.min} and go up, to {self.max} at "
                "most"
            )
        return self

    def said(self, value: int, language: str) -> str:
        """A value in words; empty for a variable that is on no ledger."""
        fitting = [item.text[language] for item in self.words if item.at <= value]
        return fitting[-1] if fitting else ""


# --- What happens --------------------------------------------------------------------------

Argument = Literal[
    "legal", "data", "economic", "narrative", "fairness", "risk", "experiment", "boundary", "listen"
]


class CaseOption(Content):
    """Something that a worker says or does here, in a worker's words."""

    slug: Slug
    text: Texts
    to: Slug  # a node, or "resume"
    weeks: Annotated[int, Field(strict=True, ge=0, le=104)] = 0
    hours: Hours = Decimal(0)
    needs: tuple[ConditionText, ...] = ()
    does: tuple[EffectText, ...] = ()
    score: Whole = 0
    once: Flag = False
    hidden: Flag = False  # when it is not available
    consult: Flag = False  # talking it over with somebody first
    locked: Texts | None = None  # why it is not available, where it is shown as such
    feedback: Texts | None = None  # what this did, in a sentence
    hard: Texts | None = None  # what the figures say of it afterwards
    soft: Texts | None = None  # what it meant for the client
    argument: Argument | None = None  # in a dialogue: the kind of argument
    line: Texts | None = None  # in a dialogue: the sentence that goes into the letter or the note


class Outcome(Content):
    """How it ended, for whom."""

    client: Texts
    worker: Texts
    agreement: Texts


class CaseNode(Content):
    """A moment: place and time, what happens, what one knows and does not know."""

    slug: Slug
    kind: Kind
    title: Texts
    place: Texts | None = None  # "Week 6, aan de deur"
    text: Texts  # paragraphs, with an empty line between them
    known: tuple[Texts, ...] = ()
    unknown: tuple[Texts, ...] = ()
    does: tuple[EffectText, ...] = ()  # each time it is entered
    must: Must | None = None
    options: Annotated[tuple[CaseOption, ...], Field(max_length=5)] = ()
    outcome: Outcome | None = None  # of an end
    account: Texts | None = None  # of an end: how the client looks back, in their own words
    satisfied: Annotated[int, Field(strict=True, ge=1, le=5)] | None = None  # the client, of an end

    @model_validator(mode="after")
    def _is_what_it_says(self) -> Self:
        if self.kind is Kind.END:
            if self.options:
                raise ValueError(f"end {self.slug!r} has options: remove them, or the kind")
            if self.outcome is None or self.account is None or self.satisfied is None:
                raise ValueError(
                    f"end {self.slug!r} needs an outcome, an account of the client, and how "
                    "satisfied they are (1 to 5)"
                )
            return self
        if self.outcome or self.account or self.satisfied:
            raise ValueError(f"node {self.slug!r} is no end: outcome and account belong to an end")
        if not self.options:
            raise ValueError(f"node {self.slug!r} has no options: add one, or make it an end")
        if self.kind is Kind.DECISION and len(self.options) < 2:  # noqa: PLR2004 - a choice is two
            raise ValueError(
                f"decision {self.slug!r} has one option: add another, or make it a scene"
            )
        if self.kind is not Kind.SCENE:
            for option in self.options:
                if not (option.feedback and option.hard and option.soft):
                    raise ValueError(
                        f"option {option.slug!r} of {self.slug!r} needs feedback, hard and soft: "
                        "what it did, for the figures and for the client"
                    )
        return self


class Person(Content):
    """Somebody in the case; invented."""

    name: Texts
    about: Texts


class Voice(Content):
    """Somebody who looks at it from outside; invented, and labelled so."""

    who: Texts
    text: Texts


class Dossier(Content):
    """What lies open while one plays."""

    client: Texts
    agreement: Texts
    people: Annotated[tuple[Person, ...], Field(min_length=1, max_length=8)]


class CaseNote(Content):
    """A line that is added to the dossier on the way."""

    slug: Slug
    text: Texts


class Counterpart(Content):
    """Who one talks with in a dialogue, and what comes of it."""

    name: Texts
    role: Texts
    paper: Literal["note", "letter"]  # to copy or print: a talking note, or a letter
    opening: Texts
    closing: Texts


class CaseFile(Content):
    """A case, complete."""

    slug: Slug
    title: Texts
    summary: Texts
    minutes: Minutes  # of playing, about
    values: Annotated[tuple[Literal["w1", "w2", "w3", "w4", "w5"], ...], Field(min_length=1)]
    sources: tuple[Slug, ...] = ()
    dossier: Dossier
    counterpart: Counterpart | None = None  # in a dialogue
    variables: Annotated[tuple[CaseVariable, ...], Field(min_length=1, max_length=12)]
    notes: tuple[CaseNote, ...] = ()
    start: Slug
    nodes: Annotated[tuple[CaseNode, ...], Field(min_length=2, max_length=100)]
    expert: Voice
    counter: Voice
    question: Texts  # to take along into the reflection

    @model_validator(mode="after")
    def _refers_to_what_there_is(self) -> Self:
        names = {item.name for item in self.variables}
        nodes = {item.slug for item in self.nodes}
        notes = {item.slug for item in self.notes}
        for slugs, what in (
            ([item.name for item in self.variables], "variables"),
            ([item.slug for item in self.nodes], "nodes"),
            ([item.slug for item in self.notes], "notes"),
            *(
                ([item.slug for item in node.options], f"options of {node.slug!r}")
                for node in self.nodes
            ),
        ):
            for slug in slugs:
                if slugs.count(slug) > 1:
                    raise ValueError(f"two {what} are called {slug!r}: give each a name of its own")
        if reserved := (names | nodes) & {"week", "seen", branching.RESUME, "start", "note", "in"}:
            raise ValueError(
                f"{min(reserved)!r} has a meaning of its own here: choose another name"
            )
        clocks = {item.name for item in self.variables if item.clock}
        for place, effect in self._effects():
            match effect:
                case Put(name, _) | Add(name, _) if name not in names:
                    raise ValueError(f"{place} changes {name!r}, which is no variable: declare it")
                case StartClock(name) if name not in clocks:
                    raise ValueError(f"{place} starts {name!r}, which is no clock: 'clock: true'")
                case Note(note) if note not in notes:
                    raise ValueError(f"{place} adds note {note!r}, which is not written: add it")
                case _:
                    pass
        for place, condition in self._conditions():
            match condition:
                case Is(name, _, _) if name not in names:
                    raise ValueError(f"{place} looks at {name!r}, which is no variable: declare it")
                case Seen(slug, _, _) if slug not in nodes:
                    raise ValueError(
                        f"{place} looks at node {slug!r}, which there is not: write it"
                    )
                case _:
                    pass
        return self

    def _effects(self) -> Iterator[tuple[str, Effect]]:
        for node in self.nodes:
            for text in node.does:
                yield f"node {node.slug!r}", read_effect(text)
            for option in node.options:
                for text in option.does:
                    yield f"option {option.slug!r} of {node.slug!r}", read_effect(text)

    def _conditions(self) -> Iterator[tuple[str, Condition]]:
        for node in self.nodes:
            for option in node.options:
                for text in option.needs:
                    yield f"option {option.slug!r} of {node.slug!r}", read_condition(text)
        for place, effect in self._effects():
            if isinstance(effect, Schedule):
                yield from ((place, condition) for condition in effect.conditions)

    def node(self, slug: str) -> CaseNode:
        """The node with this slug. Raises :exc:`KeyError` when there is none."""
        for item in self.nodes:
            if item.slug == slug:
                return item
        raise KeyError(slug)

    def variable(self, name: str) -> CaseVariable:
        """The variable with this name. Raises :exc:`KeyError` when there is none."""
        for item in self.variables:
            if item.name == name:
                return item
        raise KeyError(name)

    def to_play(self, language: str = "nl") -> branching.Case:
        """The case as the domain plays it; ``language`` only decides which words are counted."""
        return branching.Case(
            start=self.start,
            variables=tuple(
                branching.Variable(
                    name=item.name,
                    minimum=item.min,
                    maximum=item.max,
                    initial=item.start,
                    is_clock=item.clock,
                    is_shown=item.side is not None,
                )
                for item in self.variables
            ),
            nodes=tuple(_playable_node(node, language) for node in self.nodes),
        )

    def gains(self, values: tuple[int, ...]) -> tuple[int, ...]:
        """What an end is worth on each ledger variable, more being better."""
        return tuple(
            -value if item.less_is_more else value
            for item, value in zip(self.variables, values, strict=True)
            if item.side is not None
        )


def _playable_node(node: CaseNode, language: str) -> branching.Node:
    return branching.Node(
        slug=node.slug,
        kind=node.kind,
        on_enter=tuple(map(read_effect, node.does)),
        must=node.must,
        words=sum(
            count_words(text[language])
            for text in (node.title, node.text, *node.known, *node.unknown)
        ),
        options=tuple(_playable_option(option, language) for option in node.options),
    )


def _playable_option(option: CaseOption, language: str) -> branching.Option:
    read = (option.text, option.feedback)
    return branching.Option(
        slug=option.slug,
        target=option.to,
        conditions=tuple(map(read_condition, option.needs)),
        effects=tuple(map(read_effect, option.does)),
        weeks=option.weeks,
        minutes=int(option.hours * MINUTES_IN_HOUR),
        score=option.score,
        once=option.once,
        is_hidden=option.hidden,
        words=sum(count_words(text[language]) for text in read if text),
    )


def paragraphs(text: str) -> list[str]:
    """A text of a case as paragraphs; an empty line parts them."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
