"""The shape of a quiz file, ``content/quizzes/<slug>.yaml``: classic items and weighing items.

What lessons ask (:mod:`course.curriculum.schema`) may be asked here too. A weighing item has no
right answer: a panel answered it, and what they answered, each with a reason, is the comparison.
A panel in a file is an example that the author wrote, and is labelled as fictional everywhere.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from course.curriculum.schema import (
    BaseQuestion,
    Content,
    Flag,
    Minutes,
    MultipleQuestion,
    NumberQuestion,
    OrderItem,
    OrderQuestion,
    SingleQuestion,
    Slug,
    Text,
    Texts,
)
from course.domain.weighing import (
    BestWorst,
    Points100,
    Sct,
    SjtRank,
    SjtRate,
    Slider,
)
from course.domain.weighing import Question as Weighed
from course.domain.weighing.panels import PanelAnswer

Share = Annotated[int, Field(strict=True, ge=0, le=100)]  # percent of the points
PANEL_VERSION: Final = 1  # of the example panel in a file; a change makes another edition
GAP: Final = re.compile(r"\{([a-z][a-z0-9-]{1,39})\}")


# --- Classic items -------------------------------------------------------------------------


class TrueFalseQuestion(BaseQuestion):
    """A statement that is true or not."""

    type: Literal["true-false"]
    right: Flag
    feedback: Texts  # to who chose the other


class Stem(Content):
    """One of the things to match, and the choice that belongs to it."""

    slug: Slug
    text: Texts
    choice: Slug


class MatchingQuestion(BaseQuestion):
    """Give each stem its choice; some choices may belong to none, one may belong to several."""

    type: Literal["matching"]
    stems: Annotated[tuple[Stem, ...], Field(min_length=2, max_length=8)]
    choices: Annotated[tuple[OrderItem, ...], Field(min_length=2, max_length=10)]

    @model_validator(mode="after")
    def _choices_exist(self) -> Self:
        known = {choice.slug for choice in self.choices}
        for stem in self.stems:
            if stem.choice not in known:
                raise ValueError(
                    f"stem {stem.slug!r} has unknown choice {stem.choice!r}: "
                    f"choose one of {', '.join(sorted(known))}"
                )
        return self


class Accepted(Content):
    """A text that is right, in each language; an asterisk stands for anything."""

    text: Texts
    share: Share = 100
    feedback: Texts | None = None


class ShortQuestion(BaseQuestion):
    """Type a word or two. Capitals, spaces and kinds of hyphens make no difference."""

    type: Literal["short"]
    accepted: Annotated[tuple[Accepted, ...], Field(min_length=1, max_length=20)]
    minds_case: Flag = False
    minds_accents: Flag = True
    forgives_slips: Flag = True  # one slip in a longer word is asked again

    @model_validator(mode="after")
    def _something_is_right(self) -> Self:
        if all(accepted.share < 100 for accepted in self.accepted):  # noqa: PLR2004 - percent
            raise ValueError("accept at least one text with the whole share, 100")
        return self


class Gap(Content):
    """A gap in a text: choose from options, or type one of the accepted texts."""

    slug: Slug
    options: tuple[OrderItem, ...] = ()
    right: Slug | None = None  # of the options
    accepted: tuple[Accepted, ...] = ()

    @model_validator(mode="after")
    def _is_one_of_two_kinds(self) -> Self:
        if bool(self.options) == bool(self.accepted):
            raise ValueError("give either 'options' with 'right', or 'accepted'")
        if self.options and self.right not in {option.slug for option in self.options}:
            raise ValueError("'right' must name one of the options")
        return self


class GapsQuestion(BaseQuestion):
    """A text with gaps, written as ``{slug}`` in both languages."""

    type: Literal["gaps"]
    text: Texts
    gaps: Annotated[tuple[Gap, ...], Field(min_length=1, max_length=8)]

    @model_validator(mode="after")
    def _text_has_the_gaps(self) -> Self:
        slugs = sorted(gap.slug for gap in self.gaps)
        for language in ("nl", "en"):
            if sorted(GAP.findall(self.text[language])) != slugs:
                raise ValueError(
                    f"the {language} text must hold each gap once, as {{{slugs[0]}}}; "
                    f"the gaps are {', '.join(slugs)}"
                )
        return self


class Bar(Content):
    """A bar of a chart, to point at or to choose by name."""

    slug: Slug
    label: Texts
    value: Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
    right: Flag = False
    feedback: Texts


class HotspotQuestion(BaseQuestion):
    """Point at bars of a chart. Whoever cannot point chooses the same bars from a list."""

    type: Literal["hotspot"]
    chart: Texts  # what it shows, and in which unit
    bars: Annotated[tuple[Bar, ...], Field(min_length=3, max_length=14)]
    most: Annotated[int, Field(strict=True, ge=1, le=5)] = 1

    @model_validator(mode="after")
    def _can_be_right(self) -> Self:
        right = sum(bar.right for bar in self.bars)
        if not 1 <= right <= self.most:
            raise ValueError("mark 1 to 'most' bars with 'right: true'")
        if right == len(self.bars):
            raise ValueError("leave at least one bar without 'right: true'")
        return self


class EssayQuestion(BaseQuestion):
    """Write; a person gives the points."""

    type: Literal["essay"]
    minimum_words: Annotated[int, Field(strict=True, ge=1, le=1000)] = 1
    maximum_words: Annotated[int, Field(strict=True, ge=10, le=2000)] = 300


class FileQuestion(BaseQuestion):
    """Hand in a file: a PDF, a Word document or a picture; a person gives the points."""

    type: Literal["file"]


class SurveyQuestion(BaseQuestion):
    """An opinion on a scale: it has no right answer and never counts."""

    type: Literal["survey"]
    steps: Annotated[tuple[Texts, ...], Field(min_length=3, max_length=7)]  # lowest first
    is_reversed: Flag = False  # asks the opposite of the other items about the same


# --- Weighing items ------------------------------------------------------------------------


class Pick(Content):
    """The most and the least important one."""

    best: Slug
    worst: Slug


Said: TypeAlias = (
    Annotated[int, Field(strict=True)] | dict[Slug, Annotated[int, Field(strict=True)]] | Pick
)


def as_answer(said: Said) -> object:
    """What a member said as the domain takes it: one choice for each set, and ours have one set."""
    return [said.model_dump()] if isinstance(said, Pick) else said


class Reason(Content):
    """Why a member of the panel answered so."""

    by: Slug
    text: Texts


class WeighingItem(BaseQuestion):
    """What all of them have: what the panel said, and some of their reasons.

    ``explanation`` tells what weighs here on both sides; it never tells what is right.
    """

    panel: dict[Slug, Said] = Field(default={})
    reasons: tuple[Reason, ...] = ()

    def weighed(self) -> Weighed:
        """The question as the domain derives a key of it."""
        match self:
            case SctItem():
                return Sct(points=self.scale)
            case RateItem():
                return SjtRate(options=self.slugs)
            case RankItem():
                return SjtRank(options=self.slugs)
            case PointsItem():
                return Points100(options=self.slugs)
            case SliderItem():
                return Slider()
            case BestWorstItem():
                return BestWorst(options=self.slugs)
        raise TypeError(f"{type(self).__name__} is no kind of weighing")

    def panel_answers(self) -> list[PanelAnswer]:
        """What the panel of the file said. Raises :exc:`ValueError` for what cannot be said."""
        return [
            PanelAnswer(member=member, answer=as_answer(said))
            for member, said in self.panel.items()
        ]

    @model_validator(mode="after")
    def _panel_can_say_this(self) -> Self:
        for member, said in self.panel.items():
            try:
                self.weighed().panel_answer(as_answer(said))
            except ValueError as error:
                raise ValueError(f"panel member {member!r} cannot answer this: {error}") from error
        if unknown := {reason.by for reason in self.reasons} - self.panel.keys():
            raise ValueError(f"reason by {min(unknown)!r}, who did not answer: write their answer")
        return self


class SctItem(WeighingItem):
    """A plan, then a new fact: does the plan become less or more fitting?"""

    type: Literal["sct"]
    plan: Texts  # "Je overweegt af te sluiten."
    fact: Texts  # "Dan hoor je dat de buurvrouw verhuisd is."
    scale: Literal[3, 5] = 5


class OptionsItem(WeighingItem):
    """A weighing of several things beside each other."""

    options: Annotated[tuple[OrderItem, ...], Field(min_length=1, max_length=8)]

    @property
    def slugs(self) -> tuple[str, ...]:
        """The slugs of the options."""
        return tuple(option.slug for option in self.options)


class RateItem(OptionsItem):
    """How appropriate is each of these responses: 1 very, 4 very inappropriate."""

    type: Literal["sjt_rate"]


class RankItem(OptionsItem):
    """Put the responses in order, the most appropriate first."""

    type: Literal["sjt_rank"]


class PointsItem(OptionsItem):
    """Divide a hundred points over considerations. It never counts for a grade."""

    type: Literal["points100"]


class SliderItem(WeighingItem):
    """A point on the axis of the dilemma, 0 to 100, with words at both ends."""

    type: Literal["slider"]
    low: Texts
    high: Texts


class BestWorstItem(OptionsItem):
    """The most and the least important consideration."""

    type: Literal["bestworst"]


Classic: TypeAlias = (
    SingleQuestion
    | MultipleQuestion
    | TrueFalseQuestion
    | MatchingQuestion
    | OrderQuestion
    | NumberQuestion
    | ShortQuestion
    | GapsQuestion
    | HotspotQuestion
    | EssayQuestion
    | FileQuestion
    | SurveyQuestion
)
Weighing: TypeAlias = SctItem | RateItem | RankItem | PointsItem | SliderItem | BestWorstItem
Item = Annotated[Classic | Weighing, Field(discriminator="type")]


# --- The quiz ------------------------------------------------------------------------------


class Member(Content):
    """Somebody on the example panel of a quiz; invented."""

    slug: Slug
    role: Texts  # "Wijkteamwerker, twaalf jaar ervaring"


class Pool(Content):
    """Items of which each attempt gets some, drawn by lot."""

    items: Annotated[tuple[Slug, ...], Field(min_length=2)]
    take: Annotated[int, Field(strict=True, ge=1)]

    @model_validator(mode="after")
    def _takes_some(self) -> Self:
        if self.take >= len(self.items):
            raise ValueError(f"take fewer than the {len(self.items)} items of the pool")
        return self


class QuizFile(Content):
    """A quiz. The name of the file is its slug."""

    slug: Slug
    module: Annotated[int, Field(strict=True, ge=1, le=99)]  # of the course
    title: Texts
    summary: Texts
    minutes: Minutes
    panel: tuple[Member, ...] = ()
    certainty: tuple[Slug, ...] = ()  # items that also ask how sure somebody is
    pools: tuple[Pool, ...] = ()
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=60)]

    def item(self, slug: str) -> "AnyItem | None":
        """The item with this slug, or None."""
        return self._items.get(slug)

    @cached_property
    def _items(self) -> Mapping[str, "AnyItem"]:
        return {item.slug: item for item in self.items}

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[str]:
        slugs = [item.slug for item in self.items]
        yield from (
            f"two items are called {slug!r}: give each a slug of its own"
            for slug in sorted(set(slugs))
            if slugs.count(slug) > 1
        )
        members = {member.slug for member in self.panel}
        by_slug: dict[str, Any] = {item.slug: item for item in self.items}
        for item in self.items:
            if isinstance(item, WeighingItem) and (unknown := item.panel.keys() - members):
                yield f"item {item.slug!r} has an answer of unknown panel member {min(unknown)!r}"
            yield from _twice(item)
        for slug in self.certainty:
            if not isinstance(by_slug.get(slug), SingleQuestion | TrueFalseQuestion):
                yield f"certainty is asked with single and true-false items, not with {slug!r}"
        pooled = [slug for pool in self.pools for slug in pool.items]
        if unknown_items := set(pooled) - set(slugs):
            yield f"a pool holds unknown item {min(unknown_items)!r}"
        if len(set(pooled)) != len(pooled):
            yield "an item stands in two pools, or twice in one: keep it in one place"


AnyItem: TypeAlias = Classic | Weighing


def _twice(item: AnyItem) -> Iterator[str]:
    """Parts of an item that are called the same."""
    for name in ("options", "stems", "choices", "gaps", "bars", "items"):
        slugs = [part.slug for part in getattr(item, name, ())]
        if len(set(slugs)) != len(slugs):
            yield f"item {item.slug!r} has two {name} with the same slug"


def texts_of(item: AnyItem, language: Literal["nl", "en"]) -> Mapping[str, Text]:
    """What the parts of an item say, by slug: options, choices, bars."""
    found = {}
    for name in ("options", "choices", "items", "bars"):
        for part in getattr(item, name, ()):
            words: Texts = part.label if isinstance(part, Bar) else part.text
            found[part.slug] = words[language]
    return found
