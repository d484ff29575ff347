"""Two step kinds: weigh, and weigh the same again later."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from course.core.htmx import wants_partial
from course.core.i18n import _
from course.curriculum.schema import ScaleStep, Step, Voice, WeighAgainStep
from course.domain.weighing.scale import balance, movement
from course.lessons.visit import Visit
from course.weighings import actions, queries
from course.weighings.forms import ReplyForm, ScaleForm, scale_form
from course.weighings.models import Weighing
from course.weighings.picture import beam
from course.weighings.words import leaning_words, side_words

# No pages of its own: it brings its templates along.
bp = Blueprint("weighings", __name__, template_folder="templates")


def scale_of(visit: Visit) -> ScaleStep:
    """The scale that this step weighs: its own, or the earlier one that it repeats."""
    step: Step | None = visit.step
    if isinstance(step, WeighAgainStep):
        step = visit.edition.step(step.of)
    if not isinstance(step, ScaleStep):
        raise TypeError(f"step {visit.step.slug!r} weighs nothing")  # the schema prevents this
    return step


class Scale:
    """Weigh, then see what it does for whom, how others weighed, and a voice against."""

    name = "scale"
    texts = frozenset({"reason", "reply"})

    def word(self) -> str:
        return _("Weighing")

    def show(self, visit: Visit) -> ResponseReturnValue:
        weighings = queries.in_run(visit.enrolment.id) if visit.enrolment else {}
        mine = weighings.get(visit.step.slug)
        if mine:
            # An answer that was sent while the sign-in had ended came back as a draft.
            kept = visit.form_data if "reply" in visit.entered else None
            reply = ReplyForm(formdata=kept, data={"reply": mine.reply})
            return _result(visit, mine, weighings, reply)
        scale = scale_of(visit)
        form = scale_form(scale, visit.language, visit.form_data or None)
        return _form_page(visit, form, weighings)

    def submit(self, visit: Visit) -> ResponseReturnValue:
        if "reply" in visit.entered:
            return self._reply(visit)
        scale = scale_of(visit)
        form = scale_form(scale, visit.language, visit.form_data)
        weighings = queries.in_run(visit.enrolment.id) if visit.enrolment else {}
        if scale.slug != visit.step.slug and scale.slug not in weighings:
            flash(_("Do the first weighing before you weigh again."))
            return redirect(visit.url, 303)
        if not form.validate():
            return _form_page(visit, form, weighings), HTTPStatus.UNPROCESSABLE_ENTITY
        fresh = actions.weigh(
            visit,
            scale=scale.slug,
            weights=form.weights(),
            action=form.action.data,
            reason=form.reason.data,
        )
        if not fresh:
            flash(_("You weighed this before; that weighing stands."))
        return redirect(f"{visit.url}#result", 303)

    def notice(self, enrolment_id: int, step: str) -> str:
        return ""

    def beside(self, visit: Visit, steps: Sequence[Step]) -> Markup:
        if visit.enrolment is None:
            return Markup()
        weighings = queries.in_run(visit.enrolment.id).values()
        found = []
        for scale in steps:
            if isinstance(scale, ScaleStep):
                told = [
                    described(item, scale, visit.language)
                    for item in weighings
                    if item.scale == scale.slug
                ]
                found.append(visit.part("weighings/_beside.html", scale=scale, weighings=told))
        return Markup().join(found)

    def _reply(self, visit: Visit) -> ResponseReturnValue:
        """Keep the answer to the voice against, where there is a weighing to answer from."""
        weighings = queries.in_run(visit.run.id)
        mine = weighings.get(visit.step.slug)
        if mine is None:
            return redirect(visit.url, 303)
        form = ReplyForm(formdata=visit.form_data)
        if form.validate():
            actions.reply(visit.run.id, visit.step.slug, form.reply.data or "")
            if not wants_partial():
                flash(_("Your answer is saved."))
                return redirect(f"{visit.url}#counter", 303)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        if wants_partial():
            again = isinstance(visit.step, WeighAgainStep)
            context = {
                "scale": scale_of(visit),
                "reply": form,
                "saved": not form.errors,
                "again": again,
            }
            return visit.render("weighings/_counter.html", **context), status
        return _result(visit, mine, weighings, form), status


class WeighAgain(Scale):
    """The same weighing once more; both stand beside each other afterwards."""

    name = "weigh-again"

    def word(self) -> str:
        return _("Weighing again")


def _form_page(visit: Visit, form: ScaleForm, weighings: dict[str, Weighing]) -> str:
    scale = scale_of(visit)
    first = weighings.get(scale.slug)
    agreement, client = form.sums()
    return visit.render(
        "weighings/scale.html",
        scale=scale,
        form=form,
        sums=(agreement, client),
        # Without a script the page cannot count along, and a 0 beside chosen weights is wrong.
        shown_sums=(agreement, client) if form.is_begun else ("", ""),
        beam=beam(agreement, client),
        again=scale.slug != visit.step.slug,
        first=described(first, scale, visit.language) if first else None,
    )


def _result(visit: Visit, mine: Weighing, weighings: dict[str, Weighing], reply: ReplyForm) -> str:
    scale = scale_of(visit)
    first = weighings.get(scale.slug)
    again = first is not None and first.id != mine.id

    def voices() -> dict[str, Any]:
        return {"voices": [_voice(scale, item, visit.language) for item in scale.voices]}

    moved = (
        movement(before=queries.balance_of(first), after=queries.balance_of(mine))
        if first is not None and again
        else None
    )
    return visit.render(
        "weighings/result.html",
        scale=scale,
        mine=described(mine, scale, visit.language),
        first=described(first, scale, visit.language) if first and again else None,
        moved=moved,
        outcome=next((a.outcome for a in scale.actions if a.slug == mine.action), None),
        voices=visit.fixed_part("weighings/_voices.html", voices),
        group=queries.group_picture(visit.run.user_id, visit.run.lesson, scale.slug),
        sides=[side_words(value) for value in queries.SIDES],
        reply=reply,
        saved=False,
        again=again,
    )


def described(weighing: Weighing, scale: ScaleStep, language: str) -> dict[str, Any]:
    """A weighing as pages show it: sums, words, the beam, the action and the reason."""
    return {
        "action": action_text(scale, weighing.action, language),
        "reason": weighing.reason,
        "reply": weighing.reply,
        "weighed_at": weighing.weighed_at,
        "weights": {
            "agreement": list(zip(_texts(scale.agreement, language), weighing.agreement)),  # noqa: B905 - an older edition may hold more
            "client": list(zip(_texts(scale.client, language), weighing.client)),  # noqa: B905 - as above
        },
        **_position(weighing.agreement, weighing.client),
    }


def _voice(scale: ScaleStep, voice: Voice, language: str) -> dict[str, Any]:
    return {
        "role": voice.role[language],
        "reason": voice.reason[language],
        "action": action_text(scale, voice.action, language),
        **_position(list(voice.agreement), list(voice.client)),
    }


def _texts(considerations: Any, language: str) -> list[str]:
    return [item.text[language] for item in considerations]


def _position(agreement: list[int], client: list[int]) -> dict[str, Any]:
    weights = balance(agreement=agreement, client=client)
    return {
        "sums": (weights.agreement, weights.client),
        "leaning": leaning_words(weights),
        "beam": beam(weights.agreement, weights.client),
    }


def action_text(scale: ScaleStep, slug: str, language: str) -> str:
    """The action in words."""
    return next((item.text[language] for item in scale.actions if item.slug == slug), slug)
