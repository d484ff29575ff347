"""Results that are returned: to one learner, to a group, or at a moment; and taken back.

What a learner gets is what their markers agreed, or the one marking that is done. The grade goes
into the book of grades in the same transaction, and the message into the outbox, so neither is
there without the other.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import defer

from course.accounts.models import User
from course.audit import actions as audit
from course.audit.models import Kind as Done
from course.core.clock import now
from course.core.db import db
from course.core.errors import CourseError
from course.core.i18n import _, speaking
from course.core.log import log
from course.domain.foureyes import State
from course.domain.grades import Grade, Scheme
from course.domain.grades import narrative as no_number
from course.groups.models import Membership, Part
from course.marking import grades, rubrics
from course.marking.models import Agreed, Assignment, Marking, Release
from course.marking.queries import Item, Stand
from course.messages import actions as messages
from course.messages import mails
from course.messages.models import Kind
from course.reflections.models import Submission
from course.schedule.words import title_of


class NotReady(CourseError):
    """There is nothing to return yet, or markers have to agree first."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """What a learner gets: of a marking, with the levels that count."""

    marking: Marking
    levels: Mapping[str, int]
    agreed: Agreed | None = None

    def grade(self, assignment: Assignment) -> Grade | None:
        """The grade that follows, or that was agreed; None without one."""
        if self.agreed is not None:
            return rubrics.agreed_grade(assignment, self.agreed)
        return rubrics.grade_of(assignment, self.levels)


def final_of(item: Item, agreed: Agreed | None) -> Final | None:
    """What would be returned now; None while nobody is done, or while two have to agree."""
    if item.state not in {State.RECONCILED, State.RELEASED}:
        return None
    done = [row for row in item.markings.values() if row.done_at is not None]
    first = min(done, key=lambda row: ({"first": 0, "second": 1, "third": 2}[row.part], row.id))
    if agreed is not None:
        return Final(marking=first, levels=agreed.levels, agreed=agreed)
    if len(done) > 1:
        return None
    return Final(marking=first, levels=first.levels)


def give(
    assignment: Assignment, items: Sequence[Item], *, by: int, at: datetime | None = None
) -> int:
    """Return the results of these submissions, now or ``at`` a moment; give how many.

    Raises :exc:`NotReady` when one of them cannot be returned yet: then none is.
    """
    count = add_results(assignment, items, by=by, at=at)
    db.session.commit()
    log.info("results_given", assignment=assignment.id, count=count, by=by)
    return count


def add_results(
    assignment: Assignment, items: Sequence[Item], *, by: int, at: datetime | None = None
) -> int:
    """Within the caller's transaction: as :func:`give`.

    What was returned already is left as it is. Raises :exc:`NotReady` when one of them cannot be
    returned yet: then none is.
    """
    agreed = {
        row.submission_id: row
        for row in db.session.scalars(
            select(Agreed).where(Agreed.submission_id.in_([item.submission.id for item in items]))
        )
    }
    ready = []
    for item in items:
        if item.stand is Stand.GIVEN or item.is_scheduled:
            continue
        final = final_of(item, agreed.get(item.submission.id))
        if final is None:
            raise NotReady(
                _(
                    "%(code)s is not ready: it is not marked, or its markers have to agree first. "
                    "Nothing was returned.",
                    code=item.name or item.code,
                )
            )
        ready.append((item, final))
    visible = max(at, now()) if at else now()
    return sum(_add(assignment, item, final, visible, by=by) for item, final in ready)


def _add(assignment: Assignment, item: Item, final: Final, visible: datetime, *, by: int) -> bool:
    """``False`` when a colleague, or the other click, returned it in this very moment."""
    submission = item.submission
    row = Release(
        user_id=submission.user_id,
        submission_id=submission.id,
        assignment_id=assignment.id,
        marking_id=final.marking.id,
        visible_at=visible,
        made_by=by,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return False
    value = final.grade(assignment)
    narrative = Scheme.from_plain(assignment.scheme).kind == "narrative"
    if value is not None or narrative:
        row.grade_number = grades.add(
            submission.user_id,
            assignment.id,
            value or no_number(),
            by=by,
            reason="given",
            rubric=rubrics.edition_of(assignment).hash,
        )
    if visible <= now():  # else when it is seen, see tell_due
        _note(Done.RETURNED, assignment, submission.user_id, by=by)
    return True


def _note(kind: Done, assignment: Assignment, whom: int, *, by: int | None) -> None:
    about = f"{assignment.lesson}/{assignment.step}"
    audit.note(kind, by=by, whom=[whom], group=assignment.group_id, about=about)


def retract(release: Release, why: str, *, by: int) -> None:
    """Take a result back, with the reason; the learner no longer sees it, and the book says so."""
    gone = db.session.execute(
        update(Release)
        .where(Release.id == release.id, Release.retracted_at.is_(None))
        .values(retracted_at=now(), retracted_why=why)
        .returning(Release.id)
    ).all()
    if not gone:  # the other click was first
        db.session.rollback()
        return
    grades.add(release.user_id, release.assignment_id, None, by=by, reason=why)
    assignment = db.session.get_one(Assignment, release.assignment_id)
    _note(Done.RETRACTED, assignment, release.user_id, by=by)
    db.session.commit()
    log.info("result_retracted", release=release.id, by=by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The newest result that a learner has."""

    submission: Submission
    name: str
    grade: Grade | None
    at: datetime


