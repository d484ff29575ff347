"""Who may need somebody in a group, from what is stored: the rules are in the domain.

The learner reads a sign two days before the instructor, with the same words, and can answer it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, literal, select, true
from sqlalchemy.orm import InstrumentedAttribute

from course.core.clock import AMSTERDAM, now
from course.core.db import db
from course.domain import attention
from course.domain.attention import Answer, At, Attention, Due, Facts, Rule, Sign, Term
from course.groups.models import Membership, Part
from course.lessons import editions
from course.reflections.models import HelpRequest
from course.results.lately import Seen
from course.results.models import Contact, SignAnswer
from course.results.stored import Stored

OBJECTION = "objection"  # this rule should not say this about me


@dataclass(frozen=True, slots=True)
class Answered:
    """What a learner said to a sign."""

    rule: str
    subject: str
    why: str
    words: str
    answered_at: datetime

    def as_answer(self) -> Answer:
        """As the rules take it."""
        return Answer(
            rule=Rule(self.rule),
            subject=self.subject,
            at=self.answered_at,
            is_objection=self.why == OBJECTION,
        )


@dataclass(frozen=True, slots=True)
class Note:
    """An instructor was in touch."""

    note: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A learner with signs."""

    user_id: int
    name: str
    signs: Sequence[Sign]
    attention: Attention
    answers: Sequence[Answered] = ()  # what the learner said, also to signs that rest
    contacts: Sequence[Note] = ()  # oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said in a group: to signs, about somebody, and what was asked."""

    answers: dict[int, list[Answered]]  # by learner, oldest first
    contacts: dict[int, list[Note]]
    # What they asked and nobody answered, by learner and place; in whatever group, as a question is
    # asked to all who teach them.
    asked: dict[int, dict[str, datetime]]

    def of(self, user_id: int) -> list[Answer]:
        """The answers of a learner as the rules take them."""
        return [row.as_answer() for row in self.answers.get(user_id, ())]


def said_in(group_id: int, *, user_id: int | None = None) -> Said:
    """What was said in a group, or about one of its learners; one query."""
    return said_of([group_id], user_id=user_id)[group_id]


def said_of(group_ids: Collection[int], *, user_id: int | None = None) -> dict[int, Said]:
    """As :func:`said_in`, by group; one query."""
    answers = select(
        literal("answer").label("what"),
        SignAnswer.group_id,
        SignAnswer.id,
        SignAnswer.user_id,
        SignAnswer.rule,
        SignAnswer.subject,
        SignAnswer.why,
        SignAnswer.words,
        SignAnswer.answered_at.label("at"),
    ).where(SignAnswer.group_id.in_(group_ids), _is(SignAnswer.user_id, user_id))
    contacts = select(
        literal("contact"),
        Contact.group_id,
        Contact.id,
        Contact.user_id,
        *(literal("") for _column in ("rule", "subject", "why")),
        Contact.note,
        Contact.made_at,
    ).where(Contact.group_id.in_(group_ids), _is(Contact.user_id, user_id))
    asked = (
        select(
            literal("asked"),
            Membership.group_id,
            HelpRequest.id,
            HelpRequest.user_id,
            literal(""),
            HelpRequest.lesson + "/" + HelpRequest.step,
            *(literal("") for _column in ("why", "words")),
            HelpRequest.asked_at,
        )
        .join(Membership, Membership.user_id == HelpRequest.user_id)
        .where(
            Membership.group_id.in_(group_ids),
            Membership.part == Part.LEARNER,
            HelpRequest.answered_at.is_(None),
            _is(HelpRequest.user_id, user_id),
        )
    )
    found = {
        group_id: Said(
            answers=defaultdict(list), contacts=defaultdict(list), asked=defaultdict(dict)
        )
        for group_id in group_ids
    }
    for row in db.session.execute(answers.union_all(contacts, asked).order_by("at", "id")):
        said = found[row.group_id]
        match row.what:
            case "answer":
                answer = Answered(row.rule, row.subject, row.why, row.words, row.at)
                said.answers[row.user_id].append(answer)
            case "contact":
                said.contacts[row.user_id].append(Note(row.words, row.at))
            case _:
                said.asked[row.user_id].setdefault(row.subject, row.at)
    return found


