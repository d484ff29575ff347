"""The form of a weighing: one weight a consideration, an action, a reason."""

from typing import Any

from wtforms import Field, RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from course.core.forms import BaseForm
from course.core.i18n import _, _l
from course.curriculum.schema import ScaleStep
from course.domain.weighing.scale import Balance, balance
from course.weighings.models import LONGEST_REASON

WEIGHTS = [(str(weight), str(weight)) for weight in range(5)]


def _clean(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


class ScaleForm(BaseForm):
    """Built for each scale by :func:`scale_form`; ``sides`` holds its weight fields."""

    action: RadioField
    reason: TextAreaField
    sides: dict[str, list[str]]

    def weight_fields(self, side: str) -> list[Field]:
        """The fields of ``"agreement"`` or ``"client"``, in the order of the lesson."""
        return [self[name] for name in self.sides[side]]

    def weights(self) -> Balance:
        """What was put on the scale; call only after validation."""
        return balance(
            agreement=[int(field.data) for field in self.weight_fields("agreement")],
            client=[int(field.data) for field in self.weight_fields("client")],
        )

    def sums(self) -> tuple[int, int]:
        """The weights so far on both sides, for a form that is not finished."""
        agreement, client = (
            sum(int(field.data) for field in self.weight_fields(side) if _is_weight(field.data))
            for side in ("agreement", "client")
        )
        return agreement, client

    @property
    def is_begun(self) -> bool:
        """Whether any weight is chosen, be it 0."""
        names = [name for side in self.sides.values() for name in side]
        return any(_is_weight(self[name].data) for name in names)

    def validate_action(self, _field: Field) -> None:
        """Something must weigh: an empty scale says nothing."""
        if not any(self.sums()):
            raise ValidationError(_("Give at least one consideration more weight than 0."))


def _action_field(step: ScaleStep, language: str) -> RadioField:
    return RadioField(
        _l("What would you do?"),
        [InputRequired(_l("Choose what you would do."))],
        choices=[(action.slug, action.text[language]) for action in step.actions],
    )


def _reason_field() -> TextAreaField:
    return TextAreaField(
        _l("Explain your weighing"),
        [
            DataRequired(_l("Write why, in a sentence or two.")),
            Length(
                max=LONGEST_REASON,
                message=_l("This is longer than 600 characters. Keep the heart of it."),
            ),
        ],
        filters=[_clean],
        render_kw={"rows": 4, "data-count-characters": LONGEST_REASON},
    )


def _is_weight(text: Any) -> bool:
    return text in {"0", "1", "2", "3", "4"}


def scale_form(step: ScaleStep, language: str, data: Any) -> ScaleForm:
    """The form for this scale, filled with ``data``; no weight and no action is preset.

    Fields are made in the order of the page, in which mistakes are listed above it.
    """
    fields: dict[str, Any] = {"sides": {}}
    for side in ("agreement", "client"):
        fields["sides"][side] = []
        for consideration in getattr(step, side):
            name = f"{side}-{consideration.slug}"
            fields["sides"][side].append(name)
            fields[name] = RadioField(
                consideration.text[language],
                [InputRequired(_l("Give this a weight from 0 to 4."))],
                choices=WEIGHTS,
            )
    fields["action"], fields["reason"] = _action_field(step, language), _reason_field()
    form: ScaleForm = type("ScaleFormOfStep", (ScaleForm,), fields)(formdata=data)
    return form


class ReplyForm(BaseForm):
    """Answer the voice against."""

    reply = TextAreaField(
        _l("What do you answer?"),
        [
            Optional(),
            Length(
                max=LONGEST_REASON,
                message=_l("This is longer than 600 characters. Keep the heart of it."),
            ),
        ],
        filters=[_clean],
        render_kw={"rows": 3, "data-count-characters": LONGEST_REASON},
    )
