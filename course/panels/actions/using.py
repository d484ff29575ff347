"""Lay a frozen panel beside a quiz that is set for a group, or the example again."""

from sqlalchemy import exists, select, update

from course.core.db import db
from course.core.log import log
from course.curriculum.edition import QuizEdition
from course.panels import queries
from course.panels.actions.holding import hold
from course.panels.actions.refusals import Why
from course.quizzes.livepanel import LivePanel
from course.quizzes.models import QuizAttempt, Sitting


def held_for(panel_id: int, edition: QuizEdition) -> LivePanel | Why:
    """Within the caller's transaction: what a sitting of this edition keeps of a panel, or why not.

    Until that ends nobody deletes the panel, archives it, or takes their reasons out of it.
    """
    panel = hold(panel_id)
    if panel.archived_at or panel.frozen_at is None:
        return Why.ARCHIVED if panel.archived_at else Why.NOT_FROZEN
    found = queries.panel_with_edition(panel_id)
    if not queries.asks_the_same(queries.edition_of(found), edition):
        return Why.OTHER_ITEMS
    return queries.live_panel(found)


def use(panel_id: int, sitting_id: int, *, by: int) -> Why | None:
    """Lay a frozen panel beside a sitting, instead of the example; before anybody began."""
    live = held_for(panel_id, queries.edition_of_sitting(sitting_id))
    if isinstance(live, Why):
        db.session.rollback()
        return live
    return _keep(sitting_id, live, by=by)


def stop_using(sitting_id: int, *, by: int) -> Why | None:
    """Lay the example beside a sitting again; before anybody began."""
    return _keep(sitting_id, None, by=by)


def _keep(sitting_id: int, live: LivePanel | None, *, by: int) -> Why | None:
    db.session.execute(select(Sitting.id).filter_by(id=sitting_id).with_for_update())
    if db.session.scalar(select(exists().where(QuizAttempt.sitting_id == sitting_id))):
        db.session.rollback()
        return Why.BEGUN
    plain = live.to_plain() if live else None
    db.session.execute(update(Sitting).where(Sitting.id == sitting_id).values(panel=plain))
    db.session.commit()
    log.info("sitting_panel", by=by, sitting=sitting_id, panel=live.panel if live else None)
    return None
