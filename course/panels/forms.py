"""Forms of panels: about a panel, whom to ask, who one is, why an answer is left out."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from email_validator import EmailNotValidError, validate_email
from wtforms import BooleanField, Field, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from course.accounts import queries as accounts
from course.accounts.models import User
from course.core.access import Role
from course.core.clock import AMSTERDAM, now
from course.core.forms import BaseForm
from course.core.i18n import _, _l
from course.domain.scoring.numerals import Number, parse_number
from course.domain.weighing.panels import MINIMUM
from course.panels.actions.asking import About
from course.panels.models import (
    LONGEST_COMPOSITION,
    LONGEST_EXCLUSION,
    LONGEST_ROLE,
    LONGEST_TITLE,
    Panel,
)

FEWEST: Final = 5  # a key of fewer is worth little: assessment.md, 1.1
MOST: Final = 50
MOST_LINKS: Final = 30  # at a time
LASTS: Final = timedelta(weeks=4)  # a link, unless somebody says otherwise
LONGEST: Final = timedelta(days=366)
ISO: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
DUTCH: Final = re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})", re.ASCII)


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _whole(field: Field) -> int | None:
    """A whole number as typed; None for anything else."""
    parsed = parse_number(field.data or "", whole=True)
    is_whole = isinstance(parsed, Number) and parsed.value == int(parsed.value)
    return int(parsed.value) if is_whole else None


def _between(least: int, most: int) -> Any:
    def check(_form: BaseForm, field: Field) -> None:
        number = _whole(field) if field.data else least
        if number is None or not least <= number <= most:
            raise ValidationError(
                _("Give a whole number from %(least)s to %(most)s.", least=least, most=most)
            )

    return check


class PanelForm(BaseForm):
    """About a panel."""

    slug = RadioField(_l("Which quiz?"), [InputRequired(_l("Choose a quiz."))])
    title = StringField(
        _l("Title"),
        [DataRequired(_l("Give the panel a title.")), Length(max=LONGEST_TITLE)],
        filters=[_plain],
        description=_l("The people you ask read this, and students later."),
        render_kw={"maxlength": LONGEST_TITLE, "autocomplete": "off"},
    )
    composition = TextAreaField(
        _l("Who is on it"),
        [Length(max=LONGEST_COMPOSITION)],
        filters=[lambda text: (text or "").replace("\r\n", "\n").strip()],
        description=_l(
            "For instance: twelve people from four neighbourhood teams, with 3 to 25 years of "
            "experience. No names."
        ),
        render_kw={"maxlength": LONGEST_COMPOSITION},
    )
    min_n = StringField(
        _l("Answers needed before an item may count"),
        [DataRequired(_l("Fill in a number.")), _between(FEWEST, MOST)],
        filters=[_plain],
        default=str(MINIMUM),
        description=_l("Ten to twenty people are advised. With fewer, it is shown as provisional."),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    layout = RadioField(
        _l("On the screen"),
        choices=[("items", _l("one item at a time")), ("page", _l("all items on one page"))],
        default="items",
    )

    def about(self) -> About:
        """What is filled in; call only after validation."""
        return About(
            title=self.title.data,
            composition=self.composition.data,
            min_n=_whole(self.min_n) or MINIMUM,
            one_page=self.layout.data == "page",
        )


def as_data(panel: Panel) -> dict[str, str]:
    """What the form begins with."""
    return {
        "title": panel.title,
        "composition": panel.composition,
        "min_n": str(panel.min_n),
        "layout": "page" if panel.one_page else "items",
    }


# --- Links ---------------------------------------------------------------------------------


def _day_of(text: str) -> date | None:
    found = ISO.fullmatch(text) or DUTCH.fullmatch(text)
    if found is None:
        return None
    try:
        return date(*(int(found[name]) for name in ("year", "month", "day")))
    except ValueError:
        return None


def _check_day(_form: BaseForm, field: Field) -> None:
    day = _day_of(field.data)
    if day is None:
        raise ValidationError(_("This is not a day. Write it as 2027-03-28 or 28-3-2027."))
    if not now() < end_of(day) <= now() + LONGEST:
        raise ValidationError(_("Choose a day from today on, within a year."))


def end_of(day: date) -> datetime:
    """The last minute of a day in Amsterdam."""
    return datetime.combine(day, time(23, 59), AMSTERDAM)


def _until_field(identity: str) -> StringField:
    return StringField(
        _l("The links work until"),
        [DataRequired(_l("Choose a day.")), _check_day],
        filters=[_plain],
        default=lambda: (now() + LASTS).astimezone(AMSTERDAM).date().isoformat(),
        description=_l("Up to and including this day."),
        id=identity,
        render_kw={"type": "date", "autocomplete": "off"},
    )


class EndForm(BaseForm):
    """Another last day for links that can still be used."""

    until = _until_field("other-until")  # beside the form below, on one page

    def expires_at(self) -> datetime:
        """The end of the day; call only after validation."""
        day = _day_of(self.until.data)
        if day is None:
            raise ValueError(f"{self.until.data!r} was not validated")
        return end_of(day)


class InviteForm(EndForm):
    """Whom to ask: by mail, or with links to pass on."""

    addresses = TextAreaField(
        _l("Mail a link to"),
        filters=[lambda text: (text or "").strip()],
        description=_l("One e-mail address on each line. Nobody sees who got which link."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"},
    )
    links = StringField(
        _l("Links to pass on yourself"),
        [_between(0, MOST_LINKS)],
        filters=[_plain],
        description=_l("How many. You see them once, to copy."),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    until = _until_field("until")

    def mailed(self) -> list[str]:
        """The addresses, each once, in lower case."""
        lines = re.split(r"[\s,;]+", (self.addresses.data or "").lower())
        return list(dict.fromkeys(line for line in lines if line))

    def copies(self) -> int:
        """How many links are asked for beside the mails."""
        return _whole(self.links) or 0

    def validate_addresses(self, _field: Field) -> None:
        """Each has to be an address, and there cannot be very many."""
        found = self.mailed()
        if len(found) > MOST_LINKS:
            raise ValidationError(_("At most %(most)s at a time.", most=MOST_LINKS))
        for address in found:
            try:
                validate_email(address, check_deliverability=False)
            except EmailNotValidError:
                raise ValidationError(
                    _("“%(text)s” is not an e-mail address.", text=address[:80])
                ) from None

    def validate(self, extra_validators: Any = None) -> bool:
        """Somebody has to be asked."""
        fits = bool(super().validate(extra_validators))
        if fits and not self.mailed() and not self.copies():
            self.addresses.errors.append(_("Fill in an address here, or a number of links below."))
            return False
        return fits


# --- Colleagues ----------------------------------------------------------------------------


class ShareForm(BaseForm):
    """With whom a panel is shared."""

    colleague = StringField(
        _l("E-mail address of a colleague"),
        [DataRequired(_l("Fill in the address of a colleague."))],
        filters=[_plain],
        description=_l("Of somebody who has an account here as an instructor or author."),
        render_kw={"type": "email", "autocomplete": "off", "spellcheck": "false"},
    )

    found: User

    def validate_colleague(self, field: Field) -> None:
        """It has to be somebody who makes or teaches; of anybody else nothing is told."""
        found = accounts.user_by_email(field.data)
        if found is None or found.role == Role.LEARNER:
            raise ValidationError(_("No instructor or author has this address here."))
        self.found = found


# --- A member ------------------------------------------------------------------------------


class MemberForm(BaseForm):
    """Who one is, without a name, and what may be shown."""

    role = StringField(
        _l("What do you do, and how long have you done it?"),
        [DataRequired(_l("Fill in what you do, without your name.")), Length(max=LONGEST_ROLE)],
        filters=[_plain],
        description=_l(
            "For instance: neighbourhood team worker, 12 years. Students see this beside your "
            "reasons. Leave out your name and your employer."
        ),
        render_kw={"maxlength": LONGEST_ROLE, "autocomplete": "off"},
    )
    shows_reasons = BooleanField(
        _l("My reasons may be shown to students, without my name"),
        description=_l(
            "Without this only your answers are counted. Nobody reads your reasons then, and they "
            "are deleted when the panel is frozen."
        ),
    )


class ExclusionForm(BaseForm):
    """Why an answer does not count."""

    reason = StringField(
        _l("Why it is left out"),
        [
            DataRequired(_l("Give a reason: it is kept with the answer.")),
            Length(max=LONGEST_EXCLUSION),
        ],
        filters=[_plain],
        description=_l("For instance: knew the people in this case. It is kept with the answer."),
        render_kw={"maxlength": LONGEST_EXCLUSION, "autocomplete": "off"},
    )
