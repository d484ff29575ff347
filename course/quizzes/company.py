"""How others weighed, as a learner or an instructor may see it, beside one's own answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from course.core.db import db
from course.core.i18n import _, language
from course.curriculum.quizzes import (
    BestWorstItem,
    OptionsItem,
    PointsItem,
    RankItem,
    RateItem,
    SctItem,
    SliderItem,
    Weighing,
)
from course.domain.distributions import Cell, shown_distribution
from course.groups.models import Membership, Part
from course.quizzes import words
from course.quizzes.models import ItemPicture, QuizAttempt, Sitting
from course.quizzes.pictures import (
    BAND,
    BEST,
    EVERYBODY,
    FIRST,
    LAST_BAND,
    MOST,
    TIE,
    WORST,
    cells_of,
)
from course.quizzes.responses import Kept

HUNDRED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer: what the group and everybody made of it. ``None``: nothing may be shown."""

    words: str
    is_own: bool
    group: Cell | None
    everybody: Cell | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of an item."""

    label: str
    answers: tuple[Answered, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """How others weighed an item; 0 people where nothing may be shown."""

    group: int
    everybody: int
    sections: tuple[Section, ...]


def pictures_for(row: QuizAttempt) -> list[ItemPicture]:
    """What the learner of an attempt may see: their group of the sitting, or any; and everybody."""
    mine = select(Membership.group_id).where(
        Membership.user_id == row.user_id, Membership.part == Part.LEARNER
    )
    if row.sitting_id is not None:
        of_sitting = select(Sitting.group_id).where(Sitting.id == row.sitting_id)
        mine = mine.where(Membership.group_id.in_(of_sitting))
    return _pictures(row.slug, or_(ItemPicture.scope == EVERYBODY, ItemPicture.group_id.in_(mine)))


def pictures_of(group_id: int, slug: str) -> list[ItemPicture]:
    """Those of a group; the caller has checked who may see it."""
    return _pictures(slug, ItemPicture.group_id == group_id)


def _pictures(slug: str, whose: object) -> list[ItemPicture]:
    statement = (
        select(ItemPicture)
        .where(ItemPicture.slug == slug, whose)  # type: ignore[arg-type]  # a condition
        .order_by(ItemPicture.answers.desc(), ItemPicture.id)
    )
    return list(db.session.scalars(statement))


def company(item: Weighing, pictures: Sequence[ItemPicture], *, own: Kept = None) -> Company:
    """How others weighed this item. Of several groups the one with most answers."""
    of_item = [picture for picture in pictures if picture.item == item.slug and picture.answers]
    group = next((picture for picture in of_item if picture.group_id is not None), None)
    everybody = next((picture for picture in of_item if picture.scope == EVERYBODY), None)
    if group and everybody and group.answers == everybody.answers:
        everybody = None  # the same people
    mine = cells_of(item, own)
    return Company(
        group=group.answers if group else 0,
        everybody=everybody.answers if everybody else 0,
        sections=tuple(
            Section(
                label=label,
                answers=tuple(
                    Answered(words=text, is_own=mine.get(part) == cell, group=g, everybody=e)
                    for (cell, text), g, e in zip(
                        cells.items(),
                        _shown(group, part, cells),
                        _shown(everybody, part, cells),
                        strict=True,
                    )
                ),
            )
            for part, label, cells in _parts(item)
        ),
    )


def _shown(
    picture: ItemPicture | None, part: str, cells: Mapping[str, str]
) -> Sequence[Cell | None]:
    counts = [picture.counts.get(part, {}).get(cell, 0) for cell in cells] if picture else []
    found = shown_distribution(counts) if counts and sum(counts) else None
    return found.cells if found else [None] * len(cells)


def _parts(item: Weighing) -> list[tuple[str, str, dict[str, str]]]:
    """Part, what it is called, and its answers in words, in the order of the item."""
    lang = language()
    options = (
        {option.slug: option.text[lang] for option in item.options}
        if isinstance(item, OptionsItem)
        else {}
    )
    match item:
        case SctItem():
            return [("", "", {str(step): text for step, text in words.scale_of(item)})]
        case SliderItem():
            return [("", "", _bands())]
        case RateItem():
            ratings = {str(step): text for step, text in words.ratings()}
            return [(slug, text, ratings) for slug, text in options.items()]
        case RankItem():
            return [(FIRST, _("put first"), options)]
        case PointsItem():
            return [(MOST, _("given the most points"), {**options, TIE: _("several the same")})]
        case BestWorstItem():
            return [(BEST, _("matters most"), options), (WORST, _("matters least"), options)]
    return []


def _bands() -> dict[str, str]:
    bands = {}
    for low in range(0, LAST_BAND + 1, BAND):
        high = HUNDRED if low == LAST_BAND else low + BAND - 1
        bands[str(low)] = f"{low}–{high}"
    return bands
