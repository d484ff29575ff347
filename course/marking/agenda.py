"""Peer review and results as a source of what is coming."""

from collections.abc import Collection, Sequence
from datetime import datetime

from flask import url_for
from sqlalchemy import func, select

from course.core.clock import now
from course.core.db import db
from course.core.i18n import _, _n
from course.groups.models import Group
from course.marking.models import Assignment, PeerReview, Release
from course.reflections.models import Submission
from course.schedule.coming import Coming, Kind
from course.schedule.words import title_of


class Assignments:
    """Until when fellow students read, and when results are expected."""

    def for_learner(self, user_id: int, since: datetime) -> Sequence[Coming]:
        """What this learner has to read, and when they get back what they wrote; two queries."""
        return [*_to_read(user_id, since), *_expected(user_id)]

    def for_groups(self, group_ids: Collection[int]) -> Sequence[Coming]:
        """Both for whole groups; two queries."""
        reading = (
            select(Assignment, Group.name)
            .join(Group, Group.id == Assignment.group_id)
            .where(
                Assignment.group_id.in_(group_ids),
                Assignment.peers > 0,
                Assignment.peers_until.is_not(None),
            )
        )
        found = [
            Coming(
                uid=f"peers-{row.id}",
                kind=Kind.READS,
                at=row.peers_until,
                title=_("Peer review: %(title)s", title=title_of(row.lesson, row.step)),
                group=group,
                url=url_for("peers.overview", assignment_id=row.id),
                changed_at=row.made_at,
            )
            for row, group in db.session.execute(reading)
            if row.peers_until
        ]
        return [*found, *_to_give(group_ids)]


def _to_read(user_id: int, since: datetime) -> list[Coming]:
    statement = (
        select(PeerReview, Assignment, Group.name)
        .join(Assignment, Assignment.id == PeerReview.assignment_id)
        .join(Group, Group.id == Assignment.group_id)
        .where(
            PeerReview.user_id == user_id,
            PeerReview.ended_at.is_(None),
            Assignment.peers_until >= since,
        )
    )
    return [
        Coming(
            uid=f"peer-review-{review.id}",
            kind=Kind.READS,
            at=assignment.peers_until,
            title=_("Peer review: %(title)s", title=title_of(assignment.lesson, assignment.step)),
            group=group,
            url=url_for("peers.read", public_id=review.public_id),
            changed_at=review.allocated_at,
            is_done=review.done_at is not None,
        )
        for review, assignment, group in db.session.execute(statement)
        if assignment.peers_until
    ]


def _expected(user_id: int) -> list[Coming]:
    """Results that were promised for a later moment. Of what they are it says nothing."""
    statement = (
        select(Release, Submission.public_id, Assignment, Group.name)
        .join(Submission, Submission.id == Release.submission_id)
        .join(Assignment, Assignment.id == Release.assignment_id)
        .join(Group, Group.id == Assignment.group_id)
        .where(
            Release.user_id == user_id,
            Release.retracted_at.is_(None),
            Release.visible_at > now(),
        )
    )
    return [
        Coming(
            uid=f"result-{release.submission_id}",
            kind=Kind.RESULT,
            at=release.visible_at,
            title=title_of(assignment.lesson, assignment.step),
            group=group,
            url=url_for("reflections.receipt", public_id=public_id),
            changed_at=release.made_at,
        )
        for release, public_id, assignment, group in db.session.execute(statement)
    ]


def _to_give(group_ids: Collection[int]) -> list[Coming]:
    statement = (
        select(Assignment, Group.name, Release.visible_at, func.count(), func.max(Release.made_at))
        .join(Release, Release.assignment_id == Assignment.id)
        .join(Group, Group.id == Assignment.group_id)
        .where(
            Assignment.group_id.in_(group_ids),
            Release.retracted_at.is_(None),
            Release.visible_at > now(),
        )
        .group_by(Assignment.id, Group.name, Release.visible_at)
    )
    return [
        Coming(
            uid=f"results-{row.id}-{at:%Y%m%d%H%M}",
            kind=Kind.RESULT,
            at=at,
            title=title_of(row.lesson, row.step),
            group=group,
            url=url_for("returning.results", assignment_id=row.id),
            changed_at=made_at,
            note=_n("of %(num)s student", "of %(num)s students", count),
        )
        for row, group, at, count, made_at in db.session.execute(statement)
    ]
