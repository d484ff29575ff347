"""Reads of weighings. A weighing is only reachable with its owner."""

from collections import Counter

from sqlalchemy import bindparam, select

from course.core.db import db
from course.domain.distributions import Distribution, shown_distribution
from course.domain.weighing.scale import Balance, Side, balance, side
from course.groups.models import Membership, Part
from course.lessons.models import Enrolment
from course.weighings.models import GroupPicture, Weighing

SIDES = (Side.AGREEMENT, Side.EVEN, Side.CLIENT)


def balance_of(weighing: Weighing) -> Balance:
    """The weights on the scale."""
    return balance(agreement=weighing.agreement, client=weighing.client)


# Built once, because every page with a weighing asks for these two.
_IN_RUN = (
    select(Weighing).where(Weighing.enrolment_id == bindparam("enrolment_id")).order_by(Weighing.id)
)
_PICTURE_OF_MY_GROUP = (
    select(GroupPicture)
    .where(
        GroupPicture.group_id.in_(
            select(Membership.group_id).where(
                Membership.user_id == bindparam("user_id"), Membership.part == Part.LEARNER
            )
        ),
        GroupPicture.lesson == bindparam("lesson"),
        GroupPicture.scale == bindparam("scale"),
    )
    .order_by(GroupPicture.answers.desc(), GroupPicture.id)
    .limit(1)
)


def in_run(enrolment_id: int) -> dict[str, Weighing]:
    """All weighings of one run through a lesson, by step, in the order they were made."""
    weighings = db.session.scalars(_IN_RUN, {"enrolment_id": enrolment_id})
    return {weighing.step: weighing for weighing in weighings}


def group_picture(user_id: int, lesson: str, scale: str) -> Distribution | None:
    """How the viewer's group weighed, when it is large enough to hide everyone in it."""
    values = {"user_id": user_id, "lesson": lesson, "scale": scale}
    picture = db.session.scalar(_PICTURE_OF_MY_GROUP, values)
    return shown_distribution(picture.counts) if picture else None


def pictures_of_group(group_id: int, lesson: str) -> dict[str, Distribution]:
    """How a group weighed, by the step where it did: only what hides everyone in it.

    The caller has checked the group.
    """
    statement = select(GroupPicture).filter_by(group_id=group_id, lesson=lesson)
    found = {
        picture.scale: shown_distribution(picture.counts)
        for picture in db.session.scalars(statement)
    }
    return {scale: shown for scale, shown in found.items() if shown}


def sides_in_group(group_id: int, lesson: str, step: str) -> list[int]:
    """How many learners of a group weighed towards each of ``SIDES`` at a step; last runs."""
    statement = (
        select(Weighing)
        .join(Enrolment, Enrolment.id == Weighing.enrolment_id)
        .join(Membership, Membership.user_id == Weighing.user_id)
        .where(
            Membership.group_id == group_id,
            Membership.part == Part.LEARNER,
            Weighing.lesson == lesson,
            Weighing.step == step,
        )
        .order_by(Enrolment.run)
    )
    latest = {item.user_id: item for item in db.session.scalars(statement)}
    counted = Counter(side(balance_of(item).lean) for item in latest.values())
    return [counted[value] for value in SIDES]
