"""What a panel answered to a weighing, as it is laid beside an answer: bars, means, and reasons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from course.core.i18n import _, language
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import (
    BestWorstItem,
    OptionsItem,
    PointsItem,
    RankItem,
    RateItem,
    SctItem,
    SliderItem,
    WeighingItem,
)
from course.curriculum.schema import OrderItem
from course.domain.weighing import Key
from course.quizzes import words
from course.quizzes.livepanel import LivePanel, Voice, keys_of, voices_of
from course.quizzes.responses import whole
from course.quizzes.sheet import Asked
from course.quizzes.words import said

PERCENT: Final = 100
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
    answers = [_band(voice.answer) if axis else voice.answer for voice in voices]
    if all(answer == answers[0] for answer in answers):
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
    labels = [_answer_words(item, voice.answer) for voice in voices]
    often = Counter(labels)
    grouped: dict[str, list[tuple[str, str]]] = {}
    for label, voice in zip(labels, voices, strict=True):
        told = grouped.setdefault(label, [])
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
