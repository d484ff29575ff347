"""A learner's own progress: the same facts that the instructors of a group see."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.core.access import signed_in
from course.core.i18n import _
from course.domain.attention import ANSWER_LASTS, OF_LEARNER, Sign
from course.groups import queries as groups
from course.groups.models import Group
from course.results import actions, moments, needs, signs, words
from course.results import own as own_page
from course.results.forms import AnswerForm
from course.results.stored import stored

bp = Blueprint("results", __name__, template_folder="templates")
bp.add_app_template_global(words.to_learner, "own_sign_said")
bp.add_app_template_global(words.why, "why_said")
bp.add_app_template_global(words.place, "place_said")
bp.add_app_template_global(moments.words, "moment_words")
bp.add_app_template_global(moments.title_of, "moment_title")
bp.add_app_template_global(moments.SHAPES.__getitem__, "moment_shape")


WHOLE_COURSE = "all"  # in an address: a sign that is about no lesson in particular


@bp.app_template_global("sign_url")
def _sign_url(group_id: int, sign: Sign) -> str:
    """Where a learner says something about a sign."""
    about = sign.subject.replace("/", ".") or WHOLE_COURSE
    return url_for("results.answer", group_id=group_id, rule=sign.rule.value, about=about)


@bp.get("/progress")
@signed_in
def own() -> ResponseReturnValue:
    """How far you are in each group, and what the rules say of you."""
    me = current_user.id
    mine = [own_page.of(group, me) for group in groups.groups_of(me)]
    return render_template("results/own.html", mine=mine, days=ANSWER_LASTS.days)


@bp.route("/progress/<int:group_id>/<rule>/<about>", methods=["GET", "POST"])
@signed_in
def answer(group_id: int, rule: str, about: str) -> ResponseReturnValue:
    """Say something to a sign about yourself, so that it rests."""
    subject = "" if about == WHOLE_COURSE else about.replace(".", "/")
    group, sign = _sign(group_id, rule, subject)
    form = AnswerForm().choose()
    if form.validate_on_submit():
        actions.answer_sign(
            current_user.id,
            group.id,
            sign.rule,
            sign.subject,
            why=form.why.data,
            words=form.words.data,
        )
        flash(_("Thank you. Your instructors can read it with this sign."))
        return redirect(url_for("results.own"), 303)
    page = render_template("results/answer.html", form=form, group=group, sign=sign)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _sign(group_id: int, rule: str, subject: str) -> tuple[Group, Sign]:
    """The group of this learner and the sign, while it holds; else there is no such page."""
    mine = {group.id: group for group in groups.groups_of(current_user.id)}
    group = mine.get(group_id) or abort(404)
    known = stored(group.id, user_id=current_user.id)
    said = signs.said_in(group.id, user_id=current_user.id)
    for sign in needs.of_learner(group, known, said, current_user.id):
        if (sign.rule, sign.subject) == (rule, subject) and sign.rule in OF_LEARNER:
            return group, sign
    abort(404)