def _is(column: InstrumentedAttribute[int], user_id: int | None) -> ColumnElement[bool]:
    """Whether a row is about this learner; of anybody for ``None``."""
    return true() if user_id is None else column == user_id


def facts_of(known: Stored, said: Said, seen: Mapping[int, Seen]) -> dict[int, Facts]:
    """The facts of each learner of a group, for the rules; no query.

    ``seen`` holds what learners of the group see of their quizzes.
    """
    unread = _unread(known)
    return {
        member.user_id: Facts(
            joined_at=member.joined_at,
            active_at=_active_at(known, seen, member.user_id),
            asked=said.asked.get(member.user_id, {}),
            due=_due(known, member.user_id),
            at=_at(known, member.user_id),
            unread=unread[member.user_id],
            waiting=_waiting(known, member.user_id),
            shares=seen[member.user_id].shares if member.user_id in seen else (),
        )
        for member in known.members
    }


def _active_at(known: Stored, seen: Mapping[int, Seen], user_id: int) -> datetime | None:
    """When something was last opened or saved: a lesson, or a quiz of the group."""
    moments = [known.seen_at(user_id), seen[user_id].active_at if user_id in seen else None]
    return max((moment for moment in moments if moment), default=None)


def _due(known: Stored, user_id: int) -> list[Due]:
    return [
        Due(
            subject=f"{due.lesson}/{due.step}".rstrip("/"),
            at=due.of(user_id),
            is_begun=(user_id, due.lesson) in known.runs,
            is_done=known.is_done(user_id, due.lesson, due.step),
        )
        for due in known.dues
    ]


def _at(known: Stored, user_id: int) -> list[At]:
    return [
        At(subject=f"{lesson}/{run.last_step}", since=run.moved_at, seen_at=run.seen_at)
        for lesson in editions.library().editions
        if (run := known.runs.get((user_id, lesson))) and run.steps_done < run.steps_total
    ]


def _unread(known: Stored) -> dict[int, dict[str, datetime]]:
    """What was returned and not opened, by learner and place."""
    found: dict[int, dict[str, datetime]] = defaultdict(dict)
    for (learner, lesson, step), given in known.given.items():
        if given.seen_at is None:
            found[learner][f"{lesson}/{step}"] = given.visible_at
    return found


def _waiting(known: Stored, user_id: int) -> dict[str, datetime]:
    """Only of what the group is marked for: nobody promised to read the rest.

    While names are hidden a date beside a name would lead to the code in the queue, which tells
    itself how long each has waited.
    """
    return {
        f"{lesson}/{step}": text.handed_in_at
        for lesson, step in known.asked
        if (text := known.waits(user_id, lesson, step)) and not text.is_hidden
    }


def needs(known: Stored, facts: Mapping[int, Facts], said: Said, *, term: Term) -> list[Need]:
    """Who needs somebody as an instructor is told: who asked first, then by name."""
    found = []
    for member in known.members:
        holding = attention.signs(facts[member.user_id], now=now(), term=term, zone=AMSTERDAM)
        told = attention.told(holding, said.of(member.user_id), now=now())
        if told:
            found.append(
                Need(
                    user_id=member.user_id,
                    name=member.name,
                    signs=told,
                    attention=attention.attention(told),
                    answers=said.answers.get(member.user_id, ()),
                    contacts=said.contacts.get(member.user_id, ()),
                )
            )
    urgency = [Attention.CONTACT, Attention.LOOK, Attention.NONE]
    # Within one kind the order is that of the names: nobody is ranked.
    return sorted(found, key=lambda need: urgency.index(need.attention))
