"""Forms of groups."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from course.core.forms import BaseForm
from course.core.i18n import _l

LONGEST_NAME = 80


class GroupForm(BaseForm):
    """Name a group."""

    name = StringField(
        _l("Name of the group"),
        [DataRequired(_l("Give the group a name, such as SW-2B.")), Length(max=LONGEST_NAME)],
        filters=[lambda text: " ".join((text or "").split())],
        description=_l("As your students know it, for instance SW-2B."),
        render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"},
    )


class JoinForm(BaseForm):
    """Type the code from the whiteboard."""

    code = StringField(
        _l("Group code"),
        [DataRequired(_l("Fill in the code that your instructor gave you.")), Length(max=20)],
        filters=[lambda text: (text or "").strip()],
        description=_l("Six letters and numbers. Capitals do not matter."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
