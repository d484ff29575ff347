"""The pages of who asks a panel: make one, ask people, see how it stands, freeze it, use it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.core.access import Role, requires
from course.core.clock import now
from course.core.current import settings
from course.core.forms import BaseForm, NothingForm
from course.core.i18n import _, _n, language
from course.core.jobs import wake
from course.curriculum.quizzes import Weighing
from course.domain.weighing import Finding, Key, WeighedPanel, weigh
from course.lessons.editions import library
from course.panels import forms, queries, words
from course.panels.actions import asking, freezing, keeping, using
from course.panels.actions.holding import is_open
from course.panels.actions.refusals import Why
from course.panels.models import Panel, PanelAnswer, PanelMember
from course.quizzes import editions
from course.quizzes.words import in_words

bp = Blueprint(
    "panels",
    __name__,
    url_prefix="/teach/panels",
    template_folder="templates",
)
instructors = requires(Role.INSTRUCTOR, Role.ADMINISTRATOR)


def _seen(panel_id: int) -> Panel:
    """The panel, for whoever may see it; for anybody else it does not exist."""
    return queries.panel_for(current_user, panel_id) or abort(404)


def _own(panel_id: int) -> Panel:
    """The panel, for who made it and for administrators; a colleague may only look at it."""
    found = _seen(panel_id)
    if not queries.may_change(current_user, found):
        abort(403)
    return found


def _status(form: BaseForm) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _back(panel_id: int, refused: Why | None, said: str) -> ResponseReturnValue:
    flash(words.refusal(refused) if refused else said)
    return redirect(url_for(".panel", panel_id=panel_id), 303)


# --- What there is -------------------------------------------------------------------------


@bp.get("")
@instructors
def index() -> ResponseReturnValue:
    """The panels one asked, and those that colleagues share."""
    lines = queries.panels_of(current_user)
    return render_template(
        "panels/panels.html",
        lines=[line for line in lines if not line.panel.archived_at],
        archived=[line for line in lines if line.panel.archived_at],
        quizzes=library().quizzes,
    )


@bp.route("/new", methods=["GET", "POST"])
@instructors
def new() -> ResponseReturnValue:
    """Make a panel for a quiz."""
    form = forms.PanelForm(data={"slug": request.args.get("quiz")})
    found = sorted(library().quizzes.values(), key=lambda edition: edition.quiz.module)
    lang = language()
    form.slug.choices = [
        (edition.quiz.slug, edition.quiz.title[lang])
        for edition in found
        if queries.weighings_of(edition)
    ]
    if form.validate_on_submit():
        edition = editions.current(form.slug.data) or abort(404)
        panel = asking.make_panel(current_user.id, edition, form.about())
        return redirect(url_for(".panel", panel_id=panel.id), 303)
    return render_template("panels/about.html", form=form, panel=None), _status(form)


@bp.route("/<int:panel_id>/about", methods=["GET", "POST"])
@instructors
def about(panel_id: int) -> ResponseReturnValue:
    """Change what is told about a panel, until it is frozen."""
    panel = _own(panel_id)
    form = forms.PanelForm(data=forms.as_data(panel))
    del form.slug
    if form.validate_on_submit():
        refused = asking.change(panel_id, form.about(), by=current_user.id)
        return _back(panel_id, refused, _("Changed."))
    return render_template("panels/about.html", form=form, panel=panel), _status(form)


# --- How it stands -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One answer to an item, in words; who gave it is a number and a role."""

    member: PanelMember
    answer: PanelAnswer
    lines: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One item: what was found about it, and what was answered."""

    item: Weighing
    findings: Sequence[tuple[str, str]]  # level and sentence
    told: Sequence[Told]


def _told(found: Finding, item: Weighing | None = None) -> tuple[str, str]:
    return found.level.value, words.finding(found, item)


def _of_all(weighed: WeighedPanel) -> list[tuple[str, str]]:
    """What was found about all items together, or about each of them alike: told once."""
    each = [
        {_told(found) for found in item.findings if not found.options} for item in weighed.items
    ]
    alike = set.intersection(*each) if each else set()
    return [*(_told(found) for found in weighed.findings), *sorted(alike)]


def _standings(
    items: Sequence[Weighing],
    weighed: WeighedPanel,
    members: Sequence[PanelMember],
    answers: Mapping[int, Mapping[str, PanelAnswer]],
) -> list[Standing]:
    lang = language()
    told_once = _of_all(weighed)
    found = {part.slug: part.findings for part in weighed.items}
    return [
        Standing(
            item=item,
            findings=[
                told for each in found[item.slug] if (told := _told(each, item)) not in told_once
            ],
            told=[
                Told(member=member, answer=answer, lines=in_words(item, answer.given, lang))
                for member in members
                if (answer := answers[member.id].get(item.slug))
            ],
        )
        for item in items
    ]


@bp.get("/<int:panel_id>")
@instructors
def panel(panel_id: int) -> ResponseReturnValue:
    """Who was asked, how many have handed in, what was found, and the keys once it is frozen."""
    return _panel(_seen(panel_id))


def _panel(
    found: Panel,
    *,
    invite: forms.InviteForm | None = None,
    end: forms.EndForm | None = None,
    share: forms.ShareForm | None = None,
) -> str:
    """The page, with a form as it was filled in where that could not be done."""
    edition = queries.edition_of(found)
    items = queries.weighings_of(edition)
    members = queries.members_of(found.id)
    finished = [member for member in members if member.finished_at]
    answers = queries.answers_of(finished)
    weighed = weigh(queries.weighable(found, items, finished, answers))
    still_open = [member for member in members if is_open(member, found)]
    begun = queries.begun_in(found.id)
    return render_template(
        "panels/panel.html",
        panel=found,
        edition=edition,
        members=members,
        working=[member for member in still_open if member.id in begun or member.role],
        finished=finished,
        standings=_standings(items, weighed, finished, answers),
        findings=_of_all(weighed),
        keys={slug: Key.from_json(row.key) for slug, row in queries.keys_of(found.id).items()},
        worth=words.worth,
        uses=queries.sittings_for(current_user.id, found.slug) if found.frozen_at else [],
        invite=invite or forms.InviteForm(formdata=None),
        end=end or forms.EndForm(formdata=None),
        share=share or forms.ShareForm(formdata=None),
        may_change=queries.may_change(current_user, found),
        maker=queries.maker_of(found) if found.made_by != current_user.id else None,
        colleagues=queries.shared_with(found.id),
        now=now(),
        nothing=NothingForm(),
    )


# --- Links ---------------------------------------------------------------------------------


@bp.post("/<int:panel_id>/links")
@instructors
def links(panel_id: int) -> ResponseReturnValue:
    """Ask people: mail them a link each, or make links to pass on, which are shown once."""
    found = _own(panel_id)
    form = forms.InviteForm()
    if not form.validate_on_submit():
        page = _panel(found, invite=form)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    addresses = form.mailed()
    made = asking.invite(
        panel_id,
        addresses,
        form.copies(),
        expires_at=form.expires_at(),
        base_url=settings().base_url,
        asked_by=current_user.name,
        by=current_user.id,
    )
    if isinstance(made, Why):
        return _back(panel_id, made, "")
    if addresses:
        wake(current_app._get_current_object())  # type: ignore[attr-defined]  # the proxy of Flask
        flash(_n("%(num)s mail is on its way.", "%(num)s mails are on their way.", len(addresses)))
    if not made:
        return redirect(url_for(".panel", panel_id=panel_id), 303)
    return render_template(
        "panels/links.html", panel=found, links=made, expires_at=form.expires_at()
    )


@bp.post("/<int:panel_id>/links/<int:number>/withdraw")
@instructors
def withdraw(panel_id: int, number: int) -> ResponseReturnValue:
    """Make a link worthless."""
    found = _own(panel_id)
    if queries.member_by_number(found.id, number) is None:
        abort(404)
    refused = asking.withdraw(found.id, number, by=current_user.id)
    said = _("The link of member %(number)s no longer works.", number=number)
    return _back(panel_id, refused, said)


@bp.post("/<int:panel_id>/links/until")
@instructors
def until(panel_id: int) -> ResponseReturnValue:
    """Give links that can still be used another last day."""
    found = _own(panel_id)
    form = forms.EndForm()
    if not form.validate_on_submit():
        page = _panel(found, end=form)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    refused = asking.put_off(panel_id, form.expires_at(), by=current_user.id)
    return _back(panel_id, refused, _("The links work until the day you chose."))


# --- Leaving out, freezing, a next version -------------------------------------------------


@bp.route("/<int:panel_id>/answers/<int:number>/<slug>", methods=["GET", "POST"])
@instructors
def exclude(panel_id: int, number: int, slug: str) -> ResponseReturnValue:
    """Leave an answer out of the key, with a reason; or take it in again."""
    found = _own(panel_id)
    edition = queries.edition_of(found)
    item = edition.quiz.item(slug)
    member = queries.member_by_number(panel_id, number)
    if item is None or member is None or member.finished_at is None:
        abort(404)
    answer = queries.own_answers(member).get(slug) or abort(404)
    if request.method == "POST" and "again" in request.form:
        refused = freezing.exclude(panel_id, number, slug, reason="", by=current_user.id)
        return _back(panel_id, refused, _("The answer counts again."))
    form = forms.ExclusionForm(data={"reason": answer.exclusion_reason})
    if form.validate_on_submit():
        refused = freezing.exclude(
            panel_id, number, slug, reason=form.reason.data, by=current_user.id
        )
        return _back(panel_id, refused, _("The answer is left out. It is kept, with your reason."))
    page = render_template(
        "panels/exclude.html",
        panel=found,
        edition=edition,
        item=item,
        member=member,
        answer=answer,
        lines=in_words(item, answer.given, language()),
        form=form,
    )
    return page, _status(form)


@bp.route("/<int:panel_id>/freeze", methods=["GET", "POST"])
@instructors
def freeze(panel_id: int) -> ResponseReturnValue:
    """Look once more, and freeze."""
    found = _own(panel_id)
    if request.method == "POST":
        refused = freezing.freeze(panel_id, by=current_user.id)
        return _back(panel_id, refused, _("The panel is frozen. It can be laid beside a quiz now."))
    if found.frozen_at:
        return redirect(url_for(".panel", panel_id=panel_id), 303)
    members = queries.members_of(panel_id)
    return render_template(
        "panels/freeze.html",
        panel=found,
        finished=sum(member.finished_at is not None for member in members),
        going=sum(is_open(member, found) for member in members),
        nothing=NothingForm(),
    )


@bp.post("/<int:panel_id>/again")
@instructors
def again(panel_id: int) -> ResponseReturnValue:
    """Make a next version of a frozen panel."""
    _own(panel_id)
    fresh = freezing.make_again(panel_id, by=current_user.id)
    if isinstance(fresh, Why):
        return _back(panel_id, fresh, "")
    flash(_("This is version %(number)s. The earlier one stays as it is.", number=fresh.version))
    return redirect(url_for(".panel", panel_id=fresh.id), 303)


@bp.post("/<int:panel_id>/sittings/<int:number>/<any(use, stop):what>")
@instructors
def use(panel_id: int, number: int, what: str) -> ResponseReturnValue:
    """Lay a frozen panel beside a quiz of one's own group, or the example again."""
    found = _seen(panel_id)
    uses = {each.sitting.id: each for each in queries.sittings_for(current_user.id, found.slug)}
    if number not in uses:
        abort(404)
    if what == "use":
        refused = using.use(panel_id, number, by=current_user.id)
        return _back(panel_id, refused, _("The quiz uses this panel now."))
    refused = using.stop_using(number, by=current_user.id)
    return _back(panel_id, refused, _("The quiz uses the example panel again."))


