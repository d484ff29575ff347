"""What a panel answered, as JSON → a panel that can be weighed, or what is wrong with the file.

::

    {
      "panel": "wijkteams",
      "version": 1,
      "min_n": 10,
      "composition": "Twelve people from four neighbourhood teams.",
      "members": {
        "m01": {
          "role": "wijkteamwerker, 12 jaar",
          "consent_show_text": true,
          "consent_date": "2026-03-02"
        }
      },
      "items": [
        {
          "item": "de-buurvrouw-is-weg",
          "format": "sct",
          "answers": [
            {"member": "m01", "answer": -1, "justification": "Niemand ziet haar nog."},
            {"member": "m02", "answer": 2, "excluded": true, "reason": "kende de casus"}
          ]
        }
      ]
    }

``min_n`` (10), ``composition`` and, of an answer, ``justification``, ``excluded`` and ``reason``
may be left out; so may ``consent_date`` of who does not let their text be shown. Members have a
label and a role, never a name. What an item holds besides, and what an answer is:

=============  =======================================  =======================================
format         item                                     answer
=============  =======================================  =======================================
``sct``        ``points`` (5 or 3), ``trim`` (none),    -1
               ``collapse`` (false); all optional
``sjt_rate``   ``options``: 1 to 8 slugs                ``{"bellen": 1, "wachten": 4}``
``sjt_rank``   ``options``: 3 to 8 slugs                ``{"bellen": 2, "gaan": 1, "wachten": 3}``
``points100``  ``options``: 2 to 8 slugs                ``{"risico": 60, "afspraak": 40}``
``slider``     nothing                                  35
``bestworst``  ``options``: 4 to 8 slugs; ``sets``:     ``[{"best": "risico", "worst": "tijd"}]``,
               lists of slugs (none: one with all)      one for each set
=============  =======================================  =======================================

Numbers are whole numbers. Unknown names are refused, so that a typing error is a message.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Self, TypeAlias, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from course.curriculum import advice
from course.curriculum.schema import Content, Flag, Slug, Text
from course.domain.weighing import (
    MINIMUM,
    BestWorst,
    Format,
    Panel,
    PanelAnswer,
    PanelItem,
    Points100,
    Question,
    Sct,
    SjtRank,
    SjtRate,
    Slider,
)

MOST_BYTES: Final = 5_000_000
MOST_PROBLEMS: Final = 20  # told at a time: a mistake is often made in every answer

Whole: TypeAlias = Annotated[int, Field(strict=True)]
Positive: TypeAlias = Annotated[int, Field(strict=True, ge=1)]
Slugs: TypeAlias = tuple[Slug, ...]


class PanelFileError(Exception):
    """A file that holds no panel, with everything that is wrong, where, and what to do."""

    def __init__(self, *problems: str) -> None:
        more = len(problems) - MOST_PROBLEMS
        told = [*problems[:MOST_PROBLEMS], *([f"and {more} more."] if more > 0 else [])]
        super().__init__("\n".join(told))
        self.problems = problems


# --- The shape of the file -----------------------------------------------------------------


def _day(value: object) -> date:
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]  # a TypeError is caught
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is not a day: write it as 2026-03-02") from None


class Member(Content):
    """Somebody on the panel."""

    role: Text  # what may be shown beside their words; no name
    consent_show_text: Flag
    consent_date: Annotated[date, BeforeValidator(_day)] | None = None

    @model_validator(mode="after")
    def _consent_has_a_day(self) -> Self:
        if self.consent_show_text and self.consent_date is None:
            raise ValueError("has consent_show_text without a consent_date: add that day")
        return self


class Answer(Content):
    """What a member answered to one item, and why."""

    member: Slug
    answer: Any  # its shape depends on the format; the domain looks at it
    justification: str = Field("", max_length=5_000)
    excluded: Flag = False
    reason: str = Field("", max_length=500)

    @model_validator(mode="after")
    def _exclusion_has_a_reason(self) -> Self:
        if self.excluded and not self.reason.strip():
            raise ValueError("is excluded without a reason: add one")
        if self.reason and not self.excluded:
            raise ValueError("has a reason and is not excluded: remove it, or write excluded")
        return self


class _Item(Content):
    """What all items have in common."""

    item: Slug
    format: Format
    answers: tuple[Answer, ...]


class SctItem(_Item):
    """A new fact, and how much more or less fitting that makes a plan."""

    points: Whole = 5
    trim: Whole | None = None
    collapse: Flag = False

    def question(self) -> Sct:
        return Sct(points=self.points, trim=self.trim, collapse=self.collapse)


class SjtRateItem(_Item):
    """Responses that are rated."""

    options: Slugs

    def question(self) -> SjtRate:
        return SjtRate(options=self.options)


class SjtRankItem(_Item):
    """Responses that are put in order."""

    options: Slugs

    def question(self) -> SjtRank:
        return SjtRank(options=self.options)


class Points100Item(_Item):
    """Considerations over which a hundred points are divided."""

    options: Slugs

    def question(self) -> Points100:
        return Points100(options=self.options)


class SliderItem(_Item):
    """A point between two ends."""

    def question(self) -> Slider:
        return Slider()


class BestWorstItem(_Item):
    """Considerations of which the most and the least important are chosen."""

    options: Slugs
    sets: tuple[Slugs, ...] = ()

    def question(self) -> BestWorst:
        return BestWorst(options=self.options, sets=self.sets)


Item: TypeAlias = SctItem | SjtRateItem | SjtRankItem | Points100Item | SliderItem | BestWorstItem
ITEMS: Final[Mapping[Format, type[Item]]] = {
    Format.SCT: SctItem,
    Format.SJT_RATE: SjtRateItem,
    Format.SJT_RANK: SjtRankItem,
    Format.POINTS100: Points100Item,
    Format.SLIDER: SliderItem,
    Format.BESTWORST: BestWorstItem,
}


class Head(Content):
    """Everything but the items, which differ by format."""

    panel: Slug
    version: Positive
    min_n: Positive = MINIMUM
    composition: str = Field("", max_length=5_000)
    members: dict[Slug, Member]
    items: tuple[dict[str, Any], ...] = Field(min_length=1)


# What stands in a list or an object of the head or an item.
INSIDE: Final[Mapping[str, type[BaseModel]]] = {"answers": Answer, "members": Member}


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelFile:
    """A file that was read: all that stands in it, and the panel that can be weighed."""

    head: Head
    items: tuple[Item, ...]
    panel: Panel


# --- Reading -------------------------------------------------------------------------------


def read(content: bytes) -> PanelFile:
    """Read a panel. Raises :exc:`PanelFileError` with all that is wrong with it."""
    data = _parsed(content)
    problems: list[str] = []
    head = _fit(Head, data, "", problems)
    items = list(_items(data.get("items"), problems))
    problems += _twice(items)
    weighable = list(_weighable(items, data.get("members"), problems))
    if head is None or problems:
        raise PanelFileError(*problems)
    panel = Panel(version=head.version, items=tuple(weighable), min_n=head.min_n)
    return PanelFile(head=head, items=tuple(items), panel=panel)


def _parsed(content: bytes) -> dict[str, Any]:
    if len(content) > MOST_BYTES:
        raise PanelFileError(f"The file is larger than {MOST_BYTES // 1_000_000} MB: split it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PanelFileError(f"Line {line} is not UTF-8: save the file as UTF-8.") from None
    try:
        data: object = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        message = f"Line {error.lineno}, character {error.colno}, is not JSON: {error.msg}."
        raise PanelFileError(message) from None
    except RecursionError:
        raise PanelFileError("Lists stand in lists too deeply: this is no panel.") from None
    except ValueError as error:
        raise PanelFileError(str(error)) from None
    if not isinstance(data, dict):
        raise PanelFileError('The file must hold one object: {"panel": …, "items": […]}.')
    return data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of which each name stands once; Python would keep the last and say nothing."""
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name!r} stands twice in one object: remove one.")
    return dict(pairs)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a number: write a whole number.")


