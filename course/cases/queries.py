"""Reads of playing: one's own playthrough, and the trail."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table, bindparam, func, select

from course.cases import editions
from course.cases.models import Playthrough, StoredCase, Turn
from course.cases.play import Chosen, Play
from course.core.db import db
from course.domain import branching
from course.groups.models import Membership, Part

# Built once, because every page of a case asks for it; what a choice asks goes by the table.
_turns = cast("Table", Turn.__table__)
_NEWEST = (
    select(Playthrough, StoredCase.hash, Turn)
    .join(StoredCase, StoredCase.id == Playthrough.edition_id)
    .outerjoin(Turn, (Turn.playthrough_id == Playthrough.id) & (Turn.number == Playthrough.head))
    .where(Playthrough.user_id == bindparam("user_id"), Playthrough.slug == bindparam("slug"))
    .order_by(Playthrough.number.desc())
    .limit(1)
)


def newest(user_id: int, slug: str) -> Play | None:
    """The newest playthrough of this person, where they are in it; one query."""
    found = db.session.execute(_NEWEST, {"user_id": user_id, "slug": slug}).one_or_none()
    return _play(*found) if found else None


def _play(row: Playthrough, content_hash: str, turn: Turn | None) -> Play:
    edition = editions.edition_by_hash(row.slug, content_hash)
    last = chosen(turn) if turn else None
    state = last.state if last else branching.begin(edition.playable, session=row.id)
    return Play(
        edition=edition,
        state=state,
        at=row.head,
        last=last,
        number=row.number,
        lines=row.lines,
        predicted=row.predicted,
        predicted_why=row.predicted_why,
        row=row,
    )


def chosen(turn: Turn) -> Chosen:
    """A turn as a value."""
    return Chosen(
        number=turn.number,
        parent=turn.parent,
        line=turn.line,
        node=turn.node,
        option=turn.option,
        state=branching.from_plain(turn.state),
        changed=tuple(turn.changed),
    )


def turns(playthrough_id: int) -> list[Chosen]:
    """All choices on all lines, in the order of making; one query."""
    statement = select(Turn).filter_by(playthrough_id=playthrough_id).order_by(Turn.number)
    return [chosen(turn) for turn in db.session.scalars(statement)]


def path_to(choices: Sequence[Chosen], number: int) -> list[Chosen]:
    """The choices from the start to ``number``, first to last; none for 0."""
    by_number = {item.number: item for item in choices}
    path: list[Chosen] = []
    while number in by_number:
        path.append(by_number[number])
        number = by_number[number].parent
    return path[::-1]


_CHILDREN = select(_turns.c.option, _turns.c.number).where(
    _turns.c.playthrough_id == bindparam("playthrough"), _turns.c.parent == bindparam("after")
)


def children(playthrough_id: int, parent: int) -> dict[str, int]:
    """What was chosen after a turn before, by option: its number."""
    values = {"playthrough": playthrough_id, "after": parent}
    return {row.option: row.number for row in db.session.connection().execute(_CHILDREN, values)}


def standings(user_id: int) -> dict[str, Playthrough]:
    """The newest playthrough of each case that this person played, by slug; one query."""
    statement = select(Playthrough).filter_by(user_id=user_id).order_by(Playthrough.number)
    return {row.slug: row for row in db.session.scalars(statement)}


def choices_in_group(group_id: int, slug: str) -> dict[str, dict[str, int]]:
    """How often each option was chosen, per moment: first playthroughs, first lines; one query.

    Of the learners of a group. Who looks at it has to hide small numbers.
    """
    statement = (
        select(Turn.node, Turn.option, func.count(func.distinct(Playthrough.user_id)))
        .join(Playthrough, Playthrough.id == Turn.playthrough_id)
        .join(Membership, Membership.user_id == Playthrough.user_id)
        .where(
            Membership.group_id == group_id,
            Membership.part == Part.LEARNER,
            Playthrough.slug == slug,
            Playthrough.number == 1,
            Turn.line == 1,
        )
        .group_by(Turn.node, Turn.option)
    )
    found: dict[str, dict[str, int]] = {}
    for node, option, count in db.session.execute(statement):
        found.setdefault(node, {})[option] = count
    return found
