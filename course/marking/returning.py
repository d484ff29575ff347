"""Setting an assignment, returning its results, taking one back, and the phrases of a marker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import delete, select

from course.accounts.models import User
from course.core.access import Role, requires
from course.core.db import db
from course.core.forms import NothingForm
from course.core.i18n import _, _n, language
from course.core.i18n import moment as moment_in_words
from course.curriculum.edition import RubricEdition
from course.curriculum.schema import ReflectStep
from course.domain.exact import fraction_of
from course.domain.grades import Kind, Scheme
from course.groups import queries as groups
from course.groups.models import Group, Membership, Part
from course.lessons.editions import library
from course.marking import asking, grades, queries, releasing, rubrics, work
from course.marking.asking import Asked
from course.marking.forms import (
    AssignmentForm,
    PhraseForm,
    RetractForm,
    ReturnForm,
    moment,
    written,
)
from course.marking.models import Assignment, Phrase
from course.marking.queries import Item, Stand

bp = Blueprint("returning", __name__, template_folder="templates")
instructors = requires(Role.INSTRUCTOR, Role.ADMINISTRATOR)


def _assignment(assignment_id: int) -> Assignment:
    return queries.assignment_for(current_user.id, assignment_id) or abort(404)


# --- Setting -------------------------------------------------------------------------------


@bp.route(
    "/teach/groups/<int:group_id>/reflections/<lesson>/<step>/setting", methods=["GET", "POST"]
)
@instructors
def setting(group_id: int, lesson: str, step: str) -> ResponseReturnValue:
    """Ask a group for the reflection at a step: rubric, grade, names, second reader, peers."""
    group = groups.group_for(current_user.id, group_id) or abort(404)
    asked_for = _reflection(lesson, step)
    row = queries.assignment_at(group_id, lesson, step)
    form = AssignmentForm(data=_filled(row) if row else _usual(asked_for))
    form.rubric.choices = _rubrics()
    form.without_points = _without_points()
    form.second_marker.choices = [("", _("choose a colleague")), *_colleagues(group)]
    if form.validate_on_submit():
        edition = rubrics.current(form.rubric.data) or abort(404)
        try:
            made = asking.ask(group_id, lesson, step, _asked(form, edition), by=current_user.id)
        except asking.InUse as refusal:
            form.rubric.errors = [refusal.message]
        else:
            flash(_("Saved. What is handed in now waits here to be marked."))
            return redirect(url_for("marking.next_one", assignment_id=made.id), 303)
    page = render_template(
        "marking/setting.html",
        form=form,
        group=group,
        lesson=lesson,
        step=asked_for,
        row=row,
        in_use=row is not None and asking.is_in_use(row),
        rubrics=library().rubrics,
    )
    return page, 422 if form.errors else 200


def _reflection(lesson: str, step: str) -> ReflectStep:
    edition = library().current(lesson) or abort(404)
    found = edition.step(step)
    return found if isinstance(found, ReflectStep) else abort(404)


def _without_points() -> set[str]:
    return {slug for slug, edition in library().rubrics.items() if not edition.rubric.points}


def _rubrics() -> list[tuple[str, str]]:
    titles = {slug: edition.rubric.title[language()] for slug, edition in library().rubrics.items()}
    bare = _without_points()
    return [
        (slug, _("%(title)s (without points)", title=title) if slug in bare else title)
        for slug, title in titles.items()
    ]


def _usual(step: ReflectStep) -> dict[str, object]:
    """What the form proposes for a step that nobody asked yet."""
    kind = Kind.NARRATIVE if step.rubric in _without_points() else Kind.NUMBER
    return {"rubric": step.rubric, "kind": kind.value}


def _colleagues(group: Group) -> list[tuple[str, str]]:
    statement = (
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.group_id == group.id, Membership.part != Part.LEARNER)
        .order_by(User.name)
    )
    return [
        (str(user_id), _("%(name)s (you)", name=name) if user_id == current_user.id else name)
        for user_id, name in db.session.execute(statement)
    ]


def _filled(row: Assignment) -> dict[str, object]:
    scheme = Scheme.from_plain(row.scheme)
    return {
        "rubric": row.rubric.slug,
        "kind": scheme.kind.value,
        "percentage": round(scheme.percentage * 100),
        "names_hidden": row.names_hidden,
        "reply_required": row.reply_required,
        "seconds": row.seconds,
        "second_marker": str(row.second_marker_id or ""),
        "peers": row.peers,
        "peers_until": written(row.peers_until),
    }


def _asked(form: AssignmentForm, edition: RubricEdition) -> Asked:
    second = form.second_marker.data if form.seconds.data != "none" else ""
    return Asked(
        rubric=edition,
        scheme=Scheme(
            kind=Kind(form.kind.data), percentage=fraction_of(f"{form.percentage.data}/100")
        ),
        names_hidden=form.names_hidden.data,
        reply_required=form.reply_required.data,
        seconds=form.seconds.data,
        second_marker_id=int(second) if second else None,
        peers=form.peers.data,
        peers_until=moment(form.peers_until.data) if form.peers.data else None,
    )


# --- Returning -----------------------------------------------------------------------------


@bp.get("/teach/marking/<int:assignment_id>/results")
@instructors
def results(assignment_id: int) -> ResponseReturnValue:
    """Who can get their result, who has it, and what is not ready; with the message as it goes."""
    assignment = _assignment(assignment_id)
    return _results(assignment, ReturnForm())


def _results(assignment: Assignment, form: ReturnForm) -> str:
    items = queries.queue(assignment, current_user.id)
    agreed = queries.agreed_in([assignment.id])
    finals = {item.code: releasing.final_of(item, agreed.get(item.submission.id)) for item in items}
    found = {code: final.grade(assignment) for code, final in finals.items() if final is not None}
    words = {code: work.as_read(grade) for code, grade in found.items() if grade is not None}
    return render_template(
        "marking/results.html",
        assignment=assignment,
        about=work.about(assignment),
        items=sorted(items, key=lambda item: (item.stand is Stand.GIVEN, item.name, item.code)),
        finals=finals,
        grades=words,
        earlier=_earlier(assignment, items),
        ticked=set(request.form.getlist("code")) if form.errors else set(finals),
        form=form,
        letter=releasing.letter(assignment),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A result that stands, of a version that its writer has gone on from."""

    name: str
    number: int  # of the version
    result: str
    at: datetime