def given_in(assignment: Assignment) -> list[Given]:
    """What each learner of the group has now, by name; two queries.

    Until a next version is returned that is the result of the one before.
    """
    statement = (
        select(Submission, User.name, Release)
        .join(Release, Release.submission_id == Submission.id)
        .join(User, User.id == Submission.user_id)
        .join(Membership, Membership.user_id == User.id)
        .options(defer(Submission.text))
        .where(
            Release.assignment_id == assignment.id,
            Release.retracted_at.is_(None),
            Release.visible_at <= now(),
            Membership.group_id == assignment.group_id,
            Membership.part == Part.LEARNER,
        )
        .order_by(Submission.number)
    )
    newest = {row[0].user_id: row for row in db.session.execute(statement).all()}
    values = grades.values_at([row[2].grade_number for row in newest.values()])
    found = [
        Given(
            submission=submission,
            name=name,
            grade=values.get(release.grade_number),
            at=release.visible_at,
        )
        for submission, name, release in newest.values()
    ]
    return sorted(found, key=lambda given: (given.name, given.submission.id))


def tell_due() -> None:
    """Post one message for each result that can be seen since; a job calls this every minute."""
    statement = (
        select(Release, User, Submission.public_id)
        .join(User, User.id == Release.user_id)
        .join(Submission, Submission.id == Release.submission_id)
        .where(
            Release.told_at.is_(None),
            Release.retracted_at.is_(None),
            Release.visible_at <= now(),
        )
        .limit(200)
    )
    for release, user, public_id in db.session.execute(statement).all():
        claimed = db.session.execute(
            update(Release)
            .where(
                Release.id == release.id,
                Release.told_at.is_(None),
                Release.retracted_at.is_(None),
            )
            .values(told_at=now())
        )
        if claimed.rowcount:  # type: ignore[attr-defined]  # an UPDATE counts its rows
            assignment = db.session.get_one(Assignment, release.assignment_id)
            if release.visible_at > release.made_at:
                _note(Done.RETURNED, assignment, user.id, by=release.made_by)
            _tell(release, user, assignment, link_to(public_id))
        db.session.commit()


def _tell(release: Release, user: User, assignment: Assignment, link: str) -> None:
    with speaking(user.language):
        subject, body = words_of(assignment)
    key = key_of(release)
    messages.tell(user, kind=Kind.RESULT, key=key, subject=subject, body=body, link=link)


def key_of(release: Release) -> str:
    """Under which a learner is told of a result: once."""
    return f"feedback:{release.id}"


def link_to(public_id: str) -> str:
    """Where a learner reads the feedback on what they handed in."""
    return f"/reflections/{public_id}/feedback"


def words_of(assignment: Assignment) -> tuple[str, str]:
    """The subject and the text of what is told, in the language that is spoken now."""
    title = title_of(assignment.lesson, assignment.step)
    body = _("Your instructor returned your reflection “%(title)s”.", title=title)
    return _("There is feedback on your reflection"), body


def letter(assignment: Assignment) -> tuple[str, str]:
    """The subject and text of the mail, in the language that is spoken now; links are left out."""
    subject, body = words_of(assignment)
    return subject, mails.written(_("(name of the student)"), body, link="…", stop="…")


def standing(assignment_id: int, submission_ids: Collection[int]) -> dict[int, Release]:
    """The results that were given and not taken back, by submission; one query."""
    statement = select(Release).where(
        Release.assignment_id == assignment_id,
        Release.submission_id.in_(submission_ids),
        Release.retracted_at.is_(None),
    )
    return {row.submission_id: row for row in db.session.scalars(statement)}