# --- Colleagues, the archive, deleting -----------------------------------------------------


@bp.post("/<int:panel_id>/colleagues")
@instructors
def share(panel_id: int) -> ResponseReturnValue:
    """Let a colleague see the panel and use it."""
    found = _own(panel_id)
    form = forms.ShareForm()
    if not form.validate_on_submit():
        return _panel(found, share=form), HTTPStatus.UNPROCESSABLE_ENTITY
    if form.found.id != found.made_by:  # who made it has it already
        keeping.share(panel_id, form.found.id, by=current_user.id)
    said = _("%(name)s can see this panel now, and use it.", name=form.found.name)
    return _back(panel_id, None, said)


@bp.post("/<int:panel_id>/colleagues/<int:user_id>/remove")
@instructors
def stop_sharing(panel_id: int, user_id: int) -> ResponseReturnValue:
    """Hide the panel from a colleague again; a colleague takes it out of their own list."""
    if user_id != current_user.id:
        _own(panel_id)
        keeping.stop_sharing(panel_id, user_id, by=current_user.id)
        return _back(panel_id, None, _("The panel is no longer shared with this colleague."))
    _seen(panel_id)
    keeping.stop_sharing(panel_id, user_id, by=current_user.id)
    flash(_("The panel is no longer in your list. Your quizzes that use it keep it."))
    return redirect(url_for(".index"), 303)


