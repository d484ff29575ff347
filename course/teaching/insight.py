"""A lesson before the talk in class: how a group weighed and chose, where it stops, what confuses.

Every number is one that stands elsewhere or was kept once, with its small numbers hidden: none is
worked out in a second way, so there is nothing to subtract. How weighings moved shows in two
pictures beside each other, of the first time and of weighing again; who moved is in neither.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from course.core.i18n import language
from course.curriculum.cases import CaseFile
from course.curriculum.edition import Edition
from course.curriculum.schema import CaseStep, Lesson, ReflectStep, ScaleStep, WeighAgainStep
from course.domain.distributions import MINIMUM, Cell, Distribution, Suppressed
from course.groups.doors import group_of, instructors
from course.groups.models import Group
from course.lessons import editions
from course.results.stops import stops
from course.teaching import confusing, figurewords, queries
from course.teaching.queries import Decision
from course.weighings import queries as weighings
from course.weighings.queries import SIDES
from course.weighings.words import side_words

bp = Blueprint(
    "insight",
    __name__,
    url_prefix="/teach/groups/<int:group_id>/lessons/<lesson>",
    template_folder="templates",
)
QUESTIONS = 3  # on a hand-out
SENTENCES = 2  # of the case, on a hand-out
WHOLE = 100  # percent
# To a full stop and what closes a quotation, where something follows that begins a sentence.
SENTENCE = re.compile(r".+?[.!?…][”’\"')]*(?=\s+[“‘\"'(]?[A-ZÀ-Þ]|$)")


@dataclass(frozen=True, slots=True)
class Weighed:
    """A weighing of a lesson, the first time or again, and how the group weighed it there."""

    step: ScaleStep | WeighAgainStep
    picture: Distribution | None  # None where too few did

    @property
    def is_again(self) -> bool:
        """Whether it is the same weighing once more."""
        return isinstance(self.step, WeighAgainStep)

    @property
    def sides(self) -> Iterator[tuple[str, str, Cell | None]]:
        """Each side: how it is drawn, what it is called, and what is shown of it."""
        shown = self.picture.cells if self.picture else (None,) * len(SIDES)
        return zip(("hard", "even", "soft"), map(side_words, SIDES), shown, strict=True)


@dataclass(frozen=True, slots=True)
class Headline:
    """A moment of a case, with what was chosen most there."""

    decision: Decision
    answers: int
    option: str  # in words
    share: Cell  # never hidden

    @property
    def percent(self) -> int:
        """The share to compare by."""
        return self.share if isinstance(self.share, int) else WHOLE


@dataclass(frozen=True, slots=True)
class Chosen:
    """A case of a lesson, and where in it the group differed most."""

    case: CaseFile
    headline: Headline | None  # None where too few chose, or everything has to stay hidden


def _edition(lesson: str) -> Edition:
    return editions.library().current(lesson) or abort(404)


@bp.get("/insight")
@instructors
def insight(group_id: int, lesson: str) -> ResponseReturnValue:
    """How the group weighed and chose, where it stops, and what confuses; without names."""
    group, edition = group_of(group_id), _edition(lesson)
    return render_template(
        "teaching/insight.html",
        group=group,
        edition=edition,
        weighed=_weighed(group, edition.lesson),
        chosen=[_chosen(group, case) for case in _cases(edition.lesson)],
        stops=stops(group.id, edition),
        asked=confusing.asked(group.id, edition.lesson),
        words=figurewords,
        minimum=MINIMUM,
    )


@bp.get("/handout")
@instructors
def handout(group_id: int, lesson: str) -> ResponseReturnValue:
    """One page for the talk in class; where learners stand is not on it."""
    group, edition = group_of(group_id), _edition(lesson)
    main = _main_scale(edition.lesson)
    case = next(iter(_cases(edition.lesson)), None)
    return render_template(
        "teaching/handout.html",
        group=group,
        edition=edition,
        case=case,
        story=first_sentences((case or edition.lesson).summary[language()], SENTENCES),
        weighed=next((each for each in _weighed(group, edition.lesson) if each.step is main), None),
        questions=questions(edition.lesson, main, case),
        minimum=MINIMUM,
    )


def _weighed(group: Group, lesson: Lesson) -> list[Weighed]:
    """Every weighing of a lesson, in its order; one query."""
    pictures = weighings.pictures_of_group(group.id, lesson.slug)
    return [
        Weighed(step, pictures.get(step.slug))
        for step in lesson.steps
        if isinstance(step, (ScaleStep, WeighAgainStep))
    ]


def _cases(lesson: Lesson) -> list[CaseFile]:
    """The cases that are played in a lesson, as they are today."""
    known = editions.library().cases
    return [
        known[step.case].case
        for step in lesson.steps
        if isinstance(step, CaseStep) and step.case in known
    ]


def _chosen(group: Group, case: CaseFile) -> Chosen:
    """A case with the moment at which the group differed most; one query."""
    headlines = map(_headline, queries.decisions(group.id, case))
    found = [headline for headline in headlines if headline]
    return Chosen(case, min(found, key=lambda headline: headline.percent, default=None))


def _headline(decision: Decision) -> Headline | None:
    """What was chosen most at a moment. What is hidden is never more than what is shown."""
    if decision.picture is None:
        return None
    found = [
        Headline(decision, decision.picture.answers, option.text[language()], cell)
        for option, cell in zip(decision.node.options, decision.picture.cells, strict=True)
        if cell not in {0, Suppressed.HIDDEN}
    ]
    return max(found, key=lambda headline: headline.percent, default=None)


# --- The hand-out --------------------------------------------------------------------------


def first_sentences(text: str, number: int) -> str:
    """The first sentences of a text; all of it where it has no more."""
    plain = " ".join(text.split())
    return " ".join(part.strip() for part in SENTENCE.findall(plain)[:number]) or plain


def _main_scale(lesson: Lesson) -> ScaleStep | None:
    """The weighing that a lesson comes back to, else its first one."""
    scales = [step for step in lesson.steps if isinstance(step, ScaleStep)]
    again = {step.of for step in lesson.steps if isinstance(step, WeighAgainStep)}
    return next((scale for scale in scales if scale.slug in again), next(iter(scales), None))


def questions(lesson: Lesson, scale: ScaleStep | None, case: CaseFile | None) -> Sequence[str]:
    """What the lesson itself asks, three at most: of its weighing, its case and its reflection."""
    lang = language()
    again = [
        step.question[lang]
        for step in lesson.steps
        if isinstance(step, WeighAgainStep) and scale is not None and step.of == scale.slug
    ]
    reflecting = [
        part.ask[lang]
        for step in lesson.steps
        if isinstance(step, ReflectStep)
        for part in step.scaffold
    ]
    own = [scale.question[lang]] if scale else []
    played = [case.question[lang]] if case else []
    return list(dict.fromkeys([*own, *again, *played, *reflecting]))[:QUESTIONS]
