"""How long it takes to read a class list of ten thousand rows, look at it, and invite everybody."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

from flask import Flask
from sqlalchemy import delete, insert

from course.accounts.models import User
from course.core.db import db
from course.core.outbox import Message
from course.domain.roster import MOST_PEOPLE
from course.domain.roster.tables import decoded, rows_of_text
from course.groups import inviting, rosters
from course.groups.models import Group, Invitation
from tests.benchmarks.people import factory_of

BODY: Final = "x" * 400  # about as long as a mail


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds."""

    bare: float  # to insert as many rows of the same two tables
    read: float  # from bytes to the list that waits to be looked at
    looked: float  # what would become of each row
    invited: float  # in one transaction, in which others who write have to wait on SQLite

    @property
    def whole(self) -> float:
        """From the file to the invitations."""
        return self.read + self.looked + self.invited


def seconds(app: Flask) -> Took:
    """Read, look and invite once; what was made is taken away again."""
    make = factory_of(app)
    name = f"lijst-{secrets.token_hex(4)}"  # of this round: the school has people of its own
    teacher = make.instructor(email=f"{name}@example.org")
    group = make.group(instructors=[teacher], join_code=name[-8:].upper())
    lines = (
        f"Naam {number};van de;Familie;s{number:05}@student.example.org;{number:07}"
        for number in range(MOST_PEOPLE)
    )
    header = "Voornaam;Tussenvoegsel;Achternaam;E-mail;Studentnummer"
    content = "\r\n".join([header, *lines]).encode("cp1252")
    with app.app_context():
        bare = _bare(group)
        _clear(group)
        start = perf_counter()
        text = decoded(content)
        rows = rows_of_text(text) if isinstance(text, str) else []
        if not isinstance(rows, list):
            raise TypeError(f"the list was not read: {rows}")
        rosters.read(teacher.id, group.id, rows)
        read = perf_counter()
        draft = rosters.draft_of(teacher.id, group.id)
        if draft is None:
            raise RuntimeError("the list was not kept")
        verdicts = rosters.verdicts_on(draft)
        looked = perf_counter()
        _invite(group, teacher, draft.id, verdicts)
        done = perf_counter()
        _clear(group)
    return Took(bare, read - start, looked - read, done - looked)


def _invite(group: Group, teacher: User, draft_id: int, verdicts: list[Any]) -> None:
    guests = [
        inviting.Guest(
            email=one.person.email, name=one.person.name, student_number=one.person.number
        )
        for one in verdicts
        if one.is_invited
    ]
    host = inviting.Host(user=teacher, base_url="http://localhost")
    used = inviting.invite_listed(group, guests, draft_id=draft_id, host=host)
    if used is None or used.invited != MOST_PEOPLE:
        raise RuntimeError("not everybody was invited")


def _bare(group: Group) -> float:
    numbers = range(MOST_PEOPLE)
    asked = [
        {
            "group_id": group.id,
            "email": f"b{number}@example.org",
            "name": "Naam",
            "part": "learner",
            "token_hash": f"{number:064}",
        }
        for number in numbers
    ]
    mails = [
        {"key": f"b{number}", "recipient": "b@example.org", "subject": "Uitnodiging", "body": BODY}
        for number in numbers
    ]
    with _timed() as took:
        db.session.execute(insert(Invitation), asked)
        db.session.execute(insert(Message), mails)
        db.session.commit()
    return took[0]


@contextmanager
def _timed() -> Iterator[list[float]]:
    took: list[float] = []
    start = perf_counter()
    yield took
    took.append(perf_counter() - start)


def _clear(group: Group) -> None:
    db.session.execute(delete(Invitation).where(Invitation.group_id == group.id))
    db.session.execute(delete(Message))
    db.session.commit()
    db.session.remove()
