"""Expert panels of the demo: one that is frozen, and one that still asks people.

Nobody on them exists, and each of them says so: in the title, and in what every expert does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Annotated, Final

from pydantic import Field, ValidationError

from course.accounts.tokens import digest, new_token
from course.core.clock import AMSTERDAM, now
from course.core.db import db
from course.curriculum import advice, positions
from course.curriculum.positions import ContentErrors
from course.curriculum.quizzes import Weighing
from course.curriculum.schema import Content, Flag, Slug, Text
from course.demo import diary
from course.demo.plan import DemoError
from course.demo.tries import Count, Days, Said, Short, as_kept
from course.domain.weighing import derive
from course.panels import queries
from course.panels.models import (
    LONGEST_COMPOSITION,
    LONGEST_EXCLUSION,
    LONGEST_ROLE,
    LONGEST_TITLE,
    Panel,
    PanelAnswer,
    PanelKey,
    PanelMember,
)
from course.quizzes import editions
from course.quizzes.attempts import SEEDS

SHEET: Final = Path(__file__).parent / "panels.yaml"
MADE, ASKED, LOOKED, FROZEN = time(9, 30), time(10), time(15), time(16)
LASTS: Final = timedelta(weeks=4)  # a link
LAST_MINUTE: Final = time(23, 59)
PER_ITEM: Final = timedelta(minutes=3)


# --- The sheet -----------------------------------------------------------------------------


class Expert(Content):
    """Somebody who was asked; without ``on`` they did not begin."""

    role: Annotated[Text, Field(max_length=LONGEST_ROLE)] | None = None
    on: Days | None = None  # days ago that they answered
    is_done: Flag = True
    shows_reasons: Flag = True
    is_withdrawn: Flag = False
    answers: dict[Slug, Said] = Field(default_factory=dict)
    reasons: dict[Slug, Short] = Field(default_factory=dict)
    # Answers that do not count, and why.
    left_out: dict[Slug, Annotated[Text, Field(max_length=LONGEST_EXCLUSION)]] = Field(
        default_factory=dict
    )


class AskedPanel(Content):
    """A panel that the instructor made."""

    quiz: Slug
    title: Annotated[Text, Field(max_length=LONGEST_TITLE)]
    composition: Annotated[Text, Field(max_length=LONGEST_COMPOSITION)]
    least: Count  # answers from which a key is no longer provisional
    asked: Days  # ago
    frozen: Days | None = None  # ago
    experts: Annotated[tuple[Expert, ...], Field(min_length=1)]


class PanelSheet(Content):
    """All panels of the demo."""

    panels: tuple[AskedPanel, ...]


def read(path: Path = SHEET) -> PanelSheet:
    """The sheet. Raises :exc:`ContentErrors` that names file and line."""
    data, lines = positions.load(path, shown=path.name)
    try:
        return PanelSheet.model_validate(data)
    except ValidationError as error:
        raise ContentErrors(advice.explain(error, PanelSheet, lines, path.name)) from error


# --- The rows ------------------------------------------------------------------------------


def add_panels(sheet: PanelSheet, instructor_id: int) -> None:
    """Add the panels with what was answered. Does not commit.

    Raises :exc:`DemoError` where the sheet does not fit the quiz.
    """
    today = now().astimezone(AMSTERDAM).date()
    for told in sheet.panels:
        edition = editions.current(told.quiz)
        if edition is None:
            raise DemoError(f"a panel answers {told.quiz!r}, and there is no such quiz")
        made_on = today - timedelta(days=told.asked)
        panel = Panel(
            slug=told.quiz,
            edition_id=editions.stored_id(edition),
            title=told.title,
            composition=told.composition,
            min_n=told.least,
            made_by=instructor_id,
            made_at=_at(made_on, MADE),
        )
        db.session.add(panel)
        db.session.flush()
        asked = _Asked(panel, told, queries.weighings_of(edition), instructor_id, today)
        for number, expert in enumerate(told.experts, start=1):
            asked.add(expert, number)
        if told.frozen:
            asked.freeze(_at(today - timedelta(days=told.frozen), FROZEN))
    db.session.flush()


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, AMSTERDAM)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A panel while people answer it."""

    panel: Panel
    told: AskedPanel
    items: Sequence[Weighing]
    instructor_id: int
    today: date

    def add(self, expert: Expert, number: int) -> None:
        """Somebody who was asked, with what they answered."""
        made_on = self.today - timedelta(days=self.told.asked)
        lots = Random(f"{self.told.quiz} {number}")
        seed = lots.randrange(SEEDS)
        began = diary.begin(lots, self.today - timedelta(days=expert.on)) if expert.on else None
        member = PanelMember(
            panel_id=self.panel.id,
            number=number,
            token_hash=digest(new_token()),
            seed=seed,
            role=(expert.role or "") if began else "",
            shows_reasons=bool(began) and expert.shows_reasons,
            consented_at=began if expert.shows_reasons else None,
            invited_at=_at(made_on, ASKED),
            expires_at=_at(made_on + LASTS, LAST_MINUTE),
            withdrawn_at=_at(made_on + timedelta(days=1), LOOKED) if expert.is_withdrawn else None,
        )
        db.session.add(member)
        db.session.flush()
        if began is None:
            return
        answers = {row.item: row for row in self._answers(expert, member.id, began)}
        db.session.add_all(answers.values())
        if expert.is_done:
            self._check(expert, number, answers)
            member.finished_at = max(row.saved_at for row in answers.values()) + PER_ITEM

    def _answers(self, expert: Expert, member_id: int, began: datetime) -> Iterator[PanelAnswer]:
        looked_at = _at(self.today - timedelta(days=self.told.frozen or 0), LOOKED)
        for place, (item, said) in enumerate(expert.answers.items(), start=1):
            why = expert.left_out.get(item, "")
            yield PanelAnswer(
                member_id=member_id,
                item=item,
                given=as_kept(said),
                reason=expert.reasons.get(item),
                revision=1 + place % 2,
                saved_at=began + place * PER_ITEM,
                excluded_at=looked_at if why else None,
                exclusion_reason=why,
                excluded_by=self.instructor_id if why else None,
            )

    def _check(self, expert: Expert, number: int, answers: Mapping[str, PanelAnswer]) -> None:
        """Raises :exc:`DemoError` unless this could have been handed in."""
        # Reasons that may not be shown are gone once a panel is frozen, so the sheet has none.
        are_gone = bool(self.told.frozen) and not expert.shows_reasons
        for item in self.items:
            lack = queries.lacks(item, answers.get(item.slug))
            if lack and not (are_gone and lack is queries.Lack.REASON):
                raise DemoError(
                    f"member {number} of the panel for {self.told.quiz} has no {lack} for "
                    f"{item.slug!r}"
                )
        if unknown := sorted(answers.keys() - {item.slug for item in self.items}):
            raise DemoError(
                f"member {number} of the panel for {self.told.quiz} answers {unknown[0]!r}, which "
                "is not weighed there"
            )

    def freeze(self, moment: datetime) -> None:
        """Derive the key of each item, and end the panel."""
        finished = [member for member in queries.members_of(self.panel.id) if member.finished_at]
        answers = queries.answers_of(finished)
        for part in queries.weighable(self.panel, self.items, finished, answers).items:
            key = derive(
                part.question,
                part.answers,
                panel_version=self.panel.version,
                min_n=self.panel.min_n,
            )
            db.session.add(
                PanelKey(
                    panel_id=self.panel.id,
                    item=part.slug,
                    key=key.to_json(),
                    panel_version=self.panel.version,
                    method=key.method.value,
                    n=key.n,
                    sha256=key.digest,
                    made_at=moment,
                )
            )
        self.panel.frozen_at = moment
