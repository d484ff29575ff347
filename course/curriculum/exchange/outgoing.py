"""Items on their way out: what each format asks of them alike, and the report."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from course.curriculum.exchange.intake import Language
from course.curriculum.exchange.report import NotTaken, Place, Remark
from course.curriculum.quizzes import (
    AnyItem,
    FileQuestion,
    HotspotQuestion,
    QuizFile,
    ShortQuestion,
    SurveyQuestion,
    WeighingItem,
)
from course.curriculum.schema import Texts


@dataclass(frozen=True, slots=True)
class Written:
    """A file for another system, of how many items, and what did not go along."""

    data: bytes
    count: int
    remarks: tuple[Remark, ...]


@dataclass(slots=True)
class Outgoing:
    """Items being written in one language."""

    language: Language
    format: str  # "GIFT"
    count: int = 0
    remarks: list[Remark] = field(default_factory=list)
    _place: Place = field(default_factory=lambda: Place("quiz"))

    def around(self, quiz: QuizFile) -> None:
        """What belongs to the quiz and to no item."""
        if quiz.certainty:
            self.lost("asking how sure somebody is does not go along")
        if quiz.pools:
            self.lost("drawing items by lot does not go along: all of them do")

    def each(self, item: AnyItem, write: Callable[[AnyItem], None]) -> None:
        """Write an item, or tell why it stays here."""
        self._place = Place(f"item {item.slug!r}")
        try:
            if isinstance(item, WeighingItem):
                raise NotTaken(
                    f"a weighing ({item.type}) has no right answer, and {self.format} asks for "
                    "one: it stays here; let it be answered on this platform"
                )
            if isinstance(item, FileQuestion | HotspotQuestion | SurveyQuestion):
                raise self.unknown(item)
            write(item)
        except NotTaken as reason:
            self.remarks.append(self._place.refused(str(reason)))
            return
        self.count += 1
        if item.sources:
            self.lost(f"its sources ({', '.join(item.sources)}) do not go along: name them there")
        if item.fictional:
            self.lost("that its figures are invented does not go along: say so there")

    def unknown(self, item: AnyItem) -> NotTaken:
        """The refusal of an item of which the format has no kind."""
        return NotTaken(
            f"{self.format} has no {item.type!r} item: it stays here, or ask it in another way"
        )

    def lost(self, message: str) -> None:
        """Something of the item does not go along."""
        self.remarks.append(self._place.lost(message))

    def text(self, texts: Texts | None) -> str:
        """A text in the language that is written, on one line; nothing when there is none."""
        return _LINES.sub(" ", texts[self.language]).strip() if texts else ""

    def done(self, data: bytes) -> Written:
        """The file."""
        return Written(data, self.count, tuple(self.remarks))

    def about_typing(self, item: ShortQuestion, *, keeps_case: bool) -> None:
        """What other systems do not know of a short question."""
        if item.minds_case and not keeps_case:
            self.lost("that capitals matter does not go along: ask for it there")
        if not item.minds_accents:
            self.lost("that accents do not matter does not go along: accept both ways there")


_LINES: Final = re.compile(r"[ \t\n]+")

# What an answer may be worth in Moodle, in percent; of another one the whole import stops there.
_SHARES: Final = tuple(
    Decimal(share)
    for share in (
        *("100", "90", "83.33333", "80", "75", "70", "66.66667", "60", "50", "40", "33.33333"),
        *("30", "25", "20", "16.66667", "14.28571", "12.5", "11.11111", "10", "5", "0"),
    )
)
_HALF: Final = Decimal("0.5")


def moodle_share(share: int) -> Decimal:
    """What Moodle has for a share in whole percent. Raises :exc:`NotTaken`."""
    nearest = min(_SHARES, key=lambda known: abs(known - share))
    if abs(nearest - share) > _HALF:
        raise NotTaken(
            f"a share of {share} % is not one that Moodle takes: the nearest is {nearest:f} %"
        )
    return nearest


def moodle_weight(percent: Decimal) -> str:
    """A weight with the decimals that Moodle has."""
    return f"{percent.quantize(Decimal('0.00001')).normalize():f}"