Model = TypeVar("Model", bound=BaseModel)


def _fit(model: type[Model], data: object, about: str, problems: list[str]) -> Model | None:
    """The ``data`` as a ``model``, or ``None`` and problems that begin with ``about``."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for details in error.errors():
            place = _place(list(details["loc"]), data)
            problems.append(_sentence(about, *place, _message(details, model)))
        return None


def _sentence(*parts: str) -> str:
    return ": ".join(part for part in parts if part)


def _place(location: list[int | str], data: Any) -> Iterator[str]:
    """Whose answer it is about, and where in it; members and items have names, not numbers."""
    match location:
        case ["answers", int(here), *rest]:
            answer = data["answers"][here]
            label = answer.get("member") if isinstance(answer, dict) else None
            yield f"member {label!r}" if label else f"answer {here + 1}"
        case ["members", label, *rest]:
            yield f"member {label!r}"
        case ["items", int(here), *rest]:
            yield f"item {here + 1}"
        case rest:
            pass
    yield ".".join(str(step) for step in rest if step != "[key]")


def _message(details: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wrong, and what to do."""
    about, given = details.get("ctx", {}), details["input"]
    match details["type"]:
        case "missing":
            return "is missing: add it"
        case "extra_forbidden":
            first, *rest = details["loc"]
            inside = INSIDE.get(str(first), model) if rest else model
            hint = advice.did_you_mean(str(details["loc"][-1]), inside.model_fields)
            return f"is not known{hint or ': remove it'}"
        case "string_pattern_mismatch":
            return f"{given!r} must be 2 to 40 small letters, digits and hyphens, a letter first"
        case "string_type":
            return f"{_json(given)} is no text: put it between quotes"
        case "string_too_short":
            return "is empty: write a text"
        case "string_too_long":
            return f"has {len(given)} characters: shorten it to {about['max_length']}"
        case "int_type":
            return f"{_json(given)} is not a whole number: write digits, without quotes"
        case "greater_than_equal":
            return f"{_json(given)} is too low: write {about['ge']} or more"
        case "bool_type":
            return f"{_json(given)} is neither true nor false: write one, without quotes"
        case "tuple_type":
            return "must be a list: write it between [ and ]"
        case "dict_type" | "model_type":
            return "must be an object: write it between { and }"
        case "too_short":
            return "is empty: add one"
        case "value_error":
            return str(about["error"])
    return f"{details['msg']}: change it"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _items(raws: object, problems: list[str]) -> Iterator[Item]:
    """The items that fit their format; what is no object at all was told with the head."""
    for number, raw in enumerate(raws if isinstance(raws, list) else [], 1):
        if isinstance(raw, dict) and (item := _item(raw, number, problems)):
            yield item


