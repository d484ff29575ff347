"""One answer, as the form holds it, and the share of the points that it earns."""

from fractions import Fraction
from typing import Any

import pytest
from pydantic import TypeAdapter

from course.curriculum.schema import Question
from course.quizzes.marking import Given, mark

QUESTION: TypeAdapter[Question] = TypeAdapter(Question)


def question(**fields: Any) -> Question:
    """A question as an author writes it."""
    both = {"nl": "Tekst", "en": "Text"}
    shared = {"slug": "vraag", "prompt": both, "explanation": both, "points": 3}
    return QUESTION.validate_python({**shared, **fields})


def options(**right: bool) -> list[dict[str, Any]]:
    """Options by slug, with whether each is right."""
    both = {"nl": "Tekst", "en": "Text"}
    return [
        {"slug": slug, "text": both, "feedback": both, "right": is_right}
        for slug, is_right in right.items()
    ]


SINGLE = question(type="single", options=options(aa=False, bb=True, cc=False))
MULTIPLE = question(
    type="multiple", options=options(aa=True, bb=True, cc=False, dd=False, ee=False)
)
NUMBER = question(type="number", expected="2.50", tolerance="0.1")
WHOLE = question(type="number", expected="23400", whole=True)
ORDER = question(
    type="order",
    items=[{"slug": slug, "text": {"nl": slug, "en": slug}} for slug in ("dd", "bb", "cc", "aa")],
)


@pytest.mark.parametrize(
    ("asked", "given", "share"),
    [
        (SINGLE, "bb", "1"),
        (SINGLE, "aa", "0"),
        (SINGLE, "cc", "0"),
        # A right choice earns a half, a wrong one costs a third, and nothing goes below zero.
        (MULTIPLE, ["aa", "bb"], "1"),
        (MULTIPLE, ["bb", "aa"], "1"),
        (MULTIPLE, ["aa"], "1/2"),
        (MULTIPLE, ["aa", "aa"], "1/2"),
        (MULTIPLE, ["aa", "bb", "cc"], "2/3"),
        (MULTIPLE, ["aa", "cc"], "1/6"),
        (MULTIPLE, ["aa", "cc", "dd"], "0"),
        (MULTIPLE, ["cc"], "0"),
        (MULTIPLE, ["aa", "bb", "cc", "dd", "ee"], "0"),
        # The bounds themselves are right.
        (NUMBER, "2,5", "1"),
        (NUMBER, "2.5", "1"),
        (NUMBER, "2,40", "1"),
        (NUMBER, "2.60", "1"),
        (NUMBER, "2,39", "0"),
        (NUMBER, "2.6001", "0"),
        (NUMBER, "-2,5", "0"),
        (NUMBER, "2.500", "0"),  # in two ways; the form asks again before it comes to this
        (WHOLE, "23400", "1"),
        (WHOLE, "23.400", "1"),
        (WHOLE, "23,400", "1"),
        (WHOLE, "23 400", "1"),
        (WHOLE, "23,4", "0"),
        # Of the twelve places that four items can be off, 0, 2, 6 and 8.
        (ORDER, ["dd", "bb", "cc", "aa"], "1"),
        (ORDER, ["bb", "dd", "cc", "aa"], "5/6"),
        (ORDER, ["bb", "cc", "aa", "dd"], "1/2"),
        (ORDER, ["aa", "cc", "bb", "dd"], "1/3"),
    ],
)
def test_an_answer_earns_its_share_of_the_points(asked: Question, given: Given, share: str) -> None:
    score = mark(asked, given)
    assert (score.fraction, score.maximum) == (Fraction(share), 3)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (SINGLE, "zz"),
        (SINGLE, ""),
        (MULTIPLE, ["aa", "zz"]),
        (ORDER, ["dd", "bb", "cc"]),
        (ORDER, ["dd", "bb", "cc", "aa", "aa"]),
        (ORDER, ["dd", "bb", "cc", "zz"]),
    ],
)
def test_what_the_question_does_not_have_is_not_marked(asked: Question, given: Given) -> None:
    with pytest.raises(ValueError, match="must"):
        mark(asked, given)