@bp.post("/<int:panel_id>/<any(archive, restore):what>")
@instructors
def put_away(panel_id: int, what: str) -> ResponseReturnValue:
    """Put a panel in the archive, or take it out of there."""
    _own(panel_id)
    if what == "archive":
        keeping.archive(panel_id, by=current_user.id)
        return _back(panel_id, None, _("The panel is in the archive."))
    keeping.restore(panel_id, by=current_user.id)
    return _back(panel_id, None, _("The panel is out of the archive again."))


@bp.route("/<int:panel_id>/delete", methods=["GET", "POST"])
@instructors
def delete(panel_id: int) -> ResponseReturnValue:
    """Look once more, and delete; not while something rests on it."""
    found = _own(panel_id)
    if request.method == "POST":
        refused = keeping.remove(panel_id, by=current_user.id)
        if refused:
            return _back(panel_id, refused, "")
        flash(_("The panel is deleted, with everything that was answered."))
        return redirect(url_for(".index"), 303)
    members = queries.members_of(panel_id)
    kept = keeping.why_kept(panel_id)
    return render_template(
        "panels/delete.html",
        panel=found,
        finished=sum(member.finished_at is not None for member in members),
        going=sum(is_open(member, found) for member in members),
        kept=words.refusal(kept) if kept else "",
        nothing=NothingForm(),
    )
