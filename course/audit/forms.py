"""The filters of the audit."""

from datetime import UTC, date, datetime, time, timedelta

from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from course.audit.models import Kind
from course.audit.queries import Wanted
from course.audit.words import KIND_WORDS
from course.core.clock import AMSTERDAM
from course.core.forms import BaseForm
from course.core.i18n import _l

LONGEST_PERSON = 80


class FilterForm(BaseForm):
    """Whom, what, and in which period; sent in the address, so that it can be kept and shared."""

    class Meta:
        csrf = False  # it only reads

    person = StringField(
        _l("Name or e-mail address"),
        [Optional(), Length(max=LONGEST_PERSON)],
        filters=[lambda text: (text or "").strip()],
        description=_l("Of the person who did it, or the person it is about."),
        render_kw={"autocomplete": "off", "maxlength": LONGEST_PERSON},
    )
    kind = SelectField(
        _l("What was done"),
        choices=[
            ("", _l("everything")),
            *((kind.value, text) for kind, text in KIND_WORDS.items()),
        ],
        default="",
    )
    since = DateField(_l("From"), [Optional()], render_kw={"type": "date"})
    until = DateField(_l("Up to and including"), [Optional()], render_kw={"type": "date"})

    def validate_until(self, field: DateField) -> None:
        """The period must not end before it begins."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(_l("This is before the first day. Turn the two around."))

    def wanted(self) -> Wanted:
        """What the valid form asks for."""
        last = self.until.data
        return Wanted(
            person=self.person.data or "",
            kind=Kind(self.kind.data) if self.kind.data else None,
            since=_midnight(self.since.data) if self.since.data else None,
            until=_midnight(last + timedelta(days=1)) if last and last < date.max else None,
        )


def _midnight(day: date) -> datetime:
    """When this day begins in Amsterdam, in UTC; years that no clock has known are taken as UTC."""
    local = datetime.combine(day, time(), AMSTERDAM)
    return local.astimezone(UTC) if date.min < day < date.max else local.replace(tzinfo=UTC)
