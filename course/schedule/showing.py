"""What a learner reads of moments elsewhere: at a lesson, at its steps, and on the home page."""

from datetime import timedelta
from typing import Final

from flask import render_template
from markupsafe import Markup

from course.core.clock import now
from course.domain.deadlines import AfterDue, has_passed
from course.domain.progress import State
from course.lessons.visit import Visit
from course.schedule import queries, words
from course.schedule.models import WHOLE_LESSON
from course.schedule.own import address_of
from course.schedule.queries import Due

AT_HOME: Final = 3  # deadlines on the home page; the agenda has all of them
STILL_OPEN: Final = timedelta(days=14)  # that the home page shows what was due and is not done


def at_lesson(visit: Visit, is_front: bool) -> Markup:
    """When the lesson opens and is due for this learner; at a step, until when that one has.

    Nothing at what is done already. A lesson that has not opened is announced here; it can be
    read all the same (see :mod:`course.schedule.queries`).
    """
    if visit.user is None:
        return Markup()
    dues = queries.in_lesson(visit.user.id, visit.edition.lesson.slug)
    if not dues:
        return Markup()
    moment = now()
    opening = [due for due in dues if due.moment.opens_at and due.moment.opens_at > moment]
    if is_front:
        is_done = visit.progress.state is State.DONE
        shown = [] if is_done else [due for due in dues if due.due_at and not due.is_done]
    else:
        here = {WHOLE_LESSON, visit.step.slug}
        opening = [due for due in opening if due.moment.step in here]
        shown = [] if visit.is_done else queries.at_step(dues, visit.step.slug)
    if not opening and not shown:
        return Markup()
    html = render_template(
        "schedule/_notice.html",
        opening=opening,
        dues=sorted(shown, key=_by_moment),
        # Whose moment it is has to be said only where there is more than one group.
        in_groups=len({due.moment.group_id for due in dues}) > 1,
        is_front=is_front,
        is_writing=visit.step.kind == "reflect",
        title_of=words.title_of,
        passed=lambda due: has_passed(due.due_at, moment),
        strict=AfterDue.REFUSED,
    )
    return Markup(html)  # noqa: S704 - made by Jinja, which escapes


def _by_moment(due: Due) -> str:
    return str(due.due_at)


def at_home(user_id: int) -> Markup:
    """The deadlines that come first, and those that passed; one query."""
    moment = now()
    found = [
        due
        for due in queries.since(user_id, moment - STILL_OPEN)
        if due.due_at and due.due_at >= moment - STILL_OPEN and not due.is_done
    ]
    if not found:
        return Markup()
    html = render_template(
        "schedule/_at_home.html",
        dues=sorted(found, key=_by_moment)[:AT_HOME],
        more=max(0, len(found) - AT_HOME),
        title_of=words.title_of,
        address_of=address_of,
        passed=lambda due: has_passed(due.due_at, moment),
    )
    return Markup(html)  # noqa: S704 - made by Jinja, which escapes
