"""What may be seen of an attempt that has ended. The only place where keys and marks come in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from course.core.clock import now
from course.core.i18n import _, language, number
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import (
    Accepted,
    AnyItem,
    BestWorstItem,
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
    TrueFalseQuestion,
    WeighingItem,
)
from course.curriculum.schema import (
    MultipleQuestion,
    NumberQuestion,
    OrderItem,
    OrderQuestion,
    SingleQuestion,
)
from course.domain.attempts.feedback import Phase, Shown, may_be_shown, phase_at
from course.domain.scoring.scores import AnswerState
from course.domain.weighing import (
    Certainty,
    CertaintyReport,
    Key,
    Told,
    certainty_report,
    score_told,
)
from course.quizzes import guarding, queries, words
from course.quizzes.attempts import latest_end
from course.quizzes.company import Company, company, pictures_for
from course.quizzes.earning import earned
from course.quizzes.livepanel import LivePanel, Voice, keys_of, voices_of
from course.quizzes.models import ItemPicture, KeyChange, Mark, QuizAttempt, Sitting
from course.quizzes.rekeying import Change, Kind, marked_with
from course.quizzes.responses import whole
from course.quizzes.rules import Feedback, Rules
from course.quizzes.sheet import Asked

PERCENT: Final = 100
ANYTHING: Final = "*"  # in an accepted text
BAND: Final = 20  # points of the axis in one bar
BANDS: Final = {0: "0–19", 20: "20–39", 40: "40–59", 60: "60–79", 80: "80–100"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many gave one answer, or what something got on average."""

    words: str
    count: str
    percent: int
    is_most: bool
    is_own: bool
    is_tied: bool = False  # another answer was chosen as often


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelRow:
    """What a panel answered, to the item or to one part of it."""

    label: str
    said: str = ""  # a mean, in words
    bars: tuple[Bar, ...] = ()


class Agreement(StrEnum):
    """How far a panel is of one mind about an item."""

    ALONE = "alone"  # one person answered
    UNANIMOUS = "unanimous"
    CAMPS = "camps"  # two, and hardly anybody between them
    SEVERAL = "several"


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPicture:
    """What a panel answered, and why."""

    n: int  # whose answers count
    agreement: Agreement
    is_provisional: bool
    is_split: bool
    is_fictional: bool  # the example of the content, and not people who were asked
    title: str  # of people who were asked, as what follows
    composition: str
    rows: tuple[PanelRow, ...]
    reasons: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # by answer: role and text


class Fate(StrEnum):
    """What a change of its key made of an item, in one attempt."""

    LEFT_OUT = "left_out"  # it does not count
    KEPT = "kept"  # it does not count for others, but without it this attempt would have had less
    GIVEN = "given"  # all points, whatever was answered
    REKEYED = "rekeyed"  # something else is right


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What happened to an item after people answered it, and why."""

    fate: Fate
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """One item, and what may be seen of it."""

    asks: Asked
    shows: frozenset[Shown]
    mark: Mark | None
    right: tuple[str, ...]  # the right answer, in words
    feedback: tuple[str, ...]  # to what was chosen
    panel: PanelPicture | None
    company: Company | None  # how others weighed it
    changed: Changed | None  # None also while marks may not be seen

    @property
    def sure(self) -> str:
        """What being so sure gave, where it was asked and may be seen."""
        if not self.asks.certainty or self.mark is None or Shown.CORRECTNESS not in self.shows:
            return ""
        given = _told(self.asks, self.mark).mark
        sure = dict(words.certainties())[self.asks.certainty]
        return _("You said: %(sure)s. For certainty: %(mark)s.", sure=sure, mark=said(given))

    @property
    def points(self) -> str:
        """What was earned, in at most two decimals."""
        return said(Fraction(self.mark.fraction) * self.mark.maximum) if self.mark else ""

    @property
    def verdict(self) -> str:
        """The state of the answer, where it may be seen; never of a weighing, or left out."""
        if self.mark is None or self.asks.is_weighing or Shown.CORRECTNESS not in self.shows:
            return ""
        if self.changed and self.changed.fate in {Fate.LEFT_OUT, Fate.GIVEN}:
            return ""
        return self.mark.state


@dataclass(frozen=True, slots=True, kw_only=True)
class CertaintyResult:
    """How well somebody knew what they knew; beside the points of the quiz, and no part of them."""

    report: CertaintyReport
    earned: str  # never below 0
    maximum: int
    mean: str  # of an answer
    fixed: str  # the mean of who is always equally sure, at best


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An attempt that has ended, as its learner may see it now."""

    phase: Phase
    items: tuple[ItemResult, ...]
    share: Fraction | None  # of the points that count; None while it may not be seen
    points: str
    maximum: int
    late: str  # how late it was handed in, in words; "" when it was in time
    taken: str  # points that this cost; "" for none, and while they may not be seen
    waiting: int  # answers that somebody still has to mark
    certainty: CertaintyResult | None
    guard: Sitting | None  # elsewhere the quiz is a test, for whose sake this shows no more


