"""Which panel lies beside a quiz of a group: what can be chosen, and what was."""

from flask_login import current_user

from course.core.i18n import _, language
from course.curriculum.edition import QuizEdition
from course.panels import queries as panels
from course.panels.actions import using
from course.panels.actions.refusals import Why
from course.panels.words import choice, refusal
from course.quizzes import editions
from course.quizzes.livepanel import LivePanel
from course.quizzes.models import Sitting
from course.teaching.forms import SittingForm


def offer(form: SittingForm) -> None:
    """Let a panel be chosen for a new sitting, of each quiz as it is today; else no such field."""
    lang = language()
    found = [
        each
        for each in panels.choices_for(current_user)
        if (today := editions.current(each.panel.slug))
        and panels.asks_the_same(each.edition, today)
    ]
    form.quiz_of = {str(each.panel.id): each.panel.slug for each in found}
    form.panel.choices = [
        _example(),
        *(
            (str(each.panel.id), f"{choice(each)} · {each.edition.quiz.title[lang]}")
            for each in found
        ),
    ]
    if not found:
        del form.panel


def held(form: SittingForm, edition: QuizEdition) -> LivePanel | Why | None:
    """Within the caller's transaction: the panel that was chosen, or why it cannot be used."""
    chosen = form.panel_id()
    return using.held_for(chosen, edition) if chosen else None


def offer_instead(
    form: SittingForm, edition: QuizEdition, live: LivePanel | None, *, has_begun: bool
) -> None:
    """Let another panel be chosen for a sitting that uses ``live``, while nobody has begun."""
    found = [
        each
        for each in panels.choices_for(current_user)
        if each.panel.slug == edition.quiz.slug and panels.asks_the_same(each.edition, edition)
    ]
    form.panel.choices = [_example(), *((str(each.panel.id), choice(each)) for each in found)]
    if live and live.panel not in {each.panel.id for each in found}:
        # Archived since, or of a colleague who does not share it.
        form.panel.choices.append((str(live.panel), live.title))
    if not form.is_submitted():
        form.panel.data = _kept(live)
    if has_begun or len(form.panel.choices) == 1:
        del form.panel


def change(form: SittingForm, sitting: Sitting, live: LivePanel | None) -> bool:
    """Use the panel that was chosen; whether that was refused, which the field tells then."""
    if not form.panel or form.panel.data == _kept(live):
        return False
    chosen = form.panel_id()
    refused = (
        using.use(chosen, sitting.id, by=current_user.id)
        if chosen
        else using.stop_using(sitting.id, by=current_user.id)
    )
    if refused:
        form.panel.errors = [refusal(refused)]
    return bool(refused)


def _kept(live: LivePanel | None) -> str:
    return str(live.panel) if live else ""


def _example() -> tuple[str, str]:
    return "", _("the example of the quiz, which is fictional")
