"""Reads of panels.

Who made a panel sees it, and so do colleagues with whom it is shared, and administrators. A member
sees only what is their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, func, or_, select, true
from sqlalchemy.orm import contains_eager

from course.accounts.models import User
from course.accounts.tokens import digest
from course.core.access import Role
from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import Weighing, WeighingItem
from course.domain.weighing import Panel as WeighablePanel
from course.domain.weighing import PanelItem
from course.domain.weighing.keys import Key
from course.domain.weighing.panels import PanelAnswer as Said
from course.groups.models import Group, Membership, Part
from course.panels.models import Panel, PanelAnswer, PanelKey, PanelMember, PanelShare
from course.quizzes import editions
from course.quizzes.livepanel import LivePanel, Voice, fits
from course.quizzes.models import QuizAttempt, Sitting, StoredQuiz
from course.quizzes.responses import problem_of, weighed_answer

# --- Panels of somebody who made them ------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A panel in a list."""

    panel: Panel
    invited: int  # links that were not withdrawn
    finished: int
    is_own: bool  # the viewer made it
    by: str | None  # the name of who made it; None when their account is gone


def _seen_by(viewer: User) -> ColumnElement[bool]:
    """Which panels this user may see."""
    if viewer.role == Role.ADMINISTRATOR:
        return true()
    shared = select(PanelShare.panel_id).where(PanelShare.user_id == viewer.id)
    return or_(Panel.made_by == viewer.id, Panel.id.in_(shared))


def panels_of(viewer: User) -> list[Line]:
    """The panels that this user may see, newest first; one query."""
    invited = func.count(PanelMember.id).filter(PanelMember.withdrawn_at.is_(None))
    finished = func.count(PanelMember.finished_at)
    statement = (
        select(Panel, invited, finished, User.name)
        .outerjoin(PanelMember, PanelMember.panel_id == Panel.id)
        .outerjoin(User, User.id == Panel.made_by)
        .where(_seen_by(viewer))
        .group_by(Panel.id, User.name)
        .order_by(Panel.id.desc())
    )
    return [
        Line(panel=panel, invited=asked, finished=done, is_own=panel.made_by == viewer.id, by=name)
        for panel, asked, done, name in db.session.execute(statement)
    ]


def panel_for(viewer: User, panel_id: int) -> Panel | None:
    """The panel with its edition, when this user may see it; one query."""
    statement = (
        select(Panel)
        .join(Panel.edition)
        .options(contains_eager(Panel.edition))
        .where(Panel.id == panel_id, _seen_by(viewer))
    )
    return db.session.scalar(statement)


