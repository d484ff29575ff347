"""The panel beside a quiz: the example that stands in the content, or people who were asked.

A sitting keeps what it needs of a frozen panel as plain JSON, so that marking reads nothing else
and nothing that is done with the panel later reaches back. In it: roles, answers, the reasons of
who lets them be shown, and the keys, each under its digest. There are no names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import WeighingItem, as_answer
from course.domain.weighing.keys import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one member of a panel says about one item."""

    member: str  # a label without a name: "m07"
    role: str
    answer: Any  # as the domain takes it
    reasons: tuple[str, ...] = ()  # none without consent


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePanel:
    """A frozen panel of real people, as a sitting keeps it."""

    panel: int  # its number
    version: int
    title: str
    composition: str
    n: int  # members who finished
    keys: Mapping[str, Key]  # by item
    voices: Mapping[str, tuple[Voice, ...]]  # by item; only answers that count

    @property
    def is_provisional(self) -> bool:
        """Whether so few people answered that no item may count."""
        return all(key.is_provisional for key in self.keys.values())

    def to_plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "panel": self.panel,
            "version": self.version,
            "title": self.title,
            "composition": self.composition,
            "n": self.n,
            "keys": {slug: key.to_json() for slug, key in self.keys.items()},
            "members": {
                voice.member: voice.role for voices in self.voices.values() for voice in voices
            },
            "answers": {
                slug: {voice.member: voice.answer for voice in voices}
                for slug, voices in self.voices.items()
            },
            "reasons": {
                slug: {voice.member: list(voice.reasons) for voice in voices if voice.reasons}
                for slug, voices in self.voices.items()
            },
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """What :meth:`to_plain` gave. Raises :exc:`ValueError` for a key that was changed."""
        members, reasons = plain["members"], plain["reasons"]
        return cls(
            panel=plain["panel"],
            version=plain["version"],
            title=plain["title"],
            composition=plain["composition"],
            n=plain["n"],
            keys={slug: Key.from_json(key) for slug, key in plain["keys"].items()},
            voices={
                slug: tuple(
                    Voice(
                        member=member,
                        role=members[member],
                        answer=answer,
                        reasons=tuple(reasons.get(slug, {}).get(member, ())),
                    )
                    for member, answer in answers.items()
                )
                for slug, answers in plain["answers"].items()
            },
        )

    def without_reasons_of(self, member: str) -> Self:
        """The same panel, after this member no longer lets their reasons be shown."""
        voices = {
            slug: tuple(
                replace(voice, reasons=()) if voice.member == member else voice for voice in said
            )
            for slug, said in self.voices.items()
        }
        return replace(self, voices=voices)


def keys_of(edition: QuizEdition, panel: LivePanel | None) -> Mapping[str, Key]:
    """What weighings are marked with: the keys of the people who were asked, else the example's."""
    return edition.keys if panel is None else panel.keys


@dataclass(frozen=True, slots=True)
class Counting:
    """How many weighings of a quiz give points where that was chosen, and of how many."""

    counts: int
    weighings: int


def counting(edition: QuizEdition, panel: LivePanel | None) -> Counting:
    """How many weighings may give points with this panel, or with the example."""
    keys = keys_of(edition, panel)
    weighings = [item.slug for item in edition.quiz.items if isinstance(item, WeighingItem)]
    return Counting(
        counts=sum(slug in keys and keys[slug].may_count for slug in weighings),
        weighings=len(weighings),
    )


def voices_of(item: WeighingItem, edition: QuizEdition, language: str) -> tuple[Voice, ...]:
    """What the example panel of the content says about an item."""
    roles = {member.slug: member.role[language] for member in edition.quiz.panel}
    return tuple(
        Voice(
            member=member,
            role=roles[member],
            answer=as_answer(said),
            reasons=tuple(told.text[language] for told in item.reasons if told.by == member),
        )
        for member, said in item.panel.items()
    )


def fits(item: WeighingItem, other: object) -> bool:
    """Whether two editions ask the same, whatever their example panels say."""
    if not isinstance(other, WeighingItem):
        return False
    plain = {"panel": {}, "reasons": (), "explanation": item.explanation}
    return item.model_copy(update=plain) == other.model_copy(update=plain)
