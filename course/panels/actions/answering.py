"""What somebody does who was asked: begin, answer, hand in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from course.core.clock import now
from course.core.db import db
from course.core.log import log
from course.curriculum.quizzes import Weighing
from course.panels import queries
from course.panels.actions.holding import hold_member, is_open
from course.panels.actions.refusals import Why
from course.panels.models import PanelAnswer, PanelMember
from course.quizzes.attempts import Entered


def begin(member: PanelMember, *, role: str, shows_reasons: bool) -> Why | None:
    """Keep who somebody is, and whether their reasons may be shown."""
    held, panel = hold_member(member)
    if not is_open(held, panel):
        db.session.rollback()
        return Why.NOT_OPEN
    held.role, held.shows_reasons = role, shows_reasons
    held.consented_at = now() if shows_reasons else None
    db.session.commit()
    log.info("panel_begun", panel=held.panel_id, number=held.number)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What the database holds for a page now. ``is_stale``: a newer one was there and was kept."""

    revision: int  # the sum of those of the items
    saved_at: datetime
    answers: Mapping[str, PanelAnswer]
    is_stale: bool = False


def save(member: PanelMember, entered: Mapping[str, Entered], *, revision: int) -> Saved | Why:
    """Keep what a page holds, by item, when it goes on from ``revision``: all of it, or nothing.

    ``revision`` is the sum of those of the items on the page, as the page showed them.
    """
    held, panel = hold_member(member)
    if not is_open(held, panel):
        db.session.rollback()
        return Why.NOT_OPEN
    kept = {slug: row for slug, row in queries.own_answers(held).items() if slug in entered}
    changed = {slug: new for slug, new in entered.items() if not _is_in(new, kept.get(slug))}
    saved = Saved(
        revision=sum(row.revision for row in kept.values()),
        saved_at=max((row.saved_at for row in kept.values()), default=now()),
        answers=kept,
    )
    if changed and saved.revision != revision:
        db.session.rollback()
        return replace(saved, is_stale=True)
    for slug, new in changed.items():
        there = kept.get(slug)
        if there is None:
            there = PanelAnswer(member_id=held.id, item=slug, revision=0)
            db.session.add(there)
            kept[slug] = there
        there.given, there.reason = new.given, new.reason
        there.revision, there.saved_at = there.revision + 1, now()
    db.session.commit()
    if not changed:
        return saved
    return replace(saved, revision=saved.revision + len(changed), saved_at=now())


def _is_in(new: Entered, row: PanelAnswer | None) -> bool:
    kept = (row.given, row.reason) if row else (None, None)
    return kept == (new.given, new.reason)


def hand_in(member: PanelMember, items: Sequence[Weighing]) -> Why | None:
    """Hand in, once all ``items`` are answered with a reason; a second click finds it done."""
    held, panel = hold_member(member)
    if held.finished_at:
        db.session.rollback()
        return None
    if not held.role or not is_open(held, panel):
        db.session.rollback()
        return Why.NOT_OPEN
    answers = queries.own_answers(held)
    if any(queries.lacks(item, answers.get(item.slug)) for item in items):
        db.session.rollback()
        return Why.LACKING
    held.finished_at = now()
    db.session.commit()
    log.info("panel_handed_in", panel=held.panel_id, number=held.number)
    return None
