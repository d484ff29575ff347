"""What may be seen of an attempt that has ended. The only place where keys and marks come in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from course.core.clock import now
from course.core.i18n import _, _n, language, number
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import (
    AnyItem,
    BestWorstItem,
    GapsQuestion,
    HotspotQuestion,
    MatchingQuestion,
    Member,
    OptionsItem,
    PointsItem,
    RankItem,
    RateItem,
    SctItem,
    ShortQuestion,
    SliderItem,
    TrueFalseQuestion,
    WeighingItem,
    as_answer,
)
from course.curriculum.schema import (
    MultipleQuestion,
    NumberQuestion,
    OrderQuestion,
    SingleQuestion,
)
from course.domain.feedback import Phase, Shown, may_be_shown, phase_at
from course.domain.scores import AnswerState
from course.domain.weighing import Certainty, CertaintyReport, Told, certainty_report
from course.quizzes import queries, words
from course.quizzes.attempts import latest_end, share_of
from course.quizzes.models import Mark, QuizAttempt
from course.quizzes.responses import whole
from course.quizzes.rules import Rules
from course.quizzes.sheet import Asked

PERCENT: Final = 100
BAND: Final = 20  # points of the axis in one bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many gave one answer."""

    words: str
    count: int
    percent: int
    is_most: bool
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelRow:
    """What a panel answered, to the item or to one part of it."""

    label: str
    said: str = ""  # a mean, in words
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPicture:
    """What a panel answered, and why."""

    n: int
    is_provisional: bool
    is_split: bool
    rows: tuple[PanelRow, ...]
    reasons: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # by answer: role and text


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """One item, and what may be seen of it."""

    asks: Asked
    shows: frozenset[Shown]
    mark: Mark | None
    right: tuple[str, ...]  # the right answer, in words
    feedback: tuple[str, ...]  # to what was chosen
    panel: PanelPicture | None

    @property
    def points(self) -> str:
        """What was earned, in at most two decimals."""
        return said(Fraction(self.mark.fraction) * self.mark.maximum) if self.mark else ""

    @property
    def verdict(self) -> str:
        """The state of the answer, where it may be seen; never of a weighing."""
        if self.mark is None or self.asks.is_weighing or Shown.CORRECTNESS not in self.shows:
            return ""
        return self.mark.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An attempt that has ended, as its learner may see it now."""

    phase: Phase
    items: tuple[ItemResult, ...]
    share: Fraction | None  # of the points that count; None while it may not be seen
    points: str
    maximum: int
    waiting: int  # answers that somebody still has to mark
    certainty: CertaintyReport | None


def said(value: Fraction) -> str:
    """A number in the language of the page, with at most two decimals."""
    return str(number(round(float(value), 2)))


def of(row: QuizAttempt, edition: QuizEdition, sheet: Sequence[Asked]) -> Result:
    """What may be seen of this attempt now, by its rules and the moment."""
    rules, phase = Rules.from_plain(row.rules), phase_of(row)
    marks = queries.marks_of(row.id)
    items = tuple(
        _item(asks, edition, marks.get(asks.item.slug), rules=rules, phase=phase) for asks in sheet
    )
    sees_marks = Shown.MARK in may_be_shown(rules.policy(weighing=False), phase)
    counted = {slug: mark for slug, mark in marks.items() if mark.maximum}
    points = sum((Fraction(mark.fraction) * mark.maximum for mark in counted.values()), Fraction(0))
    return Result(
        phase=phase,
        items=items,
        share=share_of(marks) if sees_marks else None,
        points=said(points) if sees_marks else "",
        maximum=sum(mark.maximum for mark in counted.values()),
        waiting=sum(mark.state == AnswerState.NEEDS_GRADING for mark in marks.values()),
        certainty=_certainty(sheet, marks) if sees_marks else None,
    )


def phase_of(row: QuizAttempt) -> Phase:
    """How far things are for this attempt."""
    sitting = queries.sitting_of(row)
    if sitting is None:
        return phase_at(now(), final_at=row.finished_at, closes_at=None, released_at=None)
    return phase_at(
        now(),
        final_at=row.finished_at,
        closes_at=latest_end(sitting, queries.allowances_of(sitting.id)),
        released_at=sitting.released_at,
    )


def _item(
    asks: Asked, edition: QuizEdition, mark: Mark | None, *, rules: Rules, phase: Phase
) -> ItemResult:
    shows = may_be_shown(rules.policy(weighing=asks.is_weighing), phase)
    item = asks.item
    return ItemResult(
        asks=asks,
        shows=shows,
        mark=mark if Shown.MARK in shows or Shown.CORRECTNESS in shows else None,
        right=tuple(_right(item)) if Shown.RIGHT_ANSWER in shows else (),
        feedback=tuple(_feedback(asks)) if Shown.OPTION_FEEDBACK in shows else (),
        panel=_panel(asks, edition) if Shown.PANEL in shows else None,
    )


def _certainty(sheet: Sequence[Asked], marks: Mapping[str, Mark]) -> CertaintyReport | None:
    told = [
        Told(
            right=marks[asks.item.slug].state == AnswerState.RIGHT,
            certainty=Certainty(asks.certainty) if asks.certainty and asks.is_answered else None,
        )
        for asks in sheet
        if asks.asks_certainty and asks.item.slug in marks
    ]
    return certainty_report(told)


# --- Right answers and feedback ------------------------------------------------------------


def _right(item: AnyItem) -> list[str]:
    lang = language()
    match item:
        case SingleQuestion() | MultipleQuestion():
            return [option.text[lang] for option in item.options if option.right]
        case TrueFalseQuestion():
            return [_("true") if item.right else _("not true")]
        case HotspotQuestion():
            return [bar.label[lang] for bar in item.bars if bar.right]
        case NumberQuestion():
            unit = f" {item.unit[lang]}" if item.unit else ""
            return [f"{number(item.expected)}{unit}"]
        case OrderQuestion():
            return [part.text[lang] for part in item.items]
        case ShortQuestion():
            return [part.text[lang].replace("*", "…") for part in item.accepted]
        case MatchingQuestion():
            texts = {choice.slug: choice.text[lang] for choice in item.choices}
            return [f"{stem.text[lang]}: {texts[stem.choice]}" for stem in item.stems]
        case GapsQuestion():
            return [
                next(
                    (option.text[lang] for option in gap.options if option.slug == gap.right),
                    gap.accepted[0].text[lang].replace("*", "…") if gap.accepted else "",
                )
                for gap in item.gaps
            ]
    return []


def _feedback(asks: Asked) -> list[str]:
    lang, item = language(), asks.item
    match item:
        case SingleQuestion() | MultipleQuestion():
            return [option.feedback[lang] for option in item.options if asks.has(option.slug)]
        case HotspotQuestion():
            return [bar.feedback[lang] for bar in item.bars if asks.has(bar.slug)]
        case TrueFalseQuestion():
            chosen = asks.value()
            return [item.feedback[lang]] if chosen and (chosen == "true") != item.right else []
    return []


# --- The panel -----------------------------------------------------------------------------


def _panel(asks: Asked, edition: QuizEdition) -> PanelPicture | None:
    item = asks.item
    if not isinstance(item, WeighingItem) or not item.panel:
        return None
    key = edition.keys[item.slug]
    members = {member.slug: member for member in edition.quiz.panel}
    return PanelPicture(
        n=key.n,
        is_provisional=key.is_provisional,
        is_split=key.is_split,
        rows=tuple(_rows(asks, item)),
        reasons=_reasons(item, members),
    )


def _rows(asks: Asked, item: WeighingItem) -> list[PanelRow]:
    answers: list[Any] = [as_answer(said_) for said_ in item.panel.values()]
    lang = language()
    match item:
        case SctItem():
            own = asks.value()
            return [PanelRow(label="", bars=_bars(dict(words.scale_of(item)), answers, own))]
        case SliderItem():
            bands = {low: f"{low}-{low + BAND - 1}" for low in range(0, 80, BAND)} | {80: "80-100"}
            place = whole(asks.value())
            own = "" if place is None else str(_band(place))
            return [PanelRow(label="", bars=_bars(bands, [_band(each) for each in answers], own))]
        case RateItem():
            return [
                PanelRow(
                    label=option.text[lang],
                    bars=_bars(
                        dict(words.ratings()),
                        [given[option.slug] for given in answers],
                        asks.value(option.slug),
                    ),
                )
                for option in item.options
            ]
        case BestWorstItem():
            return [_best_and_worst(option, answers, lang) for option in item.options]
        case RankItem() | PointsItem():
            return [
                _mean(item, option, answers, own=asks.value(option.slug), lang=lang)
                for option in item.options
            ]
    return []


def _band(place: int) -> int:
    return min(place // BAND, 4) * BAND


def _bars(steps: Mapping[int, str], answers: Sequence[int], own: str) -> tuple[Bar, ...]:
    counted = Counter(answers)
    most = max(counted.values(), default=0)
    return tuple(
        Bar(
            words=text,
            count=counted[step],
            percent=round(PERCENT * counted[step] / max(1, len(answers))),
            is_most=counted[step] == most,
            is_own=own == str(step),
        )
        for step, text in steps.items()
    )


def _best_and_worst(option: Any, answers: Sequence[Any], lang: str) -> PanelRow:
    best = sum(picks[0]["best"] == option.slug for picks in answers)
    worst = sum(picks[0]["worst"] == option.slug for picks in answers)
    said_ = _("most important to %(best)s, least important to %(worst)s", best=best, worst=worst)
    return PanelRow(label=option.text[lang], said=said_)


def _mean(
    item: OptionsItem, option: Any, answers: Sequence[Mapping[str, int]], *, own: str, lang: str
) -> PanelRow:
    mean = Fraction(sum(given[option.slug] for given in answers), len(answers))
    if isinstance(item, RankItem):
        told = _("on average place %(mean)s", mean=said(mean))
        mine = _("you: place %(own)s", own=own) if own else ""
    else:
        told = _("on average %(mean)s points", mean=said(mean))
        mine = _n("you: %(num)s point", "you: %(num)s points", whole(own) or 0) if own else ""
    return PanelRow(label=option.text[lang], said=", ".join(part for part in (told, mine) if part))


def _reasons(
    item: WeighingItem, members: Mapping[str, Member]
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """By answer, the one that most gave first; so a minority is always heard too."""
    lang = language()
    labels = {member: _answer_words(item, said_) for member, said_ in item.panel.items()}
    often = Counter(labels.values())
    grouped: dict[str, list[tuple[str, str]]] = {}
    for reason in item.reasons:
        role = members[reason.by].role[lang]
        grouped.setdefault(labels[reason.by], []).append((role, reason.text[lang]))
    order = sorted(grouped, key=lambda label: (-often[label], label))
    return tuple((label, tuple(grouped[label])) for label in order)


def _answer_words(item: WeighingItem, given: Any) -> str:
    lang = language()
    match item:
        case SctItem():
            return dict(words.scale_of(item))[given]
        case SliderItem():
            return str(given)
        case BestWorstItem():
            return _first(item, given.best, lang)
        case RankItem():
            return _first(item, min(given, key=lambda slug: given[slug]), lang)
        case PointsItem():
            return _first(item, max(given, key=lambda slug: given[slug]), lang)
    return ""


def _first(item: OptionsItem, slug: str, lang: str) -> str:
    text = next(option.text[lang] for option in item.options if option.slug == slug)
    return _("above all: %(what)s", what=text)