def said(value: Fraction | int) -> str:
    """A number in the language of the page, with at most two decimals."""
    return str(number(round(float(value), 2))).replace("-", "−")


def of(row: QuizAttempt, edition: QuizEdition, sheet: Sequence[Asked]) -> Result:
    """What may be seen of this attempt now, by its rules and the moment."""
    rules, phase = Rules.from_plain(row.rules), phase_of(row)
    guard = guarding.guard_of(row.user_id, row.slug, besides=row.sitting_id)
    if guard is not None:
        rules, phase = replace(rules, feedback=Feedback.TEST), Phase.AFTER
    live = queries.panel_of(row.sitting_id)
    marks = queries.marks_of(row.id)
    changes = queries.changes_of(row.sitting_id)
    pictures = pictures_for(row)
    items = tuple(
        _item(
            asks,
            edition,
            marks.get(asks.item.slug),
            rules=rules,
            phase=phase,
            live=live,
            pictures=pictures,
            changes=[change for change in changes if change.item == asks.item.slug],
        )
        for asks in sheet
    )
    sees_marks = Shown.MARK in may_be_shown(rules.policy(weighing=False), phase)
    found = earned(row, marks.values())
    return Result(
        phase=phase,
        items=items,
        share=found.share if sees_marks else None,
        points=said(found.points) if sees_marks else "",
        maximum=found.maximum,
        late=words.duration(found.late) if found.late else "",
        taken=said(found.taken) if sees_marks and found.taken else "",
        waiting=found.waiting,
        certainty=_certainty(sheet, marks) if sees_marks else None,
        guard=guard,
    )


def phase_of(row: QuizAttempt) -> Phase:
    """How far things are for this attempt."""
    sitting = queries.sitting_of(row)
    if sitting is None:
        # Nobody waits for anybody: to practise is over, for this learner, with handing in.
        return phase_at(
            now(), final_at=row.finished_at, closes_at=row.finished_at, released_at=None
        )
    return phase_at(
        now(),
        final_at=row.finished_at,
        closes_at=latest_end(sitting, queries.allowances_of(sitting.id)),
        released_at=sitting.released_at,
    )


def _item(
    asks: Asked,
    edition: QuizEdition,
    mark: Mark | None,
    *,
    rules: Rules,
    phase: Phase,
    live: LivePanel | None,
    pictures: Sequence[ItemPicture],
    changes: Sequence[KeyChange],
) -> ItemResult:
    shows = may_be_shown(rules.policy(weighing=asks.is_weighing), phase)
    item = asks.item
    if mark is not None and changes:
        plain = [Change.from_plain(change.change) for change in changes]
        item = marked_with(edition, item.slug, plain, mark.key)
    return ItemResult(
        asks=asks,
        shows=shows,
        mark=mark if Shown.MARK in shows or Shown.CORRECTNESS in shows else None,
        right=tuple(right_of(item)) if Shown.RIGHT_ANSWER in shows else (),
        feedback=tuple(_feedback(asks)) if Shown.OPTION_FEEDBACK in shows else (),
        panel=panel_of(asks, edition, live) if Shown.PANEL in shows else None,
        company=company(item, pictures, own=asks.kept)
        if Shown.CLASS in shows and isinstance(item, WeighingItem)
        else None,
        changed=_changed(mark, changes) if Shown.MARK in shows else None,
    )


