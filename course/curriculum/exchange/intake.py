"""Items on their way in: what a reader of a format found, made into items as our schema has them.

Another system has one language, so each text stands in both of ours. What our items need and the
file does not have (an explanation, what an option teaches) gets words that say so, and is counted.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

from pydantic import ValidationError

from course.curriculum import advice
from course.curriculum.exchange.plain import Plain
from course.curriculum.exchange.report import NotTaken, Place, Remark, enumerated
from course.curriculum.markdown import markup_in
from course.curriculum.positions import Lines
from course.curriculum.quizzes import (
    AnyItem,
    EssayQuestion,
    GapsQuestion,
    MatchingQuestion,
    ShortQuestion,
    TrueFalseQuestion,
)
from course.curriculum.schema import (
    MultipleQuestion,
    NumberQuestion,
    OrderQuestion,
    SingleQuestion,
)

Language = Literal["nl", "en"]

TO_WRITE: Final[Mapping[Language, str]] = {"nl": "Nog te schrijven.", "en": "Still to be written."}
FILL_IN: Final[Mapping[Language, str]] = {"nl": "Vul de gaten in.", "en": "Fill in the gaps."}
MOST_POINTS: Final = 10
EVERYTHING: Final = Decimal(100)  # percent
NEAR: Final = Decimal("0.01")  # percent; other systems round thirds


class Said(str):
    """A text of the one language; in an item it stands in both."""

    __slots__ = ()


NOTHING: Final = Said("")


@dataclass(slots=True)
class Draft:
    """One item being read: gathers its texts and what they lose."""

    place: Place
    language: Language
    lost: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    to_write: int = 0

    def text(self, plain: Plain) -> Said:
        """A text of the item; nothing when it is empty."""
        self.lost += plain.lost
        if markup := markup_in(plain.text):
            raise NotTaken(f"{markup!r} would be shown as it is: write it in words")
        return Said(plain.text)

    def needed(self, text: str) -> Said:
        """A text that an item must have, or words that say that it has to be written."""
        if text:
            return Said(text)
        self.to_write += 1
        return Said(TO_WRITE[self.language])

    def loses(self, *what: str) -> None:
        """Something that our items cannot hold."""
        self.lost += what

    def note(self, message: str) -> None:
        """Something that the author should know."""
        self.remarks.append(self.place.lost(message))


@dataclass(slots=True)
class Intake:
    """All items of a file that are taken, and the report."""

    language: Language
    items: list[AnyItem] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    _slugs: set[str] = field(default_factory=set)

    def draft(self, place: Place) -> Draft:
        """A new item, at this place of the file."""
        return Draft(place, self.language)

    def refuse(self, place: Place, message: str) -> None:
        """Something that is not taken."""
        self.remarks.append(place.refused(message))

    def take(
        self,
        draft: Draft,
        kind: str,
        *,
        title: str,
        prompt: str,
        points: int = 1,
        explanation: str = "",
        **more: Any,
    ) -> None:
        """An item as read. Raises :exc:`NotTaken` when our schema has no place for it."""
        if not prompt:
            raise NotTaken("has no text that asks something: write one")
        slug = slug_of(title or prompt, self._slugs, "item")
        data = {
            "slug": slug,
            "type": kind,
            "prompt": Said(prompt),
            "points": points,
            **more,
            "explanation": draft.needed(explanation),
        }
        model = _MODELS[kind]
        try:
            item = model.model_validate(_in_both_languages(data))
        except ValidationError as error:
            lines = Lines({(): draft.place.line})
            raise NotTaken(_told(error, model, lines)) from None
        self._slugs.add(slug)
        self.items.append(item)
        if draft.lost:
            draft.note(f"{enumerated(draft.lost)} did not come along: see what the text needs")
        if draft.to_write:
            several = "a text" if draft.to_write == 1 else f"{draft.to_write} texts"
            draft.note(
                f"{several} of ours had no place in that file: write what now says "
                f"{TO_WRITE[self.language]!r}"
            )
        self.remarks += draft.remarks


_MODELS: Final[Mapping[str, type[Any]]] = {
    "single": SingleQuestion,
    "multiple": MultipleQuestion,
    "true-false": TrueFalseQuestion,
    "matching": MatchingQuestion,
    "order": OrderQuestion,
    "number": NumberQuestion,
    "short": ShortQuestion,
    "gaps": GapsQuestion,
    "essay": EssayQuestion,
}


def _told(error: ValidationError, model: type[Any], lines: Lines) -> str:
    problems = dict.fromkeys(
        problem.message if problem.where == "file" else f"{problem.where} {problem.message}"
        for problem in advice.explain(error, model, lines, "")
    )
    return "; ".join(problems)


def _in_both_languages(part: object) -> object:
    match part:
        case Said():
            return {"nl": str(part), "en": str(part)}
        case dict():
            return {key: _in_both_languages(value) for key, value in part.items()}
        case list():
            return [_in_both_languages(value) for value in part]
    return part


# --- Slugs -----------------------------------------------------------------------------------

LONGEST_SLUG: Final = 40
LONGEST_MADE: Final = 36  # leaves room for a number
SLUG: Final = re.compile(r"[a-z][a-z0-9-]{1,39}")


def slug_of(text: str, taken: Collection[str], otherwise: str) -> str:
    """A slug made of a text, which nothing in ``taken`` has: small letters, digits and hyphens.

    A text that is a slug stays one. ``otherwise`` begins the slug of what has no letters.
    """
    if SLUG.fullmatch(text):
        return _free(str(text), taken)
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")
    slug = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")
    if len(slug) < 2 or not slug[0].isalpha():  # noqa: PLR2004 - characters
        slug = f"{otherwise}-{slug}".strip("-")
    if len(slug) > LONGEST_MADE:
        whole_words = slug[: LONGEST_MADE + 1].rpartition("-")[0]
        slug = (whole_words or slug[:LONGEST_MADE]).strip("-")
    return _free(slug, taken)


def _free(slug: str, taken: Collection[str]) -> str:
    number, free = 2, slug
    while free in taken:
        end = f"-{number}"
        free, number = slug[: LONGEST_SLUG - len(end)].rstrip("-") + end, number + 1
    return free


def slugs_of(texts: Sequence[str], otherwise: str) -> list[str]:
    """A slug for each text, all different."""
    slugs: list[str] = []
    for text in texts:
        slugs.append(slug_of(text, slugs, otherwise))
    return slugs


def unsorted_slugs_of(texts: Sequence[str], otherwise: str) -> list[str]:
    """A slug for each thing to put in order, in an order that gives nothing away."""
    slugs = slugs_of(texts, otherwise)
    if slugs == sorted(slugs):
        slugs = slugs_of([f"b {slugs[0]}", *(f"a {slug}" for slug in slugs[1:])], otherwise)
    return slugs


# --- Options, shares, points -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Weighted:
    """An answer, what it is worth in percent, and what whoever gives it is told."""

    text: Said
    percent: Decimal
    feedback: Said = NOTHING


def option_fields(draft: Draft, answers: Sequence[Weighted], *, single: bool) -> dict[str, Any]:
    """The options of a single or multiple question. Raises :exc:`NotTaken`."""
    if not answers or not all(answer.text for answer in answers):
        raise NotTaken("has an option without words: write what can be chosen")
    right = [_is_all(answer.percent) if single else answer.percent > 0 for answer in answers]
    if single and sum(right) != 1:
        raise NotTaken(
            f"{sum(right)} options are worth 100 %, and exactly one may be: change the weights, or "
            "let several be chosen"
        )
    if single:
        _note_part_marks(draft, answers)
    elif any(right) and not all(right):
        _note_weights(draft, answers, right)
    slugs = slugs_of([answer.text for answer in answers], "option")
    options = []
    for answer, slug, is_right in zip(answers, slugs, right, strict=True):
        option: dict[str, Any] = {"slug": slug, "text": answer.text}
        if is_right:
            option["right"] = True
        options.append({**option, "feedback": draft.needed(answer.feedback)})
    return {"options": options}


def _is_all(percent: Decimal) -> bool:
    return abs(percent - EVERYTHING) <= NEAR


def _note_part_marks(draft: Draft, answers: Sequence[Weighted]) -> None:
    for answer in answers:
        if answer.percent and not _is_all(answer.percent):
            draft.note(
                f"{short(answer.text)} is worth {answer.percent:f} %, and here an option is right "
                "or not: it earns nothing"
            )


def _note_weights(draft: Draft, answers: Sequence[Weighted], right: Sequence[bool]) -> None:
    some, others = weights(sum(right), len(right))
    ours = [some if is_right else others for is_right in right]
    if any(
        abs(answer.percent - weight) > NEAR for answer, weight in zip(answers, ours, strict=True)
    ):
        draft.note(
            f"the weights are not ours: here each right option adds {some:.5g} % and each "
            f"other one takes away {-others:.5g} %"
        )


def weights(right: int, options: int) -> tuple[Decimal, Decimal]:
    """What a right and a wrong option of a multiple question are worth, in percent."""
    return EVERYTHING / right, -EVERYTHING / (options - right)


def accepted_fields(draft: Draft, answers: Sequence[Weighted]) -> list[dict[str, Any]]:
    """What may be typed, with its share in whole percent. Raises :exc:`NotTaken`."""
    accepted = []
    for answer in answers:
        if not answer.text:
            raise NotTaken("accepts an answer without characters: write what is right")
        share = int(answer.percent.to_integral_value())
        if not 0 <= share <= EVERYTHING:
            raise NotTaken(f"{short(answer.text)} is worth {share} %: use 0 to 100")
        if abs(answer.percent - share) > NEAR:
            draft.note(f"{short(answer.text)} is worth {answer.percent:f} %: here {share} %")
        one: dict[str, Any] = {"text": answer.text}
        if share != EVERYTHING:
            one["share"] = share
        if answer.feedback:
            one["feedback"] = answer.feedback
        accepted.append(one)
    return accepted


def matching_fields(pairs: Sequence[tuple[Said, Said]]) -> dict[str, Any]:
    """Stems and choices; a pair without a stem is a choice that belongs to none."""
    if any(not choice for _, choice in pairs):
        raise NotTaken("has a pair without a choice: write what belongs to it")
    texts = list(dict.fromkeys(choice for _, choice in pairs))
    choice_slugs = dict(zip(texts, slugs_of(texts, "choice"), strict=True))
    stems = [(stem, choice) for stem, choice in pairs if stem]
    stem_slugs = slugs_of([stem for stem, _ in stems], "stem")
    return {
        "stems": [
            {"slug": slug, "text": stem, "choice": choice_slugs[choice]}
            for (stem, choice), slug in zip(stems, stem_slugs, strict=True)
        ],
        "choices": [{"slug": slug, "text": text} for text, slug in choice_slugs.items()],
    }


def order_fields(texts: Sequence[Said]) -> dict[str, Any]:
    """Things in their right order."""
    if not all(texts):
        raise NotTaken("has a thing to order without words: write it")
    slugs = unsorted_slugs_of(texts, "item")
    return {
        "items": [{"slug": slug, "text": text} for slug, text in zip(slugs, texts, strict=True)]
    }


@dataclass(frozen=True, slots=True)
class Numeric:
    """A number that is accepted, how far off it may be, and what it is worth in percent."""

    value: Decimal
    tolerance: Decimal
    percent: Decimal
    feedback: Said = NOTHING


def number_fields(draft: Draft, answers: Sequence[Numeric]) -> dict[str, Any]:
    """A number and mistakes that people make. Raises :exc:`NotTaken`."""
    right = [answer for answer in answers if _is_all(answer.percent)]
    if len(right) != 1:
        raise NotTaken(
            f"{len(right)} numbers are worth 100 %, and exactly one may be: write one, with how "
            "far off it may be"
        )
    if right[0].tolerance < 0:
        raise NotTaken(f"{right[0].tolerance:f} is how far off it may be: write 0 or more")
    if right[0].feedback:
        draft.loses("what whoever is right is told")
    mistakes = []
    for answer in answers:
        if answer is right[0]:
            continue
        if answer.percent:
            draft.note(
                f"{answer.value:f} is worth {answer.percent:f} %, and here a number is right or "
                "not: it earns nothing"
            )
        if answer.tolerance:
            draft.note(f"a mistake is one number: only {answer.value:f} is recognised")
        mistakes.append({"value": f"{answer.value:f}", "feedback": draft.needed(answer.feedback)})
    found: dict[str, Any] = {
        "expected": f"{right[0].value:f}",
        "tolerance": f"{right[0].tolerance:f}",
    }
    return {**found, "mistakes": mistakes} if mistakes else found


_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?"
)


def number(text: str) -> Decimal:
    """A number as other systems write it. Raises :exc:`NotTaken`."""
    if not _NUMBER.fullmatch(text.strip()):
        message = "is not a number: write digits, with a point for decimals"
        raise NotTaken(f"{short(text)} {message}")
    try:
        found = Decimal(text.strip())
    except InvalidOperation:  # The pattern leaves none, as far as we know.
        raise NotTaken(f"{short(text)} is not a number: write digits") from None
    return found or abs(found)  # no minus before nothing


def percent(text: str) -> Decimal:
    """What an answer is worth, from -100 to 100. Raises :exc:`NotTaken`."""
    found = number(text)
    if abs(found) > EVERYTHING:
        raise NotTaken(f"{short(text)} is no share of the marks: use -100 to 100")
    return found


def points(draft: Draft, mark: str) -> int:
    """Whole points from 1 to 10, of what an item is worth elsewhere."""
    if not mark.strip():
        return 1
    found = number(mark)
    whole = min(max(int(found.to_integral_value()), 1), MOST_POINTS)
    if found != whole:
        draft.note(f"is worth {found.normalize():f} points: here {whole}, in whole points to 10")
    return whole


def short(text: str) -> str:
    """The begin of a text, between quotes, for a remark."""
    words = " ".join(text.split())
    return repr(words if len(words) <= 40 else f"{words[:39]}…")  # noqa: PLR2004 - characters
