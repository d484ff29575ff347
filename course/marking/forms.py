"""What an instructor fills in about an assignment, and about returning results."""

from collections.abc import Collection, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import abort
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from course.core.clock import AMSTERDAM, now
from course.core.forms import BaseForm
from course.core.i18n import _, _l
from course.curriculum.rubrics import RubricFile
from course.domain.grades import Kind
from course.domain.opening import ClockProblem, moment_of
from course.marking.models import LONGEST_PHRASE, LONGEST_WHY

MOST_PEERS = 5
AT_LEAST = 3  # choices of who reads second: nobody, and two readers


class AssignmentForm(BaseForm):
    """How a group is asked for a reflection, and how it is marked."""

    without_points: Collection[str] = ()  # the rubrics from which no grade follows

    rubric = SelectField(_l("Rubric"), [InputRequired(_l("Choose a rubric."))])
    kind = RadioField(
        _l("What the student gets"),
        choices=[
            (Kind.NUMBER.value, _l("A grade from 1.0 to 10.0, with feedback")),
            (Kind.WORDS.value, _l("Insufficient, sufficient or good, with feedback")),
            (Kind.NARRATIVE.value, _l("Feedback only, no grade")),
        ],
        default=Kind.NUMBER.value,
    )
    percentage = IntegerField(
        _l("Pass mark, in percent of the points"),
        [
            InputRequired(_l("Fill in a percentage; 55 is usual.")),
            NumberRange(30, 90, _l("Choose a percentage from 30 to 90.")),
        ],
        default=55,
        description=_l("At this share of the points somebody has a 5.5."),
    )
    names_hidden = BooleanField(
        _l("Hide names while marking"),
        default=True,
        description=_l("Everybody marks by code, until the results are returned."),
    )
    reply_required = BooleanField(
        _l("First the comments, then the grade"),
        description=_l("The grade is shown once the student has answered each comment."),
    )
    seconds = RadioField(
        _l("Second reader"),
        choices=[
            ("none", _l("Nobody reads a second time")),
            ("sample", _l("A sample: every fail, every 5.0 to 6.0, and some others")),
            ("all", _l("Everything is read twice, blind to each other")),
        ],
        default="none",
    )
    second_marker = SelectField(_l("Who reads second"), coerce=str)
    peers = IntegerField(
        _l("How many fellow students read each reflection"),
        [
            InputRequired(_l("Fill in a number; 0 for nobody.")),
            NumberRange(0, MOST_PEERS, _l("Choose a number from 0 to 5.")),
        ],
        default=0,
        description=_l("Anonymous both ways. 0: fellow students do not read along."),
    )
    peers_until = StringField(
        _l("Fellow students read until"),
        render_kw={"type": "datetime-local"},
    )

    def validate_kind(self, field: Any) -> None:
        """A grade needs points to follow from."""
        if self.rubric.data in self.without_points and field.data != Kind.NARRATIVE.value:
            raise ValidationError(
                _(
                    "This rubric has no points, so no grade comes out of it. Choose feedback only, "
                    "or another rubric."
                )
            )

    def validate_second_marker(self, field: Any) -> None:
        """Somebody has to be chosen where there is a second reader, and somebody is left."""
        if self.seconds.data == "none":
            return
        if len(self.second_marker.choices) < AT_LEAST:
            raise ValidationError(
                _("Two readers are needed, and there is one. Add a colleague to the group first.")
            )
        if not field.data:
            raise ValidationError(_("Choose who reads second."))

    def validate_peers_until(self, field: Any) -> None:
        """Reading along needs an end."""
        if self.peers.data and not field.data:
            raise ValidationError(_("Fill in until when fellow students read."))
        _check_moment(field)


class ReturnForm(BaseForm):
    """When the results go to the students."""

    at = StringField(
        _l("At a moment"),
        [Optional()],
        description=_l("Leave it empty to return them now."),
        render_kw={"type": "datetime-local"},
    )

    def validate_at(self, field: Any) -> None:
        """The clock in Amsterdam, and later than now."""
        _check_moment(field)
        at = moment(field.data)
        if at is not None and at <= now():
            raise ValidationError(
                _("This moment has passed. Choose a later one, or leave it empty to return now.")
            )


class RetractForm(BaseForm):
    """Why a result is taken back."""

    why = TextAreaField(
        _l("Reason"),
        [
            InputRequired(_l("Say why, so that it can be understood later.")),
            Length(max=LONGEST_WHY),
        ],
        description=_l("The student reads this, and it stays in the history. Write no names."),
    )


class PhraseForm(BaseForm):
    """A phrase of one's own."""

    kind = RadioField(
        _l("Kind"),
        choices=[
            ("strength", _l("What is strong")),
            ("question", _l("A question")),
            ("next", _l("A next step")),
        ],
        default="strength",
    )
    text = TextAreaField(
        _l("Phrase"), [InputRequired(_l("Write the phrase.")), Length(max=LONGEST_PHRASE)]
    )
    group = SelectField(_l("Share with the instructors of"), [Optional()], coerce=str)


def levels_sent(rubric: RubricFile, form: Mapping[str, str]) -> dict[str, int]:
    """The levels that a page with a rubric sent, by criterion; 400 for what none of ours sends."""
    levels = {}
    for criterion in rubric.criteria:
        sent = form.get(f"level-{criterion.slug}", "")
        if not sent:
            continue
        if not (sent.isascii() and sent.isdigit() and int(sent) < len(criterion.levels)):
            abort(HTTPStatus.BAD_REQUEST)
        levels[criterion.slug] = int(sent)
    return levels


def _check_moment(field: Any) -> None:
    if field.data and moment(field.data) is None:
        raise ValidationError(
            _("There is no such moment on the clock in Amsterdam. Choose another time.")
        )


def written(at: datetime | None) -> str:
    """A moment as a field holds it; the other way round than :func:`moment`."""
    return f"{at.astimezone(AMSTERDAM):%Y-%m-%dT%H:%M}" if at else ""


def moment(text: str | None) -> datetime | None:
    """A moment as a field holds it, on the clock in Amsterdam, in UTC; None for none."""
    if not text:
        return None
    try:
        found = moment_of(datetime.fromisoformat(text))
    except ValueError:
        return None
    return None if isinstance(found, ClockProblem) else found
