"""Writes of moments: set one, give more time and tell so once, open a calendar and close it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from course.accounts.models import User
from course.accounts.tokens import digest, new_token
from course.audit import actions as audit
from course.audit.models import Kind as Done
from course.core.clock import now
from course.core.db import db, insert_if_absent
from course.core.i18n import _, speaking
from course.core.log import log
from course.domain.deadlines import AfterDue
from course.groups.models import Group, Membership, Part
from course.messages import actions as messages
from course.messages.models import Kind
from course.schedule import words
from course.schedule.models import (
    WHOLE_LESSON,
    CalendarFeed,
    Extension,
    LessonMoment,
    Subgroup,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When something opens and is due, in UTC, and what happens after that. One of them is set."""

    opens_at: datetime | None
    due_at: datetime | None
    after_due: AfterDue = AfterDue.MARKED


def set_moment(
    instructor_id: int, group_id: int, lesson: str, step: str, times: Times
) -> LessonMoment:
    """Set the moment of a lesson, or of one step of it; what was set before is replaced.

    Extensions that were given stay, and never make a deadline earlier than that of the others.
    """
    plain = {"opens_at": times.opens_at, "due_at": times.due_at, "after_due": times.after_due}
    where = {"group_id": group_id, "lesson": lesson, "step": step}
    insert_if_absent(LessonMoment, **where, **plain, made_by=instructor_id)
    statement = select(LessonMoment).filter_by(**where).with_for_update()
    moment = db.session.execute(statement.execution_options(populate_existing=True)).scalar_one()
    if any(getattr(moment, name) != value for name, value in plain.items()):
        for name, value in plain.items():
            setattr(moment, name, value)
        moment.changed_at = now()
    db.session.commit()
    log.info("moment_set", by=instructor_id, group=group_id, moment=moment.id)
    return moment


def remove_moment(instructor_id: int, moment: LessonMoment) -> None:
    """Take a moment away, with the extensions that were given for it."""
    db.session.execute(delete(LessonMoment).where(LessonMoment.id == moment.id))
    db.session.commit()
    log.info("moment_removed", by=instructor_id, moment=moment.id)


# --- More time -----------------------------------------------------------------------------


def extend(
    instructor_id: int,
    moment: LessonMoment,
    user_ids: Collection[int],
    *,
    until: datetime,
    reason: str,
) -> int:
    """Give these learners of the group until ``until``; returns for how many that was new.

    Each of them is told once: who has exactly this already, as after a second click, is left
    alone.
    """
    rows = _held(moment, user_ids)
    at, told = now(), []
    for user, row in rows:
        if row is not None and (row.until, row.reason) == (until, reason):
            continue
        extension = row or Extension(moment_id=moment.id, user_id=user.id)
        extension.until, extension.reason = until, reason
        extension.given_by, extension.given_at = instructor_id, at
        db.session.add(extension)
        _tell(user, moment, until, at)
        told.append(user.id)
    _note(Done.MORE_TIME, moment, told, by=instructor_id)
    db.session.commit()
    log.info("extension_given", by=instructor_id, moment=moment.id, count=len(told))
    return len(told)


def take_back(instructor_id: int, moment: LessonMoment, user_ids: Collection[int]) -> int:
    """Take the extensions of these learners away, and tell each of them; returns how many."""
    at, told = now(), []
    for user, row in _held(moment, user_ids):
        if row is None:
            continue
        db.session.delete(row)
        _tell(user, moment, None, at)
        told.append(user.id)
    _note(Done.LESS_TIME, moment, told, by=instructor_id)
    db.session.commit()
    log.info("extension_taken_back", by=instructor_id, moment=moment.id, count=len(told))
    return len(told)


def _note(kind: Done, moment: LessonMoment, whom: Collection[int], *, by: int) -> None:
    about = f"{moment.lesson}/{moment.step}".rstrip("/")
    audit.note(kind, by=by, whom=whom, group=moment.group_id, about=about)


