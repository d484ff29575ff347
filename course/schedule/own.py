"""The moments of lessons, as the first of the sources of what is coming."""

from collections.abc import Collection, Sequence
from datetime import datetime

from flask import url_for

from course.core.i18n import _, _n
from course.lessons.visit import step_url
from course.schedule import queries, words
from course.schedule.coming import Coming, Kind
from course.schedule.forms import place_of
from course.schedule.models import WHOLE_LESSON, LessonMoment
from course.schedule.queries import Due


class LessonMoments:
    """When lessons open for a group, and when they are due."""

    def for_learner(self, user_id: int, since: datetime) -> Sequence[Coming]:
        """The moments of lessons as they are for this learner; one query."""
        return [item for due in queries.since(user_id, since) for item in _of_learner(due)]

    def for_groups(self, group_ids: Collection[int]) -> Sequence[Coming]:
        """The moments of lessons, with how many have more time; one query."""
        return [
            item
            for moment, group, extended in queries.moments_of(group_ids)
            for item in _of_group(moment, group, extended)
        ]


def address_of(moment: LessonMoment) -> str:
    """Where a learner goes: to the step, or to the front of the lesson."""
    if moment.step == WHOLE_LESSON:
        return url_for("lessons.lesson", lesson=moment.lesson)
    return step_url(moment.lesson, moment.step)


def _of_learner(due: Due) -> list[Coming]:
    moment, url = due.moment, address_of(due.moment)
    changed_at = max(moment.changed_at, due.given_at or moment.changed_at)
    found = []
    if moment.opens_at:
        found.append(_coming(moment, Kind.OPENS, moment.opens_at, url, due.group, changed_at))
    if due.due_at:
        is_later = due.is_extended and moment.due_at
        note = (
            _("you have more time; the group has until %(when)s", when=words.written(is_later))
            if is_later
            else ""
        )
        done = due.is_done
        found.append(
            _coming(moment, Kind.DUE, due.due_at, url, due.group, changed_at, note, is_done=done)
        )
    return found


def _of_group(moment: LessonMoment, group: str, extended: int) -> list[Coming]:
    place = place_of(moment.lesson, moment.step)
    url = url_for("schedule.plan", group_id=moment.group_id, place=place) + "#set"
    found = []
    if moment.opens_at:
        found.append(_coming(moment, Kind.OPENS, moment.opens_at, url, group, moment.changed_at))
    if moment.due_at:
        note = _n("%(num)s student has more time", "%(num)s students have more time", extended)
        note = note if extended else ""
        found.append(_coming(moment, Kind.DUE, moment.due_at, url, group, moment.changed_at, note))
    return found


def _coming(
    moment: LessonMoment,
    kind: Kind,
    at: datetime,
    url: str,
    group: str,
    changed_at: datetime,
    note: str = "",
    *,
    is_done: bool = False,
) -> Coming:
    return Coming(
        uid=f"moment-{moment.id}-{kind}",
        kind=kind,
        at=at,
        title=words.title_of(moment.lesson, moment.step),
        group=group,
        url=url,
        changed_at=changed_at,
        note=note,
        is_done=is_done,
        moment_id=moment.id,
    )