def may_change(viewer: User, panel: Panel) -> bool:
    """Whether this user may change a panel that they see: who made it, and administrators."""
    return viewer.role == Role.ADMINISTRATOR or panel.made_by == viewer.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody with whom a panel is shared."""

    user_id: int
    name: str


def shared_with(panel_id: int) -> list[Colleague]:
    """Who may see a panel beside who made it, by name; one query."""
    statement = (
        select(User.id, User.name)
        .join(PanelShare, PanelShare.user_id == User.id)
        .where(PanelShare.panel_id == panel_id)
        .order_by(func.lower(User.name), User.id)
    )
    return [
        Colleague(user_id=user_id, name=name) for user_id, name in db.session.execute(statement)
    ]


def maker_of(panel: Panel) -> str | None:
    """The name of who made a panel; ``None`` when their account is gone. One query."""
    return db.session.scalar(select(User.name).where(User.id == panel.made_by))


def panel_with_edition(panel_id: int) -> Panel:
    """The panel with its edition, for whoever may see it already; one query."""
    statement = (
        select(Panel)
        .join(Panel.edition)
        .options(contains_eager(Panel.edition))
        .where(Panel.id == panel_id)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(statement).scalar_one()


def edition_of(panel: Panel) -> QuizEdition:
    """The quiz as it was when the panel was made; the panel was loaded with its edition."""
    return editions.edition_by_hash(panel.slug, panel.edition.hash)


def weighings_of(edition: QuizEdition) -> list[Weighing]:
    """What a panel is asked: every weighing of the quiz, also of a pool."""
    return [item for item in edition.quiz.items if isinstance(item, WeighingItem)]


def members_of(panel_id: int) -> list[PanelMember]:
    """Everybody who was asked, by number; one query."""
    statement = select(PanelMember).filter_by(panel_id=panel_id).order_by(PanelMember.number)
    return list(db.session.scalars(statement))


def member_by_number(panel_id: int, number: int) -> PanelMember | None:
    """One who was asked."""
    return db.session.scalar(select(PanelMember).filter_by(panel_id=panel_id, number=number))


def answers_of(members: Sequence[PanelMember]) -> dict[int, dict[str, PanelAnswer]]:
    """What these members answered, by member and item; one query."""
    ids = [member.id for member in members]
    found: dict[int, dict[str, PanelAnswer]] = {identity: {} for identity in ids}
    for answer in db.session.scalars(select(PanelAnswer).where(PanelAnswer.member_id.in_(ids))):
        found[answer.member_id][answer.item] = answer
    return found


def begun_in(panel_id: int) -> set[int]:
    """Who answered something, finished or not; not what. One query."""
    statement = (
        select(PanelAnswer.member_id)
        .join(PanelMember, PanelMember.id == PanelAnswer.member_id)
        .where(PanelMember.panel_id == panel_id)
        .distinct()
    )
    return set(db.session.scalars(statement))


def keys_of(panel_id: int) -> dict[str, PanelKey]:
    """The keys of a frozen panel, by item; one query."""
    return {
        key.item: key for key in db.session.scalars(select(PanelKey).filter_by(panel_id=panel_id))
    }


def weighable(
    panel: Panel,
    items: Sequence[Weighing],
    members: Sequence[PanelMember],
    answers: Mapping[int, Mapping[str, PanelAnswer]],
) -> WeighablePanel:
    """The panel as the domain weighs it: only of who finished, exclusions with their reasons."""
    return WeighablePanel(
        version=panel.version,
        min_n=panel.min_n,
        items=tuple(
            PanelItem(
                slug=item.slug,
                question=item.weighed(),
                answers=tuple(
                    Said(
                        member=member.label,
                        answer=weighed_answer(item, answers[member.id][item.slug].given),
                        excluded=answers[member.id][item.slug].exclusion_reason or None,
                    )
                    for member in members
                    if member.finished_at and item.slug in answers[member.id]
                ),
            )
            for item in items
        ),
    )


def live_panel(panel: Panel) -> LivePanel:
    """What a sitting keeps of a frozen panel; three queries."""
    edition = edition_of(panel)
    members = [member for member in members_of(panel.id) if member.finished_at]
    answers = answers_of(members)
    keys = {slug: Key.from_json(row.key) for slug, row in keys_of(panel.id).items()}
    return LivePanel(
        panel=panel.id,
        version=panel.version,
        title=panel.title,
        composition=panel.composition,
        n=len(members),
        keys=keys,
        voices={
            item.slug: tuple(
                _voice(item, member, answers[member.id][item.slug])
                for member in members
                if answers[member.id][item.slug].excluded_at is None
            )
            for item in weighings_of(edition)
            if item.slug in keys
        },
    )


def _voice(item: Weighing, member: PanelMember, answer: PanelAnswer) -> Voice:
    return Voice(
        member=member.label,
        role=member.role,
        answer=weighed_answer(item, answer.given),
        reasons=(answer.reason,) if member.shows_reasons and answer.reason else (),
    )


# --- Beside quizzes ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A sitting of the same quiz in a group that the viewer teaches."""

    sitting: Sitting
    group: str
    edition: str  # hash
    has_begun: bool
    panel: int | None  # that it uses


def sittings_for(instructor_id: int, slug: str) -> list[Use]:
    """Where this instructor set this quiz, newest first; one query."""
    begun = (
        select(QuizAttempt.id)
        .where(QuizAttempt.sitting_id == Sitting.id)
        .correlate(Sitting)
        .exists()
    )
    statement = (
        select(Sitting, Group.name, StoredQuiz.hash, begun, Sitting.panel)
        .join(Group, Group.id == Sitting.group_id)
        .join(StoredQuiz, StoredQuiz.id == Sitting.edition_id)
        .join(Membership, Membership.group_id == Sitting.group_id)
        .where(
            Sitting.slug == slug,
            Membership.user_id == instructor_id,
            Membership.part == Part.INSTRUCTOR,
        )
        .order_by(Sitting.id.desc())
    )
    return [
        Use(
            sitting=sitting,
            group=group,
            edition=edition,
            has_begun=has_begun,
            panel=kept["panel"] if kept else None,
        )
        for sitting, group, edition, has_begun, kept in db.session.execute(statement)
    ]


