"""A page of an attempt as its template needs it: items in their order, with what was answered.

Nothing here knows what is right: keys and marks come in only with :mod:`course.quizzes.results`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import (
    GAP,
    AnyItem,
    EssayQuestion,
    FileQuestion,
    GapsQuestion,
    SctItem,
    SurveyQuestion,
    WeighingItem,
)
from course.domain.attempts.drawing import shuffled
from course.quizzes import words
from course.quizzes.attempts import Entered
from course.quizzes.models import LONGEST_REASON, QuizAttempt, Response, ResponseFile
from course.quizzes.responses import Kept, Tampered, is_impossible, problem_of, read
from course.quizzes.rules import Rules

FIRST_ITEM: Final = 1  # lots of items begin here; 0 puts the items themselves in order
IN_THEIR_ORDER: Final = (SctItem, SurveyQuestion)  # a scale is not shuffled
CERTAINTIES: Final = ("1", "2", "3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One item on the page."""

    item: AnyItem
    number: int  # in this attempt, from 1
    kept: Kept
    reason: str = ""
    certainty: int | None = None
    is_flagged: bool = False
    revision: int = 0
    order: Mapping[str, Sequence[Any]]  # the parts, shuffled for this attempt, by their name
    asks_certainty: bool = False
    file: ResponseFile | None = None

    @property
    def is_file(self) -> bool:
        """Whether it asks for a file, which comes and goes apart from what a page saves."""
        return isinstance(self.item, FileQuestion)

    @property
    def is_weighing(self) -> bool:
        """Whether it is weighed, and asks for a reason."""
        return isinstance(self.item, WeighingItem)

    @property
    def is_answered(self) -> bool:
        """Whether there is anything, whole or not."""
        return self.kept is not None

    @property
    def state(self) -> str:
        """How far it is; see :func:`state_of`."""
        return state_of(self.item, self.kept)

    @property
    def lacks(self) -> str:
        """What it needs before it can be marked; "" when it is blank or whole."""
        found = problem_of(self.item, self.kept)
        return words.lacks(found) if found else ""

    @property
    def is_read(self) -> bool:
        """Whether a person reads it and gives the points."""
        return isinstance(self.item, EssayQuestion | FileQuestion)

    @property
    def remark(self) -> str:
        """What stands out in an answer that is whole; "" for nothing."""
        if not isinstance(self.item, EssayQuestion) or not isinstance(self.kept, str):
            return ""
        return words.length_of(self.item, self.kept)

    def value(self, part: str = "") -> str:
        """What a field holds."""
        if isinstance(self.kept, dict):
            return self.kept.get(part, "")
        return self.kept if isinstance(self.kept, str) and not part else ""

    def has(self, choice: str) -> bool:
        """Whether a box is ticked, or a choice taken."""
        return choice in self.kept if isinstance(self.kept, list) else choice == self.kept

    def pieces(self, language: str) -> list[tuple[str, Any]]:
        """A text with gaps: each piece of text with the gap that follows, or None at its end."""
        if not isinstance(self.item, GapsQuestion):
            return []
        gaps = {gap.slug: gap for gap in self.item.gaps}
        split = GAP.split(self.item.text[language])
        return [
            (text, gaps[split[place + 1]] if place + 1 < len(split) else None)
            for place, text in enumerate(split)
            if place % 2 == 0
        ]


def state_of(item: AnyItem, kept: Kept) -> str:
    """How far an item is: "open", "lacking" or "answered"."""
    if kept is None:
        return "open"
    return "lacking" if problem_of(item, kept) else "answered"


