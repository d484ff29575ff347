"""Forms of the instructor: a quiz for a group, what one learner gets, points for an answer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from wtforms import BooleanField, Field, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from course.core.clock import AMSTERDAM, now
from course.core.clockforms import ClockForm, day_field, time_field, which_field
from course.core.forms import BaseForm
from course.core.i18n import _, _l, number
from course.domain.attempts import Accommodation, GradeMethod, TimeUp
from course.domain.opening import (
    Bound,
    BoundProblem,
    ClockProblem,
    ClosesFirst,
    Occurrence,
    Window,
    moment_of,
    window_of,
)
from course.domain.scoring.numerals import Number, parse_number
from course.quizzes.models import Allowance, Sitting
from course.quizzes.rules import DAY, Feedback, Late, Rules

MOST_ATTEMPTS: Final = 20
MOST_MINUTES: Final = 24 * 60
LONGEST_WAIT: Final = 30 * 24 * 60  # minutes
LONGEST_EXTENSION: Final = 90 * 24 * 60  # minutes
MOST_EXTRA_TIME: Final = 200  # percent
LONGEST_INTERVAL: Final = 30 * 24  # hours
MOST_PERCENT: Final = 100
LONGEST_REASON: Final = 300
LONGEST_COMMENT: Final = 2000
LONGEST_NUMBER: Final = 9  # digits of a number that a page sends back


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def _without_percent(text: str | None) -> str | None:
    """A number under "in percent" may be written with its sign."""
    return text.removesuffix("%").rstrip() if text else text


def _whole(label: Any, most: int, *, hint: Any = "", least: int = 1) -> StringField:
    """A whole number; what is left empty is none."""

    def check(_form: BaseForm, field: Field) -> None:
        if not field.data:
            return
        parsed = parse_number(field.data, whole=True)
        fits = isinstance(parsed, Number) and parsed.value == int(parsed.value)
        if not fits or not least <= int(parsed.value) <= most:
            raise ValidationError(
                _(
                    "Give a whole number from %(least)s to %(most)s, or nothing.",
                    least=least,
                    most=most,
                )
            )

    keys = {"inputmode": "numeric", "autocomplete": "off"}
    tidy = [_stripped, _without_percent]
    return StringField(label, [check], filters=tidy, description=hint, render_kw=keys)


def _number_in(field: Field) -> int | None:
    parsed = parse_number(field.data or "", whole=True)
    return int(parsed.value) if isinstance(parsed, Number) else None


class SittingForm(ClockForm):
    """A quiz for a group: when, how often, and what is shown when."""

    slug = RadioField(_l("Which quiz?"), [InputRequired(_l("Choose a quiz."))])
    panel = RadioField(
        _l("Beside whose weighing?"),
        default="",
        description=_l("Students lay their own weighing beside that of this panel, afterwards."),
    )
    opens_day = day_field(_l("Opens on"))
    opens_time = time_field(_l("Opens at"))
    opens_which = which_field()
    closes_day = day_field(_l("Closes on"))
    closes_time = time_field(_l("Closes at"))
    closes_which = which_field()
    late = RadioField(
        _l("Whoever is not in time"),
        choices=[
            (Late.REFUSED.value, _l("cannot hand in any more: the quiz closes")),
            (
                Late.MARKED.value,
                _l("can still hand in until it closes, and the result says that it was late"),
            ),
            (Late.COSTS.value, _l("can still hand in until it closes, and loses points")),
        ],
    )
    due_day = day_field(_l("To be handed in before, day"))
    due_time = time_field(_l("To be handed in before, time"))
    due_which = which_field()
    late_grace = _whole(
        _l("How many minutes later is still in time"), MOST_MINUTES, hint=_l("Empty: none.")
    )
    late_percent = _whole(
        _l("Percentage of all points that it costs"),
        MOST_PERCENT,
        hint=_l("Each time again for every interval that has begun, beginning with the first."),
    )
    late_hours = _whole(
        _l("Hours in such an interval"), LONGEST_INTERVAL, hint=_l("Empty: 24, a day.")
    )
    late_floor = _whole(
        _l("Percentage of all points that is left in any case"),
        MOST_PERCENT,
        hint=_l(
            "Being late takes nobody below it, and nothing from those who had no more. Empty: "
            "nothing has to be left."
        ),
    )
    attempts = _whole(
        _l("Attempts"), MOST_ATTEMPTS, hint=_l("How often somebody may take it. Empty: no limit.")
    )
    wait = _whole(
        _l("Minutes between two attempts"),
        LONGEST_WAIT,
        hint=_l("1440 is a day. Empty: no waiting."),
    )
    builds_on_last = BooleanField(_l("A next attempt begins with the answers of the one before"))
    method = RadioField(
        _l("Which attempt counts?"),
        choices=[
            (GradeMethod.BEST.value, _l("the best one")),
            (GradeMethod.FIRST.value, _l("the first one")),
            (GradeMethod.LAST.value, _l("the last one")),
            (GradeMethod.MEAN.value, _l("the mean of all of them")),
        ],
    )
    minutes = _whole(_l("Minutes for an attempt"), MOST_MINUTES, hint=_l("Empty: until it closes."))
    time_up = RadioField(
        _l("When the time is up"),
        choices=[
            (TimeUp.AUTO_SUBMIT.value, _l("it is handed in as it stands")),
            (TimeUp.GRACE.value, _l("it can be handed in for a while, without new answers")),
            (TimeUp.MUST_SUBMIT.value, _l("it should have been handed in: it counts 0")),
        ],
    )
    grace = _whole(
        _l("Minutes in which it can still be handed in"),
        MOST_MINUTES,
        hint=_l("Only where it can be handed in for a while."),
    )
    layout = RadioField(
        _l("On the screen"),
        choices=[("items", _l("one item at a time")), ("page", _l("all items on one page"))],
    )
    shuffles = BooleanField(_l("Everybody gets the items and their options in another order"))
    feedback = RadioField(
        _l("What students see"),
        choices=[
            (Feedback.PRACTICE.value, _l("everything, as soon as they hand in: to practise")),
            (
                Feedback.CLOSED.value,
                _l("their own answers; the rest when nobody can hand in any more"),
            ),
            (Feedback.TEST.value, _l("their own answers; the rest when you give the results")),
        ],
        description=_l(
            "Where the rest comes later, the quiz keeps its answers until then: your students "
            "cannot practise it, nor print it before they begin."
        ),
    )
    weighings_count = BooleanField(
        _l("Weighings that may count do count"),
        description=_l(
            "By default a weighing is for thinking and gives no points. It only counts with a "
            "frozen panel of ten or more real people that is not divided, and never with the "
            "example panel, which is fictional."
        ),
    )

    is_new = True
    quiz_of: Mapping[str, str] = {}  # by panel that can be chosen; of the form of a new sitting

    def validate_panel(self, field: Field) -> None:
        """A panel has answered one quiz."""
        if field.data and self.slug and self.quiz_of.get(field.data) != self.slug.data:
            raise ValidationError(
                _("This panel answered another quiz. Choose one that answered this quiz.")
            )

    def panel_id(self) -> int | None:
        """The panel that is chosen; ``None`` for the example. Call only after validation."""
        return int(self.panel.data) if self.panel and self.panel.data else None

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and then what has to go together. Nothing typed is changed."""
        fits = bool(super().validate(extra_validators))
        return all(
            [
                self._has_grace_where_it_says_so(),
                self._opens_before_it_closes(),
                self._says_what_late_is(),
                self._closes_where_it_shows_then(),
                fits,
            ]
        )

    def _has_grace_where_it_says_so(self) -> bool:
        has_grace = bool(self.grace.data)
        wants_grace = bool(self.time_up.data == TimeUp.GRACE)
        if has_grace and not wants_grace:
            self.grace.errors.append(
                _("These minutes go with handing in for a while: choose that, or leave this empty.")
            )
        elif wants_grace and not has_grace:
            self.grace.errors.append(_("Say for how many minutes it can still be handed in."))
        return has_grace == wants_grace

    # --- The two moments -------------------------------------------------------------------

    def _found(self) -> Window | ClosesFirst | list[BoundProblem]:
        return window_of(
            opens=self.wall(Bound.OPENS),
            closes=self.wall(Bound.CLOSES),
            which_opens=self.which(Bound.OPENS),
            which_closes=self.which(Bound.CLOSES),
        )

    def _opens_before_it_closes(self) -> bool:
        found = self._found()
        moments = [self[f"{bound}_{part}"] for bound in Bound for part in ("day", "time")]
        if any(field.errors for field in moments):
            return False
        match found:
            case Window():
                if self.is_new and found.has_closed(now()):
                    self.closes_day.errors.append(
                        _("That moment has passed. Choose a later one, or leave it empty.")
                    )
                    return False
                self.window = found
                return True
            case ClosesFirst():
                self.opens_day.errors.append(
                    _("This is not before it closes. Choose an earlier moment, or close later.")
                )
                self.closes_day.errors.append(
                    _("This is not after it opens. Choose a later moment, or open earlier.")
                )
            case _:
                for item in found:
                    self.tell(item.bound, item.problem)
        return False

    def _closes_where_it_shows_then(self) -> bool:
        """Whether there is a closing, where the answers are shown after it."""
        is_needed = self.feedback.data == Feedback.CLOSED
        lacks = is_needed and not (self.closes_day.data or self.closes_time.data)
        if lacks:
            self.closes_day.errors.append(
                _("Say when it closes: only after that do your students see what is right.")
            )
        return not lacks

    # --- Being late ------------------------------------------------------------------------

    def _says_what_late_is(self) -> bool:
        """Whether what is filled in about being late goes together; sets ``due_at``."""
        if self.late.errors:
            return False
        costs = [self.late_percent, self.late_hours, self.late_floor]
        if self.late.data == Late.REFUSED:
            fields = [self.due_day, self.due_time, self.late_grace, *costs]
            if any(field.data for field in fields):
                self.late.errors.append(
                    _(
                        "What is filled in below is for who is late: let them hand in here, or "
                        "leave it empty."
                    )
                )
            return not self.late.errors
        stray = next((field for field in costs if field.data), None)
        if self.late.data == Late.MARKED and stray is not None:
            stray.errors.append(_("This goes with losing points: choose that, or leave it empty."))
        if self.late.data == Late.COSTS and not self.late_percent.data:
            self.late_percent.errors.append(_("Say how much it costs, in percent of all points."))
        return self._has_a_moment() and not any(field.errors for field in costs)

    def _has_a_moment(self) -> bool:
        """Whether there is a moment to hand in before, while it is open; sets ``due_at``."""
        wall = self.wall("due")
        if wall is None:
            if not (self.due_day.errors or self.due_time.errors):
                self.due_day.errors.append(_("Say before when it has to be handed in."))
            return False
        found = moment_of(wall, which=self.which("due"))
        if isinstance(found, ClockProblem):
            self.tell("due", found)
            return False
        window = getattr(self, "window", None) or Window()
        if window.opens_at and found <= window.opens_at:
            self.due_day.errors.append(
                _("This is not after it opens. Choose a later moment, or open earlier.")
            )
        if window.closes_at and found >= window.closes_at:
            self.due_day.errors.append(
                _("This is not before it closes. Choose an earlier moment, or close later.")
            )
        self.due_at = found
        return not self.due_day.errors

    # --- To and from a sitting -------------------------------------------------------------

    window: Window
    due_at: datetime | None = None

    def rules(self) -> Rules:
        """What is chosen; call only after validation."""
        return Rules(
            feedback=Feedback(self.feedback.data),
            attempts=_number_in(self.attempts),
            minutes=_number_in(self.minutes),
            time_up=TimeUp(self.time_up.data),
            grace=_number_in(self.grace) or 0,
            wait=_number_in(self.wait) or 0,
            builds_on_last=self.builds_on_last.data,
            method=GradeMethod(self.method.data),
            one_page=self.layout.data == "page",
            shuffles=self.shuffles.data,
            weighings_count=self.weighings_count.data,
            late=Late(self.late.data),
            late_grace=_number_in(self.late_grace) or 0,
            late_percent=_number_in(self.late_percent) or 0,
            late_hours=_number_in(self.late_hours) or DAY,
            late_floor=_number_in(self.late_floor) or 0,
        )


