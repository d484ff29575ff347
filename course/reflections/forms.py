"""The form of a reflection."""

from wtforms import TextAreaField
from wtforms.validators import InputRequired

from course.core.forms import BaseForm
from course.core.i18n import _l


class ReflectionForm(BaseForm):
    """What is written; saved while typing."""

    text = TextAreaField(
        _l("Your reflection"),
        [InputRequired(_l("There is nothing to hand in yet. Write something first."))],
        render_kw={"rows": 18},
    )
