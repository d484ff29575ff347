"""Forms of results."""

from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from course.audit.models import LONGEST_ABOUT as LONGEST_WHY
from course.core.forms import BaseForm
from course.core.i18n import _l
from course.results import words
from course.results.models import LONGEST_WORDS


class AnswerForm(BaseForm):
    """Say something to a sign about yourself."""

    why = RadioField(
        _l("What do you want to say about it?"),
        [InputRequired(_l("Choose one of the answers."))],
    )
    words = TextAreaField(
        _l("In your own words (you may leave it empty)"),
        [Length(max=LONGEST_WORDS, message=_l("Use at most 300 characters."))],
        filters=[lambda text: (text or "").replace("\r\n", "\n").strip()],
        description=_l("Your instructors of this group read it."),
        render_kw={"maxlength": LONGEST_WORDS, "rows": 3},
    )

    def choose(self) -> "AnswerForm":
        """Give the answers to choose from, in the language of the request."""
        self.why.choices = [(code, words.why(code)) for code in words.WHYS]
        return self


class ContactForm(BaseForm):
    """Note that you were in touch."""

    note = TextAreaField(
        _l("You were in touch"),
        [
            DataRequired(_l("Write what you did, such as: called on Tuesday.")),
            Length(max=LONGEST_WORDS, message=_l("Use at most 300 characters.")),
        ],
        filters=[lambda text: (text or "").replace("\r\n", "\n").strip()],
        description=_l("One sentence. The student and your colleagues of this group read it."),
        render_kw={"maxlength": LONGEST_WORDS, "rows": 2},
    )


class LookForm(BaseForm):
    """Say why you look as a student."""

    why = StringField(
        _l("Why do you look?"),
        [
            DataRequired(_l("Write why you look: the student can read it.")),
            Length(max=LONGEST_WHY, message=_l("Use at most 120 characters.")),
        ],
        filters=[lambda text: " ".join((text or "").split())],
        description=_l("For instance: asked where the deadline stands. The student reads it."),
        render_kw={"maxlength": LONGEST_WHY, "autocomplete": "off"},
    )
