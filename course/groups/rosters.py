"""A class list between reading it and inviting: kept for a day, for who read it alone."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update

from course.core.clock import now
from course.core.db import db
from course.core.log import log
from course.domain.roster import columns
from course.domain.roster.columns import Column
from course.domain.roster.people import listed
from course.domain.roster.tables import Rows
from course.domain.roster.verdicts import Verdict, verdicts
from course.groups.invitations import known_to
from course.groups.models import RosterDraft


def draft_of(user_id: int, group_id: int) -> RosterDraft | None:
    """The list that this instructor is looking at for this group."""
    statement = select(RosterDraft).filter_by(user_id=user_id, group_id=group_id)
    return db.session.scalar(statement)


def read(user_id: int, group_id: int, rows: Rows) -> None:
    """Keep these rows with a guess at their columns, in the place of what was read before."""
    guess = columns.guess(rows)
    db.session.execute(delete(RosterDraft).filter_by(user_id=user_id, group_id=group_id))
    db.session.add(
        RosterDraft(
            user_id=user_id,
            group_id=group_id,
            rows=rows,
            columns=[kind.value for kind in guess.columns],
            has_header=guess.has_header,
            choices={},
        )
    )
    db.session.commit()
    log.info("roster_read", user=user_id, group=group_id, rows=len(rows))


def choose_columns(draft: RosterDraft, chosen: Sequence[Column], *, has_header: bool) -> None:
    """Say what the columns hold; whom to leave out is then asked anew."""
    plain = [kind.value for kind in chosen]
    if (plain, has_header) == (draft.columns, draft.has_header):
        return
    _write(draft, columns=plain, has_header=has_header, choices={})


def choose_rows(draft: RosterDraft, shown: Sequence[Verdict], ticked: set[int]) -> None:
    """Keep which of the rows that a page showed are to be invited, or to give a number."""
    changed = dict(draft.choices)
    for verdict in shown:
        row = verdict.person.row
        changed.pop(str(row), None)
        if verdict.can_be_chosen and (row in ticked) != verdict.is_chosen:
            changed[str(row)] = row in ticked
    if changed != draft.choices:
        _write(draft, choices=changed)


def _write(draft: RosterDraft, **columns: Any) -> None:
    """Change a list, where it is still there: another press may have used it meanwhile."""
    statement = update(RosterDraft).where(RosterDraft.id == draft.id)
    db.session.execute(statement.values(made_at=now(), **columns))
    db.session.commit()


def verdicts_on(draft: RosterDraft) -> list[Verdict]:
    """What would become of each row, in the order of the list; three queries."""
    people = listed(
        draft.rows, [Column(kind) for kind in draft.columns], has_header=draft.has_header
    )
    return verdicts(people, known_to(draft.user_id, draft.group_id))


def is_chosen(draft: RosterDraft, verdict: Verdict) -> bool:
    """Whether to do what the verdict says, by what somebody ticked or else by that verdict."""
    chosen: bool = draft.choices.get(str(verdict.person.row), verdict.is_chosen)
    return verdict.can_be_chosen and chosen


def drop(user_id: int, group_id: int) -> None:
    """Forget the list."""
    db.session.execute(delete(RosterDraft).filter_by(user_id=user_id, group_id=group_id))
    db.session.commit()
