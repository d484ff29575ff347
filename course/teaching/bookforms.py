"""Forms of the gradebook: the rule of a group, an excuse, and what OSIRIS asks."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from flask_wtf.file import FileField
from wtforms import Field, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Regexp, ValidationError

from course.core.forms import BaseForm
from course.core.i18n import _, _l, number
from course.domain.grades import HIGHEST, LOWEST, Step
from course.domain.scoring.numerals import Number, parse_number
from course.results.book import PERCENT, TENTHS, USUAL_PERCENT, Item, Rule
from course.results.models import LONGEST_WORDS
from course.teaching.osiris import Codes

HUNDREDTHS: Final = 100
MOST_WEIGHT: Final = 100
KEYS: Final = {"inputmode": "decimal", "autocomplete": "off"}
WHOLE: Final = "whole"  # of the results of a group: the one that they make


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def _read(field: Field) -> Decimal | None:
    parsed = parse_number(field.data or "")
    return parsed.value if isinstance(parsed, Number) else None


def _is_weight(_form: BaseForm, field: Field) -> None:
    if not field.data:
        return
    value = _read(field)
    if (
        value is None
        or not 0 <= value <= MOST_WEIGHT
        or value * HUNDREDTHS != int(value * HUNDREDTHS)
    ):
        raise ValidationError(_("Give a number from 0 to 100, with at most two decimals."))


def _is_pass_mark(_form: BaseForm, field: Field) -> None:
    value = _read(field)
    if value is None or not LOWEST < value <= HIGHEST or value * TENTHS != int(value * TENTHS):
        raise ValidationError(_("Give a grade from 1.1 to 10, with at most one decimal."))


def _is_percent(_form: BaseForm, field: Field) -> None:
    value = _read(field)
    if value is None or not 1 <= value < PERCENT or value != int(value):
        raise ValidationError(_("Give a whole number from 1 to 99."))


class RuleForm(BaseForm):
    """How results make one; a field for the weight of each thing is added by :func:`rule_form`."""

    pass_mark = StringField(
        _l("Pass mark of the whole"),
        [_is_pass_mark],
        filters=[_stripped],
        description=_l("The lowest result that passes, such as 5.5."),
        render_kw=KEYS,
    )
    step = RadioField(
        _l("Rounded to"),
        [InputRequired(_l("Choose one of the two."))],
        choices=[
            (Step.TENTH.value, _l("one decimal")),
            (Step.WHOLE.value, _l("a whole grade")),
        ],
    )
    quiz_percent = StringField(
        _l("Percentage of the points of a quiz that gives a 5.5"),
        [_is_percent],
        filters=[_stripped],
        description=_l("Below it the grade falls in a straight line to 1, above it to 10."),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )

    def rule(self, items: Sequence[Item]) -> Rule:
        """The rule as it was filled in; only after the form was found right."""
        return Rule(
            weights={item.subject: Fraction(_read(self[weight_name(item)]) or 0) for item in items},
            pass_mark=Fraction(_read(self.pass_mark) or 0),
            step=Step(self.step.data),
            quiz_share=Fraction(_read(self.quiz_percent) or 0) / PERCENT,
        )


def weight_name(item: Item) -> str:
    """What the field for the weight of this is called."""
    return f"weight-{item.kind}-{item.id}"


def rule_form(items: Sequence[Item], rule: Rule | None) -> RuleForm:
    """The form for these items, filled in with the rule there is, or with what is usual."""

    class Form(RuleForm):
        pass

    there = rule or Rule(weights={})
    data: dict[str, Any] = {
        "pass_mark": _shown(there.pass_mark),
        "step": there.step.value,
        "quiz_percent": str(int(there.quiz_share * PERCENT) if rule else USUAL_PERCENT),
    }
    for item in items:
        field = StringField(item.title, [_is_weight], filters=[_stripped], render_kw=KEYS)
        setattr(Form, weight_name(item), field)
        weight = there.weight(item)
        data[weight_name(item)] = _shown(weight) if weight else ""
    return Form(data=data)


def _shown(value: Fraction) -> str:
    return str(number(Decimal(value.numerator) / Decimal(value.denominator)))


class ExcuseForm(BaseForm):
    """Excuse somebody from something."""

    reason = StringField(
        _l("Reason"),
        [
            DataRequired(_l("Write why, such as: exemption of the board of examiners, 3 May.")),
            Length(max=LONGEST_WORDS, message=_l("Use at most 300 characters.")),
        ],
        filters=[_stripped],
    )


_CODE: Final = Regexp(r"^[A-Za-z]{0,6}$", message=_l("Give at most six letters, or nothing."))


def _code(label: Any, usual: str, hint: Any) -> StringField:
    keys = {"autocomplete": "off", "spellcheck": "false", "maxlength": 6}
    return StringField(
        label, [_CODE], default=usual, filters=[_stripped], description=hint, render_kw=keys
    )


class OsirisForm(BaseForm):
    """The file of OSIRIS, which results go in, and the codes of this school."""

    file = FileField(
        _l("The file from OSIRIS (xlsx)"),
        description=_l("At most 2 MB. It is not kept."),
    )
    result = SelectField(_l("What to fill in"))
    missing = _code(
        _l("Code when something is missing"), Codes().missing, _l("Empty: leave the cell empty.")
    )
    not_taken = _code(
        _l("Code for those who did not take part"),
        Codes().not_taken,
        _l("Empty: leave the cell empty."),
    )
    excused = _code(
        _l("Code for those who are excused"), Codes().excused, _l("Empty: leave the cell empty.")
    )

    def choose(self, items: Sequence[Item], rule: Rule | None) -> "OsirisForm":
        """Offer what there is: the result of the whole when there is a rule, and each item."""
        whole = [(WHOLE, _("The result of the whole"))] if rule else []
        self.result.choices = whole + [(item.subject, item.title) for item in items]
        return self

    def codes(self) -> Codes:
        """As they were filled in, in capitals."""
        return Codes(
            missing=self.missing.data.upper(),
            not_taken=self.not_taken.data.upper(),
            excused=self.excused.data.upper(),
        )