def _changed(mark: Mark | None, changes: Sequence[KeyChange]) -> Changed | None:
    """What the last of the changes of an item made of it in this attempt, by its mark."""
    last = next((change for change in reversed(changes) if change.shown_at is not None), None)
    if mark is None or last is None:
        return None
    fates = {
        Kind.DROP: Fate.KEPT if mark.maximum else Fate.LEFT_OUT,
        Kind.FULL: Fate.GIVEN,
        Kind.BACK: None,
    }
    fate = fates.get(Kind(last.change["kind"]), Fate.REKEYED)
    return Changed(fate=fate, reason=last.reason, at=last.made_at) if fate else None


def _certainty(sheet: Sequence[Asked], marks: Mapping[str, Mark]) -> CertaintyResult | None:
    told = [
        _told(asks, marks[asks.item.slug])
        for asks in sheet
        if asks.asks_certainty and asks.item.slug in marks
    ]
    report = certainty_report(told)
    if report is None:
        return None
    score = score_told(told)
    return CertaintyResult(
        report=report,
        earned=said(score.fraction * score.maximum),
        maximum=score.maximum,
        mean=said(report.mean),
        fixed=said(report.best_fixed),
    )


def _told(asks: Asked, mark: Mark) -> Told:
    return Told(
        right=mark.state == AnswerState.RIGHT,
        certainty=Certainty(asks.certainty) if asks.certainty and asks.is_answered else None,
    )


# --- Right answers and feedback ------------------------------------------------------------


def right_of(item: AnyItem) -> list[str]:
    """The right answer in words, a line for each part; nothing for an opinion."""
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
            return _readable(item.accepted, lang)
        case MatchingQuestion():
            texts = {choice.slug: choice.text[lang] for choice in item.choices}
            return [words.beside(stem.text[lang], texts[stem.choice]) for stem in item.stems]
        case GapsQuestion():
            return [
                next(
                    (option.text[lang] for option in gap.options if option.slug == gap.right),
                    "".join(_readable(gap.accepted, lang)[:1]),
                )
                for gap in item.gaps
            ]
    return []


def _readable(accepted: Sequence[Accepted], lang: str) -> list[str]:
    """The texts that earn all points; patterns only where there is nothing else, without signs."""
    whole = [part.text[lang] for part in accepted if part.share == PERCENT]
    plain = [text for text in whole if ANYTHING not in text]
    return list(dict.fromkeys(plain or [text.replace(ANYTHING, "").strip() for text in whole]))


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


def panel_of(asks: Asked, edition: QuizEdition, live: LivePanel | None) -> PanelPicture | None:
    """What a panel answered to an item: real people, or else the example of the content."""
    item = asks.item
    if not isinstance(item, WeighingItem):
        return None
    key = keys_of(edition, live).get(item.slug)
    if key is None:
        return None
    voices = live.voices[item.slug] if live else voices_of(item, edition, language())
    return PanelPicture(
        n=key.n,
        agreement=_agreement(item, key, voices),
        is_provisional=key.is_provisional,
        is_split=key.is_split,
        is_fictional=live is None,
        title=live.title if live else "",
        composition=live.composition if live else "",
        rows=tuple(_rows(asks, item, [voice.answer for voice in voices])),
        reasons=_reasons(item, voices),
    )


def _agreement(item: WeighingItem, key: Key, voices: Sequence[Voice]) -> Agreement:
    if len(voices) == 1:
        return Agreement.ALONE
    # On an axis, in one part of it: nobody sets it on the same point as somebody else.
    axis = isinstance(item, SliderItem)
    said = [_band(voice.answer) if axis else voice.answer for voice in voices]
    if all(answer == said[0] for answer in said):
        return Agreement.UNANIMOUS
    return Agreement.CAMPS if key.is_split else Agreement.SEVERAL


