"""Quizzes that are set for a group as a source of what is coming."""

from collections.abc import Collection, Sequence
from datetime import datetime

from flask import url_for
from sqlalchemy import exists, or_, select

from course.core.db import db
from course.core.i18n import _, language
from course.groups.models import Group, Membership, Part
from course.quizzes import editions
from course.quizzes.attempts import due_for, personal_of
from course.quizzes.models import Allowance, QuizAttempt, Sitting
from course.schedule.coming import Coming, Kind


class Sittings:
    """When quizzes open, are due, and close."""

    def for_learner(self, user_id: int, since: datetime) -> Sequence[Coming]:
        """The moments of quizzes, with what this learner gets beside the rules; one query."""
        done = exists().where(
            QuizAttempt.sitting_id == Sitting.id,
            QuizAttempt.user_id == user_id,
            QuizAttempt.finished_at.is_not(None),
        )
        statement = (
            select(Sitting, Group.name, Allowance, done)
            .join(Group, Group.id == Sitting.group_id)
            .join(Membership, Membership.group_id == Group.id)
            .outerjoin(
                Allowance, (Allowance.sitting_id == Sitting.id) & (Allowance.user_id == user_id)
            )
            .where(
                Membership.user_id == user_id,
                Membership.part == Part.LEARNER,
                Group.archived_at.is_(None),
                or_(
                    Sitting.opens_at >= since,
                    Sitting.closes_at >= since,
                    Sitting.due_at >= since,
                    Allowance.extension > 0,  # which may bring one of them beyond ``since``
                ),
            )
        )
        found: list[Coming] = []
        for sitting, group, allowance, is_done in db.session.execute(statement):
            more = personal_of(allowance)
            times = {
                Kind.OPENS: sitting.opens_at,
                Kind.DUE: due_for(sitting, more),
                Kind.CLOSES: sitting.closes_at and sitting.closes_at + more.extension,
            }
            note = _("you have more time than the group") if more.extension else ""
            url = url_for("taking.quiz", slug=sitting.slug, sitting=sitting.id)
            changed_at = max(sitting.made_at, allowance.given_at) if allowance else sitting.made_at
            found += [
                _coming(sitting, kind, at, url, group, changed_at, note, is_done=is_done)
                for kind, at in times.items()
                if at
            ]
        return found

    def for_groups(self, group_ids: Collection[int]) -> Sequence[Coming]:
        """The moments of the quizzes of groups; one query."""
        found: list[Coming] = []
        statement = (
            select(Sitting, Group.name)
            .join(Group, Group.id == Sitting.group_id)
            .where(Sitting.group_id.in_(group_ids))
        )
        for sitting, group in db.session.execute(statement):
            url = url_for(
                "teaching_quizzes.results", group_id=sitting.group_id, sitting_id=sitting.id
            )
            times = {
                Kind.OPENS: sitting.opens_at,
                Kind.DUE: sitting.due_at,
                Kind.CLOSES: sitting.closes_at,
            }
            found += [
                _coming(sitting, kind, at, url, group, sitting.made_at)
                for kind, at in times.items()
                if at
            ]
        return found


def _coming(
    sitting: Sitting,
    kind: Kind,
    at: datetime,
    url: str,
    group: str,
    changed_at: datetime,
    note: str = "",
    *,
    is_done: bool = False,
) -> Coming:
    edition = editions.current(sitting.slug)
    title = edition.quiz.title[language()] if edition else sitting.slug
    return Coming(
        uid=f"sitting-{sitting.id}-{kind}",
        kind=kind,
        at=at,
        title=title,
        group=group,
        url=url,
        changed_at=changed_at,
        note="" if kind is Kind.OPENS else note,
        is_done=is_done,
    )