def _held(moment: LessonMoment, user_ids: Collection[int]) -> list[tuple[User, Extension | None]]:
    """These learners of the group with what they have now; the moment is held until the commit.

    So that of two clicks at once the second finds what the first one did.
    """
    db.session.execute(
        select(LessonMoment.id).where(LessonMoment.id == moment.id).with_for_update()
    )
    statement = (
        select(User, Extension)
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(Extension, (Extension.user_id == User.id) & (Extension.moment_id == moment.id))
        .where(
            Membership.group_id == moment.group_id,
            Membership.part == Part.LEARNER,
            User.id.in_(user_ids),
        )
        .order_by(User.id)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def _tell(user: User, moment: LessonMoment, until: datetime | None, at: datetime) -> None:
    """On the site, and by mail where they want that; once for each time that it changes."""
    step = f"/{moment.step}" if moment.step != WHOLE_LESSON else ""
    with speaking(user.language):
        subject, body = letter(moment, until)
    messages.tell(
        user,
        kind=Kind.TIME,
        key=f"extension:{moment.id}:{user.id}:{until and until.isoformat()}:{at.isoformat()}",
        subject=subject,
        body=body,
        link=f"/lessons/{moment.lesson}{step}",
    )


def letter(moment: LessonMoment, until: datetime | None) -> tuple[str, str]:
    """The subject and text of the message, in the language that is spoken now.

    ``until`` is ``None`` for time that was taken back. The reason is not in it: mail goes through
    many hands, and the page of the lesson shows it to this person only.
    """
    title = words.title_of(moment.lesson, moment.step)
    if until is not None:
        body = _(
            "You have more time for “%(title)s”: until %(until)s. If your instructor wrote why, "
            "you find that with the lesson; only you and your instructors can read it.",
            title=title,
            until=words.written(until),
        )
        return str(_("You have more time")), str(body)
    body = _(
        "The extra time for “%(title)s” was taken back. The deadline of your group holds again: "
        "%(due)s. Ask your instructor if you did not expect this.",
        title=title,
        due=words.written(moment.due_at) if moment.due_at else "–",
    )
    return str(_("Your extra time was taken back")), str(body)


def name_subgroup(instructor_id: int, group_id: int, user_ids: Collection[int], name: str) -> None:
    """These learners form a subgroup from now on, and are in no other; "" takes them out."""
    own = select(Membership.id).where(
        Membership.group_id == group_id,
        Membership.part == Part.LEARNER,
        Membership.user_id.in_(user_ids),
    )
    # The group is held: of two who name the same people at once, the second replaces the first.
    db.session.execute(select(Group.id).where(Group.id == group_id).with_for_update())
    ids = list(db.session.scalars(own))
    db.session.execute(delete(Subgroup).where(Subgroup.membership_id.in_(ids)))
    if name:
        db.session.add_all(Subgroup(membership_id=each, name=name) for each in ids)
    db.session.commit()
    log.info("subgroup_named", by=instructor_id, group=group_id, count=len(ids))


# --- A calendar that reads along -----------------------------------------------------------


def open_feed(user_id: int) -> str:
    """Give the agenda of this user a new secret; returns it once. An earlier one ends at once."""
    token = new_token()
    insert_if_absent(CalendarFeed, user_id=user_id, token_hash=digest(token))
    feed = db.session.get_one(CalendarFeed, user_id, populate_existing=True, with_for_update=True)
    feed.token_hash, feed.made_at = digest(token), now()
    db.session.commit()
    log.info("calendar_feed_opened", user=user_id)
    return token


def close_feed(user_id: int) -> None:
    """No calendar reads along any more, from this moment on."""
    db.session.execute(delete(CalendarFeed).where(CalendarFeed.user_id == user_id))
    db.session.commit()
    log.info("calendar_feed_closed", user=user_id)
