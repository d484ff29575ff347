"""Forms of lessons."""

from course.core.forms import BaseForm


class NothingForm(BaseForm):
    """Only the token: for a button that does one thing."""
