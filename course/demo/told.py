"""Loading what people were told: what instructors wrote to a group, and results that came back.

It stands on the site only. Nothing goes by mail: nobody reads the mail of the demo.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import select

from course.accounts.models import User
from course.audit.models import Entry
from course.audit.models import Kind as Done
from course.core.clock import AMSTERDAM, now
from course.core.db import db
from course.core.i18n import DEFAULT, speaking
from course.demo.instructing import Sent
from course.demo.plan import DemoError
from course.groups.models import Group
from course.lessons import editions
from course.marking import releasing
from course.marking.models import Assignment, Release
from course.messages.models import Kind, Notice
from course.reflections.models import Submission
from course.teaching.models import TOLD_AS, Letter

COFFEE: Final = time(10, 30)


def add_letters(
    letters: tuple[Sent, ...], group: Group, users: Mapping[str, User], instructor: User
) -> None:
    """Add what was written to a group; ``users`` are its learners by name. Does not commit.

    Raises :exc:`DemoError` for a message that does not stand ready, and for an unknown name.
    """
    for sent in letters:
        letter = editions.library().letters.get(sent.ready)
        if letter is None:
            raise DemoError(f"no message {sent.ready!r} stands ready")
        if unknown := set(sent.to) - users.keys():
            raise DemoError(f"{sorted(unknown)} got a message, and are not in the group")
        receivers = [users[name] for name in sent.to or users]
        at, key = _days_ago(sent.ago), secrets.token_urlsafe(16)
        db.session.add(
            Letter(
                user_id=instructor.id,
                group_id=group.id,
                key=key,
                subject=letter.subject[DEFAULT],
                body=letter.body[DEFAULT],
                receivers=len(receivers),
                sent_at=at,
            )
        )
        for user in receivers:
            lang = user.language or DEFAULT
            body = f"{letter.body[lang]}\n\n{instructor.name}, {group.name}"
            notice = _notice(
                user, Kind.LETTER, f"{TOLD_AS}{key}:{user.id}", at, letter.subject[lang], body
            )
            notice.sender_id = instructor.id
            notice.read_at = at + timedelta(hours=2) if sent.is_opened else None
            db.session.add(notice)
            same = {"user_id": user.id, "actor_id": instructor.id, "group_id": group.id}
            db.session.add(Entry(**same, kind=Done.WROTE, made_at=at))


def add_results(group: Group) -> None:
    """Tell of each result of a reflection that was returned in a group. Does not commit."""
    statement = (
        select(Release, Assignment, Submission.public_id, User)
        .join(Assignment, Assignment.id == Release.assignment_id)
        .join(Submission, Submission.id == Release.submission_id)
        .join(User, User.id == Release.user_id)
        .where(Assignment.group_id == group.id)
    )
    for release, assignment, public_id, user in db.session.execute(statement):
        with speaking(user.language):
            subject, body = releasing.words_of(assignment)
        key = releasing.key_of(release)
        notice = _notice(user, Kind.RESULT, key, release.visible_at, subject, body)
        notice.link = releasing.link_to(public_id)
        notice.read_at = release.seen_at
        db.session.add(notice)


def _notice(user: User, kind: Kind, key: str, at: datetime, subject: str, body: str) -> Notice:
    return Notice(
        public_id=secrets.token_urlsafe(12),
        user_id=user.id,
        kind=kind,
        key=key,
        subject=subject,
        body=body,
        told_at=at,
    )


def _days_ago(days: int) -> datetime:
    today = now().astimezone(AMSTERDAM).date()
    return datetime.combine(today - timedelta(days=days), COFFEE, AMSTERDAM)