def _item(raw: dict[str, Any], number: int, problems: list[str]) -> Item | None:
    slug = raw.get("item")
    about = f"item {slug!r}" if slug else f"item {number}"
    known = ", ".join(ITEMS)
    if "format" not in raw:
        problems.append(_sentence(about, "format", f"is missing: add one of {known}"))
        return None
    if raw["format"] not in list(Format):
        message = f"{raw['format']!r} is not known: choose one of {known}"
        problems.append(_sentence(about, "format", message))
        return None
    return _fit(ITEMS[Format(raw["format"])], raw, about, problems)


def _twice(items: Sequence[Item]) -> Iterator[str]:
    slugs = [item.item for item in items]
    for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        yield _sentence(f"item {slug!r}", "stands twice: rename one, or put them together")


def _weighable(items: Sequence[Item], members: object, problems: list[str]) -> Iterator[PanelItem]:
    for item in items:
        about = f"item {item.item!r}"
        try:
            question = item.question()
        except ValueError as error:
            problems.append(_sentence(about, f"{error}: change it"))
            continue
        for label, message in _wrong_answers(item, question, members):
            problems.append(_sentence(about, f"member {label!r}", message))
        yield PanelItem(
            slug=item.item,
            question=question,
            answers=tuple(
                PanelAnswer(
                    member=answer.member,
                    answer=answer.answer,
                    excluded=answer.reason if answer.excluded else None,
                )
                for answer in item.answers
            ),
        )


def _wrong_answers(item: Item, question: Question, members: object) -> Iterator[tuple[str, str]]:
    """What is wrong by member; what is excluded has to be right as well."""
    labels = [answer.member for answer in item.answers]
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        yield label, "answered twice: remove one"
    for answer in item.answers:
        if isinstance(members, dict) and answer.member not in members:
            hint = advice.did_you_mean(answer.member, members) or ": add the member"
            yield answer.member, f"is not among the members{hint}"
        try:
            question.panel_answer(answer.answer)
        except ValueError as error:
            yield answer.member, f"{error}: change it"
