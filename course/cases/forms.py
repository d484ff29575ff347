"""The forms of a case: a choice, and a prediction."""

from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from course.cases.models import LONGEST_WHY
from course.cases.play import Play
from course.core.forms import BaseForm
from course.core.i18n import _, _l
from course.curriculum.cases import CaseFile

SATISFIED = ("1", "2", "3", "4", "5")


class ChoiceForm(BaseForm):
    """What one does here; the options come from the moment, by :func:`choice_form`."""

    option = RadioField(_l("What do you do?"), [InputRequired(_l("Choose what you do."))])


def choice_form(play: Play, language: str) -> ChoiceForm:
    """The form for this moment; nothing is chosen beforehand."""
    form = ChoiceForm()
    form.option.choices = [
        (option.slug, option.text[language]) for option, is_open in play.offers if is_open
    ]
    return form


class PredictionForm(BaseForm):
    """How satisfied the client is, before hearing it."""

    satisfied = RadioField(
        _l("How satisfied will the client be?"), [InputRequired(_l("Choose what you expect."))]
    )
    why = TextAreaField(
        _l("Why do you expect that?"),
        [
            Optional(),
            Length(
                max=LONGEST_WHY,
                message=_l("This is longer than 600 characters. Keep the heart of it."),
            ),
        ],
        filters=[lambda text: (text or "").replace("\r\n", "\n").strip()],
        render_kw={"rows": 3, "data-count-characters": LONGEST_WHY},
    )


def prediction_form(case: CaseFile, language: str) -> PredictionForm:
    """With the five answers in words; in a conversation it is about whom one talked with."""
    form = PredictionForm()
    if case.counterpart:
        name = case.counterpart.name[language]
        form.satisfied.label.text = _("How satisfied will %(name)s be?", name=name)
    words = (
        _("not at all"),
        _("a little"),
        _("half and half"),
        _("satisfied"),
        _("very satisfied"),
    )
    form.satisfied.choices = list(zip(SATISFIED, words, strict=True))
    return form