def edition_of_sitting(sitting_id: int) -> QuizEdition:
    """The quiz as it was when it was set; one query."""
    statement = (
        select(StoredQuiz.slug, StoredQuiz.hash)
        .join(Sitting, Sitting.edition_id == StoredQuiz.id)
        .where(Sitting.id == sitting_id)
    )
    slug, found = db.session.execute(statement).one()
    return editions.edition_by_hash(slug, found)


def asks_the_same(ours: QuizEdition, theirs: QuizEdition) -> bool:
    """Whether a panel that answered ``ours`` answered all weighings of ``theirs`` as they are."""
    return all(fits(item, theirs.quiz.item(item.slug)) for item in weighings_of(ours))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A frozen panel that can be laid beside a quiz."""

    panel: Panel
    edition: QuizEdition  # that it answered
    n: int  # members who finished
    items: int  # that have a key
    provisional: int  # of those, with fewer answers than are needed


def choices_for(viewer: User) -> list[Choice]:
    """The panels that this user can lay beside a quiz, newest first; one query."""
    finished = (
        select(func.count(PanelMember.finished_at))
        .where(PanelMember.panel_id == Panel.id)
        .correlate(Panel)
        .scalar_subquery()
    )
    keys = select(func.count(PanelKey.id)).where(PanelKey.panel_id == Panel.id).correlate(Panel)
    few = keys.where(PanelKey.n < Panel.min_n)
    statement = (
        select(Panel, StoredQuiz.hash, finished, keys.scalar_subquery(), few.scalar_subquery())
        .join(StoredQuiz, StoredQuiz.id == Panel.edition_id)
        .where(_seen_by(viewer), Panel.frozen_at.is_not(None), Panel.archived_at.is_(None))
        .order_by(Panel.id.desc())
    )
    return [
        Choice(
            panel=panel,
            edition=editions.edition_by_hash(panel.slug, found),
            n=n,
            items=items,
            provisional=provisional,
        )
        for panel, found, n, items, provisional in db.session.execute(statement).all()
    ]


def uses_of(panel_id: int) -> int:
    """How many quizzes use a panel, of whatever group; one query."""
    used = Sitting.panel["panel"].as_integer() == panel_id
    return db.session.scalar(select(func.count(Sitting.id)).where(used)) or 0


def has_next_version(panel_id: int) -> bool:
    """Whether a panel was made from this one; one query."""
    return bool(db.session.scalar(select(exists().where(Panel.made_from == panel_id))))


# --- A member, who has nothing but the link ------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who opened the link, of which panel, and who asks."""

    member: PanelMember
    panel: Panel
    by: str | None  # the name of who asks; None when their account is gone


def by_token(token: str) -> Asked | None:
    """The member to whom this link belongs, whatever became of it; one query."""
    statement = (
        select(PanelMember, Panel, User.name)
        .join(Panel, Panel.id == PanelMember.panel_id)
        .join(Panel.edition)
        .options(contains_eager(Panel.edition))
        .outerjoin(User, User.id == Panel.made_by)
        .where(PanelMember.token_hash == digest(token))
    )
    found = db.session.execute(statement).one_or_none()
    return Asked(member=found[0], panel=found[1], by=found[2]) if found else None


def own_answers(member: PanelMember) -> dict[str, PanelAnswer]:
    """What this member answered, by item; there is no way to get that of another. One query."""
    statement = select(PanelAnswer).filter_by(member_id=member.id)
    return {answer.item: answer for answer in db.session.scalars(statement)}


class Lack(StrEnum):
    """What an answer needs before it can be handed in."""

    ANSWER = "answer"  # it is blank
    WHOLE = "whole"  # it is not whole
    REASON = "reason"


def lacks(item: Weighing, answer: PanelAnswer | None) -> Lack | None:
    """What is still missing of an answer; ``None`` when it is whole and has a reason."""
    if answer is None or answer.given is None:
        return Lack.ANSWER
    if problem_of(item, answer.given):
        return Lack.WHOLE
    return None if answer.reason else Lack.REASON
