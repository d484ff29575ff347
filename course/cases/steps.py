"""The step kind for a case: play it, and go on with the lesson when it has ended."""

from collections.abc import Sequence

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from course.cases import editions, queries, visitors
from course.cases.play import Play, option_of
from course.cases.trail import Trail
from course.core.db import db
from course.core.forms import NothingForm
from course.core.i18n import _
from course.curriculum.edition import CaseEdition
from course.curriculum.schema import CaseStep, Step
from course.lessons import actions as lessons
from course.lessons.visit import Visit


def unfinished(user_id: int) -> Markup:
    """For the home page: the cases in which this person stopped half-way."""
    plays = queries.unfinished(user_id)
    if not plays:
        return Markup()
    html = render_template("cases/_unfinished.html", plays=plays)
    return Markup(html)  # noqa: S704 - made by Jinja, which escapes


def _case_step(step: Step) -> CaseStep:
    if not isinstance(step, CaseStep):
        raise TypeError(f"step {step.slug!r} is no case")  # the registry prevents this
    return step


def _play(visit: Visit) -> tuple[CaseEdition | None, Play | None]:
    slug = _case_step(visit.step).case
    today = editions.current(slug)
    if visit.user:
        play = queries.newest(visit.user.id, slug)
        return (play.edition if play else today), play
    found = visitors.played(today) if today else None
    return today, found.play if found else None


def _trail(visit: Visit, slug: str) -> Trail | None:
    """The newest time that this reader played the case, on this account or in this browser."""
    if visit.user:
        found = queries.trails(visit.user.id, slug)
        return found[-1] if found else None
    today = editions.current(slug)
    return visitors.played(today) if today else None


class Case:
    """A case within a lesson; what was played stands beside a reflection."""

    name = "case"
    texts: frozenset[str] = frozenset()

    def word(self) -> str:
        return _("Case")

    def show(self, visit: Visit) -> ResponseReturnValue:
        edition, play = _play(visit)
        return visit.render("cases/step.html", edition=edition, play=play, nothing=NothingForm())

    def submit(self, visit: Visit) -> ResponseReturnValue:
        _edition, play = _play(visit)
        if visit.user is None:
            return redirect(visit.next_url, 303)
        if play is None or not play.has_ended:
            flash(_("Play the case to an end first; you can go back and choose differently."))
            return redirect(visit.url, 303)
        go_to = visit.following.slug if visit.following else visit.step.slug
        lessons.add_step_done(visit.run, visit.step.slug, go_to=go_to)
        db.session.commit()
        return redirect(visit.next_url, 303)

    def notice(self, enrolment_id: int, step: str) -> str:
        return ""

    def beside(self, visit: Visit, steps: Sequence[Step]) -> Markup:
        found = []
        for step in steps:
            slug = _case_step(step).case
            trail, today = _trail(visit, slug), editions.current(slug)
            if trail:
                edition = trail.play.edition
                told = [
                    (item, edition.node(item.node), option_of(edition, item))
                    for item in trail.path_to(trail.play.at)
                ]
                seen = {"trail": trail, "path": told, "step_slug": step.slug}
                found.append(visit.part("cases/_beside.html", **seen))
            elif today:
                found.append(visit.part("cases/_not_played.html", case=today.case))
        return Markup().join(found)
