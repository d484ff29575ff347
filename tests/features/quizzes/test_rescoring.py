"""A frozen corpus: attempts of the past, marked again, earn what they earned then, to the letter.

``frozen.json`` was written once, by the code of November 2026. It is never written again: when a
test here fails, old grades would change, and the code is wrong.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from course.curriculum.edition import QuizEdition
from course.quizzes.marking import key_hash, mark_item

FROZEN = json.loads((Path(__file__).parent / "frozen.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def edition() -> QuizEdition:
    return QuizEdition.parse(FROZEN["edition"])


def test_the_edition_is_still_the_same_text(edition: QuizEdition) -> None:
    assert edition.dump() == FROZEN["edition"]
    assert edition.hash == FROZEN["hash"]


@pytest.mark.parametrize("attempt", FROZEN["attempts"], ids=range(len(FROZEN["attempts"])))
def test_an_attempt_of_the_past_earns_what_it_earned(
    edition: QuizEdition, attempt: dict[str, dict[str, Any]]
) -> None:
    again = {}
    for slug, answered in attempt.items():
        item, key = edition.quiz.item(slug), edition.keys.get(slug)
        assert item is not None
        score = mark_item(item, answered["kept"], key=key)
        again[slug] = score and [
            str(score.fraction),
            score.maximum,
            score.state.value,
            key_hash(item, key),
        ]
    assert again == {slug: answered["mark"] for slug, answered in attempt.items()}


def test_the_corpus_holds_every_type_and_every_outcome(edition: QuizEdition) -> None:
    marks = [mark for attempt in FROZEN["attempts"] for mark in attempt.values() if mark["mark"]]
    assert {mark["mark"][2] for mark in marks} == {
        "blank",
        "invalid",
        "needs_grading",
        "partial",
        "right",
        "wrong",
    }
    assert len({item.type for item in edition.quiz.items}) == 17
