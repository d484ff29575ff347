"""Share a panel with a colleague, put it away, delete it."""

from sqlalchemy import delete, update

from course.core.clock import now
from course.core.db import db, insert_if_absent
from course.core.log import log
from course.panels import queries
from course.panels.actions.holding import hold
from course.panels.actions.refusals import Why
from course.panels.models import Panel, PanelShare


def share(panel_id: int, colleague_id: int, *, by: int) -> None:
    """Let a colleague see a panel and use it; twice is once."""
    hold(panel_id, shared=True)
    insert_if_absent(PanelShare, panel_id=panel_id, user_id=colleague_id, shared_by=by)
    db.session.commit()
    log.info("panel_shared", by=by, panel=panel_id, user=colleague_id)


def stop_sharing(panel_id: int, colleague_id: int, *, by: int) -> None:
    """Hide a panel from a colleague again; quizzes that use it keep it."""
    theirs = delete(PanelShare).where(
        PanelShare.panel_id == panel_id, PanelShare.user_id == colleague_id
    )
    db.session.execute(theirs)
    db.session.commit()
    log.info("panel_no_longer_shared", by=by, panel=panel_id, user=colleague_id)


def archive(panel_id: int, *, by: int) -> None:
    """Put a panel away: its links rest, and nobody can choose it; quizzes that use it keep it."""
    put_away = update(Panel).where(Panel.id == panel_id, Panel.archived_at.is_(None))
    db.session.execute(put_away.values(archived_at=now()))
    db.session.commit()
    log.info("panel_archived", by=by, panel=panel_id)


def restore(panel_id: int, *, by: int) -> None:
    """Take a panel out of the archive."""
    db.session.execute(update(Panel).where(Panel.id == panel_id).values(archived_at=None))
    db.session.commit()
    log.info("panel_restored", by=by, panel=panel_id)


def why_kept(panel_id: int) -> Why | None:
    """Why a panel cannot be deleted; ``None`` when it can."""
    if queries.has_next_version(panel_id):
        return Why.HAS_NEXT
    return Why.IS_USED if queries.uses_of(panel_id) else None


def remove(panel_id: int, *, by: int) -> Why | None:
    """Delete a panel with all answers, while nothing rests on it; its links lead nowhere then.

    On a panel rest the quizzes that use it, and the next version that was made from it: whoever
    answered takes their reasons back with the link of the first version that they answered in.
    """
    hold(panel_id)
    if refused := why_kept(panel_id):
        db.session.rollback()
        return refused
    db.session.execute(delete(Panel).where(Panel.id == panel_id))
    db.session.commit()
    log.info("panel_deleted", by=by, panel=panel_id)
    return None
