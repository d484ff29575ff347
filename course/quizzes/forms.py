"""The form of a question step: one field a question, built from the content."""

from collections.abc import Mapping
from random import Random
from typing import Any

from wtforms import Field, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from course.core.forms import BaseForm
from course.core.i18n import _, _l
from course.curriculum.schema import (
    MultipleQuestion,
    NumberQuestion,
    OrderItem,
    OrderQuestion,
    Question,
    QuestionStep,
    SingleQuestion,
)
from course.domain.scoring.numerals import NumberProblem, parse_number
from course.quizzes.marking import Given

LONGEST_NUMBER = 40

_PROBLEMS = {
    NumberProblem.EMPTY: _l("Fill in a number."),
    NumberProblem.NOT_A_NUMBER: _l("This is not a number. Write it in digits, such as 12.5."),
    NumberProblem.AMBIGUOUS: _l(
        "This can be read in two ways: as thousands or as decimals. Write 1500, or 1.50."
    ),
}


class QuestionForm(BaseForm):
    """Built for each step by :func:`question_form`."""

    questions: Mapping[str, Question]

    def given(self) -> dict[str, Given]:
        """The answers as they are kept, by question; call only after validation."""
        return {slug: self._given(question) for slug, question in self.questions.items()}

    def _given(self, question: Question) -> Given:
        if isinstance(question, OrderQuestion):
            places = {
                item.slug: int(self[order_field(question, item)].data) for item in question.items
            }
            return sorted(places, key=places.__getitem__)
        data = self[question.slug].data
        return list(data) if isinstance(question, MultipleQuestion) else str(data).strip()


def order_field(question: OrderQuestion, item: OrderItem) -> str:
    """The name of the field that holds the place of this item."""
    return f"{question.slug}.{item.slug}"


def shuffled(question: OrderQuestion, seed: str) -> list[OrderItem]:
    """The items as the page shows them: the same each time for a learner, whatever the key is."""
    by_slug = sorted(question.items, key=lambda item: item.slug)
    Random(f"{seed}/{question.slug}").shuffle(by_slug)  # noqa: S311 - an order, not a secret
    return by_slug


def _number_check(question: NumberQuestion) -> Any:
    def check(_form: BaseForm, field: Field) -> None:
        parsed = parse_number(field.data or "", whole=question.whole)
        if isinstance(parsed, NumberProblem):
            raise ValidationError(_PROBLEMS[parsed])

    return check


def _places_check(question: OrderQuestion, last: str) -> Any:
    def check(form: BaseForm, _field: Field) -> None:
        names = [order_field(question, item) for item in question.items]
        places = [form[name].data for name in names]
        if any(place in {None, ""} for place in places):
            raise ValidationError(_("Give each of these a place."))
        if len(set(places)) != len(places):
            raise ValidationError(_("Two of these have the same place. Give each its own."))

    return check


def question_form(step: QuestionStep, language: str, data: Any) -> QuestionForm:
    """The form for this step, filled with ``data``; nothing is chosen beforehand."""
    fields: dict[str, Any] = {"questions": {item.slug: item for item in step.questions}}
    for question in step.questions:
        fields |= _fields(question, language)
    form: QuestionForm = type("QuestionFormOfStep", (QuestionForm,), fields)(formdata=data)
    return form


def _fields(question: Question, language: str) -> dict[str, Any]:
    prompt = question.prompt[language]
    match question:
        case SingleQuestion():
            return {
                question.slug: RadioField(
                    prompt,
                    [InputRequired(_l("Choose one answer."))],
                    choices=[(item.slug, item.text[language]) for item in question.options],
                )
            }
        case MultipleQuestion():
            return {
                question.slug: SelectMultipleField(
                    prompt,
                    [InputRequired(_l("Choose at least one answer."))],
                    choices=[(item.slug, item.text[language]) for item in question.options],
                    option_widget=CheckboxInput(),
                    widget=ListWidget(prefix_label=False),
                )
            }
        case NumberQuestion():
            return {
                question.slug: StringField(
                    prompt,
                    [Length(max=LONGEST_NUMBER), _number_check(question)],
                    render_kw={"inputmode": "decimal", "autocomplete": "off"},
                )
            }
        case OrderQuestion():
            return _order_fields(question, language)


def _order_fields(question: OrderQuestion, language: str) -> dict[str, Any]:
    places = [("", "–")] + [(str(place), str(place)) for place in range(1, len(question.items) + 1)]
    # By slug: in the order of the content, a list of mistakes would be the key.
    items = sorted(question.items, key=lambda item: item.slug)
    names = [order_field(question, item) for item in items]
    return {
        name: SelectField(
            item.text[language],
            [_places_check(question, names[-1])] if name == names[0] else [],
            choices=places,
            validate_choice=True,
        )
        for name, item in zip(names, items, strict=True)
    }
