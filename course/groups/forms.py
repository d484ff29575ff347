"""Forms of groups."""

from datetime import date
from typing import Any

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from course.core.clock import now
from course.core.forms import BaseForm
from course.core.i18n import _, _l
from course.domain.weeks import Week, week_at
from course.groups.words import week_with_holidays

LONGEST_NAME = 80
MOST_LEARNERS = 10_000
WEEKS_BACK, WEEKS_AHEAD = 30, 60


def _monday(value: date | str | None) -> date | None:
    """What a form sends, or a row keeps. Raises :exc:`ValueError` for a text that is no date."""
    if isinstance(value, str):
        return date.fromisoformat(value) if value else None
    return value


class GroupForm(BaseForm):
    """Name a group, and say when it begins and how many the code lets in."""

    name = StringField(
        _l("Name of the group"),
        [DataRequired(_l("Give the group a name, such as SW-2B.")), Length(max=LONGEST_NAME)],
        filters=[lambda text: " ".join((text or "").split())],
        description=_l("As your students know it, for instance SW-2B."),
        render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"},
    )
    first_week = SelectField(
        _l("First week"),
        description=_l(
            "Public holidays in that week stand beside it. Holidays of your school are not known "
            "here: each sets its own."
        ),
        coerce=_monday,
        default=None,
    )
    most_learners = IntegerField(
        _l("Maximum number of students by the join code"),
        [
            Optional(),
            NumberRange(
                min=1,
                max=MOST_LEARNERS,
                message=_l("Fill in a number from 1 to 10,000, or leave it empty."),
            ),
        ],
        description=_l(
            "Leave it empty to let in everybody who has the code. Whom you invite by mail "
            "always fits in."
        ),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this = week_at(now())
        weeks = [this.later(number) for number in range(-WEEKS_BACK, WEEKS_AHEAD + 1)]
        kept = (kwargs.get("data") or {}).get("first_week")
        if kept is not None and Week(kept) not in weeks:
            weeks.insert(0, Week(kept))
        self.first_week.choices = [
            ("", _("not decided yet")),
            *((week.monday.isoformat(), week_with_holidays(week)) for week in weeks),
        ]


class JoinForm(BaseForm):
    """Type the code from the whiteboard."""

    code = StringField(
        _l("Group code"),
        [DataRequired(_l("Fill in the code that your instructor gave you.")), Length(max=20)],
        filters=[lambda text: (text or "").strip()],
        description=_l("Six letters and numbers. Capitals do not matter."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
