"""Writes of panels: make one, ask people, answer, hand in, leave out, freeze, use.

Whoever answers holds their own row and shares that of the panel; whoever freezes has that of the
panel alone. So no answer arrives in a key, and none changes after it.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, exists, func, or_, select, update

from course.accounts.tokens import digest, new_token
from course.core import outbox
from course.core.clock import now
from course.core.db import db
from course.core.i18n import _, day
from course.core.log import log
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import Weighing
from course.domain.weighing import derive
from course.panels import queries
from course.panels.models import Panel, PanelAnswer, PanelKey, PanelMember
from course.quizzes import editions
from course.quizzes.attempts import Entered
from course.quizzes.livepanel import LivePanel, fits
from course.quizzes.models import QuizAttempt, Sitting

SEEDS: Final = 2**31


class Why(StrEnum):
    """Why nothing was changed."""

    FROZEN = "frozen"
    NOT_FROZEN = "not-frozen"
    NOBODY = "nobody"  # has handed in
    HANDED_IN = "handed-in"
    BEGUN = "begun"  # by a learner
    OTHER_ITEMS = "other-items"
    NOT_OPEN = "not-open"  # the link
    LACKING = "lacking"  # an answer or a reason


# --- The panel -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is told about a panel."""

    title: str
    composition: str
    min_n: int
    one_page: bool


def make_panel(maker_id: int, edition: QuizEdition, about: About) -> Panel:
    """Make a panel for a quiz as it is today: a later change of the content does not reach it."""
    panel = Panel(
        slug=edition.quiz.slug,
        edition_id=editions.stored_id(edition),
        title=about.title,
        composition=about.composition,
        min_n=about.min_n,
        one_page=about.one_page,
        made_by=maker_id,
    )
    db.session.add(panel)
    db.session.commit()
    log.info("panel_made", by=maker_id, panel=panel.id, quiz=panel.slug)
    return panel


def change(panel_id: int, about: About, *, by: int) -> Why | None:
    """Tell something else about a panel, until it is frozen."""
    panel = _hold(panel_id)
    if panel.frozen_at:
        db.session.rollback()
        return Why.FROZEN
    panel.title, panel.composition = about.title, about.composition
    panel.min_n, panel.one_page = about.min_n, about.one_page
    db.session.commit()
    log.info("panel_changed", by=by, panel=panel_id)
    return None