def asked(
    row: QuizAttempt,
    edition: QuizEdition,
    responses: Mapping[str, Response],
    files: Mapping[str, ResponseFile] | None = None,
) -> dict[str, Asked]:
    """All items of an attempt, in the order in which they are shown."""
    rules = Rules.from_plain(row.rules)
    places = {item.slug: place for place, item in enumerate(edition.quiz.items)}
    found = {}
    for number, slug in enumerate(row.items, start=1):
        item = edition.quiz.item(slug)
        if item is None:
            raise LookupError(f"attempt {row.public_id} has no item {slug!r}")
        response = responses.get(slug)
        found[slug] = Asked(
            item=item,
            number=number,
            kept=response.given if response else None,
            reason=(response.reason or "") if response else "",
            certainty=response.certainty if response else None,
            is_flagged=bool(response and response.is_flagged),
            revision=response.revision if response else 0,
            order=_order(item, row, FIRST_ITEM + places[slug], shuffles=rules.shuffles),
            asks_certainty=slug in edition.quiz.certainty,
            file=files.get(slug) if files else None,
        )
    return found


def _order(
    item: AnyItem, row: QuizAttempt, question: int, *, shuffles: bool
) -> dict[str, Sequence[Any]]:
    """The parts of an item in the order of this attempt; by slug where the content has the key."""
    parts: dict[str, Sequence[Any]] = {}
    for name in ("options", "choices", "stems", "items", "bars"):
        here: Sequence[Any] = getattr(item, name, ())
        if not here:
            continue
        by_slug = {part.slug: part for part in here}
        slugs = sorted(by_slug) if name == "items" else list(by_slug)
        keeps = isinstance(item, IN_THEIR_ORDER) or name in {"bars", "stems"}
        if name == "items" or (shuffles and not keeps):
            slugs = shuffled(slugs, seed=row.seed, attempt=row.number, question=question)
        parts[name] = [by_slug[slug] for slug in slugs]
    return parts


def entered(page: Sequence[Asked], form: MultiDict[str, str]) -> dict[str, Entered]:
    """What a sent page holds, by item, but for files; raises as :func:`entered_for`."""
    return {
        asks.item.slug: entered_for(asks.item, form, asks_certainty=asks.asks_certainty)
        for asks in page
        if not asks.is_file
    }


def fit_to_keep(page: Sequence[Asked], typed: Mapping[str, Entered]) -> dict[str, Entered]:
    """What of a sent page can be kept, by item: where an answer can be none, the one before it.

    What was typed beside it comes along, so that no reason is lost.
    """
    before = {asks.item.slug: asks for asks in page}
    return {
        slug: replace(new, given=before[slug].kept)
        if is_impossible(before[slug].item, new.given)
        else new
        for slug, new in typed.items()
    }


def entered_for(item: AnyItem, form: MultiDict[str, str], *, asks_certainty: bool) -> Entered:
    """What a sent page holds for one item.

    Raises :exc:`course.quizzes.responses.Tampered` for what no page of ours can send.
    """
    reason, certainty = None, None
    if isinstance(item, WeighingItem):
        reason = form.get(f"{item.slug}.why", "").replace("\r\n", "\n").strip() or None
        if reason and len(reason) > LONGEST_REASON:
            raise Tampered(f"{len(reason)} characters for a reason")
    if asks_certainty and (sure := form.get(f"{item.slug}.sure", "")):
        if sure not in CERTAINTIES:
            raise Tampered(f"{sure!r} is no certainty")
        certainty = int(sure)
    return Entered(given=read(item, form), reason=reason, certainty=certainty)


def as_fields(page: Sequence[Asked], responses: Mapping[str, Response]) -> dict[str, list[str]]:
    """What is kept for a page as its form holds it, by the names of the fields."""
    fields: dict[str, list[str]] = {}
    for asks in page:
        response, slug = responses.get(asks.item.slug), asks.item.slug
        if response is None:
            continue
        match response.given:
            case dict() as parts:
                fields |= {f"{slug}.{name}": [value] for name, value in parts.items()}
            case list() as several:
                fields[slug] = list(several)
            case str() as one:
                fields[slug] = [one]
        if response.reason:
            fields[f"{slug}.why"] = [response.reason]
        if response.certainty:
            fields[f"{slug}.sure"] = [str(response.certainty)]
    return fields
