"""Which of a marker's comments led to change: for that marker, and nobody else."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from course.core.db import db
from course.domain.anchors import Anchor
from course.domain.feedbackuse import Answer, Comment, CommentUse, Effect, Use, comment_uses
from course.marking import queries
from course.marking.models import Marking, Release, Remark
from course.reflections.models import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A comment and what became of it; nothing says whose text it was."""

    remark: Remark
    use: CommentUse
    now: str  # what stands there in the next version; "" when nothing changed there


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The comments of one marker that were returned, newest first."""

    told: Sequence[Told]
    counts: Mapping[Effect, int]
    without_version: int  # comments on texts that have no next version yet


def overview(marker_id: int) -> Overview:
    """What learners did with the comments of this marker; two queries.

    A comment is compared with the version that was handed in after the one it is about.
    """
    old, new, later = aliased(Submission), aliased(Submission), aliased(Submission)
    following = (  # what was taken back before anybody read it is its writer's alone
        select(func.min(later.number))
        .where(
            later.enrolment_id == old.enrolment_id,
            later.step == old.step,
            later.number > old.number,
            later.withdrawn_at.is_(None) | later.marking_began_at.is_not(None),
        )
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Marking.id, old.text, new.text)
        .join(
            Release,
            (Release.submission_id == Marking.submission_id)
            & Release.retracted_at.is_(None)
            & queries.returned_with(Release),
        )
        .join(old, old.id == Marking.submission_id)
        .outerjoin(
            new,
            (new.enrolment_id == old.enrolment_id)
            & (new.step == old.step)
            & (new.number == following),
        )
        .where(Marking.marker_id == marker_id)
        .order_by(Marking.id.desc())
    ).all()
    remarks: dict[int, list[Remark]] = {number: [] for number, _old, _new in rows}
    statement = select(Remark).where(Remark.marking_id.in_(remarks)).order_by(Remark.id)
    for made in db.session.scalars(statement):
        remarks[made.marking_id].append(made)
    told = [
        each
        for number, before, after in rows
        if after is not None
        for each in _told(before, after, remarks[number])
    ]
    return Overview(
        told=told,
        counts=Counter(each.use.effect for each in told),
        without_version=sum(len(remarks[number]) for number, _old, after in rows if after is None),
    )


def _told(before: str, after: str, remarks: Sequence[Remark]) -> list[Told]:
    uses = comment_uses(before, after, [_comment(made) for made in remarks])
    return [
        Told(remark=made, use=use, now=_now(made, use, after))
        for made, use in zip(remarks, uses, strict=True)
    ]


def _now(made: Remark, use: CommentUse, after: str) -> str:
    start, end = use.after
    return after[start:end].strip() if made.place == "passage" and use.has_changed else ""


def _comment(made: Remark) -> Comment:
    answer = None
    if made.used is not None:
        answer = Answer(Use.USED if made.used else Use.NOT_USED, made.used_why or "")
    anchor = Anchor(**made.anchor) if made.place == "passage" else None
    return Comment(slug=made.public_id, anchor=anchor, answer=answer)
