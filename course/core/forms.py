"""The base of all forms."""

import re
from collections.abc import Iterable
from typing import Final

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Email, InputRequired, Length

from course.core.i18n import _l

MAXIMUM_EMAIL = 254
NUMBER: Final = re.compile("[0-9]{1,9}")  # of a row; what is longer no database holds


class BaseForm(FlaskForm):
    """A form with the site's token; refuses nothing that a person could mean."""


class NothingForm(BaseForm):
    """Only the token: for a button that does one thing."""


def numbers_in(texts: Iterable[str]) -> set[int]:
    """The numbers of rows in what was sent, with commas between; what is none is left out."""
    parts = (part for text in texts for part in text.split(","))
    return {int(part) for part in parts if NUMBER.fullmatch(part)}


def email_field() -> StringField:
    """An e-mail address, trimmed and in lower case."""
    return StringField(
        _l("E-mail address"),
        [
            InputRequired(_l("Fill in your e-mail address.")),
            Length(max=MAXIMUM_EMAIL),
            Email(_l("This is not an e-mail address. It should look like name@school.nl.")),
        ],
        filters=[lambda text: (text or "").strip().lower()],
        render_kw={"autocomplete": "email", "type": "email", "spellcheck": "false"},
    )
