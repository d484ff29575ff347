"""The step kind for questions: answer, check, read why, try again."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from course.core.i18n import _
from course.curriculum.schema import (
    MultipleQuestion,
    NumberQuestion,
    OrderQuestion,
    QuestionStep,
    SingleQuestion,
    Step,
)
from course.curriculum.schema import (
    Question as AnyQuestion,
)
from course.lessons.visit import Visit
from course.quizzes import actions, queries
from course.quizzes.forms import QuestionForm, question_form, shuffled
from course.quizzes.marking import as_number
from course.quizzes.models import Answer

# No pages of its own: it brings its templates along.
bp = Blueprint("quizzes", __name__, template_folder="templates")


def _step(visit: Visit) -> QuestionStep:
    if not isinstance(visit.step, QuestionStep):
        raise TypeError(f"step {visit.step.slug!r} asks nothing")  # the registry prevents this
    return visit.step


class Questions:
    """Formative questions: the key leaves the server only after an answer."""

    name = "question"
    texts: frozenset[str] = frozenset()

    def word(self) -> str:
        return _("Questions")

    def show(self, visit: Visit) -> ResponseReturnValue:
        step = _step(visit)
        answers = queries.latest(visit.enrolment.id, step.slug) if visit.enrolment else {}
        if answers and not visit.entered:
            return _result(visit, answers)
        return _page(visit, question_form(step, visit.language, visit.form_data or None))

    def submit(self, visit: Visit) -> ResponseReturnValue:
        if "again" in visit.entered:
            return _page(visit, question_form(_step(visit), visit.language, None))
        form = question_form(_step(visit), visit.language, visit.form_data)
        if not form.validate():
            return _page(visit, form), HTTPStatus.UNPROCESSABLE_ENTITY
        actions.check(visit, form.questions, form.given())
        return redirect(f"{visit.url}#result", 303)

    def notice(self, enrolment_id: int, step: str) -> str:
        return ""

    def beside(self, visit: Visit, steps: Sequence[Step]) -> Markup:
        return Markup()


def _page(visit: Visit, form: QuestionForm) -> str:
    return visit.render("quizzes/questions.html", form=form, shown_items=_shown(visit))


def _shown(visit: Visit) -> dict[str, Any]:
    seed = str(visit.user.id) if visit.user else "visitor"
    return {
        question.slug: shuffled(question, seed)
        for question in _step(visit).questions
        if isinstance(question, OrderQuestion)
    }


def _result(visit: Visit, answers: dict[str, Answer]) -> str:
    found = [
        _explained(question, answers[question.slug], visit.language)
        for question in _step(visit).questions
        if question.slug in answers
    ]
    return visit.render("quizzes/result.html", results=found)


def _explained(question: AnyQuestion, answer: Answer, language: str) -> dict[str, Any]:
    """One answer with what it teaches: per option, per number, per place."""
    shared = {
        "question": question,
        "is_right": answer.numerator == answer.denominator,
        "is_partly": 0 < answer.numerator < answer.denominator,
        "given": answer.given,
    }
    match question:
        case SingleQuestion() | MultipleQuestion():
            return {
                **shared,
                "chosen": set([answer.given] if isinstance(answer.given, str) else answer.given),
            }
        case NumberQuestion():
            number = as_number(question, str(answer.given))
            mistake = next((item for item in question.mistakes if item.value == number), None)
            return {
                **shared,
                "number": number,
                "mistake": mistake.feedback[language] if mistake else None,
            }
        case OrderQuestion():
            texts = {item.slug: item.text[language] for item in question.items}
            return {**shared, "order": [texts[slug] for slug in answer.given if slug in texts]}
