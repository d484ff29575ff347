"""The shape of a rubric, ``content/rubrics/<slug>.yaml``, and of the phrases for markers.

A rubric says what is looked at in a reflection and what each level looks like. It never looks at
which choice somebody made. The number of a level is its place, from 0; the words do the work.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from course.curriculum.schema import Content, Flag, Slug, Text, Texts

Percent = Annotated[int, Field(strict=True, ge=1, le=100)]
Level = Annotated[int, Field(strict=True, ge=0, le=4)]
ShortText = Annotated[Text, Field(max_length=40)]
WHOLE = 100  # percent: what the weights add up to


class ShortTexts(Texts):
    """A few words in both languages, for a button."""

    nl: ShortText
    en: ShortText


class RubricLevel(Content):
    """How somebody does at a criterion: a few words for a button, and what it looks like."""

    title: ShortTexts
    text: Texts


class RubricCriterion(Content):
    """What is looked at, with its levels from the lowest to the highest."""

    slug: Slug
    title: Texts
    ask: Texts  # the question that a marker asks of the text
    weight: Percent
    knockout: Level | None = None  # a lower level caps the grade; None: none does
    levels: Annotated[tuple[RubricLevel, ...], Field(min_length=3, max_length=5)]

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> Self:
        for language in ("nl", "en"):
            titles = [level.title[language].casefold() for level in self.levels]
            if len(set(titles)) < len(titles):
                raise ValueError(f"two levels have the same title in {language!r}: rename one")
        if self.knockout is not None and not 1 <= self.knockout < len(self.levels):
            raise ValueError(f"knockout {self.knockout} must be from 1 to {len(self.levels) - 1}")
        return self


class Anchor(Content):
    """A fictional reflection with the levels that experienced markers would give, and why."""

    slug: Slug
    title: Texts
    text: Texts
    marks: Mapping[Slug, Level]  # by criterion
    reasons: Mapping[Slug, Texts]  # by criterion
    overall: Texts


class RubricFile(Content):
    """A rubric with its anchors. Without ``points`` its levels are words and no number follows."""

    slug: Slug
    title: Texts
    about: Texts  # for whom and for what, in two or three sentences
    points: Flag = True
    criteria: Annotated[tuple[RubricCriterion, ...], Field(min_length=2, max_length=7)]
    anchors: Annotated[tuple[Anchor, ...], Field(max_length=6)] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        slugs = [criterion.slug for criterion in self.criteria]
        if len(set(slugs)) < len(slugs):
            raise ValueError("two criteria have the same slug: rename one")
        total = sum(criterion.weight for criterion in self.criteria)
        if total != WHOLE:
            raise ValueError(f"the weights add up to {total}: make it {WHOLE}")
        return self

    @model_validator(mode="after")
    def _anchors_are_marked(self) -> Self:
        highest = {criterion.slug: len(criterion.levels) - 1 for criterion in self.criteria}
        if len({anchor.slug for anchor in self.anchors}) < len(self.anchors):
            raise ValueError("two anchors have the same slug: rename one")
        for anchor in self.anchors:
            for name, found in (("marks", anchor.marks), ("reasons", anchor.reasons)):
                if set(found) != set(highest):
                    wanted = ", ".join(highest)
                    raise ValueError(f"{name} of anchor {anchor.slug!r} must name each of {wanted}")
            for slug, level in anchor.marks.items():
                if level > highest[slug]:
                    raise ValueError(
                        f"anchor {anchor.slug!r} has level {level} at {slug!r}, "
                        f"which goes to {highest[slug]}"
                    )
        return self

    def criterion(self, slug: str) -> RubricCriterion:
        """The criterion with this slug. Raises :exc:`KeyError` when there is none."""
        return {criterion.slug: criterion for criterion in self.criteria}[slug]


class Phrase(Content):
    """A sentence that a marker can start from."""

    slug: Slug
    kind: Literal["strength", "question", "next"]
    text: Texts
