"""From what a form holds to a score, for each type of question; no form, no table."""

from decimal import Decimal
from fractions import Fraction

from course.curriculum.schema import (
    MultipleQuestion,
    NumberQuestion,
    OrderQuestion,
    Question,
    SingleQuestion,
)
from course.domain.numerals import Number, parse_number
from course.domain.scoring import (
    Score,
    score_multiple,
    score_number,
    score_order,
    score_single,
)

Given = str | list[str]


def as_number(question: NumberQuestion, text: str) -> Decimal | None:
    """The number that was typed, or ``None`` when it is none."""
    parsed = parse_number(text, whole=question.whole)
    return parsed.value if isinstance(parsed, Number) else None


def mark(question: Question, given: Given) -> Score:
    """Score one answer: a slug, a list of slugs, or the number as typed.

    Raises :exc:`ValueError` for slugs that the question does not have.
    """
    match question:
        case SingleQuestion():
            fractions = {item.slug: Fraction(int(item.right)) for item in question.options}
            return score_single(str(given), fractions=fractions, maximum=question.points)
        case MultipleQuestion():
            return score_multiple(
                list(given),
                right=[item.slug for item in question.options if item.right],
                options=[item.slug for item in question.options],
                maximum=question.points,
            )
        case NumberQuestion():
            return score_number(
                as_number(question, str(given)),
                expected=question.expected,
                tolerance=question.tolerance,
                maximum=question.points,
            )
        case OrderQuestion():
            key = [item.slug for item in question.items]
            return score_order(list(given), key=key, maximum=question.points)
