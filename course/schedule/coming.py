"""What is coming, told by every part of the app that knows of something.

They register a source when the app is made, as they register the parts of the home page; this
part knows none of them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from flask import Flask, current_app

from course.domain.weeks import Week, week_at, weeks_between


class Kind(StrEnum):
    """What happens at a moment."""

    OPENS = "opens"
    DUE = "due"  # has to be handed in, or done
    CLOSES = "closes"  # cannot be handed in after it
    READS = "reads"  # fellow students read until then
    RESULT = "result"  # results are expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One moment, in the language of the request. It names nobody."""

    uid: str  # stays the same when the moment moves: a calendar knows it by this
    kind: Kind
    at: datetime
    title: str
    group: str
    url: str  # a path
    changed_at: datetime  # when the moment was last set or moved
    note: str = ""  # such as that it is later for this learner; never why
    is_done: bool = False  # by this learner
    moment_id: int | None = None  # of a moment of a lesson


class Source(Protocol):
    """Who knows of moments."""

    def for_learner(self, user_id: int, since: datetime) -> Sequence[Coming]:
        """The moments from ``since`` on in all groups of a learner, as they are for them."""

    def for_groups(self, group_ids: Collection[int]) -> Sequence[Coming]:
        """All moments of some groups, with their names. The caller has checked who asks."""


def register(app: Flask, source: Source) -> None:
    """Add a source."""
    app.extensions["calendar_sources"] = (*_known(app), source)


def _known(app: Flask) -> tuple[Source, ...]:
    found: tuple[Source, ...] = app.extensions.get("calendar_sources", ())
    return found


def for_learner(user_id: int, since: datetime) -> list[Coming]:
    """Everything from ``since`` on for this learner, first one first."""
    sources = _known(current_app)
    found = (item for source in sources for item in source.for_learner(user_id, since))
    return sorted((item for item in found if item.at >= since), key=_order)


def for_groups(group_ids: Collection[int]) -> list[Coming]:
    """Everything of some groups, first one first. The caller has checked who asks.

    As many queries for many groups as for one.
    """
    sources = _known(current_app)
    return sorted((item for each in sources for item in each.for_groups(group_ids)), key=_order)


def _order(item: Coming) -> tuple[datetime, str]:
    return item.at, item.uid


@dataclass(frozen=True, slots=True)
class InWeek:
    """What is in one week, and how many weeks without anything came before it in the list."""

    week: Week
    items: Sequence[Coming]
    empty_before: int


def by_week(items: Iterable[Coming]) -> list[InWeek]:
    """The moments by week, of which those without any are only counted. ``items`` are in order."""
    weeks: dict[Week, list[Coming]] = {}
    for item in items:
        weeks.setdefault(week_at(item.at), []).append(item)
    found: list[InWeek] = []
    for week, of_week in weeks.items():
        before = weeks_between(found[-1].week, week) if found else 0
        found.append(InWeek(week, of_week, before))
    return found