def _rows(asks: Asked, item: WeighingItem, answers: Sequence[Any]) -> list[PanelRow]:
    lang = language()
    match item:
        case SctItem():
            own = asks.value()
            return [PanelRow(label="", bars=_bars(dict(words.scale_of(item)), answers, own))]
        case SliderItem():
            place = whole(asks.value())
            own = "" if place is None else str(_band(place))
            return [PanelRow(label="", bars=_bars(BANDS, [_band(each) for each in answers], own))]
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
            return [_best_and_worst(asks, option, answers, lang) for option in item.options]
        case RankItem() | PointsItem():
            places = isinstance(item, RankItem)
            means = {slug: _mean(slug, answers) for slug in item.slugs}
            # As the panel had it: the first place, or the most points, on top.
            options = sorted(
                item.options, key=lambda option: means[option.slug], reverse=not places
            )
            return [
                (_place if places else _points)(
                    option.text[lang], means[option.slug], asks.value(option.slug)
                )
                for option in options
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
            count=str(counted[step]),
            percent=round(PERCENT * counted[step] / max(1, len(answers))),
            is_most=counted[step] == most > 0,
            is_own=own == str(step),
            is_tied=list(counted.values()).count(most) > 1,
        )
        for step, text in steps.items()
    )


def _best_and_worst(asks: Asked, option: OrderItem, answers: Sequence[Any], lang: str) -> PanelRow:
    labels = {"best": _("matters most"), "worst": _("matters least")}
    counted = {name: sum(picks[0][name] == option.slug for picks in answers) for name in labels}
    bars = tuple(
        Bar(
            words=labels[name],
            count=str(counted[name]),
            percent=round(PERCENT * counted[name] / max(1, len(answers))),
            is_most=False,
            is_own=asks.value(name) == option.slug,
        )
        for name in labels
    )
    return PanelRow(label=option.text[lang], bars=bars)


def _mean(slug: str, answers: Sequence[Mapping[str, int]]) -> Fraction:
    return Fraction(sum(given[slug] for given in answers), len(answers))


def _place(text: str, mean: Fraction, own: str) -> PanelRow:
    told = [_("on average place %(mean)s", mean=said(mean))]
    if own:
        told.append(_("you: place %(own)s", own=own))
    return PanelRow(label=text, said=", ".join(told))


def _points(text: str, mean: Fraction, own: str) -> PanelRow:
    bars = [
        Bar(
            words=_("the panel on average"),
            count=said(mean),
            percent=round(mean),
            is_most=False,
            is_own=False,
        )
    ]
    mine = whole(own)
    if mine is not None:
        # Marked as one's own, which says enough.
        bars.append(Bar(words="", count=str(mine), percent=mine, is_most=False, is_own=True))
    return PanelRow(label=text, bars=tuple(bars))


def _reasons(
    item: WeighingItem, voices: Sequence[Voice]
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """By answer, the one that most gave first; so a minority is always heard too."""
    often = Counter(_answer_words(item, voice.answer) for voice in voices)
    grouped: dict[str, list[tuple[str, str]]] = {}
    for voice in voices:
        told = grouped.setdefault(_answer_words(item, voice.answer), [])
        told += [(voice.role, reason) for reason in voice.reasons]
    order = sorted(grouped, key=lambda label: (-often[label], label))
    return tuple((label, tuple(grouped[label])) for label in order if grouped[label])


def _answer_words(item: WeighingItem, given: Any) -> str:
    lang = language()
    match item:
        case SctItem():
            return dict(words.scale_of(item))[given]
        case SliderItem():
            return BANDS[_band(given)]
        case BestWorstItem():
            return _first(item, given[0]["best"], lang)
        case RankItem():
            return _first(item, min(given, key=lambda slug: given[slug]), lang)
        case PointsItem():
            return _first(item, max(given, key=lambda slug: given[slug]), lang)
    return ""


def _first(item: OptionsItem, slug: str, lang: str) -> str:
    text = next(option.text[lang] for option in item.options if option.slug == slug)
    return _("above all: %(what)s", what=text)
