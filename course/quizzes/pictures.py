"""How people weighed, counted so that nobody can be told from it, whoever looks how often.

Answers come in by **blocks**: when ten or more learners of a group have answered an item that was
not counted yet, those answers are added to the picture of the group and to that of everybody, and
are never counted again. So each picture is a sum of whole blocks. Whoever subtracts a picture from
a later one, a group from everybody, or what two groups see, is left with whole blocks again: ten
people or more. Who joins, leaves, hands in again or closes an account changes nothing in it. The
percentages that are shown are rounded and suppressed besides (:mod:`course.domain.distributions`).

Counted is the first attempt of a learner that was handed in, to practise or not: an answer given
after seeing those of others is another answer. Whoever is in no group is counted among everybody.
Specification: assessment.md, 1.11.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import aliased

from course.core.clock import now
from course.core.db import db, insert_if_absent
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import (
    BestWorstItem,
    PointsItem,
    RankItem,
    RateItem,
    SctItem,
    SliderItem,
    Weighing,
    WeighingItem,
)
from course.domain.distributions import MINIMUM
from course.groups.models import Membership, Part
from course.quizzes.models import ItemPicture, QuizAttempt, Response
from course.quizzes.responses import Kept, problem_of

EVERYBODY: Final = "everybody"
FIRST, MOST, BEST, WORST = "first", "most", "best", "worst"  # parts of a picture
TIE: Final = "-"  # several got the most points
BAND: Final = 20  # points of the axis that are one answer
LAST_BAND: Final = 80


def scope_of(group_id: int) -> str:
    """Whose answers are in the picture of a group."""
    return f"group-{group_id}"


def cells_of(item: Weighing, kept: Kept) -> Mapping[str, str]:
    """What an answer counts as, by part of the item; nothing when it is not whole."""
    if kept is None or problem_of(item, kept):
        return {}
    match item, kept:
        case SctItem(), str():
            return {"": kept}
        case SliderItem(), str():
            return {"": str(min(int(kept) // BAND * BAND, LAST_BAND))}
        case RateItem(), dict():
            return kept
        case RankItem(), dict():
            return {FIRST: min(kept, key=lambda slug: int(kept[slug]))}
        case PointsItem(), dict():
            points = {slug: int(text) for slug, text in kept.items()}
            most = [slug for slug, number in points.items() if number == max(points.values())]
            return {MOST: most[0] if len(most) == 1 else TIE}
        case BestWorstItem(), dict():
            return {BEST: kept["best"], WORST: kept["worst"]}
    raise TypeError(f"item {item.slug!r} of type {item.type!r} cannot hold {kept!r}")


def take(row: QuizAttempt, edition: QuizEdition) -> None:
    """Within the caller's transaction, after ``row`` was handed in: count each block that is full.

    One at a time for each quiz: of two who hand in at once, the second counts the first.
    """
    items = {item.slug: item for item in edition.quiz.items if isinstance(item, WeighingItem)}
    if not items:
        return
    everybody = _locked(row.slug, list(items))
    db.session.flush()
    scopes: Sequence[int | None] = _groups_of(row.user_id) or [None]
    for group_id in scopes:
        waiting: dict[str, list[tuple[Response, Mapping[str, str]]]] = {}
        for response in _not_counted(row.slug, list(items), group_id):
            if cells := cells_of(items[response.item], response.given):
                waiting.setdefault(response.item, []).append((response, cells))
        full = {slug: block for slug, block in waiting.items() if len(block) >= MINIMUM}
        own = _of_group(group_id, row.slug, list(full)) if full and group_id else {}
        for slug, block in full.items():
            for picture in (everybody[slug], own.get(slug)):
                if picture is not None:
                    _add(picture, [cells for _response, cells in block])
            for response, _cells in block:
                response.is_pictured = True
        db.session.flush()


def _add(picture: ItemPicture, block: Sequence[Mapping[str, str]]) -> None:
    counts = {part: dict(cells) for part, cells in picture.counts.items()}
    for cells in block:
        for part, cell in cells.items():
            counted = counts.setdefault(part, {})
            counted[cell] = counted.get(cell, 0) + 1
    picture.counts, picture.answers = counts, picture.answers + len(block)
    picture.taken_at = now()


def _groups_of(user_id: int) -> list[int]:
    statement = select(Membership.group_id).filter_by(user_id=user_id, part=Part.LEARNER)
    return list(db.session.scalars(statement.order_by(Membership.group_id)))


def _locked(slug: str, items: Sequence[str]) -> dict[str, ItemPicture]:
    """The pictures of everybody, which nobody else changes until the transaction ends."""
    statement = (
        select(ItemPicture)
        .where(ItemPicture.scope == EVERYBODY, ItemPicture.slug == slug)
        .order_by(ItemPicture.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {picture.item: picture for picture in db.session.scalars(statement)}
    if set(items) <= found.keys():
        return found
    for item in items:
        _insert(EVERYBODY, None, slug, item)
    return {picture.item: picture for picture in db.session.scalars(statement)}


def _of_group(group_id: int, slug: str, items: Sequence[str]) -> dict[str, ItemPicture]:
    for item in items:
        _insert(scope_of(group_id), group_id, slug, item)
    statement = select(ItemPicture).filter_by(scope=scope_of(group_id), slug=slug)
    return {picture.item: picture for picture in db.session.scalars(statement)}


def _insert(scope: str, group_id: int | None, slug: str, item: str) -> None:
    key: dict[str, Any] = {"scope": scope, "group_id": group_id, "slug": slug, "item": item}
    insert_if_absent(ItemPicture, **key, answers=0, counts={})


_EARLIER: Final = aliased(QuizAttempt)
_LEARNS: Final = exists().where(
    Membership.user_id == QuizAttempt.user_id, Membership.part == Part.LEARNER
)
# Made once: composing them costs as much as what the database does with them.
_WAITING: Final = (
    select(Response)
    .join(QuizAttempt, QuizAttempt.id == Response.attempt_id)
    .where(
        QuizAttempt.slug == bindparam("slug"),
        QuizAttempt.finished_at.is_not(None),
        ~QuizAttempt.was_abandoned,
        Response.item.in_(bindparam("items", expanding=True)),
        ~Response.is_pictured,
        ~exists().where(
            _EARLIER.user_id == QuizAttempt.user_id,
            _EARLIER.slug == bindparam("slug"),
            _EARLIER.id < QuizAttempt.id,
            _EARLIER.finished_at.is_not(None),
            ~_EARLIER.was_abandoned,
        ),
    )
    .order_by(Response.attempt_id)
)
_WAITING_IN_A_GROUP: Final = _WAITING.where(
    _LEARNS.where(Membership.group_id == bindparam("group"))
)
_WAITING_IN_NONE: Final = _WAITING.where(~_LEARNS)


def _not_counted(slug: str, items: Sequence[str], group_id: int | None) -> list[Response]:
    """Answers in first attempts that were handed in, of a group, or of those in no group."""
    asks = {"slug": slug, "items": items}
    if group_id is None:
        return list(db.session.scalars(_WAITING_IN_NONE, asks))
    return list(db.session.scalars(_WAITING_IN_A_GROUP, {**asks, "group": group_id}))
