"""Another key for one item: what may change after people answered, and the item that it makes.

Only what is right may change, never what was asked: an item with other options would be another
question, and what people answered would not be an answer to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import (
    Accepted,
    AnyItem,
    HotspotQuestion,
    ShortQuestion,
    TrueFalseQuestion,
)
from course.curriculum.schema import MultipleQuestion, NumberQuestion, SingleQuestion, Texts
from course.domain.scoring.scores import EVERYTHING, AnswerState
from course.domain.weighing import Key
from course.quizzes.marking import counts_for, key_hash, mark_item
from course.quizzes.responses import Kept

WHOLE: Final = 100  # percent of the points


class Kind(StrEnum):
    """What is done to an item."""

    RIGHT = "right"  # other options, bars, or the other side of a statement are right
    ACCEPT = "accept"  # one more text is right
    NUMBER = "number"  # another number, or a wider tolerance
    FULL = "full"  # everybody gets all points
    DROP = "drop"  # nobody gets points: the maximum falls


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of the key of one item."""

    item: str
    kind: Kind
    right: tuple[str, ...] = ()  # slugs, or "true" and "false"
    text: str = ""
    expected: str = ""
    tolerance: str = ""

    def to_plain(self) -> dict[str, Any]:
        """As JSON."""
        plain: dict[str, Any] = {"item": self.item, "kind": self.kind.value}
        if self.right:
            plain["right"] = list(self.right)
        for name in ("text", "expected", "tolerance"):
            if value := getattr(self, name):
                plain[name] = value
        return plain

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Change":
        """What :meth:`to_plain` gave."""
        right = tuple(plain.get("right", ()))
        return cls(**{**plain, "kind": Kind(plain["kind"]), "right": right})


class CannotRekey(ValueError):
    """The change does not fit the item; ``args[0]`` is a code for the page."""


def kinds_for(item: AnyItem) -> tuple[Kind, ...]:
    """What can be done to this item."""
    match item:
        case SingleQuestion() | MultipleQuestion() | HotspotQuestion() | TrueFalseQuestion():
            return (Kind.RIGHT, Kind.FULL, Kind.DROP)
        case ShortQuestion():
            return (Kind.ACCEPT, Kind.FULL, Kind.DROP)
        case NumberQuestion():
            return (Kind.NUMBER, Kind.FULL, Kind.DROP)
    return (Kind.FULL, Kind.DROP)


def rekeyed(item: AnyItem, change: Change) -> AnyItem:
    """The item with the other key; unchanged where everybody, or nobody, gets the points.

    Raises :exc:`CannotRekey` for a change that the item cannot have.
    """
    if change.kind not in kinds_for(item):
        raise CannotRekey("not-for-this-item")
    match item, change.kind:
        case ((SingleQuestion() | MultipleQuestion()), Kind.RIGHT):
            _known(change, {option.slug for option in item.options})
            if isinstance(item, SingleQuestion) and len(change.right) != 1:
                raise CannotRekey("one-right")
            if len(change.right) == len(item.options):
                raise CannotRekey("not-all-right")
            options = tuple(
                option.model_copy(update={"right": option.slug in change.right})
                for option in item.options
            )
            return item.model_copy(update={"options": options})
        case HotspotQuestion(), Kind.RIGHT:
            _known(change, {bar.slug for bar in item.bars})
            if len(change.right) > item.most:
                raise CannotRekey("not-so-many")
            bars = tuple(
                bar.model_copy(update={"right": bar.slug in change.right}) for bar in item.bars
            )
            return item.model_copy(update={"bars": bars})
        case TrueFalseQuestion(), Kind.RIGHT:
            _known(change, {"true", "false"})
            if len(change.right) != 1:
                raise CannotRekey("one-right")
            return item.model_copy(update={"right": change.right == ("true",)})
        case ShortQuestion(), Kind.ACCEPT:
            if not change.text.strip():
                raise CannotRekey("no-text")
            text = Texts(nl=change.text.strip(), en=change.text.strip())
            more = Accepted(text=text, share=WHOLE)
            return item.model_copy(update={"accepted": (more, *item.accepted)})
        case NumberQuestion(), Kind.NUMBER:
            expected, tolerance = _number(change.expected), _number(change.tolerance or "0")
            if tolerance < 0:
                raise CannotRekey("no-number")
            return item.model_copy(update={"expected": expected, "tolerance": tolerance})
    return item


def _known(change: Change, slugs: set[str]) -> None:
    if not change.right:
        raise CannotRekey("nothing-right")
    if not set(change.right) <= slugs:
        raise CannotRekey("unknown-option")


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation as error:
        raise CannotRekey("no-number") from error
    if not number.is_finite():
        raise CannotRekey("no-number")
    return number


# --- Marking with it -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Marked:
    """What one answer has: the share of its points, how many, and with what it was marked."""

    fraction: Fraction
    maximum: int  # 0 where it does not count
    state: str
    key: str


def after(
    edition: QuizEdition, slug: str, changes: Sequence[Change]
) -> tuple[AnyItem, Change | None]:
    """An item after all ``changes`` of a sitting, oldest first, and the last one that it had."""
    item = edition.quiz.item(slug)
    if item is None:
        raise LookupError(f"the quiz has no item {slug!r}")
    last = None
    for change in changes:
        if change.item == slug:
            item, last = rekeyed(item, change), change
    return item, last


def marked(
    edition: QuizEdition,
    slug: str,
    given: Kept,
    *,
    keys: Mapping[str, Key] | None = None,
    changes: Sequence[Change] = (),
    weighings_count: bool = False,
) -> Marked | None:
    """What an answer earns after all ``changes`` of a sitting, oldest first; None for an opinion.

    ``keys`` are those of a panel of real people; without them, the example panel's.
    Raises :exc:`CannotRekey` for a change that the item cannot have.
    """
    item, last = after(edition, slug, changes)
    key = (edition.keys if keys is None else keys).get(slug)
    score = mark_item(item, given, key=key)
    if score is None:
        return None
    maximum = score.maximum if counts_for(item, key, weighings_count=weighings_count) else 0
    fraction, state = score.fraction, score.state
    if last and last.kind is Kind.FULL:
        fraction, state = EVERYTHING, AnswerState.RIGHT
    if last and last.kind is Kind.DROP:
        maximum = 0
    return Marked(fraction, maximum, state.value, key_hash(item, key))
