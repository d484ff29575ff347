"""What an instructor fills in: a moment of a lesson, and more time for some."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from course.core.clock import now
from course.core.clockforms import ClockForm, as_fields, day_field, time_field, which_field
from course.core.i18n import _, _l, language
from course.curriculum.edition import Edition
from course.domain.deadlines import AfterDue
from course.schedule.actions import Times
from course.schedule.models import LONGEST_NAME, LONGEST_REASON, WHOLE_LESSON, LessonMoment
from course.schedule.queries import Person

SEPARATOR: Final = "/"  # between a lesson and a step


def place_of(lesson: str, step: str = WHOLE_LESSON) -> str:
    """A lesson or a step as one choice in a form."""
    return lesson if step == WHOLE_LESSON else f"{lesson}{SEPARATOR}{step}"


class MomentForm(ClockForm):
    """When a lesson or a step of it opens for a group, and when it is due."""

    place = SelectField(_l("Lesson or step"), [InputRequired(_l("Choose a lesson or a step."))])
    opens_day = day_field(_l("Opens on"))
    opens_time = time_field(_l("Opens at"))
    opens_which = which_field()
    due_day = day_field(_l("Deadline, day"))
    due_time = time_field(_l("Deadline, time"))
    due_which = which_field()
    after_due = RadioField(
        _l("After the deadline"),
        choices=[
            (AfterDue.MARKED.value, _l("a reflection can be handed in, and is marked as late")),
            (
                AfterDue.REFUSED.value,
                _l("a reflection cannot be handed in; writing and saving always can"),
            ),
        ],
        default=AfterDue.MARKED.value,
    )

    known: LessonMoment | None = None  # what was set before for the chosen place
    times: Times

    def offer(self, editions: Sequence[Edition]) -> None:
        """Let each of these lessons be chosen, and each of its steps."""
        lang = language()
        self.place.choices = {
            f"{edition.lesson.number} · {edition.lesson.title[lang]}": [
                (place_of(edition.lesson.slug), _("The whole lesson")),
                *(
                    (place_of(edition.lesson.slug, step.slug), step.title[lang])
                    for step in edition.lesson.steps
                ),
            ]
            for edition in editions
        }

    @property
    def lesson_and_step(self) -> tuple[str, str]:
        """What is chosen."""
        lesson, _separator, step = (self.place.data or "").partition(SEPARATOR)
        return lesson, step

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and then what has to go together; sets ``times``."""
        fits = bool(super().validate(extra_validators))
        opens_at, due_at = self.moment("opens"), self.moment("due")
        if self.errors:
            return False
        if opens_at is None and due_at is None:
            self.due_day.errors.append(_("Fill in when it opens, or when it is due."))
        elif opens_at and due_at and opens_at >= due_at:
            self.due_day.errors.append(
                _("This is not after it opens. Choose a later moment, or open earlier.")
            )
        elif due_at and due_at <= now() and due_at != (self.known and self.known.due_at):
            self.due_day.errors.append(
                _("That moment has passed. Choose a later one, or leave it empty.")
            )
        if self.due_day.errors:
            return False
        after = AfterDue(self.after_due.data)
        self.times = Times(opens_at=opens_at, due_at=due_at, after_due=after)
        return fits


def as_data(moment: LessonMoment | None, place: str) -> dict[str, Any]:
    """What the form begins with."""
    if moment is None:
        return {"place": place}
    return {
        "place": place,
        "after_due": AfterDue(moment.after_due).value,
        **as_fields("opens", moment.opens_at),
        **as_fields("due", moment.due_at),
    }


class ExtensionForm(ClockForm):
    """A later deadline for some learners of a group."""

    people = SelectMultipleField(_l("Who"), coerce=int)
    subgroups = SelectMultipleField(_l("Whole subgroups"))
    until_day = day_field(_l("Until, day"))
    until_time = time_field(_l("Until, time"))
    until_which = which_field()
    reason = StringField(
        _l("Reason, if you want to write one"),
        [Length(max=LONGEST_REASON)],
        filters=[lambda text: " ".join((text or "").split())],
        description=_l(
            "Whoever gets the time reads it, and so do the instructors of the group. Nobody else "
            "does, and it is not in the message. Write no more about somebody’s health than is "
            "needed."
        ),
        render_kw={"maxlength": LONGEST_REASON, "autocomplete": "off"},
    )
    name = StringField(
        _l("Name of the subgroup"),
        [Length(max=LONGEST_NAME)],
        filters=[lambda text: " ".join((text or "").split())],
        description=_l("Empty: who is selected is in no subgroup any more."),
        render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"},
    )

    everybody: Sequence[Person] = ()
    until: datetime

    def offer(self, people: Sequence[Person]) -> None:
        """Let these learners be chosen, and the subgroups that they form."""
        self.everybody = people
        self.people.choices = [(person.user_id, person.name) for person in people]
        names = sorted({person.subgroup for person in people if person.subgroup})
        self.subgroups.choices = [(name, name) for name in names]

    def chosen(self) -> set[int]:
        """Who is selected, one by one or with their subgroup."""
        groups = set(self.subgroups.data or ())
        of_groups = {person.user_id for person in self.everybody if person.subgroup in groups}
        return {*(self.people.data or ()), *of_groups}

    def has_somebody(self) -> bool:
        """Whether anybody is selected; says so when nobody is."""
        fits = bool(super().validate())
        if fits and not self.chosen():
            self.people.errors = [_("Select at least one student, or a subgroup.")]
        return fits and bool(self.chosen())

    def gives_time(self, moment: LessonMoment) -> bool:
        """Whether somebody gets a later deadline than the group has; sets ``until``."""
        has_somebody = self.has_somebody()
        until = self.moment("until")
        if until is None:
            if not any(self[f"until_{part}"].errors for part in ("day", "time", "which")):
                self.until_day.errors.append(_("Say until when they have."))
            return False
        if moment.due_at and until <= moment.due_at:
            self.until_day.errors.append(
                _("This is not later than the deadline of the group. Choose a later moment.")
            )
            return False
        self.until = until
        return has_somebody
