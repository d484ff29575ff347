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
    SurveyQuestion,
    TrueFalseQuestion,
)
from course.curriculum.schema import MultipleQuestion, NumberQuestion, SingleQuestion, Texts
from course.domain.attempts.regrading import Deletion, may_regrade
from course.domain.scoring.scores import EVERYTHING, AnswerState, Score
from course.domain.weighing import Key
from course.quizzes.marking import counts_for, key_hash, mark_item
from course.quizzes.responses import Kept, parts_of

WHOLE: Final = 100  # percent of the points


class Kind(StrEnum):
    """What is done to an item."""

    RIGHT = "right"  # other options, bars, or the other side of a statement are right
    ACCEPT = "accept"  # one more text is right
    NUMBER = "number"  # another number, or a wider tolerance
    FULL = "full"  # everybody gets all points
    DROP = "drop"  # it is left out: nobody gets points, and the maximum falls
    BACK = "back"  # it counts again, as before one of these two


DELETIONS: Final = {Kind.FULL: Deletion.FULL_MARKS, Kind.DROP: Deletion.DROP}


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


def kinds_for(item: AnyItem, last: Change | None = None) -> tuple[Kind, ...]:
    """What can be done to this item after the last change that it had; nothing to an opinion."""
    if isinstance(item, SurveyQuestion):
        return ()
    out = last.kind if last and last.kind in DELETIONS else None
    found = [Kind.BACK] if out else []
    match item:
        case SingleQuestion() | MultipleQuestion() | HotspotQuestion() | TrueFalseQuestion():
            found.append(Kind.RIGHT)
        case ShortQuestion():
            found.append(Kind.ACCEPT)
        case NumberQuestion():
            found.append(Kind.NUMBER)
    return (*found, *(kind for kind in (Kind.DROP, Kind.FULL) if kind is not out))


def rekeyed(item: AnyItem, change: Change, last: Change | None = None) -> AnyItem:
    """The item with the other key; unchanged where everybody, or nobody, gets the points.

    ``last`` is the change that it had before this one.
    Raises :exc:`CannotRekey` for a change that the item cannot have.
    """
    if change.kind not in {*kinds_for(item, last), *kinds_for(item)}:
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


# --- The content after it was changed ------------------------------------------------------


class OtherQuestion(ValueError):
    """The content asks something else now, so what people answered is no answer to it."""


def taken_over(item: AnyItem, today: AnyItem | None) -> Change | None:
    """The change that gives an item the key that its content has today; None where it has it.

    Raises :exc:`OtherQuestion` when the content has other options now, or no such item.
    """
    if today is None or type(item) is not type(today):
        raise OtherQuestion
    if not may_regrade(old_options=_choices(item), new_options=_choices(today)):
        raise OtherQuestion
    match today:
        case SingleQuestion() | MultipleQuestion() | HotspotQuestion() | TrueFalseQuestion():
            if set(_right(item)) == set(_right(today)):
                return None
            return Change(item=item.slug, kind=Kind.RIGHT, right=_right(today))
        case NumberQuestion() if isinstance(item, NumberQuestion):
            if (item.expected, item.tolerance) == (today.expected, today.tolerance):
                return None
            return Change(
                item=item.slug,
                kind=Kind.NUMBER,
                expected=str(today.expected),
                tolerance=str(today.tolerance),
            )
    return None


def _choices(item: AnyItem) -> list[str]:
    return [choice for part in parts_of(item) for choice in part.choices or ()]


def _right(item: AnyItem) -> tuple[str, ...]:
    match item:
        case SingleQuestion() | MultipleQuestion():
            return tuple(option.slug for option in item.options if option.right)
        case HotspotQuestion():
            return tuple(bar.slug for bar in item.bars if bar.right)
        case TrueFalseQuestion():
            return ("true" if item.right else "false",)
    return ()


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
            item, last = rekeyed(item, change, last), change
    return item, last


def marked_with(edition: QuizEdition, slug: str, changes: Sequence[Change], key: str) -> AnyItem:
    """The item with the key that a mark was made with: the newest of its hash, else the first."""
    first, _last = after(edition, slug, ())
    own = [change for change in changes if change.item == slug]
    for place in range(len(own), 0, -1):
        item, _last = after(edition, slug, own[:place])
        if key_hash(item, None) == key:
            return item
    return first


def marked(
    edition: QuizEdition,
    slug: str,
    given: Kept,
    *,
    keys: Mapping[str, Key] | None = None,
    changes: Sequence[Change] = (),
    weighings_count: bool = False,
    by_hand: Fraction | None = None,
) -> Marked | None:
    """What an answer earns after all ``changes`` of a sitting, oldest first; None for an opinion.

    ``keys`` are those of a panel of real people; without them, the example panel's. ``by_hand`` is
    the share that a person gave, where a person marks.
    Raises :exc:`CannotRekey` for a change that the item cannot have.
    """
    item, last = after(edition, slug, changes)
    key = (edition.keys if keys is None else keys).get(slug)
    score = mark_item(item, given, key=key)
    if score is None:
        return None
    if by_hand is not None:
        score = Score(by_hand, score.maximum)
    maximum = score.maximum if counts_for(item, key, weighings_count=weighings_count) else 0
    fraction, state = score.fraction, score.state
    if last and last.kind is Kind.FULL:
        fraction, state = EVERYTHING, AnswerState.RIGHT
    if last and last.kind is Kind.DROP:
        maximum = 0
    return Marked(fraction, maximum, state.value, key_hash(item, key))
