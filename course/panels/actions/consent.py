"""Whether reasons may be shown, and forgetting those that may not."""

from collections.abc import Sequence

from sqlalchemy import or_, select, update

from course.core.clock import now
from course.core.db import db
from course.core.log import log
from course.panels.actions.holding import hold
from course.panels.actions.refusals import Why
from course.panels.models import Panel, PanelAnswer, PanelMember
from course.quizzes.livepanel import LivePanel
from course.quizzes.models import Sitting


def let_reasons_be_shown(member: PanelMember, *, shows_reasons: bool) -> Why | None:
    """Another mind about showing reasons, after handing in.

    No can be said at any time, and reaches the versions made since and the sittings that use
    them. Yes only before the panel is frozen: the reasons are deleted then.
    """
    mine = or_(PanelMember.id == member.id, PanelMember.taken_from == member.id)
    copies = db.session.scalars(select(PanelMember).where(mine).order_by(PanelMember.id)).all()
    # Freezing and using wait, each panel in the same order for everybody.
    panels = {
        copy.panel_id: hold(copy.panel_id) for copy in sorted(copies, key=lambda c: c.panel_id)
    }
    if shows_reasons and panels[member.panel_id].frozen_at:
        db.session.rollback()
        return Why.FROZEN
    for copy in copies:
        if panels[copy.panel_id].frozen_at is None:
            copy.shows_reasons = shows_reasons
            copy.consented_at = now() if shows_reasons else None
        elif not shows_reasons:
            copy.shows_reasons, copy.consented_at = False, None
            forget_reasons([copy.id])
            _forget_in_sittings(panels[copy.panel_id], copy.label)
    db.session.commit()
    log.info("panel_reasons", panel=member.panel_id, number=member.number, shown=shows_reasons)
    return None


def forget_reasons(members: Sequence[int]) -> None:
    """Within the caller's transaction: delete the reasons of these members."""
    db.session.execute(
        update(PanelAnswer).where(PanelAnswer.member_id.in_(members)).values(reason=None)
    )


def _forget_in_sittings(panel: Panel, label: str) -> None:
    statement = (
        select(Sitting.id, Sitting.panel)
        .where(Sitting.slug == panel.slug, Sitting.panel.is_not(None))
        .with_for_update(of=Sitting)
    )
    for identity, plain in db.session.execute(statement).all():
        if plain and plain["panel"] == panel.id:
            without = LivePanel.from_plain(plain).without_reasons_of(label)
            db.session.execute(
                update(Sitting).where(Sitting.id == identity).values(panel=without.to_plain())
            )
