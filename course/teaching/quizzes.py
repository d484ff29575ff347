"""Quizzes of a group: set one, see who is where, read what a person marks, give the results."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.core.clock import now
from course.core.forms import BaseForm, NothingForm
from course.core.i18n import _, language, moment
from course.curriculum.quizzes import EssayQuestion, FileQuestion
from course.groups import queries as groups
from course.groups.doors import group_of, instructors
from course.groups.models import Group
from course.lessons.editions import library
from course.panels.actions.refusals import Why
from course.panels.words import refusal
from course.quizzes import closing, editions, sittings, words
from course.quizzes import queries as quizzes
from course.quizzes.livepanel import counting
from course.quizzes.models import Judgement, Sitting
from course.quizzes.regrading import left_out
from course.quizzes.rules import USUAL, Rules
from course.quizzes.words import said
from course.teaching import forms, panels_beside, standing

bp = Blueprint(
    "teaching_quizzes",
    __name__,
    url_prefix="/teach/groups/<int:group_id>/quizzes",
    template_folder="templates",
)
bp.add_app_template_filter(said, "points")
bp.add_app_template_global(words.duration)


def own_sitting(group_id: int, sitting_id: int) -> tuple[Group, Sitting]:
    """A quiz of a group that one teaches."""
    group = group_of(group_id)
    return group, standing.sitting_of(group.id, sitting_id) or abort(404)


def _status(form: BaseForm) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


# --- Setting -------------------------------------------------------------------------------


@bp.get("")
@instructors
def index(group_id: int) -> ResponseReturnValue:
    """The quizzes that were set for the group."""
    group = group_of(group_id)
    return render_template(
        "teaching/quizzes.html", group=group, lines=standing.lines(group.id), now=now()
    )


@bp.route("/new", methods=["GET", "POST"])
@instructors
def new(group_id: int) -> ResponseReturnValue:
    """Set a quiz for the group."""
    group = group_of(group_id)
    form = forms.SittingForm(data={**forms.as_data(USUAL), "slug": request.args.get("quiz")})
    found = sorted(library().quizzes.values(), key=lambda edition: edition.quiz.module)
    lang = language()
    form.slug.choices = [(edition.quiz.slug, edition.quiz.title[lang]) for edition in found]
    panels_beside.offer(form)
    if form.validate_on_submit():
        edition = editions.current(form.slug.data) or abort(404)
        live = panels_beside.held(form, edition)
        if not isinstance(live, Why):
            sitting = sittings.set_sitting(
                current_user.id,
                group.id,
                edition,
                rules=form.rules(),
                window=form.window,
                due_at=form.due_at,
                panel=live,
            )
            flash(_("The quiz is set. Your students find it under Quizzes."))
            return redirect(url_for(".results", group_id=group.id, sitting_id=sitting.id), 303)
        form.panel.errors = [refusal(live)]
    set_before = standing.set_before(group.id)
    page = render_template(
        "teaching/sitting.html",
        group=group,
        form=form,
        sitting=None,
        set_before=[
            (title, set_before[slug]) for slug, title in form.slug.choices if slug in set_before
        ],
        now=now(),
    )
    return page, _status(form)


@bp.route("/<int:sitting_id>/rules", methods=["GET", "POST"])
@instructors
def rules(group_id: int, sitting_id: int) -> ResponseReturnValue:
    """Change when and how a quiz is taken, for attempts that are still to begin."""
    group, sitting = own_sitting(group_id, sitting_id)
    form = forms.SittingForm(data=forms.as_data(Rules.from_plain(sitting.rules), sitting))
    form.is_new = False
    del form.slug
    edition, live = standing.edition_of(sitting), quizzes.panel_of(sitting.id)
    has_begun = sittings.has_begun(sitting.id)
    panels_beside.offer_instead(form, edition, live, has_begun=has_begun)
    if form.validate_on_submit() and not panels_beside.change(form, sitting, live):
        sittings.change(
            current_user.id,
            sitting,
            rules=form.rules(),
            window=form.window,
            due_at=form.due_at,
        )
        flash(_("Changed. Attempts that had begun keep the rules they began with."))
        return redirect(url_for(".results", group_id=group.id, sitting_id=sitting.id), 303)
    page = render_template(
        "teaching/sitting.html",
        group=group,
        form=form,
        sitting=sitting,
        edition=edition,
        live=live,
        has_begun=has_begun,
        nothing=NothingForm(),
    )
    return page, _status(form)


@bp.post("/<int:sitting_id>/remove")
@instructors
def remove(group_id: int, sitting_id: int) -> ResponseReturnValue:
    """Take away a quiz that nobody has begun."""
    group, sitting = own_sitting(group_id, sitting_id)
    if sittings.remove(current_user.id, sitting):
        flash(_("The quiz is no longer set for this group."))
        return redirect(url_for(".index", group_id=group.id), 303)
    flash(_("Somebody has begun, so the quiz stays. You can close it instead."))
    return redirect(url_for(".rules", group_id=group.id, sitting_id=sitting_id), 303)


@bp.route("/<int:sitting_id>/allowances/<int:user_id>", methods=["GET", "POST"])
@instructors
def allowance(group_id: int, sitting_id: int, user_id: int) -> ResponseReturnValue:
    """Give one learner more time, more attempts, or a later end."""
    group, sitting = own_sitting(group_id, sitting_id)
    member = next((item for item in groups.members(group.id) if item.user_id == user_id), None)
    if member is None:
        abort(404)
    there = quizzes.allowance_of(sitting.id, user_id)
    form = forms.AllowanceForm(data=forms.allowance_data(there))
    if form.validate_on_submit():
        given = sittings.allow(
            current_user.id, sitting, user_id, form.personal(), reason=form.reason.data
        )
        flash(_told(given))
        return redirect(url_for(".results", group_id=group.id, sitting_id=sitting.id), 303)
    page = render_template(
        "teaching/allowance.html",
        group=group,
        sitting=sitting,
        edition=standing.edition_of(sitting),
        name=member.name,
        form=form,
    )
    return page, _status(form)


def _told(given: sittings.Allowed) -> str:
    """What giving something extra did."""
    if not given.is_longer:
        return _("Kept. It holds from the next attempt on.")
    if given.until is None:
        return _("Kept. The attempt that is running has no end any more.")
    return _("Kept. The attempt that is running now ends: %(when)s.", when=moment(given.until))


# --- Results -------------------------------------------------------------------------------


@bp.get("/<int:sitting_id>")
@instructors
def results(group_id: int, sitting_id: int) -> ResponseReturnValue:
    """Who is where, and what they earned."""
    group, sitting = own_sitting(group_id, sitting_id)
    found = standing.standing(sitting)
    changes = quizzes.changes_of(sitting.id)
    edition, rules = standing.edition_of(sitting), Rules.from_plain(sitting.rules)
    ends = closing.last_end_of(sitting)
    return render_template(
        "teaching/standing.html",
        group=group,
        sitting=sitting,
        edition=edition,
        rules=rules,
        in_time=words.in_time(rules, sitting.due_at),
        counting=counting(edition, quizzes.panel_of(sitting.id)) if rules.weighings_count else None,
        standing=found,
        to_read=standing.to_read(sitting, changes),
        left_out=left_out(changes),
        is_regraded=any(change.shown_at is None for change in changes),
        ends=ends,
        is_given=found.waits_to_be_given(rules, ends),
        now=now(),
        nothing=NothingForm(),
    )


@bp.post("/<int:sitting_id>/results/<any(give, take):what>")
@instructors
def release(group_id: int, sitting_id: int, what: str) -> ResponseReturnValue:
    """Give the results, or take them back."""
    group, sitting = own_sitting(group_id, sitting_id)
    sittings.release(current_user.id, sitting, is_given=what == "give")
    flash(_("The results are given.") if what == "give" else _("The results are taken back."))
    return redirect(url_for(".results", group_id=group.id, sitting_id=sitting.id), 303)


# --- Reading and marking -------------------------------------------------------------------


@bp.route("/<int:sitting_id>/answers/<public_id>/<slug>", methods=["GET", "POST"])
@instructors
def answer(group_id: int, sitting_id: int, public_id: str, slug: str) -> ResponseReturnValue:
    """Read an answer and give its points; then the next one that waits."""
    group, sitting = own_sitting(group_id, sitting_id)
    found = standing.written(sitting, public_id, slug)
    edition = standing.edition_of(sitting)
    item = edition.quiz.item(slug)
    by_hand = isinstance(item, EssayQuestion | FileQuestion)
    if found is None or not by_hand or not found.mark.maximum:
        abort(404)
    form = forms.MarkForm(data=_as_given(found))
    form.maximum = found.mark.maximum
    newer = None
    if form.validate_on_submit():
        given = sittings.Given(points=form.given(), comment=form.comment.data)
        newer = sittings.give_mark(current_user.id, public_id, slug, given, seen=form.seen_number())
        if newer is None:
            return _on_to_the_next(group, sitting, slug)
        found = replace(found, judgements=quizzes.judgements_of(found.mark.attempt_id, slug))
    essays = _to_read(sitting)
    page = render_template(
        "teaching/written.html",
        group=group,
        sitting=sitting,
        edition=edition,
        item=item,
        found=found,
        form=form,
        newer=newer,
        seen=form.seen_number() if form.errors else found.seen,
        given_points=lambda judgement: _points(judgement, found),
        following=_following(group, sitting, slug, essays),
        waiting=sum(len(each.waiting) for each in essays),
    )
    return page, HTTPStatus.CONFLICT if newer else _status(form)


def _as_given(found: standing.Written) -> dict[str, Any]:
    if not found.judgements:
        return {}
    last, _name = found.judgements[-1]
    return {"points": said(_points(last, found)), "comment": last.comment}


def _points(judgement: Judgement, found: standing.Written) -> Fraction:
    return Fraction(judgement.fraction) * found.mark.maximum


def _to_read(sitting: Sitting) -> list[standing.Essays]:
    return standing.to_read(sitting, quizzes.changes_of(sitting.id))


def _on_to_the_next(group: Group, sitting: Sitting, slug: str) -> ResponseReturnValue:
    essays = _to_read(sitting)
    if any(each.waiting for each in essays):
        flash(_("Kept. This is the next one."))
    else:
        flash(_("Kept. Nothing waits to be read any more."))
    return redirect(_following(group, sitting, slug, essays), 303)


def _following(group: Group, sitting: Sitting, slug: str, essays: Sequence[standing.Essays]) -> str:
    """The next answer to the same item, then to another; then the results."""
    where: dict[str, Any] = {"group_id": group.id, "sitting_id": sitting.id}
    for found in sorted(essays, key=lambda found: found.item != slug):
        for public_id in found.waiting:
            return url_for(".answer", **where, public_id=public_id, slug=found.item)
    return url_for(".results", **where)