def _earlier(assignment: Assignment, items: Sequence[Item]) -> list[Earlier]:
    """What was returned of versions before those in the queue, by name."""
    there = {item.submission.id for item in items if item.stand is Stand.GIVEN}
    given = [row for row in releasing.given_in(assignment) if row.submission.id not in there]
    return [
        Earlier(
            name=row.name,
            number=row.submission.number,
            result=work.as_read(row.grade) if row.grade else "",
            at=row.at,
        )
        for row in given
    ]


@bp.post("/teach/marking/<int:assignment_id>/results")
@instructors
def give(assignment_id: int) -> ResponseReturnValue:
    """Return the chosen results, or all that are ready, now or at a moment."""
    assignment = _assignment(assignment_id)
    form = ReturnForm()
    if not form.validate_on_submit():
        return _results(assignment, form), 422
    chosen = set(request.form.getlist("code"))
    items = queries.queue(assignment, current_user.id)
    if request.form.get("do") == "all":
        wanted = _ready(assignment, items)
    elif chosen:
        wanted = [item for item in items if item.code in chosen]
    else:
        form.form_errors.append(
            _("Nobody is ticked, so nothing was returned. Tick somebody first.")
        )
        return _results(assignment, form), 422
    at = moment(form.at.data)
    count = releasing.give(assignment, wanted, by=current_user.id, at=at)
    flash(_given(count, at))
    return redirect(url_for("returning.results", assignment_id=assignment_id), 303)


def _given(count: int, at: datetime | None) -> str:
    if not count:
        return _("There was nothing to return: what is ready is returned already.")
    if at is None:
        return _n("%(num)s result is returned.", "%(num)s results are returned.", count)
    return _n(
        "%(num)s result goes out %(when)s.",
        "%(num)s results go out %(when)s.",
        count,
        when=moment_in_words(at),
    )


def _ready(assignment: Assignment, items: Sequence[Item]) -> list[Item]:
    agreed = queries.agreed_in([assignment.id])
    return [
        item
        for item in items
        if releasing.final_of(item, agreed.get(item.submission.id)) is not None
    ]


@bp.route("/teach/marking/<int:assignment_id>/<code>/retract", methods=["GET", "POST"])
@instructors
def retract(assignment_id: int, code: str) -> ResponseReturnValue:
    """Take a result back, with a reason; the history of the grade stands beside it."""
    assignment = _assignment(assignment_id)
    item = queries.item_for(assignment, current_user.id, code) or abort(404)
    release = releasing.standing(assignment_id, [item.submission.id]).get(item.submission.id)
    if release is None:
        abort(404)
    form = RetractForm()
    if form.validate_on_submit():
        releasing.retract(release, form.why.data.strip(), by=current_user.id)
        flash(_("Taken back. The student no longer sees it; the history keeps what was given."))
        return redirect(url_for("returning.results", assignment_id=assignment_id), 303)
    history = grades.history(item.submission.user_id, assignment_id)
    page = render_template(
        "marking/retract.html",
        assignment=assignment,
        about=work.about(assignment),
        item=item,
        form=form,
        history=history,
        names=_names([entry.actor for entry in history]),
    )
    return page, 422 if form.errors else 200


def _names(actors: Sequence[str]) -> dict[str, str]:
    """The names of who did something to a grade, by how the book calls them: ``user/12``."""
    ids = [int(actor.removeprefix("user/")) for actor in actors]
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {f"user/{user_id}": name for user_id, name in rows}


# --- Phrases -------------------------------------------------------------------------------


@bp.route("/teach/phrases", methods=["GET", "POST"])
@instructors
def phrases() -> ResponseReturnValue:
    """One's own phrases, and those of the course; add one, and share it with a group."""
    form = PhraseForm()
    taught = groups.taught_by(current_user.id)
    form.group.choices = [("", _("nobody, only me")), *((str(row.id), row.name) for row in taught)]
    if form.validate_on_submit():
        shared = int(form.group.data) if form.group.data else None
        db.session.add(
            Phrase(
                user_id=current_user.id,
                group_id=shared,
                kind=form.kind.data,
                text=form.text.data.strip(),
            )
        )
        db.session.commit()
        flash(_("Added. You find it with / while marking."))
        return redirect(url_for("returning.phrases"), 303)
    own = db.session.scalars(
        select(Phrase).filter_by(user_id=current_user.id).order_by(Phrase.id.desc())
    )
    page = render_template(
        "marking/phrases.html",
        form=form,
        own=list(own),
        ours=library().phrases,
        nothing=NothingForm(),
    )
    return page, 422 if form.errors else 200


@bp.post("/teach/phrases/<int:phrase_id>/delete")
@instructors
def delete_phrase(phrase_id: int) -> ResponseReturnValue:
    """Delete a phrase of one's own."""
    gone = db.session.execute(
        delete(Phrase)
        .where(Phrase.id == phrase_id, Phrase.user_id == current_user.id)
        .returning(Phrase.id)
    ).all()
    if not gone:
        abort(404)
    db.session.commit()
    return redirect(url_for("returning.phrases"), 303)