def as_data(rules: Rules, sitting: Sitting | None = None) -> dict[str, Any]:
    """What the form begins with."""
    found: dict[str, Any] = {
        "slug": sitting.slug if sitting else None,
        "attempts": str(rules.attempts or ""),
        "wait": str(rules.wait or ""),
        "builds_on_last": rules.builds_on_last,
        "method": rules.method.value,
        "minutes": str(rules.minutes or ""),
        "time_up": rules.time_up.value,
        "grace": str(rules.grace or ""),
        "layout": "page" if rules.one_page else "items",
        "shuffles": rules.shuffles,
        "feedback": rules.feedback.value,
        "weighings_count": rules.weighings_count,
        "late": rules.late.value,
        "late_grace": str(rules.late_grace or ""),
        "late_percent": str(rules.late_percent or ""),
        "late_hours": "" if rules.late_hours == DAY else str(rules.late_hours),
        "late_floor": str(rules.late_floor or ""),
    }
    for bound in (*Bound, "due"):
        moment = getattr(sitting, f"{bound}_at", None)
        if moment is not None:
            found |= _moment_data(bound, moment)
    return found


def _moment_data(bound: str, moment: datetime) -> dict[str, str]:
    local = moment.astimezone(AMSTERDAM)
    wall = local.replace(tzinfo=None, fold=0)
    found = {f"{bound}_day": f"{wall:%Y-%m-%d}", f"{bound}_time": f"{wall:%H:%M}"}
    if isinstance(moment_of(wall), ClockProblem):
        which = Occurrence.SECOND if local.fold else Occurrence.FIRST
        found[f"{bound}_which"] = which.value
    return found


