"""Reads of the audit: all of it for administrators, and one's own for everybody."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from flask import Flask, current_app
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased

from course.accounts.models import User
from course.audit.models import Entry, Kind
from course.core.db import Model, db

PAGE: Final = 50  # entries
MOST: Final = 50_000  # in a file
BY_MARKERS: Final = {Kind.READ, Kind.MARKED, Kind.RETURNED, Kind.RETRACTED, Kind.DOWNLOADED}

# The id of a learner → what of theirs is read by people who do not see their name now.
Hidden: TypeAlias = Callable[[int], Collection[str]]


# "<lesson>/<step>", or the slug of a quiz → its title in the language of the page.
Titled: TypeAlias = Callable[[str], str]


def register(app: Flask, *, hidden: Hidden, titles: Titled) -> None:
    """Let parts above say where names are hidden, and what is called how.

    Whoever reads where names are hidden is "a marker".
    """
    app.extensions["audit_hidden"] = hidden
    app.extensions["audit_titles"] = titles


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry, as a page shows it."""

    kind: Kind
    actor: str | None  # None: somebody without an account now, or the program
    whom: str
    group: str  # "" outside a group
    about: str
    at: datetime
    is_marker: bool = False  # who did it is not told, while names are hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries are asked for."""

    person: str = ""  # part of a name or an address, of either side; "" is everybody
    kind: Kind | None = None
    since: datetime | None = None  # inclusive
    until: datetime | None = None  # exclusive


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some entries, newest first, and whether there are more."""

    lines: Sequence[Line]
    number: int = 1  # from 1
    has_more: bool = False


def found(wanted: Wanted, number: int) -> Page:
    """The entries that are asked for; one query. For administrators."""
    statement = _lines().where(*_conditions(wanted))
    return _page(statement, number, PAGE)


def everything(wanted: Wanted) -> Sequence[Line]:
    """The entries that are asked for, the newest :data:`MOST`; one query. For administrators."""
    statement = _lines().where(*_conditions(wanted)).limit(MOST)
    return [_line(row) for row in db.session.execute(statement)]


def about_me(user_id: int, number: int, size: int = 20) -> Page:
    """What others saw or changed of this user; two queries."""
    hidden: Hidden = current_app.extensions["audit_hidden"]
    return _page(_lines().where(Entry.user_id == user_id), number, size, hidden(user_id))


def _lines() -> Select[Entry, str | None, str, str | None]:
    """The entries with both names and the group, newest first."""
    actor, whom, group = aliased(User), aliased(User), Model.metadata.tables["group"]
    return (
        select(Entry, actor.name, whom.name, group.c.name)
        .join(whom, whom.id == Entry.user_id)
        .outerjoin(actor, actor.id == Entry.actor_id)
        .outerjoin(group, group.c.id == Entry.group_id)
        .order_by(Entry.made_at.desc(), Entry.id.desc())
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.person:
        people = _people(wanted.person)
        conditions.append(or_(Entry.user_id.in_(people), Entry.actor_id.in_(people)))
    if wanted.kind is not None:
        conditions.append(Entry.kind == wanted.kind)
    if wanted.since is not None:
        conditions.append(Entry.made_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Entry.made_at < wanted.until)
    return conditions


def _people(text: str) -> Select[int]:
    plain = text.strip().lower()
    return select(User.id).where(
        or_(
            func.lower(User.name).contains(plain, autoescape=True),
            User.email.contains(plain, autoescape=True),
        )
    )


def _page(
    statement: Select[Entry, str | None, str, str | None],
    number: int,
    size: int,
    hidden: Collection[str] = (),
) -> Page:
    rows = db.session.execute(statement.offset((number - 1) * size).limit(size + 1)).all()
    lines = [_line(row, hidden) for row in rows[:size]]
    return Page(lines=lines, number=number, has_more=len(rows) > size)


def _line(row: Sequence[object], hidden: Collection[str] = ()) -> Line:
    entry, actor, whom, group = row
    assert isinstance(entry, Entry)  # noqa: S101 - the first column of _lines
    return Line(
        kind=Kind(entry.kind),
        actor=actor if isinstance(actor, str) else None,
        whom=str(whom),
        group=str(group or ""),
        about=entry.about,
        at=entry.made_at,
        is_marker=entry.kind in BY_MARKERS and entry.about in hidden,
    )
