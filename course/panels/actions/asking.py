"""Make a panel, say what it is, and ask people with a link each."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, func, select, update

from course.accounts.tokens import digest, new_token
from course.core import outbox
from course.core.clock import now
from course.core.db import db
from course.core.i18n import _, day
from course.core.log import log
from course.curriculum.edition import QuizEdition
from course.panels import queries
from course.panels.actions.holding import hold, hold_member, why_closed
from course.panels.actions.refusals import Why
from course.panels.models import Panel, PanelAnswer, PanelMember
from course.quizzes import editions

SEEDS: Final = 2**31


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
    panel = hold(panel_id)
    if refused := why_closed(panel):
        db.session.rollback()
        return refused
    panel.title, panel.composition = about.title, about.composition
    panel.min_n, panel.one_page = about.min_n, about.one_page
    db.session.commit()
    log.info("panel_changed", by=by, panel=panel_id)
    return None


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
    panel = hold(panel_id)
    if refused := why_closed(panel):
        db.session.rollback()
        return refused
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
    member, panel = hold_member(queries.member_by_number(panel_id, number))
    refused = Why.HANDED_IN if member.finished_at else why_closed(panel)
    if refused:
        db.session.rollback()
        return refused
    member.withdrawn_at = member.withdrawn_at or now()
    member.role, member.shows_reasons, member.consented_at = "", False, None
    db.session.execute(delete(PanelAnswer).where(PanelAnswer.member_id == member.id))
    db.session.commit()
    log.info("panel_link_withdrawn", by=by, panel=panel_id, number=number)
    return None


def put_off(panel_id: int, expires_at: datetime, *, by: int) -> Why | None:
    """Give all links that can still be used another end."""
    if refused := why_closed(hold(panel_id)):
        db.session.rollback()
        return refused
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
