"""What is said about a panel: one sentence for everything that can be found, in one place."""

import re
from pathlib import Path

import pytest

from course.curriculum.findings import in_english, sentence
from course.domain.weighing.panels import Code, Finding

COURSE = Path(__file__).parents[2] / "course"


@pytest.mark.parametrize("code", Code)
def test_everything_that_can_be_found_is_a_sentence_without_a_gap(code: Code) -> None:
    for count in (0, 1, 2):
        said = in_english(Finding(code=code, item="x", count=count, of=10))
        assert said.endswith(".")
        assert "%(" not in said
        assert "%%" not in said


def test_one_and_several_are_counted_apart() -> None:
    one, two = (in_english(Finding(code=Code.FEW_MEMBERS, count=n, of=10)) for n in (1, 2))
    assert one.startswith("1 answer, and 10 are needed before it may count")
    assert two.startswith("2 answers, and 10 are needed before it may count")


def test_shares_are_told_as_percentages() -> None:
    assert "40% or more" in in_english(Finding(code=Code.FEW_POOR, count=1, of=4))


def test_a_response_on_which_a_panel_is_divided_is_no_item_that_gives_no_points() -> None:
    item = in_english(Finding(code=Code.SPLIT, answers=(-2, 2)))
    response = in_english(Finding(code=Code.SPLIT, options=("bellen",), answers=(1, 4)))
    assert "not scored" in item
    assert "not scored" not in response


def test_no_other_file_has_sentences_of_its_own() -> None:
    """There were three lists, and they said different things."""
    tables = {
        str(path.relative_to(COURSE))
        for path in COURSE.rglob("*.py")
        if re.search(r"Code\.FEW_MEMBERS:", path.read_text(encoding="utf-8"))
    }
    assert tables == {"curriculum/findings.py", "domain/weighing/panels.py"}


def test_what_translators_get_is_what_is_said() -> None:
    assert sentence(Finding(code=Code.NEAR_TIE)).many == ""
    assert "%(of)s" in sentence(Finding(code=Code.FEW_RESPONSES)).many