def _hold(panel_id: int, *, shared: bool = False) -> Panel:
    """Within the caller's transaction: the panel, which nobody freezes until it ends."""
    statement = (
        select(Panel)
        .filter_by(id=panel_id)
        .with_for_update(read=shared, of=Panel)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(statement).scalar_one()


# --- Asking people -------------------------------------------------------------------------


def invite(
    panel_id: int,
    addresses: Sequence[str],
    copies: int,
    *,
    expires_at: datetime,
    base_url: str,
    asked_by: str,
    by: int,
) -> list[str] | Why:
    """Make a link for each address, which is mailed, and ``copies`` more, which are given back.

    The database keeps no link, only its hash; nor who got which one. An address stays with the
    mail alone.
    """
    panel = _hold(panel_id)
    if panel.frozen_at:
        db.session.rollback()
        return Why.FROZEN
    last = db.session.scalar(select(func.max(PanelMember.number)).filter_by(panel_id=panel_id)) or 0
    links = []
    for number, address in enumerate([*addresses, *[None] * copies], start=last + 1):
        token = new_token()
        link = f"{base_url}/panel/{token}"
        db.session.add(
            PanelMember(
                panel_id=panel_id,
                number=number,
                token_hash=digest(token),
                seed=secrets.randbelow(SEEDS),
                expires_at=expires_at,
            )
        )
        if address is None:
            links.append(link)
        else:
            _mail(panel, address, link, asked_by=asked_by, expires_at=expires_at)
    db.session.commit()
    log.info("panel_asked", by=by, panel=panel_id, mailed=len(addresses), links=copies)
    return links


def _mail(panel: Panel, address: str, link: str, *, asked_by: str, expires_at: datetime) -> None:
    outbox.post(
        # Not the hash that the member has: that would tell whose answers are whose.
        key=f"panel:{sha256(f'mail {link}'.encode()).hexdigest()}",
        recipient=address,
        subject=_("Will you weigh with us?"),
        body=_(
            "Hello,\n\n%(name)s asks you to be on a panel: %(title)s.\n\n"
            "Students of social work will lay their own weighing beside that of experienced "
            "people. You need no account, and nobody asks your name. This link is for you alone:"
            "\n\n%(link)s\n\nThe link works until %(day)s. You can stop and go on later.",
            name=asked_by,
            title=panel.title,
            link=link,
            day=day(expires_at),
        ),
    )


def withdraw(panel_id: int, number: int, *, by: int) -> Why | None:
    """Make a link worthless, and delete what was answered with it; not after handing in."""
    member, panel = _hold_member(queries.member_by_number(panel_id, number))
    if member.finished_at or panel.frozen_at:
        db.session.rollback()
        return Why.HANDED_IN if member.finished_at else Why.FROZEN
    member.withdrawn_at = member.withdrawn_at or now()
    member.role, member.shows_reasons, member.consented_at = "", False, None
    db.session.execute(delete(PanelAnswer).where(PanelAnswer.member_id == member.id))
    db.session.commit()
    log.info("panel_link_withdrawn", by=by, panel=panel_id, number=number)
    return None


def put_off(panel_id: int, expires_at: datetime, *, by: int) -> Why | None:
    """Give all links that can still be used another end."""
    if _hold(panel_id).frozen_at:
        db.session.rollback()
        return Why.FROZEN
    db.session.execute(
        update(PanelMember)
        .where(
            PanelMember.panel_id == panel_id,
            PanelMember.finished_at.is_(None),
            PanelMember.withdrawn_at.is_(None),
        )
        .values(expires_at=expires_at)
    )
    db.session.commit()
    log.info("panel_put_off", by=by, panel=panel_id)
    return None


# --- Answering -----------------------------------------------------------------------------


def is_open(member: PanelMember, panel: Panel) -> bool:
    """Whether something can still be answered with this link."""
    ended = member.withdrawn_at or member.finished_at or panel.frozen_at
    return not ended and member.expires_at > now()


def _hold_member(member: PanelMember | None) -> tuple[PanelMember, Panel]:
    """Within the caller's transaction: the panel, which others may share, and then the member.

    Always in this order, so that nobody waits for somebody who waits for them.
    """
    if member is None:
        raise LookupError("there is no such member")
    panel = _hold(member.panel_id, shared=True)
    statement = (
        select(PanelMember)
        .filter_by(id=member.id)
        .with_for_update(of=PanelMember)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(statement).scalar_one(), panel


def begin(member: PanelMember, *, role: str, shows_reasons: bool) -> Why | None:
    """Keep who somebody is, and whether their reasons may be shown."""
    held, panel = _hold_member(member)
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
    held, panel = _hold_member(member)
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
    held, panel = _hold_member(member)
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


def let_reasons_be_shown(member: PanelMember, *, shows_reasons: bool) -> Why | None:
    """Another mind about showing reasons, after handing in.

    No can be said at any time, and reaches the versions made since and the sittings that use
    them. Yes only before the panel is frozen: the reasons are deleted then.
    """
    mine = or_(PanelMember.id == member.id, PanelMember.taken_from == member.id)
    copies = db.session.scalars(select(PanelMember).where(mine).order_by(PanelMember.id)).all()
    # Freezing and using wait, each panel in the same order for everybody.
    panels = {
        copy.panel_id: _hold(copy.panel_id) for copy in sorted(copies, key=lambda c: c.panel_id)
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
            _forget_reasons([copy.id])
            _forget_in_sittings(panels[copy.panel_id], copy.label)
    db.session.commit()
    log.info("panel_reasons", panel=member.panel_id, number=member.number, shown=shows_reasons)
    return None


def _forget_reasons(members: Sequence[int]) -> None:
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


# --- Leaving out, freezing, a next version -------------------------------------------------


def exclude(panel_id: int, number: int, item: str, *, reason: str, by: int) -> Why | None:
    """Leave an answer out of the key, with a reason; an empty one takes it in again."""
    if _hold(panel_id).frozen_at:
        db.session.rollback()
        return Why.FROZEN
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
    panel = _hold(panel_id)
    if panel.frozen_at:
        db.session.rollback()
        return None
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
    _forget_reasons([member.id for member in finished if not member.shows_reasons])
    db.session.commit()
    log.info("panel_frozen", by=by, panel=panel_id, version=panel.version, n=len(finished))
    return None


def make_again(panel_id: int, *, by: int) -> Panel:
    """The next version of a panel: what was handed in comes along, and more people can be asked."""
    old = _hold(panel_id)
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


# --- In a sitting --------------------------------------------------------------------------


def use(panel_id: int, sitting_id: int, *, by: int) -> Why | None:
    """Lay a frozen panel beside a sitting, instead of the example; before anybody began."""
    panel = _hold(panel_id)
    if panel.frozen_at is None:
        db.session.rollback()
        return Why.NOT_FROZEN
    found = queries.panel_with_edition(panel_id)
    live = queries.live_panel(found)
    sitting = db.session.execute(
        select(Sitting).filter_by(id=sitting_id).with_for_update(of=Sitting)
    ).scalar_one()
    theirs = queries.edition_of_sitting(sitting)
    ours = queries.edition_of(found)
    if not all(fits(item, theirs.quiz.item(item.slug)) for item in queries.weighings_of(ours)):
        db.session.rollback()
        return Why.OTHER_ITEMS
    return _keep(sitting_id, live, by=by)


def stop_using(sitting_id: int, *, by: int) -> Why | None:
    """Lay the example beside a sitting again; before anybody began."""
    db.session.execute(select(Sitting.id).filter_by(id=sitting_id).with_for_update())
    return _keep(sitting_id, None, by=by)


def _keep(sitting_id: int, live: LivePanel | None, *, by: int) -> Why | None:
    if db.session.scalar(select(exists().where(QuizAttempt.sitting_id == sitting_id))):
        db.session.rollback()
        return Why.BEGUN
    plain = live.to_plain() if live else None
    db.session.execute(update(Sitting).where(Sitting.id == sitting_id).values(panel=plain))
    db.session.commit()
    log.info("sitting_panel", by=by, sitting=sitting_id, panel=live.panel if live else None)
    return None
