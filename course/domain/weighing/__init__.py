"""Weighing questions: a panel answers, a key is derived, an answer earns a share of the points.

This is the door to all formats. One question and the answers of a panel go to :func:`derive`, the
:class:`Key` and one answer to :func:`score`, a whole panel to :func:`weigh`. Whoever was excluded
from the panel never counts. Beside it, without a panel: certainty (``cbm``), choices in pairs
(``pairs``) and our own scale, which has no points. Specification: assessment.md, 1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from course.domain.exact import mean
from course.domain.scoring.cbm import (
    Certainty,
    CertaintyReport,
    Told,
    best_certainty,
    certainty_report,
    expected_mark,
    score_told,
)
from course.domain.scoring.scores import Score, blank
from course.domain.weighing.bestworst import (
    BestWorst,
    BestWorstMethod,
    BestWorstTable,
    Pick,
    is_balanced,
    read_picks,
    standings,
)
from course.domain.weighing.keys import Key, Table
from course.domain.weighing.pairs import Consistency, consistency_of
from course.domain.weighing.panels import (
    MINIMUM,
    Code,
    Finding,
    Format,
    Level,
    PanelAnswer,
    kept,
)
from course.domain.weighing.points100 import Points100, Points100Method, Points100Table
from course.domain.weighing.scale import (
    Balance,
    Leaning,
    Movement,
    Side,
    balance,
    leaning,
    movement,
    side,
    tilt_degrees,
)
from course.domain.weighing.sct import (
    FEWEST_OTHERS,
    Sct,
    SctMethod,
    SctTable,
    on_expert_scale,
    sct_findings,
)
from course.domain.weighing.sjt_rank import RankMethod, SjtRank, SjtRankTable
from course.domain.weighing.sjt_rate import RateMethod, SjtRate, SjtRateTable
from course.domain.weighing.slider import Slider, SliderMethod, SliderTable

__all__ = [
    "MINIMUM",
    "Balance",
    "BestWorst",
    "BestWorstMethod",
    "BestWorstTable",
    "Certainty",
    "CertaintyReport",
    "Code",
    "Consistency",
    "Finding",
    "Format",
    "Key",
    "Leaning",
    "Level",
    "Movement",
    "Panel",
    "PanelAnswer",
    "PanelItem",
    "Pick",
    "Points100",
    "Points100Method",
    "Points100Table",
    "Question",
    "RankMethod",
    "RateMethod",
    "Score",
    "Sct",
    "SctMethod",
    "SctTable",
    "Side",
    "SjtRank",
    "SjtRankTable",
    "SjtRate",
    "SjtRateTable",
    "Slider",
    "SliderMethod",
    "SliderTable",
    "Table",
    "Told",
    "WeighedItem",
    "WeighedPanel",
    "balance",
    "best_certainty",
    "certainty_report",
    "consistency_of",
    "derive",
    "expected_mark",
    "expert_scores",
    "is_balanced",
    "leaning",
    "movement",
    "on_expert_scale",
    "read_picks",
    "score",
    "score_told",
    "side",
    "standings",
    "tilt_degrees",
    "weigh",
]

Question: TypeAlias = Sct | SjtRate | SjtRank | Points100 | Slider | BestWorst


# --- One question --------------------------------------------------------------------------


def derive(
    question: Question,
    answers: Sequence[PanelAnswer],
    *,
    panel_version: int,
    method: str | None = None,
    min_n: int = MINIMUM,
) -> Key:
    """Make the key of ``question`` from the ``answers`` that are not excluded, in any order.

    ``method`` is one of ``question.methods``, by default the first.
    Raises :exc:`ValueError` when none is left, for an answer that a member cannot give, a method
    the question does not have, and ``dmean`` with a split panel.
    """
    chosen = question.methods[0] if method is None else method
    if chosen not in question.methods:
        raise ValueError(f"{method=} must be one of {[str(known) for known in question.methods]}")
    counted = kept(answers)
    if not counted:
        raise ValueError("answers must hold one that is not excluded")
    return Key(
        table=question.table(counted, method=chosen),
        n=len(counted),
        panel_version=panel_version,
        min_n=min_n,
        is_split=_is_split(question, counted),
    )


def score(key: Key, answer: object, *, maximum: int = 1) -> Score:
    """Award a share of ``maximum`` for ``answer``; ``None`` is blank: 0, and no answer.

    Raises :exc:`ValueError` for an answer that the form does not let through, see the table of
    each format. Whether the score counts for a grade is the key's to say, and the author's.
    """
    return blank(maximum) if answer is None else Score(key.table.credit(answer), maximum)


def _is_split(question: Question, answers: Sequence[object]) -> bool:
    return isinstance(question, Sct) and question.is_split(answers)


# --- A whole panel -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelItem:
    """One question, and what the members answered to it."""

    slug: str
    question: Question
    answers: tuple[PanelAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A version of a panel, with all its items; their slugs differ."""

    version: int  # >= 1
    items: tuple[PanelItem, ...]
    min_n: int = MINIMUM

    def __post_init__(self) -> None:
        slugs = [item.slug for item in self.items]
        if len(set(slugs)) != len(slugs):
            raise ValueError(f"{slugs=} must differ")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedItem:
    """The keys of one item: the default method first, and none when nobody answered."""

    slug: str
    format: Format
    n: int  # answers that count
    keys: tuple[Key, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedPanel:
    """What :func:`weigh` gives, in the order of the panel."""

    items: tuple[WeighedItem, ...]
    findings: tuple[Finding, ...]  # about all items together


def weigh(panel: Panel) -> WeighedPanel:
    """Give the key of each item by every method, and what an author should know of the panel.

    The mean of a split panel is left out, and found. Errors as :func:`derive`.
    """
    scales = [
        item.question.counts(answers)
        for item in panel.items
        if isinstance(item.question, Sct) and (answers := kept(item.answers))
    ]
    return WeighedPanel(
        items=tuple(_weighed(item, panel) for item in panel.items),
        findings=tuple(sct_findings(scales)),
    )


def _weighed(item: PanelItem, panel: Panel) -> WeighedItem:
    question, answers = item.question, kept(item.answers)
    methods = [
        method
        for method in (question.methods if answers else ())
        if not (method == SctMethod.DMEAN and _is_split(question, answers))
    ]
    return WeighedItem(
        slug=item.slug,
        format=question.format,
        n=len(answers),
        keys=tuple(
            derive(
                question,
                item.answers,
                panel_version=panel.version,
                method=method,
                min_n=panel.min_n,
            )
            for method in methods
        ),
        findings=tuple(
            replace(found, item=item.slug) for found in _found(question, answers, panel.min_n)
        ),
    )


def _found(question: Question, answers: Sequence[object], min_n: int) -> Iterator[Finding]:
    if not answers:
        yield Finding(code=Code.NO_ANSWERS)
        return
    if len(answers) < min_n:
        yield Finding(code=Code.FEW_MEMBERS, count=len(answers), of=min_n)
    yield from question.findings(answers)


def expert_scores(panel: Panel, *, method: SctMethod) -> dict[str, Fraction]:
    """The test score of each member by a key of the others: 0 to 1, exact, by member.

    The mean over the ``sct`` items that they answered, whose panel is not split and holds another.
    Scores of learners are put on the scale of these by :func:`on_expert_scale`.
    """
    earned: dict[str, list[Fraction]] = {}
    for item in panel.items:
        answers = kept(item.answers)
        if (
            not isinstance(item.question, Sct)
            or len(answers) < FEWEST_OTHERS
            or item.question.is_split(answers)
        ):
            continue
        members = [answer.member for answer in item.answers if answer.excluded is None]
        credits = item.question.member_credits(answers, method=method)
        for member, credit in zip(members, credits, strict=True):
            earned.setdefault(member, []).append(credit)
    return {member: mean(credits) for member, credits in sorted(earned.items())}
