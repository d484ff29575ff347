"""Leave an answer out, derive the keys and end the panel, make its next version."""

from sqlalchemy import delete

from course.core.clock import now
from course.core.db import db
from course.core.log import log
from course.domain.weighing import derive
from course.panels import queries
from course.panels.actions.consent import forget_reasons
from course.panels.actions.holding import hold, why_closed
from course.panels.actions.refusals import Why
from course.panels.models import Panel, PanelAnswer, PanelKey, PanelMember


def exclude(panel_id: int, number: int, item: str, *, reason: str, by: int) -> Why | None:
    """Leave an answer out of the key, with a reason; an empty one takes it in again."""
    if refused := why_closed(hold(panel_id)):
        db.session.rollback()
        return refused
    member = queries.member_by_number(panel_id, number)
    answer = db.session.get(PanelAnswer, (member.id, item)) if member else None
    if answer is None:
        raise LookupError(f"member {number} of panel {panel_id} did not answer {item!r}")
    answer.exclusion_reason = reason
    answer.excluded_at, answer.excluded_by = (now(), by) if reason else (None, None)
    db.session.commit()
    log.info("panel_answer_excluded", by=by, panel=panel_id, number=number, item=item)
    return None


def freeze(panel_id: int, *, by: int) -> Why | None:
    """Derive a key for each item and end the panel; of many clicks at once, one does it.

    What was not handed in is deleted, and so are reasons that may not be shown.
    """
    panel = hold(panel_id)
    if panel.frozen_at or panel.archived_at:
        db.session.rollback()
        return Why.ARCHIVED if panel.archived_at else None
    # Loaded here, since the lock is on the panel alone.
    found = queries.panel_with_edition(panel_id)
    items = queries.weighings_of(queries.edition_of(found))
    members = queries.members_of(panel_id)
    finished = [member for member in members if member.finished_at]
    answers = queries.answers_of(finished)
    weighable = queries.weighable(panel, items, finished, answers)
    counted = [
        part for part in weighable.items if any(said.excluded is None for said in part.answers)
    ]
    if not counted:
        db.session.rollback()
        return Why.NOBODY
    for part in counted:
        key = derive(part.question, part.answers, panel_version=panel.version, min_n=panel.min_n)
        db.session.add(
            PanelKey(
                panel_id=panel_id,
                item=part.slug,
                key=key.to_json(),
                panel_version=panel.version,
                method=key.method.value,
                n=key.n,
                sha256=key.digest,
            )
        )
    panel.frozen_at = now()
    left = [member.id for member in members if not member.finished_at]
    db.session.execute(delete(PanelAnswer).where(PanelAnswer.member_id.in_(left)))
    forget_reasons([member.id for member in finished if not member.shows_reasons])
    db.session.commit()
    log.info("panel_frozen", by=by, panel=panel_id, version=panel.version, n=len(finished))
    return None


def make_again(panel_id: int, *, by: int) -> Panel | Why:
    """The next version of a panel: what was handed in comes along, and more people can be asked."""
    old = hold(panel_id)
    if old.frozen_at is None or old.archived_at:
        db.session.rollback()
        return Why.ARCHIVED if old.archived_at else Why.NOT_FROZEN
    fresh = Panel(
        slug=old.slug,
        edition_id=old.edition_id,
        title=old.title,
        composition=old.composition,
        min_n=old.min_n,
        one_page=old.one_page,
        version=old.version + 1,
        made_from=old.id,
        made_by=by,
    )
    db.session.add(fresh)
    db.session.flush()
    members = [member for member in queries.members_of(panel_id) if member.finished_at]
    answers = queries.answers_of(members)
    for number, member in enumerate(members, start=1):
        copy = PanelMember(
            panel_id=fresh.id,
            number=number,
            taken_from=member.taken_from or member.id,
            seed=member.seed,
            role=member.role,
            shows_reasons=member.shows_reasons,
            consented_at=member.consented_at,
            invited_at=member.invited_at,
            expires_at=member.expires_at,
            finished_at=member.finished_at,
        )
        db.session.add(copy)
        db.session.flush()
        db.session.add_all(_copied(row, copy.id) for row in answers[member.id].values())
    db.session.commit()
    log.info("panel_made_again", by=by, panel=fresh.id, made_from=panel_id)
    return fresh


def _copied(row: PanelAnswer, member_id: int) -> PanelAnswer:
    return PanelAnswer(
        member_id=member_id,
        item=row.item,
        given=row.given,
        reason=row.reason,
        revision=1,
        saved_at=row.saved_at,
        excluded_at=row.excluded_at,
        exclusion_reason=row.exclusion_reason,
        excluded_by=row.excluded_by,
    )
