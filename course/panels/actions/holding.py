"""Rows that nobody else changes until the transaction of the caller ends."""

from http import HTTPStatus

from sqlalchemy import select

from course.core.clock import now
from course.core.db import db
from course.core.errors import CourseError
from course.core.i18n import _
from course.panels.actions.refusals import Why
from course.panels.models import Panel, PanelMember


class PanelIsGone(CourseError):
    """Somebody deleted the panel while another was busy with it."""

    status = HTTPStatus.NOT_FOUND


def hold(panel_id: int, *, shared: bool = False) -> Panel:
    """Within the caller's transaction: the panel, which nobody freezes or deletes until it ends.

    Raises :exc:`PanelIsGone` when somebody was first.
    """
    statement = (
        select(Panel)
        .filter_by(id=panel_id)
        .with_for_update(read=shared, of=Panel)
        .execution_options(populate_existing=True)
    )
    panel = db.session.execute(statement).scalar_one_or_none()
    if panel is None:
        raise PanelIsGone(_("This panel was deleted by the person who made it."))
    return panel


def hold_member(member: PanelMember | None) -> tuple[PanelMember, Panel]:
    """Within the caller's transaction: the panel, which others may share, and then the member.

    Always in this order, so that nobody waits for somebody who waits for them.
    """
    if member is None:
        raise LookupError("there is no such member")
    panel = hold(member.panel_id, shared=True)
    statement = (
        select(PanelMember)
        .filter_by(id=member.id)
        .with_for_update(of=PanelMember)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(statement).scalar_one(), panel


def why_closed(panel: Panel) -> Why | None:
    """Why nothing in a panel changes now; ``None`` while it can."""
    if panel.archived_at:
        return Why.ARCHIVED
    return Why.FROZEN if panel.frozen_at else None


def is_open(member: PanelMember, panel: Panel) -> bool:
    """Whether something can still be answered with this link."""
    ended = member.withdrawn_at or member.finished_at or why_closed(panel)
    return not ended and member.expires_at > now()
