"""Writes of weighings."""

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from course.core.db import db
from course.core.log import log
from course.domain.distributions import MINIMUM
from course.domain.weighing.scale import Balance
from course.groups import actions as groups
from course.lessons import actions as lessons
from course.lessons.visit import Visit
from course.weighings import queries
from course.weighings.models import GroupPicture, Weighing


def weigh(visit: Visit, *, scale: str, weights: Balance, action: str, reason: str) -> bool:
    """Keep the weighing and finish the step; ``False`` when this step was weighed already.

    A second click or a second tab changes nothing: the first weighing stands.
    """
    run = visit.run
    weighing = Weighing(
        user_id=run.user_id,
        enrolment_id=run.id,
        lesson=run.lesson,
        step=visit.step.slug,
        scale=scale,
        agreement=list(weights.agreement_weights),
        client=list(weights.client_weights),
        agreement_sum=weights.agreement,
        client_sum=weights.client,
        action=action,
        reason=reason,
    )
    try:
        with db.session.begin_nested():
            db.session.add(weighing)
    except IntegrityError:
        db.session.rollback()
        return False
    lessons.add_step_done(run, visit.step.slug, go_to=visit.step.slug)
    lessons.remove_draft(run.id, visit.step.slug)
    _take_pictures(run.user_id, run.lesson, visit.step.slug)
    db.session.commit()
    log.info("weighed", user=run.user_id, lesson=run.lesson, step=visit.step.slug)
    return True


def _take_pictures(user_id: int, lesson: str, step: str) -> None:
    """Keep how a group weighed at a step once enough of them did; then its picture stays as it is.

    Weighing again is a step of its own, with a picture of its own.

    Who saw a picture and then a newer one could subtract them, and what is left gives away those
    who weighed in between as soon as they are alike. Taken once, there is nothing to subtract,
    whoever comes, leaves or weighs again.
    """
    for group_id in groups.lock_groups_of(user_id):
        key = {"group_id": group_id, "lesson": lesson, "scale": step}
        if db.session.scalar(select(GroupPicture.id).filter_by(**key)) is not None:
            continue
        counts = queries.sides_in_group(group_id, lesson, step)
        if sum(counts) >= MINIMUM:
            db.session.add(GroupPicture(**key, answers=sum(counts), counts=counts))


def reply(enrolment_id: int, step: str, text: str) -> None:
    """Keep the answer to the voice against; writing again replaces it."""
    db.session.execute(
        update(Weighing)
        .where(Weighing.enrolment_id == enrolment_id, Weighing.step == step)
        .values(reply=text or None)
    )
    lessons.remove_draft(enrolment_id, step)
    db.session.commit()
    log.info("replied", enrolment=enrolment_id, step=step)