class AllowanceForm(BaseForm):
    """What one learner gets beside the rules."""

    extra_time = _whole(
        _l("Extra time, in percent"),
        MOST_EXTRA_TIME,
        hint=_l("25 makes 60 minutes 75. It does not reach beyond closing."),
    )
    extra_attempts = _whole(_l("Extra attempts"), MOST_ATTEMPTS)
    extension = _whole(
        _l("Open longer, in minutes"),
        LONGEST_EXTENSION,
        hint=_l("After closing. 1440 is a day."),
    )
    reason = StringField(
        _l("Why"),
        [Length(max=LONGEST_REASON)],
        filters=[_stripped],
        description=_l(
            "Instructors of this group see this, and so does the student who downloads their data."
        ),
        render_kw={"maxlength": LONGEST_REASON, "autocomplete": "off"},
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Whoever gets something gets it for a reason."""
        fits = bool(super().validate(extra_validators))
        if fits and self.personal() != Accommodation() and not self.reason.data:
            self.reason.errors.append(_("Write in a few words why, so that it can be explained."))
            return False
        return fits

    def personal(self) -> Accommodation:
        """What is given; call only after validation."""
        return Accommodation(
            extra_time=_number_in(self.extra_time) or 0,
            extra_attempts=_number_in(self.extra_attempts) or 0,
            extension=timedelta(minutes=_number_in(self.extension) or 0),
        )


def allowance_data(row: Allowance | None) -> dict[str, str]:
    """What the form begins with."""
    if row is None:
        return {}
    numbers = {name: getattr(row, name) for name in ("extra_time", "extra_attempts", "extension")}
    return {**{name: str(value or "") for name, value in numbers.items()}, "reason": row.reason}


class MarkForm(BaseForm):
    """Points and a comment for an answer that a person marks."""

    points = StringField(
        _l("Points"),
        [InputRequired(_l("Give points, also when it is 0."))],
        filters=[_stripped],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    comment = TextAreaField(
        _l("Comment for the student"),
        [Length(max=LONGEST_COMMENT)],
        filters=[lambda text: (text or "").replace("\r\n", "\n").strip()],
    )
    seen = HiddenField()  # the number of the judgement that the page showed; 0 for none

    maximum = 0

    def seen_number(self) -> int:
        """What the page showed; 0 for what no page of ours sends."""
        text = self.seen.data or ""
        fits = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
        return int(text) if fits else 0

    def validate_points(self, field: Field) -> None:
        """From 0 to the maximum, in halves or otherwise."""
        parsed = parse_number(field.data or "")
        if not isinstance(parsed, Number) or not 0 <= parsed.value <= self.maximum:
            raise ValidationError(_("Give points from 0 to %(most)s.", most=number(self.maximum)))

    def given(self) -> Fraction:
        """The points, exact; call only after validation."""
        parsed = parse_number(self.points.data)
        return Fraction(parsed.value if isinstance(parsed, Number) else Decimal(0))
