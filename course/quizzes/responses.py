"""What a form holds for an item of a quiz → what is kept of it → what the domain marks.

What is kept is what was typed or chosen, complete or not: a half-filled item is saved like any
other, and :func:`problem_of` tells what it lacks. What can be no answer, whatever is added to it,
is told and not kept (:func:`is_impossible`); what no page of ours can send is refused.

Shapes of what is kept: text (a slug or what was typed), a list of slugs, or a text for each part
of the item. ``None`` is blank. Of a file its name is kept here, by :mod:`course.quizzes.files`
and by no form.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from werkzeug.datastructures import MultiDict

from course.curriculum.quizzes import (
    AnyItem,
    BestWorstItem,
    EssayQuestion,
    FileQuestion,
    GapsQuestion,
    HotspotQuestion,
    MatchingQuestion,
    OptionsItem,
    PointsItem,
    RankItem,
    RateItem,
    SctItem,
    ShortQuestion,
    SliderItem,
    SurveyQuestion,
    TrueFalseQuestion,
)
from course.curriculum.schema import (
    MultipleQuestion,
    NumberQuestion,
    OrderQuestion,
    SingleQuestion,
)
from course.domain.scoring.numerals import NumberProblem, parse_number
from course.domain.scoring.textual import LONGEST_TEXT

Kept: TypeAlias = str | list[str] | dict[str, str] | None

LONGEST_WRITING: Final = 20_000  # characters
LONGEST_NUMBER: Final = 40
HUNDRED: Final = 100
RATINGS: Final = ("1", "2", "3", "4")
IMPOSSIBLE: Final = frozenset(
    {
        "not-a-number",
        "number-in-two-ways",
        "points-not-whole",
        "points-over",
        "position-not-whole",
    }
)
SLIPS: Final = IMPOSSIBLE | {"too-many-bars"}


class Tampered(ValueError):
    """A form holds what no page of ours can send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One field of an item."""

    name: str  # "" when the item is one field
    choices: tuple[str, ...] | None = None  # None: free text
    several: bool = False
    longest: int = LONGEST_TEXT


def parts_of(item: AnyItem) -> list[Part]:
    """The fields of an item, in the order of the content."""
    match item:
        case SingleQuestion() | MultipleQuestion():
            slugs = tuple(option.slug for option in item.options)
            return [Part(name="", choices=slugs, several=isinstance(item, MultipleQuestion))]
        case HotspotQuestion():
            return [Part(name="", choices=tuple(bar.slug for bar in item.bars), several=True)]
        case TrueFalseQuestion():
            return [Part(name="", choices=("true", "false"))]
        case SurveyQuestion():
            return [Part(name="", choices=_numbers(1, len(item.steps)))]
        case SctItem():
            end = item.scale // 2
            return [Part(name="", choices=_numbers(-end, end))]
        case NumberQuestion() | SliderItem():
            return [Part(name="", longest=LONGEST_NUMBER)]
        case ShortQuestion():
            return [Part(name="")]
        case EssayQuestion():
            return [Part(name="", longest=LONGEST_WRITING)]
        case FileQuestion():
            return []
        case OrderQuestion():
            places = _numbers(1, len(item.items))
            return [Part(name=part.slug, choices=places) for part in item.items]
        case MatchingQuestion():
            slugs = tuple(choice.slug for choice in item.choices)
            return [Part(name=stem.slug, choices=slugs) for stem in item.stems]
        case GapsQuestion():
            return [
                Part(name=gap.slug, choices=tuple(option.slug for option in gap.options) or None)
                for gap in item.gaps
            ]
        case RateItem():
            return [Part(name=slug, choices=RATINGS) for slug in item.slugs]
        case RankItem():
            return [Part(name=slug, choices=_numbers(1, len(item.slugs))) for slug in item.slugs]
        case PointsItem():
            return [Part(name=slug, longest=LONGEST_NUMBER) for slug in item.slugs]
        case BestWorstItem():
            return [Part(name=name, choices=item.slugs) for name in ("best", "worst")]


def field_name(item: AnyItem, part: Part) -> str:
    """The name of a field in a form."""
    return f"{item.slug}.{part.name}" if part.name else item.slug


def read(item: AnyItem, form: MultiDict[str, str]) -> Kept:
    """What the form holds for this item, to be kept.

    Raises :exc:`Tampered` for an option that the item does not have, and for a text that is longer
    than its field.
    """
    parts = parts_of(item)
    found = {part.name: _read(part, form.getlist(field_name(item, part))) for part in parts}
    if [part.name for part in parts] == [""]:
        return found[""] or None
    filled = {name: value for name, value in found.items() if isinstance(value, str) and value}
    return filled or None


def _read(part: Part, values: Sequence[str]) -> str | list[str]:
    sent = [value.replace("\r\n", "\n") for value in values if value.strip()]
    for value in sent:
        if part.choices is not None and value not in part.choices:
            raise Tampered(f"{value!r} is no choice of {part.name!r}")
        if len(value) > part.longest:
            raise Tampered(f"{len(value)} characters for {part.name!r}")
    if part.several:
        return list(dict.fromkeys(sent))
    return sent[0].strip() if sent else ""


# --- Complete, and as the domain takes it --------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacks:
    """What an answer lacks to be marked; the words are those of the page."""

    code: str  # see course.quizzes.words
    number: int = 0

    @property
    def is_told_at_once(self) -> bool:
        """Whether it is a slip, and not an answer that is still being given."""
        return self.code in SLIPS


def problem_of(item: AnyItem, kept: Kept) -> Lacks | None:
    """Why this cannot be marked as it stands; ``None`` for a blank one and for a whole one."""
    if kept is None:
        return None
    match item:
        case OrderQuestion() | RankItem() if isinstance(kept, dict):
            if len(kept) < len(parts_of(item)):
                return Lacks(code="places-missing", number=len(parts_of(item)) - len(kept))
            if len(set(kept.values())) < len(kept):
                return Lacks(code="places-twice")
        case RateItem() if isinstance(kept, dict):
            if missing := len(item.slugs) - len(kept):
                return Lacks(code="ratings-missing", number=missing)
        case PointsItem() if isinstance(kept, dict):
            points = [whole(text) for text in kept.values()]
            if any(number is None for number in points):
                return Lacks(code="points-not-whole")
            if left := HUNDRED - sum(number or 0 for number in points):
                return Lacks(code="points-left" if left > 0 else "points-over", number=abs(left))
        case BestWorstItem() if isinstance(kept, dict):
            if len(kept) < 2:  # noqa: PLR2004 - the most and the least
                return Lacks(code="best-or-worst-missing")
            if kept["best"] == kept["worst"]:
                return Lacks(code="best-is-worst")
        case SliderItem() if isinstance(kept, str):
            if whole(kept) is None:
                return Lacks(code="position-not-whole")
        case NumberQuestion() if isinstance(kept, str):
            return _not_a_number(item, kept)
        case HotspotQuestion() if isinstance(kept, list):
            if len(kept) > item.most:
                return Lacks(code="too-many-bars", number=item.most)
    return None


def is_impossible(item: AnyItem, kept: Kept) -> bool:
    """Whether nothing that is added makes this an answer: no number, or more than 100 points."""
    found = problem_of(item, kept)
    return found is not None and found.code in IMPOSSIBLE


def _not_a_number(item: NumberQuestion, kept: str) -> Lacks | None:
    match parse_number(kept, whole=item.whole):
        case NumberProblem.AMBIGUOUS:
            return Lacks(code="number-in-two-ways")
        case NumberProblem():
            return Lacks(code="not-a-number")
    return None


def whole(text: str) -> int | None:
    """A whole number from 0 to 100, as typed; None for anything else."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(HUNDRED))):
        return None
    number = int(digits)
    return number if number <= HUNDRED else None


def weighed_answer(item: AnyItem, kept: Kept) -> object:
    """A whole answer to a weighing item, as :func:`course.domain.weighing.score` takes it."""
    match item:
        case SctItem() | SliderItem() if isinstance(kept, str):
            return int(kept)
        case PointsItem() if isinstance(kept, dict):
            return {slug: int(kept.get(slug, "0")) for slug in item.slugs}
        case BestWorstItem() if isinstance(kept, dict):
            return [dict(kept)]
        case OptionsItem() if isinstance(kept, dict):
            return {slug: int(value) for slug, value in kept.items()}
    raise TypeError(f"item {item.slug!r} of type {item.type!r} cannot hold {kept!r}")


def _numbers(first: int, last: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(first, last + 1))
